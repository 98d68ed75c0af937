"""A scripted server with real TLS on 127.0.0.1, with named scripts of bad responses.

It implements just enough of Enterprise Manager for a logon (`GOOD`); a script replaces one good response
by a bad one. It records the requests and counts the application bytes received, so that a test can check
what was *not* sent.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import threading
import warnings
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from emtui.em import errors
from emtui.em.errors import EmError

USER = "EXAMPLE\\ops"
PASSWORD = "correct horse"
GUID = "11111111-2222-4333-8444-555555555555"
LOGON_ID = "44cfbdbe-5a95-4156-8867-91f069b7c2cc"
TOKEN = "NDRjZmJkYmUtNWE5NS00MTU2LTg4NjctOTFmMDY5YjdjMmNj"
_NS = 'xmlns="http://www.veeam.com/ent/v1.0"'
_XML = "Content-Type: application/xml\r\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: a head, then the chunks; then the connection is kept open, closed, or left hanging."""

    head: bytes
    chunks: Iterable[bytes] = ()
    after: str = "keep"


def reply(status: str, body: bytes = b"", headers: str = _XML, after: str = "keep") -> Reply:
    """A response with its Content-Length."""
    head = f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return Reply(head.encode(), (body,), after)


def session_xml(guid: str = GUID, tag: str = "Sessions") -> str:
    """One successful session."""
    namespace = _NS if tag == "SystemSession" else ""
    return (
        f'<{tag} {namespace} Type="SystemSession" Name="Collect Job @2026-11-23 02:00:00.5"'
        f' UID="urn:veeam:SystemSession:{guid}"><SessionType>CollectJob</SessionType>'
        "<CreationTimeUTC>2026-11-23T02:00:00.5Z</CreationTimeUTC>"
        "<EndTimeUTC>2026-11-23T02:00:31Z</EndTimeUTC><State>CompletedSuccessfully</State>"
        f"<Result><Result>Success</Result><Message/><IsCanceled>false</IsCanceled></Result></{tag}>"
    )


def list_xml(sessions: Iterable[str]) -> bytes:
    """A list of them."""
    return f"<SystemSessions {_NS}>{''.join(sessions)}</SystemSessions>".encode()


ROOT = reply("200 OK", f"<EnterpriseManager {_NS}><Links/></EnterpriseManager>".encode())
LOGON = reply(
    "201 Created",
    f'<LogonSession {_NS} Href="https://em01.example.net:9398/api/logonSessions/{LOGON_ID}">'
    f"<UserName>ops</UserName><SessionId>{LOGON_ID}</SessionId></LogonSession>".encode(),
    f"{_XML}X-RestSvcSessionId: {TOKEN}\r\nSet-Cookie: X-RestSvcSessionId={TOKEN}; Path=/api;\r\n",
)
EVENTS = reply(
    "200 OK",
    f"<SystemSessionEvents {_NS}><Events><CreationTimeUTC>2026-11-23T02:00:00.5</CreationTimeUTC>"
    "<Message>Starting data collection job...</Message><Order>1</Order></Events>"
    "</SystemSessionEvents>".encode(),
)
LIST = reply("200 OK", list_xml([session_xml()]))
GOOD: dict[str, Reply] = {
    "root": ROOT,
    "logon": LOGON,
    "list": LIST,
    "session": reply("200 OK", session_xml(tag="SystemSession").encode()),
    "events": EVENTS,
    "logoff": reply("204 No Content"),
}


@dataclass(frozen=True, slots=True)
class Script:
    """A bad response: its route, its content, and the expected error."""

    route: str
    reply: Reply
    error: type[EmError]
    says: str = ""


def _error(status: str, message: str) -> Reply:
    number = status.split(maxsplit=1)[0]
    return reply(status, f'<Error {_NS} Message="{message}" StatusCode="{number}"/>'.encode())


