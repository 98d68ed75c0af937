"""Axes of time: a window divided into cells of a round length, and a day of 24 hours by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
"""The shortest time."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP_MINUTES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 40)
_STEP_HOURS = (1, 1.5, 2, 3, 4, 6, 8, 12, 24)
STEPS = (*(number * MINUTE for number in _STEP_MINUTES), *(number * HOUR for number in _STEP_HOURS))
"""Lengths of a cell; each divides a day, so that cells begin at full hours."""


def find_step(span: timedelta, max_cells: int) -> timedelta:
    """The shortest length of a cell with which this span takes at most so many cells."""
    return next((step for step in STEPS if span // step <= max_cells), STEPS[-1])


@dataclass(frozen=True, slots=True)
class Window:
    """The time from `until - span` up to, not including, `until`, in cells of `step`."""

    until: datetime
    span: timedelta
    step: timedelta

    @property
    def since(self) -> datetime:
        """Its beginning."""
        return self.until - self.span

    @property
    def cell_count(self) -> int:
        """The number of its cells."""
        return self.span // self.step

    def cell_at(self, moment: datetime) -> int:
        """The number of the cell in which a time within it lies."""
        return (moment - self.since) // self.step

    def cells_between(self, start: datetime, end: datetime) -> Sequence[int]:
        """The cells that a run with some time in it touches; at least one."""
        return _cells_from_to(self, max(start, self.since), min(end, self.until))

    def contains(self, moment: datetime) -> bool:
        """Whether a time lies within it."""
        return self.since <= moment < self.until


def window_until(last: datetime, span: timedelta, max_cells: int, zone: tzinfo) -> Window:
    """The window of this span whose last cell contains `last`.

    Its cells begin at round times of the clock in this zone, so that it moves by whole cells only.
    """
    step = find_step(span, max_cells)
    offset = last.astimezone(zone).utcoffset() or timedelta()
    cell_number = (last - _EPOCH + offset) // step
    return Window(_EPOCH + (cell_number + 1) * step - offset, span // step * step, step)


@dataclass(frozen=True, slots=True)
class ClockDay:
    """One day in a zone, in cells of its 24 hours by the clock.

    An hour that the clocks repeat takes the same cells twice, one that they skip leaves its cells empty.
    """

    since: datetime
    until: datetime
    step: timedelta
    zone: tzinfo
    clock_change: datetime | None = None
    """When the clocks are put back or forward in it."""

    @property
    def cell_count(self) -> int:
        """The number of its cells."""
        return DAY // self.step

    def cell_at(self, moment: datetime) -> int:
        """The number of the cell in which a time within it lies."""
        if self.clock_change is None:
            return (moment - self.since) // self.step
        local = moment.astimezone(self.zone)
        return timedelta(hours=local.hour, minutes=local.minute, seconds=local.second) // self.step

    def cells_between(self, start: datetime, end: datetime) -> Sequence[int]:
        """The cells that a run with some time in it touches, in the order of time; at least one."""
        start, end = max(start, self.since), min(end, self.until)
        change = self.clock_change
        if change is None or not start < change < end:
            return _cells_from_to(self, start, end)
        return tuple(
            dict.fromkeys([*_cells_from_to(self, start, change), *_cells_from_to(self, change, end)])
        )


def _cells_from_to(axis: Window | ClockDay, start: datetime, end: datetime) -> range:
    first, last = axis.cell_at(start), axis.cell_at(max(end - INSTANT, start))
    return range(first, max(first, last) + 1)


def day_of(moment: datetime, days_before: int, step: timedelta, zone: tzinfo) -> ClockDay:
    """The day in this zone that many days before the day of a time."""
    date = moment.astimezone(zone).date() - days_before * DAY
    since, until = (datetime.combine(day, time.min, zone).astimezone(UTC) for day in (date, date + DAY))
    return ClockDay(since, until, step, zone, _find_clock_change(since, until, zone))


def _find_clock_change(since: datetime, until: datetime, zone: tzinfo) -> datetime | None:
    """The first moment of a day with another offset from UTC than its beginning, to the minute."""
    before = since.astimezone(zone).utcoffset()
    if until.astimezone(zone).utcoffset() == before:
        return None
    earlier, later = since, until
    while later - earlier > MINUTE:
        middle = earlier + (later - earlier) // MINUTE // 2 * MINUTE
        if middle.astimezone(zone).utcoffset() == before:
            earlier = middle
        else:
            later = middle
    return later
