"""Installed versions of Python and the main libraries."""

from __future__ import annotations

import platform
from importlib import metadata

_MADE_OF = ("textual", "httpx", "lxml")


def versions() -> dict[str, str]:
    """Return versions by name; `unknown` if not available."""
    return {"Python": platform.python_version(), **{name: _of(name) for name in _MADE_OF}}


def _of(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "unknown"
