"""A disagreement, told so that a person can judge it: the seed, what differs, and few runs that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from oracle.made import GeneratedCase

DifferenceFinder = Callable[[GeneratedCase], list[str]]
"""What differs between emtui and the oracle in a list; nothing where they agree."""
MAX_TRIES = 60
"""How often it is tried whether fewer runs will do."""


def assert_agreement(case: GeneratedCase, find_differences: DifferenceFinder) -> None:
    """Fail, with few runs, where emtui and the oracle disagree."""
    if not find_differences(case):
        return
    minimal = _minimize(case, find_differences)
    report = "\n".join([*find_differences(minimal)[:5], *(f"  {run}" for run in minimal.runs)])
    raise AssertionError(f"seed {case.seed}, now {case.now}, zone {case.zone}\n{report}")


def _minimize(case: GeneratedCase, find_differences: DifferenceFinder) -> GeneratedCase:
    """The list without runs that the disagreement does not need: first halves, at last single ones."""
    size, tries = len(case.runs) // 2, 0
    while size:
        for smaller in _smaller_cases(case, size):
            tries += 1
            if tries > MAX_TRIES:
                return case
            if find_differences(smaller):
                case = smaller
                break
        else:
            size //= 2
    return case


def _smaller_cases(case: GeneratedCase, size: int) -> Iterator[GeneratedCase]:
    """The list without so many runs, taken out one after another."""
    for start in range(0, len(case.runs), size):
        if runs := case.runs[:start] + case.runs[start + size :]:
            yield replace(case, runs=runs)
