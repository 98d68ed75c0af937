"""Header of a session: summary, message and explanation."""

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
from emtui.tui.screens.session_detail.backup_server_table import ServerTable
from emtui.tui.screens.session_detail.fact_list import FactList
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.status_line import StatusLine

MIN_FULL_HEIGHT = 20
"""On lower screens each fact has one line, and the servers are one fact."""
MESSAGE_LINES = 4

Facts = Sequence[tuple[str, str]]
"""Labels and texts, in reading order."""


class SessionHeader(Widget):
    """Summary, message, facts and servers; a low screen shows fewer facts."""

    DEFAULT_CSS = "SessionHeader { height: auto; layout: vertical; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._facts: Facts = ()
        self._servers: tuple[BackupServerResult, ...] = ()

    def compose(self) -> ComposeResult:
        """Summary, message, facts, servers."""
        yield StatusLine(id="head")
        yield Paragraph(MESSAGE_LINES, id="message")
        yield FactList(id="explained")
        yield ServerTable(id="servers")

    def show_session(self, session: Session, clock: TimeContext) -> None:
        """Show the summary and the message, as of the time of `clock`."""
        self.query_one("#head", StatusLine).show(session_header(session, clock))
        self.query_one("#message", Paragraph).show(summary_text(session))

    def show_explanation(self, facts: Facts, servers: tuple[BackupServerResult, ...], height: int) -> None:
        """Show facts and servers on a screen of `height` lines."""
        self._facts, self._servers = facts, servers
        self.fit_height(height)

    def fit_height(self, height: int) -> None:
        """Show facts and servers for another screen height, in lines."""
        layout = header_layout(height, len(self._servers))
        facts = tuple(fact for fact in self._facts if not (layout.server_lines and fact[0] == SERVERS_LABEL))
        self.query_one(FactList).show(facts, layout.fact_lines, layout.lines_per_fact)
        self.query_one(ServerTable).show(self._servers, layout.server_lines)


@dataclass(frozen=True, slots=True)
class HeaderLayout:
    """Lines for all facts, per fact, and for the server table; 0 shows the servers as a fact."""

    fact_lines: int
    lines_per_fact: int
    server_lines: int


def header_layout(height: int, servers: int) -> HeaderLayout:
    """Allocate about a third of `height` lines; events get most of the rest."""
    if height < MIN_FULL_HEIGHT:
        return HeaderLayout(3, 1, 0)
    server_lines = min(servers, max(height // 5, 4))
    return HeaderLayout(max(height // 3 - (server_lines or 1), 4), 2, server_lines)
