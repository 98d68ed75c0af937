"""The reports and their preview."""

from __future__ import annotations

import re

import pytest
from tui_driver import TuiDriver, demo_app

POSITION = re.compile(r"(?:^| )(\d+)–(\d+) of (\d+) lines(?: ─)?$")


def position_in(title: str) -> tuple[int, ...]:
    """First and last visible line and the number of lines, as a title shows them; empty without them."""
    found = POSITION.search(title)
    return tuple(map(int, found.groups())) if found else ()


async def open_report(ui: TuiDriver) -> None:
    await ui.press_each("e", "H")
    await ui.wait_for(lambda: bool(position_in(ui.preview_title())))


async def test_paging_keys_scroll_the_preview_and_keep_the_selection() -> None:
    async with demo_app() as ui:
        await open_report(ui)
        beginning, selected = position_in(ui.preview_title()), ui.cursor_row()
        assert beginning[0] == 1
        await ui.press("space")
        assert position_in(ui.preview_title())[0] > 1
        assert ui.cursor_row() == selected
        await ui.press("G")
        _, last, count = position_in(ui.preview_title())
        assert last == count
        await ui.press("g")
        assert position_in(ui.preview_title()) == beginning


@pytest.mark.parametrize(
    ("size", "is_beside"),
    [((58, 16), False), ((80, 23), False), ((119, 40), False), ((120, 40), True), ((200, 50), True)],
)
async def test_the_preview_is_beside_the_choices_if_there_is_room(
    size: tuple[int, int], is_beside: bool
) -> None:
    async with demo_app(size=size) as ui:
        await ui.press_each("e", "H")
        assert ui.is_preview_beside() is is_beside
        assert bool(position_in(ui.preview_title() if size[1] < 40 else "")) is (size[1] < 40)
        assert [row[2] for row in ui.rows()] == ["1", "2", "3", "4"]
        assert max(map(len, ui.rows())) <= (32 if is_beside else size[0])
        assert any("outcome, pauses, comparison" in line for line in ui.lines())


async def test_the_preview_is_rendered_and_the_pager_gets_markdown() -> None:
    async with demo_app(size=(120, 40)) as ui:
        await ui.press_each("e", "H")
        await ui.wait_for(lambda: "CollectJob failed on em01.example.net" in "\n".join(ui.lines()))
        shown = "\n".join(ui.lines())
        assert "**" not in shown
        assert "`" not in shown
        assert "■ failed" in ui.title()
        assert ui.plain_text().startswith("**CollectJob failed on `em01.example.net`**\n")
        await ui.press("2")
        assert ui.plain_text().startswith("CollectJob failed on em01.example.net\n")


async def test_the_position_moves_to_the_title_of_the_page_when_the_preview_is_beside_the_choices() -> None:
    async with demo_app() as ui:
        await open_report(ui)
        assert not position_in(ui.title_note())
        await ui.resize(120, 23)
        assert position_in(ui.title_note())[0] == 1
        await ui.press("space")
        assert position_in(ui.title_note())[0] > 1
