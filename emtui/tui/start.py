"""What the screens begin with, and how they are run until the person leaves."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from emtui.local import process, terminal
from emtui.local.connection import Connection
from emtui.local.profiles import Profile, Stated
from emtui.tui import background, garbage
from emtui.tui.ink import Ink

if TYPE_CHECKING:
    from emtui.monitor.recording.recorder import Recorder
    from emtui.monitor.recording.replay import Replay
    from emtui.tui.app import EmtuiApp


DEMO = "DEMO"
"""The mark of a demo."""


def _utc_now() -> datetime:
    """The wall clock of this computer."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Start:
    """What emtui begins with: where to log on, and which view to show.

    `mark` (DEMO, REPLAY) stands on the first line of every screen; `remember` is false where
    nothing may be written on this computer; `at_once` logs on without asking if
    nothing is missing. `order` is as `--sort` takes it, `view` as `--view` does, of the list or of a
    `target`, which is any name of a session; `compare` another one to compare it with, or `good`.
    `queries` are those of the person's own, by digit.
    `recorder` writes down what the server says; a `replay` takes the server's place.
    `quiet` spares the line from the first frame on, as one that answers slowly is spared by itself;
    `relayed` says that a multiplexer stands between, and answers in the terminal's place.
    `ascii` draws with nothing else, `mouse` listens to the mouse; `ink` is what the terminal can show.
    `leftover` was typed before anybody listened; `modes` are the terminal's own, if ours were set by then.
    """

    connection: Connection
    profiles: tuple[Profile, ...] = ()
    query: str = ""
    order: str | None = None
    target: str | None = None
    compare: str | None = None
    view: str | None = None
    mark: str | None = None
    recorder: Recorder | None = None
    replay: Replay | None = None
    remember: bool = True
    at_once: bool = True
    now: Callable[[], datetime] = _utc_now
    zone: tzinfo | None = None
    queries: Mapping[str, Stated] = field(default_factory=dict)
    quiet: bool = False
    relayed: bool = False
    ascii: bool = False
    mouse: bool = False
    ink: Ink = field(default_factory=Ink)
    leftover: bytes = b""
    modes: list[Any] | None = None


def run(start: Start) -> int:
    """Run emtui until the person leaves; 0 however they leave it, 143 after SIGTERM, 1 for our own fault."""
    asking = background.at_terminal()
    try:
        app = _app(start, asking)
        code = asyncio.run(_live(app))
    finally:
        asking.end()
    if app.fault is None:
        if code == 0 and app.way_back:
            with suppress(OSError):
                sys.stderr.write(f"{app.way_back}\n")
        return code
    from emtui.local import faults

    sys.stderr.write(f"emtui: {faults.told(app.fault)}\n")
    return 1


def _app(start: Start, asking: background.Asking) -> EmtuiApp:
    """The app, with the framework loaded for it while the terminal thinks about its background."""
    if terminal.colored(os.environ) and not terminal.simple(os.environ):
        asking.ask()
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]  # some record keys and screens, and the framework reads them when it is loaded
    if not os.environ.get("NO_COLOR"):
        os.environ.pop("NO_COLOR", None)  # set to nothing it forbids nothing; the framework thinks otherwise
    terminal.forget_leftovers(os.environ, process.ancestors())
    garbage.not_yet()
    from emtui.tui.app import EmtuiApp

    heard = asking.listen()
    return EmtuiApp(
        replace(
            start,
            quiet=start.quiet or over_ssh(os.environ),
            relayed=terminal.relayed(os.environ),
            ink=ink(os.environ, heard.light, ascii_wanted=start.ascii),
            leftover=heard.typed,
            modes=asking.modes,
        )
    )


def ink(environ: Mapping[str, str], light: bool | None, *, ascii_wanted: bool = False) -> Ink:
    """What this terminal can show; `light` is its own word on its background, if it gave one."""
    if light is None:
        light = bool(terminal.light(environ))
    return Ink(ascii_wanted or terminal.only_ascii(environ), terminal.colored(environ), light)


def over_ssh(environ: Mapping[str, str]) -> bool:
    """Whether this terminal is at the other end of SSH; tmux hands that on when somebody attaches."""
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))


def _dropped(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    from emtui.local import faults

    faults.in_loop(loop, context)


def _ending_already() -> None:
    """A second signal does not cut the log-off short: that has its limit."""


async def _live(app: EmtuiApp) -> int:
    """The app, and after it the logon's end on the server."""
    loop = asyncio.get_running_loop()
    ends = process.ending_signals()
    for number in ends:
        loop.add_signal_handler(number, app.end, 128 + number)
    loop.set_exception_handler(_dropped)
    try:
        code = await app.run_async(mouse=app.start.mouse)
    finally:
        for number in (*ends, signal.SIGINT):
            loop.add_signal_handler(number, _ending_already)
        app.note_look()
        if app.client:
            await app.client.close()
    return code or 0
