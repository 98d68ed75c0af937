"""Logging on: the current client and connection, what is shown meanwhile, and retries after a refusal.

httpx, lxml, cryptography and tomlkit are loaded here, in a thread, when the user logs on, long after
the first frame.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeAlias

from textual.timer import Timer

from emtui import __version__
from emtui.display_text.display_clock import DisplayClock
from emtui.em.background_thread import run_in_thread
from emtui.em.errors import EmError
from emtui.local.connection import Connection
from emtui.local.remembered_logon import (
    InteractionNeededError,
    RememberChoice,
    save_logon,
    with_pinned_key,
    with_saved_password,
)
from emtui.tui.launch_options import LaunchOptions
from emtui.tui.services.lazy_source import LazySource
from emtui.tui.services.navigator import Navigator

if TYPE_CHECKING:
    from emtui.em.client import Client
    from emtui.em.logon import LogonGuard
    from emtui.em.session_source import SessionSource
    from emtui.tui.services.host import AppHost

SECOND_LOGON_DELAY = timedelta(minutes=30)
"""Delay before a logon that was refused after an outage is tried once more."""

_LogOn: TypeAlias = "Callable[[Connection, LogonGuard, Callable[[], datetime]], Awaitable[Client]]"


class SourceConsumer(Protocol):
    """Shows the list of the source that the user is logged on to."""

    def show_list(self, source: SessionSource) -> None:
        """Show the list of this source."""

    def use_source(self, source: SessionSource, *, poll: bool) -> None:
        """Request the current list from this source from now on; with `poll` at once."""

    async def close_all(self) -> None:
        """Close every screen, and drop the list."""


class LogonService:
    """Owns the client and the connection that it came from."""

    def __init__(
        self,
        host: AppHost,
        options: LaunchOptions,
        clock: DisplayClock,
        navigator: Navigator,
        source_consumer: Callable[[], SourceConsumer],
        first_paint: asyncio.Event,
    ) -> None:
        self._host = host
        self._options = options
        self._clock = clock
        self._navigator = navigator
        self._source_consumer = source_consumer
        self._first_paint = first_paint
        self.client: SessionSource | None = None
        self.connection = options.connection
        self.second_logon_at: datetime | None = None
        """When a refused logon is tried once more, if it is."""
        self._second_logon_timer: Timer | None = None
        self._client_to_check: SessionSource | None = None
        """The client whose certificate and clock have not been checked for warnings yet."""

    # --- the current logon ---------------------------------------------------

    @property
    def skew(self) -> timedelta:
        """How far the server's clock is ahead of ours, by its last response; zero if unknown."""
        from emtui.em.server_clock import clock_offset

        return clock_offset(self.client.skew) if self.client else timedelta()

    @property
    def server_name(self) -> str:
        """Name of the server whose sessions are shown; empty before the logon."""
        return str(self.client.server) if self.client else ""

    @property
    def profile_name(self) -> str | None:
        """The profile whose last-viewed time and queries are saved, if saving is allowed."""
        profile = self.connection.profile
        return profile.name if profile and self._options.remember else None

    @property
    def mode_mark(self) -> str:
        """DEMO or REPLAY in these modes, REC while recording, else empty."""
        if self._options.recorder:
            return "REC STOPPED" if self._options.recorder.problem else "REC"
        return self._options.mark

    def identity(self) -> tuple[str, str, str, str]:
        """Mark, profile, server and user for the bar; for a replay the mark with its speed, and its file."""
        if replay := self._options.replay:
            return f"{self.mode_mark} {replay.speed_text}".strip(), "", replay.server, ""
        if self.client is None:
            return self.mode_mark, f"emtui {__version__}", "", ""
        profile = self.connection.profile
        name = profile.name if profile else ""
        return self.mode_mark, name, str(self.client.server), self.client.user

    # --- logging on ---------------------------------------------------------------

    def show_list_first(self) -> None:
        """Show the list before the logon; if the logon fails, the login form follows."""
        server, user = self.connection.server, self.connection.user
        if server and user:
            self.client = LazySource(server, user, self._log_on_in_background)
            self._source_consumer().show_list(self.client)

    async def _log_on_in_background(self) -> SessionSource:
        """Log on while the list is shown, after the first frame: loading modules would delay that."""
        await self._first_paint.wait()
        try:
            self.connection = await with_saved_password(self.connection)
            client = await connect(self.connection, self._clock.now, remember=self._options.remember)
        except InteractionNeededError as interaction_needed:
            self._fall_back_to_login(interaction_needed)
        except EmError as problem:
            self._fall_back_to_login(InteractionNeededError(problem))
        else:
            return self._use_background_client(client)
        never: asyncio.Future[SessionSource] = asyncio.get_running_loop().create_future()
        return await never  # the login replaces the list, which cancels this request

    def _use_background_client(self, client: Client) -> SessionSource:
        self.client = source = self._with_recorder(client)
        self._client_to_check = client
        self.connection = with_pinned_key(self.connection, client.certificate)
        self._source_consumer().use_source(source, poll=False)
        if self._options.remember:
            self._save_in_background(self.connection, RememberChoice.NO)
        return source

    def _fall_back_to_login(self, interaction_needed: InteractionNeededError) -> None:
        self._host.call_later(self._replace_list_with_login, interaction_needed)

    async def _replace_list_with_login(self, interaction_needed: InteractionNeededError) -> None:
        """Show the login form unless the user has already logged on."""
        if isinstance(self.client, LazySource):
            self.client = None
            await self._source_consumer().close_all()
            self._navigator.show_login(immediately=True, failed=interaction_needed)
        elif interaction_needed.request:
            interaction_needed.request.cancel()

    async def log_on_as(
        self, client: Client, connection: Connection, remember: RememberChoice, remark: str = ""
    ) -> None:
        """Show the list of this logon: the open one if it is of the same server, else a new one."""
        self._cancel_second_logon()
        previous, self.client = self.client, self._with_recorder(client)
        self._client_to_check = client
        self.connection = with_pinned_key(connection, client.certificate)
        self._clock.use_profile_zone(self.connection.server_time_zone)
        if previous is not None and previous.server == client.server:
            await self._navigator.close_above_list()
            self._source_consumer().use_source(self.client, poll=True)
        else:
            await self._source_consumer().close_all()
            self._source_consumer().show_list(self.client)
        if previous:
            self._log_off(previous)
        if self._options.remember:
            self._save_in_background(self.connection, remember, remark)
        elif remark:
            self._host.say_too(remark)

    def _with_recorder(self, client: Client) -> SessionSource:
        return self._options.recorder.wrap_client(client) if self._options.recorder else client

    def _save_in_background(self, connection: Connection, remember: RememberChoice, remark: str = "") -> None:
        self._host.start_worker(
            self._save_logon(connection, remember, remark), "save profile", "save the profile"
        )

    async def _save_logon(self, connection: Connection, remember: RememberChoice, remark: str) -> None:
        saved, message = await save_logon(connection, remember)
        if self.connection is connection:  # else the user has logged on to another server meanwhile
            self.connection = saved
        self._navigator.show_header()
        if message or remark:
            self._host.say_too(f"{remark} {message}".strip())

    def _log_off(self, client: SessionSource) -> None:
        self._host.start_worker(client.close(), "log off", "log off")

    # --- after a refused logon ----------------------------------------------------------

    def schedule_second_logon(self) -> None:
        """Log on once more after half an hour: the server's directory service may not be available yet."""
        profile = self.connection.profile
        if self.second_logon_at or not self._options.remember or (profile and profile.no_second_logon):
            return
        self.second_logon_at = self._clock.now() + SECOND_LOGON_DELAY
        self._second_logon_timer = self._host.set_timer(
            SECOND_LOGON_DELAY.total_seconds(), self._start_second_logon
        )

    def _cancel_second_logon(self) -> None:
        if self._second_logon_timer:
            self._second_logon_timer.stop()
        self._second_logon_timer = self.second_logon_at = None

    def _start_second_logon(self) -> None:
        self._host.start_worker(self._log_on_again(), "logon", "log on once more", exclusive=True)

    async def _log_on_again(self) -> None:
        """Make one more attempt; if it is refused as well, the user must log on."""
        previous = self.client
        if not previous:
            return
        try:
            client = await connect(self.connection, self._clock.now, override_lockout=True)
        except EmError:
            return
        if self.client is not previous:  # the user has logged on meanwhile
            self._log_off(client)
            return
        self.client = self._with_recorder(client)
        self._cancel_second_logon()
        self._source_consumer().use_source(self.client, poll=True)
        self._log_off(previous)

    # --- warnings -------------------------------------------------------

    def show_warnings(self) -> None:
        """Warn once per logon if the server's certificate expires soon, or its clock is wrong."""
        from emtui.display_text.logon_warning import logon_warning

        client, self._client_to_check = self._client_to_check, None
        if client is None:
            return
        details = self._options.keymap.hint("statistics", "details")
        is_demo = self._options.is_demo
        if warning := logon_warning(client, self._clock.now(), details, is_demo=is_demo):
            self._host.say_too(warning)


async def connect(
    connection: Connection,
    now: Callable[[], datetime],
    *,
    remember: bool = True,
    override_lockout: bool = False,
) -> Client:
    """Log on and return the client; raises `EmError`. Without `remember` a refusal is not saved.

    `now` is the local clock. `override_lockout` sends a password even if it was refused before.
    """
    log_on, refusals, open_gate = await run_in_thread(
        partial(_load_logon_modules, override_lockout=override_lockout)
    )
    return await log_on(connection, refusals if remember else open_gate, now)


def _load_logon_modules(*, override_lockout: bool) -> tuple[_LogOn, LogonGuard, LogonGuard]:
    import emtui.em.certificate_reader  # noqa: F401 - the screens show the certificate at once
    from emtui.em.logon import ALLOW_ALL
    from emtui.local.client_logon import log_on
    from emtui.local.lockout_guard import LockoutGuard

    gc.freeze()  # these modules stay loaded: a collection that visits them would block the screen
    return log_on, LockoutGuard(override_lockout, is_attended=not override_lockout), ALLOW_ALL
