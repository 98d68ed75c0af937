"""Bad answers on the screens: one sentence with the next step, and what was there before stays there.

The server is a real one, over TLS, that answers well until it is told not to.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from answers_table import CASES, LATER, Case
from emtui.tui.screens.page import Page
from rogue import SCRIPTS, Asked, Identity, Reply, Rogue, good, identity, playing, rogue, route_of
from textual.pilot import Pilot

from emtui.em.address import Server, Trust
from emtui.em.secret import Secret
from emtui.local.connection import Connection
from emtui.tui.app import EmtuiApp
from emtui.tui.options import LaunchOptions
from emtui.tui.screens.detail import DetailScreen
from emtui.tui.screens.login.certificate_screen import CertificateScreen
from emtui.tui.screens.login.screen import LoginScreen
from emtui.tui.screens.lookup import LookupScreen
from emtui.tui.widgets.labeled_input import LabeledInput
from emtui.tui.widgets.status_line import StatusLine

USER = "EXAMPLE\\ops"
PATIENT = {"mute", "slow"}
"""Scripts that end with a time-out of a minute: the client's own tests have shorter ones."""


def scripts_of(*routes: str) -> list[str]:
    return [name for name, script in SCRIPTS.items() if script.route in routes and name not in PATIENT]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return identity(tmp_path_factory.mktemp("certificate"))


@dataclass(frozen=True)
class Seat:
    """A person at the screens, and the server at the other end."""

    app: EmtuiApp
    pilot: Pilot[int]
    server: Rogue

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(600):
            if holds():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"it never came to that; the screen says: {self.page.trouble} {self.below()}")

    @property
    def page(self) -> Page:
        return self.app.page

    @property
    def list(self) -> LookupScreen:
        screen = self.app.lookup_screen
        assert screen is not None
        return screen

    def below(self) -> str:
        """What stands below the fields of the login."""
        if not isinstance(self.page, LoginScreen):
            return ""
        return " ".join(field.below for field in self.page.query(LabeledInput))


@asynccontextmanager
async def seated(
    certificate: Identity, answer: Callable[..., object] = good, *, pinned: bool = True
) -> AsyncIterator[Seat]:
    async with rogue(answer, certificate.context()) as server:  # type: ignore[arg-type]
        connection = Connection(
            server=Server("127.0.0.1", server.port),
            user=USER,
            password=Secret("right"),
            trust=Trust(pin=certificate.sha256 if pinned else None),
        )
        app = EmtuiApp(LaunchOptions(connection, remember=False))
        async with app.run_test(size=(80, 23), notifications=True, tooltips=True) as pilot:
            yield Seat(app, pilot, server)
        if app.client:
            await app.client.close()


async def listed(seat: Seat) -> None:
    await seat.until(
        lambda: seat.app.lookup_screen is not None and seat.list.stands and bool(seat.list.sessions.rows)
    )


@pytest.mark.parametrize("name", scripts_of("list"))
async def test_a_list_that_came_badly_leaves_the_one_before_on_the_screen(
    certificate: Identity, name: str
) -> None:
    async with seated(certificate) as seat:
        await listed(seat)
        before, as_of = seat.list.sessions.rows, seat.list.as_of()
        seat.server.answer = playing(name)
        await seat.pilot.press("r")
        await seat.until(lambda: bool(seat.list.trouble) and not seat.list.progress)
        assert SCRIPTS[name].says in seat.list.trouble
        assert seat.server.authority in seat.list.trouble
        assert (seat.list.sessions.rows, seat.list.as_of()) == (before, as_of)
        seat.server.answer = good
        await seat.pilot.press("r")
        await seat.until(lambda: not seat.list.trouble)


async def ask_oddly(seat: Seat, case: Case, sentence: str) -> None:
    """Press r, have the list answered so, and wait until the screen says that, and nothing else."""
    played = 0
    said = sentence.replace("SERVER", seat.server.authority)

    def answer(asked: Asked) -> Reply:
        nonlocal played
        if route_of(asked) != "list" or (case.once and played):
            return good(asked)
        played += 1
        return case.reply

    seat.server.answer = answer
    await seat.pilot.press("r")
    await seat.until(lambda: played > 0 and not seat.list.follow.is_requesting)
    await seat.until(lambda: seat.list.trouble.endswith(said) if said else not seat.list.trouble)


async def test_every_odd_list_in_random_order_leaves_the_one_before_on_the_screen(
    certificate: Identity,
) -> None:
    lists = [name for name, case in CASES.items() if case.at == "list" and case.reply.after != "hang"]
    random.Random(18).shuffle(lists)  # noqa: S311 - the same order each time
    logons = 1

    async with seated(certificate) as seat:
        await listed(seat)
        before = seat.list.sessions.rows
        for name in lists[:60]:
            await ask_oddly(seat, CASES[name], LATER.get(name, CASES[name].sentence))
            logons += CASES[name].demands
            assert seat.server.count("POST") == logons, name
            assert seat.list.sessions.rows == before, name
        seat.server.answer = good
        await seat.pilot.press("r")
        await seat.until(lambda: not seat.list.trouble)


