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
from emtui.demo.demo_options import NO_PLAYS, Plays, Version
from emtui.demo.documents import Documents
from emtui.demo.fault_injection import MESSAGES, Answer
from emtui.demo.logon_sessions import IDLE_SECONDS, Logon, Logons
from emtui.demo.resources import Refusal, SystemSessions
from emtui.demo.routes import Asked, read_path
from emtui.demo.world import World

USER = "EXAMPLE\\ops"
PASSWORD = "demo"  # noqa: S105 - the demo's password is printed at start
TOKEN_HEADER = "X-RestSvcSessionId"  # noqa: S105 - the name of a header
_HREFS = {
    "http9399": "http://em01.example.net:9399/api",
    "localhost": "https://localhost:9398/api",
    "other": "https://em99.example.net:9398/api",
}
_MOST_BASES = 8
_SPELT = {b"x-restsvcsessionid": TOKEN_HEADER.encode(), b"www-authenticate": b"WWW-Authenticate"}
UNDER = "/veeam"
"""Path prefix of `--play under-path`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one simulated server. `public_url` is the base of its Hrefs, without `/api`.

    By default it is the requested address. `clock` gives the simulated time, `monotonic` the
    seconds for the expiry of logons.
    """

    world: World
    clock: Callable[[], datetime]
    plays: Plays = NO_PLAYS
    password: str = PASSWORD
    public_url: str | None = None
    idle: float = IDLE_SECONDS
    monotonic: Callable[[], float] = time.monotonic
    on_logon: Callable[[], None] = lambda: None


def create_app(settings: Settings) -> Starlette:
    """Return the application. A single endpoint handles all methods, as the server does."""
    return Starlette(routes=[Route("/{path:path}", EnterpriseManager(settings))])


