"""Starts the screens, and runs them until the user quits."""

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


def run(options: LaunchOptions) -> int:
    """Run emtui until the user quits; return 0, 128 plus the signal number, or 1 after an internal error."""
    background_query = background_color.query_for_this_terminal()
    try:
        app = _create_app(options, background_query)
        code = asyncio.run(_run_app(app))
    finally:
        background_query.restore_modes()
    if app.fatal_error is None:
        if code == 0 and app.open_command:
            with suppress(OSError):
                sys.stderr.write(f"To return to this view: {app.open_command}\n")
        return code
    sys.stderr.write(f"emtui: {crash_report.report_error(app.fatal_error)}\n")
    return 1


def _create_app(options: LaunchOptions, background_query: background_color.BackgroundQuery) -> EmtuiApp:
    """Create the app; Textual is loaded while the terminal replies to the background query."""
    if terminal.has_colors(os.environ) and not terminal.is_simple(os.environ):
        background_query.send()
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]  # some record keys and screens; Textual reads them when it is loaded
    if not os.environ.get("NO_COLOR"):
        os.environ.pop("NO_COLOR", None)  # an empty value does not disable colors; Textual would
    terminal.remove_stale_multiplexers(os.environ, process_hardening.ancestor_processes())
    gc_tuning.disable_until_first_paint()
    from emtui.tui.app import EmtuiApp  # noqa: PLC0415 - the terminal replies while Textual is loaded

    reply = background_query.read_reply()
    return EmtuiApp(
        replace(
            options,
            terminal=TerminalOptions(
                low_bandwidth=options.low_bandwidth or is_over_ssh(os.environ),
                in_multiplexer=terminal.is_in_multiplexer(os.environ),
                capabilities=detect_capabilities(
                    os.environ, reply.is_light, ascii_only=options.ascii_only, theme=options.theme
                ),
                follows_background=options.theme is None and can_follow_background(os.environ),
                typed_ahead=reply.typed_ahead,
                saved_modes=background_query.saved_modes,
            ),
        )
    )


def detect_capabilities(
    environ: Mapping[str, str], light: bool | None, *, ascii_only: bool = False, theme: str | None = None
) -> Capabilities:
    """Return what this terminal can show; `light` is its own report of its background, if there was one.

    `theme` is the color theme that the user chose, if any.
    """
    if light is None:
        light = terminal.has_light_background(environ)
    return Capabilities(
        ascii_only or terminal.is_ascii_only(environ),
        terminal.has_colors(environ),
        bool(light),
        terminal.choose_theme(theme, environ, is_light=light, is_remote=is_over_ssh(environ)),
    )


def can_follow_background(environ: Mapping[str, str]) -> bool:
    """Whether the theme, not being chosen, may change once the terminal reports its background."""
    ansi = terminal.ANSI_THEME
    return terminal.choose_theme(None, environ, is_light=False, is_remote=is_over_ssh(environ)) != ansi


def is_over_ssh(environ: Mapping[str, str]) -> bool:
    """Whether this terminal is connected by SSH; tmux updates these variables when a client attaches."""
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))


def _log_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    crash_report.log_task_exception(loop, context)


def _ignore_second_signal() -> None:
    """Ignore a second signal: logging off has its own timeout."""


async def _run_app(app: EmtuiApp) -> int:
    """Run the app, then log off from the server."""
    loop = asyncio.get_running_loop()
    exit_signals = process_hardening.termination_signals()
    for signal_number in exit_signals:
        loop.add_signal_handler(signal_number, app.exit_with_code, 128 + signal_number)
    loop.set_exception_handler(_log_loop_error)
    try:
        code = await app.run_async(mouse=app.ctx.options.mouse_enabled)
    finally:
        for signal_number in (*exit_signals, signal.SIGINT):
            loop.add_signal_handler(signal_number, _ignore_second_signal)
        app.list_service.last_viewed.save()
        if app.logon_service.client:
            await app.logon_service.client.close()
    return code or 0
