"""Polls the session list: requests it, yields a snapshot, and pauses, until stopped.

Transient errors (unreachable, 5xx, time-outs) keep the last list and are recorded in `health`. Errors that
need the user (a refused logon, an untrusted certificate) are raised. At most one list request runs at a time.

If this computer slept, or emtui was suspended, for several intervals, the list is stale at once: a running
request is canceled and a new one sent.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

from emtui.em.background_thread import beside
from emtui.em.errors import BadSetting, Denied, EmError, ServerTrouble, Untrusted
from emtui.em.model import Listing
from emtui.em.server_clock import offset, utc_now
from emtui.monitor.backoff import MIN_INTERVAL, PollSchedule
from emtui.monitor.changes import NOTHING, Changes
from emtui.monitor.clock_steps import ClockReading, GapCause, Lapse, was_set
from emtui.monitor.feed_health import FeedHealth, RequestCost
from emtui.monitor.snapshot import Snapshot

if TYPE_CHECKING:
    from emtui.em.session_source import Receipt

PERMANENT_ERRORS = (Denied, Untrusted, BadSetting)
"""Errors that a retry cannot resolve without the user."""
CLOCK_CHECK_INTERVAL = 1.0
"""Seconds between two readings of the clocks."""
_FEW = 3
"""Number of missed requests from which on a gap is reported."""
SHORTEST_GAP = 30.0
"""Minimum length of a gap in seconds: a busy computer may delay a process, too."""


class TimeSource(Protocol):
    """Wall clock, monotonic clock and waiting; tests and recordings have their own."""

    def now(self) -> datetime:
        """The wall clock, an aware time."""
        ...

    def monotonic(self) -> float:
        """The monotonic clock, in seconds."""
        ...

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Wait until the event is set or the time is up."""
        ...


@dataclass(frozen=True, slots=True)
class SystemTime:
    """The clocks of this computer; `wall` may be replaced."""

    wall: Callable[[], datetime] = utc_now

    def now(self) -> datetime:
        """The wall clock."""
        return self.wall()

    def monotonic(self) -> float:
        """The clock of the event loop, in seconds."""
        return asyncio.get_running_loop().time()

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Wait until the event is set or the time is up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()


@dataclass(frozen=True, slots=True)
class ListResponse:
    """A complete list, its cost, and how far the server's clock is ahead of the local one."""

    listing: Listing
    cost: RequestCost
    skew: timedelta | None = None

    @classmethod
    def of(cls, listing: Listing, receipt: Receipt | None) -> ListResponse:
        """A list with its receipt."""
        if receipt is None:
            raise TypeError("a list response has no receipt")
        return cls(listing, RequestCost(receipt.size, receipt.took), receipt.skew)


