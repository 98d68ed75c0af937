"""Exit codes of errors, in one table.

0 success · 1 internal error · 2 usage · 3 not found · 4 logon refused, forbidden, no password ·
5 unreachable · 6 invalid response from the server · 7 certificate not trusted · 130 interrupted ·
141 closed pipe · 129 and 143 ended by SIGHUP or SIGTERM.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from emtui import text_format
from emtui.cli.arguments import BadUsage
from emtui.cli.stdio import NotWritten
from emtui.em import errors as em

if TYPE_CHECKING:
    from emtui.em.model import Session

OWN_FAULT = 1
INTERRUPTED = 130


class Terminated(BaseException):
    """A signal that ends emtui was received. Not an `Exception`, so that only `dispatch` catches it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number


class NoPassword(Exception):
    """No source has the password, and there is no terminal to ask on; or it cannot be sent."""


def _codes() -> tuple[tuple[type[Exception], int], ...]:
    from emtui.query import BadQuery, NoMatch, SeveralMatch  # start-up time: only for errors

    return (
        (BadUsage, 2),
        (BadQuery, 2),
        (SeveralMatch, 2),
        (em.BadSetting, 2),
        (NoMatch, 3),
        (em.NotFound, 3),
        (NoPassword, 4),
        (em.Denied, 4),
        (em.Unreachable, 5),
        (em.Nonsense, 6),
        (em.Untrusted, 7),
    )


def code_of(error: Exception) -> int:
    """The exit code of an error."""
    return next((code for kind, code in _codes() if isinstance(error, kind)), OWN_FAULT)


def details_of(error: Exception) -> tuple[str, ...]:
    """More lines about an error: the candidates, or both fingerprints."""
    from emtui.query import SeveralMatch

    match error:
        case SeveralMatch():
            return tuple(_candidate(session) for session in error.sessions)
        case em.Changed():
            return (f"  pinned {error.pinned}", f"  now    {error.certificate.sha256}", f"  {error.key_told}")
        case _:
            return ()


def _candidate(session: Session) -> str:
    started = text_format.iso(session.started) if session.started else ""
    return f"  {session.id}  {session.type or ''}  {started}"


def sentence_of(error: Exception) -> str:
    """The sentence about an error; of an internal one only its location, as texts may contain secrets."""
    from emtui.query import BadQuery

    if isinstance(error, BadQuery) and error.instead:
        return f"{str(error).removesuffix('.')}, in a shell {shlex.quote(error.instead)}."
    if code_of(error) != OWN_FAULT or isinstance(error, NotWritten):
        return str(error)
    from emtui.local import crash_report

    return crash_report.told(error)
