"""The list: filters it while one types, hops from run to run, and opens what is selected.

It stays under the detail screen, so that coming back finds the same row, scroll and query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Static

from emtui import lookup, words
from emtui.em.model import Session, Uid
from emtui.em.source import Source
from emtui.monitor.backoff import PollSchedule
from emtui.monitor.poller import TimeSource
from emtui.monitor.snapshot import Snapshot
from emtui.tui.commands import Place, bindings
from emtui.tui.context import AppContext
from emtui.tui.formatting.open_command import Location
from emtui.tui.formatting.session_columns import Clock, session_columns
from emtui.tui.screens.session_list.row_format import tail
from emtui.tui.screens.session_list.session_table import SessionTable
from emtui.tui.screens.walking import Walking
from emtui.tui.theme import BOLD, PLAIN
from emtui.tui.widgets.attention_lines import AttentionLines
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.query_prompt import QueryPrompt
from emtui.tui.widgets.status_line import StatusLine
from emtui.tui.widgets.virtual_list import Pieces

if TYPE_CHECKING:
    from emtui.monitor.assessment import Assessment
    from emtui.triage.finding import Finding
    from emtui.triage.grouping import ListRow


class LookupScreen(Walking):
    """All sessions of one Enterprise Manager."""

    PLACE: ClassVar[Place] = Place.LOOKUP
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.LOOKUP)
    AUTO_FOCUS = "SessionTable"

    order: var[lookup.Order] = var(lookup.DEFAULT_ORDER)

    def __init__(
        self,
        ctx: AppContext,
        client: Source,
        pace: PollSchedule,
        clocks: TimeSource,
        query: lookup.Query,
        order: lookup.Order,
    ) -> None:
        super().__init__(ctx, client, pace, clocks)
        self._pointed: tuple[Uid | None, Finding | None] = (None, None)
        self.set_reactive(LookupScreen.query_now, query)
        self.set_reactive(LookupScreen.order, order)

    def body(self) -> Iterable[Widget]:
        """Counts, query, list, message."""
        yield Static(id="away", markup=False)
        yield AttentionLines(id="attention")
        yield StatusLine(id="tally")
        yield StatusLine(id="query")
        yield self.prompt()
        yield SessionTable(id="sessions").data_bind(
            LookupScreen.snapshot,
            LookupScreen.order,
            LookupScreen.zone,
            session_query=LookupScreen.query_now,
        )
        yield Paragraph(2, id="tail")

    def on_mount(self) -> None:
        """What is asked for, before there is an answer."""
        self.show_query()

    # --- showing ----------------------------------------------------------------

    def position(self) -> str:
        """`3 of 2,914 runs`."""
        return self.sessions.position

    def watch_snapshot(self) -> None:
        """Another list: other counts, another time."""
        if self.stands:
            self.show_top()
            self.show_away()
            self.show_query()
            self._explain_emptiness()
            self.show_row()
            self.judge()

    def watch_zone(self) -> None:
        """Other times, in what needs attention and in the sentence about the row, too; and other days."""
        super().watch_zone()
        if self.stands:
            self.show_attention()
            self.show_row()
            self.judge()

    def show_times_in(self, zone: tzinfo) -> None:
        """The same rows: `since:02:10` was read in the zone before, and is written so that it stays true."""
        from emtui.lookup.pinned import wall_pinned

        query = wall_pinned(self.query_now)
        if query.text != self.query_now.text:
            self.query_now = query
        super().show_times_in(zone)

    def watch_progress(self) -> None:
        """How far the answer has come."""
        if self.stands:
            self.show_tally()
            self._explain_emptiness()

    def watch_query_now(self) -> None:
        """Another query: its text and its count."""
        if self.stands:
            self.show_query()
            self._explain_emptiness()

    def on_virtual_list_cursor_moved(self) -> None:
        """Another row stands under the cursor, or the same one reads otherwise."""
        self.show_row()
        self.show_query()
        self.show_foot()

    def on_session_table_selected_gone(self, event: SessionTable.SelectedGone) -> None:
        """A later list has not got the selected row: say where the selection moved to."""
        if event.is_listed and self.query_one(QueryPrompt).is_open:
            return
        why = "no longer matches" if event.is_listed else "is no longer listed"
        where = (
            "no row is left"
            if event.now_selected is None
            else f"now selected: {self._named(event.now_selected)}"
        )
        self.say(f"The selected run {why}; {where}.")

    def _named(self, run: Session) -> str:
        """`CollectJob 01:55:04`."""
        clock = Clock(self.ctx.clock.server_now, self.zone)
        when = words.clock_short(run.started, clock.now, clock.zone) if run.started else ""
        return f"{run.type or run.name or run.id} {when}".rstrip()

    def show_row(self) -> None:
        """The whole message of the row under the cursor, or what its group holds; or what `a` led to."""
        selected, row, (uid, finding) = self.sessions.under_cursor, self.sessions.selected_row, self._pointed
        if not selected or selected.uid != uid:
            self._pointed = (None, None)
        elif finding:
            current = self.assessment.current_finding(finding) if self.assessment else None
            self._pointed = (uid, current)
        finding = self._pointed[1]
        said = self._finding_text(finding) if finding else self._said_of(row) if row else ""
        self.query_one(Paragraph).show(said)

    def _said_of(self, row: ListRow) -> str:
        """The whole message of a run, after the note on what is known; what a group holds."""
        if self.snapshot is None:
            return ""
        known = self._acknowledgement_text(row) if isinstance(row, Session) else ""
        return " · ".join(part for part in (known, tail(row, self._clock(self.snapshot))) if part)

    def _finding_text(self, finding: Finding) -> str:
        """The sentence with its evidence, and the note if it is acknowledged."""
        if self.assessment is None:
            return ""
        from emtui.tui.formatting.assessment_text import finding_text

        return finding_text(self.assessment, finding, self._shown_zone)

    def _acknowledgement_text(self, run: Session) -> str:
        """The note on a run that is acknowledged."""
        if not self.assessment or not self.assessment.acknowledged:
            return ""
        from emtui.tui.formatting.assessment_text import acknowledgement_text

        mark = self.assessment.acknowledged.of(run)
        return acknowledgement_text(self.assessment, mark, self._shown_zone)

    def show_assessment(self, assessment: Assessment) -> None:
        """What is acknowledged is counted apart, and shown with its note."""
        super().show_assessment(assessment)
        self.show_tally()
        self.on_virtual_list_cursor_moved()

    async def action_known(self) -> None:
        """Mark what a led to as known, else the run under the cursor; or no more."""
        from emtui.tui.screens.marking import mark_finding, mark_run

        finding = self._pointed[1]
        await (mark_finding(self, finding) if finding else mark_run(self, self.sessions.selected))

    def show_top(self) -> None:
        """The first line, and the one whose hours pass with it, whether there is an answer or not."""
        super().show_top()
        if self.stands:
            self.show_tally()

    def show_tally(self) -> None:
        """What failed by the hour, and counts with their base; at the right how far an answer has come."""
        if self.snapshot is None:
            self.query_one("#tally", StatusLine).show(self.hint())
            return
        from emtui.tui.formatting.last_24h import cells, line

        coming: Pieces = [(f"{self.progress}  Esc stops", BOLD)] if self.progress else []
        if hint := self.hint():
            beside = cells(hint) + 2 + cells(coming) <= self.size.width
            self.query_one("#tally", StatusLine).show(hint, coming if beside else [])
            return
        room = max(self.size.width - (cells(coming) + 4 if coming else 0), 0)
        clock = Clock(self.ctx.clock.server_now, self.zone)
        left, right = line(self.snapshot, clock, room, self.acknowledged)
        self.query_one("#tally", StatusLine).show(
            left, [*right, ("  ", PLAIN), *coming] if right and coming else right or coming
        )

    def _explain_emptiness(self) -> None:
        self.sessions.empty = self._emptiness()
        if not self.sessions.count:
            self.sessions.refresh()

    def _emptiness(self) -> tuple[str, ...]:
        if self.snapshot is None:
            return (f"{self.progress}", "Esc stops") if self.progress else ("No list yet. r asks for it.",)
        if self.snapshot.sessions and self.query_now.empty:
            return ()
        if self.query_now.empty and self.snapshot.unlisted:
            lacking = words.count(len(self.snapshot.unlisted.runs))
            return (f"The server lists no runs now; before it listed {lacking}.", "! says since when")
        if self.query_now.empty:
            return ("The server lists no sessions of the last 30 days.",)
        if self.query_now.text == "is:unseen":
            return ("Nothing has come or changed that you have not seen.", "0 shows everything")
        return (f"Nothing matches {self.query_now.text}", "0 shows everything")

    def location(self, _: Location | None, /) -> Location:
        """The list with its query and order."""
        return Location(self.query_now, self.order)

    def select(self, uid: Uid) -> bool:
        """Put the cursor on this session; false if it is not shown."""
        return self.sessions.select(uid)

    # --- moving about -----------------------------------------------------------

    def action_open(self) -> None:
        """Open the selected session; a group shows its runs first."""
        if self.sessions.selected and self.sessions.selected_group:
            self.sessions.open_group(self.sessions.selected.uid)
        elif self.sessions.selected:
            self.ctx.navigator.open_session(self.sessions.selected)
        else:
            self.say("There is no row to open.")

    def action_difference(self) -> None:
        """Open the selected session at its difference with the last good run."""
        if self.sessions.selected:
            self.ctx.navigator.open_comparison(self.sessions.selected)
        else:
            self.say("There is no row to open.")

    def find(self, target: lookup.Target) -> Session:
        """The session that is meant; one that the list does not have is known by its ID alone.

        Raises `lookup.NoMatch` and `lookup.SeveralMatch` for what only the list could tell.
        """
        if isinstance(target, lookup.ExactTarget):
            listed = self.snapshot.find(target.uid) if self.snapshot else None
            return listed or Session(target.uid, complete=False)
        return lookup.find(target, self.snapshot.sessions if self.snapshot else ())

    def action_stick(self) -> None:
        """Follow the top of the list, or stay with the selected run."""
        self.sessions.follow_top = not self.sessions.follow_top
        self.say(
            "The top of the list is followed while its first row is selected."
            if self.sessions.follow_top
            else "The selected run stays selected; new ones are counted."
        )

    @property
    def run_here(self) -> Session | None:
        """The run under the cursor."""
        return self.sessions.selected

    def action_copy(self) -> None:
        """The row under the cursor, whole."""
        self.sessions.apply_pending()
        row = self.sessions.selected_row
        if row and self.snapshot:
            from emtui.tui.formatting.plain_text import row_line

            self.ctx.exporter.copy(row_line(row, self._clock(self.snapshot)))
        else:
            self.say("There is no row to copy.")

    def plain_text(self) -> Callable[[], str] | None:
        """All rows that match, also those that the window does not show."""
        snapshot = self.snapshot
        if snapshot is None:
            return None
        from emtui.lookup.pinned import pinned
        from emtui.tui.formatting.plain_text import Shown, list_text

        shown = Shown(self.sessions.matching, snapshot, pinned(self.query_now), self.order, self.acknowledged)
        origin, clock = self.ctx.exporter.origin(snapshot.as_of), self._clock(snapshot)
        return lambda: list_text(origin, shown, clock)

    def _clock(self, snapshot: Snapshot) -> Clock:
        return Clock(snapshot.server_time, self.zone)

    def action_elapsed(self) -> None:
        """When each run started, or how long ago."""
        self.sessions.shows_age = not self.sessions.shows_age
        self.say("How long ago each run started." if self.sessions.shows_age else "When each run started.")

    def action_order(self) -> None:
        """By the next column."""
        fields = [column.field for column in session_columns(self.size.width) if column.field]
        here = fields.index(self.order.field) if self.order.field in fields else -1
        field = fields[(here + 1) % len(fields)]
        self.order = lookup.Order(field, descending=field in {"started", "duration_s"})

    def action_reverse(self) -> None:
        """The other way round."""
        self.order = lookup.Order(self.order.field, not self.order.descending)

    async def point_at(self, finding: Finding) -> None:
        """Put the cursor on the run that a finding is about, whatever the query was, and say it whole."""
        run = self.assessment.run_of(finding) if self.assessment else None
        found = run is not None and self.sessions.select(run.uid)
        if run and not found and not finding.unlisted:
            await self.action_show_all()
            found = self.sessions.select(run.uid)
        self._pointed = (run.uid if run else None, finding)
        self.on_virtual_list_cursor_moved()
        if not found:
            self.say(self._finding_text(finding))

    def narrow(self, text: str) -> None:
        """Show what matches this query, the newest first on top."""
        self.show_only(text)
        self.sessions.move_to(0)

    def action_board(self) -> None:
        """One line per type."""
        if self.assessment is None:
            self.say("There is no list to think about yet.")
        else:
            self.ctx.navigator.open_overview()

    def action_findings(self) -> None:
        """All that needs somebody."""
        if self.assessment is None:
            self.say("There is no list to think about yet.")
        else:
            self.ctx.navigator.open_attention()

    def action_close(self) -> None:
        """There is nothing behind the list: leave emtui."""
        self.call_later(self.run_action, "app.leave")

    def action_undo(self) -> None:
        """Stop asking, else take away the trouble, else the query; never leave."""
        if self.action_stop() or self.wave_away() or self.forget_absence():
            return
        if not self.query_now.empty:
            self.show_only("")
        else:
            self.say("q leaves emtui.")
