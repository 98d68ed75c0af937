"""Columns of the alerts: severity and type, what is wrong, since when, how often, and the next due run.

Pure: an assessment and widths in, styled text out. Times are absolute; unknown values are empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from rich.style import Style

from emtui import text_format
from emtui.display_text.assessment_text import formatter_for
from emtui.display_text.session_wording import TimeContext, summary_text
from emtui.monitor.assessment import Assessment
from emtui.triage.finding_text import FindingFormatter
from emtui.triage.findings import (
    CurrentIdleFinding,
    FailingFinding,
    Finding,
    OverdueFinding,
    PastIdleFinding,
    RecurringFailureFinding,
    SlowdownFinding,
    StuckRunFinding,
    UnlistedRunsFinding,
    WarningFinding,
)
from emtui.tui.formatting.alert_lines import AlertText, shorten_statement
from emtui.tui.formatting.attention_summary import alert_text
from emtui.tui.formatting.session_columns import MEDIUM_CELLS, WIDE_CELLS, ListColumn
from emtui.tui.theme import FAINT, PLAIN

TYPE_CELLS, WIDE_TYPE_CELLS = 23, 36
"""Width of sign and type; the second from `WIDE_CELLS` + 40 on."""
STATEMENT_CELLS, MIN_MESSAGE_CELLS = 62, 24
"""Width of what is wrong beside the message, which is left out where it would have less than the minimum."""
ALL_TYPES = "all types"


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert as shown; `next_text` says when the next run of its type is due, `message` is its run's."""

    finding: Finding
    text: AlertText
    since: datetime
    count_text: str
    next_text: str
    message: str
    is_acknowledged: bool

    @property
    def type(self) -> str:
        """Its type, or that it is about all of them."""
        return self.text.type or ALL_TYPES


def alert_rows(assessment: Assessment, clock: TimeContext) -> tuple[AlertRow, ...]:
    """One row per alert, most severe first, acknowledged ones last."""
    formatter = formatter_for(assessment, clock.zone)
    return tuple(
        AlertRow(
            finding,
            alert_text(assessment, finding, clock.zone),
            first_time(finding),
            count_text(finding),
            _next_text(assessment, finding, formatter),
            message_of(assessment, finding),
            assessment.is_acknowledged(finding),
        )
        for finding in assessment.findings
    )


def first_time(finding: Finding) -> datetime:
    """Since when: the first day of a pattern, else the start of the alert."""
    match finding:
        case FailingFinding() | RecurringFailureFinding() if finding.daily_failures:
            return finding.daily_failures.first
        case _:
            return finding.since


def count_text(finding: Finding) -> str:
    """How often, or by how much: `6 days`, `2 runs`, `43×`, `12 missed`; a minimum ends with `+`."""
    match finding:
        case FailingFinding() | RecurringFailureFinding() if finding.daily_failures:
            return text_format.format_counted(finding.daily_failures.day_count, "day")
        case FailingFinding() | WarningFinding():
            plus = "" if finding.streak.is_complete else "+"
            return f"{text_format.format_counted(finding.streak.count, 'run')}{plus}"
        case RecurringFailureFinding():
            return text_format.format_counted(finding.incident.count, "run")
        case StuckRunFinding():
            return f"{text_format.format_ratio(finding.overrun.ratio)}×"
        case SlowdownFinding():
            return text_format.format_counted(finding.slowdown.count, "run")
        case OverdueFinding():
            return f"{text_format.format_count(finding.overdue_count)}{'+' * finding.is_minimum} missed"
        case CurrentIdleFinding() | PastIdleFinding():
            period = finding.idle_period
            return f"{text_format.format_count(period.missed_count)}{'+' * period.is_minimum} missed"
        case UnlistedRunsFinding():
            return text_format.format_counted(finding.run_count, "run")
        case _:
            return ""


def message_of(assessment: Assessment, finding: Finding) -> str:
    """The message of the run that the alert is about; empty if it is about all types."""
    run = assessment.run_of_finding(finding) if finding.type is not None else None
    return summary_text(run) if run else ""


def _next_text(assessment: Assessment, finding: Finding, formatter: FindingFormatter) -> str:
    """When the next run of the type is due, or that it was: `02:25`, `was 05:27`."""
    status = assessment.type_statuses.for_type(finding.type)
    due = status.due if status else None
    if due is None:
        return ""
    if due.overdue_since:
        return f"was {formatter.format_time(due.overdue_since)}"
    return formatter.format_time(due.next_start) if due.next_start else ""


def type_cells(width: int) -> int:
    """The width of sign and type in a table this wide."""
    return WIDE_TYPE_CELLS if width >= WIDE_CELLS + 40 else TYPE_CELLS


def alert_columns(width: int) -> tuple[ListColumn[AlertRow], ...]:
    """The columns for a table this wide; what is wrong takes the remaining width."""
    before = [ListColumn("  Type", "", type_cells(width), _type_cell)]
    after: list[ListColumn[AlertRow]] = []
    if width >= MEDIUM_CELLS:
        after = [ListColumn("Since", "", 12, _since_cell, is_right_aligned=True)]
    if width >= WIDE_CELLS:
        after += [
            ListColumn("Count", "", 10, _count_cell, is_right_aligned=True),
            ListColumn("Next due", "", 16, _next_cell, is_right_aligned=True),
        ]
    rest = max(width - 2 - sum(column.width + column.gap for column in [*before, *after]), 0)
    room = rest - STATEMENT_CELLS - 2
    if room >= MIN_MESSAGE_CELLS:
        after.append(ListColumn("Message", "", room, _message_cell))
        rest = STATEMENT_CELLS
    return (*before, ListColumn("What", "", rest, partial(_statement_cell, rest)), *after)


def _type_cell(row: AlertRow, _: TimeContext) -> tuple[str, Style]:
    return f"{row.text.sign} {row.type}", row.text.style


def _statement_cell(width: int, row: AlertRow, _: TimeContext) -> tuple[str, Style]:
    return shorten_statement(row.text.statement, width), PLAIN


def _since_cell(row: AlertRow, clock: TimeContext) -> tuple[str, Style]:
    return text_format.format_minute(row.since, clock.now, clock.zone), PLAIN


def _count_cell(row: AlertRow, _: TimeContext) -> tuple[str, Style]:
    return row.count_text, row.text.style if isinstance(row.finding, StuckRunFinding) else PLAIN


def _next_cell(row: AlertRow, _: TimeContext) -> tuple[str, Style]:
    return row.next_text, FAINT if row.is_acknowledged else PLAIN


def _message_cell(row: AlertRow, _: TimeContext) -> tuple[str, Style]:
    return row.message, PLAIN
