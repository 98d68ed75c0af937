"""Alerts in one sentence for each server: every type that failed by its name, every outage with its times.

Pure. The sentence is bounded: messages are cut first, to even shares, then names are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from itertools import groupby

from emtui import text_format
from emtui.em.model import Session
from emtui.em.text_sanitizer import brief
from emtui.monitor.alert_policy import Alert, Severity

LONGEST = 1000
"""Characters of a sentence, at most."""
_NAME = 60
_LEAST_MESSAGE = 12
"""Less of a message says nothing."""
_WHY, _WHY_BESIDE = 200, 60
"""Characters of the reason for an outage; fewer where types failed, too: the footer shows their names."""
_OUTAGES = 4
"""Times of outages that are named; more are counted."""


def sentence(alerts: Sequence[Alert], now: datetime, zone: tzinfo) -> str:
    """What happened: in as many words as one alert needs, or all of it, worst first."""
    if len(alerts) == 1 and (told := _alone(alerts[0])):
        return told
    servers = [
        list(of_one)
        for _, of_one in groupby(sorted(alerts, key=lambda one: one.server), key=lambda one: one.server)
    ]
    room = LONGEST // max(len(servers), 1) - 1
    return " ".join(_of_server(of_one, now, zone, room) for of_one in servers)


def _alone(alert: Alert) -> str:
    if alert.run is not None:
        name, message = _name(alert.run), alert.run.message or "no message"
        return brief(f"{name} failed on {alert.server}: {message}", LONGEST)
    return brief(alert.why, LONGEST) if alert.until is None else ""


def _of_server(alerts: Sequence[Alert], now: datetime, zone: tzinfo, room: int) -> str:
    """Format `em01 since 18:03: connection lost 18:05, back 18:08 (…); 1 type failed: LogExport (…)`."""
    since = text_format.minute_clock(min(alert.at for alert in alerts), now, zone)
    head = f"{brief(alerts[0].server, _NAME)} since {since}: "
    failed = [alert.run for alert in alerts if alert.run]
    gone = any(alert.run is None for alert in alerts)
    outages = [_outages(alerts, now, zone, _WHY_BESIDE if failed else _WHY)] if gone else []
    room -= len(head) + sum(map(len, outages)) + len("; .")
    failures = [_failures(failed, room)]
    return f"{head}{'; '.join(part for part in (*outages, *failures) if part)}."


def _outages(alerts: Sequence[Alert], now: datetime, zone: tzinfo, most: int) -> str:
    """Each with its times, and why the last one was, in at most so many characters."""
    outages = [alert for alert in alerts if alert.run is None]
    shown = outages[-_OUTAGES:]
    spans = [_span(alert, now, zone) for alert in shown]
    earlier = (
        f"{text_format.counted(len(outages) - len(shown), 'earlier outage')}, "
        if len(outages) > len(shown)
        else ""
    )
    why = brief(outages[-1].why, most).rstrip(".")
    return f"{earlier}{', '.join(spans)} ({why})"


def _span(alert: Alert, now: datetime, zone: tzinfo) -> str:
    at = text_format.minute_clock(alert.at, now, zone)
    if alert.until is None:
        what = "requests stopped" if alert.severity is Severity.STOPPED else "connection lost"
        return f"{what} {at}"
    until = text_format.minute_clock(alert.until, now, zone)
    if alert.severity is Severity.RECOVERED:
        return f"connection back {until}, lost {at}"
    return f"connection lost {at}, back {until}"


def _failures(runs: Sequence[Session], room: int) -> str:
    """`2 types failed: CollectJob 3 times (message), LogExport (message)`; each type once."""
    if not runs:
        return ""
    by_type: dict[str, list[Session]] = {}
    for run in runs:
        by_type.setdefault(_name(run), []).append(run)
    names = [f"{name} {len(its)} times" if len(its) > 1 else name for name, its in by_type.items()]
    head = f"{text_format.counted(len(names), 'type')} failed: "
    more = " and 9,999 more"
    fitting = _fitting(names, room - len(head) - len(more))
    left = room - len(head) - len(more) - sum(len(name) + 2 for name in names[:fitting])
    share = left // fitting - len(" ()") if fitting else 0
    messages = [its[-1].message or "" for its in by_type.values()]
    told = [_with(name, message, share) for name, message in zip(names[:fitting], messages, strict=False)]
    rest = f" and {text_format.count(len(names) - fitting)} more" if fitting < len(names) else ""
    return f"{head}{', '.join(told)}{rest}"


def _fitting(names: Iterable[str], room: int) -> int:
    """How many of the names find room."""
    number = 0
    for name in names:
        room -= len(name) + 2
        if room < 0:
            break
        number += 1
    return number


def _with(name: str, message: str, share: int) -> str:
    return f"{name} ({brief(message, share)})" if message and share >= _LEAST_MESSAGE else name


def _name(run: Session) -> str:
    return brief(run.type or run.name or run.id, _NAME)
