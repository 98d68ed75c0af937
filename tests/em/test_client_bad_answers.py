"""Every bad answer in `rogue.SCRIPTS` becomes exactly one error, of one sentence that names the host."""

from __future__ import annotations

import asyncio
import base64
import re
import time
from collections.abc import Iterator

import pytest
from rogue import (
    GUID,
    PASSWORD,
    SCRIPTS,
    USER,
    Asked,
    Identity,
    Reply,
    good,
    identity,
    playing,
    reply,
    rogue,
    route_of,
)

from emtui.em import http_requests
from emtui.em.client import Client, Timeouts
from emtui.em.errors import (
    Broken,
    EmError,
    LogonRefused,
    NameUnknown,
    PlainHttp,
    Redirected,
    Refused,
    TimedOut,
    TooLarge,
)
from emtui.em.model import uid_of
from emtui.em.proxy import Proxies
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust

MANY = 9_000
SHORT = Timeouts(connect=5, read=0.3, logoff=1)
PATIENT = Timeouts(connect=10, read=20, logoff=1)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return identity(tmp_path_factory.mktemp("tls"))


async def connect(
    port: int, trust: Trust, timeouts: Timeouts = PATIENT, *, host: str = "127.0.0.1", scheme: str = "https"
) -> Client:
    server = Server(host, port, scheme)
    return await Client.connect(
        server, USER, Secret(PASSWORD), trust=trust, proxies=Proxies(), timeouts=timeouts
    )


async def ask_for_everything(client: Client) -> None:
    async with client:
        await client.sessions()
        await client.session(uid_of(GUID))
        await client.events(uid_of(GUID))


def assert_one_sentence(problem: EmError, authority: str) -> None:
    text = str(problem)
    assert authority in text
    assert text.endswith(".")
    assert "\n" not in text
    assert not re.search(r"[.!?] [A-Z]", text)
    assert PASSWORD not in text
    assert problem.__cause__ is None


@pytest.mark.parametrize("name", SCRIPTS)
async def test_a_bad_answer_becomes_one_error_with_one_sentence(name: str, known: Identity) -> None:
    script = SCRIPTS[name]
    timeouts = SHORT if name in {"mute", "slow"} else PATIENT
    async with rogue(playing(name), known.context()) as server:
        with pytest.raises(EmError) as caught:
            await ask_for_everything(await connect(server.port, Trust(pin=known.sha256), timeouts))
        assert type(caught.value) is script.error
        assert script.says in str(caught.value)
        assert_one_sentence(caught.value, server.authority)


async def test_an_endless_body_is_abandoned_when_it_is_too_large(known: Identity) -> None:
    async with rogue(playing("huge-session"), known.context()) as server:
        async with await connect(server.port, Trust(pin=known.sha256)) as client:
            with pytest.raises(TooLarge):
                await client.session(uid_of(GUID))
        assert server.sent < 40 * 1024 * 1024


async def test_a_redirect_is_not_followed_even_to_an_existing_server(known: Identity) -> None:
    async with rogue(context=known.context()) as other:
        location = f"Location: https://{other.authority}/api/\r\nContent-Length: 0\r\n\r\n"
        points = Reply(f"HTTP/1.1 302 Found\r\n{location}".encode())
        async with rogue(lambda _: points, known.context()) as server:
            with pytest.raises(Redirected, match=other.authority):
                await connect(server.port, Trust(pin=known.sha256))
        assert other.hello == 0


async def test_a_closed_port_is_reported_as_connection_refused() -> None:
    async with rogue() as server:
        port = server.port
    with pytest.raises(Refused) as caught:
        await connect(port, Trust())
    assert_one_sentence(caught.value, f"127.0.0.1:{port}")


async def test_an_unknown_host_name_is_reported() -> None:
    with pytest.raises(NameUnknown) as caught:
        await connect(9398, Trust(), host="em01.example.invalid")
    assert_one_sentence(caught.value, "em01.example.invalid:9398")


async def test_plain_http_where_tls_was_expected() -> None:
    web = Reply(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", after="close")

    async def answer_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(web.head)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer_at_once, "127.0.0.1", 0)
    async with server:
        with pytest.raises(PlainHttp) as caught:
            await connect(server.sockets[0].getsockname()[1], Trust())
    assert_one_sentence(caught.value, "127.0.0.1:")


async def test_tls_where_plain_http_was_expected(known: Identity) -> None:
    async with rogue(context=known.context()) as server:
        with pytest.raises((PlainHttp, Broken), match="https://"):
            await connect(server.port, Trust(), scheme="http")
        assert server.received == 0


async def test_a_proxy_that_reports_plain_http_on_its_tls_port() -> None:
    body = b"<html><h1>400</h1>The plain HTTP request was sent to HTTPS port</html>"
    says = Reply(b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n" % len(body), (body,))
    async with rogue(lambda _: says) as server:
        with pytest.raises(PlainHttp, match="use https://"):
            await connect(server.port, Trust(), scheme="http")


async def test_only_the_root_is_requested_from_another_service(known: Identity) -> None:
    def stranger(asked: Asked) -> Reply:
        return playing("web-ui")(asked)

    async with rogue(stranger, known.context()) as server:
        with pytest.raises(EmError):
            await connect(server.port, Trust(pin=known.sha256))
        assert [(asked.method, asked.path) for asked in server.asked] == [("GET", "/api/")]
        assert not {"authorization", "x-restsvcsessionid", "cookie"} & server.asked[0].headers.keys()


async def test_secrets_echoed_by_a_server_are_not_shown(known: Identity) -> None:
    basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    def echo(asked: Asked) -> Reply:
        if route_of(asked) != "logon":
            return good(asked)
        said = f'<Error Message="{asked.headers["authorization"]} {USER}:{PASSWORD}"/>'.encode()
        return reply("401 Unauthorized", said)

    async with rogue(echo, known.context()) as server:
        with pytest.raises(LogonRefused) as caught:
            await connect(server.port, Trust(pin=known.sha256))
    assert PASSWORD not in str(caught.value)
    assert basic not in str(caught.value)


async def test_a_body_that_arrives_too_slowly_is_abandoned(
    known: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_requests, "_SLOW", 0.5)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: {MANY}\r\n\r\n".encode()

    def drops() -> Iterator[bytes]:
        for _ in range(MANY):
            time.sleep(0.02)
            yield b" "

    def dribbling(asked: Asked) -> Reply:
        return Reply(head, drops(), "hang") if route_of(asked) == "list" else good(asked)

    trust = Trust(pin=known.sha256)
    async with rogue(dribbling, known.context()) as server, await connect(server.port, trust) as client:
        with pytest.raises(TimedOut, match="too slowly"):
            await client.sessions()
