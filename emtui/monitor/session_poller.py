"""One session, asked for again and again until somebody has seen enough."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from emtui.em.errors import EmError, NotFound, ServerTrouble
from emtui.monitor.backoff import MIN_INTERVAL, PollSchedule
from emtui.monitor.poller import PERMANENT_ERRORS, SystemTime, TimeSource

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SessionPoller(Generic[T]):
    """The loop around one request: every ten seconds, less often when it is slow or in vain."""

    request: Callable[[], Awaitable[T]]
    schedule: PollSchedule = field(default_factory=lambda: PollSchedule(interval=MIN_INTERVAL))
    clock: TimeSource = field(default_factory=SystemTime)
    jitter: Callable[[], float] = random.random

    async def results(self) -> AsyncGenerator[T | EmError, None]:
        """Each answer, or the problem that may pass; raises what a person must decide, and `NotFound`."""
        missed = 0
        while True:
            began = self.clock.monotonic()
            try:
                answer = await self.request()
            except (*PERMANENT_ERRORS, NotFound):
                raise
            except EmError as problem:
                missed += 1
                after = problem.retry_after if isinstance(problem, ServerTrouble) else None
                yield problem
                pause = self.schedule.after_failure(missed, after, self.jitter())
            else:
                missed = 0
                yield answer
                pause = self.schedule.after_success(self.clock.monotonic() - began, 0)
            await self.clock.wait(asyncio.Event(), pause)
