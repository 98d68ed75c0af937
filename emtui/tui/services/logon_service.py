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
from emtui.em.background_thread import beside
from emtui.em.errors import EmError
from emtui.local.connection import Connection
from emtui.local.remembered_logon import (
    InteractionNeededError,
    Remember,
    save_logon,
    with_key,
    with_saved_password,
)
from emtui.tui.launch_options import DEMO, LaunchOptions
from emtui.tui.services.display_clock import DisplayClock
from emtui.tui.services.host import Host
from emtui.tui.services.lazy_source import LazySource
from emtui.tui.services.navigator import Navigator

if TYPE_CHECKING:
    from emtui.em.client import Client
    from emtui.em.logon import Gate
    from emtui.em.session_source import Source

SECOND_TRY = timedelta(minutes=30)
"""After so long a logon that was refused just after an outage is sent once more."""

_LogOn: TypeAlias = "Callable[[Connection, Gate, Callable[[], datetime]], Awaitable[Client]]"


class SourceUser(Protocol):
    """What has the list of the source that somebody is logged on to."""

    def show_list(self, source: Source) -> None:
        """A list of what this source has."""

    def use_source(self, source: Source, *, poll: bool) -> None:
        """The list that is there asks this source from now on; with `poll` at once."""

    async def close_all(self) -> None:
        """Take away every screen, and the list with them."""


