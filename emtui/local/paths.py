"""Where emtui keeps its files on this computer. Pure: the environment and platform are arguments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def config_file(environ: Mapping[str, str], home: Path, platform: str) -> Path:
    """The configuration: `~/.config/emtui/config.toml`, or where this platform keeps such."""
    return _folder(environ, home, platform, "XDG_CONFIG_HOME", ".config", "APPDATA") / "config.toml"


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
