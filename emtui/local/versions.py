"""Installed versions of Python and the main libraries."""

from __future__ import annotations

import platform
from importlib import metadata

_LIBRARIES = ("textual", "httpx", "lxml")


def installed_versions() -> dict[str, str]:
    """Return versions by name; `unknown` if not available."""
    return {"Python": platform.python_version(), **{name: _version_of(name) for name in _LIBRARIES}}


def _version_of(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "unknown"
