"""The types as plain text to hand over.

Pure. Nothing is cut, and every time has its date and offset.
"""

from __future__ import annotations

from collections.abc import Sequence

from emtui import text_format
from emtui.triage.type_status import Standing
from emtui.tui.formatting.plain_text import BETWEEN, Origin
from emtui.tui.formatting.session_columns import Clock, took_text
from emtui.tui.screens.overview.type_columns import NEVER, TypeRow


def type_line(row: TypeRow, clock: Clock) -> str:
    """Outcome, type, start and length of its newest run, what is usual, how often it runs, what is due."""
    if isinstance(row, str):
        return f"{row}{BETWEEN}{NEVER}"
    newest = row.newest
    parts = (
        str(newest.outcome),
        row.type,
        text_format.dated(newest.started, clock.zone) if newest.started else "",
        f"{'for' if newest.running else 'took'} {took_text(newest, clock)}",
        f"usually {text_format.duration(row.baseline.usual)}" if row.baseline else "",
        f"every {text_format.interval(row.rhythm.every)}" if row.rhythm else "",
        _next(row, clock),
    )
    return BETWEEN.join(part for part in parts if part)


def _next(row: Standing, clock: Clock) -> str:
    """When it is due, or how it deviates from what is usual."""
    if row.overruns:
        return f"×{text_format.ratio(row.overruns[0].ratio)} the usual"
    if row.due is None:
        return ""
    if row.due.since is not None:
        return f"late {text_format.duration(clock.now - row.due.since)}"
    return f"due {text_format.dated(row.due.next, clock.zone)}" if row.due.next else ""


def overview_text(origin: Origin, rows: Sequence[TypeRow], base: str, clock: Clock) -> str:
    """All types; before them whose list it is, and how many types are on time."""
    return "\n".join([origin.line(clock.zone), base, "", *(type_line(row, clock) for row in rows), ""])
