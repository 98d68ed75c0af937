"""Comparison of a session with another one: new, missing and moved log lines, and slower steps.

Follows the session's feed, whose log may grow. The other session is the last successful one before it, or
chosen by the user; its log is requested once. Logs are compared in a thread; outdated comparisons are
discarded.
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
from emtui.display_text.log_text import line_title
from emtui.display_text.session_error_text import missing_events_text, session_problem_text
from emtui.display_text.session_wording import TimeContext
from emtui.em.background_thread import run_in_thread
from emtui.em.errors import EmError
from emtui.em.model import Event, Log, Session
from emtui.keys.tui_commands import CommandScope
from emtui.monitor.explainer import Explainer
from emtui.monitor.poll_schedule import MIN_INTERVAL
from emtui.monitor.session_feed import SessionFeed, SessionState
from emtui.query import LAST_SUCCESSFUL
from emtui.triage.diff_hunks import CollapsedLines, next_difference, next_slower
from emtui.triage.diff_text import (
    RunDifference,
    compare_runs,
    format_collapsed_lines,
    format_compared_run,
    format_counts,
    format_difference,
    format_event,
    format_line,
    format_line_counts,
)
from emtui.triage.log_diff import DiffRow
from emtui.tui.context import AppContext
from emtui.tui.formatting.open_command import Location
from emtui.tui.formatting.search_matches import no_match_sentence, wrapped_around_text
from emtui.tui.formatting.session_columns import MEDIUM_CELLS, WIDE_CELLS
from emtui.tui.formatting.session_text import BREADCRUMB, session_header
from emtui.tui.screens.acknowledge_prompt import toggle_run
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.comparison.chart_view import ChartView
from emtui.tui.screens.comparison.diff_columns import format_start_time, full_line_text
from emtui.tui.screens.comparison.diff_list import DiffList
from emtui.tui.screens.comparison.duration_chart import run_chart, step_chart
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.search_bar import SearchBar, SearchMode
from emtui.tui.widgets.status_line import StatusLine
from emtui.tui.widgets.title_rule import TitleRule, key_note
from emtui.tui.widgets.virtual_list import StyledSpans

MIN_CHART_HEIGHT = 30
"""On lower screens there are no charts."""
OTHER_LINES = 9
"""Lines of everything but the charts and the rows, and a blank one."""

RowFinder = Callable[[Sequence[DiffRow], int, int], int | None]
"""Finds the next (with a step of -1 the previous) row after an index."""


@dataclass(slots=True)
class _ComparisonAttempt:
    """A running comparison, until it is done or replaced."""

    is_over: bool = False

    def is_active(self) -> bool:
        """Whether the result is still needed."""
        return not self.is_over


class ComparisonScreen(BaseScreen):
    """Compares a session with another one."""

    SCOPE: ClassVar[CommandScope] = CommandScope.COMPARISON
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.COMPARISON)
    AUTO_FOCUS = "DiffList"

    difference: var[RunDifference | None] = var(None)
    progress: var[str] = var("")
    """The current request or computation, as text; empty when idle."""

    def __init__(self, ctx: AppContext, feed: SessionFeed, other: Session | None = None) -> None:
        super().__init__(ctx)
        self.feed = feed
        self.other = other
        self._state = feed.state
        self._attempt: _ComparisonAttempt | None = None

    def compose_body(self) -> Iterable[Widget]:
        """Both runs, counts or search, lines, slow steps, and the full line under the cursor."""
        yield TitleRule(id="head")
        yield StatusLine(id="with")
        yield ChartView(id="run-chart")
        yield SearchBar(self.is_low_bandwidth, closed_line_id="tally", id="prompt")
        yield DiffList(id="difference")
        yield ChartView(id="step-chart")
        yield Paragraph(2, is_at_bottom=True, id="tail")

    def on_mount(self) -> None:
        """Show both runs, and compare them as soon as both logs are available."""
        self.problem = self._problem_text()
        self._compare_if_ready()
        watcher = self.feed.watch(self._show_run, lambda: self.is_current)
        self.run_worker(watcher, group="session feed", description="show updates of a compared session")
        self.set_interval(MIN_INTERVAL, self._compare_open_step)

    @property
    def diff_list(self) -> DiffList:
        """The lines of both logs."""
        return self.query_one(DiffList)

    @property
    def _search_bar(self) -> SearchBar:
        return self.query_one(SearchBar)

    # --- updates of the session and the list ----------------------------------------

    def _show_run(self, state: SessionState) -> None:
        if not self.is_ready:
            return
        before, self._state = self._state, state
        if state.problem is not before.problem:
            self.problem = self._problem_text()
        if state.log is not before.log or state.session is not before.session:
            self._compare_if_ready()
        else:
            self._show_state()

    def _problem_text(self) -> str:
        return session_problem_text(
            self._state, self.feed.source.server, self.ctx.clock.server_now, self.zone
        )

    def handle_assessment(self) -> None:
        """Compare with the last successful run if it is in the list now."""
        if self.other is None:
            self._compare_if_ready()

    # --- comparing --------------------------------------------------------------------

    @property
    def last_successful(self) -> Session | None:
        """The last successful run before this one, if the list has one."""
        assessment = self.ctx.assessment
        return assessment.last_successful(self._state.session) if assessment else None

    @property
    def _is_last_successful(self) -> bool:
        """Whether the other run is the last successful one."""
        last = self.last_successful
        return last is not None and self.other is not None and last.uid == self.other.uid

    def _compare_if_ready(self) -> None:
        """Compare if both logs are available; show the state."""
        self.other = self.other or self.last_successful
        if self.other and self._state.log:
            self._compare(self.other, self._state.log)
        self._show_state()

    def _compare_with(self, other: Session) -> None:
        """Compare with another run."""
        self.other, self.difference, self.problem = other, None, self._problem_text()
        self._compare_if_ready()

    def _compare_open_step(self) -> None:
        """Compare again after a poll without new events: the open step of a running run got longer."""
        diff = self.difference
        if diff and diff.current.is_running and not self.progress and diff.now != self._server_now:
            self._compare_if_ready()

    @property
    def _server_now(self) -> datetime:
        """The server's time at its last response about this run."""
        return self.feed.server_now

    @work(exclusive=True, group="compare", description="compare two runs")
    async def _compare(self, other: Session, log: Log) -> None:
        attempt = self._attempt = _ComparisonAttempt()
        try:
            other, other_events = await self._fetch_other_log(other)
            self.progress = (
                f"Comparing {text_format.format_count(len(log.events))} lines"
                f" with {text_format.format_count(len(other_events))} …"
            )
            session, now, last_good = self._state.session, self._server_now, self._is_last_successful
            compare = partial(
                compare_runs, session, log.events, other, other_events, now, is_last_successful=last_good
            )
            diff = await run_in_thread(partial(compare, should_continue=attempt.is_active))
        except EmError as problem:
            if attempt is self._attempt and self.is_ready:
                self.problem = str(problem)
        else:
            if attempt is self._attempt and self.is_ready:
                self.other, self.difference = other, diff
        finally:
            attempt.is_over = True
            if attempt is self._attempt:
                self.progress = ""

    async def _fetch_other_log(self, other: Session) -> tuple[Session, tuple[Event, ...]]:
        """Fetch the log of the other run, and its session if it is running or not in the list."""
        source = self.feed.source
        self.progress = f"Loading the events of the other run from {source.server} …"
        return await Explainer(source, self.ctx.history).fetch_run(other)

    # --- showing ------------------------------------------------------------------------

    def as_of(self) -> datetime | None:
        """When this run's log was received."""
        return self._state.as_of

    def position(self) -> str:
        """`9 of 17 lines`, including collapsed ones."""
        lines = self.diff_list
        return (
            text_format.format_position(lines.current_row + 1, len(lines.rows), "line") if lines.count else ""
        )

    def watch_progress(self) -> None:
        """Show the progress."""
        self._show_state()

    def watch_difference(self, diff: RunDifference | None) -> None:
        """Show the new comparison."""
        if self.is_ready:
            self.show_header()
            self.show_body()
            self.diff_list.show(diff)
            self._show_charts()

    def _show_state(self) -> None:
        """Show both runs, and why there are no lines if there are none."""
        if self.is_ready:
            self.show_body()
            self.diff_list.empty_lines = self._empty_text()
            if not self.diff_list.count:
                self.diff_list.refresh()

    def show_body(self) -> None:
        """Show both runs, and the counts or the search."""
        session, other, diff = self._state.session, self.other, self.difference
        breadcrumb = BREADCRUMB if self.size.width >= MEDIUM_CELLS else []
        header = session_header(session, TimeContext(self._server_now, self.zone))
        keys = self.ctx.keymap.note(self.SCOPE, ("events", "log"), ("compare_with", "other run"))
        self.query_one("#head", TitleRule).show([*breadcrumb, *header], key_note(*keys))
        format_start = partial(format_start_time, self.zone)
        text = (
            format_compared_run(session, other, format_start, is_last_successful=self._is_last_successful)
            if other
            else ""
        )
        self.query_one("#with", StatusLine).show([(f" {text}", PLAIN)])
        self._show_charts()
        left: StyledSpans = [(format_counts(diff.comparison), BOLD)] if diff else []
        right: StyledSpans = (
            [(format_line_counts(diff), FAINT)] if diff and self.size.width >= MEDIUM_CELLS else []
        )
        if diff and self._search_bar.search_text:
            left, right = self._search_spans()
        self._search_bar.closed_line.show(left, right)

    def _show_charts(self) -> None:
        """Show the durations of both runs, and below the lines, where there is room, those of the steps."""
        diff, size = self.difference, self.size
        has_room = size.width >= WIDE_CELLS and size.height >= MIN_CHART_HEIGHT
        run_lines = run_chart(diff, size.width) if diff and has_room else []
        step_lines: list[StyledSpans] = []
        if diff and has_room:
            used = OTHER_LINES + len(run_lines) + self.diff_list.count
            step_lines = step_chart(diff, size.width, size.height - used)
        self.query_one("#run-chart", ChartView).show(run_lines)
        self.query_one("#step-chart", ChartView).show(step_lines)

    def _empty_text(self) -> tuple[str, ...]:
        session, choose = self._state.session, self.key_hint("compare_with", "choose another run")
        if self.progress or self._state.is_requesting:
            return (self.progress or f"Loading events from {self.feed.source.server} …", "Esc: cancel")
        if self.difference:
            return ("The server has no events for either run.",)
        if self._state.log is None:
            return (missing_events_text(self._state, self.key_hint("refresh", "refresh")),)
        if self.other:
            return (
                "The other run could not be compared.",
                f"{self.key_hint('refresh', 'refresh')}, {choose}",
            )
        if self.ctx.assessment is None:
            return ("The last successful run is unknown: the session list is not loaded yet.",)
        kind = session.type or "this type"
        return (f"No earlier successful run of {kind} is listed.", choose)

    def on_virtual_list_cursor_moved(self) -> None:
        """Show the full text of the line under the cursor."""
        self.query_one(Paragraph).show(self._line_text())
        if self._search_bar.search_text:
            self.show_body()
            self._show_matches()
        self.show_footer()

    def _line_text(self) -> str:
        line, diff = self.diff_list.selected, self.difference
        if line is None or diff is None:
            return ""
        if isinstance(line, CollapsedLines):
            return f"{format_collapsed_lines(line)} (Enter: expand)"
        return format_event(diff.event(self.diff_list.rows[line]))

    # --- searching ------------------------------------------------------------------------

    def action_search(self) -> None:
        """Search while typing."""
        self._search_bar.open_for(SearchMode.SEARCH)
        self._show_matches()
        self.show_footer()

    def on_search_bar_changed(self) -> None:
        """Move to the first match from here with each keystroke."""
        self._apply_search()
        self._show_matches()

    def on_search_bar_closed(self, event: SearchBar.Closed) -> None:
        """Keep the new text after Enter, the previous one after Esc."""
        self._apply_search()
        if not self._search_bar.is_open:
            self.set_focus(self.diff_list)
        self.show_footer()
        if event.accepted and event.text and self.difference and not self.diff_list.matches.line_indexes:
            self.say(no_match_sentence(event.text))

    def _apply_search(self) -> None:
        """Apply the current text of the search bar, whose message may still be pending."""
        self.diff_list.search(self._search_bar.search_text)
        self._show_state()

    def _show_matches(self) -> None:
        """Show the position among the matches while typing."""
        zero_matches = "0 of 0" if self._search_bar.search_text and self.difference else ""
        self._search_bar.show_count(self.diff_list.match_position or zero_matches)

    def _search_spans(self) -> tuple[StyledSpans, StyledSpans]:
        """The search text with its position, and the number of matching lines."""
        lines, text = self.diff_list, self._search_bar.search_text
        left = [("/ ", FAINT), (text, BOLD), (f"  {lines.match_position}".rstrip(), PLAIN)]
        return left, [(lines.matches.count_text(f"{text_format.format_count(len(lines.rows))} lines"), FAINT)]

    # --- from line to line ------------------------------------------------------------------

    def action_go_to(self, kind: str, step: int) -> None:
        """Go to the next (or previous) match, difference or much slower step."""
        self._apply_search()
        if kind == "slower":
            wrapped_message = "No much slower step {} this line."
            self._go_to(next_slower, step, wrapped_message, "No other much slower step.")
        elif kind == "difference" or not self._search_bar.search_text:
            self._go_to(next_difference, step, "No difference {} this line.", "No other difference.")
        elif self.difference is None:
            self.say("Nothing to search yet: the comparison is not ready.")
        elif message := self.diff_list.next_match(step):
            self.say(message)

    def _go_to(self, find: RowFinder, step: int, wrapped_message: str, no_other_message: str) -> None:
        rows, current = self.diff_list.rows, self.diff_list.current_row
        row = find(rows, current, step)
        if row is None:
            row = find(rows, -1 if step > 0 else len(rows), step)
            if row is None or row == current:
                self.say(no_other_message)
                return
            self.say(
                f"{wrapped_message.format('below' if step > 0 else 'above')} {wrapped_around_text(step)}"
            )
        self.diff_list.go_to_row(row)

    def action_toggle_equal_lines(self) -> None:
        """Toggle grouping of equal lines."""
        previous_count, is_grouping = self.diff_list.count, not self.diff_list.is_grouping
        self.diff_list.set_grouping(is_grouping)
        self._show_charts()
        if self.diff_list.count == previous_count:
            self.say("Too few equal lines in a row to group.")
        else:
            self.say("Equal lines grouped." if is_grouping else "All lines shown.")

    def action_open(self) -> None:
        """Open the full line of both runs, or expand collapsed lines."""
        line, diff = self.diff_list.selected, self.difference
        if line is None or diff is None:
            self.say("No line to open.")
        elif isinstance(line, CollapsedLines):
            self.action_toggle_equal_lines()
        else:
            row = self.diff_list.rows[line]
            run = diff.other if row.index is None else diff.current
            title = line_title(diff.event(row), run, self.zone)
            self.ctx.navigator.open_text(title, full_line_text(diff, row, self.zone))

    def action_events(self) -> None:
        """Go back to the events of this run."""
        self.action_close()

    def action_compare_with(self) -> None:
        """Compare with a run chosen from a list."""
        self.ctx.navigator.pick_run(self._state.session, self.other, self._compare_with)

    # --- export -------------------------------------------------------------------------------

    @property
    def other_ref(self) -> str:
        """The other run as an argument of the command line."""
        return self.other.id if self.other else LAST_SUCCESSFUL

    def location(self, underlying: Location | None, /) -> Location | None:
        """The view of the screen below, with the other run."""
        return replace(underlying, compare_with=self.other_ref) if underlying else None

    async def action_acknowledge(self) -> None:
        """Acknowledge this run, or undo that."""
        await toggle_run(self, self._state.session)

    def action_copy(self) -> None:
        """Copy the full line under the cursor."""
        line, diff = self.diff_list.selected, self.difference
        if line is None or diff is None:
            self.say("No line to copy.")
        elif isinstance(line, CollapsedLines):
            self.say("These lines are grouped. Enter: expand.")
        else:
            self.ctx.exporter.copy(format_line(diff, self.diff_list.rows[line], self.zone))

    def plain_text(self) -> Callable[[], str] | None:
        """Both runs, the counts, and every line."""
        diff, origin, zone = self.difference, self.ctx.exporter.origin(self.as_of()), self.zone
        if diff is None:
            return None
        return lambda: f"{origin.format_line(zone)}\n{format_difference(diff, zone)}"

    # --- requests and canceling -----------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether a request or comparison is running."""
        return bool(self.progress)

    def action_refresh(self) -> None:
        """Request this run again, and the other one if its log is missing."""
        if self.progress or not self.feed.refresh():
            self.say("Refresh already running (Esc: cancel).")
        elif self.difference is None:
            self._compare_if_ready()

    def action_stop(self) -> bool:
        """Cancel requests and comparison; false if none is running."""
        if self.progress:
            self.workers.cancel_group(self, "compare")
        elif not self.feed.stop():
            return False
        self.say(f"Canceled. {self.key_hint('refresh', 'refresh')}.")
        return True

    def action_cancel(self) -> None:
        """Escape: cancel the request, clear the search, dismiss the error, or go back."""
        if not (self.action_stop() or self._search_bar.clear()):
            super().action_cancel()
