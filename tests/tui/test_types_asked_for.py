"""A type that only the list can tell: let through before it is there, then decided."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC

from made_runs import HOUR, MINUTE, NOON, run, series
from seats import Seat, a_view, seated

from emtui.em.model import Listing
from emtui.local.connection import Connection
from emtui.monitor.recording.records import Look
from emtui.monitor.recording.replay import Replay
from emtui.tui.app import EmtuiApp
from emtui.tui.board import type_of
from emtui.tui.options import LaunchOptions
from emtui.tui.screens.board import BoardRows

KINDS = ("SyncCheck", "catalog crawl", "CatalogCrawlJob", "A,B")


@asynccontextmanager
async def looking(query: str = "") -> AsyncIterator[Seat]:
    """Somebody before a list with types of its own, in this view."""
    own = [run(NOON - place * MINUTE, kind) for place, kind in enumerate(KINDS)]
    looks = iter([Look(NOON, Listing((*own, *series("CollectJob", HOUR, NOON - HOUR))))])
    replay = Replay("night.jsonl", looks)
    start = LaunchOptions(
        Connection(), mark="REPLAY", remember=False, now=replay.now, replay=replay, zone=UTC, query=query
    )
    app = EmtuiApp(start)
    async with app.run_test(size=(80, 23)) as pilot:
        seat = Seat(app, pilot)
        await seat.until(lambda: app.lookup_screen is not None and seat.listing.snapshot is not None)
        await pilot.pause()
        yield seat


def types(seat: Seat) -> list[str | None]:
    return [one.type for one in seat.listing.sessions.rows]


async def test_a_view_with_a_type_of_the_list_stays_and_shows_that_type_alone() -> None:
    for kind in KINDS:
        async with looking(f'type:"{kind.lower()}"') as seat:
            assert types(seat) == [kind]
            assert seat.line("query").endswith("1 of 104 runs")


async def test_a_view_with_a_type_that_the_first_list_does_not_have_says_so_and_shows_all() -> None:
    async with seated(start=a_view(query="type:CollctJob")) as seat:
        assert seat.listing.query_now.empty
        assert seat.line("foot").startswith("No session type is called 'CollctJob': did you mean CollectJob?")


async def test_a_type_of_the_list_can_be_typed_completed_and_pasted() -> None:
    async with looking() as seat:
        await seat.press("slash", *"type", "colon", *"syncchec", "tab", "enter")
        assert seat.listing.query_now.text == "type:SyncCheck"
        assert types(seat) == ["SyncCheck"]
        await seat.press("slash", "ctrl+u", *"type", "colon", *"syncchekc")
        assert "! No session type is called 'syncchekc': did you mean SyncCheck?" in seat.line("tally")


async def test_l_on_the_board_shows_the_runs_of_any_type() -> None:
    async with looking() as seat:
        await seat.until(lambda: seat.listing.board is not None)
        for kind in KINDS:
            await seat.press("B")
            rows = seat.page.query_one(BoardRows)
            rows.go([type_of(row) for row in rows.things].index(kind))
            await seat.press("l")
            await seat.until(lambda: seat.app.screen is seat.listing)
            assert types(seat) == [kind]
