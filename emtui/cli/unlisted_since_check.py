"""Runs that earlier checks saw and this one's list lacks; each check saves its list for the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from emtui.cli.client_session import ServerAccess
from emtui.em.model import Listing, Session
from emtui.local.last_check_list import SavedSessionList, load_last_list, save_last_list
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.unlisted_runs import UnlistedRuns

CONCURRENT_CHECK_WINDOW = timedelta(minutes=1)
"""A list saved up to this long after our request is a concurrent check's; later ones are clock errors."""

MAX_CLOCK_STEP = timedelta(minutes=10)
"""If the server's clock was changed by more, ages cannot be compared: no run is added or removed."""


@dataclass(frozen=True, slots=True)
class CheckedList:
    """A list, when it was requested and received by this computer's clock; the server's was `skew` ahead."""

    sessions: tuple[Session, ...]
    requested: datetime
    as_of: datetime
    skew: timedelta


def compare_with_last_check(access: ServerAccess, current: CheckedList) -> Snapshot:
    """The list with its missing runs; it is saved for the next check.

    Of two concurrent checks the list of the first to finish is kept. A run that started after our request
    is not expected in the list.
    """
    server, user = access.server.ascii_authority, access.user
    as_of, skew, listing = current.as_of, current.skew, Listing(current.sessions)
    previous = load_last_list(server, user)
    if previous is None:
        snapshot = Snapshot.from_listing(listing, as_of, skew)
    else:
        unlisted = UnlistedRuns(
            previous.missing, previous.missing_since, previous.listed_period, previous.arrived_count
        )
        if abs(skew - previous.skew) > MAX_CLOCK_STEP:
            snapshot = replace(
                Snapshot.from_listing(listing, as_of, skew), unlisted=_still_unlisted(unlisted, listing)
            )
        else:
            requested_server_time = current.requested + skew
            expected_runs = tuple(
                run for run in previous.sessions if run.started is None or run.started < requested_server_time
            )
            snapshot = Snapshot(expected_runs, as_of, skew=skew, unlisted=unlisted).with_listing(
                listing, as_of, skew
            )
    if (
        previous is None
        or not current.requested < previous.as_of <= current.requested + CONCURRENT_CHECK_WINDOW
    ):
        missing = snapshot.unlisted
        saved = SavedSessionList(
            as_of,
            skew,
            snapshot.sessions,
            missing.runs,
            missing.since,
            missing.max_listed_age,
            missing.arrival_count,
        )
        save_last_list(server, user, saved)
    return snapshot


def _still_unlisted(unlisted: UnlistedRuns, listing: Listing) -> UnlistedRuns:
    """Runs that were missing before and still are; ages are ignored, as the clock was changed."""
    listed_uids = {run.uid for run in listing.sessions}
    runs = tuple(run for run in unlisted.runs if run.uid not in listed_uids)
    return replace(unlisted, runs=runs, since=unlisted.since if runs else None)
