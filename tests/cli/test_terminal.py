"""Prompts, output and signals on a real terminal."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pexpect
import pytest
from command_runner import CommandRunner
from demo_server import RunningDemo
from pty_terminal import spawn_python
from scripted_server import (
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedReply,
    make_identity,
    reply_well,
    route_of,
    scripted_server_in_thread,
)

WIDTH = 80


def run_at_terminal(shell: CommandRunner, *argv: str) -> pexpect.spawn[str]:
    return spawn_python(
        ["-m", "emtui", *shell.leading_arguments, *argv],
        environ={**shell.environ, "TERM": "xterm"},
        columns=WIDTH,
        lines=24,
        echo=True,
        encoding="utf-8",
    )


def wait_exit(child: pexpect.spawn[str]) -> int | None:
    child.expect(pexpect.EOF)
    child.wait()  # it may need a moment more
    child.close()
    status: int | None = child.exitstatus
    return status


def test_a_terminal_gets_the_last_day_cut_to_its_width_with_a_message(demo_shell: CommandRunner) -> None:
    child = run_at_terminal(demo_shell, "sessions")
    child.expect("the last 24 hours")
    assert wait_exit(child) == 0
    lines = (child.before or "").splitlines()
    assert all(len(line) <= WIDTH for line in lines)


def test_a_terminal_query_with_since_prints_no_message(demo_shell: CommandRunner) -> None:
    child = run_at_terminal(
        demo_shell, "sessions", "since:2026-11-01", "until:2026-11-22T00:00:00Z", "state:failed"
    )
    child.expect("Outcome +Type +Started +Took +Id +Message")
    assert "emtui:" not in (child.before or "")
    child.expect("failed +CollectJob")
    assert wait_exit(child) == 0


@pytest.mark.parametrize("which", ["until", "before", "id:", "guid", "urn", "digits", "turned"])
def test_on_a_terminal_a_query_with_a_time_or_a_run_is_not_limited(
    demo_shell: CommandRunner, which: str
) -> None:
    old = demo_shell.run_json("sessions", "until:2026-11-12", "--limit", "1", "-o", "json")[0]
    query = {
        "until": "until:2026-11-12",
        "before": "before:2026-11-12",
        "id:": f"id:{old['id'][:12]}",
        "guid": old["id"],
        "urn": old["uid"],
        "digits": old["id"][:8],
        "turned": "!since:2026-11-12",
    }[which]
    expected = demo_shell.run_json("sessions", query, "-o", "json")
    child = run_at_terminal(demo_shell, "sessions", query)
    assert wait_exit(child) == 0
    lines = (child.before or "").splitlines()
    assert "the last 24 hours" not in (child.before or "")
    assert len(lines) == 1 + len(expected) > 1


@pytest.mark.parametrize("query", ["bs02", "state:failed", "dead", '"an unclosed quote', "type:CollectJob"])
def test_on_a_terminal_any_other_query_is_limited_to_the_last_day(
    demo_shell: CommandRunner, query: str
) -> None:
    expected = demo_shell.run_json("sessions", query, "--since", "24h", "-o", "json")
    child = run_at_terminal(demo_shell, "sessions", query)
    child.expect("Showing the last 24 hours and running sessions. Use --since 30d to list all.\r\n")
    assert wait_exit(child) == 0
    assert len((child.before or "").splitlines()) == 1 + len(expected)


def test_the_screens_suggest_only_sort_keys_that_they_support(demo_shell: CommandRunner) -> None:
    for order in ("knwon", "acknowledge", "bogus"):
        child = run_at_terminal(demo_shell, "open", "--sort", order)
        assert wait_exit(child) == 2
        text = (child.before or "").replace("\r\n", " ")
        assert "Cannot sort by" in text
        assert "nowledged" not in text
        assert "known?" not in text
        assert "known." not in text


def test_the_password_prompt_does_not_echo(demo_shell: CommandRunner, demo: RunningDemo) -> None:
    del demo_shell.environ["EMTUI_PASSWORD"]
    child = run_at_terminal(demo_shell, "show", "latest")
    child.expect(f"Password of {demo.user.replace(chr(92), chr(92) * 2)} at ")
    child.waitnoecho()
    child.sendline(demo.password)
    child.expect("Outcome")
    assert demo.password not in (child.before or "")
    assert wait_exit(child) == 0


def test_ctrl_c_at_the_password_prompt_is_130(demo_shell: CommandRunner) -> None:
    del demo_shell.environ["EMTUI_PASSWORD"]
    child = run_at_terminal(demo_shell, "show", "latest")
    child.expect("Password of ")
    child.waitnoecho()
    child.sendintr()
    assert wait_exit(child) == 130
    assert "Traceback" not in (child.before or "")


def test_login_shows_a_certificate_and_pins_it_on_confirmation(
    demo_shell: CommandRunner, demo: RunningDemo
) -> None:
    demo_shell.leading_arguments = ("--server", demo.url, "--user", demo.user)
    child = run_at_terminal(demo_shell, "login", "-p", "demo")
    child.expect(demo.sha256)
    child.expect("Type pin to trust")
    child.sendline("pin")
    child.expect("Saved as profile demo.")
    assert wait_exit(child) == 0


def test_login_exits_with_7_if_the_certificate_is_not_accepted(
    demo_shell: CommandRunner, demo: RunningDemo
) -> None:
    demo_shell.leading_arguments = ("--server", demo.url, "--user", demo.user)
    child = run_at_terminal(demo_shell, "login", "-p", "demo")
    child.expect("Type pin to trust")
    child.sendline("yes")
    assert wait_exit(child) == 7


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_wait_silently_after_logging_off(
    shell: CommandRunner, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    known, listed = make_identity(tmp_path), threading.Event()

    def mute(asked: ReceivedRequest) -> ScriptedReply:
        if route_of(asked) != "list":
            return reply_well(asked)
        listed.set()
        return ScriptedReply(b"", then="hang")

    with scripted_server_in_thread(mute, known.tls_context()) as server:
        argv = ["--server", server.authority, "--user", USER, "--pin", known.sha256, "sessions"]
        environ = {**shell.environ, "EMTUI_PASSWORD": PASSWORD, "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(
            [sys.executable, "-m", "emtui", *argv],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as child:
            assert listed.wait(60)
            child.send_signal(number)
            out, errors = child.communicate(timeout=60)
        assert (child.returncode, out, errors) == (code, b"", b"")
        assert server.count("DELETE") == 1


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C"}, {"LC_ALL": "", "LC_CTYPE": "", "LANG": ""}, {"LANG": "de_DE.ISO-8859-1"}]
)
def test_a_terminal_without_utf_8_gets_readable_ascii(
    demo_shell: CommandRunner, locale: dict[str, str]
) -> None:
    demo_shell.environ.update(locale)
    child = run_at_terminal(demo_shell, "sessions", "state:failed", "--since", "30d")
    child.expect("Outcome")
    assert wait_exit(child) == 0
    shown = child.before or ""
    assert shown.isascii()
    assert "~" in shown, "a message that was cut"
    assert "\\u" not in shown
