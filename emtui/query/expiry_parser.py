"""Parser of notes with an expiry: `INC0012345 until 08:00`.

The expiry is in the future: a duration from now, the next such clock time, the next such day of
the week, a date (its midnight) or ISO 8601. Without an offset it is in the user's zone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from emtui import text_format
from emtui.query.query_errors import BadQuery
from emtui.query.time_parsing import DAYS, edge

HOW = "write until 08:00, 7d, Mon 08:00 or 2026-11-30"
MOST = 400
"""Maximum number of characters of a note."""
_UNTIL = re.compile(r"(?:(?P<note>.*)\s)?until(?:\s+(?P<when>.*))?", re.IGNORECASE | re.DOTALL)
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{1,2}:\d{2}))?")


def parse_note(text: str, *, now: datetime, zone: tzinfo) -> tuple[str, datetime | None]:
    """The note, and its expiry in UTC if it ends in `until …`. Raises `BadQuery`."""
    found = _UNTIL.fullmatch(text.strip())
    note, when = (found["note"] or "", (found["when"] or "").strip()) if found else (text, None)
    note = " ".join(note.split())
    if len(note) > MOST:
        raise BadQuery(f"A note has at most {MOST} characters, not {text_format.count(len(note))}.", text)
    return note, None if when is None else parse_until(when, now=now, zone=zone)


def parse_until(text: str, *, now: datetime, zone: tzinfo) -> datetime:
    """The expiry, later than `now`. Raises `BadQuery`."""
    try:
        when = _moment(text, now, zone)
    except (ValueError, OverflowError):
        what = f"{text_format.cut(text, 40)!r} is not a time" if text else "until needs a time"
        raise BadQuery(f"{what}: {HOW}.", text) from None
    if when <= now:
        raise BadQuery(f"{text} is in the past: {HOW}.", text)
    return when


def _moment(text: str, now: datetime, zone: tzinfo) -> datetime:
    if _CLOCK.fullmatch(text):
        return _next(_clock(text), now, zone)
    if found := _DATE.fullmatch(text):
        clock = _clock(found[2]) if found[2] else time.min
        return _in_utc(datetime.combine(date.fromisoformat(found[1]), clock), zone)
    if "T" in text.upper() and text[:1].isdigit():
        return _in_utc(datetime.fromisoformat(text), zone)
    day, _, clock_text = text.partition(" ")
    named = [place for place, name in enumerate(DAYS) if len(day) > 2 and name.startswith(day.casefold())]
    if named:
        return _next_day(named[0], _clock(clock_text) if clock_text else time.min, now, zone)
    return now + text_format.parse_span(text)


def _clock(text: str) -> time:
    if not _CLOCK.fullmatch(text.strip()):
        raise ValueError("no clock time")
    return time.fromisoformat(text.strip().zfill(len("02:10")))


def _next(clock: time, now: datetime, zone: tzinfo) -> datetime:
    today = now.astimezone(zone).date()
    first = _in_utc(datetime.combine(today, clock), zone)
    return first if first > now else _in_utc(datetime.combine(today + text_format.DAY, clock), zone)


def _next_day(weekday: int, clock: time, now: datetime, zone: tzinfo) -> datetime:
    today = now.astimezone(zone).date()
    ahead = (weekday - today.weekday()) % 7
    first = _in_utc(datetime.combine(today + timedelta(days=ahead), clock), zone)
    return first if first > now else _in_utc(datetime.combine(today + timedelta(days=ahead + 7), clock), zone)


def _in_utc(when: datetime, zone: tzinfo) -> datetime:
    aware = when if when.tzinfo else when.replace(tzinfo=zone)
    try:
        return aware.astimezone(UTC)
    except OverflowError:
        return edge(when)
