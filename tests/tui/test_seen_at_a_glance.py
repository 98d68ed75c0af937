"""What is seen at once: three facts within three keys, and that wide terminals are used."""

from __future__ import annotations

from datetime import datetime

import pytest
from tui_driver import NIGHT_TIME, TuiDriver, demo_start, listing_app

from emtui.demo.asgi_app import DemoServerSettings, create_app
from emtui.demo.world import SimulatedWorld

SIZES = [(80, 23), (120, 40), (200, 50)]
WORLD = SimulatedWorld(1, NIGHT_TIME)
RESTED = 0.4
"""Seconds after which a page shows all that belongs to its cursor."""
INK_BEFORE = {"B": 896, "4": 526, "d": 1252}
"""Cells that were not blank on the types, the alerts and a comparison at 200x50, before they had pictures."""


def _now() -> datetime:
    return NIGHT_TIME


async def _first_screen(app: TuiDriver, *keys: str) -> str:
    await app.wait_listed()
    await app.wait_assessed()
    await app.press(*keys)
    await app.wait_idle()
    await app.pause(RESTED)
    return "\n".join(app.lines())


@pytest.mark.parametrize("size", SIZES)
async def test_that_a_failure_comes_daily_at_the_same_minute_is_seen_at_once(size: tuple[int, int]) -> None:
    async with listing_app(create_app(DemoServerSettings(WORLD, _now)), now=_now, size=size) as app:
        text = await _first_screen(app)
        assert "6th day at this minute" in text


@pytest.mark.parametrize("size", SIZES)
async def test_what_ran_beside_a_failure_is_seen_after_one_key(size: tuple[int, int]) -> None:
    async with listing_app(create_app(DemoServerSettings(WORLD, _now)), now=_now, size=size) as app:
        text = await _first_screen(app, "C")
        expected = "ran at the same time: CatalogCrawlJob since 22:40, DatabaseMaintenance since 00:02"
        assert expected in " ".join(text.split())


@pytest.mark.parametrize("size", SIZES)
async def test_since_when_a_type_is_slower_is_seen_after_one_key(size: tuple[int, int]) -> None:
    async with listing_app(create_app(DemoServerSettings(WORLD, _now)), now=_now, size=size) as app:
        text = await _first_screen(app, "4")
        line = next(line for line in text.splitlines() if "CatalogConsolidation" in line)
        assert "slower for 7 runs" in line
        assert "16 Nov 04:31" in line


@pytest.mark.parametrize("key", INK_BEFORE)
async def test_wide_terminals_are_used_three_times_as_much_as_before(key: str) -> None:
    start = demo_start(_now)
    async with listing_app(
        create_app(DemoServerSettings(WORLD, _now)), start, now=_now, size=(200, 50)
    ) as app:
        text = await _first_screen(app, key)
        await app.pause(1.0)
        text = "\n".join(app.lines())
        ink = sum(not cell.isspace() for cell in text)
        assert ink >= 3 * INK_BEFORE[key], ink
