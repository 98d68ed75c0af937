"""Export: texts for the clipboard and the pager, and the command that opens a view."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from emtui.em.background_thread import run_in_thread
from emtui.em.server_address import Server
from emtui.keys.tui_commands import CommandScope
from emtui.tui.launch_options import LaunchOptions
from emtui.tui.services.logon_service import LogonService

if TYPE_CHECKING:  # startup time, here and in functions: loaded with the first export
    from emtui.em.model import Session
    from emtui.tui.formatting.open_command import Location
    from emtui.tui.formatting.plain_text import ExportOrigin
    from emtui.tui.services.host import AppHost


class Exporter:
    """Exports what is shown, without the user name."""

    def __init__(self, host: AppHost, options: LaunchOptions, logon_service: LogonService) -> None:
        self._host = host
        self._options = options
        self._logon_service = logon_service

    def origin(self, as_of: datetime | None) -> ExportOrigin:
        """Return the source and time of the data in a text."""
        from emtui.tui.formatting.plain_text import ExportOrigin

        return ExportOrigin(self._logon_service.server_name, self._logon_service.mode_mark, as_of)

    # --- the clipboard ----------------------------------------------------------

    def copy(self, text: str, remark: str = "") -> None:
        """Copy a text to the clipboard, and show how, after `remark`."""
        self._host.start_worker(self._copy(text, remark), "copy", "copy a text")

    async def _copy(self, text: str, remark: str) -> None:
        from emtui.local import clipboard

        copied = await run_in_thread(
            partial(clipboard.copy_to_clipboard, text, os.environ, can_save=self._options.remember)
        )
        if copied.sequence:
            self._host.write_sequence(copied.sequence)
        self._host.say(f"{remark} {copied.message}".lstrip())

    # --- the pager --------------------------------------------------------------

    def read_in_pager(self, render_text: Callable[[], str]) -> None:
        """Show a text in the user's pager; one at a time."""
        if not self._host.is_worker_running("pager"):
            self._host.start_worker(self._read_in_pager(render_text), "pager", "show a text in the pager")

    async def _read_in_pager(self, render_text: Callable[[], str]) -> None:
        from emtui.local import pager

        try:
            argv = pager.pager_command(os.environ)
            await self._host.suspend_for(lambda: pager.show_in_pager(argv, render_text()))
        except pager.PagerFailedError as problem:
            self._host.say(str(problem))

    # --- the command that opens a view ------------------------------------------

    def command_for(self, session: Session) -> str:
        """Return the command that opens this run for any user; empty in a demo or replay."""
        from emtui.query import DEFAULT_SORT_ORDER, Query
        from emtui.tui.formatting.open_command import Location

        return self.open_command(Location(Query(), DEFAULT_SORT_ORDER, session=session))

    def open_command(self, location: Location | None) -> str:
        """Return the command that opens this view for any user; empty in a demo or replay."""
        client = self._logon_service.client
        if client is None or location is None or self._options.mark or not isinstance(client.server, Server):
            return ""
        from emtui.tui.formatting.open_command import open_command

        return open_command(client.server, location)

    def copy_open_command(self, location: Location | None, scope: CommandScope) -> None:
        """Copy the command that opens this view; show why if there is none."""
        from emtui.tui.formatting.open_command import caveat, no_command_reason

        command, reason = self.open_command(location), no_command_reason(scope, self._options.keymap)
        if location and command and not reason:
            self.copy(command, caveat(location.query) if location.is_list_on_top else "")
        else:
            self._host.say(reason if command else self._no_command_text())

    def _no_command_text(self) -> str:
        if self._options.replay:
            return "Not available in replay mode: others do not have the recording."
        if self._options.mark:
            return "Not available in the demo: it ends when you quit, so no command can reopen this view."
        return "Not connected. Log on first."
