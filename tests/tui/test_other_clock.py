"""The screens use the server's clock wherever they need the current time."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from scripted_server import PASSWORD, USER, make_identity, scripted_server
from skewed_clock_server import LESS_THAN_A_DAY_AGO, RUNNING, TEN_MINUTES, SkewedServer, id_of
from snapshot_factory import NOON, numbered_run
from tui_driver import TuiDriver, replay_app, running_app

from emtui.em.client import Client
from emtui.em.model import Listing, Log
from emtui.em.proxy import ProxySettings
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust
from emtui.local.connection import Connection
from emtui.monitor.recording.recording_format import RecordedList, RecordedLog
from emtui.query import SortOrder
from emtui.tui.formatting.open_command import Location, open_command
from emtui.tui.launch_options import LaunchOptions

CLOCKS = {
    "ten minutes ahead": (TEN_MINUTES, None),
    "25 minutes behind": (timedelta(minutes=-25), None),
    "three days ahead": (timedelta(days=3), None),
    "sends no date": (timedelta(), ""),
    "sends 1970": (timedelta(), "Thu, 01 Jan 1970 00:00:07 GMT"),
}
ABOUT_4M = re.compile(r"\b(3m59s|[45]m\d\ds)\b")


def session_ids(ui: TuiDriver) -> list[str]:
    """The runs in the list."""
    return [row.id for row in ui.sessions()]


async def apply_query(ui: TuiDriver, query: str) -> None:
    """Type a query and accept it."""
    await ui.press("0", "slash", *query, "enter")
    await ui.wait_idle()


@asynccontextmanager
async def running_app_with_clock(
    tmp_path: Path, clock: SkewedServer, query: str = ""
) -> AsyncIterator[TuiDriver]:
    server_identity = make_identity(tmp_path, days=60)
    async with scripted_server(clock, server_identity.tls_context()) as server:
        address, trust = Server("127.0.0.1", server.port), Trust(pin=server_identity.sha256)
        client = await Client.connect(address, USER, Secret(PASSWORD), trust=trust, proxies=ProxySettings())
        connection = Connection(server=address, user=USER, trust=trust, password=Secret(PASSWORD))
        start = LaunchOptions(connection, query=query, remember=False, log_on_at_once=False, zone=UTC)
        async with running_app(start, (120, 30)) as ui:
            await ui.log_on(client, connection)
            await ui.wait_assessed()
            yield ui


@pytest.fixture(params=CLOCKS)
def clock(request: pytest.FixtureRequest) -> SkewedServer:
    return SkewedServer(*CLOCKS[request.param])


async def test_running_durations_use_the_servers_clock_on_every_screen(
    tmp_path: Path, clock: SkewedServer
) -> None:
    async with running_app_with_clock(tmp_path, clock) as ui:
        assert "running" in ui.rows()[0]
        assert ABOUT_4M.search(ui.rows()[0])
        cells = [
            when.replace(minute=when.minute // 30 * 30)
            for when in (clock.now, clock.now - timedelta(minutes=2))
        ]
        starts = tuple(f"{cell + timedelta(minutes=30):%H:%M}│" for cell in cells)
        assert ui.match_tally().startswith(starts), "the strip ends with the server's present"
        assert "►│now" in ui.match_tally()
        assert any("CollectJob  running for" in alert for alert in ui.alerts())
        await ui.press("enter")
        await ui.wait_for(lambda: "as of" in ui.top() and not ui.is_requesting())
        assert ABOUT_4M.search(ui.head())
        await ui.press("i")
        await ui.wait_for(lambda: ui.screen_name() == "raw_view")
        assert ABOUT_4M.search(ui.text())


async def test_queries_use_the_servers_clock(tmp_path: Path, clock: SkewedServer) -> None:
    async with running_app_with_clock(tmp_path, clock) as ui:
        for query in ("took:>3m took:<10m", "is:stuck", "ratio:>5 ratio:<15"):
            await apply_query(ui, query)
            assert session_ids(ui) == [id_of(RUNNING)], query
        await apply_query(ui, "type:LogExport since:24h")
        assert session_ids(ui) == [id_of(LESS_THAN_A_DAY_AGO)]
        just_now = clock.now - timedelta(minutes=3)
        await apply_query(ui, f"!is:running since:{just_now:%H:%M:%S}")
        assert session_ids(ui) == []


async def test_a_startup_query_uses_the_servers_clock_and_stays(tmp_path: Path, clock: SkewedServer) -> None:
    async with running_app_with_clock(tmp_path, clock, "type:LogExport since:24h") as ui:
        await ui.wait_idle()
        assert session_ids(ui) == [id_of(LESS_THAN_A_DAY_AGO)]
        assert ui.query().text == "type:LogExport since:24h"
        before = ui.query()
        looks = ui.health().response_count
        await ui.press("r")
        await ui.wait_for(lambda: ui.health().response_count > looks)
        assert ui.query() is before
        command = open_command(Server("em01.example.net"), Location(before, ui.order()))
        match = re.search(r"since:([-0-9T:]+Z)", command)
        assert match, command
        meant = datetime.fromisoformat(match[1])
        assert abs(meant - (clock.now - timedelta(days=1))) < timedelta(minutes=2)


async def test_sorting_by_duration_follows_running_sessions(tmp_path: Path) -> None:
    clock = SkewedServer(TEN_MINUTES, running_age=timedelta(seconds=58))
    async with running_app_with_clock(tmp_path, clock) as ui:
        while ui.order() != SortOrder("duration_s", is_descending=True):
            await ui.press("o")
        await ui.wait_idle()
        await ui.wait_for(lambda: session_ids(ui)[0] == id_of(RUNNING) or _poll(ui))
        assert session_ids(ui)[0] == id_of(RUNNING), "the exports took a minute"


def _poll(ui: TuiDriver) -> bool:
    """Refresh once more."""
    ui.poll()
    return False


async def test_statistics_show_the_clock_difference(tmp_path: Path, clock: SkewedServer) -> None:
    async with running_app_with_clock(tmp_path, clock) as ui:
        warning = " ".join(ui.footer().split())
        assert ("The server's clock is " in warning) == bool(clock.skew)
        await ui.press("exclamation_mark")
        wanted = {
            timedelta(): "the server sends no time",
            TEN_MINUTES: "ahead of this computer's",
            timedelta(days=3): "ahead of this computer's",
        }.get(clock.skew, "behind this computer's")
        assert wanted in ui.text()
        assert not clock.skew or f"{wanted}. !: details." in warning


async def test_a_replay_uses_the_recorded_clock() -> None:
    going, good = numbered_run(1, "InProgress"), [numbered_run(number) for number in range(2, 9)]
    listing = Listing((going, *good))
    skew = timedelta(minutes=-11)
    records = (
        RecordedList(NOON, listing, 2000, 0.5, skew),
        RecordedLog(NOON, going.uid, Log(())),
        RecordedList(NOON + TEN_MINUTES, listing),
    )
    async with replay_app(records) as ui:
        assert " 4m0" in ui.rows()[0], "begun at 11:45, 12:00 here, 11:49 there"
        await apply_query(ui, "took:<10m is:running")
        assert session_ids(ui) == [going.id]
        await ui.press("enter")
        await ui.wait_for(lambda: "for 4m" in ui.head())


@pytest.mark.parametrize(
    ("server_time", "query", "message"),
    [
        (datetime(2026, 10, 25, 12, tzinfo=UTC), "since:02:10A", ""),
        (NOON, "", "since:02:10A: 02:10 does not occur twice: remove the letter A."),
    ],
)
@pytest.mark.parametrize("local_time", [datetime(2026, 10, 25, 12, tzinfo=UTC), NOON])
async def test_a_startup_query_with_a_repeated_hour_uses_the_servers_day(
    server_time: datetime, query: str, message: str, local_time: datetime
) -> None:
    listing, ahead = Listing((numbered_run(1),)), server_time - local_time
    looks = [RecordedList(when, listing, 2000, 0.5, ahead) for when in (local_time, local_time + TEN_MINUTES)]
    async with replay_app(looks, zone=ZoneInfo("Europe/Berlin"), query="since:02:10A") as ui:
        assert ui.query().text == query
        if message:
            await ui.wait_for(lambda: message in ui.footer())
