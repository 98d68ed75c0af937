"""A text on the clipboard of the person at the terminal, who may sit at the other end of SSH.

Inside tmux it is tmux that is given the text: in its default settings it takes OSC 52 from no
program. GNU screen hands OSC 52 on in its own wrapping, every other terminal gets it plain.
Nobody says whether a terminal obeys. Where nothing of that can work, a new file in the state
folder is the last resort. What is to be written to the terminal is returned: who draws on it
knows when.
"""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emtui.em.text_sanitizer import clean, guarded
from emtui.local import paths, state_files

MOST = 74_000
"""Bytes of base64 that terminals take in one OSC 52; more is dropped by some without a word."""
PATIENCE = 2.0
"""Seconds that tmux may take."""
SCREENS_MOST = 256
"""Bytes that every GNU screen still in use takes in one string; later ones take 512 or 768."""
_DEAF = {"linux", "dumb", ""}
"""Values of TERM that stand for no clipboard at all."""
_TMUX_NEEDS = ("PATH", "TMUX", "TMUX_PANE")
_DCS, _ST = "\x1bP", "\x1b\\"


@dataclass(frozen=True, slots=True)
class Copied:
    """Which way was taken, in one sentence, and what the terminal must still be sent for it."""

    told: str
    sequence: str = ""


def copy(text: str, environ: Mapping[str, str], *, keep: bool) -> Copied:
    """Put this text on the clipboard. May wait for `PATIENCE`.

    Nothing in it moves a terminal. Without `keep` no file is written.
    """
    safe = guarded(text)
    if environ.get("TMUX"):
        if _to_tmux(safe, environ):
            return Copied("Copied to tmux's buffer, and to the clipboard if the terminal allows it.")
        return _to_file(safe, "tmux does not respond", keep=keep)
    if environ.get("TERM", "") in _DEAF:
        return _to_file(safe, "this terminal has no clipboard", keep=keep)
    coded = base64.b64encode(safe.encode("utf-8", "replace")).decode()
    if len(coded) > MOST:
        return _to_file(safe, "it is too long for the clipboard", keep=keep)
    if environ.get("STY"):
        return Copied(
            "Copied through screen to the clipboard, if the terminal allows it.", _for_screen(coded)
        )
    return Copied(f"Copied to the clipboard, if the terminal allows it{_around(environ)}.", _osc_52(coded))


def _around(environ: Mapping[str, str]) -> str:
    """A multiplexer on the computer that one came from: it does not hand OSC 52 on by itself."""
    outer = environ.get("TERM", "").partition("-")[0]
    return f" and the outer {outer} passes it on" if outer in {"tmux", "screen"} else ""


def _osc_52(coded: str) -> str:
    return f"\x1b]52;c;{coded}\x07"


def _for_screen(coded: str) -> str:
    """The same in pieces that screen hands on as they are, each a string of its own."""
    whole, room = _osc_52(coded), SCREENS_MOST - len(_DCS + _ST)
    return "".join(f"{_DCS}{whole[at : at + room]}{_ST}" for at in range(0, len(whole), room))


def _to_tmux(text: str, environ: Mapping[str, str]) -> bool:
    """Into tmux's buffer; and since 3.2 (`-w`) on to the terminal that tmux is in."""
    return any(_ran(("tmux", "load-buffer", *option, "-"), text, environ) for option in (("-w",), ()))


def _ran(argv: tuple[str, ...], text: str, environ: Mapping[str, str]) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - tmux, as the person's PATH has it
            argv,
            input=text.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: environ[name] for name in _TMUX_NEEDS if name in environ},
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _to_file(text: str, why: str, *, keep: bool) -> Copied:
    """A new file of the person's own, 0600."""
    if not keep:
        return Copied(f"Not copied: {why}.")
    try:
        handle, path = tempfile.mkstemp(prefix="copied-", suffix=".txt", dir=state_files.folder())
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except (OSError, state_files.NoState):
        return Copied(f"Not copied: {why}, and no file can be written.")
    return Copied(f"Copied to {_told(Path(path))}: {why}.")


def _told(path: Path) -> str:
    """The path, short enough for one line."""
    home = paths.home()
    return clean(f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path))
