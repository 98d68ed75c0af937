"""The JSON of `emtui types`: one object per type, with its last 30 days and its last durations.

Times are ISO 8601 in UTC, durations seconds. Alerts and usual durations are those of the session browser.
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from emtui import text_format
from emtui.em.model import Outcome, Session
from emtui.em.server_address import Server
from emtui.handover.json_records import iso_or_none, seconds_or_none
from emtui.monitor.type_histories import TypeHistory
from emtui.triage.duration_trend import TrendPoint
from emtui.triage.finding_kinds import finding_kind
from emtui.triage.finding_text import FindingFormatter
from emtui.triage.run_cells import RunCell
from emtui.triage.type_status import TypeStatus

NEVER, RUNNING, OK = "never", "running", "ok"
"""Values of `status` of a type without an alert."""
VALUE_KEYS = (
    *("server", "type", "status", "known", "alert", "alert_since", "on_time", "runs"),
    *("last_id", "last_started", "last_ended", "last_duration_s", "last_outcome", "last_message"),
    *("last_success", "usual_s", "longest_s", "usual_runs"),
    *("interval_s", "next_due", "overdue_since", "overdue_runs"),
)
"""The keys with one value, which CSV has; `days` and `trend` are lists."""


def type_record(history: TypeHistory, server: Server, now: datetime, zone: tzinfo) -> dict[str, object]:
    """One type as of `now`, by the server's clock; days are those of `zone`."""
    status, finding = history.status, history.finding
    formatter = FindingFormatter(now, zone)
    return {
        "server": server.authority,
        "type": history.name,
        "status": status_word(history),
        "known": history.is_acknowledged,
        "alert": formatter.format_statement(finding) if finding else None,
        "alert_since": iso_or_none(finding.since if finding else None),
        "on_time": status.is_on_time if status else None,
        "runs": len(status.runs) if status else 0,
        **_newest_run_values(history.newest_run, now),
        **_usual_values(status),
        **_schedule_values(status),
        "days": [_day_record(cell, zone) for cell in history.days],
        "trend": [_trend_record(point, now) for point in history.trend],
    }


def status_word(history: TypeHistory) -> str:
    """The kind of the worst alert, else `running`, `ok`, or `never` without any run."""
    if history.finding:
        return finding_kind(history.finding)
    if history.newest_run is None:
        return NEVER
    return RUNNING if history.newest_run.is_running else OK


def _newest_run_values(run: Session | None, now: datetime) -> dict[str, object]:
    return {
        "last_id": run.id if run else None,
        "last_started": iso_or_none(run.started if run else None),
        "last_ended": iso_or_none(run.ended if run else None),
        "last_duration_s": seconds_or_none(run.duration(now) if run else None),
        "last_outcome": str(run.outcome) if run else None,
        "last_message": (run.message or None) if run else None,
    }


def _usual_values(status: TypeStatus | None) -> dict[str, object]:
    success, baseline = (status.last_success, status.baseline) if status else (None, None)
    return {
        "last_success": iso_or_none(success.started if success else None),
        "usual_s": seconds_or_none(baseline.usual if baseline else None),
        "longest_s": seconds_or_none(baseline.longest if baseline else None),
        "usual_runs": baseline.sample_size if baseline else 0,
    }


def _schedule_values(status: TypeStatus | None) -> dict[str, object]:
    schedule, due = (status.schedule, status.due) if status else (None, None)
    return {
        "interval_s": seconds_or_none(schedule.interval if schedule else None),
        "next_due": iso_or_none(due.next_start if due else None),
        "overdue_since": iso_or_none(due.overdue_since if due else None),
        "overdue_runs": due.overdue_count if due else 0,
    }


def _day_record(cell: RunCell, zone: tzinfo) -> dict[str, object]:
    noon = cell.start + (cell.end - cell.start) / 2
    return {
        "day": noon.astimezone(zone).date().isoformat(),
        "since": text_format.format_iso(cell.start),
        "runs": cell.total,
        **{str(outcome): cell.outcome_counts.get(outcome, 0) for outcome in Outcome},
        "missed": cell.missed_count,
        "complete": cell.is_known,
    }


def _trend_record(point: TrendPoint, now: datetime) -> dict[str, object]:
    return {
        "id": point.run.id,
        "started": iso_or_none(point.run.started),
        "duration_s": seconds_or_none(point.run.duration(now)),
        "ratio": None if point.ratio is None else round(point.ratio, 2),
    }
