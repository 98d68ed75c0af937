"""Every bad response in `scripted_server.SCRIPTS` becomes one error with one sentence that names the host."""

from __future__ import annotations

import asyncio
import base64
import re
import time
from collections.abc import Iterator

import pytest
from scripted_server import (
    GUID,
    PASSWORD,
    SCRIPTS,
    USER,
    ReceivedRequest,
    ScriptedReply,
    ServerIdentity,
    make_identity,
    make_reply,
    play_script,
    reply_well,
    route_of,
    scripted_server,
)

from emtui.em import http_requests
from emtui.em.client import Client, Timeouts
from emtui.em.errors import (
    ConnectionFailedError,
    EmError,
    HostNotFoundError,
    LogonRefusedError,
    PortClosedError,
    RedirectError,
    ResponseTooLargeError,
    SchemeMismatchError,
    ServerTimeoutError,
)
from emtui.em.model import uid_from_guid
from emtui.em.proxy import ProxySettings
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust

SESSION_COUNT = 9_000
SHORT_TIMEOUTS = Timeouts(connect=5, read=0.3, logoff=1)
LONG_TIMEOUTS = Timeouts(connect=10, read=20, logoff=1)


@pytest.fixture(scope="module")
def server_identity(tmp_path_factory: pytest.TempPathFactory) -> ServerIdentity:
    return make_identity(tmp_path_factory.mktemp("tls"))


async def connect(
    port: int,
    trust: Trust,
    timeouts: Timeouts = LONG_TIMEOUTS,
    *,
    host: str = "127.0.0.1",
    scheme: str = "https",
) -> Client:
    server = Server(host, port, scheme)
    return await Client.connect(
        server, USER, Secret(PASSWORD), trust=trust, proxies=ProxySettings(), timeouts=timeouts
    )


async def request_everything(client: Client) -> None:
    async with client:
        await client.sessions()
        await client.session(uid_from_guid(GUID))
        await client.events(uid_from_guid(GUID))


def assert_one_sentence(problem: EmError, authority: str) -> None:
    text = str(problem)
    assert authority in text
    assert text.endswith(".")
    assert "\n" not in text
    assert not re.search(r"[.!?] [A-Z]", text)
    assert PASSWORD not in text
    assert problem.__cause__ is None


@pytest.mark.parametrize("name", SCRIPTS)
async def test_a_bad_answer_becomes_one_error_with_one_sentence(
    name: str, server_identity: ServerIdentity
) -> None:
    script = SCRIPTS[name]
    timeouts = SHORT_TIMEOUTS if name in {"mute", "slow"} else LONG_TIMEOUTS
    async with scripted_server(play_script(name), server_identity.tls_context()) as server:
        with pytest.raises(EmError) as caught:
            await request_everything(await connect(server.port, Trust(pin=server_identity.sha256), timeouts))
        assert type(caught.value) is script.error
        assert script.message_part in str(caught.value)
        assert_one_sentence(caught.value, server.authority)


async def test_an_endless_body_is_abandoned_when_it_is_too_large(server_identity: ServerIdentity) -> None:
    async with scripted_server(play_script("huge-session"), server_identity.tls_context()) as server:
        async with await connect(server.port, Trust(pin=server_identity.sha256)) as client:
            with pytest.raises(ResponseTooLargeError):
                await client.session(uid_from_guid(GUID))
        assert server.sent_bytes < 40 * 1024 * 1024


async def test_a_redirect_is_not_followed_even_to_an_existing_server(server_identity: ServerIdentity) -> None:
    async with scripted_server(context=server_identity.tls_context()) as other:
        location = f"Location: https://{other.authority}/api/\r\nContent-Length: 0\r\n\r\n"
        redirect = ScriptedReply(f"HTTP/1.1 302 Found\r\n{location}".encode())
        async with scripted_server(lambda _: redirect, server_identity.tls_context()) as server:
            with pytest.raises(RedirectError, match=other.authority):
                await connect(server.port, Trust(pin=server_identity.sha256))
        assert other.connection_count == 0


