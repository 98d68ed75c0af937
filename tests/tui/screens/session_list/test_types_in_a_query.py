"""A type that only the list can tell: let through before it is there, then decided."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from made_runs import HOUR, MINUTE, NOON, run, series
from tui_driver import TuiDriver, demo_app, demo_start, replay_app

from emtui.em.model import Listing
from emtui.monitor.recording.recording_format import Look

KINDS = ("SyncCheck", "catalog crawl", "CatalogCrawlJob", "A,B")


@asynccontextmanager
async def looking(query: str = "") -> AsyncIterator[TuiDriver]:
    """Somebody before a list with types of its own, in this view."""
    own = [run(NOON - place * MINUTE, kind) for place, kind in enumerate(KINDS)]
    looks = [Look(NOON, Listing((*own, *series("CollectJob", HOUR, NOON - HOUR))))]
    async with replay_app(looks, query=query, size=(80, 23)) as ui:
        yield ui


def types(ui: TuiDriver) -> list[str | None]:
    return [one.type for one in ui.sessions()]


async def test_a_view_with_a_type_of_the_list_stays_and_shows_that_type_alone() -> None:
    for kind in KINDS:
        async with looking(f'type:"{kind.lower()}"') as ui:
            assert types(ui) == [kind]
            assert ui.query_line().endswith("1 of 104 runs")


async def test_a_view_with_a_type_that_the_first_list_does_not_have_says_so_and_shows_all() -> None:
    async with demo_app(start=demo_start(query="type:CollctJob")) as ui:
        assert ui.query().empty
        assert ui.footer().startswith("No session type is called 'CollctJob': did you mean CollectJob?")


async def test_a_type_of_the_list_can_be_typed_completed_and_pasted() -> None:
    async with looking() as ui:
        await ui.press("slash", *"type", "colon", *"syncchec", "tab", "enter")
        assert ui.query().text == "type:SyncCheck"
        assert types(ui) == ["SyncCheck"]
        await ui.press("slash", "ctrl+u", *"type", "colon", *"syncchekc")
        assert "! No session type is called 'syncchekc': did you mean SyncCheck?" in ui.tally()


async def test_l_on_the_board_shows_the_runs_of_any_type() -> None:
    async with looking() as ui:
        for kind in KINDS:
            await ui.press("B")
            place = [name for name, _ in ui.overview_rows()].index(kind)
            await ui.press("g", *["j"] * place, "l")
            await ui.wait_at("session_list")
            assert types(ui) == [kind]
