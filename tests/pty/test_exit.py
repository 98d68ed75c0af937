"""Every kind of exit: emtui logs off, restores the terminal, and the process ends."""

from __future__ import annotations

import os
import pty
import re
import select
import shlex
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fcntl import ioctl
from itertools import count
from pathlib import Path

import pyte
import pytest
from demo_server import RunningDemo
from desktop_session import require_program
from pty_terminal import EmtuiTerminal, isolated_environment, run_night_demo, run_python
from scripted_server import (
    GOOD_REPLIES,
    GUID,
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedEmServer,
    ScriptedReply,
    list_xml,
    make_identity,
    make_reply,
    options_for,
    reply_well,
    route_of,
    scripted_server_in_thread,
    session_xml,
)

TIMEOUT_S = 60.0
FAST_POLLING_SCRIPT = Path(__file__).parent.parent / "run_fast_polling.py"
RESTORED_MODES = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[?7h", b"\x1b[<u")
"""Sequences for the main screen, the cursor, pasting, wrapping and the keyboard."""


@dataclass
class RawTerminal:
    """A terminal that is read only when the test does so."""

    pid: int
    master: int
    received: bytes = b""
    code: int | None = None

    def read(self, seconds: float) -> None:
        """Read for this many seconds, or until it is closed."""
        deadline = time.monotonic() + seconds
        while (remaining := deadline - time.monotonic()) > 0:
            if not select.select([self.master], [], [], remaining)[0]:
                return
            try:
                chunk = os.read(self.master, 65536)
            except OSError:
                return
            self.received += chunk

    def wait_for(self, expected: bytes) -> None:
        deadline = time.monotonic() + TIMEOUT_S
        while expected not in self.received:
            assert time.monotonic() < deadline, self.received[-2000:]
            self.read(0.1)

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def close(self) -> None:
        os.close(self.master)
        self.master = -1

    def wait_exit(self, *, reading: bool = True) -> int:
        """Return the exit code of the process, or the negative number of a signal that killed it."""
        deadline = time.monotonic() + TIMEOUT_S
        while self.code is None:
            assert time.monotonic() < deadline, "still running"
            if reading and self.master >= 0:
                self.read(0.05)
            else:
                time.sleep(0.05)
            ended_pid, status = os.waitpid(self.pid, os.WNOHANG)
            if ended_pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def is_echo_on(self) -> bool:
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)


@contextmanager
def raw_terminal(argv: list[str], environ: dict[str, str], *, hang_up: bool = True) -> Iterator[RawTerminal]:
    """Run Python with these arguments; without `hang_up` it ignores SIGHUP, as with nohup."""
    pid, master = pty.fork()
    if pid == 0:
        if not hang_up:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.execve(sys.executable, [sys.executable, *argv], environ)  # noqa: S606 - the program under test
    ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    terminal = RawTerminal(pid, master)
    try:
        yield terminal
    finally:
        if terminal.code is None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        if terminal.master >= 0:
            terminal.close()


@contextmanager
def logged_on_terminal(
    tmp_path: Path,
    reply_to: Callable[[ReceivedRequest], ScriptedReply] = reply_well,
    *,
    interval: float = 60.0,
    hang_up: bool = True,
    arguments_before: tuple[str, ...] = (),
) -> Iterator[tuple[RawTerminal, ScriptedEmServer]]:
    """Run emtui until it shows the list; yield the terminal and the server."""
    server_identity = make_identity(tmp_path)
    with scripted_server_in_thread(reply_to, server_identity.tls_context()) as server:
        argv = [str(FAST_POLLING_SCRIPT), str(interval), *arguments_before]
        argv += options_for(server, server_identity)
        with raw_terminal(
            argv, isolated_environment(tmp_path, EMTUI_PASSWORD=PASSWORD), hang_up=hang_up
        ) as terminal:
            terminal.wait_for(b"as of")
            terminal.read(0.3)
            yield terminal, server


def send_signal(number: int) -> Callable[[RawTerminal], None]:
    return lambda terminal: os.kill(terminal.pid, number)


EXIT_KEYS: dict[str, tuple[Callable[[RawTerminal], None], int]] = {
    "q": (lambda terminal: terminal.press("q"), 0),
    "Q": (lambda terminal: terminal.press("Q"), 0),
    "ctrl+c twice": (lambda terminal: terminal.press("\x03\x03"), 0),
    "SIGTERM": (send_signal(signal.SIGTERM), 143),
    "SIGHUP": (send_signal(signal.SIGHUP), 129),
}


@pytest.mark.parametrize("name", EXIT_KEYS)
def test_emtui_logs_off_and_restores_the_terminal(tmp_path: Path, name: str) -> None:
    quit_emtui, code = EXIT_KEYS[name]
    with logged_on_terminal(tmp_path) as (terminal, server):
        assert not terminal.is_echo_on()
        quit_emtui(terminal)
        assert terminal.wait_exit() == code
        assert terminal.is_echo_on()
        assert (server.count("POST"), server.count("DELETE")) == (1, 1)
        for mode in RESTORED_MODES:
            assert mode in terminal.received


@pytest.mark.parametrize("hang_up", [True, False], ids=["SIGHUP", "SIGHUP ignored"])
def test_closing_the_terminal_ends_emtui(tmp_path: Path, *, hang_up: bool) -> None:
    with logged_on_terminal(tmp_path, hang_up=hang_up) as (terminal, server):
        terminal.close()
        assert terminal.wait_exit() == 129
        assert (server.count("POST"), server.count("DELETE")) == (1, 1)


@pytest.mark.parametrize("name", ["q", "SIGTERM"])
def test_an_unresponsive_server_does_not_delay_the_exit(tmp_path: Path, name: str) -> None:
    quit_emtui, code = EXIT_KEYS[name]

    def reply_to(request: ReceivedRequest) -> ScriptedReply:
        return ScriptedReply(b"", then="hang") if request.method == "DELETE" else reply_well(request)

    with logged_on_terminal(tmp_path, reply_to) as (terminal, server):
        start = time.monotonic()
        quit_emtui(terminal)
        assert terminal.wait_exit() == code
        assert time.monotonic() - start < TIMEOUT_S
        assert terminal.is_echo_on()
        assert server.count("DELETE") == 1
        assert RESTORED_MODES[0] in terminal.received


# --- a terminal that does not drain ---------------------------------------------------


@dataclass
class BusyServer:
    """Lists different sessions at every poll, so that there is always something to draw."""

    poll_count: Iterator[int] = field(default_factory=count)
    row_count: int = 0

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        if route_of(request) != "list":
            return GOOD_REPLIES[route_of(request)]
        self.row_count = next(self.poll_count)
        rows = (session_xml(f"{self.row_count:08x}-{row:04x}-4333-8444-555555555555") for row in range(40))
        return make_reply(
            "200 OK", list_xml(rows).replace(b"<Message/>", b"<Message>poll %d</Message>" % self.row_count)
        )


def fill_terminal(busy: BusyServer) -> None:
    """Read nothing until far more was to be drawn than fits into the buffers."""
    start, previous_count = time.monotonic(), busy.row_count
    wait_until(lambda: busy.row_count > previous_count + 40 and time.monotonic() > start + 2)


def shows_screen(terminal: RawTerminal) -> set[str]:
    """The numbers of the polls that the rows on the screen are from."""
    terminal.read(0.2)
    screen = pyte.Screen(80, 24)
    pyte.ByteStream(screen).feed(terminal.received)
    return {line.rpartition("poll ")[2].strip() for line in screen.display if "poll " in line}


def test_a_stalled_terminal_blocks_nothing_and_gets_one_frame_afterwards(tmp_path: Path) -> None:
    busy = BusyServer()
    with logged_on_terminal(tmp_path, busy, interval=0.05) as (terminal, _):
        terminal.press("Z")
        terminal.wait_for(b"poll ")
        fill_terminal(busy)
        stalled = len(terminal.received)
        terminal.press("p")
        terminal.wait_for(b"PAUSED")
        wait_until(lambda: shows_screen(terminal) == {str(busy.row_count)})
        assert len(terminal.received) - stalled < 60_000
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_a_stalled_terminal_does_not_prevent_the_exit(tmp_path: Path) -> None:
    busy = BusyServer()
    with logged_on_terminal(tmp_path, busy, interval=0.05) as (terminal, server):
        fill_terminal(busy)
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_exit(reading=False) == 143
        assert server.count("DELETE") == 1
        assert terminal.is_echo_on()
        terminal.read(0.5)
        assert RESTORED_MODES[0] in terminal.received


@pytest.mark.parametrize(
    ("first", "second"), [("Q", "SIGHUP"), ("SIGTERM", "SIGTERM"), ("SIGTERM", "SIGINT")]
)
def test_a_second_signal_does_not_interrupt_the_logoff(tmp_path: Path, first: str, second: str) -> None:
    is_requested, may_respond = threading.Event(), threading.Event()

    def late(request: ReceivedRequest) -> ScriptedReply:
        if route_of(request) == "logoff":
            is_requested.set()
            may_respond.wait(TIMEOUT_S)
        return reply_well(request)

    quit_emtui, code = EXIT_KEYS[first]
    with logged_on_terminal(tmp_path, late) as (terminal, server):
        quit_emtui(terminal)
        wait_until(is_requested.is_set)
        os.kill(terminal.pid, signal.Signals[second])
        time.sleep(0.2)
        may_respond.set()
        assert terminal.wait_exit() == code
        assert server.count("DELETE") == 1
        assert terminal.is_echo_on()


# --- a resolver that hangs ------------------------------------------------------------

HANGING_RESOLVER = """
import socket, sys, time
socket.getaddrinfo = lambda *_, **__: time.sleep(600)
from emtui.cli import main
sys.exit(main(["--server", "em01.example.net", "--user", "EXAMPLE\\\\ops"]))
"""


@pytest.mark.parametrize("name", ["ctrl+c twice", "SIGTERM"])
def test_a_hanging_resolver_does_not_delay_the_exit(tmp_path: Path, name: str) -> None:
    quit_emtui, code = EXIT_KEYS[name]
    with raw_terminal(
        ["-c", HANGING_RESOLVER], isolated_environment(tmp_path, EMTUI_PASSWORD=PASSWORD)
    ) as terminal:
        terminal.wait_for(b"em01.example.net")
        terminal.read(0.5)
        quit_emtui(terminal)
        assert terminal.wait_exit() == code
        assert terminal.is_echo_on()


# --- before and after -----------------------------------------------------------------


def test_the_printed_command_reopens_exactly_this_view(tmp_path: Path) -> None:
    query = 'state:success -type:"Log Export"'
    with logged_on_terminal(tmp_path) as (terminal, server):
        terminal.press("/")
        terminal.read(0.2)
        terminal.press(f"{query}\r")
        terminal.read(0.5)
        terminal.press("ooq")
        assert terminal.wait_exit() == 0
        (command,) = re.findall(r"emtui open [^\r\n]*", terminal.received.decode())
        argv = shlex.split(command)
        assert argv[:4] == ["emtui", "open", "--server", server.authority]
        assert argv[4].startswith("--sort=")
        assert USER not in command
        identity = make_identity(tmp_path)
    with scripted_server_in_thread(
        reply_well, identity.tls_context(), int(server.authority.rpartition(":")[2])
    ):
        environ = isolated_environment(
            tmp_path, EMTUI_PASSWORD=PASSWORD, EMTUI_USER=USER, EMTUI_PIN=identity.sha256
        )
        with run_python("-m", *argv, environ=environ) as again:
            again.wait_for("1 of 1")
            again.press("enter")
            again.wait_for("Starting data collection job")
            again.press("q", "q")
            assert again.wait_exit() == 0
            assert "--sort=" in again.received.decode()


def test_the_printed_command_reopens_the_open_session(tmp_path: Path) -> None:
    with logged_on_terminal(tmp_path) as (terminal, server):
        terminal.press("\r")
        terminal.wait_for(b"Starting data")
        terminal.press("Q")
        assert terminal.wait_exit() == 0
        assert f"emtui open --server {server.authority} {GUID}".encode() in terminal.received


def test_ctrl_z_and_fg_return_to_the_same_view(tmp_path: Path) -> None:
    identity = make_identity(tmp_path)
    with scripted_server_in_thread(reply_well, identity.tls_context()) as server:
        line = shlex.join([sys.executable, "-m", "emtui", *options_for(server, identity)])
        code = "import os; os.execvp('bash', ['bash', '--norc', '-i'])"
        with raw_terminal(
            ["-c", code], isolated_environment(tmp_path, EMTUI_PASSWORD=PASSWORD, PS1="ready> ")
        ) as terminal:
            terminal.wait_for(b"ready> ")
            terminal.press(line + "\n")
            terminal.wait_for(b"as of")
            terminal.read(0.3)
            terminal.press("/")
            terminal.read(0.2)
            terminal.press("Collect\r")
            terminal.read(0.3)
            terminal.received = b""
            terminal.press("\x1a")
            terminal.wait_for(b"Stopped")
            assert RESTORED_MODES[0] in terminal.received
            terminal.received = b""
            terminal.press("fg\n")
            terminal.wait_for(b"Collect")
            terminal.wait_for(b"1 of 1")
            terminal.received = b""
            terminal.press("q")
            terminal.wait_for(b"ready> ")
            terminal.press("exit\n")
            terminal.wait_exit()
        assert server.count("DELETE") == 1


def test_without_a_shell_it_does_not_suspend_and_says_why(tmp_path: Path, demo: RunningDemo) -> None:
    with run_night_demo(demo, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("\x1a")
        terminal.wait_for("Not suspended: no shell started emtui, so fg could not resume it.")
        terminal.press("enter")
        terminal.wait_for_row(1)
        for key in (True, False):
            if key:
                terminal.press("\x1a")
            else:
                os.kill(terminal.child.pid, signal.SIGTSTP)
            terminal.wait_for("Not suspended: no shell started emtui, so fg could not resume it.")
            assert os.waitpid(terminal.child.pid, os.WUNTRACED | os.WNOHANG) == (0, 0)
            terminal.press("down")
            terminal.wait_for(lambda lines: "ctrl+z" not in "\n".join(lines))
        terminal.press("Q")
        assert terminal.wait_exit() == 0


def test_closing_the_tmux_pane_ends_emtui(tmp_path: Path) -> None:
    require_program("tmux")
    identity = make_identity(tmp_path)
    with scripted_server_in_thread(reply_well, identity.tls_context()) as server:
        tmux = ["tmux", "-S", str(tmp_path / "tmux"), "-f", "/dev/null"]
        argv = [sys.executable, "-m", "emtui", *options_for(server, identity)]
        environ = isolated_environment(tmp_path, EMTUI_PASSWORD=PASSWORD)
        subprocess.run(
            [*tmux, "new-session", "-d", "-x", "80", "-y", "24", shlex.join(argv)], env=environ, check=True
        )
        try:
            wait_until(lambda: any(route_of(request) == "list" for request in server.requests))
            time.sleep(0.3)
            subprocess.run([*tmux, "kill-pane"], env=environ, check=True)
            wait_until(lambda: server.count("DELETE") == 1)
        finally:
            with suppress(subprocess.CalledProcessError):
                subprocess.run([*tmux, "kill-server"], env=environ, check=True, capture_output=True)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("keys", ["q:", "qD", "qi", "q?", "qL"])
def test_keys_typed_right_after_q_open_nothing(demo_list: EmtuiTerminal, keys: str) -> None:
    demo_list.press(keys)
    assert demo_list.wait_exit() == 0
    assert b"internal error" not in demo_list.received
