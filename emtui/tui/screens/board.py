"""The board: one line per type, what needs somebody on top."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from emtui import words
from emtui.em.model import Session
from emtui.lookup import term
from emtui.triage.finding import Finding
from emtui.triage.telling import calm
from emtui.tui.board import Row, board_columns, rows_of, type_of
from emtui.tui.commands import Place, bindings
from emtui.tui.formatting.assessment_text import finding_text
from emtui.tui.formatting.open_command import Location
from emtui.tui.formatting.session_columns import Clock, Column, summary
from emtui.tui.screens.above import AboveTheList, titled
from emtui.tui.widgets.column_list import Rows
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.status_line import StatusLine


class BoardRows(Rows[Row]):
    """The types."""

    def columns_for(self, width: int) -> tuple[Column[Row], ...]:
        """The columns of a board this wide."""
        return board_columns(width)

    def show(self, things: tuple[Row, ...], clock: Clock) -> None:
        """These from now on; the cursor stays on its type, wherever that stands now."""
        kinds = [type_of(thing) for thing in things]
        if self.selected and type_of(self.selected) in kinds:
            self.cursor = kinds.index(type_of(self.selected))
        super().show(things, clock)


class BoardScreen(AboveTheList):
    """How each type stands, kept up to date by the list beneath."""

    PLACE: ClassVar[Place] = Place.BOARD
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.BOARD)

    def body(self) -> Iterable[Widget]:
        """A title, the types, the sentence about the one under the cursor."""
        yield StatusLine(id="title")
        yield BoardRows(id="board")
        yield Paragraph(2, id="tail")

    def location(self, below: Location | None, /) -> Location | None:
        """The types, above the list."""
        return replace(below, view="types", is_list=False) if below else None

    def show_thoughts(self) -> None:
        """As the list beneath knows them now."""
        assessment, clock = self.assessment, self._clock()
        if not self.stands or assessment is None or clock is None:
            return
        attention = replace(assessment.attention, findings=assessment.new_findings)
        self.query_one(BoardRows).show(rows_of(assessment.statuses, attention), clock)
        self.query_one("#title", StatusLine).show(*titled("Types", calm(attention.calm), self.size.width))
        self.show_top()

    @property
    def newest(self) -> Session | None:
        """The newest run of the type under the cursor."""
        row = self.query_one(BoardRows).selected
        return None if row is None or isinstance(row, str) else row.newest

    @property
    def run_here(self) -> Session | None:
        """The newest run of the type under the cursor."""
        return self.newest

    def on_virtual_list_cursor_moved(self) -> None:
        """Why the type under the cursor needs attention, and the whole message of the run that this is about.

        That is its newest run where it needs none.
        """
        assessment, found, run, text = self.assessment, self._finding, self.newest, ""
        if assessment and found:
            run = assessment.run_of(found)
            text = finding_text(assessment, found, self.zone)
        parts = (text, summary(run) if run else "")
        self.query_one(Paragraph).show(" · ".join(part for part in parts if part))
        self.show_foot()

    @property
    def _finding(self) -> Finding | None:
        """The worst alert about the type under the cursor."""
        row = self.query_one(BoardRows).selected
        return self.assessment.worst_on(type_of(row)) if row and self.assessment else None

    async def action_known(self) -> None:
        """Mark the worst alert about the type as known, else its newest run; or no more."""
        from emtui.tui.screens.marking import mark_finding, mark_run

        found = self._finding
        await (mark_finding(self, found) if found else mark_run(self, self.newest))

    def position(self) -> str:
        """`3 of 12 types`."""
        rows = self.query_one(BoardRows)
        return words.place(rows.cursor + 1, rows.count, "type") if rows.count else ""

    def action_copy(self) -> None:
        """The type under the cursor, whole."""
        row, clock = self.query_one(BoardRows).selected, self._clock()
        if row is None or clock is None:
            self.say("There is no line to copy.")
            return
        from emtui.tui.formatting.plain_findings import type_line

        self.ctx.exporter.copy(type_line(row, clock))

    def plain_text(self) -> Callable[[], str] | None:
        """Every type, and how many are on time."""
        clock, assessment = self._clock(), self.assessment
        if clock is None or assessment is None:
            return None
        from emtui.tui.formatting.plain_findings import board_text

        rows, base = self.query_one(BoardRows).things, calm(assessment.attention.calm)
        origin = self.ctx.exporter.origin(self.as_of())
        return lambda: board_text(origin, rows, base, clock)

    def _clock(self) -> Clock | None:
        """As of the list that was assessed; nothing before there is one."""
        found = self.assessment
        return Clock(found.statuses.now, self.zone) if found else None

    def action_open(self) -> None:
        """The newest run of the type."""
        if self.newest:
            self.ctx.navigator.open_session(self.newest)
        else:
            self.say("This type has not run within the last 30 days.")

    def action_runs(self) -> None:
        """All runs of the type, in the list."""
        newest = self.newest
        if newest is None or newest.type is None:
            self.say("This type has not run within the last 30 days.")
            return
        self.ctx.navigator.show_query(term("type", newest.type))
        self.action_close()