REFUSED = reply(
    "401 Unauthorized",
    f'<Error {_NS} Message="The user name or password is incorrect" StatusCode="401"/>'.encode(),
    f"{_XML}WWW-Authenticate: Basic Realm=RestSvc\r\n",
)
"""The response of Enterprise Manager to a refused logon."""
_HTML = b"<!DOCTYPE html><html><head><title>Enterprise Manager</title></head><body>Log on</body></html>"
_HTML_HEAD = "Content-Type: text/html; charset=utf-8\r\n"
_JSON_HEAD = "Content-Type: application/json\r\n"


class Endless:
    """Chunks of an endless list, created on demand."""

    def __iter__(self) -> Iterator[bytes]:
        piece = b"<Links/>" * 8192
        yield b"5\r\n<Sess\r\n"
        while True:
            yield b"%x\r\n%b\r\n" % (len(piece), piece)


def _chunked(chunks: Iterable[bytes], after: str = "close") -> Reply:
    head = f"HTTP/1.1 200 OK\r\n{_XML}Transfer-Encoding: chunked\r\n\r\n".encode()
    return Reply(head, chunks, after)


_WHOLE = list_xml([session_xml()])
SCRIPTS: dict[str, Script] = {
    "web-ui": Script(
        "root", reply("200 OK", _HTML, _HTML_HEAD), errors.NotEnterpriseManager, "probably the web UI"
    ),
    "vbr-api": Script(
        "root",
        reply("404 Not Found", b'{"errorCode":"NotFound","message":"no such"}', _JSON_HEAD),
        errors.NotEnterpriseManager,
        "VBR REST API",
    ),
    "other-404": Script("root", reply("404 Not Found"), errors.NotEnterpriseManager, "another service"),
    "other-xml": Script("root", reply("200 OK", b"<feed/>"), errors.NotEnterpriseManager, "something else"),
    "root-503": Script("root", reply("503 Service Unavailable"), errors.ServerTrouble, "overloaded"),
    "root-redirect": Script(
        "root",
        reply("302 Found", b"", "Location: https://u:p@em99.example.net/sso?t=1\r\n"),
        errors.Redirected,
        "em99.example.net",
    ),
    "no-answer": Script("root", Reply(b"", after="close"), errors.Broken, "without a response"),
    "not-http": Script("root", Reply(b"220 smtp ready\r\n\r\n", after="close"), errors.Broken, "not HTTP"),
    "logon-401": Script(
        "logon",
        _error("401 Unauthorized", "The user name or password is incorrect."),
        errors.LogonRefused,
        "EXAMPLE\\ops",
    ),
    "logon-401-bare": Script(
        "logon", reply("401 Unauthorized"), errors.BasicNotOffered, "offers no authentication method"
    ),
    "logon-403": Script("logon", _error("403 Forbidden", "Access denied"), errors.Forbidden, "Access denied"),
    "logon-no-token": Script(
        "logon",
        reply("201 Created", f"<LogonSession {_NS}/>".encode()),
        errors.BadDocument,
        "X-RestSvcSessionId",
    ),
    "forbidden": Script(
        "list", _error("403 Forbidden", "Access denied"), errors.Forbidden, "Portal Administrator"
    ),
    "too-old": Script("list", reply("404 Not Found"), errors.TooOld, "404"),
    "server-error": Script(
        "list",
        _error("500 Internal Server Error", "Object reference not set to an instance of an object."),
        errors.ServerTrouble,
        "500 Object reference not set",
    ),
    "server-error-bare": Script(
        "list", reply("500 Internal Server Error"), errors.ServerTrouble, "500 Internal Server Error"
    ),
    "server-error-cut": Script(
        "list",
        Reply(b"HTTP/1.1 500 Oops\r\nContent-Length: 900\r\n\r\n<Err", after="close"),
        errors.ServerTrouble,
        "500",
    ),
    "too-often": Script("list", reply("429 Too Many Requests"), errors.ServerTrouble, "429"),
    "always-401": Script("list", reply("401 Unauthorized"), errors.Denied, "right after one"),
    "html-list": Script("list", reply("200 OK", _HTML, _HTML_HEAD), errors.BadDocument, "list of system"),
    "cut": Script(
        "list",
        Reply(f"HTTP/1.1 200 OK\r\n{_XML}Content-Length: 9000\r\n\r\n".encode(), (_WHOLE[:300],), "close"),
        errors.Cut,
        "ended",
    ),
    "cut-chunked": Script("list", _chunked([b"5\r\n<Syst\r\n"]), errors.Cut, "ended"),
    "cut-document": Script("list", reply("200 OK", _WHOLE[:-30]), errors.Cut, "ended"),
    "huge-promised": Script(
        "list",
        Reply(f"HTTP/1.1 200 OK\r\n{_XML}Content-Length: 209715200\r\n\r\n".encode(), after="hang"),
        errors.TooLarge,
        "128 MiB",
    ),
    "huge-session": Script("session", _chunked(Endless()), errors.TooLarge, "16 MiB"),
    "brotli": Script(
        "list",
        reply("200 OK", b"\x0b\x02\x80", f"{_XML}Content-Encoding: br\r\n"),
        errors.Compressed,
        "Content-Encoding br",
    ),
    "redirect": Script(
        "list",
        reply(
            "307 Temporary Redirect", b"", "Location: https://em99.example.net:9398/api/systemSessions\r\n"
        ),
        errors.Redirected,
        "em99.example.net:9398",
    ),
    "session-404": Script("session", _error("404 Not Found", "no such"), errors.Gone, "30-day"),
    "events-404": Script("events", _error("404 Not Found", "no such"), errors.Gone, "30-day"),
    "mute": Script("list", Reply(b"", after="hang"), errors.TimedOut, "a response"),
    "slow": Script(
        "list",
        Reply(f"HTTP/1.1 200 OK\r\n{_XML}Content-Length: 9000\r\n\r\n".encode(), (_WHOLE[:300],), "hang"),
        errors.TimedOut,
        "the rest of its response",
    ),
}
"""Every bad response by name. "mute" and "slow" need short timeouts."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A received request: the headers in lower case, without duplicates."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass(slots=True)
class Rogue:
    """A running server. `answer` may be changed at any time."""

    answer: Callable[[Asked], Reply]
    asked: list[Asked] = field(default_factory=list)
    received: int = 0
    sent: int = 0
    hello: int = 0
    port: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def authority(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.port}"

    def count(self, method: str) -> int:
        """The number of requests with this method."""
        return sum(1 for asked in self.asked if asked.method == method)

    async def until(self, route: str) -> None:
        """Wait for a request of this route."""
        while not any(route_of(asked) == route for asked in self.asked):
            self._news.clear()
            await self._news.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer on one connection until it ends."""
        self.hello += 1
        try:
            while (asked := await self._read(reader)) is not None:
                self.asked.append(asked)
                self._news.set()
                if not await self._write(self.answer(asked), reader, writer):
                    break
        except OSError:
            return  # the client has disconnected
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Asked | None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as rest:
            self.received += len(rest.partial)
            return None
        self.received += len(head)
        first, *lines = head.decode("latin-1").rstrip().split("\r\n")
        method, path, _ = first.split(" ", 2)
        pairs = (line.split(":", 1) for line in lines)
        return Asked(method, path, {name.lower(): value.strip() for name, value in pairs})

    async def _write(self, answer: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(answer.head)
        for chunk in answer.chunks:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(0)  # a drain without waiting does not yield, so a disconnect goes unnoticed
            self.sent += len(chunk)
        await writer.drain()
        if answer.after == "hang":
            await reader.read()
        return answer.after == "keep"


def options_for(server: Rogue, known: Identity) -> list[str]:
    """The global options for this server, without the password."""
    return ["--server", server.authority, "--user", USER, "--pin", known.sha256]


def variables_for(server: Rogue, known: Identity) -> dict[str, str]:
    """Environment variables for a logon without prompts."""
    return {
        "EMTUI_SERVER": server.authority,
        "EMTUI_USER": USER,
        "EMTUI_PASSWORD": PASSWORD,
        "EMTUI_PIN": known.sha256,
    }


def route_of(asked: Asked) -> str:
    """The route of a request, a key of `GOOD`."""
    path = asked.path.partition("?")[0]
    if asked.method == "POST":
        return "logon"
    if asked.method == "DELETE":
        return "logoff"
    if path.endswith("/api/"):
        return "root"
    if path.endswith("/events"):
        return "events"
    return "list" if path.endswith("/systemSessions") else "session"


def playing(name: str) -> Callable[[Asked], Reply]:
    """Good responses except for one script."""
    script = SCRIPTS[name]
    return lambda asked: script.reply if route_of(asked) == script.route else GOOD[route_of(asked)]


def good(asked: Asked) -> Reply:
    """Good responses only."""
    return GOOD[route_of(asked)]


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with its key, and the PEM file of both."""

    pem: Path
    certificate: x509.Certificate

    @property
    def sha256(self) -> str:
        """The pin."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def context(self) -> ssl.SSLContext:
        """The server's side of TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem)
        return context


def identity(
    folder: Path, name: str = "em01.example.net", *, days: int = 30, address: str | None = "127.0.0.1"
) -> Identity:
    """A self-signed certificate; negative `days` for an expired one."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    names: list[x509.GeneralName] = [x509.DNSName(name.encode("ascii", "ignore").decode())]
    if address:
        names.append(x509.IPAddress(ipaddress.ip_address(address)))
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=90))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / f"{certificate.serial_number:x}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return Identity(pem, certificate)


