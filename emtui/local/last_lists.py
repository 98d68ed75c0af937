"""The session list of the last `emtui check`, saved in the state folder for comparison.

One file per server and user. A session's message is saved only if it did not succeed, to
recognize the failure again. If nothing can be saved, nothing is compared.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from emtui.em.model import Outcome, Result, Session, Uid
from emtui.em.text_sanitizer import clean
from emtui.local.state_files import NoState, folder, locked, opened, put

MOST = 20_000
"""Sessions saved; older ones are not compared."""
_MESSAGE = 4000
"""Characters of a message used to recognize a failure."""
_LARGEST = 64 * 1024 * 1024
"""Bytes; a larger file was not written by emtui."""
_VERSION = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TROUBLED = frozenset({Outcome.FAILED, Outcome.WARNING, Outcome.CANCELED})

Row = list[object]


@dataclass(frozen=True, slots=True)
class LastList:
    """A session list, newest first, complete at `as_of` (local clock), and sessions missing from it.

    The server's clock was ahead by `skew`. `since`: when sessions began to be missing; `reach`: how far
    back they were listed; `arrived`: how many have appeared since.
    """

    as_of: datetime
    skew: timedelta
    sessions: tuple[Session, ...]
    unlisted: tuple[Session, ...] = ()
    since: datetime | None = None
    reach: timedelta | None = None
    arrived: int = 0


def last_list(server: str, user: str) -> LastList | None:
    """Load the saved list of this server and user; `None` if it cannot be read."""
    try:
        path = _path(server, user)
        if not path.exists():
            return None
        with os.fdopen(opened(path, os.O_RDONLY), "rb") as file:
            return _read(json.loads(file.read(_LARGEST)))
    except (NoState, OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def keep(server: str, user: str, listed: LastList) -> None:
    """Replace the saved list; failures are ignored."""
    text = json.dumps(
        {
            "version": _VERSION,
            "as_of": listed.as_of.isoformat(),
            "skew": listed.skew / _MICROSECOND,
            "since": listed.since and listed.since.isoformat(),
            "reach": listed.reach and listed.reach / _MICROSECOND,
            "arrived": listed.arrived,
            "sessions": _rows(listed.sessions),
            "unlisted": _rows(listed.unlisted),
        },
        separators=(",", ":"),
    )
    with suppress(NoState, OSError):
        path = _path(server, user)
        with locked(path.with_suffix(".lock")):
            put(path, text)


def _path(server: str, user: str) -> Path:
    name = sha256(f"{server}\n{user}".encode()).hexdigest()[:16]
    return folder() / f"listed-{name}.json"


def _rows(sessions: Sequence[Session]) -> list[Row]:
    return [_row(session) for session in sessions[:MOST]]


def _row(session: Session) -> Row:
    result = session.result
    message = result.message[:_MESSAGE] if result.message and session.outcome in _TROUBLED else None
    return [
        session.uid,
        session.type,
        _micro(session.started),
        _micro(session.ended),
        session.state,
        result.word,
        message,
        result.canceled,
        session.complete,
    ]


def _micro(when: datetime | None) -> int | None:
    return None if when is None else (when - _EPOCH) // _MICROSECOND


def _when(micro: object) -> datetime | None:
    return None if micro is None else _EPOCH + int(str(micro)) * _MICROSECOND


def _text(value: object) -> str | None:
    return None if value is None else clean(str(value))


def _read(kept: dict[str, object]) -> LastList:
    if kept["version"] != _VERSION:
        raise ValueError("unsupported version")
    since, reach = kept["since"], kept["reach"]
    return LastList(
        datetime.fromisoformat(str(kept["as_of"])).astimezone(UTC),
        float(str(kept["skew"])) * _MICROSECOND,
        _sessions(kept["sessions"]),
        _sessions(kept["unlisted"]),
        datetime.fromisoformat(str(since)).astimezone(UTC) if since else None,
        None if reach is None else float(str(reach)) * _MICROSECOND,
        int(str(kept["arrived"])),
    )


def _sessions(rows: object) -> tuple[Session, ...]:
    if not isinstance(rows, list):
        raise TypeError("not a list")
    return tuple(map(_session, rows))


def _session(row: Row) -> Session:
    uid, kind, started, ended, state, word, message, canceled, complete = row
    return Session(
        Uid(str(uid)),
        type=_text(kind),
        started=_when(started),
        ended=_when(ended),
        state=_text(state),
        result=Result(_text(word), _text(message), bool(canceled)),
        complete=bool(complete),
    )
