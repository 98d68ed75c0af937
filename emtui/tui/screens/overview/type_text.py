"""The overview as plain text to copy or export.

Pure. Nothing is cut, and every time has its date and offset.
"""

from __future__ import annotations

from collections.abc import Sequence

from emtui import text_format
from emtui.display_text.session_wording import TimeContext, duration_text
from emtui.display_text.type_state_text import NEVER_RAN_TEXT
from emtui.monitor.type_histories import TypeHistory
from emtui.triage.type_status import TypeStatus
from emtui.tui.formatting.plain_text import COLUMN_GAP, ExportOrigin


def type_line(row: TypeHistory, clock: TimeContext) -> str:
    """Outcome, type, start and length of the newest run, usual duration, interval, next start."""
    status = row.status
    if status is None:
        return f"{row.name}{COLUMN_GAP}{NEVER_RAN_TEXT}"
    newest = status.newest_run
    parts = (
        str(newest.outcome),
        row.name,
        text_format.format_full_date_time(newest.started, clock.zone) if newest.started else "",
        f"{'for' if newest.is_running else 'took'} {duration_text(newest, clock)}",
        f"usually {text_format.format_duration(status.baseline.usual)}" if status.baseline else "",
        f"every {text_format.format_interval(status.schedule.interval)}" if status.schedule else "",
        _due_text(status, clock),
    )
    return COLUMN_GAP.join(part for part in parts if part)


def _due_text(row: TypeStatus, clock: TimeContext) -> str:
    """Next expected start, or how the type is overdue or takes longer than usual."""
    if row.overruns:
        return f"{text_format.format_ratio(row.overruns[0].ratio)}× the usual duration"
    if row.due is None:
        return ""
    if row.due.overdue_since is not None:
        return f"overdue {text_format.format_duration(clock.now - row.due.overdue_since)}"
    return (
        f"due {text_format.format_full_date_time(row.due.next_start, clock.zone)}"
        if row.due.next_start
        else ""
    )


def overview_text(
    origin: ExportOrigin, rows: Sequence[TypeHistory], counts_text: str, clock: TimeContext
) -> str:
    """The origin of the list, `counts_text`, and a line for each type."""
    return "\n".join(
        [origin.format_line(clock.zone), counts_text, "", *(type_line(row, clock) for row in rows), ""]
    )
