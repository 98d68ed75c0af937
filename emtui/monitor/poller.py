"""One loop for the list: it asks, says what it saw, and pauses; for ever.

What may pass (unreachable, 5xx, time-outs) leaves the last list standing, older, with the
problem; what a person must decide (a refused logon, a certificate that is not trusted) is
raised. There is never a second request for the list, whoever wishes for one.

When this computer has slept, or emtui was stopped, for longer than a few requests are apart, the list is
stale at once, the request under way is given up, and another one made.
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
"""What no later attempt would change without somebody."""
CLOCK_CHECK_INTERVAL = 1.0
"""Seconds between two readings of the clocks."""
_FEW = 3
"""More than so many requests must have been left out, before a pause is one to speak of."""
SHORTEST_GAP = 30.0
"""However often the list is requested, less is no gap: a busy computer lets a process wait, too."""


class TimeSource(Protocol):
    """Two clocks and a way to wait: the real ones, or a test's."""

    def now(self) -> datetime:
        """The wall's, aware."""
        ...

    def monotonic(self) -> float:
        """One that never jumps, in seconds."""
        ...

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Until the event is set, or so long."""
        ...


@dataclass(frozen=True, slots=True)
class SystemTime:
    """The clocks of this computer; the wall's may be another's."""

    wall: Callable[[], datetime] = utc_now

    def now(self) -> datetime:
        """The wall's."""
        return self.wall()

    def monotonic(self) -> float:
        """The event loop's."""
        return asyncio.get_running_loop().time()

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Until the event is set, or so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()


@dataclass(frozen=True, slots=True)
class ListResponse:
    """A whole list, what it cost, and how far the server's clock is ahead of ours."""

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
    """The loop and its handles: `wake` asks now, `stop` gives up the request under way, `paused` holds it.

    `changes` is what the last look at the list saw that the one before had not. `read_clocks` reads this
    computer's own clocks, whosever `clock` is.
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
        """Whether a request is under way."""
        return self._request is not None

    @property
    def paused(self) -> bool:
        """Whether nothing is asked but on a wish."""
        return self._paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        self._paused = paused
        if not paused:
            self.refresh()

    @property
    def interval(self) -> float:
        """The pause between two requests as things are, in seconds."""
        cost = self.health.last_cost
        return self.schedule.after_success(cost.seconds if cost else 0.0, self.idle_time)

    @property
    def idle_time(self) -> float:
        """How long nobody has pressed a key, in seconds."""
        return self.elapsed - self._last_activity

    @property
    def elapsed(self) -> float:
        """Seconds that have passed, those included that this computer slept."""
        return self.clock.monotonic() + self._slept

    @property
    def is_gap_uncertain(self) -> bool:
        """Whether the next answer is to say if this computer slept, or if its clock was set."""
        return self._uncertain > 0

    def refresh(self) -> None:
        """Ask now, unless a request is under way."""
        if not self.is_requesting:
            self._wake_event.set()

    def record_activity(self) -> bool:
        """Somebody has pressed a key; true if nobody had for so long that the pace was slower."""
        self.check_clocks()
        rested = self.schedule.interval_for(self.idle_time) > self.schedule.interval
        self._last_activity = self.elapsed
        return rested

    def stop(self) -> bool:
        """Give up the request under way; false if there is none. The next one comes at its time."""
        return self._request.cancel() if self._request else False

    async def snapshots(self) -> AsyncGenerator[Snapshot | None, None]:
        """After each request the list as it is known then: the very same object if nothing has changed.

        Also before the next request, when there was none for a while. Raises what a person must decide.
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
        """Read the clocks again and again, by the only one that the event loop has."""
        self._reading = self.read_clocks()

        async def watch() -> None:
            while True:
                await asyncio.sleep(CLOCK_CHECK_INTERVAL)
                self.check_clocks()

        self._watching = asyncio.create_task(watch())
        return self._watching

    def check_clocks(self) -> bool:
        """See what has passed since the clocks were read last; whether nothing was requested for a while."""
        if self._reading is None or self._watching is None or self._watching.done():
            return False  # nobody follows the list now
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
        """Only the clock on the wall moved: the list is as good as before, and what it says is as of then."""
        self.health.on_clock_step(self.clock.now(), timedelta(seconds=round(step)))
        if not self._paused:
            self.refresh()

    async def _poll_once(self) -> float:
        """One request; the pause that is due after it."""
        self._request = asyncio.ensure_future(self.request())
        try:
            answer = await self._request
            if self.check_clocks():
                return self.interval  # it was given before this computer slept
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return self.interval  # somebody stopped this request, not the loop
        except PERMANENT_ERRORS as problem:
            self.health.on_stopped(self.clock.now(), str(problem))
            raise
        except EmError as problem:
            self.health.on_failure(self.clock.now(), str(problem))
            after = problem.retry_after if isinstance(problem, ServerTrouble) else None
            self._failures_in_a_row += 1
            if self._failures_in_a_row == 1 and self.health.gap:
                return max(MIN_INTERVAL, after or 0.0)  # a network takes a moment to be back after sleep
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
        while seen is None or before is not self.snapshot:  # a run became known better meanwhile
            before = self.snapshot
            seen, changes = await beside(partial(_look_at, before, answer.listing, at, skew))
        self.health.on_unlisted(at, seen.unlisted)
        self.snapshot, self.changes = seen, changes

    def _resolve_uncertain_gap(self, skew: timedelta | None) -> None:
        """What only the clock on the wall showed was no sleep, if the server's clock has not gone on."""
        step, self._uncertain = self._uncertain, 0.0
        before = self.health.skew
        if step and was_set(step, *(None if one is None else one.total_seconds() for one in (before, skew))):
            self._slept -= step
            self.health.on_clock_step(self.clock.now(), timedelta(seconds=round(step)), no_gap=True)

    async def _wait(self, pause: float) -> None:
        """Until the next request is due or wished for; while paused, until it is wished for."""
        self._due = due = self.elapsed + pause
        while not self._wake_event.is_set():
            left = due - self.elapsed
            if left <= 0 and not self._paused:
                return
            await self.clock.wait(self._wake_event, None if self._paused else left)


def _look_at(
    before: Snapshot | None, listing: Listing, at: datetime, skew: timedelta
) -> tuple[Snapshot, Changes]:
    """The whole look, beside the event loop: a long list takes a while to go through."""
    if before is None:
        return Snapshot.of(listing, at, skew).counted(), NOTHING
    seen = before.again(listing, at, skew).counted()
    return seen, Changes.between(before, seen)
