"""Every unusual response of the table, over real TLS, for the client and the command line."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from connected_client import connect_client
from response_cases import CASES, HANDSHAKES, HandshakeCase, ResponseCase, raw
from scripted_server import (
    GUID,
    ReceivedRequest,
    ScriptedReply,
    ServerIdentity,
    make_identity,
    make_reply,
    reply_well,
    route_of,
    scripted_server,
)
from textual.content import Content

from emtui.em.client import Client, DownloadProgress, Timeouts
from emtui.em.error_body import ErrorBody
from emtui.em.errors import (
    AccessDeniedError,
    EmError,
    LogonRefusedError,
    ServerTimeoutError,
    SessionGoneError,
)
from emtui.em.http_requests import RequestSender
from emtui.em.model import uid_from_guid
from emtui.em.proxy import ProxySettings
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust, parse_server
from emtui.em.status_errors import ErrorResponse, RequestedUrl, status_error
from emtui.em.transport import open_transport

ERRORS_WITHOUT_URL = {LogonRefusedError, SessionGoneError}
"""Sentences about an account or a session, not about a requested URL."""


@pytest.fixture(scope="module")
def server_identity(tmp_path_factory: pytest.TempPathFactory) -> ServerIdentity:
    return make_identity(tmp_path_factory.mktemp("tls"))


async def connect(port: int, identity: ServerIdentity, read: float = 20.0, prefix: str = "") -> Client:
    return await connect_client(port, identity, Timeouts(connect=10, read=read, logoff=1), prefix)


def answer_case(case: ResponseCase) -> Callable[[ReceivedRequest], ScriptedReply]:
    """Respond with the unusual response to its request, and normally to others."""
    count = 0

    def respond(request: ReceivedRequest) -> ScriptedReply:
        nonlocal count
        if route_of(request) != case.route or (case.once and count):
            return reply_well(request)
        count += 1
        return case.reply

    return respond


async def request_everything(client: Client) -> None:
    async with client:
        listing = await client.sessions()
        assert [session.uid for session in listing.sessions] == [uid_from_guid(GUID)]
        assert (listing.unreadable_count, listing.replaced_count) == (0, 0)
        assert (await client.session(uid_from_guid(GUID))).uid == uid_from_guid(GUID)
        assert len((await client.events(uid_from_guid(GUID))).events) == 1


@pytest.mark.parametrize("name", CASES)
async def test_each_response_is_read_or_has_its_own_sentence(
    name: str, server_identity: ServerIdentity
) -> None:
    case = CASES[name]
    sentence, kind = "", None
    async with scripted_server(answer_case(case), server_identity.tls_context()) as server:
        try:
            read = 0.3 if case.reply.then == "hang" else 20.0
            await request_everything(await connect(server.port, server_identity, read, case.prefix))
        except EmError as problem:
            sentence, kind = str(problem).replace(server.authority, "SERVER"), type(problem)
    assert (sentence, kind) == (case.sentence, case.error)
    if case.route != "root":
        assert server.count("POST") == 1 + case.demands


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name].sentence])
def test_each_error_is_one_sentence_without_false_doubts(name: str) -> None:
    case = CASES[name]
    about = (
        "SERVER "
        if case.error in ERRORS_WITHOUT_URL or "not HTTP" in name
        else f"https://SERVER{case.prefix}/api/"
    )
    assert case.sentence.startswith(about)
    assert case.sentence.endswith(".")
    assert ". " not in case.sentence.replace("(it is ", "").replace("em99.example.net", "")
    if case.route != "root":
        assert "9398" not in case.sentence, "it has answered as Enterprise Manager on that port"
    if "Portal Administrator" in case.sentence:
        assert case.route == "list"
        assert case.reply.chunks[0].startswith(b"<Error ")  # type: ignore[index]  # the table's are tuples


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name].sentence])
def test_a_sentence_fits_on_four_lines_of_80_columns(name: str) -> None:
    """The screen has that much room below line 1."""
    sentence = re.sub("(?<![A-Z])SERVER(?=[ /])", "em01.example.net:9398", CASES[name].sentence)
    assert len(Content(f"! {sentence}").wrap(80)) <= 4


def test_a_url_in_a_message_has_brackets_and_a_shortened_path() -> None:
    server = parse_server("https://[fe80::1%25eth0]:9443/veeam/api/")
    url = RequestedUrl(server, "/api/systemSessions")
    message = str(status_error(ErrorResponse(url, 503, {}, b"", ErrorBody())))
    assert message.startswith("https://[fe80::1%eth0]:9443/veeam/api/systemSessions answered 503 ")
    assert len(str(RequestedUrl(server, f"/api/systemSessions/{'x' * 9000}"))) < 250


@pytest.mark.parametrize(
    "unusual", [raw("HTTP/1.1 204 No Content\nodd line\n\n"), make_reply("302 Found", b"", "")]
)
async def test_an_error_on_log_off_hides_the_logon_id(
    unusual: ScriptedReply, server_identity: ServerIdentity
) -> None:
    context = server_identity.tls_context()
    async with scripted_server(
        lambda request: unusual if route_of(request) == "logoff" else reply_well(request), context
    ) as server:
        address = Server("127.0.0.1", server.port)
        transport = await open_transport(address, Trust(pin=server_identity.sha256), ProxySettings())
        sender = RequestSender(address, transport, Timeouts(connect=10, read=20, logoff=1), "emtui")
        with pytest.raises(EmError) as caught:
            async with sender.log_off(Secret("the-logon-id"), Secret("the-token")):
                pass
        await sender.close()
        assert server.requests[0].path == "/api/logonSessions/the-logon-id"
    assert str(caught.value).startswith(f"{address.url}/api/logonSessions/*** ")


@contextmanager
def handshake_server(played: HandshakeCase, identity: ServerIdentity) -> Iterator[int]:
    """Run a server that only completes handshakes; yield its port."""
    context = identity.tls_context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # simulates an old version
        context.minimum_version = context.maximum_version = played.version
    if played.ciphers:
        context.set_ciphers(played.ciphers)
    if played.wants_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(identity.pem)

    def attend(wire: socket.socket) -> None:
        with suppress(OSError), wire, context.wrap_socket(wire, server_side=True) as agreed:
            agreed.recv(4096)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=attend, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


@pytest.mark.parametrize("name", HANDSHAKES)
async def test_each_failed_handshake_has_its_own_sentence(name: str, server_identity: ServerIdentity) -> None:
    played = HANDSHAKES[name]
    with handshake_server(played, server_identity) as port:
        with pytest.raises(EmError) as caught:
            await connect(port, server_identity)
        assert str(caught.value).replace(f"127.0.0.1:{port}", "SERVER") == played.sentence
        assert type(caught.value) is played.error


@pytest.mark.parametrize("body", ["401 Unauthorized", "200 OK"])
async def test_one_logon_for_many_requests_that_find_it_expired_at_once(
    body: str, server_identity: ServerIdentity
) -> None:
    """By status line and by document; the second logon has another token."""
    logons = 0

    def respond(request: ReceivedRequest) -> ScriptedReply:
        nonlocal logons
        if route_of(request) == "logon":
            logons += 1
            success = reply_well(request)
            return ScriptedReply(success.head.replace(b"NDRj", b"NDR%d" % logons), success.chunks)
        token = request.headers.get("x-restsvcsessionid", "")
        if route_of(request) in {"session", "events", "list"} and token.startswith("NDR1"):
            return make_reply(body, b'<Error Message="The session has expired" StatusCode="401"/>')
        return reply_well(request)

    async with (
        scripted_server(respond, server_identity.tls_context()) as server,
        await connect(server.port, server_identity) as client,
    ):
        await asyncio.gather(*(client.session(uid_from_guid(GUID)) for _ in range(8)), client.sessions())
    assert logons == 2


async def test_a_401_without_basic_is_not_a_refused_password(server_identity: ServerIdentity) -> None:
    async with scripted_server(
        answer_case(CASES["logon: no Basic"]), server_identity.tls_context()
    ) as server:
        with pytest.raises(AccessDeniedError) as caught:
            await connect(server.port, server_identity)
    assert not isinstance(caught.value, LogonRefusedError)


async def test_received_and_expected_are_the_bytes_on_the_wire(server_identity: ServerIdentity) -> None:
    case = CASES["gzip"]
    async with (
        scripted_server(answer_case(case), server_identity.tls_context()) as server,
        await connect(server.port, server_identity) as client,
    ):
        seen: list[DownloadProgress] = []
        await client.sessions(seen.append)
        packed = len(b"".join(case.reply.chunks))
        assert client.response_stats is not None
        assert client.response_stats.size == packed
        assert (seen[-1].received, seen[-1].expected, seen[-1].row_count) == (packed, packed, 1)


async def test_a_cookie_that_came_with_the_logon_names_the_balancer(server_identity: ServerIdentity) -> None:
    """A load balancer sets its cookie once; the 401 comes from another server, which sets none."""

    def respond(request: ReceivedRequest) -> ScriptedReply:
        if route_of(request) == "logon":
            success = reply_well(request)
            cookie = b"Set-Cookie: ROUTEID=.node1; path=/\r\nContent-Length"
            return ScriptedReply(success.head.replace(b"Content-Length", cookie), success.chunks)
        return (
            reply_well(request) if route_of(request) in {"root", "logoff"} else make_reply("401 Unauthorized")
        )

    async with (
        scripted_server(respond, server_identity.tls_context()) as server,
        await connect(server.port, server_identity) as client,
    ):
        with pytest.raises(AccessDeniedError, match="sets the cookie ROUTEID: a load balancer"):
            await client.sessions()
    assert server.count("POST") == 2


async def test_endless_headers_time_out(server_identity: ServerIdentity) -> None:
    def endless_headers() -> Iterator[bytes]:
        while True:
            time.sleep(0.01)
            yield b"HTTP/1.1 102 Processing\r\n\r\n"

    def respond(request: ReceivedRequest) -> ScriptedReply:
        return ScriptedReply(b"", endless_headers()) if route_of(request) == "list" else reply_well(request)

    async with (
        scripted_server(respond, server_identity.tls_context()) as server,
        await connect(server.port, server_identity, 0.5) as client,
    ):
        with pytest.raises(ServerTimeoutError, match="started a response"):
            await client.sessions()


@pytest.mark.parametrize(
    ("offered", "refused"),
    [
        ("Basic Realm=RestSvc", True),
        ("Negotiate, NTLM, Basic realm=x", True),
        ('Digest realm="a, b", qop="auth", basic', True),
        ("", False),
        ("NTLM", False),
        ("Negotiate TlRMTVNTUAAC==", False),
        ('Bearer realm="Basic realm=x"', False),
        ("Kerberos, NTLM", False),
    ],
)
async def test_only_a_401_that_offers_basic_refuses_the_password(
    offered: str, refused: bool, server_identity: ServerIdentity
) -> None:
    head = f"Content-Type: text/html\r\nWWW-Authenticate: {offered}\r\n"

    def respond(request: ReceivedRequest) -> ScriptedReply:
        return (
            make_reply("401 Unauthorized", b"", head) if route_of(request) == "logon" else reply_well(request)
        )

    async with scripted_server(respond, server_identity.tls_context()) as server:
        with pytest.raises(AccessDeniedError) as caught:
            await connect(server.port, server_identity)
    assert isinstance(caught.value, LogonRefusedError) is refused
