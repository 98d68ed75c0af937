"""When somebody last looked at the list of a profile, kept between runs: what ended since then is told."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from emtui.local.state_files import NoState, folder, opened, put

_FILE = "looked.json"
_MOST = 64 * 1024
"""Bytes; a file beyond that is none of ours."""


def last_look(profile: str) -> datetime | None:
    """The last key that was pressed with this profile's list on the screen, if that is known."""
    try:
        known = _read(folder() / _FILE)
        when = datetime.fromisoformat(known[profile])
    except (NoState, OSError, ValueError, TypeError, KeyError):
        return None
    return when if when.tzinfo else None


def note_look(profile: str, when: datetime) -> None:
    """Somebody looked then. Where it cannot be kept it is not: nothing depends on it."""
    with suppress(NoState, OSError):
        path = folder() / _FILE
        try:
            known = _read(path)
        except (OSError, ValueError, TypeError):
            known = {}
        known[profile] = when.isoformat(timespec="seconds")
        put(path, json.dumps(known))


def _read(path: Path) -> dict[str, str]:
    handle = opened(path, os.O_RDONLY)
    with os.fdopen(handle, "rb") as file:
        known = json.loads(file.read(_MOST) or b"{}")
    if not isinstance(known, dict):
        raise TypeError("not a table")
    return {str(name): str(when) for name, when in known.items()}
