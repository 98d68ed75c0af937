"""Every way in which emtui ends: the server is told, the terminal is left as it was, the process is gone."""

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
from desktop import need
from pty_terminal import a_home, at_night, python
from rogue import (
    GOOD,
    GUID,
    PASSWORD,
    USER,
    Asked,
    Reply,
    Rogue,
    good,
    identity,
    list_xml,
    options_for,
    reply,
    rogue_beside,
    route_of,
    session_xml,
)
from served import Demo

PATIENCE = 60.0
HASTY = Path(__file__).parent.parent / "hasty.py"
LEFT = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[?7h", b"\x1b[<u")
"""The first screen, the cursor, paste without brackets, wrapping, and keys as they were."""


@dataclass
class Held:
    """A terminal that is read only when the test wants it to be."""

    pid: int
    master: int
    received: bytes = b""
    code: int | None = None

    def read(self, seconds: float) -> None:
        """Take in what comes for so long, or until it is closed."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            if not select.select([self.master], [], [], left)[0]:
                return
            try:
                got = os.read(self.master, 65536)
            except OSError:
                return
            self.received += got

    def until(self, shown: bytes) -> None:
        ends = time.monotonic() + PATIENCE
        while shown not in self.received:
            assert time.monotonic() < ends, self.received[-2000:]
            self.read(0.1)

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def close(self) -> None:
        os.close(self.master)
        self.master = -1

    def end(self, *, reading: bool = True) -> int:
        """Wait for the process; a signal's number, negative, if that killed it."""
        ends = time.monotonic() + PATIENCE
        while self.code is None:
            assert time.monotonic() < ends, "still running"
            if reading and self.master >= 0:
                self.read(0.05)
            else:
                time.sleep(0.05)
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)


@contextmanager
def held(argv: list[str], environ: dict[str, str], *, hang_up: bool = True) -> Iterator[Held]:
    """Run Python with these arguments; without `hang_up` it ignores SIGHUP, as below nohup."""
    pid, master = pty.fork()
    if pid == 0:
        if not hang_up:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.execve(sys.executable, [sys.executable, *argv], environ)  # noqa: S606 - the program under test
    ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    terminal = Held(pid, master)
    try:
        yield terminal
    finally:
        if terminal.code is None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        if terminal.master >= 0:
            terminal.close()


@contextmanager
def logged_on(
    tmp_path: Path,
    answer: Callable[[Asked], Reply] = good,
    *,
    every: float = 60.0,
    hang_up: bool = True,
    before: tuple[str, ...] = (),
) -> Iterator[tuple[Held, Rogue]]:
    """emtui with a list on the screen, and its server."""
    known = identity(tmp_path)
    with rogue_beside(answer, known.context()) as server:
        argv = [str(HASTY), str(every), *before]
        argv += options_for(server, known)
        with held(argv, a_home(tmp_path, EMTUI_PASSWORD=PASSWORD), hang_up=hang_up) as terminal:
            terminal.until(b"as of")
            terminal.read(0.3)
            yield terminal, server


def kill(number: int) -> Callable[[Held], None]:
    return lambda terminal: os.kill(terminal.pid, number)


WAYS: dict[str, tuple[Callable[[Held], None], int]] = {
    "q": (lambda terminal: terminal.press("q"), 0),
    "Q": (lambda terminal: terminal.press("Q"), 0),
    "ctrl+c twice": (lambda terminal: terminal.press("\x03\x03"), 0),
    "SIGTERM": (kill(signal.SIGTERM), 143),
    "SIGHUP": (kill(signal.SIGHUP), 129),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_logon_is_deleted_and_the_terminal_is_as_it_was(tmp_path: Path, way: str) -> None:
    leave, code = WAYS[way]
    with logged_on(tmp_path) as (terminal, server):
        assert not terminal.echoes()
        leave(terminal)
        assert terminal.end() == code
        assert terminal.echoes()
        assert (server.count("POST"), server.count("DELETE")) == (1, 1)
        for mode in LEFT:
            assert mode in terminal.received


@pytest.mark.parametrize("hang_up", [True, False], ids=["SIGHUP", "SIGHUP ignored"])
def test_a_terminal_that_is_closed_ends_it(tmp_path: Path, *, hang_up: bool) -> None:
    with logged_on(tmp_path, hang_up=hang_up) as (terminal, server):
        terminal.close()
        assert terminal.end() == 129
        assert (server.count("POST"), server.count("DELETE")) == (1, 1)


@pytest.mark.parametrize("way", ["q", "SIGTERM"])
def test_a_server_that_does_not_answer_holds_nobody(tmp_path: Path, way: str) -> None:
    leave, code = WAYS[way]

    def mute(asked: Asked) -> Reply:
        return Reply(b"", after="hang") if asked.method == "DELETE" else good(asked)

    with logged_on(tmp_path, mute) as (terminal, server):
        began = time.monotonic()
        leave(terminal)
        assert terminal.end() == code
        assert time.monotonic() - began < PATIENCE
        assert terminal.echoes()
        assert server.count("DELETE") == 1
        assert LEFT[0] in terminal.received


# --- a terminal that does not drain ---------------------------------------------------


@dataclass
class Busy:
    """Another list at every look, so that there is always something to paint."""

    looks: Iterator[int] = field(default_factory=count)
    shown: int = 0

    def __call__(self, asked: Asked) -> Reply:
        if route_of(asked) != "list":
            return GOOD[route_of(asked)]
        self.shown = next(self.looks)
        rows = (session_xml(f"{self.shown:08x}-{row:04x}-4333-8444-555555555555") for row in range(40))
        return reply(
            "200 OK", list_xml(rows).replace(b"<Message/>", b"<Message>look %d</Message>" % self.shown)
        )


def nobody_reads(busy: Busy) -> None:
    """A terminal that takes nothing for so long that far more was to be painted than fits on the way."""
    began, before = time.monotonic(), busy.shown
    wait(lambda: busy.shown > before + 40 and time.monotonic() > began + 2)


def looks_on(terminal: Held) -> set[str]:
    """Which looks the rows on the screen are from by now."""
    terminal.read(0.2)
    screen = pyte.Screen(80, 24)
    pyte.ByteStream(screen).feed(terminal.received)
    return {line.rpartition("look ")[2].strip() for line in screen.display if "look " in line}


def test_a_terminal_that_stalls_holds_nothing_up_and_gets_one_picture_afterwards(tmp_path: Path) -> None:
    busy = Busy()
    with logged_on(tmp_path, busy, every=0.05) as (terminal, _):
        terminal.press("Z")
        terminal.until(b"look ")
        nobody_reads(busy)
        stalled = len(terminal.received)
        terminal.press("p")
        terminal.until(b"PAUSED")
        wait(lambda: looks_on(terminal) == {str(busy.shown)})
        assert len(terminal.received) - stalled < 60_000
        terminal.press("q")
        assert terminal.end() == 0


def test_a_terminal_that_stalls_does_not_keep_it_from_ending(tmp_path: Path) -> None:
    busy = Busy()
    with logged_on(tmp_path, busy, every=0.05) as (terminal, server):
        nobody_reads(busy)
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.end(reading=False) == 143
        assert server.count("DELETE") == 1
        assert terminal.echoes()
        terminal.read(0.5)
        assert LEFT[0] in terminal.received


@pytest.mark.parametrize(("way", "second"), [("Q", "SIGHUP"), ("SIGTERM", "SIGTERM"), ("SIGTERM", "SIGINT")])
def test_a_signal_that_comes_while_it_logs_off_cuts_nothing_short(
    tmp_path: Path, way: str, second: str
) -> None:
    asked, answers = threading.Event(), threading.Event()

    def late(request: Asked) -> Reply:
        if route_of(request) == "logoff":
            asked.set()
            answers.wait(PATIENCE)
        return good(request)

    leave, code = WAYS[way]
    with logged_on(tmp_path, late) as (terminal, server):
        leave(terminal)
        wait(asked.is_set)
        os.kill(terminal.pid, signal.Signals[second])
        time.sleep(0.2)
        answers.set()
        assert terminal.end() == code
        assert server.count("DELETE") == 1
        assert terminal.echoes()


# --- a resolver that hangs ------------------------------------------------------------

HANGS = """
import socket, sys, time
socket.getaddrinfo = lambda *_, **__: time.sleep(600)
from emtui.cli import main
sys.exit(main(["--server", "em01.example.net", "--user", "EXAMPLE\\\\ops"]))
"""


@pytest.mark.parametrize("way", ["ctrl+c twice", "SIGTERM"])
def test_a_resolver_that_hangs_holds_nobody(tmp_path: Path, way: str) -> None:
    leave, code = WAYS[way]
    with held(["-c", HANGS], a_home(tmp_path, EMTUI_PASSWORD=PASSWORD)) as terminal:
        terminal.until(b"em01.example.net")
        terminal.read(0.5)
        leave(terminal)
        assert terminal.end() == code
        assert terminal.echoes()


# --- around it ------------------------------------------------------------------------


def test_the_last_line_comes_back_to_exactly_this_view(tmp_path: Path) -> None:
    query = 'state:success -type:"Log Export"'
    with logged_on(tmp_path) as (terminal, server):
        terminal.press("/")
        terminal.read(0.2)
        terminal.press(f"{query}\r")
        terminal.read(0.5)
        terminal.press("ooq")
        assert terminal.end() == 0
        (said,) = re.findall(r"emtui open [^\r\n]*", terminal.received.decode())
        argv = shlex.split(said)
        assert argv[:4] == ["emtui", "open", "--server", server.authority]
        assert argv[4].startswith("--sort=")
        assert USER not in said
        known = identity(tmp_path)
    with rogue_beside(good, known.context(), int(server.authority.rpartition(":")[2])):
        environ = a_home(tmp_path, EMTUI_PASSWORD=PASSWORD, EMTUI_USER=USER, EMTUI_PIN=known.sha256)
        with python("-m", *argv, environ=environ) as again:
            again.until("1 of 1")
            again.press("enter")
            again.until("Starting data collection job")
            again.press("q", "q")
            assert again.end() == 0
            assert "--sort=" in again.received.decode()


def test_a_session_that_is_open_is_what_is_come_back_to(tmp_path: Path) -> None:
    with logged_on(tmp_path) as (terminal, server):
        terminal.press("\r")
        terminal.until(b"Starting data")
        terminal.press("Q")
        assert terminal.end() == 0
        assert f"emtui open --server {server.authority} {GUID}".encode() in terminal.received


def test_ctrl_z_and_fg_come_back_to_the_same_view(tmp_path: Path) -> None:
    known = identity(tmp_path)
    with rogue_beside(good, known.context()) as server:
        line = shlex.join([sys.executable, "-m", "emtui", *options_for(server, known)])
        code = "import os; os.execvp('bash', ['bash', '--norc', '-i'])"
        with held(["-c", code], a_home(tmp_path, EMTUI_PASSWORD=PASSWORD, PS1="ready> ")) as terminal:
            terminal.until(b"ready> ")
            terminal.press(line + "\n")
            terminal.until(b"as of")
            terminal.read(0.3)
            terminal.press("/")
            terminal.read(0.2)
            terminal.press("Collect\r")
            terminal.read(0.3)
            terminal.received = b""
            terminal.press("\x1a")
            terminal.until(b"Stopped")
            assert LEFT[0] in terminal.received
            terminal.received = b""
            terminal.press("fg\n")
            terminal.until(b"Collect")
            terminal.until(b"1 of 1")
            terminal.received = b""
            terminal.press("q")
            terminal.until(b"ready> ")
            terminal.press("exit\n")
            terminal.end()
        assert server.count("DELETE") == 1


def test_without_a_shell_it_does_not_stop_and_says_why(tmp_path: Path, demo: Demo) -> None:
    with at_night(demo, environ=a_home(tmp_path)) as terminal:
        terminal.until("Password")
        terminal.press("\x1a")
        terminal.until("Not suspended: no shell started emtui, so fg could not resume it.")
        terminal.press("enter")
        terminal.at_row(1)
        for key in (True, False):
            if key:
                terminal.press("\x1a")
            else:
                os.kill(terminal.child.pid, signal.SIGTSTP)
            terminal.until("Not suspended: no shell started emtui, so fg could not resume it.")
            assert os.waitpid(terminal.child.pid, os.WUNTRACED | os.WNOHANG) == (0, 0)
            terminal.press("down")
            terminal.until(lambda lines: "ctrl+z" not in "\n".join(lines))
        terminal.press("Q")
        assert terminal.end() == 0


def test_a_pane_of_tmux_that_is_closed_ends_it(tmp_path: Path) -> None:
    need("tmux")
    known = identity(tmp_path)
    with rogue_beside(good, known.context()) as server:
        tmux = ["tmux", "-S", str(tmp_path / "tmux"), "-f", "/dev/null"]
        argv = [sys.executable, "-m", "emtui", *options_for(server, known)]
        environ = a_home(tmp_path, EMTUI_PASSWORD=PASSWORD)
        subprocess.run(
            [*tmux, "new-session", "-d", "-x", "80", "-y", "24", shlex.join(argv)], env=environ, check=True
        )
        try:
            wait(lambda: any(route_of(asked) == "list" for asked in server.asked))
            time.sleep(0.3)
            subprocess.run([*tmux, "kill-pane"], env=environ, check=True)
            wait(lambda: server.count("DELETE") == 1)
        finally:
            with suppress(subprocess.CalledProcessError):
                subprocess.run([*tmux, "kill-server"], env=environ, check=True, capture_output=True)


def wait(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)
