"""Simulated Enterprise Manager as an ASGI application: authentication, routing, responses.

Source: em_rest/http_authentication, em_rest/http_response_codes, em_rest/systemsessions. The
logons are the only state; the world is a pure function, and the caller owns the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from emtui.demo import fault_injection, service_root
from emtui.demo.demo_options import NO_FAULTS, ActiveFaults, ProductVersion
from emtui.demo.documents import DocumentSerializer
from emtui.demo.fault_injection import STATUS_MESSAGES, DemoReply
from emtui.demo.logon_sessions import IDLE_TIMEOUT_S, DemoLogon, DemoLogons
from emtui.demo.resources import ErrorReplyError, SessionResources
from emtui.demo.routes import DemoRoute, parse_path
from emtui.demo.world import SimulatedWorld

USER = "EXAMPLE\\ops"
PASSWORD = "demo"  # noqa: S105 - the demo's password is printed at start
TOKEN_HEADER = "X-RestSvcSessionId"  # noqa: S105 - the name of a header
_HREF_BASES = {
    "http9399": "http://em01.example.net:9399/api",
    "localhost": "https://localhost:9398/api",
    "other": "https://em99.example.net:9398/api",
}
_MAX_BASES = 8
_HEADER_SPELLINGS = {b"x-restsvcsessionid": TOKEN_HEADER.encode(), b"www-authenticate": b"WWW-Authenticate"}
PATH_PREFIX = "/veeam"
"""Path prefix of `--play under-path`."""


@dataclass(frozen=True, slots=True)
class DemoServerSettings:
    """Settings of one simulated server. `public_url` is the base of its Hrefs, without `/api`.

    By default it is the requested address. `clock` gives the simulated time, `monotonic` the
    seconds for the expiry of logons.
    """

    world: SimulatedWorld
    clock: Callable[[], datetime]
    faults: ActiveFaults = NO_FAULTS
    password: str = PASSWORD
    public_url: str | None = None
    idle_timeout: float = IDLE_TIMEOUT_S
    monotonic: Callable[[], float] = time.monotonic
    on_logon: Callable[[], None] = lambda: None


def create_app(settings: DemoServerSettings) -> Starlette:
    """Return the application. A single endpoint handles all methods, as the server does."""
    return Starlette(routes=[Route("/{path:path}", SimulatedServer(settings))])


class SimulatedServer:
    """Handles all requests of one simulated server."""

    def __init__(self, settings: DemoServerSettings) -> None:
        self._settings = settings
        self._faults = settings.faults
        idle_timeout = self._faults.number("idle")
        self._logons = DemoLogons(
            settings.password,
            settings.monotonic,
            settings.idle_timeout if idle_timeout is None else idle_timeout,
            self._faults.number("401-after"),
        )
        self._documents: dict[str, DocumentSerializer] = {}
        self._token_request_count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        request = Request(scope, receive)
        route = parse_path(request.url.path, PATH_PREFIX if self._faults.is_on("under-path") else "")
        await fault_injection.delay_response(self._faults, route.resource)
        reply = fault_injection.simulated_reply(self._faults, route.resource) or self._reply_to(
            request, route
        )
        response = fault_injection.build_response(self._faults, route.resource, reply)
        response.headers["Date"] = format_datetime(self._settings.clock().astimezone(UTC), usegmt=True)
        if self._faults.version is ProductVersion.V12:
            response.headers["Server"] = "Microsoft-HTTPAPI/2.0"
        response.raw_headers = [(_header_spelling(name), value) for name, value in response.raw_headers]
        await response(scope, receive, send)

    def _reply_to(self, request: Request, route: DemoRoute) -> DemoReply:
        json = wants_json(request)
        try:
            reply = self._handle(request, route, json=json)
        except ErrorReplyError as error:
            make_error = service_root.build_json_error if json else service_root.build_xml_error
            body = self._documents_for(request).serialize(make_error(error.status, error.message), json=json)
            return DemoReply(error.status, body, self._content_type(json=json), error.headers)
        return fault_injection.corrupt_body(self._faults, route.resource, reply) if reply.body else reply

    def _handle(self, request: Request, route: DemoRoute, *, json: bool) -> DemoReply:
        status = fault_injection.simulated_status(self._faults, route.resource)
        if status is not None:
            headers = (("Retry-After", "30"),) if status in {429, 503} else ()
            raise ErrorReplyError(status, STATUS_MESSAGES[status], *headers)
        self._check_method(request, route)
        if route.resource == "root":
            documents = self._documents_for(request)
            return self._ok_reply(
                documents.serialize(service_root.build_root(documents.base), json=json), json=json
            )
        if route.resource == "logon":
            return self._log_on(request, json=json)
        logon = self._require_logon(request)
        if route.resource == "logons":
            return self._logon_sessions(request, route, logon, json=json)
        return self._resource(request, route, logon, json=json)

    def _check_method(self, request: Request, route: DemoRoute) -> None:
        if route.resource == "unknown":
            raise ErrorReplyError(404, STATUS_MESSAGES[404])
        length_headers = {"content-length", "transfer-encoding"} & set(request.headers)
        if request.method == "POST" and self._faults.is_on("strict-length") and not length_headers:
            raise ErrorReplyError(411, "A POST needs a Content-Length")
        if request.method not in route.methods:
            allow = ", ".join(route.methods)
            raise ErrorReplyError(405, f"The method {request.method} is not supported here", ("Allow", allow))

    def _log_on(self, request: Request, *, json: bool) -> DemoReply:
        logon = self._logons.log_on(request.headers.get("Authorization"))
        if logon is None:
            challenge = ("WWW-Authenticate", "Basic Realm=RestSvc")
            raise ErrorReplyError(401, "The user name or password is incorrect", challenge)
        self._settings.on_logon()
        documents = self._documents_for(request)
        headers = [
            (TOKEN_HEADER, logon.token),
            ("Location", f"{documents.base}/logonSessions/{logon.session_id}"),
        ]
        if not self._faults.is_on("no-cookie"):
            headers.append(("Set-Cookie", f"{TOKEN_HEADER}={logon.token}; Path=/api;"))
        element = service_root.build_logon(documents.base, logon.account.full_name, logon.session_id)
        return DemoReply(
            201, documents.serialize(element, json=json), self._content_type(json=json), tuple(headers)
        )

    def _require_logon(self, request: Request) -> DemoLogon:
        cookie = None if self._faults.is_on("no-cookie") else request.cookies.get(TOKEN_HEADER)
        logon = self._logons.use(cookie or request.headers.get(TOKEN_HEADER))
        if logon is not None:
            self._token_request_count += 1
            if self._faults.is_on("expired") and self._token_request_count % 2 == 0:
                self._logons.end(logon)
                logon = None
        if logon is None:
            raise ErrorReplyError(401, STATUS_MESSAGES[401], ("WWW-Authenticate", "Basic Realm=RestSvc"))
        return logon

    def _logon_sessions(self, request: Request, route: DemoRoute, own: DemoLogon, *, json: bool) -> DemoReply:
        documents = self._documents_for(request)
        if not route.guid:
            all_logons = (own, *self._logons.others(own))
            users_and_ids = tuple((logon.account.full_name, logon.session_id) for logon in all_logons)
            if self._faults.is_on("other-logons"):
                users_and_ids = (("EXAMPLE\\viewer", "0f0e0d0c-0b0a-4908-8706-050403020100"), *users_and_ids)
            return self._ok_reply(
                documents.serialize(service_root.build_logons(documents.base, users_and_ids), json=json),
                json=json,
            )
        logon = self._logons.find(route.guid)
        if logon is None:
            raise ErrorReplyError(404, "There is no such logon session")
        if request.method == "DELETE":
            self._logons.end(logon)
            return DemoReply(204)
        element = service_root.build_logon(documents.base, logon.account.full_name, logon.session_id)
        return self._ok_reply(documents.serialize(element, json=json), json=json)

    def _resource(self, request: Request, route: DemoRoute, logon: DemoLogon, *, json: bool) -> DemoReply:
        if route.resource == "other":
            raise ErrorReplyError(501, STATUS_MESSAGES[501])
        if not logon.account.is_administrator:
            raise ErrorReplyError(403, STATUS_MESSAGES[403])
        sessions = SessionResources(self._settings.world, self._faults, self._documents_for(request))
        body = sessions.serialize(route, request.query_params, self._settings.clock(), json=json)
        return self._ok_reply(body, json=json)

    def _ok_reply(self, body: bytes, *, json: bool) -> DemoReply:
        return DemoReply(200, body, self._content_type(json=json))

    def _content_type(self, *, json: bool) -> str:
        charset = "; charset=utf-8" if self._faults.version is ProductVersion.V13 else ""
        return ("application/json" if json else "application/xml") + charset

    def _documents_for(self, request: Request) -> DocumentSerializer:
        host = request.headers.get("Host", "em01.example.net:9398")
        requested = self._settings.public_url or f"{request.url.scheme}://{host}"
        base = _HREF_BASES.get(self._faults.value("hrefs") or "", f"{requested.rstrip('/')}/api")
        if base not in self._documents:
            while len(self._documents) >= _MAX_BASES:
                self._documents.pop(next(iter(self._documents)))
            self._documents[base] = DocumentSerializer(base, self._faults)
        return self._documents[base]


def _header_spelling(name: bytes) -> bytes:
    """Return a header's name in the server's spelling, as some clients compare case."""
    return _HEADER_SPELLINGS.get(name, name.title())


def wants_json(request: Request) -> bool:
    """Whether Accept contains `application/json` anywhere; anything else means XML."""
    return "application/json" in request.headers.get("Accept", "").casefold()
