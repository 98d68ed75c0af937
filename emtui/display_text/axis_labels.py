"""The labels of an axis of time: hours and days in a zone, each at the cell in which it begins.

    00 Mon      02      04

Pure: a window and a zone in, labels out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Generic, TypeVar

from emtui import text_format
from emtui.display_text.glyphs import UNKNOWN_MARK
from emtui.triage.time_axis import DAY, HOUR, MINUTE, Window

NOW_LABEL = "now"
_MIN_LABEL_CELLS, _MIN_DAY_CELLS = 8, 7
"""Cells from label to label, of hours and of days: the widest takes six."""
_INTERVALS = (30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR)
_DAY_INTERVALS = (1, 2, 7, 14)
_MONDAY = 1
"""The ordinal of a Monday."""

S = TypeVar("S")


class LabelLine(Generic[S]):
    """Labels on one line, each with a style of any kind; one is written only where the cells are free."""

    def __init__(self, width: int, blank_style: S) -> None:
        self.cells: list[tuple[str, S]] = [(" ", blank_style)] * width

    def put(self, column: int, text: str, style: S) -> bool:
        """Write a label, unless there is no room for it and the next cells."""
        end = column + len(text)
        is_free = all(sign == " " for sign, _ in self.cells[max(column - 1, 0) : end + 1])
        if not 0 <= column <= len(self.cells) - len(text) or not is_free:
            return False
        self.cells[column:end] = [(sign, style) for sign in text]
        return True

    def put_at_end(self, text: str, style: S) -> None:
        """Write a label at the end of the line."""
        self.put(len(self.cells) - len(text), text, style)

    def put_unknown(self, window: Window, known_since: datetime | None, style: S) -> None:
        """Mark the cells before `known_since`: the list does not tell what was before."""
        if known_since is not None and known_since > window.since:
            count = min(window.cell_at(known_since), window.cell_count)
            self.put(0, UNKNOWN_MARK * count, style)

    def put_times(self, window: Window, zone: tzinfo, hour_style: S, day_style: S) -> None:
        """Write hours and days wherever there is room."""
        for moment, text, is_new_day in axis_labels(window, zone):
            if window.contains(moment):
                self.put(window.cell_at(moment), text, day_style if is_new_day else hour_style)


def axis_labels(window: Window, zone: tzinfo) -> Iterator[tuple[datetime, str, bool]]:
    """The labels of a window: time, text, and whether it names a day; some lie just outside."""
    interval = next((step for step in _INTERVALS if step // window.step >= _MIN_LABEL_CELLS), None)
    first = window.since.astimezone(zone).date()
    for number in range((window.until.astimezone(zone).date() - first).days + 1):
        date = first + number * DAY
        midnight = datetime.combine(date, time.min, zone)
        if interval is None:
            if _is_labeled_day(date.toordinal(), window.step):
                yield midnight.astimezone(UTC), f"{date:%a} {date.day:02}", True
            continue
        for hours in range(DAY // interval):
            wall_clock = (midnight.replace(tzinfo=None) + hours * interval).replace(tzinfo=zone)
            for moment in _moments_of(wall_clock, zone):
                text = hour_text(moment, zone, with_minutes=bool(wall_clock.minute))
                yield moment, f"{text} {date:%a}" if hours == 0 else text, hours == 0


def hour_labels(step: timedelta) -> Iterator[tuple[int, str]]:
    """The cells and labels of a day of 24 hours by the clock."""
    interval = next((each for each in _INTERVALS if each // step >= _MIN_LABEL_CELLS), _INTERVALS[-1])
    for number in range(DAY // interval):
        minutes = number * interval // MINUTE
        yield (
            number * interval // step,
            f"{minutes // 60:02}" + (f":{minutes % 60:02}" if minutes % 60 else ""),
        )


def _is_labeled_day(ordinal: int, step: timedelta) -> bool:
    days = next((days for days in _DAY_INTERVALS if days * DAY // step >= _MIN_DAY_CELLS), _DAY_INTERVALS[-1])
    return (ordinal - _MONDAY) % days == 0


def _moments_of(wall_clock: datetime, zone: tzinfo) -> Iterator[datetime]:
    """The moments at which a clock of this zone shows this time: none, one or two."""
    for fold in (0, 1):
        moment = wall_clock.replace(fold=fold).astimezone(UTC)
        shown = moment.astimezone(zone)
        if shown.replace(tzinfo=None) == wall_clock.replace(tzinfo=None) and shown.fold == fold:
            yield moment


def hour_text(moment: datetime, zone: tzinfo, *, with_minutes: bool) -> str:
    """Format `02`, `02:10`, or `02A` if the clocks show that hour twice."""
    text = text_format.format_minute(moment, moment, zone)
    return text if with_minutes else text.replace(":00", "")
