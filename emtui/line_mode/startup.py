"""Runs line mode: logs on, browses, and logs off however it ends."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

from emtui.display_text.display_clock import DisplayClock
from emtui.display_text.logon_warning import logon_warning
from emtui.em.server_address import Server
from emtui.em.server_clock import clock_offset
from emtui.em.session_source import SessionSource
from emtui.handover.absolute_time_text import ReportZones
from emtui.line_mode.alert_command import AlertCommand
from emtui.line_mode.browser import LineBrowser
from emtui.line_mode.console import Console, InputEndedError
from emtui.line_mode.logon_dialog import LogonDialog
from emtui.local.connection import Connection
from emtui.local.knowledge_base import KnowledgeBase
from emtui.local.timezones import SystemZone
from emtui.monitor.browser_options import BrowserOptions
from emtui.monitor.list_feed import ListFeed
from emtui.monitor.list_poller import SystemTime
from emtui.monitor.poll_schedule import PollSchedule


async def browse(options: BrowserOptions, write: Callable[[str], None]) -> int:
    """Browse until the user quits; return the exit code.

    `write` prints text at once, and raises if standard output is closed.
    """
    console = Console(write, ascii_only=options.ascii_only)
    with suppress(NotImplementedError):  # Windows
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, console.interrupt)
        loop.add_signal_handler(signal.SIGCONT, console.repeat_prompt)
    logon = LineModeLogon(console, options)
    try:
        if source := await logon.log_on():
            await _browse_source(console, options, logon, source)
    finally:
        await logon.close()
    return 0


class LineModeLogon:
    """Owns the source and the connection that it came from."""

    def __init__(self, console: Console, options: BrowserOptions) -> None:
        self._console = console
        self._options = options
        self.connection: Connection = options.connection
        self.source: SessionSource | None = options.replay

    async def log_on(self) -> SessionSource | None:
        """Log on, for a replay only the first time a source is needed; `None` if the input ends."""
        if self._options.replay:
            return self.source
        dialog = LogonDialog(self._console, self._options, self.connection)
        try:
            client = await dialog.log_on()
        except InputEndedError:
            return None
        previous, self.connection = self.source, dialog.connection
        recorder = self._options.recorder
        self.source = recorder.wrap_client(client) if recorder else client
        if previous:
            await previous.close()
        return self.source

    async def close(self) -> None:
        """Log off."""
        if self.source:
            await self.source.close()


async def _browse_source(
    console: Console, options: BrowserOptions, logon: LineModeLogon, source: SessionSource
) -> None:
    zone = logon.connection.server_time_zone
    clock = DisplayClock(options.now, options.zone, zone, lambda _: None)
    clock.skew = lambda: clock_offset(logon.source.skew if logon.source else None)
    feed = _list_feed(options, clock, logon.connection, source)
    log_on_again = None if options.replay else logon.log_on
    zones = ReportZones(options.zone or SystemZone(), zone)
    warning = logon_warning(source, options.now(), "!: details", is_demo=options.is_demo)
    if source.logon_times and warning:
        console.say(warning)
    alert_command = AlertCommand(console, clock, lambda: logon.connection.profile)
    await LineBrowser(console, options, clock, feed, zones, alert_command, log_on_again).run()


def _list_feed(
    options: BrowserOptions, clock: DisplayClock, connection: Connection, source: SessionSource
) -> ListFeed:
    profile, server = connection.profile, source.server
    schedule = PollSchedule.for_profile(profile)
    authority = server.ascii_authority if isinstance(server, Server) and options.remember else None
    return ListFeed(
        source,
        lambda: KnowledgeBase(authority),
        schedule=options.replay.schedule if options.replay else schedule,
        clock=options.replay or SystemTime(clock.now),
        server_zone=clock.server_zone,
        display_zone=clock.zone,
    )
