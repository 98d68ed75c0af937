"""How a session and an event become a row, for each width of the terminal.

Pure: sessions, times and widths in, pieces of text with their styles out. Widths
are cells. What a run should have and is not known is `unknown`, anything else that is not known empty.
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
from emtui.tui.formatting.outcome_style import GLYPHS, KNOWN, OUTCOME_STYLES
from emtui.tui.theme import BOLD, FAINT, PLAIN

if TYPE_CHECKING:
    from emtui.triage.baseline import Baselines

T = TypeVar("T")

WIDE = 120
"""From this width on the start is written with its day."""
MEDIUM = 80
"""From this width on the message stands in the row."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What a row needs to know of time: now, and the zone to write times in."""

    now: datetime
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column: its heading, its JSON key (what it orders by), its width, and what stands in it."""

    title: str
    field: str
    width: int
    cell: Callable[[T, Clock], tuple[str, Style]]
    right: bool = False

    @property
    def apart(self) -> int:
        """Blanks before it: one that stands at the right of its column has room of its own."""
        return 1 if self.right else 2


def _outcome(session: Session, _: Clock) -> tuple[str, Style]:
    if not session.complete:
        return "", PLAIN
    outcome = session.outcome
    return f"{GLYPHS[outcome]} {outcome}", OUTCOME_STYLES[outcome]


def _type(session: Session, _: Clock) -> tuple[str, Style]:
    return (session.type or "", PLAIN) if session.complete else ("reference", FAINT)


def _started_short(session: Session, clock: Clock) -> tuple[str, Style]:
    when = session.started
    return (text_format.clock_short(when, clock.now, clock.zone) if when else unknown(session), PLAIN)


def _started_long(session: Session, clock: Clock) -> tuple[str, Style]:
    when = session.started
    return (text_format.clock_long(when, clock.zone) if when else unknown(session), PLAIN)


def _age(session: Session, clock: Clock) -> tuple[str, Style]:
    when = session.started
    return (text_format.duration(max(clock.now - when, timedelta())) if when else unknown(session), PLAIN)


def _took(session: Session, clock: Clock) -> tuple[str, Style]:
    return took_text(session, clock), PLAIN


def took_text(session: Session, clock: Clock) -> str:
    """How long a run took, or has gone on."""
    span = session.took(clock.now)
    return text_format.duration(span) if span is not None else unknown(session)


def unknown(session: Session) -> str:
    """In place of a time that is not known; a bare reference has none of it."""
    return text_format.UNKNOWN if session.complete else ""


def _usual(baselines: Baselines | None, session: Session, _: Clock) -> tuple[str, Style]:
    usual = baselines.of(session) if baselines else None
    return (text_format.duration(usual.usual) if usual else "", FAINT)


def _ratio(baselines: Baselines | None, session: Session, clock: Clock) -> tuple[str, Style]:
    """How many times the usual a run took; empty unless that is unusual."""
    ratio = baselines.ratio(session, session.took(clock.now)) if baselines else None
    return (text_format.ratio(ratio) if ratio else "", BOLD)


def _message(session: Session, _: Clock) -> tuple[str, Style]:
    return summary(session), PLAIN


def summary(session: Session) -> str:
    """What there is to say of a session: what is odd about it, then its message, or its bare name."""
    said = session.message or ("" if session.complete else session.name or "")
    odd = f"not readable: {session.odd}" if session.odd else ""
    return " · ".join(part for part in (odd, said) if part)


_OUTCOME = Column("Outcome", "outcome", 10, _outcome)
_TYPE = Column("Type", "type", 21, _type)
_SHORT = Column("Started", "started", 9, _started_short, right=True)
_LONG = Column("Started", "started", 15, _started_long)
_AGE = Column("Age", "started", 9, _age, right=True)
_TOOK = Column("Took", "duration_s", 7, _took, right=True)


def session_columns(
    width: int, baselines: Baselines | None = None, *, ages: bool = False
) -> tuple[Column[Session], ...]:
    """The columns for a list this wide, with what is usual; the message takes what is left, from 80 on.

    With `ages` it is told how long ago each run started, not when.
    """
    started = _LONG if width >= WIDE else _SHORT
    fixed = [_OUTCOME, _TYPE, _AGE if ages else started, _TOOK]
    if width < MEDIUM:
        return tuple(fixed)
    if width >= WIDE:
        fixed.append(Column("Usual", "", 6, partial(_usual, baselines), right=True))
    fixed.append(Column("×", "", 4, partial(_ratio, baselines), right=True))
    rest = width - 2 - sum(column.width + column.apart for column in fixed)
    return (*fixed, Column("Message", "message", rest, _message))


def cells_of(columns: tuple[Column[T], ...], thing: T, clock: Clock) -> list[tuple[str, Style]]:
    """The row of a thing: each cell fitted to its column, two blanks between them."""
    pieces = []
    for number, column in enumerate(columns):
        text, style = column.cell(thing, clock)
        blanks = " " * column.apart if number else ""
        pieces += [
            (blanks, PLAIN),
            (text_format.fit(text_format.one_line(text), column.width, column.right), style),
        ]
    return pieces


def known_cells(cells: list[tuple[str, Style]]) -> list[tuple[str, Style]]:
    """The same row dimmed, with `k` in place of its glyph: somebody knows of it."""
    blanks, (outcome, _), *rest = cells
    return [blanks, (KNOWN + outcome[1:], FAINT), *((text, FAINT) for text, _ in rest)]


def titles_of(columns: tuple[Column[T], ...], ordered_by: str = "", descending: bool = False) -> str:
    """The heading; the column that the list is ordered by carries an arrow."""
    arrow = "↓" if descending else "↑"
    pieces = []
    for number, column in enumerate(columns):
        sign = arrow if column.field and column.field == ordered_by else ""
        blanks = " " * column.apart if number else ""
        pieces.append(blanks + text_format.fit(column.title + sign, column.width, column.right))
    return "".join(pieces)
