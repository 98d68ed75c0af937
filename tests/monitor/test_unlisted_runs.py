"""Runs missing from lists: which count as unlisted, which were purged, and which are never new again."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from snapshot_factory import NOON, numbered_run

from emtui.em.model import Listing, Outcome, Session
from emtui.monitor.changes import NO_CHANGES, Changes
from emtui.monitor.feed_health import FeedHealth
from emtui.monitor.notification_policy import new_failures
from emtui.monitor.snapshot import Snapshot
from emtui.triage.findings import FailingFinding, UnlistedRunsFinding
from emtui.triage.prioritization import PrioritizedFindings, prioritize_findings
from emtui.triage.type_status import compute_type_statuses

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
RUNS = tuple(numbered_run(number) for number in range(203))
"""Two days with a run every fifteen minutes, newest first."""


class ListSequence:
    """One list after another, a minute apart."""

    def __init__(self, *first: Session, at: datetime = NOON) -> None:
        self.now = at
        self.snapshot = Snapshot.from_listing(Listing(first), at)
        self.changes = NO_CHANGES

    def add_list(self, *sessions: Session, after: timedelta = MINUTE) -> Snapshot:
        self.now += after
        before, self.snapshot = self.snapshot, self.snapshot.with_listing(Listing(sessions), self.now)
        self.changes = Changes.between(before, self.snapshot)
        return self.snapshot


@pytest.mark.parametrize("left", [RUNS[:10], RUNS[-10:], RUNS[::21][:10], RUNS[3:50:5], ()])
def test_runs_missing_from_a_short_list_are_counted(left: tuple[Session, ...]) -> None:
    lists = ListSequence(*RUNS)
    seen = lists.add_list(*sorted(left, key=RUNS.index))
    assert len(seen.unlisted.runs) == 203 - len(left)
    assert seen.unlisted.since == lists.now
    assert set(seen.all_sessions) == set(RUNS)
    lists.add_list(*RUNS)
    assert not lists.snapshot.unlisted
    assert lists.changes.added == lists.changes.changed == ()
    assert set(lists.changes.returned) == set(RUNS) - set(left)


def test_an_empty_list_in_between_changes_neither_the_count_nor_since_when() -> None:
    lists = ListSequence(*RUNS)
    since = lists.add_list(*RUNS[5:15]).unlisted.since
    for left in ((), RUNS[50:60], (), RUNS[5:15]):
        seen = lists.add_list(*left)
        assert len(seen.unlisted.runs) == 203 - len(left)
        assert seen.unlisted.since == since


def test_purging_by_age_leaves_nothing_unlisted() -> None:
    runs = [numbered_run(number) for number in range(-400, 3000)]
    kept = timedelta(days=30)

    def listed(now: datetime) -> list[Session]:
        return [one for one in runs if one.started and now - kept < one.started <= now]

    lists = ListSequence(*listed(NOON))
    for minutes in (1, 15, 60, 600, 1, 1440, 15):
        before = len(lists.snapshot.sessions)
        lists.add_list(*listed(lists.now + minutes * MINUTE), after=minutes * MINUTE)
        assert not lists.snapshot.unlisted
        assert len(lists.snapshot.sessions) == before or minutes == 1


def test_purging_once_a_day_leaves_nothing_unlisted() -> None:
    lists = ListSequence(*(numbered_run(number) for number in range(2976)))
    lists.add_list(*(numbered_run(number) for number in range(2880)))
    assert not lists.snapshot.unlisted


@pytest.mark.parametrize("came", [1, 5, 99, 100, 150])
def test_purging_by_number_leaves_nothing_unlisted(came: int) -> None:
    lists = ListSequence(*(numbered_run(number) for number in range(100)))
    lists.add_list(*(numbered_run(number) for number in range(-came, 100 - came)), after=came * 15 * MINUTE)
    assert not lists.snapshot.unlisted
    assert len(lists.changes.added) == min(came, 100)


def test_one_start_long_before_all_others_does_not_hide_that_the_rest_is_dropped_by_age() -> None:
    stray = replace(numbered_run(999_999), started=NOON - 4000 * DAY)
    lists = ListSequence(*(numbered_run(number) for number in range(200)), stray)
    lists.add_list(*(numbered_run(number) for number in range(-1, 199)), stray, after=15 * MINUTE)
    lists.add_list(*(numbered_run(number) for number in range(-1, 198)), stray, after=15 * MINUTE)
    assert not lists.snapshot.unlisted


def test_any_missing_run_that_is_not_the_oldest_is_unlisted() -> None:
    lists = ListSequence(*RUNS[:3])
    assert lists.add_list(*RUNS[:1], *RUNS[2:3]).unlisted.runs == (RUNS[1],)


def test_a_run_without_a_start_is_treated_like_the_others() -> None:
    bare = replace(numbered_run(500), started=None)
    lists = ListSequence(*RUNS, bare)
    assert not lists.add_list(*RUNS).unlisted
    lists = ListSequence(*RUNS, bare)
    assert lists.add_list(*RUNS[:10]).unlisted.runs == (*RUNS[10:], bare)
    lists = ListSequence(*RUNS, bare)
    assert len(lists.add_list().unlisted.runs) == 204


def test_a_run_purged_by_age_during_a_short_list_is_not_counted() -> None:
    runs = [numbered_run(number) for number in range(200)]
    lists = ListSequence(*runs)
    lists.add_list(*runs[:50], *runs[55:])
    for number in range(1, 20):
        lists.add_list(*runs[:50], *runs[55 : 200 - number], after=15 * MINUTE)
        assert len(lists.snapshot.unlisted.runs) == 5


def test_a_list_that_stays_shorter_is_accepted_after_a_day() -> None:
    lists = ListSequence(*(numbered_run(number) for number in range(2880)))
    assert len(lists.add_list(*(numbered_run(number) for number in range(672))).unlisted.runs) == 2208
    lists.add_list(*(numbered_run(number) for number in range(-90, 582)), after=90 * 15 * MINUTE)
    assert lists.snapshot.unlisted
    seen = lists.add_list(*(numbered_run(number) for number in range(-100, 572)), after=10 * 15 * MINUTE)
    assert (seen.unlisted.runs, seen.unlisted.has_assumed_deleted) == ((), True)
    lists.add_list(*(numbered_run(number) for number in range(-101, 571)), after=15 * MINUTE)
    assert not lists.snapshot.unlisted


def test_missing_runs_are_assumed_deleted_after_a_week_except_with_an_empty_list() -> None:
    lists = ListSequence(*RUNS)
    lists.add_list(*RUNS[:100], *RUNS[101:])
    lists.add_list(*RUNS[:100], *RUNS[102:], after=6 * DAY)
    assert len(lists.snapshot.unlisted.runs) == 2
    lists.add_list(numbered_run(-700), *RUNS[:100], *RUNS[102:], after=DAY)
    assert lists.snapshot.unlisted.has_assumed_deleted
    lists = ListSequence(*RUNS)
    lists.add_list()
    lists.add_list(after=60 * DAY)
    assert len(lists.snapshot.unlisted.runs) == 203


def test_a_purged_run_that_is_listed_again_is_not_new() -> None:
    lists = ListSequence(*RUNS)
    lists.add_list(*RUNS[:-1])
    assert not lists.snapshot.unlisted
    lists.add_list(*RUNS)
    assert lists.changes == Changes(returned=(RUNS[-1],))


def test_a_returned_run_that_differs_is_changed_not_new() -> None:
    going, ended = numbered_run(0, "InProgress"), numbered_run(0, "Failed")
    lists = ListSequence(going, *RUNS[1:])
    lists.add_list(*RUNS[1:])
    lists.add_list(ended, *RUNS[1:])
    assert lists.changes == Changes(changed=(ended,), returned=(ended,))


def test_a_complete_run_that_returns_as_a_reference_stays_complete() -> None:
    lists = ListSequence(*RUNS)
    lists.add_list()
    lists.add_list(replace(RUNS[0], is_complete=False, state=None), *RUNS[1:])
    assert lists.snapshot.sessions[0] is RUNS[0]


def test_after_an_empty_first_list_only_later_runs_are_new() -> None:
    lists = ListSequence()
    later = replace(
        numbered_run(0), started=NOON + 10 * timedelta(seconds=1), ended=NOON + 20 * timedelta(seconds=1)
    )
    lists.add_list(later, *RUNS[1:])
    assert lists.changes.added == (later,)


def test_details_of_unlisted_runs_are_merged_too() -> None:
    lists = ListSequence(*RUNS)
    lists.add_list(*RUNS[1:])
    better = numbered_run(0, "Failed")
    assert lists.snapshot.with_details({better.uid: better}).unlisted.runs == (better,)


def test_health_records_start_end_and_number_of_unlisted_runs() -> None:
    lists, health = ListSequence(*RUNS), FeedHealth()
    for left in (RUNS, RUNS[5:15], (), RUNS[:100], RUNS, RUNS):
        health.on_unlisted(lists.now + MINUTE, lists.add_list(*left).unlisted)
    [period] = health.unlisted_periods
    assert (period.since, period.until) == (NOON + 2 * MINUTE, NOON + 5 * MINUTE)
    assert (period.count, period.has_returned) == (203, True)
    assert health.unlisted_between(NOON, NOON + MINUTE) == []
    assert health.unlisted_between(NOON + 3 * MINUTE, NOON + 4 * MINUTE) == [period]


def test_a_repeated_failure_is_not_alerted_when_the_previous_one_is_unlisted() -> None:
    def rings(lists: ListSequence) -> tuple[Session, ...]:
        return new_failures(lists.changes, lists.snapshot)

    old, new = numbered_run(1, "Failed"), numbered_run(0, "Failed")
    lists = ListSequence(old, *RUNS[2:])
    lists.add_list()
    lists.add_list(old, *RUNS[2:])
    assert rings(lists) == ()
    lists.add_list(*RUNS[2:])
    lists.add_list(new, *RUNS[2:])
    assert rings(lists) == ()
    lists = ListSequence(*RUNS[1:])
    lists.add_list()
    lists.add_list(new, *RUNS[1:])
    assert rings(lists) == (new,)


def assess_snapshot(seen: Snapshot) -> PrioritizedFindings:
    return prioritize_findings(compute_type_statuses(seen.sessions, seen.server_time, unlisted=seen.unlisted))


def failing_by_type(seen: Snapshot) -> dict[str, FailingFinding]:
    return {one.type: one for one in assess_snapshot(seen).findings if isinstance(one, FailingFinding)}


@pytest.mark.parametrize("seed", range(4))
def test_in_200_random_lists_no_run_vanishes_or_becomes_new(
    seed: int,
) -> None:
    """Random lists like those of a server in trouble, with new runs in between, some of them failed."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    kinds = ("CollectJob", "LogExport", "LicAutoUpdate")
    every = [
        numbered_run(number, rng.choice(("Success", "Success", "Failed")), rng.choice(kinds))
        for number in range(203)
    ]
    lists, ever = ListSequence(*every), {one.uid for one in every}
    for number in range(200):
        before, known = failing_by_type(lists.snapshot), set(ever)
        if rng.random() < 0.2:
            every.insert(0, numbered_run(-1 - number, rng.choice(("Success", "Failed")), rng.choice(kinds)))
        size = rng.choice((0, 1, 10, len(every) // 2, len(every), len(every)))
        some = set(rng.sample(range(len(every)), size))
        left = [one for place, one in enumerate(every) if place in some]
        if rng.random() < 0.2:
            left = every[: max(size, 1)]
        seen = lists.add_list(*left)
        fresh = {one.uid for one in left} - known
        ever |= fresh
        assert {one.uid for one in lists.changes.added} == fresh
        assert {one.uid for one in seen.all_sessions} == ever
        assert {one.uid for one in new_failures(lists.changes, seen)} <= fresh
        after = failing_by_type(seen)
        for kind in set(before) - set(after):
            newer = [one for one in seen.all_sessions if one.type == kind and one.uid in fresh]
            assert any(one.outcome is Outcome.SUCCESS for one in newer), "it vanished without an explanation"
        lacking = [one for one in assess_snapshot(seen).findings if isinstance(one, UnlistedRunsFinding)]
        assert [one.run_count for one in lacking] == (
            [len(ever) - len(left)] if len(left) < len(ever) else []
        )
        listed = {one.uid for one in left}
        for kind, finding in after.items():
            newest = next(
                one for one in sorted(seen.all_sessions, key=_start_of, reverse=True) if one.type == kind
            )
            assert finding.is_unlisted is (newest.uid not in listed)
    assert not lists.add_list(*every).unlisted


def _start_of(one: Session) -> datetime:
    assert one.started is not None
    return one.started
