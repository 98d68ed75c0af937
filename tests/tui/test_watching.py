"""The list while it is followed: what moved, how old it is, what happened meanwhile, whom it tells."""

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
from rogue import (
    GOOD,
    PASSWORD,
    REFUSED,
    SCRIPTS,
    USER,
    Asked,
    Reply,
    Rogue,
    identity,
    reply,
    rogue,
    route_of,
)
from textual.pilot import Pilot
from textual.widgets import Static

from emtui.em.address import Server, Trust
from emtui.em.client import Client
from emtui.em.clock import utc_now
from emtui.em.proxy import Proxies
from emtui.em.secret import Secret
from emtui.local.connection import Connection
from emtui.local.profiles import Profile
from emtui.local.remembered_logon import Remember
from emtui.local.watermark import last_look, note_look
from emtui.monitor.backoff import PollSchedule
from emtui.monitor.clocks import ClockReading
from emtui.tui.app import EmtuiApp
from emtui.tui.options import LaunchOptions
from emtui.tui.screens.detail import DetailScreen
from emtui.tui.screens.login.screen import LoginScreen
from emtui.tui.screens.lookup import LookupScreen
from emtui.tui.screens.text_viewer import TextScreen
from emtui.tui.widgets.difference_lines import DifferenceLines
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.status_line import StatusLine

FRIDAY = datetime(2026, 11, 20, 18, 2, tzinfo=UTC)
GONE = reply("503 Service Unavailable", b"", "")
NS = 'xmlns="http://www.veeam.com/ent/v1.0"'


@dataclass
class Hands:
    """A clock whose hands are moved by the test; nobody waits on it but for a wish.

    `slept` passed only on the wall, and with `boot` for whoever reads all clocks; so did `set`, which
    did not pass at all.
    """

    passed: float = 0.0
    slept: float = 0.0
    set: float = 0.0
    boot: bool = True

    def now(self) -> datetime:
        return FRIDAY + timedelta(seconds=self.passed + self.slept + self.set)

    def read_all(self) -> ClockReading:
        real = ClockReading.now()
        boot = (real.boot or 0.0) + self.slept if self.boot else None
        return ClockReading(real.wall + self.slept + self.set, real.monotonic, boot)

    def monotonic(self) -> float:
        return self.passed

    async def wait(self, event: asyncio.Event, _: float | None) -> None:
        await event.wait()


@dataclass
class Manager:
    """An Enterprise Manager with a run every quarter of an hour, number 39 at six on Friday."""

    states: dict[int, str] = field(default_factory=lambda: dict.fromkeys(range(40), "CompletedSuccessfully"))
    lines: int = 2
    bad: Reply | None = None
    logon: Reply = GOOD["logon"]
    date: Callable[[], datetime] | None = None
    keeps_logs: bool = True
    kinds: dict[int, str] = field(default_factory=dict)
    names_only: bool = False

    def __call__(self, asked: Asked) -> Reply:
        route = route_of(asked)
        if route == "logon":
            return self.logon
        if route == "list" and self.names_only and not self.bad:
            return self._reply(f"<EntityReferences {NS}>{''.join(self._names())}</EntityReferences>")
        if route == "list":
            return self.bad or self._reply(f"<SystemSessions {NS}>{''.join(self._rows())}</SystemSessions>")
        if route == "session":
            number = int(asked.path.partition("/systemSessions/")[2][:8], 16)
            if number not in self.states:
                return reply("404 Not Found")
            return self._reply(self._row(number, f"SystemSession {NS}", "SystemSession"))
        if route == "events" and not self.keeps_logs:
            return reply("404 Not Found")
        if route == "events":
            events = "".join(
                f"<Events><CreationTimeUTC>2026-11-20T18:00:{number:02}</CreationTimeUTC>"
                f"<Message>line {number}</Message><Order>{number}</Order></Events>"
                for number in range(1, self.lines + 1)
            )
            return self._reply(f"<SystemSessionEvents {NS}>{events}</SystemSessionEvents>")
        return GOOD[route]

    def _reply(self, body: str) -> Reply:
        date = f"Date: {self.date():%a, %d %b %Y %H:%M:%S GMT}\r\n" if self.date else ""
        return reply("200 OK", body.encode(), f"Content-Type: application/xml\r\n{date}")

    def _rows(self) -> Iterable[str]:
        return (self._row(number) for number in self.states)

    def _names(self) -> Iterable[str]:
        uids = (f"urn:veeam:SystemSession:{number:08x}-0000-4000-8000-000000000000" for number in self.states)
        return (f'<Ref UID="{uid}" Name="run" Type="SystemSessionReference"/>' for uid in uids)

    def _row(self, number: int, tag: str = "Sessions", end: str = "Sessions") -> str:
        state = self.states[number]
        started = FRIDAY - timedelta(minutes=2) + timedelta(minutes=15 * (number - 39))
        ended = started + timedelta(minutes=1)
        result = {"Failed": "Failed", "InProgress": "None"}.get(state, "Success")
        over = "" if state == "InProgress" else f"<EndTimeUTC>{ended:%Y-%m-%dT%H:%M:%SZ}</EndTimeUTC>"
        return (
            f'<{tag} Type="SystemSession" Name="run {number}"'
            f' UID="urn:veeam:SystemSession:{number:08x}-0000-4000-8000-000000000000">'
            f"<SessionType>{self.kinds.get(number, 'CollectJob')}</SessionType>"
            f"<CreationTimeUTC>{started:%Y-%m-%dT%H:%M:%SZ}</CreationTimeUTC>{over}<State>{state}</State>"
            f"<Result><Result>{result}</Result><Message>message {number}</Message>"
            f"<IsCanceled>false</IsCanceled></Result></{end}>"
        )


