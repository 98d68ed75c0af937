"""Log on, and renew the token that every request carries.

Token and logon ID are credentials (the token is base64 of the ID). After 15 idle minutes the server
answers 401 (em_rest/http_authentication). `Logons` never repeats a refused logon, since accounts lock. A
`Gate` extends that protection to other processes that use the account.
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
from emtui.em.errors import BadDocument, BadSetting, Denied, EmError, LogonRefused
from emtui.em.http_requests import TOKEN, Answer, Exchange
from emtui.em.secret import Secret, is_one_line
from emtui.em.server_address import Server
from emtui.em.status_errors import Requested
from emtui.em.text_sanitizer import clean

_IN_HREF = re.compile(r"/logonSessions/([0-9A-Za-z-]+)/?(?:\?|$)", re.IGNORECASE)
_ID = re.compile(r"[0-9A-Za-z-]+")
_REMEMBERED = 5
_GRACE = 1.0
"""Seconds that a canceled logon may take to finish, so that it can be ended."""


@dataclass(frozen=True, slots=True, eq=False)
class Logon:
    """One logon; compared by identity. `id` is needed to log off, `None` if the server did not send it."""

    token: Secret
    id: Secret | None


class Gate(Protocol):
    """Wraps every logon: may delay or refuse it, and records its outcome."""

    def passing(self, server: Server, user: str, password: Secret) -> AbstractAsyncContextManager[None]:
        """Wrap one logon; raises `LogonRefused` to prevent it."""
        ...


class _Open:
    """Lets every logon through."""

    def passing(self, *_: object) -> AbstractAsyncContextManager[None]:
        """Allow the logon."""
        return nullcontext()


OPEN: Gate = _Open()
"""Allows every logon, and records nothing."""

Another: TypeAlias = Callable[[], Awaitable[Secret | None]]
"""Provides the password again when a renewed logon is refused; `None` if it cannot."""


async def no_other() -> Secret | None:
    """Provide no password."""
    return None


@dataclass(frozen=True, slots=True)
class Credentials:
    """User and password, with the guard of logons and the provider of a changed password."""

    user: str
    password: Secret
    gate: Gate = OPEN
    another: Another = no_other


class Logons:
    """The current logon and its renewal."""

    def __init__(self, server: Server, exchange: Exchange, credentials: Credentials) -> None:
        self._server = server
        self._exchange = exchange
        self._user = credentials.user
        self._password = credentials.password
        self._gate = credentials.gate
        self._another = credentials.another
        self._lock = asyncio.Lock()
        self._current: Logon | None = None
        self._refusal: Denied | None = None
        self.made: deque[datetime] = deque(maxlen=_REMEMBERED)
        """The times of the last logons."""

    @property
    def open(self) -> Logon | None:
        """The active logon, if any."""
        return self._current

    async def current(self) -> Logon:
        """The logon for a request; logs on if there is none yet."""
        return self._current or await self.renew(None)

    async def renew(self, stale: Logon | None) -> Logon:
        """A logon other than `stale`; concurrent callers share one renewal.

        Raises `Denied`, such as `LogonRefused`; after the first refusal always, without a request.
        """
        async with self._lock:
            if self._refusal is not None:
                raise _again(self._refusal)
            if self._current is not None and self._current is not stale:
                return self._current
            try:
                return await (self._change() if stale is None else self._renewed())
            except Denied as refusal:
                self._refusal, self._current = _again(refusal), None
                raise

    async def _renewed(self) -> Logon:
        """Renew the logon; if refused, ask the provider for a changed password and retry once."""
        try:
            return await self._change()
        except LogonRefused:
            password = await self._another()
            if password is None or password.reveal() == self._password.reveal():
                raise
        self._password = password
        return await self._change()

    async def _change(self) -> Logon:
        """Log on; a cancellation waits briefly for the response, so that the logon can be ended."""
        task = asyncio.create_task(self._log_on())
        try:
            self._current = logon = await asyncio.shield(task)
            self.made.append(self._exchange.now())
        except asyncio.CancelledError:
            with suppress(EmError, TimeoutError):
                async with asyncio.timeout(_GRACE):
                    self._current = await task
            raise
        return logon

    async def _log_on(self) -> Logon:
        check_password(self._password)
        async with self._gate.passing(self._server, self._user, self._password):
            return await self._sent()

    async def _sent(self) -> Logon:
        async with self._exchange.log_on(self._user, self._password) as answer:
            if answer.status == 401:
                raise status_errors.logon_refused(answer.error_response, self._user)
            if not answer.good:
                raise status_errors.logon_error(answer.error_response)
            return await self._read(answer)

    async def _read(self, answer: Answer) -> Logon:
        token = answer.headers.get(TOKEN, "").strip()
        if not token:
            answer.expect("a logon")
        try:
            told = xml_codec.read_logon(await answer.body(), answer.charset)
        except xml_codec.Unreadable as problem:
            if not token:
                raise status_errors.bad_document(answer.requested, "a logon", problem) from None
            told = xml_codec.LogonBody(user_name=None, session_id=None, href=None)
        if not token:
            token = _derived(answer.requested, told)
        return Logon(Secret(token), _id(told, answer.headers.get("location", "")))


def check_user(user: str) -> None:
    """Raise `BadSetting` for a name that cannot be sent: in Basic it ends at the first colon."""
    if not user:
        raise BadSetting("No user name: use --user.")
    if ":" in user:
        raise BadSetting(
            f"The user name {clean(user)} contains a colon, which a logon does not allow: use another."
        )


def check_password(password: Secret) -> None:
    """Raise `BadSetting` for a password with a line break, which is a mistake."""
    if not is_one_line(password.reveal()):
        raise BadSetting("The password has more than one line and was not sent: remove the line break.")


def _again(refusal: Denied) -> Denied:
    """A copy of the error without its traceback, whose frames hold the password."""
    if isinstance(refusal, LogonRefused):
        return LogonRefused(str(refusal), refusal.user)
    return type(refusal)(str(refusal))


def _derived(requested: Requested, told: xml_codec.LogonBody) -> str:
    """The token from the SessionId (base64 of its ASCII text), for a response without the header."""
    if told.session_id is None:
        raise BadDocument(
            f"{requested} accepted the logon without an {TOKEN} header: check whether a proxy drops it."
        )
    return base64.b64encode(told.session_id.reveal().encode()).decode("ascii")


def _id(told: xml_codec.LogonBody, location: str) -> Secret | None:
    if told.session_id is not None and _ID.fullmatch(told.session_id.reveal()):
        return told.session_id
    found = _IN_HREF.search(told.href or "") or _IN_HREF.search(location)
    return Secret(found.group(1)) if found else None
