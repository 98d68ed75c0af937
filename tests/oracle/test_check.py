"""`check`: its exit code and its figures, against what the list is worth by `emtui/docs/check.md`.

The lists have no rhythm, so that only what was asked for and what fails can count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from oracle.asked import EmtuiRunner, parse_performance_data
from oracle.least import assert_agreement
from oracle.made import HOUR, GeneratedCase, irregular_case, seeded_random
from oracle.questions import CLOCK_TOLERANCE, if_stable
from oracle.truth import ExpectedList, ExpectedRun

OK, WARNING, CRITICAL, UNKNOWN = range(4)
SEEDS = range(300, 325)


def case_with_known_starts(seed: int) -> GeneratedCase:
    """A list in which every start is known."""
    case = irregular_case(seed)
    return replace(case, runs=tuple(run for run in case.runs if run.kind != "LicenseRevoke"))


@pytest.mark.parametrize("seed", SEEDS)
def test_check_reports_the_worst_of_failed_and_stuck_runs(emtui: EmtuiRunner, seed: int) -> None:
    def find_differences(case: GeneratedCase) -> list[str]:
        emtui.serve(case)
        truth, outcome = ExpectedList(case), emtui("check", "--stuck")
        stuck = [if_stable(row, truth, truth.is_stuck) for row in truth.rows]
        level = max([_newest_level(truth), CRITICAL if True in stuck else OK])
        without_baseline = [
            row for row in truth.rows if row.outcome == "running" and truth.baseline(row) is None
        ]
        if (None in stuck or without_baseline) and level < CRITICAL:
            return []  # a moment later it may be stuck, or nobody can say whether it is
        if not any(_has_baseline(truth, kind) for kind in truth.types):
            level = level or UNKNOWN  # check.md: nothing of what was asked for can be judged
        return [] if outcome.code == level else [f"check --stuck: {outcome.code}, not {level}: {outcome.out}"]

    assert_agreement(case_with_known_starts(seed), find_differences)


@pytest.mark.parametrize("seed", SEEDS)
def test_check_measures_ages_and_durations_by_the_servers_clock(emtui: EmtuiRunner, seed: int) -> None:
    def find_differences(case: GeneratedCase) -> list[str]:
        emtui.serve(case)
        truth, shown = ExpectedList(case), parse_performance_data(emtui("check", "--stuck").out)
        wrong = []
        for kind in (kind for kind in truth.types if kind.isascii() and kind.isalnum()):
            age, newest = truth.success_age(kind), truth.runs_of(kind)[0]
            for label, value in ((f"{kind}_age", age), (f"{kind}_took", newest.duration)):
                if (value is None) != (label not in shown):
                    wrong.append(f"{label} is {shown.get(label)}, not {value}")
                elif (
                    value is not None
                    and not -1 <= shown[label] - value.total_seconds() <= CLOCK_TOLERANCE.total_seconds()
                ):
                    wrong.append(f"{label} is {shown[label]}, not {value.total_seconds()}")
        return wrong

    assert_agreement(case_with_known_starts(seed), find_differences)


@pytest.mark.parametrize("seed", SEEDS)
def test_check_compares_ages_with_the_given_limits(emtui: EmtuiRunner, seed: int) -> None:
    limits = sorted(seeded_random(seed).sample(range(1, 200), 2))

    def find_differences(case: GeneratedCase) -> list[str]:
        truth = ExpectedList(case)
        ages = [truth.success_age(kind) for kind in truth.types]
        if None in ages:
            return []
        emtui.serve(case)
        hours = [(age or timedelta()) / HOUR for age in ages]
        level = max([_newest_level(truth), *(_level(age, limits) for age in hours)])
        outcome = emtui("check", "--max-age", f"{limits[0]}h,{limits[1]}h")
        return (
            []
            if outcome.code == level
            else [f"--max-age {limits}: {outcome.code}, not {level}: {outcome.out}"]
        )

    assert_agreement(_successful_types_only(case_with_known_starts(seed)), find_differences)


@pytest.mark.parametrize("seed", SEEDS)
def test_check_compares_ratios_with_the_given_limits(emtui: EmtuiRunner, seed: int) -> None:
    limits = [limit / 10 for limit in sorted(seeded_random(seed).sample(range(11, 30), 2))]

    def find_differences(case: GeneratedCase) -> list[str]:
        emtui.serve(case)
        truth = ExpectedList(case)
        newest = [row for kind in truth.types if (row := _newest_counted(truth, kind))]
        level = max([_newest_level(truth), *(_level(_ratio(row, truth), limits) for row in newest)])
        if not any(truth.baseline(row) for row in newest):
            level = level or UNKNOWN
        outcome = emtui("check", "--max-ratio", f"{limits[0]},{limits[1]}")
        return (
            []
            if outcome.code == level
            else [f"--max-ratio {limits}: {outcome.code}, not {level}: {outcome.out}"]
        )

    assert_agreement(
        _without_older_running(_successful_types_only(case_with_known_starts(seed))), find_differences
    )


def _successful_types_only(case: GeneratedCase) -> GeneratedCase:
    """Only the types that do not fail, if there are any, so that limits decide."""
    truth = ExpectedList(case)
    successful_types = {
        kind for kind in truth.types if (row := truth.newest_finished(kind)) and row.outcome == "success"
    }
    return replace(case, runs=tuple(run for run in case.runs if run.kind in successful_types) or case.runs)


def _without_older_running(case: GeneratedCase) -> GeneratedCase:
    """Without what still runs although a newer run of its type has begun."""
    truth = ExpectedList(case)
    older = {
        row.run.id for kind in truth.types for row in truth.runs_of(kind)[1:] if row.outcome == "running"
    }
    return replace(case, runs=tuple(run for run in case.runs if run.id not in older))


def _newest_level(truth: ExpectedList) -> int:
    """Failed and warned runs always count: those that are the newest of their type that ended."""
    levels = {"success": OK, "warning": WARNING, "failed": CRITICAL}
    newest = [truth.newest_finished(kind) for kind in truth.types]
    return max([OK, *(levels[row.outcome] for row in newest if row)])


def _newest_counted(truth: ExpectedList, kind: str) -> ExpectedRun | None:
    """A canceled run is passed over, as if it had not been, and so is one with an unknown outcome."""
    return next((row for row in truth.runs_of(kind) if row.outcome not in ("canceled", "unknown")), None)


def _has_baseline(truth: ExpectedList, kind: str) -> bool:
    """Whether a run of this type that began now could be held against a usual duration: five successes."""
    successes = [row for row in truth.runs_of(kind) if row.outcome == "success" and row.duration is not None]
    return len(successes) >= 5


def _level(value: float, limits: Sequence[float]) -> int:
    """`20h,26h` warns first. In no list is a value so close to a limit that the clock passes it meanwhile."""
    warning, critical = limits
    return CRITICAL if value > critical else WARNING if value > warning else OK


def _ratio(row: ExpectedRun, truth: ExpectedList) -> float:
    """So many times the usual, and 30 s more; 0 where nothing can be said."""
    baseline, ratio = truth.baseline(row), truth.ratio(row)
    if (
        baseline is None
        or ratio is None
        or row.duration is None
        or row.duration < baseline + timedelta(seconds=30)
    ):
        return 0.0
    return ratio
