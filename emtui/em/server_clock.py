"""Compare the server's clock with the local one, by the `Date` header of its responses.

`Date` has a resolution of one second, and a response takes time to arrive: a difference of less than
three seconds is ignored.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from emtui.em.timestamps import parse_http_date

MIN_SKEW = timedelta(seconds=3)
"""A smaller difference is ignored."""
_PLAUSIBLE_YEARS = range(2000, 2200)
"""Plausible years of a server's clock; a `Date` of 1970 means that its clock is not set."""
_UNSET_YEAR = " 0001 "
"""The year of .NET's minimum date, which the parser reads as 2001."""


def utc_now() -> datetime:
    """The current time by the local clock."""
    return datetime.now(UTC)


def parse_skew(date: str, received: datetime) -> timedelta | None:
    """How far the server's clock is ahead of the local one, from the `Date` of a response.

    To within a second. `None` if the header is missing, invalid or implausible.
    """
    server_date = parse_http_date(date)
    return (
        server_date - received
        if server_date and server_date.year in _PLAUSIBLE_YEARS and _UNSET_YEAR not in date
        else None
    )


def clock_offset(skew: timedelta | None) -> timedelta:
    """The offset of the server's clock from the local one; zero if unknown or negligible."""
    return timedelta() if skew is None or abs(skew) < MIN_SKEW else skew


def server_time(local_time: datetime, skew: timedelta | None) -> datetime:
    """Convert a local time to the server's clock; unchanged if the server's clock is unknown."""
    return local_time + clock_offset(skew)
