"""Exit codes of errors, in one table.

0 success · 1 internal error · 2 usage · 3 not found · 4 logon refused, forbidden, no password ·
5 unreachable · 6 invalid response from the server · 7 certificate not trusted · 130 interrupted ·
141 closed pipe · 129 and 143 ended by SIGHUP or SIGTERM.

`wait` adds codes for outcomes (`cli.wait`); `check` has those of monitoring plugins (`cli.check_rules`).
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from emtui import text_format
from emtui.cli.arguments import UsageError
from emtui.cli.stdio import StdoutWriteError
from emtui.em import errors as em

if TYPE_CHECKING:
    from emtui.em.model import Session

INTERNAL_ERROR = 1
INTERRUPTED = 130


class TerminatedBySignalError(BaseException):
    """A signal that ends emtui was received. Not an `Exception`, so that only `dispatch` catches it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number


class NoPasswordError(Exception):
    """No source has the password, and there is no terminal to ask on; or it cannot be sent."""


def _exit_codes() -> tuple[tuple[type[Exception], int], ...]:
    from emtui.query import (  # start-up time: only for errors
        AmbiguousSessionError,
        InvalidQueryError,
        NoMatchingSessionError,
    )

    return (
        (UsageError, 2),
        (InvalidQueryError, 2),
        (AmbiguousSessionError, 2),
        (em.InvalidSettingError, 2),
        (NoMatchingSessionError, 3),
        (em.SessionNotFoundError, 3),
        (NoPasswordError, 4),
        (em.AccessDeniedError, 4),
        (em.ServerUnreachableError, 5),
        (em.UnexpectedResponseError, 6),
        (em.CertificateUntrustedError, 7),
    )


def exit_code_for(error: Exception) -> int:
    """The exit code of an error."""
    return next((code for error_type, code in _exit_codes() if isinstance(error, error_type)), INTERNAL_ERROR)


def error_details(error: Exception) -> tuple[str, ...]:
    """More lines about an error: the candidates, or both fingerprints."""
    from emtui.query import AmbiguousSessionError

    match error:
        case AmbiguousSessionError():
            return tuple(_format_candidate(session) for session in error.sessions)
        case em.CertificateChangedError():
            return (f"  pinned {error.pinned}", f"  now    {error.certificate.sha256}", f"  {error.key_text}")
        case _:
            return ()


def _format_candidate(session: Session) -> str:
    started = text_format.format_iso(session.started) if session.started else ""
    return f"  {session.id}  {session.type or ''}  {started}"


def error_sentence(error: Exception) -> str:
    """The sentence about an error; of an internal one only its location, as texts may contain secrets."""
    from emtui.query import InvalidQueryError

    if isinstance(error, InvalidQueryError) and error.replacement:
        return f"{str(error).removesuffix('.')}, in a shell {shlex.quote(error.replacement)}."
    if exit_code_for(error) != INTERNAL_ERROR or isinstance(error, StdoutWriteError):
        return str(error)
    from emtui.local import crash_report

    return crash_report.report_error(error)
