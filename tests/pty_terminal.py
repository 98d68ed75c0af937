"""Runs emtui in a pseudo-terminal and reads its screen as text.

Waits for text on the screen, not for time; after a time-out, the error contains the screen.
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
"""Time-out in seconds for a text on the screen: ten times the usual on a busy machine."""

KEY_READ_TIMEOUT_S = 2.0
"""Maximum seconds before a key is sent although the previous one was not read."""

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
"""Every part of a frame starts with a cursor position."""

NIGHT_OPTIONS = ("--seed", "1", "--clock", "2026-11-23T02:12:04Z", "--speed", "0")
"""A demo whose clock is stopped: one run has been stuck for two hours, another is failing."""


DEMO_ON_RUNNING_SERVER = str(Path(__file__).with_name("run_demo_on_running_server.py"))
JOB_SHELL = str(Path(__file__).with_name("job_control_shell.py"))


class RepliesScreen(pyte.Screen):
    """A screen that replies to status requests of emtui."""

    def __init__(self, columns: int, lines: int, child: pexpect.spawn[bytes]) -> None:
        super().__init__(columns, lines)
        self._child = child

    def write_process_input(self, data: str) -> None:
        """Send a reply of the terminal; only the status report is supported."""
        if data == "\x1b[0n":
            self._child.send(data)


class EmtuiTerminal:
    """emtui in a terminal."""

    def __init__(self, child: pexpect.spawn[bytes], columns: int, lines: int) -> None:
        self.child = child
        self.received = b""
        self._screen = RepliesScreen(columns, lines, child)
        self._stream = pyte.ByteStream(self._screen)

    def lines(self) -> list[str]:
        """The lines of the screen, without trailing blanks."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def cursor(self) -> tuple[int, int]:
        """Line and column of the terminal's cursor, visible or not, from 0."""
        return self._screen.cursor.y, self._screen.cursor.x

    def press(self, *keys: str) -> None:
        """Press named keys or type texts, each after the previous one was read."""
        for key in keys:
            deadline = time.monotonic() + KEY_READ_TIMEOUT_S
            while _unread_byte_count(self.child.pid) and time.monotonic() < deadline:
                time.sleep(0.01)
            self.child.send(KEYS.get(key, key))

    def paste(self, text: str) -> None:
        """Paste text in brackets."""
        self.child.send(f"\x1b[200~{text}\x1b[201~")

    def wait_for(self, *expected: str | Callable[[list[str]], bool]) -> list[str]:
        """Wait until one complete frame contains all these texts and passes all checks."""
        deadline, is_silent, is_running = time.monotonic() + TIMEOUT_S, False, True
        while not (
            (is_silent or self._is_frame_complete())
            and all(_is_shown(condition, self.lines()) for condition in expected)
        ):
            if time.monotonic() > deadline or not is_running:
                picture = "\n".join(self.lines())
                raise AssertionError(f"never shown: {expected}\n{picture}")
            received_before = len(self.received)
            is_running = self._read()
            is_silent = len(self.received) == received_before
        return self.lines()

    def next_frame(self) -> list[str]:
        """The lines of the next complete frame; the same again if nothing is received for a moment."""
        self._read()
        return self.wait_for()

    def _is_frame_complete(self) -> bool:
        """Whether nothing was drawn since the last status request: emtui sends one after every frame."""
        return _CURSOR_MOVE.search(self.received, self.received.rfind(ACK_REQUEST_BYTES) + 1) is None

    def wait_for_row(self, number: int) -> None:
        """Wait until the cursor is on this row of the list, recognized by its thousands of rows."""
        position = re.compile(rf"(?<![\d,]){number:,} of \d+,\d\d\d runs\b")
        self.wait_for(lambda lines: any(position.search(line) for line in lines))

    def wait_opened(self) -> list[str]:
        """Wait until a session is open with its events."""
        return self.wait_for(lambda lines: any(re.search(r"\d events?\b", line) for line in lines))

    def ungroup_list(self) -> None:
        """Turn grouping off."""
        self.press("Z")
        self.wait_for("every run has its own row")

    def _read(self, timeout: float = 0.2) -> bool:
        """Read what the terminal received; false once the program has ended."""
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
        """Read until nothing is received for a moment and no thread of emtui is busy.

        Returns the number of bytes received since the start.
        """
        received_before = -1
        while received_before < len(self.received) or _is_busy(self.child.pid):
            received_before = len(self.received)
            self._read()
        return received_before

    def wait_restored(self, times: int = 1) -> None:
        """Wait until emtui has redrawn the screen after the terminal was lent this many times."""
        enter_sequence = b"\x1b[?1049h"
        self.wait_for(
            lambda _: self.received.count(enter_sequence) > times,
            lambda _: _CURSOR_MOVE.search(self.received, self.received.rfind(enter_sequence)) is not None,
        )

    def wait_stopped(self) -> None:
        """Wait until the program is suspended and no longer has the terminal."""
        deadline = time.monotonic() + TIMEOUT_S
        while not os.waitpid(self.child.pid, os.WUNTRACED | os.WNOHANG)[0]:
            assert time.monotonic() < deadline, "it never stopped"
            self._read()
        self.wait_idle()

    def read_for(self, seconds: float) -> None:
        """Read for this many seconds, to simulate slow users or links."""
        deadline = time.monotonic() + seconds
        while (remaining := deadline - time.monotonic()) > 0:
            self._read(remaining)

    def clear_screen(self) -> None:
        """Clear the screen behind the back of emtui."""
        self._screen.reset()

    def wait_exit(self) -> int:
        """Wait for the program to end; return its exit code."""
        deadline = time.monotonic() + TIMEOUT_S
        while self._read():
            if time.monotonic() > deadline:
                raise AssertionError("still running:\n" + "\n".join(self.lines()))
        self.child.wait()
        if self.child.exitstatus is None:
            return -(self.child.signalstatus or 0)
        return int(self.child.exitstatus)


