"""With a person at a real terminal: what is asked, what is shown, and how a signal ends it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pexpect
import pytest
from pty_terminal import spawned
from rogue import PASSWORD, USER, Asked, Reply, good, identity, rogue_beside, route_of
from served import Demo
from shell import Shell

WIDTH = 80


def at_terminal(shell: Shell, *argv: str) -> pexpect.spawn[str]:
    return spawned(
        ["-m", "emtui", *shell.before, *argv],
        environ={**shell.environ, "TERM": "xterm"},
        columns=WIDTH,
        lines=24,
        echo=True,
        encoding="utf-8",
    )


def ended(child: pexpect.spawn[str]) -> int | None:
    child.expect(pexpect.EOF)
    child.wait()  # it may need a moment more
    child.close()
    status: int | None = child.exitstatus
    return status


def test_a_terminal_gets_the_last_day_cut_to_its_width_and_is_told_so(at_demo: Shell) -> None:
    child = at_terminal(at_demo, "sessions")
    child.expect("the last 24 hours")
    assert ended(child) == 0
    lines = (child.before or "").splitlines()
    assert all(len(line) <= WIDTH for line in lines)


def test_a_terminal_that_asks_since_when_is_not_told_anything(at_demo: Shell) -> None:
    child = at_terminal(at_demo, "sessions", "since:2026-11-01", "until:2026-11-22T00:00:00Z", "state:failed")
    child.expect("Outcome +Type +Started +Took +Id +Message")
    assert "emtui:" not in (child.before or "")
    child.expect("failed +CollectJob")
    assert ended(child) == 0


@pytest.mark.parametrize("which", ["until", "before", "id:", "guid", "urn", "digits", "turned"])
def test_a_terminal_that_names_a_time_or_a_run_gets_what_it_asks_for(at_demo: Shell, which: str) -> None:
    old = at_demo.json("sessions", "until:2026-11-12", "--limit", "1", "-o", "json")[0]
    query = {
        "until": "until:2026-11-12",
        "before": "before:2026-11-12",
        "id:": f"id:{old['id'][:12]}",
        "guid": old["id"],
        "urn": old["uid"],
        "digits": old["id"][:8],
        "turned": "!since:2026-11-12",
    }[which]
    expected = at_demo.json("sessions", query, "-o", "json")
    child = at_terminal(at_demo, "sessions", query)
    assert ended(child) == 0
    lines = (child.before or "").splitlines()
    assert "the last 24 hours" not in (child.before or "")
    assert len(lines) == 1 + len(expected) > 1


@pytest.mark.parametrize("query", ["bs02", "state:failed", "dead", '"an unclosed quote', "type:CollectJob"])
def test_a_terminal_that_names_neither_gets_the_last_day(at_demo: Shell, query: str) -> None:
    expected = at_demo.json("sessions", query, "--since", "24h", "-o", "json")
    child = at_terminal(at_demo, "sessions", query)
    child.expect("Showing the last 24 hours and running sessions. Use --since 30d to list all.\r\n")
    assert ended(child) == 0
    assert len((child.before or "").splitlines()) == 1 + len(expected)


def test_the_screens_suggest_no_order_that_they_do_not_have(at_demo: Shell) -> None:
    for order in ("knwon", "acknowledge", "bogus"):
        child = at_terminal(at_demo, "open", "--sort", order)
        assert ended(child) == 2
        said = (child.before or "").replace("\r\n", " ")
        assert "Cannot sort by" in said
        assert "nowledged" not in said
        assert "known?" not in said
        assert "known." not in said


def test_the_password_is_asked_for_without_being_shown(at_demo: Shell, demo: Demo) -> None:
    del at_demo.environ["EMTUI_PASSWORD"]
    child = at_terminal(at_demo, "show", "latest")
    child.expect(f"Password of {demo.user.replace(chr(92), chr(92) * 2)} at ")
    child.waitnoecho()
    child.sendline(demo.password)
    child.expect("Outcome")
    assert demo.password not in (child.before or "")
    assert ended(child) == 0


def test_leaving_the_password_prompt_is_130(at_demo: Shell) -> None:
    del at_demo.environ["EMTUI_PASSWORD"]
    child = at_terminal(at_demo, "show", "latest")
    child.expect("Password of ")
    child.waitnoecho()
    child.sendintr()
    assert ended(child) == 130
    assert "Traceback" not in (child.before or "")


def test_login_shows_a_certificate_and_pins_it_when_told_to(at_demo: Shell, demo: Demo) -> None:
    at_demo.before = ("--server", demo.url, "--user", demo.user)
    child = at_terminal(at_demo, "login", "-p", "demo")
    child.expect(demo.sha256)
    child.expect("Type pin to trust")
    child.sendline("pin")
    child.expect("Saved as profile demo.")
    assert ended(child) == 0


def test_login_leaves_with_7_when_the_person_does_not_trust_it(at_demo: Shell, demo: Demo) -> None:
    at_demo.before = ("--server", demo.url, "--user", demo.user)
    child = at_terminal(at_demo, "login", "-p", "demo")
    child.expect("Type pin to trust")
    child.sendline("yes")
    assert ended(child) == 7


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_wait_silently_after_logging_off(
    shell: Shell, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    known, listed = identity(tmp_path), threading.Event()

    def mute(asked: Asked) -> Reply:
        if route_of(asked) != "list":
            return good(asked)
        listed.set()
        return Reply(b"", after="hang")

    with rogue_beside(mute, known.context()) as server:
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
            out, told = child.communicate(timeout=60)
        assert (child.returncode, out, told) == (code, b"", b"")
        assert server.count("DELETE") == 1


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C"}, {"LC_ALL": "", "LC_CTYPE": "", "LANG": ""}, {"LANG": "de_DE.ISO-8859-1"}]
)
def test_a_terminal_without_utf_8_gets_ascii_that_can_be_read(at_demo: Shell, locale: dict[str, str]) -> None:
    at_demo.environ.update(locale)
    child = at_terminal(at_demo, "sessions", "state:failed", "--since", "30d")
    child.expect("Outcome")
    assert ended(child) == 0
    shown = child.before or ""
    assert shown.isascii()
    assert "~" in shown, "a message that was cut"
    assert "\\u" not in shown
