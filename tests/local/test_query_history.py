"""Recent queries, saved between runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from emtui.local.query_history import MAX_QUERIES, MAX_QUERY_LENGTH, load_recent_queries, save_recent_query


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "emtui"


def test_each_profile_has_its_own_with_the_newest_last() -> None:
    assert load_recent_queries("prod") == ()
    save_recent_query("prod", "state:failed")
    save_recent_query("prod", "bs02 took:>10m")
    save_recent_query("lab", "é")
    assert load_recent_queries("prod") == ("state:failed", "bs02 took:>10m")
    assert load_recent_queries("lab") == ("é",)


def test_a_repeated_query_is_saved_once_as_the_newest() -> None:
    for query in ("a", "b", "a"):
        save_recent_query("prod", query)
    assert load_recent_queries("prod") == ("b", "a")


def test_the_oldest_queries_are_dropped() -> None:
    for number in range(MAX_QUERIES + 3):
        save_recent_query("prod", f"query {number}")
    assert len(load_recent_queries("prod")) == MAX_QUERIES
    assert load_recent_queries("prod")[0] == "query 3"


@pytest.mark.parametrize("query", ["", "  ", "a\nb", "\x1b[2J", "x" * (MAX_QUERY_LENGTH + 1)])
def test_a_query_with_line_breaks_is_not_saved(query: str) -> None:
    save_recent_query("prod", "good")
    save_recent_query("prod", query)
    assert load_recent_queries("prod") == ("good",)


def test_the_files_have_mode_0600(state: Path) -> None:
    save_recent_query("prod", "good")
    assert {file.stat().st_mode & 0o777 for file in state.iterdir()} == {0o600}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\x1b]52;c;x\x07\ngood\n\n" + b"y" * 600])
def test_invalid_content_of_the_query_history_is_ignored(state: Path, content: bytes) -> None:
    save_recent_query("prod", "good")
    (state / "queries-prod.txt").write_bytes(content)
    assert set(load_recent_queries("prod")) <= {"good"}
    save_recent_query("prod", "better")
    assert load_recent_queries("prod")[-1] == "better"


def test_without_a_writable_folder_nothing_is_saved(state: Path) -> None:
    state.write_text("a file in place of the folder")
    save_recent_query("prod", "good")
    assert load_recent_queries("prod") == ()


def test_a_link_in_its_place_is_not_followed(state: Path, tmp_path: Path) -> None:
    save_recent_query("lab", "other")
    (tmp_path / "elsewhere").write_text("not mine\n")
    (state / "queries-prod.txt").symlink_to(tmp_path / "elsewhere")
    assert load_recent_queries("prod") == ()
    save_recent_query("prod", "good")
    assert (tmp_path / "elsewhere").read_text() == "not mine\n"


def test_concurrent_saves_lose_no_query() -> None:
    script = (
        "import sys; from emtui.local.query_history import save_recent_query\n"
        "for n in range(20): save_recent_query('prod', sys.argv[1] + f' {n}')"
    )
    children = [subprocess.Popen([sys.executable, "-c", script, name]) for name in ("one", "two")]
    assert [child.wait(60) for child in children] == [0, 0]
    assert set(load_recent_queries("prod")) == {
        f"{name} {number}" for name in ("one", "two") for number in range(20)
    }
