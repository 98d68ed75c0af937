"""Parse the server's times as aware UTC times, and reject implausible ones.

Up to three decimals in version 12, up to six in 13, events without a zone (em_rest/
get_systemsessions_id_events): a time without a zone is UTC, as the element names say. The values of
.NET, SQL Server and others for "never" (0001, 1753, 1899-12-30, 1900, 1970, 9999) are implausible.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""The earliest plausible time."""
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
_MAX_AHEAD = timedelta(days=2)
"""A time further ahead of the server's clock is implausible."""
_MAX_CLOCK_STEP = timedelta(seconds=60)
"""How far a clock may be set back during a run, so that its end is before its start."""
_IN_NAME = re.compile(r"@\s?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)\s*\Z", re.ASCII)


def parse_time(text: str | None) -> datetime | None:
    """The time in UTC, to the microsecond; `None` if absent, empty or out of range.

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


def latest_plausible(clock: datetime | None) -> datetime:
    """The latest plausible time when the server's clock shows `clock`."""
    return LATEST if clock is None or clock > LATEST - _MAX_AHEAD else clock + _MAX_AHEAD


def drop_implausible(when: datetime | None, latest_time: datetime) -> datetime | None:
    """The time, or `None` if it is before 2000 or after `latest_time`."""
    return when if when is not None and EARLIEST <= when <= latest_time else None


def plausible_end(started: datetime | None, ended: datetime | None) -> datetime | None:
    """The end time, not before the start; `None` if it is earlier by more than a step of the clock."""
    if started is None or ended is None or ended >= started:
        return ended
    return started if started - ended <= _MAX_CLOCK_STEP else None


def parse_name_time(name: str | None) -> datetime | None:
    """The start time at the end of a name, ` @2025-01-27 17:05:52.069837`, in UTC."""
    match = _IN_NAME.search(name or "")
    try:
        return parse_time(match.group(1)) if match else None
    except ValueError:
        return None


def parse_http_date(text: str) -> datetime | None:
    """The time of an HTTP date, in UTC; `None` if invalid."""
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