def negative(known: Identity) -> bytes:
    """The certificate as DER with a negative serial number; its signature becomes invalid."""
    der = bytearray(known.certificate.public_bytes(serialization.Encoding.DER))
    serial = known.certificate.serial_number
    written = serial.to_bytes(serial.bit_length() // 8 + 1)
    der[der.index(written)] = 0x80  # not FF, which would be one byte too many before some that follow
    return bytes(der)


def with_negative_serial(known: Identity) -> Identity:
    """An identity with this key and a negative serial number."""
    der = negative(known)
    key = known.pem.read_text().partition("-----BEGIN CERT")[0]
    pem = known.pem.with_name("negative.pem")
    pem.write_text(key + ssl.DER_cert_to_PEM_cert(der))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Identity(pem, x509.load_der_x509_certificate(der))


@asynccontextmanager
async def rogue(
    answer: Callable[[Asked], Reply] = good,
    context: ssl.SSLContext | None = None,
    port: int = 0,
    host: str = "127.0.0.1",
) -> AsyncIterator[Rogue]:
    """Run a server in this event loop, with TLS if there is a context; all its tasks end with the block."""
    played = Rogue(answer)
    serving: set[asyncio.Task[None]] = set()

    async def accept() -> None:
        while True:
            wire, _ = await asyncio.get_running_loop().sock_accept(listener)
            task = asyncio.create_task(_attend(played, wire, context))
            serving.add(task)
            task.add_done_callback(serving.discard)

    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address, family=family) as listener:
        listener.setblocking(False)
        played.port = listener.getsockname()[1]
        serving.add(asyncio.create_task(accept()))
        try:
            yield played
        finally:
            over = list(serving)
            for task in over:
                task.cancel()
            await asyncio.gather(*over, return_exceptions=True)


async def _attend(played: Rogue, wire: socket.socket, context: ssl.SSLContext | None) -> None:
    """Serve one connection from the handshake to its end; abort it on cancellation."""
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    try:
        transport, _ = await loop.connect_accepted_socket(lambda: protocol, wire, ssl=context)
    except (OSError, asyncio.CancelledError):
        return  # the handshake failed, or the test is over
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    try:
        await played.serve(reader, writer)
        await writer.wait_closed()
    except (OSError, asyncio.CancelledError):
        transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


@contextmanager
def rogue_beside(
    answer: Callable[[Asked], Reply] = good, context: ssl.SSLContext | None = None, port: int = 0
) -> Iterator[Rogue]:
    """Run a server in a thread, for tests without an event loop (of the command line)."""
    ready: threading.Event = threading.Event()
    told: list[Rogue] = []
    stop: list[Callable[[], object]] = []

    async def run() -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        stop.append(partial(loop.call_soon_threadsafe, over.set))
        async with rogue(answer, context, port) as played:
            told.append(played)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield told[0]
    finally:
        stop[0]()
        thread.join(10)
        assert not thread.is_alive()
