"""Every odd answer of the table, over real TLS, as a client and as the command line meets it."""

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
from answers_table import CASES, HANDSHAKES, Case, Handshake, raw
from rogue import GUID, Asked, Identity, Reply, good, identity, reply, rogue, route_of
from talking import logged_on
from textual.content import Content

from emtui.em.client import Client, Progress, Timeouts
from emtui.em.error_body import ErrorBody
from emtui.em.errors import Denied, EmError, Gone, LogonRefused, TimedOut
from emtui.em.http_requests import Exchange
from emtui.em.model import uid_of
from emtui.em.proxy import Proxies
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust, parse_server
from emtui.em.status_errors import ErrorResponse, Requested, error_of
from emtui.em.transport import open_transport

NO_URL = {LogonRefused, Gone}
"""What is about an account or a session, not about what was requested."""


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return identity(tmp_path_factory.mktemp("tls"))


async def connect(port: int, known: Identity, read: float = 20.0, prefix: str = "") -> Client:
    return await logged_on(port, known, Timeouts(connect=10, read=read, logoff=1), prefix)


def playing(case: Case) -> Callable[[Asked], Reply]:
    """The odd answer in its place, and good ones elsewhere."""
    played = 0

    def answer(asked: Asked) -> Reply:
        nonlocal played
        if route_of(asked) != case.at or (case.once and played):
            return good(asked)
        played += 1
        return case.reply

    return answer


async def ask_for_everything(client: Client) -> None:
    async with client:
        listing = await client.sessions()
        assert [session.uid for session in listing.sessions] == [uid_of(GUID)]
        assert (listing.odd, listing.replaced) == (0, 0)
        assert (await client.session(uid_of(GUID))).uid == uid_of(GUID)
        assert len((await client.events(uid_of(GUID))).events) == 1


@pytest.mark.parametrize("name", CASES)
async def test_each_answer_is_read_or_gives_its_own_sentence(name: str, known: Identity) -> None:
    case = CASES[name]
    said, kind = "", None
    async with rogue(playing(case), known.context()) as server:
        try:
            read = 0.3 if case.reply.after == "hang" else 20.0
            await ask_for_everything(await connect(server.port, known, read, case.prefix))
        except EmError as problem:
            said, kind = str(problem).replace(server.authority, "SERVER"), type(problem)
    assert (said, kind) == (case.sentence, case.error)
    if case.at != "root":
        assert server.count("POST") == 1 + case.demands


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name].sentence])
def test_a_sentence_is_one_and_does_not_doubt_what_is_certain(name: str) -> None:
    case = CASES[name]
    about = "SERVER " if case.error in NO_URL or "not HTTP" in name else f"https://SERVER{case.prefix}/api/"
    assert case.sentence.startswith(about)
    assert case.sentence.endswith(".")
    assert ". " not in case.sentence.replace("(it is ", "").replace("em99.example.net", "")
    if case.at != "root":
        assert "9398" not in case.sentence, "it has answered as Enterprise Manager on that port"
    if "Portal Administrator" in case.sentence:
        assert case.at == "list"
        assert case.reply.chunks[0].startswith(b"<Error ")  # type: ignore[index]  # the table's are tuples


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name].sentence])
def test_four_lines_of_a_screen_of_80_columns_hold_a_sentence(name: str) -> None:
    """So much room is there for it under line 1."""
    told = re.sub("(?<![A-Z])SERVER(?=[ /])", "em01.example.net:9398", CASES[name].sentence)
    assert len(Content(f"! {told}").wrap(80)) <= 4


def test_a_url_in_a_message_has_brackets_and_a_shortened_path() -> None:
    there = parse_server("https://[fe80::1%25eth0]:9443/veeam/api/")
    requested = Requested(there, "/api/systemSessions")
    said = str(error_of(ErrorResponse(requested, 503, {}, b"", ErrorBody())))
    assert said.startswith("https://[fe80::1%eth0]:9443/veeam/api/systemSessions answered 503 ")
    assert len(str(Requested(there, f"/api/systemSessions/{'x' * 9000}"))) < 250


@pytest.mark.parametrize("odd", [raw("HTTP/1.1 204 No Content\nodd line\n\n"), reply("302 Found", b"", "")])
async def test_an_error_on_log_off_hides_the_logon_id(odd: Reply, known: Identity) -> None:
    context = known.context()
    async with rogue(lambda asked: odd if route_of(asked) == "logoff" else good(asked), context) as server:
        there = Server("127.0.0.1", server.port)
        transport = await open_transport(there, Trust(pin=known.sha256), Proxies())
        exchange = Exchange(there, transport, Timeouts(connect=10, read=20, logoff=1), "emtui")
        with pytest.raises(EmError) as caught:
            async with exchange.log_off(Secret("the-logon-id"), Secret("the-token")):
                pass
        await exchange.close()
        assert server.asked[0].path == "/api/logonSessions/the-logon-id"
    assert str(caught.value).startswith(f"{there.url}/api/logonSessions/*** ")


