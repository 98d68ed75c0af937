"""One loop for the list: it asks, says what it saw, and pauses; for ever.

What may pass (unreachable, 5xx, time-outs) leaves the last list standing, older, with the
problem; what a person must decide (a refused logon, a certificate that is not trusted) is
raised. There is never a second request for the list, whoever wishes for one.
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
from emtui.monitor.health import Cost, Health
from emtui.monitor.pace import Pace
from emtui.monitor.snapshot import Snapshot

if TYPE_CHECKING:
    from emtui.em.source import Receipt

DECIDED = (Denied, Untrusted, BadSetting)
"""What no later attempt would change without somebody."""


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

    `changes` is what the last look at the list saw that the one before had not.
    """

    ask: Callable[[], Awaitable[Answer]]
    pace: Pace = field(default_factory=Pace)
    clock: Clock = field(default_factory=RealClock)
    chance: Callable[[], float] = random.random
    health: Health = field(default_factory=Health)
    snapshot: Snapshot | None = None
    changes: Changes = NOTHING
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _asked: asyncio.Task[Answer] | None = None
    _paused: bool = False
    _key_at: float = 0.0

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
        return self.clock.monotonic() - self._key_at

    def wake(self) -> None:
        """Ask now, unless a request is under way."""
        if not self.asking:
            self._woken.set()

    def touch(self) -> bool:
        """Somebody has pressed a key; true if nobody had for so long that the pace was slower."""
        rested = self.pace.usual(self.idle) > self.pace.every
        self._key_at = self.clock.monotonic()
        return rested

    def stop(self) -> bool:
        """Give up the request under way; false if there is none. The next one comes at its time."""
        return self._asked.cancel() if self._asked else False

    async def looks(self) -> AsyncGenerator[Snapshot | None, None]:
        """After each request the list as it is known then: the very same object if nothing has changed.

        Raises what a person must decide.
        """
        self._key_at = self.clock.monotonic()
        try:
            while True:
                self._woken.clear()
                pause = await self._look()
                yield self.snapshot
                await self._rest(pause)
        finally:
            self.stop()

    async def _look(self) -> float:
        """One request; the pause that is due after it."""
        self._asked = asyncio.ensure_future(self.ask())
        try:
            answer = await self._asked
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
            return self.pace.after_trouble(self.health.missed, after, self.chance())
        finally:
            self._asked = None
        await self._take(answer)
        return self.every

    async def _take(self, answer: Answer) -> None:
        at = self.clock.now()
        self.health.answered(at, answer.cost)
        self.health.skew = answer.skew
        skew = offset(answer.skew)
        seen, changes, before = None, NOTHING, self.snapshot
        while seen is None or before is not self.snapshot:  # a run became known better meanwhile
            before = self.snapshot
            seen, changes = await beside(partial(_look_at, before, answer.listing, at, skew))
        self.health.lacked(at, seen.unlisted)
        self.snapshot, self.changes = seen, changes

    async def _rest(self, pause: float) -> None:
        """Until the next request is due or wished for; while paused, until it is wished for."""
        due = self.clock.monotonic() + pause
        while not self._woken.is_set():
            left = due - self.clock.monotonic()
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
