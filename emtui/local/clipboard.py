"""Copy text to the user's clipboard, also over SSH.

Inside tmux the text goes to tmux, which ignores OSC 52 from programs by default. GNU screen
passes on OSC 52 in its own wrapping; other terminals get it directly. No terminal confirms the
copy. If none of these can work, the text goes to a new file in the state folder. Sequences for
the terminal are returned; the caller writes them.
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
"""Bytes of base64 in one OSC 52; some terminals silently drop more."""
PATIENCE = 2.0
"""Time-out of tmux in seconds."""
SCREENS_MOST = 256
"""Bytes per string that every GNU screen accepts; newer ones accept 512 or 768."""
_DEAF = {"linux", "dumb", ""}
"""Values of TERM without a clipboard."""
_TMUX_NEEDS = ("PATH", "TMUX", "TMUX_PANE")
_DCS, _ST = "\x1bP", "\x1b\\"


@dataclass(frozen=True, slots=True)
class Copied:
    """What was done, in one sentence, and the sequence that the terminal must still receive."""

    told: str
    sequence: str = ""


def copy(text: str, environ: Mapping[str, str], *, keep: bool) -> Copied:
    """Copy this text to the clipboard; may block for `PATIENCE` seconds.

    Control characters are neutralized. Without `keep` no file is written.
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
    """Mention an outer multiplexer, which may not pass on OSC 52."""
    outer = environ.get("TERM", "").partition("-")[0]
    return f" and the outer {outer} passes it on" if outer in {"tmux", "screen"} else ""


def _osc_52(coded: str) -> str:
    return f"\x1b]52;c;{coded}\x07"


def _for_screen(coded: str) -> str:
    """OSC 52 in chunks that screen passes on unchanged, each as a DCS string."""
    whole, room = _osc_52(coded), SCREENS_MOST - len(_DCS + _ST)
    return "".join(f"{_DCS}{whole[at : at + room]}{_ST}" for at in range(0, len(whole), room))


def _to_tmux(text: str, environ: Mapping[str, str]) -> bool:
    """Load tmux's buffer; `-w` (tmux 3.2) also sets the clipboard of the outer terminal."""
    return any(_ran(("tmux", "load-buffer", *option, "-"), text, environ) for option in (("-w",), ()))


def _ran(argv: tuple[str, ...], text: str, environ: Mapping[str, str]) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - tmux from the user's PATH
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
    """Write a new file with mode 0600."""
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
    """Return the path, abbreviated with `~`."""
    home = paths.home()
    return clean(f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path))
