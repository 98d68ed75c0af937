"""A night on record, and the same night again without a server."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pty_terminal import Terminal, a_home, emtui, python
from rogue import (
    GOOD,
    GUID,
    LOGON_ID,
    PASSWORD,
    TOKEN,
    USER,
    Asked,
    Reply,
    Rogue,
    identity,
    list_xml,
    reply,
    rogue_beside,
    route_of,
    session_xml,
)

OTHER = "22222222-2222-4333-8444-555555555555"
DOWN = reply("503 Service Unavailable", b"", "")


@dataclass
class Night:
    """What the server lists, and whether it is there."""

    guids: tuple[str, ...] = (GUID,)
    down: bool = False

    def __call__(self, asked: Asked) -> Reply:
        if route_of(asked) == "list":
            return DOWN if self.down else reply("200 OK", list_xml(map(session_xml, self.guids)))
        return GOOD[route_of(asked)]


@dataclass(frozen=True)
class Recorded:
    """A recording, what the terminal showed in the end, and the server it is of."""

    path: Path
    shown: list[str]
    said: str
    server: Rogue
    environ: dict[str, str]


def seen(lines: list[str]) -> bool:
    """Whether the list is as the server has it, and nothing troubles it any more."""
    return "as of" in lines[0] and "503" not in "".join(lines)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    """Several looks, a session that was opened, an outage, and the way back."""
    home = tmp_path_factory.mktemp("night")
    own, night = identity(home), Night()
    with rogue_beside(night, own.context()) as server:
        environ = a_home(
            home,
            EMTUI_SERVER=server.authority,
            EMTUI_USER=USER,
            EMTUI_PASSWORD=PASSWORD,
            EMTUI_PIN=own.sha256,
        )
        path = home / "night.rec"
        with emtui("--record", str(path), environ=environ) as terminal:
            assert terminal.until("1 of 1")[0].startswith(" REC   127.0.0.1")
            night.guids = (GUID, OTHER)
            terminal.press("r")
            terminal.until("1 of 2")
            terminal.press("enter")
            terminal.until("1 event")
            terminal.press("q")
            terminal.until("1 of 2")
            night.down = True
            for word in ("answered 503", "STALE", "BLIND since"):
                terminal.press("r")
                terminal.until(word)
            night.down = False
            terminal.press("r")
            shown = terminal.until(seen)
            terminal.press("q")
            assert terminal.end() == 0
        said = terminal.received.decode().rpartition("emtui: ")[2]
        yield Recorded(path, shown, said, server, environ)


def replayed(recorded: Recorded, folder: Path, *options: str) -> Iterator[Terminal]:
    """The same in a home of its own, by somebody whose environment still names the server."""
    environ = recorded.environ | {"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")}
    with emtui("--replay", str(recorded.path), *options, environ=environ) as terminal:
        yield terminal


def rows(lines: list[str]) -> list[str]:
    """All but the first line and the last; what is marked as new hangs on the keys that were pressed."""
    return [line.replace("+", " ") for line in lines[1:-1]]


def time_of(lines: list[str]) -> str:
    """As of when the list is."""
    return lines[0].partition("as of ")[2].split()[0]


def test_it_shows_the_same_rows_and_the_outage_and_asks_nobody(recorded: Recorded, tmp_path: Path) -> None:
    asked, hello = len(recorded.server.asked), recorded.server.hello
    for terminal in replayed(recorded, tmp_path, "--speed", "2"):
        shown = terminal.until(lambda lines: "ended" in lines[0] and seen(lines))
        assert rows(shown) == rows(recorded.shown)
        assert time_of(shown) == time_of(recorded.shown)
        assert shown[0].startswith(" REPLAY   night.rec  ended")
        terminal.until("The recording ends here.")
        for key in ("r", "L", "p", "r", "p"):
            terminal.press(key)
        terminal.press("!")
        terminal.until("Health of")
        terminal.press("q")
        terminal.until(seen)
        terminal.press("q")
        assert terminal.end() == 0
        assert b"emtui open" not in terminal.received, "there is no server to come back to"
    assert (len(recorded.server.asked), recorded.server.hello) == (asked, hello)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_every_screen_says_that_it_is_a_replay(recorded: Recorded, tmp_path: Path) -> None:
    for terminal in replayed(recorded, tmp_path, "--speed", "100000"):
        terminal.until("ended")
        steps = ("enter", "1 event"), ("i", "UID"), ("q", "1 event"), ("q", "1 of 2"), ("?", "First of all")
        for key, word in steps:
            terminal.press(key)
            shown = terminal.until(word)
            assert shown[0].startswith(" REPLAY ")
        terminal.press("q", "!")
        shown = terminal.until("503 Service Unavailable")
        assert shown[0].startswith(" REPLAY ")
        assert any("3 requests without one" in line for line in shown)
        terminal.press("q", ":", OTHER, "enter")
        terminal.until("no events of this run up to this time")
        terminal.press("r", "r")
        terminal.until("no events of this run up to this time")


def test_a_recording_is_copied_and_read_like_any_view_but_opens_for_nobody(
    recorded: Recorded, tmp_path: Path
) -> None:
    reader = tmp_path / "reader"
    reader.write_text('#!/bin/sh\ncat >"${0%/*}/text"\n')
    reader.chmod(0o700)
    reading = replace(recorded, environ=recorded.environ | {"PAGER": str(reader)})
    for terminal in replayed(reading, tmp_path, "--speed", "100000"):
        terminal.until("The recording ends here.")
        for key, said in (("y", "Copied to the clipboard"), ("Y", "no command opens it for anybody but you")):
            terminal.press(key)
            terminal.until(said)
        terminal.press("v")
        terminal.until("emtui: press any key to go back.")
        terminal.press("enter")
        terminal.back()
        terminal.press("Q")
        assert terminal.end() == 0
    assert terminal.received.count(b"\x1b]52;c;") == 1
    assert (tmp_path / "text").read_text().startswith("REPLAY  ")


def test_open_shows_a_recording_in_exactly_that_view(recorded: Recorded) -> None:
    with emtui("open", GUID, "--replay", str(recorded.path), environ=recorded.environ) as terminal:
        terminal.until("CollectJob  · success")
        terminal.press("q", "q")
        assert terminal.end() == 0
    with emtui("open", "state:failed", "--replay", str(recorded.path), environ=recorded.environ) as terminal:
        terminal.until("Nothing matches state:failed")


def test_nothing_secret_is_in_the_file_and_it_is_its_owners_alone(recorded: Recorded) -> None:
    assert recorded.path.stat().st_mode & 0o777 == 0o600
    text = gzip.decompress(recorded.path.read_bytes()).decode()
    secret = (PASSWORD, TOKEN, LOGON_ID, "EXAMPLE", "ops", "127.0.0.1", str(recorded.server.port))
    assert [found for found in secret if found in text] == []
    assert "the-server/api/systemSessions?format=Entity answered 503" in text
    assert "BEGIN" not in text
    assert f"Recorded to {recorded.path} (" in recorded.said.replace("\r\n", "")


def test_a_file_that_is_there_is_left_as_it_is_and_no_logon_is_sent(recorded: Recorded) -> None:
    before, asked = recorded.path.read_bytes(), len(recorded.server.asked)
    with emtui("--record", str(recorded.path), environ=recorded.environ) as terminal:
        assert terminal.end() == 2
    assert "already exists: a recording needs a new file." in terminal.received.decode().replace("\r\n", "")
    assert recorded.path.read_bytes() == before
    assert len(recorded.server.asked) == asked


def test_what_was_killed_is_shown_as_far_as_it_is_whole(recorded: Recorded, tmp_path: Path) -> None:
    cut = tmp_path / "cut.rec"
    cut.write_bytes(recorded.path.read_bytes()[:-60])
    with emtui("--replay", str(cut), "--speed", "1000", environ=a_home(tmp_path)) as terminal:
        terminal.until("ended")
        terminal.until("The recording is truncated here; all complete records were shown.")


def test_a_kill_loses_nothing_that_was_shown(recorded: Recorded, tmp_path: Path) -> None:
    path = tmp_path / "killed.rec"
    with emtui("--record", str(path), environ=recorded.environ) as terminal:
        terminal.until("1 of 2")
        terminal.unfold()
        terminal.press("enter")
        terminal.until("1 event")
        terminal.rest()
        os.kill(terminal.child.pid, 9)
        assert terminal.end() == -9
    with emtui("--replay", str(path), "--speed", "1000", environ=a_home(tmp_path)) as terminal:
        terminal.until("ended")
        terminal.until("its file was not closed, but all its records")
        assert "every" not in terminal.lines()[0], "nobody is asked"
        terminal.press("!")
        terminal.until("none: this is a recording")
        terminal.press("q")
        terminal.unfold()
        terminal.press("enter")
        terminal.until("1 event")


SMALL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (250, 250))
from emtui.cli import main
raise SystemExit(main(sys.argv[1:]))
"""


def test_a_disk_that_takes_no_more_is_one_sentence_and_the_screens_go_on(
    recorded: Recorded, tmp_path: Path
) -> None:
    path = str(tmp_path / "night.rec")
    with python("-c", SMALL, "--record", path, environ=recorded.environ) as terminal:
        terminal.until(lambda lines: lines[0].startswith(" REC STOPPED   127.0.0.1"))
        terminal.unfold()
        terminal.press("r", "enter")
        terminal.until("1 event")
        terminal.press("q", "q")
        assert terminal.end() == 0
    assert "emtui: Recording stopped: cannot write the file: File too large." in terminal.received.decode()
