"""What happened while nobody looked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from emtui.em.model import Outcome
from emtui.monitor.feed_health import FeedHealth, LostPeriod, UnlistedPeriod
from emtui.monitor.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class AbsenceSummary:
    """A time without a key: what ended in it, by outcome, when nothing could be seen, and when not all."""

    since: datetime
    until: datetime
    ended: Counter[Outcome]
    outages: tuple[LostPeriod, ...]
    unlisted: tuple[UnlistedPeriod, ...] = ()

    @classmethod
    def of(cls, snapshot: Snapshot, health: FeedHealth, since: datetime) -> AbsenceSummary:
        """From then until the last complete answer; what was missed meanwhile is in the server's list."""
        after = since + snapshot.skew
        ended = Counter(
            session.outcome
            for session in snapshot.known
            if session.complete
            and not session.running
            and (session.ended or session.started or after) > after
        )
        until = max(snapshot.as_of, since)
        blind = health.lost_between(since, max(until, health.failed_at or until))
        unlisted = health.unlisted_between(since, until)
        return cls(since, until, ended, tuple(blind), tuple(unlisted))
