"""Since when a type fails, after how many successes, and since when it does not any more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import MINUTE, NOON, outcomes

from emtui.em.model import Outcome, Uid
from emtui.triage.runs_by_type import by_type
from emtui.triage.streaks import streak, streak_at

OK, BAD, ODD = Outcome.SUCCESS, Outcome.FAILED, Outcome.WARNING
EVERY = 15 * MINUTE
rows = st.lists(st.sampled_from(list(Outcome)), max_size=40)


def test_two_failures_in_a_row_after_three_good_runs() -> None:
    found = streak(outcomes(BAD, BAD, OK, OK, OK, BAD, OK))
    assert found is not None
    assert (found.outcome, found.count, found.whole) == (BAD, 2, True)
    assert (found.before, found.before_count) == (OK, 3)
    assert (found.since, found.last_good) == (NOON - EVERY, NOON - 2 * EVERY)
    assert found.rests_on == 7


def test_canceled_and_running_runs_neither_break_a_row_nor_make_it_longer() -> None:
    found = streak(outcomes(Outcome.RUNNING, BAD, Outcome.CANCELED, BAD, Outcome.UNKNOWN, BAD, OK))
    assert found is not None
    assert (found.count, found.since, found.last_good) == (3, NOON - 5 * EVERY, NOON - 6 * EVERY)


def test_a_warned_run_breaks_a_row_of_failures_but_is_not_the_last_good_one() -> None:
    found = streak(outcomes(BAD, ODD, OK))
    assert found is not None
    assert (found.count, found.last_good) == (1, NOON - 2 * EVERY)
    assert (found.before, found.before_count) == (ODD, 1)


def test_a_row_that_reaches_the_end_of_the_list_says_so() -> None:
    found = streak(outcomes(BAD, BAD))
    assert found is not None
    assert (found.whole, found.last_good, found.before) == (False, None, None)


def test_a_run_is_seen_as_it_was_when_it_ended() -> None:
    runs = outcomes(OK, BAD, BAD, BAD, OK, OK)
    found = streak_at(runs, runs[2])
    assert found is not None
    assert (found.count, found.since) == (2, NOON - 3 * EVERY)
    assert (found.before, found.before_count) == (OK, 2)


def test_nothing_that_ended_is_no_row() -> None:
    assert streak([]) is None
    assert streak(outcomes(Outcome.RUNNING, Outcome.CANCELED)) is None
    running = outcomes(Outcome.RUNNING)
    assert streak_at(running, running[0]) is None


def test_canceled_and_running_runs_count_for_nothing_in_what_came_before() -> None:
    found = streak(outcomes(BAD, Outcome.CANCELED, OK, Outcome.RUNNING, OK, Outcome.UNKNOWN, OK, BAD, OK))
    assert found is not None
    assert (found.before, found.before_count, found.previous) == (OK, 3, NOON - 7 * EVERY)


@pytest.mark.parametrize(("row", "before", "count"), [("fwwwsss", ODD, 3), ("wffs", BAD, 2), ("f", None, 0)])
def test_what_is_no_success_is_named(row: str, before: Outcome | None, count: int) -> None:
    found = streak(outcomes(*({"s": OK, "w": ODD, "f": BAD}[letter] for letter in row)))
    assert found is not None
    assert (found.before, found.before_count) == (before, count)


def test_of_runs_that_began_at_once_the_order_of_the_list_says_which_is_older() -> None:
    runs = [replace(one, uid=Uid(name)) for name, one in zip("ab", outcomes(BAD, OK), strict=True)]
    at_once = by_type([replace(one, started=NOON) for one in reversed(runs)])["CollectJob"]
    assert [one.uid for one in at_once] == ["a", "b"]
    assert streak(at_once) == streak_at(at_once, at_once[0])
    newest = streak_at(at_once, at_once[0])
    assert newest is not None
    assert (newest.before, newest.before_count) == (OK, 1)
    oldest = streak_at(at_once, at_once[1])
    assert oldest is not None
    assert not oldest.whole


@given(rows)
def test_a_row_never_counts_more_than_there_is(row: list[Outcome]) -> None:
    found = streak(outcomes(*row))
    told = [outcome for outcome in row if outcome in {OK, BAD, ODD}]
    assert (found is None) == (not told)
    if found:
        assert told[: found.count] == [found.outcome] * found.count
        assert found.count + found.before_count <= len(told) == found.rests_on
        assert found.whole == (found.count < len(told))
        assert found.since <= NOON
