"""A timeline as plain text to copy or export: the runs of the window, lane by lane.

Pure. Nothing is cut, and every time has its date and offset.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from emtui import text_format
from emtui.display_text.session_wording import TimeContext
from emtui.triage.run_lanes import Lane
from emtui.triage.timeline_cursor import TimelineCursor
from emtui.tui.formatting.plain_text import COLUMN_GAP, ExportOrigin, row_line
from emtui.tui.formatting.type_state import TypeState

NO_RUN_TEXT = "no run in this time"


def timeline_text(
    origin: ExportOrigin, cursor: TimelineCursor, states: tuple[TypeState, ...], clock: TimeContext
) -> str:
    """Format the origin of the list, the time shown, and for each lane its state, runs and missed starts."""
    window = cursor.window
    since, until = (
        text_format.format_full_date_time(moment, clock.zone)
        for moment in (window.since, min(window.until, cursor.timeline.end))
    )
    lines = [origin.format_line(clock.zone), f"{since} – {until}"]
    for lane, state in zip(cursor.timeline.lanes, states, strict=True):
        lines += ["", COLUMN_GAP.join(part for part in (lane.label, state.text) if part)]
        lines += list(_run_lines(cursor, lane, clock)) or [f"  {NO_RUN_TEXT}"]
    return "\n".join([*lines, ""])


def _run_lines(cursor: TimelineCursor, lane: Lane, clock: TimeContext) -> Iterator[str]:
    """The runs and missed starts of a lane in the window, by time."""
    window = cursor.window
    runs = (
        (lane.starts[index], row_line(lane.runs[index], clock))
        for index in lane.overlapping(window.since, window.until)
    )
    missed = (
        (due, f"missed{COLUMN_GAP}due {text_format.format_full_date_time(due, clock.zone)}, did not start")
        for due in cursor.timeline.missed_starts(lane.key)
        if window.contains(due)
    )
    yield from (f"  {line}" for _, line in sorted(chain(runs, missed)))
