"""Recent queries per profile, saved between runs: one per line, newest last.

Concurrent processes add to the file under a lock. Failures to read or write are ignored.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from emtui.local.state_files import (
    StateUnavailableError,
    ensure_state_folder,
    lock_state_file,
    replace_state_file,
)

MAX_QUERIES = 100
"""Maximum number of queries per profile."""
MAX_QUERY_LENGTH = 500
"""Maximum characters of a query."""
_MAX_FILE_BYTES = 4 * MAX_QUERIES * MAX_QUERY_LENGTH
"""A larger file was not written by emtui."""


def load_recent_queries(profile: str) -> tuple[str, ...]:
    """Return the queries of this profile, newest last."""
    try:
        return _read_queries(_history_path(profile))
    except (StateUnavailableError, OSError, UnicodeDecodeError):
        return ()


def save_recent_query(profile: str, query: str) -> None:
    """Save this query as the newest, without duplicates."""
    with suppress(StateUnavailableError, OSError):
        path = _history_path(profile)
        with lock_state_file(path.with_suffix(".lock")):
            try:
                queries = _read_queries(path)
            except (FileNotFoundError, UnicodeDecodeError):
                queries = ()
            replace_state_file(
                path, "".join(f"{recent_query}\n" for recent_query in append_query(queries, query))
            )


def append_query(queries: Iterable[str], query: str) -> tuple[str, ...]:
    """Return the queries with this one as the newest, unless it is too long."""
    others = tuple(other for other in queries if other != query)
    return (*others, query)[-MAX_QUERIES:] if _is_valid_query(query) else others


def _is_valid_query(query: str) -> bool:
    return bool(query.strip()) and query.isprintable() and len(query) <= MAX_QUERY_LENGTH


def _history_path(profile: str) -> Path:
    return ensure_state_folder() / f"queries-{profile}.txt"


def _read_queries(path: Path) -> tuple[str, ...]:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        lines = file.read(_MAX_FILE_BYTES).decode().splitlines()
    queries: tuple[str, ...] = ()
    for line in filter(_is_valid_query, lines):
        queries = append_query(queries, line)
    return queries
