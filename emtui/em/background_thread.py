"""Run blocking work in daemon threads.

Not in asyncio's default executor, which is joined at exit: a hanging resolver or disk would keep the
program from ending. Not with `Thread.start`, which blocks until the new thread has run.
"""

from __future__ import annotations

import _thread
import asyncio
import sys
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

SWITCH_INTERVAL = 0.0005
"""Seconds after which a working thread gives way to the event loop.

Python's default of 5 ms would delay each read and write: 20 ms for the four TLS records of one read.
"""


async def run_in_thread(work: Callable[[], T]) -> T:
    """Run `work` in a new thread and return its result; its exceptions are raised here.

    If the caller is canceled, the thread continues and its result is dropped.
    """
    if sys.getswitchinterval() > SWITCH_INTERVAL:
        sys.setswitchinterval(SWITCH_INTERVAL)
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def resolve(result: T | None, problem: BaseException | None) -> None:
        if future.done():
            return
        if problem is not None:
            future.set_exception(problem)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # T, as there was no problem

    def run() -> None:
        result: T | None = None
        problem: BaseException | None = None
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - passed on, and raised where it is awaited
            problem = error
        _call_in_loop(loop, lambda: resolve(result, problem))

    _thread.start_new_thread(run, ())
    return await future


def _call_in_loop(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    if loop.is_closed():
        return
    try:
        loop.call_soon_threadsafe(callback)
    except RuntimeError:  # the loop has been closed in the meantime
        return
