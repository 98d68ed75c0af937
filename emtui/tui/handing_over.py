"""What leaves the application: texts for the clipboard and the pager, and the command for a view."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import work
from textual.widgets import Input

from emtui.em.address import Server
from emtui.em.threads import beside
from emtui.tui.commands import Place
from emtui.tui.start import Start
from emtui.tui.timed import Timed

if TYPE_CHECKING:
    from emtui.em.model import Session
    from emtui.em.source import Source
    from emtui.tui.plain import Origin
    from emtui.tui.screens.detail import DetailScreen
    from emtui.tui.screens.lookup import LookupScreen


class HandingOver(Timed, inherit_bindings=False):
    """An app that hands over what it shows, without saying who looked."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self.client: Source | None = None

    @property
    def remembers(self) -> bool:
        """Whether anything may be written on this computer."""
        return self._start.remember

    @property
    def mark(self) -> str | None:
        """DEMO or REPLAY, where this is one; REC while it is recorded."""
        if self._start.recorder:
            return "REC STOPPED" if self._start.recorder.problem else "REC"
        return self._start.mark

    @property
    def lookup_screen(self) -> LookupScreen | None:
        """The list, if somebody is logged on."""
        here = (cast("LookupScreen", page) for page in self.pages if page.PLACE is Place.LOOKUP)
        return next(here, None)

    @property
    def server_name(self) -> str:
        """Whose sessions are shown; empty before anybody is logged on."""
        return str(self.client.server) if self.client else ""

    def origin(self, as_of: datetime | None) -> Origin:
        """Whose answer a text shows, and of when."""
        from emtui.tui.plain import Origin

        return Origin(self.server_name, self.mark or "", as_of)

    @work(group="copy", description="copy a text")
    async def copy(self, text: str, but: str = "") -> None:
        """Put it on the person's clipboard, and say which way, and what is to be said besides."""
        from emtui.local import clipboard

        copied = await beside(partial(clipboard.copy, text, os.environ, keep=self.remembers))
        if copied.sequence and self._driver:
            self._driver.write(copied.sequence)
        self.page.say(f"{but} {copied.told}".lstrip())

    def copy_to_clipboard(self, text: str) -> None:
        """What is cut out of a field; the framework would tell the terminal itself, passwords included."""
        hidden = isinstance(self.focused, Input) and self.focused.password
        if text and not hidden:
            self._clipboard = text
            self.copy(text)

    def command_for(self, session: Session) -> str:
        """The command that opens this run for anybody; nothing for a demo or a recording."""
        server = self.client.server if self.client else None
        if self._start.mark or not isinstance(server, Server):
            return ""
        from emtui.tui.way_back import way_back_to_run

        return way_back_to_run(server, session)

    def copy_command(self) -> None:
        """Copy the command that opens this view for anybody; say why, where there is none."""
        from emtui.tui.way_back import no_command

        command, why_not = self._way_back(), no_command(self.page.PLACE)
        if command and not why_not:
            self.copy(command, self._reservation())
        else:
            self.page.say(self._no_way_back() if not command else why_not)

    def _reservation(self) -> str:
        """What somebody else will see otherwise in the list, where that is shown."""
        from emtui.tui.way_back import reservation

        screen = self.lookup_screen
        return reservation(screen.query_now) if screen and self.screen is screen else ""

    def _no_way_back(self) -> str:
        if self._start.replay:
            return "This is a recording: no command opens it for anybody but you."
        if self._start.mark:
            return "This is a demo: it ends with you, and no command opens it for anybody else."
        return "There is no view yet that a command could open: log on first."

    def read_in_pager(self, text: Callable[[], str]) -> None:
        """Let the person's pager show a text; one at a time."""
        if not any(worker.group == "pager" and not worker.is_finished for worker in self.workers):
            self._read_in_pager(text)

    @work(group="pager", description="show a text in the pager")
    async def _read_in_pager(self, text: Callable[[], str]) -> None:
        from emtui.local import pager

        try:
            argv = pager.command(os.environ)
            await self.lend(lambda: pager.show(argv, text()))
        except pager.NoPager as problem:
            self.page.say(str(problem))

    def _way_back(self) -> str:
        screen, server = self.lookup_screen, self.client.server if self.client else None
        if self._start.mark or not screen or not isinstance(server, Server):
            return ""
        from emtui.tui.screens.detail import DetailScreen
        from emtui.tui.way_back import VIEWS, way_back, way_back_to_run

        opened = [page for page in self.pages if isinstance(page, DetailScreen)]
        if opened:
            detail = opened[-1]
            return way_back_to_run(server, detail.session, self._compared(detail), self._shown_raw())
        above = next((page.PLACE for page in reversed(self.pages) if page.PLACE in VIEWS), None)
        return way_back(server, screen.query_now, screen.order, above)

    def _shown_raw(self) -> str:
        """What is shown of what the server said, if that page is open."""
        from emtui.tui.screens.raw import RawPage

        return next((one.view for one in self.screen_stack if isinstance(one, RawPage)), "")

    def _compared(self, detail: DetailScreen) -> str:
        """What the difference above this run, if it is open, compares it with."""
        from emtui.tui.screens.difference import DifferenceScreen

        above = [one for one in self.screen_stack if isinstance(one, DifferenceScreen)]
        return above[-1].compared if above and above[-1].detail is detail else ""
