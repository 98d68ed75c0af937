"""An independent Enterprise Manager, written from the documentation only, without code of emtui or its demo.

It listens with real TLS on 127.0.0.1, in threads. `ServerVariant` defines its behavior where the
documentation leaves it open. Requests that a read-only client does not need, or that do not follow the
documentation, are recorded in `violations`.
"""

from __future__ import annotations

import base64
import re
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import quoteattr

from independent_server_data import DOCUMENTED_EVENTS, RUNS, DocumentedRun
from socket_server import run_server

USER = "EXAMPLE\\ops"
PASSWORD = "grün: und blau "
NAMESPACE = "http://www.veeam.com/ent/v1.0"
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_LIST = "/api/systemSessions"
_SESSION_PATH = re.compile(r"/api/systemSessions/([0-9a-f-]{36})(/events)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ServerVariant:
    """One allowed variant of the server's behavior.

    `prefix`: of the elements, "" for a default namespace, `None` for none at all.
    `references`: where references are returned: "plain" (without ?format=Entity), "list" (always
    in the list), "single" (always for one session).
    `lifetime`: number of GETs for which a token is valid. `hangs_up`: closes the connection "after" each
    response, or "instead" of one, at the second GET of a connection. `logoff`: the response to a DELETE.
    """

    prefix: str | None = ""
    order: str = "Href Type Name UID"
    references: str = "plain"
    declared: bool = True
    bom: bool = False
    line_end: str = "\n"
    comments: bool = False
    extras: bool = False
    doubles: bool = False
    empty: bool = False
    framing: str = "length"
    hangs_up: str = ""
    base: str = "http://other.example.net:9399"
    logon_status: int = 201
    token_header: str | None = "X-RestSvcSessionId"
    has_session_id: bool = True
    lower_paths: bool = False
    content_type: str | None = "application/xml; charset=utf-8"
    lifetime: int | None = None
    logoff: str = "204"


@dataclass(slots=True)
class IndependentServer:
    """A running server and its records: `asked` as method and path, `bodies` by path."""

    variant: ServerVariant
    port: int = 0
    requests: list[tuple[str, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    bodies: dict[str, bytes] = field(default_factory=dict)
    logons: dict[str, str] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    deleted_logons: threading.Event = field(default_factory=threading.Event)
    _reads: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, method: str) -> int:
        """The number of requests with this method."""
        return sum(1 for requested, _ in self.requests if requested == method)

    def expire_logon(self) -> None:
        """Clear the records, for the next command."""
        for seen in (self.requests, self.violations, self.secrets):
            seen.clear()
        self.logons.clear()

    def log_on(self) -> tuple[str, str]:
        """A new logon: its ID and token."""
        logon_id = str(uuid.uuid4())
        token = base64.b64encode(logon_id.encode()).decode()
        with self._lock:
            self.logons[token] = logon_id
            self.secrets += [logon_id, token]
        return logon_id, token

    def is_logged_on(self, token: str) -> bool:
        """Whether this token is valid for another GET."""
        with self._lock:
            if token not in self.logons:
                return False
            self._reads[token] = self._reads.get(token, 0) + 1
            if self.variant.lifetime is not None and self._reads[token] > self.variant.lifetime:
                del self.logons[token]
                return False
            return True

    def document(self, path: str, query: str) -> str | None:
        """The body for a path; `None` if there is nothing."""
        entity = query == "format=Entity"
        if path == _LIST:
            wanted = entity or self.variant.references in {"", "single"}
            return _listing(self.variant, entities=wanted and self.variant.references != "list")
        found = _SESSION_PATH.fullmatch(path)
        run = next((run for run in RUNS if found and run.guid == found[1].lower()), None)
        if run is None or found is None:
            return None
        if found[2]:
            return _log(self.variant, run)
        if entity and self.variant.references != "single":
            return _document(
                self.variant, "SystemSession", _attributes(self.variant, run), _fields(self.variant, run)
            )
        return _document(
            self.variant, "EntityRef", _attributes(self.variant, run, "Reference"), _links(self.variant, run)
        )


def _path(manners: ServerVariant, path: str) -> str:
    return manners.base + (path.lower() if manners.lower_paths else path)


def _attributes(manners: ServerVariant, run: DocumentedRun, kind: str = "") -> str:
    """The attributes of a session in the configured order, with additional ones first."""
    values = {
        "Href": _path(manners, f"{_LIST}/{run.guid}?format=Entity"),
        "Type": f"SystemSession{kind}",
        "Name": run.name_written,
        "UID": run.uid_written(run.guid),
    }
    if manners.extras:
        values |= {"Weight": "3", "xml:lang": "en", "xsi:type": "SystemSessionEntityType"}
    order = manners.order.split()
    names = sorted(values, key=lambda name: order.index(name) if name in order else -1)
    return "".join(f" {name}={_quoted(manners, values[name])}" for name in names if values[name] is not None)


def _quoted(manners: ServerVariant, value: str | None) -> str:
    text = value or ""
    if "&" in text:
        return f'"{text}"'
    return quoteattr(text) if not manners.extras else f"'{text}'"


def _links(manners: ServerVariant, run: DocumentedRun) -> str:
    href = _path(manners, f"{_LIST}/{run.guid}")
    name = run.name_written or ""
    return (
        f'<Links><Link Href="{href}" Name="{name}" Type="BackupJobSessionReference" Rel="Alternate"/>'
        f'<Link Rel="Down" Type="SystemSessionEvents" Name="Events" Href="{href}/events"/></Links>'
    )


def _fields(manners: ServerVariant, run: DocumentedRun) -> str:
    fields = [
        _links(manners, run),
        run.type_xml,
        run.started_xml,
        run.ended_xml,
        run.state_xml,
        run.result_xml,
    ]
    if manners.extras:
        fields[1:1] = ["<InitiatedBy>Scheduler</InitiatedBy>", "<Progress><State>Failed</State></Progress>"]
        fields += ["<Statistics><Result><Message>no</Message></Result></Statistics>"]
    if manners.comments:
        fields = [f"<!-- a comment, <b> in it -->{text}" for text in fields] + ["<?note here?>"]
    return "\n  ".join(fields)


def _listing(manners: ServerVariant, *, entities: bool) -> str:
    """All runs, in an arbitrary order."""
    runs = [] if manners.empty else [*RUNS[1::2], *reversed(RUNS[::2])]
    if manners.doubles:
        runs += RUNS[10:14]
    tag = "Sessions" if entities else "Ref"
    rows = [
        f"<{tag}{_attributes(manners, run, '' if entities else 'Reference')}>"
        f"{_fields(manners, run) if entities else _links(manners, run)}</{tag}>"
        for run in runs
    ]
    if manners.extras:
        rows.insert(3, "<PagingInfo PageNum='1'><Links/></PagingInfo>")
    return _document(manners, "SystemSessions" if entities else "EntityReferences", "", "\n".join(rows))


def _log(manners: ServerVariant, run: DocumentedRun) -> str:
    lines = "".join(
        f"<Events>{line.xml}</Events>" for line in (*DOCUMENTED_EVENTS[3:], *DOCUMENTED_EVENTS[:3])
    )
    href = _path(manners, f"{_LIST}/{run.guid}/events")
    links = f'<Links><Link Rel="Up" Type="BackupJobSession" Href="{_path(manners, _LIST)}"/></Links>'
    return _document(
        manners, "SystemSessionEvents", f' Type="SystemSessionEvents" Href="{href}"', links + lines
    )


_TAG = re.compile(r"<(/?)(?=[A-Za-z])")
_UNCHANGED_ATTRIBUTES = re.compile(r"(<!--.*?-->|<!\[CDATA\[.*?\]\]>)", re.DOTALL)


def _document(manners: ServerVariant, root: str, attributes: str, body: str) -> str:
    """A complete document with the configured prefix and line ends."""
    name = {"": f' xmlns="{NAMESPACE}"', None: ""}.get(
        manners.prefix, f' xmlns:{manners.prefix}="{NAMESPACE}"'
    )
    text = f"<{root}{attributes} {_XSI}{name}>\n{body}\n</{root}>\n"
    if manners.prefix:
        parts = _UNCHANGED_ATTRIBUTES.split(text)
        parts[::2] = [_TAG.sub(rf"<\1{manners.prefix}:", part) for part in parts[::2]]
        text = "".join(parts)
    head = '<?xml version="1.0" encoding="utf-8"?>\n' if manners.declared else ""
    note = "<!-- made elsewhere -->\n<?note at the top?>\n" if manners.comments else ""
    text = (head + note + text).replace("\r\n", "\n").replace("\n", manners.line_end)
    return ("\ufeff" if manners.bom else "") + text


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 30

    def __init__(self, stranger: IndependentServer, context: ssl.SSLContext, *rest: object) -> None:
        self.em_server = stranger
        self.variant = stranger.variant
        self._context = context
        self._gets = 0
        super().__init__(*rest)  # type: ignore[arg-type]  # socketserver's three, unseen here

    def setup(self) -> None:
        """Do the TLS handshake in the connection's thread."""
        self.request = self._context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        """Close without a TLS close_notify, as servers do."""
        super().finish()
        self.request.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Log nothing."""

    def do_GET(self) -> None:
        """Read."""
        self._note()
        self._gets += 1
        path, _, query = self.path.partition("?")
        if path == "/api/" and not query:
            if {"Authorization", "X-RestSvcSessionId"} & set(self.headers.keys()):
                self._violates("credentials for the root")
            return self._answer(200, _document(self.variant, "EnterpriseManager", "", "<Links/>"))
        if self.variant.hangs_up == "instead" and self._gets > 1:
            self.close_connection = True
            return None
        if "X-RestSvcSessionId" not in self.headers.keys() or "Authorization" in self.headers:  # noqa: SIM118 - spelt exactly so
            self._violates("a read must carry the token, spelt exactly so, and nothing else")
        if not self.em_server.is_logged_on(self.headers.get("X-RestSvcSessionId", "")):
            return self._answer(401, "", **{"WWW-Authenticate": "Basic Realm=RestSvc"})
        if path == _LIST + "/" or query not in {"", "format=Entity"}:
            self._violates("a path that no document has")
        body = self.em_server.document(path, query)
        if body is None:
            return self._answer(404, "")
        self.em_server.bodies[self.path] = body.encode()
        return self._answer(200, body)

    def do_POST(self) -> None:
        """Log on, and nothing else."""
        self._note()
        if self.path.partition("?")[0] not in {"/api/sessionMngr", "/api/sessionMngr/"}:
            self._violates("a POST that is no logon")
            return self._answer(405, "")
        if self.headers.get_all("Content-Length") != ["0"]:
            self._violates("a logon without Content-Length: 0")
            return self._answer(411, "")
        expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers["Authorization"] != f"Basic {expected}":
            return self._answer(401, "", **{"WWW-Authenticate": "Basic Realm=RestSvc"})
        logon_id, token = self.em_server.log_on()
        headers = {
            "Set-Cookie": f"X-RestSvcSessionId={token}; Path=/api;",
            "Location": _path(self.variant, f"/api/logonSessions/{logon_id}"),
        }
        if self.variant.token_header:
            headers[self.variant.token_header] = token
        session_id = f"<SessionId>{logon_id}</SessionId>" if self.variant.has_session_id else ""
        body = _document(self.variant, "LogonSession", "", f"<UserName>ops</UserName>{session_id}")
        return self._answer(self.variant.logon_status, body, **headers)

    def do_DELETE(self) -> None:
        """Log off the client's own logon, and nothing else."""
        self._note()
        token = self.headers.get("X-RestSvcSessionId", "")
        own = base64.b64decode(token).decode()
        is_repeated = self.em_server.logons.pop(token, None) is None
        if own not in self.em_server.secrets or self.path != f"/api/logonSessions/{own}":
            self._violates("a DELETE of something else than one's own logon")
        if self.variant.logoff == "hang":
            self.em_server.deleted_logons.wait(30)
        if self.variant.logoff in {"hang", "close"}:
            self.close_connection = True
            return None
        return self._answer(404 if is_repeated else int(self.variant.logoff), "")

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Handle any other method: `do_PUT` and the like are looked up by name."""
        if not name.startswith("do_"):
            raise AttributeError(name)
        return self._other

    def _other(self) -> None:
        self._note()
        self._violates("a verb that a reader has no use for")
        self._answer(405, "")

    def _note(self) -> None:
        self.em_server.requests.append((self.command, self.path))
        if "Cookie" in self.headers:
            self._violates("a cookie, which beats the header")

    def _violates(self, reason: str) -> None:
        self.em_server.violations.append(f"{self.command} {self.path}: {reason}")

    def _answer(self, status: int, body: str, **headers: str) -> None:
        """Send a response with the configured framing."""
        content = body.encode()
        framing = self.variant.framing if content else "length"
        if framing == "close":
            self.protocol_version = "HTTP/1.0"
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.variant.content_type:
            self.send_header("content-TYPE", self.variant.content_type)
        if framing == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        elif framing == "length":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(_chunked(content) if framing == "chunked" else content)
        self.close_connection |= framing == "close" or self.variant.hangs_up == "after"


def _chunked(content: bytes) -> bytes:
    """In pieces that end in the middle of characters and tags, with extensions and a trailer."""
    pieces = [content[start : start + 777] for start in range(0, len(content), 777)]
    body = b"".join(b"%X;a=b\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return body + b"0\r\nX-Trailer: x\r\n\r\n"


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that disconnect."""


@contextmanager
def independent_server(variant: ServerVariant, context: ssl.SSLContext) -> Iterator[IndependentServer]:
    """Run such a server until the block ends."""
    server = IndependentServer(variant)
    listener = _Listener(("127.0.0.1", 0), partial(_Handler, server, context))
    with run_server(listener) as server.port:
        try:
            yield server
        finally:
            server.deleted_logons.set()
