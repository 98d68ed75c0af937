"""The time of the last view, between runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emtui.local.last_viewed import load_last_viewed, save_last_viewed

FRIDAY = datetime(2026, 11, 20, 18, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "emtui"


def test_each_profile_has_its_own() -> None:
    assert load_last_viewed("prod") is None
    save_last_viewed("prod", FRIDAY)
    save_last_viewed("lab", FRIDAY + timedelta(hours=1))
    assert load_last_viewed("prod") == FRIDAY
    assert load_last_viewed("lab") == FRIDAY + timedelta(hours=1)


def test_the_file_has_mode_0600(state: Path) -> None:
    save_last_viewed("prod", FRIDAY)
    (file,) = state.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"prod": 1}', '{"prod": "soon"}', '{"prod": "2026-11-20T18:02"}', "\xff"]
)
def test_an_unreadable_file_is_ignored_and_replaced(state: Path, text: str) -> None:
    save_last_viewed("lab", FRIDAY)
    (state / "looked.json").write_text(text, "latin-1")
    assert load_last_viewed("prod") is None
    save_last_viewed("prod", FRIDAY)
    assert load_last_viewed("prod") == FRIDAY


def test_without_a_writable_folder_nothing_is_saved(state: Path) -> None:
    state.write_text("a file in place of the folder")
    save_last_viewed("prod", FRIDAY)
    assert load_last_viewed("prod") is None


def test_a_link_in_its_place_is_not_followed(state: Path, tmp_path: Path) -> None:
    save_last_viewed("prod", FRIDAY)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text('{"prod": "2020-01-01T00:00:00+00:00"}')
    (state / "looked.json").unlink()
    (state / "looked.json").symlink_to(elsewhere)
    assert load_last_viewed("prod") is None
    save_last_viewed("prod", FRIDAY)
    assert "2020" in elsewhere.read_text()
