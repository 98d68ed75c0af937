"""The backup servers of a collection run as a few rows: how long each took, how long usually, how it went.

Pure: rows and a width in cells in, pieces of text with their styles out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from emtui import text_format
from emtui.em.model import Outcome
from emtui.triage.backup_server_stats import ServerRow, Went, worst_first
from emtui.tui.formatting.outcome_style import GLYPHS, OUTCOME_STYLES
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.virtual_list import Pieces

TOOK = 6
WENT = 13
"""Cells of `○ not reached`."""
LEAST_HOST = 8
BETWEEN = "  "
OUTCOMES = {
    Went.OK: Outcome.SUCCESS,
    Went.FAILED: Outcome.FAILED,
    Went.RUNNING: Outcome.RUNNING,
    Went.NOT_REACHED: Outcome.CANCELED,
    Went.UNKNOWN: Outcome.UNKNOWN,
}
"""What a run would be called that went like that: the same glyph and colour; none for what is to come."""


def server_rows(servers: Sequence[ServerRow], width: int, most: int) -> tuple[Pieces, ...]:
    """The worst first, in `most` rows; where there are more, the last one counts the others."""
    ordered = worst_first(servers)
    shown = ordered if len(ordered) <= most else ordered[: most - 1]
    usuals = _usuals(shown, width)
    fixed = TOOK + max(map(text_format.cells, usuals), default=0) + WENT + 3 * len(BETWEEN)
    room = max(width - fixed, LEAST_HOST)
    host = min(max((text_format.cells(row.host) for row in shown), default=0), room)
    rows = [_row(row, host, usual, width) for row, usual in zip(shown, _padded(usuals), strict=True)]
    left = ordered[len(shown) :]
    return (*rows, [(_others(left), FAINT)]) if left else tuple(rows)


def _row(row: ServerRow, host: int, usual: str, width: int) -> Pieces:
    took = text_format.duration(row.took) if row.took is not None else ""
    outcome = OUTCOMES.get(row.went)
    pieces: Pieces = [
        (text_format.fit(row.host, host) + BETWEEN, PLAIN),
        (f"{took:>{TOOK}}{BETWEEN}", BOLD if row.unusual else PLAIN),
        (usual, FAINT),
        (f"{GLYPHS[outcome]} {row.went}", OUTCOME_STYLES[outcome]) if outcome else (f"  {row.went}", FAINT),
    ]
    room = width - sum(text_format.cells(text) for text, _ in pieces) - len(BETWEEN)
    if row.message and room >= LEAST_HOST:
        pieces.append((BETWEEN + text_format.cut(text_format.one_line(row.message), room), PLAIN))
    return pieces


def _usuals(rows: Sequence[ServerRow], width: int) -> list[str]:
    """What is usual for each, with the runs it rests on where the names of the hosts leave room for that."""
    widest = max((text_format.cells(row.host) for row in rows), default=0)
    long = [_usual(row, of_how_many=True) for row in rows]
    needed = widest + TOOK + WENT + 3 * len(BETWEEN) + max(map(text_format.cells, long), default=0)
    return long if needed <= width else [_usual(row, of_how_many=False) for row in rows]


def _usual(row: ServerRow, *, of_how_many: bool) -> str:
    if row.usual is None:
        return ""
    base = f" on {text_format.count(row.usual.rests_on)} good runs" if of_how_many else ""
    return f"usually {text_format.duration(row.usual.usual)}{base}"


def _padded(texts: Sequence[str]) -> list[str]:
    """All as wide as the widest, and what parts them from the next column; nothing if all are empty."""
    widest = max(map(text_format.cells, texts), default=0)
    return [text_format.fit(text, widest) + BETWEEN if widest else "" for text in texts]


def _others(left: Sequence[ServerRow]) -> str:
    """`and 4 more servers: 1 not reached, 3 ok`."""
    counts = Counter(row.went for row in left)
    went = ", ".join(f"{text_format.count(number)} {went}" for went, number in counts.items())
    return f"and {text_format.counted(len(left), 'more server')}: {went}"
