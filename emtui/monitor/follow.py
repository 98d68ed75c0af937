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

from emtui.em.clock import offset, utc_now
from emtui.em.errors import BadSetting, Denied, EmError, ServerTrouble, Untrusted
from emtui.em.model import Listing
from emtui.em.threads import beside
from emtui.monitor.changes import NOTHING, Changes
from emtui.monitor.clocks import Cause, Lapse, Reading, was_set
from emtui.monitor.health import Cost, Health
from emtui.monitor.pace import LEAST, Pace
from emtui.monitor.snapshot import Snapshot

if TYPE_CHECKING:
    from emtui.em.source import Receipt

DECIDED = (Denied, Untrusted, BadSetting)
"""What no later attempt would change without somebody."""
TICK = 1.0
"""Seconds between two readings of the clocks."""
_FEW = 3
"""More than so many requests must have been left out, before a pause is one to speak of."""
SHORTEST_GAP = 30.0
"""However often the list is requested, less is no gap: a busy computer lets a process wait, too."""


class Clock(Protocol):
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
class RealClock:
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
class Answer:
    """A whole list, what it cost, and how far the server's clock is ahead of ours."""

    listing: Listing
    cost: Cost
    skew: timedelta | None = None

    @classmethod
    def of(cls, listing: Listing, receipt: Receipt | None) -> Answer:
        """A list with its receipt."""
        if receipt is None:
            raise TypeError("a list came without its receipt")
        return cls(listing, Cost(receipt.size, receipt.took), receipt.skew)