@pytest.mark.parametrize("name", scripts_of("session", "events"))
async def test_a_session_that_came_badly_is_one_sentence_and_back_the_list_is_as_it_was(
    certificate: Identity, name: str
) -> None:
    async with seated(certificate) as seat:
        await listed(seat)
        before = seat.list.sessions.rows
        await seat.pilot.press("enter")
        await seat.until(lambda: isinstance(seat.page, DetailScreen) and seat.page.log_read is not None)
        log = seat.page.log_read  # type: ignore[attr-defined]  # it was asked above
        seat.server.answer = playing(name)
        await seat.pilot.press("r")
        await seat.until(lambda: bool(seat.page.trouble))
        assert SCRIPTS[name].says in seat.page.trouble
        assert seat.page.log_read is log  # type: ignore[attr-defined]  # the same
        await seat.pilot.press("q")
        await seat.until(lambda: seat.page is seat.list)
        assert seat.list.sessions.rows == before
        assert not seat.list.trouble


@pytest.mark.parametrize("name", scripts_of("root", "logon"))
async def test_a_logon_that_went_badly_says_so_below_the_field_it_is_about(
    certificate: Identity, name: str
) -> None:
    async with seated(certificate, playing(name)) as seat:
        about = "password" if name in {"logon-401", "logon-403"} else "server"
        await seat.until(lambda: SCRIPTS[name].says in seat.below())
        assert SCRIPTS[name].says in seat.page.query_one(f"#{about}", LabeledInput).below
        assert isinstance(seat.page, LoginScreen)
        seat.server.answer = good
        if name == "logon-401":
            await seat.pilot.press(*"right")
        await seat.pilot.press("enter")
        await listed(seat)


async def test_only_the_word_pin_trusts_and_esc_leaves_with_nothing_sent(
    certificate: Identity,
) -> None:
    async with seated(certificate, pinned=False) as seat:
        await seat.until(lambda: isinstance(seat.page, CertificateScreen))
        await seat.pilot.pause(0.1)
        await seat.pilot.press(*"yes", "enter")
        assert isinstance(seat.page, CertificateScreen)
        await seat.pilot.press("enter")
        assert isinstance(seat.page, CertificateScreen)
        await seat.pilot.press("escape")
        await seat.until(lambda: "nothing was sent" in seat.below())
        assert seat.server.asked == []
        assert seat.server.received == 0


async def test_the_word_pin_trusts_that_certificate_through_a_refused_password_too(
    certificate: Identity,
) -> None:
    async with seated(certificate, playing("logon-401"), pinned=False) as seat:
        await seat.until(lambda: isinstance(seat.page, CertificateScreen))
        await seat.pilot.pause(0.1)
        await seat.pilot.press(*"pin", "enter")
        await seat.until(lambda: "refused" in seat.below())
        seat.server.answer = good
        await seat.pilot.press("enter")  # what was refused is gone: nothing is sent again
        assert len(seat.server.asked) == 2
        await seat.pilot.press(*"right", "enter")
        await listed(seat)
        assert seat.app.connection.trust.pin == certificate.sha256


async def test_a_changed_certificate_shows_both_and_sends_nothing(
    certificate: Identity, tmp_path: Path
) -> None:
    other = identity(tmp_path)
    async with rogue(good, other.context()) as server:
        trust = Trust(pin=certificate.sha256)
        connection = Connection(None, Server("127.0.0.1", server.port), USER, trust, password=Secret("right"))
        app = EmtuiApp(LaunchOptions(connection, remember=False))
        async with app.run_test(size=(80, 30)) as pilot:
            seat = Seat(app, pilot, server)
            await seat.until(lambda: isinstance(seat.page, CertificateScreen))
            text = seat.page.query_one("#text")

            def shown() -> str:
                return "\n".join(strip.text for strip in text.render_lines(text.size.region))

            for sha256 in (certificate.sha256, other.sha256):
                await seat.until(lambda wanted=f"{sha256[:4]} {sha256[4:8]}": wanted in shown())  # type: ignore[misc]
            assert server.received == 0


async def test_a_certificate_that_ends_soon_is_said_once_the_list_is_there(tmp_path: Path) -> None:
    async with seated(identity(tmp_path, days=9)) as seat:
        await listed(seat)
        foot = seat.list.query_one("#foot", StatusLine)
        await seat.until(lambda: "The certificate of 127.0.0.1" in foot.render_line(0).text)
        assert " expires on " in foot.render_line(0).text


async def test_a_closed_port_is_one_sentence_below_the_server(certificate: Identity) -> None:
    async with rogue(good, certificate.context()) as server:
        port = server.port
    connection = Connection(None, Server("127.0.0.1", port), USER, password=Secret("right"))
    app = EmtuiApp(LaunchOptions(connection, remember=False))
    async with app.run_test(size=(80, 23)) as pilot:
        seat = Seat(app, pilot, server)
        await seat.until(lambda: "refused the connection" in seat.below())


async def test_plain_http_on_the_port_is_one_sentence_below_the_server() -> None:
    async with rogue(good) as server:
        connection = Connection(None, Server("127.0.0.1", server.port), USER, password=Secret("right"))
        app = EmtuiApp(LaunchOptions(connection, remember=False))
        async with app.run_test(size=(80, 23)) as pilot:
            seat = Seat(app, pilot, server)
            await seat.until(lambda: "TLS" in seat.below())
            assert server.asked == []
