"""A cell of time in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from session_factory import HOUR, MINUTE, NOON

from emtui.display_text.cell_text import cell_text, format_period
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Outcome
from emtui.triage.run_cells import RunCell

BERLIN = ZoneInfo("Europe/Berlin")
CLOCK = TimeContext(NOON, UTC)
START = NOON - 14 * HOUR


def test_a_cell_says_its_period_its_counts_and_their_base() -> None:
    counts = {Outcome.SUCCESS: 2, Outcome.FAILED: 1, Outcome.WARNING: 1_200}
    cell = RunCell(START, START + 30 * MINUTE, counts)
    assert cell_text(cell, CLOCK) == "Sun 22:00–22:30: 1 failed, 1,200 warned, 2 ok of 1,203 runs."


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (RunCell(START, START + HOUR), "no run started."),
        (RunCell(START, START + HOUR, is_known=False), "no run listed; not all is known."),
        (RunCell(START, START + HOUR, running_count=2), "no run started; 2 still running from before."),
        (
            RunCell(START, START + HOUR, {Outcome.SUCCESS: 1}, missed_count=1),
            "1 ok of 1 run; 1 due run did not start: A.",
        ),
        (
            RunCell(START, START + HOUR, missed_count=5),
            "no run started; 5 due runs did not start: A, B, C.",
        ),
    ],
)
def test_a_cell_says_what_did_not_start_and_what_is_not_known(cell: RunCell, text: str) -> None:
    types = ("A",) if cell.missed_count == 1 else ("A", "B", "A", "C", "D")
    assert cell_text(cell, CLOCK, types) == f"Sun 22:00–23:00: {text}"


def test_a_period_names_the_day_again_only_across_midnight() -> None:
    midnight = NOON - 12 * HOUR
    assert format_period(midnight, midnight + HOUR, CLOCK) == "Mon 00:00–01:00"
    assert format_period(midnight - HOUR, midnight, CLOCK) == "Sun 23:00–Mon 00:00"


def test_a_repeated_hour_has_its_letter() -> None:
    second = datetime(2026, 10, 25, 1, tzinfo=UTC)
    clock = TimeContext(second + timedelta(hours=5), BERLIN)
    assert format_period(second - HOUR, second, clock) == "Sun 02:00A–02:00B"
    assert format_period(second, second + HOUR, clock) == "Sun 02:00B–03:00"
