"""Bad answers on the screens: one sentence with the next step, and what was there before stays there.

The server is a real one, over TLS, that answers well until it is told not to.
"""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from answers_table import CASES, LATER, Case
from rogue import SCRIPTS, Asked, Identity, Reply, Rogue, good, identity, playing, rogue, route_of
from tui_driver import TuiDriver, running_app

from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust
from emtui.local.connection import Connection
from emtui.tui.launch_options import LaunchOptions

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

    ui: TuiDriver
    server: Rogue


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
        async with running_app(LaunchOptions(connection, remember=False)) as ui:
            yield Seat(ui, server)


def shown_as_of(seat: Seat) -> str:
    """When the last complete list came, as the first line says."""
    (shown,) = re.findall(r"(?:as of|since \w+) ([\d:]{8})", seat.ui.top())
    return str(shown)


@pytest.mark.parametrize("name", scripts_of("list"))
async def test_a_list_that_came_badly_leaves_the_one_before_on_the_screen(
    certificate: Identity, name: str
) -> None:
    async with seated(certificate) as seat:
        await seat.ui.wait_listed(complete=False)
        before, as_of = seat.ui.sessions(), shown_as_of(seat)
        seat.server.answer = playing(name)
        await seat.ui.press("r")
        await seat.ui.wait_for(lambda: bool(seat.ui.trouble()) and not seat.ui.progress())
        assert SCRIPTS[name].says in seat.ui.trouble()
        assert seat.server.authority in seat.ui.trouble()
        assert (seat.ui.sessions(), shown_as_of(seat)) == (before, as_of)
        seat.server.answer = good
        await seat.ui.press("r")
        await seat.ui.wait_for(lambda: not seat.ui.trouble())


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
    await seat.ui.press("r")
    await seat.ui.wait_for(lambda: played > 0 and not seat.ui.is_polling())
    await seat.ui.wait_for(lambda: seat.ui.trouble().endswith(said) if said else not seat.ui.trouble())


async def test_every_odd_list_in_random_order_leaves_the_one_before_on_the_screen(
    certificate: Identity,
) -> None:
    lists = [name for name, case in CASES.items() if case.at == "list" and case.reply.after != "hang"]
    random.Random(18).shuffle(lists)  # noqa: S311 - the same order each time
    logons = 1

    async with seated(certificate) as seat:
        await seat.ui.wait_listed(complete=False)
        before = seat.ui.sessions()
        for name in lists[:60]:
            await ask_oddly(seat, CASES[name], LATER.get(name, CASES[name].sentence))
            logons += CASES[name].demands
            assert seat.server.count("POST") == logons, name
            assert seat.ui.sessions() == before, name
        seat.server.answer = good
        await seat.ui.press("r")
        await seat.ui.wait_for(lambda: not seat.ui.trouble())


@pytest.mark.parametrize("name", scripts_of("session", "events"))
async def test_a_session_that_came_badly_is_one_sentence_and_back_the_list_is_as_it_was(
    certificate: Identity, name: str
) -> None:
    async with seated(certificate) as seat:
        await seat.ui.wait_listed(complete=False)
        before = seat.ui.sessions()
        await seat.ui.press("enter")
        await seat.ui.wait_for(
            lambda: seat.ui.screen_name() == "session_detail" and seat.ui.log() is not None
        )
        log = seat.ui.log()
        seat.server.answer = playing(name)
        await seat.ui.press("r")
        await seat.ui.wait_for(lambda: bool(seat.ui.trouble()))
        assert SCRIPTS[name].says in seat.ui.trouble()
        assert seat.ui.log() is log
        await seat.ui.press("q")
        await seat.ui.wait_at("session_list")
        assert seat.ui.sessions() == before
        assert not seat.ui.trouble()


