"""With a person at a real terminal: what is asked, what is shown, and how a signal ends it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import pexpect
import pytest
from served import Demo, serve
from shell import Shell

WIDTH = 80


def at_terminal(shell: Shell, *argv: str) -> pexpect.spawn[str]:
    return pexpect.spawn(
        sys.executable,
        ["-m", "emtui", *shell.before, *argv],
        env={**shell.environ, "TERM": "xterm"},
        dimensions=(24, WIDTH),
        encoding="utf-8",
        timeout=30,
    )


def ended(child: pexpect.spawn[str]) -> int | None:
    child.expect(pexpect.EOF)
    child.close()
    status: int | None = child.exitstatus
    return status


@pytest.fixture
def slow() -> Iterator[Demo]:
    """A server that takes its time for every answer but the first."""
    yield from serve("--seed", "0", "--sessions", "1000", "--play", "hang=list")


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
    child.expect("kept as profile demo")
    assert ended(child) == 0


def test_login_leaves_with_7_when_the_person_does_not_trust_it(at_demo: Shell, demo: Demo) -> None:
    at_demo.before = ("--server", demo.url, "--user", demo.user)
    child = at_terminal(at_demo, "login", "-p", "demo")
    child.expect("Type pin to trust")
    child.sendline("yes")
    assert ended(child) == 7


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_wait_silently_after_logging_off(
    shell: Shell, slow: Demo, number: signal.Signals, code: int
) -> None:
    argv = ["--server", slow.url, "--user", slow.user, "--pin", slow.sha256, "sessions"]
    environ = {**shell.environ, "EMTUI_PASSWORD": slow.password, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "emtui", *argv], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(timeout=2)
        child.send_signal(number)
        out, told = child.communicate(timeout=10)
    assert (child.returncode, out, told) == (code, b"", b"")


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
