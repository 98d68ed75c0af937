"""The columns of event rows for each width of the log, in cells."""

from __future__ import annotations

from dataclasses import dataclass

from emtui import text_format

MARK_CELLS = 3
"""The cursor, the mark of a suspected error and that of a new event."""
CLOCK_CELLS = 8
"""Cells of a time of day."""
OFFSET_CELLS = 7
DURATION_CELLS = 6
GAP = "  "
BOTH_TIMES_CELLS = 160
"""Width from which rows have the time of day next to the offset."""
USUAL_CELLS = 100
"""Width from which rows have the usual duration."""
TRACK_WIDTH_CELLS = 72
"""Width from which rows have a track."""
NARROW_TRACK_CELLS = 18
MIN_TOOK_CELLS = 50
"""Width from which rows have their duration."""
MIN_MESSAGE_CELLS = 8


@dataclass(frozen=True, slots=True)
class EventColumns:
    """Cells of each column; 0 if it is left out. The message has the rest of `width`."""

    width: int
    clock: int
    offset: int
    track: int
    took: int
    usual: int

    @property
    def message_start(self) -> int:
        """The first cell of the message."""
        return MARK_CELLS + self.time_cells + self.duration_cells

    @property
    def time_cells(self) -> int:
        """Cells of the times and the gaps after them."""
        return sum(cells + len(GAP) for cells in (self.clock, self.offset) if cells)

    @property
    def duration_cells(self) -> int:
        """Cells of bar, duration and usual duration, and the gaps after them."""
        return (self.track + 1 if self.track else 0) + sum(
            cells + len(GAP) for cells in (self.took, self.usual) if cells
        )

    @property
    def message(self) -> int:
        """Cells of the message."""
        return max(self.width - self.message_start, MIN_MESSAGE_CELLS)


def event_columns(width: int, *, shows_clock_times: bool = False) -> EventColumns:
    """The columns of a log of this width; a narrow one shows the time of day in place of the offset."""
    has_both_times = width >= BOTH_TIMES_CELLS
    replaces_offset = shows_clock_times and not has_both_times
    return EventColumns(
        width,
        CLOCK_CELLS if has_both_times or replaces_offset else 0,
        0 if replaces_offset else OFFSET_CELLS,
        _track_cells(width),
        DURATION_CELLS if width >= MIN_TOOK_CELLS else 0,
        DURATION_CELLS if width >= USUAL_CELLS else 0,
    )


def _track_cells(width: int) -> int:
    if width < TRACK_WIDTH_CELLS:
        return 0
    if width < USUAL_CELLS:
        return NARROW_TRACK_CELLS
    return width // 3 if width >= BOTH_TIMES_CELLS else width // 4


def heading_text(columns: EventColumns, track_heading: str) -> str:
    """The titles of the columns."""
    times = ((columns.clock, f"{'Time':<{columns.clock}}"), (columns.offset, f"{'Offset':>{columns.offset}}"))
    durations = ((columns.took, f"{'Took':>{columns.took}}"), (columns.usual, f"{'Usual':>{columns.usual}}"))
    titles = "".join(text + GAP for cells, text in times if cells)
    titles += track_heading + " " if columns.track else ""
    titles += "".join(text + GAP for cells, text in durations if cells) + "Event"
    return text_format.truncate(" " * MARK_CELLS + titles, columns.width)
