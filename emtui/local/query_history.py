"""The queries that were kept lately, for each profile, between runs: one a line, the newest last.

Two emtuis that run at once add to the same file under a lock, so that neither loses what the
other has kept. Where nothing can be written nothing is: nothing depends on it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from emtui.local.state_files import NoState, folder, locked, put

MOST = 100
"""Queries of a profile that are kept."""
LONGEST = 500
"""Characters of a query that is kept."""
_MOST_BYTES = 4 * MOST * LONGEST
"""A file beyond that is none of ours."""


def recent(profile: str) -> tuple[str, ...]:
    """The queries of this profile, the newest last."""
    try:
        return _read(_path(profile))
    except (NoState, OSError, UnicodeDecodeError):
        return ()


def note(profile: str, query: str) -> None:
    """Keep this query as the newest; it is in the file once."""
    with suppress(NoState, OSError):
        path = _path(profile)
        with locked(path.with_suffix(".lock")):
            try:
                known = _read(path)
            except (FileNotFoundError, UnicodeDecodeError):
                known = ()
            put(path, "".join(f"{kept}\n" for kept in with_newest(known, query)))


def with_newest(known: Iterable[str], query: str) -> tuple[str, ...]:
    """The queries with this one as the newest; one that is too long to be kept is left out."""
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
