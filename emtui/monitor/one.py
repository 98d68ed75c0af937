"""One session, asked for again and again until somebody has seen enough."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from emtui.em.errors import EmError, NotFound, ServerTrouble
from emtui.monitor.follow import DECIDED, Clock, RealClock
from emtui.monitor.pace import LEAST, Pace

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class One(Generic[T]):
    """The loop around one request: every ten seconds, less often when it is slow or in vain."""

    ask: Callable[[], Awaitable[T]]
    pace: Pace = field(default_factory=lambda: Pace(every=LEAST))
    clock: Clock = field(default_factory=RealClock)
    chance: Callable[[], float] = random.random

    async def answers(self) -> AsyncGenerator[T | EmError, None]:
        """Each answer, or the problem that may pass; raises what a person must decide, and `NotFound`."""
        missed = 0
        while True:
            began = self.clock.monotonic()
            try:
                answer = await self.ask()
            except (*DECIDED, NotFound):
                raise
            except EmError as problem:
                missed += 1
                after = problem.retry_after if isinstance(problem, ServerTrouble) else None
                yield problem
                pause = self.pace.after_trouble(missed, after, self.chance())
            else:
                missed = 0
                yield answer
                pause = self.pace.after_answer(self.clock.monotonic() - began, 0)
            await self.clock.wait(asyncio.Event(), pause)
