"""What is thought of a list, as plain text to hand over: a type of the board, a sentence, all of either.

Pure. As in `plain`, nothing is cut, and every time has its date and offset.
"""

from __future__ import annotations

from collections.abc import Sequence

from emtui import words
from emtui.triage.finding import Finding
from emtui.triage.known import Known
from emtui.triage.standing import Standing
from emtui.triage.telling import Teller, ground
from emtui.triage.telling_known import noted
from emtui.tui.board import NEVER, Row
from emtui.tui.formatting.plain_text import BETWEEN, Origin
from emtui.tui.formatting.session_columns import Clock, took_text


def finding_line(finding: Finding, known: Known, tell: Teller) -> str:
    """The sentence, what it rests on, and the note, if it is known."""
    mark = known.of_finding(finding)
    note = f"; known: {words.one_line(noted(mark, known, tell))}" if mark else ""
    return f"{tell.finding(finding)} ({ground(finding)}){note}"


def findings_text(origin: Origin, found: Sequence[Finding], base: str, known: Known, tell: Teller) -> str:
    """All that needs somebody, under whose list it is and how many types are well."""
    lines = [finding_line(finding, known, tell) for finding in found] or ["Nothing needs you."]
    return "\n".join([origin.line(tell.zone), base, "", *lines, ""])


def type_line(row: Row, clock: Clock) -> str:
    """Outcome, type, start and length of its newest run, what is usual, how often it runs, what is due."""
    if isinstance(row, str):
        return f"{row}{BETWEEN}{NEVER}"
    newest = row.newest
    parts = (
        str(newest.outcome),
        row.type,
        words.dated(newest.started, clock.zone) if newest.started else "",
        f"{'for' if newest.running else 'took'} {took_text(newest, clock)}",
        f"usually {words.duration(row.baseline.usual)}" if row.baseline else "",
        f"every {words.interval(row.rhythm.every)}" if row.rhythm else "",
        _next(row, clock),
    )
    return BETWEEN.join(part for part in parts if part)


def _next(row: Standing, clock: Clock) -> str:
    """When it is due, or why it is not as it should be."""
    if row.overruns:
        return f"×{words.ratio(row.overruns[0].ratio)} the usual"
    if row.due is None:
        return ""
    if row.due.since is not None:
        return f"late {words.duration(clock.now - row.due.since)}"
    return f"due {words.dated(row.due.next, clock.zone)}" if row.due.next else ""


def board_text(origin: Origin, rows: Sequence[Row], base: str, clock: Clock) -> str:
    """All types, under whose list it is and how many of them are well."""
    return "\n".join([origin.line(clock.zone), base, "", *(type_line(row, clock) for row in rows), ""])