@dataclass(slots=True)
class Follow:
    """The loop and its handles: `wake` asks now, `stop` gives up the request under way, `paused` holds it.

    `changes` is what the last look at the list saw that the one before had not. `read_clocks` reads this
    computer's own clocks, whosever `clock` is.
    """

    ask: Callable[[], Awaitable[Answer]]
    pace: Pace = field(default_factory=Pace)
    clock: Clock = field(default_factory=RealClock)
    chance: Callable[[], float] = random.random
    health: Health = field(default_factory=Health)
    snapshot: Snapshot | None = None
    changes: Changes = NOTHING
    read_clocks: Callable[[], Reading] = Reading.now
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _asked: asyncio.Task[Answer] | None = None
    _paused: bool = False
    _key_at: float = 0.0
    _reading: Reading | None = None
    _watching: asyncio.Task[None] | None = None
    _asleep: float = 0.0
    _uncertain: float = 0.0
    _interrupted: bool = False
    _vain: int = 0
    _due: float = 0.0

    @property
    def asking(self) -> bool:
        """Whether a request is under way."""
        return self._asked is not None

    @property
    def paused(self) -> bool:
        """Whether nothing is asked but on a wish."""
        return self._paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        self._paused = paused
        if not paused:
            self.wake()

    @property
    def every(self) -> float:
        """The pause between two requests as things are, in seconds."""
        cost = self.health.last
        return self.pace.after_answer(cost.took if cost else 0.0, self.idle)

    @property
    def idle(self) -> float:
        """How long nobody has pressed a key, in seconds."""
        return self.elapsed - self._key_at

    @property
    def elapsed(self) -> float:
        """Seconds that have passed, those included that this computer slept."""
        return self.clock.monotonic() + self._asleep

    @property
    def undecided(self) -> bool:
        """Whether the next answer is to say if this computer slept, or if its clock was set."""
        return self._uncertain > 0

    def wake(self) -> None:
        """Ask now, unless a request is under way."""
        if not self.asking:
            self._woken.set()

    def touch(self) -> bool:
        """Somebody has pressed a key; true if nobody had for so long that the pace was slower."""
        self.check_clocks()
        rested = self.pace.usual(self.idle) > self.pace.every
        self._key_at = self.elapsed
        return rested

    def stop(self) -> bool:
        """Give up the request under way; false if there is none. The next one comes at its time."""
        return self._asked.cancel() if self._asked else False

    async def looks(self) -> AsyncGenerator[Snapshot | None, None]:
        """After each request the list as it is known then: the very same object if nothing has changed.

        Also before the next request, when there was none for a while. Raises what a person must decide.
        """
        self._key_at = self.elapsed
        watching = self._watch_clocks() if self.pace.is_regular else None
        try:
            while True:
                self._woken.clear()
                pause = await self._look()
                yield self.snapshot
                await self._rest(pause)
                while self._interrupted:
                    self._interrupted = False
                    yield self.snapshot
                    if self._paused:
                        self._woken.clear()
                        await self._rest(pause)
        finally:
            self.stop()
            if watching:
                watching.cancel()

    def _watch_clocks(self) -> asyncio.Task[None]:
        """Read the clocks again and again, by the only one that the event loop has."""
        self._reading = self.read_clocks()

        async def watch() -> None:
            while True:
                await asyncio.sleep(TICK)
                self.check_clocks()

        self._watching = asyncio.create_task(watch())
        return self._watching

    def check_clocks(self) -> bool:
        """See what has passed since the clocks were read last; whether nothing was requested for a while."""
        if self._reading is None or self._watching is None or self._watching.done():
            return False  # nobody follows the list now
        before, self._reading = self._reading, self.read_clocks()
        lapse = Lapse.between(before, self._reading, TICK)
        least = max(_FEW * self.pace.every, SHORTEST_GAP)
        cause = lapse.cause(least)
        self._asleep += lapse.slept
        if step := lapse.step(least):
            self._wall_was_set(step)
        if cause is None:
            if lapse.slept and self.elapsed >= self._due:
                self.wake()
            return False
        if cause is Cause.UNCERTAIN:
            self._asleep += lapse.shifted
            self._uncertain += lapse.shifted
        self.health.interrupted(self.clock.now(), cause.value)
        self._vain = 0
        self._interrupted = True
        self.stop()
        self._woken.set()
        return True

    def _wall_was_set(self, step: float) -> None:
        """Only the clock on the wall moved: the list is as good as before, and what it says is as of then."""
        self.health.clock_set(self.clock.now(), timedelta(seconds=round(step)))
        if not self._paused:
            self.wake()

    async def _look(self) -> float:
        """One request; the pause that is due after it."""
        self._asked = asyncio.ensure_future(self.ask())
        try:
            answer = await self._asked
            if self.check_clocks():
                return self.every  # it was given before this computer slept
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return self.every  # somebody stopped this request, not the loop
        except DECIDED as problem:
            self.health.lost(self.clock.now(), str(problem))
            raise
        except EmError as problem:
            self.health.failed(self.clock.now(), str(problem))
            after = problem.retry_after if isinstance(problem, ServerTrouble) else None
            self._vain += 1
            if self._vain == 1 and self.health.gap:
                return max(LEAST, after or 0.0)  # a network takes a moment to be back after sleep
            return self.pace.after_trouble(self._vain, after, self.chance())
        finally:
            self._asked = None
        await self._take(answer)
        return self.every

    async def _take(self, answer: Answer) -> None:
        at = self.clock.now()
        self._settle(answer.skew)
        self.health.answered(at, answer.cost)
        self.health.skew = answer.skew
        self._vain = 0
        skew = offset(answer.skew)
        seen, changes, before = None, NOTHING, self.snapshot
        while seen is None or before is not self.snapshot:  # a run became known better meanwhile
            before = self.snapshot
            seen, changes = await beside(partial(_look_at, before, answer.listing, at, skew))
        self.health.lacked(at, seen.unlisted)
        self.snapshot, self.changes = seen, changes

    def _settle(self, skew: timedelta | None) -> None:
        """What only the clock on the wall showed was no sleep, if the server's clock has not gone on."""
        step, self._uncertain = self._uncertain, 0.0
        before = self.health.skew
        if step and was_set(step, *(None if one is None else one.total_seconds() for one in (before, skew))):
            self._asleep -= step
            self.health.clock_set(self.clock.now(), timedelta(seconds=round(step)), no_gap=True)

    async def _rest(self, pause: float) -> None:
        """Until the next request is due or wished for; while paused, until it is wished for."""
        self._due = due = self.elapsed + pause
        while not self._woken.is_set():
            left = due - self.elapsed
            if left <= 0 and not self._paused:
                return
            await self.clock.wait(self._woken, None if self._paused else left)


def _look_at(
    before: Snapshot | None, listing: Listing, at: datetime, skew: timedelta
) -> tuple[Snapshot, Changes]:
    """The whole look, beside the event loop: a long list takes a while to go through."""
    if before is None:
        return Snapshot.of(listing, at, skew).counted(), NOTHING
    seen = before.again(listing, at, skew).counted()
    return seen, Changes.between(before, seen)
