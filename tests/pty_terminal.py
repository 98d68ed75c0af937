"""A real pseudo-terminal with emtui in it, and what its screen shows, as text.

Waits for what the screen shows, never for time; a wait that is in vain ends with
the screen as it was.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pyte

PATIENCE = 30.0
"""Seconds that a screen may take to show what it should: ten times what is normal."""

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "down": "\x1b[B",
    "up": "\x1b[A",
    "pagedown": "\x1b[6~",
    "tab": "\t",
    "ctrl+c": "\x03",
    "ctrl+p": "\x10",
}

NIGHT = ("--seed", "1", "--clock", "2026-11-23T02:12:04Z", "--speed", "0")
"""A night of the demo that stands still: what hangs does so for two hours, one run fails just now."""


class Answering(pyte.Screen):
    """A screen that says whether it is still there when it is asked."""

    def __init__(self, columns: int, lines: int, child: pexpect.spawn[bytes]) -> None:
        super().__init__(columns, lines)
        self._child = child

    def write_process_input(self, data: str) -> None:
        """What a terminal says when it is asked, as far as this one understands the question."""
        if data == "\x1b[0n":
            self._child.send(data)


class Terminal:
    """One emtui in one terminal."""

    def __init__(self, child: pexpect.spawn[bytes], columns: int, lines: int) -> None:
        self.child = child
        self.received = b""
        self._screen = Answering(columns, lines, child)
        self._stream = pyte.ByteStream(self._screen)

    def lines(self) -> list[str]:
        """The screen as it is now, without trailing blanks."""
        return [line.rstrip() for line in self._screen.display]

    def press(self, *keys: str) -> None:
        """Press named keys, or type texts as they are."""
        for key in keys:
            self.child.send(KEYS.get(key, key))

    def paste(self, text: str) -> None:
        """Paste, as a terminal with bracketed paste does."""
        self.child.send(f"\x1b[200~{text}\x1b[201~")

    def until(self, shown: str | Callable[[list[str]], bool]) -> list[str]:
        """Wait until a text stands somewhere on the screen, or until the lines are as told."""
        fits = shown if callable(shown) else lambda lines: any(shown in line for line in lines)
        ends = time.monotonic() + PATIENCE
        while not fits(self.lines()):
            if time.monotonic() > ends or not self._read():
                picture = "\n".join(self.lines())
                raise AssertionError(f"never shown: {shown}\n{picture}")
        return self.lines()

    def at_row(self, number: int) -> None:
        """Wait until the list stands at this row; it is told from events by having thousands."""
        there = re.compile(rf"(?<![\d,]){number:,}/\d+,\d\d\d$")
        self.until(lambda lines: any(there.search(line) for line in lines))

    def opened(self) -> list[str]:
        """Wait until a run is open and its events have come."""
        return self.until(lambda lines: any(re.search(r"\d events?\b", line) for line in lines))

    def unfold(self) -> None:
        """Give every run of the list a row of its own."""
        self.press("Z")
        self.until("Every run has a row of its own")

    def _read(self, patience: float = 0.2) -> bool:
        """Take in what the terminal received; false once the program has ended."""
        try:
            got = self.child.read_nonblocking(65536, timeout=patience)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.received += got
        self._stream.feed(got)
        return True

    def rest(self) -> int:
        """Take in what still comes until nothing does for a moment; how many bytes came since the start."""
        before = -1
        while before < len(self.received):
            before = len(self.received)
            self._read()
        return before

    def for_a_while(self, seconds: float) -> None:
        """Take in what comes within so long: for what a person or a line does so slowly."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            self._read(left)

    def wipe(self) -> None:
        """Somebody else has written on the screen: nothing of ours is left on it."""
        self._screen.reset()

    def end(self) -> int:
        """Wait for the program to end by itself; its exit code."""
        ends = time.monotonic() + PATIENCE
        while self._read():
            if time.monotonic() > ends:
                raise AssertionError("still running:\n" + "\n".join(self.lines()))
        self.child.wait()
        if self.child.exitstatus is None:
            return -(self.child.signalstatus or 0)
        return int(self.child.exitstatus)


@contextmanager
def emtui(
    *arguments: str,
    columns: int = 80,
    lines: int = 23,
    environ: Mapping[str, str],
    folder: str | None = None,
) -> Iterator[Terminal]:
    """Run emtui with these arguments in a terminal of this size; ended at the latest afterwards."""
    argv = ("-m", "emtui", *arguments)
    with python(*argv, columns=columns, lines=lines, environ=environ, folder=folder) as terminal:
        yield terminal


@contextmanager
def python(
    *argv: str, columns: int = 80, lines: int = 23, environ: Mapping[str, str], folder: str | None = None
) -> Iterator[Terminal]:
    """Run Python with these arguments in a terminal of this size, in this folder."""
    child = pexpect.spawn(
        sys.executable,
        list(argv),
        env=dict(environ),
        cwd=folder,
        dimensions=(lines, columns),
        timeout=PATIENCE,
        echo=False,
    )
    try:
        yield Terminal(child, columns, lines)
    finally:
        child.close(force=True)


def a_home(folder: Path, **more: str) -> dict[str, str]:
    """An environment of its own: no configuration, no keyring, a common terminal."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_STATE_HOME": str(folder / "state"),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        **more,
    }


def marked(lines: list[str]) -> str:
    """The row under the cursor."""
    return next((line for line in lines if line.startswith("›")), "")
