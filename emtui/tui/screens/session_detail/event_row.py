"""How a line of a log becomes a row: when after the start, what; between them how long was waited.

Pure: lines, times and widths in, pieces of text with their styles out. Widths are cells.
"""

from __future__ import annotations

from collections.abc import Iterable

from emtui import text_format
from emtui.triage.step_timing import Wait, find_worst_wait
from emtui.tui.formatting.log_text import usual_wait_forms, wait_duration
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans

TIME_CELLS = 8
"""Cells of an offset, or of a time of day."""
MESSAGE_START = 3 + TIME_CELLS + 2
"""Where the message begins: behind the cursor, two marks, and the time."""
DURATION_CELLS = 6
COLUMN_GAP = "  "
REASON_ARROW = "   <- "


def wait_spans(wait: Wait, reason: str, room: int) -> StyledSpans:
    """`3m50s  usually 14s, longest of 20 good runs 31s   <- slowest`, as much of it as there is room for.

    `why` says what makes it the worst one, if it is.
    """
    reason_text = REASON_ARROW + reason if reason else ""
    style = PLAIN if reason or wait.is_unusual else FAINT
    room -= DURATION_CELLS + len(COLUMN_GAP) + len(reason_text)
    usual_text = next((text for text in usual_wait_forms(wait) if text_format.cell_width(text) <= room), "")
    return [
        (f"{wait_duration(wait):>{DURATION_CELLS}}{COLUMN_GAP}", style),
        (usual_text, style),
        (reason_text, BOLD),
    ]


def worst_wait_reason(wait: Wait, worst: Wait | None, waits: Iterable[Wait]) -> str:
    """What makes this wait the worst of these: nothing, if it is not.

    One in a step of no good run, or with a server that failed, need not be where most time was lost.
    """
    if worst is None or worst.step.index != wait.step.index:
        return ""
    if wait.is_stuck:
        return "silent"
    slowest_wait = None if wait.log_count_without else find_worst_wait(waits)
    return "slowest" if slowest_wait and slowest_wait.step.index == wait.step.index else "waited"
