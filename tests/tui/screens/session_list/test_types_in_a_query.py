"""A type of the server: accepted before the first list, checked against it then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from session_factory import HOUR, MINUTE, NOON, make_run, make_series
from tui_driver import TuiDriver, demo_app, demo_start, replay_app

from emtui.em.model import Listing
from emtui.monitor.recording.recording_format import RecordedList

KINDS = ("SyncCheck", "catalog crawl", "CatalogCrawlJob", "A,B")


@asynccontextmanager
async def list_with_own_types(query: str = "") -> AsyncIterator[TuiDriver]:
    """Run emtui with this view on a list with types of its own."""
    own_runs = [make_run(NOON - place * MINUTE, kind) for place, kind in enumerate(KINDS)]
    looks = [RecordedList(NOON, Listing((*own_runs, *make_series("CollectJob", HOUR, NOON - HOUR))))]
    async with replay_app(looks, query=query, size=(80, 23)) as ui:
        yield ui


def types(ui: TuiDriver) -> list[str | None]:
    return [one.type for one in ui.sessions()]


async def test_a_view_with_a_type_of_the_list_stays_and_shows_that_type_alone() -> None:
    for kind in KINDS:
        async with list_with_own_types(f'type:"{kind.lower()}"') as ui:
            assert types(ui) == [kind]
            assert ui.query_line().endswith("1 of 104 runs")


async def test_a_view_with_a_type_missing_from_the_first_list_shows_an_error_and_all_runs() -> None:
    async with demo_app(start=demo_start(query="type:CollctJob")) as ui:
        assert ui.query().is_empty
        assert ui.footer().startswith("No session type is called 'CollctJob': did you mean CollectJob?")


async def test_a_type_of_the_list_can_be_typed_completed_and_pasted() -> None:
    async with list_with_own_types() as ui:
        await ui.press("slash", *"type", "colon", *"syncchec", "tab", "enter")
        assert ui.query().text == "type:SyncCheck"
        assert types(ui) == ["SyncCheck"]
        await ui.press("slash", "ctrl+u", *"type", "colon", *"syncchekc")
        assert "! No session type is called 'syncchekc': did you mean SyncCheck?" in ui.match_tally()


async def test_l_on_the_overview_shows_the_runs_of_any_type() -> None:
    async with list_with_own_types() as ui:
        for kind in KINDS:
            await ui.press("B")
            place = [name for name, _ in ui.overview_rows()].index(kind)
            await ui.press("g", *["j"] * place, "l")
            await ui.wait_at("session_list")
            assert types(ui) == [kind]
