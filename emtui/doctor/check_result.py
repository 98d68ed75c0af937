"""Result of one check: a verdict, a sentence, the next step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """Status of a check. Only `FAIL` makes the command fail."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Check:
    """Result of one check.

    `seconds` is its duration, if relevant; `problem` is the error of a failed check, whose type
    decides the exit code.
    """

    name: str
    verdict: Verdict
    found: str
    next: str = ""
    seconds: float | None = None
    problem: Exception | None = None


def ok(name: str, found: str, seconds: float | None = None) -> Check:
    """Passed; nothing to do."""
    return Check(name, Verdict.OK, found, seconds=seconds)


def warn(name: str, found: str, next_step: str = "", seconds: float | None = None) -> Check:
    """Passed with a warning."""
    return Check(name, Verdict.WARN, found, next_step, seconds)


def skip(name: str, why: str, next_step: str = "") -> Check:
    """Not checked."""
    return Check(name, Verdict.SKIP, why, next_step)


def fail(name: str, problem: Exception, seconds: float | None = None) -> Check:
    """Failed; the error's sentence names the next step."""
    return Check(name, Verdict.FAIL, str(problem), seconds=seconds, problem=problem)
