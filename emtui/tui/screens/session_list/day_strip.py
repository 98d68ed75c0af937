"""The line of the last 24 hours above the session list, with a cursor over the cells of its strip.

It owns the selected cell, by the time at which it starts: the strip moves on as time passes. It posts
`CellChanged`; the screen shows the cell in words, and lists its runs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from textual.message import Message

from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Session
from emtui.monitor.snapshot import Snapshot
from emtui.query.absolute_times import period_query
from emtui.tui.widgets.status_line import StatusLine
from emtui.tui.widgets.virtual_list import StyledSpans

if TYPE_CHECKING:  # start-up time, here and in functions: loaded with the first list
    from emtui.monitor.assessment import Assessment
    from emtui.triage.run_cells import RunCell
    from emtui.tui.formatting.last_24h import Last24Hours


class DayStrip(StatusLine):
    """The strip of the last 24 hours and the counts of its runs, or a hint while a query is typed."""

    class CellChanged(Message):
        """Another cell is selected, or none."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._day: Last24Hours | None = None
        self._snapshot: Snapshot | None = None
        self._missed_starts: Mapping[str, tuple[datetime, ...]] = {}
        """The times at which a run was due and none started, by type."""
        self._selected: datetime | None = None
        """When the selected cell starts."""
        self._last_listed: datetime | None = None
        """When the cell starts whose runs were listed last: the next cell is counted from it."""
        self._row: tuple[Session | None, Snapshot | None] = (None, None)
        """The run under the cursor of the list when it was last looked at, and its list."""

    # --- display --------------------------------------------------------------------------

    def show_hint(self, hint: StyledSpans, progress: str, width: int) -> None:
        """Show this hint, and the progress of a download if there is room for it."""
        if not hint and not progress:
            self.show([])
            return
        from emtui.tui.formatting.last_24h import hint_line

        self.show(*hint_line(hint, progress, width))

    def show_list(
        self,
        snapshot: Snapshot,
        clock: TimeContext,
        assessment: Assessment | None,
        progress: str,
        width: int,
    ) -> None:
        """Show the runs of this list in the last 24 hours of the server's clock."""
        from emtui.tui.formatting.last_24h import Last24Hours, cell_count_for, tally_line

        self._snapshot, self._missed_starts = snapshot, assessment.missed_starts if assessment else {}
        acknowledgements = assessment.acknowledgements if assessment else None
        missed = [start for starts in self._missed_starts.values() for start in starts]
        self._day = Last24Hours.from_snapshot(
            snapshot, clock, acknowledgements, missed, cell_count_for(width)
        )
        if self._selected_index is None:
            self._set_selected(None)
        self.show(*tally_line(self._day, snapshot, clock.zone, width, progress, self._selected_index))

    # --- the selected cell ------------------------------------------------------------------

    @property
    def _selected_index(self) -> int | None:
        return self._index_at(self._selected)

    def _index_at(self, moment: datetime | None) -> int | None:
        """The cell that contains this moment; `None` if the strip has moved past it."""
        if self._day is None or moment is None or moment < self._day.cells[0].start:
            return None
        return bisect_right(self._day.cells, moment, key=lambda cell: cell.start) - 1

    @property
    def selected_cell(self) -> RunCell | None:
        """The cell under the cursor of the strip."""
        index = self._selected_index
        return None if self._day is None or index is None else self._day.cells[index]

    def select_cell(self, step: int, run: Session | None) -> None:
        """Select the next or previous cell; the first time the oldest or newest, or the one beside the last.

        It stays selected while the cursor of the list is on this run.
        """
        if self._day is None:
            return
        last = len(self._day.cells) - 1
        index = self._selected_index
        if index is None:
            index = self._index_at(self._last_listed)
        index = (last if step < 0 else 0) if index is None else max(min(index + step, last), 0)
        self._row = (run, self._snapshot)
        self._set_selected(self._day.cells[index].start)

    def clear(self) -> bool:
        """Select no cell; false if none was selected."""
        self._last_listed = None
        return self._set_selected(None)

    def release(self, run: Session | None) -> None:
        """Select no cell if the cursor has moved to another run, and not because of a new list."""
        last_run, last_snapshot = self._row
        if self._snapshot is last_snapshot and (run and run.uid) != (last_run and last_run.uid):
            self._set_selected(None)
        self._row = (run, self._snapshot)

    def _set_selected(self, start: datetime | None) -> bool:
        is_changed = start != self._selected
        self._selected = start
        if is_changed:
            self.post_message(self.CellChanged())
        return is_changed

    def text(self, clock: TimeContext) -> str:
        """The selected cell in words, and the key that lists its runs; empty if none is selected."""
        cell = self.selected_cell
        if cell is None:
            return ""
        from emtui.display_text.cell_text import cell_text

        missed_types = [
            session_type
            for session_type, starts in self._missed_starts.items()
            if any(cell.start <= start < cell.end for start in starts)
        ]
        text = cell_text(cell, clock, missed_types)
        return f"{text} Enter: list them." if cell.total else text

    def take_query(self) -> str:
        """The query for exactly the runs of the selected cell, which is released; empty without runs."""
        cell = self.selected_cell
        if cell is None or not cell.total:
            return ""
        self._last_listed = cell.start
        self._set_selected(None)
        return period_query(cell.start, cell.end)
