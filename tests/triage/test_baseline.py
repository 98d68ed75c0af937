"""Usual durations, and runs that are unusually long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from session_factory import DAY, HOUR, MINUTE, NOON, SECOND, make_run, make_series

from emtui.em.model import Outcome, Session, Uid
from emtui.triage.baseline import (
    MIN_SUCCESSES,
    Baseline,
    Slowdown,
    compute_baselines,
    duration_stats,
    find_slowdown,
)
from emtui.triage.runs_by_type import runs_of_type

lengths = st.lists(st.integers(0, 100_000), min_size=1, max_size=60)


def runs_taking(*seconds: float) -> list[Session]:
    return [
        make_run(NOON - place * HOUR, duration=timedelta(seconds=took)) for place, took in enumerate(seconds)
    ]


def baseline_of(runs: list[Session]) -> Baseline | None:
    """What is usual for a run that begins after all of these."""
    return compute_baselines(runs).for_run(make_run(NOON + DAY))


def slowdown_of(runs: list[Session]) -> Slowdown | None:
    return find_slowdown(runs_of_type(runs, "CollectJob"), compute_baselines(runs))


def test_four_successful_runs_give_no_baseline() -> None:
    assert baseline_of(runs_taking(90, 90, 90, 90)) is None
    found = baseline_of(runs_taking(90, 91, 92, 93, 94))
    assert found is not None
    assert (found.usual, found.spread, found.longest, found.sample_size) == (
        92 * SECOND,
        SECOND,
        94 * SECOND,
        5,
    )


def test_failed_canceled_and_warned_runs_are_not_usual() -> None:
    not_successful = [
        make_run(NOON + place * HOUR, outcome=outcome, duration=9 * HOUR)
        for place, outcome in enumerate((Outcome.FAILED, Outcome.CANCELED, Outcome.WARNING, Outcome.RUNNING))
    ]
    found = baseline_of([*not_successful, *runs_taking(*[90] * 5)])
    assert found is not None
    assert found.longest == 90 * SECOND


def test_unusual_is_half_as_much_again_and_half_a_minute_more() -> None:
    short, long = baseline_of(runs_taking(*[2] * 5)), baseline_of(runs_taking(*[3600] * 5))
    assert short is not None
    assert long is not None
    assert short.unusual_ratio(20 * SECOND) is None
    assert short.unusual_ratio(32 * SECOND) == 16
    assert long.unusual_ratio(89 * MINUTE) is None
    assert long.unusual_ratio(90 * MINUTE) == 1.5
    assert long.unusual_ratio(None) is None


def test_runs_of_zero_duration_have_no_ratio() -> None:
    found = baseline_of(runs_taking(*[0] * 5))
    assert found is not None
    assert found.unusual_ratio(HOUR) is None


def test_a_running_run_overruns_only_beyond_the_longest_successful_one() -> None:
    found = baseline_of(runs_taking(60, 60, 60, 60, 600))
    assert found is not None
    assert found.unusual_ratio(500 * SECOND)
    assert found.overrun_ratio(500 * SECOND) is None
    assert found.overrun_ratio(601 * SECOND)


def test_a_run_is_held_against_those_before_it() -> None:
    runs = make_series("CollectJob", HOUR, count=8)
    runs[0] = make_run(NOON, duration=9 * HOUR)
    assert compute_baselines(runs).for_run(runs[0]) == Baseline(90 * SECOND, 90 * SECOND, 7)
    assert compute_baselines(runs).for_run(runs[-5]) is None
    assert compute_baselines(runs).for_run(runs[-6]) == Baseline(90 * SECOND, 90 * SECOND, 5)


def test_three_slow_runs_in_a_row_are_a_slowdown_with_its_start() -> None:
    slow = runs_taking(300, 290, 280, *[90] * 10)
    found = slowdown_of(slow)
    assert found is not None
    assert (found.since, found.count, found.usual) == (NOON - 2 * HOUR, 3, 90 * SECOND)
    assert (found.duration, found.usual) == (300 * SECOND, 90 * SECOND)
    assert found.sample_size == 12
    assert slowdown_of(runs_taking(300, 290, *[90] * 10)) is None
    assert slowdown_of(runs_taking(90, 300, 300, 300, *[90] * 10)) is None


def test_a_slowdown_of_long_standing_becomes_usual() -> None:
    assert slowdown_of(runs_taking(*[300] * 12, *[90] * 10)) is None


def test_a_slowdown_needs_enough_earlier_runs() -> None:
    assert slowdown_of(runs_taking(*[300] * 3, *[90] * 4)) is None
    assert slowdown_of([]) is None


def test_only_the_newest_runs_count() -> None:
    found = baseline_of(make_series("CollectJob", MINUTE, count=2_000))
    assert found is not None
    assert found.sample_size == 400


@given(lengths)
def test_the_median_lies_between_shortest_and_longest_and_half_lie_within_the_spread(took: list[int]) -> None:
    spans = duration_stats([timedelta(seconds=one) for one in took])
    assert spans is not None
    assert timedelta(seconds=min(took)) <= spans.median <= spans.longest == timedelta(seconds=max(took))
    within = [one for one in took if abs(timedelta(seconds=one) - spans.median) <= spans.spread]
    assert 2 * len(within) >= len(took)


@given(lengths)
def test_a_baseline_does_not_depend_on_the_order(took: list[int]) -> None:
    in_order, reversed_order = baseline_of(runs_taking(*took)), baseline_of(runs_taking(*reversed(took)))
    assert (in_order is None) == (len(took) < MIN_SUCCESSES)
    assert in_order == reversed_order


def test_an_end_before_the_start_gives_no_duration() -> None:
    assert baseline_of([*runs_taking(*[90] * 4), make_run(NOON - DAY, duration=-HOUR)]) is None


def test_runs_that_begin_at_once_are_not_held_against_each_other() -> None:
    runs = runs_taking(90, 91, 92, 93, 94)
    at_once = [replace(one, uid=Uid(f"{one.uid}-{name}")) for name in "ab" for one in [make_run(NOON + HOUR)]]
    usual = compute_baselines([*at_once, *runs])
    assert [usual.for_run(one) for one in at_once] == [Baseline(92 * SECOND, 94 * SECOND, 5)] * 2
    assert usual.for_run(runs[0]) is None


def test_a_run_without_type_or_start_or_details_has_no_usual_duration() -> None:
    runs = runs_taking(*[90] * 9)
    parts: list[dict[str, object]] = [{"type": None}, {"started": None}, {"type": "LogExport"}]
    incomplete_runs = [replace(runs[0], **part) for part in parts]  # type: ignore[arg-type] # each is a field
    assert [compute_baselines(runs).for_run(one) for one in incomplete_runs] == [None] * 3
    references = [Session(one.uid, one.name, started=one.started, is_complete=False) for one in runs]
    assert compute_baselines(references).for_run(runs[0]) is None


def reference_baseline(sessions: Sequence[Session], of: Session) -> tuple[timedelta, timedelta, int] | None:
    """What is usual for a run, found anew for each of them: median, longest, how many."""
    past = [
        (one.started, one.ended - one.started)
        for one in sessions
        if one.type == of.type and one.outcome is Outcome.SUCCESS and one.started and one.ended
        if of.started and one.started < of.started
    ]
    took = sorted(length for _, length in sorted(past, reverse=True)[:400])
    if len(took) < 5:
        return None
    return (took[len(took) // 2] + took[(len(took) - 1) // 2]) / 2, took[-1], len(took)


ROWS = st.lists(
    st.tuples(
        st.sampled_from([*[Outcome.SUCCESS] * 5, *Outcome]),
        st.sampled_from(["CollectJob", "CollectJob", "LogExport"]),
        st.integers(0, 40),  # so that some begin at once
        st.sampled_from([1, 2, 59, 60, 61, 90, 91, 150, 3_000]),
    ),
    max_size=60,
)


def sessions_from_rows(rows: list[tuple[Outcome, str, int, int]]) -> list[Session]:
    made = [
        make_run(NOON - at * HOUR, kind, duration=took * SECOND, outcome=outcome)
        for outcome, kind, at, took in rows
    ]
    return [replace(one, uid=Uid(f"{one.uid}-{place}")) for place, one in enumerate(made)]


@given(ROWS)
def test_every_run_is_held_against_the_successes_of_its_type_that_began_before_it(
    rows: list[tuple[Outcome, str, int, int]],
) -> None:
    sessions = sessions_from_rows(rows)
    usual = compute_baselines(sessions)
    for one in sessions:
        found, took = usual.for_run(one), one.duration(NOON)
        assert (found and (found.usual, found.longest, found.sample_size)) == reference_baseline(
            sessions, one
        )
        assert usual.unusual_ratio(one, took) == (found.unusual_ratio(took) if found else None)
        assert usual.ratio_to_usual(one, took) == (took / found.usual if found and took is not None else None)


def test_more_than_four_hundred_successes_move_on_with_each_run() -> None:
    lengths = [100 + place * 37 % 91 for place in range(900)]
    runs = runs_taking(*lengths)
    usual = compute_baselines(runs)
    for place in (*range(0, 900, 53), 499, 500, 894, 895):
        found = usual.for_run(runs[place])
        assert (found and (found.usual, found.longest, found.sample_size)) == reference_baseline(
            runs, runs[place]
        )


def test_the_spread_and_how_many_took_less_are_those_of_the_same_runs() -> None:
    runs = runs_taking(*[90, 100] * 250)
    found = compute_baselines(runs).for_run(runs[0])
    assert found is not None
    assert (found.usual, found.spread, found.sample_size) == (95 * SECOND, 5 * SECOND, 400)
    assert [found.count_shorter(seconds * SECOND) for seconds in (90, 95, 101)] == [0, 200, 400]
