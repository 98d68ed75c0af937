"""Formats the pauses in a log as rows, and defines the column widths of event rows, in cells."""

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
"""First cell of the message, after the cursor, two marks and the time."""
DURATION_CELLS = 6
COLUMN_GAP = "  "
REASON_ARROW = "   <- "


def wait_spans(wait: Wait, reason: str, room: int) -> StyledSpans:
    """`3m50s  usually 14s, at most 31s in 20 runs   <- slowest`, shortened to `room` cells.

    `reason` comes from `worst_wait_reason`; empty for all pauses but the worst.
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
    """Why this pause is the worst one; empty if it is not.

    `slowest` only if it cost the most time: a pause in a step that no successful run has, or on a failed
    server, may be the worst without being the slowest.
    """
    if worst is None or worst.step.index != wait.step.index:
        return ""
    if wait.is_stuck:
        return "stuck"
    slowest_wait = None if wait.log_count_without else find_worst_wait(waits)
    return "slowest" if slowest_wait and slowest_wait.step.index == wait.step.index else "main pause"
