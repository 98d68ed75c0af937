"""The cursor over the cells of the last 24 hours."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest
from tui_driver import NIGHT_TIME, TuiDriver, demo_app

LAST_CELL = "Mon 02:00–03:00: no run started; 2 still running from before."


async def go_to_earlier_cell(ui: TuiDriver) -> None:
    """Select the cell before, and wait for what it holds."""
    before = text_of_cell(ui)
    await ui.press("left")
    await ui.wait_for(lambda: text_of_cell(ui) != before)


async def test_left_and_right_reach_every_cell_and_stop_at_the_ends() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        message = ui.detail()
        await ui.press("left")
        assert ui.detail() == LAST_CELL
        await ui.press("l")
        assert ui.detail() == LAST_CELL
        seen = [ui.detail()]
        for _ in range(24):
            await ui.press("h")
            seen.append(ui.detail())
        assert len(set(seen)) == 24
        assert seen[-1] == seen[-2]
        assert seen[-1].startswith("Sun 03:00–04:00: ")
        await ui.press("escape")
        assert ui.detail() == message
        await ui.press("right")
        assert ui.detail().startswith("Sun 03:00–04:00: ")


def text_of_cell(ui: TuiDriver) -> str:
    """The text about the selected row or cell: below the list, or at the start of the preview."""
    if ui.shows_detail():
        return ui.detail()
    return " ".join(re.split(" {3,}", line.strip(" │"))[0] for line in ui.preview()[1:4])


async def test_beside_a_preview_the_text_of_a_cell_names_one_use_of_enter() -> None:
    async with demo_app(size=(120, 30)) as ui:
        await ui.wait_assessed()
        await ui.wait_for(lambda: "(Enter: expand)" in text_of_cell(ui))
        for _ in range(4):
            await go_to_earlier_cell(ui)
            assert "expand" not in text_of_cell(ui)
        assert "Enter: list them." in text_of_cell(ui)
        await ui.press("escape")
        await ui.wait_for(lambda: "(Enter: expand)" in text_of_cell(ui))


@pytest.mark.parametrize("size", [(80, 23), (120, 30), (160, 30)])
async def test_enter_lists_exactly_the_runs_that_each_cell_counts(size: tuple[int, int]) -> None:
    async with demo_app(size=size) as ui:
        await ui.wait_assessed()
        everything = ui.sessions()
        start = NIGHT_TIME - timedelta(days=1) + timedelta(minutes=60)
        listed: Counter[str] = Counter()
        for _ in range(6):
            await go_to_earlier_cell(ui)
            counted = re.search(r"of (\d+) runs?", text_of_cell(ui))
            if counted is None:
                continue
            await ui.press("enter")
            await ui.wait_for(lambda: not ui.query().is_empty)
            assert len(ui.sessions()) == int(counted[1])
            listed.update(session.uid for session in ui.sessions())
            await ui.press("0")
            await ui.wait_for(lambda: ui.query().is_empty)
        assert set(listed.values()) == {1}, "no run is in two cells"
        assert {session.uid for session in everything} >= set(listed)
        assert all(
            session.started and session.started >= start for session in everything if session.uid in listed
        )


async def test_a_due_run_that_did_not_start_is_named_in_its_cell() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await ui.wait_for(lambda: "×" in ui.match_tally())
        await ui.press("left", "left")
        assert ui.detail().startswith("Mon 01:00–02:00: 1 ok of 1 run; 1 due run did not start: ")
        assert "CatalogReplicationJob" in ui.detail()


async def test_moving_the_cursor_of_the_list_releases_the_cell() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await ui.press("e", "left")
        assert ui.detail() == LAST_CELL
        await ui.press("j")
        assert "Mon 02:00" not in ui.detail()
        await ui.press("k", "enter")
        assert ui.screen_name() == "session_detail"


async def test_a_narrow_screen_shows_the_strip_while_a_cell_is_selected() -> None:
    async with demo_app(size=(58, 16)) as ui:
        await ui.wait_assessed()
        counts = ui.match_tally()
        assert "│now" not in counts
        await ui.press("left")
        assert "│now" in ui.match_tally()
        await ui.press("escape")
        assert ui.match_tally() == counts
