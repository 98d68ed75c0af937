"""Where emtui keeps its files on this computer. Pure but for `home`, `config_files` and `notes_files`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

NOWHERE = Path(os.devnull)
"""The home of a user who has none: nothing is found below it, and nothing can be written."""


def home() -> Path:
    """The user's home folder; `NOWHERE` for a user id that nobody knows, without HOME, as in a container."""
    try:
        return Path.home()
    except RuntimeError:
        return NOWHERE


def config_file(environ: Mapping[str, str], home: Path, platform: str) -> Path:
    """The configuration: `~/.config/emtui/config.toml`, or where this platform keeps such."""
    return _folder(environ, home, platform, "XDG_CONFIG_HOME", ".config", "APPDATA") / "config.toml"


def team_files(environ: Mapping[str, str], platform: str) -> tuple[Path, ...]:
    """The configuration of everybody on this computer, the one that counts most first."""
    if platform == "win32":
        return (Path(environ.get("PROGRAMDATA") or r"C:\ProgramData") / "emtui" / "config.toml",)
    named = (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    return tuple(Path(folder) / "emtui" / "config.toml" for folder in named if Path(folder).is_absolute())


def config_files() -> tuple[Path, ...]:
    """Every configuration that counts here, the user's own first."""
    return config_file(os.environ, home(), sys.platform), *team_files(os.environ, sys.platform)


def notes_files() -> tuple[Path, ...]:
    """Every file of notes that counts here, beside each configuration, the user's own first."""
    return tuple(file.with_name("notes.toml") for file in config_files())


def state_dir(environ: Mapping[str, str], home: Path, platform: str) -> Path:
    """The folder of logs and what is remembered between runs."""
    return _folder(environ, home, platform, "XDG_STATE_HOME", ".local/state", "LOCALAPPDATA")


def _folder(
    environ: Mapping[str, str], home: Path, platform: str, xdg: str, usual: str, windows: str
) -> Path:
    if platform == "win32":
        return Path(environ.get(windows) or home) / "emtui"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "emtui"
    named = Path(environ.get(xdg) or "")
    return (named if named.is_absolute() else home / usual) / "emtui"
