"""The screens go by the server's clock wherever they need to know what time it is."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from looks import NOON, run
from other_clock import AFTER, RUNNING, TEN, OtherClock, id_of
from rogue import PASSWORD, USER, identity, rogue
from tui_driver import TuiDriver, replay_app, running_app

from emtui.em.client import Client
from emtui.em.model import Listing, Log
from emtui.em.proxy import Proxies
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust
from emtui.local.connection import Connection
from emtui.monitor.recording.recording_format import Look, Read
from emtui.query import Order
from emtui.tui.formatting.open_command import Location, open_command
from emtui.tui.launch_options import LaunchOptions

CLOCKS = {
    "ten minutes ahead": (TEN, None),
    "25 minutes behind": (timedelta(minutes=-25), None),
    "three days ahead": (timedelta(days=3), None),
    "says nothing": (timedelta(), ""),
    "says 1970": (timedelta(), "Thu, 01 Jan 1970 00:00:07 GMT"),
}
ABOUT_4M = re.compile(r"\b(3m59s|[45]m\d\ds)\b")


def ids(ui: TuiDriver) -> list[str]:
    """The runs in the list."""
    return [row.id for row in ui.sessions()]


async def ask_for(ui: TuiDriver, query: str) -> None:
    """Type a query and keep it."""
    await ui.press("0", "slash", *query, "enter")
    await ui.wait_idle()


@asynccontextmanager
async def seated(tmp_path: Path, clock: OtherClock, query: str = "") -> AsyncIterator[TuiDriver]:
    known = identity(tmp_path, days=60)
    async with rogue(clock, known.context()) as server:
        where, trust = Server("127.0.0.1", server.port), Trust(pin=known.sha256)
        client = await Client.connect(where, USER, Secret(PASSWORD), trust=trust, proxies=Proxies())
        connection = Connection(server=where, user=USER, trust=trust, password=Secret(PASSWORD))
        start = LaunchOptions(connection, query=query, remember=False, at_once=False, zone=UTC)
        async with running_app(start, (120, 30)) as ui:
            await ui.log_on(client, connection)
            await ui.wait_assessed()
            yield ui


@pytest.fixture(params=CLOCKS)
def clock(request: pytest.FixtureRequest) -> OtherClock:
    return OtherClock(*CLOCKS[request.param])


async def test_what_runs_is_as_long_on_every_page_as_the_server_says(
    tmp_path: Path, clock: OtherClock
) -> None:
    async with seated(tmp_path, clock) as ui:
        assert "running" in ui.rows()[0]
        assert ABOUT_4M.search(ui.rows()[0])
        hours = {f"{when:%H}h failed" for when in (clock.now, clock.now - timedelta(minutes=2))}
        assert any(hour in ui.tally() for hour in hours), ui.tally()
        assert any("CollectJob has run for" in alert for alert in ui.alerts())
        await ui.press("enter")
        await ui.wait_for(lambda: "as of" in ui.top() and not ui.is_requesting())
        assert ABOUT_4M.search(ui.head())
        await ui.press("i")
        await ui.wait_for(lambda: ui.screen_name() == "raw_view")
        assert ABOUT_4M.search(ui.text())


async def test_queries_go_by_the_servers_clock(tmp_path: Path, clock: OtherClock) -> None:
    async with seated(tmp_path, clock) as ui:
        for query in ("took:>3m took:<10m", "is:stuck", "ratio:>5 ratio:<15"):
            await ask_for(ui, query)
            assert ids(ui) == [id_of(RUNNING)], query
        await ask_for(ui, "type:LogExport since:24h")
        assert ids(ui) == [id_of(AFTER)]
        just_now = clock.now - timedelta(minutes=3)
        await ask_for(ui, f"!is:running since:{just_now:%H:%M:%S}")
        assert ids(ui) == []


async def test_a_query_from_the_start_is_read_by_the_servers_clock_and_stays(
    tmp_path: Path, clock: OtherClock
) -> None:
    async with seated(tmp_path, clock, "type:LogExport since:24h") as ui:
        await ui.wait_idle()
        assert ids(ui) == [id_of(AFTER)]
        assert ui.query().text == "type:LogExport since:24h"
        before = ui.query()
        looks = ui.health().responses
        await ui.press("r")
        await ui.wait_for(lambda: ui.health().responses > looks)
        assert ui.query() is before
        command = open_command(Server("em01.example.net"), Location(before, ui.order()))
        told = re.search(r"since:([-0-9T:]+Z)", command)
        assert told, command
        meant = datetime.fromisoformat(told[1])
        assert abs(meant - (clock.now - timedelta(days=1))) < timedelta(minutes=2)


async def test_an_order_by_length_follows_what_runs(tmp_path: Path) -> None:
    clock = OtherClock(TEN, running=timedelta(seconds=58))
    async with seated(tmp_path, clock) as ui:
        while ui.order() != Order("duration_s", descending=True):
            await ui.press("o")
        await ui.wait_idle()
        await ui.wait_for(lambda: ids(ui)[0] == id_of(RUNNING) or _poll(ui))
        assert ids(ui)[0] == id_of(RUNNING), "the exports took a minute"


def _poll(ui: TuiDriver) -> bool:
    """Ask once more."""
    ui.poll()
    return False


async def test_health_says_how_far_the_clocks_are_apart(tmp_path: Path, clock: OtherClock) -> None:
    async with seated(tmp_path, clock) as ui:
        apart = "The server's clock is "
        assert (apart in ui.footer()) == bool(clock.ahead)
        await ui.press("exclamation_mark")
        wanted = {
            timedelta(): "the server does not say what time it is",
            TEN: "ahead of this computer's",
            timedelta(days=3): "ahead of this computer's",
        }.get(clock.ahead, "behind this computer's")
        assert wanted in ui.text()


async def test_a_recording_goes_by_the_clock_that_was_recorded() -> None:
    going, good = run(1, "InProgress"), [run(number) for number in range(2, 9)]
    listing = Listing((going, *good))
    skew = timedelta(minutes=-11)
    records = (
        Look(NOON, listing, 2000, 0.5, skew),
        Read(NOON, going.uid, Log(())),
        Look(NOON + TEN, listing),
    )
    async with replay_app(records) as ui:
        assert " 4m0" in ui.rows()[0], "begun at 11:45, 12:00 here, 11:49 there"
        await ask_for(ui, "took:<10m is:running")
        assert ids(ui) == [going.id]
        await ui.press("enter")
        await ui.wait_for(lambda: "for 4m" in ui.head())


@pytest.mark.parametrize(
    ("there", "query", "told"),
    [
        (datetime(2026, 10, 25, 12, tzinfo=UTC), "since:02:10A", ""),
        (NOON, "", "since:02:10A: 02:10 does not occur twice: remove the letter A."),
    ],
)
@pytest.mark.parametrize("here", [datetime(2026, 10, 25, 12, tzinfo=UTC), NOON])
async def test_a_start_with_an_hour_that_comes_twice_goes_by_the_servers_day(
    there: datetime, query: str, told: str, here: datetime
) -> None:
    listing, ahead = Listing((run(1),)), there - here
    looks = [Look(when, listing, 2000, 0.5, ahead) for when in (here, here + TEN)]
    async with replay_app(looks, zone=ZoneInfo("Europe/Berlin"), query="since:02:10A") as ui:
        assert ui.query().text == query
        if told:
            await ui.wait_for(lambda: told in ui.footer())
