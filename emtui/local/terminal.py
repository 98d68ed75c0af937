"""What kind of terminal this is, as far as the environment says.

The environment in, answers out. What only the terminal itself can tell (its
background, how fast it is) is asked elsewhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping, MutableMapping
from pathlib import Path

_COERCED = {"C.UTF-8", "C.utf8", "UTF-8"}
_LOCALE = ("LC_ALL", "LC_CTYPE", "LANG")
_CONSOLE = re.compile("linux|vt[0-9]")
_UNCOLORED = re.compile("vt[0-9]")
_LIGHT = {7, *range(9, 16)}
_DIGITS = 10
"""Of a number so long, nothing is a process or a width."""
USUAL = (80, 24)
"""Columns and lines of a terminal that does not know its size."""


def kind(environ: Mapping[str, str]) -> str:
    """What TERM calls it, in lower case; empty if nothing is said."""
    return environ.get("TERM", "").strip().lower()


def draws(environ: Mapping[str, str]) -> bool:
    """Whether it can draw a screen at all: `dumb`, and one that nobody has named, cannot."""
    return kind(environ) not in {"", "dumb"}


def simple(environ: Mapping[str, str]) -> bool:
    """Whether it is a console or a DEC terminal, which print what they are asked in a newer tongue."""
    return bool(_CONSOLE.match(kind(environ)))


def relayed(environ: Mapping[str, str]) -> bool:
    """Whether tmux or screen stands between, which answers in the terminal's place."""
    return bool(environ.get("TMUX") or environ.get("STY"))


def forget_leftovers(environ: MutableMapping[str, str], ancestors: Collection[int] | None) -> None:
    """Take TMUX and STY out of the environment where they were left over from another terminal.

    Both name the process of the multiplexer. What runs inside it descends from that process; where
    the ancestors are not known, a TMUX whose socket is not there is a leftover.
    """
    for name, pane, parts in (("TMUX", "TMUX_PANE", _tmux), ("STY", "WINDOW", _screen)):
        if environ.get(name) and not _is_around(*parts(environ[name]), ancestors):
            del environ[name]
            environ.pop(pane, None)


def _tmux(value: str) -> tuple[str, str]:
    """Socket and process in `/tmp/tmux-1000/default,4711,0`."""
    socket, _, process = value.rpartition(",")[0].rpartition(",")
    return socket, process


def _screen(value: str) -> tuple[str, str]:
    """No socket, and the process in `4711.pts-0.em01`."""
    return "", value.partition(".")[0]


def _is_around(socket: str, process: str, ancestors: Collection[int] | None) -> bool:
    if not (process.isascii() and process.isdigit() and len(process) < _DIGITS):
        return False
    if ancestors is not None:
        return int(process) in ancestors
    return not socket or Path(socket).exists()


def size(handle: int, environ: Mapping[str, str]) -> tuple[int, int]:
    """Columns and lines, as the terminal itself says; COLUMNS and LINES only where it says 0.

    A shell that exports those two freezes them, whatever becomes of the window.
    """
    try:
        columns, lines = os.get_terminal_size(handle)
    except (OSError, ValueError):
        columns = lines = 0
    return columns or _count(environ, "COLUMNS", USUAL[0]), lines or _count(environ, "LINES", USUAL[1])


def _count(environ: Mapping[str, str], name: str, usual: int) -> int:
    told = environ.get(name, "").strip()
    number = int(told) if told.isascii() and told.isdigit() and len(told) < _DIGITS else 0
    return number or usual


def locale(environ: Mapping[str, str]) -> str:
    """The first of LC_ALL, LC_CTYPE and LANG that says anything, as `NAME=value`; else empty."""
    name = next((name for name in _LOCALE if environ.get(name)), None)
    return f"{name}={environ[name]}" if name else ""


def writes_utf8(environ: Mapping[str, str]) -> bool:
    """Whether the person's locale is a UTF-8 one; C, POSIX and none at all are not.

    Python cannot be asked: it takes the C locale for UTF-8.
    """
    return "UTF8" in locale(environ).upper().replace("-", "")


def as_it_was(environ: MutableMapping[str, str], at_start: Path = Path("/proc/self/environ")) -> None:
    """Give LC_CTYPE back what the person had set: Python changes one that is C or unknown here (PEP 538)."""
    if environ.get("LC_ALL") or environ.get("LC_CTYPE") not in _COERCED:
        return
    try:
        began = dict(pair.partition(b"=")[::2] for pair in at_start.read_bytes().split(b"\0"))
    except OSError:
        return
    before = began.get(b"LC_CTYPE")
    if before is None:
        del environ["LC_CTYPE"]
    else:
        environ["LC_CTYPE"] = os.fsdecode(before)


def only_ascii(environ: Mapping[str, str]) -> bool:
    """Whether nothing but ASCII may be drawn: the locale has no more, or the terminal's font has not."""
    return simple(environ) or not writes_utf8(environ)


def colored(environ: Mapping[str, str]) -> bool:
    """Whether colours may be used: NO_COLOR that is set to anything forbids them (no-color.org)."""
    return not environ.get("NO_COLOR") and not _UNCOLORED.match(kind(environ))


def light(environ: Mapping[str, str]) -> bool | None:
    """Whether its background is light, as COLORFGBG (`0;15`) has it; None if that says nothing."""
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return int(background) in _LIGHT if background.isascii() and background.isdigit() else None
