"""What is shown, as plain text to hand over: a row, an event, a whole list, a session with its events.

Pure: sessions, times and a zone in, text out. Nothing is cut, and every time has its date and
offset, since it will be read elsewhere and later. Who is logged on is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from emtui import text_format
from emtui.em.model import Event, Log, Session
from emtui.monitor.snapshot import Snapshot
from emtui.query import DEFAULT_ORDER, Order, Query
from emtui.triage.step_timing import Wait
from emtui.tui.formatting.log_model import EventLine, LogLine, WaitLine, log_lines
from emtui.tui.formatting.log_text import wait_text, waited
from emtui.tui.formatting.outcome_style import KNOWN
from emtui.tui.formatting.session_columns import Clock, summary, took_text, unknown
from emtui.tui.formatting.session_text import server_words, tally

if TYPE_CHECKING:
    from emtui.triage.acknowledged import Known
    from emtui.triage.grouping import ListRow, RunGroup

BETWEEN = "  "
TIME_CELLS = 26
"""`2026-11-23 02:10:04 +01:00`."""
OFFSET_CELLS = 8
TYPE_CELLS = 21
SHORT_ID = 8
"""Leading hex digits of an ID: enough for `emtui show`, and a row without a message fits 80 columns."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose answer it is: the server's name (of a recording its file), marked DEMO or REPLAY, and when."""

    server: str
    mark: str
    as_of: datetime | None

    def line(self, zone: tzinfo) -> str:
        """`REPLAY  em01.example.net  as of 2026-11-23 03:12:04 +01:00`."""
        when = f"as of {text_format.dated(self.as_of, zone)}" if self.as_of else ""
        return _joined(self.mark, self.server, when)


def row_line(row: ListRow, clock: Clock) -> str:
    """Outcome, type, start, how long, message whole, ID: one line; of a group how many, from when to when."""
    if not isinstance(row, Session):
        return _group_line(row, clock)
    session = row
    if not session.complete:
        return _joined(summary(session), session.id)
    return _joined(
        str(session.outcome),
        session.type,
        text_format.dated(session.started, clock.zone) if session.started else "",
        _took(session, clock),
        text_format.one_line(summary(session)),
        session.id,
    )


def _group_line(group: RunGroup, clock: Clock) -> str:
    newest, ends = group.newest, (group.oldest.started, group.newest.started)
    return _joined(
        str(newest.outcome),
        f"{newest.type} × {text_format.count(len(group.runs))}",
        " – ".join(text_format.dated(when, clock.zone) for when in ends if when),
        text_format.duration(group.took) if group.took is not None else "",
    )


def event_line(event: Event, began: datetime | None, zone: tzinfo) -> str:
    """Offset from the start, time, message whole: one line."""
    return _joined(_offset(event, began), _time(event, zone), text_format.one_line(_said(event)))


def log_line(line: LogLine, began: datetime | None, zone: tzinfo) -> str:
    """An event, or a wait behind the time when it began: one line."""
    if isinstance(line, EventLine):
        return event_line(line.event, began, zone)
    said = text_format.one_line(wait_text(line.wait))
    return _joined(_offset(line.event, began), _time(line.event, zone), said)


@dataclass(frozen=True, slots=True)
class Shown:
    """A list as it is shown: the rows of a look that match a query, in an order; what is known of them."""

    rows: Sequence[Session]
    snapshot: Snapshot
    query: Query
    order: Order = DEFAULT_ORDER
    known: Known | None = None

    def is_known(self, session: Session) -> bool:
        """Whether somebody knows of this run."""
        return self.known is not None and self.known.of(session) is not None


def list_text(origin: Origin, shown: Shown, clock: Clock) -> str:
    """All rows that match, under whose they are, what was asked for, and the counts."""
    order = "" if shown.order == DEFAULT_ORDER else f"order: {shown.order.text}"
    runs = shown.snapshot.sessions
    counts = tally(shown.snapshot, Counter(run.outcome for run in runs if shown.is_known(run)))
    if not shown.query.empty:
        counts = f"{text_format.count(len(shown.rows))} of {counts}"
    head = (origin.line(clock.zone), shown.query.text and f"query: {shown.query.text}", order, counts)
    return "\n".join([*(line for line in head if line), "", *_table(shown, clock), ""])


