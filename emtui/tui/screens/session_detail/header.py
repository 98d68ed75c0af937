"""Header of a session: the run in a title rule, its message, and what is known about it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.geometry import Size
from textual.widget import Widget

from emtui import text_format
from emtui.display_text.session_wording import TimeContext, summary_text
from emtui.em.model import Outcome, Session
from emtui.keys.keymap import Keymap
from emtui.keys.tui_commands import CommandScope
from emtui.triage.backup_server_stats import BackupServerResult
from emtui.tui.formatting.outcome_style import OUTCOME_STYLES
from emtui.tui.formatting.session_columns import MEDIUM_CELLS
from emtui.tui.formatting.session_text import BREADCRUMB, session_header
from emtui.tui.screens.base import COMPACT_HEIGHT
from emtui.tui.screens.session_detail.fact_list import Fact, FactList
from emtui.tui.theme import ERROR_STYLE, PLAIN, WARNING_STYLE
from emtui.tui.widgets.paragraph import Paragraph, wrap_and_cut
from emtui.tui.widgets.title_rule import TitleRule, key_note
from emtui.tui.widgets.virtual_list import StyledSpans

MAX_MESSAGE_LINES = 4
LOW_HEIGHT = 30
"""On lower screens the message has at most two lines (below `COMPACT_HEIGHT` one), and each fact one."""
NEIGHBOR_HINTS = (("older", "older"), ("newer", "newer"))
"""The commands that replace this run by the previous or the next one of its type."""
_COLORED_MESSAGES = (Outcome.FAILED, Outcome.WARNING)


class SessionHeader(Widget):
    """Title, message, facts and servers, in at most a third of the screen."""

    DEFAULT_CSS = "SessionHeader { height: auto; layout: vertical; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._message = ""
        self._facts: tuple[Fact, ...] = ()
        self._servers: tuple[BackupServerResult, ...] = ()

    def compose(self) -> ComposeResult:
        """Title, message, facts."""
        yield TitleRule(id="head")
        yield Paragraph(MAX_MESSAGE_LINES, id="message")
        yield FactList(id="explained")

    def show_session(
        self, session: Session, clock: TimeContext, ratio: float | None, size: Size, keymap: Keymap
    ) -> None:
        """Show title and message as of the time of `clock`; `ratio` is that to the usual duration."""
        ratio_style = ERROR_STYLE if session.is_running else WARNING_STYLE
        ratio_spans: StyledSpans = [(f"  {text_format.format_ratio(ratio)}×", ratio_style)] if ratio else []
        breadcrumb = BREADCRUMB if size.width >= MEDIUM_CELLS else []
        title = [*breadcrumb, *session_header(session, clock), *ratio_spans]
        self.query_one("#head", TitleRule).show(
            title, key_note(*keymap.note(CommandScope.SESSION_DETAIL, *NEIGHBOR_HINTS))
        )
        style = OUTCOME_STYLES[session.outcome] if session.outcome in _COLORED_MESSAGES else PLAIN
        self._message = summary_text(session)
        self.query_one("#message", Paragraph).show(self._message, style)
        self.fit(size)

    def show_explanation(
        self, facts: tuple[Fact, ...], servers: tuple[BackupServerResult, ...], size: Size
    ) -> None:
        """Show facts and servers on a screen of this size."""
        self._facts, self._servers = facts, servers
        self.fit(size)

    def fit(self, size: Size) -> None:
        """Show message and facts for another size of the screen."""
        needed_lines = len(wrap_and_cut(self._message, max(size.width - 2, 1), MAX_MESSAGE_LINES))
        layout = header_layout(size.height, needed_lines)
        self.query_one("#message", Paragraph).limit(layout.message_lines)
        self.query_one(FactList).show(self._facts, self._servers, layout.fact_lines, layout.lines_per_fact)


@dataclass(frozen=True, slots=True)
class HeaderLayout:
    """Lines for the message, for all facts, and per fact."""

    message_lines: int
    fact_lines: int
    lines_per_fact: int


def header_layout(height: int, message_lines: int) -> HeaderLayout:
    """Allocate at most a third of `height` lines, one of them to the title; events get the rest."""
    is_low = height < LOW_HEIGHT
    max_message_lines = 1 if height < COMPACT_HEIGHT else 2 if is_low else MAX_MESSAGE_LINES
    shown_lines = min(message_lines, max_message_lines)
    return HeaderLayout(shown_lines, max(height // 3 - 1 - shown_lines, 1), 1 if is_low else 3)
