"""Runs the session list: owns its feed, publishes its states, and triggers alerts and messages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual.worker import Worker

from emtui.display_text.display_clock import DisplayClock
from emtui.em.background_thread import run_in_thread
from emtui.tui.services.last_viewed_tracker import LastViewed
from emtui.tui.services.logon_service import LogonService
from emtui.tui.services.navigator import Navigator
from emtui.tui.services.notifier import AlertNotifier

if TYPE_CHECKING:
    from emtui.em.model import Session
    from emtui.em.session_source import SessionSource
    from emtui.monitor.list_feed import ListFeed, ListState
    from emtui.tui.services.host import AppHost
    from emtui.tui.services.past_view import PastView


class ListService:
    """Runs the session list.

    `make_feed` creates a feed that continues the alerts of the previous one; `set_state` receives each state.
    """

    def __init__(
        self,
        host: AppHost,
        clock: DisplayClock,
        logon_service: LogonService,
        navigator: Navigator,
        make_feed: Callable[[SessionSource, ListFeed | None], ListFeed],
        set_state: Callable[[ListState | None], None],
    ) -> None:
        self._host = host
        self._clock = clock
        self._logon_service = logon_service
        self._navigator = navigator
        self._make_feed = make_feed
        self._set_state = set_state
        self.feed: ListFeed | None = None
        self._previous_feed: ListFeed | None = None
        """The last feed: the next one continues its alerts."""
        self.last_viewed = LastViewed(
            host, clock.now, lambda: logon_service.profile_name, self._last_activity_at
        )
        self._alerts = AlertNotifier(host, clock, lambda: logon_service.connection.profile)
        self._feed_worker: Worker[None] | None = None

    @cached_property
    def past_view(self) -> PastView:
        """The list at an earlier time."""
        from emtui.tui.services.past_view import PastView  # start-up time: loaded with the first list

        return PastView(self._host, self._clock, lambda: self.feed, self._publish)

    @property
    def shown_state(self) -> ListState | None:
        """The state of the list that the screens show: the newest, or one at an earlier time."""
        return self.past_view.apply(self.feed.state) if self.feed else None

    def _publish(self) -> None:
        self._set_state(self.shown_state)

    def show_list(self, source: SessionSource) -> None:
        """Show the list of this source."""
        self.feed = self._previous_feed = self._make_feed(source, self._previous_feed)
        self._feed_worker = self._host.start_worker(
            self._follow(self.feed), "list feed", "follow the list", exclusive=True
        )
        self._navigator.show_list(self.feed)

    def use_source(self, source: SessionSource, *, poll: bool) -> None:
        """Request the current list from this source from now on; with `poll` at once."""
        if self.feed and poll:
            self.feed.replace_source(source)
        elif self.feed:
            self.feed.source = source

    async def close_all(self) -> None:
        """Close every screen, and drop the list."""
        if self._feed_worker:
            self._feed_worker.cancel()
        self.feed = None
        self.past_view.end()
        self._set_state(None)
        await self._navigator.close_all()

    def _last_activity_at(self) -> datetime | None:
        return self.feed.last_activity if self.feed else None

    async def _follow(self, feed: ListFeed) -> None:
        previous: ListState | None = None
        async with aclosing(feed.states()) as states:
            async for state in states:
                self.past_view.update()
                self._set_state(self.past_view.apply(state))
                self._handle_state(previous, state, feed)
                previous = state

    def _handle_state(self, previous: ListState | None, state: ListState, feed: ListFeed) -> None:
        """Send alerts, show messages and open views that are due."""
        self._alerts.notify(state.alerts)
        for notice in state.notices:
            self._host.say(notice)
        if state.snapshot and (previous is None or previous.snapshot is None):
            self._logon_service.show_warnings()
            self.last_viewed.show_absence(feed.show_absence_since)
            self._save_recent_sessions(state.snapshot.sessions)
            self._navigator.open_start_target()
        if previous and state.refusal_count > previous.refusal_count:
            self._logon_service.schedule_second_logon()
        if previous is None or state.is_lost is not previous.is_lost:
            self._show_title(is_lost=state.is_lost)
        if state.assessment:
            self._navigator.open_first_view()

    def _save_recent_sessions(self, sessions: tuple[Session, ...]) -> None:
        """Save the newest sessions for the completion of IDs in a shell, if saving is allowed."""
        server = self._logon_service.connection.server
        if server and self._logon_service.profile_name:
            from emtui.local.recent_sessions import save_recent_sessions

            self._host.start_worker(
                run_in_thread(partial(save_recent_sessions, server, sessions)),
                "save recent sessions",
                "save the IDs of recent sessions",
            )

    def _show_title(self, *, is_lost: bool) -> None:
        profile = self._logon_service.connection.profile
        if profile and profile.title:
            self._host.set_terminal_title(f"emtui {profile.name}" + (": NO DATA" if is_lost else ""))
