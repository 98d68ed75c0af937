"""The axis of a timeline: hours and days in the shown zone, and the start of the selected run.

    00 Mon      02    ↓02:10  04

Pure. A label stands at the cell in which its hour begins; one in the way of the pointer is left out.
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from rich.style import Style

from emtui.display_text.axis_labels import NOW_LABEL, LabelLine, hour_text
from emtui.triage.time_axis import Window
from emtui.tui.formatting.cell_spans import merge_spans
from emtui.tui.theme import ACCENT_STYLE, BOLD, FAINT, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans

POINTER = "↓"


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
    labels = LabelLine(window.cell_count + 1, PLAIN)
    if run_start is not None:
        _put_pointer(labels, window, run_start, zone)
    labels.put_unknown(window, known_since, FAINT)
    if shows_now:
        labels.put_at_end(NOW_LABEL, ACCENT_STYLE)
    labels.put_times(window, zone, PLAIN, BOLD)
    return merge_spans(labels.cells)


def _put_pointer(labels: LabelLine[Style], window: Window, start: datetime, zone: tzinfo) -> None:
    if start < window.since:
        labels.put(0, POINTER, ACCENT_STYLE)
        return
    column, text = window.cell_at(start), hour_text(start, zone, with_minutes=True)
    if not labels.put(column, f"{POINTER}{text}", ACCENT_STYLE):
        labels.put(column - len(text), f"{text}{POINTER}", ACCENT_STYLE)
