"""The head of an opened session: what became of it, its message, and what explains it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.widget import Widget

from emtui.em.model import Session
from emtui.triage.backup_server_stats import BackupServerResult
from emtui.triage.finding_text import SERVERS_LABEL
from emtui.tui.formatting.session_columns import TimeContext, summary_text
from emtui.tui.formatting.session_text import session_header
from emtui.tui.screens.session_detail.fact_list import FactList
from emtui.tui.screens.session_detail.server_table import ServerTable
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.status_line import StatusLine

MIN_FULL_HEIGHT = 20
"""On a screen of fewer lines each fact has one, and servers are a fact."""
MESSAGE_LINES = 4

Facts = Sequence[tuple[str, str]]
"""A label and a text each, those first that are read first."""


class SessionHeader(Widget):
    """Draws what it is shown; how much of the explanation depends on the height of the screen."""

    DEFAULT_CSS = "SessionHeader { height: auto; layout: vertical; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._facts: Facts = ()
        self._servers: tuple[BackupServerResult, ...] = ()

    def compose(self) -> ComposeResult:
        """Head, message, facts, servers."""
        yield StatusLine(id="head")
        yield Paragraph(MESSAGE_LINES, id="message")
        yield FactList(id="explained")
        yield ServerTable(id="servers")

    def show_session(self, session: Session, clock: TimeContext) -> None:
        """What became of it, as of the time of this clock."""
        self.query_one("#head", StatusLine).show(session_header(session, clock))
        self.query_one("#message", Paragraph).show(summary_text(session))

    def show_explanation(self, facts: Facts, servers: tuple[BackupServerResult, ...], height: int) -> None:
        """What explains it, on a screen of so many lines."""
        self._facts, self._servers = facts, servers
        self.fit_height(height)

    def fit_height(self, height: int) -> None:
        """The same on a screen of another height."""
        layout = header_layout(height, len(self._servers))
        facts = tuple(fact for fact in self._facts if not (layout.server_lines and fact[0] == SERVERS_LABEL))
        self.query_one(FactList).show(facts, layout.fact_lines, layout.lines_per_fact)
        self.query_one(ServerTable).show(self._servers, layout.server_lines)


@dataclass(frozen=True, slots=True)
class HeaderLayout:
    """Lines for facts, for each of them, and for a table of servers; with none those are one fact more."""

    fact_lines: int
    lines_per_fact: int
    server_lines: int


def header_layout(height: int, servers: int) -> HeaderLayout:
    """A third of a screen of this height; the events have most of the rest."""
    if height < MIN_FULL_HEIGHT:
        return HeaderLayout(3, 1, 0)
    server_lines = min(servers, max(height // 5, 4))
    return HeaderLayout(max(height // 3 - (server_lines or 1), 4), 2, server_lines)
