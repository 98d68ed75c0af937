"""What a screen is given of the application; no screen knows more of it, or of another screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from emtui.monitor.history_cache import HistoryCache
from emtui.tui.launch_options import LaunchOptions
from emtui.tui.services.display_clock import DisplayClock
from emtui.tui.services.exporter import Exporter
from emtui.tui.services.logon_service import LogonService
from emtui.tui.services.navigator import Navigator

if TYPE_CHECKING:  # loaded with the first list
    from emtui.monitor.assessment import Assessment
    from emtui.monitor.list_feed import ListFeed, ListState

T = TypeVar("T")


class HostTerminal(Protocol):
    """The terminal that the application runs in."""

    @property
    def first_paint(self) -> asyncio.Event:
        """Set once the first picture has been sent."""

    @property
    def is_low_bandwidth(self) -> bool:
        """Whether the connection to the terminal is slow: less is sent."""

    async def suspend_for(self, work: Callable[[], T]) -> T:
        """Give the terminal to `work`, which runs in a thread, until it has ended."""

    def claim_layout_hint(self) -> bool:
        """Whether it has not just been said that a key is of another keyboard layout; it now has."""


@dataclass(slots=True)
class ViewSettings:
    """How events are shown, in every session that is opened: kept while emtui runs."""

    wraps_messages: bool = False
    """Long messages are wrapped rather than cut."""
    shows_clock_times: bool = False
    """The time of day is shown rather than the offset."""


@dataclass(frozen=True, slots=True)
class AppContext:
    """Services and settings that screens share."""

    options: LaunchOptions
    terminal: HostTerminal
    clock: DisplayClock
    logon_service: LogonService
    navigator: Navigator
    exporter: Exporter
    current_feed: Callable[[], ListFeed | None]
    history: HistoryCache = field(default_factory=HistoryCache)
    settings: ViewSettings = field(default_factory=ViewSettings)

    @property
    def list_feed(self) -> ListFeed | None:
        """Who owns the list; nothing before there is one."""
        return self.current_feed()

    @property
    def list_state(self) -> ListState:
        """What is known of the list now; nothing before there is one."""
        from emtui.monitor.list_feed import ListState  # noqa: PLC0415 - start-up time: the login needs none

        feed = self.current_feed()
        return feed.state if feed else ListState()

    @property
    def assessment(self) -> Assessment | None:
        """What the list says, once it was read and analyzed."""
        feed = self.current_feed()
        return feed.state.assessment if feed else None

    @property
    def replay_speed(self) -> float:
        """How many seconds pass on the clock of what is shown in one of ours."""
        return self.options.replay.speed if self.options.replay else 1.0