class EnterpriseManager:
    """Handles all requests of one simulated server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._plays = settings.plays
        idle = self._plays.number("idle")
        self._logons = Logons(
            settings.password,
            settings.monotonic,
            settings.idle if idle is None else idle,
            self._plays.number("401-after"),
        )
        self._documents: dict[str, Documents] = {}
        self._with_token = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        request = Request(scope, receive)
        asked = read_path(request.url.path, UNDER if self._plays.on("under-path") else "")
        await fault_injection.waited(self._plays, asked.place)
        answer = fault_injection.instead(self._plays, asked.place) or self._answer(request, asked)
        response = fault_injection.response(self._plays, asked.place, answer)
        response.headers["Date"] = format_datetime(self._settings.clock().astimezone(UTC), usegmt=True)
        if self._plays.version is Version.V12:
            response.headers["Server"] = "Microsoft-HTTPAPI/2.0"
        response.raw_headers = [(_spelt(name), value) for name, value in response.raw_headers]
        await response(scope, receive, send)

    def _answer(self, request: Request, asked: Asked) -> Answer:
        json = wants_json(request)
        try:
            answer = self._reached(request, asked, json=json)
        except Refusal as refusal:
            thing = service_root.error if json else service_root.error_element
            body = self._about(request).written(thing(refusal.status, refusal.message), json=json)
            return Answer(refusal.status, body, self._kind(json=json), refusal.headers)
        return fault_injection.spoiled(self._plays, asked.place, answer) if answer.body else answer

    def _reached(self, request: Request, asked: Asked, *, json: bool) -> Answer:
        status = fault_injection.status_instead(self._plays, asked.place)
        if status is not None:
            headers = (("Retry-After", "30"),) if status in {429, 503} else ()
            raise Refusal(status, MESSAGES[status], *headers)
        self._allowed(request, asked)
        if asked.place == "root":
            base = self._about(request)
            return self._found(base.written(service_root.root(base.base), json=json), json=json)
        if asked.place == "logon":
            return self._log_on(request, json=json)
        logon = self._known(request)
        if asked.place == "logons":
            return self._logon_sessions(request, asked, logon, json=json)
        return self._resource(request, asked, logon, json=json)

    def _allowed(self, request: Request, asked: Asked) -> None:
        if asked.place == "unknown":
            raise Refusal(404, MESSAGES[404])
        length = {"content-length", "transfer-encoding"} & set(request.headers)
        if request.method == "POST" and self._plays.on("strict-length") and not length:
            raise Refusal(411, "A POST needs a Content-Length")
        if request.method not in asked.verbs:
            allow = ", ".join(asked.verbs)
            raise Refusal(405, f"The method {request.method} is not supported here", ("Allow", allow))

    def _log_on(self, request: Request, *, json: bool) -> Answer:
        logon = self._logons.log_on(request.headers.get("Authorization"))
        if logon is None:
            challenge = ("WWW-Authenticate", "Basic Realm=RestSvc")
            raise Refusal(401, "The user name or password is incorrect", challenge)
        self._settings.on_logon()
        about = self._about(request)
        headers = [
            (TOKEN_HEADER, logon.token),
            ("Location", f"{about.base}/logonSessions/{logon.session_id}"),
        ]
        if not self._plays.on("no-cookie"):
            headers.append(("Set-Cookie", f"{TOKEN_HEADER}={logon.token}; Path=/api;"))
        thing = service_root.logon(about.base, logon.account.full_name, logon.session_id)
        return Answer(201, about.written(thing, json=json), self._kind(json=json), tuple(headers))

    def _known(self, request: Request) -> Logon:
        cookie = None if self._plays.on("no-cookie") else request.cookies.get(TOKEN_HEADER)
        logon = self._logons.use(cookie or request.headers.get(TOKEN_HEADER))
        if logon is not None:
            self._with_token += 1
            if self._plays.on("expired") and self._with_token % 2 == 0:
                self._logons.end(logon)
                logon = None
        if logon is None:
            raise Refusal(401, MESSAGES[401], ("WWW-Authenticate", "Basic Realm=RestSvc"))
        return logon

    def _logon_sessions(self, request: Request, asked: Asked, own: Logon, *, json: bool) -> Answer:
        about = self._about(request)
        if not asked.guid:
            everybody = (own, *self._logons.others(own))
            known = tuple((logon.account.full_name, logon.session_id) for logon in everybody)
            if self._plays.on("other-logons"):
                known = (("EXAMPLE\\viewer", "0f0e0d0c-0b0a-4908-8706-050403020100"), *known)
            return self._found(about.written(service_root.logons(about.base, known), json=json), json=json)
        logon = self._logons.find(asked.guid)
        if logon is None:
            raise Refusal(404, "There is no such logon session")
        if request.method == "DELETE":
            self._logons.end(logon)
            return Answer(204)
        thing = service_root.logon(about.base, logon.account.full_name, logon.session_id)
        return self._found(about.written(thing, json=json), json=json)

    def _resource(self, request: Request, asked: Asked, logon: Logon, *, json: bool) -> Answer:
        if asked.place == "other":
            raise Refusal(501, MESSAGES[501])
        if not logon.account.administrator:
            raise Refusal(403, MESSAGES[403])
        sessions = SystemSessions(self._settings.world, self._plays, self._about(request))
        body = sessions.body(asked, request.query_params, self._settings.clock(), json=json)
        return self._found(body, json=json)

    def _found(self, body: bytes, *, json: bool) -> Answer:
        return Answer(200, body, self._kind(json=json))

    def _kind(self, *, json: bool) -> str:
        charset = "; charset=utf-8" if self._plays.version is Version.V13 else ""
        return ("application/json" if json else "application/xml") + charset

    def _about(self, request: Request) -> Documents:
        host = request.headers.get("Host", "em01.example.net:9398")
        asked = self._settings.public_url or f"{request.url.scheme}://{host}"
        base = _HREFS.get(self._plays.value("hrefs") or "", f"{asked.rstrip('/')}/api")
        if base not in self._documents:
            while len(self._documents) >= _MOST_BASES:
                self._documents.pop(next(iter(self._documents)))
            self._documents[base] = Documents(base, self._plays)
        return self._documents[base]


def _spelt(name: bytes) -> bytes:
    """Return a header's name in the server's spelling, as some clients compare case."""
    return _SPELT.get(name, name.title())


def wants_json(request: Request) -> bool:
    """Whether Accept contains `application/json` anywhere; anything else means XML."""
    return "application/json" in request.headers.get("Accept", "").casefold()
