"""Long computations in short steps, so that key presses and screen updates are handled in between.

A computation is a generator: each `yield` ends a step of a millisecond or two, and its return value is the
result. The caller runs it to the end (`run_to_end`) or for some time (`ChunkedComputation.run_for`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from time import perf_counter
from typing import Generic, TypeAlias, TypeVar

ResultT = TypeVar("ResultT")
Steps: TypeAlias = Generator[None, None, ResultT]


def run_to_end(steps: Steps[ResultT]) -> ResultT:
    """Run all steps and return the result."""
    try:
        while True:
            next(steps)
    except StopIteration as end:
        result: ResultT = end.value
        return result


class ChunkedComputation(Generic[ResultT]):
    """A computation that can be suspended and resumed, and keeps its result."""

    def __init__(self, steps: Steps[ResultT]) -> None:
        self._steps = steps
        self.result: ResultT | None = None

    def run_for(self, seconds: float, clock: Callable[[], float] = perf_counter) -> ResultT | None:
        """Run at least one step, and more until this time has passed; return the result once complete."""
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
        """The remaining steps, as part of another computation; if that is abandoned, this one stays valid."""
        while self.result is None:
            try:
                next(self._steps)
            except StopIteration as end:
                self.result = end.value
            else:
                yield
        return self.result
