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
from emtui.local.state_files import (
    StateUnavailableError,
    ensure_state_folder,
    lock_state_file,
    open_state_file,
    replace_state_file,
)

MAX_SESSIONS = 20_000
"""Sessions saved; older ones are not compared."""
_MAX_MESSAGE_LENGTH = 4000
"""Characters of a message used to recognize a failure."""
_MAX_FILE_BYTES = 64 * 1024 * 1024
"""Bytes; a larger file was not written by emtui."""
_FORMAT_VERSION = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNSUCCESSFUL = frozenset({Outcome.FAILED, Outcome.WARNING, Outcome.CANCELED})

SavedRow = list[object]


@dataclass(frozen=True, slots=True)
class SavedSessionList:
    """A session list, newest first, complete at `as_of` (local clock), and sessions missing from it.

    The server's clock was ahead by `skew`. `missing_since`: when sessions began to be missing;
    `listed_period`: how far back they were listed; `arrived_count`: how many have appeared since.
    """

    as_of: datetime
    skew: timedelta
    sessions: tuple[Session, ...]
    missing: tuple[Session, ...] = ()
    missing_since: datetime | None = None
    listed_period: timedelta | None = None
    arrived_count: int = 0


def load_last_list(server: str, user: str) -> SavedSessionList | None:
    """Load the saved list of this server and user; `None` if it cannot be read."""
    try:
        path = _list_path(server, user)
        if not path.exists():
            return None
        with os.fdopen(open_state_file(path, os.O_RDONLY), "rb") as file:
            return _parse_list(json.loads(file.read(_MAX_FILE_BYTES)))
    except (StateUnavailableError, OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def save_last_list(server: str, user: str, session_list: SavedSessionList) -> None:
    """Replace the saved list; failures are ignored."""
    text = json.dumps(
        {
            "version": _FORMAT_VERSION,
            "as_of": session_list.as_of.isoformat(),
            "skew": session_list.skew / _MICROSECOND,
            "since": session_list.missing_since and session_list.missing_since.isoformat(),
            "reach": session_list.listed_period and session_list.listed_period / _MICROSECOND,
            "arrived": session_list.arrived_count,
            "sessions": _sessions_to_rows(session_list.sessions),
            "unlisted": _sessions_to_rows(session_list.missing),
        },
        separators=(",", ":"),
    )
    with suppress(StateUnavailableError, OSError):
        path = _list_path(server, user)
        with lock_state_file(path.with_suffix(".lock")):
            replace_state_file(path, text)


def _list_path(server: str, user: str) -> Path:
    name = sha256(f"{server}\n{user}".encode()).hexdigest()[:16]
    return ensure_state_folder() / f"listed-{name}.json"


def _sessions_to_rows(sessions: Sequence[Session]) -> list[SavedRow]:
    return [_session_to_row(session) for session in sessions[:MAX_SESSIONS]]


def _session_to_row(session: Session) -> SavedRow:
    result = session.result
    message = (
        result.message[:_MAX_MESSAGE_LENGTH] if result.message and session.outcome in _UNSUCCESSFUL else None
    )
    return [
        session.uid,
        session.type,
        _to_microseconds(session.started),
        _to_microseconds(session.ended),
        session.state,
        result.value,
        message,
        result.is_canceled,
        session.is_complete,
    ]


def _to_microseconds(time: datetime | None) -> int | None:
    return None if time is None else (time - _EPOCH) // _MICROSECOND


def _from_microseconds(microseconds: object) -> datetime | None:
    return None if microseconds is None else _EPOCH + int(str(microseconds)) * _MICROSECOND


def _clean_text(value: object) -> str | None:
    return None if value is None else clean(str(value))


def _parse_list(record: dict[str, object]) -> SavedSessionList:
    if record["version"] != _FORMAT_VERSION:
        raise ValueError("unsupported version")
    since, listed_period = record["since"], record["reach"]
    return SavedSessionList(
        datetime.fromisoformat(str(record["as_of"])).astimezone(UTC),
        float(str(record["skew"])) * _MICROSECOND,
        _rows_to_sessions(record["sessions"]),
        _rows_to_sessions(record["unlisted"]),
        datetime.fromisoformat(str(since)).astimezone(UTC) if since else None,
        None if listed_period is None else float(str(listed_period)) * _MICROSECOND,
        int(str(record["arrived"])),
    )


def _rows_to_sessions(rows: object) -> tuple[Session, ...]:
    if not isinstance(rows, list):
        raise TypeError("not a list")
    return tuple(map(_row_to_session, rows))


def _row_to_session(row: SavedRow) -> Session:
    uid, session_type, started, ended, state, word, message, canceled, complete = row
    return Session(
        Uid(str(uid)),
        type=_clean_text(session_type),
        started=_from_microseconds(started),
        ended=_from_microseconds(ended),
        state=_clean_text(state),
        result=Result(_clean_text(word), _clean_text(message), bool(canceled)),
        is_complete=bool(complete),
    )
