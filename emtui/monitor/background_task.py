"""A background task of a feed, such as polling; starting it again replaces the earlier work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

Work = Callable[[], Awaitable[None]]


class BackgroundTask:
    """Runs one piece of work at a time: later work starts after earlier work has ended.

    `on_error` receives exceptions that the work did not handle.
    """

    def __init__(self, on_error: Callable[[BaseException], object]) -> None:
        self._on_error = on_error
        self._task: asyncio.Task[None] | None = None
        self._unfinished_tasks: set[asyncio.Task[None]] = set()

    @property
    def is_running(self) -> bool:
        """Whether the latest work is still running and not canceled."""
        return self._task is not None and not self._task.done()

    def start(self, work: Work) -> None:
        """Cancel the current work and start this."""
        self.cancel()
        self.queue(work)

    def queue(self, work: Work) -> asyncio.Task[None]:
        """Start this after the current work."""
        self._task = asyncio.create_task(_run_after(work, frozenset(self._unfinished_tasks)))
        self._unfinished_tasks.add(self._task)
        self._task.add_done_callback(self._on_done)
        return self._task

    async def run(self, work: Work) -> None:
        """Run this to completion after the current work, even if the caller is canceled."""
        await asyncio.wait({self.queue(work)})

    def cancel(self) -> bool:
        """Cancel the current work; false if there is none."""
        task, self._task = self._task, None
        return task is not None and task.cancel()

    async def close(self) -> None:
        """Cancel all work and wait until it has ended."""
        for task in self._unfinished_tasks:
            task.cancel()
        if self._unfinished_tasks:
            await asyncio.wait(set(self._unfinished_tasks))

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._unfinished_tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._on_error(error)


async def _run_after(work: Work, earlier: frozenset[asyncio.Task[None]]) -> None:
    if earlier:
        await asyncio.wait(earlier)
    await work()
