"""Recent queries, saved between runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from emtui.local.query_history import LONGEST, MOST, note, recent


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "emtui"


def test_each_profile_has_its_own_with_the_newest_last() -> None:
    assert recent("prod") == ()
    note("prod", "state:failed")
    note("prod", "bs02 took:>10m")
    note("lab", "é")
    assert recent("prod") == ("state:failed", "bs02 took:>10m")
    assert recent("lab") == ("é",)


def test_a_repeated_query_is_saved_once_as_the_newest() -> None:
    for query in ("a", "b", "a"):
        note("prod", query)
    assert recent("prod") == ("b", "a")


def test_the_oldest_make_room() -> None:
    for number in range(MOST + 3):
        note("prod", f"query {number}")
    assert len(recent("prod")) == MOST
    assert recent("prod")[0] == "query 3"


@pytest.mark.parametrize("query", ["", "  ", "a\nb", "\x1b[2J", "x" * (LONGEST + 1)])
def test_a_query_with_line_breaks_is_not_saved(query: str) -> None:
    note("prod", "good")
    note("prod", query)
    assert recent("prod") == ("good",)


def test_the_files_are_their_owners_alone(state: Path) -> None:
    note("prod", "good")
    assert {file.stat().st_mode & 0o777 for file in state.iterdir()} == {0o600}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\x1b]52;c;x\x07\ngood\n\n" + b"y" * 600])
def test_what_others_wrote_into_the_file_is_not_believed(state: Path, content: bytes) -> None:
    note("prod", "good")
    (state / "queries-prod.txt").write_bytes(content)
    assert set(recent("prod")) <= {"good"}
    note("prod", "better")
    assert recent("prod")[-1] == "better"


def test_where_nothing_can_be_kept_nothing_is(state: Path) -> None:
    state.write_text("a file in place of the folder")
    note("prod", "good")
    assert recent("prod") == ()


def test_a_link_in_its_place_is_not_followed(state: Path, tmp_path: Path) -> None:
    note("lab", "other")
    (tmp_path / "elsewhere").write_text("not mine\n")
    (state / "queries-prod.txt").symlink_to(tmp_path / "elsewhere")
    assert recent("prod") == ()
    note("prod", "good")
    assert (tmp_path / "elsewhere").read_text() == "not mine\n"


def test_two_that_keep_queries_at_once_lose_none() -> None:
    script = (
        "import sys; from emtui.local.query_history import note\n"
        "for n in range(20): note('prod', sys.argv[1] + f' {n}')"
    )
    children = [subprocess.Popen([sys.executable, "-c", script, name]) for name in ("one", "two")]
    assert [child.wait(60) for child in children] == [0, 0]
    assert set(recent("prod")) == {f"{name} {number}" for name in ("one", "two") for number in range(20)}
