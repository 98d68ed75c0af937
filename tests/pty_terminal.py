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
from demo_server import RunningDemo
from fork_server import can_fork, fork_server

from emtui.tui.terminal.flow_control import ACK_REQUEST

ACK_REQUEST_BYTES = ACK_REQUEST.encode()
TIMEOUT_S = 60.0
"""Seconds that a screen may take to show what it should: ten times what is normal where others work, too."""

KEY_READ_TIMEOUT_S = 2.0
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

_CURSOR_MOVE = re.compile(rb"\x1b\[\d+;\d+H")
"""A picture is drawn in pieces, each of which says where it stands."""

NIGHT_OPTIONS = ("--seed", "1", "--clock", "2026-11-23T02:12:04Z", "--speed", "0")
"""A night of the demo that stands still: what hangs does so for two hours, one run fails just now."""


DEMO_ON_RUNNING_SERVER = str(Path(__file__).with_name("run_demo_on_running_server.py"))
JOB_SHELL = str(Path(__file__).with_name("job_control_shell.py"))


class AnsweringScreen(pyte.Screen):
    """A screen that says whether it is still there when it is asked."""

    def __init__(self, columns: int, lines: int, child: pexpect.spawn[bytes]) -> None:
        super().__init__(columns, lines)
        self._child = child

    def write_process_input(self, data: str) -> None:
        """What a terminal says when it is asked, as far as this one understands the question."""
        if data == "\x1b[0n":
            self._child.send(data)


class EmtuiTerminal:
    """One emtui in one terminal."""

    def __init__(self, child: pexpect.spawn[bytes], columns: int, lines: int) -> None:
        self.child = child
        self.received = b""
        self._screen = AnsweringScreen(columns, lines, child)
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
            deadline = time.monotonic() + KEY_READ_TIMEOUT_S
            while _unread_byte_count(self.child.pid) and time.monotonic() < deadline:
                time.sleep(0.01)
            self.child.send(KEYS.get(key, key))

    def paste(self, text: str) -> None:
        """Paste, as a terminal with bracketed paste does."""
        self.child.send(f"\x1b[200~{text}\x1b[201~")

    def wait_for(self, *expected: str | Callable[[list[str]], bool]) -> list[str]:
        """Wait until one whole picture has each of these texts on some line, and its lines are as told."""
        deadline, is_silent, is_running = time.monotonic() + TIMEOUT_S, False, True
        while not (
            (is_silent or self._is_picture_complete())
            and all(_is_shown(condition, self.lines()) for condition in expected)
        ):
            if time.monotonic() > deadline or not is_running:
                picture = "\n".join(self.lines())
                raise AssertionError(f"never shown: {expected}\n{picture}")
            received_before = len(self.received)
            is_running = self._read()
            is_silent = len(self.received) == received_before
        return self.lines()

    def next_picture(self) -> list[str]:
        """The next whole picture; the same again if nothing comes for a moment."""
        self._read()
        return self.wait_for()

    def _is_picture_complete(self) -> bool:
        """Whether nothing was drawn since emtui asked last: it asks after every picture."""
        return _CURSOR_MOVE.search(self.received, self.received.rfind(ACK_REQUEST_BYTES) + 1) is None

    def wait_for_row(self, number: int) -> None:
        """Wait until the list stands at this row; it is told from events by having thousands."""
        position = re.compile(rf"(?<![\d,]){number:,} of \d+,\d\d\d runs$")
        self.wait_for(lambda lines: any(position.search(line) for line in lines))

    def wait_opened(self) -> list[str]:
        """Wait until a run is open and its events have come."""
        return self.wait_for(lambda lines: any(re.search(r"\d events?\b", line) for line in lines))

    def ungroup_list(self) -> None:
        """Give every run of the list a row of its own."""
        self.press("Z")
        self.wait_for("Every run has a row of its own")

    def _read(self, timeout: float = 0.2) -> bool:
        """Take in what the terminal received; false once the program has ended."""
        try:
            chunk = self.child.read_nonblocking(65536, timeout=timeout)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.received += chunk
        self._stream.feed(chunk)
        return True

    def wait_idle(self) -> int:
        """Take in what still comes until nothing does for a moment, and nobody works on anything more.

        How many bytes came since the start.
        """
        received_before = -1
        while received_before < len(self.received) or _is_busy(self.child.pid):
            received_before = len(self.received)
            self._read()
        return received_before

    def wait_restored(self, times: int = 1) -> None:
        """Wait until emtui has drawn anew on a terminal that it has lent so often."""
        enter_sequence = b"\x1b[?1049h"
        self.wait_for(
            lambda _: self.received.count(enter_sequence) > times,
            lambda _: _CURSOR_MOVE.search(self.received, self.received.rfind(enter_sequence)) is not None,
        )

    def wait_stopped(self) -> None:
        """Wait until the program has stopped and the terminal is somebody else's."""
        deadline = time.monotonic() + TIMEOUT_S
        while not os.waitpid(self.child.pid, os.WUNTRACED | os.WNOHANG)[0]:
            assert time.monotonic() < deadline, "it never stopped"
            self._read()
        self.wait_idle()

    def read_for(self, seconds: float) -> None:
        """Take in what comes within so long: for what a person or a line does so slowly."""
        deadline = time.monotonic() + seconds
        while (remaining := deadline - time.monotonic()) > 0:
            self._read(remaining)

    def clear_screen(self) -> None:
        """Somebody else has written on the screen: nothing of ours is left on it."""
        self._screen.reset()

    def wait_exit(self) -> int:
        """Wait for the program to end by itself; its exit code."""
        deadline = time.monotonic() + TIMEOUT_S
        while self._read():
            if time.monotonic() > deadline:
                raise AssertionError("still running:\n" + "\n".join(self.lines()))
        self.child.wait()
        if self.child.exitstatus is None:
            return -(self.child.signalstatus or 0)
        return int(self.child.exitstatus)


