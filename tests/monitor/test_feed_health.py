"""Connection health of the list."""

from datetime import timedelta

from snapshot_factory import NOON

from emtui.monitor.feed_health import FeedHealth, Freshness, LostPeriod, RequestCost

MINUTE = timedelta(minutes=1)
COST = RequestCost(1000, 0.5)


def failed_health(times: int) -> FeedHealth:
    """Health after a response at noon and a failure each minute since."""
    health = FeedHealth()
    health.on_response(NOON, COST)
    for number in range(1, times + 1):
        health.on_failure(NOON + number * MINUTE, f"problem {number}")
    return health


def test_two_failures_are_stale_and_three_are_lost() -> None:
    assert [failed_health(times).freshness for times in range(5)] == [
        Freshness.FRESH, Freshness.FRESH, Freshness.STALE, Freshness.LOST, Freshness.LOST,
    ]  # fmt: skip


def test_a_lost_period_starts_at_the_last_response_and_has_the_last_problem() -> None:
    health = failed_health(5)
    assert health.lost_since == NOON
    assert list(health.lost_periods) == [LostPeriod(NOON, None, "problem 5")]


def test_a_response_ends_a_lost_period() -> None:
    health = failed_health(3)
    health.on_response(NOON + 4 * MINUTE, COST)
    assert health.freshness is Freshness.FRESH
    assert health.lost_since is None
    assert list(health.lost_periods) == [LostPeriod(NOON, NOON + 4 * MINUTE, "problem 3")]
    assert (health.response_count, health.failure_count, health.bytes_received) == (2, 3, 2000)


def test_without_any_response_a_lost_period_starts_at_the_third_failure() -> None:
    health = FeedHealth()
    for number in range(3):
        health.on_failure(NOON + number * MINUTE, "gone")
    assert health.lost_since == NOON + 2 * MINUTE


def test_stopped_polling_is_lost_at_once() -> None:
    health = failed_health(0)
    health.on_stopped(NOON + MINUTE, "refused")
    assert health.freshness is Freshness.LOST
    assert health.lost_since == NOON


def test_lost_periods_are_clipped_to_the_start_of_the_interval() -> None:
    health = failed_health(3)
    health.on_response(NOON + 4 * MINUTE, COST)
    assert health.lost_between(NOON + 4 * MINUTE, NOON + 9 * MINUTE) == []
    (period,) = health.lost_between(NOON + MINUTE, NOON + 9 * MINUTE)
    assert (period.since, period.until) == (NOON + MINUTE, NOON + 4 * MINUTE)


def test_old_periods_are_dropped() -> None:
    health = failed_health(0)
    for number in range(1, 500):
        health.on_stopped(NOON + number * MINUTE, "refused")
        health.on_response(NOON + number * MINUTE, COST)
    assert len(health.lost_periods) == 50
