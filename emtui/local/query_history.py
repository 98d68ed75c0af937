"""Recent queries per profile, saved between runs: one per line, newest last.

Concurrent processes add to the file under a lock. Failures to read or write are ignored.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from emtui.local.state_files import NoState, folder, locked, put

MOST = 100
"""Maximum number of queries per profile."""
LONGEST = 500
"""Maximum characters of a query."""
_MOST_BYTES = 4 * MOST * LONGEST
"""A larger file was not written by emtui."""


def recent(profile: str) -> tuple[str, ...]:
    """Return the queries of this profile, newest last."""
    try:
        return _read(_path(profile))
    except (NoState, OSError, UnicodeDecodeError):
        return ()


def note(profile: str, query: str) -> None:
    """Save this query as the newest, without duplicates."""
    with suppress(NoState, OSError):
        path = _path(profile)
        with locked(path.with_suffix(".lock")):
            try:
                known = _read(path)
            except (FileNotFoundError, UnicodeDecodeError):
                known = ()
            put(path, "".join(f"{kept}\n" for kept in with_newest(known, query)))


def with_newest(known: Iterable[str], query: str) -> tuple[str, ...]:
    """Return the queries with this one as the newest, unless it is too long."""
    others = tuple(other for other in known if other != query)
    return (*others, query)[-MOST:] if _fits(query) else others


def _fits(query: str) -> bool:
    return bool(query.strip()) and query.isprintable() and len(query) <= LONGEST


def _path(profile: str) -> Path:
    return folder() / f"queries-{profile}.txt"


def _read(path: Path) -> tuple[str, ...]:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        lines = file.read(_MOST_BYTES).decode().splitlines()
    known: tuple[str, ...] = ()
    for line in filter(_fits, lines):
        known = with_newest(known, line)
    return known
