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
from emtui.em.background_thread import run_in_thread
from emtui.em.certificate import Certificate
from emtui.em.errors import EmError, SessionGoneError, SessionNotFoundError, UnexpectedResponseError
from emtui.em.http_requests import DOCUMENT_LIMIT, LIST_LIMIT, ApiResponse, RequestSender
from emtui.em.list_download import LIST_PATH, ListDownloader
from emtui.em.logon import (
    ALLOW_ALL,
    Credentials,
    LogonGuard,
    LogonRenewer,
    PasswordProvider,
    check_password,
    check_user,
    no_provider,
)
from emtui.em.model import Listing, Log, Session, Uid, find_guid
from emtui.em.proxy import ProxySettings
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust
from emtui.em.server_clock import server_time, utc_now
from emtui.em.session_source import DownloadProgress, ResponseStats
from emtui.em.text_sanitizer import clean
from emtui.em.transport import Timeouts, fetch_certificate, open_transport

__all__ = ["Client", "DownloadProgress", "ResponseStats", "Timeouts", "fetch_certificate"]

T = TypeVar("T")

MAX_CONCURRENT_REQUESTS = 8
"""Maximum number of concurrent requests for single sessions."""
_SESSION_DOCUMENT, _EVENTS_DOCUMENT = "a system session", "the events of a session"


