"""A real pseudo-terminal with emtui in it, and what its screen shows, as text.

Waits for what the screen shows, never for time; a wait that is in vain ends with
the screen as it was.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict
from fcntl import ioctl
from pathlib import Path
from typing import Required, TypedDict, Unpack

import pexpect
import ptyprocess
import pyte
from fork_server import can_fork, fork_server
from served import Demo

from emtui.tui.terminal.flow_control import ACK_REQUEST

QUESTION = ACK_REQUEST.encode()
PATIENCE = 60.0
"""Seconds that a screen may take to show what it should: ten times what is normal where others work, too."""

TAKEN = 2.0
"""Seconds that a key waits, at most, for the one before to have been read: nobody may be reading."""

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

_DRAWN = re.compile(rb"\x1b\[\d+;\d+H")
"""A picture is drawn in pieces, each of which says where it stands."""

NIGHT = ("--seed", "1", "--clock", "2026-11-23T02:12:04Z", "--speed", "0")
"""A night of the demo that stands still: what hangs does so for two hours, one run fails just now."""


NIGHTLY = str(Path(__file__).with_name("nightly.py"))
JOB = str(Path(__file__).with_name("job.py"))


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

    @property
    def cursor(self) -> tuple[int, int]:
        """Line and column of the terminal's own cursor, shown or not, counted from 0."""
        return self._screen.cursor.y, self._screen.cursor.x

    def press(self, *keys: str) -> None:
        """Press named keys, or type texts as they are: each as a piece of its own, however slow emtui is."""
        for key in keys:
            ends = time.monotonic() + TAKEN
            while _untaken(self.child.pid) and time.monotonic() < ends:
                time.sleep(0.01)
            self.child.send(KEYS.get(key, key))

    def paste(self, text: str) -> None:
        """Paste, as a terminal with bracketed paste does."""
        self.child.send(f"\x1b[200~{text}\x1b[201~")

    def until(self, *shown: str | Callable[[list[str]], bool]) -> list[str]:
        """Wait until one whole picture has each of these texts on some line, and its lines are as told."""
        ends, silent, there = time.monotonic() + PATIENCE, False, True
        while not ((silent or self._whole()) and all(_fits(one, self.lines()) for one in shown)):
            if time.monotonic() > ends or not there:
                picture = "\n".join(self.lines())
                raise AssertionError(f"never shown: {shown}\n{picture}")
            before = len(self.received)
            there = self._read()
            silent = len(self.received) == before
        return self.lines()

    def reaction(self) -> list[str]:
        """The next whole picture; the same again if nothing comes for a moment."""
        self._read()
        return self.until()

    def _whole(self) -> bool:
        """Whether nothing was drawn since emtui asked last: it asks after every picture."""
        return _DRAWN.search(self.received, self.received.rfind(QUESTION) + 1) is None

    def at_row(self, number: int) -> None:
        """Wait until the list stands at this row; it is told from events by having thousands."""
        there = re.compile(rf"(?<![\d,]){number:,} of \d+,\d\d\d runs$")
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
        """Take in what still comes until nothing does for a moment, and nobody works on anything more.

        How many bytes came since the start.
        """
        before = -1
        while before < len(self.received) or _busy(self.child.pid):
            before = len(self.received)
            self._read()
        return before

    def back(self, times: int = 1) -> None:
        """Wait until emtui has drawn anew on a terminal that it has lent so often."""
        entered = b"\x1b[?1049h"
        self.until(
            lambda _: self.received.count(entered) > times,
            lambda _: _DRAWN.search(self.received, self.received.rfind(entered)) is not None,
        )

    def stopped(self) -> None:
        """Wait until the program has stopped and the terminal is somebody else's."""
        ends = time.monotonic() + PATIENCE
        while not os.waitpid(self.child.pid, os.WUNTRACED | os.WNOHANG)[0]:
            assert time.monotonic() < ends, "it never stopped"
            self._read()
        self.rest()

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


