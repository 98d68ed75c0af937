"""The moment that a person means by `24h`, `02:10`, `2026-11-23` or `2026-11-23T02:10:04Z`.

Without an offset a time is one of the person's zone. The answer is in UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from emtui import words

_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def parse_moment(text: str, *, now: datetime, zone: tzinfo, last: bool = False) -> datetime:
    """Read a span back from `now`, a clock time (the last such one), a date or ISO 8601.

    A bare date is its midnight, or its last microsecond with `last`. Raises `ValueError`.
    """
    if _CLOCK.fullmatch(text):
        return _last_clock(time.fromisoformat(text.zfill(len("02:10"))), now, zone)
    if len(text) == len("2026-11-23") and text.count("-") == 2:
        clock = time.max if last else time.min
        return _in_utc(datetime.combine(date.fromisoformat(text), clock), zone)
    if "T" in text.upper() or " " in text:
        return _in_utc(datetime.fromisoformat(text), zone)
    return _back(now, words.parse_span(text))


def _back(now: datetime, span: timedelta) -> datetime:
    try:
        return now - span
    except OverflowError:
        return _LONG_AGO


def _last_clock(clock: time, now: datetime, zone: tzinfo) -> datetime:
    today = now.astimezone(zone).date()
    latest = _in_utc(datetime.combine(today, clock), zone)
    return latest if latest <= now else _in_utc(datetime.combine(today - words.DAY, clock), zone)


def _in_utc(when: datetime, zone: tzinfo) -> datetime:
    aware = when if when.tzinfo else when.replace(tzinfo=zone)
    try:
        return aware.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("no zone reaches that year") from error
