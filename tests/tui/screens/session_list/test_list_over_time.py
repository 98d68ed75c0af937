"""The list while it is polled: changes, freshness, absence, notifications, logons, zones."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from scripted_server import (
    GOOD_REPLIES,
    PASSWORD,
    REFUSED_REPLY,
    SCRIPTS,
    USER,
    ReceivedRequest,
    ScriptedEmServer,
    ScriptedReply,
    make_identity,
    make_reply,
    route_of,
    scripted_server,
)
from tui_driver import TuiDriver, poll_sessions_every, running_app, set_second_logon_delay

from emtui.em.client import Client
from emtui.em.proxy import ProxySettings
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust
from emtui.em.server_clock import utc_now
from emtui.local.connection import Connection
from emtui.local.last_viewed import load_last_viewed, save_last_viewed
from emtui.local.profiles import Profile
from emtui.local.recent_sessions import load_recent_sessions
from emtui.monitor.clock_steps import ClockReading
from emtui.tui.launch_options import LaunchOptions

FRIDAY = datetime(2026, 11, 20, 18, 2, tzinfo=UTC)
SERVICE_UNAVAILABLE = make_reply("503 Service Unavailable", b"", "")
NS = 'xmlns="http://www.veeam.com/ent/v1.0"'


@dataclass
class SettableClocks:
    """A clock that the test advances; a sleep ends only when the test wakes it.

    `slept` passed only on the wall, and with `boot` for whoever reads all clocks; so did `set`, which
    did not pass at all.
    """

    elapsed_s: float = 0.0
    slept_s: float = 0.0
    set_forward_s: float = 0.0
    has_boot_clock: bool = True

    def now(self) -> datetime:
        return FRIDAY + timedelta(seconds=self.elapsed_s + self.slept_s + self.set_forward_s)

    def read_all(self) -> ClockReading:
        real = ClockReading.now()
        boot = (real.boot or 0.0) + self.slept_s if self.has_boot_clock else None
        return ClockReading(real.wall + self.slept_s + self.set_forward_s, real.monotonic, boot)

    def monotonic(self) -> float:
        return self.elapsed_s

    async def wait(self, event: asyncio.Event, _: float | None) -> None:
        await event.wait()


@dataclass
class ScriptedEnterpriseManager:
    """An Enterprise Manager with a run every quarter of an hour, number 39 at six on Friday."""

    states: dict[int, str] = field(default_factory=lambda: dict.fromkeys(range(40), "CompletedSuccessfully"))
    event_count: int = 2
    list_failure: ScriptedReply | None = None
    logon_reply: ScriptedReply = GOOD_REPLIES["logon"]
    current_date: Callable[[], datetime] | None = None
    keeps_logs: bool = True
    type_by_number: dict[int, str] = field(default_factory=dict)
    has_references_only: bool = False

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        route = route_of(request)
        if route == "logon":
            return self.logon_reply
        if route == "list" and self.has_references_only and not self.list_failure:
            return self._reply(f"<EntityReferences {NS}>{''.join(self._references())}</EntityReferences>")
        if route == "list":
            return self.list_failure or self._reply(
                f"<SystemSessions {NS}>{''.join(self._rows())}</SystemSessions>"
            )
        if route == "session":
            number = int(request.path.partition("/systemSessions/")[2][:8], 16)
            if number not in self.states:
                return make_reply("404 Not Found")
            return self._reply(self._row(number, f"SystemSession {NS}", "SystemSession"))
        if route == "events" and not self.keeps_logs:
            return make_reply("404 Not Found")
        if route == "events":
            events = "".join(
                f"<Events><CreationTimeUTC>2026-11-20T18:00:{number:02}</CreationTimeUTC>"
                f"<Message>line {number}</Message><Order>{number}</Order></Events>"
                for number in range(1, self.event_count + 1)
            )
            return self._reply(f"<SystemSessionEvents {NS}>{events}</SystemSessionEvents>")
        return GOOD_REPLIES[route]

    def _reply(self, body: str) -> ScriptedReply:
        date = f"Date: {self.current_date():%a, %d %b %Y %H:%M:%S GMT}\r\n" if self.current_date else ""
        return make_reply("200 OK", body.encode(), f"Content-Type: application/xml\r\n{date}")

    def _rows(self) -> Iterable[str]:
        return (self._row(number) for number in self.states)

    def _references(self) -> Iterable[str]:
        uids = (f"urn:veeam:SystemSession:{number:08x}-0000-4000-8000-000000000000" for number in self.states)
        return (f'<Ref UID="{uid}" Name="run" Type="SystemSessionReference"/>' for uid in uids)

    def _row(self, number: int, tag: str = "Sessions", end: str = "Sessions") -> str:
        state = self.states[number]
        started = FRIDAY - timedelta(minutes=2) + timedelta(minutes=15 * (number - 39))
        ended = started + timedelta(minutes=1)
        result = {"Failed": "Failed", "InProgress": "None"}.get(state, "Success")
        end_element = "" if state == "InProgress" else f"<EndTimeUTC>{ended:%Y-%m-%dT%H:%M:%SZ}</EndTimeUTC>"
        return (
            f'<{tag} Type="SystemSession" Name="run {number}"'
            f' UID="urn:veeam:SystemSession:{number:08x}-0000-4000-8000-000000000000">'
            f"<SessionType>{self.type_by_number.get(number, 'CollectJob')}</SessionType>"
            f"<CreationTimeUTC>{started:%Y-%m-%dT%H:%M:%SZ}</CreationTimeUTC>{end_element}<State>{state}</State>"
            f"<Result><Result>{result}</Result><Message>message {number}</Message>"
            f"<IsCanceled>false</IsCanceled></Result></{end}>"
        )


@dataclass
class WatchedList:
    """A user who watches the list; `poll` lets the next poll run."""

    ui: TuiDriver
    exit_stack: AsyncExitStack
    context: ssl.SSLContext
    server: ScriptedEmServer
    enterprise_manager: ScriptedEnterpriseManager
    clocks: SettableClocks

    async def poll(self, seconds: float = 60) -> None:
        """Advance the clock and run the next poll, whatever its result."""
        self.clocks.elapsed_s += seconds
        await self.ui.poll_once()

    async def stop_server(self) -> None:
        """Stop listening and close all connections."""
        await self.exit_stack.aclose()

    async def restart_server(self) -> None:
        """Start the same server on its port."""
        restarted = scripted_server(self.enterprise_manager, self.context, self.server.port)
        self.server = await self.exit_stack.enter_async_context(restarted)

    def numbers(self) -> list[int]:
        """The runs in the list, by their numbers."""
        return [int(session.id[:8], 16) for session in self.ui.sessions()]

    @property
    def selected(self) -> int:
        selected = self.ui.selected()
        assert selected
        return int(selected.id[:8], 16)


def use_test_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep state and logs in the test's own folder."""
    for name in ("STATE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))


@asynccontextmanager
async def watched_list(
    tmp_path: Path,
    profile: dict[str, object] | None = None,
    *,
    remember: bool = False,
    date: Callable[[], datetime] | None = None,
    zone: tzinfo = UTC,
    is_clock_shared: bool = False,
) -> AsyncIterator[WatchedList]:
    """The app of a user who logged on Friday at 18:02, and its server.

    With `is_clock_shared` the client uses the same clock, so that the server's clock offset is certain.
    """
    server_identity, enterprise_manager, clocks = (
        make_identity(tmp_path),
        ScriptedEnterpriseManager(current_date=date),
        SettableClocks(),
    )
    async with AsyncExitStack() as exit_stack:
        context = server_identity.tls_context()
        server = await exit_stack.enter_async_context(scripted_server(enterprise_manager, context))
        address = Server("127.0.0.1", server.port)
        trust = Trust(pin=server_identity.sha256)
        now = clocks.now if is_clock_shared else utc_now
        client = await Client.connect(
            address, USER, Secret(PASSWORD), trust=trust, proxies=ProxySettings(), now=now
        )
        profile_with_pin = Profile("prod", address, USER, pin=server_identity.sha256, **(profile or {}))  # type: ignore[arg-type] # as told
        connection = Connection(
            profile=profile_with_pin, server=address, user=USER, trust=trust, password=Secret(PASSWORD)
        )
        options = LaunchOptions(
            connection, remember=remember, log_on_at_once=False, now=clocks.now, zone=zone
        )
        async with running_app(options) as ui:
            await ui.log_on(client, connection)
            await ui.wait_listed(complete=False)
            ui.use_clock(clocks)
            yield WatchedList(ui, exit_stack, context, server, enterprise_manager, clocks)


# --- changes -----------------------------------------------------------------


async def test_new_and_changed_runs_are_marked_until_they_were_seen(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        watch.enterprise_manager.states[39] = "InProgress"
        await watch.poll()
        assert watch.ui.rows()[0][:2] == "▌~"
        await watch.ui.press("down", "up")
        await watch.poll()
        assert watch.ui.rows()[0][:2] == "▌ ", "it was seen"
        watch.enterprise_manager.states |= {39: "CompletedSuccessfully", 40: "InProgress"}
        await watch.poll()
        new, changed, old, *_ = watch.ui.rows()
        assert (new[:2], changed[:2], old[:2]) == ("▌+", " ~", "  ")
        await watch.poll()
        assert watch.ui.rows()[0][:2] == "▌+", "without a key it does not count as seen"
        await watch.ui.press("j")
        await watch.poll()
        assert watch.ui.marks()[:3] == [" ", " ", " "]


async def test_the_top_is_followed_and_nothing_moves_elsewhere(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        await watch.ui.press("Z")
        watch.enterprise_manager.states[40] = "InProgress"
        await watch.poll()
        assert watch.selected == 40
        await watch.ui.press("ctrl+d", "ctrl+d", "up")
        selected, line = watch.selected, watch.ui.cursor_line()
        watch.enterprise_manager.states |= dict.fromkeys(range(41, 59), "CompletedSuccessfully")
        await watch.poll()
        assert (watch.selected, watch.ui.cursor_line()) == (selected, line)
        assert "18 new runs above" in watch.ui.query_line()
        await watch.ui.press("U")
        assert watch.selected == 41
        await watch.ui.press("g", "F")
        watch.enterprise_manager.states[59] = "InProgress"
        await watch.poll()
        assert watch.selected == 58
        assert "1 new run above" in watch.ui.query_line()


async def test_a_poll_without_a_change_paints_nothing_but_the_time(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        await watch.poll()
        painted = watch.ui.count_painted_rows()
        before = watch.ui.snapshot()
        await watch.poll()
        assert painted() == 0
        after = watch.ui.snapshot()
        assert before
        assert after
        assert after.sessions is before.sessions
        assert "as of 18:04:00" in watch.ui.top()


async def test_the_sentence_of_a_resolved_alert_disappears(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        watch.enterprise_manager.states[40] = "Failed"
        await watch.poll(900)
        await watch.ui.wait_for(lambda: bool(watch.ui.alert_types()))
        await watch.ui.press("F", "a")
        await watch.ui.wait_for(
            lambda: watch.ui.detail().startswith("CollectJob failed at 18:15, last success 18:00")
        )
        watch.enterprise_manager.states[41] = "CompletedSuccessfully"
        await watch.poll(900)
        await watch.ui.wait_for(lambda: not watch.ui.alert_types())
        assert watch.selected == 40
        assert watch.ui.detail() == "message 40"


# --- freshness ----------------------------------------------------------------


async def test_stale_after_two_missed_polls_and_lost_after_three(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        await watch.poll()
        watch.enterprise_manager.list_failure = SERVICE_UNAVAILABLE
        await watch.poll()
        assert "as of 18:03:00" in watch.ui.top()
        assert "STALE" not in watch.ui.top()
        assert watch.ui.error_text() == "", "one miss is no news"
        await watch.poll()
        assert "STALE  as of 18:03:00" in watch.ui.top()
        assert "overloaded" in watch.ui.error_text()
        assert set(watch.ui.marks()) == {"?"}
        await watch.poll()
        assert "NO DATA since Fri 18:03:00" in watch.ui.top()
        await watch.poll()
        assert "NO DATA since Fri 18:03:00" in watch.ui.top()
        assert len(watch.numbers()) == 40
        watch.enterprise_manager.list_failure = None
        await watch.poll()
        assert "as of 18:08:00" in watch.ui.top()
        assert watch.ui.error_text() == ""
        assert set(watch.ui.marks()) == {" "}


async def test_missed_polls_are_said_while_an_earlier_list_is_shown(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        await watch.poll()
        await watch.ui.press("C", "A")
        await watch.ui.wait_for(lambda: "AS OF" in watch.ui.top())
        watch.enterprise_manager.list_failure = SERVICE_UNAVAILABLE
        await watch.poll()
        await watch.poll()
        assert "STALE  AS OF" in watch.ui.top()
        await watch.poll()
        assert "NO DATA  AS OF" in watch.ui.top()


@pytest.mark.parametrize("name", ["server-error", "cut", "cut-document", "html-list", "too-often", "brotli"])
async def test_a_truncated_response_never_counts_as_complete(tmp_path: Path, name: str) -> None:
    async with watched_list(tmp_path) as watch:
        counts = watch.ui.match_tally()
        watch.enterprise_manager.list_failure = SCRIPTS[name].reply
        for _ in range(4):
            await watch.poll()
            top = watch.ui.top()
            assert "as of 18:02:00" in top or "NO DATA since Fri 18:02:00" in top
            assert watch.ui.match_tally() == counts


async def test_by_hand_the_first_failure_is_shown_and_esc_dismisses_it(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        watch.enterprise_manager.list_failure = SERVICE_UNAVAILABLE
        await watch.ui.press("r")
        await watch.ui.wait_for(lambda: bool(watch.ui.error_text()))
        await watch.ui.press("escape")
        await watch.poll()
        assert watch.ui.error_text() == "", "the same sentence again is no news"


async def test_p_pauses_on_every_screen_and_r_refreshes_once(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        await watch.ui.press("p")
        assert "PAUSED  as of 18:02:00 +00:00" in watch.ui.top()
        asked = len(watch.server.requests)
        watch.clocks.elapsed_s += 3600
        await watch.ui.pause(0.1)
        assert len(watch.server.requests) == asked
        await watch.ui.press("r")
        await watch.ui.wait_for(lambda: "PAUSED  as of 19:02:00" in watch.ui.top())
        await watch.ui.press("enter", "enter")
        await watch.ui.wait_for(lambda: watch.ui.screen_name() == "session_detail")
        assert "PAUSED" in watch.ui.top()
        await watch.ui.press("q", "p")
        await watch.ui.wait_for(lambda: "PAUSED" not in watch.ui.top())


async def test_keys_never_make_two_requests_at_once(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        watch.enterprise_manager.list_failure = ScriptedReply(b"", then="hang")
        asked = len(watch.server.requests)
        await watch.ui.press("r")
        await watch.ui.wait_for(lambda: len(watch.server.requests) > asked)
        await watch.ui.press(*["r", "f5", "p", "p"] * 5)
        assert len(watch.server.requests) == asked + 1
        await watch.ui.press("escape")
        await watch.ui.wait_for(lambda: not watch.ui.is_polling())


async def test_durations_use_the_servers_clock_and_its_offset_is_reported(tmp_path: Path) -> None:
    async with watched_list(
        tmp_path, date=lambda: datetime.now(UTC) + timedelta(minutes=7, seconds=10)
    ) as watch:
        assert "The server's clock is 7m" in watch.ui.footer()
        watch.enterprise_manager.states[39] = "InProgress"
        await watch.poll()
        assert "running" in watch.ui.rows()[0]
        assert "10m" in watch.ui.rows()[0], "begun at 18:00, 18:03 here, 18:10 there"
        await watch.ui.press("exclamation_mark")
        assert watch.ui.screen_name() == "text_viewer"
        text = watch.ui.text()
        assert "ahead of this computer's" in text


async def test_health_shows_traffic_and_gaps(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        watch.enterprise_manager.list_failure = SERVICE_UNAVAILABLE
        for _ in range(3):
            await watch.poll()
        watch.enterprise_manager.list_failure = None
        await watch.poll()
        await watch.ui.press("exclamation_mark")
        assert watch.ui.screen_name() == "text_viewer"
        text = watch.ui.text()
        for expected in (
            "every 60 s: 60 per hour",
            "Fri 20 Nov 18:02:00 +00:00 – Fri 20 Nov 18:06:00 +00:00",
            "overloaded",
            "Last collected",
            "Certificate",
            "0 of 40 not fully readable",
        ):
            assert expected in text


# --- sleep ------------------------------------------------------------------------

EIGHT_HOURS = 8 * 3600


async def test_after_sleep_the_list_is_stale_and_requested_at_once_and_the_time_counts_as_absence(
    tmp_path: Path,
) -> None:
    async with watched_list(tmp_path) as watch:
        await watch.poll()
        watch.enterprise_manager.list_failure = ScriptedReply(b"", then="hang")
        asked = watch.server.count("GET")
        watch.enterprise_manager.states |= {40: "Failed", 41: "CompletedSuccessfully"}
        watch.clocks.slept_s = EIGHT_HOURS
        await watch.ui.wait_for(lambda: "STALE  as of" in watch.ui.top())
        await watch.ui.wait_for(lambda: watch.server.count("GET") > asked)
        assert set(watch.ui.marks()) == {"?"}
        await watch.ui.press("j")
        watch.enterprise_manager.list_failure = None
        await watch.ui.press("escape", "r")
        await watch.ui.wait_for(lambda: "STALE" not in watch.ui.top())
        assert "as of 02:03:00" in watch.ui.top()
        assert watch.ui.absence() == (
            "Fri 18:02 – Sat 02:03: 1 failed (u: next), 1 ok of 2 runs;"
            " no data Fri 18:03 – Sat 02:03, history restored from server"
        )
        await watch.ui.press("exclamation_mark")
        assert watch.ui.screen_name() == "text_viewer"
        assert "This computer was suspended." in watch.ui.text()
        assert "Fri 20 Nov 18:03:00 +00:00 – Sat 21 Nov 02:03:00 +00:00" in watch.ui.text()


async def test_a_request_from_before_sleep_is_canceled_and_sent_again(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        watch.enterprise_manager.list_failure = ScriptedReply(b"", then="hang")
        asked = watch.server.count("GET")
        watch.clocks.elapsed_s += 60
        watch.ui.poll()
        await watch.ui.wait_for(lambda: watch.server.count("GET") == asked + 1)
        watch.enterprise_manager.list_failure = None
        watch.clocks.slept_s = EIGHT_HOURS
        await watch.ui.wait_for(lambda: "as of 02:03:00" in watch.ui.top() and not watch.ui.is_stale())
        assert watch.server.count("GET") == asked + 2


async def test_a_key_right_after_sleep_does_not_make_the_absence_count_as_activity(
    tmp_path: Path,
) -> None:
    async with watched_list(tmp_path) as watch:
        await watch.poll()
        watch.clocks.slept_s = EIGHT_HOURS
        await watch.ui.press("j")
        await watch.ui.wait_for(lambda: bool(watch.ui.absence()))
        assert watch.ui.absence().startswith("Fri 18:02 – Sat 02:03: no run ended; no data Fri 18:03")


async def test_a_collected_alert_is_sent_after_sleep_whatever_the_monotonic_clock_says(
    tmp_path: Path,
) -> None:
    async with watched_list(tmp_path) as watch:
        watch.enterprise_manager.type_by_number[41] = "LogExport"
        watch.enterprise_manager.states |= {40: "Failed"}
        await watch.poll()
        watch.enterprise_manager.states |= {41: "Failed"}
        await watch.poll()
        assert watch.ui.bells == 1
        watch.clocks.slept_s = EIGHT_HOURS
        await watch.ui.wait_for(lambda: watch.ui.bells == 2)


async def test_a_network_that_needs_a_moment_after_sleep_is_no_outage(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        await watch.poll()
        watch.enterprise_manager.list_failure = SERVICE_UNAVAILABLE
        failures = watch.ui.health().failure_count
        watch.clocks.slept_s = EIGHT_HOURS
        await watch.ui.wait_for(lambda: watch.ui.health().failure_count > failures)
        assert "STALE  as of 18:03:00" in watch.ui.top()
        assert watch.ui.bells == 0
        for _ in range(2):
            await watch.poll()
        assert "NO DATA since Fri 18:03:00" in watch.ui.top()
        assert watch.ui.bells == 1


async def test_while_paused_sleep_is_marked_and_nothing_is_requested(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        await watch.ui.press("p")
        asked = watch.server.count("GET")
        watch.clocks.slept_s = EIGHT_HOURS
        await watch.ui.wait_for(lambda: "PAUSED  STALE  18:02:00 +00:00" in watch.ui.top())
        await watch.ui.pause(0.2)
        assert watch.server.count("GET") == asked
        await watch.ui.press("r")
        await watch.ui.wait_for(lambda: "STALE" not in watch.ui.top())
        assert "no data Fri 18:02" in watch.ui.absence()


async def test_an_open_running_session_is_requested_at_once_after_sleep(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        watch.enterprise_manager.states[39] = "InProgress"
        await watch.poll()
        await open_newest(watch)
        watch.enterprise_manager.states[39] = "Failed"
        watch.clocks.slept_s = EIGHT_HOURS
        await watch.ui.wait_for(lambda: "failed" in watch.ui.head())


@pytest.mark.parametrize("boot", [True, False])
async def test_a_clock_set_forward_is_no_sleep_if_the_servers_clock_shows_it(
    tmp_path: Path, boot: bool
) -> None:
    passed = [0.0]
    async with watched_list(
        tmp_path, date=lambda: FRIDAY + timedelta(seconds=sum(passed)), is_clock_shared=True
    ) as watch:
        watch.clocks.has_boot_clock = boot
        passed[0] = 60
        watch.ui.check_clocks()
        await watch.poll()
        watch.clocks.set_forward_s = EIGHT_HOURS
        await watch.ui.wait_for(lambda: "as of 02:03:00" in watch.ui.top() and not watch.ui.is_stale())
        assert watch.ui.absence() == (
            "This computer's clock was set forward by 8h00m, from Fri 18:03 to Sat 02:03."
        )
        await watch.ui.press("exclamation_mark")
        assert watch.ui.screen_name() == "text_viewer"
        assert (
            "Fri 20 Nov 18:03:00 +00:00 – Sat 21 Nov 02:03:00 +00:00:"
            " This computer's clock was set forward by 8h00m." in watch.ui.text()
        )
        assert watch.ui.health().gap_count == 0
        await watch.ui.press("q", "escape")
        assert not watch.ui.absence()


async def test_without_the_servers_clock_it_may_have_been_sleep(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        await watch.poll()
        watch.clocks.set_forward_s = EIGHT_HOURS
        await watch.ui.wait_for(lambda: bool(watch.ui.absence()))
        assert "no data Fri 18:03 – Sat 02:03" in watch.ui.absence()
        await watch.ui.press("exclamation_mark")
        assert watch.ui.screen_name() == "text_viewer"
        assert "This computer was suspended, or its clock was set forward." in watch.ui.text()


async def test_a_clock_set_back_is_reported_and_is_no_sleep(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        await watch.poll()
        watch.clocks.set_forward_s = -3600
        await watch.ui.wait_for(lambda: "as of 17:03:00" in watch.ui.top())
        assert (
            watch.ui.absence() == "This computer's clock was set back by 1h00m, from Fri 18:03 to Fri 17:03."
        )
        assert not watch.ui.is_stale()
        assert watch.ui.health().gap_count == 0
        await watch.ui.press("exclamation_mark")
        assert watch.ui.screen_name() == "text_viewer"
        assert "none since emtui started" in watch.ui.text()
        assert "by 1h00m: Fri 20 Nov 18:03:00 +00:00 to Fri 20 Nov 17:03:00" in watch.ui.text()


# --- absence ------------------------------------------------------------


async def test_after_ten_minutes_without_a_key_a_line_summarizes_the_absence(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        await watch.poll()
        assert not watch.ui.absence()
        watch.enterprise_manager.states |= {
            40: "Failed",
            41: "CompletedSuccessfully",
            42: "CompletedSuccessfully",
        }
        watch.enterprise_manager.list_failure = SERVICE_UNAVAILABLE
        for _ in range(3):
            await watch.poll(600)
        watch.enterprise_manager.list_failure = None
        await watch.poll(600)
        assert watch.ui.absence()
        assert watch.ui.absence() == (
            "Fri 18:02 – Fri 18:43: 1 failed (u: next), 2 ok of 3 runs;"
            " no data Fri 18:03 – Fri 18:43, history restored from server"
        )
        assert watch.selected == 42
        await watch.ui.press("j")
        assert watch.selected == 40, "a key does what it always does; 41 is folded with 42"
        assert watch.ui.absence()
        await watch.ui.press("escape")
        assert not watch.ui.absence()


# --- notifications ------------------------------------------------------------------


async def test_the_bell_rings_for_a_new_failure_and_never_for_the_first_poll(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        assert watch.ui.bells == 0
        watch.enterprise_manager.states |= {40: "Failed"}
        await watch.poll()
        assert watch.ui.bells == 1
        watch.enterprise_manager.states |= {41: "Failed"}
        await watch.poll()
        assert watch.ui.bells == 1


async def test_a_lost_connection_rings_once(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        watch.enterprise_manager.list_failure = SERVICE_UNAVAILABLE
        for _ in range(6):
            await watch.poll()
        assert watch.ui.bells == 1


async def test_each_outage_rings_once_and_runs_the_command_once(tmp_path: Path) -> None:
    notifications = tmp_path / "told"
    command = ("sh", "-c", 'printf "%s\\n" "$1" >>"$0"', str(notifications))

    def has_notified(outages: int) -> bool:
        return notifications.exists() and len(notifications.read_text().splitlines()) == outages

    async with watched_list(tmp_path, {"notify_command": command}) as watch:
        for outage in (1, 2, 3):
            await watch.poll(1200)
            assert "NO DATA" not in watch.ui.top()
            await watch.stop_server()
            for missed in range(1, 6):
                await watch.poll()
                assert watch.ui.bells == outage - (missed < 3), "it rings with the third request that failed"
            await watch.ui.wait_for(partial(has_notified, outage))
            await watch.restart_server()
        await watch.poll()
        assert watch.ui.bells == 3
        assert has_notified(3)
        assert all("refused the connection" in line for line in notifications.read_text().splitlines())


def notifications_in(file: Path) -> list[str]:
    """The sentences that the command received."""
    return file.read_text().splitlines() if file.exists() else []


def command_writing_to(file: Path) -> tuple[str, ...]:
    """A command that writes its sentence to a file."""
    return ("sh", "-c", 'printf "%s\\n" "$1" >>"$0"', str(file))


async def test_an_outage_is_worse_than_a_failure_and_rings_at_once(tmp_path: Path) -> None:
    notifications = tmp_path / "told"
    async with watched_list(tmp_path, {"notify_command": command_writing_to(notifications)}) as watch:
        watch.enterprise_manager.states |= {40: "Failed"}
        await watch.poll()
        assert watch.ui.bells == 1
        watch.enterprise_manager.list_failure = SERVICE_UNAVAILABLE
        for missed in range(1, 10):
            await watch.poll()
            assert watch.ui.bells == 1 + (missed >= 3)
        for _ in range(5):
            await watch.poll()
        assert watch.ui.bells == 2, "once for each outage"
        await watch.ui.wait_for(lambda: len(notifications_in(notifications)) == 2)
        assert "CollectJob failed" in notifications_in(notifications)[0]
        assert "overloaded" in notifications_in(notifications)[1]


async def test_two_types_that_fail_in_the_same_list_are_notified_in_one_sentence(tmp_path: Path) -> None:
    notifications = tmp_path / "told"
    async with watched_list(tmp_path, {"notify_command": command_writing_to(notifications)}) as watch:
        watch.enterprise_manager.type_by_number |= {40: "LogExport", 41: "LicenseUpdate"}
        watch.enterprise_manager.states |= {40: "Failed", 41: "Failed"}
        await watch.poll()
        assert watch.ui.bells == 1
        await watch.ui.wait_for(lambda: len(notifications_in(notifications)) == 1)
        (line,) = notifications_in(notifications)
        assert "2 types failed: " in line
        assert "LogExport (message 40)" in line
        assert "LicenseUpdate (message 41)" in line
        assert watch.ui.footer().startswith(line[:40]), "the footer says why it rang"


async def test_alerts_within_ten_minutes_are_combined_into_one_notification(
    tmp_path: Path,
) -> None:
    notifications = tmp_path / "told"
    async with watched_list(tmp_path, {"notify_command": command_writing_to(notifications)}) as watch:
        watch.enterprise_manager.list_failure = SERVICE_UNAVAILABLE
        for _ in range(3):
            await watch.poll()
        watch.enterprise_manager.list_failure = None
        watch.enterprise_manager.type_by_number |= {40: "LogExport", 41: "LicenseUpdate"}
        watch.enterprise_manager.states |= {40: "Failed"}
        await watch.poll()
        watch.enterprise_manager.states |= {41: "Failed"}
        await watch.poll()
        watch.enterprise_manager.states |= {42: "Failed"}
        await watch.poll()
        assert watch.ui.bells == 1
        await watch.poll(7 * 60 - 1)
        assert (watch.ui.bells, len(notifications_in(notifications))) == (1, 1)
        await watch.poll(1)
        assert watch.ui.bells == 2
        await watch.ui.wait_for(lambda: len(notifications_in(notifications)) == 2)
        line = notifications_in(notifications)[1]
        for expected in (
            "connection lost 18:05, restored 18:06",
            "3 types failed",
            "LogExport (message 40)",
            "LicenseUpdate (message 41)",
            "CollectJob (message 42)",
        ):
            assert expected in line
        for _ in range(3):
            await watch.poll(1200)
        assert watch.ui.bells == 2, "each once"


async def test_a_failure_that_was_acknowledged_meanwhile_is_not_notified(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        watch.enterprise_manager.states |= {40: "Failed"}
        await watch.poll()
        watch.enterprise_manager.type_by_number[41] = "LogExport"
        watch.enterprise_manager.states |= {41: "Failed"}
        await watch.poll()
        await watch.ui.press("g", "m", *"seen", "enter")
        await watch.ui.wait_for(lambda: watch.ui.detail().startswith("acknowledged"))
        await watch.poll(1200)
        assert watch.ui.bells == 1


async def test_a_run_without_details_rings_once_its_outcome_is_loaded(
    tmp_path: Path,
) -> None:
    async with watched_list(tmp_path) as watch:
        watch.enterprise_manager.has_references_only = True
        watch.enterprise_manager.states |= {40: "Failed"}
        await watch.poll()
        await watch.ui.wait_for(lambda: watch.ui.bells == 1)
        await watch.poll(1200)
        assert watch.ui.bells == 1


async def test_the_command_and_its_children_end_with_emtui(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    command = ("sh", "-c", 'sleep 600 & echo $$ $! >"$0"; wait', str(pids))
    async with watched_list(tmp_path, {"notify_command": command}) as watch:
        watch.enterprise_manager.states |= {40: "Failed"}
        await watch.poll()
        await watch.ui.wait_for(lambda: pids.exists() and len(pids.read_text().split()) == 2)
        leader, child = map(int, pids.read_text().split())
        assert is_running(leader)
        assert is_running(child)
    for _ in range(100):
        if not is_running(leader) and not is_running(child):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it outlives emtui")


def is_running(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_each_refused_logon_rings_and_changes_the_title(tmp_path: Path) -> None:
    async with watched_list(tmp_path, {"title": True}) as watch:
        titles = watch.ui.record_titles()
        for refusal in (1, 2):
            watch.enterprise_manager.list_failure = watch.enterprise_manager.logon_reply = REFUSED_REPLY
            await watch.poll(1200)
            assert "LOGON REFUSED" in watch.ui.error_text()
            assert watch.ui.bells == refusal
            await watch.ui.wait_for(lambda: titles[-1:] == ["emtui prod: NO DATA"])
            watch.enterprise_manager.list_failure, watch.enterprise_manager.logon_reply = (
                None,
                GOOD_REPLIES["logon"],
            )
            await watch.ui.press("L")
            await watch.ui.wait_for(lambda: watch.ui.screen_name() == "login")
            await watch.ui.press(*PASSWORD, "enter")
            await watch.ui.wait_for(
                lambda: watch.ui.screen_name() == "session_list" and not watch.ui.is_lost()
            )
            await watch.ui.wait_for(lambda: titles[-1:] == ["emtui prod"])


async def test_a_screen_above_the_list_no_longer_shows_a_lost_connection_once_the_server_answers(
    tmp_path: Path,
) -> None:
    async with watched_list(tmp_path) as watch:
        await watch.poll()
        await watch.ui.press("B")

        watch.enterprise_manager.list_failure = SERVICE_UNAVAILABLE
        for _ in range(3):
            await watch.poll()
        assert "NO DATA" in watch.ui.top()
        watch.enterprise_manager.list_failure = None
        await watch.poll()
        assert "NO DATA" not in watch.ui.top()
        await watch.ui.press("q", "Z", "enter")
        await watch.ui.wait_for(
            lambda: watch.ui.screen_name() == "session_detail" and not watch.ui.is_requesting()
        )
        watch.enterprise_manager.list_failure = SERVICE_UNAVAILABLE
        for _ in range(3):
            await watch.poll()
        assert "NO DATA" in watch.ui.top()
        watch.enterprise_manager.list_failure = None
        await watch.poll()
        assert "NO DATA" not in watch.ui.top()


async def test_a_profile_may_be_silent_and_may_run_a_command(tmp_path: Path) -> None:
    notifications = tmp_path / "told"
    command = ("sh", "-c", 'printf %s "$1" >"$0"', str(notifications))
    async with watched_list(tmp_path, {"silent": True, "notify_command": command}) as watch:
        watch.enterprise_manager.states |= {40: "Failed"}
        await watch.poll()
        await watch.ui.wait_for(lambda: notifications.exists() and notifications.stat().st_size > 0)
        assert watch.ui.bells == 0
        assert "CollectJob failed" in notifications.read_text()
        assert "message 40" in notifications.read_text()


# --- logon ------------------------------------------------------------------------


async def test_an_expired_logon_is_renewed_silently(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        logons = watch.server.count("POST")
        ended = iter([make_reply("401 Unauthorized")])

        def expired(asked: ReceivedRequest) -> ScriptedReply:
            return (
                next(ended, None) or watch.enterprise_manager(asked)
                if route_of(asked) == "list"
                else watch.enterprise_manager(asked)
            )

        watch.server.reply_to = expired
        await watch.poll()
        assert watch.server.count("POST") == logons + 1
        assert watch.ui.error_text() == ""
        assert "as of 18:03:00" in watch.ui.top()


async def test_a_refused_logon_is_shown_above_the_unchanged_view_and_l_logs_on_again(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        await watch.ui.press("slash", *"messa")
        watch.enterprise_manager.list_failure = make_reply("401 Unauthorized")
        watch.enterprise_manager.logon_reply = REFUSED_REPLY
        await watch.poll()
        assert "LOGON REFUSED" in watch.ui.error_text()
        assert "L: log on again" in watch.ui.error_text()
        assert "NO DATA since Fri 18:02:00" in watch.ui.top()
        await watch.ui.press("g", "e", "enter")
        assert watch.ui.query().text == "message", "the keys still went into the query"
        attempts = watch.server.count("POST")
        await watch.ui.press("down", "down", "r")
        await watch.ui.pause(0.3)
        assert watch.server.count("POST") == attempts, "no other password was given"
        selected = watch.selected
        watch.enterprise_manager.list_failure, watch.enterprise_manager.logon_reply = (
            None,
            GOOD_REPLIES["logon"],
        )
        watch.enterprise_manager.states[40] = "CompletedSuccessfully"
        watch.clocks.elapsed_s += 3600
        await watch.ui.press("L")
        await watch.ui.wait_for(lambda: watch.ui.screen_name() == "login")
        await watch.ui.press(*PASSWORD, "enter")
        await watch.ui.wait_for(lambda: watch.ui.screen_name() == "session_list" and 40 in watch.numbers())
        assert watch.selected == selected
        assert watch.ui.query().text == "message"
        assert watch.ui.error_text() == ""
        assert "as of 19:03:00" in watch.ui.top()


async def test_a_refusal_just_after_an_outage_is_tried_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_second_logon_delay(monkeypatch, timedelta(seconds=3))
    use_test_folders(tmp_path, monkeypatch)
    async with watched_list(tmp_path, remember=True) as watch:
        watch.enterprise_manager.list_failure = SERVICE_UNAVAILABLE
        await watch.poll()
        watch.enterprise_manager.list_failure = watch.enterprise_manager.logon_reply = REFUSED_REPLY
        attempts = watch.server.count("POST")
        await watch.poll()
        assert "LOGON REFUSED" in watch.ui.error_text()
        await watch.ui.press("exclamation_mark")
        assert watch.ui.screen_name() == "text_viewer"
        assert "Logon retry     once, at" in watch.ui.text()
        await watch.ui.press("q")
        watch.enterprise_manager.list_failure, watch.enterprise_manager.logon_reply = (
            None,
            GOOD_REPLIES["logon"],
        )
        await watch.ui.wait_for(lambda: "as of 18:04:00" in watch.ui.top())
        assert watch.ui.error_text() == ""
        assert watch.server.count("POST") == attempts + 2


@pytest.mark.parametrize("why", ["no outage", "not wanted", "refused again"])
async def test_other_refusals_are_never_retried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    set_second_logon_delay(monkeypatch, timedelta(seconds=0.1))
    use_test_folders(tmp_path, monkeypatch)
    profile: dict[str, object] = {"no_second_logon": True} if why == "not wanted" else {}
    async with watched_list(tmp_path, profile, remember=True) as watch:
        if why != "no outage":
            watch.enterprise_manager.list_failure = SERVICE_UNAVAILABLE
            await watch.poll()
        watch.enterprise_manager.list_failure = watch.enterprise_manager.logon_reply = REFUSED_REPLY
        attempts = watch.server.count("POST")
        await watch.poll()
        await watch.ui.pause(0.8)
        assert watch.server.count("POST") == attempts + 1 + (why == "refused again")


async def test_sessions_that_ended_since_the_last_run_of_emtui_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_test_folders(tmp_path, monkeypatch)
    save_last_viewed("prod", FRIDAY - timedelta(hours=1))
    async with watched_list(tmp_path, remember=True) as watch:
        await watch.ui.wait_for(lambda: bool(watch.ui.absence()))
        assert watch.ui.absence() == "Fri 17:02 – Fri 18:02: 4 ok of 4 runs"
        watch.ui.note_last_viewed()
        assert load_last_viewed("prod") == FRIDAY


@pytest.mark.parametrize("remember", [True, False])
async def test_the_sessions_of_the_list_are_saved_for_completion_in_a_shell_if_saving_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remember: bool
) -> None:
    use_test_folders(tmp_path, monkeypatch)
    async with watched_list(tmp_path, remember=remember) as watch:
        server = watch.ui.connection().server
        assert server
        if remember:
            await watch.ui.wait_for(lambda: bool(load_recent_sessions(server).sessions))
        else:
            await watch.poll()
            assert not load_recent_sessions(server).sessions


# --- a running session ----------------------------------------------------------------


async def test_the_events_of_a_running_session_are_polled_and_its_end_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll_sessions_every(monkeypatch, 0.05)
    async with watched_list(tmp_path) as watch:
        watch.enterprise_manager.states[39] = "InProgress"
        watch.enterprise_manager.event_count = 30
        await watch.poll()
        await watch.ui.press("g", "enter")
        await watch.ui.wait_for(
            lambda: watch.ui.screen_name() == "session_detail" and len(watch.ui.events()) == 30
        )
        watch.enterprise_manager.event_count = 31
        await watch.ui.wait_for(lambda: len(watch.ui.events()) == 31)
        assert watch.ui.cursor() == watch.ui.row_count() - 1, "the end is followed"
        await watch.ui.press("g", "j")
        watch.enterprise_manager.event_count = 32
        await watch.ui.wait_for(lambda: len(watch.ui.events()) == 32)
        assert watch.ui.cursor() == 1, "whoever moves up stays there"
        watch.enterprise_manager.states[39] = "Failed"
        await watch.ui.wait_for(lambda: "Run ended: failed." in watch.ui.footer())


# --- a deleted run ----------------------------------------------------------


async def open_newest(watch: WatchedList) -> None:
    """Open the newest run of the list."""
    await watch.ui.press("g", "enter")
    await watch.ui.wait_for(
        lambda: watch.ui.screen_name() == "session_detail" and not watch.ui.is_requesting()
    )


async def test_a_running_session_that_is_removed_is_reported_as_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll_sessions_every(monkeypatch, 0.05)
    async with watched_list(tmp_path) as watch:
        watch.enterprise_manager.states[39] = "InProgress"
        await watch.poll()
        await open_newest(watch)
        del watch.enterprise_manager.states[39]
        await watch.ui.wait_for(lambda: bool(watch.ui.error_text()))
        run = "CollectJob 00000027-0000-4000-8000-000000000000"
        assert (
            f"no longer lists {run}: last seen running at Fri 18:03:00 +00:00, outcome"
            in watch.ui.error_text()
        )
        asked = len(watch.server.requests)
        await watch.ui.pause(0.1)
        assert len(watch.server.requests) == asked, "it is not requested again automatically"
        await watch.ui.press("r")
        await watch.ui.wait_for(lambda: len(watch.server.requests) > asked and not watch.ui.is_requesting())
        assert f"no longer lists {run}" in watch.ui.error_text()


async def test_r_on_a_deleted_log_shows_that_it_is_gone(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        watch.enterprise_manager.keeps_logs = False
        watch.enterprise_manager.states[39] = "Failed"
        await watch.poll()
        await open_newest(watch)
        gone = "The server no longer has the events. r: refresh."
        assert watch.ui.empty_text() == gone
        assert (
            "no longer has the events of session 00000027-0000-4000-8000-000000000000"
            in watch.ui.error_text()
        )
        del watch.enterprise_manager.states[39]
        await watch.ui.press("r")
        await watch.ui.wait_for(lambda: "no longer lists session" in watch.ui.error_text())
        assert watch.ui.empty_text() == gone
        await watch.ui.press("d")
        await watch.ui.wait_for(lambda: watch.ui.screen_name() == "comparison")
        assert gone in watch.ui.empty_text()
        await watch.ui.press("q")
        watch.enterprise_manager.keeps_logs, watch.enterprise_manager.states[39] = True, "Failed"
        await watch.ui.press("r")
        await watch.ui.wait_for(lambda: len(watch.ui.events()) == 2)
        assert (watch.ui.error_text(), watch.ui.empty_text()) == ("", "")


async def test_an_unknown_id_may_be_wrong(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        watch.ui.paste("99999999-0000-4000-8000-000000000000")
        await watch.ui.wait_for(lambda: "the ID is" in watch.ui.error_text())


# --- time zones ----------------------------------------------------------------


def shown_utc_offset(watch: WatchedList) -> str:
    """The UTC offset in the header of the current screen."""
    (offset,) = re.findall(r" ([+-]\d\d:\d\d)", watch.ui.top())
    return str(offset)


async def test_times_start_in_the_servers_zone_and_t_cycles_the_zones(tmp_path: Path) -> None:
    async with watched_list(tmp_path, {"time_zone": "Asia/Kolkata"}, zone=ZoneInfo("Europe/Berlin")) as watch:
        await watch.poll()
        assert "23:30:00" in watch.ui.rows()[0]
        shown = []
        for _ in range(3):
            await watch.ui.press("t")
            shown.append((watch.ui.footer().partition(".")[0], shown_utc_offset(watch)))
        assert shown == [
            ("Times in local time", "+01:00"),
            ("Times in UTC", "+00:00"),
            ("Times in server time, Asia/Kolkata (+05:30)", "+05:30"),
        ]


async def test_without_a_server_zone_t_tells_how_to_set_one(tmp_path: Path) -> None:
    async with watched_list(tmp_path, zone=ZoneInfo("Europe/Berlin")) as watch:
        await watch.poll()
        await watch.ui.press("t", "t")
        assert shown_utc_offset(watch) == "+01:00"
        assert watch.ui.footer().startswith(
            "Times in local time. Set time_zone in the profile to add server time."
        )


async def test_another_zone_shows_the_same_rows_and_keeps_the_querys_meaning(tmp_path: Path) -> None:
    async with watched_list(tmp_path, {"time_zone": "Asia/Kolkata"}) as watch:
        await watch.poll()
        await watch.ui.press("slash", *"since:22:50", "enter")
        rows = watch.numbers()
        await watch.ui.press("t")
        assert watch.ui.query().text == "since:2026-11-20T17:20Z"
        assert watch.numbers() == rows
        assert 0 < len(rows) < len(watch.enterprise_manager.states)
        await watch.ui.press("B")
        assert shown_utc_offset(watch) == "+00:00"


async def test_every_screen_shows_the_zone_in_its_header(tmp_path: Path) -> None:
    async with watched_list(tmp_path, {"time_zone": "Asia/Kolkata"}) as watch:
        await watch.poll()
        for keys in ("Z", "enter", "i", "q q B", "q 4", "q exclamation_mark", "q question_mark", "q L"):
            await watch.ui.press(*keys.split())
            await watch.ui.pause()
            assert shown_utc_offset(watch) == "+05:30", keys
        await watch.ui.press("escape")
        await watch.ui.resize(58, 16)
        watch.enterprise_manager.list_failure = SERVICE_UNAVAILABLE
        for _ in range(3):
            await watch.poll()
        assert shown_utc_offset(watch) == "+05:30"
        assert "NO DATA" in watch.ui.top()


async def test_progress_is_cut_on_a_narrow_terminal(tmp_path: Path) -> None:
    async with watched_list(tmp_path) as watch:
        await watch.ui.resize(58, 16)
        for progress in ("loading " + "e" * length for length in (30, 38, 39, 40, 41, 42, 60, 200)):
            watch.ui.show_progress(progress)
            await watch.ui.pause()
            assert watch.ui.match_tally().endswith(f"{progress}  Esc: cancel"[:58].strip()[-12:])
        watch.ui.show_progress("")
        await watch.ui.pause()
        assert "ok" in watch.ui.match_tally()
