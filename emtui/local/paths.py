"""Paths of emtui's files on this computer. Pure except `home`, `config_files` and `notes_files`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

NO_HOME = Path(os.devnull)
"""Home of a user without one: nothing exists or can be written below it."""


def home_folder() -> Path:
    """Return the home folder; `NO_HOME` for an unknown user ID without HOME, as in a container."""
    try:
        return Path.home()
    except RuntimeError:
        return NO_HOME


def config_file(environ: Mapping[str, str], home: Path, platform: str) -> Path:
    """Return the user's configuration file: `~/.config/emtui/config.toml` or the platform's equivalent."""
    return _emtui_folder(environ, home, platform, "XDG_CONFIG_HOME", ".config", "APPDATA") / "config.toml"


def team_files(environ: Mapping[str, str], platform: str) -> tuple[Path, ...]:
    """Return the configuration files for all users, highest priority first."""
    if platform == "win32":
        return (Path(environ.get("PROGRAMDATA") or r"C:\ProgramData") / "emtui" / "config.toml",)
    folders = (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    return tuple(Path(folder) / "emtui" / "config.toml" for folder in folders if Path(folder).is_absolute())


def config_files() -> tuple[Path, ...]:
    """Return all configuration files, the user's first."""
    return config_file(os.environ, home_folder(), sys.platform), *team_files(os.environ, sys.platform)


def notes_files() -> tuple[Path, ...]:
    """Return the notes file next to each configuration file, the user's first."""
    return tuple(file.with_name("notes.toml") for file in config_files())


def state_folder(environ: Mapping[str, str], home: Path, platform: str) -> Path:
    """Return the folder of logs and saved state."""
    return _emtui_folder(environ, home, platform, "XDG_STATE_HOME", ".local/state", "LOCALAPPDATA")


def _emtui_folder(
    environ: Mapping[str, str],
    home: Path,
    platform: str,
    xdg_variable: str,
    default: str,
    windows_variable: str,
) -> Path:
    if platform == "win32":
        return Path(environ.get(windows_variable) or home) / "emtui"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "emtui"
    xdg_folder = Path(environ.get(xdg_variable) or "")
    return (xdg_folder if xdg_folder.is_absolute() else home / default) / "emtui"
