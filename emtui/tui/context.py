"""What a screen can use of the application; screens do not access each other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from emtui.display_text.display_clock import DisplayClock
from emtui.keys.keymap import Keymap
from emtui.monitor.history_cache import HistoryCache
from emtui.tui.launch_options import LaunchOptions
from emtui.tui.services.exporter import Exporter
from emtui.tui.services.logon_service import LogonService
from emtui.tui.services.navigator import Navigator

if TYPE_CHECKING:  # loaded with the first list
    from emtui.monitor.assessment import Assessment
    from emtui.monitor.list_feed import ListFeed, ListState
    from emtui.tui.services.past_view import PastView

T = TypeVar("T")


class HostTerminal(Protocol):
    """The terminal that the application runs in."""

    @property
    def first_paint(self) -> asyncio.Event:
        """Set once the first frame has been sent."""

    @property
    def is_low_bandwidth(self) -> bool:
        """Whether the connection to the terminal is slow, and output should be saved."""

    @property
    def has_color(self) -> bool:
        """Whether colors may be used."""

    @property
    def theme_name(self) -> str:
        """The name of the color theme in use."""

    def use_theme(self, name: str) -> None:
        """Use this color theme."""

    async def suspend_for(self, work: Callable[[], T]) -> T:
        """Lend the terminal to `work`, which runs in a thread, until it ends."""

    def claim_layout_hint(self) -> bool:
        """Whether a hint on the keyboard layout is due; it then counts as shown."""


@dataclass(slots=True)
class ViewSettings:
    """What the user has set or used, in all screens; kept while emtui runs."""

    wraps_messages: bool = False
    """Whether long messages are wrapped instead of cut."""
    shows_clock_times: bool = False
    """Whether the time of day is shown instead of the offset."""
    recent_commands: list[str] = field(default_factory=list)
    """The names of the commands run from the palette, the newest first."""

    def remember_command(self, name: str) -> None:
        """Move this command to the front of the recent ones."""
        self.recent_commands = [name, *(other for other in self.recent_commands if other != name)]

    shows_preview: bool = True
    """Whether the list has a preview of the selected row, if there is room; saved between runs."""


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
    shown_state: Callable[[], ListState | None]
    past_view: Callable[[], PastView]
    history: HistoryCache = field(default_factory=HistoryCache)
    settings: ViewSettings = field(default_factory=ViewSettings)

    @property
    def keymap(self) -> Keymap:
        """The keys of all commands."""
        return self.options.keymap

    @property
    def list_feed(self) -> ListFeed | None:
        """The feed of the session list, if there is one."""
        return self.current_feed()

    @property
    def list_state(self) -> ListState:
        """The state of the session list that is shown, of an earlier time too; empty before there is one."""
        from emtui.monitor.list_feed import ListState  # noqa: PLC0415 - startup time: the login needs none

        return self.shown_state() or ListState()

    @property
    def assessment(self) -> Assessment | None:
        """The assessment of the list that is shown, once it was loaded and analyzed."""
        state = self.shown_state()
        return state.assessment if state else None

    @property
    def replay_speed(self) -> float:
        """Seconds of a replay per second of real time; 1.0 without a replay."""
        return self.options.replay.speed if self.options.replay else 1.0