class PtyOptions(TypedDict, total=False):
    """A terminal of 80 × 23 or another size, and the environment and the folder of what runs in it.

    `anew`: it loads all its modules itself, for what happens meanwhile.
    """

    columns: int
    lines: int
    environ: Required[Mapping[str, str]]
    folder: str | None
    fresh_process: bool


def run_emtui(
    *arguments: str, as_shell_job: bool = False, **terminal_options: Unpack[PtyOptions]
) -> AbstractContextManager[EmtuiTerminal]:
    """Run emtui with these arguments in a terminal; ended at the latest afterwards.

    As the job of a shell, if told so; else it is the first process of its terminal.
    """
    return run_python(*_job_prefix(as_shell_job=as_shell_job), "-m", "emtui", *arguments, **terminal_options)


def run_night_demo(
    demo: RunningDemo, *arguments: str, as_shell_job: bool = False, **terminal_options: Unpack[PtyOptions]
) -> AbstractContextManager[EmtuiTerminal]:
    """The demo of that night, seen in a terminal, before a server that runs already."""
    announcement = json.dumps({**asdict(demo), "ca": str(demo.ca)})
    return run_python(
        *_job_prefix(as_shell_job=as_shell_job),
        DEMO_ON_RUNNING_SERVER,
        announcement,
        "demo",
        *NIGHT_OPTIONS,
        *arguments,
        **terminal_options,
    )


def _job_prefix(*, as_shell_job: bool) -> tuple[str, ...]:
    return (JOB_SHELL, sys.executable) if as_shell_job else ()


@contextmanager
def run_python(*argv: str, **terminal_options: Unpack[PtyOptions]) -> Iterator[EmtuiTerminal]:
    """Run Python with these arguments in a terminal."""
    child = spawn_python(argv, **terminal_options)
    try:
        yield EmtuiTerminal(child, terminal_options.get("columns", 80), terminal_options.get("lines", 23))
    finally:
        kill_child(child)


def spawn_python(
    argv: Sequence[str],
    *,
    environ: Mapping[str, str],
    columns: int = 80,
    lines: int = 23,
    folder: str | None = None,
    fresh_process: bool = False,
    echo: bool = False,
    encoding: str | None = None,
) -> pexpect.spawn[bytes]:
    """Python with these arguments in a terminal of this size: a copy of one that is loaded, if it may be."""
    if fresh_process or not can_fork(argv, environ):
        return pexpect.spawn(
            sys.executable,
            list(argv),
            env=dict(environ),
            cwd=folder,
            dimensions=(lines, columns),
            timeout=TIMEOUT_S,
            echo=echo,
            encoding=encoding,
        )
    our_end, child_end = os.openpty()
    try:
        termios.tcsetwinsize(child_end, (lines, columns))
        modes = termios.tcgetattr(child_end)
        modes[3] = modes[3] | termios.ECHO if echo else modes[3] & ~termios.ECHO
        termios.tcsetattr(child_end, termios.TCSANOW, modes)
        child = pexpect.spawn(None, timeout=TIMEOUT_S, encoding=encoding)
        child.pid = fork_server().start(
            argv, environ=environ, folder=folder, files=(child_end, child_end, child_end), leads_terminal=True
        )
        child.ptyproc, child.child_fd = ptyprocess.PtyProcess(child.pid, our_end), our_end
        child.closed = child.terminated = False
    finally:
        os.close(child_end)
    return child


def kill_child(child: pexpect.spawn[bytes]) -> None:
    """Whatever it does, it ends now, and is gone afterwards; pexpect itself gives up on a busy machine."""
    if child.isalive():
        child.kill(signal.SIGKILL)
        child.wait()
    child.ptyproc.delayafterclose = 0
    child.close()


def isolated_environment(folder: Path, **variables: str) -> dict[str, str]:
    """An environment of its own: no configuration, no keyring, a common terminal."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_STATE_HOME": str(folder / "state"),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        **variables,
    }


def _is_shown(expected: str | Callable[[list[str]], bool], lines: list[str]) -> bool:
    return expected(lines) if callable(expected) else any(expected in line for line in lines)


def _unread_byte_count(pid: int) -> int:
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


def _is_busy(pid: int) -> bool:
    """Whether a thread of this process runs, or would if it had a processor, or one of its children's."""
    is_busy = False
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):  # it has ended meanwhile
            is_busy |= (thread / "stat").read_text().rpartition(")")[2].split()[0] in "RD"
            is_busy |= any(_is_busy(int(child)) for child in (thread / "children").read_text().split())
    return is_busy


def cursor_row(lines: list[str]) -> str:
    """The row under the cursor."""
    return next((line for line in lines if line.startswith("›")), "")
