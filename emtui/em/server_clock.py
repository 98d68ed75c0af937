"""The server's clock against this computer's, as the `Date` header of its answers tells it.

A `Date` has no fractions of a second, and its way here takes time: two clocks that are less than three
seconds apart count as the same.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from emtui.em.timestamps import read_http_date

ACCURACY = timedelta(seconds=3)
"""A smaller difference is none."""
_YEARS = range(2000, 2200)
"""What a server's clock may show; a `Date` of 1970 is that of a computer that does not know the time."""
_UNSET = " 0001 "
"""The year of .NET's "never", which the parser takes for 2001."""


def utc_now() -> datetime:
    """The clock of this computer, called ours."""
    return datetime.now(UTC)


def read_skew(date: str, received: datetime) -> timedelta | None:
    """How far the server's clock was ahead of ours when an answer with this `Date` was received.

    To within a second. `None` where the header is missing, is no date, or no server's clock can show it.
    """
    shown = read_http_date(date)
    return shown - received if shown and shown.year in _YEARS and _UNSET not in date else None


def offset(skew: timedelta | None) -> timedelta:
    """What to add to our clock to have the server's: nothing where that is unknown or makes no difference."""
    return timedelta() if skew is None or abs(skew) < ACCURACY else skew


def server_time(ours: datetime, skew: timedelta | None) -> datetime:
    """What the server's clock shows when ours shows this; ours, where the server's is not known."""
    return ours + offset(skew)
