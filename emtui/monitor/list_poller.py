"""Polls the session list: requests it, yields a snapshot, and pauses, until stopped.

Transient errors (unreachable, 5xx, time-outs) keep the last list and are recorded in `health`. Errors that
need the user (a refused logon, an untrusted certificate) are raised. At most one list request runs at a time.

If this computer or emtui was suspended for several intervals, the list is stale at once: a running request
is canceled and a new one sent.
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

from emtui.em.background_thread import run_in_thread
from emtui.em.errors import (
    AccessDeniedError,
    CertificateUntrustedError,
    EmError,
    InvalidSettingError,
    UnexpectedStatusError,
)
from emtui.em.model import Listing
from emtui.em.server_clock import clock_offset, utc_now
from emtui.monitor.changes import NO_CHANGES, Changes
from emtui.monitor.clock_steps import ClockDeviation, ClockReading, GapCause, was_clock_set
from emtui.monitor.feed_health import FeedHealth, RequestCost
from emtui.monitor.poll_schedule import MIN_INTERVAL, PollSchedule
from emtui.monitor.snapshot import Snapshot

if TYPE_CHECKING:
    from emtui.em.session_source import ResponseStats

PERMANENT_ERRORS = (AccessDeniedError, CertificateUntrustedError, InvalidSettingError)
"""Errors that a retry cannot resolve without the user."""
CLOCK_CHECK_INTERVAL = 1.0
"""Seconds between two readings of the clocks."""
_GAP_INTERVALS = 3
"""Number of missed requests from which on a gap is reported."""
MIN_GAP_S = 30.0
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
    """The clocks of this computer; `wall_clock` may be replaced."""

    wall_clock: Callable[[], datetime] = utc_now

    def now(self) -> datetime:
        """The wall clock."""
        return self.wall_clock()

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
    def from_listing(cls, listing: Listing, stats: ResponseStats | None) -> ListResponse:
        """A list with the statistics of its response."""
        if stats is None:
            raise TypeError("a list response has no statistics")
        return cls(listing, RequestCost(stats.size, stats.seconds), stats.skew)


@dataclass(slots=True)
class Poller:
    """The polling loop: `refresh` requests now, `stop` cancels the running request, `is_paused` pauses it.

    `changes` are those of the last list. `read_clocks` reads the clocks of this computer, even if `clock`
    is that of a recording.
    """

    request: Callable[[], Awaitable[ListResponse]]
    schedule: PollSchedule = field(default_factory=PollSchedule)
    clock: TimeSource = field(default_factory=SystemTime)
    jitter: Callable[[], float] = random.random
    health: FeedHealth = field(default_factory=FeedHealth)
    snapshot: Snapshot | None = None
    changes: Changes = NO_CHANGES
    read_clocks: Callable[[], ClockReading] = ClockReading.now
    _wake_event: asyncio.Event = field(default_factory=asyncio.Event)
    _request_task: asyncio.Task[ListResponse] | None = None
    _is_paused: bool = False
    _last_activity: float = 0.0
    _last_reading: ClockReading | None = None
    _clock_watcher: asyncio.Task[None] | None = None
    _sleep_seconds: float = 0.0
    _uncertain_seconds: float = 0.0
    _is_interrupted: bool = False
    _failures_in_a_row: int = 0
    _due_at: float = 0.0

    @property
    def is_requesting(self) -> bool:
        """Whether a request is running."""
        return self._request_task is not None

    @property
    def is_paused(self) -> bool:
        """Whether the list is requested only on demand."""
        return self._is_paused

    @is_paused.setter
    def is_paused(self, is_paused: bool) -> None:
        self._is_paused = is_paused
        if not is_paused:
            self.refresh()

    @property
    def interval(self) -> float:
        """The current pause between two requests, in seconds."""
        cost = self.health.last_cost
        return self.schedule.pause_after_success(cost.seconds if cost else 0.0, self.idle_time)

    @property
    def idle_time(self) -> float:
        """Seconds since the last key press."""
        return self.elapsed - self._last_activity

    @property
    def elapsed(self) -> float:
        """Elapsed seconds, including sleep of this computer."""
        return self.clock.monotonic() + self._sleep_seconds

    @property
    def is_gap_uncertain(self) -> bool:
        """Whether the computer was suspended or its clock set is still open; the next response decides."""
        return self._uncertain_seconds > 0

    def refresh(self) -> None:
        """Request the list now, unless a request is running."""
        if not self.is_requesting:
            self._wake_event.set()

    def record_activity(self) -> bool:
        """Record a key press; true if polling had slowed down for lack of one."""
        self.check_clocks()
        was_idle = self.schedule.interval_for(self.idle_time) > self.schedule.interval
        self._last_activity = self.elapsed
        return was_idle

    def stop(self) -> bool:
        """Cancel the running request; false if there is none. Polling continues as scheduled."""
        return self._request_task.cancel() if self._request_task else False

    async def snapshots(self) -> AsyncGenerator[Snapshot | None, None]:
        """Yield the list after each request: the same object if nothing has changed.

        Also yields when a gap is detected, before the next request. Raises `PERMANENT_ERRORS`.
        """
        self._last_activity = self.elapsed
        watcher = self._watch_clocks() if self.schedule.is_regular else None
        try:
            while True:
                self._wake_event.clear()
                pause = await self._poll_once()
                yield self.snapshot
                await self._wait(pause)
                while self._is_interrupted:
                    self._is_interrupted = False
                    yield self.snapshot
                    if self._is_paused:
                        self._wake_event.clear()
                        await self._wait(pause)
        finally:
            self.stop()
            if watcher:
                watcher.cancel()

    def _watch_clocks(self) -> asyncio.Task[None]:
        """Start reading the clocks at a fixed interval of the event loop's clock."""
        self._last_reading = self.read_clocks()

        async def check_periodically() -> None:
            while True:
                await asyncio.sleep(CLOCK_CHECK_INTERVAL)
                self.check_clocks()

        self._clock_watcher = asyncio.create_task(check_periodically())
        return self._clock_watcher

    def check_clocks(self) -> bool:
        """Compare the clocks with the last reading; true if a gap was detected."""
        if self._last_reading is None or self._clock_watcher is None or self._clock_watcher.done():
            return False  # not polling
        before, self._last_reading = self._last_reading, self.read_clocks()
        lapse = ClockDeviation.between(before, self._last_reading, CLOCK_CHECK_INTERVAL)
        min_gap = max(_GAP_INTERVALS * self.schedule.interval, MIN_GAP_S)
        cause = lapse.gap_cause(min_gap)
        self._sleep_seconds += lapse.sleep_seconds
        if step := lapse.clock_step(min_gap):
            self._record_clock_step(step)
        if cause is None:
            if lapse.sleep_seconds and self.elapsed >= self._due_at:
                self.refresh()
            return False
        if cause is GapCause.UNCERTAIN:
            self._sleep_seconds += lapse.shift_seconds
            self._uncertain_seconds += lapse.shift_seconds
        self.health.on_gap(self.clock.now(), cause.value)
        self._failures_in_a_row = 0
        self._is_interrupted = True
        self.stop()
        self._wake_event.set()
        return True

    def _record_clock_step(self, step: float) -> None:
        """Record that only the wall clock changed, and refresh."""
        self.health.on_clock_step(self.clock.now(), timedelta(seconds=round(step)))
        if not self._is_paused:
            self.refresh()

    async def _poll_once(self) -> float:
        """Send one request; return the pause after it in seconds."""
        self._request_task = asyncio.ensure_future(self.request())
        try:
            response = await self._request_task
            if self.check_clocks():
                return self.interval  # sent before this computer was suspended
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return self.interval  # the request was canceled, not the loop
        except PERMANENT_ERRORS as error:
            self.health.on_stopped(self.clock.now(), str(error))
            raise
        except EmError as error:
            self.health.on_failure(self.clock.now(), str(error))
            retry_after = error.retry_after if isinstance(error, UnexpectedStatusError) else None
            self._failures_in_a_row += 1
            if self._failures_in_a_row == 1 and self.health.gap_reason:
                return max(MIN_INTERVAL, retry_after or 0.0)  # the network may need a moment after sleep
            return self.schedule.pause_after_failure(self._failures_in_a_row, retry_after, self.jitter())
        finally:
            self._request_task = None
        await self._apply_response(response)
        return self.interval

    async def _apply_response(self, response: ListResponse) -> None:
        at = self.clock.now()
        self._resolve_uncertain_gap(response.skew)
        self.health.on_response(at, response.cost)
        self.health.skew = response.skew
        self._failures_in_a_row = 0
        skew = clock_offset(response.skew)
        snapshot, changes, before = None, NO_CHANGES, self.snapshot
        while snapshot is None or before is not self.snapshot:  # sessions were completed meanwhile
            before = self.snapshot
            snapshot, changes = await run_in_thread(
                partial(_build_snapshot, before, response.listing, at, skew)
            )
        self.health.on_unlisted(at, snapshot.unlisted)
        self.snapshot, self.changes = snapshot, changes

    def _resolve_uncertain_gap(self, skew: timedelta | None) -> None:
        """Decide by the server's clock whether an uncertain gap was sleep or a clock change."""
        step, self._uncertain_seconds = self._uncertain_seconds, 0.0
        previous_skew = self.health.skew
        if step and was_clock_set(
            step, *(None if one is None else one.total_seconds() for one in (previous_skew, skew))
        ):
            self._sleep_seconds -= step
            self.health.on_clock_step(self.clock.now(), timedelta(seconds=round(step)), replaces_gap=True)

    async def _wait(self, pause: float) -> None:
        """Wait until the next request is due or demanded; while paused, until it is demanded."""
        self._due_at = due_at = self.elapsed + pause
        while not self._wake_event.is_set():
            remaining = due_at - self.elapsed
            if remaining <= 0 and not self._is_paused:
                return
            await self.clock.wait(self._wake_event, None if self._is_paused else remaining)


def _build_snapshot(
    before: Snapshot | None, listing: Listing, at: datetime, skew: timedelta
) -> tuple[Snapshot, Changes]:
    """Build the next snapshot and its changes; slow for long lists, so it runs in a thread."""
    if before is None:
        return Snapshot.from_listing(listing, at, skew).with_counts(), NO_CHANGES
    snapshot = before.with_listing(listing, at, skew).with_counts()
    return snapshot, Changes.between(before, snapshot)
