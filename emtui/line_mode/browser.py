"""The dialog about one server's sessions: follows the list, asks for commands and answers them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial

from emtui import text_format
from emtui.display_text import acknowledgement_messages
from emtui.display_text.assessment_text import calm_text, formatter_for
from emtui.display_text.display_clock import DisplayClock
from emtui.display_text.health_text import LABEL_CELLS, health_text
from emtui.display_text.list_text import empty_text, order_text, progress_text, saved_queries_text
from emtui.display_text.session_wording import TimeContext, as_of_text, session_facts, tally_text
from emtui.em.background_thread import run_in_thread
from emtui.em.errors import EmError
from emtui.em.model import Outcome, Session
from emtui.em.session_source import SessionSource
from emtui.handover.absolute_time_text import ReportZones
from emtui.keys.keymap import DEFAULT_KEYMAP
from emtui.line_mode.alert_command import AlertCommand
from emtui.line_mode.change_lines import ChangeLevel, change_lines
from emtui.line_mode.commands import (
    LIST_PROMPT,
    RUN_PROMPT,
    UnknownCommandError,
    help_lines,
    parse_command,
)
from emtui.line_mode.console import Console, InputEndedError
from emtui.line_mode.open_run import NO_EVENTS, OpenRun
from emtui.line_mode.report_dialog import ReportDialog
from emtui.line_mode.run_lines import evidence_line, finding_lines, row_line, run_line
from emtui.line_mode.run_list import RunList
from emtui.line_mode.type_lines import MAX_DAYS, day_lines, hour_lines, type_lines, unlisted_types_line
from emtui.monitor.assessment import Assessment
from emtui.monitor.browser_options import BrowserOptions
from emtui.monitor.explainer import Explainer
from emtui.monitor.history_cache import HistoryCache
from emtui.monitor.list_feed import ListFeed, ListState
from emtui.monitor.session_feed import SessionFeed
from emtui.query import (
    AmbiguousSessionError,
    ExactSessionRef,
    InvalidQueryError,
    NoMatchingSessionError,
    find_session,
    find_session_ref,
)
from emtui.query.expiry_parser import parse_note
from emtui.triage.acknowledgement_matching import Acknowledgement, finding_key
from emtui.triage.diff_text import compare_runs, format_compared_run, format_counts, format_line
from emtui.triage.findings import Finding
from emtui.triage.grouping import RunGroup
from emtui.triage.log_diff import UNCHANGED_KINDS

PAGE_SIZE = 10
"""Lines of a list that are said at once."""
NO_RUN = "Which run? Type the number of one after the command, or open one first."
NO_MORE = "No more lines."

_VIEW_COMMANDS = {"types": "types", "timeline": "timeline", "attention": "alerts"}
"""Values of `--view` for the list, and the commands that show them."""

Choice = Session | tuple[Session, ...] | Finding
"""What a number of the last list stands for."""
Command = Callable[[str], Awaitable[None]]


class LineBrowser:
    """Owns the dialog after a logon.

    `zones` are those of reports; `log_on_again` replaces the source, and is `None` in a replay.
    """

    def __init__(
        self,
        console: Console,
        options: BrowserOptions,
        clock: DisplayClock,
        feed: ListFeed,
        zones: ReportZones,
        alert_command: AlertCommand,
        log_on_again: Callable[[], Awaitable[SessionSource | None]] | None = None,
    ) -> None:
        self._console = console
        self._options = options
        self._clock = clock
        self._feed = feed
        self._alert_command = alert_command
        self._log_on_again = log_on_again
        self._list = RunList()
        self._open: OpenRun | None = None
        self._history = HistoryCache()
        self._reports = ReportDialog(console, options, lambda: feed.source, self._history, zones)
        self._choices: Sequence[Choice] = ()
        self._pending_lines: list[str] = []
        """The lines of the last list that were not said yet."""
        self._level = ChangeLevel.PROBLEMS
        self._announced_state: ListState | None = None
        """The state as of which changes were announced."""
        self._changed = asyncio.Event()
        self._commands: Mapping[str, Command] = {
            "list": self._show_list,
            "next": self._show_more,
            "query": self._filter,
            "failed": lambda _: self._filter("state:failed,warning"),
            "running": lambda _: self._filter("state:running"),
            "unseen": lambda _: self._filter("is:unseen"),
            "saved": self._filter_saved,
            "types": self._show_types,
            "timeline": self._show_timeline,
            "failure": partial(self._step, Outcome.FAILED, 1),
            "previous": partial(self._step, Outcome.FAILED, -1),
            "warning": partial(self._step, Outcome.WARNING, 1),
            "sort": self._sort,
            "events": self._show_events,
            "search": self._show_events,
            "error": self._show_next_error,
            "slowest": self._show_slowest,
            "facts": self._show_facts,
            "older": partial(self._open_neighbor, 1),
            "newer": partial(self._open_neighbor, -1),
            "back": self._close_run,
            "alerts": self._show_alerts,
            "details": self._show_details,
            "raw": self._show_xml,
            "compare": self._compare,
            "with": self._compare_with,
            "acknowledge": self._acknowledge,
            "report": self._report,
            "refresh": self._refresh,
            "pause": self._pause,
            "statistics": self._show_statistics,
            "zone": self._switch_zone,
            "changes": self._set_changes,
            "logon": self._renew_logon,
            "help": self._show_help,
        }

    # --- the loop -------------------------------------------------------------------

    async def run(self) -> None:
        """Follow the list and answer commands until the user quits or the input ends."""
        following = asyncio.create_task(self._follow())
        dialog = asyncio.create_task(self._talk())
        try:
            await asyncio.wait({following, dialog}, return_when=asyncio.FIRST_COMPLETED)
            if following.done():
                following.result()
            await dialog
        finally:
            for task in (dialog, following):
                task.cancel()
            await asyncio.wait({dialog, following})
            await self._leave_run()
            await self._alert_command.close()

    async def _follow(self) -> None:
        """Follow the list, and announce its changes."""
        async with aclosing(self._feed.states()) as states:
            async for state in states:
                self._changed.set()
                self._alert_command.run(state.alerts)
                if self._announced_state is None:
                    continue
                before, self._announced_state = self._announced_state, state
                self._console.announce(change_lines(before, state, self._level, self._time))
                if self._open and state.assessment and state.assessment is not before.assessment:
                    self._open.feed.on_assessment(state.assessment)

    async def _talk(self) -> None:
        try:
            if await self._console.run_interruptible(self._wait_for_first_list()) is None:
                self._console.say("The list is not loaded. Type r to refresh.")
            self._announced_state = self._state
            self._say_overview()
            await self._show_first_view()
            while await self._answer(await self._console.ask_command(self._prompt)):
                self._feed.on_user_activity()
        except InputEndedError:
            return

    @property
    def _prompt(self) -> str:
        return RUN_PROMPT if self._open else LIST_PROMPT

    async def _answer(self, line: str) -> bool:
        """Answer one line; false if the user quits."""
        try:
            if not line:
                await self._console.run_interruptible(self._answer_empty_line())
            elif line.isascii() and line.isdigit():
                await self._console.run_interruptible(self._choose(int(line)))
            else:
                command = parse_command(line, is_run_open=self._open is not None)
                if command.word == "quit":
                    return False
                await self._console.run_interruptible(self._commands[command.word](command.operand))
        except (UnknownCommandError, EmError) as problem:
            self._console.say(str(problem))
        except (InvalidQueryError, NoMatchingSessionError, AmbiguousSessionError) as problem:
            self._console.say(str(problem))
        return True

    async def _wait_for_first_list(self) -> bool:
        """Wait until the list is assessed, or why there is none is known."""
        self._console.say(f"Loading the list from {self._feed.source.server}.")
        while self._state.assessment is None and not self._state.problem:
            await self._wait_for_change()
        return True

    async def _wait_for_change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    # --- what is known ----------------------------------------------------------------

    @property
    def _state(self) -> ListState:
        return self._feed.state

    @property
    def _assessment(self) -> Assessment | None:
        return self._state.assessment

    @property
    def _time(self) -> TimeContext:
        return TimeContext(self._clock.server_now, self._clock.zone)

    # --- the overview and the list ------------------------------------------------------

    def _say_overview(self) -> None:
        """Say where the data is from, how old it is, how many runs there are, and the alerts."""
        state, clock = self._state, self._time
        where = f"{self._options.mark}, {self._feed.source.server}".removeprefix(", ")
        if state.snapshot is None:
            self._console.say(f"{where}. {state.problem or 'No session list yet. r: refresh.'}")
            return
        self._console.say(f"{where}, as of {as_of_text(state.snapshot.as_of, clock)}.")
        if state.problem:
            self._console.say(state.problem)
        self._console.say(f"{tally_text(state.snapshot).replace('  ', ', ')}.")
        if assessment := state.assessment:
            count = len(assessment.new_findings)
            known = assessment.acknowledged_count
            acknowledged = f", {text_format.format_count(known)} acknowledged" if known else ""
            self._console.say(
                f"{text_format.format_counted(count, 'alert')}{acknowledged}. a: list them."
                if count
                else f"{calm_text(assessment) or 'Nothing needs attention'}."
            )
        self._console.say("Type l to list the runs, ? for the commands, Q to quit.")

    async def _show_first_view(self) -> None:
        """Show what emtui was started with: a query, a session, or a view."""
        options = self._options
        try:
            if options.order:
                self._list.set_order(options.order)
            if options.query:
                await self._filter(options.query)
            if options.target:
                await self._open_session(self._find(options.target))
                if options.compare_with:
                    await self._compare_with(options.compare_with)
                elif options.view:
                    await self._commands["raw" if options.view == "xml" else "details"]("")
            elif options.view in _VIEW_COMMANDS:
                await self._commands[_VIEW_COMMANDS[options.view]]("")
        except (EmError, InvalidQueryError, NoMatchingSessionError, AmbiguousSessionError) as problem:
            self._console.say(str(problem))

    async def _show_list(self, _: str) -> None:
        state = self._state
        rows = self._list.rows(state)
        self._choices, self._pending_lines = (), []
        if not rows:
            progress = progress_text(state.progress, self._feed.source.server, self._clock.zone)
            self._console.say(*empty_text(state, self._list.query, progress, DEFAULT_KEYMAP))
            return
        count = text_format.format_counted(len(rows), "line")
        order = order_text(self._list.order, is_grouped=any(isinstance(row, RunGroup) for row in rows))
        query = f" matching {self._list.query.text}" if self._list.query.text else ""
        self._console.say(f"{count}{query}, {order}.")
        time, assessment = self._time, state.assessment
        choices = [tuple(row.runs) if isinstance(row, RunGroup) else row for row in rows]
        self._show_choices(choices, [row_line(row, assessment, time) for row in rows])

    def _show_runs(self, runs: Sequence[Session]) -> None:
        self._choices, self._pending_lines = (), []
        if not runs:
            self._console.say("No run started in this time.")
            return
        time, assessment = self._time, self._assessment
        self._show_choices(runs, [run_line(run, assessment, time) for run in runs])

    def _show_choices(self, choices: Sequence[Choice], lines: Sequence[str]) -> None:
        """Number the lines, and say the first page of them."""
        self._choices = choices
        self._say_pages([f"{number}. {line}" for number, line in enumerate(lines, 1)])

    def _say_pages(self, lines: list[str]) -> None:
        self._pending_lines = lines
        self._say_page()

    def _say_page(self) -> None:
        page, self._pending_lines = self._pending_lines[:PAGE_SIZE], self._pending_lines[PAGE_SIZE:]
        self._console.say(*page)
        if rest := len(self._pending_lines):
            self._console.say(f"n: next page, {text_format.format_counted(rest, 'more line')}.")

    async def _show_more(self, _: str) -> None:
        if self._pending_lines:
            self._say_page()
        else:
            self._console.say(NO_MORE)

    async def _filter(self, text: str) -> None:
        self._list.set_query(text, self._state, self._clock.server_now, self._clock.zone)
        await self._show_list("")

    async def _filter_saved(self, digit: str) -> None:
        queries = self._options.own_queries
        if digit in queries:
            await self._filter(str(queries[digit].value))
        else:
            reads_configuration = not self._options.mark
            self._console.say(
                saved_queries_text(digit, tuple(queries), reads_configuration=reads_configuration)
            )

    async def _sort(self, text: str) -> None:
        self._list.set_order(text or "-started")
        await self._show_list("")

    async def _step(self, outcome: Outcome, step: int, _: str) -> None:
        found = self._list.step_to(outcome, step, self._state)
        if found is None:
            self._console.say(f"No run with the outcome {outcome} in the list.")
            return
        run, number, count = found
        self._console.say(run_line(run, self._assessment, self._time))
        self._console.say(f"{number} of {count} {outcome}. Enter opens it.")

    # --- choosing -------------------------------------------------------------------------

    async def _answer_empty_line(self) -> None:
        if self._open:
            await self._show_more("")
        elif self._list.selected:
            await self._open_session(self._list.selected)
        else:
            self._console.say("Type l to list the runs, a number to open one, ? for the commands.")

    async def _choose(self, number: int) -> None:
        """Open the line with this number, or show all runs; in an open run, say that event in full."""
        if self._open:
            if 0 < number <= len(self._open.events):
                self._console.say_text(self._open.full_event_text(number - 1, self._time))
            else:
                self._console.say(f"There is no event {number}.")
            return
        if number == 0:
            await self._filter("")
            return
        choice = self._choice(number)
        if isinstance(choice, tuple):
            self._show_runs(choice)
        elif isinstance(choice, Session):
            await self._open_session(choice)
        elif choice:
            await self._open_finding(choice)

    def _choice(self, number: int) -> Choice | None:
        """What a number stands for; says so if it stands for nothing."""
        if 0 < number <= len(self._choices):
            return self._choices[number - 1]
        self._console.say(f"There is no line {number}. l: list the runs.")
        return None

    def _target(self, operand: str) -> Session | Finding | None:
        """The run or alert that a command is about: that of a number, the open one, or the one named last."""
        if operand.isascii() and operand.isdigit():
            choice = self._choice(int(operand))
            return next(iter(choice), None) if isinstance(choice, tuple) else choice
        if operand:
            return self._find(operand)
        run = self._open.session if self._open else self._list.selected
        if run is None:
            self._console.say(NO_RUN)
        return run

    def _target_run(self, operand: str) -> Session | None:
        """The same; for an alert its run."""
        target = self._target(operand)
        if isinstance(target, Finding):
            run = self._assessment.run_of_finding(target) if self._assessment else None
            if run is None:
                self._console.say("This alert is not about one run.")
            return run
        return target if isinstance(target, Session) else None

    def _find(self, text: str) -> Session:
        """The session that a text names; one that is not listed has only its ID."""
        target, snapshot = find_session_ref(text), self._state.snapshot
        if isinstance(target, ExactSessionRef):
            listed = snapshot.find(target.uid) if snapshot else None
            return listed or Session(target.uid, is_complete=False)
        return find_session(target, snapshot.sessions if snapshot else ())

    # --- an open run ------------------------------------------------------------------------

    async def _open_session(self, run: Session) -> None:
        await self._leave_run()
        self._list.selected = run
        source = self._feed.source
        speed = self._options.replay.speed if self._options.replay else 1.0
        feed = SessionFeed(source, run, Explainer(source, self._history), now=self._clock.now, speed=speed)
        if self._assessment:
            feed.on_assessment(self._assessment)
        self._open = OpenRun(feed, self._announce_run)
        await self._open.wait_loaded()
        await self._show_facts("")
        self._console.say("l: events, d: compare, m: acknowledge, H: report, b: back, ?: all commands.")

    def _announce_run(self, lines: Sequence[str]) -> None:
        self._console.announce(lines, at_once=self._level is not ChangeLevel.OFF)

    async def _leave_run(self) -> None:
        run, self._open = self._open, None
        self._pending_lines = []
        if run:
            await run.close()

    async def _close_run(self, _: str) -> None:
        await self._leave_run()
        self._console.say("Back in the list.")

    async def _show_facts(self, _: str) -> None:
        if self._open:
            time = TimeContext(self._open.feed.server_now, self._clock.zone)
            self._console.say(*self._open.fact_lines(self._assessment, time))

    async def _show_events(self, search_text: str) -> None:
        if self._open is None:
            return
        lines = self._open.event_lines(search_text)
        if search_text:
            self._console.say(f"{text_format.format_counted(len(lines), 'event')} with {search_text}.")
        elif not lines:
            self._console.say(NO_EVENTS)
        self._say_pages(lines)

    async def _show_next_error(self, _: str) -> None:
        if self._open:
            self._console.say(self._open.next_error_line())

    async def _show_slowest(self, _: str) -> None:
        if self._open:
            self._say_pages(self._open.slowest_lines())

    async def _open_neighbor(self, step: int, _: str) -> None:
        """Open the older (1) or newer (-1) run of the same type."""
        if self._open is None or self._assessment is None:
            return
        run = self._open.session
        runs = [one.uid for one in self._assessment.runs_of_type(run.type)]
        index = runs.index(run.uid) + step if run.uid in runs else -1
        if not 0 <= index < len(runs):
            self._console.say(f"No {'older' if step > 0 else 'newer'} run of this type is listed.")
            return
        await self._open_session(self._assessment.runs_of_type(run.type)[index])

    async def _show_details(self, operand: str) -> None:
        if run := self._target_run(operand):
            self._console.say(*(f"{label}: {text}" for label, text in session_facts(run, self._time)))

    async def _show_xml(self, operand: str) -> None:
        if run := self._target_run(operand):
            self._say_pages((await self._feed.source.session_xml(run.uid)).splitlines())

    # --- types and times --------------------------------------------------------------------

    async def _show_types(self, _: str) -> None:
        """List the types; a number opens the newest run of one."""
        assessment = self._assessment
        if assessment is None:
            self._console.say(acknowledgement_messages.NO_LIST_YET)
            return
        await self._leave_run()
        rows = list(type_lines(assessment, self._time))
        self._show_choices([run for run, _ in rows], [line for _, line in rows])
        if text := unlisted_types_line(assessment):
            self._console.say(text)

    async def _show_timeline(self, operand: str) -> None:
        """List the last 24 hours, or so many days; a number lists the runs of one."""
        assessment = self._assessment
        if assessment is None:
            self._console.say(acknowledgement_messages.NO_LIST_YET)
            return
        days = int(operand) if operand.isascii() and operand.isdigit() else 0
        if operand and not 0 < days <= MAX_DAYS:
            self._console.say(f"Type C for the last 24 hours, or C and a number of days up to {MAX_DAYS}.")
            return
        await self._leave_run()
        lines = day_lines(assessment, self._time, days) if days else hour_lines(assessment, self._time)
        self._show_choices([tuple(line.runs) for line in lines], [line.text for line in lines])

    # --- alerts -----------------------------------------------------------------------------

    async def _show_alerts(self, _: str) -> None:
        assessment = self._assessment
        if assessment is None:
            self._console.say(acknowledgement_messages.NO_LIST_YET)
            return
        await self._leave_run()
        if not assessment.findings:
            self._console.say(f"{calm_text(assessment) or 'Nothing needs attention'}.")
            return
        zone = self._clock.zone
        self._show_choices(
            assessment.findings, [finding_lines(assessment, one, zone) for one in assessment.findings]
        )

    async def _open_finding(self, finding: Finding) -> None:
        """Say what an alert is based on, and open its run if it is about one."""
        if self._assessment is None:
            return
        self._console.say(finding_lines(self._assessment, finding, self._clock.zone), evidence_line(finding))
        if run := self._assessment.run_of_finding(finding):
            await self._open_session(run)

    async def _acknowledge(self, operand: str) -> None:
        """Acknowledge a run or an alert, after asking for a note; or remove its acknowledgement."""
        target, assessment = self._target(operand), self._assessment
        if target is None:
            return
        if assessment is None:
            self._console.say(acknowledgement_messages.NO_LIST_YET)
            return
        existing, key, kind = _acknowledgement_of(assessment, target)
        if existing:
            await self._remove_acknowledgement(existing)
        elif key is None:
            self._console.say(acknowledgement_messages.NO_ALERT_FOR_RUN)
        else:
            await self._add_acknowledgement(assessment, key, kind)

    async def _remove_acknowledgement(self, existing: Acknowledgement) -> None:
        if existing.source:
            self._console.say(acknowledgement_messages.source_file_text(existing))
            return
        problem = await self._feed.unacknowledge(existing)
        self._console.say(acknowledgement_messages.removed_text(existing, "", problem))

    async def _add_acknowledgement(self, assessment: Assessment, key: str, kind: str | None) -> None:
        text = await self._console.ask(f"Note ({acknowledgement_messages.NOTE_EXAMPLE})")
        now, zone = assessment.type_statuses.now, self._clock.zone
        note, until = parse_note(text, now=now, zone=zone)
        acknowledgement = Acknowledgement(key, kind, note, now, until)
        problem = await self._feed.acknowledge(acknowledgement)
        current = self._assessment or assessment
        self._console.say(
            acknowledgement_messages.acknowledged_text(
                acknowledgement,
                current.acknowledgements,
                formatter_for(current, zone),
                "",
                problem,
                "m: undo",
            )
        )

    # --- comparing ----------------------------------------------------------------------------

    async def _compare(self, operand: str) -> None:
        """Compare a run with the last success before it."""
        run = self._target_run(operand)
        if run is None or self._assessment is None:
            return
        others = self._assessment.successful_before(run, 1)
        if not others:
            self._console.say(f"No earlier successful run of {run.type or 'this type'} is listed.")
            return
        await self._compare_runs(run, others[0], is_last_successful=True)

    async def _compare_with(self, operand: str) -> None:
        """Compare the open run, or the one named last, with another one."""
        run = self._open.session if self._open else self._list.selected
        if run is None:
            self._console.say(NO_RUN)
        elif operand in {"", "good", "last-success"}:
            await self._compare("")
        else:
            other = self._find(operand)
            await self._compare_runs(run, other, is_last_successful=False)

    async def _compare_runs(self, run: Session, other: Session, *, is_last_successful: bool) -> None:
        source, zone = self._feed.source, self._clock.zone
        if not other.is_complete:
            other = await source.session(other.uid)
        events = await self._history.log(source, run)
        other_events = await self._history.log(source, other)
        now = self._clock.server_now
        difference = await run_in_thread(
            lambda: compare_runs(run, events, other, other_events, now, is_last_successful=is_last_successful)
        )
        when = partial(text_format.format_date_time_with_offset, zone=zone)
        text = format_compared_run(run, other, when, is_last_successful=is_last_successful)
        self._console.say(f"Compared {text}.", f"{format_counts(difference.comparison)}.")
        rows = [row for row in difference.comparison.rows if row.kind not in UNCHANGED_KINDS or row.is_slower]
        self._say_pages([format_line(difference, row, zone) for row in rows])

    async def _report(self, operand: str) -> None:
        """Make a report on a run, or without one a shift summary."""
        assessment = self._assessment
        if assessment is None:
            self._console.say(acknowledgement_messages.NO_LIST_YET)
            return
        run = self._open.session if self._open else self._list.selected
        if operand:
            run = self._target_run(operand)
            if run is None:
                return
        log = self._open.state.log if self._open and self._open.session is run else None
        await self._reports.run(assessment, self._state.health, run, log)

    # --- everything else ------------------------------------------------------------------------

    async def _refresh(self, _: str) -> None:
        """Request the list, and the open run, now."""
        if self._open:
            self._open.feed.refresh()
            await self._open.wait_loaded()
        before = self._state
        self._feed.refresh()
        try:
            while not _has_response(before, self._state):
                await self._wait_for_change()
        except asyncio.CancelledError:
            self._feed.stop()
            raise
        state = self._state
        if state.problem:
            self._console.say(state.problem)
        elif state.snapshot:
            self._console.say(f"As of {as_of_text(state.snapshot.as_of, self._time)}.")

    async def _pause(self, _: str) -> None:
        is_paused = not self._state.is_paused
        self._feed.set_paused(is_paused)
        if self._open:
            self._open.feed.set_paused(is_paused)
        self._console.say("Polling paused. r: refresh once, p: resume." if is_paused else "Polling resumed.")

    async def _show_statistics(self, _: str) -> None:
        text = health_text(self._state, self._feed.source, self._time)
        facts, _, periods = text.partition("\n\n")
        for line in facts.splitlines():
            self._console.say(f"{line[:LABEL_CELLS].rstrip()}: {line[LABEL_CELLS:]}")
        self._console.say(*(line.strip() for line in periods.splitlines() if line))

    async def _switch_zone(self, _: str) -> None:
        self._console.say(self._clock.show_next_zone())

    async def _set_changes(self, word: str) -> None:
        """Set which changes are announced, or say it."""
        if word:
            if word not in set(ChangeLevel):
                self._console.say(f"Type changes {', '.join(ChangeLevel)}.")
                return
            self._level = ChangeLevel(word)
        self._console.say(f"Changes announced: {self._level.description}.")

    async def _renew_logon(self, _: str) -> None:
        if self._log_on_again is None:
            self._console.say("Not available in replay mode.")
        elif source := await self._log_on_again():
            self._feed.replace_source(source)
            self._console.say(f"Logged on to {source.server}.")

    async def _show_help(self, _: str) -> None:
        self._console.say(*help_lines(is_run_open=self._open is not None))


def _acknowledgement_of(
    assessment: Assessment, target: Session | Finding
) -> tuple[Acknowledgement | None, str | None, str | None]:
    """The acknowledgement of a run or an alert, the key of a new one, and the type."""
    if isinstance(target, Session):
        return (
            assessment.acknowledgement_of_run(target),
            assessment.acknowledgement_key(target),
            target.type,
        )
    return assessment.acknowledgement_of_finding(target), finding_key(target), target.type


def _has_response(before: ListState, state: ListState) -> bool:
    """Whether a request has succeeded or failed since the state `before`."""
    counts = [(one.health.response_count, one.health.failure_count) for one in (before, state)]
    return counts[0] != counts[1] or state.polling_stop is not before.polling_stop