@contextmanager
def handshaking(played: Handshake, known: Identity) -> Iterator[int]:
    """A server in threads that does no more than shake hands; its port."""
    context = known.context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it is an old version that is played
        context.minimum_version = context.maximum_version = played.version
    if played.ciphers:
        context.set_ciphers(played.ciphers)
    if played.wants_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(known.pem)

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
async def test_each_handshake_that_fails_gives_its_own_sentence(name: str, known: Identity) -> None:
    played = HANDSHAKES[name]
    with handshaking(played, known) as port:
        with pytest.raises(EmError) as caught:
            await connect(port, known)
        assert str(caught.value).replace(f"127.0.0.1:{port}", "SERVER") == played.sentence
        assert type(caught.value) is played.error


@pytest.mark.parametrize("body", ["401 Unauthorized", "200 OK"])
async def test_one_logon_for_many_requests_that_find_it_expired_at_once(body: str, known: Identity) -> None:
    """By status line and by document alike; the token of the second logon is another one."""
    logons = 0

    def answer(asked: Asked) -> Reply:
        nonlocal logons
        if route_of(asked) == "logon":
            logons += 1
            told = good(asked)
            return Reply(told.head.replace(b"NDRj", b"NDR%d" % logons), told.chunks)
        token = asked.headers.get("x-restsvcsessionid", "")
        if route_of(asked) in {"session", "events", "list"} and token.startswith("NDR1"):
            return reply(body, b'<Error Message="The session has expired" StatusCode="401"/>')
        return good(asked)

    async with rogue(answer, known.context()) as server, await connect(server.port, known) as client:
        await asyncio.gather(*(client.session(uid_of(GUID)) for _ in range(8)), client.sessions())
    assert logons == 2


async def test_a_401_without_basic_is_not_a_refused_password(known: Identity) -> None:
    async with rogue(playing(CASES["logon: no Basic"]), known.context()) as server:
        with pytest.raises(Denied) as caught:
            await connect(server.port, known)
    assert not isinstance(caught.value, LogonRefused)


async def test_received_and_expected_are_the_bytes_on_the_wire(known: Identity) -> None:
    case = CASES["gzip"]
    async with rogue(playing(case), known.context()) as server, await connect(server.port, known) as client:
        seen: list[Progress] = []
        await client.sessions(seen.append)
        packed = len(b"".join(case.reply.chunks))
        assert client.receipt is not None
        assert client.receipt.size == packed
        assert (seen[-1].received, seen[-1].expected, seen[-1].rows) == (packed, packed, 1)


async def test_a_cookie_that_came_with_the_logon_names_the_balancer(known: Identity) -> None:
    """Whoever routes by cookie sets it once; the 401 comes from another server, which sets none."""

    def answer(asked: Asked) -> Reply:
        if route_of(asked) == "logon":
            told = good(asked)
            cookie = b"Set-Cookie: ROUTEID=.node1; path=/\r\nContent-Length"
            return Reply(told.head.replace(b"Content-Length", cookie), told.chunks)
        return good(asked) if route_of(asked) in {"root", "logoff"} else reply("401 Unauthorized")

    async with rogue(answer, known.context()) as server, await connect(server.port, known) as client:
        with pytest.raises(Denied, match="sets the cookie ROUTEID: a load balancer"):
            await client.sessions()
    assert server.count("POST") == 2


async def test_endless_headers_time_out(known: Identity) -> None:
    def forever() -> Iterator[bytes]:
        while True:
            time.sleep(0.01)
            yield b"HTTP/1.1 102 Processing\r\n\r\n"

    def answer(asked: Asked) -> Reply:
        return Reply(b"", forever()) if route_of(asked) == "list" else good(asked)

    async with rogue(answer, known.context()) as server, await connect(server.port, known, 0.5) as client:
        with pytest.raises(TimedOut, match="started a response"):
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
    offered: str, refused: bool, known: Identity
) -> None:
    head = f"Content-Type: text/html\r\nWWW-Authenticate: {offered}\r\n"

    def answer(asked: Asked) -> Reply:
        return reply("401 Unauthorized", b"", head) if route_of(asked) == "logon" else good(asked)

    async with rogue(answer, known.context()) as server:
        with pytest.raises(Denied) as caught:
            await connect(server.port, known)
    assert isinstance(caught.value, LogonRefused) is refused
