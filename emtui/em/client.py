"""The client of Enterprise Manager: one logon, system sessions and their events.

Connecting verifies the certificate, then sends `GET /api/` without credentials, then logs on. Every
failure is an `EmError`. Documents are parsed in threads. Source: em_rest/systemsessions.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

import httpx

from emtui.em import status_errors, xml_codec
from emtui.em.background_thread import beside
from emtui.em.certificate import Certificate
from emtui.em.errors import EmError, Gone, Nonsense, NotFound
from emtui.em.http_requests import LIMIT, LIST_LIMIT, Answer, Exchange
from emtui.em.list_download import LIST_PATH, ListDownloader
from emtui.em.logon import OPEN, Another, Credentials, Gate, Logons, check_password, check_user, no_other
from emtui.em.model import Listing, Log, Session, Uid, find_guid
from emtui.em.proxy import Proxies
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust
from emtui.em.server_clock import server_time, utc_now
from emtui.em.session_source import Progress, Receipt
from emtui.em.text_sanitizer import clean
from emtui.em.transport import Timeouts, certificate, open_transport

__all__ = ["Client", "Progress", "Receipt", "Timeouts", "certificate"]

T = TypeVar("T")

AT_ONCE = 8
"""Maximum number of concurrent requests for single sessions."""
_SESSION, _EVENTS = "a system session", "the events of a session"


class Client:
    """One logon at one server; created by `connect`, ended by `close` or `async with`."""

    def __init__(
        self, server: Server, user: str, exchange: Exchange, logons: Logons, timeouts: Timeouts
    ) -> None:
        self.server = server
        self.user = user
        self._exchange = exchange
        self._logons = logons
        self._timeouts = timeouts
        self._downloader = ListDownloader()
        self._ended: dict[Uid, Session] = {}
        self._closed = False
        self.receipt: Receipt | None = None
        """Size, duration and clock of the last complete list."""
        self.api = ""
        """The API versions of the server."""
        self._listed: tuple[Session, ...] = ()
        self._unlisted: dict[Uid, Session] = {}
        """Sessions of earlier lists that the last one does not have."""
        self._seen: dict[str, Session | None] = {}
        """Sessions read one by one, by GUID; `None` where only the log was read."""

    @classmethod
    async def connect(
        cls,
        server: Server,
        user: str,
        password: Secret,
        *,
        trust: Trust,
        proxies: Proxies,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
        transport: httpx.AsyncBaseTransport | None = None,
        agent: str = "emtui",
        gate: Gate = OPEN,
        another: Another = no_other,
        now: Callable[[], datetime] = utc_now,
    ) -> Client:
        """Verify the certificate and the API root, then log on. `transport` replaces TLS and DNS in tests.

        Every logon passes the `gate`; `another` provides the password again when a renewed logon is
        refused. `now` is the local clock, which the server's is compared with.
        """
        check_user(user)
        check_password(password)
        transport = transport or await open_transport(server, trust, proxies)
        exchange = Exchange(server, transport, timeouts, agent, now)
        logons = Logons(server, exchange, Credentials(user, password, gate, another))
        client = cls(server, user, exchange, logons, timeouts)
        try:
            await client._check_root()
            await logons.current()
        except BaseException:
            await client.close()
            raise
        return client

    @property
    def certificate(self) -> Certificate | None:
        """The server's certificate in the last TLS handshake; `None` for plain HTTP."""
        return self._exchange.certificate

    @property
    def logged_on(self) -> tuple[datetime, ...]:
        """The times of the last logons, in UTC."""
        return tuple(self._logons.made)

    @property
    def skew(self) -> timedelta | None:
        """How far the server's clock is ahead of the local one, by its last response; `None` if unknown."""
        return self._exchange.skew

    def now(self) -> datetime:
        """The current time by the server's clock; by the local one if that is unknown."""
        return server_time(self._exchange.now(), self.skew)

    async def sessions(self, progress: Callable[[Progress], None] | None = None) -> Listing:
        """All listed sessions, newest first; `progress` is called about ten times a second.

        Returns the same object as last time if nothing has changed.
        """
        began = asyncio.get_running_loop().time()
        async with self._get(LIST_PATH, LIST_LIMIT) as answer:
            listing = await self._downloader.read(answer, progress)
            took = asyncio.get_running_loop().time() - began
        before, sessions = self._listed, listing.sessions
        if sessions is not before:
            self._unlisted |= await beside(lambda: _no_longer_listed(before, sessions))
            self._listed = sessions
        self.receipt = Receipt(answer.received, took, answer.skew)
        return listing

    async def session(self, uid: Uid) -> Session:
        """One session; incomplete if the server returns only a reference. Raises `NotFound`."""
        session = await self._one(_entity(uid), uid, _SESSION, xml_codec.read_session)
        self._seen[find_guid(uid) or uid] = session
        return session

    async def events(self, uid: Uid) -> Log:
        """The log of one session, in Order. Raises `NotFound`."""
        log = await self._one(f"{_path(uid)}/events", uid, _EVENTS, xml_codec.read_log)
        self._seen.setdefault(find_guid(uid) or uid, None)
        return log

    async def session_xml(self, uid: Uid) -> str:
        """The response for one session as the server sent it, safe to print."""
        return await self._one(_entity(uid), uid, _SESSION, _as_written)

    async def events_xml(self, uid: Uid) -> str:
        """The response for one session's events as the server sent it, safe to print."""
        return await self._one(f"{_path(uid)}/events", uid, _EVENTS, _as_written)

    async def complete(self, references: Iterable[Session]) -> AsyncGenerator[Session, None]:
        """The same sessions, in order, with references fetched as entities, eight at a time.

        A session that cannot be fetched is returned unchanged, with the reason in `odd`. Failures that
        concern all of them (unreachable, logon refused) are raised.
        """
        rest = iter(references)
        asked: deque[asyncio.Task[Session]] = deque()
        try:
            while True:
                while len(asked) < AT_ONCE and (reference := next(rest, None)) is not None:
                    asked.append(asyncio.create_task(self._whole(reference)))
                if not asked:
                    return
                session = await asked[0]
                asked.popleft()
                yield session
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)

    async def close(self) -> None:
        """Log off if possible, and close every connection. Never raises an error; may be called twice.

        A cancellation waits for the log-off, which has its own timeout.
        """
        if self._closed:
            return
        self._closed = True
        ending = asyncio.create_task(self._end())
        canceled: asyncio.CancelledError | None = None
        while not ending.done():
            try:
                await asyncio.shield(ending)
            except asyncio.CancelledError as asked:
                canceled = asked
        if canceled:
            raise canceled

    async def _end(self) -> None:
        try:
            with suppress(EmError, TimeoutError):
                async with asyncio.timeout(self._timeouts.logoff):
                    await self._log_off()
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._timeouts.logoff):
                    await self._exchange.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _log_off(self) -> None:
        logon = self._logons.open
        if logon is not None and logon.id is not None:
            async with self._exchange.log_off(logon.id, logon.token):
                pass

    async def _check_root(self) -> None:
        async with self._exchange.root() as answer:
            self.api = await read_root(answer)

    @asynccontextmanager
    async def _get(self, path: str, limit: int = LIMIT) -> AsyncIterator[Answer]:
        """A response that is not 401: an expired logon is renewed and the request repeated, both once."""
        logon = await self._logons.current()
        async with self._exchange.get(path, logon.token, limit) as answer:
            if answer.status != 401:
                yield answer
                return
        renewed = await self._logons.renew(logon)
        async with self._exchange.get(path, renewed.token, limit) as answer:
            if answer.status == 401:
                raise status_errors.another_logon(answer.requested, answer.cookies)
            yield answer

    async def _one(self, path: str, uid: Uid, what: str, read: Callable[[bytes, str, datetime], T]) -> T:
        """Request a document about one session and parse it with `read` (body, charset, server time)."""
        async with self._get(path) as answer:
            if answer.lacks:
                raise self._missing(uid, log=path.endswith("/events"))
            answer.expect(what)
            body, charset, clock = await answer.body(), answer.charset, answer.clock
            requested = answer.requested
        try:
            return await beside(lambda: read(body, charset, clock))
        except xml_codec.Unreadable as problem:
            raise status_errors.bad_document(requested, what, problem) from None

    def _missing(self, uid: Uid, *, log: bool) -> NotFound:
        """The error for a 404; a session that existed before never gets "the ID is wrong"."""
        guid = find_guid(uid) or uid
        where, which = self.server.authority, clean(guid)
        listed = next((one for one in self._listed if uid == one.uid or guid == one.id), None)
        listed = listed or self._unlisted.get(uid)
        if listed is None and guid not in self._seen:
            what = "has no log of" if log else "has no"
            return NotFound(
                f"{where} {what} session {which}: the ID is wrong, or the session is older than the 30-day"
                " retention."
            )
        why = (
            "it was deleted, is older than the 30-day retention, or is temporarily missing (for example after"
            " a restart or restore)."
        )
        if log:
            return Gone(f"{where} no longer has a log of session {which}: {why}")
        known = [one for one in (listed, self._seen.get(guid)) if one is not None]
        if known and all(one.running for one in known):
            why = "it was still running when last seen, so its outcome is unknown."
        return Gone(f"{where} no longer lists session {which}: {why}")

    async def _whole(self, reference: Session) -> Session:
        if reference.complete:
            return reference
        if reference.uid in self._ended:
            return self._ended[reference.uid]
        try:
            session = await self.session(reference.uid)
        except NotFound:
            return replace(reference, odd="the server lists it but no longer has it")
        except Nonsense as problem:
            return replace(reference, odd=self._of_one(problem, reference.uid))
        if not session.complete:
            return replace(reference, odd="the server returns only a reference to it")
        if session.ended is not None and not session.running:
            self._ended[reference.uid] = session
        return session

    def _of_one(self, problem: Nonsense, uid: Uid) -> str:
        """The error text for a row of the list, without the long URL."""
        url = status_errors.Requested(self.server, _entity(uid))
        return f"the server {str(problem).removeprefix(f'{url} ')}"