class Client:
    """One logon at one server; created by `connect`, ended by `close` or `async with`."""

    def __init__(
        self, server: Server, user: str, sender: RequestSender, logons: LogonRenewer, timeouts: Timeouts
    ) -> None:
        self.server = server
        self.user = user
        self._sender = sender
        self._logons = logons
        self._timeouts = timeouts
        self._downloader = ListDownloader()
        self._ended_sessions: dict[Uid, Session] = {}
        self._is_closed = False
        self.response_stats: ResponseStats | None = None
        """Size, duration and clock of the last complete list."""
        self.api_versions = ""
        """The API versions of the server."""
        self._listed_sessions: tuple[Session, ...] = ()
        self._unlisted_sessions: dict[Uid, Session] = {}
        """Sessions of earlier lists that the last one does not have."""
        self._fetched_sessions: dict[str, Session | None] = {}
        """Sessions read one by one, by GUID; `None` where only the log was read."""

    @classmethod
    async def connect(
        cls,
        server: Server,
        user: str,
        password: Secret,
        *,
        trust: Trust,
        proxies: ProxySettings,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
        transport: httpx.AsyncBaseTransport | None = None,
        agent: str = "emtui",
        guard: LogonGuard = ALLOW_ALL,
        password_provider: PasswordProvider = no_provider,
        now: Callable[[], datetime] = utc_now,
    ) -> Client:
        """Verify the certificate and the API root, then log on. `transport` replaces TLS and DNS in tests.

        Every logon passes the `guard`; `password_provider` provides the password again when a renewed logon
        is refused. `now` is the local clock, which the server's is compared with.
        """
        check_user(user)
        check_password(password)
        transport = transport or await open_transport(server, trust, proxies)
        sender = RequestSender(server, transport, timeouts, agent, now)
        logons = LogonRenewer(server, sender, Credentials(user, password, guard, password_provider))
        client = cls(server, user, sender, logons, timeouts)
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
        return self._sender.certificate

    @property
    def logon_times(self) -> tuple[datetime, ...]:
        """The times of the last logons, in UTC."""
        return tuple(self._logons.times)

    @property
    def skew(self) -> timedelta | None:
        """How far the server's clock is ahead of the local one, by its last response; `None` if unknown."""
        return self._sender.skew

    def now(self) -> datetime:
        """The current time by the server's clock; by the local one if that is unknown."""
        return server_time(self._sender.now(), self.skew)

    async def sessions(self, progress: Callable[[DownloadProgress], None] | None = None) -> Listing:
        """All listed sessions, newest first; `progress` is called about ten times a second.

        Returns the same object as last time if nothing has changed.
        """
        started_at = asyncio.get_running_loop().time()
        async with self._get(LIST_PATH, LIST_LIMIT) as response:
            listing = await self._downloader.read(response, progress)
            seconds = asyncio.get_running_loop().time() - started_at
        previous, sessions = self._listed_sessions, listing.sessions
        if sessions is not previous:
            self._unlisted_sessions |= await run_in_thread(lambda: _find_unlisted(previous, sessions))
            self._listed_sessions = sessions
        self.response_stats = ResponseStats(response.received, seconds, response.skew)
        return listing

    async def session(self, uid: Uid) -> Session:
        """One session; incomplete if the server returns only a reference. Raises `SessionNotFoundError`."""
        session = await self._fetch_document(
            _entity_path(uid), uid, _SESSION_DOCUMENT, xml_codec.read_session
        )
        self._fetched_sessions[find_guid(uid) or uid] = session
        return session

    async def events(self, uid: Uid) -> Log:
        """The log of one session, in Order. Raises `SessionNotFoundError`."""
        log = await self._fetch_document(
            f"{_session_path(uid)}/events", uid, _EVENTS_DOCUMENT, xml_codec.read_log
        )
        self._fetched_sessions.setdefault(find_guid(uid) or uid, None)
        return log

    async def session_xml(self, uid: Uid) -> str:
        """The response for one session as the server sent it, safe to print."""
        return await self._fetch_document(_entity_path(uid), uid, _SESSION_DOCUMENT, _to_readable)

    async def events_xml(self, uid: Uid) -> str:
        """The response for one session's events as the server sent it, safe to print."""
        return await self._fetch_document(f"{_session_path(uid)}/events", uid, _EVENTS_DOCUMENT, _to_readable)

    async def complete_references(self, references: Iterable[Session]) -> AsyncGenerator[Session, None]:
        """The same sessions, in order, with references fetched as entities, eight at a time.

        A session that cannot be fetched is returned unchanged, with the reason in `parse_problem`. Failures
        that concern all of them (unreachable, logon refused) are raised.
        """
        remaining = iter(references)
        tasks: deque[asyncio.Task[Session]] = deque()
        try:
            while True:
                while (
                    len(tasks) < MAX_CONCURRENT_REQUESTS and (reference := next(remaining, None)) is not None
                ):
                    tasks.append(asyncio.create_task(self._complete_reference(reference)))
                if not tasks:
                    return
                session = await tasks[0]
                tasks.popleft()
                yield session
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Log off if possible, and close every connection. Never raises an error; may be called twice.

        A cancellation waits for the log-off, which has its own timeout.
        """
        if self._is_closed:
            return
        self._is_closed = True
        disconnect_task = asyncio.create_task(self._disconnect())
        canceled: asyncio.CancelledError | None = None
        while not disconnect_task.done():
            try:
                await asyncio.shield(disconnect_task)
            except asyncio.CancelledError as cancellation:
                canceled = cancellation
        if canceled:
            raise canceled

    async def _disconnect(self) -> None:
        try:
            with suppress(EmError, TimeoutError):
                async with asyncio.timeout(self._timeouts.logoff):
                    await self._log_off()
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._timeouts.logoff):
                    await self._sender.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _log_off(self) -> None:
        logon = self._logons.active
        if logon is not None and logon.id is not None:
            async with self._sender.log_off(logon.id, logon.token):
                pass

    async def _check_root(self) -> None:
        async with self._sender.get_root() as response:
            self.api_versions = await read_api_versions(response)

    @asynccontextmanager
    async def _get(self, path: str, limit: int = DOCUMENT_LIMIT) -> AsyncIterator[ApiResponse]:
        """A response that is not 401: an expired logon is renewed and the request repeated, both once."""
        logon = await self._logons.current()
        async with self._sender.get(path, logon.token, limit) as response:
            if response.status != 401:
                yield response
                return
        renewed = await self._logons.renew(logon)
        async with self._sender.get(path, renewed.token, limit) as response:
            if response.status == 401:
                raise status_errors.repeated_logon_error(response.url, response.cookies)
            yield response

    async def _fetch_document(
        self, path: str, uid: Uid, document_name: str, read: Callable[[bytes, str, datetime], T]
    ) -> T:
        """Request a document about one session and parse it with `read` (body, charset, server time)."""
        async with self._get(path) as response:
            if response.is_not_found:
                raise self._not_found_error(uid, is_log=path.endswith("/events"))
            response.expect(document_name)
            body, charset, clock = await response.body(), response.charset, response.server_time
            url = response.url
        try:
            return await run_in_thread(lambda: read(body, charset, clock))
        except xml_codec.UnreadableDocumentError as problem:
            raise status_errors.document_error(url, document_name, problem) from None

    def _not_found_error(self, uid: Uid, *, is_log: bool) -> SessionNotFoundError:
        """The error for a 404; a session that existed before never gets "the ID is wrong"."""
        guid = find_guid(uid) or uid
        authority, shown_id = self.server.authority, clean(guid)
        listed = next((one for one in self._listed_sessions if uid == one.uid or guid == one.id), None)
        listed = listed or self._unlisted_sessions.get(uid)
        if listed is None and guid not in self._fetched_sessions:
            phrase = "has no events of" if is_log else "has no"
            return SessionNotFoundError(
                f"{authority} {phrase} session"
                f" {shown_id}: the ID is"
                " wrong, or the session is older than the 30-day"
                " retention. Check the ID with emtui sessions."
            )
        reason = (
            "it was deleted, is older than the 30-day retention, or is temporarily missing (for example after"
            " a restart or restore)."
        )
        if is_log:
            return SessionGoneError(f"{authority} no longer has the events of session {shown_id}: {reason}")
        last_copies = [one for one in (listed, self._fetched_sessions.get(guid)) if one is not None]
        if last_copies and all(one.is_running for one in last_copies):
            reason = "it was still running when last seen, so its outcome is unknown."
        return SessionGoneError(f"{authority} no longer lists session {shown_id}: {reason}")

    async def _complete_reference(self, reference: Session) -> Session:
        if reference.is_complete:
            return reference
        if reference.uid in self._ended_sessions:
            return self._ended_sessions[reference.uid]
        try:
            session = await self.session(reference.uid)
        except SessionNotFoundError:
            return replace(reference, parse_problem="the server lists it but no longer has it")
        except UnexpectedResponseError as problem:
            return replace(reference, parse_problem=self._row_problem(problem, reference.uid))
        if not session.is_complete:
            return replace(reference, parse_problem="the server returns only a reference to it")
        if session.ended is not None and not session.is_running:
            self._ended_sessions[reference.uid] = session
        return session

    def _row_problem(self, problem: UnexpectedResponseError, uid: Uid) -> str:
        """The error text for a row of the list, without the long URL."""
        url = status_errors.RequestedUrl(self.server, _entity_path(uid))
        return f"the server {str(problem).removeprefix(f'{url} ')}"


async def read_api_versions(response: ApiResponse) -> str:
    """The API versions in the root document; raises if it is not that of Enterprise Manager."""
    if not response.is_success:
        raise status_errors.root_error(response.error_response)
    response.expect("the API root")
    body = await response.body()
    try:
        xml_codec.check_root(body, response.charset)
    except xml_codec.UnreadableDocumentError as problem:
        raise status_errors.not_enterprise_manager_error(
            response.url, response.headers, body, f"something else ({problem.reason})"
        ) from None
    try:
        return xml_codec.read_api_versions(body, response.charset)
    except xml_codec.UnreadableDocumentError:
        return ""


def _find_unlisted(previous: Iterable[Session], current: Iterable[Session]) -> dict[Uid, Session]:
    """The sessions of an earlier list that this one does not have."""
    uids = {session.uid for session in current}
    return {session.uid: session for session in previous if session.uid not in uids}


def _to_readable(body: bytes, charset: str, _: datetime) -> str:
    return xml_codec.readable_xml(body, charset)


def _session_path(uid: Uid) -> str:
    """The path of a session, quoted, since the ID comes from the server."""
    return f"/api/systemSessions/{quote(find_guid(uid) or uid, safe='')}"


def _entity_path(uid: Uid) -> str:
    """The path of a session as an entity."""
    return f"{_session_path(uid)}?format=Entity"
