"""What is usual, and what is unusual: on enough runs, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from made_runs import DAY, HOUR, MINUTE, NOON, SECOND, run, series

from emtui.em.model import Outcome, Session, Uid
from emtui.triage.baseline import ENOUGH, Baseline, Slower, baselines, slower, spans_of
from emtui.triage.runs_by_type import of_type

lengths = st.lists(st.integers(0, 100_000), min_size=1, max_size=60)


def taking(*seconds: float) -> list[Session]:
    return [run(NOON - place * HOUR, took=timedelta(seconds=took)) for place, took in enumerate(seconds)]


def baseline(runs: list[Session]) -> Baseline | None:
    """What is usual for a run that begins after all of these."""
    return baselines(runs).of(run(NOON + DAY))


def slowed(runs: list[Session]) -> Slower | None:
    return slower(of_type(runs, "CollectJob"), baselines(runs))


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
    runs[0] = run(NOON, took=9 * HOUR)
    assert baselines(runs).of(runs[0]) == Baseline(90 * SECOND, 90 * SECOND, 7)
    assert baselines(runs).of(runs[-5]) is None
    assert baselines(runs).of(runs[-6]) == Baseline(90 * SECOND, 90 * SECOND, 5)


def test_three_slow_runs_in_a_row_are_a_change_and_say_since_when() -> None:
    slow = taking(300, 290, 280, *[90] * 10)
    found = slowed(slow)
    assert found is not None
    assert (found.since, found.count, found.usual) == (NOON - 2 * HOUR, 3, 90 * SECOND)
    assert (found.took, found.usual) == (300 * SECOND, 90 * SECOND)
    assert found.rests_on == 12
    assert slowed(taking(300, 290, *[90] * 10)) is None
    assert slowed(taking(90, 300, 300, 300, *[90] * 10)) is None


def test_what_has_been_slow_for_long_enough_is_usual() -> None:
    assert slowed(taking(*[300] * 12, *[90] * 10)) is None


def test_a_change_needs_enough_runs_before_it() -> None:
    assert slowed(taking(*[300] * 3, *[90] * 4)) is None
    assert slowed([]) is None


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


def test_runs_that_begin_at_once_are_not_held_against_each_other() -> None:
    runs = taking(90, 91, 92, 93, 94)
    at_once = [replace(one, uid=Uid(f"{one.uid}-{name}")) for name in "ab" for one in [run(NOON + HOUR)]]
    usual = baselines([*at_once, *runs])
    assert [usual.of(one) for one in at_once] == [Baseline(92 * SECOND, 94 * SECOND, 5)] * 2
    assert usual.of(runs[0]) is None


def test_what_has_no_type_or_no_start_or_is_a_reference_has_no_usual_length() -> None:
    runs = taking(*[90] * 9)
    parts: list[dict[str, object]] = [{"type": None}, {"started": None}, {"type": "LogExport"}]
    odd = [replace(runs[0], **part) for part in parts]  # type: ignore[arg-type] # each is a field
    assert [baselines(runs).of(one) for one in odd] == [None] * 3
    references = [Session(one.uid, one.name, started=one.started, complete=False) for one in runs]
    assert baselines(references).of(runs[0]) is None


def slow_way(sessions: Sequence[Session], of: Session) -> tuple[timedelta, timedelta, int] | None:
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


def listed(rows: list[tuple[Outcome, str, int, int]]) -> list[Session]:
    made = [
        run(NOON - at * HOUR, kind, took=took * SECOND, outcome=outcome) for outcome, kind, at, took in rows
    ]
    return [replace(one, uid=Uid(f"{one.uid}-{place}")) for place, one in enumerate(made)]


@given(ROWS)
def test_every_run_is_held_against_the_successes_of_its_type_that_began_before_it(
    rows: list[tuple[Outcome, str, int, int]],
) -> None:
    sessions = listed(rows)
    usual = baselines(sessions)
    for one in sessions:
        found, took = usual.of(one), one.took(NOON)
        assert (found and (found.usual, found.longest, found.rests_on)) == slow_way(sessions, one)
        assert usual.ratio(one, took) == (found.ratio(took) if found else None)
        assert usual.times(one, took) == (took / found.usual if found and took is not None else None)


def test_more_than_four_hundred_successes_move_on_with_each_run() -> None:
    lengths = [100 + place * 37 % 91 for place in range(900)]
    runs = taking(*lengths)
    usual = baselines(runs)
    for place in (*range(0, 900, 53), 499, 500, 894, 895):
        found = usual.of(runs[place])
        assert (found and (found.usual, found.longest, found.rests_on)) == slow_way(runs, runs[place])


def test_the_spread_and_how_many_took_less_are_those_of_the_same_runs() -> None:
    runs = taking(*[90, 100] * 250)
    found = baselines(runs).of(runs[0])
    assert found is not None
    assert (found.usual, found.spread, found.rests_on) == (95 * SECOND, 5 * SECOND, 400)
    assert [found.longer_than(seconds * SECOND) for seconds in (90, 95, 101)] == [0, 200, 400]
