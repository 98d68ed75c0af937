"""Log-off at every exit: a signal ends each command with its code, a second one does not interrupt it."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest
from command_runner import CommandRunner
from scripted_server import (
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedEmServer,
    ScriptedReply,
    ServerIdentity,
    list_xml,
    make_identity,
    make_reply,
    reply_well,
    route_of,
    scripted_server_in_thread,
    session_xml,
)

HANG_REPLY = ScriptedReply(b"", then="hang")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ServerIdentity:
    return make_identity(tmp_path_factory.mktemp("certificate"))


class HangingServer:
    """Hangs on requests for `route` and sets `requests`; lists one running session."""

    def __init__(self, route: str, *, hangs: bool = True) -> None:
        self.route = route
        self.is_hanging = hangs
        self.requests = threading.Event()

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        route = route_of(request)
        if route == self.route:
            self.requests.set()
            if self.is_hanging:
                return HANG_REPLY
        if route == "list":
            return make_reply("200 OK", list_xml([_as_running("Sessions")]))
        if route == "session":
            return make_reply("200 OK", _as_running("SystemSession").encode())
        return reply_well(request)


def _as_running(tag: str) -> str:
    head, _, rest = session_xml(tag=tag).partition("<EndTimeUTC>")
    rest = rest.partition("</EndTimeUTC>")[2]
    return (head + rest).replace("CompletedSuccessfully", "InProgress").replace(">Success<", ">None<")


@contextmanager
def start_command(
    shell: CommandRunner,
    server: ScriptedEmServer,
    certificate: ServerIdentity,
    *argv: str,
    deaf_to: signal.Signals | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    leading_arguments = ["--server", server.authority, "--user", USER, "--pin", certificate.sha256]
    with subprocess.Popen(
        [sys.executable, "-m", "emtui", *leading_arguments, *argv],
        env={**shell.environ, "EMTUI_PASSWORD": PASSWORD},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=(lambda: signal.signal(deaf_to, signal.SIG_IGN)) if deaf_to else None,  # noqa: PLW1509
    ) as child:
        yield child


ASKING_COMMANDS: dict[str, tuple[str, ...]] = {
    "sessions": ("sessions",),
    "show": ("show", "latest"),
    "events": ("events", "latest"),
    "events --follow": ("events", "latest", "--follow"),
    "tail": ("tail",),
    "wait": ("wait", "latest"),
    "doctor --report": ("doctor", "--report"),
}


@pytest.mark.parametrize("name", ASKING_COMMANDS)
def test_a_hang_up_ends_every_command_logged_off_with_129(
    shell: CommandRunner, certificate: ServerIdentity, name: str
) -> None:
    held = HangingServer("list")
    with (
        scripted_server_in_thread(held, certificate.tls_context()) as server,
        start_command(shell, server, certificate, *ASKING_COMMANDS[name]) as child,
    ):
        assert held.requests.wait(60)
        child.send_signal(signal.SIGHUP)
        out, errors = child.communicate(timeout=60)
        assert (child.returncode, out, errors) == (129, b"", b"")
        assert server.count("DELETE") == 1


@pytest.mark.parametrize(
    ("argv", "route"),
    [
        (("tail", "-o", "jsonl"), "list"),
        (("wait", "latest"), "session"),
        (("events", "latest", "--follow"), "events"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else value,
)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGHUP, 129), (signal.SIGTERM, 143)])
def test_a_signal_between_two_requests_ends_it_as_well(
    shell: CommandRunner,
    certificate: ServerIdentity,
    argv: tuple[str, ...],
    route: str,
    number: signal.Signals,
    code: int,
) -> None:
    held = HangingServer(route, hangs=False)
    with (
        scripted_server_in_thread(held, certificate.tls_context()) as server,
        start_command(shell, server, certificate, *argv) as child,
    ):
        assert held.requests.wait(60)
        time.sleep(0.3)  # the answer is read, and the next one is not due for seconds
        child.send_signal(number)
        child.communicate(timeout=60)
        assert child.returncode == code
        assert server.count("DELETE") == 1


def test_a_terminal_that_is_closed_ends_a_tail_logged_off_with_129(
    shell: CommandRunner, certificate: ServerIdentity
) -> None:
    held = HangingServer("list", hangs=False)
    with scripted_server_in_thread(held, certificate.tls_context()) as server:
        argv = ["--server", server.authority, "--user", USER, "--pin", certificate.sha256, "tail"]
        pid, master = pty.fork()
        if pid == 0:
            environ = {**shell.environ, "EMTUI_PASSWORD": PASSWORD, "TERM": "xterm"}
            os.execve(sys.executable, [sys.executable, "-m", "emtui", *argv], environ)  # noqa: S606
        assert held.requests.wait(60)
        time.sleep(0.3)
        os.close(master)
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 129
        assert server.count("DELETE") == 1


def test_a_hang_up_that_is_ignored_at_the_start_stays_ignored(
    shell: CommandRunner, certificate: ServerIdentity
) -> None:
    held = HangingServer("list")
    with (
        scripted_server_in_thread(held, certificate.tls_context()) as server,
        start_command(shell, server, certificate, "sessions", deaf_to=signal.SIGHUP) as child,
    ):
        assert held.requests.wait(60)
        child.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.7)
        assert server.count("DELETE") == 0
        child.send_signal(signal.SIGTERM)
        assert child.wait(60) == 143
        assert server.count("DELETE") == 1


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (signal.SIGHUP, signal.SIGHUP, 129),
        (signal.SIGHUP, signal.SIGTERM, 129),
        (signal.SIGTERM, signal.SIGHUP, 143),
        (signal.SIGINT, signal.SIGINT, 130),
    ],
)
def test_a_second_signal_does_not_prevent_the_log_off_of_an_unfinished_logon(
    shell: CommandRunner,
    certificate: ServerIdentity,
    first: signal.Signals,
    second: signal.Signals,
    code: int,
) -> None:
    asked, answers = threading.Event(), threading.Event()

    def late(request: ReceivedRequest) -> ScriptedReply:
        if route_of(request) == "logon":
            asked.set()
            answers.wait(60)
        return reply_well(request)

    with (
        scripted_server_in_thread(late, certificate.tls_context()) as server,
        start_command(shell, server, certificate, "sessions") as child,
    ):
        assert asked.wait(60)
        child.send_signal(first)
        time.sleep(0.2)
        child.send_signal(second)
        time.sleep(0.1)
        answers.set()
        out, errors = child.communicate(timeout=60)
        assert (child.returncode, out, errors) == (code, b"", b"")
        assert server.count("DELETE") == 1


def test_an_unanswered_log_off_times_out(shell: CommandRunner, certificate: ServerIdentity) -> None:
    held = HangingServer("list")

    def mute(asked: ReceivedRequest) -> ScriptedReply:
        return HANG_REPLY if route_of(asked) == "logoff" else held(asked)

    with (
        scripted_server_in_thread(mute, certificate.tls_context()) as server,
        start_command(shell, server, certificate, "sessions") as child,
    ):
        assert held.requests.wait(60)
        child.send_signal(signal.SIGHUP)
        assert child.wait(60) == 129
        assert server.count("DELETE") == 1


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_terminated_check_prints_its_line_and_logs_off(
    shell: CommandRunner, certificate: ServerIdentity, number: signal.Signals
) -> None:
    held = HangingServer("list")
    with (
        scripted_server_in_thread(held, certificate.tls_context()) as server,
        start_command(shell, server, certificate, "check", "--timeout", "60") as child,
    ):
        assert held.requests.wait(60)
        child.send_signal(number)
        out, _ = child.communicate(timeout=60)
        assert (child.returncode, out) == (3, b"EMTUI UNKNOWN - Interrupted\n")
        assert server.count("DELETE") == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGHUP, 129), (signal.SIGTERM, 0), (signal.SIGINT, 0)])
def test_a_demo_ended_by_a_hang_up_cleans_up(shell: CommandRunner, number: signal.Signals, code: int) -> None:
    argv = [sys.executable, "-m", "emtui", "demo", "--serve", "--port", "0"]
    with subprocess.Popen(argv, env=shell.environ, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        folder = Path(json.loads(child.stdout.readline())["ca"]).parent
        assert folder.exists()
        child.send_signal(number)
        assert child.wait(60) == code
    assert not folder.exists()


PROMPT = """
import signal, threading, time
from emtui.cli import prompts
threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
# From now on the other thread receives signals, and they interrupt no call of this one.
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
try:
    prompts.ASK("Which? ")
