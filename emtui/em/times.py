"""Times as the server writes them, read as aware ones in UTC.

Up to three decimals in 12, up to six in 13, events without a zone (em_rest/
get_systemsessions_id_events): whatever names no zone is UTC, as the elements' names say.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_UNSET = ("1753-01-01", "0001-01-01")
"""What .NET and SQL Server write for "never"."""
_IN_NAME = re.compile(r"@\s?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)\s*\Z", re.ASCII)


def read_time(text: str | None) -> datetime | None:
    """The moment in UTC, to the microsecond; `None` for what is absent, empty or unset.

    Raises `ValueError` for anything else.
    """
    text = text.strip() if text else ""
    if not text or text.startswith(_UNSET):
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
        raise ValueError(text) from None


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
