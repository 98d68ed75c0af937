"""How a line of a log becomes a row: when after the start, what; between them how long was waited.

Pure: lines, times and widths in, pieces of text with their styles out. Widths are cells.
"""

from __future__ import annotations

from collections.abc import Iterable

from emtui import text_format
from emtui.triage.step_timing import Wait, slowest
from emtui.tui.formatting.log_text import against_usual, length_of
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.virtual_list import Pieces

TIME = 8
"""Cells of an offset, or of a time of day."""
MESSAGE = 3 + TIME + 2
"""Where the message begins: behind the cursor, two marks, and the time."""
LENGTH = 6
BETWEEN = "  "
ARROW = "   <- "


def wait_pieces(wait: Wait, why: str, room: int) -> Pieces:
    """`3m50s  usually 14s, longest of 20 good runs 31s   <- slowest`, as much of it as there is room for.

    `why` says what makes it the worst one, if it is.
    """
    mark = ARROW + why if why else ""
    style = PLAIN if why or wait.unusual else FAINT
    room -= LENGTH + len(BETWEEN) + len(mark)
    told = next((text for text in against_usual(wait) if text_format.cells(text) <= room), "")
    return [(f"{length_of(wait):>{LENGTH}}{BETWEEN}", style), (told, style), (mark, BOLD)]


def why_worst(wait: Wait, worst: Wait | None, waits: Iterable[Wait]) -> str:
    """What makes this wait the worst of these: nothing, if it is not.

    One in a step of no good run, or with a server that failed, need not be where most time was lost.
    """
    if worst is None or worst.step.place != wait.step.place:
        return ""
    if wait.silent:
        return "silent"
    most = None if wait.never_in else slowest(waits)
    return "slowest" if most and most.step.place == wait.step.place else "waited"
