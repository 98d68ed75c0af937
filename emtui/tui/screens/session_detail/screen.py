"""One session: header, explanation and events, with the focus on the events.

Shows the data of the list first, then that of the server. The session's state is owned by `SessionFeed`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from emtui import text_format
from emtui.display_text.assessment_text import formatter_for
from emtui.display_text.log_text import count_text, line_text, line_title, short_wait_text, slow_steps_text
from emtui.display_text.session_error_text import missing_events_text, session_problem_text
from emtui.display_text.session_wording import TimeContext, differing_server_state_text
from emtui.em.model import Log, Session
from emtui.keys.tui_commands import CommandScope
from emtui.monitor.session_feed import SessionFeed, SessionState
from emtui.triage.acknowledgement_text import format_acknowledgement_rows
from emtui.triage.error_keywords import find_error_keyword
from emtui.triage.explanation import Explanation
from emtui.triage.finding_text import PAUSE_LABEL, USUAL_LABEL, FindingFormatter
from emtui.triage.incidents import PROBLEM_OUTCOMES
from emtui.triage.step_timing import StepHistory, Wait
from emtui.tui.context import AppContext
from emtui.tui.formatting.log_model import EventLine, event_text
from emtui.tui.formatting.open_command import Location
from emtui.tui.formatting.plain_text import event_line, session_text
from emtui.tui.formatting.search_matches import no_match_sentence, wrapped_around_text
from emtui.tui.screens.acknowledge_prompt import toggle_run
from emtui.tui.screens.base import COMPACT_HEIGHT, BaseScreen
from emtui.tui.screens.session_detail.event_log import EventLog
from emtui.tui.screens.session_detail.event_row import BOTH_TIMES_CELLS
from emtui.tui.screens.session_detail.header import SessionHeader
from emtui.tui.screens.session_detail.pause_navigation import has_wrapped, next_wait_index, worst_wait_index
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.search_bar import SearchBar, SearchMode
from emtui.tui.widgets.status_line import StatusLine
from emtui.tui.widgets.title_rule import key_note
from emtui.tui.widgets.virtual_list import StyledSpans

SERVER_STATE_LABEL = "Server says"
LOG_HINTS = (("next_slow", "slowest"), ("next_error", "suspected error"), ("filter_lines", "filter"))
WAITS_UNKNOWN = "Events not loaded yet."
NO_WAITS = "This run has no pauses of 5s or longer."


def _is_suspected_error(_: EventLog, line: EventLine) -> bool:
    return find_error_keyword(line.event.message) is not None


def _is_unseen(log: EventLog, line: EventLine) -> bool:
    return line.event_index in log.unseen_indexes


LINE_TARGETS: dict[str, tuple[Callable[[EventLog, EventLine], bool], str]] = {
    "error": (_is_suspected_error, "suspected error"),
    "unseen": (_is_unseen, "new event"),
}
"""By the kind of step: the lines to go to, and their name in messages."""


class SessionDetailScreen(BaseScreen):
    """A session and its events."""

    SCOPE: ClassVar[CommandScope] = CommandScope.SESSION_DETAIL
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.SESSION_DETAIL)
    AUTO_FOCUS = "EventLog"

    def __init__(self, ctx: AppContext, feed: SessionFeed) -> None:
        super().__init__(ctx, feed)
        self.feed = feed
        self._state = feed.state
        self._has_visited_worst = False

    def compose_body(self) -> Iterable[Widget]:
        """Header, search bar, events, the line under the cursor, and the slowest steps."""
        yield SessionHeader()
        yield SearchBar(self.is_low_bandwidth, closed_line_id="search", id="prompt")
        yield EventLog(id="events").data_bind(SessionDetailScreen.zone)
        yield Paragraph(2, is_at_bottom=True, id="tail")
        yield StatusLine(id="slow-steps")

    def on_mount(self) -> None:
        """Show the session and its updates; the end of a running one is followed."""
        session, log = self._state.session, self.event_log
        log.shows_clock_times, log.wraps_messages = (
            self.ctx.settings.shows_clock_times,
            self.ctx.settings.wraps_messages,
        )
        log.is_following_end = session.is_running
        log.opens_at_first_error = session.outcome in PROBLEM_OUTCOMES
        self.set_paused(self.ctx.list_state.is_paused)
        self.handle_assessment()
        watcher = self.feed.watch(self._show_state, lambda: self.is_current)
        self.run_worker(watcher, group="session feed", description="show updates of an opened session")

    @property
    def event_log(self) -> EventLog:
        """The list of events."""
        return self.query_one(EventLog)

    @property
    def _search_bar(self) -> SearchBar:
        return self.query_one(SearchBar)

    # --- updates of the session and the list --------------------------------------

    def _show_state(self, state: SessionState) -> None:
        if not self.is_ready:
            return
        before, self._state = self._state, state
        if state.session != before.session and self.ctx.list_feed:
            self.ctx.list_feed.merge_details([state.session])
        if state.has_ended_while_open and not before.has_ended_while_open:
            self.say(f"Run ended: {state.session.outcome}.")
        if state.problem is not before.problem:
            now, server = self.ctx.clock.server_now, self.feed.source.server
            self.problem = session_problem_text(state, server, now, self.zone)
        log, explanation = self.event_log, state.explanation
        log.until = state.server_time if state.session.is_running else None
        log.history = explanation.step_history if explanation else StepHistory()
        log.session_log = state.log
        self.show_header()
        self._show_explanation()
        self._show_session()
        self._show_tail()

    def set_paused(self, paused: bool) -> None:
        """Pause or resume polling of the session."""
        super().set_paused(paused)
        self.feed.set_paused(paused)

    def handle_assessment(self) -> None:
        """Show the explanation based on the new assessment."""
        if self.ctx.assessment:
            self.feed.on_assessment(self.ctx.assessment)
            self._show_explanation()

    def handle_resume(self) -> None:
        """Poll at once after this computer was suspended or emtui was suspended."""
        self.feed.wake()

    def handle_user_activity(self) -> None:
        """Record the events on the screen as viewed."""
        super().handle_user_activity()
        if self.is_ready and self.is_current:
            self.event_log.mark_viewed()

    # --- showing ------------------------------------------------------------------

    @property
    def _clock(self) -> TimeContext:
        """The server's time, in the displayed zone."""
        return TimeContext(self.feed.server_now, self.zone)

    def as_of(self) -> datetime | None:
        """When the events were received."""
        return self._state.as_of

    def position(self) -> str:
        """`3 of 7 events`."""
        log = self.event_log
        return text_format.format_position(log.ordinal, log.shown_count, "event") if log.count else ""

    def show_body(self) -> None:
        """Show all of the header, fitted to the size of the screen."""
        self._show_session()
        self._show_explanation()

    def _show_session(self) -> None:
        """Show the header, the search, and why there are no events if there are none."""
        session, log = self._state.session, self.event_log
        log.started, log.ended = session.started, session.ended
        explanation = self._state.explanation
        ratio = explanation.ratio if explanation else None
        self.query_one(SessionHeader).show_session(session, self._clock, ratio, self.size, self.ctx.keymap)
        self._show_slow_steps()
        self._show_search()
        log.empty_lines = self._empty_text()
        if not log.count:
            log.refresh()

    def _show_explanation(self) -> None:
        """Show acknowledgements and notes, then the facts of the explanation."""
        state, assessment = self._state, self.ctx.assessment
        if state.explanation is None or assessment is None:
            return
        formatter = formatter_for(assessment, self.zone)
        acknowledgement_rows = format_acknowledgement_rows(
            state.session, assessment.acknowledgements, state.notes, formatter
        )
        facts = (*acknowledgement_rows, *self._facts(state.explanation, formatter))
        header = self.query_one(SessionHeader)
        header.show_explanation(facts, state.explanation.servers, self.size)

    def _facts(self, explanation: Explanation, formatter: FindingFormatter) -> Iterator[tuple[str, str]]:
        """The facts of the explanation, without what the title and the line of the slowest steps say."""
        for label, text in formatter.explanation_rows(explanation):
            if label == USUAL_LABEL and explanation.baseline:
                yield label, formatter.format_baseline(explanation.baseline, replace(explanation, ratio=None))
            elif label != PAUSE_LABEL or self.size.height < COMPACT_HEIGHT:
                yield label, text
        if server_text := differing_server_state_text(self._state.session):
            yield SERVER_STATE_LABEL, server_text

    def _show_slow_steps(self) -> None:
        """Show which step was the slowest, in the last line above the footer."""
        state, line = self._state, self.query_one("#slow-steps", StatusLine)
        line.display = self.size.height >= COMPACT_HEIGHT
        text = slow_steps_text(state.waits, state.worst, self.size.width - 2)
        line.show([(f" {text}", FAINT)] if text else [])

    def _empty_text(self) -> tuple[str, ...]:
        """The lines shown in place of events."""
        state = self._state
        if state.is_requesting:
            return (f"Loading events from {self.feed.source.server} …", "Esc: cancel")
        if state.log is None:
            return (missing_events_text(state, self.key_hint("refresh", "refresh")),)
        if self._search_bar.filter_text and state.log.events:
            return (f"No match for “{self._search_bar.filter_text}”.", "Esc: show all events")
        return ("The server has no events for this run.",)

    def on_virtual_list_cursor_moved(self) -> None:
        """Show what the row under the cursor leaves out."""
        self._show_tail()
        if self._search_bar.search_text:
            self._show_matches()
        self.show_footer()

    def _show_tail(self) -> None:
        """Show the message under the cursor if it is cut, and its pause with what is usual."""
        log = self.event_log
        message = event_text(log.selected) if log.selected and log.is_line_cut else ""
        pause = self._pause
        pause_text = f"{'' if pause.step.is_open else 'Took '}{short_wait_text(pause)}." if pause else ""
        self.query_one("#tail", Paragraph).show("  ".join(part for part in (message, pause_text) if part))

    @property
    def _pause(self) -> Wait | None:
        """The step under the cursor if it is long enough to be called a pause."""
        step = self.event_log.step
        return step if step and step.step.is_pause else None

    # --- searching ----------------------------------------------------------------

    def action_search(self) -> None:
        """Search while typing."""
        self._open_search_bar(SearchMode.SEARCH)

    def action_filter_lines(self) -> None:
        """Show only the lines that contain a text; an empty text shows all."""
        self._open_search_bar(SearchMode.FILTER)

    def _open_search_bar(self, mode: SearchMode) -> None:
        self._search_bar.open_for(mode)
        self._show_matches()
        self.show_footer()

    def on_search_bar_changed(self) -> None:
        """Move to the first match, or filter, with each keystroke."""
        self._apply_search()
        self._show_matches()

    def on_search_bar_closed(self, event: SearchBar.Closed) -> None:
        """Keep the new text after Enter, the previous one after Esc."""
        self._apply_search()
        if not self._search_bar.is_open:
            self.set_focus(self.event_log)
        self._show_search()
        self.show_footer()
        is_search = event.accepted and event.text and event.mode is SearchMode.SEARCH
        if is_search and self._state.log and not self.event_log.matches.line_indexes:
            self.say(no_match_sentence(event.text))

    def _apply_search(self) -> None:
        """Apply the current text of the search bar, whose message may still be pending."""
        self.event_log.filter_text = self._search_bar.filter_text
        self.event_log.search_text = self._search_bar.search_text
        self.event_log.empty_lines = self._empty_text()

    def _show_search(self) -> None:
        """Show the title of the log with the number of events, and its keys; or search and filter."""
        state, bar = self._state, self._search_bar
        left: StyledSpans = [("Log", BOLD)]
        if state.log:
            left.append((f"  {self._count_text(state.log)}", FAINT))
        if bar.filter_text:
            left += [("  & ", FAINT), (bar.filter_text, BOLD)]
        if bar.search_text:
            match_position = self.event_log.match_position
            left += [("  / ", FAINT), (bar.search_text, BOLD)]
            left += [(f"  {match_position}", PLAIN)] if match_position else []
        right: StyledSpans = []
        if not (bar.search_text or bar.filter_text):
            right = key_note(*self.ctx.keymap.note(self.SCOPE, *LOG_HINTS))
        if state.is_requesting and state.log:
            right = [("Loading … (Esc: cancel)", BOLD)]
        bar.closed_line.show(left, right)
        bar.closed_line.visible = state.log is not None

    def _count_text(self, log: Log) -> str:
        shown_count, bar = self.event_log.shown_count, self._search_bar
        if bar.search_text:
            base = (
                f"{text_format.format_count(shown_count)} shown"
                if bar.filter_text
                else text_format.format_counted(shown_count, "event")
            )
            return self.event_log.matches.count_text(base)
        if bar.filter_text:
            return (
                f"{text_format.format_count(shown_count)} of"
                f" {text_format.format_counted(len(log.events), 'event')} shown"
            )
        return count_text(log)

    def _show_matches(self) -> None:
        """Show the position among the matches, also while typing."""
        bar, log = self._search_bar, self.event_log
        if not bar.is_open:
            self._show_search()
        elif bar.mode is SearchMode.FILTER:
            bar.show_count(text_format.format_counted(log.shown_count, "event") if bar.filter_text else "")
        else:
            bar.show_count(log.match_position or ("0 of 0" if bar.search_text and self._state.log else ""))

    # --- from line to line ----------------------------------------------------------

    def _go_to_match(self, step: int) -> None:
        self._apply_search()
        if not self._search_bar.search_text:
            self.say(f"No search text yet. Press {self.ctx.keymap.label('search', self.SCOPE)} to search.")
        elif remark := self.event_log.next_match(step):
            self.say(remark)

    async def action_go_to(self, kind: str, step: int) -> None:
        """Go to the next (or previous) line of this kind, wrapping around, or row of the list."""
        if kind == "match":
            self._go_to_match(step)
        elif kind == "slow":
            self._go_to_wait(step)
        elif kind == "row":
            self._open_neighbor("next_row" if step > 0 else "previous_row")
        else:
            await self._go_to_line(kind, step)

    async def _go_to_line(self, kind: str, step: int) -> None:
        (is_target, line_name), log = LINE_TARGETS[kind], self.event_log
        predicate = partial(is_target, log)
        if await log.go_to_next(predicate, step):
            return
        if await log.go_to_next_wrapped(predicate, step):
            side = "below" if step > 0 else "above"
            self.say(f"No {line_name} {side} this line. {wrapped_around_text(step)}")
        else:
            self.say(f"No other {line_name}.")

    def action_severity(self) -> None:
        """Explain why there is no next warning."""
        self.say(f"Events have no severity. {self.key_hint('next_error', 'next suspected error')}.")

    def _go_to_wait(self, step: int) -> None:
        """Go to the worst pause first, then to the next (or previous) one."""
        waits, log = self._state.waits, self.event_log
        before = log.line.event_index if log.line else 0
        if not waits:
            self.say(NO_WAITS if self._state.log else WAITS_UNKNOWN)
            return
        number = (
            next_wait_index(before, waits, step)
            if self._has_visited_worst
            else worst_wait_index(waits, self._state.worst)
        )
        wait = waits[number]
        if not log.go_to_event(wait.step.index):
            self.say("Pause hidden by the filter. Esc: show all events.")
            return
        is_wrapped = self._has_visited_worst and has_wrapped(before, wait.step.index, step)
        self._has_visited_worst = self._has_visited_worst or self._state.explanation is not None
        wait_text = (
            f"Pause {text_format.format_count(number + 1)} of"
            f" {text_format.format_count(len(waits))}: {short_wait_text(wait)}"
        )
        self.say(f"{wrapped_around_text(step)} {wait_text}" if is_wrapped else wait_text)

    # --- how events are shown ---------------------------------------------------------

    def action_follow(self) -> None:
        """Toggle following the end."""
        log = self.event_log
        if log.is_following_end:
            log.is_following_end = False
            self.say("Auto-scroll off.")
        elif not self._state.session.is_running:
            self.say("Run ended; no more events.")
        else:
            log.action_bottom()
            log.is_following_end = True
            self.say("Auto-scroll on: stays at the last event until you move up.")

    def action_toggle_times(self) -> None:
        """Toggle between time of day and offset from the start."""
        if self.size.width >= BOTH_TIMES_CELLS:
            self.say("Time and offset are both shown already.")
            return
        shows_clock_times = self.ctx.settings.shows_clock_times = (
            self.event_log.shows_clock_times
        ) = not self.event_log.shows_clock_times
        self.say("Showing the time of day." if shows_clock_times else "Showing the offset from the start.")

    def action_wrap(self) -> None:
        """Toggle wrapping of long lines."""
        wraps_messages = self.ctx.settings.wraps_messages = (
            self.event_log.wraps_messages
        ) = not self.event_log.wraps_messages
        cut_text = f"Long lines cut. {self.key_hint('scroll_right', 'scroll right')}."
        self.say("Long lines wrapped." if wraps_messages else cut_text)

    def action_left(self) -> None:
        """Scroll the lines left."""
        if not self.event_log.shift(-1):
            self.say("Already at the start of the lines.")

    def action_right(self) -> None:
        """Scroll the lines right."""
        if self.event_log.wraps_messages:
            self.say(f"Nothing to scroll: long lines are wrapped. {self.key_hint('wrap', 'cut them')}.")
        elif not self.event_log.shift(1):
            self.say("Already at the end of the lines.")

    # --- export -----------------------------------------------------------------------

    def location(self, underlying: Location | None, /) -> Location | None:
        """The view of this run, for commands that reopen it."""
        return (
            replace(underlying, session=self._state.session, view_name="", is_list_on_top=False)
            if underlying
            else None
        )

    @property
    def current_run(self) -> Session:
        """The opened run."""
        return self._state.session

    @property
    def current_log(self) -> Log | None:
        """Its log; `None` if not received."""
        return self._state.log

    def action_copy(self) -> None:
        """Copy the full line under the cursor."""
        line = self.event_log.line
        if line is None:
            self.say("No line to copy.")
        else:
            origin = self.event_log.offset_origin
            self.ctx.exporter.copy(event_line(line.event, origin, self.zone, self._pause))

    def plain_text(self) -> Callable[[], str]:
        """Summary, message, and all events and pauses, including hidden ones."""
        origin, clock, state = self.ctx.exporter.origin(self.as_of()), self._clock, self._state
        return lambda: session_text(origin, state.session, state.log, clock, state.waits)

    async def action_acknowledge(self) -> None:
        """Acknowledge this run, or undo that."""
        await toggle_run(self, self._state.session)

    # --- other screens -----------------------------------------------------------------

    def action_open(self) -> None:
        """Open the full line under the cursor."""
        line = self.event_log.line
        if line is None:
            self.say("No line to open.")
        else:
            title = line_title(line.event, self._state.session, self.zone)
            self.ctx.navigator.open_text(title, line_text(line.event, self._pause))

    def action_compare(self) -> None:
        """Compare with the last successful run."""
        self.ctx.navigator.open_comparison(self.feed)

    def action_compare_with(self) -> None:
        """Compare with a run chosen from a list."""
        explanation, navigator = self._state.explanation, self.ctx.navigator
        nearest = explanation.last_successful if explanation else None
        navigator.pick_run(
            self._state.session, nearest, lambda run: navigator.open_comparison(self.feed, run)
        )

    def action_details(self) -> None:
        """Open all fields of this run; from there, its XML."""
        self.ctx.navigator.open_raw_view(self.feed)

    def action_older(self) -> None:
        """Replace this run by the previous one of its type."""
        self._open_neighbor("older")

    def action_newer(self) -> None:
        """Replace this run by the next one of its type."""
        self._open_neighbor("newer")

    def _open_neighbor(self, direction: str) -> None:
        self.app.call_later(self.ctx.navigator.replace_session, self._state.session, direction)

    # --- requests and canceling -----------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether a request is running."""
        return self.feed.state.is_requesting

    def action_cancel(self) -> None:
        """Escape: cancel the request, clear search or filter, dismiss the error, or go back."""
        if self.action_stop() or self._search_bar.clear():
            return
        self.feed.dismiss_problem()
        super().action_cancel()
