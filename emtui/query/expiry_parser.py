"""Parser of notes with an expiry: `INC0012345 until 08:00`.

The expiry is in the future: a duration from now, the next such clock time, the next such day of
the week, a date (its midnight) or ISO 8601. Without an offset it is in the user's zone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from emtui import text_format
from emtui.query.query_errors import InvalidQueryError
from emtui.query.time_parsing import WEEKDAYS, calendar_limit

EXPIRY_SYNTAX = "write until 08:00, 7d, Mon 08:00 or 2026-11-30"
MAX_NOTE_LENGTH = 400
"""Maximum number of characters of a note."""
_NOTE_UNTIL = re.compile(r"(?:(?P<note>.*)\s)?until(?:\s+(?P<when>.*))?", re.IGNORECASE | re.DOTALL)
_CLOCK_TIME = re.compile(r"\d{1,2}:\d{2}")
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{1,2}:\d{2}))?")


def parse_note(text: str, *, now: datetime, zone: tzinfo) -> tuple[str, datetime | None]:
    """The note, and its expiry in UTC if it ends in `until …`. Raises `InvalidQueryError`."""
    match = _NOTE_UNTIL.fullmatch(text.strip())
    note, expiry_text = (match["note"] or "", (match["when"] or "").strip()) if match else (text, None)
    note = " ".join(note.split())
    if len(note) > MAX_NOTE_LENGTH:
        raise InvalidQueryError(
            f"A note has at most {MAX_NOTE_LENGTH} characters, not {text_format.format_count(len(note))}.",
            text,
        )
    return note, None if expiry_text is None else parse_until(expiry_text, now=now, zone=zone)


def parse_until(text: str, *, now: datetime, zone: tzinfo) -> datetime:
    """The expiry, later than `now`. Raises `InvalidQueryError`."""
    try:
        expiry = _parse_moment(text, now, zone)
    except (ValueError, OverflowError):
        problem = f"{text_format.truncate(text, 40)!r} is not a time" if text else "until needs a time"
        raise InvalidQueryError(f"{problem}: {EXPIRY_SYNTAX}.", text) from None
    if expiry <= now:
        raise InvalidQueryError(f"{text} is in the past: {EXPIRY_SYNTAX}.", text)
    return expiry


def _parse_moment(text: str, now: datetime, zone: tzinfo) -> datetime:
    if _CLOCK_TIME.fullmatch(text):
        return _next_clock_time(_parse_clock_time(text), now, zone)
    if match := _DATE.fullmatch(text):
        clock_time = _parse_clock_time(match[2]) if match[2] else time.min
        return _to_utc(datetime.combine(date.fromisoformat(match[1]), clock_time), zone)
    if "T" in text.upper() and text[:1].isdigit():
        return _to_utc(datetime.fromisoformat(text), zone)
    day, _, clock_text = text.partition(" ")
    weekdays = [
        weekday for weekday, name in enumerate(WEEKDAYS) if len(day) > 2 and name.startswith(day.casefold())
    ]
    if weekdays:
        return _next_weekday(
            weekdays[0], _parse_clock_time(clock_text) if clock_text else time.min, now, zone
        )
    return now + text_format.parse_duration(text)


def _parse_clock_time(text: str) -> time:
    if not _CLOCK_TIME.fullmatch(text.strip()):
        raise ValueError("no clock time")
    return time.fromisoformat(text.strip().zfill(len("02:10")))


def _next_clock_time(clock_time: time, now: datetime, zone: tzinfo) -> datetime:
    today = now.astimezone(zone).date()
    candidate = _to_utc(datetime.combine(today, clock_time), zone)
    return (
        candidate if candidate > now else _to_utc(datetime.combine(today + text_format.DAY, clock_time), zone)
    )


def _next_weekday(weekday: int, clock_time: time, now: datetime, zone: tzinfo) -> datetime:
    today = now.astimezone(zone).date()
    days_ahead = (weekday - today.weekday()) % 7
    candidate = _to_utc(datetime.combine(today + timedelta(days=days_ahead), clock_time), zone)
    return (
        candidate
        if candidate > now
        else _to_utc(datetime.combine(today + timedelta(days=days_ahead + 7), clock_time), zone)
    )


def _to_utc(moment: datetime, zone: tzinfo) -> datetime:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    try:
        return aware.astimezone(UTC)
    except OverflowError:
        return calendar_limit(moment)
