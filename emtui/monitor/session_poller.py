"""One session, requested again and again until somebody has seen enough: the only loop of its kind.

Commands that wait for the end of a run poll steadily. A screen pauses the polls while nobody looks, makes
one at once when the person wants it or this computer has slept, and can give one up.
"""

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

SCHEDULE = PollSchedule(interval=MIN_INTERVAL)
"""One session is requested more often than the list, while somebody looks at it."""
SHORTEST_PAUSE = 0.5
"""Seconds between two polls, however fast the time of a recording goes."""


def _always() -> bool:
    return True


@dataclass(slots=True)
class SessionPoller(Generic[T]):
    """The loop around one request: every ten seconds, less often when it is slow or fails.

    While `is_due` says no, nothing is requested but on demand. `speed` is how many seconds pass in what is
    polled (a recording) in one of ours. Errors of the kinds `fatal` end the loop.
    """

    request: Callable[[], Awaitable[T]]
    schedule: PollSchedule = field(default_factory=lambda: SCHEDULE)
    clock: TimeSource = field(default_factory=SystemTime)
    jitter: Callable[[], float] = random.random
    is_due: Callable[[], bool] = _always
    speed: float = 1.0
    fatal: tuple[type[EmError], ...] = (*PERMANENT_ERRORS, NotFound)
    _running: asyncio.Future[T] | None = None
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _is_demanded: bool = False
    _failures: int = 0

    def request_now(self) -> None:
        """Poll at once, even if no poll is due; one that is under way is that poll."""
        if self._running is None:
            self._is_demanded = True
            self._woken.set()

    def wake(self) -> None:
        """Poll at once if polls are due at all: this computer slept, or emtui was stopped."""
        self._woken.set()

    def cancel(self) -> None:
        """Give up the request under way, or the one that was demanded; the next one comes at its time."""
        self._is_demanded = False
        if self._running:
            self._running.cancel()

    async def results(self) -> AsyncGenerator[T | EmError, None]:
        """Each answer, or the error that may pass; raises those that are `fatal`."""
        while True:
            result, pause = await self._poll()
            if result is not None:
                yield result
            await self._rest(pause)

    async def _poll(self) -> tuple[T | EmError | None, float]:
        """One request: its answer or error, nothing if it was given up; and the pause due after it."""
        began = self.clock.monotonic()
        self._running = asyncio.ensure_future(self.request())
        try:
            answer = await self._running
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return None, self.schedule.interval
        except self.fatal:
            raise
        except EmError as error:
            self._failures += 1
            retry_after = error.retry_after if isinstance(error, ServerTrouble) else None
            return error, self.schedule.after_failure(self._failures, retry_after, self.jitter())
        finally:
            self._running = None
        self._failures = 0
        return answer, self.schedule.after_success(self.clock.monotonic() - began, 0)

    async def _rest(self, pause: float) -> None:
        """Until a poll is due, or demanded."""
        while True:
            if not self._woken.is_set():
                await self.clock.wait(self._woken, max(pause / self.speed, SHORTEST_PAUSE))
            self._woken.clear()
            if self._is_demanded or self.is_due():
                self._is_demanded = False
                return
