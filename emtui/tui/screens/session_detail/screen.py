"""One session: what became of it, what explains it, and its events below, with the focus on them.

Shows at once what the list knew, then what the server says now. What is known of the session is the feed's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from emtui import text_format
from emtui.em.model import Log, Session
from emtui.monitor.session_feed import SessionFeed, SessionState
from emtui.triage.acknowledgement_text import rows
from emtui.triage.error_keywords import trouble
from emtui.triage.incidents import TROUBLE
from emtui.tui.commands import Place, bindings
from emtui.tui.context import AppContext
from emtui.tui.formatting.assessment_text import formatter_for
from emtui.tui.formatting.log_model import EventLine, LogLine
from emtui.tui.formatting.log_text import count_text, line_text, line_title, waited
from emtui.tui.formatting.open_command import Location
from emtui.tui.formatting.plain_text import log_line, session_text
from emtui.tui.formatting.search_matches import continued, no_line_holds
from emtui.tui.formatting.session_columns import WIDE, Clock
from emtui.tui.formatting.session_error_text import problem_text, without_events
from emtui.tui.formatting.session_text import server_words
from emtui.tui.screens.acknowledge_prompt import toggle_run
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.session_detail.event_log import EventLog
from emtui.tui.screens.session_detail.header import SessionHeader
from emtui.tui.screens.session_detail.wait_navigation import leads_round, next_wait, worst_wait
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.search_bar import SearchBar, SearchMode
from emtui.tui.widgets.virtual_list import Pieces

WAITS_UNKNOWN = "It is not known yet where this run waited."
NO_WAITS = "This run waited nowhere for as long as five seconds."


def _is_trouble(_: EventLog, line: LogLine) -> bool:
    return isinstance(line, EventLine) and trouble(line.event.message) is not None


def _is_fresh(log: EventLog, line: LogLine) -> bool:
    return isinstance(line, EventLine) and line.place in log.fresh


TARGETS: dict[str, tuple[Callable[[EventLog, LogLine], bool], str]] = {
    "trouble": (_is_trouble, "sounds like trouble"),
    "unseen": (_is_fresh, "is new since you looked"),
}
"""Which lines a key goes to, one after the other, and what is said of them where there is none."""


class SessionDetailScreen(BaseScreen):
    """A session and its events."""

    PLACE: ClassVar[Place] = Place.DETAIL
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.DETAIL)
    AUTO_FOCUS = "EventLog"

    def __init__(self, ctx: AppContext, feed: SessionFeed) -> None:
        super().__init__(ctx, feed)
        self.feed = feed
        self._state = feed.state
        self._was_at_worst = False

    def body(self) -> Iterable[Widget]:
        """The head, the events, the whole line under the cursor."""
        yield SessionHeader()
        yield SearchBar(self.is_low_bandwidth, line="search", id="prompt")
        yield EventLog(id="events").data_bind(SessionDetailScreen.zone)
        yield Paragraph(2, id="tail")

    def on_mount(self) -> None:
        """Show what is known, and the rest as it comes; of what still runs the end is followed."""
        session, log = self._state.session, self.event_log
        log.clocks, log.wraps = self.ctx.settings.clocks, self.ctx.settings.wraps
        log.follows_end = session.running
        log.begins_at_trouble = session.outcome in TROUBLE
        self.set_paused(self.ctx.list_state.is_paused)
        self.handle_assessment()
        watching = self.feed.watch(self._show, lambda: self.is_current)
        self.run_worker(watching, group="session feed", description="show what comes of an opened session")

    @property
    def event_log(self) -> EventLog:
        """The list of events."""
        return self.query_one(EventLog)

    @property
    def _search_bar(self) -> SearchBar:
        return self.query_one(SearchBar)

    # --- what comes of the session and the list -----------------------------------

    def _show(self, state: SessionState) -> None:
        if not self.stands:
            return
        before, self._state = self._state, state
        if state.session != before.session and self.ctx.list_feed:
            self.ctx.list_feed.learn([state.session])
        if state.ended_while_open and not before.ended_while_open:
            self.say(f"It has ended: {state.session.outcome}.")
        if state.problem is not before.problem:
            now, server = self.ctx.clock.server_now, self.feed.source.server
            self.trouble = problem_text(state, server, now, self.zone)
        self.event_log.session_log = state.log
        self.event_log.waits = state.waits
        self.event_log.worst = state.worst
        self.show_top()
        self._show_explanation()
        self._show_session()

    def set_paused(self, paused: bool) -> None:
        """While paused nothing is polled."""
        super().set_paused(paused)
        self.feed.set_paused(paused)

    def handle_assessment(self) -> None:
        """The list says something else now, or for the first time."""
        if self.ctx.assessment:
            self.feed.on_assessment(self.ctx.assessment)
            self._show_explanation()

    def resumed(self) -> None:
        """Poll at once what runs: this computer slept, or emtui was stopped."""
        self.feed.wake()

    def handle_user_activity(self) -> None:
        """Somebody is there: what is on the screen has been seen."""
        super().handle_user_activity()
        if self.stands and self.is_current:
            self.event_log.mark_viewed()

    # --- showing ------------------------------------------------------------------

    @property
    def _clock(self) -> Clock:
        """By the server's clock: a run is as long as it says."""
        return Clock(self.feed.server_now, self.zone)

    def as_of(self) -> datetime | None:
        """When the events arrived."""
        return self._state.as_of

    def position(self) -> str:
        """`3 of 7 events`."""
        log = self.event_log
        return text_format.place(log.ordinal, log.shown, "event") if log.count else ""

    def show_body(self) -> None:
        """The head and what explains the run, as far as there is room for that."""
        self.query_one(SessionHeader).fit(self.size.height)
        self._show_session()
        self._show_explanation()

    def _show_session(self) -> None:
        """What became of it; and why there are no events, where there are none."""
        session, log = self._state.session, self.event_log
        log.started = session.started
        self.query_one(SessionHeader).show_session(session, self._clock)
        self._show_search()
        log.empty = self._emptiness()
        if not log.count:
            log.refresh()

    def _show_explanation(self) -> None:
        """The facts beside its own, the first ones first; before them what people know of it."""
        state, assessment = self._state, self.ctx.assessment
        if state.explanation is None or assessment is None:
            return
        formatter = formatter_for(assessment, self.zone)
        people = rows(state.session, assessment.acknowledged, state.notes, formatter)
        facts = (*people, *formatter.explained(state.explanation))
        header = self.query_one(SessionHeader)
        header.show_explanation(facts, state.explanation.servers, self.size.height)

    def _emptiness(self) -> tuple[str, ...]:
        """What stands in the place of events, where there are none."""
        state = self._state
        if state.is_requesting:
            return (f"asking {self.feed.source.server} for the events", "Esc stops")
        if state.log is None:
            return (without_events(state),)
        if self._search_bar.filter_text and state.log.events:
            return (f"No event holds “{self._search_bar.filter_text}”.", "Esc shows all events")
        return ("The server has no events of this run.",)

    def on_virtual_list_cursor_moved(self) -> None:
        """The whole text of the line under the cursor."""
        line = self.event_log.line
        self.query_one("#tail", Paragraph).show(line_text(line) if line else "")
        if self._search_bar.search_text:
            self._show_matches()
        self.show_foot()

    # --- searching ----------------------------------------------------------------

    def action_search(self) -> None:
        """Search while typing."""
        self._open_search_bar(SearchMode.SEARCH)

    def action_only(self) -> None:
        """Show only the lines that hold a text; empty shows all."""
        self._open_search_bar(SearchMode.FILTER)

    def _open_search_bar(self, mode: SearchMode) -> None:
        self._search_bar.open_for(mode)
        self._show_matches()
        self.show_foot()

    def on_search_bar_changed(self) -> None:
        """Each keystroke goes to the first match from here, or hides what does not match."""
        self._apply_search()
        self._show_matches()

    def on_search_bar_closed(self, event: SearchBar.Closed) -> None:
        """Enter keeps what is sought; Esc what was sought before."""
        self._apply_search()
        if not self._search_bar.is_open:
            self.set_focus(self.event_log)
        self._show_search()
        self.show_foot()
        is_search = event.kept and event.text and event.mode is SearchMode.SEARCH
        if is_search and self._state.log and not self.event_log.matches.places:
            self.say(no_line_holds(event.text))

    def _apply_search(self) -> None:
        """What the search bar has now: a key may come before its message."""
        self.event_log.filter_text = self._search_bar.filter_text
        self.event_log.search_text = self._search_bar.search_text
        self.event_log.empty = self._emptiness()

    def _show_search(self) -> None:
        """What is searched, else the server's own words; at the right how many events there are."""
        state, bar = self._state, self._search_bar
        said = server_words(state.session)
        left: Pieces = [(f"  server: {said}", FAINT)] if said else []
        if bar.search_text or bar.filter_text:
            left = [("& ", FAINT), (f"{bar.filter_text}  ", BOLD)] if bar.filter_text else []
        if bar.search_text:
            which = self.event_log.which_match
            left += [("/ ", FAINT), (bar.search_text, BOLD), (f"  {which}", PLAIN)]
        right: Pieces = [("asking  Esc stops", BOLD)] if state.is_requesting and state.log else []
        if not right and state.log:
            right = [(self._count(state.log), FAINT)]
        self._search_bar.line.show(left, right)

    def _count(self, log: Log) -> str:
        shown, bar = self.event_log.shown, self._search_bar
        if bar.search_text:
            base = (
                f"{text_format.count(shown)} shown"
                if bar.filter_text
                else text_format.counted(shown, "event")
            )
            return self.event_log.matches.counted(base)
        if bar.filter_text:
            return f"{text_format.count(shown)} of {text_format.counted(len(log.events), 'event')} shown"
        return count_text(log, self._state.waits)

    def _show_matches(self) -> None:
        """Which match the cursor is on, beside the search; while that is typed, too."""
        bar, log = self._search_bar, self.event_log
        if not bar.is_open:
            self._show_search()
        elif bar.mode is SearchMode.FILTER:
            bar.found(text_format.counted(log.shown, "event") if bar.filter_text else "")
        else:
            bar.found(log.which_match or ("0 of 0" if bar.search_text and self._state.log else ""))

    # --- from line to line ----------------------------------------------------------

    def _go_to_match(self, step: int) -> None:
        self._apply_search()
        if not self._search_bar.search_text:
            self.say("Nothing is searched yet: / searches.")
        elif remark := self.event_log.next_match(step):
            self.say(remark)

    async def action_go_to(self, kind: str, step: int) -> None:
        """The next (or previous) line of this kind, round the end; or the next row of the list."""
        if kind == "match":
            self._go_to_match(step)
        elif kind == "slow":
            self._go_to_wait(step)
        elif kind == "row":
            self._go_elsewhere("next_row" if step > 0 else "previous_row")
        else:
            await self._go_to_line(kind, step)

    async def _go_to_line(self, kind: str, step: int) -> None:
        (is_target, what), log = TARGETS[kind], self.event_log
        fits = partial(is_target, log)
        if await log.go_to_next(fits, step):
            return
        if await log.go_round(fits, step):
            self.say(f"No line {'below' if step > 0 else 'above'} {what}. {continued(step)}")
        else:
            self.say(f"No other line {what}.")

    def action_severity(self) -> None:
        """Why there is no next warning."""
        self.say("Events have no severity; e goes to words that sound like trouble.")

    def _go_to_wait(self, step: int) -> None:
        """The step that it waited in most, then the next (or previous) one."""
        waits, before = self._state.waits, self.event_log.line
        if not waits:
            self.say(NO_WAITS if self._state.log else WAITS_UNKNOWN)
            return
        number = (
            next_wait(before, waits, step) if self._was_at_worst else worst_wait(waits, self._state.worst)
        )
        wait = waits[number]
        if not self.event_log.go_to_wait(wait.step.place):
            self.say("That step is not among the lines shown: Esc shows all.")
            return
        is_round = self._was_at_worst and leads_round(before, self.event_log.line, step)
        self._was_at_worst = self._was_at_worst or self._state.explanation is not None
        which = f"wait {text_format.count(number + 1)} of {text_format.count(len(waits))}: {waited(wait)}"
        self.say(f"{continued(step)} {which}" if is_round else which)

    # --- how events are shown ---------------------------------------------------------

    def action_stick(self) -> None:
        """Follow the end, or no more."""
        log = self.event_log
        if log.follows_end:
            log.follows_end = False
            self.say("The end is not followed any more.")
        elif not self._state.session.running:
            self.say("This run has ended: nothing will come.")
        else:
            log.action_bottom()
            log.follows_end = True
            self.say("The end is followed, until you move up.")

    def action_elapsed(self) -> None:
        """When each event came: by the clock, or since the start."""
        if self.size.width >= WIDE:
            self.say("Time and offset both stand here already.")
            return
        clocks = self.ctx.settings.clocks = self.event_log.clocks = not self.event_log.clocks
        self.say("The time of each event." if clocks else "How long after the start each came.")

    def action_wrap(self) -> None:
        """Cut long lines, or wrap them."""
        wraps = self.ctx.settings.wraps = self.event_log.wraps = not self.event_log.wraps
        self.say("Long lines are wrapped." if wraps else "Long lines are cut; l shows their end.")

    def action_left(self) -> None:
        """Back to the beginning of long lines."""
        if not self.event_log.shift(-1):
            self.say("This is where the lines begin.")

    def action_right(self) -> None:
        """To the end of long lines."""
        if self.event_log.wraps:
            self.say("Long lines are wrapped: nothing is hidden. z cuts them.")
        elif not self.event_log.shift(1):
            self.say("No line goes on to the right.")

    # --- handing over -----------------------------------------------------------------

    def location(self, below: Location | None, /) -> Location | None:
        """The run that is open; it stands for the whole view."""
        return replace(below, session=self._state.session, view="", is_list=False) if below else None

    @property
    def run_here(self) -> Session:
        """The one that is open."""
        return self._state.session

    @property
    def log_here(self) -> Log | None:
        """Its log, where it was read."""
        return self._state.log

    def action_copy(self) -> None:
        """The event or the wait under the cursor, whole."""
        line = self.event_log.line
        if line is None:
            self.say("There is no line to copy.")
        else:
            self.ctx.exporter.copy(log_line(line, self.event_log.counts_from, self.zone))

    def plain_text(self) -> Callable[[], str]:
        """What became of it, its message, and all its events and waits, also those that are not shown."""
        origin, clock, state = self.ctx.exporter.origin(self.as_of()), self._clock, self._state
        return lambda: session_text(origin, state.session, state.log, clock, state.waits)

    async def action_known(self) -> None:
        """Mark this run as known, or no more."""
        await toggle_run(self, self._state.session)

    # --- to other screens ---------------------------------------------------------------

    def action_open(self) -> None:
        """The whole line under the cursor."""
        line = self.event_log.line
        if line is None:
            self.say("There is no line to open.")
        else:
            title = line_title(line, self._state.session, self.zone)
            self.ctx.navigator.open_text(title, line_text(line))

    def action_difference(self) -> None:
        """What is different from the last good run."""
        self.ctx.navigator.compare(self.feed)

    def action_choose(self) -> None:
        """What is different from a run of one's choice."""
        explanation, navigator = self._state.explanation, self.ctx.navigator
        near = explanation.last_good if explanation else None
        navigator.pick_run(self._state.session, near, lambda run: navigator.compare(self.feed, run))

    def action_facts(self) -> None:
        """All that the server said of this run, its message whole; from there, the XML that came."""
        self.ctx.navigator.show_raw(self.feed)

    def action_older(self) -> None:
        """The run of the same type before this one, in its place."""
        self._go_elsewhere("older")

    def action_newer(self) -> None:
        """The run of the same type after this one, in its place."""
        self._go_elsewhere("newer")

    def _go_elsewhere(self, way: str) -> None:
        self.app.call_later(self.ctx.navigator.open_instead, self._state.session, way)

    # --- requesting, stopping, undoing ----------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether somebody waits for the session."""
        return self.feed.state.is_requesting

    def action_undo(self) -> None:
        """Stop asking, else end the search, else show all lines, else take away the trouble, else go back."""
        if self.action_stop() or self._search_bar.clear():
            return
        self.feed.dismiss_problem()
        super().action_undo()
