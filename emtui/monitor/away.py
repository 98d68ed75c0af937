"""What happened while nobody looked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from emtui.em.model import Outcome
from emtui.monitor.health import Health, Period
from emtui.monitor.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Absence:
    """A time without a key: what ended in it, by outcome, and when nothing could be seen."""

    since: datetime
    until: datetime
    ended: Counter[Outcome]
    blind: tuple[Period, ...]

    @classmethod
    def of(cls, snapshot: Snapshot, health: Health, since: datetime) -> Absence:
        """From then until the last complete answer; what was missed meanwhile is in the server's list."""
        after = since + snapshot.skew
        ended = Counter(
            session.outcome
            for session in snapshot.sessions
            if session.complete
            and not session.running
            and (session.ended or session.started or after) > after
        )
        until = max(snapshot.as_of, since)
        return cls(
            since, until, ended, tuple(health.blind_between(since, max(until, health.failed_at or until)))
        )
