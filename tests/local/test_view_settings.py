"""Whether the preview is shown is saved between runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtui.local.view_settings import load_preview_shown, save_preview_shown


@pytest.fixture
def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    save_preview_shown(is_shown=True)
    (file,) = (tmp_path / "state").rglob("view.json")
    return file


def test_it_is_shown_until_it_was_hidden(settings_file: Path) -> None:
    settings_file.unlink()
    assert load_preview_shown()
    save_preview_shown(is_shown=False)
    assert not load_preview_shown()
    assert settings_file.stat().st_mode & 0o077 == 0
    save_preview_shown(is_shown=True)
    assert load_preview_shown()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"preview": 0}', "\x00", '{"preview": "no"}'])
def test_an_unreadable_file_changes_nothing(settings_file: Path, text: str) -> None:
    settings_file.write_text(text)
    assert load_preview_shown()
