"""Sessions, looks at them and clocks, for the tests of what watches them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from emtui.em.model import Listing, Session, uid_of
from emtui.monitor.snapshot import Snapshot

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def run(number: int, state: str = "Success", kind: str = "CollectJob") -> Session:
    """The run with this number, of a minute: the higher, the older."""
    started = NOON - timedelta(minutes=15 * number)
    ended = None if state == "InProgress" else started + timedelta(minutes=1)
    return Session(
        uid_of(f"{number:08x}-0000-4000-8000-000000000000"),
        type=kind,
        started=started,
        ended=ended,
        state=state,
    )


def look(*sessions: Session, at: datetime = NOON) -> Snapshot:
    """What was seen then."""
    return Snapshot.of(Listing(sessions), at)


@dataclass
class Weekend:
    """A clock on which hours pass at once: to wait is to be there."""

    passed: float = 0.0
    waited: list[float | None] = field(default_factory=list)

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        self.waited.append(seconds)
        await asyncio.sleep(0)
        if event.is_set():
            return
        if seconds is None:
            await event.wait()
        else:
            self.passed += seconds
