"""How a line of a difference is drawn: a sign, its time here and then, how many times that, the text.

Pure: differences and the width of a whole line in, pieces of text with their styles out. Each colour
stands beside a sign or a number that says the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from rich.style import Style

from emtui import text_format
from emtui.em.model import Session
from emtui.triage.diff_hunks import Stretch
from emtui.triage.diff_text import SIGNS, STRETCH, Difference, legend, said, spans, stretch_said
from emtui.triage.log_diff import Kind, Row
from emtui.tui.formatting.search_matches import highlighted
from emtui.tui.formatting.session_columns import WIDE, Clock, Column, session_columns
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.virtual_list import Pieces

_UNUSUAL = Style(color="yellow")
STYLES = {
    Kind.SAME: PLAIN,
    Kind.NEW: _UNUSUAL,
    Kind.MISSING: _UNUSUAL,
    Kind.MOVED: _UNUSUAL,
    Kind.AHEAD: FAINT,
}
MARK = 1
"""Cells before the sign, where the cursor is."""
WORTH_READING = 16
"""Cells, under which a message is not begun."""
LEAST_TEXT = 8
"""Cells that a text is given, however narrow it is."""


def heading(found: Difference | None, width: int) -> str:
    """The titles of the columns; at the right, where there is room, what the signs mean."""
    titles = f"{_cells('', _when('Offset', width), 'Here', 'Then', '×')}  Event"
    signs = legend(found) if found else ""
    room = width - MARK - len(titles) - 2
    return (
        text_format.fit(titles, max(width - MARK, 0)) if len(signs) > room else f"{titles}  {signs:>{room}}"
    )


def row_pieces(found: Difference, row: Row, width: int, sought: str = "") -> Pieces:
    """One line of both logs, or of one of them, with what is sought underlined."""
    here, then, times = spans(row)
    style = STYLES[row.kind]
    when = _when(_offset(found.offset(row)), width)
    plain = _cells(SIGNS[row.kind], when, here, then, "")[: -len(times) or None]
    room = max(width - MARK - len(plain) - len(times) - 2, LEAST_TEXT)
    text = text_format.cut(text_format.one_line(said(found.event(row))), room)
    return [(plain, style), (times, BOLD), ("  ", PLAIN), *highlighted(text, sought, style)]


def stretch_pieces(stretch: Stretch, width: int) -> Pieces:
    """Several lines that make no difference, in one."""
    before = _cells(
        STRETCH if stretch.kind is Kind.SAME else SIGNS[stretch.kind], _when("", width), "", "", ""
    )
    return [(f"{before}  {stretch_said(stretch)}", FAINT)]


def _cells(sign: str, when: str, here: str, then: str, times: str) -> str:
    return f"{sign:<1} {when}{here:>6}  {then:>6} {times:>4}"


def _when(text: str, width: int) -> str:
    """Where there is room: when, after the start of its run."""
    return f"{text:>8}  " if width >= WIDE else ""


def _offset(span: timedelta | None) -> str:
    return text_format.offset(span) if span is not None else ""


def run_columns(width: int) -> tuple[Column[Session], ...]:
    """The columns of a list of runs of one type: outcome, start, length, ID, the message in what is left."""
    listed = {column.field: column for column in session_columns(WIDE)}
    shown: list[Column[Session]] = [listed["outcome"], _STARTED, listed["duration_s"], _ID]
    rest = width - 2 - sum(column.width + column.apart for column in shown) - 2
    return (*shown, Column("Message", "message", rest, _message)) if rest >= WORTH_READING else tuple(shown)


def _started(session: Session, clock: Clock) -> tuple[str, Style]:
    return (text_format.day_and_time(session.started, clock.zone) if session.started else "", PLAIN)


def _id(session: Session, _: Clock) -> tuple[str, Style]:
    return session.id[: _ID.width], FAINT


def _message(session: Session, _: Clock) -> tuple[str, Style]:
    return session.message or "", PLAIN


_STARTED: Column[Session] = Column("Started", "started", 19, _started)
_ID: Column[Session] = Column("ID", "id", 8, _id)


def whole_text(found: Difference, row: Row, zone: tzinfo) -> str:
    """The text of a line, and what the other run said in its place, where that was not quite the same."""
    event, then = found.event(row), found.event_then(row)
    if then is None or said(then) == said(event):
        return said(event)
    when = f", {text_format.moment(then.time, zone)}" if then.time else ""
    return f"{said(event)}\n\nThen{when}:\n{said(then)}"


def moment_of(zone: tzinfo, when: datetime) -> str:
    """As the head of a run has it; the offset stands on the first line."""
    return text_format.day_and_time(when, zone)
