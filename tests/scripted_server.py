"""A scripted server with real TLS on 127.0.0.1, with named scripts of bad responses.

It implements just enough of Enterprise Manager for a logon (`GOOD_REPLIES`); a script replaces one good
response by a bad one. It records the requests and counts the application bytes received, so that a test can
check what was *not* sent.
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
class ScriptedReply:
    """A response: a head, then the chunks; then the connection is kept open, closed, or left hanging."""

    head: bytes
    chunks: Iterable[bytes] = ()
    then: str = "keep"


def make_reply(status: str, body: bytes = b"", headers: str = _XML, then: str = "keep") -> ScriptedReply:
    """A response with its Content-Length."""
    head = f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return ScriptedReply(head.encode(), (body,), then)


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


ROOT_REPLY = make_reply("200 OK", f"<EnterpriseManager {_NS}><Links/></EnterpriseManager>".encode())
LOGON_REPLY = make_reply(
    "201 Created",
    f'<LogonSession {_NS} Href="https://em01.example.net:9398/api/logonSessions/{LOGON_ID}">'
    f"<UserName>ops</UserName><SessionId>{LOGON_ID}</SessionId></LogonSession>".encode(),
    f"{_XML}X-RestSvcSessionId: {TOKEN}\r\nSet-Cookie: X-RestSvcSessionId={TOKEN}; Path=/api;\r\n",
)
EVENTS_REPLY = make_reply(
    "200 OK",
    f"<SystemSessionEvents {_NS}><Events><CreationTimeUTC>2026-11-23T02:00:00.5</CreationTimeUTC>"
    "<Message>Starting data collection job...</Message><Order>1</Order></Events>"
    "</SystemSessionEvents>".encode(),
)
LIST_REPLY = make_reply("200 OK", list_xml([session_xml()]))
GOOD_REPLIES: dict[str, ScriptedReply] = {
    "root": ROOT_REPLY,
    "logon": LOGON_REPLY,
    "list": LIST_REPLY,
    "session": make_reply("200 OK", session_xml(tag="SystemSession").encode()),
    "events": EVENTS_REPLY,
    "logoff": make_reply("204 No Content"),
}


@dataclass(frozen=True, slots=True)
class BadReplyScript:
    """A bad response: its route, its content, and the expected error."""

    route: str
    reply: ScriptedReply
    error: type[EmError]
    message_part: str = ""


def _error_reply(status: str, message: str) -> ScriptedReply:
    number = status.split(maxsplit=1)[0]
    return make_reply(status, f'<Error {_NS} Message="{message}" StatusCode="{number}"/>'.encode())


REFUSED_REPLY = make_reply(
    "401 Unauthorized",
    f'<Error {_NS} Message="The user name or password is incorrect" StatusCode="401"/>'.encode(),
    f"{_XML}WWW-Authenticate: Basic Realm=RestSvc\r\n",
)
"""The response of Enterprise Manager to a refused logon."""
_HTML = b"<!DOCTYPE html><html><head><title>Enterprise Manager</title></head><body>Log on</body></html>"
_HTML_HEAD = "Content-Type: text/html; charset=utf-8\r\n"
_JSON_HEAD = "Content-Type: application/json\r\n"


class EndlessList:
    """Chunks of an endless list, created on demand."""

    def __iter__(self) -> Iterator[bytes]:
        chunk = b"<Links/>" * 8192
        yield b"5\r\n<Sess\r\n"
        while True:
            yield b"%x\r\n%b\r\n" % (len(chunk), chunk)


def _chunked_reply(chunks: Iterable[bytes], then: str = "close") -> ScriptedReply:
    head = f"HTTP/1.1 200 OK\r\n{_XML}Transfer-Encoding: chunked\r\n\r\n".encode()
    return ScriptedReply(head, chunks, then)


_COMPLETE_LIST = list_xml([session_xml()])
SCRIPTS: dict[str, BadReplyScript] = {
    "web-ui": BadReplyScript(
        "root",
        make_reply("200 OK", _HTML, _HTML_HEAD),
        errors.NotEnterpriseManagerError,
        "probably the web UI",
    ),
    "vbr-api": BadReplyScript(
        "root",
        make_reply("404 Not Found", b'{"errorCode":"NotFound","message":"no such"}', _JSON_HEAD),
        errors.NotEnterpriseManagerError,
        "VBR REST API",
    ),
    "other-404": BadReplyScript(
        "root", make_reply("404 Not Found"), errors.NotEnterpriseManagerError, "another service"
    ),
    "other-xml": BadReplyScript(
        "root", make_reply("200 OK", b"<feed/>"), errors.NotEnterpriseManagerError, "something else"
    ),
    "root-503": BadReplyScript(
        "root", make_reply("503 Service Unavailable"), errors.UnexpectedStatusError, "overloaded"
    ),
    "root-redirect": BadReplyScript(
        "root",
        make_reply("302 Found", b"", "Location: https://u:p@em99.example.net/sso?t=1\r\n"),
        errors.RedirectError,
        "em99.example.net",
    ),
    "no-answer": BadReplyScript(
        "root", ScriptedReply(b"", then="close"), errors.ConnectionFailedError, "without a response"
    ),
    "not-http": BadReplyScript(
        "root",
        ScriptedReply(b"220 smtp ready\r\n\r\n", then="close"),
        errors.ConnectionFailedError,
        "not HTTP",
    ),
    "logon-401": BadReplyScript(
        "logon",
        _error_reply("401 Unauthorized", "The user name or password is incorrect."),
        errors.LogonRefusedError,
        "EXAMPLE\\ops",
    ),
    "logon-401-bare": BadReplyScript(
        "logon",
        make_reply("401 Unauthorized"),
        errors.BasicAuthNotOfferedError,
        "offers no authentication method",
    ),
    "logon-403": BadReplyScript(
        "logon", _error_reply("403 Forbidden", "Access denied"), errors.ForbiddenError, "Access denied"
    ),
    "logon-no-token": BadReplyScript(
        "logon",
        make_reply("201 Created", f"<LogonSession {_NS}/>".encode()),
        errors.UnexpectedDocumentError,
        "X-RestSvcSessionId",
    ),
    "forbidden": BadReplyScript(
        "list", _error_reply("403 Forbidden", "Access denied"), errors.ForbiddenError, "Portal Administrator"
    ),
    "too-old": BadReplyScript("list", make_reply("404 Not Found"), errors.ServerTooOldError, "404"),
    "server-error": BadReplyScript(
        "list",
        _error_reply("500 Internal Server Error", "Object reference not set to an instance of an object."),
        errors.UnexpectedStatusError,
        "500 Object reference not set",
    ),
    "server-error-bare": BadReplyScript(
        "list",
        make_reply("500 Internal Server Error"),
        errors.UnexpectedStatusError,
        "500 Internal Server Error",
    ),
    "server-error-cut": BadReplyScript(
        "list",
        ScriptedReply(b"HTTP/1.1 500 Oops\r\nContent-Length: 900\r\n\r\n<Err", then="close"),
        errors.UnexpectedStatusError,
        "500",
    ),
    "too-often": BadReplyScript(
        "list", make_reply("429 Too Many Requests"), errors.UnexpectedStatusError, "429"
    ),
    "always-401": BadReplyScript(
        "list", make_reply("401 Unauthorized"), errors.AccessDeniedError, "right after one"
    ),
    "html-list": BadReplyScript(
        "list", make_reply("200 OK", _HTML, _HTML_HEAD), errors.UnexpectedDocumentError, "list of system"
    ),
    "cut": BadReplyScript(
        "list",
        ScriptedReply(
            f"HTTP/1.1 200 OK\r\n{_XML}Content-Length: 9000\r\n\r\n".encode(),
            (_COMPLETE_LIST[:300],),
            "close",
        ),
        errors.TruncatedResponseError,
        "ended",
    ),
    "cut-chunked": BadReplyScript(
        "list", _chunked_reply([b"5\r\n<Syst\r\n"]), errors.TruncatedResponseError, "ended"
    ),
    "cut-document": BadReplyScript(
        "list", make_reply("200 OK", _COMPLETE_LIST[:-30]), errors.TruncatedResponseError, "ended"
    ),
    "huge-promised": BadReplyScript(
        "list",
        ScriptedReply(f"HTTP/1.1 200 OK\r\n{_XML}Content-Length: 209715200\r\n\r\n".encode(), then="hang"),
        errors.ResponseTooLargeError,
        "128 MiB",
    ),
    "huge-session": BadReplyScript(
        "session", _chunked_reply(EndlessList()), errors.ResponseTooLargeError, "16 MiB"
    ),
    "brotli": BadReplyScript(
        "list",
        make_reply("200 OK", b"\x0b\x02\x80", f"{_XML}Content-Encoding: br\r\n"),
        errors.ContentEncodingError,
        "Content-Encoding br",
    ),
    "redirect": BadReplyScript(
        "list",
        make_reply(
            "307 Temporary Redirect", b"", "Location: https://em99.example.net:9398/api/systemSessions\r\n"
        ),
        errors.RedirectError,
        "em99.example.net:9398",
    ),
    "session-404": BadReplyScript(
        "session", _error_reply("404 Not Found", "no such"), errors.SessionGoneError, "30-day"
    ),
    "events-404": BadReplyScript(
        "events", _error_reply("404 Not Found", "no such"), errors.SessionGoneError, "30-day"
    ),
    "mute": BadReplyScript("list", ScriptedReply(b"", then="hang"), errors.ServerTimeoutError, "a response"),
    "slow": BadReplyScript(
        "list",
        ScriptedReply(
            f"HTTP/1.1 200 OK\r\n{_XML}Content-Length: 9000\r\n\r\n".encode(), (_COMPLETE_LIST[:300],), "hang"
        ),
        errors.ServerTimeoutError,
        "the rest of its response",
    ),
}
"""Every bad response by name. "mute" and "slow" need short timeouts."""


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A received request: the headers in lower case, without duplicates."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass(slots=True)
class ScriptedEmServer:
    """A running server. `reply_to` may be changed at any time."""

    reply_to: Callable[[ReceivedRequest], ScriptedReply]
    requests: list[ReceivedRequest] = field(default_factory=list)
    received_bytes: int = 0
    sent_bytes: int = 0
    connection_count: int = 0
    port: int = 0
    _request_received: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def authority(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.port}"

    def count(self, method: str) -> int:
        """The number of requests with this method."""
        return sum(1 for request in self.requests if request.method == method)

    async def wait_for_request(self, route: str) -> None:
        """Wait for a request of this route."""
        while not any(route_of(request) == route for request in self.requests):
            self._request_received.clear()
            await self._request_received.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer on one connection until it ends."""
        self.connection_count += 1
        try:
            while (request := await self._read(reader)) is not None:
                self.requests.append(request)
                self._request_received.set()
                if not await self._write(self.reply_to(request), reader, writer):
                    break
        except OSError:
            return  # the client has disconnected
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> ReceivedRequest | None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as rest:
            self.received_bytes += len(rest.partial)
            return None
        self.received_bytes += len(head)
        first, *lines = head.decode("latin-1").rstrip().split("\r\n")
        method, path, _ = first.split(" ", 2)
        pairs = (line.split(":", 1) for line in lines)
        return ReceivedRequest(method, path, {name.lower(): value.strip() for name, value in pairs})

    async def _write(
        self, response: ScriptedReply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        writer.write(response.head)
        for chunk in response.chunks:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(0)  # a drain without waiting does not yield, so a disconnect goes unnoticed
            self.sent_bytes += len(chunk)
        await writer.drain()
        if response.then == "hang":
            await reader.read()
        return response.then == "keep"


def options_for(server: ScriptedEmServer, server_identity: ServerIdentity) -> list[str]:
    """The global options for this server, without the password."""
    return ["--server", server.authority, "--user", USER, "--pin", server_identity.sha256]


def variables_for(server: ScriptedEmServer, server_identity: ServerIdentity) -> dict[str, str]:
    """Environment variables for a logon without prompts."""
    return {
        "EMTUI_SERVER": server.authority,
        "EMTUI_USER": USER,
        "EMTUI_PASSWORD": PASSWORD,
        "EMTUI_PIN": server_identity.sha256,
    }


def route_of(request: ReceivedRequest) -> str:
    """The route of a request, a key of `GOOD_REPLIES`."""
    path = request.path.partition("?")[0]
    if request.method == "POST":
        return "logon"
    if request.method == "DELETE":
        return "logoff"
    if path.endswith("/api/"):
        return "root"
    if path.endswith("/events"):
        return "events"
    return "list" if path.endswith("/systemSessions") else "session"


def play_script(name: str) -> Callable[[ReceivedRequest], ScriptedReply]:
    """Good responses except for one script."""
    script = SCRIPTS[name]
    return lambda asked: script.reply if route_of(asked) == script.route else GOOD_REPLIES[route_of(asked)]


def reply_well(request: ReceivedRequest) -> ScriptedReply:
    """Good responses only."""
    return GOOD_REPLIES[route_of(request)]


@dataclass(frozen=True, slots=True)
class ServerIdentity:
    """A certificate with its key, and the PEM file of both."""

    pem: Path
    certificate: x509.Certificate

    @property
    def sha256(self) -> str:
        """The pin."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def tls_context(self) -> ssl.SSLContext:
        """The server's side of TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem)
        return context


def make_identity(
    folder: Path, name: str = "em01.example.net", *, days: int = 30, address: str | None = "127.0.0.1"
) -> ServerIdentity:
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
    return ServerIdentity(pem, certificate)


def der_with_negative_serial(server_identity: ServerIdentity) -> bytes:
    """The certificate as DER with a negative serial number; its signature becomes invalid."""
    der = bytearray(server_identity.certificate.public_bytes(serialization.Encoding.DER))
    serial = server_identity.certificate.serial_number
    serial_bytes = serial.to_bytes(serial.bit_length() // 8 + 1)
    der[der.index(serial_bytes)] = 0x80  # not FF, which would be one byte too many before some that follow
    return bytes(der)


def with_negative_serial(server_identity: ServerIdentity) -> ServerIdentity:
    """An identity with this key and a negative serial number."""
    der = der_with_negative_serial(server_identity)
    key = server_identity.pem.read_text().partition("-----BEGIN CERT")[0]
    pem = server_identity.pem.with_name("negative.pem")
    pem.write_text(key + ssl.DER_cert_to_PEM_cert(der))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ServerIdentity(pem, x509.load_der_x509_certificate(der))


@asynccontextmanager
async def scripted_server(
    reply_to: Callable[[ReceivedRequest], ScriptedReply] = reply_well,
    context: ssl.SSLContext | None = None,
    port: int = 0,
    host: str = "127.0.0.1",
) -> AsyncIterator[ScriptedEmServer]:
    """Run a server in this event loop, with TLS if there is a context; all its tasks end with the block."""
    server = ScriptedEmServer(reply_to)
    tasks: set[asyncio.Task[None]] = set()

    async def accept() -> None:
        while True:
            connection, _ = await asyncio.get_running_loop().sock_accept(listener)
            task = asyncio.create_task(_serve_connection(server, connection, context))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address, family=family) as listener:
        listener.setblocking(False)
        server.port = listener.getsockname()[1]
        tasks.add(asyncio.create_task(accept()))
        try:
            yield server
        finally:
            ending = list(tasks)
            for task in ending:
                task.cancel()
            await asyncio.gather(*ending, return_exceptions=True)


async def _serve_connection(
    server: ScriptedEmServer, connection: socket.socket, context: ssl.SSLContext | None
) -> None:
    """Serve one connection from the handshake to its end; abort it on cancellation."""
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    try:
        transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection, ssl=context)
    except (OSError, asyncio.CancelledError):
        return  # the handshake failed, or the test is over
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    try:
        await server.serve(reader, writer)
        await writer.wait_closed()
    except (OSError, asyncio.CancelledError):
        transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


@contextmanager
def scripted_server_in_thread(
    reply_to: Callable[[ReceivedRequest], ScriptedReply] = reply_well,
    context: ssl.SSLContext | None = None,
    port: int = 0,
) -> Iterator[ScriptedEmServer]:
    """Run a server in a thread, for tests without an event loop (of the command line)."""
    ready: threading.Event = threading.Event()
    started: list[ScriptedEmServer] = []
    stop: list[Callable[[], object]] = []

    async def run() -> None:
        loop, finished = asyncio.get_running_loop(), asyncio.Event()
        stop.append(partial(loop.call_soon_threadsafe, finished.set))
        async with scripted_server(reply_to, context, port) as server:
            started.append(server)
            ready.set()
            await finished.wait()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield started[0]
    finally:
        stop[0]()
        thread.join(10)
        assert not thread.is_alive()
