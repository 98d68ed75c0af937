"""The application's logon: who is asked, what is shown meanwhile, and what happens after a refusal.

The app owns the logon (the client); a logon that goes on behind the list leads to the login
only if somebody must say more.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from textual import work
from textual.timer import Timer

from emtui import words
from emtui.em.errors import EmError
from emtui.tui.commands import Place
from emtui.tui.first_logon import FirstLogon
from emtui.tui.handing_over import HandingOver
from emtui.tui.logon import NotLoggedOn, Remember, connect, keep, with_kept, with_key
from emtui.tui.screens.page import Page
from emtui.tui.start import DEMO, Start

if TYPE_CHECKING:
    from emtui import lookup
    from emtui.em.client import Client
    from emtui.em.source import Source
    from emtui.local.connection import Connection
    from emtui.monitor.backoff import PollSchedule
    from emtui.tui.screens.login import LoginScreen

SECOND_TRY = timedelta(minutes=30)
"""After so long a logon that was refused just after an outage is sent once more."""


class LoggingOn(HandingOver, inherit_bindings=False):
    """An app that logs on, and shows the list of whom it is logged on to."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self.connection = start.connection
        self._unwarned: Source | None = None
        self._second_try: Timer | None = None
        self._second_try_at: datetime | None = None

    @property
    def skew(self) -> timedelta:
        """How far the server's clock is ahead of ours, as its last answer said; zero if it is not known."""
        from emtui.em.clock import offset

        return offset(self.client.skew) if self.client else timedelta()

    @property
    def server_now(self) -> datetime:
        """The server's clock now, as far as it is known; else ours."""
        return self.now() + self.skew

    @property
    def kept_under(self) -> str | None:
        """The profile under which the last look and the queries are kept, if they may be."""
        profile = self.connection.profile
        return profile.name if profile and self._start.remember else None

    def _ask_who(self, *, at_once: bool = False, failed: NotLoggedOn | None = None) -> None:
        from emtui.tui.screens.login import LoginScreen

        screen = LoginScreen(
            self.connection,
            self._start.profiles,
            keeps=not self._start.mark,
            at_once=at_once,
            failed=failed,
        )
        self.push_screen(screen)

    def _list_first(self) -> None:
        """The list at once, though nobody is logged on yet: what goes wrong with that leads to the login."""
        server, user = self.connection.server, self.connection.user
        if server and user:
            self.client = FirstLogon(server, user, self._log_on_behind)
            self._push_list(self.client)

    async def _log_on_behind(self) -> Source:
        """Log on while the list is shown; nothing is loaded for it before there is something to see."""
        await self.shown.wait()
        try:
            self.connection = await with_kept(self.connection)
            client = await connect(self.connection, self.now, remember=self.remembers)
        except NotLoggedOn as failed:
            self.call_later(self._ask_instead, failed)
        except EmError as problem:
            self.call_later(self._ask_instead, NotLoggedOn(problem))
        else:
            return self._logged_on(client)
        never: asyncio.Future[Source] = asyncio.get_running_loop().create_future()
        return await never  # the login comes in place of the list, and ends this with it

    def _logged_on(self, client: Client) -> Source:
        self.client = source = self._overheard(client)
        self._unwarned = client
        self.connection = with_key(self.connection, client.certificate)
        if self.lookup_screen:
            self.lookup_screen.client = source
        if self._start.remember:
            self._keep(self.connection, Remember.NO)
        return source

    async def _ask_instead(self, failed: NotLoggedOn) -> None:
        """Somebody must say more than is known; unless somebody has, meanwhile."""
        if isinstance(self.client, FirstLogon):
            self.client = None
            await self._only_lookup(keep=False)
            self._ask_who(at_once=True, failed=failed)
        elif failed.asked:
            failed.asked.cancel()

    async def on_login_screen_logged_on(self, event: LoginScreen.LoggedOn) -> None:
        """Show the list: the one that was open, if it is of the same server, else a new one."""
        self._forget_second_try()
        before, self.client = self.client, self._overheard(event.client)
        self._unwarned = event.client
        same = before is not None and before.server == event.client.server
        self.connection = with_key(event.connection, event.client.certificate)
        self.tell_times_for(self.connection)
        await self._only_lookup(keep=same)
        if same and self.lookup_screen:
            self.lookup_screen.log_on_as(self.client)
        else:
            self._push_list(self.client)
        if before:
            self._farewell(before)
        if self._start.remember:
            self._keep(self.connection, event.remember, event.news)
        elif event.news:
            self.page.say_too(event.news)

    def _push_list(self, client: Source) -> None:
        from emtui.monitor.poller import SystemTime
        from emtui.tui.screens.lookup import LookupScreen

        clocks = SystemTime(self._start.now)
        self.push_screen(LookupScreen(client, self._pace(), clocks, *self._view()))

    def _overheard(self, client: Client) -> Source:
        return self._start.recorder.listen(client) if self._start.recorder else client

    async def _only_lookup(self, *, keep: bool) -> None:
        """Take away every screen above the list, and the list too unless it is kept."""
        while isinstance(self.screen, Page) and not (keep and self.screen is self.lookup_screen):
            await self.pop_screen()

    def _pace(self) -> PollSchedule:
        from emtui.monitor.backoff import PollSchedule

        profile = self.connection.profile
        return PollSchedule(profile.interval) if profile and profile.interval else PollSchedule()

    def _view(self) -> tuple[lookup.Query, lookup.Order]:
        from emtui import lookup

        nothing_yet = lookup.Beyond(unseen=())
        query = lookup.parse(
            self._start.query, now=self.now(), zone=self.zone, beyond=nothing_yet, lenient=True
        )
        return query, lookup.parse_order(self._start.order) if self._start.order else lookup.DEFAULT_ORDER

    @work(group="keep", description="keep the profile")
    async def _keep(self, connection: Connection, remember: Remember, news: str = "") -> None:
        self.connection, said = await keep(connection, remember)
        self.page.show_top()
        if said or news:
            self.page.say_too(f"{news} {said}".strip())

    @work(group="farewell", description="log off")
    async def _farewell(self, client: Source) -> None:
        await client.close()

    def on_following_refused(self) -> None:
        """The directory behind the server may not be back yet: once more, in half an hour."""
        profile = self.connection.profile
        if self._second_try_at or not self._start.remember or (profile and profile.no_second_logon):
            return
        self._second_try_at = self.now() + SECOND_TRY
        self._second_try = self.set_timer(SECOND_TRY.total_seconds(), self._try_again)

    def _forget_second_try(self) -> None:
        if self._second_try:
            self._second_try.stop()
        self._second_try = self._second_try_at = None

    @work(group="logon", exclusive=True, description="log on once more")
    async def _try_again(self) -> None:
        """One attempt; if it is refused as well, somebody must decide."""
        if not self.client or not self.lookup_screen:
            return
        try:
            client = await connect(self.connection, self.now, insist=True)
        except EmError:
            return
        before, self.client = self.client, self._overheard(client)
        self._forget_second_try()
        self.lookup_screen.log_on_as(self.client)
        self._farewell(before)

    def _warn(self) -> None:
        """Once for each logon: that the server's certificate ends soon, or that its clock is wrong.

        The certificate of a demo is made by this computer, whatever the demo's clock shows.
        """
        from emtui.em.clock import utc_now
        from emtui.monitor.feed_health import LARGE_SKEW

        demo = self._start.mark == DEMO
        client, self._unwarned = self._unwarned, None
        ending = (
            client and client.certificate and client.certificate.ending(utc_now() if demo else self.now())
        )
        if client and ending:
            self.page.say_too(f"The certificate of {client.server} {ending}.")
        elif abs(self.skew) >= LARGE_SKEW and not demo:
            self.page.say_too(f"The server's clock is {words.duration(abs(self.skew))} off: ! says more.")

    def action_log_on(self) -> None:
        """Log on again, or elsewhere."""
        if self._start.replay:
            self.page.say("This is a recording: there is nobody to log on to.")
            return
        if self.page.PLACE is not Place.LOGIN:
            self._ask_who()
