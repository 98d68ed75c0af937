"""What kind of terminal this is, as far as the environment says.

Pure: the environment in, answers out. What only the terminal itself can tell (its
background, how fast it is) is asked elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping

_LOCALE = ("LC_ALL", "LC_CTYPE", "LANG")
_FEW_GLYPHS = ("linux", "vt")
_LIGHT = {7, *range(9, 16)}


def kind(environ: Mapping[str, str]) -> str:
    """What TERM calls it, in lower case; empty if nothing is said."""
    return environ.get("TERM", "").strip().lower()


def draws(environ: Mapping[str, str]) -> bool:
    """Whether it can draw a screen at all: `dumb`, and one that nobody has named, cannot."""
    return kind(environ) not in {"", "dumb"}


def simple(environ: Mapping[str, str]) -> bool:
    """Whether it is a console or a DEC terminal, which print what they are asked in a newer tongue."""
    return kind(environ).startswith(_FEW_GLYPHS)


def locale(environ: Mapping[str, str]) -> str:
    """The first of LC_ALL, LC_CTYPE and LANG that says anything, as `NAME=value`; else empty."""
    name = next((name for name in _LOCALE if environ.get(name)), None)
    return f"{name}={environ[name]}" if name else ""


def writes_utf8(environ: Mapping[str, str]) -> bool:
    """Whether the person's locale is a UTF-8 one; C, POSIX and none at all are not.

    Python cannot be asked: it takes the C locale for UTF-8.
    """
    return "UTF8" in locale(environ).upper().replace("-", "")


def only_ascii(environ: Mapping[str, str]) -> bool:
    """Whether nothing but ASCII may be drawn: the locale has no more, or the terminal's font has not."""
    return simple(environ) or not writes_utf8(environ)


def colored(environ: Mapping[str, str]) -> bool:
    """Whether colours may be used: NO_COLOR that is set to anything forbids them (no-color.org)."""
    return not environ.get("NO_COLOR") and not kind(environ).startswith("vt")


def light(environ: Mapping[str, str]) -> bool | None:
    """Whether its background is light, as COLORFGBG (`0;15`) has it; None if that says nothing."""
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return int(background) in _LIGHT if background.isascii() and background.isdigit() else None
