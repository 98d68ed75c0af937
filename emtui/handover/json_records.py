"""JSON of sessions and events. The keys are a public interface.

Times are ISO 8601 in UTC with six decimals and `Z`, durations are seconds as numbers; absent, nil and
empty values are `None`. Keys may be added, but existing ones stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from emtui import text_format
from emtui.em.model import Event, Log, Session
from emtui.em.server_address import Server
from emtui.query import SORT_FIELDS

JsonValue = str | float | bool | None
JsonRecord = dict[str, JsonValue]
"""One object of the JSON, its keys in their order."""

KIND = "system"
SESSION_KEYS = SORT_FIELDS
EVENT_KEYS = ("order", "time", "offset_s", "gap_s", "message")


def session_record(
    session: Session, server: Server, now: datetime, *, is_acknowledged: bool = False
) -> JsonRecord:
    """One session; `duration_s` counts to `now` while running, `known` is whether it is acknowledged."""
    return {
        "server": server.authority,
        "uid": session.uid,
        "id": session.id,
        "kind": KIND,
        "name": session.name or None,
        "type": session.type or None,
        "started": iso_or_none(session.started),
        "ended": iso_or_none(session.ended),
        "duration_s": seconds_or_none(session.duration(now)),
        "state": session.state or None,
        "result": session.result.value or None,
        "outcome": str(session.outcome),
        "message": session.message or None,
        "canceled": session.result.is_canceled,
        "known": is_acknowledged,
    }


def event_records(log: Log, started: datetime | None) -> list[JsonRecord]:
    """The events of one session, with offsets from its start, else from the first event."""
    events = log.events
    offset_start = started or next((event.time for event in events if event.time), None)
    return [
        _event_record(event, before, offset_start)
        for event, before in zip(events, _preceding_events(events), strict=True)
    ]


def _preceding_events(events: Sequence[Event]) -> list[Event | None]:
    return [None, *events[:-1]] if events else []


def _event_record(event: Event, previous: Event | None, offset_start: datetime | None) -> JsonRecord:
    return {
        "order": event.order,
        "time": iso_or_none(event.time),
        "offset_s": seconds_or_none(_time_between(offset_start, event.time)),
        "gap_s": seconds_or_none(_time_between(previous.time if previous else None, event.time)),
        "message": event.message or None,
    }


def _time_between(earlier: datetime | None, later: datetime | None) -> timedelta | None:
    return later - earlier if earlier and later else None


def iso_or_none(when: datetime | None) -> str | None:
    """A time in ISO 8601."""
    return text_format.format_iso(when) if when else None


def seconds_or_none(span: timedelta | None) -> float | None:
    """A duration in seconds."""
    return span.total_seconds() if span is not None else None
