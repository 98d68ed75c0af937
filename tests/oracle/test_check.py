"""`check`: its exit code and its figures, against what the list is worth by `emtui/docs/check.md`.

The lists have no rhythm, so that only what was asked for and what fails can count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from oracle.asked import Emtui, figures
from oracle.least import agree
from oracle.made import HOUR, Made, chance, irregular
from oracle.questions import CLOSE, surely
from oracle.truth import Row, Truth

OK, WARNING, CRITICAL, UNKNOWN = range(4)
SEEDS = range(300, 325)


def began(seed: int) -> Made:
    """A list in which every start is known."""
    made = irregular(seed)
    return replace(made, runs=tuple(run for run in made.runs if run.kind != "LicenseRevoke"))


@pytest.mark.parametrize("seed", SEEDS)
def test_check_is_as_bad_as_what_fails_or_goes_on_for_too_long(emtui: Emtui, seed: int) -> None:
    def judge(made: Made) -> list[str]:
        emtui.holds(made)
        truth, done = Truth(made), emtui("check", "--stuck")
        stuck = [surely(row, truth, truth.is_stuck) for row in truth.rows]
        level = max([_newest(truth), CRITICAL if True in stuck else OK])
        blind = [row for row in truth.rows if row.outcome == "running" and truth.usual(row) is None]
        if (None in stuck or blind) and level < CRITICAL:
            return []  # a moment later it may be stuck, or nobody can say whether it is
        if not any(_has_usual(truth, kind) for kind in truth.kinds):
            level = level or UNKNOWN  # check.md: nothing of what was asked for can be judged
        return [] if done.code == level else [f"check --stuck: {done.code}, not {level}: {done.out}"]

    agree(began(seed), judge)


@pytest.mark.parametrize("seed", SEEDS)
def test_check_measures_ages_and_lengths_by_the_servers_clock(emtui: Emtui, seed: int) -> None:
    def judge(made: Made) -> list[str]:
        emtui.holds(made)
        truth, shown = Truth(made), figures(emtui("check", "--stuck").out)
        wrong = []
        for kind in (kind for kind in truth.kinds if kind.isascii() and kind.isalnum()):
            age, newest = truth.age(kind), truth.of(kind)[0]
            for label, value in ((f"{kind}_age", age), (f"{kind}_took", newest.length)):
                if (value is None) != (label not in shown):
                    wrong.append(f"{label} is {shown.get(label)}, not {value}")
                elif (
                    value is not None
                    and not -1 <= shown[label] - value.total_seconds() <= CLOSE.total_seconds()
                ):
                    wrong.append(f"{label} is {shown[label]}, not {value.total_seconds()}")
        return wrong

    agree(began(seed), judge)


@pytest.mark.parametrize("seed", SEEDS)
def test_check_holds_ages_against_limits_of_ones_own(emtui: Emtui, seed: int) -> None:
    limits = sorted(chance(seed).sample(range(1, 200), 2))

    def judge(made: Made) -> list[str]:
        truth = Truth(made)
        ages = [truth.age(kind) for kind in truth.kinds]
        if None in ages:
            return []
        emtui.holds(made)
        hours = [(age or timedelta()) / HOUR for age in ages]
        level = max([_newest(truth), *(_level(age, limits) for age in hours)])
        done = emtui("check", "--max-age", f"{limits[0]}h,{limits[1]}h")
        return [] if done.code == level else [f"--max-age {limits}: {done.code}, not {level}: {done.out}"]

    agree(_well(began(seed)), judge)


@pytest.mark.parametrize("seed", SEEDS)
def test_check_holds_ratios_against_limits_of_ones_own(emtui: Emtui, seed: int) -> None:
    limits = [limit / 10 for limit in sorted(chance(seed).sample(range(11, 30), 2))]

    def judge(made: Made) -> list[str]:
        emtui.holds(made)
        truth = Truth(made)
        newest = [row for kind in truth.kinds if (row := _newest_that_counts(truth, kind))]
        level = max([_newest(truth), *(_level(_ratio(row, truth), limits) for row in newest)])
        if not any(truth.usual(row) for row in newest):
            level = level or UNKNOWN
        done = emtui("check", "--max-ratio", f"{limits[0]},{limits[1]}")
        return [] if done.code == level else [f"--max-ratio {limits}: {done.code}, not {level}: {done.out}"]

    agree(_running_last(_well(began(seed))), judge)


def _well(made: Made) -> Made:
    """Only the types that do not fail, if there are any, so that limits decide."""
    truth = Truth(made)
    well = {kind for kind in truth.kinds if (row := truth.newest_decided(kind)) and row.outcome == "success"}
    return replace(made, runs=tuple(run for run in made.runs if run.kind in well) or made.runs)


def _running_last(made: Made) -> Made:
    """Without what still runs although a newer run of its type has begun."""
    truth = Truth(made)
    older = {row.run.id for kind in truth.kinds for row in truth.of(kind)[1:] if row.outcome == "running"}
    return replace(made, runs=tuple(run for run in made.runs if run.id not in older))


def _newest(truth: Truth) -> int:
    """Failed and warned runs always count: those that are the newest of their type that ended."""
    levels = {"success": OK, "warning": WARNING, "failed": CRITICAL}
    newest = [truth.newest_decided(kind) for kind in truth.kinds]
    return max([OK, *(levels[row.outcome] for row in newest if row)])


def _newest_that_counts(truth: Truth, kind: str) -> Row | None:
    """A canceled run is passed over, as if it had not been, and so is one with an unknown outcome."""
    return next((row for row in truth.of(kind) if row.outcome not in ("canceled", "unknown")), None)


def _has_usual(truth: Truth, kind: str) -> bool:
    """Whether a run of this type that began now could be held against a usual length: five successes."""
    successes = [row for row in truth.of(kind) if row.outcome == "success" and row.length is not None]
    return len(successes) >= 5


def _level(value: float, limits: Sequence[float]) -> int:
    """`20h,26h` warns first. In no list is a value so close to a limit that the clock passes it meanwhile."""
    warning, critical = limits
    return CRITICAL if value > critical else WARNING if value > warning else OK


def _ratio(row: Row, truth: Truth) -> float:
    """So many times the usual, and 30 s more; 0 where nothing can be said."""
    usual, ratio = truth.usual(row), truth.ratio(row)
    if usual is None or ratio is None or row.length is None or row.length < usual + timedelta(seconds=30):
        return 0.0
    return ratio
