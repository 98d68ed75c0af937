"""Consecutive successful runs are grouped; runs with problems never are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import HOUR, MINUTE, NOON, SECOND, make_run, make_series, runs_with_outcomes

from emtui.chunked_work import run_to_end
from emtui.demo.world import SimulatedWorld
from emtui.em.model import DISTANT_PAST, Outcome, Result, Session, Uid
from emtui.triage.baseline import compute_baselines
from emtui.triage.grouping import GroupedRows, ListRow, RunGroup, build_rows, find_groups

GOOD, BAD, WARNED = Outcome.SUCCESS, Outcome.FAILED, Outcome.WARNING


def newest_first(*runs: Sequence[Session]) -> tuple[Session, ...]:
    every = [one for some in runs for one in some]
    return tuple(sorted(every, key=lambda one: (one.started or DISTANT_PAST, one.uid), reverse=True))


def group_rows(
    sessions: Sequence[Session], unseen: frozenset[Uid] = frozenset(), opened: Sequence[Session] = ()
) -> GroupedRows:
    groups = run_to_end(find_groups(tuple(sessions), unseen))
    return run_to_end(build_rows(groups, frozenset(one.uid for one in opened)))


def describe_rows(rows: Sequence[ListRow]) -> list[str]:
    """`CollectJob success × 3`, row by row."""
    return [
        f"{row.newest.type} × {len(row.runs)}" if isinstance(row, RunGroup) else f"{row.type} {row.outcome}"
        for row in rows
    ]


def test_consecutive_successful_runs_of_a_type_are_one_row_at_the_newest() -> None:
    rows = group_rows(runs_with_outcomes(BAD, GOOD, GOOD, GOOD, BAD, GOOD, GOOD)).rows
    assert describe_rows(rows) == [
        "CollectJob failed",
        "CollectJob × 3",
        "CollectJob failed",
        "CollectJob × 2",
    ]
    assert isinstance(rows[1], RunGroup)
    assert rows[1].newest.started == NOON - 15 * MINUTE
    assert rows[1].oldest.started == NOON - 45 * MINUTE
    assert rows[1].median_duration == 90 * SECOND


def test_a_failure_of_another_type_does_not_split_a_group() -> None:
    backup = runs_with_outcomes(*[GOOD] * 4)
    other = runs_with_outcomes(WARNED, type_name="LicAutoUpdate", until=NOON - 20 * MINUTE)
    assert describe_rows(group_rows(newest_first(backup, other)).rows) == [
        "CollectJob × 4",
        "LicAutoUpdate warning",
    ]


def test_a_single_successful_run_is_no_group() -> None:
    assert describe_rows(group_rows(runs_with_outcomes(BAD, GOOD, BAD)).rows) == [
        "CollectJob failed", "CollectJob success", "CollectJob failed",
    ]  # fmt: skip


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not GOOD])
def test_an_unsuccessful_run_is_never_in_a_group(outcome: Outcome) -> None:
    rows = group_rows(runs_with_outcomes(GOOD, GOOD, outcome, outcome, GOOD, GOOD)).rows
    assert describe_rows(rows) == ["CollectJob × 2", *[f"CollectJob {outcome}"] * 2, "CollectJob × 2"]


def test_an_unusually_long_successful_run_is_never_in_a_group() -> None:
    runs = make_series("CollectJob", 15 * MINUTE, count=20)
    slow = make_run(NOON - 15 * MINUTE, duration=5 * MINUTE)
    assert describe_rows(group_rows([runs[0], slow, *runs[2:]]).rows) == [
        "CollectJob success", "CollectJob success", "CollectJob × 18",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "unusual",
    [
        {"parse_problem": "EndTimeUTC: 2026-13-01"},
        {"is_complete": False},
        {"started": None},
        {"ended": None},
        {"ended": NOON - HOUR},
        {"type": None},
        {"result": Result("Failed")},
        {"result": Result("Warning", "half of it")},
    ],
)
def test_an_incomplete_or_contradictory_run_is_never_in_a_group(unusual: dict[str, object]) -> None:
    runs = make_series("CollectJob", MINUTE, count=4)
    runs[1] = replace(runs[1], **unusual)  # type: ignore[arg-type] # as told
    assert all(runs[1] not in row.runs for row in group_rows(runs).rows if isinstance(row, RunGroup))
    assert runs[1] in group_rows(runs).rows


def test_unseen_runs_are_grouped_separately() -> None:
    runs = make_series("CollectJob", 15 * MINUTE, count=10)
    rows = group_rows(runs, unseen=frozenset(one.uid for one in runs[:3])).rows
    assert describe_rows(rows) == ["CollectJob × 3", "CollectJob × 7"]


def test_one_group_is_opened_by_any_of_its_runs_and_the_others_stay_closed() -> None:
    runs = runs_with_outcomes(GOOD, GOOD, BAD, GOOD, GOOD, GOOD)
    through = group_rows(runs, opened=[runs[4]])
    assert describe_rows(through.rows) == ["CollectJob × 2", "CollectJob failed", *["CollectJob success"] * 3]
    group = through.groups.group_at(3)
    assert group
    assert list(group.runs) == runs[3:]
    assert through.groups.group_at(2) is None
    assert through.open_group_uids == {runs[3].uid}


def test_a_group_that_is_closed_again_is_one_row() -> None:
    runs = runs_with_outcomes(GOOD, GOOD, BAD, GOOD, GOOD, GOOD)
    groups = run_to_end(find_groups(tuple(runs)))
    through = run_to_end(build_rows(groups, {runs[1].uid}))
    assert describe_rows(through.rows) == [*["CollectJob success"] * 2, "CollectJob failed", "CollectJob × 3"]
    through = run_to_end(build_rows(groups, through.open_group_uids - {runs[0].uid}))
    assert describe_rows(through.rows) == ["CollectJob × 2", "CollectJob failed", "CollectJob × 3"]
    assert through.open_group_uids == frozenset()


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_a_day_of_the_demo_fits_one_page(seed: int) -> None:
    now = NOON - 10 * HOUR
    sessions = newest_first(SimulatedWorld(seed, now).sessions(now))
    rows = group_rows(sessions).rows
    of_the_day = [row for row in map(newest, rows) if row.started and now - row.started < 24 * HOUR]
    assert len(sessions) > 3_000
    assert len(of_the_day) <= 14, "the lines of the list at 80×23"
    assert len(rows) < 60


def newest(row: ListRow) -> Session:
    return row.newest if isinstance(row, RunGroup) else row


def runs_of(row: ListRow) -> Sequence[Session]:
    return row.runs if isinstance(row, RunGroup) else (row,)


lists = st.lists(
    st.tuples(
        st.sampled_from([GOOD, GOOD, GOOD, BAD, WARNED, Outcome.RUNNING]),
        st.sampled_from(["CollectJob", "LogExport"]),
        st.sampled_from([1.0, 1.0, 1.0, 4.0]),
        st.booleans(),
        st.integers(0, 9),
    ),
    max_size=40,
)


@given(lists)
def test_every_run_is_in_one_row_and_groups_are_as_long_as_possible(
    drawn: list[tuple[Outcome, str, float, bool, int]],
) -> None:
    sessions = tuple(
        make_run(NOON - place * 15 * MINUTE, kind, duration=timedelta(minutes=long), outcome=outcome)
        for place, (outcome, kind, long, _, _) in enumerate(drawn)
    )
    unseen = frozenset(one.uid for one, (*_, new, _) in zip(sessions, drawn, strict=True) if new)
    opened = [one for one, (*_, pick) in zip(sessions, drawn, strict=True) if not pick]
    through = group_rows(sessions, unseen, opened)
    assert newest_first(*map(runs_of, through.rows)) == sessions
    assert [newest(row) for row in through.rows] == sorted(
        map(newest, through.rows), key=lambda one: one.started or DISTANT_PAST, reverse=True
    )
    for place, session in enumerate(sessions):
        assert session in runs_of(through.rows[through.row_of(place)])
    for row in through.rows:
        if isinstance(row, RunGroup):
            assert len(row.runs) > 1
            assert not set(opened) & set(row.runs)
    assert_groups_are_maximal(sessions, unseen)


def assert_groups_are_maximal(sessions: tuple[Session, ...], unseen: frozenset[Uid]) -> None:
    """Reckoned apart: each run either folds with the one of its type before it, or something parts them."""
    of_type: dict[str | None, list[Session]] = {}
    for one in sessions:
        of_type.setdefault(one.type, []).append(one)
    usual = compute_baselines(sessions)
    through = group_rows(sessions, unseen)
    row = {one.uid: through.row_of(place) for place, one in enumerate(sessions)}
    for runs in of_type.values():
        good = [one.outcome is GOOD and not usual.unusual_ratio(one, one.duration(NOON)) for one in runs]
        for (newer, fine), (older, also) in zip(
            zip(runs, good, strict=True), list(zip(runs, good, strict=True))[1:], strict=False
        ):
            alike = (newer.uid in unseen) is (older.uid in unseen)
            assert (row[newer.uid] == row[older.uid]) is (fine and also and alike)


@pytest.mark.parametrize("state", ["Working", "Stopped", "Failed", "CompletedWarning"])
def test_only_runs_with_state_and_result_success_are_grouped(state: str) -> None:
    rows = [
        replace(one, state=state, result=Result("Success")) for one in make_series("LogExport", HOUR, count=3)
    ]
    assert len(group_rows(rows).rows) == (1 if state == "Stopped" else 3)
