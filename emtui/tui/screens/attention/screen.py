"""The alerts: one line each, with the evidence of the selected one below."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from emtui import text_format
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Session
from emtui.handover.absolute_time_text import AbsoluteTimeFormatter
from emtui.keys.tui_commands import CommandScope
from emtui.triage.finding_text import format_on_time_counts
from emtui.tui.formatting.open_command import Location
from emtui.tui.screens.acknowledge_prompt import toggle_finding
from emtui.tui.screens.attention.alert_columns import alert_rows
from emtui.tui.screens.attention.alert_table import AlertTable
from emtui.tui.screens.attention.attention_text import attention_text, finding_line
from emtui.tui.screens.attention.evidence import find_evidence
from emtui.tui.screens.attention.evidence_pane import EvidencePane
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.list_refresh import assessed_clock, refresh_list
from emtui.tui.screens.run_steps import go_to_run
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import BOLD, PLAIN
from emtui.tui.widgets.title_rule import TitleRule, key_note
from emtui.tui.widgets.virtual_list import StyledSpans

ALERT_LABELS = {"failed": "alert about a failed run", "warning": "alert about a warning"}
"""What the alerts that a key steps to are called, by kind."""


class AttentionScreen(BaseScreen):
    """All findings of the list, as of its newest assessment."""

    SCOPE: ClassVar[CommandScope] = CommandScope.ATTENTION
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.ATTENTION)

    def compose_body(self) -> Iterable[Widget]:
        """Return title, alerts, and the evidence of the selected alert."""
        yield TitleRule(id="title")
        yield AlertTable()
        yield TitleRule(id="subject")
        yield EvidencePane()

    @property
    def _list(self) -> AlertTable:
        return self.query_one(AlertTable)

    @property
    def _clock(self) -> TimeContext | None:
        return assessed_clock(self)

    def show_body(self) -> None:
        """Show title, alerts and evidence of the newest assessment."""
        assessment, clock = self.ctx.assessment, self._clock
        if assessment is None or clock is None:
            return
        if not self._list.show_alerts(alert_rows(assessment, clock), clock):
            selection_text = "the next one is selected" if self._list.count else "no alerts left"
            self.say(f"The selected alert has been resolved; {selection_text}.")
        counts = [text_format.format_count(self._list.count)] if self._list.count else []
        if acknowledged_count := assessment.acknowledged_count:
            counts.append(f"{text_format.format_count(acknowledged_count)} acknowledged")
        title = [("Alerts", BOLD), (f"  {', '.join(counts)}" if counts else "", PLAIN)]
        on_time_text = format_on_time_counts(assessment.attention.on_time_counts)
        self.query_one("#title", TitleRule).show(title, [(on_time_text, PLAIN)])
        self._show_evidence()
        self.show_header()

    def on_virtual_list_cursor_moved(self) -> None:
        """Show the position at once, and the evidence of the selected alert once the cursor rests."""
        self.show_footer()
        self.call_after_rest(self._show_evidence)

    def _show_evidence(self) -> None:
        assessment, finding, clock = self.ctx.assessment, self._list.selected, self._clock
        if assessment is None or clock is None:
            return
        evidence = find_evidence(assessment, finding, clock, self.ctx.keymap) if finding else None
        title: StyledSpans = evidence.title if evidence else []
        self.query_one("#subject", TitleRule).show(title, key_note(("Enter", "open")) if evidence else [])
        self.query_one(EvidencePane).show(evidence, clock)

    def position(self) -> str:
        """`1 of 2 alerts`."""
        return (
            text_format.format_position(self._list.cursor + 1, self._list.count, "alert")
            if self._list.count
            else ""
        )

    def as_of(self) -> datetime | None:
        """Arrival time of the last complete list."""
        return self.ctx.list_state.as_of

    def location(self, underlying: Location | None, /) -> Location | None:
        """The alerts, on top of the list."""
        return replace(underlying, view_name="attention", is_list_on_top=False) if underlying else None

    @property
    def current_run(self) -> Session | None:
        """The run of the selected finding."""
        assessment, finding = self.ctx.assessment, self._list.selected
        return assessment.run_of_finding(finding) if assessment and finding else None

    def action_copy(self) -> None:
        """Copy the selected alert with its evidence."""
        assessment, finding = self.ctx.assessment, self._list.selected
        if assessment is None or finding is None:
            self.say("Nothing to copy: no alert is selected.")
            return
        formatter = AbsoluteTimeFormatter(assessment.type_statuses.now, self.zone)
        self.ctx.exporter.copy(finding_line(finding, assessment.acknowledgements, formatter))

    def plain_text(self) -> Callable[[], str] | None:
        """All alerts, and how many types are on schedule."""
        assessment = self.ctx.assessment
        if assessment is None:
            return None
        origin = self.ctx.exporter.origin(self.as_of())
        counts_text = format_on_time_counts(assessment.attention.on_time_counts)
        formatter = AbsoluteTimeFormatter(assessment.type_statuses.now, self.zone)
        return lambda: attention_text(
            origin, assessment.findings, counts_text, assessment.acknowledgements, formatter
        )

    async def action_acknowledge(self) -> None:
        """Acknowledge the selected finding, or undo that."""
        await toggle_finding(self, self._list.selected)

    def action_open(self) -> None:
        """Open the run of the selected finding."""
        if run := self._run_to_open():
            self.ctx.navigator.open_session(run)

    def action_go_to(self, kind: str, step: int) -> None:
        """Go to the next (or previous) alert about a run that failed or has a warning."""
        run_of = self.ctx.assessment.run_of_finding if self.ctx.assessment else None
        runs = [run_of(finding) if run_of else None for finding in self._list.findings]
        go_to_run(self, self._list, runs, kind, step, ALERT_LABELS[kind])

    def action_refresh(self) -> None:
        """Request the list now."""
        refresh_list(self)
