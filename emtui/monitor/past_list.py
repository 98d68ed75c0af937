"""The session list as it stood at an earlier time, derived from the current one.

Pure. Runs that have left the server's list since then are missing: it reaches back about 30 days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from emtui.em.model import NO_RESULT, RUNNING_STATES, Session
from emtui.monitor.snapshot import Snapshot


def snapshot_at(snapshot: Snapshot, moment: datetime) -> Snapshot:
    """The list at `moment`, by the server's clock.

    Runs that started later, or whose start is unknown, are left out. Runs that had not ended by then are
    running, without an end and a result.
    """
    unlisted = replace(snapshot.unlisted, runs=tuple(_runs_at(snapshot.unlisted.runs, moment)))
    return replace(
        snapshot,
        sessions=tuple(_runs_at(snapshot.sessions, moment)),
        as_of=moment - snapshot.skew,
        unlisted=unlisted,
    )


def _runs_at(sessions: Sequence[Session], moment: datetime) -> Iterator[Session]:
    for session in sessions:
        if session.started is None or session.started > moment:
            continue
        if session.ended is not None and session.ended > moment:
            yield replace(session, ended=None, state=RUNNING_STATES[0], result=NO_RESULT)
        else:
            yield session
