"""Options that the session browser is started with, for the screens and for line mode alike."""

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
REPLAY_MARK = "REPLAY"
"""The `mark` of a replay."""


def _utc_now() -> datetime:
    """The wall clock of this computer."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class BrowserOptions:
    """Options of one run of the session browser: where to log on, and which view to show.

    `mark` (DEMO, REPLAY) is shown with the server's name; it is empty for a real server. `remember` is
    false if nothing may be written to this computer; `log_on_at_once` skips the login form if nothing is
    missing. `order` is a value of `--sort`, `view` one of `--view`, for the list or for a `target`, which
    is any name of a session; `compare_with` names a session to compare it with, or is `LAST_SUCCESSFUL`.
    `own_queries` are the saved queries by digit. `recorder` records the server's responses; a `replay`
    replaces the server. `ascii_only` writes or draws with ASCII only.
    """

    connection: Connection
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

    @property
    def is_demo(self) -> bool:
        """Whether the server is the demo's, whose clock is not meant to be right."""
        return self.mark == DEMO_MARK
