"""The real thing: OpenSSH over a line of 64 kbit/s and 600 ms there and back, without and within tmux.

An sshd of its own on 127.0.0.1, with its own keys, for the user who runs the tests; between
it and the client every byte goes over the slow line.
"""

from __future__ import annotations

import os
import pwd
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pexpect
import pytest
from bench.server import Moving, listing
from desktop import found, need
from pty_terminal import a_home, end_at_once
from rogue import PASSWORD, USER, identity, rogue_beside
from slow_line import NEAR, SLOW, FarTerminal, detour

HASTY = str(Path(__file__).parents[1] / "hasty.py")
COLUMNS, LINES = 100, 30
ONE_FRAME = 8_000
QUERY = "state:failed type:Coll"
ESC, REST_OF_DOWN = "\x1b", "[B"
SPLIT = 0.2
"""Seconds between the two halves of an arrow key."""
PASTED = "quarantine bs02?\r:leave it to storage\r11111111-2222-4333-8444-555555555555\r"


@dataclass(frozen=True, slots=True)
class Jump:
    """A computer that one logs on to with ssh: its port, and where the keys are."""

    port: int
    folder: Path

    def ssh(self, command: str, port: int) -> list[str]:
        """The arguments that run a command there, in a terminal of its own."""
        user = pwd.getpwuid(os.getuid()).pw_name
        options = {
            "IdentityFile": self.folder / "user",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "UserKnownHostsFile": self.folder / "known",
            "HostKeyAlias": "jump.example.net",
            "StrictHostKeyChecking": "yes",
            "LogLevel": "ERROR",
        }
        given = [f"-o{name}={value}" for name, value in options.items()]
        return ["-F", "/dev/null", "-tt", *given, "-p", str(port), f"{user}@127.0.0.1", command]


@pytest.fixture(scope="module")
def jump(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jump]:
    """An sshd in the foreground, until all of this module has been tested."""
    need("sshd")
    need("ssh")
    folder = tmp_path_factory.mktemp("sshd")
    for key in ("host", "user"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", str(folder / key)], check=True
        )
    (folder / "known").write_text(f"jump.example.net {(folder / 'host.pub').read_text()}")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    config = folder / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/user.pub\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        "PermitRootLogin yes\nStrictModes no\nUsePAM no\nPrintMotd no\nPrintLastLog no\nLogLevel INFO\n"
    )
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where root's sshd locks its children in
    with _sshd(config):
        yield Jump(port, folder)


@contextmanager
def _sshd(config: Path) -> Iterator[None]:
    argv = [found("sshd") or "sshd", "-D", "-e", "-f", str(config)]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as daemon:
        assert daemon.stderr is not None
        said = []
        for line in daemon.stderr:
            said.append(line)
            if "listening" in line:
                break
        else:
            pytest.fail(f"sshd did not start: {''.join(said)}")
        drain = threading.Thread(target=daemon.stderr.read, daemon=True)
        drain.start()
        try:
            yield
        finally:
            daemon.terminate()
            daemon.wait()
            drain.join()


@contextmanager
def over_ssh(jump: Jump, folder: Path, *, tmux: bool) -> Iterator[FarTerminal]:
    """emtui on the jump host, its list on the screen, before the line became a bad one.

    A list with changes comes every three seconds.
    """
    with ExitStack() as open_until_then:
        known, manager = identity(folder), Moving(listing(3_000))
        server = open_until_then.enter_context(rogue_beside(manager, known.context()))
        argv = [sys.executable, HASTY, "3", "--server", server.authority]
        script = there(folder, [*argv, "--user", USER, "--pin", known.sha256])
        command = f"sh {shlex.quote(str(script))}"
        if tmux:
            ours = f"TMUX_TMPDIR={shlex.quote(str(folder))} tmux -L emtui -f /dev/null"
            command = f"{ours} new-session {shlex.quote(command)}"
            end = ["sh", "-c", f"{ours} kill-server"]
            open_until_then.callback(subprocess.run, end, check=False, capture_output=True)
        led = open_until_then.enter_context(detour(jump.port, NEAR))
        child = pexpect.spawn(
            "ssh",
            jump.ssh(command, led.port),
            env=a_home(folder),
            dimensions=(LINES, COLUMNS),
            echo=False,
        )
        child.delaybeforesend = None  # keys come when they come
        open_until_then.callback(end_at_once, child)
        terminal = FarTerminal(child, COLUMNS, LINES, led)
        terminal.at_row(1)
        led.become(SLOW)
        yield terminal


def there(folder: Path, argv: list[str]) -> Path:
    """What is run on the jump host; it notes whether emtui knows that it is far away."""
    environ = a_home(folder, EMTUI_PASSWORD=PASSWORD)
    del environ["TERM"]  # ssh hands on its own, tmux has one
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in environ.items())
    asked = "import os; from emtui.tui.launch import over_ssh; print(over_ssh(os.environ))"
    script = folder / "there"
    script.write_text(
        f"{exports}\n{shlex.quote(sys.executable)} -c {shlex.quote(asked)} >{shlex.quote(str(folder))}/far\n"
        f"exec {shlex.join(argv)}\n"
    )
    return script


@pytest.mark.parametrize("tmux", [False, True], ids=["plain", "tmux"])
def test_all_that_one_does_at_night_over_a_bad_line(jump: Jump, tmp_path: Path, *, tmux: bool) -> None:
    if tmux:
        need("tmux")
    with over_ssh(jump, tmp_path, tmux=tmux) as far:
        assert (tmp_path / "far").read_text() == "True\n"
        far.unfold()
        a_key_is_held(far)
        an_arrow_arrives_in_two_halves(far)
        a_session_is_opened_and_left(far)
        a_query_is_typed(far)
        lines_are_pasted(far)


def a_key_is_held(far: FarTerminal) -> None:
    assert far.hold("down", seconds=3, rate=30) <= ONE_FRAME
    far.at_row(91)


def an_arrow_arrives_in_two_halves(far: FarTerminal) -> None:
    far.press(ESC)
    far.watch(monotonic() + SPLIT)
    far.press(REST_OF_DOWN)
    far.at_row(92)


def a_session_is_opened_and_left(far: FarTerminal) -> None:
    far.press("enter")
    far.opened()
    far.press("q")
    far.at_row(92)


def a_query_is_typed(far: FarTerminal) -> None:
    before = len(far.received)
    far.press("/")
    for key in QUERY:
        far.hold(key, seconds=0.1, rate=10)
    far.until(f"/ {QUERY}")
    assert len(far.received) - before <= 10_000
    far.press(ESC)
    far.at_row(92)


def lines_are_pasted(far: FarTerminal) -> None:
    """Without brackets: none of it is run as keys, it is offered as a query."""
    far.press(PASTED)
    far.until("/ quarantine bs02? :leave")
    far.press(ESC)
    far.at_row(92)
