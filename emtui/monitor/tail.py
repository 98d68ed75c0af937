"""Events of the list as lines: changes, lost and restored connections, incomplete lists, and a heartbeat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from emtui.em.errors import EmError
from emtui.em.model import Session
from emtui.monitor.changes import Changes
from emtui.monitor.feed_health import Freshness
from emtui.monitor.poller import Poller
from emtui.monitor.snapshot import Snapshot

BEAT = 290.0
"""Seconds without a line after which a heartbeat is written, to show that emtui still runs."""


@dataclass(frozen=True, slots=True)
class Line:
    """One event `at` a time; `blind`, `back` and a `beat` while blind have the problem.

    `change` is `added`, `changed`, `gone`, `returned`, `unlisted`, `listed`, `blind`, `back` or `beat`.
    For `unlisted` and `listed`, `count` is the number of runs missing. `at` is by the local clock;
    the server's is ahead of it by `skew`.
    """

    at: datetime
    change: str
    session: Session | None = None
    problem: str | None = None
    skew: timedelta = timedelta()
    count: int | None = None

    @property
    def now(self) -> datetime:
        """The server's time, for the durations of running sessions."""
        return self.at + self.skew


@dataclass(slots=True)
class Tail:
    """Follows the list for the sessions that match `wanted`; `whole` completes references.

    `narrate` receives a sentence when the local clock was set, which does not count as a lost connection.
    """

    poller: Poller
    wanted: Callable[[Session], bool]
    whole: Callable[[Snapshot], Awaitable[Snapshot]]
    from_start: bool = False
    narrate: Callable[[str], object] = lambda _: None
    _gaps: int = 0
    _steps: int = 0
    _seen: Snapshot | None = None
    _blind: str = ""

    async def lines(self) -> AsyncGenerator[Line, None]:
        """Yield lines until stopped; raises `PERMANENT_ERRORS` of the poller.

        The first list is the baseline: its sessions are yielded only with `from_start`, oldest first.
        A changed session is yielded if it matches now or matched before.
        """
        async with aclosing(self._snapshots()) as snapshots:
            coming: asyncio.Future[Snapshot | None] | None = None
            try:
                while True:
                    coming = coming or asyncio.ensure_future(anext(snapshots))
                    if not (await asyncio.wait({coming}, timeout=BEAT))[0]:
                        yield Line(self.poller.clock.now(), "beat", problem=self._blind or None)
                        continue
                    snapshot, coming = coming.result(), None
                    for line in self._of(snapshot):
                        yield line
            finally:
                if coming and coming.cancel():
                    await asyncio.wait({coming})

    async def _snapshots(self) -> AsyncGenerator[Snapshot | None, None]:
        async with aclosing(self.poller.snapshots()) as snapshots:
            async for snapshot in snapshots:
                yield await self._known(snapshot) if snapshot and snapshot.references else snapshot

    async def _known(self, seen: Snapshot) -> Snapshot:
        """Complete the references; those that fail stay references until the next list."""
        with suppress(EmError):
            self.poller.snapshot = seen = await self.whole(seen)
        return seen

    def _of(self, seen: Snapshot | None) -> Iterator[Line]:
        health, now = self.poller.health, self.poller.clock.now()
        self._say_clock()
        if (why := self._why_blind()) and not self._blind:
            self._blind = why
            yield Line(now, "blind", problem=self._blind)
        self._gaps = health.gaps if seen is not self._seen else self._gaps
        if seen is None or seen is self._seen:
            return
        if self._blind:
            yield Line(seen.as_of, "back", problem=self._blind)
            self._blind = ""
        before, self._seen = self._seen, seen
        yield from self._changes(before, seen)

    def _why_blind(self) -> str:
        """The reason for a lost connection or gap; empty while it may be a clock change."""
        health = self.poller.health
        if health.freshness is Freshness.LOST:
            return health.problem
        if health.gap:
            return "" if self.poller.is_gap_uncertain and not health.failures_in_a_row else health.gap
        return health.lost_periods[-1].why if health.gaps > self._gaps and health.lost_periods else ""

    def _say_clock(self) -> None:
        """Report a change of the local clock, with times as in the JSON."""
        steps, self._steps = self._steps, self.poller.health.clock_step_count
        if steps < self._steps:
            step = self.poller.health.clock_steps[-1]
            way = "forward" if step.by > timedelta() else "back"
            first, last = (f"{when:%Y-%m-%dT%H:%M:%SZ}" for when in (step.at - step.by, step.at))
            self.narrate(f"This computer's clock was set {way}, from {first} to {last}.")

    def _changes(self, before: Snapshot | None, seen: Snapshot) -> Iterator[Line]:
        if before is None:
            for session in reversed(seen.sessions) if self.from_start else ():
                if self.wanted(session):
                    yield Line(seen.as_of, "added", session, skew=seen.skew)
            return
        changes, old = Changes.between(before, seen), {session.uid: session for session in before.known}
        yield from _lacking(before, seen)
        for change, sessions in _told(changes):
            for session in reversed(sessions):
                if self.wanted(session) or (session.uid in old and self.wanted(old[session.uid])):
                    yield Line(seen.as_of, change, session, skew=seen.skew)


def _told(changes: Changes) -> Iterator[tuple[str, Sequence[Session]]]:
    """The sessions by change word; a returned session that also changed is `returned`."""
    again = {session.uid for session in changes.returned}
    yield "added", changes.added
    yield "returned", changes.returned
    yield "changed", [session for session in changes.changed if session.uid not in again]
    yield "gone", changes.gone


def _lacking(before: Snapshot, seen: Snapshot) -> Iterator[Line]:
    """A line if the number of unlisted runs has changed."""
    count = len(seen.unlisted.runs)
    if count and count != len(before.unlisted.runs):
        yield Line(seen.as_of, "unlisted", problem=lacks(seen.unlisted.runs), count=count)
    elif before.unlisted and not count:
        problem = f"{lacks(before.unlisted.runs)}, listed again"
        if seen.unlisted.given_up:
            problem = f"{lacks(before.unlisted.runs)}, assumed deleted"
        yield Line(seen.as_of, "listed", problem=problem, count=0)


def lacks(runs: Sequence[Session]) -> str:
    """`193 runs no longer listed, 4 of them failed`."""
    failed = sum(1 for run in runs if run.has_failed)
    counted = f"{len(runs):,} {'run' if len(runs) == 1 else 'runs'} no longer listed"
    return f"{counted}, {failed:,} of them failed" if failed else counted