def _table(shown: Shown, clock: Clock) -> Iterator[str]:
    """The rows; where somebody knows of one, it has a `k` before it, and all have room for that."""
    marks = [KNOWN if shown.is_known(session) else "" for session in shown.rows]
    margin = 2 if any(marks) else 0
    yield " " * margin + _cells("Outcome", "Type", "Started", "Took", "ID", "Message")
    for session, mark in zip(shown.rows, marks, strict=True):
        complete = session.complete
        yield f"{mark:<{margin}}" + _cells(
            str(session.outcome) if complete else "",
            (session.type or "") if complete else "reference",
            _started(session, clock),
            took_text(session, clock),
            session.id[:SHORT_ID],
            text_format.one_line(summary(session)),
        )


def _cells(outcome: str, kind: str, started: str, took: str, id: str, message: str) -> str:
    kind = text_format.for_terminal(kind) + " " * (TYPE_CELLS - text_format.cells(kind))
    return f"{outcome:<8}  {kind}  {started:<{TIME_CELLS}}  {took:>7}  {id:<{SHORT_ID}}  {message}".rstrip()


def session_text(
    origin: Origin, session: Session, log: Log | None, clock: Clock, waits: Sequence[Wait] = ()
) -> str:
    """What became of it, its message, and all its events, with the waits between them."""
    said = server_words(session)
    head = (
        origin.line(clock.zone),
        _joined(
            session.type or session.name or "",
            str(session.outcome) if session.complete else "",
            text_format.dated(session.started, clock.zone) if session.started else "",
            ("for " if session.running else "took ") + took_text(session, clock) if session.complete else "",
        ),
        said and f"server: {said}",
        session.id,
    )
    message = session.message or ""
    odd = f"not readable: {session.odd}" if session.odd else ""
    parts = (
        "\n".join(line for line in head if line),
        odd,
        message,
        "\n".join(_events(session, log, clock, waits)),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _events(session: Session, log: Log | None, clock: Clock, waits: Sequence[Wait]) -> Iterator[str]:
    if log is None:
        yield "The events have not come yet."
        return
    yield text_format.counted(len(log.events), "event")
    began = session.started or first_time(log.events)
    indent = " " * (OFFSET_CELLS + TIME_CELLS + 2 * len(BETWEEN))
    for line in log_lines(log.events, waits):
        if isinstance(line, WaitLine):
            yield f"{indent}{waited(line.wait)}"
            continue
        offset, time = _offset(line.event, began), _time(line.event, clock.zone)
        said = _said(line.event).replace("\n", f"\n{indent}")
        yield f"{offset:>{OFFSET_CELLS}}{BETWEEN}{time:<{TIME_CELLS}}{BETWEEN}{said}".rstrip()


def first_time(events: Sequence[Event]) -> datetime | None:
    """What offsets count from where the start is unknown."""
    return next((event.time for event in events if event.time), None)


def _took(session: Session, clock: Clock) -> str:
    """For a line without headings."""
    text = took_text(session, clock)
    return f"took {text}" if text == text_format.UNKNOWN else text


def _started(session: Session, clock: Clock) -> str:
    return text_format.dated(session.started, clock.zone) if session.started else unknown(session)


def _offset(event: Event, began: datetime | None) -> str:
    return text_format.offset(event.time - began) if event.time and began else ""


def _time(event: Event, zone: tzinfo) -> str:
    return text_format.dated(event.time, zone) if event.time else ""


def _said(event: Event) -> str:
    odd = f"not readable: {event.odd}" if event.odd else ""
    return " · ".join(part for part in (odd, event.message) if part)


def _joined(*parts: str | None) -> str:
    return BETWEEN.join(part for part in parts if part)
