"""Line mode on a dumb terminal: an incident from the alert to its report, and how it ends."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest
from demo_server import RunningDemo
from pty_terminal import isolated_environment, kill_child, spawn_python
from scripted_server import (
    GOOD_REPLIES,
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedReply,
    list_xml,
    make_identity,
    make_reply,
    route_of,
    scripted_server_in_thread,
    session_xml,
)

NO_KEYRING = "keyring.backends.fail.Keyring"
OTHER_GUID = "22222222-2222-4333-8444-555555555555"
LIST_PROMPT, RUN_PROMPT = "list> ", "run> "
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Control characters other than tab and line ends."""


class LineTerminal:
    """emtui in line mode on a terminal; `output` is everything that was written."""

    def __init__(self, child: pexpect.spawn[str]) -> None:
        self.child = child
        self.output = ""

    def wait_for(self, prompt: str) -> str:
        """What is written up to this prompt, which is not included."""
        self.child.expect_exact(prompt)
        text = self.child.before or ""
        self.output += text + prompt
        return text

    def type(self, line: str, prompt: str) -> str:
        """Type a line, and return the answer up to the next prompt."""
        self.child.sendline(line)
        return self.wait_for(prompt)

    def wait_exit(self) -> int | None:
        """The exit code, or minus the signal."""
        self.child.expect(pexpect.EOF)
        self.output += self.child.before or ""
        self.child.wait()
        return None if self.child.exitstatus is None else int(self.child.exitstatus)


@contextmanager
def line_terminal(
    folder: Path,
    variables: Mapping[str, str],
    *arguments: str,
    start: tuple[str, ...] = ("-m", "emtui"),
) -> Iterator[LineTerminal]:
    child = spawn_python(
        (*start, *arguments),
        environ=isolated_environment(folder, TERM="dumb", PYTHON_KEYRING_BACKEND=NO_KEYRING, **variables),
        folder=str(folder),
        encoding="utf-8",
    )
    try:
        yield LineTerminal(child)
    finally:
        kill_child(child)


FAST_POLLING_SCRIPT = Path(__file__).parents[1] / "run_fast_polling.py"
FAILED = session_xml(OTHER_GUID).replace("CompletedSuccessfully", "Failed").replace(">Success<", ">Failed<")


@dataclass
class ChangingServer:
    """A server with one successful run, until a test adds a failed one or shuts it down."""

    has_failed_run: bool = False
    is_down: bool = False

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        if route_of(request) != "list":
            return GOOD_REPLIES[route_of(request)]
        if self.is_down:
            return make_reply("503 Service Unavailable", b"", "")
        return make_reply("200 OK", list_xml([session_xml(), *([FAILED] if self.has_failed_run else [])]))


@pytest.fixture
def terminal(tmp_path: Path, demo: RunningDemo) -> Iterator[LineTerminal]:
    """Line mode with the list of the demo night."""
    with line_terminal(tmp_path, demo.variables(), "--plain") as opened:
        opened.wait_for(LIST_PROMPT)
        yield opened


def test_an_incident_is_walked_through_without_any_control_sequence(
    tmp_path: Path, demo: RunningDemo
) -> None:
    variables = demo.variables()
    password = variables.pop("EMTUI_PASSWORD")
    with line_terminal(tmp_path, variables) as terminal:
        assert "TERM=dumb cannot draw a screen: using line mode" in terminal.wait_for("(not shown): ")
        overview = terminal.type(password, LIST_PROMPT)
        assert password not in overview
        assert "6 alerts" in overview
        alerts = terminal.type("a", LIST_PROMPT)
        number = re.search(r"^(\d+)\. CollectJob failed", alerts, re.MULTILINE)
        assert number
        facts = terminal.type(number[1], RUN_PROMPT)
        assert "CollectJob: failed" in facts
        assert "Message: Cannot connect to backup server bs02.example.net" in facts
        assert "Pause: 11s in" in facts
        assert "Last success: " in facts
        assert "1. +0.0s, Starting to collect data" in terminal.type("l", RUN_PROMPT)
        assert "Collection finished with errors" in terminal.type("n", RUN_PROMPT)
        assert "closed the connection" in terminal.type("e", RUN_PROMPT)
        assert "Compared with the last success" in terminal.type("d", RUN_PROMPT)
        terminal.child.sendline("m")
        terminal.wait_for("until 7d): ")
        assert "Acknowledged until 08:00" in terminal.type("INC123 until 08:00", RUN_PROMPT)
        assert "Acknowledged: INC123" in terminal.type("x", RUN_PROMPT)
        terminal.child.sendline("H")
        terminal.wait_for("to save a file: ")
        ticket = terminal.type("2", RUN_PROMPT)
        assert "CollectJob failed on " in ticket
        assert "Acknowledged  INC123" in ticket
        terminal.child.sendline("H")
        terminal.wait_for("to save a file: ")
        assert "Saved: emtui-CollectJob-" in terminal.type("1w", RUN_PROMPT)
        assert list(tmp_path.glob("emtui-CollectJob-*.md"))
        terminal.type("b", LIST_PROMPT)
        assert re.search(
            r"^\d\. acknowledged: INC123.* CollectJob failed", terminal.type("a", LIST_PROMPT), re.MULTILINE
        )
        terminal.child.sendline("q")
        assert terminal.wait_exit() == 0
    assert _CONTROL.findall(terminal.output) == []


