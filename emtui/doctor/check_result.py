"""Result of one check: a status, a sentence, the next step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class CheckStatus(Enum):
    """Status of a check. Only `FAIL` makes the command fail."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Result of one check.

    `seconds` is its duration, if relevant; `error` is that of a failed check, whose type
    decides the exit code.
    """

    name: str
    status: CheckStatus
    message: str
    next_step: str = ""
    seconds: float | None = None
    error: Exception | None = None


def passed(name: str, message: str, seconds: float | None = None) -> CheckResult:
    """Passed; nothing to do."""
    return CheckResult(name, CheckStatus.OK, message, seconds=seconds)


def warning(name: str, message: str, next_step: str = "", seconds: float | None = None) -> CheckResult:
    """Passed with a warning."""
    return CheckResult(name, CheckStatus.WARN, message, next_step, seconds)


def skipped(name: str, reason: str, next_step: str = "") -> CheckResult:
    """Not checked."""
    return CheckResult(name, CheckStatus.SKIP, reason, next_step)


def failed(name: str, error: Exception, seconds: float | None = None) -> CheckResult:
    """Failed; the error's sentence names the next step."""
    return CheckResult(name, CheckStatus.FAIL, str(error), seconds=seconds, error=error)
