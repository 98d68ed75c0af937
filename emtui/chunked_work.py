"""Long computations that run in short steps, so that keys and paints come in between.

A computation is a generator: each `yield` ends a step of a millisecond or two, and what it
returns is the result. Whoever runs it decides how much to do at a time: all of it (`drain`) or as
much as fits a span of time (`run_for`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from time import perf_counter
from typing import Generic, TypeAlias, TypeVar

ResultT = TypeVar("ResultT")
Steps: TypeAlias = Generator[None, None, ResultT]


def run_to_end(steps: Steps[ResultT]) -> ResultT:
    """The result, computed at once."""
    try:
        while True:
            next(steps)
    except StopIteration as end:
        result: ResultT = end.value
        return result


class ChunkedComputation(Generic[ResultT]):
    """A computation that can be left and taken up again; it keeps its result."""

    def __init__(self, steps: Steps[ResultT]) -> None:
        self._steps = steps
        self.result: ResultT | None = None

    def run_for(self, seconds: float, clock: Callable[[], float] = perf_counter) -> ResultT | None:
        """Run at least one step, and more until this time has passed; the result, once there is one."""
        deadline = clock() + seconds
        try:
            while self.result is None:
                next(self._steps)
                if clock() >= deadline:
                    break
        except StopIteration as end:
            self.result = end.value
        return self.result

    def remaining_steps(self) -> Steps[ResultT]:
        """The rest of it, as part of another computation; one that is given up leaves this one as it is."""
        while self.result is None:
            try:
                next(self._steps)
            except StopIteration as end:
                self.result = end.value
            else:
                yield
        return self.result