class Seat(TypedDict, total=False):
    """A terminal of 80 × 23 or another size, and the environment and the folder of what runs in it.

    `anew`: it loads all its modules itself, for what happens meanwhile.
    """

    columns: int
    lines: int
    environ: Required[Mapping[str, str]]
    folder: str | None
    anew: bool


def emtui(*arguments: str, job: bool = False, **seat: Unpack[Seat]) -> AbstractContextManager[Terminal]:
    """Run emtui with these arguments in a terminal; ended at the latest afterwards.

    As the job of a shell, if told so; else it is the first process of its terminal.
    """
    return python(*_before(job=job), "-m", "emtui", *arguments, **seat)


def at_night(
    demo: Demo, *arguments: str, job: bool = False, **seat: Unpack[Seat]
) -> AbstractContextManager[Terminal]:
    """The demo of that night, seen in a terminal, before a server that runs already."""
    announced = json.dumps({**asdict(demo), "ca": str(demo.ca)})
    return python(*_before(job=job), NIGHTLY, announced, "demo", *NIGHT, *arguments, **seat)


def _before(*, job: bool) -> tuple[str, ...]:
    return (JOB, sys.executable) if job else ()


@contextmanager
def python(*argv: str, **seat: Unpack[Seat]) -> Iterator[Terminal]:
    """Run Python with these arguments in a terminal."""
    child = spawned(argv, **seat)
    try:
        yield Terminal(child, seat.get("columns", 80), seat.get("lines", 23))
    finally:
        end_at_once(child)


def spawned(
    argv: Sequence[str],
    *,
    environ: Mapping[str, str],
    columns: int = 80,
    lines: int = 23,
    folder: str | None = None,
    anew: bool = False,
    echo: bool = False,
    encoding: str | None = None,
) -> pexpect.spawn[bytes]:
    """Python with these arguments in a terminal of this size: a copy of one that is loaded, if it may be."""
    if anew or not can_fork(argv, environ):
        return pexpect.spawn(
            sys.executable,
            list(argv),
            env=dict(environ),
            cwd=folder,
            dimensions=(lines, columns),
            timeout=PATIENCE,
            echo=echo,
            encoding=encoding,
        )
    ours, theirs = os.openpty()
    try:
        termios.tcsetwinsize(theirs, (lines, columns))
        modes = termios.tcgetattr(theirs)
        modes[3] = modes[3] | termios.ECHO if echo else modes[3] & ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, modes)
        child = pexpect.spawn(None, timeout=PATIENCE, encoding=encoding)
        child.pid = fork_server().start(
            argv, environ=environ, folder=folder, files=(theirs, theirs, theirs), leads_terminal=True
        )
        child.ptyproc, child.child_fd = ptyprocess.PtyProcess(child.pid, ours), ours
        child.closed = child.terminated = False
    finally:
        os.close(theirs)
    return child


def end_at_once(child: pexpect.spawn[bytes]) -> None:
    """Whatever it does, it ends now, and is gone afterwards; pexpect itself gives up on a busy machine."""
    if child.isalive():
        child.kill(signal.SIGKILL)
        child.wait()
    child.ptyproc.delayafterclose = 0
    child.close()


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


def _fits(shown: str | Callable[[list[str]], bool], lines: list[str]) -> bool:
    return shown(lines) if callable(shown) else any(shown in line for line in lines)


def _untaken(pid: int) -> int:
    """How many bytes were typed that this process has not read from its terminal yet."""
    try:
        terminal = os.open(f"/proc/{pid}/fd/0", os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return 0  # it has ended
    try:
        return int.from_bytes(ioctl(terminal, termios.FIONREAD, bytes(4)), sys.byteorder)
    except OSError:
        return 0
    finally:
        os.close(terminal)


def _busy(pid: int) -> bool:
    """Whether a thread of this process runs, or would if it had a processor, or one of its children's."""
    busy = False
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):  # it has ended meanwhile
            busy |= (thread / "stat").read_text().rpartition(")")[2].split()[0] in "RD"
            busy |= any(_busy(int(child)) for child in (thread / "children").read_text().split())
    return busy


def marked(lines: list[str]) -> str:
    """The row under the cursor."""
    return next((line for line in lines if line.startswith("›")), "")
