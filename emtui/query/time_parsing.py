"""The moment that a person means by `24h`, `02:10`, `Sat 02:10`, `2026-11-23` or `2026-11-23T02:10:04Z`.

Without an offset a time is one of the person's zone. The answer is in UTC. Where clocks
change no run is hidden by that: of an hour that comes twice `since` means the first and
`until` the second, and a time that never comes is the moment at which it is left out. `02:10A` and
`02:10B` are the first and the second of such an hour, as the screens write them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import MINYEAR, UTC, date, datetime, time, timedelta, tzinfo

from emtui import text_format

_CLOCK = re.compile(r"(?:([a-z]{2,9})\s+)?(\d{1,2}:\d{2}(?::\d{2})?)", re.IGNORECASE)
_LETTERED = re.compile(r"(.*:\d{2})([AB])", re.IGNORECASE | re.DOTALL)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""The days of the week in the order of `date.weekday`, in lower case."""
_SECOND = timedelta(seconds=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class NotTwice(ValueError):
    """A letter tells two times apart, but the time comes once; one sentence."""


class NotTwiceNow(NotTwice):
    """The same of a clock time without a date: at another `now` it may have come twice."""


def parse_moment(text: str, *, now: datetime, zone: tzinfo, last: bool = False) -> datetime:
    """Read a span back from `now`, a clock time (the last such one), a date or ISO 8601.

    A bare date is its midnight, or its last microsecond with `last`, as `until` means it; a
    span is reckoned from the whole second. Raises `ValueError`, of the kind `NotTwice` for a letter
    behind a time that comes once.
    """
    if lettered := _LETTERED.fullmatch(text):
        return _of_two(lettered[1], lettered[2].upper(), now, zone)
    if found := _CLOCK.fullmatch(text):
        return _last_clock(_clock(found[2]), _last_days(found[1], now, zone), now, zone, last=last)
    if len(text) == len("2026-11-23") and text.count("-") == 2:
        clock = time.max if last else time.min
        return _in_utc(datetime.combine(date.fromisoformat(text), clock), zone, last=last)
    if "T" in text.upper() or " " in text:
        return _in_utc(datetime.fromisoformat(text), zone, last=last)
    return _back(now.replace(microsecond=0), text_format.parse_span(text))


def _back(now: datetime, span: timedelta) -> datetime:
    try:
        return now - span
    except OverflowError:
        return _LONG_AGO


def _clock(text: str) -> time:
    return time.fromisoformat(text.zfill(len("02:10")))


def _last_days(weekday: str | None, now: datetime, zone: tzinfo) -> tuple[date, date]:
    """Today and the day before; of a weekday, such as `Sat` or `Su`, the last two. Raises `ValueError`."""
    today = now.astimezone(zone).date()
    if weekday is None:
        return today, today - text_format.DAY
    named = next((place for place, day in enumerate(DAYS) if day.startswith(weekday.casefold())), None)
    if named is None:
        raise ValueError(f"{weekday!r} is not a day of the week")
    day = today - (today.weekday() - named) % 7 * text_format.DAY
    return day, day - 7 * text_format.DAY


def _last_clock(clock: time, days: tuple[date, date], now: datetime, zone: tzinfo, *, last: bool) -> datetime:
    latest, before = days
    times = (_in_utc(datetime.combine(latest, clock), zone, last=later) for later in (last, False))
    past = next((time for time in times if time <= now), None)
    return past or _in_utc(datetime.combine(before, clock), zone, last=last)


def _of_two(text: str, letter: str, now: datetime, zone: tzinfo) -> datetime:
    """The first (`A`) or second (`B`) moment at which the clock shows this; raises `NotTwice`.

    Of a clock time without a date it is the last such moment there was.
    """
    if found := _CLOCK.fullmatch(text):
        clock = _clock(found[2])
        days = _last_days(found[1], now, zone)
        moments = _twice((datetime.combine(day, clock) for day in days), letter, zone)
        past = [moment for moment in moments if moment <= now]
        if moments and not past:
            raise NotTwiceNow(f"{text}{letter} is still to come.")
    else:
        local = datetime.fromisoformat(text)
        if local.tzinfo:
            raise ValueError("an offset tells the two apart already")
        moments = past = _twice([local], letter, zone)
    if not moments:
        kind = NotTwiceNow if found else NotTwice
        raise kind(f"the clock does not show {text} twice: leave the letter {letter} out.")
    return past[0]


def _twice(locals_: Iterable[datetime], letter: str, zone: tzinfo) -> list[datetime]:
    """Of the times that a clock shows twice in this zone: the moments of the first or the second time."""
    found = []
    for local in locals_:
        first, second = (_in_utc(local, zone, last=last) for last in (False, True))
        if first < second:
            found.append(second if letter == "B" else first)
    return found


def _in_utc(when: datetime, zone: tzinfo, *, last: bool) -> datetime:
    try:
        if when.tzinfo:
            return when.astimezone(UTC)
        first, second = (when.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError:
        return edge(when)
    if second < first:  # it never comes: the rules before and after the change disagree the wrong way round
        return _change(second, first, zone)
    return second if last else first


def edge(when: datetime) -> datetime:
    """The edge of the calendar, for a time that lies beyond it in UTC."""
    return _LONG_AGO if when.year == MINYEAR else datetime.max.replace(tzinfo=UTC)


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
