"""The state of a type in a few words: what its worst alert says, else whether it is running or due next.

Pure: an assessment, times and a zone in, styled text out. The same in the overview and the timeline.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from rich.style import Style

from emtui import text_format
from emtui.display_text.session_wording import TimeContext
from emtui.monitor.assessment import Assessment
from emtui.triage.finding_text import format_ordinal
from emtui.triage.findings import (
    CanceledFinding,
    FailingFinding,
    Finding,
    OverdueFinding,
    RecurringFailureFinding,
    SlowdownFinding,
    StuckRunFinding,
    WarningFinding,
)
from emtui.triage.type_status import TypeStatus
from emtui.tui.formatting.finding_style import finding_style
from emtui.tui.formatting.outcome_style import OUTCOME_GLYPHS, OUTCOME_STYLES
from emtui.tui.theme import FAINT

NEVER_RAN_TEXT = "never in 30 days"
NO_SCHEDULE_TEXT = "no schedule"


class TypeState(NamedTuple):
    """The sign of a type, its state in at most 21 cells, and the style of both."""

    sign: str
    text: str
    style: Style


NO_STATE = TypeState(" ", "", FAINT)


def type_state(assessment: Assessment, kind: str, clock: TimeContext) -> TypeState:
    """The state of this type; empty for runs without a type."""
    status = assessment.type_statuses.for_type(kind)
    if status is None:
        return TypeState(" ", NEVER_RAN_TEXT, FAINT) if kind else NO_STATE
    finding = assessment.worst_finding(kind)
    text = _alert_text(finding, clock) if finding else ""
    if finding is None or not text:
        return _calm_state(status, clock)
    is_acknowledged = assessment.acknowledgement_of_finding(finding) is not None
    sign, style = finding_style(finding, is_acknowledged=is_acknowledged)
    return TypeState(sign, text, style)


def _alert_text(finding: Finding, clock: TimeContext) -> str:
    """What an alert says of its type; empty for one that is about all types."""
    match finding:
        case FailingFinding() | RecurringFailureFinding() if finding.daily_failures:
            return f"failed, {format_ordinal(finding.daily_failures.day_count)} day"
        case FailingFinding():
            return _times("failed", finding.streak.count)
        case RecurringFailureFinding():
            return _times("failed", finding.incident.count)
        case StuckRunFinding():
            return f"stuck, {text_format.format_ratio(finding.overrun.ratio)}× usual"
        case OverdueFinding():
            return f"overdue {text_format.format_duration(max(clock.now - finding.since, timedelta()))}"
        case SlowdownFinding(slowdown=slowdown):
            ratio = slowdown.duration / slowdown.usual if slowdown.usual else 0.0
            return f"slower, {text_format.format_ratio(ratio)}× usual"
        case WarningFinding():
            return _times("warned", finding.streak.count)
        case CanceledFinding():
            return f"canceled {text_format.format_minute(finding.since, clock.now, clock.zone)}"
        case _:
            return ""


def _times(word: str, count: int) -> str:
    """`failed`, `failed 3 times`."""
    return word if count == 1 else f"{word} {text_format.format_count(count)} times"


def _calm_state(status: TypeStatus, clock: TimeContext) -> TypeState:
    """The state of a type without an alert: running, or when it is due next."""
    newest = status.newest_run
    sign, style = OUTCOME_GLYPHS[newest.outcome], OUTCOME_STYLES[newest.outcome]
    if newest.is_running:
        return TypeState(sign, _running_text(status, clock), style)
    if status.schedule is None:
        return TypeState(sign, NO_SCHEDULE_TEXT, style)
    next_start = status.due.next_start if status.due else None
    when = text_format.format_minute(next_start, clock.now, clock.zone) if next_start else ""
    return TypeState(sign, f"next {when}" if when else "", style)


def _running_text(status: TypeStatus, clock: TimeContext) -> str:
    """`running, 30m left`; without a usual duration, or beyond it, only how long it has run."""
    duration = status.newest_run.duration(clock.now)
    if duration is None:
        return "running"
    left = status.baseline.usual - duration if status.baseline else timedelta()
    if left > timedelta():
        return f"running, {text_format.format_duration(left)} left"
    return f"running for {text_format.format_duration(duration)}"
