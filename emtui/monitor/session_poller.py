"""Polls one session until stopped.

Commands that wait for the end of a run poll steadily. A screen pauses polling while the session is not
viewed, requests at once on demand or after sleep, and can cancel a request.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from emtui.em.errors import EmError, SessionNotFoundError, UnexpectedStatusError
from emtui.monitor.list_poller import PERMANENT_ERRORS, SystemTime, TimeSource
from emtui.monitor.poll_schedule import MIN_INTERVAL, PollSchedule

T = TypeVar("T")

SCHEDULE = PollSchedule(interval=MIN_INTERVAL)
"""A viewed session is polled more often than the list."""
MIN_PAUSE_S = 0.5
"""Minimum seconds between two polls, even in a fast replay."""


def _return_true() -> bool:
    return True


@dataclass(slots=True)
class SessionPoller(Generic[T]):
    """The polling loop: every ten seconds, less often if requests are slow or fail.

    While `is_due` is false, requests are sent only on demand. `speed` is the number of recorded seconds per
    real second. Errors of the `fatal` types end the loop.
    """

    request: Callable[[], Awaitable[T]]
    schedule: PollSchedule = field(default_factory=lambda: SCHEDULE)
    clock: TimeSource = field(default_factory=SystemTime)
    jitter: Callable[[], float] = random.random
    is_due: Callable[[], bool] = _return_true
    speed: float = 1.0
    fatal: tuple[type[EmError], ...] = (*PERMANENT_ERRORS, SessionNotFoundError)
    _request_task: asyncio.Future[T] | None = None
    _wake_event: asyncio.Event = field(default_factory=asyncio.Event)
    _is_demanded: bool = False
    _failures: int = 0

    def request_now(self) -> None:
        """Poll at once, even if no poll is due, unless a request is running."""
        if self._request_task is None:
            self._is_demanded = True
            self._wake_event.set()

    def wake(self) -> None:
        """Poll at once if `is_due`, after sleep or suspension."""
        self._wake_event.set()

    def cancel(self) -> None:
        """Cancel the running or demanded request; polling continues as scheduled."""
        self._is_demanded = False
        if self._request_task:
            self._request_task.cancel()

    async def results(self) -> AsyncGenerator[T | EmError, None]:
        """Yield each response or transient error; raises `fatal` errors."""
        while True:
            result, pause = await self._poll()
            if result is not None:
                yield result
            await self._wait(pause)

    async def _poll(self) -> tuple[T | EmError | None, float]:
        """Send one request; return its response or error (`None` if canceled) and the pause after it."""
        started = self.clock.monotonic()
        self._request_task = asyncio.ensure_future(self.request())
        try:
            response = await self._request_task
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return None, self.schedule.interval
        except self.fatal:
            raise
        except EmError as error:
            self._failures += 1
            retry_after = error.retry_after if isinstance(error, UnexpectedStatusError) else None
            return error, self.schedule.pause_after_failure(self._failures, retry_after, self.jitter())
        finally:
            self._request_task = None
        self._failures = 0
        return response, self.schedule.pause_after_success(self.clock.monotonic() - started, 0)

    async def _wait(self, pause: float) -> None:
        """Wait until a poll is due or demanded."""
        while True:
            if not self._wake_event.is_set():
                await self.clock.wait(self._wake_event, max(pause / self.speed, MIN_PAUSE_S))
            self._wake_event.clear()
            if self._is_demanded or self.is_due():
                self._is_demanded = False
                return
