"""Plain text for export: a row, an event, a complete list, a session with its events.

Pure: sessions, times and a zone in, text out. Nothing is cut, and every time has its date and
offset, since it will be read elsewhere and later. The user name is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from emtui import text_format
from emtui.display_text.log_text import short_wait_text
from emtui.display_text.session_wording import (
    TimeContext,
    duration_text,
    server_state_text,
    summary_text,
    tally_text,
    unknown_time_text,
)
from emtui.em.model import Event, Log, Session
from emtui.monitor.snapshot import Snapshot
from emtui.query import DEFAULT_SORT_ORDER, Query, SortOrder
from emtui.triage.step_timing import Wait
from emtui.tui.formatting.outcome_style import ACKNOWLEDGED_GLYPH

if TYPE_CHECKING:
    from emtui.triage.acknowledgement_matching import Acknowledgements
    from emtui.triage.grouping import ListRow, RunGroup

COLUMN_GAP = "  "
TIME_CELLS = 26
"""`2026-11-23 02:10:04 +01:00`."""
OFFSET_CELLS = 8
TYPE_CELLS = 21
SHORT_ID_LENGTH = 8
"""Leading hex digits of an ID: enough for `emtui show`, and a row without a message fits 80 columns."""


@dataclass(frozen=True, slots=True)
class ExportOrigin:
    """Source of an export: the server (or recording file), the mark DEMO or REPLAY, and the time."""

    server: str
    mark: str
    as_of: datetime | None

    def format_line(self, zone: tzinfo) -> str:
        """Format `REPLAY  em01.example.net  as of 2026-11-23 03:12:04 +01:00`."""
        when = f"as of {text_format.format_full_date_time(self.as_of, zone)}" if self.as_of else ""
        return _join_columns(self.mark, self.server, when)


def row_line(row: ListRow, clock: TimeContext) -> str:
    """Format a run as one line: outcome, type, start, duration, full message, ID; or a group of runs."""
    if not isinstance(row, Session):
        return _group_line(row, clock)
    run = row
    if not run.is_complete:
        return _join_columns(summary_text(run), run.id)
    return _join_columns(
        str(run.outcome),
        run.type,
        text_format.format_full_date_time(run.started, clock.zone) if run.started else "",
        _took_text(run, clock),
        text_format.join_lines(summary_text(run)),
        run.id,
    )


def _group_line(group: RunGroup, clock: TimeContext) -> str:
    newest, ends = group.newest, (group.oldest.started, group.newest.started)
    return _join_columns(
        str(newest.outcome),
        f"{newest.type} ({text_format.format_count(len(group.runs))})",
        " – ".join(text_format.format_full_date_time(when, clock.zone) for when in ends if when),
        text_format.format_duration(group.median_duration) if group.median_duration is not None else "",
    )


def event_line(event: Event, started: datetime | None, zone: tzinfo, wait: Wait | None = None) -> str:
    """Format an event as one line: offset from the start, time, full message, the pause after it."""
    return _join_columns(
        _offset_text(event, started),
        _time_text(event, zone),
        text_format.join_lines(_event_text(event)),
        short_wait_text(wait) if wait else "",
    )


@dataclass(frozen=True, slots=True)
class DisplayedList:
    """The list as shown: the matching rows of a snapshot in their order, and the acknowledgements."""

    rows: Sequence[Session]
    snapshot: Snapshot
    query: Query
    order: SortOrder = DEFAULT_SORT_ORDER
    acknowledgements: Acknowledgements | None = None

    def is_acknowledged(self, session: Session) -> bool:
        """Whether this run is acknowledged."""
        return self.acknowledgements is not None and self.acknowledgements.for_run(session) is not None


def list_text(origin: ExportOrigin, displayed: DisplayedList, clock: TimeContext) -> str:
    """Format all matching rows, below the source, the query, the order and the counts."""
    order = "" if displayed.order == DEFAULT_SORT_ORDER else f"order: {displayed.order.text}"
    runs = displayed.snapshot.sessions
    counts = tally_text(
        displayed.snapshot, Counter(run.outcome for run in runs if displayed.is_acknowledged(run))
    )
    if not displayed.query.is_empty:
        counts = f"{text_format.format_count(len(displayed.rows))} of {counts}"
    header_lines = (
        origin.format_line(clock.zone),
        displayed.query.text and f"query: {displayed.query.text}",
        order,
        counts,
    )
    return "\n".join([*(line for line in header_lines if line), "", *_table_lines(displayed, clock), ""])


def _table_lines(displayed: DisplayedList, clock: TimeContext) -> Iterator[str]:
    """Format the rows as a table; acknowledged runs have a leading `k`, and all rows are indented for it."""
    marks = [ACKNOWLEDGED_GLYPH if displayed.is_acknowledged(session) else "" for session in displayed.rows]
    margin = 2 if any(marks) else 0
    yield " " * margin + _table_row("Outcome", "Type", "Started", "Took", "ID", "Message")
    for session, mark in zip(displayed.rows, marks, strict=True):
        complete = session.is_complete
        yield f"{mark:<{margin}}" + _table_row(
            str(session.outcome) if complete else "",
            (session.type or "") if complete else "reference",
            _started_text(session, clock),
            duration_text(session, clock),
            session.id[:SHORT_ID_LENGTH],
            text_format.join_lines(summary_text(session)),
        )


def _table_row(outcome: str, type_name: str, started: str, took: str, short_id: str, message: str) -> str:
    type_name = text_format.strip_ambiguous(type_name) + " " * (
        TYPE_CELLS - text_format.cell_width(type_name)
    )
    return (
        f"{outcome:<8}  {type_name}  {started:<{TIME_CELLS}}  {took:>7}"
        f"  {short_id:<{SHORT_ID_LENGTH}}  {message}"
    ).rstrip()


def session_text(
    origin: ExportOrigin, session: Session, log: Log | None, clock: TimeContext, waits: Sequence[Wait] = ()
) -> str:
    """Format a session: outcome, message, and all events with the pauses between them."""
    server_words_text = server_state_text(session)
    header_lines = (
        origin.format_line(clock.zone),
        _join_columns(
            session.type or session.name or "",
            str(session.outcome) if session.is_complete else "",
            text_format.format_full_date_time(session.started, clock.zone) if session.started else "",
            ("for " if session.is_running else "took ") + duration_text(session, clock)
            if session.is_complete
            else "",
        ),
        server_words_text and f"server: {server_words_text}",
        session.id,
    )
    message = session.message or ""
    parse_problem = f"not readable: {session.parse_problem}" if session.parse_problem else ""
    parts = (
        "\n".join(line for line in header_lines if line),
        parse_problem,
        message,
        "\n".join(_event_lines(session, log, clock, waits)),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _event_lines(
    session: Session, log: Log | None, clock: TimeContext, waits: Sequence[Wait]
) -> Iterator[str]:
    if log is None:
        yield "Events not loaded yet."
        return
    yield text_format.format_counted(len(log.events), "event")
    started = session.started or first_time(log.events)
    indent = " " * (OFFSET_CELLS + TIME_CELLS + 2 * len(COLUMN_GAP))
    wait_by_event = {wait.step.index: wait for wait in waits}
    for index, event in enumerate(log.events):
        offset, time = _offset_text(event, started), _time_text(event, clock.zone)
        text = _event_text(event).replace("\n", f"\n{indent}")
        yield f"{offset:>{OFFSET_CELLS}}{COLUMN_GAP}{time:<{TIME_CELLS}}{COLUMN_GAP}{text}".rstrip()
        if index in wait_by_event:
            yield f"{indent}{short_wait_text(wait_by_event[index])}"


def first_time(events: Sequence[Event]) -> datetime | None:
    """Time of the first event that has one: the base of offsets if the start is unknown."""
    return next((event.time for event in events if event.time), None)


def _took_text(session: Session, clock: TimeContext) -> str:
    """Format the duration for a line without headings."""
    text = duration_text(session, clock)
    return f"took {text}" if text == text_format.UNKNOWN else text


def _started_text(session: Session, clock: TimeContext) -> str:
    return (
        text_format.format_full_date_time(session.started, clock.zone)
        if session.started
        else unknown_time_text(session)
    )


def _offset_text(event: Event, started: datetime | None) -> str:
    return text_format.format_offset(event.time - started) if event.time and started else ""


def _time_text(event: Event, zone: tzinfo) -> str:
    return text_format.format_full_date_time(event.time, zone) if event.time else ""


def _event_text(event: Event) -> str:
    parse_problem = f"not readable: {event.parse_problem}" if event.parse_problem else ""
    return " · ".join(part for part in (parse_problem, event.message) if part)


def _join_columns(*parts: str | None) -> str:
    return COLUMN_GAP.join(part for part in parts if part)
