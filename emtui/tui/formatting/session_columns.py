"""Columns of the session list for each terminal width, and the rows of column lists.

Pure: sessions, times and widths in, styled text out. Widths are in cells. A missing time of a run reads
`unknown`; other missing values are empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from rich.style import Style

from emtui import text_format
from emtui.em.model import Session
from emtui.tui.formatting.outcome_style import ACKNOWLEDGED_GLYPH, OUTCOME_GLYPHS, OUTCOME_STYLES
from emtui.tui.theme import BOLD, FAINT, PLAIN

if TYPE_CHECKING:
    from emtui.triage.baseline import Baselines

T = TypeVar("T")

WIDE_CELLS = 120
"""Width from which start times have their day."""
MEDIUM_CELLS = 80
"""Width from which rows have the message."""


@dataclass(frozen=True, slots=True)
class TimeContext:
    """The current time, and the zone to format times in."""

    now: datetime
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class ListColumn(Generic[T]):
    """One column: heading, JSON key of its sort field (empty if not sortable), width, and cell text."""

    title: str
    order_field: str
    width: int
    render_cell: Callable[[T, TimeContext], tuple[str, Style]]
    is_right_aligned: bool = False

    @property
    def gap(self) -> int:
        """Blanks before the column: fewer if its text is right-aligned."""
        return 1 if self.is_right_aligned else 2


def _outcome_cell(session: Session, _: TimeContext) -> tuple[str, Style]:
    if not session.is_complete:
        return "", PLAIN
    outcome = session.outcome
    return f"{OUTCOME_GLYPHS[outcome]} {outcome}", OUTCOME_STYLES[outcome]


def _type_cell(session: Session, _: TimeContext) -> tuple[str, Style]:
    return (session.type or "", PLAIN) if session.is_complete else ("reference", FAINT)


def _short_start_cell(session: Session, clock: TimeContext) -> tuple[str, Style]:
    when = session.started
    return (
        text_format.format_short_time(when, clock.now, clock.zone) if when else unknown_time_text(session),
        PLAIN,
    )


def _long_start_cell(session: Session, clock: TimeContext) -> tuple[str, Style]:
    when = session.started
    return (text_format.format_long_time(when, clock.zone) if when else unknown_time_text(session), PLAIN)


def _age_cell(session: Session, clock: TimeContext) -> tuple[str, Style]:
    when = session.started
    return (
        text_format.format_duration(max(clock.now - when, timedelta()))
        if when
        else unknown_time_text(session),
        PLAIN,
    )


def _took_cell(session: Session, clock: TimeContext) -> tuple[str, Style]:
    return duration_text(session, clock), PLAIN


def duration_text(session: Session, clock: TimeContext) -> str:
    """How long a run took, or has been running."""
    span = session.duration(clock.now)
    return text_format.format_duration(span) if span is not None else unknown_time_text(session)


def unknown_time_text(session: Session) -> str:
    """Text for a missing time; empty for a reference without details."""
    return text_format.UNKNOWN if session.is_complete else ""


def _usual_cell(baselines: Baselines | None, session: Session, _: TimeContext) -> tuple[str, Style]:
    baseline = baselines.for_run(session) if baselines else None
    return (text_format.format_duration(baseline.usual) if baseline else "", FAINT)


def _ratio_cell(baselines: Baselines | None, session: Session, clock: TimeContext) -> tuple[str, Style]:
    """Multiple of the usual duration, such as `43×`; empty unless it is unusual."""
    ratio = baselines.unusual_ratio(session, session.duration(clock.now)) if baselines else None
    return (f"{text_format.format_ratio(ratio)}×" if ratio else "", BOLD)


def _message_cell(session: Session, _: TimeContext) -> tuple[str, Style]:
    return summary_text(session), PLAIN


def summary_text(session: Session) -> str:
    """The parse problem of a session, if any, and its message; the name of a reference without details."""
    message = session.message or ("" if session.is_complete else session.name or "")
    parse_problem = f"not readable: {session.parse_problem}" if session.parse_problem else ""
    return " · ".join(part for part in (parse_problem, message) if part)


_OUTCOME_COLUMN = ListColumn("Outcome", "outcome", 10, _outcome_cell)
_TYPE_COLUMN = ListColumn("Type", "type", 21, _type_cell)
_SHORT_START_COLUMN = ListColumn("Started", "started", 9, _short_start_cell, is_right_aligned=True)
_LONG_START_COLUMN = ListColumn("Started", "started", 15, _long_start_cell)
_AGE_COLUMN = ListColumn("Age", "started", 9, _age_cell, is_right_aligned=True)
_TOOK_COLUMN = ListColumn("Took", "duration_s", 7, _took_cell, is_right_aligned=True)


def session_columns(
    width: int, baselines: Baselines | None = None, *, shows_age: bool = False
) -> tuple[ListColumn[Session], ...]:
    """The columns for a list this wide, in cells; from 80 on the message takes the remaining width.

    With `shows_age` the age of each run replaces its start time.
    """
    started = _LONG_START_COLUMN if width >= WIDE_CELLS else _SHORT_START_COLUMN
    fixed = [_OUTCOME_COLUMN, _TYPE_COLUMN, _AGE_COLUMN if shows_age else started, _TOOK_COLUMN]
    if width < MEDIUM_CELLS:
        return tuple(fixed)
    if width >= WIDE_CELLS:
        fixed.append(ListColumn("Usual", "", 6, partial(_usual_cell, baselines), is_right_aligned=True))
    fixed.append(ListColumn("Ratio", "", 5, partial(_ratio_cell, baselines), is_right_aligned=True))
    rest = width - 2 - sum(column.width + column.gap for column in fixed)
    return (*fixed, ListColumn("Message", "message", rest, _message_cell))


def render_cells(columns: tuple[ListColumn[T], ...], item: T, clock: TimeContext) -> list[tuple[str, Style]]:
    """The cells of a row, each fitted to its column, with the gaps between them."""
    cells = []
    for number, column in enumerate(columns):
        text, style = column.render_cell(item, clock)
        blanks = " " * column.gap if number else ""
        cells += [
            (blanks, PLAIN),
            (
                text_format.fit_width(text_format.join_lines(text), column.width, column.is_right_aligned),
                style,
            ),
        ]
    return cells


def acknowledged_cells(cells: list[tuple[str, Style]]) -> list[tuple[str, Style]]:
    """The cells of an acknowledged row: dimmed, with `k` in place of the outcome's glyph."""
    blanks, (outcome, _), *rest = cells
    return [blanks, (ACKNOWLEDGED_GLYPH + outcome[1:], FAINT), *((text, FAINT) for text, _ in rest)]


def column_titles(columns: tuple[ListColumn[T], ...], ordered_by: str = "", descending: bool = False) -> str:
    """The heading; the sorted column has an arrow."""
    arrow = "↓" if descending else "↑"
    titles = []
    for number, column in enumerate(columns):
        arrow_suffix = arrow if column.order_field and column.order_field == ordered_by else ""
        blanks = " " * column.gap if number else ""
        titles.append(
            blanks + text_format.fit_width(column.title + arrow_suffix, column.width, column.is_right_aligned)
        )
    return "".join(titles)
