"""Capabilities of the terminal according to the environment.

Background color and speed are queried from the terminal itself, in `tui.terminal`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping, MutableMapping
from pathlib import Path

_COERCED_LOCALES = {"C.UTF-8", "C.utf8", "UTF-8"}
_LOCALE_VARIABLES = ("LC_ALL", "LC_CTYPE", "LANG")
_CONSOLE_PATTERN = re.compile("linux|vt[0-9]")
_MONOCHROME_PATTERN = re.compile("vt[0-9]")
_LIGHT_COLORS = {7, *range(9, 16)}
_MAX_DIGITS = 10
"""Numbers this long are neither process IDs nor widths."""
DEFAULT_SIZE = (80, 24)
"""Default columns and lines."""
ANSI_THEME, DARK_THEME, LIGHT_THEME = "ansi", "dark", "light"
THEME_NAMES = (ANSI_THEME, DARK_THEME, LIGHT_THEME, "high-contrast", "color-blind")
"""Color themes: the terminal's own 16 colors first, then those of its 256 colors."""


def terminal_type(environ: Mapping[str, str]) -> str:
    """Return TERM in lower case; empty if not set."""
    return environ.get("TERM", "").strip().lower()


def can_draw(environ: Mapping[str, str]) -> bool:
    """Whether it can draw a screen: TERM is neither empty nor `dumb`."""
    return terminal_type(environ) not in {"", "dumb"}


def is_simple(environ: Mapping[str, str]) -> bool:
    """Whether it is a console or DEC terminal, which prints newer query sequences as text."""
    return bool(_CONSOLE_PATTERN.match(terminal_type(environ)))


def is_in_multiplexer(environ: Mapping[str, str]) -> bool:
    """Whether tmux or screen responds instead of the terminal."""
    return bool(environ.get("TMUX") or environ.get("STY"))


def remove_stale_multiplexers(environ: MutableMapping[str, str], ancestors: Collection[int] | None) -> None:
    """Remove TMUX and STY from the environment if they belong to another terminal.

    Both contain the multiplexer's process ID, which must be an ancestor. If the ancestors are
    unknown, TMUX is removed if its socket does not exist.
    """
    for name, pane, parse in (("TMUX", "TMUX_PANE", _parse_tmux), ("STY", "WINDOW", _parse_screen)):
        if environ.get(name) and not _is_enclosing(*parse(environ[name]), ancestors):
            del environ[name]
            environ.pop(pane, None)


def _parse_tmux(value: str) -> tuple[str, str]:
    """Return socket and process ID of `/tmp/tmux-1000/default,4711,0`."""
    socket, _, process = value.rpartition(",")[0].rpartition(",")
    return socket, process


def _parse_screen(value: str) -> tuple[str, str]:
    """Return an empty socket and the process ID of `4711.pts-0.em01`."""
    return "", value.partition(".")[0]


def _is_enclosing(socket: str, process: str, ancestors: Collection[int] | None) -> bool:
    if not (process.isascii() and process.isdigit() and len(process) < _MAX_DIGITS):
        return False
    if ancestors is not None:
        return int(process) in ancestors
    return not socket or Path(socket).exists()


def terminal_size(handle: int, environ: Mapping[str, str]) -> tuple[int, int]:
    """Return columns and lines from the terminal; COLUMNS and LINES only if it reports 0.

    Exported by a shell, those two do not follow the window's size.
    """
    try:
        columns, lines = os.get_terminal_size(handle)
    except (OSError, ValueError):
        columns = lines = 0
    return columns or _read_number(environ, "COLUMNS", DEFAULT_SIZE[0]), lines or _read_number(
        environ, "LINES", DEFAULT_SIZE[1]
    )


def _read_number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "").strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < _MAX_DIGITS else 0
    return number or default


def locale_setting(environ: Mapping[str, str]) -> str:
    """Return the first of LC_ALL, LC_CTYPE and LANG that is set, as `NAME=value`; else empty."""
    name = next((name for name in _LOCALE_VARIABLES if environ.get(name)), None)
    return f"{name}={environ[name]}" if name else ""


def is_utf8(environ: Mapping[str, str]) -> bool:
    """Whether the user's locale is UTF-8; C, POSIX and none are not.

    Python treats the C locale as UTF-8, so it cannot tell.
    """
    return "UTF8" in locale_setting(environ).upper().replace("-", "")


def restore_locale(
    environ: MutableMapping[str, str], initial_environ: Path = Path("/proc/self/environ")
) -> None:
    """Restore the initial LC_CTYPE: Python changes it if the locale is C or unknown (PEP 538)."""
    if environ.get("LC_ALL") or environ.get("LC_CTYPE") not in _COERCED_LOCALES:
        return
    try:
        initial = dict(pair.partition(b"=")[::2] for pair in initial_environ.read_bytes().split(b"\0"))
    except OSError:
        return
    initial_locale = initial.get(b"LC_CTYPE")
    if initial_locale is None:
        del environ["LC_CTYPE"]
    else:
        environ["LC_CTYPE"] = os.fsdecode(initial_locale)


def is_ascii_only(environ: Mapping[str, str]) -> bool:
    """Whether only ASCII may be drawn, because of the locale or the console's font."""
    return is_simple(environ) or not is_utf8(environ)


def has_colors(environ: Mapping[str, str]) -> bool:
    """Whether colors may be used: any value of NO_COLOR disables them (no-color.org)."""
    return not environ.get("NO_COLOR") and not _MONOCHROME_PATTERN.match(terminal_type(environ))


def has_256_colors(environ: Mapping[str, str]) -> bool:
    """Whether the 256 colors of xterm may be used, according to COLORTERM and TERM."""
    kind = terminal_type(environ)
    return bool(environ.get("COLORTERM")) or kind.endswith(("256color", "-direct"))


def choose_theme(
    requested: str | None, environ: Mapping[str, str], *, is_light: bool | None, is_remote: bool
) -> str:
    """Return the requested theme if the terminal can show it, else the one that suits the terminal.

    Without a request, that is the terminal's own 16 colors over SSH, and wherever the background is
    unknown (`is_light` is None) or the terminal has no 256 colors.
    """
    if is_simple(environ):
        return ANSI_THEME
    if requested:
        return requested
    if is_remote or is_light is None or not has_256_colors(environ):
        return ANSI_THEME
    return LIGHT_THEME if is_light else DARK_THEME


def has_light_background(environ: Mapping[str, str]) -> bool | None:
    """Whether the background is light according to COLORFGBG (`0;15`); `None` if unknown."""
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return int(background) in _LIGHT_COLORS if background.isascii() and background.isdigit() else None
