"""`tail`, `wait` and `events --follow`, against a server over real TLS."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pexpect
import pytest
from command_runner import CommandRunner
from scripted_server import (
    GOOD_REPLIES,
    REFUSED_REPLY,
    ReceivedRequest,
    ScriptedEmServer,
    ScriptedReply,
    list_xml,
    make_reply,
    route_of,
    session_xml,
)

FAST_POLLING_SCRIPT = Path(__file__).parent.parent / "run_fast_polling.py"
GONE_REPLY = make_reply("503 Service Unavailable", b"", "")
NS = 'xmlns="http://www.veeam.com/ent/v1.0"'
RUNS, FAILED, WARNED, CANCELED, CONTRADICTORY = (
    ("InProgress", "None", "false"),
    ("Failed", "Failed", "false"),
    ("Warning", "Warning", "false"),
    ("CompletedSuccessfully", "Success", "true"),
    ("Surprising", "Surprising", "false"),
)
SUCCESSFUL = ("CompletedSuccessfully", "Success", "false")


def guid(number: int) -> str:
    return f"{number:08x}-2222-4333-8444-555555555555"


@dataclass
class ChangingServer:
    """Numbered runs with given states, and `lines` events in each of them."""

    runs: dict[int, tuple[str, str, str]] = field(default_factory=lambda: {1: SUCCESSFUL, 2: RUNS})
    lines: int = 2
    bad_replies: ScriptedReply | None = None
    logon: ScriptedReply = GOOD_REPLIES["logon"]
    poll_count: int = 0
    keeps_logs: bool = True

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        route = route_of(request)
        if route == "logon":
            return self.logon
        if route in {"list", "session", "events"}:
            self.poll_count += 1
            if self.bad_replies:
                return self.bad_replies
        if route == "list":
            return make_reply("200 OK", list_xml(self._row(number) for number in self.runs))
        if route == "session":
            number = int(request.path.partition("/systemSessions/")[2][:8], 16)
            if number not in self.runs:
                return make_reply("404 Not Found")
            return make_reply("200 OK", self._row(number, "SystemSession").encode())
        if route == "events" and not self.keeps_logs:
            return make_reply("404 Not Found")
        if route == "events":
            events = "".join(
                f"<Events><CreationTimeUTC>2026-11-23T02:00:{number:02}</CreationTimeUTC>"
                f"<Message>line {number}</Message><Order>{number}</Order></Events>"
                for number in range(1, self.lines + 1)
            )
            return make_reply("200 OK", f"<SystemSessionEvents {NS}>{events}</SystemSessionEvents>".encode())
        return GOOD_REPLIES[route]

    def _row(self, number: int, tag: str = "Sessions") -> str:
        state, result, canceled = self.runs[number]
        text = session_xml(guid(number), tag)
        text = text.replace("CompletedSuccessfully", state).replace("<Result>Success<", f"<Result>{result}<")
        text = text.replace("<IsCanceled>false<", f"<IsCanceled>{canceled}<")
        if state == "InProgress":
            head, _, rest = text.partition("<EndTimeUTC>")
            text = head + rest.partition("</EndTimeUTC>")[2]
        return text


class CommandProcess:
    """A running command and the lines that it prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self.messages: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=(process.stdout, self.lines), daemon=True),
            threading.Thread(target=self._read, args=(process.stderr, self.messages), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, stream: Any, collected: list[str]) -> None:  # noqa: ANN401 - a pipe
        for line in stream:
            collected.append(line)  # noqa: PERF402 - as they come

    def wait_for(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, (self.lines, self.messages, self.process.poll())
            time.sleep(0.02)

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    def end(self) -> int:
        code = self.process.wait(60)
        for reader in self._readers:
            reader.join(60)
        return code


@pytest.fixture
def responder() -> ChangingServer:
    return ChangingServer()


@contextmanager
def running_command(runner: CommandRunner, *argv: str) -> Iterator[CommandProcess]:
    """A command that polls fast."""
    with subprocess.Popen(
        [sys.executable, str(FAST_POLLING_SCRIPT), "0.1", *runner.leading_arguments, *argv],
        env=runner.environ, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            yield CommandProcess(process)
        finally:
            process.kill()


# --- tail -------------------------------------------------------------------------


def test_tail_prints_each_change_as_an_object(
    server_shell: CommandRunner, server: ScriptedEmServer, responder: ChangingServer
) -> None:
    with running_command(server_shell, "tail") as child:
        child.wait_for(lambda: responder.poll_count > 2)
        assert child.lines == []
        responder.runs = {1: SUCCESSFUL, 2: FAILED, 3: RUNS}
        child.wait_for(lambda: len(child.lines) == 2)
        del responder.runs[1]
        child.wait_for(lambda: len(child.lines) == 3)
        responder.bad_replies = GONE_REPLY
        child.wait_for(lambda: len(child.lines) == 4)
        responder.bad_replies = None
        child.wait_for(lambda: len(child.lines) == 5)
        child.process.send_signal(signal.SIGTERM)
        assert child.end() == 143
    records = child.records()
    assert [record["change"] for record in records] == ["added", "changed", "gone", "blind", "back"]
    assert {tuple(record) for record in records[:3]} == {("at", "change", "session")}
    assert records[0]["session"]["id"] == guid(3)
    assert records[1]["session"]["outcome"] == "failed"
    assert records[1]["session"] == server_shell.run_json("sessions", "-o", "json", "state:failed")[0]
    assert records[3]["session"] is None
    assert "overloaded" in records[3]["problem"]
    assert server.count("DELETE") == server.count("POST") == 2


def test_tail_prints_a_problem_in_full_on_a_narrow_terminal(
    server_shell: CommandRunner, responder: ChangingServer
) -> None:
    child = pexpect.spawn(
        sys.executable,
        [str(FAST_POLLING_SCRIPT), "0.1", *server_shell.leading_arguments, "tail"],
        env={**server_shell.environ, "TERM": "xterm"},
        dimensions=(24, 80),
        encoding="utf-8",
        timeout=60,
    )
    while responder.poll_count < 2:
        time.sleep(0.01)
    responder.bad_replies = GONE_REPLY
    child.expect("blind .* answered 503 .* in maintenance or stopped[.]")
    child.sendintr()
    child.expect(pexpect.EOF)


def test_tail_takes_a_query_and_can_begin_with_the_listed_runs(
    server_shell: CommandRunner, responder: ChangingServer
) -> None:
    responder.runs = {1: SUCCESSFUL, 2: FAILED, 3: FAILED}
    with running_command(server_shell, "tail", "state:failed", "--from-start", "-o", "table") as child:
        child.wait_for(lambda: len(child.lines) == 2)
        assert all(" added " in line and " failed " in line for line in child.lines)
        child.process.send_signal(signal.SIGINT)
        assert child.end() == 130


def test_tail_ends_silently_when_the_pipe_is_closed(
    server_shell: CommandRunner, server: ScriptedEmServer, responder: ChangingServer
) -> None:
    with subprocess.Popen(
        [sys.executable, str(FAST_POLLING_SCRIPT), "0.1", *server_shell.leading_arguments, "tail",
         "--from-start"],
        env=server_shell.environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    ) as child:  # fmt: skip
        assert child.stdout
        assert child.stderr
        child.stdout.readline()
        child.stdout.close()
        responder.runs[9] = FAILED
        assert child.wait(60) == 141
        assert child.stderr.read() == ""
    assert server.count("DELETE") == 1


def test_tail_ends_when_the_logon_is_refused(
    server_shell: CommandRunner, server: ScriptedEmServer, responder: ChangingServer
) -> None:
    with running_command(server_shell, "tail") as child:
        child.wait_for(lambda: responder.poll_count > 1)
        responder.bad_replies = responder.logon = REFUSED_REPLY
        assert child.end() == 4
        assert "refused the logon" in "".join(child.messages)
    assert server.count("POST") == 2


# --- wait -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "code"),
    [(SUCCESSFUL, 0), (WARNED, 10), (FAILED, 11), (CANCELED, 12), (CONTRADICTORY, 14)],
    ids=str,
)
def test_wait_ends_with_the_outcome(
    server_shell: CommandRunner, responder: ChangingServer, end: tuple[str, str, str], code: int
) -> None:
    with running_command(server_shell, "wait", guid(2), "-o", "json") as child:
        child.wait_for(lambda: responder.poll_count > 2)
        assert child.process.poll() is None
        responder.bad_replies = GONE_REPLY
        child.wait_for(lambda: "Retrying." in "".join(child.messages))
        responder.bad_replies = None
        responder.runs[2] = end
        assert child.end() == code
    (line,) = child.lines
    assert json.loads(line)["id"] == guid(2)
    assert json.loads(line)["outcome"] != "running"


@pytest.mark.parametrize("word", ["Working", "Stoping", "pending"])
def test_wait_recognizes_the_running_states_of_every_session_family(
    server_shell: CommandRunner, responder: ChangingServer, word: str
) -> None:
    responder.runs[2] = (word, "None", "false")
    with running_command(server_shell, "wait", guid(2), "-o", "json") as child:
        child.wait_for(lambda: responder.poll_count > 1)
        assert child.process.poll() is None
        responder.runs[2] = (word, "Failed", "false")
        assert child.end() == 11
    assert json.loads(child.lines[0])["state"] == word


def test_show_reports_contradictions_of_the_server(
    server_shell: CommandRunner, responder: ChangingServer
) -> None:
    responder.runs[2] = ("CompletedSuccessfully", "Failed", "false")
    text = "Outcome       failed (State is CompletedSuccessfully, Result is Failed)\n"
    assert text in server_shell("show", guid(2)).stdout
    assert server_shell.run_json("show", guid(2), "-o", "json")["outcome"] == "failed"


def test_wait_returns_at_once_for_a_finished_run_and_at_its_timeout(
    server_shell: CommandRunner, responder: ChangingServer
) -> None:
    done = server_shell("wait", guid(1)[:8])
    assert (done.returncode, "Outcome       success" in done.stdout) == (0, True)
    responder.runs = {2: RUNS}
    done = server_shell("wait", guid(2), "--timeout", "0.3")
    assert (done.returncode, done.stdout) == (13, "")
    assert "did not end within 0.3s.\n" in done.stderr
    late = server_shell("wait", guid(2), "--timeout", "1s")
    assert "did not end within 1.0s.\n" in late.stderr, "with one unit, however it was written"
    assert server_shell("wait", guid(7)).returncode == 3
    assert server_shell("wait", guid(2), "--timeout", "soon").returncode == 2


def test_a_run_deleted_while_waited_for_is_reported_as_deleted(
    server_shell: CommandRunner, responder: ChangingServer
) -> None:
    with running_command(server_shell, "wait", guid(2)) as child:
        child.wait_for(lambda: responder.poll_count > 2)
        del responder.runs[2]
        assert child.end() == 3
    text = "".join(child.messages)
    gone = f"no longer lists CollectJob {guid(2)}: last seen running at "
    assert re.search(rf"{gone}\w+ \d\d:\d\d:\d\d \+0\d:00, outcome unknown\.", text), text
    assert "wrong" not in text
    assert child.lines == []
    never = server_shell("wait", guid(2))
    assert (never.returncode, "the ID is wrong" in never.stderr) == (3, True)


@pytest.mark.parametrize(
    "form",
    ["<https://x.example.net/api/systemSessions/{}>", '"urn:veeam:SystemSession:{}",', "run {} has failed"],
)
@pytest.mark.parametrize("command", ["show", "events", "wait"])
def test_an_id_may_be_given_as_it_was_copied(server_shell: CommandRunner, command: str, form: str) -> None:
    done = server_shell(command, form.format(guid(1)))
    assert done.returncode == 0, done.stderr
    assert ("The URL names x.example.net" in done.stderr) == form.startswith("<")
    several = server_shell(command, f"{guid(1)} {guid(2)}")
    assert (several.returncode, "contains 2 different session IDs" in several.stderr) == (2, True)


# --- events --follow ----------------------------------------------------------------


@pytest.mark.parametrize("form", ["table", "jsonl", "csv"])
def test_events_are_printed_once_each_as_they_come(
    server_shell: CommandRunner, responder: ChangingServer, form: str
) -> None:
    with running_command(server_shell, "events", guid(2), "--follow", "-o", form) as child:
        head = int(form == "csv")
        child.wait_for(lambda: len(child.lines) == 2 + head)
        responder.lines = 4
        child.wait_for(lambda: len(child.lines) == 4 + head)
        responder.bad_replies = GONE_REPLY
        child.wait_for(lambda: "Retrying." in "".join(child.messages))
        responder.bad_replies = None
        responder.lines = 5
        responder.runs[2] = FAILED
        assert child.end() == 0
    assert len(child.lines) == 5 + head
    assert ["line " + str(number) in line for number, line in enumerate(child.lines, 1 - head)] == [
        *[False] * head,
        *[True] * 5,
    ]
    assert "Session ended: failed." in "".join(child.messages)


def test_events_are_not_followed_beyond_the_end_of_the_run_in_the_list(
    server_shell: CommandRunner, responder: ChangingServer
) -> None:
    with running_command(server_shell, "events", guid(2), "--follow") as child:
        child.wait_for(lambda: len(child.lines) == 2)
        del responder.runs[2]
        assert child.end() == 3
    assert f"no longer lists CollectJob {guid(2)}: last seen running at " in "".join(child.messages)


@pytest.mark.parametrize("command", [("show",), ("events",), ("events", "-o", "xml")])
def test_a_deleted_log_is_reported_as_deleted(
    server_shell: CommandRunner, responder: ChangingServer, command: tuple[str, ...]
) -> None:
    responder.keeps_logs = False
    done = server_shell(*command, guid(1)[:8])
    assert (done.returncode, done.stdout) == (3, "")
    assert f"no longer has the events of session {guid(1)}: it was deleted, is older than" in done.stderr


def test_a_finished_run_is_not_followed(server_shell: CommandRunner) -> None:
    done = server_shell("events", guid(1), "--follow", "-o", "json")
    assert done.returncode == 2
    assert "--follow supports only table, jsonl, csv, not json." in done.stderr
