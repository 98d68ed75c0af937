"""The difference of two runs on its screen: asked for, followed as a log grows, stopped, chosen anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
from emtui.tui.screens.page import Page
from starlette.types import ASGIApp, Receive, Scope, Send
from textual.pilot import Pilot

from emtui.demo.app import PASSWORD, Settings, create_app
from emtui.demo.world import World
from emtui.em.address import Server, Trust
from emtui.em.client import Client
from emtui.em.model import Outcome, Session
from emtui.em.proxy import Proxies
from emtui.em.secret import Secret
from emtui.local.connection import Connection
from emtui.local.remembered_logon import Remember
from emtui.monitor.history_cache import HistoryCache
from emtui.tui.app import EmtuiApp
from emtui.tui.commands import Place
from emtui.tui.options import LaunchOptions
from emtui.tui.screens.difference import DifferenceScreen
from emtui.tui.screens.login.screen import LoginScreen
from emtui.tui.widgets.status_line import StatusLine

NIGHT = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
SERVER = Server("em01.example.net")
USER = r"EXAMPLE\ops"
THOUGHTS = {"judge", "explain", "compare", "ask"}


@dataclass
class Gate:
    """A demo whose answers for some paths wait until the gate is opened; it counts what was asked."""

    demo: ASGIApp
    shut: str = "no path"
    open: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        self.asked.append(path)
        if self.shut in path:
            await self.open.wait()
        await self.demo(scope, receive, send)


@dataclass
class Night:
    """The demo's night, with a clock whose hands are moved by the test."""

    app: EmtuiApp
    pilot: Pilot[int]
    gate: Gate
    hands: list[datetime]

    @property
    def screen(self) -> DifferenceScreen:
        assert isinstance(self.app.screen, DifferenceScreen)
        return self.app.screen

    def newest(self, kind: str, outcome: Outcome) -> Session:
        listing = self.app.lookup_screen
        assert listing
        assert listing.snapshot
        rows = listing.snapshot.sessions
        return next(row for row in rows if row.type == kind and row.outcome is outcome)

    async def until(self, fits: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not fits():
                await self.pilot.pause(0.01)

    async def settled(self) -> None:
        def at_rest() -> bool:
            busy = any(isinstance(page, Page) and page.busy for page in self.app.screen_stack)
            return not busy and all(one.is_finished for one in self.app.workers if one.group in THOUGHTS)

        await self.pilot.pause()
        await self.until(at_rest)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.settled()

    def at(self, place: Place) -> bool:
        return self.app.page.PLACE is place

    def line(self, name: str) -> str:
        return self.app.screen.query_one(f"#{name}", StatusLine).render_line(0).text.strip()

    @property
    def under_cursor(self) -> str:
        lines = self.screen.lines
        return lines.render_line(lines.cursor - lines.top + 1).text.rstrip()

    @property
    def empty(self) -> str:
        return " ".join(self.screen.lines.empty)


@asynccontextmanager
async def night(at: datetime = NIGHT) -> AsyncIterator[Night]:
    hands = [at]
    gate = Gate(create_app(Settings(World(1, NIGHT), clock=lambda: hands[0])))
    transport = httpx.ASGITransport(gate)
    client = await Client.connect(
        SERVER,
        USER,
        Secret(PASSWORD),
        trust=Trust(),
        proxies=Proxies(),
        transport=transport,
        now=lambda: hands[0],
    )
    connection = Connection(server=SERVER, user=USER, trust=Trust())
    app = EmtuiApp(LaunchOptions(connection, remember=False, at_once=False, now=lambda: hands[0], zone=UTC))
    async with app.run_test(size=(80, 23)) as pilot:
        await pilot.pause()
        app.post_message(LoginScreen.LoggedOn(client, connection, Remember.NO))
        found = Night(app, pilot, gate, hands)
        await found.until(lambda: bool(app.lookup_screen and app.lookup_screen.board))
        yield found
    await client.close()


async def test_d_shows_the_difference_with_the_last_good_run_and_d_again_the_events() -> None:
    async with night() as seen:
        await seen.press("e", "enter", "d")
        assert seen.at(Place.DIFFERENCE)
        assert seen.line("with").startswith("with the last good run, Sun 22 Nov 01:55:09, 15m17s earlier")
        assert seen.line("tally").startswith("4 new, 2 missing, none of 11 steps slower")
        assert seen.line("tally").endswith("15 lines, 13 then")
        assert seen.under_cursor.startswith("›-")
        await seen.press("e")
        assert seen.under_cursor.startswith("›-")
        assert seen.under_cursor.endswith("Collection finished")
        await seen.press("e")
        assert "No difference below this line." in seen.line("foot")
        await seen.press("E", "enter")
        assert seen.at(Place.PAGE)
        await seen.press("q", "d")
        assert seen.at(Place.DETAIL)


async def test_lines_are_searched_while_one_types_and_n_goes_from_match_to_match_round_the_end() -> None:
    async with night() as seen:
        await seen.press("e", "d", "slash", *"BS03")
        assert "bs03" in seen.under_cursor
        first = seen.screen.lines.here
        await seen.press("enter")
        assert seen.line("tally").startswith("/ BS03")
        assert seen.line("tally").endswith(f"{len(seen.screen.matches)} of 17 lines match")
        await seen.press("n")
        assert "bs03" in seen.under_cursor
        assert seen.screen.lines.here != first
        for _ in range(len(seen.screen.matches) - 1):
            await seen.press("n")
        assert seen.screen.lines.here == first
        await seen.press("N")
        assert seen.screen.lines.here == seen.screen.matches[-1]
        await seen.press("escape")
        assert seen.line("tally").startswith("4 new, 2 missing")
        await seen.press("g", "n")
        assert seen.under_cursor.startswith("›-"), "the next difference, as nothing is searched"


async def test_a_search_in_vain_says_so_and_esc_while_typing_brings_back_what_was_sought() -> None:
    async with night() as seen:
        await seen.press("e", "d", "slash", *"nonesuch", "enter")
        assert seen.line("foot").startswith("No line holds “nonesuch”.")
        await seen.press("n")
        assert seen.line("foot").startswith("No line holds “nonesuch”.")
        await seen.press("slash", "ctrl+u", *"bs02", "escape")
        assert seen.screen.sought == "nonesuch"
        await seen.press("escape")
        assert seen.at(Place.DIFFERENCE)
        await seen.press("escape")
        assert seen.at(Place.DETAIL)


async def test_of_lines_that_are_not_there_it_is_not_said_that_none_holds_what_is_sought() -> None:
    async with night() as seen:
        seen.gate.shut = "/events"
        await seen.pilot.press("e", "d")
        await seen.until(lambda: seen.at(Place.DIFFERENCE))
        await seen.pilot.press("slash", *"bs02", "enter", "n")
        await seen.until(lambda: seen.line("foot").startswith("There are no lines yet"))
        seen.gate.open.set()
        await seen.settled()
        await seen.press("n")
        assert "bs02" in seen.under_cursor


async def test_from_the_list_d_opens_the_run_at_its_difference_and_q_leads_to_its_events_and_back() -> None:
    async with night() as seen:
        await seen.press("d")
        assert seen.line("head").startswith("CollectJob  ► running")
        assert seen.line("with").startswith("so far with the last good run, Mon 23 Nov 01:55:01")
        await seen.press("q")
        assert seen.at(Place.DETAIL)
        await seen.press("q")
        assert seen.at(Place.LOOKUP)


async def test_each_log_is_asked_for_once_though_it_is_wanted_by_an_explanation_too() -> None:
    async with night() as seen:
        await seen.press("e", "d")
        good = seen.screen.last_good
        assert good
        await seen.press("q", "d", "q", "d")
        assert sum(good.id in path for path in seen.gate.asked) == 1


async def test_a_run_that_goes_on_is_followed_and_the_cursor_stays_on_its_line() -> None:
    async with night() as seen:
        await seen.press("d", "j")
        before, count = seen.under_cursor, len(seen.screen.lines.rows)
        ahead = seen.line("tally")
        assert "2 to come" in ahead
        seen.hands[0] += timedelta(seconds=40)
        await seen.press("r")
        assert seen.line("tally") != ahead
        assert seen.under_cursor == before
        seen.hands[0] += timedelta(minutes=10)
        await seen.press("r")
        assert "to come" not in seen.line("tally")
        assert seen.line("with").startswith("with the last good run")
        assert seen.under_cursor == before
        assert len(seen.screen.lines.rows) >= count


async def test_a_step_that_goes_on_lasts_longer_with_each_look_though_nothing_comes() -> None:
    async with night() as seen:
        seen.app.open_difference(seen.newest("DatabaseMaintenance", Outcome.RUNNING))
        await seen.settled()
        assert seen.under_cursor.split()[:3] == ["›", "2h11m", "32s"]
        seen.hands[0] += timedelta(hours=1)
        seen.screen.detail.action_ask()
        await seen.settled()
        seen.screen._wait_on()  # noqa: SLF001 - what its timer does
        await seen.settled()
        assert seen.under_cursor.split()[:3] == ["›", "3h11m", "32s"]


async def test_another_run_is_chosen_from_a_list_with_the_cursor_on_the_last_good_one() -> None:
    async with night() as seen:
        await seen.press("e", "enter", "D")
        assert seen.at(Place.CHOICE)
        assert seen.line("title").startswith("Compare CollectJob of Sun 22 Nov 02:10:27 with")
        await seen.press("escape")
        assert seen.at(Place.DETAIL)
        await seen.press("D", "down", "enter")
        assert seen.line("with").startswith("with the run of Sun 22 Nov 01:40:01, success, 30m25s earlier")
        await seen.press("D", "up", "enter")
        assert seen.line("with").startswith("with the last good run, Sun 22 Nov 01:55:09")


async def test_without_a_good_run_before_it_one_sentence_says_so_and_one_can_be_chosen() -> None:
    async with night() as seen:
        oldest = [
            row
            for row in seen.app.lookup_screen.snapshot.sessions  # type: ignore[union-attr]
            if row.type == "LicenseRevoke"
        ][-1]
        seen.app.open_difference(oldest)
        await seen.settled()
        assert seen.empty == "No good run of LicenseRevoke before this one is listed. D chooses another run"
        await seen.press("e", "s", "z", "y", "enter")
        assert seen.at(Place.DIFFERENCE)
        await seen.press("D", "enter")
        assert "later" in seen.line("with")
        assert seen.screen.lines.count > 0


async def test_what_is_asked_for_is_said_and_escape_stops_it() -> None:
    async with night() as seen:
        failed = seen.newest("CollectJob", Outcome.FAILED)
        seen.app.open_session(failed)
        await seen.settled()
        seen.gate.shut = seen.app.screen.explanation.last_good.id  # type: ignore[attr-defined]
        seen.app.past = HistoryCache()
        await seen.pilot.press("d")
        await seen.until(lambda: seen.screen.busy)
        assert seen.empty == f"asking {SERVER} for the log of the other run Esc stops"
        await seen.pilot.press("escape")
        await seen.settled()
        assert "Stopped. r asks again." in seen.line("foot")
        assert seen.empty == "The other run could not be compared. r asks again, D chooses another"
        seen.gate.open.set()
        await seen.press("r")
        assert seen.screen.lines.count > 0


async def test_an_answer_that_was_overtaken_is_dropped() -> None:
    async with night() as seen:
        await seen.press("e", "enter", "D", *["down"] * 8)  # beyond the logs that the explanation has read
        slow = seen.app.screen.query_one("Runs").selected  # type: ignore[attr-defined]
        seen.gate.shut = slow.id
        await seen.pilot.press("enter")
        await seen.until(lambda: seen.at(Place.DIFFERENCE) and seen.screen.busy)
        await seen.pilot.press("D", "up", "enter")
        await seen.until(lambda: bool(seen.screen.found))
        seen.gate.open.set()
        await seen.settled()
        assert seen.screen.found
        assert seen.screen.found.there.uid != slow.uid
        assert slow.id not in seen.screen.compared


async def test_the_way_back_names_both_runs_and_nobody() -> None:
    async with night() as seen:
        failed = seen.newest("CollectJob", Outcome.FAILED)
        seen.app.open_difference(failed)
        await seen.settled()
        good = seen.screen.last_good
        assert good
        await seen.press("Q")
        assert seen.app.way_back == f"emtui open --server {SERVER} {failed.id} --compare {good.id}"


async def test_what_needs_somebody_leads_on_from_a_difference_to_the_next_run() -> None:
    async with night() as seen:
        await seen.press("e", "d", "a")
        assert seen.at(Place.DETAIL)
        assert seen.line("head").startswith("DatabaseMaintenance")
        assert not any(isinstance(page, DifferenceScreen) for page in seen.app.screen_stack)


async def test_the_text_of_it_has_every_line_and_names_no_user() -> None:
    async with night() as seen:
        await seen.press("e", "d")
        text = seen.screen.plain_text()
        assert text
        lines = text().splitlines()
        assert lines[0].startswith(f"{SERVER}  as of 2026-11-23 02:12:04 +00:00")
        assert lines[1].startswith("CollectJob  failed  2026-11-22 02:10:27 +00:00")
        assert sum(line.startswith("+ ") for line in lines[6:]) == 4
        assert "ops" not in text()
