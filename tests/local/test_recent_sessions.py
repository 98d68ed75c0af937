"""The sessions that are saved for the completion of IDs: bounded, private, one file for all servers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emtui.em.model import Result, Session, uid_from_guid
from emtui.em.server_address import parse_server
from emtui.local.recent_sessions import (
    MAX_NAMES,
    MAX_SERVERS,
    MAX_SESSIONS,
    RecentSessions,
    load_recent_sessions,
    save_recent_sessions,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SERVER = parse_server("em01.example.net")


@pytest.fixture
def file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "emtui" / "recent.json"


def run(number: int, session_type: str | None = "CollectJob") -> Session:
    return Session(
        uid_from_guid(f"{number:08x}-0000-4000-8000-000000000000"),
        type=session_type,
        started=NOON - timedelta(hours=number),
        state="Error",
        result=Result("Failed", "secret words of a message"),
    )


def test_the_newest_sessions_are_saved_without_messages(file: Path) -> None:
    save_recent_sessions(SERVER, [run(number) for number in range(300)])
    recent = load_recent_sessions(SERVER)
    assert [session.id for session in recent.sessions] == [run(number).id for number in range(MAX_SESSIONS)]
    assert (recent.types, recent.states) == (("CollectJob",), ("Error", "Failed"))
    assert recent.sessions[0].started == NOON
    assert "secret" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_opened_session_is_added_to_the_earlier_ones_and_a_list_updates_them(file: Path) -> None:
    save_recent_sessions(SERVER, [run(3), run(1)])
    save_recent_sessions(SERVER, [run(2, "LogExport")])
    assert [session.id for session in load_recent_sessions(SERVER).sessions] == [run(n).id for n in (1, 2, 3)]
    assert load_recent_sessions(SERVER).types == ("CollectJob", "LogExport")
    before = file.stat().st_ino
    save_recent_sessions(SERVER, [run(2, "LogExport")])
    assert file.stat().st_ino == before, "nothing has changed, nothing is written"


@pytest.mark.usefixtures("file")
def test_each_server_has_its_own_and_the_last_servers_are_kept() -> None:
    servers = [parse_server(f"em{number:02}.example.net") for number in range(MAX_SERVERS + 1)]
    for number, server in enumerate(servers):
        save_recent_sessions(server, [run(number)])
    assert load_recent_sessions(servers[0]) == RecentSessions()
    assert [load_recent_sessions(one).sessions[0].id for one in servers[1:]] == [
        run(number).id for number in range(1, MAX_SERVERS + 1)
    ]


@pytest.mark.usefixtures("file")
def test_names_are_bounded_and_control_characters_are_not_read_back() -> None:
    save_recent_sessions(SERVER, [run(number, f"Type{number:03}") for number in range(200)])
    save_recent_sessions(SERVER, [run(0, "\x1b[2J" + "x" * 300), run(1, "a\x1b]0;b")])
    recent = load_recent_sessions(SERVER)
    assert len(recent.types) == MAX_NAMES
    assert "a␛]0;b" in recent.types
    assert all(len(name) <= 200 for name in recent.types)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"https://em01.example.net:9398": 1}', json.dumps({SERVER.key: {"sessions": [[1]]}})],
)
def test_a_damaged_file_is_replaced(file: Path, content: str) -> None:
    file.parent.mkdir()
    file.write_text(content)
    assert load_recent_sessions(SERVER) == RecentSessions()
    save_recent_sessions(SERVER, [run(1)])
    assert [session.id for session in load_recent_sessions(SERVER).sessions] == [run(1).id]


def test_without_a_state_folder_nothing_is_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/x")
    save_recent_sessions(SERVER, [run(1)])
    assert load_recent_sessions(SERVER) == RecentSessions()


def test_a_link_in_place_of_the_file_is_not_followed(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("{}")
    file.parent.mkdir()
    file.symlink_to(target)
    save_recent_sessions(SERVER, [run(1)])
    assert target.read_text() == "{}"
