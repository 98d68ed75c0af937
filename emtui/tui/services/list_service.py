"""The list while emtui runs: owns its feed, hands on what comes of it, and does what is then due."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING

from textual.worker import Worker

from emtui.tui.services.alerts import AlertNotifier
from emtui.tui.services.display_clock import DisplayClock
from emtui.tui.services.host import Host
from emtui.tui.services.logon_service import LogonService
from emtui.tui.services.navigator import Navigator
from emtui.tui.services.viewed import LastViewed

if TYPE_CHECKING:
    from emtui.em.session_source import Source
    from emtui.monitor.list_feed import ListFeed, ListState


class ListService:
    """`make_feed` makes a feed that goes on with the alerts of the one before; `publish` gets each state."""

    def __init__(
        self,
        host: Host,
        clock: DisplayClock,
        logon: LogonService,
        navigator: Navigator,
        make_feed: Callable[[Source, ListFeed | None], ListFeed],
        publish: Callable[[ListState | None], None],
    ) -> None:
        self._host = host
        self._logon = logon
        self._navigator = navigator
        self._make_feed = make_feed
        self._publish = publish
        self.feed: ListFeed | None = None
        self._last: ListFeed | None = None
        """The last feed: the next one goes on with its alerts."""
        self.viewed = LastViewed(host, clock.now, lambda: logon.profile_name, self._viewed_at)
        self._alerts = AlertNotifier(host, clock, lambda: logon.connection.profile)
        self._following: Worker[None] | None = None

    def show_list(self, source: Source) -> None:
        """A list of what this source has."""
        self.feed = self._last = self._make_feed(source, self._last)
        self._following = self._host.start_worker(
            self._follow(self.feed), "list feed", "follow the list", exclusive=True
        )
        self._navigator.show_list(self.feed)

    def use_source(self, source: Source, *, poll: bool) -> None:
        """The list that is there is requested from this source from now on; with `poll` at once."""
        if self.feed and poll:
            self.feed.use(source)
        elif self.feed:
            self.feed.source = source

    async def close_all(self) -> None:
        """Take away every screen, and the list with them."""
        if self._following:
            self._following.cancel()
        self.feed = None
        self._publish(None)
        await self._navigator.close_all()

    def _viewed_at(self) -> datetime | None:
        return self.feed.last_activity if self.feed else None

    async def _follow(self, feed: ListFeed) -> None:
        before: ListState | None = None
        async with aclosing(feed.states()) as states:
            async for state in states:
                self._publish(state)
                self._handle(before, state, feed)
                before = state

    def _handle(self, before: ListState | None, state: ListState, feed: ListFeed) -> None:
        """Alert, say and open what is due."""
        self._alerts.notify(state.alerts)
        for notice in state.notices:
            self._host.say(notice)
        if state.snapshot and (before is None or before.snapshot is None):
            self._logon.show_warnings()
            self.viewed.show_absence(feed.show_absence_since)
            self._navigator.open_target()
        if before and state.refusals > before.refusals:
            self._logon.plan_second_try()
        if before is None or state.is_lost is not before.is_lost:
            self._show_title(is_lost=state.is_lost)
        if state.assessment:
            self._navigator.open_first_view()

    def _show_title(self, *, is_lost: bool) -> None:
        profile = self._logon.connection.profile
        if profile and profile.title:
            self._host.set_terminal_title(f"emtui {profile.name}" + (": BLIND" if is_lost else ""))
