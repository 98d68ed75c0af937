"""What the screens begin with, and how they are run until the person leaves."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from emtui.local import crash_report, process_hardening, terminal
from emtui.tui.launch_options import LaunchOptions
from emtui.tui.terminal import background_color, gc_tuning
from emtui.tui.terminal.capabilities import Capabilities, TerminalOptions

if TYPE_CHECKING:
    from emtui.tui.app import EmtuiApp


def run(start: LaunchOptions) -> int:
    """Run emtui until the person leaves; 0 however they leave it, 143 after SIGTERM, 1 for our own fault."""
    query = background_color.for_this_terminal()
    try:
        app = _app(start, query)
        code = asyncio.run(_live(app))
    finally:
        query.restore_modes()
    if app.fault is None:
        if code == 0 and app.open_command:
            with suppress(OSError):
                sys.stderr.write(f"{app.open_command}\n")
        return code
    sys.stderr.write(f"emtui: {crash_report.told(app.fault)}\n")
    return 1


def _app(start: LaunchOptions, query: background_color.BackgroundQuery) -> EmtuiApp:
    """The app, with the framework loaded for it while the terminal thinks about its background."""
    if terminal.colored(os.environ) and not terminal.simple(os.environ):
        query.send()
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]  # some record keys and screens, and the framework reads them when it is loaded
    if not os.environ.get("NO_COLOR"):
        os.environ.pop("NO_COLOR", None)  # set to nothing it forbids nothing; the framework thinks otherwise
    terminal.forget_leftovers(os.environ, process_hardening.ancestors())
    gc_tuning.disable_until_first_paint()
    from emtui.tui.app import EmtuiApp  # noqa: PLC0415 - the terminal replies while Textual is loaded

    reply = query.read_reply()
    return EmtuiApp(
        replace(
            start,
            terminal=TerminalOptions(
                low_bandwidth=start.quiet or over_ssh(os.environ),
                in_multiplexer=terminal.relayed(os.environ),
                capabilities=capabilities_of(os.environ, reply.light, ascii_wanted=start.ascii),
                typed_ahead=reply.typed,
                saved_modes=query.saved_modes,
            ),
        )
    )


def capabilities_of(
    environ: Mapping[str, str], light: bool | None, *, ascii_wanted: bool = False
) -> Capabilities:
    """Return what this terminal can show; `light` is its own report of its background, if there was one."""
    if light is None:
        light = bool(terminal.light(environ))
    return Capabilities(ascii_wanted or terminal.only_ascii(environ), terminal.colored(environ), light)


def over_ssh(environ: Mapping[str, str]) -> bool:
    """Whether this terminal is at the other end of SSH; tmux hands that on when somebody attaches."""
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))


def _dropped(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    crash_report.in_loop(loop, context)


def _ending_already() -> None:
    """A second signal does not cut the log-off short: that has its limit."""


async def _live(app: EmtuiApp) -> int:
    """The app, and after it the logon's end on the server."""
    loop = asyncio.get_running_loop()
    ends = process_hardening.ending_signals()
    for number in ends:
        loop.add_signal_handler(number, app.end, 128 + number)
    loop.set_exception_handler(_dropped)
    try:
        code = await app.run_async(mouse=app.ctx.options.mouse)
    finally:
        for number in (*ends, signal.SIGINT):
            loop.add_signal_handler(number, _ending_already)
        app.lists.viewed.save()
        if app.logon.client:
            await app.logon.client.close()
    return code or 0
