"""What this check's list lacks of what earlier checks saw: `check` keeps the list for the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from emtui.cli.asking import Reach
from emtui.em.model import Listing, Session
from emtui.local.last_lists import LastList, keep, last_list
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.unlisted_runs import UnlistedRuns

OVERLAP = timedelta(minutes=1)
"""A list kept since ours was requested is another check's; one from further ahead is a clock's fault."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A list that was requested when the server's clock showed `requested`, and came at `now`."""

    sessions: tuple[Session, ...]
    requested: datetime
    now: datetime


def compared(there: Reach, checked: Checked) -> Snapshot:
    """The list with what it lacks, which is kept for the next check.

    Of two checks at the same time the later answer is kept; a run that began after ours was requested
    cannot be expected in it.
    """
    server, user, as_of = there.server.ascii_authority, there.user, datetime.now(UTC)
    last = last_list(server, user)
    listing = Listing(checked.sessions)
    if last is None:
        seen = Snapshot.of(listing, checked.now)
    else:
        began = checked.requested
        before = tuple(run for run in last.sessions if run.started is None or run.started < began)
        unlisted = UnlistedRuns(last.unlisted, last.since, last.reach, last.arrived)
        seen = Snapshot(before, checked.now, unlisted=unlisted).again(listing, checked.now)
    requested = as_of - (checked.now - checked.requested)
    if last is None or not requested < last.as_of <= requested + OVERLAP:
        lacks = seen.unlisted
        kept = LastList(as_of, seen.sessions, lacks.runs, lacks.since, lacks.reach, lacks.arrived)
        keep(server, user, kept)
    return seen
