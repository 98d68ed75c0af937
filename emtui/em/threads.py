"""Blocking work beside the event loop, in daemon threads.

Not in asyncio's default executor: that is joined at exit, and a resolver or a
disk that hangs would keep the whole program from ending.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def beside(work: Callable[[], T]) -> T:
    """The result of `work`, run in a thread of its own; its exceptions are raised here.

    When the caller is cancelled the thread is left to itself and its result is dropped.
    """
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

    threading.Thread(target=run, name="emtui-beside", daemon=True).start()
    return await future


def _tell(loop: asyncio.AbstractEventLoop, settle: Callable[[], None]) -> None:
    if loop.is_closed():
        return
    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:  # the loop was closed since: nobody waits any more
        return
