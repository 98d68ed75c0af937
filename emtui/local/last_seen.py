"""When each profile's list was last viewed, saved between runs to summarize what happened since."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from emtui.local.state_files import NoState, folder, opened, put

_FILE = "looked.json"
_MOST = 64 * 1024
"""Bytes; a larger file was not written by emtui."""


def last_look(profile: str) -> datetime | None:
    """Return when a key was last pressed on this profile's list, if saved."""
    try:
        known = _read(folder() / _FILE)
        when = datetime.fromisoformat(known[profile])
    except (NoState, OSError, ValueError, TypeError, KeyError):
        return None
    return when if when.tzinfo else None


def note_look(profile: str, when: datetime) -> None:
    """Save the time of the last view; failures are ignored."""
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
