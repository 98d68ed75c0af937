"""The overview: one line per type, those that need attention first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from emtui import text_format
from emtui.em.model import Session
from emtui.query import format_term
from emtui.triage.finding_text import format_on_time_counts
from emtui.triage.findings import Finding
from emtui.tui.formatting.assessment_text import finding_text, title_line
from emtui.tui.formatting.open_command import Location
from emtui.tui.formatting.session_columns import ListColumn, TimeContext, summary_text
from emtui.tui.keymap import CommandScope, bindings_for
from emtui.tui.screens.acknowledge_prompt import toggle_finding, toggle_run
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.list_refresh import refresh_list
from emtui.tui.screens.overview.type_columns import TypeRow, type_columns, type_name, type_rows
from emtui.tui.screens.overview.type_text import overview_text, type_line
from emtui.tui.screens.run_steps import go_to_run
from emtui.tui.widgets.column_list import ColumnList
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.status_line import StatusLine

TYPE_LABELS = {"failed": "type whose last run failed", "warning": "type whose last run has a warning"}
"""What the types that a key steps to are called, by kind."""
NO_RUNS = "No runs of this type in the last 30 days."


class TypeTable(ColumnList[TypeRow]):
    """The table of types."""

    def columns_for(self, width: int) -> tuple[ListColumn[TypeRow], ...]:
        """The columns for a table this wide, in cells."""
        return type_columns(width)

    def show(self, items: tuple[TypeRow, ...], clock: TimeContext) -> None:
        """Show these types; the cursor stays on its type."""
        names = [type_name(row) for row in items]
        if self.selected_item and type_name(self.selected_item) in names:
            self.cursor = names.index(type_name(self.selected_item))
        super().show(items, clock)


class OverviewScreen(BaseScreen):
    """The status of each type, as of the newest assessment of the list."""

    SCOPE: ClassVar[CommandScope] = CommandScope.OVERVIEW
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.OVERVIEW)

    def compose_body(self) -> Iterable[Widget]:
        """Return title, types, and the alert or message of the selected type."""
        yield StatusLine(id="title")
        yield TypeTable(id="types")
        yield Paragraph(2, id="tail")

    def show_body(self) -> None:
        """Show title and types of the newest assessment."""
        assessment, clock = self.ctx.assessment, self._clock
        if assessment is None or clock is None:
            return
        attention = replace(assessment.attention, findings=assessment.new_findings)
        self._table.show(type_rows(assessment.type_statuses, attention), clock)
        title = title_line("Types", format_on_time_counts(attention.on_time_counts), self.size.width)
        self.query_one("#title", StatusLine).show(*title)
        self.show_header()

    def as_of(self) -> datetime | None:
        """Arrival time of the last complete list."""
        return self.ctx.list_state.as_of

    def position(self) -> str:
        """`3 of 12 types`."""
        return (
            text_format.format_position(self._table.cursor + 1, self._table.count, "type")
            if self._table.count
            else ""
        )

    def on_virtual_list_cursor_moved(self) -> None:
        """Show the worst alert of the selected type and the message of its run, else of the newest run."""
        assessment, finding, run, text = self.ctx.assessment, self._worst_finding, self._newest_session, ""
        if assessment and finding:
            run = assessment.run_of_finding(finding)
            text = finding_text(assessment, finding, self.zone)
        parts = (text, summary_text(run) if run else "")
        self.query_one(Paragraph).show(" · ".join(part for part in parts if part))
        self.show_footer()

    @property
    def _table(self) -> TypeTable:
        return self.query_one(TypeTable)

    @property
    def _newest_session(self) -> Session | None:
        """The newest run of the selected type."""
        row = self._table.selected_item
        return None if row is None or isinstance(row, str) else row.newest_run

    @property
    def _worst_finding(self) -> Finding | None:
        """The worst finding of the selected type."""
        row, assessment = self._table.selected_item, self.ctx.assessment
        return assessment.worst_finding(type_name(row)) if row and assessment else None

    @property
    def _clock(self) -> TimeContext | None:
        """The server's time when the list was assessed; None before that."""
        assessment = self.ctx.assessment
        return TimeContext(assessment.type_statuses.now, self.zone) if assessment else None

    def location(self, underlying: Location | None, /) -> Location | None:
        """The overview, on top of the list."""
        return replace(underlying, view_name="types", is_list_on_top=False) if underlying else None

    @property
    def current_run(self) -> Session | None:
        """The newest run of the type under the cursor."""
        return self._newest_session

    def action_copy(self) -> None:
        """Copy the selected type."""
        row, clock = self._table.selected_item, self._clock
        if row is None or clock is None:
            self.say("Nothing to copy: no type is selected.")
        else:
            self.ctx.exporter.copy(type_line(row, clock))

    def plain_text(self) -> Callable[[], str] | None:
        """All types, and how many are on schedule."""
        clock, assessment = self._clock, self.ctx.assessment
        if clock is None or assessment is None:
            return None
        rows, counts_text = self._table.items, format_on_time_counts(assessment.attention.on_time_counts)
        origin = self.ctx.exporter.origin(self.as_of())
        return lambda: overview_text(origin, rows, counts_text, clock)

    async def action_acknowledge(self) -> None:
        """Acknowledge the worst finding of the type, else its newest run; or undo that."""
        finding = self._worst_finding
        await (toggle_finding(self, finding) if finding else toggle_run(self, self._newest_session))

    def action_open(self) -> None:
        """Open the newest run of the type."""
        if self._newest_session:
            self.ctx.navigator.open_session(self._newest_session)
        else:
            self.say(NO_RUNS)

    def action_show_runs(self) -> None:
        """Show all runs of the type in the list."""
        if self._newest_session and self._newest_session.type:
            self.ctx.navigator.show_query(format_term("type", self._newest_session.type))
        else:
            self.say(NO_RUNS)

    def action_go_to(self, kind: str, step: int) -> None:
        """Go to the next (or previous) type whose newest run failed or has a warning."""
        newest = [None if isinstance(row, str) else row.newest_run for row in self._table.items]
        go_to_run(self, self._table, newest, kind, step, TYPE_LABELS[kind])

    def action_refresh(self) -> None:
        """Request the list now."""
        refresh_list(self)
