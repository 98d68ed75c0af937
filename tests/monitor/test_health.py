"""How well the list is known."""

from datetime import timedelta

from looks import NOON

from emtui.monitor.health import Cost, Health, Period, Sight

MINUTE = timedelta(minutes=1)
COST = Cost(1000, 0.5)


def failing(times: int) -> Health:
    """Seen at noon, and since then failed each minute."""
    health = Health()
    health.answered(NOON, COST)
    for number in range(1, times + 1):
        health.failed(NOON + number * MINUTE, f"problem {number}")
    return health


def test_two_missed_looks_are_stale_and_three_blind() -> None:
    assert [failing(times).sight for times in range(5)] == [
        Sight.CLEAR, Sight.CLEAR, Sight.STALE, Sight.BLIND, Sight.BLIND,
    ]  # fmt: skip


def test_blind_is_told_from_the_last_complete_answer_on_with_the_last_problem() -> None:
    health = failing(5)
    assert health.blind_since == NOON
    assert list(health.periods) == [Period(NOON, None, "problem 5")]


def test_an_answer_ends_it() -> None:
    health = failing(3)
    health.answered(NOON + 4 * MINUTE, COST)
    assert health.sight is Sight.CLEAR
    assert health.blind_since is None
    assert list(health.periods) == [Period(NOON, NOON + 4 * MINUTE, "problem 3")]
    assert (health.looks, health.failures, health.received) == (2, 3, 2000)


def test_without_any_answer_blind_begins_with_the_third_failure() -> None:
    health = Health()
    for number in range(3):
        health.failed(NOON + number * MINUTE, "gone")
    assert health.blind_since == NOON + 2 * MINUTE


def test_what_only_somebody_can_decide_is_blind_at_once() -> None:
    health = failing(0)
    health.lost(NOON + MINUTE, "refused")
    assert health.sight is Sight.BLIND
    assert health.blind_since == NOON


def test_the_blind_periods_of_a_time_begin_in_it() -> None:
    health = failing(3)
    health.answered(NOON + 4 * MINUTE, COST)
    assert health.blind_between(NOON + 4 * MINUTE, NOON + 9 * MINUTE) == []
    (period,) = health.blind_between(NOON + MINUTE, NOON + 9 * MINUTE)
    assert (period.since, period.until) == (NOON + MINUTE, NOON + 4 * MINUTE)


def test_old_periods_are_forgotten_some_day() -> None:
    health = failing(0)
    for number in range(1, 500):
        health.lost(NOON + number * MINUTE, "refused")
        health.answered(NOON + number * MINUTE, COST)
    assert len(health.periods) == 50
