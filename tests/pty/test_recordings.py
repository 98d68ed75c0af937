"""Recording a server, and its replay without the server."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pty_terminal import EmtuiTerminal, isolated_environment, run_emtui, run_python
from scripted_server import (
    GOOD_REPLIES,
    GUID,
    LOGON_ID,
    PASSWORD,
    TOKEN,
    USER,
    ReceivedRequest,
    ScriptedEmServer,
    ScriptedReply,
    list_xml,
    make_identity,
    make_reply,
    route_of,
    scripted_server_in_thread,
    session_xml,
)

OTHER = "22222222-2222-4333-8444-555555555555"
DOWN = make_reply("503 Service Unavailable", b"", "")


@dataclass
class NightServer:
    """A server with these sessions; may be down."""

    guids: tuple[str, ...] = (GUID,)
    is_down: bool = False

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        if route_of(request) == "list":
            return DOWN if self.is_down else make_reply("200 OK", list_xml(map(session_xml, self.guids)))
        return GOOD_REPLIES[route_of(request)]


@dataclass(frozen=True)
class RecordedRun:
    """A recording, the last screen while recording, and the recorded server."""

    path: Path
    screen_lines: list[str]
    exit_text: str
    server: ScriptedEmServer
    environ: dict[str, str]


def rows_and_status(lines: list[str]) -> bool:
    """Whether the list is current, without an error."""
    return "as of" in lines[0] and "503" not in "".join(lines)


@pytest.fixture(scope="module")
def recorded_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordedRun]:
    """A recording of several polls, an opened session, an outage, and the recovery."""
    home = tmp_path_factory.mktemp("night")
    own, night = make_identity(home), NightServer()
    with scripted_server_in_thread(night, own.tls_context()) as server:
        environ = isolated_environment(
            home,
            EMTUI_SERVER=server.authority,
            EMTUI_USER=USER,
            EMTUI_PASSWORD=PASSWORD,
            EMTUI_PIN=own.sha256,
        )
        path = home / "night.rec"
        with run_emtui("--record", str(path), environ=environ) as terminal:
            assert terminal.wait_for("1 of 1")[0].startswith(" REC   127.0.0.1")
            night.guids = (GUID, OTHER)
            terminal.press("r")
            terminal.wait_for("1 of 2")
            terminal.press("enter")
            terminal.wait_for("1 event")
            terminal.press("q")
            terminal.wait_for("1 of 2")
            night.is_down = True
            for word in ("answered 503", "STALE", "NO DATA since"):
                terminal.press("r")
                terminal.wait_for(word)
            night.is_down = False
            terminal.press("r")
            shown = terminal.wait_for(rows_and_status)
            terminal.press("q")
            assert terminal.wait_exit() == 0
        exit_text = terminal.received.decode().rpartition("emtui: ")[2]
        yield RecordedRun(path, shown, exit_text, server, environ)


def run_replay(recorded: RecordedRun, folder: Path, *options: str) -> Iterator[EmtuiTerminal]:
    """Replay it with another home folder; the environment still names the server."""
    environ = recorded.environ | {"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")}
    with run_emtui("--replay", str(recorded.path), *options, environ=environ) as terminal:
        yield terminal


def rows(lines: list[str]) -> list[str]:
    """All lines but the first and last, without marks of new runs, which depend on the keys."""
    return [line.replace("+", " ") for line in lines[1:-1]]


def shown_time(lines: list[str]) -> str:
    """The time of the list."""
    return lines[0].partition("as of ")[2].split()[0]


def test_a_replay_shows_the_same_rows_and_outage_without_requests(
    recorded_run: RecordedRun, tmp_path: Path
) -> None:
    requests, connections = len(recorded_run.server.requests), recorded_run.server.connection_count
    for terminal in run_replay(recorded_run, tmp_path, "--speed", "2"):
        shown = terminal.wait_for(lambda lines: "ended" in lines[0] and rows_and_status(lines))
        assert rows(shown) == rows(recorded_run.screen_lines)
        assert shown_time(shown) == shown_time(recorded_run.screen_lines)
        assert shown[0].startswith(" REPLAY ended   night  [Runs]")
        terminal.wait_for("The recording ends here.")
        for key in ("r", "L", "p", "r", "p"):
            terminal.press(key)
        terminal.press("!")
        terminal.wait_for("Statistics of")
        terminal.press("q")
        terminal.wait_for(rows_and_status)
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert b"emtui open" not in terminal.received, "there is no server to reconnect to"
    assert (len(recorded_run.server.requests), recorded_run.server.connection_count) == (
        requests,
        connections,
    )
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_every_screen_says_that_it_is_a_replay(recorded_run: RecordedRun, tmp_path: Path) -> None:
    for terminal in run_replay(recorded_run, tmp_path, "--speed", "100000"):
        terminal.wait_for("ended")
        steps = ("enter", "1 event"), ("i", "UID"), ("q", "1 event"), ("q", "1 of 2"), ("?", "Main keys")
        for key, word in steps:
            terminal.press(key)
            shown = terminal.wait_for(word)
            assert shown[0].startswith(" REPLAY ended ")
        terminal.press("q", "!")
        shown = terminal.wait_for("answered 503 Service", "Unavailable: try again later")
        assert shown[0].startswith(" REPLAY ended ")
        assert any("3 failed requests" in line for line in shown)
        terminal.press("q", ":", OTHER, "enter")
        terminal.wait_for("no events of this run up to this time")
        terminal.press("r", "r")
        terminal.wait_for("no events of this run up to this time")


def test_a_replay_can_be_copied_and_paged_but_has_no_open_command(
    recorded_run: RecordedRun, tmp_path: Path
) -> None:
    reader = tmp_path / "reader"
    reader.write_text('#!/bin/sh\ncat >"${0%/*}/text"\n')
    reader.chmod(0o700)
    reading = replace(recorded_run, environ=recorded_run.environ | {"PAGER": str(reader)})
    for terminal in run_replay(reading, tmp_path, "--speed", "100000"):
        terminal.wait_for("The recording ends here.")
        for key, message in (("y", "Copied to the clipboard"), ("Y", "Not available in replay mode")):
            terminal.press(key)
            terminal.wait_for(message)
        terminal.press("v")
        terminal.wait_for("emtui: press any key to go back.")
        terminal.press("enter")
        terminal.wait_restored()
        terminal.press("Q")
        assert terminal.wait_exit() == 0
    assert terminal.received.count(b"\x1b]52;c;") == 1
    assert (tmp_path / "text").read_text().startswith("REPLAY  ")


def test_open_shows_a_recording_in_exactly_that_view(recorded_run: RecordedRun) -> None:
    with run_emtui(
        "open", GUID, "--replay", str(recorded_run.path), environ=recorded_run.environ
    ) as terminal:
        terminal.wait_for("CollectJob  · success")
        terminal.press("q", "q")
        assert terminal.wait_exit() == 0
    with run_emtui(
        "open", "state:failed", "--replay", str(recorded_run.path), environ=recorded_run.environ
    ) as terminal:
        terminal.wait_for("No runs match state:failed")


def test_the_file_has_no_secrets_and_is_readable_only_by_its_owner(recorded_run: RecordedRun) -> None:
    assert recorded_run.path.stat().st_mode & 0o777 == 0o600
    text = gzip.decompress(recorded_run.path.read_bytes()).decode()
    secret = (PASSWORD, TOKEN, LOGON_ID, "EXAMPLE", "ops", "127.0.0.1", str(recorded_run.server.port))
    assert [found for found in secret if found in text] == []
    assert "the-server/api/systemSessions?format=Entity answered 503" in text
    assert "BEGIN" not in text
    assert f"Recorded to {recorded_run.path} (" in recorded_run.exit_text.replace("\r\n", "")


def test_an_existing_file_is_kept_and_no_logon_is_sent(recorded_run: RecordedRun) -> None:
    before, requests = recorded_run.path.read_bytes(), len(recorded_run.server.requests)
    with run_emtui("--record", str(recorded_run.path), environ=recorded_run.environ) as terminal:
        assert terminal.wait_exit() == 2
    assert "already exists: a recording needs a new file." in terminal.received.decode().replace("\r\n", "")
    assert recorded_run.path.read_bytes() == before
    assert len(recorded_run.server.requests) == requests


def test_a_truncated_recording_is_shown_up_to_its_last_complete_record(
    recorded_run: RecordedRun, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.rec"
    cut.write_bytes(recorded_run.path.read_bytes()[:-60])
    with run_emtui(
        "--replay", str(cut), "--speed", "1000", environ=isolated_environment(tmp_path)
    ) as terminal:
        terminal.wait_for("ended")
        terminal.wait_for("The recording is truncated here; all complete records were shown.")


def test_a_killed_recording_has_everything_that_was_shown(recorded_run: RecordedRun, tmp_path: Path) -> None:
    path = tmp_path / "killed.rec"
    with run_emtui("--record", str(path), environ=recorded_run.environ) as terminal:
        terminal.wait_for("1 of 2")
        terminal.ungroup_list()
        terminal.press("enter")
        terminal.wait_for("1 event")
        terminal.wait_idle()
        os.kill(terminal.child.pid, 9)
        assert terminal.wait_exit() == -9
    with run_emtui(
        "--replay", str(path), "--speed", "1000", environ=isolated_environment(tmp_path)
    ) as terminal:
        terminal.wait_for("ended")
        terminal.wait_for("its file was not closed, but all its records")
        assert "every" not in terminal.lines()[0], "there is no polling"
        terminal.press("!")
        terminal.wait_for("none (recording)")
        terminal.press("q")
        terminal.ungroup_list()
        terminal.press("enter")
        terminal.wait_for("1 event")


SMALL_TERMINAL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (250, 250))
from emtui.cli import main
raise SystemExit(main(sys.argv[1:]))
"""


def test_a_full_disk_is_one_sentence_and_the_browser_continues(
    recorded_run: RecordedRun, tmp_path: Path
) -> None:
    path = str(tmp_path / "night.rec")
    with run_python("-c", SMALL_TERMINAL, "--record", path, environ=recorded_run.environ) as terminal:
        terminal.wait_for(lambda lines: lines[0].startswith(" REC STOPPED   [Runs]"))
        terminal.ungroup_list()
        terminal.press("r", "enter")
        terminal.wait_for("1 event")
        terminal.press("q", "q")
        assert terminal.wait_exit() == 0
    assert "emtui: Recording stopped: cannot write the file: File too large." in terminal.received.decode()
