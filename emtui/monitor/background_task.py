"""One thing that a feed does in the background, such as its polling; what is started later replaces it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

Work = Callable[[], Awaitable[None]]


class BackgroundTask:
    """Does one piece of work at a time: a later one begins once the earlier ones have ended.

    `on_error` is given what nobody expected: an exception that the work did not handle.
    """

    def __init__(self, on_error: Callable[[BaseException], object]) -> None:
        self._on_error = on_error
        self._task: asyncio.Task[None] | None = None
        self._unfinished: set[asyncio.Task[None]] = set()

    @property
    def is_running(self) -> bool:
        """Whether the work that was started last has not ended, and was not cancelled."""
        return self._task is not None and not self._task.done()

    def start(self, work: Work) -> None:
        """Do this, in place of what is done now."""
        self.cancel()
        self.queue(work)

    def queue(self, work: Work) -> asyncio.Task[None]:
        """Do this after what is done now."""
        self._task = asyncio.create_task(_run(work, frozenset(self._unfinished)))
        self._unfinished.add(self._task)
        self._task.add_done_callback(self._on_done)
        return self._task

    async def finish(self, work: Work) -> None:
        """Do this after what is done now, to its end, even if whoever waits for that is cancelled."""
        await asyncio.wait({self.queue(work)})

    def cancel(self) -> bool:
        """Give up what is done; false if nothing is."""
        task, self._task = self._task, None
        return task is not None and task.cancel()

    async def close(self) -> None:
        """Give up everything, and wait until it has ended."""
        for task in self._unfinished:
            task.cancel()
        if self._unfinished:
            await asyncio.wait(set(self._unfinished))

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._unfinished.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._on_error(error)


async def _run(work: Work, before: frozenset[asyncio.Task[None]]) -> None:
    if before:
        await asyncio.wait(before)
    await work()
