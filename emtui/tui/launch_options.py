"""Options that the screens are started with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from emtui.keys.keymap import DEFAULT_KEYMAP, Keymap
from emtui.local.connection import Connection
from emtui.local.profiles import ConfigValue, Profile
from emtui.tui.terminal.capabilities import TerminalOptions

if TYPE_CHECKING:
    from emtui.monitor.recording.recorder import Recorder
    from emtui.monitor.recording.replay_source import ReplaySource

DEMO_MARK = "DEMO"
"""The `mark` of a demo."""


def _utc_now() -> datetime:
    """The wall clock of this computer."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class LaunchOptions:
    """Options of one run of the screens: where to log on, and which view to show.

    `mark` (DEMO, REPLAY) is shown in the header of every screen. `remember` is false if nothing may be
    written to this computer; `log_on_at_once` skips the login form if nothing is missing. `order` is a
    value of `--sort`, `view` one of `--view`, for the list or for a `target`, which is any name of a
    session; `compare_with` names a session to compare it with, or is `LAST_SUCCESSFUL`. `own_queries` are
    the saved queries by digit, `keymap` has the keys of all commands. `recorder` records the
    server's responses; a `replay` replaces the server.
    `low_bandwidth` treats the connection to the terminal as slow, `ascii_only` draws with ASCII only,
    `theme` is the color theme that the user chose;
    `mouse_enabled` turns the mouse on; `terminal` describes the terminal, and is filled in by `run`.
    """

    connection: Connection
    profiles: tuple[Profile, ...] = ()
    query: str = ""
    order: str | None = None
    target: str | None = None
    compare_with: str | None = None
    view: str | None = None
    mark: str | None = None
    recorder: Recorder | None = None
    replay: ReplaySource | None = None
    remember: bool = True
    log_on_at_once: bool = True
    now: Callable[[], datetime] = _utc_now
    zone: tzinfo | None = None
    own_queries: Mapping[str, ConfigValue] = field(default_factory=dict)
    keymap: Keymap = DEFAULT_KEYMAP
    low_bandwidth: bool = False
    ascii_only: bool = False
    mouse_enabled: bool = False
    theme: str | None = None
    terminal: TerminalOptions = field(default_factory=TerminalOptions)
