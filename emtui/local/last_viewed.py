"""When each profile's list was last viewed, saved between runs to summarize what happened since."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from emtui.local.state_files import (
    StateUnavailableError,
    ensure_state_folder,
    open_state_file,
    replace_state_file,
)

_FILE_NAME = "looked.json"
_MAX_FILE_BYTES = 64 * 1024
"""Bytes; a larger file was not written by emtui."""


def load_last_viewed(profile: str) -> datetime | None:
    """Return when a key was last pressed on this profile's list, if saved."""
    try:
        viewed_times = _read_viewed_times(ensure_state_folder() / _FILE_NAME)
        when = datetime.fromisoformat(viewed_times[profile])
    except (StateUnavailableError, OSError, ValueError, TypeError, KeyError):
        return None
    return when if when.tzinfo else None


def save_last_viewed(profile: str, when: datetime) -> None:
    """Save the time of the last view; failures are ignored."""
    with suppress(StateUnavailableError, OSError):
        path = ensure_state_folder() / _FILE_NAME
        try:
            viewed_times = _read_viewed_times(path)
        except (OSError, ValueError, TypeError):
            viewed_times = {}
        viewed_times[profile] = when.isoformat(timespec="seconds")
        replace_state_file(path, json.dumps(viewed_times))


def _read_viewed_times(path: Path) -> dict[str, str]:
    handle = open_state_file(path, os.O_RDONLY)
    with os.fdopen(handle, "rb") as file:
        viewed_times = json.loads(file.read(_MAX_FILE_BYTES) or b"{}")
    if not isinstance(viewed_times, dict):
        raise TypeError("not a table")
    return {str(name): str(when) for name, when in viewed_times.items()}
