"""Blocking work beside the event loop, in daemon threads.

Not in asyncio's default executor: that is joined at exit, and a resolver or a
disk that hangs would keep the whole program from ending. Not by `Thread.start` either: that waits
until the thread runs, and then for the interpreter, which the thread's work holds by then.
"""

from __future__ import annotations

import _thread
import asyncio
import sys
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

SWITCH_INTERVAL = 0.0005
"""Seconds after which a thread at work lets the event loop go on, which wants to at every read and write.

Python's own 5 ms are waited each time: 20 ms for the four TLS records of one read from the network.
"""


async def beside(work: Callable[[], T]) -> T:
    """The result of `work`, run in a thread of its own; its exceptions are raised here.

    When the caller is cancelled the thread is left to itself and its result is dropped.
    """
    if sys.getswitchinterval() > SWITCH_INTERVAL:
        sys.setswitchinterval(SWITCH_INTERVAL)
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, problem: BaseException | None) -> None:
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
        except BaseException as caught:  # noqa: BLE001 - handed over whole, and raised where it is awaited
            problem = caught
        _tell(loop, lambda: settle(result, problem))

    _thread.start_new_thread(run, ())
    return await future


def _tell(loop: asyncio.AbstractEventLoop, settle: Callable[[], None]) -> None:
    if loop.is_closed():
        return
    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:  # the loop was closed since: nobody waits any more
        return
