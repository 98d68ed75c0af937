"""Counts of missed runs, in lists with exact schedules, across clock changes and long idle periods."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from oracle.asked import EmtuiRunner
from oracle.made import HOUR, ExpectedSchedule, GeneratedCase, scheduled_case
from oracle.truth import ExpectedList

SEEDS = range(519, 533)
CLOCK_CHANGE_SEEDS = (940, 1905, 3085, 3245, 4348, 4740, 6424, 6681, 6891, 8523)
"""Lists of which a nightly run is the first after clocks were turned, on or back."""


@pytest.mark.parametrize("seed", SEEDS)
def test_missed_runs_are_counted_one_by_one(emtui: EmtuiRunner, seed: int) -> None:
    case = scheduled_case(seed)
    emtui.serve(case)
    for kind, schedule in case.schedules.items():
        guid = next(row.run.id for row in ExpectedList(case).runs_of(kind))
        shown = emtui("show", guid, "-o", "json").json
        due = next(finding for finding in shown["findings"] if finding["kind"] == "next")
        assert _is_correct_count(due["count"], "at least" in due["text"], [schedule]), (
            seed,
            kind,
            schedule,
            due,
        )
        if schedule.certain:
            assert _is_near(due["late_since"], schedule.missed[0]), (seed, kind, schedule, due)


@pytest.mark.parametrize("seed", [*SEEDS, *CLOCK_CHANGE_SEEDS])
def test_the_next_run_keeps_its_interval_or_its_local_time(emtui: EmtuiRunner, seed: int) -> None:
    """triage.md: what runs every so many days keeps the time of day in the server's zone."""
    case = scheduled_case(seed)
    emtui.serve(case)
    for kind, schedule in case.schedules.items():
        if schedule.missed or schedule.next is None:
            continue
        guid = next(row.run.id for row in ExpectedList(case).runs_of(kind))
        shown = emtui("show", guid, "-o", "json", zone=str(case.zone)).json
        due = next(finding for finding in shown["findings"] if finding["kind"] == "next")
        assert (due["late_since"], due["count"]) == (None, 0), (seed, kind, due)
        deviation = abs(datetime.fromisoformat(due["due"]) - schedule.next)
        assert deviation <= timedelta(seconds=6), (seed, kind, schedule, due)


@pytest.mark.parametrize("seed", SEEDS)
def test_check_reports_how_many_runs_were_due(emtui: EmtuiRunner, seed: int) -> None:
    case = scheduled_case(seed)
    emtui.serve(case)
    outcome = emtui("check", "--overdue", zone=str(case.zone))
    assert ("no runs of any type" in outcome.out) == is_silent(case), (seed, outcome.out)
    if any(schedule.certain for schedule in case.schedules.values()):
        assert outcome.code == 2, (seed, outcome.out)
    named = {"no runs of any type (?:started )?since[^.|;]*": list(case.schedules.values())}
    named |= {f"{re.escape(kind)} failed[^.|]*": [schedule] for kind, schedule in case.schedules.items()}
    for sentence, schedules in named.items():
        match = re.search(f"{sentence}; (at least )?(\\d+) runs? due", outcome.out)
        assert match or not is_silent(case) or "failed" in sentence, (seed, outcome.out)
        if match:
            assert _is_correct_count(int(match[2]), bool(match[1]), schedules), (seed, schedules, outcome.out)


def is_silent(case: GeneratedCase) -> bool:
    """triage.md: two types or more were due, and nothing at all has run."""
    return sum(bool(schedule.certain) for schedule in case.schedules.values()) > 1


def _is_correct_count(count: int, at_least: bool, schedules: Sequence[ExpectedSchedule]) -> bool:
    """Whether so many were due; where that is not sure, at least so many."""
    missed = sum(len(schedule.missed) for schedule in schedules)
    certain = sum(len(schedule.certain) for schedule in schedules)
    return count == missed or (certain <= count < missed and (at_least or not certain))


def _is_near(text: str, when: datetime) -> bool:
    """Within the seconds by which starts stray, and the hour by which a change of the clocks moves them."""
    late = (datetime.fromisoformat(text) - when) / HOUR
    return any(abs(late - moved) < 0.01 for moved in (-1, 0, 1))


def test_the_generated_lists_have_idle_periods_and_clock_changes() -> None:
    """Silences of more than a day, of all and of one type, and clocks that were turned meanwhile."""
    cases = [scheduled_case(seed) for seed in SEEDS]
    assert any(len(schedule.missed) > 100 for case in cases for schedule in case.schedules.values())
    assert any(_has_clock_change(case) for case in cases)


def _has_clock_change(case: GeneratedCase) -> bool:
    offsets = {
        when.astimezone(case.zone).utcoffset()
        for schedule in case.schedules.values()
        for when in (schedule.last, *schedule.missed)
    }
    return len(offsets) > 1
