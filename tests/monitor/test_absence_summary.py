"""The summary of what happened while the user was away."""

from datetime import timedelta

from snapshot_factory import NOON, make_snapshot, numbered_run

from emtui.em.model import Outcome
from emtui.monitor.absence_summary import AbsenceSummary
from emtui.monitor.feed_health import FeedHealth, RequestCost

HOUR = timedelta(hours=1)


def test_runs_that_ended_since_then_are_counted_by_outcome() -> None:
    seen = make_snapshot(
        numbered_run(0, "InProgress"),
        numbered_run(1),
        numbered_run(2, "Failed"),
        numbered_run(3),
        numbered_run(4),
        numbered_run(9, "Failed"),
    )
    absence = AbsenceSummary.compute(seen, FeedHealth(), NOON - HOUR)
    assert (absence.since, absence.until) == (NOON - HOUR, NOON)
    assert absence.outcome_counts == {
        Outcome.SUCCESS: 3,
        Outcome.FAILED: 1,
    }  # run 4 began at the hour, ended after it


def test_periods_without_data_are_in_the_summary() -> None:
    health = FeedHealth()
    health.on_response(NOON - 3 * HOUR, RequestCost(1, 1))
    for minutes in (1, 2, 3):
        health.on_failure(NOON - 2 * HOUR + timedelta(minutes=minutes), "gone")
    health.on_response(NOON, RequestCost(1, 1))
    (period,) = AbsenceSummary.compute(make_snapshot(numbered_run(1)), health, NOON - HOUR).outages
    assert (period.since, period.until) == (NOON - HOUR, NOON)


def test_a_wrong_clock_does_not_change_which_runs_ended() -> None:
    ahead = make_snapshot(numbered_run(1))
    ahead = type(ahead)(ahead.sessions, ahead.as_of, skew=HOUR)
    assert AbsenceSummary.compute(ahead, FeedHealth(), NOON - HOUR / 2).outcome_counts == {}