@pytest.mark.parametrize("name", scripts_of("root", "logon"))
async def test_a_logon_that_went_badly_says_so_below_the_field_it_is_about(
    certificate: Identity, name: str
) -> None:
    async with seated(certificate, playing(name)) as seat:
        about = "password" if name in {"logon-401", "logon-403"} else "server"
        await seat.ui.wait_for(lambda: SCRIPTS[name].says in seat.ui.field_messages())
        assert SCRIPTS[name].says in seat.ui.field_message(about)
        assert seat.ui.screen_name() == "login"
        seat.server.answer = good
        if name == "logon-401":
            await seat.ui.press(*"right")
        await seat.ui.press("enter")
        await seat.ui.wait_listed(complete=False)


async def test_only_the_word_pin_trusts_and_esc_leaves_with_nothing_sent(
    certificate: Identity,
) -> None:
    async with seated(certificate, pinned=False) as seat:
        await seat.ui.wait_for(lambda: seat.ui.screen_name() == "certificate")
        await seat.ui.pause(0.1)
        await seat.ui.press(*"yes", "enter")
        assert seat.ui.screen_name() == "certificate"
        await seat.ui.press("enter")
        assert seat.ui.screen_name() == "certificate"
        await seat.ui.press("escape")
        await seat.ui.wait_for(lambda: "nothing was sent" in seat.ui.field_messages())
        assert seat.server.asked == []
        assert seat.server.received == 0


async def test_the_word_pin_trusts_that_certificate_through_a_refused_password_too(
    certificate: Identity,
) -> None:
    async with seated(certificate, playing("logon-401"), pinned=False) as seat:
        await seat.ui.wait_for(lambda: seat.ui.screen_name() == "certificate")
        await seat.ui.pause(0.1)
        await seat.ui.press(*"pin", "enter")
        await seat.ui.wait_for(lambda: "refused" in seat.ui.field_messages())
        seat.server.answer = good
        await seat.ui.press("enter")  # what was refused is gone: nothing is sent again
        assert len(seat.server.asked) == 2
        await seat.ui.press(*"right", "enter")
        await seat.ui.wait_listed(complete=False)
        assert seat.ui.connection().trust.pin == certificate.sha256


async def test_a_changed_certificate_shows_both_and_sends_nothing(
    certificate: Identity, tmp_path: Path
) -> None:
    other = identity(tmp_path)
    async with rogue(good, other.context()) as server:
        trust = Trust(pin=certificate.sha256)
        connection = Connection(None, Server("127.0.0.1", server.port), USER, trust, password=Secret("right"))
        async with running_app(LaunchOptions(connection, remember=False), (80, 30)) as ui:
            await ui.wait_at("certificate")
            for sha256 in (certificate.sha256, other.sha256):
                begin = f"{sha256[:4]} {sha256[4:8]}"
                await ui.wait_for(lambda begin=begin: begin in "\n".join(ui.lines()))  # type: ignore[misc]
            assert server.received == 0


async def test_a_certificate_that_ends_soon_is_said_once_the_list_is_there(tmp_path: Path) -> None:
    async with seated(identity(tmp_path, days=9)) as seat:
        await seat.ui.wait_listed(complete=False)
        await seat.ui.wait_for(lambda: "The certificate of 127.0.0.1" in seat.ui.footer())
        assert " expires on " in seat.ui.footer()


async def test_a_closed_port_is_one_sentence_below_the_server(certificate: Identity) -> None:
    async with rogue(good, certificate.context()) as server:
        port = server.port
    connection = Connection(None, Server("127.0.0.1", port), USER, password=Secret("right"))
    async with running_app(LaunchOptions(connection, remember=False)) as ui:
        await ui.wait_for(lambda: "refused the connection" in ui.field_messages())


async def test_plain_http_on_the_port_is_one_sentence_below_the_server() -> None:
    async with rogue(good) as server:
        connection = Connection(None, Server("127.0.0.1", server.port), USER, password=Secret("right"))
        async with running_app(LaunchOptions(connection, remember=False)) as ui:
            await ui.wait_for(lambda: "TLS" in ui.field_messages())
            assert server.asked == []