def test_a_wrong_password_is_one_sentence_and_a_new_question(tmp_path: Path, demo: RunningDemo) -> None:
    variables = demo.variables()
    password = variables.pop("EMTUI_PASSWORD")
    with line_terminal(tmp_path, variables) as terminal:
        terminal.wait_for("(not shown): ")
        refusal = terminal.type("wrong", "User, or Enter for")
        assert refusal.count("refused the logon") == 1
        terminal.wait_for(": ")
        terminal.type("", "(not shown): ")
        terminal.type(password, LIST_PROMPT)
        terminal.child.sendline("Q")
        assert terminal.wait_exit() == 0


def test_a_certificate_is_trusted_only_by_typing_the_word(tmp_path: Path, demo: RunningDemo) -> None:
    variables = demo.variables()
    del variables["EMTUI_PIN"]
    with line_terminal(tmp_path, variables, "--plain") as terminal:
        shown = terminal.wait_for("or Enter to cancel: ")
        assert "Nothing was sent" in shown
        assert demo.sha256[:4] in shown
        assert "Certificate not trusted: nothing was sent." in terminal.type("yes", "Server: ")
        terminal.type(demo.url, "or Enter to cancel: ")
        terminal.type("pin", "until emtui quits: ")
        terminal.type("", LIST_PROMPT)


def test_ctrl_d_quits(terminal: LineTerminal) -> None:
    terminal.child.sendeof()
    assert terminal.wait_exit() == 0


def test_ctrl_c_quits_when_it_is_pressed_twice(terminal: LineTerminal) -> None:
    terminal.child.sendintr()
    terminal.wait_for("Press ctrl+c again")
    terminal.wait_for(LIST_PROMPT)
    terminal.child.sendintr()
    assert terminal.wait_exit() == 0


def test_ctrl_c_cancels_a_question(terminal: LineTerminal) -> None:
    terminal.type("a", LIST_PROMPT)
    terminal.child.sendline("m 1")
    terminal.wait_for("until 7d): ")
    terminal.child.sendintr()
    assert "Canceled." in terminal.wait_for(LIST_PROMPT)


def test_a_signal_ends_it_with_the_code_of_the_signal(terminal: LineTerminal) -> None:
    terminal.child.kill(signal.SIGTERM)
    assert terminal.wait_exit() == 143


@pytest.mark.parametrize("variables", [{"LANG": "C"}, {"LC_ALL": "POSIX"}])
def test_without_a_utf_8_locale_only_ascii_is_written(
    tmp_path: Path, demo: RunningDemo, variables: dict[str, str]
) -> None:
    with line_terminal(tmp_path, demo.variables() | variables, "--plain") as terminal:
        terminal.wait_for(LIST_PROMPT)
        assert "x; started" in terminal.type("a", LIST_PROMPT)
        terminal.type("4", RUN_PROMPT)
        terminal.type("l", RUN_PROMPT)
    assert terminal.output.isascii()


def test_changes_are_announced_below_the_waiting_prompt_which_is_repeated(tmp_path: Path) -> None:
    identity, night = make_identity(tmp_path), ChangingServer()
    with scripted_server_in_thread(night, identity.tls_context()) as server:
        variables = {
            "EMTUI_SERVER": server.authority,
            "EMTUI_USER": USER,
            "EMTUI_PASSWORD": PASSWORD,
            "EMTUI_PIN": identity.sha256,
        }
        with line_terminal(
            tmp_path, variables, "--plain", start=(str(FAST_POLLING_SCRIPT), "0.2")
        ) as terminal:
            terminal.wait_for(LIST_PROMPT)
            terminal.child.send("al")
            night.has_failed_run = True
            assert "New: failed, CollectJob, " in terminal.wait_for(LIST_PROMPT)
            assert "types on schedule" in terminal.type("erts", LIST_PROMPT)
            night.is_down = True
            assert "NO DATA since " in terminal.wait_for(LIST_PROMPT)
            night.is_down = False
            assert "Connected again" in terminal.wait_for(LIST_PROMPT)
            terminal.type("changes off", LIST_PROMPT)
            terminal.child.sendline("q")
            assert terminal.wait_exit() == 0
    assert _CONTROL.findall(terminal.output) == []
