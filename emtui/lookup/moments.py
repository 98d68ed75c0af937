"""The moment that a person means by `24h`, `02:10`, `2026-11-23` or `2026-11-23T02:10:04Z`.

Without an offset a time is one of the person's zone. The answer is in UTC. Where clocks
change no run is hidden by that: of an hour that comes twice `since` means the first and
`until` the second, and a time that never comes is the moment at which it is left out.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from emtui import words

_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_SECOND = timedelta(seconds=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def parse_moment(text: str, *, now: datetime, zone: tzinfo, last: bool = False) -> datetime:
    """Read a span back from `now`, a clock time (the last such one), a date or ISO 8601.

    A bare date is its midnight, or its last microsecond with `last`, as `until` means it; a
    span is reckoned from the whole second. Raises `ValueError`.
    """
    if _CLOCK.fullmatch(text):
        return _last_clock(time.fromisoformat(text.zfill(len("02:10"))), now, zone, last=last)
    if len(text) == len("2026-11-23") and text.count("-") == 2:
        clock = time.max if last else time.min
        return _in_utc(datetime.combine(date.fromisoformat(text), clock), zone, last=last)
    if "T" in text.upper() or " " in text:
        return _in_utc(datetime.fromisoformat(text), zone, last=last)
    return _back(now.replace(microsecond=0), words.parse_span(text))


def _back(now: datetime, span: timedelta) -> datetime:
    try:
        return now - span
    except OverflowError:
        return _LONG_AGO


def _last_clock(clock: time, now: datetime, zone: tzinfo, *, last: bool) -> datetime:
    today = now.astimezone(zone).date()
    times = (_in_utc(datetime.combine(today, clock), zone, last=later) for later in (last, False))
    past = next((time for time in times if time <= now), None)
    return past or _in_utc(datetime.combine(today - words.DAY, clock), zone, last=last)


def _in_utc(when: datetime, zone: tzinfo, *, last: bool) -> datetime:
    try:
        if when.tzinfo:
            return when.astimezone(UTC)
        first, second = (when.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError as error:
        raise ValueError("no zone reaches that year") from error
    if second < first:  # it never comes: the rules before and after the change disagree the wrong way round
        return _change(second, first, zone)
    return second if last else first


def _change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The moment between these two at which the zone changes its offset, to the second."""
    old = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