class PtyOptions(TypedDict, total=False):
    """Size of the terminal (default 80 × 23), and environment and folder of the process.

    `fresh_process`: start a new Python instead of a fork, for tests of the start itself.
    """

    columns: int
    lines: int
    environ: Required[Mapping[str, str]]
    folder: str | None
    fresh_process: bool


def run_emtui(
    *arguments: str, as_shell_job: bool = False, **terminal_options: Unpack[PtyOptions]
) -> AbstractContextManager[EmtuiTerminal]:
    """Run emtui with these arguments in a terminal until the block ends.

    `as_shell_job`: as the job of a shell instead of the first process of its terminal.
    """
    return run_python(*_job_prefix(as_shell_job=as_shell_job), "-m", "emtui", *arguments, **terminal_options)


def run_night_demo(
    demo: RunningDemo, *arguments: str, as_shell_job: bool = False, **terminal_options: Unpack[PtyOptions]
) -> AbstractContextManager[EmtuiTerminal]:
    """Run the night demo in a terminal, with a server that is running already."""
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
    """Start Python in a terminal of this size, forked from a loaded process if possible."""
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
    """Kill the process and wait for its end; pexpect itself gives up on a busy machine."""
    if child.isalive():
        child.kill(signal.SIGKILL)
        child.wait()
    child.ptyproc.delayafterclose = 0
    child.close()


def isolated_environment(folder: Path, **variables: str) -> dict[str, str]:
    """An isolated environment: no configuration, no keyring, a common terminal type."""
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
    """Number of typed bytes that this process has not read from its terminal yet."""
    try:
        terminal = os.open(f"/proc/{pid}/fd/0", os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return 0  # the process has ended
    try:
        return int.from_bytes(ioctl(terminal, termios.FIONREAD, bytes(4)), sys.byteorder)
    except OSError:
        return 0
    finally:
        os.close(terminal)


def _is_busy(pid: int) -> bool:
    """Whether a thread of this process or of its children is running or runnable."""
    is_busy = False
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):  # the process has ended meanwhile
            is_busy |= (thread / "stat").read_text().rpartition(")")[2].split()[0] in "RD"
            is_busy |= any(_is_busy(int(child)) for child in (thread / "children").read_text().split())
    return is_busy


def keep_full_preview(terminal: EmtuiTerminal) -> None:
    """Show all of the preview from now on, in a terminal that has room for one.

    On a busy computer the terminal replies late, counts as slow for a while, and the preview is short then.
    """
    deadline, is_full = time.monotonic() + TIMEOUT_S, False
    while not is_full:
        assert time.monotonic() < deadline, "the preview never showed its days"
        terminal.press("i")  # shows all of a short preview, hides any other, and shows all of a hidden one
        terminal.wait_idle()
        is_full = any("failed/ran" in line for line in terminal.lines())


def is_assessed(lines: list[str]) -> bool:
    """Whether the list shows an alert, in Unicode or ASCII, as it does once it is assessed."""
    return lines[1].startswith(("■ ", "▲ ", "X ", "! "))


def cursor_row(lines: list[str]) -> str:
    """The row under the cursor."""
    return next((line for line in lines if line.startswith("▌")), "")
