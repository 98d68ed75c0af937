"""The logon: who is logged on where, what is shown meanwhile, and what happens after a refusal.

httpx, lxml, cryptography and tomlkit are loaded here, in a thread, when a person logs on: the first
screen is painted long before.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeAlias

from textual.timer import Timer

from emtui import __version__, text_format
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
from emtui.tui.launch_options import DEMO_MARK, LaunchOptions
from emtui.tui.services.display_clock import DisplayClock
from emtui.tui.services.host import AppHost
from emtui.tui.services.lazy_source import LazySource
from emtui.tui.services.navigator import Navigator

if TYPE_CHECKING:
    from emtui.em.client import Client
    from emtui.em.logon import LogonGuard
    from emtui.em.session_source import SessionSource

SECOND_LOGON_DELAY = timedelta(minutes=30)
"""After so long a logon that was refused just after an outage is sent once more."""

_LogOn: TypeAlias = "Callable[[Connection, LogonGuard, Callable[[], datetime]], Awaitable[Client]]"


class SourceConsumer(Protocol):
    """What has the list of the source that somebody is logged on to."""

    def show_list(self, source: SessionSource) -> None:
        """A list of what this source has."""

    def use_source(self, source: SessionSource, *, poll: bool) -> None:
        """The list that is there asks this source from now on; with `poll` at once."""

    async def close_all(self) -> None:
        """Take away every screen, and the list with them."""


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
        """When a refused logon is sent once more, if it is."""
        self._second_logon_timer: Timer | None = None
        self._client_to_check: SessionSource | None = None
        """The client whose certificate and clock nobody has been warned of yet."""

    # --- who is logged on where ---------------------------------------------------

    @property
    def skew(self) -> timedelta:
        """How far the server's clock is ahead of ours, as its last answer said; zero if it is not known."""
        from emtui.em.server_clock import clock_offset

        return clock_offset(self.client.skew) if self.client else timedelta()

    @property
    def server_name(self) -> str:
        """Whose sessions are shown; empty before anybody is logged on."""
        return str(self.client.server) if self.client else ""

    @property
    def profile_name(self) -> str | None:
        """The profile under which the last look and the queries are kept, if they may be."""
        profile = self.connection.profile
        return profile.name if profile and self._options.remember else None

    @property
    def mode_mark(self) -> str | None:
        """DEMO or REPLAY, where this is one; REC while it is recorded."""
        if self._options.recorder:
            return "REC STOPPED" if self._options.recorder.problem else "REC"
        return self._options.mark

    def identity(self) -> tuple[str, str, str, str]:
        """Mark, profile, server and user, for the first line; of a recording its file, and how it goes on."""
        if self._options.replay:
            return self.mode_mark or "", "", self._options.replay.server, self._options.replay.speed_text
        if self.client is None:
            return self.mode_mark or "", f"emtui {__version__}", "", ""
        profile = self.connection.profile
        name = profile.name if profile else ""
        return self.mode_mark or "", name, str(self.client.server), self.client.user

    # --- logging on ---------------------------------------------------------------

    def show_list_first(self) -> None:
        """Show the list though nobody is logged on yet; what goes wrong with that leads to the login."""
        server, user = self.connection.server, self.connection.user
        if server and user:
            self.client = LazySource(server, user, self._log_on_in_background)
            self._source_consumer().show_list(self.client)

    async def _log_on_in_background(self) -> SessionSource:
        """Log on while the list is shown; nothing is loaded for it before there is something to see."""
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
        return await never  # the login comes in place of the list, and ends this with it

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
        """A person must say more than is known; unless somebody has, meanwhile."""
        if isinstance(self.client, LazySource):
            self.client = None
            await self._source_consumer().close_all()
            self._navigator.show_login(immediately=True, failed=interaction_needed)
        elif interaction_needed.request:
            interaction_needed.request.cancel()

    async def log_on_as(
        self, client: Client, connection: Connection, remember: RememberChoice, remark: str = ""
    ) -> None:
        """Show the list of this logon: the one that was open, if it is of the same server, else a new one."""
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
        self._host.start_worker(self._save_logon(connection, remember, remark), "keep", "keep the profile")

    async def _save_logon(self, connection: Connection, remember: RememberChoice, remark: str) -> None:
        saved, message = await save_logon(connection, remember)
        if self.connection is connection:  # else somebody has logged on elsewhere meanwhile
            self.connection = saved
        self._navigator.show_header()
        if message or remark:
            self._host.say_too(f"{remark} {message}".strip())

    def _log_off(self, client: SessionSource) -> None:
        self._host.start_worker(client.close(), "farewell", "log off")

    # --- after a refusal ----------------------------------------------------------

    def schedule_second_logon(self) -> None:
        """Log on once more in half an hour: the directory behind the server may not be back yet."""
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
        """One attempt; if it is refused as well, a person must decide."""
        previous = self.client
        if not previous:
            return
        try:
            client = await connect(self.connection, self._clock.now, override_lockout=True)
        except EmError:
            return
        if self.client is not previous:  # somebody was quicker
            self._log_off(client)
            return
        self.client = self._with_recorder(client)
        self._cancel_second_logon()
        self._source_consumer().use_source(self.client, poll=True)
        self._log_off(previous)

    # --- what is said of it -------------------------------------------------------

    def show_warnings(self) -> None:
        """Say once for each logon that the server's certificate ends soon, or that its clock is wrong.

        The certificate of a demo is made by this computer, whatever the demo's clock shows.
        """
        from emtui.em.server_clock import utc_now
        from emtui.monitor.feed_health import LARGE_SKEW

        is_demo = self._options.mark == DEMO_MARK
        client, self._client_to_check = self._client_to_check, None
        now = utc_now() if is_demo else self._clock.now()
        expiry_text = client and client.certificate and client.certificate.expiry_text(now)
        if client and expiry_text:
            self._host.say_too(f"The certificate of {client.server} {expiry_text}.")
        elif abs(self.skew) >= LARGE_SKEW and not is_demo:
            self._host.say_too(
                f"The server's clock is {text_format.format_duration(abs(self.skew))} off: ! says more."
            )


async def connect(
    connection: Connection,
    now: Callable[[], datetime],
    *,
    remember: bool = True,
    override_lockout: bool = False,
) -> Client:
    """A client that is logged on; raises `EmError`. Without `remember` a refusal leaves no trace here.

    `now` is our clock. `override_lockout` sends a password although it was refused before.
    """
    log_on, refusals, open_gate = await run_in_thread(
        partial(_load_logon_modules, override_lockout=override_lockout)
    )
    return await log_on(connection, refusals if remember else open_gate, now)


def _load_logon_modules(*, override_lockout: bool) -> tuple[_LogOn, LogonGuard, LogonGuard]:
    import emtui.em.certificate_reader  # noqa: F401 - the screens look at the certificate at once
    from emtui.em.logon import ALLOW_ALL
    from emtui.local.lockout_guard import LockoutGuard
    from emtui.local.logon_policy import log_on

    gc.freeze()  # what is loaded now stays: looking through it while a list arrives would hold the screen
    return log_on, LockoutGuard(override_lockout, is_attended=not override_lockout), ALLOW_ALL
