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
from emtui.query import FIELDS

Value = str | float | bool | None
Record = dict[str, Value]
"""One object of the JSON, its keys in their order."""

KIND = "system"
SESSION_KEYS = FIELDS
EVENT_KEYS = ("order", "time", "offset_s", "gap_s", "message")


def session_record(session: Session, server: Server, now: datetime, *, known: bool = False) -> Record:
    """One session; `duration_s` counts to `now` while running, `known` is whether it is acknowledged."""
    return {
        "server": server.authority,
        "uid": session.uid,
        "id": session.id,
        "kind": KIND,
        "name": session.name or None,
        "type": session.type or None,
        "started": _iso(session.started),
        "ended": _iso(session.ended),
        "duration_s": _seconds(session.took(now)),
        "state": session.state or None,
        "result": session.result.word or None,
        "outcome": str(session.outcome),
        "message": session.message or None,
        "canceled": session.result.canceled,
        "known": known,
    }


def event_records(log: Log, started: datetime | None) -> list[Record]:
    """The events of one session, with offsets from its start, else from the first event."""
    events = log.events
    begin = started or next((event.time for event in events if event.time), None)
    return [_event(event, before, begin) for event, before in zip(events, _before(events), strict=True)]


def _before(events: Sequence[Event]) -> list[Event | None]:
    return [None, *events[:-1]] if events else []


def _event(event: Event, before: Event | None, begin: datetime | None) -> Record:
    return {
        "order": event.order,
        "time": _iso(event.time),
        "offset_s": _seconds(_between(begin, event.time)),
        "gap_s": _seconds(_between(before.time if before else None, event.time)),
        "message": event.message or None,
    }


def _between(earlier: datetime | None, later: datetime | None) -> timedelta | None:
    return later - earlier if earlier and later else None


def _iso(when: datetime | None) -> str | None:
    return text_format.iso(when) if when else None


def _seconds(span: timedelta | None) -> float | None:
    return span.total_seconds() if span is not None else None
