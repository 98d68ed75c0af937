"""Alerts in one sentence per server: every failed type by name, every outage with its times.

Pure. The length is limited: messages are shortened first, evenly, then names are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from itertools import groupby

from emtui import text_format
from emtui.em.model import Session
from emtui.em.text_sanitizer import shorten
from emtui.monitor.notification_policy import Alert, Severity
from emtui.triage.finding_text import format_daily_pattern

MAX_SENTENCE_LENGTH = 1000
"""Maximum characters of a sentence."""
_MAX_NAME_LENGTH = 60
_MIN_MESSAGE_LENGTH = 12
"""Minimum characters of a shortened message."""
_MAX_REASON_LENGTH, _MAX_REASON_LENGTH_WITH_FAILURES = 200, 60
"""Maximum characters of the reason for an outage; fewer if types failed as well."""
_MAX_OUTAGES = 4
"""Outages listed with their times; earlier ones are counted."""


def alerts_text(alerts: Sequence[Alert], now: datetime, zone: tzinfo) -> str:
    """Format one alert in full, or several in one sentence per server."""
    if len(alerts) == 1 and (text := _single_alert_text(alerts[0])):
        return text
    servers = [
        list(server_alerts)
        for _, server_alerts in groupby(
            sorted(alerts, key=lambda alert: alert.server), key=lambda alert: alert.server
        )
    ]
    room = MAX_SENTENCE_LENGTH // max(len(servers), 1) - 1
    return " ".join(_server_text(server_alerts, now, zone, room) for server_alerts in servers)


def _single_alert_text(alert: Alert) -> str:
    if alert.run is not None:
        name, message = _run_name(alert.run), alert.run.message or "no message"
        daily = alert.daily_failures
        pattern_text = f", {format_daily_pattern(daily)}" if daily else ""
        return shorten(f"{name} failed on {alert.server}{pattern_text}: {message}", MAX_SENTENCE_LENGTH)
    return shorten(alert.reason, MAX_SENTENCE_LENGTH) if alert.until is None else ""


def _server_text(alerts: Sequence[Alert], now: datetime, zone: tzinfo, room: int) -> str:
    """Format `em01 since 18:03: connection lost 18:05, restored 18:08 (…); 1 type failed: LogExport (…)`."""
    since = text_format.format_minute(min(alert.at for alert in alerts), now, zone)
    head = f"{shorten(alerts[0].server, _MAX_NAME_LENGTH)} since {since}: "
    failed = [alert.run for alert in alerts if alert.run]
    has_outage = any(alert.run is None for alert in alerts)
    outages = (
        [_outages_text(alerts, now, zone, _MAX_REASON_LENGTH_WITH_FAILURES if failed else _MAX_REASON_LENGTH)]
        if has_outage
        else []
    )
    room -= len(head) + sum(map(len, outages)) + len("; .")
    failures = [_failures_text(failed, room)]
    return f"{head}{'; '.join(part for part in (*outages, *failures) if part)}."


def _outages_text(alerts: Sequence[Alert], now: datetime, zone: tzinfo, max_length: int) -> str:
    """Format the times of each outage, and the reason for the last, in at most `max_length` characters."""
    outages = [alert for alert in alerts if alert.run is None]
    shown = outages[-_MAX_OUTAGES:]
    spans = [_outage_span_text(alert, now, zone) for alert in shown]
    earlier = (
        f"{text_format.format_counted(len(outages) - len(shown), 'earlier outage')}, "
        if len(outages) > len(shown)
        else ""
    )
    reason = shorten(outages[-1].reason, max_length).rstrip(".")
    return f"{earlier}{', '.join(spans)} ({reason})"


def _outage_span_text(alert: Alert, now: datetime, zone: tzinfo) -> str:
    at = text_format.format_minute(alert.at, now, zone)
    if alert.until is None:
        what = "requests stopped" if alert.severity is Severity.STOPPED else "connection lost"
        return f"{what} {at}"
    until = text_format.format_minute(alert.until, now, zone)
    return f"connection lost {at}, restored {until}"


def _failures_text(runs: Sequence[Session], room: int) -> str:
    """Format `2 types failed: CollectJob 3 times (message), LogExport (message)`; each type once."""
    if not runs:
        return ""
    by_type: dict[str, list[Session]] = {}
    for run in runs:
        by_type.setdefault(_run_name(run), []).append(run)
    names = [
        f"{name} {len(type_runs)} times" if len(type_runs) > 1 else name
        for name, type_runs in by_type.items()
    ]
    head = f"{text_format.format_counted(len(names), 'type')} failed: "
    more = " and 9,999 more"
    shown_count = _count_fitting(names, room - len(head) - len(more))
    remaining = room - len(head) - len(more) - sum(len(name) + 2 for name in names[:shown_count])
    share = remaining // shown_count - len(" ()") if shown_count else 0
    messages = [type_runs[-1].message or "" for type_runs in by_type.values()]
    parts = [
        _name_with_message(name, message, share)
        for name, message in zip(names[:shown_count], messages, strict=False)
    ]
    rest = (
        f" and {text_format.format_count(len(names) - shown_count)} more" if shown_count < len(names) else ""
    )
    return f"{head}{', '.join(parts)}{rest}"


def _count_fitting(names: Iterable[str], room: int) -> int:
    """Return how many of the names fit."""
    count = 0
    for name in names:
        room -= len(name) + 2
        if room < 0:
            break
        count += 1
    return count


def _name_with_message(name: str, message: str, share: int) -> str:
    return f"{name} ({shorten(message, share)})" if message and share >= _MIN_MESSAGE_LENGTH else name


def _run_name(run: Session) -> str:
    return shorten(run.type or run.name or run.id, _MAX_NAME_LENGTH)
