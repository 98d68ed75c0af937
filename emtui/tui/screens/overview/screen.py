"""The overview: one line per type, those that need attention first, and the history of the selected one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from emtui import text_format
from emtui.display_text.assessment_text import statement_text
from emtui.display_text.cell_text import cell_text
from emtui.display_text.session_wording import TimeContext, duration_text, summary_text
from emtui.em.model import Session
from emtui.keys.tui_commands import CommandScope
from emtui.monitor.type_histories import TypeHistory, type_histories
from emtui.query import format_term
from emtui.query.absolute_times import period_query
from emtui.triage.finding_text import format_on_time_counts
from emtui.triage.run_cells import RunCell
from emtui.tui.context import AppContext
from emtui.tui.formatting.open_command import Location
from emtui.tui.formatting.outcome_style import OUTCOME_GLYPHS, OUTCOME_STYLES
from emtui.tui.formatting.session_columns import WIDE_CELLS
from emtui.tui.screens.acknowledge_prompt import toggle_finding, toggle_run
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.list_refresh import assessed_clock, refresh_list
from emtui.tui.screens.overview.card_pane import CardPane
from emtui.tui.screens.overview.type_table import TypeTable
from emtui.tui.screens.overview.type_text import overview_text, type_line
from emtui.tui.screens.run_steps import go_to_run
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import BOLD, PLAIN
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.status_line import spans_width
from emtui.tui.widgets.title_rule import EDGE_CELLS, TitleRule, key_note
from emtui.tui.widgets.virtual_list import StyledSpans

TYPE_LABELS = {"failed": "type whose last run failed", "warning": "type whose last run has a warning"}
"""What the types that a key steps to are called, by kind."""
NO_RUNS = "No runs of this type in the last 30 days."
NO_CARD = "No room for the hours of a day here: enlarge the terminal."


class OverviewScreen(BaseScreen):
    """The status of each type, as of the newest assessment of the list."""

    SCOPE: ClassVar[CommandScope] = CommandScope.OVERVIEW
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.OVERVIEW)

    def __init__(self, ctx: AppContext) -> None:
        super().__init__(ctx)
        self._cell: RunCell | None = None
        """The selected day or hour in the history of the selected type."""

    def compose_body(self) -> Iterable[Widget]:
        """Return title, types, and alert, message and history of the selected type."""
        yield TitleRule(id="title")
        yield TypeTable(id="types")
        yield TitleRule(id="subject")
        yield Paragraph(2, id="tail")
        yield CardPane()

    def show_body(self) -> None:
        """Show title and types of the newest assessment."""
        assessment, clock = self.ctx.assessment, self._clock
        if assessment is None or clock is None:
            return
        self._table.show(type_histories(assessment, self.zone), clock)
        self._update_cell(clock)
        counts = replace(assessment.attention, findings=assessment.new_findings).on_time_counts
        subtitle = "  what needs attention first" if self.size.width >= WIDE_CELLS else ""
        title, note = [("Types", BOLD), (subtitle, PLAIN)], [(format_on_time_counts(counts), PLAIN)]
        self.query_one("#title", TitleRule).show(title, note)
        self._show_history()
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
        """Show the position at once, and the history of the selected type once the cursor rests."""
        self._select_cell(None)
        self.show_footer()
        self.call_after_rest(self._show_history)

    def _show_history(self) -> None:
        """Show title, alert, message and card of the selected type, or what the selected cell holds."""
        row, clock = self._table.selected_item, self._clock
        if clock is None:
            return
        hint = key_note(("Enter", "newest run")) if self.size.width >= WIDE_CELLS else []
        self.query_one("#subject", TitleRule).show(_subject_spans(row, clock, self.size.width), hint)
        text = self._cell_text(self._cell, clock) if self._cell else self._alert_text(row)
        self.query_one(Paragraph).show(text)
        assessment = self.ctx.assessment
        baselines = assessment.type_statuses.baselines if assessment else None
        self.query_one(CardPane).show(row, clock, self._cell, baselines)

    @staticmethod
    def _cell_text(cell: RunCell, clock: TimeContext) -> str:
        return f"{cell_text(cell, clock)}{' Enter: list them.' if cell.total else ''}"

    def _alert_text(self, row: TypeHistory | None) -> str:
        """The worst alert of the type and the message of its run, else of the newest run."""
        assessment, run, text = self.ctx.assessment, row.newest_run if row else None, ""
        if assessment and row and row.finding:
            run = assessment.run_of_finding(row.finding)
            text = statement_text(assessment, row.finding, self.zone)
        parts = (text, summary_text(run) if run else "")
        return " · ".join(part for part in parts if part)

    @property
    def _table(self) -> TypeTable:
        return self.query_one(TypeTable)

    @property
    def _clock(self) -> TimeContext | None:
        return assessed_clock(self)

    def location(self, underlying: Location | None, /) -> Location | None:
        """The overview, on top of the list."""
        return replace(underlying, view_name="types", is_list_on_top=False) if underlying else None

    @property
    def current_run(self) -> Session | None:
        """The newest run of the type under the cursor."""
        row = self._table.selected_item
        return row.newest_run if row else None

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
        row = self._table.selected_item
        finding = row.finding if row else None
        await (toggle_finding(self, finding) if finding else toggle_run(self, self.current_run))

    # --- opening --------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the newest run of the type, or list the runs of the selected day or hour."""
        run = self.current_run
        if run is None:
            self.say(NO_RUNS)
        elif self._cell:
            self._list_runs(run, self._cell)
        else:
            self.ctx.navigator.open_session(run)

    def action_show_runs(self) -> None:
        """Show all runs of the type in the list, or those of the selected day or hour."""
        run = self.current_run
        if run is None or not run.type:
            self.say(NO_RUNS)
        else:
            self._list_runs(run, self._cell)

    def _list_runs(self, run: Session, cell: RunCell | None) -> None:
        terms = [format_term("type", run.type or "")]
        if cell:
            terms.append(period_query(cell.start, cell.end))
        self.ctx.navigator.show_query(" ".join(terms))

    def action_cancel(self) -> None:
        """Escape: unselect the day or hour, or go back."""
        if self._cell:
            self._select_cell(None)
            self._show_history()
        else:
            super().action_cancel()

    # --- the selected day or hour ------------------------------------------------------

    def action_day(self, step: int) -> None:
        """Select the day before or after the selected one; first today."""
        row = self._table.selected_item
        self._step_cell(row.days if row else (), step)

    def action_cell(self, step: int) -> None:
        """Select the cell of the card before or after the selected one; first the current one."""
        clock = self._clock
        cells = [
            cell
            for cell in self.query_one(CardPane).cells
            if cell.start < cell.end and clock and cell.start <= clock.now
        ]
        self._step_cell(tuple(cells), step)

    def _step_cell(self, cells: tuple[RunCell, ...], step: int) -> None:
        if not cells:
            self.say(NO_RUNS if self.current_run is None else NO_CARD)
            return
        index = _index_of(self._cell, cells)
        new_index = len(cells) - 1 if index is None else min(max(index + step, 0), len(cells) - 1)
        self._select_cell(cells[new_index])
        self._show_history()

    def _update_cell(self, clock: TimeContext) -> None:
        """Select the same day or hour as counted in a newer list; none if that is not shown any more."""
        if self._cell is None:
            return
        row, pane, period = self._table.selected_item, self.query_one(CardPane), _period(self._cell)
        pane.show(row, clock, self._cell)
        cells = (*(row.days if row else ()), *pane.cells)
        self._select_cell(next((cell for cell in cells if _period(cell) == period), None))

    def _select_cell(self, cell: RunCell | None) -> None:
        self._cell = cell
        row = self._table.selected_item
        self._table.select_day(row.days.index(cell) if row and cell and cell in row.days else None)

    def action_go_to(self, kind: str, step: int) -> None:
        """Go to the next (or previous) type whose newest run failed or has a warning."""
        go_to_run(
            self, self._table, [row.newest_run for row in self._table.items], kind, step, TYPE_LABELS[kind]
        )

    def action_refresh(self) -> None:
        """Request the list now."""
        refresh_list(self)


