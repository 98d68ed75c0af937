"""What a screen can use of the application; screens do not access each other."""

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
        """Set once the first frame has been sent."""

    @property
    def is_low_bandwidth(self) -> bool:
        """Whether the connection to the terminal is slow, and output should be saved."""

    async def suspend_for(self, work: Callable[[], T]) -> T:
        """Lend the terminal to `work`, which runs in a thread, until it ends."""

    def claim_layout_hint(self) -> bool:
        """Whether a hint on the keyboard layout is due; it then counts as shown."""


@dataclass(slots=True)
class ViewSettings:
    """How events are shown, in every opened session; kept while emtui runs."""

    wraps_messages: bool = False
    """Whether long messages are wrapped instead of cut."""
    shows_clock_times: bool = False
    """Whether the time of day is shown instead of the offset."""


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
        """The feed of the session list, if there is one."""
        return self.current_feed()

    @property
    def list_state(self) -> ListState:
        """The current state of the session list; empty before there is one."""
        from emtui.monitor.list_feed import ListState  # noqa: PLC0415 - startup time: the login needs none

        feed = self.current_feed()
        return feed.state if feed else ListState()

    @property
    def assessment(self) -> Assessment | None:
        """The assessment of the list, once it was loaded and analyzed."""
        feed = self.current_feed()
        return feed.state.assessment if feed else None

    @property
    def replay_speed(self) -> float:
        """Seconds of a replay per second of real time; 1.0 without a replay."""
        return self.options.replay.speed if self.options.replay else 1.0
