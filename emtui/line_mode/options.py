"""What line mode is started with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from emtui.local.connection import Connection
from emtui.local.profiles import ConfigValue, Profile

if TYPE_CHECKING:
    from emtui.monitor.recording.recorder import Recorder
    from emtui.monitor.recording.replay_source import ReplaySource


DEMO_MARK = "DEMO"
"""The `mark` of a demo."""


def _utc_now() -> datetime:
    """The wall clock of this computer."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class LineModeOptions:
    """Options of one run of line mode; each as in `LaunchOptions` of the screens.

    `write` prints text at once, and raises if standard output is closed.
    """

    connection: Connection
    write: Callable[[str], None]
    profiles: tuple[Profile, ...] = ()
    query: str = ""
    order: str | None = None
    target: str | None = None
    compare_with: str | None = None
    view: str | None = None
    mark: str = ""
    recorder: Recorder | None = None
    replay: ReplaySource | None = None
    remember: bool = True
    log_on_at_once: bool = True
    now: Callable[[], datetime] = _utc_now
    zone: tzinfo | None = None
    own_queries: Mapping[str, ConfigValue] = field(default_factory=dict)
    ascii_only: bool = False