except KeyboardInterrupt:
    print("heard")
"""


@pytest.mark.parametrize("ask", ["ask", "ask_secret"])
def test_a_signal_in_another_thread_still_ends_a_prompt(shell: CommandRunner, ask: str) -> None:
    child = pexpect.spawn(
        sys.executable,
        ["-c", PROMPT.replace("ASK", ask)],
        env={**shell.environ, "TERM": "xterm"},
        encoding="utf-8",
        timeout=30,
    )
    child.expect("Which\\? ")
    child.kill(signal.SIGINT)
    child.expect("heard")
    child.expect(pexpect.EOF)
    child.close()


TYPED_PASSWORD: dict[str, tuple[Callable[[pexpect.spawn[str]], object], str]] = {
    "a line": (lambda child: child.sendline("word ☃"), "'word ☃'"),
    "nothing": (lambda child: child.sendeof(), "''"),
    "in two parts": (lambda child: (child.send("wo"), child.sendeof(), child.sendline("rd")), "'word'"),
}


@pytest.mark.parametrize("name", TYPED_PASSWORD)
def test_a_password_typed_at_the_prompt_is_not_shown(shell: CommandRunner, name: str) -> None:
    code = 'from emtui.cli import prompts; print("<", repr(prompts.ask_secret("Word: ").reveal()))'
    child = pexpect.spawn(
        sys.executable, ["-c", code], env={**shell.environ, "TERM": "xterm"}, encoding="utf-8", timeout=30
    )
    child.expect("Word: ")
    child.waitnoecho()
    kind, expected = TYPED_PASSWORD[name]
    kind(child)
    child.expect("\r\n< ([^\r]*)\r\n")
    assert "word" not in (child.before or "")
    assert child.match is not None
    assert child.match.group(1) == expected
    child.expect(pexpect.EOF)
    child.close()
