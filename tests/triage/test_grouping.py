"""Good runs in a row are one row; nothing that somebody may want to see is in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import HOUR, MINUTE, NOON, SECOND, outcomes, run, series

from emtui.chunked_work import drain
from emtui.demo.world import World
from emtui.em.model import LONG_AGO, Outcome, Result, Session, Uid
from emtui.triage.baseline import baselines
from emtui.triage.grouping import GroupedRows, ListRow, RunGroup, find_groups, lay_out

GOOD, BAD, WARNED = Outcome.SUCCESS, Outcome.FAILED, Outcome.WARNING


def newest_first(*runs: Sequence[Session]) -> tuple[Session, ...]:
    every = [one for some in runs for one in some]
    return tuple(sorted(every, key=lambda one: (one.started or LONG_AGO, one.uid), reverse=True))


def grouped(
    sessions: Sequence[Session], unseen: frozenset[Uid] = frozenset(), opened: Sequence[Session] = ()
) -> GroupedRows:
    groups = drain(find_groups(tuple(sessions), unseen))
    return drain(lay_out(groups, frozenset(one.uid for one in opened)))


def told(rows: Sequence[ListRow]) -> list[str]:
    """`CollectJob success × 3`, row by row."""
    return [
        f"{row.newest.type} × {len(row.runs)}" if isinstance(row, RunGroup) else f"{row.type} {row.outcome}"
        for row in rows
    ]


def test_good_runs_of_a_type_in_a_row_are_one_row_where_the_newest_stands() -> None:
    rows = grouped(outcomes(BAD, GOOD, GOOD, GOOD, BAD, GOOD, GOOD)).rows
    assert told(rows) == ["CollectJob failed", "CollectJob × 3", "CollectJob failed", "CollectJob × 2"]
    assert isinstance(rows[1], RunGroup)
    assert rows[1].newest.started == NOON - 15 * MINUTE
    assert rows[1].oldest.started == NOON - 45 * MINUTE
    assert rows[1].took == 90 * SECOND


def test_trouble_of_another_type_does_not_part_a_fold() -> None:
    backup = outcomes(*[GOOD] * 4)
    other = outcomes(WARNED, kind="LicAutoUpdate", until=NOON - 20 * MINUTE)
    assert told(grouped(newest_first(backup, other)).rows) == ["CollectJob × 4", "LicAutoUpdate warning"]


def test_a_good_run_by_itself_is_no_fold() -> None:
    assert told(grouped(outcomes(BAD, GOOD, BAD)).rows) == [
        "CollectJob failed", "CollectJob success", "CollectJob failed",
    ]  # fmt: skip


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not GOOD])
def test_whatever_has_not_ended_well_is_never_in_a_fold(outcome: Outcome) -> None:
    rows = grouped(outcomes(GOOD, GOOD, outcome, outcome, GOOD, GOOD)).rows
    assert told(rows) == ["CollectJob × 2", *[f"CollectJob {outcome}"] * 2, "CollectJob × 2"]


def test_an_unusually_long_good_run_is_never_in_a_fold() -> None:
    runs = series("CollectJob", 15 * MINUTE, count=20)
    slow = run(NOON - 15 * MINUTE, took=5 * MINUTE)
    assert told(grouped([runs[0], slow, *runs[2:]]).rows) == [
        "CollectJob success", "CollectJob success", "CollectJob × 18",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "odd",
    [
        {"odd": "EndTimeUTC: 2026-13-01"},
        {"complete": False},
        {"started": None},
        {"ended": None},
        {"ended": NOON - HOUR},
        {"type": None},
        {"result": Result("Failed")},
        {"result": Result("Warning", "half of it")},
    ],
)
def test_a_run_of_which_not_everything_is_known_or_agrees_is_never_in_a_fold(odd: dict[str, object]) -> None:
    runs = series("CollectJob", MINUTE, count=4)
    runs[1] = replace(runs[1], **odd)  # type: ignore[arg-type] # as told
    assert all(runs[1] not in row.runs for row in grouped(runs).rows if isinstance(row, RunGroup))
    assert runs[1] in grouped(runs).rows


def test_what_nobody_has_seen_is_folded_by_itself() -> None:
    runs = series("CollectJob", 15 * MINUTE, count=10)
    rows = grouped(runs, unseen=frozenset(one.uid for one in runs[:3])).rows
    assert told(rows) == ["CollectJob × 3", "CollectJob × 7"]


def test_one_fold_is_opened_by_any_of_its_runs_and_the_others_stay() -> None:
    runs = outcomes(GOOD, GOOD, BAD, GOOD, GOOD, GOOD)
    through = grouped(runs, opened=[runs[4]])
    assert told(through.rows) == ["CollectJob × 2", "CollectJob failed", *["CollectJob success"] * 3]
    group = through.groups.at(3)
    assert group
    assert list(group.runs) == runs[3:]
    assert through.groups.at(2) is None
    assert through.opened == {runs[3].uid}


def test_a_group_that_is_closed_again_is_one_row() -> None:
    runs = outcomes(GOOD, GOOD, BAD, GOOD, GOOD, GOOD)
    groups = drain(find_groups(tuple(runs)))
    through = drain(lay_out(groups, {runs[1].uid}))
    assert told(through.rows) == [*["CollectJob success"] * 2, "CollectJob failed", "CollectJob × 3"]
    through = drain(lay_out(groups, through.opened - {runs[0].uid}))
    assert told(through.rows) == ["CollectJob × 2", "CollectJob failed", "CollectJob × 3"]
    assert through.opened == frozenset()


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_a_day_of_the_demo_fits_one_page(seed: int) -> None:
    now = NOON - 10 * HOUR
    sessions = newest_first(World(seed, now).sessions(now))
    rows = grouped(sessions).rows
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
def test_every_run_stands_in_one_row_and_a_fold_is_as_long_as_it_may_be(
    drawn: list[tuple[Outcome, str, float, bool, int]],
) -> None:
    sessions = tuple(
        run(NOON - place * 15 * MINUTE, kind, took=timedelta(minutes=long), outcome=outcome)
        for place, (outcome, kind, long, _, _) in enumerate(drawn)
    )
    unseen = frozenset(one.uid for one, (*_, new, _) in zip(sessions, drawn, strict=True) if new)
    opened = [one for one, (*_, pick) in zip(sessions, drawn, strict=True) if not pick]
    through = grouped(sessions, unseen, opened)
    assert newest_first(*map(runs_of, through.rows)) == sessions
    assert [newest(row) for row in through.rows] == sorted(
        map(newest, through.rows), key=lambda one: one.started or LONG_AGO, reverse=True
    )
    for place, session in enumerate(sessions):
        assert session in runs_of(through.rows[through.row_of(place)])
    for row in through.rows:
        if isinstance(row, RunGroup):
            assert len(row.runs) > 1
            assert not set(opened) & set(row.runs)
    as_few_as_can_be(sessions, unseen)


def as_few_as_can_be(sessions: tuple[Session, ...], unseen: frozenset[Uid]) -> None:
    """Reckoned apart: each run either folds with the one of its type before it, or something parts them."""
    of_type: dict[str | None, list[Session]] = {}
    for one in sessions:
        of_type.setdefault(one.type, []).append(one)
    usual = baselines(sessions)
    through = grouped(sessions, unseen)
    row = {one.uid: through.row_of(place) for place, one in enumerate(sessions)}
    for runs in of_type.values():
        good = [one.outcome is GOOD and not usual.ratio(one, one.took(NOON)) for one in runs]
        for (newer, fine), (older, also) in zip(
            zip(runs, good, strict=True), list(zip(runs, good, strict=True))[1:], strict=False
        ):
            alike = (newer.uid in unseen) is (older.uid in unseen)
            assert (row[newer.uid] == row[older.uid]) is (fine and also and alike)


@pytest.mark.parametrize("state", ["Working", "Stopped", "Failed", "CompletedWarning"])
def test_only_runs_of_which_all_words_say_success_are_in_a_fold(state: str) -> None:
    rows = [replace(one, state=state, result=Result("Success")) for one in series("LogExport", HOUR, count=3)]
    assert len(grouped(rows).rows) == (1 if state == "Stopped" else 3)