@dataclass
class Watch:
    """Somebody who watches it: each `poll` is one look at the list."""

    app: EmtuiApp
    pilot: Pilot[int]
    serving: AsyncExitStack
    context: ssl.SSLContext
    server: Rogue
    manager: Manager
    hands: Hands
    bells: int = 0

    @property
    def listing(self) -> LookupScreen:
        screen = self.app.lookup_screen
        assert screen is not None
        return screen

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(500):
            if holds():
                await self.pilot.pause()
                return
            await self.pilot.pause(0.02)
        raise AssertionError("it never came to that:\n" + "\n".join(self.lines()))

    async def poll(self, after: float = 60) -> None:
        """So many seconds later the next look at the list, whatever comes of it."""
        self.hands.passed += after
        health = self.listing.follow.health
        before = health.responses + health.failures
        self.listing.follow.refresh()
        await self.until(lambda: health.responses + health.failures > before and not self.listing.busy)

    async def server_goes(self) -> None:
        """Nothing listens there any more, and no connection is left."""
        await self.serving.aclose()

    async def server_comes_back(self) -> None:
        """The same server, on its port."""
        again = rogue(self.manager, self.context, self.server.port)
        self.server = await self.serving.enter_async_context(again)

    def ring(self) -> None:
        self.bells += 1

    def line(self, name: str) -> str:
        return self.listing.query_one(f"#{name}", StatusLine).render_line(0).text.strip()

    @property
    def trouble(self) -> str:
        shown = self.app.page.query_one("#trouble", Static)
        return str(shown.render()) if shown.display else ""

    def lines(self) -> list[str]:
        """The list as painted."""
        size = self.listing.size.region
        painted = [strip.text.rstrip() for strip in self.listing.sessions.render_lines(size)]
        return [line for line in painted if line]

    def numbers(self) -> list[int]:
        """The runs in the list, by their numbers."""
        return [int(session.id[:8], 16) for session in self.listing.sessions.rows]

    @property
    def selected(self) -> int:
        selected = self.listing.sessions.selected
        assert selected
        return int(selected.id[:8], 16)


