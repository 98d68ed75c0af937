"""A closed screen is released, with all data loaded for it."""

from __future__ import annotations

import gc
import weakref

import pytest
from tui_driver import demo_app


@pytest.mark.parametrize("keys", [("enter",), ("d",), ("B",), ("H",)], ids="".join)
async def test_closed_screens_are_released(keys: tuple[str, ...]) -> None:
    """Textual itself may hold the screen that was closed last."""
    async with demo_app() as ui:
        await ui.wait_assessed()
        await ui.press_each("Z")
        closed = []
        for _ in range(4):
            await ui.press_each(*keys)
            assert len(ui.screens()) > 1
            closed.append(weakref.ref(ui.screen_identity()))
            while ui.screen_name() != "session_list":
                await ui.press("q")
        await ui.press_each("down", "up")

        def are_let_go() -> bool:
            gc.collect()
            return sum(screen() is not None for screen in closed) <= 1

        await ui.wait_for(are_let_go)
