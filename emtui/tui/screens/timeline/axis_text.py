"""The axis of a timeline: hours and days in the shown zone, and the start of the selected run.

    00 Mon      02    ↓02:10  04

Pure. A label stands at the cell in which its hour begins; one in the way of the pointer is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo

from rich.style import Style

from emtui import text_format
from emtui.triage.time_axis import DAY, HOUR, MINUTE, Window
from emtui.tui.formatting.cell_spans import merge_spans
from emtui.tui.theme import ACCENT_STYLE, BOLD, FAINT, PLAIN, UNKNOWN_MARK
from emtui.tui.widgets.virtual_list import StyledSpans

POINTER = "↓"
NOW_LABEL = "now"
_MIN_LABEL_CELLS, _MIN_DAY_CELLS = 8, 7
"""Cells from label to label, of hours and of days: the widest takes six."""
_INTERVALS = (30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR)
_DAY_INTERVALS = (1, 2, 7, 14)
_MONDAY = 1
"""The ordinal of a Monday."""


class _Labels:
    """Labels on one line; each is written only if its cells and the next ones are free."""

    def __init__(self, width: int) -> None:
        self.cells: list[tuple[str, Style]] = [(" ", PLAIN)] * width

    def put(self, column: int, text: str, style: Style) -> bool:
        """Write a label, unless there is no room for it."""
        end = column + len(text)
        is_free = all(sign == " " for sign, _ in self.cells[max(column - 1, 0) : end + 1])
        if not 0 <= column <= len(self.cells) - len(text) or not is_free:
            return False
        self.cells[column:end] = [(sign, style) for sign in text]
        return True


def axis_spans(
    window: Window,
    zone: tzinfo,
    *,
    run_start: datetime | None = None,
    known_since: datetime | None = None,
    shows_now: bool = False,
) -> StyledSpans:
    """Format the axis over the cells of a window, and over the line after them.

    `run_start` is the start of the selected run, if that is in the window. The list does not tell what was
    before `known_since`.
    """
    labels = _Labels(window.cell_count + 1)
    if run_start is not None:
        _put_pointer(labels, window, run_start, zone)
    if known_since is not None and known_since > window.since:
        count = min(window.cell_at(known_since), window.cell_count)
        labels.put(0, UNKNOWN_MARK * count, FAINT)
    if shows_now:
        labels.put(len(labels.cells) - len(NOW_LABEL), NOW_LABEL, ACCENT_STYLE)
    for moment, text, is_new_day in axis_labels(window, zone):
        if window.contains(moment):
            labels.put(window.cell_at(moment), text, BOLD if is_new_day else PLAIN)
    return merge_spans(labels.cells)


def _put_pointer(labels: _Labels, window: Window, start: datetime, zone: tzinfo) -> None:
    if start < window.since:
        labels.put(0, POINTER, ACCENT_STYLE)
        return
    column, text = window.cell_at(start), _hour_text(start, zone, with_minutes=True)
    if not labels.put(column, f"{POINTER}{text}", ACCENT_STYLE):
        labels.put(column - len(text), f"{text}{POINTER}", ACCENT_STYLE)


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
                text = _hour_text(moment, zone, with_minutes=bool(wall_clock.minute))
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


def _hour_text(moment: datetime, zone: tzinfo, *, with_minutes: bool) -> str:
    """Format `02`, `02:10`, or `02A` if the clocks show that hour twice."""
    text = text_format.format_minute(moment, moment, zone)
    return text if with_minutes else text.replace(":00", "")
