"""Parser of times in queries: `24h`, `02:10`, `Sat 02:10`, `2026-11-23` or `2026-11-23T02:10:04Z`.

Times without an offset are in the user's zone; results are in UTC. Around a change of the clocks no run
is hidden: of an ambiguous time `since` means the first and `until` the second occurrence, and a time
that is skipped means the moment of the change. `02:10A` and `02:10B` are the first and second
occurrence of an ambiguous time, as the screens show them.
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
    """A time with the letter A or B that is not ambiguous; the message is one sentence."""


class NotTwiceNow(NotTwice):
    """The same for a clock time without a date, which may be ambiguous at another `now`."""


def parse_moment(text: str, *, now: datetime, zone: tzinfo, last: bool = False) -> datetime:
    """Read a duration before `now`, a clock time (its last occurrence), a date or ISO 8601.

    A date means its midnight, or its last microsecond with `last`, as in `until`. Durations count
    from the whole second. Raises `ValueError`, as `NotTwice` for a letter after an unambiguous time.
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
    """Today and yesterday, or the last two such weekdays (`Sat`, `Su`). Raises `ValueError`."""
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
    """The first (`A`) or second (`B`) occurrence of an ambiguous time; raises `NotTwice`.

    For a clock time without a date it is the most recent one.
    """
    if found := _CLOCK.fullmatch(text):
        clock = _clock(found[2])
        days = _last_days(found[1], now, zone)
        moments = _twice((datetime.combine(day, clock) for day in days), letter, zone)
        past = [moment for moment in moments if moment <= now]
        if moments and not past:
            raise NotTwiceNow(f"{text}{letter} is in the future.")
    else:
        local = datetime.fromisoformat(text)
        if local.tzinfo:
            raise ValueError("a time with an offset is not ambiguous")
        moments = past = _twice([local], letter, zone)
    if not moments:
        kind = NotTwiceNow if found else NotTwice
        raise kind(f"{text} does not occur twice: remove the letter {letter}.")
    return past[0]


def _twice(locals_: Iterable[datetime], letter: str, zone: tzinfo) -> list[datetime]:
    """The first or second occurrences of those times that are ambiguous in this zone."""
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
    if second < first:  # skipped: the offsets before and after the change disagree the wrong way round
        return _change(second, first, zone)
    return second if last else first


def edge(when: datetime) -> datetime:
    """The first or last representable time, for a time beyond it in UTC."""
    return _LONG_AGO if when.year == MINYEAR else datetime.max.replace(tzinfo=UTC)


def _change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The moment between these two when the zone changes its offset, to the second."""
    old = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
