"""The alerts above the session list, one line each in columns, and how the sentence of an alert is shortened.

Pure: parts of alerts and widths in, styled text out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rich.style import Style

from emtui import text_format
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans

TWO_COLUMNS_WIDTH = 200
"""Width in cells from which there are two columns."""
MAX_TYPE_CELLS, MAX_WIDE_TYPE_CELLS, WIDE_CELLS = 21, 32, 120
"""Maximum width of the types; the second in lines of at least `WIDE_CELLS`."""
MAX_ALERTS = 6
"""Maximum number of alerts that the widest terminal shows."""
_TAIL = re.compile("; |, usually |, last success |, no success |: ")
"""Where a statement may end."""
_COLUMN_GAP = 4
_GAP = 2


class AlertText(NamedTuple):
    """One alert: its sign, the style of the sign, its type (empty for all types), and its statement."""

    sign: str
    style: Style
    type: str
    statement: str


class AlertCounts(NamedTuple):
    """How many alerts need attention, and how many are acknowledged."""

    new: int = 0
    acknowledged: int = 0


def alert_lines(
    alerts: Sequence[AlertText], counts: AlertCounts, width: int, lines: int
) -> list[StyledSpans]:
    """Format the worst alerts, down the first column and then the second; the rest is counted at the end."""
    shown = alerts[: lines * (2 if width >= TWO_COLUMNS_WIDTH else 1)]
    columns = [shown[start : start + lines] for start in range(0, len(shown), lines)]
    column_width = width if len(columns) < 2 else (width - _COLUMN_GAP) // 2
    result: list[StyledSpans] = []
    for row in range(lines):
        cells = [(column[row], _type_width(column, width)) for column in columns if row < len(column)]
        room = width - (column_width + _COLUMN_GAP) * max(len(cells) - 1, 0)
        note = _note(counts, len(shown), cells[-1] if cells else None, room) if row == lines - 1 else ""
        note_cells = text_format.cell_width(note)
        spans: StyledSpans = []
        for alert, type_width in cells[:-1]:
            spans += [*_alert_spans(alert, type_width, column_width), (" " * _COLUMN_GAP, PLAIN)]
        room -= note_cells + _GAP if note else 0
        if cells:
            spans += _alert_spans(*cells[-1], room)
        elif note:
            spans += [(" " * room, PLAIN)]
        result.append([*spans, (" " * _GAP, PLAIN), (note, FAINT)] if note else spans)
    return result


def shorten_statement(statement: str, width: int) -> str:
    """Shorten `failed 02:10, the 6th day at this minute; last success 01:55` to `width` cells.

    What matters less is at the end, and dropped part by part; only then is the text cut.
    """
    variants = [statement, statement.replace(", the ", ", ", 1)]
    variants += [variants[-1][: tail.start()] for tail in reversed([*_TAIL.finditer(variants[-1])])]
    fitting = (variant for variant in variants if text_format.cell_width(variant) <= width)
    return next(fitting, text_format.truncate(variants[-1], width))


def _type_width(alerts: Sequence[AlertText], width: int) -> int:
    """The width of the types of a column."""
    longest = max(text_format.cell_width(text_format.strip_ambiguous(alert.type)) for alert in alerts)
    return min(longest, MAX_WIDE_TYPE_CELLS if width >= WIDE_CELLS else MAX_TYPE_CELLS)


def _alert_spans(alert: AlertText, type_width: int, width: int) -> StyledSpans:
    """Format one alert in `width` cells."""
    name = text_format.fit_width(text_format.join_lines(alert.type), type_width)
    name_text = f"{name}{' ' * _GAP}" if alert.type else ""
    room = max(width - text_format.cell_width(name_text) - 2, 0)
    statement = text_format.fit_width(shorten_statement(alert.statement, room), room)
    return [(f"{alert.sign} ", alert.style), (name_text, BOLD), (statement, PLAIN)]


def _note(counts: AlertCounts, shown_count: int, last: tuple[AlertText, int] | None, width: int) -> str:
    """Format `a next  +4 more, 1 acknowledged`, without its end if that would cut the alert beside it.

    Only a number of further alerts may take the room of what follows the alert's own statement.
    """
    more = f"  +{text_format.format_count(counts.new - shown_count)} more" if counts.new > shown_count else ""
    key = f"a next{more}" if counts.new + counts.acknowledged > 1 else ""
    acknowledged = (
        f"{text_format.format_count(counts.acknowledged)} acknowledged" if counts.acknowledged else ""
    )
    variants = [", ".join(part for part in (key, acknowledged) if part), key]
    needed = 0
    if last:
        alert, type_width = last
        statement = _TAIL.split(alert.statement, maxsplit=1)[0] if more else alert.statement
        needed = 2 + type_width + _GAP + text_format.cell_width(statement)
    fitting = (text for text in variants if text_format.cell_width(text) + _GAP + needed <= width)
    return next(fitting, key if more and text_format.cell_width(key) <= width // 2 else "")
