"""Whatever goes wrong with a server: one sentence, the right code, nothing on stdout, no traceback."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from served import Demo, serve
from shell import Shell

Played = Callable[[str], Demo]


@pytest.fixture
def played() -> Iterator[Played]:
    """Start a demo server that plays something; all are ended with the test."""
    running: list[Iterator[Demo]] = []

    def start(play: str) -> Demo:
        running.append(serve("--seed", "0", "--sessions", "1000", "--play", play))
        return next(running[-1])

    yield start
    for server in running:
        assert next(server, None) is None


def fails(shell: Shell, code: int, *argv: str) -> str:
    done = shell(*argv)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("emtui: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def reaching(shell: Shell, demo: Demo) -> Shell:
    pin = ("--pin", demo.sha256) if demo.sha256 else ("--allow-http",)
    shell.environ["EMTUI_PASSWORD"] = demo.password
    return replace(shell, before=("--server", demo.url, "--user", demo.user, *pin))


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
    shell: Shell, played: Played, play: str, code: int
) -> None:
    demo = played(play)
    said = fails(reaching(shell, demo), code, "sessions", "-o", "json")
    assert demo.url.removeprefix("https://") in said or "127.0.0.1" in said


def test_a_certificate_that_nobody_trusts_is_7_and_tells_its_fingerprint(shell: Shell, demo: Demo) -> None:
    shell.environ["EMTUI_PASSWORD"] = demo.password
    done = shell("--server", demo.url, "--user", demo.user, "sessions")
    assert done.returncode == 7
    assert demo.sha256 in done.stderr.replace(":", "").lower()
    assert "--pin" in done.stderr


def test_another_certificate_than_the_pinned_one_is_7(at_demo: Shell, demo: Demo) -> None:
    done = at_demo("--pin", "0" * 64, "sessions")
    assert done.returncode == 7
    assert demo.sha256 in done.stderr.replace(":", "").lower()


def test_the_certificate_file_of_the_demo_is_enough(at_demo: Shell, demo: Demo) -> None:
    at_demo.before = ("--server", demo.url, "--user", demo.user, "--ca-file", str(demo.ca))
    assert at_demo("sessions", "--limit", "1").returncode == 0


def test_a_wrong_password_is_4(at_demo: Shell) -> None:
    at_demo.environ["EMTUI_PASSWORD"] = "wrong"
    fails(at_demo, 4, "sessions")


def test_a_closed_port_is_5(at_demo: Shell) -> None:
    with closing(socket.socket()) as unheard:
        unheard.bind(("127.0.0.1", 0))
        port = unheard.getsockname()[1]
        at_demo.before = ("--server", f"127.0.0.1:{port}", "--user", "ops")
        assert str(port) in fails(at_demo, 5, "sessions")


def test_plain_http_on_a_tls_port_is_5(shell: Shell, played: Played) -> None:
    demo = played("http")
    there = reaching(shell, demo)
    there.before = ("--server", demo.url.replace("http://", "https://"), "--user", demo.user)
    fails(there, 5, "sessions")


def test_plain_http_on_loopback_is_spoken_if_asked_for(shell: Shell, played: Played) -> None:
    demo = played("http")
    assert reaching(shell, demo)("sessions", "--limit", "1").returncode == 0


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
def test_what_cannot_be_used_is_2_before_anything_is_sent(shell: Shell, argv: tuple[str, ...]) -> None:
    shell.environ["EMTUI_PASSWORD"] = "made-up"
    fails(shell, 2, *argv)


def test_a_logon_that_ends_in_the_middle_is_renewed(shell: Shell, played: Played) -> None:
    there = reaching(shell, played("expired"))
    assert there("show", "latest").returncode == 0


@pytest.mark.parametrize(
    "play", ["gzip", "references", "prefix", "hrefs=other", "attribute-order=reversed", "crlf"]
)
def test_an_unusual_server_gives_the_same_sessions(shell: Shell, played: Played, play: str) -> None:
    there = reaching(shell, played(play))
    failed = there.json("sessions", "type:collect*", "--limit", "3", "-o", "json")
    assert [row["type"] for row in failed] == ["CollectJob"] * 3
    assert all(row["outcome"] != "unknown" for row in failed)
    assert there.json("show", "latest:CollectJob", "-o", "json")["id"] == failed[0]["id"]


def test_odd_rows_are_shown_and_counted_on_stderr(shell: Shell, played: Played) -> None:
    done = reaching(shell, played("odd-row"))("sessions", "-o", "jsonl")
    assert done.returncode == 0
    assert "could not be read completely" in done.stderr


def test_hostile_bytes_reach_no_output(shell: Shell, played: Played) -> None:
    there = reaching(shell, played("escape"))
    for form in ("table", "json", "jsonl", "csv"):
        text = there("sessions", "-o", form).stdout
        assert text
        assert not set(text) & set("\x1b\x07\x9b\u202e\u200b")
