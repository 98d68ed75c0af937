"""The summary of what happened while the user was away."""

from datetime import timedelta

from looks import NOON, look, run

from emtui.em.model import Outcome
from emtui.monitor.absence_summary import AbsenceSummary
from emtui.monitor.feed_health import FeedHealth, RequestCost

HOUR = timedelta(hours=1)


def test_what_ended_since_then_is_counted_by_outcome() -> None:
    seen = look(run(0, "InProgress"), run(1), run(2, "Failed"), run(3), run(4), run(9, "Failed"))
    absence = AbsenceSummary.of(seen, FeedHealth(), NOON - HOUR)
    assert (absence.since, absence.until) == (NOON - HOUR, NOON)
    assert absence.ended == {Outcome.SUCCESS: 3, Outcome.FAILED: 1}  # run 4 began at the hour, ended after it


def test_periods_without_data_are_in_the_summary() -> None:
    health = FeedHealth()
    health.on_response(NOON - 3 * HOUR, RequestCost(1, 1))
    for minutes in (1, 2, 3):
        health.on_failure(NOON - 2 * HOUR + timedelta(minutes=minutes), "gone")
    health.on_response(NOON, RequestCost(1, 1))
    (period,) = AbsenceSummary.of(look(run(1)), health, NOON - HOUR).outages
    assert (period.since, period.until) == (NOON - HOUR, NOON)


def test_a_clock_that_is_wrong_does_not_move_what_ended() -> None:
    ahead = look(run(1))
    ahead = type(ahead)(ahead.sessions, ahead.as_of, skew=HOUR)
    assert AbsenceSummary.of(ahead, FeedHealth(), NOON - HOUR / 2).ended == {}
