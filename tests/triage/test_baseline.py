"""What is usual, and what is unusual: on enough runs, or not at all."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from made_runs import DAY, HOUR, MINUTE, NOON, SECOND, run, series

from emtui.em.model import Outcome, Session
from emtui.triage.baseline import ENOUGH, baseline, baseline_for, slower, spans_of

lengths = st.lists(st.integers(0, 100_000), min_size=1, max_size=60)


def taking(*seconds: float) -> list[Session]:
    return [run(NOON - place * HOUR, took=timedelta(seconds=took)) for place, took in enumerate(seconds)]


def test_four_good_runs_say_nothing() -> None:
    assert baseline(taking(90, 90, 90, 90)) is None
    found = baseline(taking(90, 91, 92, 93, 94))
    assert found is not None
    assert (found.usual, found.spread, found.longest, found.rests_on) == (92 * SECOND, SECOND, 94 * SECOND, 5)


def test_failed_canceled_and_warned_runs_are_not_usual() -> None:
    odd = [
        run(NOON + place * HOUR, outcome=outcome, took=9 * HOUR)
        for place, outcome in enumerate((Outcome.FAILED, Outcome.CANCELED, Outcome.WARNING, Outcome.RUNNING))
    ]
    found = baseline([*odd, *taking(*[90] * 5)])
    assert found is not None
    assert found.longest == 90 * SECOND


def test_unusual_is_half_as_much_again_and_half_a_minute_more() -> None:
    short, long = baseline(taking(*[2] * 5)), baseline(taking(*[3600] * 5))
    assert short is not None
    assert long is not None
    assert short.ratio(20 * SECOND) is None
    assert short.ratio(32 * SECOND) == 16
    assert long.ratio(89 * MINUTE) is None
    assert long.ratio(90 * MINUTE) == 1.5
    assert long.ratio(None) is None


def test_what_takes_no_time_at_all_has_no_ratio() -> None:
    found = baseline(taking(*[0] * 5))
    assert found is not None
    assert found.ratio(HOUR) is None


def test_a_run_that_goes_on_is_over_only_beyond_the_longest_good_one() -> None:
    found = baseline(taking(60, 60, 60, 60, 600))
    assert found is not None
    assert found.ratio(500 * SECOND)
    assert found.overrun(500 * SECOND) is None
    assert found.overrun(601 * SECOND)


def test_a_run_is_held_against_those_before_it() -> None:
    runs = series("CollectJob", HOUR, count=8)
    assert baseline_for(runs, runs[0]) == baseline(runs[1:])
    assert baseline_for(runs, runs[-3]) is None


def test_three_slow_runs_in_a_row_are_a_change_and_say_since_when() -> None:
    slow = taking(300, 290, 280, *[90] * 10)
    found = slower(slow)
    assert found is not None
    assert (found.since, found.count, found.usual) == (NOON - 2 * HOUR, 3, 90 * SECOND)
    assert found.rests_on == 10
    assert slower(taking(300, 290, *[90] * 10)) is None
    assert slower(taking(90, 300, 300, 300, *[90] * 10)) is None


def test_a_change_needs_enough_runs_before_it() -> None:
    assert slower(taking(*[300] * 4, *[90] * 4)) is None
    assert slower([]) is None


def test_only_the_newest_runs_count() -> None:
    found = baseline(series("CollectJob", MINUTE, count=2_000))
    assert found is not None
    assert found.rests_on == 400


@given(lengths)
def test_the_median_lies_between_shortest_and_longest_and_half_lie_within_the_spread(took: list[int]) -> None:
    spans = spans_of([timedelta(seconds=one) for one in took])
    assert spans is not None
    assert timedelta(seconds=min(took)) <= spans.median <= spans.longest == timedelta(seconds=max(took))
    within = [one for one in took if abs(timedelta(seconds=one) - spans.median) <= spans.spread]
    assert 2 * len(within) >= len(took)


@given(lengths)
def test_a_baseline_does_not_depend_on_the_order(took: list[int]) -> None:
    there, back = baseline(taking(*took)), baseline(taking(*reversed(took)))
    assert (there is None) == (len(took) < ENOUGH)
    assert there == back


def test_an_end_before_the_start_is_no_length() -> None:
    assert baseline([*taking(*[90] * 4), run(NOON - DAY, took=-HOUR)]) is None
