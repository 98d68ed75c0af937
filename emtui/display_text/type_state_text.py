"""The state of a type in a few words: what its worst alert says, else whether it is running or due next.

Pure: values, times and a zone in, text out. The same in the overview, the timeline and `emtui types`.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from emtui import text_format
from emtui.display_text.glyphs import HOLE_MARK, OUTCOME_GLYPHS
from emtui.display_text.signs import finding_sign
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

NEVER_RAN_TEXT = "never in 30 days"
NO_SCHEDULE_TEXT = "no schedule"


class TypeStateText(NamedTuple):
    """The sign of a type, its state in at most 21 cells, and whether that is an alert."""

    sign: str
    text: str
    is_alert: bool = False


NO_STATE_TEXT = TypeStateText(HOLE_MARK, "")


def type_state_text(
    status: TypeStatus | None,
    finding: Finding | None,
    now: datetime,
    zone: tzinfo,
    *,
    is_acknowledged: bool = False,
) -> TypeStateText:
    """The state of a type with this worst alert; without a status it has no runs."""
    if status is None:
        return TypeStateText(HOLE_MARK, NEVER_RAN_TEXT)
    text = _alert_text(finding, now, zone) if finding else ""
    if finding and text:
        return TypeStateText(finding_sign(finding, is_acknowledged=is_acknowledged), text, is_alert=True)
    return TypeStateText(OUTCOME_GLYPHS[status.newest_run.outcome], _calm_text(status, now, zone))


def _alert_text(finding: Finding, now: datetime, zone: tzinfo) -> str:
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
            return f"overdue {text_format.format_duration(max(now - finding.since, timedelta()))}"
        case SlowdownFinding(slowdown=slowdown):
            ratio = slowdown.duration / slowdown.usual if slowdown.usual else 0.0
            return f"slower, {text_format.format_ratio(ratio)}× usual"
        case WarningFinding():
            return _times("warned", finding.streak.count)
        case CanceledFinding():
            return f"canceled {text_format.format_minute(finding.since, now, zone)}"
        case _:
            return ""


def _times(word: str, count: int) -> str:
    """`failed`, `failed 3 times`."""
    return word if count == 1 else f"{word} {text_format.format_count(count)} times"


def _calm_text(status: TypeStatus, now: datetime, zone: tzinfo) -> str:
    """The state of a type without an alert: running, or when it is due next."""
    if status.newest_run.is_running:
        return _running_text(status, now)
    if status.schedule is None:
        return NO_SCHEDULE_TEXT
    next_start = status.due.next_start if status.due else None
    when = text_format.format_minute(next_start, now, zone) if next_start else ""
    return f"next {when}" if when else ""


def _running_text(status: TypeStatus, now: datetime) -> str:
    """`running, 30m left`; without a usual duration, or beyond it, only how long it has run."""
    duration = status.newest_run.duration(now)
    if duration is None:
        return "running"
    left = status.baseline.usual - duration if status.baseline else timedelta()
    if left > timedelta():
        return f"running, {text_format.format_duration(left)} left"
    return f"running for {text_format.format_duration(duration)}"
