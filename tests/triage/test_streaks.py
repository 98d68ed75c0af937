"""Streaks: since when a type fails, and after how many successes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import MINUTE, NOON, runs_with_outcomes

from emtui.em.model import Outcome, Uid
from emtui.triage.runs_by_type import group_by_type
from emtui.triage.streaks import find_streak, find_streak_at

OK, BAD, WARNED = Outcome.SUCCESS, Outcome.FAILED, Outcome.WARNING
EVERY = 15 * MINUTE
rows = st.lists(st.sampled_from(list(Outcome)), max_size=40)


def test_two_failures_in_a_row_after_three_successful_runs() -> None:
    found = find_streak(runs_with_outcomes(BAD, BAD, OK, OK, OK, BAD, OK))
    assert found is not None
    assert (found.outcome, found.count, found.is_complete) == (BAD, 2, True)
    assert (found.outcome_before, found.count_before) == (OK, 3)
    assert (found.since, found.last_successful) == (NOON - EVERY, NOON - 2 * EVERY)
    assert found.sample_size == 7


def test_canceled_and_running_runs_neither_break_a_row_nor_make_it_longer() -> None:
    found = find_streak(
        runs_with_outcomes(Outcome.RUNNING, BAD, Outcome.CANCELED, BAD, Outcome.UNKNOWN, BAD, OK)
    )
    assert found is not None
    assert (found.count, found.since, found.last_successful) == (3, NOON - 5 * EVERY, NOON - 6 * EVERY)


def test_a_warned_run_breaks_a_row_of_failures_but_is_not_the_last_successful_one() -> None:
    found = find_streak(runs_with_outcomes(BAD, WARNED, OK))
    assert found is not None
    assert (found.count, found.last_successful) == (1, NOON - 2 * EVERY)
    assert (found.outcome_before, found.count_before) == (WARNED, 1)


def test_a_streak_up_to_the_end_of_the_list_is_incomplete() -> None:
    found = find_streak(runs_with_outcomes(BAD, BAD))
    assert found is not None
    assert (found.is_complete, found.last_successful, found.outcome_before) == (False, None, None)


def test_a_run_is_seen_as_it_was_when_it_ended() -> None:
    runs = runs_with_outcomes(OK, BAD, BAD, BAD, OK, OK)
    found = find_streak_at(runs, runs[2])
    assert found is not None
    assert (found.count, found.since) == (2, NOON - 3 * EVERY)
    assert (found.outcome_before, found.count_before) == (OK, 2)


def test_without_ended_runs_there_is_no_streak() -> None:
    assert find_streak([]) is None
    assert find_streak(runs_with_outcomes(Outcome.RUNNING, Outcome.CANCELED)) is None
    running = runs_with_outcomes(Outcome.RUNNING)
    assert find_streak_at(running, running[0]) is None


def test_canceled_and_running_runs_do_not_count_as_previous_runs() -> None:
    found = find_streak(
        runs_with_outcomes(BAD, Outcome.CANCELED, OK, Outcome.RUNNING, OK, Outcome.UNKNOWN, OK, BAD, OK)
    )
    assert found is not None
    assert (found.outcome_before, found.count_before, found.previous_start) == (OK, 3, NOON - 7 * EVERY)


@pytest.mark.parametrize(
    ("row", "before", "count"), [("fwwwsss", WARNED, 3), ("wffs", BAD, 2), ("f", None, 0)]
)
def test_previous_outcomes_other_than_success_are_named(row: str, before: Outcome | None, count: int) -> None:
    found = find_streak(runs_with_outcomes(*({"s": OK, "w": WARNED, "f": BAD}[letter] for letter in row)))
    assert found is not None
    assert (found.outcome_before, found.count_before) == (before, count)


def test_runs_with_the_same_start_are_ordered_as_in_the_list() -> None:
    runs = [replace(one, uid=Uid(name)) for name, one in zip("ab", runs_with_outcomes(BAD, OK), strict=True)]
    at_once = group_by_type([replace(one, started=NOON) for one in reversed(runs)])["CollectJob"]
    assert [one.uid for one in at_once] == ["a", "b"]
    assert find_streak(at_once) == find_streak_at(at_once, at_once[0])
    newest = find_streak_at(at_once, at_once[0])
    assert newest is not None
    assert (newest.outcome_before, newest.count_before) == (OK, 1)
    oldest = find_streak_at(at_once, at_once[1])
    assert oldest is not None
    assert not oldest.is_complete


@given(rows)
def test_a_streak_never_counts_more_runs_than_there_are(row: list[Outcome]) -> None:
    found = find_streak(runs_with_outcomes(*row))
    decisive = [outcome for outcome in row if outcome in {OK, BAD, WARNED}]
    assert (found is None) == (not decisive)
    if found:
        assert decisive[: found.count] == [found.outcome] * found.count
        assert found.count + found.count_before <= len(decisive) == found.sample_size
        assert found.is_complete == (found.count < len(decisive))
        assert found.since <= NOON
