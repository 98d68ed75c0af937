"""Times as the server writes them, read as aware ones in UTC, and which of them cannot be true.

Up to three decimals in 12, up to six in 13, events without a zone (em_rest/
get_systemsessions_id_events): whatever names no zone is UTC, as the elements' names say. What .NET,
SQL Server and others write for "never" (0001, 1753, 1899-12-30, 1900, 1970, 9999) is among what cannot
be true, so that it needs no list.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing that a server still lists was before this."""
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=2)
"""What is farther ahead of the server's clock than this cannot be."""
_SLIP = timedelta(seconds=60)
"""By so much a clock may have been put back during a run: an end may be before its start."""
_IN_NAME = re.compile(r"@\s?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)\s*\Z", re.ASCII)


def read_time(text: str | None) -> datetime | None:
    """The moment in UTC, to the microsecond; `None` for what is absent, empty or beyond the calendar.

    Raises `ValueError` for anything else.
    """
    text = text.strip() if text else ""
    if not text:
        return None
    if len(text) < 19 or not (text[4] == text[7] == "-" and text[10] in "T " and text[13] == text[16] == ":"):
        raise ValueError(text)  # fromisoformat takes weeks, bare dates and much else
    when = datetime.fromisoformat(text)
    if when.tzinfo is UTC:
        return when
    if when.tzinfo is None:
        return when.replace(tzinfo=UTC)
    try:
        return when.astimezone(UTC)
    except OverflowError:
        return None


def latest(clock: datetime | None) -> datetime:
    """The last moment that can be true while the server's clock shows `clock`."""
    return LATEST if clock is None or clock > LATEST - _AHEAD else clock + _AHEAD


def believable(when: datetime | None, last: datetime) -> datetime | None:
    """The moment; nothing if it is before 2000 or after `last`."""
    return when if when is not None and EARLIEST <= when <= last else None


def end_of(started: datetime | None, ended: datetime | None) -> datetime | None:
    """The end of what started then: never before that; nothing, if it is that by more than a clock's slip."""
    if started is None or ended is None or ended >= started:
        return ended
    return started if started - ended <= _SLIP else None


def time_in_name(name: str | None) -> datetime | None:
    """The start that a name ends with, ` @2025-01-27 17:05:52.069837`: it is in UTC."""
    found = _IN_NAME.search(name or "")
    try:
        return read_time(found.group(1)) if found else None
    except ValueError:
        return None


def read_http_date(text: str) -> datetime | None:
    """The moment of an HTTP date, in UTC; nothing if it is none."""
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
