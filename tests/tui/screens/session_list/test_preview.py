"""The preview on the screen: where it is, when it is drawn, and that it requests nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tui_driver import NIGHT_TIME, TuiDriver, demo_app, demo_start, set_cursor_rest

from emtui.local.view_settings import load_preview_shown

REST_S = 0.4
"""Longer than the cursor has to rest, on a busy machine."""


async def wait_previewed(ui: TuiDriver, type_name: str) -> list[str]:
    """Wait until a row of this type is previewed."""
    await ui.wait_for(lambda: any(type_name in line for line in ui.preview()[:1]))
    return ui.preview()


@pytest.mark.parametrize(
    ("size", "width"), [((200, 50), 72), ((160, 30), 60), ((120, 40), 120), ((100, 30), 100)]
)
async def test_a_wide_screen_has_a_preview_instead_of_the_message_below_the_list(
    size: tuple[int, int], width: int
) -> None:
    async with demo_app(size=size) as ui:
        await ui.wait_assessed()
        await ui.press("e")
        lines = await wait_previewed(ui, "CollectJob  ■ failed")
        assert any("Cannot connect to backup server" in line for line in lines)
        assert not ui.shows_detail()
        assert max(map(len, lines)) <= width


@pytest.mark.parametrize("size", [(80, 23), (99, 50), (120, 29), (58, 16)])
async def test_a_small_screen_has_the_message_instead_and_says_why(size: tuple[int, int]) -> None:
    async with demo_app(size=size) as ui:
        await ui.wait_assessed()
        await ui.press("e")
        assert ui.preview() == []
        assert ui.detail().startswith("Cannot connect to backup server")
        await ui.press("i")
        assert ui.footer().startswith("The preview requires 100 columns and 30 lines.")


async def test_no_row_of_80x23_is_lost_to_the_title() -> None:
    async with demo_app(size=(80, 23)) as ui:
        await ui.wait_assessed()
        await ui.pause()
        lines = ui.lines()
        assert lines[4].startswith("─ Runs  newest first, successes grouped ──")
        assert lines[5].startswith("  Outcome")
        assert lines[6].startswith("▌")
        assert len(ui.rows()) == 14


async def test_it_is_drawn_once_the_cursor_rests_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    async with demo_app(size=(200, 50)) as ui:
        await ui.wait_assessed()
        before = await wait_previewed(ui, "CollectJob")
        await asyncio.sleep(REST_S)
        painted = ui.count_painted_preview_lines()
        set_cursor_rest(monkeypatch, 3600)
        for _ in range(4):
            await ui.press("down")
        await asyncio.sleep(REST_S)
        assert ui.preview()[0] == before[0]
        assert painted() == 0
        set_cursor_rest(monkeypatch, 0.01)
        await ui.press("down")
        await wait_previewed(ui, "LogExport")
        assert painted() > 0


async def test_a_refresh_without_a_change_paints_nothing() -> None:
    async with demo_app(size=(120, 40)) as ui:
        await ui.wait_assessed()
        await wait_previewed(ui, "CollectJob")
        await asyncio.sleep(REST_S)
        painted = ui.count_painted_preview_lines()
        await ui.press_each("r")
        await asyncio.sleep(REST_S)
        await ui.pause()
        assert painted() == 0


async def test_i_hides_and_shows_it_and_the_choice_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    start = demo_start(now=lambda: NIGHT_TIME, remember=True)
    async with demo_app(start=start, size=(120, 40)) as ui:
        await ui.wait_assessed()
        await wait_previewed(ui, "CollectJob")
        rows = len(ui.rows())
        await ui.press("i")
        assert ui.preview() == []
        assert ui.shows_detail()
        assert len(ui.rows()) == rows + 7
        await ui.wait_for(lambda: not load_preview_shown())
    async with demo_app(start=start, size=(120, 40)) as ui:
        await ui.wait_assessed()
        await ui.wait_for(ui.shows_detail)
        await ui.press("i")
        await wait_previewed(ui, "CollectJob")


async def test_nothing_is_saved_where_nothing_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    async with demo_app(size=(120, 40)) as ui:
        await ui.wait_assessed()
        await ui.press("i")
        await ui.wait_idle()
    assert list(tmp_path.rglob("view.json")) == []


async def test_on_a_slow_connection_i_first_shows_all_of_it() -> None:
    async with demo_app(size=(200, 50)) as ui:
        await ui.wait_assessed()
        ui.set_low_bandwidth()
        await ui.press("e")
        await ui.wait_for(lambda: any(" Since " in line for line in ui.preview()))
        assert not any("Hour" in line for line in ui.preview())
        await ui.press("i")
        assert any("Hour" in line for line in ui.preview())
        await ui.press("i")
        assert ui.preview() == []


async def test_the_log_of_a_run_that_was_open_is_previewed() -> None:
    async with demo_app(size=(200, 50)) as ui:
        await ui.wait_assessed()
        await ui.press("e")
        lines = await wait_previewed(ui, "CollectJob  ■ failed")
        assert any("Enter loads it" in line for line in lines)
        await ui.press_each("enter")
        await ui.wait_at("session_detail")
        await ui.wait_idle()
        await ui.press("q")
        await ui.wait_at("session_list")
        await ui.wait_for(lambda: any("closed the connection, second" in line for line in ui.preview()))
