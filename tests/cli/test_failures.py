"""Failures of servers: one sentence, the right exit code, nothing on stdout, no traceback."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from command_runner import CommandRunner
from demo_server import RunningDemo, run_demo_server

FaultDemoStarter = Callable[[str], RunningDemo]


@pytest.fixture
def start_fault_demo() -> Iterator[FaultDemoStarter]:
    """Start demo servers that simulate a failure; all end with the test."""
    running: list[Iterator[RunningDemo]] = []

    def start(play: str) -> RunningDemo:
        running.append(run_demo_server("--seed", "0", "--sessions", "1000", "--play", play))
        return next(running[-1])

    yield start
    for server in running:
        assert next(server, None) is None


def run_failing(shell: CommandRunner, code: int, *argv: str) -> str:
    done = shell(*argv)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("emtui: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def connection_options(shell: CommandRunner, demo: RunningDemo) -> CommandRunner:
    pin = ("--pin", demo.sha256) if demo.sha256 else ("--allow-http",)
    shell.environ["EMTUI_PASSWORD"] = demo.password
    return replace(shell, leading_arguments=("--server", demo.url, "--user", demo.user, *pin))


@pytest.mark.parametrize(
    ("play", "code"),
    [
        ("403", 4),
        ("404-list", 6),
        ("429", 6),
        ("500", 6),
        ("500-empty", 6),
        ("503", 6),
        ("redirect", 6),
        ("html", 6),
        ("html-502", 6),
        ("empty", 6),
        ("wrong-document", 6),
        ("cut", 6),
        ("half", 6),
        ("doctype", 6),
        ("web-ui", 6),
        ("vbr", 6),
        ("huge", 6),
    ],
)
def test_a_bad_answer_is_one_sentence_and_its_code(
    shell: CommandRunner, start_fault_demo: FaultDemoStarter, play: str, code: int
) -> None:
    demo = start_fault_demo(play)
    text = run_failing(connection_options(shell, demo), code, "sessions", "-o", "json")
    assert demo.url.removeprefix("https://") in text or "127.0.0.1" in text


def test_an_untrusted_certificate_is_7_and_shows_its_fingerprint(
    shell: CommandRunner, demo: RunningDemo
) -> None:
    shell.environ["EMTUI_PASSWORD"] = demo.password
    done = shell("--server", demo.url, "--user", demo.user, "sessions")
    assert done.returncode == 7
    assert demo.sha256 in done.stderr.replace(":", "").lower()
    assert "--pin" in done.stderr


def test_another_certificate_than_the_pinned_one_is_7(demo_shell: CommandRunner, demo: RunningDemo) -> None:
    done = demo_shell("--pin", "0" * 64, "sessions")
    assert done.returncode == 7
    assert demo.sha256 in done.stderr.replace(":", "").lower()


def test_the_certificate_file_of_the_demo_is_sufficient(demo_shell: CommandRunner, demo: RunningDemo) -> None:
    demo_shell.leading_arguments = ("--server", demo.url, "--user", demo.user, "--ca-file", str(demo.ca))
    assert demo_shell("sessions", "--limit", "1").returncode == 0


def test_a_wrong_password_is_4(demo_shell: CommandRunner) -> None:
    demo_shell.environ["EMTUI_PASSWORD"] = "wrong"
    run_failing(demo_shell, 4, "sessions")


def test_a_closed_port_is_5(demo_shell: CommandRunner) -> None:
    with closing(socket.socket()) as unheard:
        unheard.bind(("127.0.0.1", 0))
        port = unheard.getsockname()[1]
        demo_shell.leading_arguments = ("--server", f"127.0.0.1:{port}", "--user", "ops")
        assert str(port) in run_failing(demo_shell, 5, "sessions")


def test_plain_http_on_a_tls_port_is_5(shell: CommandRunner, start_fault_demo: FaultDemoStarter) -> None:
    demo = start_fault_demo("http")
    runner = connection_options(shell, demo)
    runner.leading_arguments = ("--server", demo.url.replace("http://", "https://"), "--user", demo.user)
    run_failing(runner, 5, "sessions")


def test_plain_http_on_loopback_is_used_if_allowed(
    shell: CommandRunner, start_fault_demo: FaultDemoStarter
) -> None:
    demo = start_fault_demo("http")
    assert connection_options(shell, demo)("sessions", "--limit", "1").returncode == 0


@pytest.mark.parametrize(
    "argv",
    [
        ("--server", "http://em01.example.net", "--user", "ops", "sessions"),
        ("--server", "em01.example.net:99999", "--user", "ops", "sessions"),
        ("--server", "127.0.0.1", "--user", "ops", "--pin", "12", "sessions"),
        ("--server", "127.0.0.1", "--user", "ops", "--ca-file", "/nowhere.pem", "sessions"),
        ("sessions",),
        ("--server", "127.0.0.1", "sessions"),
    ],
)
def test_an_unusable_option_is_2_before_anything_is_sent(shell: CommandRunner, argv: tuple[str, ...]) -> None:
    shell.environ["EMTUI_PASSWORD"] = "made-up"
    run_failing(shell, 2, *argv)


def test_a_logon_that_ends_in_the_middle_is_renewed(
    shell: CommandRunner, start_fault_demo: FaultDemoStarter
) -> None:
    runner = connection_options(shell, start_fault_demo("expired"))
    assert runner("show", "latest").returncode == 0


@pytest.mark.parametrize(
    "play", ["gzip", "references", "prefix", "hrefs=other", "attribute-order=reversed", "crlf"]
)
def test_an_unusual_server_gives_the_same_sessions(
    shell: CommandRunner, start_fault_demo: FaultDemoStarter, play: str
) -> None:
    runner = connection_options(shell, start_fault_demo(play))
    failed = runner.run_json("sessions", "type:collect*", "--limit", "3", "-o", "json")
    assert [row["type"] for row in failed] == ["CollectJob"] * 3
    assert all(row["outcome"] != "unknown" for row in failed)
    assert runner.run_json("show", "latest:CollectJob", "-o", "json")["id"] == failed[0]["id"]


def test_rows_with_parse_problems_are_shown_and_counted_on_stderr(
    shell: CommandRunner, start_fault_demo: FaultDemoStarter
) -> None:
    done = connection_options(shell, start_fault_demo("odd-row"))("sessions", "-o", "jsonl")
    assert done.returncode == 0
    assert "not fully readable" in done.stderr


def test_hostile_bytes_reach_no_output(shell: CommandRunner, start_fault_demo: FaultDemoStarter) -> None:
    runner = connection_options(shell, start_fault_demo("escape"))
    for form in ("table", "json", "jsonl", "csv"):
        text = runner("sessions", "-o", form).stdout
        assert text
        assert not set(text) & set("\x1b\x07\x9b\u202e\u200b")
