"""The reports and their preview."""

from __future__ import annotations

from tui_driver import demo_app


async def test_paging_keys_scroll_the_preview_and_keep_the_selection() -> None:
    async with demo_app() as ui:
        await ui.press_each("e", "H")
        await ui.wait_for(lambda: ui.position().startswith("1–"))
        beginning, selected = ui.position(), ui.cursor_row()
        await ui.press("space")
        assert ui.position() != beginning
        assert ui.cursor_row() == selected
        await ui.press("G")
        first, _, last = ui.position().removesuffix(" lines").partition(" of ")
        assert first.endswith(f"–{last}")
        await ui.press("g")
        assert ui.position() == beginning
