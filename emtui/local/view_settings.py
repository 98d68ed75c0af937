"""How the list is shown, saved between runs: whether it has a preview of the selected row.

Failures to read or write are ignored.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress

from emtui.local.state_files import (
    StateUnavailableError,
    ensure_state_folder,
    open_state_file,
    replace_state_file,
)

_FILE_NAME = "view.json"
_MAX_FILE_BYTES = 4 * 1024
"""Bytes; a larger file was not written by emtui."""
_PREVIEW = "preview"


def load_preview_shown() -> bool:
    """Return whether the preview is shown; true unless it was saved as hidden."""
    try:
        handle = open_state_file(ensure_state_folder() / _FILE_NAME, os.O_RDONLY)
        with os.fdopen(handle, "rb") as file:
            settings = json.loads(file.read(_MAX_FILE_BYTES) or b"{}")
    except (StateUnavailableError, OSError, ValueError):
        return True
    return not (isinstance(settings, dict) and settings.get(_PREVIEW) is False)


def save_preview_shown(*, is_shown: bool) -> None:
    """Save whether the preview is shown."""
    with suppress(StateUnavailableError, OSError):
        replace_state_file(ensure_state_folder() / _FILE_NAME, json.dumps({_PREVIEW: is_shown}))
