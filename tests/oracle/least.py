"""A disagreement, told so that a person can judge it: the seed, what differs, and few runs that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from oracle.made import Made

Judge = Callable[[Made], list[str]]
"""What differs between emtui and the oracle in a list; nothing where they agree."""
TRIES = 60
"""How often it is tried whether fewer runs will do."""


def agree(made: Made, judge: Judge) -> None:
    """Fail, with few runs, where emtui and the oracle disagree."""
    if not judge(made):
        return
    small = _least(made, judge)
    told = "\n".join([*judge(small)[:5], *(f"  {run}" for run in small.runs)])
    raise AssertionError(f"seed {made.seed}, now {made.now}, zone {made.zone}\n{told}")


def _least(made: Made, judge: Judge) -> Made:
    """The list without runs that the disagreement does not need: first halves, at last single ones."""
    size, tries = len(made.runs) // 2, 0
    while size:
        for fewer in _without(made, size):
            tries += 1
            if tries > TRIES:
                return made
            if judge(fewer):
                made = fewer
                break
        else:
            size //= 2
    return made


def _without(made: Made, size: int) -> Iterator[Made]:
    """The list without so many runs, taken out one after another."""
    for start in range(0, len(made.runs), size):
        if runs := made.runs[:start] + made.runs[start + size :]:
            yield replace(made, runs=runs)
