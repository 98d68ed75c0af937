"""The trend of durations, against runs counted by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from session_factory import DAY, HOUR, MINUTE, NOON, SECOND, make_run, make_series

from emtui.em.model import Outcome
from emtui.triage.baseline import baselines_by_type
from emtui.triage.duration_trend import duration_level, find_duration_trend


@pytest.mark.parametrize(
    ("usual", "duration", "level"),
    [
        (2 * MINUTE, 2 * MINUTE, 0),
        (2 * MINUTE, timedelta(seconds=149), 0),
        (2 * MINUTE, timedelta(seconds=150), 1),
        (2 * MINUTE, timedelta(seconds=180), 2),
        (2 * MINUTE, timedelta(seconds=239), 2),
        (2 * MINUTE, timedelta(seconds=240), 3),
        (2 * SECOND, 4 * SECOND, 0),  # twice the usual, but only two seconds
        (20 * SECOND, 40 * SECOND, 1),  # 20 s more: at least half of what is unusual
        (20 * SECOND, 49 * SECOND, 1),
        (20 * SECOND, 50 * SECOND, 3),
        (2 * HOUR, HOUR, 0),
    ],
)
def test_a_level_needs_a_ratio_and_an_excess(usual: timedelta, duration: timedelta, level: int) -> None:
    assert duration_level(duration, duration / usual) == level


def test_an_unknown_ratio_is_level_zero() -> None:
    assert duration_level(HOUR, None) == 0


def test_level_two_and_three_are_what_baseline_calls_unusual() -> None:
    runs = make_series("CollectJob", DAY, NOON - DAY, count=10, duration=40 * SECOND)
    baselines = baselines_by_type({"CollectJob": runs})
    for seconds in range(30, 120):
        run = make_run(NOON, duration=seconds * SECOND)
        duration = seconds * SECOND
        level = duration_level(duration, baselines.ratio_to_usual(run, duration))
        assert (level >= 2) == (baselines.unusual_ratio(run, duration) is not None)


def test_the_trend_has_the_last_runs_that_show_a_duration_oldest_first() -> None:
    usual = make_series("CollectJob", DAY, NOON - 4 * DAY, count=10, duration=2 * MINUTE)
    runs = [
        make_run(NOON - 10 * MINUTE, outcome=Outcome.RUNNING),
        make_run(NOON - DAY, duration=3 * MINUTE, outcome=Outcome.WARNING),
        make_run(NOON - 2 * DAY, duration=HOUR, outcome=Outcome.FAILED),
        make_run(NOON - 3 * DAY, duration=HOUR, outcome=Outcome.CANCELED),
        *usual,
    ]
    trend = find_duration_trend(runs, baselines_by_type({"CollectJob": runs}), NOON, 4)
    assert [point.run for point in trend] == [usual[1], usual[0], runs[1], runs[0]]
    assert [point.level for point in trend] == [0, 0, 2, 3]
    assert [point.ratio for point in trend] == [1.0, 1.0, 1.5, 5.0]


def test_each_run_is_compared_with_the_runs_before_it() -> None:
    """Five runs of 1 minute, then five of 4: all five are slow; the first five have no baseline."""
    runs = [make_run(NOON - number * DAY, duration=(4 if number < 5 else 1) * MINUTE) for number in range(10)]
    trend = find_duration_trend(runs, baselines_by_type({"CollectJob": runs}), NOON, 26)
    assert [point.level for point in trend] == [0] * 5 + [3] * 5
    assert [point.ratio for point in trend][:6] == [None] * 5 + [4.0]
