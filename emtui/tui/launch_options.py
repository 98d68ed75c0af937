"""What the screens begin with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from emtui.local.connection import Connection
from emtui.local.profiles import ConfigValue, Profile
from emtui.tui.terminal.capabilities import TerminalOptions

if TYPE_CHECKING:
    from emtui.monitor.recording.recorder import Recorder
    from emtui.monitor.recording.replay_source import ReplaySource

DEMO_MARK = "DEMO"
"""The mark of a demo."""


def _utc_now() -> datetime:
    """The wall clock of this computer."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class LaunchOptions:
    """What emtui begins with: where to log on, and which view to show.

    `mark` (DEMO, REPLAY) stands on the first line of every screen; `remember` is false where
    nothing may be written on this computer; `log_on_at_once` logs on without asking if
    nothing is missing. `order` is as `--sort` takes it, `view` as `--view` does, of the list or of a
    `target`, which is any name of a session; `compare` another one to compare it with, or `good`.
    `queries` are those of the person's own, by digit.
    `recorder` writes down what the server says; a `replay` takes the server's place.
    `quiet` treats the connection to the terminal as slow, `ascii` draws with nothing else, `mouse`
    listens to the mouse; `terminal` is what is known about the terminal, and filled in by `run`.
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
    low_bandwidth: bool = False
    ascii_only: bool = False
    mouse_enabled: bool = False
    terminal: TerminalOptions = field(default_factory=TerminalOptions)
