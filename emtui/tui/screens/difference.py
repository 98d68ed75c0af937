"""A run beside another one: what is new, missing or moved in its log, and which steps took longer.

It stands above the run itself, whose log it follows as that grows. The other run is the last good
one, unless somebody has chosen; its log is asked for once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from emtui import words
from emtui.lookup import LAST_GOOD
from emtui.triage.compare import Row
from emtui.triage.differing import (
    Difference,
    base,
    difference_text,
    line_text,
    said,
    stretch_said,
    tally,
    with_whom,
)
from emtui.triage.stretches import Stretch, next_difference, next_slower
from emtui.tui.commands import Place, bindings
from emtui.tui.differing import moment_of, whole_text
from emtui.tui.formatting.open_command import Location
from emtui.tui.formatting.session_columns import MEDIUM, Clock
from emtui.tui.formatting.session_text import head
from emtui.tui.hop import continued
from emtui.tui.log_lines import EventLine
from emtui.tui.log_words import line_title
from emtui.tui.screens.seeking import Seeking
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.difference_lines import DifferenceLines
from emtui.tui.widgets.lines import Pieces
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.status_line import StatusLine

Hop = Callable[[Sequence[Row], int, int], int | None]


class DifferenceScreen(Seeking):
    """The difference of the run beneath with another one."""

    PLACE: ClassVar[Place] = Place.DIFFERENCE
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.DIFFERENCE)
    AUTO_FOCUS = "DifferenceLines"

    def body(self) -> Iterable[Widget]:
        """Which two runs, how much is different, the lines, the whole line under the cursor."""
        yield StatusLine(id="head")
        yield StatusLine(id="with")
        yield StatusLine(id="tally")
        yield self.prompt()
        yield DifferenceLines(id="difference")
        yield Paragraph(2, id="tail")

    def on_mount(self) -> None:
        """Whose difference it is, before it is known."""
        self.show_head()

    # --- showing ----------------------------------------------------------------

    @property
    def _zone(self) -> tzinfo:
        return self.zone

    def as_of(self) -> datetime | None:
        """When this run's log arrived."""
        return self.detail.as_of()

    def location(self, below: Location | None, /) -> Location | None:
        """The run below, beside the other one."""
        return replace(below, other=self.compared) if below else None

    def position(self) -> str:
        """`9 of 17 lines`, those that are folded counted too."""
        lines = self.lines
        return words.place(lines.here + 1, len(lines.rows), "line") if lines.count else ""

    def watch_zone(self) -> None:
        """Other times in the head."""
        super().watch_zone()
        if self.stands:
            self.show_head()

    def watch_doing(self) -> None:
        """How far it has come."""
        self.show_state()

    def watch_found(self, found: Difference | None) -> None:
        """Other lines."""
        if self.stands:
            self.show_top()
            self.show_head()
            self.lines.show(found)

    def show_head(self) -> None:
        """Both runs, and how much is different."""
        here, there = self.detail.session, self.there
        self.query_one("#head", StatusLine).show(head(here, Clock(self.now(), self._zone)))
        when = partial(moment_of, self._zone)
        other = with_whom(here, there, when, last_good=self.is_last_good) if there else ""
        self.query_one("#with", StatusLine).show([(f"  {other}", PLAIN)])
        found = self.found
        left: Pieces = [(f"  {tally(found.comparison)}", BOLD)] if found else []
        right: Pieces = [(base(found), FAINT)] if found and self.size.width >= MEDIUM else []
        if found and self.sought:
            left, right = self.told_search()
        self.query_one("#tally", StatusLine).show(left, right)

    def show_state(self) -> None:
        """The head; and why there are no lines, where there are none."""
        if self.stands:
            self.show_head()
            self.lines.empty = self._emptiness()
            if not self.lines.count:
                self.lines.refresh()

    def _emptiness(self) -> tuple[str, ...]:
        session, listing = self.detail.session, self.ctx.navigator.list_screen
        if self.doing or self.detail.asking:
            return (self.doing or f"asking {self.detail.client.server} for the events", "Esc stops")
        if self.found:
            return ("The server has no events of either run.",)
        if self.detail.log_read is None:
            return (self.detail.without_events,)
        if self.there:
            return ("The other run could not be compared.", "r asks again, D chooses another")
        if listing is None or listing.assessment is None:
            return ("The list has not been read yet:", "which run was good last is not known.")
        kind = session.type or "its type"
        return (f"No good run of {kind} before this one is listed.", "D chooses another run")

    def on_lines_moved(self) -> None:
        """The whole text of the line under the cursor."""
        self.query_one(Paragraph).show(self._whole())
        if self.sought:
            self.show_head()
            self.show_found()
        self.show_foot()

    def _whole(self) -> str:
        line, found = self.lines.selected, self.found
        if line is None or found is None:
            return ""
        if isinstance(line, Stretch):
            return f"{stretch_said(line)}: z or Enter shows them"
        return said(found.event(self.lines.rows[line]))

    # --- from line to line --------------------------------------------------------

    def action_next_difference(self) -> None:
        """The next lines that are different."""
        self._hop(next_difference, 1, "No difference below this line.", "No other difference.")

    def action_previous_difference(self) -> None:
        """The previous lines that are different."""
        self._hop(next_difference, -1, "No difference above this line.", "No other difference.")

    def action_next_slower(self) -> None:
        """The next step that took much longer."""
        self._hop(
            next_slower, 1, "No step below this line took much longer.", "No other step took much longer."
        )

    def action_previous_slower(self) -> None:
        """The previous step that took much longer."""
        self._hop(
            next_slower, -1, "No step above this line took much longer.", "No other step took much longer."
        )

    def _hop(self, way: Hop, step: int, otherwise: str, none: str) -> None:
        rows, here = self.lines.rows, self.lines.here
        place = way(rows, here, step)
        if place is None:
            before = way(rows, -1 if step > 0 else len(rows), step)
            place = None if before == here else before
            self.say(none if place is None else f"{otherwise} {continued(step)}")
        if place is not None:
            self.lines.go_to_row(place)

    def action_fold(self) -> None:
        """Fold equal lines, or show each."""
        before, folds = self.lines.count, not self.lines.folds
        self.lines.fold(folds)
        if self.lines.count == before:
            self.say("There are too few equal lines in a row to fold.")
        else:
            self.say("Equal lines far from a difference stand in one." if folds else "All lines are shown.")

    def action_open(self) -> None:
        """The line whole, and what the other run said there; or the lines that are folded into it."""
        line, found = self.lines.selected, self.found
        if line is None or found is None:
            self.say("There is no line to open.")
        elif isinstance(line, Stretch):
            self.action_fold()
        else:
            row = self.lines.rows[line]
            run, place = (found.there, row.there or 0) if row.here is None else (found.here, row.here)
            title = line_title(EventLine(place, found.event(row)), run, self._zone)
            self.ctx.navigator.open_text(title, whole_text(found, row, self._zone))

    def action_events(self) -> None:
        """Back to the events of this run."""
        self.action_close()

    def action_choose(self) -> None:
        """Compare with a run of one's choice."""
        self.ctx.navigator.pick_run(self.detail.session, self.there, self.compare_with)

    # --- handing over -----------------------------------------------------------

    @property
    def compared(self) -> str:
        """How the command line names the other run."""
        return self.there.id if self.there else LAST_GOOD

    async def action_known(self) -> None:
        """Mark the run whose difference it is as known, or no more."""
        from emtui.tui.screens.marking import mark_run

        await mark_run(self, self.detail.session)

    def action_copy(self) -> None:
        """The line under the cursor, whole."""
        line, found = self.lines.selected, self.found
        if line is None or found is None:
            self.say("There is no line to copy.")
        elif isinstance(line, Stretch):
            self.say("These lines are folded: z shows them.")
        else:
            self.ctx.exporter.copy(line_text(found, self.lines.rows[line], self._zone))

    def plain_text(self) -> Callable[[], str] | None:
        """Both runs, the counts, and every line."""
        found, origin, zone = self.found, self.ctx.exporter.origin(self.as_of()), self._zone
        if found is None:
            return None
        return lambda: f"{origin.line(zone)}\n{difference_text(found, zone)}"
