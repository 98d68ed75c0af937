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

_CLOCK_TIME = re.compile(r"(?:([a-z]{2,9})\s+)?(\d{1,2}:\d{2}(?::\d{2})?)", re.IGNORECASE)
_TIME_WITH_LETTER = re.compile(r"(.*:\d{2})([AB])", re.IGNORECASE | re.DOTALL)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""The days of the week in the order of `date.weekday`, in lower case."""
_SECOND = timedelta(seconds=1)
_EARLIEST_TIME = datetime.min.replace(tzinfo=UTC)


class TimeNotRepeatedError(ValueError):
    """A time with the letter A or B that is not ambiguous; the message is one sentence."""


class TimeNotRepeatedNowError(TimeNotRepeatedError):
    """The same for a clock time without a date, which may be ambiguous at another `now`."""


def parse_moment(text: str, *, now: datetime, zone: tzinfo, prefer_latest: bool = False) -> datetime:
    """Read a duration before `now`, a clock time (its last occurrence), a date or ISO 8601.

    A date means its midnight, or its last microsecond with `prefer_latest`, as in `until`. Durations count
    from the whole second. Raises `ValueError`; `TimeNotRepeatedError` for a letter after an unambiguous time.
    """
    if letter_match := _TIME_WITH_LETTER.fullmatch(text):
        return _parse_lettered_time(letter_match[1], letter_match[2].upper(), now, zone)
    if match := _CLOCK_TIME.fullmatch(text):
        return _last_clock_time(
            _parse_clock_time(match[2]),
            _last_two_days(match[1], now, zone),
            now,
            zone,
            prefer_latest=prefer_latest,
        )
    if len(text) == len("2026-11-23") and text.count("-") == 2:
        clock_time = time.max if prefer_latest else time.min
        return _to_utc(
            datetime.combine(date.fromisoformat(text), clock_time), zone, prefer_latest=prefer_latest
        )
    if "T" in text.upper() or " " in text:
        return _to_utc(datetime.fromisoformat(text), zone, prefer_latest=prefer_latest)
    return _subtract(now.replace(microsecond=0), text_format.parse_duration(text))


def _subtract(now: datetime, span: timedelta) -> datetime:
    try:
        return now - span
    except OverflowError:
        return _EARLIEST_TIME


def _parse_clock_time(text: str) -> time:
    return time.fromisoformat(text.zfill(len("02:10")))


def _last_two_days(weekday: str | None, now: datetime, zone: tzinfo) -> tuple[date, date]:
    """Today and yesterday, or the last two such weekdays (`Sat`, `Su`). Raises `ValueError`."""
    today = now.astimezone(zone).date()
    if weekday is None:
        return today, today - text_format.DAY
    weekday_index = next(
        (index for index, day in enumerate(WEEKDAYS) if day.startswith(weekday.casefold())), None
    )
    if weekday_index is None:
        raise ValueError(f"{weekday!r} is not a day of the week")
    day = today - (today.weekday() - weekday_index) % 7 * text_format.DAY
    return day, day - 7 * text_format.DAY


def _last_clock_time(
    clock_time: time, days: tuple[date, date], now: datetime, zone: tzinfo, *, prefer_latest: bool
) -> datetime:
    latest, previous = days
    times = (
        _to_utc(datetime.combine(latest, clock_time), zone, prefer_latest=is_latest)
        for is_latest in (prefer_latest, False)
    )
    last_past = next((time for time in times if time <= now), None)
    return last_past or _to_utc(datetime.combine(previous, clock_time), zone, prefer_latest=prefer_latest)


def _parse_lettered_time(text: str, letter: str, now: datetime, zone: tzinfo) -> datetime:
    """The first (`A`) or second (`B`) occurrence of an ambiguous time; raises `TimeNotRepeatedError`.

    For a clock time without a date it is the most recent one.
    """
    if match := _CLOCK_TIME.fullmatch(text):
        clock_time = _parse_clock_time(match[2])
        days = _last_two_days(match[1], now, zone)
        moments = _repeated_moments((datetime.combine(day, clock_time) for day in days), letter, zone)
        past = [moment for moment in moments if moment <= now]
        if moments and not past:
            raise TimeNotRepeatedNowError(f"{text}{letter} is in the future.")
    else:
        local_time = datetime.fromisoformat(text)
        if local_time.tzinfo:
            raise ValueError("a time with an offset is not ambiguous")
        moments = past = _repeated_moments([local_time], letter, zone)
    if not moments:
        error_type = TimeNotRepeatedNowError if match else TimeNotRepeatedError
        raise error_type(f"{text} does not occur twice: remove the letter {letter}.")
    return past[0]


def _repeated_moments(local_times: Iterable[datetime], letter: str, zone: tzinfo) -> list[datetime]:
    """The first or second occurrences of those times that are ambiguous in this zone."""
    moments = []
    for local_time in local_times:
        first, second = (
            _to_utc(local_time, zone, prefer_latest=prefer_latest) for prefer_latest in (False, True)
        )
        if first < second:
            moments.append(second if letter == "B" else first)
    return moments


def _to_utc(moment: datetime, zone: tzinfo, *, prefer_latest: bool) -> datetime:
    try:
        if moment.tzinfo:
            return moment.astimezone(UTC)
        first, second = (moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError:
        return calendar_limit(moment)
    if second < first:  # skipped: the offsets before and after the change disagree the wrong way round
        return _find_offset_change(second, first, zone)
    return second if prefer_latest else first


def calendar_limit(moment: datetime) -> datetime:
    """The first or last representable time, for a time beyond it in UTC."""
    return _EARLIEST_TIME if moment.year == MINYEAR else datetime.max.replace(tzinfo=UTC)


def _find_offset_change(earlier: datetime, later: datetime, zone: tzinfo) -> datetime:
    """The moment between these two when the zone changes its offset, to the second."""
    old_offset = earlier.astimezone(zone).utcoffset()
    while later - earlier > _SECOND:
        middle = earlier + (later - earlier) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == old_offset:
            earlier = middle
        else:
            later = middle
    return later
