"""The screens go by the server's clock wherever they need to know what time it is."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from emtui.tui.way_back import way_back
from looks import NOON, run
from other_clock import AFTER, RUNNING, TEN, OtherClock, id_of
from rogue import PASSWORD, USER, identity, rogue
from textual.pilot import Pilot

from emtui.em.address import Server, Trust
from emtui.em.client import Client
from emtui.em.model import Listing, Log
from emtui.em.proxy import Proxies
from emtui.em.secret import Secret
from emtui.local.connection import Connection
from emtui.local.remembered_logon import Remember
from emtui.monitor.recording.records import Look, Read
from emtui.monitor.recording.replay import Replay
from emtui.tui.app import EmtuiApp
from emtui.tui.options import LaunchOptions
from emtui.tui.screens.login.screen import LoginScreen
from emtui.tui.screens.lookup import LookupScreen
from emtui.tui.screens.raw import RawPage
from emtui.tui.screens.text_viewer import TextScreen
from emtui.tui.widgets.status_line import StatusLine

CLOCKS = {
    "ten minutes ahead": (TEN, None),
    "25 minutes behind": (timedelta(minutes=-25), None),
    "three days ahead": (timedelta(days=3), None),
    "says nothing": (timedelta(), ""),
    "says 1970": (timedelta(), "Thu, 01 Jan 1970 00:00:07 GMT"),
}
ABOUT_4M = re.compile(r"\b(3m59s|[45]m\d\ds)\b")


@dataclass(frozen=True)
class Seat:
    """A person at the list of this server."""

    app: EmtuiApp
    pilot: Pilot[int]

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(500):
            if holds():
                await self.pilot.pause()
                return
            await self.pilot.pause(0.02)
        raise AssertionError("it never came to that:\n" + "\n".join(self.lines()))

    @property
    def listing(self) -> LookupScreen:
        screen = self.app.lookup_screen
        assert screen is not None
        return screen

    def lines(self) -> list[str]:
        """The list as painted."""
        painted = self.listing.sessions.render_lines(self.listing.size.region)
        return [strip.text.rstrip() for strip in painted if strip.text.strip()]

    def line(self, name: str) -> str:
        """A line of the page that is shown."""
        return self.app.page.query_one(f"#{name}", StatusLine).render_line(0).text.strip()

    def ids(self) -> list[str]:
        """The runs in the list."""
        return [row.id for row in self.listing.sessions.rows]

    async def ask_for(self, query: str) -> None:
        """Type a query and keep it."""
        await self.pilot.press("0", "slash", *("minus" if key == "-" else key for key in query), "enter")
        await self.pilot.pause()
        await self.listing.sessions.at_rest()


@asynccontextmanager
async def seated(tmp_path: Path, clock: OtherClock, query: str = "") -> AsyncIterator[Seat]:
    known = identity(tmp_path, days=60)
    async with rogue(clock, known.context()) as server:
        where, trust = Server("127.0.0.1", server.port), Trust(pin=known.sha256)
        client = await Client.connect(where, USER, Secret(PASSWORD), trust=trust, proxies=Proxies())
        connection = Connection(server=where, user=USER, trust=trust, password=Secret(PASSWORD))
        app = EmtuiApp(LaunchOptions(connection, query=query, remember=False, at_once=False, zone=UTC))
        async with app.run_test(size=(120, 30)) as pilot:
            await pilot.pause()
            app.post_message(LoginScreen.LoggedOn(client, connection, Remember.NO))
            seat = Seat(app, pilot)
            await seat.until(lambda: app.lookup_screen is not None and seat.listing.attention is not None)
            yield seat
        if app.client:
            await app.client.close()


@pytest.fixture(params=CLOCKS)
def clock(request: pytest.FixtureRequest) -> OtherClock:
    return OtherClock(*CLOCKS[request.param])


async def test_what_runs_is_as_long_on_every_page_as_the_server_says(
    tmp_path: Path, clock: OtherClock
) -> None:
    async with seated(tmp_path, clock) as seat:
        assert "running" in seat.lines()[1]
        assert ABOUT_4M.search(seat.lines()[1])
        hours = {f"{when:%H}h failed" for when in (clock.now, clock.now - timedelta(minutes=2))}
        assert any(hour in seat.line("tally") for hour in hours), seat.line("tally")
        assert any("CollectJob has run for" in sentence for sentence in seat.listing.sentences)
        await seat.pilot.press("enter")
        await seat.until(lambda: seat.app.page.as_of() is not None and not seat.app.page.busy)
        assert ABOUT_4M.search(seat.line("head"))
        await seat.pilot.press("i")
        await seat.until(lambda: isinstance(seat.app.page, RawPage))
        page = seat.app.page
        assert isinstance(page, RawPage)
        assert ABOUT_4M.search(page.text)


async def test_queries_go_by_the_servers_clock(tmp_path: Path, clock: OtherClock) -> None:
    async with seated(tmp_path, clock) as seat:
        for query in ("took:>3m took:<10m", "is:stuck", "ratio:>5 ratio:<15"):
            await seat.ask_for(query)
            assert seat.ids() == [id_of(RUNNING)], query
        await seat.ask_for("type:LogExport since:24h")
        assert seat.ids() == [id_of(AFTER)]
        just_now = clock.now - timedelta(minutes=3)
        await seat.ask_for(f"!is:running since:{just_now:%H:%M:%S}")
        assert seat.ids() == []


async def test_a_query_from_the_start_is_read_by_the_servers_clock_and_stays(
    tmp_path: Path, clock: OtherClock
) -> None:
    async with seated(tmp_path, clock, "type:LogExport since:24h") as seat:
        await seat.listing.sessions.at_rest()
        assert seat.ids() == [id_of(AFTER)]
        assert seat.listing.query_now.text == "type:LogExport since:24h"
        before = seat.listing.query_now
        looks = seat.listing.follow.health.responses
        await seat.pilot.press("r")
        await seat.until(lambda: seat.listing.follow.health.responses > looks)
        assert seat.listing.query_now is before
        command = way_back(Server("em01.example.net"), before, seat.listing.order)
        told = re.search(r"since:([-0-9T:]+Z)", command)
        assert told, command
        meant = datetime.fromisoformat(told[1])
        assert abs(meant - (clock.now - timedelta(days=1))) < timedelta(minutes=2)


async def test_an_order_by_length_follows_what_runs(tmp_path: Path) -> None:
    clock = OtherClock(TEN, running=timedelta(seconds=58))
    async with seated(tmp_path, clock) as seat:
        seat.listing.order = type(seat.listing.order)("duration_s", descending=True)
        await seat.listing.sessions.at_rest()
        follow = seat.listing.follow
        await seat.until(lambda: seat.ids()[0] == id_of(RUNNING) or _poll(seat))
        assert follow.snapshot is seat.listing.snapshot
        assert seat.ids()[0] == id_of(RUNNING), "the exports took a minute"


def _poll(seat: Seat) -> bool:
    """Ask once more."""
    seat.listing.follow.refresh()
    return False


async def test_health_says_how_far_the_clocks_are_apart(tmp_path: Path, clock: OtherClock) -> None:
    async with seated(tmp_path, clock) as seat:
        apart = "The server's clock is "
        assert (apart in seat.line("foot")) == bool(clock.ahead)
        await seat.pilot.press("exclamation_mark")
        page = seat.app.page
        assert isinstance(page, TextScreen)
        wanted = {
            timedelta(): "the server does not say what time it is",
            TEN: "ahead of this computer's",
            timedelta(days=3): "ahead of this computer's",
        }.get(clock.ahead, "behind this computer's")
        assert wanted in page.text


async def test_a_recording_goes_by_the_clock_that_was_recorded() -> None:
    going, good = run(1, "InProgress"), [run(number) for number in range(2, 9)]
    listing = Listing((going, *good))
    skew = timedelta(minutes=-11)
    records = (
        Look(NOON, listing, 2000, 0.5, skew),
        Read(NOON, going.uid, Log(())),
        Look(NOON + TEN, listing),
    )
    replay = Replay("night.jsonl", iter(records))
    start = LaunchOptions(
        Connection(), mark="REPLAY", remember=False, now=replay.now, replay=replay, zone=UTC
    )
    app = EmtuiApp(start)
    async with app.run_test(size=(120, 30)) as pilot:
        seat = Seat(app, pilot)
        await seat.until(lambda: app.lookup_screen is not None and seat.listing.attention is not None)
        assert " 4m0" in seat.lines()[1], "begun at 11:45, 12:00 here, 11:49 there"
        await seat.ask_for("took:<10m is:running")
        assert seat.ids() == [going.id]
        await seat.pilot.press("enter")
        await seat.until(lambda: "for 4m" in seat.line("head"))


@pytest.mark.parametrize(
    ("there", "query", "told"),
    [
        (datetime(2026, 10, 25, 12, tzinfo=UTC), "since:02:10A", ""),
        (NOON, "", "since:02:10A: the clock does not show 02:10 twice: leave the letter A out."),
    ],
)
@pytest.mark.parametrize("here", [datetime(2026, 10, 25, 12, tzinfo=UTC), NOON])
async def test_a_start_with_an_hour_that_comes_twice_goes_by_the_servers_day(
    there: datetime, query: str, told: str, here: datetime
) -> None:
    listing, ahead = Listing((run(1),)), there - here
    looks = [Look(when, listing, 2000, 0.5, ahead) for when in (here, here + TEN)]
    replay = Replay("night.jsonl", iter(looks))
    start = LaunchOptions(
        Connection(),
        mark="REPLAY",
        remember=False,
        now=replay.now,
        replay=replay,
        zone=ZoneInfo("Europe/Berlin"),
        query="since:02:10A",
    )
    app = EmtuiApp(start)
    async with app.run_test(size=(120, 30)) as pilot:
        seat = Seat(app, pilot)
        await seat.until(lambda: app.lookup_screen is not None and seat.listing.attention is not None)
        assert seat.listing.query_now.text == query
        if told:
            await seat.until(lambda: told in seat.line("foot"))
