"""Runs that earlier checks saw and this one's list lacks; each check saves its list for the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from emtui.cli.client_session import Reach
from emtui.em.model import Listing, Session
from emtui.local.last_lists import LastList, keep, last_list
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.unlisted_runs import UnlistedRuns

OVERLAP = timedelta(minutes=1)
"""A list saved up to this long after our request is a concurrent check's; later ones are clock errors."""

SAME_CLOCK = timedelta(minutes=10)
"""If the server's clock was changed by more, ages cannot be compared: no run is added or removed."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A list, when it was requested and received by this computer's clock; the server's was `skew` ahead."""

    sessions: tuple[Session, ...]
    requested: datetime
    as_of: datetime
    skew: timedelta


def compared(there: Reach, checked: Checked) -> Snapshot:
    """The list with its missing runs; it is saved for the next check.

    Of two concurrent checks the list of the first to finish is kept. A run that started after our request
    is not expected in the list.
    """
    server, user = there.server.ascii_authority, there.user
    as_of, skew, listing = checked.as_of, checked.skew, Listing(checked.sessions)
    last = last_list(server, user)
    if last is None:
        seen = Snapshot.of(listing, as_of, skew)
    else:
        unlisted = UnlistedRuns(last.unlisted, last.since, last.reach, last.arrived)
        if abs(skew - last.skew) > SAME_CLOCK:
            seen = replace(Snapshot.of(listing, as_of, skew), unlisted=_still_lacking(unlisted, listing))
        else:
            began = checked.requested + skew
            before = tuple(run for run in last.sessions if run.started is None or run.started < began)
            seen = Snapshot(before, as_of, skew=skew, unlisted=unlisted).again(listing, as_of, skew)
    if last is None or not checked.requested < last.as_of <= checked.requested + OVERLAP:
        lacks = seen.unlisted
        kept = LastList(as_of, skew, seen.sessions, lacks.runs, lacks.since, lacks.reach, lacks.arrived)
        keep(server, user, kept)
    return seen


def _still_lacking(unlisted: UnlistedRuns, listing: Listing) -> UnlistedRuns:
    """Runs that were missing before and still are; ages are ignored, as the clock was changed."""
    listed = {run.uid for run in listing.sessions}
    runs = tuple(run for run in unlisted.runs if run.uid not in listed)
    return replace(unlisted, runs=runs, since=unlisted.since if runs else None)
