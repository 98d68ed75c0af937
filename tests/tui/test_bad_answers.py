"""Bad responses on the screens: one sentence with the next step, and the previous content stays.

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
from response_cases import CASES, LATER_ROUTES, ResponseCase
from scripted_server import (
    SCRIPTS,
    ReceivedRequest,
    ScriptedEmServer,
    ScriptedReply,
    ServerIdentity,
    make_identity,
    play_script,
    reply_well,
    route_of,
    scripted_server,
)
from tui_driver import TuiDriver, running_app

from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust
from emtui.local.connection import Connection
from emtui.tui.launch_options import LaunchOptions

USER = "EXAMPLE\\ops"
SLOW_SCRIPTS = {"mute", "slow"}
"""Scripts that end with a timeout of a minute; the tests of the client have shorter ones."""


def script_names(*routes: str) -> list[str]:
    return [name for name, script in SCRIPTS.items() if script.route in routes and name not in SLOW_SCRIPTS]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ServerIdentity:
    return make_identity(tmp_path_factory.mktemp("certificate"))


@dataclass(frozen=True)
class LoggedOnUser:
    """A user at the screens, and the server."""

    ui: TuiDriver
    server: ScriptedEmServer


@asynccontextmanager
async def running_app_with_server(
    certificate: ServerIdentity, answer: Callable[..., object] = reply_well, *, pinned: bool = True
) -> AsyncIterator[LoggedOnUser]:
    async with scripted_server(answer, certificate.tls_context()) as server:  # type: ignore[arg-type]
        connection = Connection(
            server=Server("127.0.0.1", server.port),
            user=USER,
            password=Secret("right"),
            trust=Trust(pin=certificate.sha256 if pinned else None),
        )
        async with running_app(LaunchOptions(connection, remember=False)) as ui:
            yield LoggedOnUser(ui, server)


def as_of_time(seat: LoggedOnUser) -> str:
    """The time of the last complete list, from the header."""
    (shown,) = re.findall(r"(?:as of|since \w+) ([\d:]{8})", seat.ui.top())
    return str(shown)


@pytest.mark.parametrize("name", script_names("list"))
async def test_a_bad_list_answer_keeps_the_previous_list_on_the_screen(
    certificate: ServerIdentity, name: str
) -> None:
    async with running_app_with_server(certificate) as seat:
        await seat.ui.wait_listed(complete=False)
        before, as_of = seat.ui.sessions(), as_of_time(seat)
        seat.server.reply_to = play_script(name)
        await seat.ui.press("r")
        await seat.ui.wait_for(lambda: bool(seat.ui.error_text()) and not seat.ui.progress())
        assert SCRIPTS[name].message_part in seat.ui.error_text()
        assert seat.server.authority in seat.ui.error_text()
        assert (seat.ui.sessions(), as_of_time(seat)) == (before, as_of)
        seat.server.reply_to = reply_well
        await seat.ui.press("r")
        await seat.ui.wait_for(lambda: not seat.ui.error_text())


async def request_unusual_answer(seat: LoggedOnUser, case: ResponseCase, sentence: str) -> None:
    """Press r, let the server answer with this script, and wait until the screen shows only this."""
    play_count = 0
    expected = sentence.replace("SERVER", seat.server.authority)

    def answer(asked: ReceivedRequest) -> ScriptedReply:
        nonlocal play_count
        if route_of(asked) != "list" or (case.once and play_count):
            return reply_well(asked)
        play_count += 1
        return case.reply

    seat.server.reply_to = answer
    await seat.ui.press("r")
    await seat.ui.wait_for(lambda: play_count > 0 and not seat.ui.is_polling())
    await seat.ui.wait_for(
        lambda: seat.ui.error_text().endswith(expected) if expected else not seat.ui.error_text()
    )


async def test_every_malformed_list_in_random_order_keeps_the_previous_list_on_the_screen(
    certificate: ServerIdentity,
) -> None:
    lists = [name for name, case in CASES.items() if case.route == "list" and case.reply.then != "hang"]
    random.Random(18).shuffle(lists)  # noqa: S311 - the same order each time
    logons = 1

    async with running_app_with_server(certificate) as seat:
        await seat.ui.wait_listed(complete=False)
        before = seat.ui.sessions()
        for name in lists[:60]:
            await request_unusual_answer(seat, CASES[name], LATER_ROUTES.get(name, CASES[name].sentence))
            logons += CASES[name].demands
            assert seat.server.count("POST") == logons, name
            assert seat.ui.sessions() == before, name
        seat.server.reply_to = reply_well
        await seat.ui.press("r")
        await seat.ui.wait_for(lambda: not seat.ui.error_text())


@pytest.mark.parametrize("name", script_names("session", "events"))
async def test_a_bad_session_answer_is_one_sentence_and_the_list_is_unchanged(
    certificate: ServerIdentity, name: str
) -> None:
    async with running_app_with_server(certificate) as seat:
        await seat.ui.wait_listed(complete=False)
        before = seat.ui.sessions()
        await seat.ui.press("enter")
        await seat.ui.wait_for(
            lambda: seat.ui.screen_name() == "session_detail" and seat.ui.log() is not None
        )
        log = seat.ui.log()
        seat.server.reply_to = play_script(name)
        await seat.ui.press("r")
        await seat.ui.wait_for(lambda: bool(seat.ui.error_text()))
        assert SCRIPTS[name].message_part in seat.ui.error_text()
        assert seat.ui.log() is log
        await seat.ui.press("q")
        await seat.ui.wait_at("session_list")
        assert seat.ui.sessions() == before
        assert not seat.ui.error_text()


@pytest.mark.parametrize("name", script_names("root", "logon"))
async def test_a_failed_logon_is_reported_below_the_field_it_is_about(
    certificate: ServerIdentity, name: str
) -> None:
    async with running_app_with_server(certificate, play_script(name)) as seat:
        about = "password" if name in {"logon-401", "logon-403"} else "server"
        await seat.ui.wait_for(lambda: SCRIPTS[name].message_part in seat.ui.field_messages())
        assert SCRIPTS[name].message_part in seat.ui.field_message(about)
        assert seat.ui.screen_name() == "login"
        seat.server.reply_to = reply_well
        if name == "logon-401":
            await seat.ui.press(*"right")
        await seat.ui.press("enter")
        await seat.ui.wait_listed(complete=False)


async def test_only_typing_pin_trusts_and_esc_sends_nothing(
    certificate: ServerIdentity,
) -> None:
    async with running_app_with_server(certificate, pinned=False) as seat:
        await seat.ui.wait_for(lambda: seat.ui.screen_name() == "certificate")
        await seat.ui.pause(0.1)
        await seat.ui.press(*"yes", "enter")
        assert seat.ui.screen_name() == "certificate"
        await seat.ui.press("enter")
        assert seat.ui.screen_name() == "certificate"
        await seat.ui.press("escape")
        await seat.ui.wait_for(lambda: "nothing was sent" in seat.ui.field_messages())
        assert seat.server.requests == []
        assert seat.server.received_bytes == 0


async def test_a_pinned_certificate_stays_trusted_after_a_refused_password(
    certificate: ServerIdentity,
) -> None:
    async with running_app_with_server(certificate, play_script("logon-401"), pinned=False) as seat:
        await seat.ui.wait_for(lambda: seat.ui.screen_name() == "certificate")
        await seat.ui.pause(0.1)
        await seat.ui.press(*"pin", "enter")
        await seat.ui.wait_for(lambda: "refused" in seat.ui.field_messages())
        seat.server.reply_to = reply_well
        await seat.ui.press("enter")  # what was refused is gone: nothing is sent again
        assert len(seat.server.requests) == 2
        await seat.ui.press(*"right", "enter")
        await seat.ui.wait_listed(complete=False)
        assert seat.ui.connection().trust.pin == certificate.sha256


async def test_a_changed_certificate_shows_both_and_sends_nothing(
    certificate: ServerIdentity, tmp_path: Path
) -> None:
    other = make_identity(tmp_path)
    async with scripted_server(reply_well, other.tls_context()) as server:
        trust = Trust(pin=certificate.sha256)
        connection = Connection(None, Server("127.0.0.1", server.port), USER, trust, password=Secret("right"))
        async with running_app(LaunchOptions(connection, remember=False), (80, 30)) as ui:
            await ui.wait_at("certificate")
            for sha256 in (certificate.sha256, other.sha256):
                begin = f"{sha256[:4]} {sha256[4:8]}"
                await ui.wait_for(lambda begin=begin: begin in "\n".join(ui.lines()))  # type: ignore[misc]
            assert server.received_bytes == 0


async def test_a_certificate_that_expires_soon_is_reported_once_the_list_is_loaded(tmp_path: Path) -> None:
    async with running_app_with_server(make_identity(tmp_path, days=9)) as seat:
        await seat.ui.wait_listed(complete=False)
        await seat.ui.wait_for(lambda: "The certificate of 127.0.0.1" in seat.ui.footer())
        assert " expires on " in seat.ui.footer()


async def test_a_closed_port_is_one_sentence_below_the_server(certificate: ServerIdentity) -> None:
    async with scripted_server(reply_well, certificate.tls_context()) as server:
        port = server.port
    connection = Connection(None, Server("127.0.0.1", port), USER, password=Secret("right"))
    async with running_app(LaunchOptions(connection, remember=False)) as ui:
        await ui.wait_for(lambda: "refused the connection" in ui.field_messages())


async def test_plain_http_on_the_port_is_one_sentence_below_the_server() -> None:
    async with scripted_server(reply_well) as server:
        connection = Connection(None, Server("127.0.0.1", server.port), USER, password=Secret("right"))
        async with running_app(LaunchOptions(connection, remember=False)) as ui:
            await ui.wait_for(lambda: "TLS" in ui.field_messages())
            assert server.requests == []
