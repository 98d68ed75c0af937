"""Screen to pick the other run of a comparison: runs of the same type, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType
from textual.events import Paste
from textual.widget import Widget

from emtui import text_format
from emtui.display_text.session_wording import TimeContext, summary_text
from emtui.em.model import Session
from emtui.keys.tui_commands import CommandScope
from emtui.query import AmbiguousSessionError, InvalidQueryError, NoMatchingSessionError
from emtui.tui.context import AppContext
from emtui.tui.formatting.plain_text import row_line
from emtui.tui.formatting.session_columns import ListColumn
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.comparison.diff_columns import run_columns
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import BOLD, PLAIN
from emtui.tui.widgets.column_list import ColumnList
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.title_rule import TitleRule, shorten_title
from emtui.tui.widgets.virtual_list import StyledSpans


class RunTable(ColumnList[Session]):
    """The runs of one type."""

    def columns_for(self, width: int) -> tuple[ListColumn[Session], ...]:
        """The columns of a list of this width in cells."""
        return run_columns(width)


class RunPickerScreen(BaseScreen):
    """Returns the UID of the chosen run, or `None`."""

    SCOPE: ClassVar[CommandScope] = CommandScope.RUN_PICKER
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.RUN_PICKER)

    def __init__(
        self, ctx: AppContext, session: Session, runs: tuple[Session, ...], nearest: Session | None
    ) -> None:
        super().__init__(ctx)
        self.session = session
        self._runs = runs
        self._nearest = nearest

    def compose_body(self) -> Iterable[Widget]:
        """Title, runs, and the message of the one under the cursor."""
        yield TitleRule(id="title")
        yield RunTable(id="runs")
        yield Paragraph(2, id="tail")

    def on_mount(self) -> None:
        """Select the run that is the other one already, if it is listed."""
        self.show_body()
        uids = [run.uid for run in self._runs]
        if self._nearest and self._nearest.uid in uids:
            self.query_one(RunTable).move_to(uids.index(self._nearest.uid))
            self.call_after_refresh(self._scroll_around_cursor)  # the height is unknown before the layout

    def _scroll_around_cursor(self) -> None:
        """Scroll so that some rows above the cursor are visible."""
        if self.is_ready:
            runs = self.query_one(RunTable)
            runs.move_to(runs.cursor, top=runs.cursor - runs.window_height // 3)

    def show_body(self) -> None:
        """Show the runs; the title follows with the cursor."""
        self.query_one(RunTable).show(self._runs, TimeContext(self.ctx.clock.server_now, self.zone))

    def _show_title(self) -> None:
        started = self.session.started
        start_text = f" {text_format.format_date_time(started, self.zone)}" if started else ""
        title: StyledSpans = [(f"Compare {self.session.type}{start_text} with:", BOLD)]
        runs = self.query_one(RunTable)
        note = text_format.format_position(runs.cursor + 1, runs.count, "run") if runs.count else ""
        self.query_one(TitleRule).show(shorten_title(title, note, self.size.width), [(note, PLAIN)])

    def as_of(self) -> datetime | None:
        """When the session list was received."""
        return self.ctx.assessment.snapshot.as_of if self.ctx.assessment else None

    def on_virtual_list_cursor_moved(self) -> None:
        """Show the full message of the run under the cursor."""
        selected = self.query_one(RunTable).selected_item
        self.query_one(Paragraph).show(summary_text(selected) if selected else "")
        self._show_title()
        self.show_footer()

    def on_paste(self, event: Paste) -> None:
        """Choose the run with the pasted ID; it may be of any type."""
        event.stop()
        try:
            run = self.ctx.navigator.find_session(event.text)
        except (InvalidQueryError, NoMatchingSessionError, AmbiguousSessionError) as error:
            self.say(str(error))
        else:
            self.dismiss(run.uid)

    def action_open(self) -> None:
        """Choose the run under the cursor."""
        selected = self.query_one(RunTable).selected_item
        if selected:
            self.dismiss(selected.uid)

    def action_copy(self) -> None:
        """Copy the full row under the cursor."""
        selected = self.query_one(RunTable).selected_item
        if selected:
            clock = TimeContext(self.ctx.clock.server_now, self.zone)
            self.ctx.exporter.copy(row_line(selected, clock))
