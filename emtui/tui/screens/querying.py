"""The query of a list: typed live, kept with Enter, taken back with Esc."""

from __future__ import annotations

from textual.reactive import var

from emtui import lookup, words
from emtui.monitor.snapshot import Snapshot
from emtui.tui.screens.page import Page
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.lines import Pieces
from emtui.tui.widgets.oneline import OneLine
from emtui.tui.widgets.prompt import Prompt
from emtui.tui.widgets.session_list import SessionList


class Querying(Page):
    """A page with a list of sessions, a line that shows its query, and a prompt for it."""

    snapshot: var[Snapshot | None] = var(None)
    query_now: var[lookup.Query] = var(lookup.Query())

    def prompt(self) -> Prompt:
        """Where a query is typed."""
        return Prompt(self._filter, self._query_closed, self.spares_the_line, id="prompt")

    @property
    def sessions(self) -> SessionList:
        """The list itself."""
        return self.query_one(SessionList)

    def show_query(self) -> None:
        """The query with its count, and how many new runs stand above the window; empty without either."""
        text, snapshot = self.query_now.text, self.snapshot
        if self.query_one(Prompt).is_open:
            return
        left: Pieces = [("/", FAINT), (f" {text}", BOLD)] if text else []
        right: Pieces = []
        if above := self.sessions.new_above:
            right = [(f"{words.count(above)} new above", BOLD)]
        if text and snapshot:
            found, base = words.count(self.sessions.count), words.count(len(snapshot.sessions))
            right.append((f"  {found} of {base}", PLAIN))
        self.query_one("#query", OneLine).show(left, right)

    def action_query(self) -> None:
        """Filter while typing."""
        self.offer(self.query_now.text)

    def offer(self, text: str) -> None:
        """Open the prompt with this text; Esc goes back to the query that stands now."""
        self.query_one("#query", OneLine).display = False
        self.query_one(Prompt).open(text, before=self.query_now.text)
        self.show_foot()

    async def _query_closed(self, text: str, *, kept: bool) -> None:
        """Enter keeps a query that can be read; Esc restores the one before."""
        if not self._filter(text) and kept:
            return
        self.query_one(Prompt).close()
        self.query_one("#query", OneLine).display = True
        self.set_focus(self.sessions)
        self.show_query()
        self.show_foot()
        await self.sessions.at_rest()

    def _filter(self, text: str) -> bool:
        """Show what matches; false, with the reason said, if the text is no query: the last one stands."""
        zone = self.zone or self.emtui.zone
        try:
            self.query_now = lookup.parse(text, now=self.emtui.now(), zone=zone)
        except lookup.BadQuery as error:
            self.say(str(error))
            return False
        self.say("")
        return True

    async def _show_only(self, text: str) -> None:
        """Change the query; the next key finds its rows."""
        self._filter(text)
        await self.sessions.at_rest()

    async def action_show_all(self) -> None:
        """No query."""
        await self._show_only("")

    async def action_show_failed(self) -> None:
        """Failed and warned runs."""
        await self._show_only("state:failed,warning")

    async def action_show_running(self) -> None:
        """What is running."""
        await self._show_only("state:running")
