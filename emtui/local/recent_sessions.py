"""Sessions that emtui listed or opened last, by server, so that a shell can complete their IDs.

One file for all servers, with the newest sessions of each and the types and states seen: no messages.
Failures to read or write are ignored.
"""

from __future__ import annotations

import heapq
import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from emtui.em.model import Session, state_values, type_names
from emtui.em.server_address import Server
from emtui.em.text_sanitizer import clean
from emtui.local.state_files import (
    StateUnavailableError,
    ensure_state_folder,
    lock_state_file,
    open_state_file,
    replace_state_file,
)

MAX_SESSIONS = 100
"""Sessions saved for each server."""
MAX_SERVERS = 10
MAX_NAMES = 50
"""Types, and states, saved for each server; a server has a dozen."""
_FILE_NAME = "recent.json"
_MAX_NAME_LENGTH = 200
_MAX_FILE_BYTES = 4 * 1024 * 1024
"""Bytes; a larger file was not written by emtui."""
_READ_ERRORS = (StateUnavailableError, OSError, ValueError, TypeError, KeyError, RecursionError)


@dataclass(frozen=True, slots=True)
class RecentSession:
    """A session by its ID (a GUID in lower case)."""

    id: str
    type: str | None
    outcome: str
    started: datetime | None


@dataclass(frozen=True, slots=True)
class RecentSessions:
    """The last sessions of a server, newest first, and the types and states that it has sent."""

    sessions: tuple[RecentSession, ...] = ()
    types: tuple[str, ...] = ()
    states: tuple[str, ...] = ()


def load_recent_sessions(server: Server) -> RecentSessions:
    """Return the saved sessions of this server."""
    try:
        return _parse_entry(_read_entries(ensure_state_folder() / _FILE_NAME)[server.key])
    except _READ_ERRORS:
        return RecentSessions()


def save_recent_sessions(server: Server, sessions: Sequence[Session]) -> None:
    """Save the newest of these sessions, and keep as many of the earlier ones as there is room for.

    Nothing is written if nothing has changed.
    """
    with suppress(StateUnavailableError, OSError):
        path = ensure_state_folder() / _FILE_NAME
        with lock_state_file(path.with_suffix(".lock")):
            try:
                entries = _read_entries(path)
            except _READ_ERRORS:
                entries = {}
            text = json.dumps(_updated_entries(entries, server, sessions), separators=(",", ":"))
            if text != json.dumps(entries, separators=(",", ":")):
                replace_state_file(path, text)


def _updated_entries(
    entries: dict[str, object], server: Server, sessions: Sequence[Session]
) -> dict[str, object]:
    """The entries with this server's as the last one."""
    try:
        saved = _parse_entry(entries[server.key])
    except (ValueError, TypeError, KeyError):
        saved = RecentSessions()
    merged = {session.id: session for session in saved.sessions}
    newest = heapq.nlargest(MAX_SESSIONS, sessions, key=_start)
    merged |= {
        session.id: RecentSession(session.id, session.type, session.outcome, session.started)
        for session in newest
    }
    kept = sorted(merged.values(), key=_start, reverse=True)[:MAX_SESSIONS]
    entry = {
        "sessions": [
            [
                session.id,
                session.type,
                session.outcome,
                session.started and session.started.isoformat(timespec="seconds"),
            ]
            for session in kept
        ],
        "types": _limit_names((*type_names(sessions), *saved.types)),
        "states": _limit_names((*state_values(sessions), *saved.states)),
    }
    others = {key: value for key, value in entries.items() if key != server.key}
    return dict([*others.items(), (server.key, entry)][-MAX_SERVERS:])


def _start(session: Session | RecentSession) -> datetime:
    return session.started or datetime.min.replace(tzinfo=UTC)


def _limit_names(names: Iterable[str]) -> list[str]:
    return sorted(list(dict.fromkeys(name for name in names if len(name) <= _MAX_NAME_LENGTH))[:MAX_NAMES])


def _read_entries(path: Path) -> dict[str, object]:
    with os.fdopen(open_state_file(path, os.O_RDONLY), "rb") as file:
        entries = json.loads(file.read(_MAX_FILE_BYTES) or b"{}")
    if not isinstance(entries, dict):
        raise TypeError("not a table")
    return entries


def _parse_entry(entry: object) -> RecentSessions:
    if not isinstance(entry, dict):
        raise TypeError("not a table")
    sessions = [
        RecentSession(
            clean(str(session_id)),
            clean(str(session_type)) if session_type else None,
            clean(str(outcome)),
            datetime.fromisoformat(started).astimezone(UTC) if started else None,
        )
        for session_id, session_type, outcome, started in entry["sessions"]
    ]
    return RecentSessions(
        tuple(sessions), tuple(map(clean, entry["types"])), tuple(map(clean, entry["states"]))
    )
