"""What one check found: a verdict, a sentence, the next step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """How it is. Only `FAIL` makes the whole a failure."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    `seconds` is how long that took, where it says something; `problem` is the error
    behind a failure, whose kind decides the exit code.
    """

    name: str
    verdict: Verdict
    found: str
    next: str = ""
    seconds: float | None = None
    problem: Exception | None = None


def ok(name: str, found: str, seconds: float | None = None) -> Check:
    """Nothing to do."""
    return Check(name, Verdict.OK, found, seconds=seconds)


def warn(name: str, found: str, next_step: str = "", seconds: float | None = None) -> Check:
    """Somebody should know."""
    return Check(name, Verdict.WARN, found, next_step, seconds)


def skip(name: str, why: str, next_step: str = "") -> Check:
    """It was not looked at."""
    return Check(name, Verdict.SKIP, why, next_step)


def fail(name: str, problem: Exception, seconds: float | None = None) -> Check:
    """It does not work; the error's sentence names the next step."""
    return Check(name, Verdict.FAIL, str(problem), seconds=seconds, problem=problem)