class LogonService:
    """Owns the client and the connection that it came from."""

    def __init__(
        self,
        host: Host,
        options: LaunchOptions,
        clock: DisplayClock,
        navigator: Navigator,
        lists: Callable[[], SourceUser],
        painted: asyncio.Event,
    ) -> None:
        self._host = host
        self._options = options
        self._clock = clock
        self._navigator = navigator
        self._lists = lists
        self._painted = painted
        self.client: Source | None = None
        self.connection = options.connection
        self.second_try_at: datetime | None = None
        """When a refused logon is sent once more, if it is."""
        self._second_try: Timer | None = None
        self._unchecked: Source | None = None
        """The client whose certificate and clock nobody has been warned of yet."""

    # --- who is logged on where ---------------------------------------------------

    @property
    def skew(self) -> timedelta:
        """How far the server's clock is ahead of ours, as its last answer said; zero if it is not known."""
        from emtui.em.server_clock import offset

        return offset(self.client.skew) if self.client else timedelta()

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
    def mark(self) -> str | None:
        """DEMO or REPLAY, where this is one; REC while it is recorded."""
        if self._options.recorder:
            return "REC STOPPED" if self._options.recorder.problem else "REC"
        return self._options.mark

    def identity(self) -> tuple[str, str, str, str]:
        """Mark, profile, server and user, for the first line; of a recording its file, and how it goes on."""
        if self._options.replay:
            return self.mark or "", "", self._options.replay.server, self._options.replay.told
        if self.client is None:
            return self.mark or "", f"emtui {__version__}", "", ""
        profile = self.connection.profile
        name = profile.name if profile else ""
        return self.mark or "", name, str(self.client.server), self.client.user

    # --- logging on ---------------------------------------------------------------

    def show_list_first(self) -> None:
        """Show the list though nobody is logged on yet; what goes wrong with that leads to the login."""
        server, user = self.connection.server, self.connection.user
        if server and user:
            self.client = LazySource(server, user, self._log_on_in_background)
            self._lists().show_list(self.client)

    async def _log_on_in_background(self) -> Source:
        """Log on while the list is shown; nothing is loaded for it before there is something to see."""
        await self._painted.wait()
        try:
            self.connection = await with_saved_password(self.connection)
            client = await connect(self.connection, self._clock.now, remember=self._options.remember)
        except InteractionNeededError as needed:
            self._fall_back_to_login(needed)
        except EmError as problem:
            self._fall_back_to_login(InteractionNeededError(problem))
        else:
            return self._logged_on(client)
        never: asyncio.Future[Source] = asyncio.get_running_loop().create_future()
        return await never  # the login comes in place of the list, and ends this with it

    def _logged_on(self, client: Client) -> Source:
        self.client = source = self._with_recorder(client)
        self._unchecked = client
        self.connection = with_key(self.connection, client.certificate)
        self._lists().use_source(source, poll=False)
        if self._options.remember:
            self._save(self.connection, Remember.NO)
        return source

    def _fall_back_to_login(self, needed: InteractionNeededError) -> None:
        self._host.call_later(self._show_login_instead, needed)

    async def _show_login_instead(self, needed: InteractionNeededError) -> None:
        """A person must say more than is known; unless somebody has, meanwhile."""
        if isinstance(self.client, LazySource):
            self.client = None
            await self._lists().close_all()
            self._navigator.show_login(at_once=True, failed=needed)
        elif needed.request:
            needed.request.cancel()

    async def log_on_as(
        self, client: Client, connection: Connection, remember: Remember, remark: str = ""
    ) -> None:
        """Show the list of this logon: the one that was open, if it is of the same server, else a new one."""
        self._forget_second_try()
        before, self.client = self.client, self._with_recorder(client)
        self._unchecked = client
        self.connection = with_key(connection, client.certificate)
        self._clock.use_servers_zone(self.connection.servers_zone)
        if before is not None and before.server == client.server:
            await self._navigator.close_above_list()
            self._lists().use_source(self.client, poll=True)
        else:
            await self._lists().close_all()
            self._lists().show_list(self.client)
        if before:
            self._log_off(before)
        if self._options.remember:
            self._save(self.connection, remember, remark)
        elif remark:
            self._host.say_too(remark)

    def _with_recorder(self, client: Client) -> Source:
        return self._options.recorder.listen(client) if self._options.recorder else client

    def _save(self, connection: Connection, remember: Remember, remark: str = "") -> None:
        self._host.start_worker(self._save_now(connection, remember, remark), "keep", "keep the profile")

    async def _save_now(self, connection: Connection, remember: Remember, remark: str) -> None:
        saved, message = await save_logon(connection, remember)
        if self.connection is connection:  # else somebody has logged on elsewhere meanwhile
            self.connection = saved
        self._navigator.show_header()
        if message or remark:
            self._host.say_too(f"{remark} {message}".strip())

    def _log_off(self, client: Source) -> None:
        self._host.start_worker(client.close(), "farewell", "log off")

    # --- after a refusal ----------------------------------------------------------

    def plan_second_try(self) -> None:
        """Log on once more in half an hour: the directory behind the server may not be back yet."""
        profile = self.connection.profile
        if self.second_try_at or not self._options.remember or (profile and profile.no_second_logon):
            return
        self.second_try_at = self._clock.now() + SECOND_TRY
        self._second_try = self._host.set_timer(SECOND_TRY.total_seconds(), self._start_second_try)

    def _forget_second_try(self) -> None:
        if self._second_try:
            self._second_try.stop()
        self._second_try = self.second_try_at = None

    def _start_second_try(self) -> None:
        self._host.start_worker(self._try_again(), "logon", "log on once more", exclusive=True)

    async def _try_again(self) -> None:
        """One attempt; if it is refused as well, a person must decide."""
        before = self.client
        if not before:
            return
        try:
            client = await connect(self.connection, self._clock.now, insist=True)
        except EmError:
            return
        if self.client is not before:  # somebody was quicker
            self._log_off(client)
            return
        self.client = self._with_recorder(client)
        self._forget_second_try()
        self._lists().use_source(self.client, poll=True)
        self._log_off(before)

    # --- what is said of it -------------------------------------------------------

    def show_warnings(self) -> None:
        """Say once for each logon that the server's certificate ends soon, or that its clock is wrong.

        The certificate of a demo is made by this computer, whatever the demo's clock shows.
        """
        from emtui.em.server_clock import utc_now
        from emtui.monitor.feed_health import LARGE_SKEW

        demo = self._options.mark == DEMO
        client, self._unchecked = self._unchecked, None
        now = utc_now() if demo else self._clock.now()
        ending = client and client.certificate and client.certificate.ending(now)
        if client and ending:
            self._host.say_too(f"The certificate of {client.server} {ending}.")
        elif abs(self.skew) >= LARGE_SKEW and not demo:
            self._host.say_too(
                f"The server's clock is {text_format.duration(abs(self.skew))} off: ! says more."
            )


async def connect(
    connection: Connection, now: Callable[[], datetime], *, remember: bool = True, insist: bool = False
) -> Client:
    """A client that is logged on; raises `EmError`. Without `remember` a refusal leaves no trace here.

    `now` is our clock. `insist` sends a password although it was refused before.
    """
    log_on, refusals, open_gate = await beside(partial(_load_client, insist=insist))
    return await log_on(connection, refusals if remember else open_gate, now)


def _load_client(*, insist: bool) -> tuple[_LogOn, Gate, Gate]:
    import emtui.em.certificate_reader  # noqa: F401 - the screens look at the certificate at once
    from emtui.em.logon import OPEN
    from emtui.local.lockout_guard import Refusals
    from emtui.local.logon_policy import log_on

    gc.freeze()  # what is loaded now stays: looking through it while a list arrives would hold the screen
    return log_on, Refusals(insist, attended=not insist), OPEN
