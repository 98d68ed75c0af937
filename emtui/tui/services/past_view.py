"""Shows the list as it stood at an earlier time, while polling goes on unseen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from emtui.display_text.display_clock import DisplayClock

if TYPE_CHECKING:
    from emtui.monitor.assessment import Assessment
    from emtui.monitor.list_feed import ListFeed, ListState
    from emtui.tui.services.host import AppHost

PAST_SHOWN = "The list as it stood then. Polling goes on. Esc: show the newest list."
PAST_SHOWN_PAUSED = "The list as it stood then. Polling is paused. Esc: show the newest list."


class PastView:
    """Owns the earlier time that is shown, and the assessment of the list at that time.

    `current_feed` returns the feed of the list; `on_changed` is called when the state to show has changed.
    """

    def __init__(
        self,
        host: AppHost,
        clock: DisplayClock,
        current_feed: Callable[[], ListFeed | None],
        on_changed: Callable[[], None],
    ) -> None:
        self._host = host
        self._clock = clock
        self._current_feed = current_feed
        self._on_changed = on_changed
        self._basis: Assessment | None = None
        """The assessment of the newest list when that of the earlier one was computed."""
        self._assessment: Assessment | None = None
        self._wanted_time: datetime | None = None
        """The earlier time to show once its list is assessed; `None` after `end`."""

    @property
    def is_active(self) -> bool:
        """Whether an earlier time is shown."""
        return self._assessment is not None

    def show(self, moment: datetime) -> None:
        """Show the list as it stood at `moment`, by the server's clock, once it is assessed."""
        self._wanted_time = moment
        feed = self._current_feed()
        self._start(moment, PAST_SHOWN_PAUSED if feed and feed.state.is_paused else PAST_SHOWN)

    def _start(self, moment: datetime, message: str = "") -> None:
        if feed := self._current_feed():
            self._host.start_worker(
                self._assess(feed, moment, message), "earlier list", "assess an earlier list", exclusive=True
            )

    def end(self) -> bool:
        """Show the newest list again; false if it is shown already."""
        self._wanted_time = None
        if self._assessment is None:
            return False
        self._assessment = self._basis = self._clock.past_time = None
        self._on_changed()
        return True

    def update(self) -> None:
        """Assess the earlier list again if the newest one, or an acknowledgement, has changed."""
        feed, moment = self._current_feed(), self._wanted_time
        if feed and moment and self._assessment and feed.state.assessment is not self._basis:
            self._start(moment)

    async def refresh(self) -> None:
        """Assess the earlier list again now, if one is shown: something was acknowledged."""
        feed, moment = self._current_feed(), self._wanted_time
        if feed and moment and self._assessment:
            await self._assess(feed, moment, "")

    def apply(self, state: ListState) -> ListState:
        """The state to show: with the earlier list, if one is shown."""
        if self._assessment is None:
            return state
        from emtui.monitor.changes import NO_CHANGES

        return replace(
            state,
            snapshot=self._assessment.snapshot,
            assessment=self._assessment,
            changes=NO_CHANGES,
            unseen={},
            absence=None,
            past_time=self._clock.past_time,
        )

    async def _assess(self, feed: ListFeed, moment: datetime, message: str) -> None:
        basis = feed.state.assessment
        assessment = await feed.assess_at(moment)
        if assessment is not None and moment == self._wanted_time and feed is self._current_feed():
            self._assessment, self._basis, self._clock.past_time = assessment, basis, moment
            self._on_changed()
            if message:
                self._host.say(message)
