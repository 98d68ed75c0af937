"""Log on, and renew the token that every request carries.

Token and logon ID are credentials (the token is base64 of the ID). After 15 idle minutes the server
answers 401 (em_rest/http_authentication). `LogonRenewer` never repeats a refused logon, because accounts
can be locked. A `LogonGuard` extends that protection to other processes that use the account.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from emtui.em import status_errors, xml_codec
from emtui.em.errors import (
    AccessDeniedError,
    EmError,
    InvalidSettingError,
    LogonRefusedError,
    UnexpectedDocumentError,
)
from emtui.em.http_requests import TOKEN_HEADER, ApiResponse, RequestSender
from emtui.em.secret import Secret, is_one_line
from emtui.em.server_address import Server
from emtui.em.status_errors import RequestedUrl
from emtui.em.text_sanitizer import clean

_IN_HREF = re.compile(r"/logonSessions/([0-9A-Za-z-]+)/?(?:\?|$)", re.IGNORECASE)
_ID = re.compile(r"[0-9A-Za-z-]+")
_MAX_LOGON_TIMES = 5
_CANCEL_GRACE = 1.0
"""Seconds that a canceled logon may take to finish, so that it can be ended."""


@dataclass(frozen=True, slots=True, eq=False)
class ActiveLogon:
    """One logon; compared by identity. `id` is needed to log off, `None` if the server did not send it."""

    token: Secret
    id: Secret | None


class LogonGuard(Protocol):
    """Wraps every logon: may delay or refuse it, and records its outcome."""

    def attempt(self, server: Server, user: str, password: Secret) -> AbstractAsyncContextManager[None]:
        """Wrap one logon; raises `LogonRefusedError` to prevent it."""
        ...


class _AllowAll:
    """Lets every logon through."""

    def attempt(self, *_: object) -> AbstractAsyncContextManager[None]:
        """Allow the logon."""
        return nullcontext()


ALLOW_ALL: LogonGuard = _AllowAll()
"""Allows every logon, and records nothing."""

PasswordProvider: TypeAlias = Callable[[], Awaitable[Secret | None]]
"""Provides the password again when a renewed logon is refused; `None` if it cannot."""


async def no_provider() -> Secret | None:
    """Provide no password."""
    return None


@dataclass(frozen=True, slots=True)
class Credentials:
    """User and password, with the guard of logons and the provider of a changed password."""

    user: str
    password: Secret
    guard: LogonGuard = ALLOW_ALL
    password_provider: PasswordProvider = no_provider


class LogonRenewer:
    """The current logon and its renewal."""

    def __init__(self, server: Server, sender: RequestSender, credentials: Credentials) -> None:
        self._server = server
        self._sender = sender
        self._user = credentials.user
        self._password = credentials.password
        self._guard = credentials.guard
        self._password_provider = credentials.password_provider
        self._lock = asyncio.Lock()
        self._current: ActiveLogon | None = None
        self._refusal: AccessDeniedError | None = None
        self.times: deque[datetime] = deque(maxlen=_MAX_LOGON_TIMES)
        """The times of the last logons."""

    @property
    def active(self) -> ActiveLogon | None:
        """The active logon, if any."""
        return self._current

    async def current(self) -> ActiveLogon:
        """The logon for a request; logs on if there is none yet."""
        return self._current or await self.renew(None)

    async def renew(self, expired: ActiveLogon | None) -> ActiveLogon:
        """A logon other than `expired`; concurrent callers share one renewal.

        Raises `AccessDeniedError`, such as `LogonRefusedError`; after the first refusal, every call raises it
        without a request.
        """
        async with self._lock:
            if self._refusal is not None:
                raise _without_traceback(self._refusal)
            if self._current is not None and self._current is not expired:
                return self._current
            try:
                return await (self._replace_logon() if expired is None else self._renew_with_new_password())
            except AccessDeniedError as refusal:
                self._refusal, self._current = _without_traceback(refusal), None
                raise

    async def _renew_with_new_password(self) -> ActiveLogon:
        """Renew the logon; if refused, ask the provider for a changed password and retry once."""
        try:
            return await self._replace_logon()
        except LogonRefusedError:
            password = await self._password_provider()
            if password is None or password.reveal() == self._password.reveal():
                raise
        self._password = password
        return await self._replace_logon()

    async def _replace_logon(self) -> ActiveLogon:
        """Log on; a cancellation waits briefly for the response, so that the logon can be ended."""
        task = asyncio.create_task(self._log_on())
        try:
            self._current = logon = await asyncio.shield(task)
            self.times.append(self._sender.now())
        except asyncio.CancelledError:
            with suppress(EmError, TimeoutError):
                async with asyncio.timeout(_CANCEL_GRACE):
                    self._current = await task
            raise
        return logon

    async def _log_on(self) -> ActiveLogon:
        check_password(self._password)
        async with self._guard.attempt(self._server, self._user, self._password):
            return await self._send_logon()

    async def _send_logon(self) -> ActiveLogon:
        async with self._sender.log_on(self._user, self._password) as response:
            if response.status == 401:
                raise status_errors.logon_refused_error(response.error_response, self._user)
            if not response.is_success:
                raise status_errors.logon_error(response.error_response)
            return await self._parse_logon(response)

    async def _parse_logon(self, response: ApiResponse) -> ActiveLogon:
        token = response.headers.get(TOKEN_HEADER, "").strip()
        if not token:
            response.expect("a logon")
        try:
            body = xml_codec.read_logon(await response.body(), response.charset)
        except xml_codec.UnreadableDocumentError as problem:
            if not token:
                raise status_errors.document_error(response.url, "a logon", problem) from None
            body = xml_codec.LogonBody(user_name=None, session_id=None, href=None)
        if not token:
            token = _derive_token(response.url, body)
        return ActiveLogon(Secret(token), _logon_id(body, response.headers.get("location", "")))


def check_user(user: str) -> None:
    """Raise `InvalidSettingError` for a name that cannot be sent: in Basic it ends at the first colon."""
    if not user:
        raise InvalidSettingError("No user name: use --user.")
    if ":" in user:
        raise InvalidSettingError(
            f"The user name {clean(user)} contains a colon, which Basic authentication does not allow:"
            " use another user name."
        )


def check_password(password: Secret) -> None:
    """Raise `InvalidSettingError` for a password with a line break, which is a mistake."""
    if not is_one_line(password.reveal()):
        raise InvalidSettingError(
            "The password has more than one line and was not sent: remove the line break."
        )


def _without_traceback(refusal: AccessDeniedError) -> AccessDeniedError:
    """A copy of the error without its traceback, whose frames hold the password."""
    if isinstance(refusal, LogonRefusedError):
        return LogonRefusedError(str(refusal), refusal.user)
    return type(refusal)(str(refusal))


def _derive_token(url: RequestedUrl, body: xml_codec.LogonBody) -> str:
    """The token from the SessionId (base64 of its ASCII text), for a response without the header."""
    if body.session_id is None:
        raise UnexpectedDocumentError(
            f"{url} accepted the logon without an {TOKEN_HEADER} header: check whether a proxy drops it."
        )
    return base64.b64encode(body.session_id.reveal().encode()).decode("ascii")


def _logon_id(body: xml_codec.LogonBody, location: str) -> Secret | None:
    if body.session_id is not None and _ID.fullmatch(body.session_id.reveal()):
        return body.session_id
    match = _IN_HREF.search(body.href or "") or _IN_HREF.search(location)
    return Secret(match.group(1)) if match else None
