"""A cell of time in words: its period, the runs that started in it by outcome, and what did not start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from emtui import text_format
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Outcome
from emtui.triage.run_cells import OUTCOMES_WORST_FIRST, RunCell

OUTCOME_WORDS = {outcome: str(outcome) for outcome in Outcome} | {
    Outcome.WARNING: "warned",
    Outcome.SUCCESS: "ok",
}
"""What the runs of an outcome did, after their number."""
MAX_NAMED_TYPES = 3


def cell_text(cell: RunCell, clock: TimeContext, missed_types: Sequence[str] = ()) -> str:
    """Format `Sun 22:00–22:30: 1 failed, 2 ok of 3 runs; 1 due run did not start: CollectJob`, as a sentence.

    `missed_types` are the types of the missed starts.
    """
    parts = [_runs_text(cell)]
    if cell.running_count:
        parts.append(f"{text_format.format_count(cell.running_count)} still running from before")
    if cell.missed_count:
        names = ", ".join([*dict.fromkeys(missed_types)][:MAX_NAMED_TYPES])
        runs = text_format.format_counted(cell.missed_count, "due run")
        parts.append(f"{runs} did not start{f': {names}' if names else ''}")
    if not cell.is_known:
        parts.append("not all is known")
    return f"{format_period(cell.start, cell.end, clock)}: {'; '.join(parts)}."


def _runs_text(cell: RunCell) -> str:
    """`1 failed, 2 ok of 3 runs`; `no run started`."""
    if not cell.total:
        return "no run started" if cell.is_known else "no run listed"
    counts = [
        f"{text_format.format_count(count)} {OUTCOME_WORDS[outcome]}"
        for outcome in OUTCOMES_WORST_FIRST
        if (count := cell.outcome_counts.get(outcome, 0))
    ]
    return f"{', '.join(counts)} of {text_format.format_counted(cell.total, 'run')}"


def format_period(start: datetime, end: datetime, clock: TimeContext) -> str:
    """Format `Sun 22:00–22:30`, or `Sun 23:30–Mon 00:30` across midnight."""
    (day, first), (last_day, last) = (_day_and_minute(time, clock) for time in (start, end))
    return f"{day} {first}–{last}" if day == last_day else f"{day} {first}–{last_day} {last}"


def _day_and_minute(time: datetime, clock: TimeContext) -> tuple[str, str]:
    """`Sun` and `22:00`, or `02:00A` if ambiguous."""
    day, _, _ = text_format.format_day_and_minute(time, clock.now, clock.zone).rpartition(" ")
    return day, text_format.format_minute(time, time, clock.zone)
