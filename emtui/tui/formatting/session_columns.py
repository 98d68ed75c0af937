"""Columns of the session list for each width of it, and the rows of column lists.

Pure: sessions, times and widths in, styled text out. Widths are in cells. A missing time of a run reads
`unknown`; other missing values are empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from rich.style import Style

from emtui import text_format
from emtui.display_text.session_wording import TimeContext, duration_text, summary_text, unknown_time_text
from emtui.em.model import Session
from emtui.tui.formatting.duration_bar import USUAL_TITLE, duration_bar
from emtui.tui.formatting.outcome_style import ACKNOWLEDGED_GLYPH, OUTCOME_GLYPHS, OUTCOME_STYLES
from emtui.tui.theme import BOLD, ERROR_STYLE, FAINT, PLAIN, WARNING_STYLE

if TYPE_CHECKING:
    from emtui.triage.baseline import Baselines

T = TypeVar("T")
Cell: TypeAlias = tuple[str, Style]

ROOMY_CELLS = 128
"""Width from which types are shown in full."""
WIDE_CELLS = 120
"""Width from which start times have their day, and durations a bar."""
MEDIUM_CELLS = 80
"""Width from which rows have the message."""


@dataclass(frozen=True, slots=True)
class ListColumn(Generic[T]):
    """One column: heading, JSON key of its sort field (empty if not sortable), width, and cell text.

    A cell with several styles is a list, and aligned at the left.
    """

    title: str
    order_field: str
    width: int
    render_cell: Callable[[T, TimeContext], Cell | list[Cell]]
    is_right_aligned: bool = False
    is_near: bool = False
    """Whether it belongs to the column before it."""

    @property
    def gap(self) -> int:
        """Blanks before the column: fewer if its text is right-aligned."""
        return 1 if self.is_right_aligned or self.is_near else 2


def _outcome_cell(session: Session, _: TimeContext) -> Cell:
    if not session.is_complete:
        return "", PLAIN
    outcome = session.outcome
    return f"{OUTCOME_GLYPHS[outcome]} {outcome}", OUTCOME_STYLES[outcome]


def _type_cell(session: Session, _: TimeContext) -> Cell:
    if not session.is_complete:
        return "reference", FAINT
    return session.type or "", BOLD if session.has_failed else PLAIN


def _short_start_cell(session: Session, clock: TimeContext) -> Cell:
    when = session.started
    return (
        text_format.format_short_time(when, clock.now, clock.zone) if when else unknown_time_text(session),
        PLAIN,
    )


def _long_start_cell(session: Session, clock: TimeContext) -> Cell:
    when = session.started
    return (text_format.format_long_time(when, clock.zone) if when else unknown_time_text(session), PLAIN)


def _age_cell(session: Session, clock: TimeContext) -> Cell:
    when = session.started
    return (
        text_format.format_duration(max(clock.now - when, timedelta()))
        if when
        else unknown_time_text(session),
        PLAIN,
    )


def _took_cell(session: Session, clock: TimeContext) -> Cell:
    return duration_text(session, clock), PLAIN


def _bar_cell(baselines: Baselines | None, session: Session, clock: TimeContext) -> list[Cell]:
    """The duration against the usual one; empty without a usual one."""
    duration = session.duration(clock.now)
    ratio = baselines.ratio_to_usual(session, duration) if baselines else None
    style = duration_style(baselines, session, clock)
    usual, beyond = duration_bar(ratio, is_unusual=style is not None)
    return [(usual, FAINT), (beyond, style or PLAIN)]


def _ratio_cell(baselines: Baselines | None, session: Session, clock: TimeContext) -> Cell:
    """Multiple of the usual duration, such as `43×`; empty unless it is unusual."""
    ratio = baselines.unusual_ratio(session, session.duration(clock.now)) if baselines else None
    style = duration_style(baselines, session, clock)
    return (f"{text_format.format_ratio(ratio)}×", style or PLAIN) if ratio else ("", PLAIN)


def duration_style(baselines: Baselines | None, session: Session, clock: TimeContext) -> Style | None:
    """The style for an unusually long run, by its grade: a stuck one, or a slower one; else `None`."""
    if baselines is None or baselines.unusual_ratio(session, session.duration(clock.now)) is None:
        return None
    return ERROR_STYLE if baselines.overrun_ratio(session, clock.now) else WARNING_STYLE


def _message_cell(session: Session, _: TimeContext) -> Cell:
    return summary_text(session), PLAIN


_OUTCOME_COLUMN = ListColumn("Outcome", "outcome", 10, _outcome_cell)
_TYPE_COLUMN = ListColumn("Type", "type", 21, _type_cell)
_WHOLE_TYPE_COLUMN = ListColumn("Type", "type", 32, _type_cell)
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
    session_type = _WHOLE_TYPE_COLUMN if width >= ROOMY_CELLS else _TYPE_COLUMN
    started = _LONG_START_COLUMN if width >= WIDE_CELLS else _SHORT_START_COLUMN
    fixed = [_OUTCOME_COLUMN, session_type, _AGE_COLUMN if shows_age else started, _TOOK_COLUMN]
    if width < MEDIUM_CELLS:
        return tuple(fixed)
    if width >= WIDE_CELLS:
        bar = ListColumn(USUAL_TITLE, "", len(USUAL_TITLE), partial(_bar_cell, baselines), is_near=True)
        fixed.append(bar)
    fixed.append(ListColumn("Ratio", "", 5, partial(_ratio_cell, baselines), is_right_aligned=True))
    rest = width - 2 - sum(column.width + column.gap for column in fixed)
    return (*fixed, ListColumn("Message", "message", rest, _message_cell))


def render_cells(columns: tuple[ListColumn[T], ...], item: T, clock: TimeContext) -> list[Cell]:
    """The cells of a row, each fitted to its column, with the gaps between them.

    A gap has the style of the cell before it, which takes fewer bytes on the wire than a change of style.
    """
    cells: list[Cell] = []
    for number, column in enumerate(columns):
        cells.append((" " * column.gap if number else "", cells[-1][1] if number else PLAIN))
        cell = column.render_cell(item, clock)
        *first_parts, last_part = [cell] if isinstance(cell, tuple) else cell
        room = column.width
        for text, style in first_parts:
            cells.append((shown := text_format.clip(text, room), style))
            room -= text_format.cell_width(shown)
        text = text_format.join_lines(last_part[0])
        cells.append((text_format.fit_width(text, room, column.is_right_aligned), last_part[1]))
    return cells


def cell_text(cell: Cell | list[Cell]) -> str:
    """The text of a cell, without its styles."""
    return cell[0] if isinstance(cell, tuple) else "".join(text for text, _ in cell)


def acknowledged_cells(cells: list[Cell]) -> list[Cell]:
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
