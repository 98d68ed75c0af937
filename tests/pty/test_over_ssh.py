"""OpenSSH over a link of 64 kbit/s and 600 ms round trip, with and without tmux.

Uses an sshd on 127.0.0.1 with its own keys, for the user who runs the tests; all bytes between it and the
client pass the slow link.
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
from bench.bench_server import ChangingList, list_body
from desktop_session import find_program, require_program
from pty_terminal import isolated_environment, kill_child
from scripted_server import PASSWORD, USER, make_identity, scripted_server_in_thread
from slow_link import FAST_LINK, SLOW_LINK, RemoteTerminal, slow_proxy

FAST_POLLING_SCRIPT = str(Path(__file__).parents[1] / "run_fast_polling.py")
COLUMNS, LINES = 100, 30
ONE_FRAME = 8_000
QUERY = "state:failed type:Coll"
ESC, REST_OF_DOWN = "\x1b", "[B"
SPLIT = 0.2
"""Seconds between the two halves of an arrow key."""
PASTED = "quarantine bs02?\r:leave it to storage\r11111111-2222-4333-8444-555555555555\r"


@dataclass(frozen=True, slots=True)
class SshHost:
    """An ssh server: its port and the folder of its keys."""

    port: int
    folder: Path

    def ssh(self, command: str, port: int) -> list[str]:
        """The ssh command line that runs a command in a terminal."""
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
        options_argument = [f"-o{name}={value}" for name, value in options.items()]
        return ["-F", "/dev/null", "-tt", *options_argument, "-p", str(port), f"{user}@127.0.0.1", command]


@pytest.fixture(scope="module")
def ssh_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshHost]:
    """An sshd in the foreground, for all tests of this module."""
    require_program("sshd")
    require_program("ssh")
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
    with _run_sshd(config):
        yield SshHost(port, folder)


@contextmanager
def _run_sshd(config: Path) -> Iterator[None]:
    argv = [find_program("sshd") or "sshd", "-D", "-e", "-f", str(config)]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as daemon:
        assert daemon.stderr is not None
        output = []
        for line in daemon.stderr:
            output.append(line)
            if "listening" in line:
                break
        else:
            pytest.fail(f"sshd did not start: {''.join(output)}")
        drain = threading.Thread(target=daemon.stderr.read, daemon=True)
        drain.start()
        try:
            yield
        finally:
            daemon.terminate()
            daemon.wait()
            drain.join()


@contextmanager
def running_over_ssh(jump: SshHost, folder: Path, *, tmux: bool) -> Iterator[RemoteTerminal]:
    """Run emtui on the jump host until it shows the list, then slow the link down.

    The list changes every three seconds.
    """
    with ExitStack() as stack:
        server_identity, server_script = make_identity(folder), ChangingList(list_body(3_000))
        server = stack.enter_context(scripted_server_in_thread(server_script, server_identity.tls_context()))
        argv = [sys.executable, FAST_POLLING_SCRIPT, "3", "--server", server.authority]
        script = remote_script(folder, [*argv, "--user", USER, "--pin", server_identity.sha256])
        command = f"sh {shlex.quote(str(script))}"
        if tmux:
            local_socket = f"TMUX_TMPDIR={shlex.quote(str(folder))} tmux -L emtui -f /dev/null"
            command = f"{local_socket} new-session {shlex.quote(command)}"
            end = ["sh", "-c", f"{local_socket} kill-server"]
            stack.callback(subprocess.run, end, check=False, capture_output=True)
        proxy = stack.enter_context(slow_proxy(jump.port, FAST_LINK))
        child = pexpect.spawn(
            "ssh",
            jump.ssh(command, proxy.port),
            env=isolated_environment(folder),
            dimensions=(LINES, COLUMNS),
            echo=False,
        )
        child.delaybeforesend = None  # send keys without delay
        stack.callback(kill_child, child)
        terminal = RemoteTerminal(child, COLUMNS, LINES, proxy)
        terminal.wait_for_row(1)
        proxy.change_speed(SLOW_LINK)
        yield terminal


def remote_script(folder: Path, argv: list[str]) -> Path:
    """The script for the jump host; it also records whether emtui detects ssh."""
    environ = isolated_environment(folder, EMTUI_PASSWORD=PASSWORD)
    del environ["TERM"]  # set by ssh or tmux
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in environ.items())
    command = "import os; from emtui.tui.launch import is_over_ssh; print(is_over_ssh(os.environ))"
    script = folder / "remote"
    script.write_text(
        f"{exports}\n{shlex.quote(sys.executable)}"
        f" -c {shlex.quote(command)}"
        f" >{shlex.quote(str(folder))}/over_ssh\n"
        f"exec {shlex.join(argv)}\n"
    )
    return script


@pytest.mark.parametrize("tmux", [False, True], ids=["plain", "tmux"])
def test_common_tasks_over_a_slow_ssh_link(ssh_host: SshHost, tmp_path: Path, *, tmux: bool) -> None:
    if tmux:
        require_program("tmux")
    with running_over_ssh(ssh_host, tmp_path, tmux=tmux) as terminal:
        assert (tmp_path / "over_ssh").read_text() == "True\n"
        terminal.ungroup_list()
        check_held_key(terminal)
        check_split_arrow(terminal)
        check_open_session(terminal)
        check_typed_query(terminal)
        check_pasted_lines(terminal)


def check_held_key(terminal: RemoteTerminal) -> None:
    assert terminal.hold_key("down", seconds=3, rate=30) <= ONE_FRAME
    terminal.wait_for_row(91)


def check_split_arrow(terminal: RemoteTerminal) -> None:
    terminal.press(ESC)
    terminal.read_until(monotonic() + SPLIT)
    terminal.press(REST_OF_DOWN)
    terminal.wait_for_row(92)


def check_open_session(terminal: RemoteTerminal) -> None:
    terminal.press("enter")
    terminal.wait_opened()
    terminal.press("q")
    terminal.wait_for_row(92)


def check_typed_query(terminal: RemoteTerminal) -> None:
    before = len(terminal.received)
    terminal.press("/")
    for key in QUERY:
        terminal.hold_key(key, seconds=0.1, rate=10)
    terminal.wait_for(f"/ {QUERY}")
    assert len(terminal.received) - before <= 10_000
    terminal.press(ESC)
    terminal.wait_for_row(92)


def check_pasted_lines(terminal: RemoteTerminal) -> None:
    """Unmarked pasted lines become a query and are not run as keys."""
    terminal.press(PASTED)
    terminal.wait_for("/ quarantine bs02? :leave")
    terminal.press(ESC)
    terminal.wait_for_row(92)
