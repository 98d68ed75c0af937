"""The text of a row of the list, whether it is a run or a group of successful ones.

Pure: rows, times and widths in, pieces of text with their styles out.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rich.style import Style

from emtui import text_format
from emtui.em.model import Session
from emtui.tui.formatting.session_columns import Clock, Column, cells_of, summary
from emtui.tui.theme import FAINT, PLAIN

if TYPE_CHECKING:  # loaded with the first list
    from emtui.triage.grouping import ListRow, RunGroup


def row_cells(columns: tuple[Column[Session], ...], row: ListRow, clock: Clock) -> list[tuple[str, Style]]:
    """The cells of a run, or of a group."""
    if isinstance(row, Session):
        return cells_of(columns, row, clock)
    return cells_of(tuple(_grouped_column(column, row) for column in columns), row.newest, clock)


def _grouped_column(column: Column[Session], group: RunGroup) -> Column[Session]:
    """The column as it reads of a group: of its newest run, with how many there are and since when."""

    def cell(newest: Session, clock: Clock) -> tuple[str, Style]:
        match column.title:
            case "Type":
                return times(newest.type or "", len(group.runs), column.width), PLAIN
            case "Took":
                return text_format.duration(group.took) if group.took is not None else "", PLAIN
            case "×":
                return "", PLAIN
            case "Message":
                return span(group, clock), FAINT
            case _:
                return column.cell(newest, clock)

    return Column(column.title, column.field, column.width, cell, column.right)


def times(kind: str, number: int, width: int) -> str:
    """`CollectJob  × 78`; where that does not fit the name gives way, never the number."""
    whole = f"{kind}  × {text_format.count(number)}"
    if text_format.cells(whole) <= width:
        return whole
    count = f" × {text_format.count(number)}"
    return text_format.cut(kind, max(width - text_format.cells(count), 1)) + count


def span(group: RunGroup, clock: Clock) -> str:
    """From the first to the last start: `03:25–22:40`, `Sun 22:40 – 23:55`, `24 Oct – Sun 22:40`."""
    began, last = group.oldest.started, group.newest.started
    if began is None or last is None:
        return ""
    first, then = (_when(when, clock) for when in (began, last))
    if first == then:
        return first
    day, _, bare = first.rpartition(" ")
    if day and ":" in bare and then.startswith(f"{day} "):
        return f"{first} – {then.rpartition(' ')[2]}"
    return f"{first}–{then}" if not day and " " not in then else f"{first} – {then}"


def _when(when: datetime, clock: Clock) -> str:
    """To the minute, the day before it as soon as it is more than a day old, the date alone after six."""
    told = text_format.clock_short(when, clock.now, clock.zone)
    return told[: len("22:40")] + told[len("22:40:03") :] if told.count(":") == 2 else told


def tail(row: ListRow, clock: Clock) -> str:
    """The whole message of a run; of a group how many runs of what it holds, since when."""
    if isinstance(row, Session):
        return summary(row)
    many = f"{text_format.count(len(row.runs))} good runs of {row.newest.type} in a row"
    return f"{many}, {span(row, clock)}; Enter or z shows them"


def short_name(run: Session, clock: Clock) -> str:
    """`CollectJob 01:55:04`."""
    when = text_format.clock_short(run.started, clock.now, clock.zone) if run.started else ""
    return f"{run.type or run.name or run.id} {when}".rstrip()
