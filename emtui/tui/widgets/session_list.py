"""The list of sessions: how its rows read, and which of them must be drawn anew when something is known."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual.reactive import var
from textual.strip import Strip

from emtui import words
from emtui.em.model import Outcome, Session, Uid
from emtui.lookup import DEFAULT_ORDER, Order, Query
from emtui.monitor.snapshot import Snapshot
from emtui.tui.fold_row import row_cells
from emtui.tui.formatting.session_columns import (
    Clock,
    Column,
    known_cells,
    session_columns,
    titles_of,
)
from emtui.tui.theme import CURSOR, FAINT, HEADING, NEW, PLAIN, STALE
from emtui.tui.widgets.lineup import Row, newest
from emtui.tui.widgets.sifted import Sifted
from emtui.tui.widgets.virtual_list import Pieces, strip_of

if TYPE_CHECKING:
    from emtui.triage.baseline import Baselines
    from emtui.triage.known import Known


class SessionList(Sifted):
    """The rows of `snapshot` that match `wanted`, in this `order`."""

    HEADING_LINES: ClassVar[int] = 1

    snapshot: var[Snapshot | None] = var(None)
    wanted: var[Query] = var(Query())
    order: var[Order] = var(DEFAULT_ORDER)
    zone: var[tzinfo | None] = var(None)
    marks: var[Mapping[Uid, str]] = var({})
    veiled: var[bool] = var(False)
    baselines: var[Baselines | None] = var(None)
    ages: var[bool] = var(False)
    known: var[Known | None] = var(None)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._news: list[int] | None = None

    # --- other rows -------------------------------------------------------------

    def watch_snapshot(self, before: Snapshot | None, after: Snapshot | None) -> None:
        """Other sessions: the same one stays selected. The same sessions: only what time has changed."""
        if before and after and before.sessions is after.sessions:
            self._grow_older(before, after)
            if self.order.field == "duration_s" and after.tally[Outcome.RUNNING]:
                self._line_up()  # what runs takes longer now
        elif after:
            self.came(before, after)
            self._line_up()

    def watch_wanted(self) -> None:
        """Another query: the selected session stays, if it matches."""
        self.sift(self.wanted)

    def watch_order(self) -> None:
        """Another order: to the selected session's new place."""
        self._line_up()

    def _line_up(self) -> None:
        if self.snapshot:
            self.line_up(self.snapshot, self.order, frozenset(self.marks), self.wanted)

    def watch_marks(self) -> None:
        """Other marks in the rows."""
        self._news = None
        self.refresh()

    def watch_veiled(self) -> None:
        """The rows are old, or no more."""
        self.refresh()

    def watch_baselines(self, before: Baselines | None, after: Baselines | None) -> None:
        """Something else is usual: repaint the rows that read otherwise now."""
        if self.zone is None or self.snapshot is None:
            return
        width, clock = self.size.width, Clock(self.snapshot.server_time, self.zone)
        old, new = (session_columns(width, usual, ages=self.ages) for usual in (before, after))
        for place, row in self._in_sight():
            if row_cells(old, row, clock) != row_cells(new, row, clock):
                self.refresh_row(place)

    def watch_known(self, before: Known | None, after: Known | None) -> None:
        """Something else is known: repaint the rows that are dimmed or no more."""
        for place, row in self._in_sight():
            was, now = (_is_known(row, known) for known in (before, after))
            if was != now:
                self.refresh_row(place)

    def watch_ages(self) -> None:
        """When each run started, or how long ago."""
        self.refresh()

    def _columns(self, width: int) -> tuple[Column[Session], ...]:
        return session_columns(width, self.baselines, ages=self.ages)

    def _grow_older(self, before: Snapshot, after: Snapshot) -> None:
        """Repaint the rows that read otherwise now."""
        if self.zone is None:
            return
        columns = self._columns(self.size.width)
        old, new = Clock(before.server_time, self.zone), Clock(after.server_time, self.zone)
        for place, row in self._in_sight():
            if row_cells(columns, row, old) != row_cells(columns, row, new):
                self.refresh_row(place)

    def watch_zone(self) -> None:
        """Other times in every row."""
        self.refresh()

    def render_heading(self, width: int) -> Strip:
        """The titles of the columns."""
        titles = titles_of(self._columns(width), self.order.field, self.order.descending)
        return strip_of([("  ", PLAIN), (titles, HEADING)], width)

    def render_row(self, place: int, width: int) -> Pieces:
        """One session."""
        if self.snapshot is None or self.zone is None:
            return []
        row = self._rows[place]
        mark = STALE if self.veiled else self.marks.get(newest(row).uid, " ")
        clock = Clock(self.snapshot.server_time, self.zone)
        cursor = CURSOR if place == self.cursor else " "
        cells = row_cells(self._columns(width), row, clock)
        return [(cursor + mark, PLAIN), *(known_cells(cells) if _is_known(row, self.known) else cells)]

    def replace_rows(self, count: int, cursor: int, top: int) -> None:
        """Other rows: others of them are new."""
        self._news = None
        super().replace_rows(count, cursor, top)

    def found_usual(self, usual: Baselines) -> None:
        """The rows tell it."""
        self.baselines = usual

    @property
    def stale_style(self) -> Style | None:
        """Faint while the list is stale."""
        return FAINT if self.veiled else None

    @property
    def in_sight(self) -> tuple[Session, ...]:
        """The sessions that can be seen now; of a fold the one that it stands for."""
        return tuple(newest(row) for _, row in self._in_sight())

    def _in_sight(self) -> Iterator[tuple[int, Row]]:
        return enumerate(self._rows[self.top : self.top + self.window], self.top)

    def is_unusual(self, session: Session) -> bool:
        """Whether it took unusually long, or has gone on for so long, as far as that is known."""
        usual, now = self.baselines, self.snapshot.server_time if self.snapshot else None
        return bool(usual and now and usual.ratio(session, session.took(now)))

    @property
    def marked_in_sight(self) -> set[Uid]:
        """Those that are new or differ and can be seen now, alone or in a fold that is marked as well."""
        rows = [row for _, row in self._in_sight() if self.is_marked(newest(row))]
        return {run.uid for row in rows for run in ((row,) if isinstance(row, Session) else row.runs)}

    def is_marked(self, session: Session) -> bool:
        """Whether it is new or differs."""
        return session.uid in self.marks

    @property
    def new_above(self) -> int:
        """How many new ones stand above the window."""
        if self._news is None:
            new = {uid for uid, mark in self.marks.items() if mark == NEW}
            self._news = sorted(self._lineup.rows_of(new)) if new else []
        return bisect_left(self._news, self.top)

    @property
    def position(self) -> str:
        """`3 of 2,914 runs`: which run of all that match; nothing while none has been read."""
        if self.snapshot is None or (self._lineup.pending and not self._rows):
            return ""
        here = self._lineup.number_of(self.cursor) if self._rows else 0
        return words.place(here, len(self._lineup.matching), "run")


def _is_known(row: Row, known: Known | None) -> bool:
    """Whether a mark holds for a run; a fold holds none of those."""
    return known is not None and isinstance(row, Session) and known.of(row) is not None