def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered and written down stays in the test's own folder."""
    for name in ("STATE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))


@asynccontextmanager
async def watching(
    tmp_path: Path,
    profile: dict[str, object] | None = None,
    *,
    remember: bool = False,
    date: Callable[[], datetime] | None = None,
    zone: tzinfo = UTC,
    one_clock: bool = False,
) -> AsyncIterator[Watch]:
    """The screens of a person who has logged on at two past six on a Friday, and their server.

    With `one_clock` the client goes by the same hands: how far the server's clock is ahead of them is known.
    """
    known, manager, hands = identity(tmp_path), Manager(date=date), Hands()
    async with AsyncExitStack() as serving:
        context = known.context()
        server = await serving.enter_async_context(rogue(manager, context))
        where = Server("127.0.0.1", server.port)
        trust = Trust(pin=known.sha256)
        now = hands.now if one_clock else utc_now
        client = await Client.connect(where, USER, Secret(PASSWORD), trust=trust, proxies=Proxies(), now=now)
        named = Profile("prod", where, USER, pin=known.sha256, **(profile or {}))  # type: ignore[arg-type] # as told
        connection = Connection(
            profile=named, server=where, user=USER, trust=trust, password=Secret(PASSWORD)
        )
        app = EmtuiApp(LaunchOptions(connection, remember=remember, at_once=False, now=hands.now, zone=zone))
        async with app.run_test(size=(80, 23), notifications=True, tooltips=True) as pilot:
            await pilot.pause()
            app.post_message(LoginScreen.LoggedOn(client, connection, Remember.NO))
            watch = Watch(app, pilot, serving, context, server, manager, hands)
            app.bell = watch.ring  # type: ignore[method-assign] # the bell of a test counts
            await watch.until(
                lambda: (
                    app.lookup_screen is not None
                    and watch.listing.stands
                    and bool(watch.listing.sessions.rows)
                )
            )
            watch.listing.follow.clock = hands
            watch.listing.follow.read_clocks = hands.read_all
            watch.listing.touched()
            yield watch
        if app.client:
            await app.client.close()


# --- what moved -----------------------------------------------------------------


async def test_what_is_new_or_differs_is_marked_until_it_was_seen(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.manager.states[39] = "InProgress"
        await watch.poll()
        assert watch.lines()[1][:2] == "›~"
        await watch.pilot.press("down", "up")
        await watch.poll()
        assert watch.lines()[1][:2] == "› ", "it was seen"
        watch.manager.states |= {39: "CompletedSuccessfully", 40: "InProgress"}
        await watch.poll()
        new, changed, old, *_ = watch.lines()[1:]
        assert (new[:2], changed[:2], old[:2]) == ("›+", " ~", "  ")
        await watch.poll()
        assert watch.lines()[1][:2] == "›+", "nobody has pressed a key: nobody has seen it"
        await watch.pilot.press("j")
        await watch.poll()
        assert [line[1] for line in watch.lines()[1:4]] == [" ", " ", " "]


async def test_the_top_is_followed_and_anywhere_else_nothing_moves(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        await watch.pilot.press("Z")
        watch.manager.states[40] = "InProgress"
        await watch.poll()
        assert watch.selected == 40
        await watch.pilot.press("ctrl+d", "ctrl+d", "up")
        selected, line = watch.selected, watch.listing.sessions.cursor - watch.listing.sessions.top
        watch.manager.states |= dict.fromkeys(range(41, 59), "CompletedSuccessfully")
        await watch.poll()
        assert (watch.selected, watch.listing.sessions.cursor - watch.listing.sessions.top) == (
            selected,
            line,
        )
        assert "18 new runs above" in watch.line("query")
        await watch.pilot.press("U")
        assert watch.selected == 41
        await watch.pilot.press("g", "F")
        watch.manager.states[59] = "InProgress"
        await watch.poll()
        assert watch.selected == 58
        assert "1 new run above" in watch.line("query")


async def test_a_poll_without_a_change_paints_nothing_but_the_time(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        await watch.poll()
        painted: list[object] = []
        paint = watch.listing.sessions.render_line
        watch.listing.sessions.render_line = lambda y: painted.append(y) or paint(y)  # type: ignore[method-assign,func-returns-value] # it counts
        before = watch.listing.snapshot
        await watch.poll()
        assert painted == []
        assert before
        assert watch.listing.snapshot
        assert watch.listing.snapshot.sessions is before.sessions
        assert "as of 18:04:00" in watch.line("top")


async def test_the_sentence_of_an_alert_goes_when_the_alert_is_over(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.manager.states[40] = "Failed"
        await watch.poll(900)
        await watch.until(lambda: bool(watch.listing.findings))
        await watch.pilot.press("F", "a")
        said = watch.listing.query_one("#tail", Paragraph)
        await watch.until(
            lambda: said.render_line(0).text.startswith("CollectJob failed at 18:15, last good 18:00")
        )
        watch.manager.states[41] = "CompletedSuccessfully"
        await watch.poll(900)
        await watch.until(lambda: not watch.listing.findings)
        assert watch.selected == 40
        assert said.render_line(0).text.strip() == "message 40"


# --- how old it is ----------------------------------------------------------------


async def test_stale_after_two_missed_polls_and_blind_after_three(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        await watch.poll()
        watch.manager.bad = GONE
        await watch.poll()
        assert "as of 18:03:00" in watch.line("top")
        assert "STALE" not in watch.line("top")
        assert watch.trouble == "", "one miss is no news"
        await watch.poll()
        assert "STALE  as of 18:03:00" in watch.line("top")
        assert "overloaded" in watch.trouble
        assert {line[1] for line in watch.lines()[1:]} == {"?"}
        await watch.poll()
        assert "BLIND since Fri 18:03:00" in watch.line("top")
        await watch.poll()
        assert "BLIND since Fri 18:03:00" in watch.line("top")
        assert len(watch.numbers()) == 40
        watch.manager.bad = None
        await watch.poll()
        assert "as of 18:08:00" in watch.line("top")
        assert watch.trouble == ""
        assert {line[1] for line in watch.lines()[1:]} == {" "}


@pytest.mark.parametrize("name", ["server-error", "cut", "cut-document", "html-list", "too-often", "brotli"])
async def test_no_half_an_answer_is_taken_for_a_whole_one(tmp_path: Path, name: str) -> None:
    async with watching(tmp_path) as watch:
        counts = watch.line("tally")
        watch.manager.bad = SCRIPTS[name].reply
        for _ in range(4):
            await watch.poll()
            top = watch.line("top")
            assert "as of 18:02:00" in top or "BLIND since Fri 18:02:00" in top
            assert watch.line("tally") == counts


async def test_by_hand_the_first_failure_is_said_and_esc_waves_it_away(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.manager.bad = GONE
        await watch.pilot.press("r")
        await watch.until(lambda: bool(watch.trouble))
        await watch.pilot.press("escape")
        await watch.poll()
        assert watch.trouble == "", "the same sentence again is no news"


async def test_p_pauses_says_so_everywhere_and_r_asks_once(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        await watch.pilot.press("p")
        assert "PAUSED  as of" in watch.line("top")
        asked = len(watch.server.asked)
        watch.hands.passed += 3600
        await watch.pilot.pause(0.1)
        assert len(watch.server.asked) == asked
        await watch.pilot.press("r")
        await watch.until(lambda: "as of 19:02:00" in watch.line("top"))
        await watch.pilot.press("enter", "enter")
        await watch.until(lambda: isinstance(watch.app.page, DetailScreen))
        assert "PAUSED" in watch.app.page.query_one("#top", StatusLine).render_line(0).text
        await watch.pilot.press("q", "p")
        await watch.until(lambda: "PAUSED" not in watch.line("top"))


async def test_keys_never_make_two_requests_at_once(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.manager.bad = Reply(b"", after="hang")
        asked = len(watch.server.asked)
        await watch.pilot.press("r")
        await watch.until(lambda: len(watch.server.asked) > asked)
        await watch.pilot.press(*["r", "f5", "p", "p"] * 5)
        assert len(watch.server.asked) == asked + 1
        await watch.pilot.press("escape")
        await watch.until(lambda: not watch.listing.busy)


async def test_the_servers_clock_makes_durations_and_is_warned_about(tmp_path: Path) -> None:
    async with watching(tmp_path, date=lambda: datetime.now(UTC) + timedelta(minutes=7, seconds=10)) as watch:
        assert "The server's clock is 7m" in watch.line("foot")
        watch.manager.states[39] = "InProgress"
        await watch.poll()
        assert "running" in watch.lines()[1]
        assert "10m" in watch.lines()[1], "begun at 18:00, 18:03 here, 18:10 there"
        await watch.pilot.press("exclamation_mark")
        assert isinstance(watch.app.page, TextScreen)
        text = watch.app.page.text
        assert "ahead of this computer's" in text


async def test_health_says_what_following_costs_and_what_was_blind(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.manager.bad = GONE
        for _ in range(3):
            await watch.poll()
        watch.manager.bad = None
        await watch.poll()
        await watch.pilot.press("exclamation_mark")
        assert isinstance(watch.app.page, TextScreen)
        text = watch.app.page.text
        for said in (
            "every 60 s: 60 an hour",
            "Fri 20 Nov 18:02:00 +00:00 – Fri 20 Nov 18:06:00 +00:00",
            "overloaded",
            "Last collected",
            "Certificate",
            "0 of 40 rows",
        ):
            assert said in text


# --- sleep ------------------------------------------------------------------------

EIGHT_HOURS = 8 * 3600


async def test_after_sleep_the_list_is_stale_at_once_requested_at_once_and_the_time_is_time_away(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path) as watch:
        await watch.poll()
        watch.manager.bad = Reply(b"", after="hang")
        asked = watch.server.count("GET")
        watch.manager.states |= {40: "Failed", 41: "CompletedSuccessfully"}
        watch.hands.slept = EIGHT_HOURS
        await watch.until(lambda: "STALE  as of" in watch.line("top"))
        await watch.until(lambda: watch.server.count("GET") > asked)
        assert {line[1] for line in watch.lines()[1:]} == {"?"}
        await watch.pilot.press("j")
        watch.manager.bad = None
        await watch.pilot.press("escape", "r")
        await watch.until(lambda: "STALE" not in watch.line("top"))
        assert "as of 02:03:00" in watch.line("top")
        line = watch.listing.query_one("#away", Static)
        assert str(line.render()) == (
            "Fri 18:02 – Sat 02:03: 1 failed (u steps), 1 ok of 2 runs;"
            " blind Fri 18:03 – Sat 02:03, filled from the server's list"
        )
        await watch.pilot.press("exclamation_mark")
        assert isinstance(watch.app.page, TextScreen)
        assert "This computer slept." in watch.app.page.text
        assert "Fri 20 Nov 18:03:00 +00:00 – Sat 21 Nov 02:03:00 +00:00" in watch.app.page.text


async def test_a_request_that_was_under_way_is_given_up_and_made_again(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.manager.bad = Reply(b"", after="hang")
        asked = watch.server.count("GET")
        watch.hands.passed += 60
        watch.listing.follow.refresh()
        await watch.until(lambda: watch.server.count("GET") == asked + 1)
        watch.manager.bad = None
        watch.hands.slept = EIGHT_HOURS
        await watch.until(lambda: "as of 02:03:00" in watch.line("top") and not watch.listing.is_stale)
        assert watch.server.count("GET") == asked + 2


async def test_a_key_before_the_clocks_were_read_does_not_take_the_time_away_for_time_at_the_keys(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path) as watch:
        await watch.poll()
        watch.hands.slept = EIGHT_HOURS
        await watch.pilot.press("j")
        line = watch.listing.query_one("#away", Static)
        await watch.until(lambda: bool(line.display))
        assert str(line.render()).startswith("Fri 18:02 – Sat 02:03: nothing ended; blind Fri 18:03")


async def test_an_alert_that_was_gathered_is_told_after_sleep_whatever_the_monotonic_clock_says(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path) as watch:
        watch.manager.kinds[41] = "LogExport"
        watch.manager.states |= {40: "Failed"}
        await watch.poll()
        watch.manager.states |= {41: "Failed"}
        await watch.poll()
        assert watch.bells == 1
        watch.hands.slept = EIGHT_HOURS
        await watch.until(lambda: watch.bells == 2)


async def test_a_network_that_takes_a_moment_after_sleep_is_no_outage_yet(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        await watch.poll()
        watch.manager.bad = GONE
        failures = watch.listing.follow.health.failures
        watch.hands.slept = EIGHT_HOURS
        await watch.until(lambda: watch.listing.follow.health.failures > failures)
        assert "STALE  as of 18:03:00" in watch.line("top")
        assert watch.bells == 0
        for _ in range(2):
            await watch.poll()
        assert "BLIND since Fri 18:03:00" in watch.line("top")
        assert watch.bells == 1


async def test_while_paused_sleep_is_marked_and_nothing_is_requested(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        await watch.pilot.press("p")
        asked = watch.server.count("GET")
        watch.hands.slept = EIGHT_HOURS
        await watch.until(lambda: "PAUSED  STALE  as of" in watch.line("top"))
        await watch.pilot.pause(0.2)
        assert watch.server.count("GET") == asked
        await watch.pilot.press("r")
        await watch.until(lambda: "STALE" not in watch.line("top"))
        assert "blind Fri 18:02" in str(watch.listing.query_one("#away", Static).render())


async def test_an_opened_run_that_goes_on_is_asked_for_at_once_after_sleep(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.manager.states[39] = "InProgress"
        await watch.poll()
        page = await opened(watch)
        watch.manager.states[39] = "Failed"
        watch.hands.slept = EIGHT_HOURS
        await watch.until(lambda: not page.session.running)


@pytest.mark.parametrize("boot", [True, False])
async def test_a_clock_that_is_set_forward_is_no_sleep_where_the_servers_clock_tells(
    tmp_path: Path, boot: bool
) -> None:
    passed = [0.0]
    async with watching(
        tmp_path, date=lambda: FRIDAY + timedelta(seconds=sum(passed)), one_clock=True
    ) as watch:
        watch.hands.boot = boot
        passed[0] = 60
        watch.listing.follow.check_clocks()
        await watch.poll()
        watch.hands.set = EIGHT_HOURS
        await watch.until(lambda: "as of 02:03:00" in watch.line("top") and not watch.listing.is_stale)
        line = watch.listing.query_one("#away", Static)
        assert str(line.render()) == (
            "This computer's clock was set forward by 8h00m, from Fri 18:03 to Sat 02:03."
        )
        await watch.pilot.press("exclamation_mark")
        assert isinstance(watch.app.page, TextScreen)
        assert (
            "Fri 20 Nov 18:03:00 +00:00 – Sat 21 Nov 02:03:00 +00:00:"
            " This computer's clock was set forward by 8h00m." in watch.app.page.text
        )
        assert watch.listing.follow.health.gaps == 0
        await watch.pilot.press("q", "escape")
        assert not line.display


async def test_without_the_servers_clock_it_may_have_been_sleep(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        await watch.poll()
        watch.hands.set = EIGHT_HOURS
        line = watch.listing.query_one("#away", Static)
        await watch.until(lambda: bool(line.display))
        assert "blind Fri 18:03 – Sat 02:03" in str(line.render())
        await watch.pilot.press("exclamation_mark")
        assert isinstance(watch.app.page, TextScreen)
        assert "This computer slept, or its clock was set forward." in watch.app.page.text


async def test_a_clock_that_is_set_back_is_said_and_is_no_sleep(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        await watch.poll()
        watch.hands.set = -3600
        line = watch.listing.query_one("#away", Static)
        await watch.until(lambda: "as of 17:03:00" in watch.line("top"))
        assert (
            str(line.render()) == "This computer's clock was set back by 1h00m, from Fri 18:03 to Fri 17:03."
        )
        assert not watch.listing.is_stale
        assert watch.listing.follow.health.gaps == 0
        await watch.pilot.press("exclamation_mark")
        assert isinstance(watch.app.page, TextScreen)
        assert "none since emtui was started" in watch.app.page.text
        assert "by 1h00m: Fri 20 Nov 18:03:00 +00:00 to Fri 20 Nov 17:03:00" in watch.app.page.text


# --- while nobody looked ------------------------------------------------------------


async def test_after_ten_minutes_without_a_key_a_line_says_what_happened(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        await watch.poll()
        assert not watch.listing.query_one("#away").display
        watch.manager.states |= {40: "Failed", 41: "CompletedSuccessfully", 42: "CompletedSuccessfully"}
        watch.manager.bad = GONE
        for _ in range(3):
            await watch.poll(600)
        watch.manager.bad = None
        await watch.poll(600)
        line = watch.listing.query_one("#away", Static)
        assert line.display
        assert str(line.render()) == (
            "Fri 18:02 – Fri 18:43: 1 failed (u steps), 2 ok of 3 runs;"
            " blind Fri 18:03 – Fri 18:43, filled from the server's list"
        )
        assert watch.selected == 42
        await watch.pilot.press("j")
        assert watch.selected == 40, "a key does what it always does; 41 is folded with 42"
        assert line.display
        await watch.pilot.press("escape")
        assert not watch.listing.query_one("#away").display


# --- whom it tells ------------------------------------------------------------------


async def test_the_bell_rings_for_a_new_failure_and_never_for_the_first_poll(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        assert watch.bells == 0
        watch.manager.states |= {40: "Failed"}
        await watch.poll()
        assert watch.bells == 1
        watch.manager.states |= {41: "Failed"}
        await watch.poll()
        assert watch.bells == 1


async def test_blindness_rings_once(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.manager.bad = GONE
        for _ in range(6):
            await watch.poll()
        assert watch.bells == 1


async def test_each_outage_rings_once_and_runs_the_command_once(tmp_path: Path) -> None:
    told = tmp_path / "told"
    command = ("sh", "-c", 'printf "%s\\n" "$1" >>"$0"', str(told))

    def told_of(outages: int) -> bool:
        return told.exists() and len(told.read_text().splitlines()) == outages

    async with watching(tmp_path, {"notify_command": command}) as watch:
        for outage in (1, 2, 3):
            await watch.poll(1200)
            assert "BLIND" not in watch.line("top")
            await watch.server_goes()
            for missed in range(1, 6):
                await watch.poll()
                assert watch.bells == outage - (missed < 3), "it rings with the third request that failed"
            await watch.until(partial(told_of, outage))
            await watch.server_comes_back()
        await watch.poll()
        assert watch.bells == 3
        assert told_of(3)
        assert all("refused the connection" in line for line in told.read_text().splitlines())


def told_in(file: Path) -> list[str]:
    """The sentences that the command was run with."""
    return file.read_text().splitlines() if file.exists() else []


def writing_to(file: Path) -> tuple[str, ...]:
    """A command that writes its sentence down."""
    return ("sh", "-c", 'printf "%s\\n" "$1" >>"$0"', str(file))


async def test_an_outage_is_worse_than_a_failure_and_rings_at_once(tmp_path: Path) -> None:
    told = tmp_path / "told"
    async with watching(tmp_path, {"notify_command": writing_to(told)}) as watch:
        watch.manager.states |= {40: "Failed"}
        await watch.poll()
        assert watch.bells == 1
        watch.manager.bad = GONE
        for missed in range(1, 10):
            await watch.poll()
            assert watch.bells == 1 + (missed >= 3)
        for _ in range(5):
            await watch.poll()
        assert watch.bells == 2, "once for each outage"
        await watch.until(lambda: len(told_in(told)) == 2)
        assert "CollectJob failed" in told_in(told)[0]
        assert "overloaded" in told_in(told)[1]


async def test_two_types_that_fail_in_the_same_list_are_told_in_one_sentence(tmp_path: Path) -> None:
    told = tmp_path / "told"
    async with watching(tmp_path, {"notify_command": writing_to(told)}) as watch:
        watch.manager.kinds |= {40: "LogExport", 41: "LicenseUpdate"}
        watch.manager.states |= {40: "Failed", 41: "Failed"}
        await watch.poll()
        assert watch.bells == 1
        await watch.until(lambda: len(told_in(told)) == 1)
        (line,) = told_in(told)
        assert "2 types failed: " in line
        assert "LogExport (message 40)" in line
        assert "LicenseUpdate (message 41)" in line
        assert watch.line("foot").startswith(line[:40]), "the footer says why it rang"


async def test_what_comes_within_ten_minutes_is_told_in_one_sentence_when_they_are_over(
    tmp_path: Path,
) -> None:
    told = tmp_path / "told"
    async with watching(tmp_path, {"notify_command": writing_to(told)}) as watch:
        watch.manager.bad = GONE
        for _ in range(3):
            await watch.poll()
        watch.manager.bad = None
        watch.manager.kinds |= {40: "LogExport", 41: "LicenseUpdate"}
        watch.manager.states |= {40: "Failed"}
        await watch.poll()
        watch.manager.states |= {41: "Failed"}
        await watch.poll()
        watch.manager.states |= {42: "Failed"}
        await watch.poll()
        assert watch.bells == 1
        await watch.poll(7 * 60 - 1)
        assert (watch.bells, len(told_in(told))) == (1, 1)
        await watch.poll(1)
        assert watch.bells == 2
        await watch.until(lambda: len(told_in(told)) == 2)
        line = told_in(told)[1]
        for said in (
            "connection back 18:06, lost 18:05",
            "3 types failed",
            "LogExport (message 40)",
            "LicenseUpdate (message 41)",
            "CollectJob (message 42)",
        ):
            assert said in line
        for _ in range(3):
            await watch.poll(1200)
        assert watch.bells == 2, "each once"


async def test_a_failure_that_was_acknowledged_meanwhile_is_not_told(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.manager.states |= {40: "Failed"}
        await watch.poll()
        watch.manager.kinds[41] = "LogExport"
        watch.manager.states |= {41: "Failed"}
        await watch.poll()
        await watch.pilot.press("g", "m", *"seen", "enter")
        await watch.until(lambda: bool(watch.listing.known))
        await watch.poll(1200)
        assert watch.bells == 1


async def test_a_run_of_which_the_list_has_only_the_name_rings_once_its_outcome_is_known(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path) as watch:
        watch.manager.names_only = True
        watch.manager.states |= {40: "Failed"}
        await watch.poll()
        await watch.until(lambda: watch.bells == 1)
        await watch.poll(1200)
        assert watch.bells == 1


async def test_the_command_ends_with_emtui_with_all_that_it_has_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    command = ("sh", "-c", 'sleep 600 & echo $$ $! >"$0"; wait', str(pids))
    async with watching(tmp_path, {"notify_command": command}) as watch:
        watch.manager.states |= {40: "Failed"}
        await watch.poll()
        await watch.until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
        leader, child = map(int, pids.read_text().split())
        assert is_running(leader)
        assert is_running(child)
    for _ in range(100):
        if not is_running(leader) and not is_running(child):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it outlives emtui")


def is_running(pid: int) -> bool:
    """Whether there is such a process, and it is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_each_refused_logon_rings_and_the_title_says_blind(tmp_path: Path) -> None:
    titles: list[str] = []
    async with watching(tmp_path, {"title": True}) as watch:
        watch.app.set_terminal_title = titles.append  # type: ignore[method-assign,assignment] # there is no terminal
        for refusal in (1, 2):
            watch.manager.bad = watch.manager.logon = REFUSED
            await watch.poll(1200)
            assert "LOGON REFUSED" in watch.trouble
            assert watch.bells == refusal
            await watch.until(lambda: titles[-1:] == ["emtui prod: BLIND"])
            watch.manager.bad, watch.manager.logon = None, GOOD["logon"]
            await watch.pilot.press("L")
            await watch.until(lambda: isinstance(watch.app.page, LoginScreen))
            await watch.pilot.press(*PASSWORD, "enter")
            await watch.until(lambda: watch.app.screen is watch.listing and not watch.listing.is_blind)
            await watch.until(lambda: titles[-1:] == ["emtui prod"])


async def test_a_page_above_the_list_no_longer_says_blind_once_the_server_answers(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        await watch.poll()
        await watch.pilot.press("B")

        def top() -> str:
            return watch.app.page.query_one("#top", StatusLine).render_line(0).text

        watch.manager.bad = GONE
        for _ in range(3):
            await watch.poll()
        assert "BLIND" in top()
        watch.manager.bad = None
        await watch.poll()
        assert "BLIND" not in top()
        await watch.pilot.press("q", "Z", "enter")
        await watch.until(lambda: isinstance(watch.app.page, DetailScreen) and not watch.app.page.busy)
        watch.manager.bad = GONE
        for _ in range(3):
            await watch.poll()
        assert "BLIND" in top()
        watch.manager.bad = None
        await watch.poll()
        assert "BLIND" not in top()


async def test_a_profile_may_be_silent_and_may_run_a_command(tmp_path: Path) -> None:
    told = tmp_path / "told"
    command = ("sh", "-c", 'printf %s "$1" >"$0"', str(told))
    async with watching(tmp_path, {"silent": True, "notify_command": command}) as watch:
        watch.manager.states |= {40: "Failed"}
        await watch.poll()
        await watch.until(lambda: told.exists() and told.stat().st_size > 0)
        assert watch.bells == 0
        assert "CollectJob failed" in told.read_text()
        assert "message 40" in told.read_text()


# --- the logon ------------------------------------------------------------------------


async def test_a_logon_that_has_ended_is_made_anew_without_a_word(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        logons = watch.server.count("POST")
        ended = iter([reply("401 Unauthorized")])

        def expired(asked: Asked) -> Reply:
            return (
                next(ended, None) or watch.manager(asked)
                if route_of(asked) == "list"
                else watch.manager(asked)
            )

        watch.server.answer = expired
        await watch.poll()
        assert watch.server.count("POST") == logons + 1
        assert watch.trouble == ""
        assert "as of 18:03:00" in watch.line("top")


async def test_a_refused_logon_is_a_line_above_the_untouched_view_and_l_mends_it(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        await watch.pilot.press("slash", *"messa")
        watch.manager.bad = reply("401 Unauthorized")
        watch.manager.logon = REFUSED
        await watch.poll()
        assert "LOGON REFUSED" in watch.trouble
        assert "L log on" in watch.trouble
        assert "BLIND since Fri 18:02:00" in watch.line("top")
        await watch.pilot.press("g", "e", "enter")
        assert watch.listing.query_now.text == "message", "the keys still went into the query"
        attempts = watch.server.count("POST")
        await watch.pilot.press("down", "down", "r")
        await watch.pilot.pause(0.3)
        assert watch.server.count("POST") == attempts, "nobody has given another password"
        selected = watch.selected
        watch.manager.bad, watch.manager.logon = None, GOOD["logon"]
        watch.manager.states[40] = "CompletedSuccessfully"
        watch.hands.passed += 3600
        await watch.pilot.press("L")
        await watch.until(lambda: isinstance(watch.app.page, LoginScreen))
        await watch.pilot.press(*PASSWORD, "enter")
        await watch.until(lambda: watch.app.screen is watch.listing and 40 in watch.numbers())
        assert watch.selected == selected
        assert watch.listing.query_now.text == "message"
        assert watch.trouble == ""
        assert "as of 19:03:00" in watch.line("top")


async def test_a_refusal_just_after_an_outage_is_tried_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emtui.tui.logging_on.SECOND_TRY", timedelta(seconds=3))
    at_home(tmp_path, monkeypatch)
    async with watching(tmp_path, remember=True) as watch:
        watch.manager.bad = GONE
        await watch.poll()
        watch.manager.bad = watch.manager.logon = REFUSED
        attempts = watch.server.count("POST")
        await watch.poll()
        assert "LOGON REFUSED" in watch.trouble
        await watch.pilot.press("exclamation_mark")
        assert isinstance(watch.app.page, TextScreen)
        assert "Second logon    once, at" in watch.app.page.text
        await watch.pilot.press("q")
        watch.manager.bad, watch.manager.logon = None, GOOD["logon"]
        await watch.until(lambda: "as of 18:04:00" in watch.line("top"))
        assert watch.trouble == ""
        assert watch.server.count("POST") == attempts + 2


@pytest.mark.parametrize("why", ["no outage", "not wanted", "refused again"])
async def test_and_otherwise_never(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    monkeypatch.setattr("emtui.tui.logging_on.SECOND_TRY", timedelta(seconds=0.1))
    at_home(tmp_path, monkeypatch)
    profile: dict[str, object] = {"no_second_logon": True} if why == "not wanted" else {}
    async with watching(tmp_path, profile, remember=True) as watch:
        if why != "no outage":
            watch.manager.bad = GONE
            await watch.poll()
        watch.manager.bad = watch.manager.logon = REFUSED
        attempts = watch.server.count("POST")
        await watch.poll()
        await watch.pilot.pause(0.8)
        assert watch.server.count("POST") == attempts + 1 + (why == "refused again")


async def test_what_ended_since_the_last_run_of_emtui_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home(tmp_path, monkeypatch)
    note_look("prod", FRIDAY - timedelta(hours=1))
    async with watching(tmp_path, remember=True) as watch:
        line = watch.listing.query_one("#away", Static)
        await watch.until(lambda: bool(line.display))
        assert str(line.render()) == "Fri 17:02 – Fri 18:02: 4 ok of 4 runs"
        watch.app.note_look()
        assert last_look("prod") == FRIDAY


# --- a session that runs ----------------------------------------------------------------


async def test_the_events_of_a_running_session_come_by_themselves_and_its_end_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emtui.monitor.backoff.LEAST", 0.05)
    monkeypatch.setattr("emtui.tui.screens.keeping_up.PACE", PollSchedule(interval=0.05))
    async with watching(tmp_path) as watch:
        watch.manager.states[39] = "InProgress"
        watch.manager.lines = 30
        await watch.poll()
        await watch.pilot.press("g", "enter")
        await watch.until(
            lambda: isinstance(watch.app.page, DetailScreen) and watch.app.page.events.shown == 30
        )
        page = watch.app.page
        assert isinstance(page, DetailScreen)
        watch.manager.lines = 31
        await watch.until(lambda: page.events.shown == 31)
        assert page.events.cursor == page.events.count - 1, "the end is followed"
        await watch.pilot.press("g", "j")
        watch.manager.lines = 32
        await watch.until(lambda: page.events.shown == 32)
        assert page.events.cursor == 1, "whoever moves up stays there"
        watch.manager.states[39] = "Failed"
        await watch.until(
            lambda: "It has ended: failed." in page.query_one("#foot", StatusLine).render_line(0).text
        )


# --- a run that is gone ----------------------------------------------------------


async def opened(watch: Watch) -> DetailScreen:
    """The newest run of the list, opened."""
    await watch.pilot.press("g", "enter")
    await watch.until(lambda: isinstance(watch.app.page, DetailScreen) and not watch.app.page.asking)
    assert isinstance(watch.app.page, DetailScreen)
    return watch.app.page


async def test_a_run_that_goes_on_and_is_gone_is_told_as_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emtui.monitor.backoff.LEAST", 0.05)
    monkeypatch.setattr("emtui.tui.screens.keeping_up.PACE", PollSchedule(interval=0.05))
    monkeypatch.setattr("emtui.tui.screens.keeping_up.SOONEST", 0.05)
    async with watching(tmp_path) as watch:
        watch.manager.states[39] = "InProgress"
        await watch.poll()
        page = await opened(watch)
        del watch.manager.states[39]
        await watch.until(lambda: bool(page.trouble))
        run = "CollectJob 00000027-0000-4000-8000-000000000000"
        assert f"no longer lists {run}: it was running at Fri 18:03:00 +00:00, and how" in page.trouble
        asked = len(watch.server.asked)
        await watch.pilot.pause(0.1)
        assert len(watch.server.asked) == asked, "nobody asks for it again by itself"
        await watch.pilot.press("r")
        await watch.until(lambda: len(watch.server.asked) > asked and not page.asking)
        assert f"no longer lists {run}" in page.trouble


async def test_r_on_a_log_that_is_gone_says_so(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.manager.keeps_logs = False
        watch.manager.states[39] = "Failed"
        await watch.poll()
        page = await opened(watch)
        gone = "The server no longer has its events; r asks again."
        assert page.events.empty == (gone,)
        assert "no longer has a log of session 00000027-0000-4000-8000-000000000000" in page.trouble
        del watch.manager.states[39]
        await watch.pilot.press("r")
        await watch.until(lambda: "no longer lists session" in page.trouble)
        assert page.events.empty == (gone,)
        await watch.pilot.press("d")
        await watch.until(lambda: watch.app.page is not page)
        assert gone in "".join(watch.app.page.query_one(DifferenceLines).empty)
        await watch.pilot.press("q")
        watch.manager.keeps_logs, watch.manager.states[39] = True, "Failed"
        await watch.pilot.press("r")
        await watch.until(lambda: page.events.shown == 2)
        assert (page.trouble, page.gone) == ("", "")


async def test_an_id_that_nobody_has_seen_may_be_wrong(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        watch.app.go_to("99999999-0000-4000-8000-000000000000")
        await watch.until(lambda: "the id is wrong" in watch.app.page.trouble)


# --- whose clock ----------------------------------------------------------------


def zone_told(watch: Watch) -> str:
    """The offset on the first line of the page that is shown."""
    top = watch.app.page.query_one("#top", StatusLine).render_line(0).text
    (offset,) = re.findall(r" ([+-]\d\d:\d\d)", top)
    return str(offset)


async def test_times_begin_in_the_servers_zone_and_t_goes_round(tmp_path: Path) -> None:
    async with watching(tmp_path, {"time_zone": "Asia/Kolkata"}, zone=ZoneInfo("Europe/Berlin")) as watch:
        await watch.poll()
        assert "23:30:00" in watch.lines()[1]
        said = []
        for _ in range(3):
            await watch.pilot.press("t")
            said.append((watch.line("foot").partition(".")[0], zone_told(watch)))
        assert said == [
            ("Times are local", "+01:00"),
            ("Times are in UTC", "+00:00"),
            ("Times are the server's, in Asia/Kolkata (+05:30)", "+05:30"),
        ]


async def test_without_a_zone_of_the_server_t_says_how_to_have_one(tmp_path: Path) -> None:
    async with watching(tmp_path, zone=ZoneInfo("Europe/Berlin")) as watch:
        await watch.poll()
        await watch.pilot.press("t", "t")
        assert zone_told(watch) == "+01:00"
        assert watch.line("foot").startswith("Times are local. A time_zone in the profile adds the server's.")


async def test_another_zone_shows_the_same_rows_and_the_query_stays_true(tmp_path: Path) -> None:
    async with watching(tmp_path, {"time_zone": "Asia/Kolkata"}) as watch:
        await watch.poll()
        watch.listing.narrow("since:22:50")
        await watch.pilot.pause()
        rows = watch.numbers()
        await watch.pilot.press("t")
        assert watch.listing.query_now.text == "since:2026-11-20T17:20Z"
        assert watch.numbers() == rows
        assert 0 < len(rows) < len(watch.manager.states)
        await watch.pilot.press("B")
        assert zone_told(watch) == "+00:00"


async def test_the_zone_stands_in_the_first_line_of_every_page(tmp_path: Path) -> None:
    async with watching(tmp_path, {"time_zone": "Asia/Kolkata"}) as watch:
        await watch.poll()
        for keys in ("Z", "enter", "i", "q q B", "q 4", "q exclamation_mark", "q question_mark", "q L"):
            await watch.pilot.press(*keys.split())
            await watch.pilot.pause()
            assert zone_told(watch) == "+05:30", keys
        await watch.pilot.press("escape")
        await watch.pilot.resize_terminal(58, 16)
        watch.manager.bad = GONE
        for _ in range(3):
            await watch.poll()
        assert zone_told(watch) == "+05:30"
        assert "BLIND" in watch.line("top")


async def test_an_answer_that_comes_may_say_more_than_a_narrow_line_holds(tmp_path: Path) -> None:
    async with watching(tmp_path) as watch:
        await watch.pilot.resize_terminal(58, 16)
        for progress in ("asking " + "e" * length for length in (30, 38, 39, 40, 41, 42, 60, 200)):
            watch.listing.progress = progress
            await watch.pilot.pause()
            assert watch.line("tally").endswith(f"{progress}  Esc stops"[:58].strip()[-12:])
        watch.listing.progress = ""
        await watch.pilot.pause()
        assert "ok" in watch.line("tally")
