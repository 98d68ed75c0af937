"""How a type becomes a line of the overview: last outcome, start, length, what is usual, what is due.

Pure: type statuses and times in, pieces of text with their styles out. Unknown is empty.
"""

from __future__ import annotations

from rich.style import Style

from emtui import text_format
from emtui.em.model import SESSION_TYPES
from emtui.triage.prioritization import Attention
from emtui.triage.type_status import Standing, Standings
from emtui.tui.formatting.outcome_style import GLYPHS, OUTCOME_STYLES
from emtui.tui.formatting.session_columns import MEDIUM, Clock, Column, took_text
from emtui.tui.theme import BOLD, FAINT, PLAIN, TROUBLE

TypeRow = Standing | str
"""The status of a type; a type that the documentation names and the list never had is its bare name."""

NEVER = "never in 30 days"


def type_name(row: TypeRow) -> str:
    """The type that a row is about."""
    return row if isinstance(row, str) else row.type


def type_rows(standings: Standings, attention: Attention) -> tuple[TypeRow, ...]:
    """First what needs attention, in the order of the alerts, then by name; those that never ran last."""
    kinds = [finding.type for finding in attention.findings if finding.type is not None]
    place = {kind: number for number, kind in reversed([*enumerate(kinds)])}
    known = sorted(standings.types, key=lambda row: (place.get(row.type, len(kinds)), row.type))
    ran = {row.type for row in standings.types}
    return (*known, *sorted(kind for kind in SESSION_TYPES if kind not in ran))


def type_columns(width: int) -> tuple[Column[TypeRow], ...]:
    """The columns for an overview this wide, with the start in each; what is due takes what is left."""
    wide = width >= MEDIUM
    shown = [_LAST, _TYPE, _STARTED, *((_TOOK, _USUAL, _EVERY) if wide else ())]
    rest = width - 2 - sum(column.width + column.apart for column in shown)
    return (*shown, Column("Next", "next", max(rest, 0), _next if wide else _next_shortly))


def _last(row: TypeRow, _: Clock) -> tuple[str, Style]:
    if isinstance(row, str):
        return "", PLAIN
    outcome = row.newest.outcome
    return f"{GLYPHS[outcome]} {outcome}", OUTCOME_STYLES[outcome]


def _type(row: TypeRow, _: Clock) -> tuple[str, Style]:
    return (row, FAINT) if isinstance(row, str) else (row.type, PLAIN)


def _started(row: TypeRow, clock: Clock) -> tuple[str, Style]:
    when = None if isinstance(row, str) else row.newest.started
    return (text_format.clock_short(when, clock.now, clock.zone) if when else "", PLAIN)


def _took(row: TypeRow, clock: Clock) -> tuple[str, Style]:
    return ("" if isinstance(row, str) else took_text(row.newest, clock), PLAIN)


def _usual(row: TypeRow, _: Clock) -> tuple[str, Style]:
    usual = None if isinstance(row, str) else row.baseline
    return (text_format.duration(usual.usual) if usual else "", PLAIN)


def _every(row: TypeRow, _: Clock) -> tuple[str, Style]:
    rhythm = None if isinstance(row, str) else row.rhythm
    return (text_format.interval(rhythm.every) if rhythm else "", PLAIN)


def _next(row: TypeRow, clock: Clock) -> tuple[str, Style]:
    """When it is due, or how it deviates from what is usual."""
    if isinstance(row, str):
        return NEVER, FAINT
    if row.overruns:
        return f"×{text_format.ratio(row.overruns[0].ratio)} usual", TROUBLE
    if row.due is None:
        return "", PLAIN
    if row.due.since is not None:
        return f"late {text_format.duration(clock.now - row.due.since)}", BOLD
    return (text_format.minute_clock(row.due.next, clock.now, clock.zone) if row.due.next else "", PLAIN)


def _next_shortly(row: TypeRow, clock: Clock) -> tuple[str, Style]:
    """The same where there is little room."""
    return ("never", FAINT) if isinstance(row, str) else _next(row, clock)


_LAST: Column[TypeRow] = Column("Last", "outcome", 10, _last)
_TYPE: Column[TypeRow] = Column("Type", "type", 21, _type)
_STARTED: Column[TypeRow] = Column("Started", "started", 9, _started, right=True)
_TOOK: Column[TypeRow] = Column("Took", "duration_s", 7, _took, right=True)
_USUAL: Column[TypeRow] = Column("Usual", "usual", 6, _usual, right=True)
_EVERY: Column[TypeRow] = Column("Every", "every", 5, _every, right=True)
