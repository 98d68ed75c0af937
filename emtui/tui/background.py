"""Whether the terminal's background is light: asked before the framework is loaded, read when it is.

Loading takes longer than any terminal near by needs to answer. The question for the
colour (OSC 11) is followed by one that every terminal answers (DA1), so that nobody
waits for a terminal that keeps its colour to itself. What was typed meanwhile is kept.
"""

from __future__ import annotations

import os
import re
import select
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TextIO

QUESTION = "\x1b]11;?\x1b\\\x1b[c"
_ANSWER = re.compile(rb"\x1b\]11;([^\x07\x1b]*)(?:\x07|\x1b\\)")
_COLOR = re.compile(rb"rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})(?:/[0-9a-fA-F]{1,4})?")
_DEVICE = re.compile(rb"\x1b\[\?[0-9;]*c")
_WEIGHTS = (0.2126, 0.7152, 0.0722)
"""How bright red, green and blue are to an eye."""
_HALF = 0.5
_IFLAG, _LFLAG = 0, 3


@dataclass(frozen=True, slots=True)
class Heard:
    """What the terminal has said: its background, whether that was all, and what a person typed.

    `light` is None if it kept its colour to itself. An answer that has only begun is
    among what was `typed`: whoever reads on must know how it ends.
    """

    light: bool | None = None
    whole: bool = False
    typed: bytes = b""


def heard(said: bytes) -> Heard:
    """Part the answers from the keys."""
    answer = _ANSWER.search(said)
    typed = _DEVICE.sub(b"", _ANSWER.sub(b"", said))
    return Heard(_is_light(answer[1]) if answer else None, bool(_DEVICE.search(said)), typed)


def _is_light(color: bytes) -> bool | None:
    """By the relative luminance of `rgb:RRRR/GGGG/BBBB`, each of one to four hex digits."""
    found = _COLOR.fullmatch(color)
    if not found:
        return None
    channels = [int(part, 16) / int("f" * len(part), 16) for part in found.groups()]
    return sum(weight * channel for weight, channel in zip(_WEIGHTS, channels, strict=True)) > _HALF


class Asking:
    """The question at one terminal, from `ask` to `listen`; until then nothing that is typed is echoed."""

    def __init__(self, keys: TextIO | None, screen: TextIO | None) -> None:
        self._keys, self._screen = keys, screen
        self.modes: list[Any] | None = None
        """The terminal's own modes while ours are set."""

    def ask(self) -> None:
        """Ask, if there is a terminal at both ends."""
        if not (self._keys and self._screen and self._keys.isatty() and self._screen.isatty()):
            return
        with suppress(ImportError, OSError, ValueError):
            self.modes = _hushed(self._keys.fileno())
            if self.modes:
                os.write(self._screen.fileno(), QUESTION.encode())

    def listen(self) -> Heard:
        """What has come by now; the rest is heard among the keys. Who has said all gets the modes back."""
        said = b""
        if self.modes is None or self._keys is None:
            return Heard()
        with suppress(OSError, ValueError):
            while not heard(said).whole and (more := self._read(self._keys.fileno())):
                said += more
        told = heard(said)
        if told.whole:
            self.end()
        return told

    def _read(self, handle: int) -> bytes:
        ready, _, _ = select.select([handle], [], [], 0)
        return os.read(handle, 4096) if ready else b""

    def end(self) -> None:
        """The terminal's own modes again."""
        modes, self.modes = self.modes, None
        if modes is not None and self._keys:
            with suppress(ImportError, OSError, ValueError):
                _set(self._keys.fileno(), modes)


def at_terminal() -> Asking:
    """For the terminal that emtui was started in."""
    return Asking(sys.__stdin__, sys.__stderr__)


def _hushed(handle: int) -> list[Any] | None:
    """No echo, every byte at once, Enter as itself; the modes as they were. ctrl+c still ends us."""
    import termios

    try:
        before = termios.tcgetattr(handle)
        after = termios.tcgetattr(handle)
        after[_IFLAG] &= ~termios.ICRNL
        after[_LFLAG] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(handle, termios.TCSANOW, after)
    except termios.error:
        return None
    return before


def _set(handle: int, modes: list[Any]) -> None:
    import termios

    with suppress(termios.error):
        termios.tcsetattr(handle, termios.TCSANOW, modes)
