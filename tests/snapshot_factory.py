"""Sessions, snapshots and clocks for tests of the monitor."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from emtui.em.model import Listing, Session, uid_from_guid
from emtui.monitor.snapshot import Snapshot

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def numbered_run(number: int, state: str = "Success", type_name: str = "CollectJob") -> Session:
    """A run of one minute; higher numbers are older."""
    started = NOON - timedelta(minutes=15 * number)
    ended = None if state == "InProgress" else started + timedelta(minutes=1)
    return Session(
        uid_from_guid(f"{number:08x}-0000-4000-8000-000000000000"),
        type=type_name,
        started=started,
        ended=ended,
        state=state,
    )


def make_snapshot(*sessions: Session, at: datetime = NOON) -> Snapshot:
    """A snapshot of these sessions, received at `at`."""
    return Snapshot.from_listing(Listing(sessions), at)


@dataclass
class InstantClock:
    """A clock whose waits end at once and advance its time."""

    elapsed_s: float = 0.0
    waits: list[float | None] = field(default_factory=list)

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.elapsed_s)

    def monotonic(self) -> float:
        return self.elapsed_s

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)
        if event.is_set():
            return
        if seconds is None:
            await event.wait()
        else:
            self.elapsed_s += seconds
