"""Queries whether the terminal's background is light: sent before Textual is loaded, read afterwards.

Loading takes longer than a local terminal needs to reply. The color query (OSC 11) is followed by
one that every terminal replies to (DA1), so that a terminal without OSC 11 costs no wait.
Keys typed in the meantime are kept.
"""

from __future__ import annotations

import os
import re
import select
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TextIO

BACKGROUND_QUERY = "\x1b]11;?\x1b\\\x1b[c"
_COLOR_REPLY = re.compile(rb"\x1b\]11;([^\x07\x1b]*)(?:\x07|\x1b\\)")
_COLOR = re.compile(rb"rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})(?:/[0-9a-fA-F]{1,4})?")
_DEVICE_REPLY = re.compile(rb"\x1b\[\?[0-9;]*c")
_LUMINANCE_WEIGHTS = (0.2126, 0.7152, 0.0722)
"""Relative luminance of red, green and blue (ITU-R BT.709)."""
_LIGHT_LUMINANCE = 0.5
_IFLAG_INDEX, _LFLAG_INDEX = 0, 3


@dataclass(frozen=True, slots=True)
class TerminalReply:
    """The terminal's replies, whether they are complete, and the keys typed among them.

    `is_light` is None if the terminal did not report its color. An incomplete reply is part of
    `typed_ahead`: the input filter, which reads on, recognizes it.
    """

    is_light: bool | None = None
    is_complete: bool = False
    typed_ahead: bytes = b""


def parse_replies(received: bytes) -> TerminalReply:
    """Separate the replies from the keys."""
    color = _COLOR_REPLY.search(received)
    typed_ahead = _DEVICE_REPLY.sub(b"", _COLOR_REPLY.sub(b"", received))
    return TerminalReply(
        _is_light(color[1]) if color else None, bool(_DEVICE_REPLY.search(received)), typed_ahead
    )


def _is_light(color: bytes) -> bool | None:
    """Decide by the relative luminance of `rgb:RRRR/GGGG/BBBB`, each of one to four hex digits."""
    found = _COLOR.fullmatch(color)
    if not found:
        return None
    channels = [int(part, 16) / int("f" * len(part), 16) for part in found.groups()]
    weighted = (weight * channel for weight, channel in zip(_LUMINANCE_WEIGHTS, channels, strict=True))
    return sum(weighted) > _LIGHT_LUMINANCE


class BackgroundQuery:
    """The query to one terminal; from `send` until the modes are restored, typed keys are not echoed."""

    def __init__(self, input_: TextIO | None, output: TextIO | None) -> None:
        self._input, self._output = input_, output
        self.saved_modes: list[Any] | None = None
        """The terminal's original modes while ours are set."""

    def send(self) -> None:
        """Send the query, if input and output are both a terminal."""
        if not (self._input and self._output and self._input.isatty() and self._output.isatty()):
            return
        with suppress(ImportError, OSError, ValueError):
            self.saved_modes = _disable_echo(self._input.fileno())
            if self.saved_modes:
                os.write(self._output.fileno(), BACKGROUND_QUERY.encode())

    def read_reply(self) -> TerminalReply:
        """Return what has arrived by now, and restore the modes if that was the complete reply."""
        received = b""
        if self.saved_modes is None or self._input is None:
            return TerminalReply()
        with suppress(OSError, ValueError):
            handle = self._input.fileno()
            while not parse_replies(received).is_complete and (more := self._read_available(handle)):
                received += more
        reply = parse_replies(received)
        if reply.is_complete:
            self.restore_modes()
        return reply

    def _read_available(self, handle: int) -> bytes:
        ready, _, _ = select.select([handle], [], [], 0)
        return os.read(handle, 4096) if ready else b""

    def restore_modes(self) -> None:
        """Restore the terminal's original modes."""
        modes, self.saved_modes = self.saved_modes, None
        if modes is not None and self._input:
            with suppress(ImportError, OSError, ValueError):
                _set_modes(self._input.fileno(), modes)


def query_for_this_terminal() -> BackgroundQuery:
    """Return the query for the terminal that emtui was started in."""
    return BackgroundQuery(sys.__stdin__, sys.__stderr__)


def _disable_echo(handle: int) -> list[Any] | None:
    """Turn off echo, line mode and CR translation, but not ctrl+c; return the modes as they were."""
    import termios  # noqa: PLC0415 - no such module on Windows

    try:
        before = termios.tcgetattr(handle)
        after = termios.tcgetattr(handle)
        after[_IFLAG_INDEX] &= ~termios.ICRNL
        after[_LFLAG_INDEX] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(handle, termios.TCSANOW, after)
    except termios.error:
        return None
    return before


def _set_modes(handle: int, modes: list[Any]) -> None:
    import termios  # noqa: PLC0415 - no such module on Windows

    with suppress(termios.error):
        termios.tcsetattr(handle, termios.TCSANOW, modes)