@dataclass(slots=True)
class Poller:
    """The polling loop: `refresh` requests now, `stop` cancels the running request, `paused` pauses it.

    `changes` are those of the last list. `read_clocks` reads the clocks of this computer, even if `clock`
    is that of a recording.
    """

    request: Callable[[], Awaitable[ListResponse]]
    schedule: PollSchedule = field(default_factory=PollSchedule)
    clock: TimeSource = field(default_factory=SystemTime)
    jitter: Callable[[], float] = random.random
    health: FeedHealth = field(default_factory=FeedHealth)
    snapshot: Snapshot | None = None
    changes: Changes = NOTHING
    read_clocks: Callable[[], ClockReading] = ClockReading.now
    _wake_event: asyncio.Event = field(default_factory=asyncio.Event)
    _request: asyncio.Task[ListResponse] | None = None
    _paused: bool = False
    _last_activity: float = 0.0
    _reading: ClockReading | None = None
    _watching: asyncio.Task[None] | None = None
    _slept: float = 0.0
    _uncertain: float = 0.0
    _interrupted: bool = False
    _failures_in_a_row: int = 0
    _due: float = 0.0

    @property
    def is_requesting(self) -> bool:
        """Whether a request is running."""
        return self._request is not None

    @property
    def paused(self) -> bool:
        """Whether the list is requested only on demand."""
        return self._paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        self._paused = paused
        if not paused:
            self.refresh()

    @property
    def interval(self) -> float:
        """The current pause between two requests, in seconds."""
        cost = self.health.last_cost
        return self.schedule.after_success(cost.seconds if cost else 0.0, self.idle_time)

    @property
    def idle_time(self) -> float:
        """Seconds since the last key press."""
        return self.elapsed - self._last_activity

    @property
    def elapsed(self) -> float:
        """Elapsed seconds, including sleep of this computer."""
        return self.clock.monotonic() + self._slept

    @property
    def is_gap_uncertain(self) -> bool:
        """Whether it is still open if this computer slept or its clock was set; the next response decides."""
        return self._uncertain > 0

    def refresh(self) -> None:
        """Request the list now, unless a request is running."""
        if not self.is_requesting:
            self._wake_event.set()

    def record_activity(self) -> bool:
        """Record a key press; true if polling had slowed down for lack of one."""
        self.check_clocks()
        rested = self.schedule.interval_for(self.idle_time) > self.schedule.interval
        self._last_activity = self.elapsed
        return rested

    def stop(self) -> bool:
        """Cancel the running request; false if there is none. Polling continues as scheduled."""
        return self._request.cancel() if self._request else False

    async def snapshots(self) -> AsyncGenerator[Snapshot | None, None]:
        """Yield the list after each request: the same object if nothing has changed.

        Also yields when a gap is detected, before the next request. Raises `PERMANENT_ERRORS`.
        """
        self._last_activity = self.elapsed
        watching = self._watch_clocks() if self.schedule.is_regular else None
        try:
            while True:
                self._wake_event.clear()
                pause = await self._poll_once()
                yield self.snapshot
                await self._wait(pause)
                while self._interrupted:
                    self._interrupted = False
                    yield self.snapshot
                    if self._paused:
                        self._wake_event.clear()
                        await self._wait(pause)
        finally:
            self.stop()
            if watching:
                watching.cancel()

    def _watch_clocks(self) -> asyncio.Task[None]:
        """Start reading the clocks at a fixed interval of the event loop's clock."""
        self._reading = self.read_clocks()

        async def watch() -> None:
            while True:
                await asyncio.sleep(CLOCK_CHECK_INTERVAL)
                self.check_clocks()

        self._watching = asyncio.create_task(watch())
        return self._watching

    def check_clocks(self) -> bool:
        """Compare the clocks with the last reading; true if a gap was detected."""
        if self._reading is None or self._watching is None or self._watching.done():
            return False  # not polling
        before, self._reading = self._reading, self.read_clocks()
        lapse = Lapse.between(before, self._reading, CLOCK_CHECK_INTERVAL)
        least = max(_FEW * self.schedule.interval, SHORTEST_GAP)
        cause = lapse.cause(least)
        self._slept += lapse.slept
        if step := lapse.step(least):
            self._note_clock_step(step)
        if cause is None:
            if lapse.slept and self.elapsed >= self._due:
                self.refresh()
            return False
        if cause is GapCause.UNCERTAIN:
            self._slept += lapse.shifted
            self._uncertain += lapse.shifted
        self.health.on_gap(self.clock.now(), cause.value)
        self._failures_in_a_row = 0
        self._interrupted = True
        self.stop()
        self._wake_event.set()
        return True

    def _note_clock_step(self, step: float) -> None:
        """Record that only the wall clock changed, and refresh."""
        self.health.on_clock_step(self.clock.now(), timedelta(seconds=round(step)))
        if not self._paused:
            self.refresh()

    async def _poll_once(self) -> float:
        """Send one request; return the pause after it in seconds."""
        self._request = asyncio.ensure_future(self.request())
        try:
            answer = await self._request
            if self.check_clocks():
                return self.interval  # sent before this computer slept
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return self.interval  # the request was canceled, not the loop
        except PERMANENT_ERRORS as problem:
            self.health.on_stopped(self.clock.now(), str(problem))
            raise
        except EmError as problem:
            self.health.on_failure(self.clock.now(), str(problem))
            after = problem.retry_after if isinstance(problem, ServerTrouble) else None
            self._failures_in_a_row += 1
            if self._failures_in_a_row == 1 and self.health.gap:
                return max(MIN_INTERVAL, after or 0.0)  # the network may need a moment after sleep
            return self.schedule.after_failure(self._failures_in_a_row, after, self.jitter())
        finally:
            self._request = None
        await self._accept(answer)
        return self.interval

    async def _accept(self, answer: ListResponse) -> None:
        at = self.clock.now()
        self._resolve_uncertain_gap(answer.skew)
        self.health.on_response(at, answer.cost)
        self.health.skew = answer.skew
        self._failures_in_a_row = 0
        skew = offset(answer.skew)
        seen, changes, before = None, NOTHING, self.snapshot
        while seen is None or before is not self.snapshot:  # sessions were completed meanwhile
            before = self.snapshot
            seen, changes = await beside(partial(_look_at, before, answer.listing, at, skew))
        self.health.on_unlisted(at, seen.unlisted)
        self.snapshot, self.changes = seen, changes

    def _resolve_uncertain_gap(self, skew: timedelta | None) -> None:
        """Decide by the server's clock whether an uncertain gap was sleep or a clock change."""
        step, self._uncertain = self._uncertain, 0.0
        before = self.health.skew
        if step and was_set(step, *(None if one is None else one.total_seconds() for one in (before, skew))):
            self._slept -= step
            self.health.on_clock_step(self.clock.now(), timedelta(seconds=round(step)), no_gap=True)

    async def _wait(self, pause: float) -> None:
        """Wait until the next request is due or demanded; while paused, until demanded."""
        self._due = due = self.elapsed + pause
        while not self._wake_event.is_set():
            left = due - self.elapsed
            if left <= 0 and not self._paused:
                return
            await self.clock.wait(self._wake_event, None if self._paused else left)


def _look_at(
    before: Snapshot | None, listing: Listing, at: datetime, skew: timedelta
) -> tuple[Snapshot, Changes]:
    """Build the next snapshot and its changes; slow for long lists, so it runs in a thread."""
    if before is None:
        return Snapshot.of(listing, at, skew).counted(), NOTHING
    seen = before.again(listing, at, skew).counted()
    return seen, Changes.between(before, seen)
