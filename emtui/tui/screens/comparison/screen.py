"""A session beside another one: what is new, missing or moved in its log, and which steps took longer.

It follows the session's feed, whose log may grow. The other session is the last successful one before it,
unless somebody has chosen; its log is requested once. Logs are compared in a thread; what is overtaken is
dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.reactive import var
from textual.widget import Widget

from emtui import text_format
from emtui.em.background_thread import beside
from emtui.em.errors import EmError
from emtui.em.model import Event, Log, Session
from emtui.monitor.backoff import MIN_INTERVAL
from emtui.monitor.session_feed import SessionFeed, SessionState
from emtui.query import LAST_GOOD
from emtui.triage.diff_hunks import Stretch, next_difference, next_slower
from emtui.triage.diff_text import (
    Difference,
    base,
    difference,
    difference_text,
    line_text,
    said,
    stretch_said,
    tally,
    with_whom,
)
from emtui.triage.log_diff import Row
from emtui.tui.commands import Place, bindings
from emtui.tui.context import AppContext
from emtui.tui.formatting.log_model import EventLine
from emtui.tui.formatting.log_text import line_title
from emtui.tui.formatting.open_command import Location
from emtui.tui.formatting.search_matches import continued, no_line_holds
from emtui.tui.formatting.session_columns import MEDIUM, Clock
from emtui.tui.formatting.session_error_text import problem_text, without_events
from emtui.tui.formatting.session_text import head
from emtui.tui.screens.acknowledge_prompt import toggle_run
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.comparison.diff_columns import moment_of, whole_text
from emtui.tui.screens.comparison.diff_list import DiffList
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.search_bar import SearchBar, SearchMode
from emtui.tui.widgets.status_line import StatusLine
from emtui.tui.widgets.virtual_list import Pieces

NextRow = Callable[[Sequence[Row], int, int], int | None]
"""Finds the next row (with a step of -1 the one before) after a place."""


@dataclass(slots=True)
class _Attempt:
    """One comparison under way, until nobody wants it any more."""

    is_over: bool = False

    def goes_on(self) -> bool:
        """Whether somebody still waits for it."""
        return not self.is_over


class ComparisonScreen(BaseScreen):
    """The difference of a session with another one."""

    PLACE: ClassVar[Place] = Place.DIFFERENCE
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.DIFFERENCE)
    AUTO_FOCUS = "DiffList"

    difference: var[Difference | None] = var(None)
    progress: var[str] = var("")
    """What the comparison waits for, as a text; empty if for nothing."""

    def __init__(self, ctx: AppContext, feed: SessionFeed, other: Session | None = None) -> None:
        super().__init__(ctx)
        self.feed = feed
        self.other = other
        self._state = feed.state
        self._attempt: _Attempt | None = None

    def body(self) -> Iterable[Widget]:
        """Which two runs, how much is different, the lines, the whole line under the cursor."""
        yield StatusLine(id="head")
        yield StatusLine(id="with")
        yield SearchBar(self.is_low_bandwidth, line="tally", id="prompt")
        yield DiffList(id="difference")
        yield Paragraph(2, id="tail")

    def on_mount(self) -> None:
        """Whose difference it is, before it is known; it is compared as soon as both logs are there."""
        self.trouble = self._problem_text()
        self._compare_known()
        watching = self.feed.watch(self._show_run, lambda: self.is_current)
        self.run_worker(watching, group="session feed", description="show what comes of a compared session")
        self.set_interval(MIN_INTERVAL, self._compare_open_step)

    @property
    def diff_list(self) -> DiffList:
        """The lines of both logs."""
        return self.query_one(DiffList)

    @property
    def _search_bar(self) -> SearchBar:
        return self.query_one(SearchBar)

    # --- what comes of the session and the list -------------------------------------

    def _show_run(self, state: SessionState) -> None:
        if not self.stands:
            return
        before, self._state = self._state, state
        if state.problem is not before.problem:
            self.trouble = self._problem_text()
        if state.log is not before.log or state.session is not before.session:
            self._compare_known()
        else:
            self._show_state()

    def _problem_text(self) -> str:
        return problem_text(self._state, self.feed.source.server, self.ctx.clock.server_now, self.zone)

    def handle_assessment(self) -> None:
        """The list may know the last successful run now."""
        if self.other is None:
            self._compare_known()

    # --- comparing --------------------------------------------------------------------

    @property
    def last_successful(self) -> Session | None:
        """The last successful run before this one, if the list has one."""
        assessment = self.ctx.assessment
        runs = assessment.successful_before(self._state.session, 1) if assessment else []
        return runs[0] if runs else None

    @property
    def _is_last_successful(self) -> bool:
        """Whether the other run is that."""
        last = self.last_successful
        return last is not None and self.other is not None and last.uid == self.other.uid

    def _compare_known(self) -> None:
        """Compare what is known now."""
        self.other = self.other or self.last_successful
        if self.other and self._state.log:
            self._compare(self.other, self._state.log)
        self._show_state()

    def _compare_with(self, other: Session) -> None:
        """Another run from now on."""
        self.other, self.difference, self.trouble = other, None, self._problem_text()
        self._compare_known()

    def _compare_open_step(self) -> None:
        """The step that a run is still in lasts longer with each poll, though nothing comes."""
        found = self.difference
        if found and found.here.running and not self.progress and found.now != self._now:
            self._compare_known()

    @property
    def _now(self) -> datetime:
        """The server's clock when it last said something of this run."""
        return self.feed.server_now

    @work(exclusive=True, group="compare", description="compare two runs")
    async def _compare(self, other: Session, log: Log) -> None:
        attempt = self._attempt = _Attempt()
        try:
            other, then = await self._read(other)
            self.progress = (
                f"comparing {text_format.count(len(log.events))} lines with {text_format.count(len(then))}"
            )
            session, now, last_good = self._state.session, self._now, self._is_last_successful
            compare = partial(difference, session, log.events, other, then, now, last_good=last_good)
            found = await beside(partial(compare, go_on=attempt.goes_on))
        except EmError as problem:
            if attempt is self._attempt and self.stands:
                self.trouble = str(problem)
        else:
            if attempt is self._attempt and self.stands:
                self.other, self.difference = other, found
        finally:
            attempt.is_over = True
            if attempt is self._attempt:
                self.progress = ""

    async def _read(self, other: Session) -> tuple[Session, tuple[Event, ...]]:
        """The other run and its log; one that goes on, or is not in the list, is requested, too."""
        source = self.feed.source
        self.progress = f"asking {source.server} for the log of the other run"
        if other.running or not other.complete:
            other = await source.session(other.uid)
        return other, await self.ctx.history.log(source, other)

    # --- showing ------------------------------------------------------------------------

    def as_of(self) -> datetime | None:
        """When this run's log arrived."""
        return self._state.as_of

    def position(self) -> str:
        """`9 of 17 lines`, those that are folded counted too."""
        lines = self.diff_list
        return text_format.place(lines.here + 1, len(lines.rows), "line") if lines.count else ""

    def watch_progress(self) -> None:
        """How far it has come."""
        self._show_state()

    def watch_difference(self, found: Difference | None) -> None:
        """Other lines."""
        if self.stands:
            self.show_top()
            self.show_body()
            self.diff_list.show(found)

    def _show_state(self) -> None:
        """The head; and why there are no lines, where there are none."""
        if self.stands:
            self.show_body()
            self.diff_list.empty = self._emptiness()
            if not self.diff_list.count:
                self.diff_list.refresh()

    def show_body(self) -> None:
        """Both runs, and how much is different."""
        session, other, found = self._state.session, self.other, self.difference
        self.query_one("#head", StatusLine).show(head(session, Clock(self._now, self.zone)))
        when = partial(moment_of, self.zone)
        text = with_whom(session, other, when, last_good=self._is_last_successful) if other else ""
        self.query_one("#with", StatusLine).show([(f"  {text}", PLAIN)])
        left: Pieces = [(f"  {tally(found.comparison)}", BOLD)] if found else []
        right: Pieces = [(base(found), FAINT)] if found and self.size.width >= MEDIUM else []
        if found and self._search_bar.search_text:
            left, right = self._search_told()
        self._search_bar.line.show(left, right)

    def _emptiness(self) -> tuple[str, ...]:
        session = self._state.session
        if self.progress or self._state.is_requesting:
            return (self.progress or f"asking {self.feed.source.server} for the events", "Esc stops")
        if self.difference:
            return ("The server has no events of either run.",)
        if self._state.log is None:
            return (without_events(self._state),)
        if self.other:
            return ("The other run could not be compared.", "r asks again, D chooses another")
        if self.ctx.assessment is None:
            return ("The list has not been read yet:", "which run was good last is not known.")
        kind = session.type or "its type"
        return (f"No good run of {kind} before this one is listed.", "D chooses another run")

    def on_virtual_list_cursor_moved(self) -> None:
        """The whole text of the line under the cursor."""
        self.query_one(Paragraph).show(self._line_text())
        if self._search_bar.search_text:
            self.show_body()
            self._show_matches()
        self.show_foot()

    def _line_text(self) -> str:
        line, found = self.diff_list.selected, self.difference
        if line is None or found is None:
            return ""
        if isinstance(line, Stretch):
            return f"{stretch_said(line)}: z or Enter shows them"
        return said(found.event(self.diff_list.rows[line]))

    # --- searching ------------------------------------------------------------------------

    def action_search(self) -> None:
        """Search while typing."""
        self._search_bar.open_for(SearchMode.SEARCH)
        self._show_matches()
        self.show_foot()

    def on_search_bar_changed(self) -> None:
        """Each keystroke goes to the first match from here."""
        self._apply_search()
        self._show_matches()

    def on_search_bar_closed(self, event: SearchBar.Closed) -> None:
        """The text was kept with Enter, or is with Esc the one before."""
        self._apply_search()
        if not self._search_bar.is_open:
            self.set_focus(self.diff_list)
        self.show_foot()
        if event.kept and event.text and self.difference and not self.diff_list.matches.places:
            self.say(no_line_holds(event.text))

    def _apply_search(self) -> None:
        """What the search bar has now: a key may come before its message."""
        self.diff_list.search(self._search_bar.search_text)
        self._show_state()

    def _show_matches(self) -> None:
        """Which match the cursor is on, beside what is being typed."""
        none = "0 of 0" if self._search_bar.search_text and self.difference else ""
        self._search_bar.found(self.diff_list.which_match or none)

    def _search_told(self) -> tuple[Pieces, Pieces]:
        """What is sought, and how many of the lines hold it."""
        lines, text = self.diff_list, self._search_bar.search_text
        left = [("  / ", FAINT), (text, BOLD), (f"  {lines.which_match}", PLAIN)]
        return left, [(lines.matches.counted(f"{text_format.count(len(lines.rows))} lines"), FAINT)]

    # --- from line to line ------------------------------------------------------------------

    def action_go_to(self, kind: str, step: int) -> None:
        """The next (or previous) match, difference or much slower step."""
        self._apply_search()
        if kind == "slower":
            none_there = "No step {} this line took much longer."
            self._go_to(next_slower, step, none_there, "No other step took much longer.")
        elif kind == "difference" or not self._search_bar.search_text:
            self._go_to(next_difference, step, "No difference {} this line.", "No other difference.")
        elif self.difference is None:
            self.say(f"There are no lines yet in which “{self._search_bar.search_text}” could stand.")
        elif remark := self.diff_list.next_match(step):
            self.say(remark)

    def _go_to(self, find: NextRow, step: int, none_there: str, no_other: str) -> None:
        rows, here = self.diff_list.rows, self.diff_list.here
        row = find(rows, here, step)
        if row is None:
            row = find(rows, -1 if step > 0 else len(rows), step)
            if row is None or row == here:
                self.say(no_other)
                return
            self.say(f"{none_there.format('below' if step > 0 else 'above')} {continued(step)}")
        self.diff_list.go_to_row(row)

    def action_fold(self) -> None:
        """Fold equal lines, or show each."""
        before, folds = self.diff_list.count, not self.diff_list.folds
        self.diff_list.fold(folds)
        if self.diff_list.count == before:
            self.say("There are too few equal lines in a row to fold.")
        else:
            self.say("Equal lines far from a difference stand in one." if folds else "All lines are shown.")

    def action_open(self) -> None:
        """The line whole, and what the other run said there; or the lines that are folded into it."""
        line, found = self.diff_list.selected, self.difference
        if line is None or found is None:
            self.say("There is no line to open.")
        elif isinstance(line, Stretch):
            self.action_fold()
        else:
            row = self.diff_list.rows[line]
            run, place = (found.there, row.there or 0) if row.here is None else (found.here, row.here)
            title = line_title(EventLine(place, found.event(row)), run, self.zone)
            self.ctx.navigator.open_text(title, whole_text(found, row, self.zone))

    def action_events(self) -> None:
        """Back to the events of this run."""
        self.action_close()

    def action_choose(self) -> None:
        """Compare with a run of one's choice."""
        self.ctx.navigator.pick_run(self._state.session, self.other, self._compare_with)

    # --- handing over -------------------------------------------------------------------------

    @property
    def other_named(self) -> str:
        """How the command line names the other run."""
        return self.other.id if self.other else LAST_GOOD

    def location(self, below: Location | None, /) -> Location | None:
        """The run below, beside the other one."""
        return replace(below, other=self.other_named) if below else None

    async def action_known(self) -> None:
        """Mark the run whose difference it is as known, or no more."""
        await toggle_run(self, self._state.session)

    def action_copy(self) -> None:
        """The line under the cursor, whole."""
        line, found = self.diff_list.selected, self.difference
        if line is None or found is None:
            self.say("There is no line to copy.")
        elif isinstance(line, Stretch):
            self.say("These lines are folded: z shows them.")
        else:
            self.ctx.exporter.copy(line_text(found, self.diff_list.rows[line], self.zone))

    def plain_text(self) -> Callable[[], str] | None:
        """Both runs, the counts, and every line."""
        found, origin, zone = self.difference, self.ctx.exporter.origin(self.as_of()), self.zone
        if found is None:
            return None
        return lambda: f"{origin.line(zone)}\n{difference_text(found, zone)}"

    # --- requesting, stopping, undoing ----------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether something is being requested or compared."""
        return bool(self.progress)

    def action_ask(self) -> None:
        """Request this run again, and the other one where that could not be had."""
        if self.progress or not self.feed.refresh():
            self.say("Already asking; Esc stops it.")
        elif self.difference is None:
            self._compare_known()

    def action_stop(self) -> bool:
        """Stop requesting and comparing; false if nothing of that was going on."""
        if self.progress:
            self.workers.cancel_group(self, "compare")
        elif not self.feed.stop():
            return False
        self.say("Stopped. r asks again.")
        return True

    def action_undo(self) -> None:
        """Stop asking, else end the search, else take the trouble away, else go back."""
        if not (self.action_stop() or self._search_bar.clear()):
            super().action_undo()