async def test_a_closed_port_is_reported_as_connection_refused() -> None:
    async with scripted_server() as server:
        port = server.port
    with pytest.raises(PortClosedError) as caught:
        await connect(port, Trust())
    assert_one_sentence(caught.value, f"127.0.0.1:{port}")


async def test_an_unknown_host_name_is_reported() -> None:
    with pytest.raises(HostNotFoundError) as caught:
        await connect(9398, Trust(), host="em01.example.invalid")
    assert_one_sentence(caught.value, "host em01.example.invalid")


async def test_plain_http_where_tls_was_expected() -> None:
    web = ScriptedReply(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", then="close")

    async def answer_immediately(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(web.head)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer_immediately, "127.0.0.1", 0)
    async with server:
        with pytest.raises(SchemeMismatchError) as caught:
            await connect(server.sockets[0].getsockname()[1], Trust())
    assert_one_sentence(caught.value, "127.0.0.1:")


async def test_tls_where_plain_http_was_expected(server_identity: ServerIdentity) -> None:
    async with scripted_server(context=server_identity.tls_context()) as server:
        with pytest.raises((SchemeMismatchError, ConnectionFailedError), match="https://"):
            await connect(server.port, Trust(), scheme="http")
        assert server.received_bytes == 0


async def test_a_proxy_that_reports_plain_http_on_its_tls_port() -> None:
    body = b"<html><h1>400</h1>The plain HTTP request was sent to HTTPS port</html>"
    reply = ScriptedReply(b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n" % len(body), (body,))
    async with scripted_server(lambda _: reply) as server:
        with pytest.raises(SchemeMismatchError, match="use https://"):
            await connect(server.port, Trust(), scheme="http")


async def test_only_the_root_is_requested_from_another_service(server_identity: ServerIdentity) -> None:
    def answer_as_other_service(request: ReceivedRequest) -> ScriptedReply:
        return play_script("web-ui")(request)

    async with scripted_server(answer_as_other_service, server_identity.tls_context()) as server:
        with pytest.raises(EmError):
            await connect(server.port, Trust(pin=server_identity.sha256))
        assert [(request.method, request.path) for request in server.requests] == [("GET", "/api/")]
        assert not {"authorization", "x-restsvcsessionid", "cookie"} & server.requests[0].headers.keys()


async def test_secrets_echoed_by_a_server_are_not_shown(server_identity: ServerIdentity) -> None:
    basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    def echo(request: ReceivedRequest) -> ScriptedReply:
        if route_of(request) != "logon":
            return reply_well(request)
        body = f'<Error Message="{request.headers["authorization"]} {USER}:{PASSWORD}"/>'.encode()
        return make_reply("401 Unauthorized", body)

    async with scripted_server(echo, server_identity.tls_context()) as server:
        with pytest.raises(LogonRefusedError) as caught:
            await connect(server.port, Trust(pin=server_identity.sha256))
    assert PASSWORD not in str(caught.value)
    assert basic not in str(caught.value)


async def test_a_body_that_arrives_too_slowly_is_abandoned(
    server_identity: ServerIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_requests, "_BODY_TIME", 0.5)
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: {SESSION_COUNT}\r\n\r\n"
    ).encode()

    def slow_chunks() -> Iterator[bytes]:
        for _ in range(SESSION_COUNT):
            time.sleep(0.02)
            yield b" "

    def answer_slowly(request: ReceivedRequest) -> ScriptedReply:
        return (
            ScriptedReply(head, slow_chunks(), "hang") if route_of(request) == "list" else reply_well(request)
        )

    trust = Trust(pin=server_identity.sha256)
    async with (
        scripted_server(answer_slowly, server_identity.tls_context()) as server,
        await connect(server.port, trust) as client,
    ):
        with pytest.raises(ServerTimeoutError, match="too slowly"):
            await client.sessions()