async def read_root(answer: Answer) -> str:
    """The API versions in the root document; raises if it is not that of Enterprise Manager."""
    if not answer.good:
        raise status_errors.root_error(answer.error_response)
    answer.expect("the API root")
    body = await answer.body()
    try:
        xml_codec.read_root(body, answer.charset)
    except xml_codec.Unreadable as problem:
        raise status_errors.not_enterprise_manager(
            answer.requested, answer.headers, body, f"something else ({problem.reason})"
        ) from None
    try:
        return xml_codec.versions(body, answer.charset)
    except xml_codec.Unreadable:
        return ""


def _no_longer_listed(before: Iterable[Session], now: Iterable[Session]) -> dict[Uid, Session]:
    """The sessions of an earlier list that this one does not have."""
    uids = {session.uid for session in now}
    return {session.uid: session for session in before if session.uid not in uids}


def _as_written(body: bytes, charset: str, _: datetime) -> str:
    return xml_codec.readable_xml(body, charset)


def _path(uid: Uid) -> str:
    """The path of a session, quoted, since the ID comes from the server."""
    return f"/api/systemSessions/{quote(find_guid(uid) or uid, safe='')}"


def _entity(uid: Uid) -> str:
    """The path of a session as an entity."""
    return f"{_path(uid)}?format=Entity"