def _period(cell: RunCell) -> tuple[datetime, datetime]:
    return cell.start, cell.end


def _index_of(selected: RunCell | None, cells: tuple[RunCell, ...]) -> int | None:
    """The cell of these in which the selected one starts; None if there is none."""
    if selected is None:
        return None
    return next((index for index, cell in enumerate(cells) if cell.start <= selected.start < cell.end), None)


def _subject_spans(row: TypeHistory | None, clock: TimeContext, width: int) -> StyledSpans:
    """Type, outcome, start and duration of its newest run, then usual duration, interval and next start.

    Of the last ones as many as fit.
    """
    if row is None or row.status is None:
        return [(row.name if row else "", BOLD)]
    status, newest = row.status, row.status.newest_run
    sign, style = OUTCOME_GLYPHS[newest.outcome], OUTCOME_STYLES[newest.outcome]
    parts = []
    if newest.started:
        parts.append(text_format.format_day_and_second(newest.started, clock.now, clock.zone))
    parts.append(f"{'for' if newest.is_running else 'took'} {duration_text(newest, clock)}")
    if status.baseline:
        parts.append(f"usually {text_format.format_duration(status.baseline.usual)}")
    if status.schedule:
        parts.append(f"every {text_format.format_interval(status.schedule.interval)}")
    if status.due and status.due.next_start:
        word = "was due" if status.due.is_overdue else "next"
        parts.append(f"{word} {text_format.format_minute(status.due.next_start, clock.now, clock.zone)}")
    spans: StyledSpans = [(f"{row.name}  ", BOLD), (f"{sign} {newest.outcome}", style)]
    for part in parts:
        if spans_width(spans) + text_format.cell_width(f"  {part}") <= width - 2 * EDGE_CELLS:
            spans.append((f"  {part}", PLAIN))
    return spans
