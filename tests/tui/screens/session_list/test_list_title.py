"""The title of the list: its query, its order and the position, whatever the width."""

from __future__ import annotations

import pytest
from tui_driver import demo_app

from emtui import text_format
from emtui.display_text.list_text import ListPlace, order_text
from emtui.query import SortOrder


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (ListPlace(3, 12, 3426), ("3 of 12 runs", "12 of 3,426 runs", "3 of 12 of 3,426 runs")),
        (ListPlace(0, 0, 3426), ("0 of 0 runs", "0 of 3,426 runs", "0 of 3,426 runs")),
    ],
)
def test_a_position_among_the_matches_has_the_number_of_all_runs(
    place: ListPlace, expected: tuple[str, str, str]
) -> None:
    assert (place.position_text, place.match_text, place.match_position_text) == expected


@pytest.mark.parametrize(
    ("order", "is_grouped", "expected"),
    [
        (SortOrder(), True, "newest first, successes grouped"),
        (SortOrder("started", is_descending=False), False, "oldest first"),
        (SortOrder("duration_s"), False, "longest first"),
        (SortOrder("duration_s", is_descending=False), False, "shortest first"),
        (SortOrder("type", is_descending=False), False, "by type"),
        (SortOrder("message"), False, "by message, descending"),
    ],
)
def test_the_order_is_told_in_words(order: SortOrder, is_grouped: bool, expected: str) -> None:
    assert order_text(order, is_grouped=is_grouped) == expected


async def test_a_long_query_is_cut_and_the_position_is_not() -> None:
    async with demo_app(size=(58, 16)) as ui:
        await ui.press("slash", *("collectjob " * 8), "enter")
        line = ui.query_line()
        assert line.startswith("Runs  /collectjob collectjob")
        assert "…" in line
        assert line.endswith(" of 987 runs")
        assert text_format.cell_width(line) <= 58


async def test_while_a_query_is_typed_no_line_moves() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await ui.pause()
        before = ui.lines()
        await ui.press("slash")
        typing = ui.lines()
        assert typing[4].startswith("/ ")
        assert typing[4].endswith("987 of 987 runs")
        assert typing[5:-1] == before[5:-1]
        assert typing[-1].endswith("1 of 987 runs")
        await ui.press("escape")
        assert ui.lines()[4] == before[4]


async def test_the_title_tells_the_order_and_the_grouping_at_once() -> None:
    async with demo_app() as ui:
        assert ui.query_line().startswith("Runs  newest first, successes grouped ─")
        await ui.press("Z")
        assert ui.query_line().startswith("Runs  newest first ─")
        await ui.press("O")
        assert ui.query_line().startswith("Runs  oldest first ─")
