"""When alerts are sent: all of them, at most once in ten minutes unless more severe."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations, product

import pytest
from snapshot_factory import NOON, make_snapshot, numbered_run

from emtui.em.model import Session
from emtui.monitor.alert_policy import ALERT_SPACING, Alert, AlertPolicy, Severity, new_failures
from emtui.monitor.changes import Changes

SERVER = "em01.example.net"
OUTAGE_MESSAGE = "em01.example.net does not answer."


def find_new_failures(*previous: Session, current: tuple[Session, ...]) -> tuple[Session, ...]:
    old, new = make_snapshot(*previous), make_snapshot(*current)
    return new_failures(Changes.between(old, new), new)


def test_a_new_failure_counts_and_so_does_one_that_was_running() -> None:
    assert find_new_failures(numbered_run(2), current=(numbered_run(1, "Failed"), numbered_run(2))) == (
        numbered_run(1, "Failed"),
    )
    assert find_new_failures(
        numbered_run(1, "InProgress"), numbered_run(2), current=(numbered_run(1, "Failed"), numbered_run(2))
    ) == (numbered_run(1, "Failed"),)


def test_warnings_and_successes_do_not() -> None:
    assert (
        find_new_failures(
            numbered_run(3), current=(numbered_run(1, "Warning"), numbered_run(2), numbered_run(3))
        )
        == ()
    )


def test_a_failure_like_the_one_before_it_does_not() -> None:
    assert (
        find_new_failures(
            numbered_run(2, "Failed"), current=(numbered_run(1, "Failed"), numbered_run(2, "Failed"))
        )
        == ()
    )


def test_two_types_that_fail_in_the_same_list_both_count() -> None:
    other, this = numbered_run(1, "Failed", "CatalogReplicationJob"), numbered_run(2, "Failed")
    before = numbered_run(3, type_name="CatalogReplicationJob"), numbered_run(4)
    assert find_new_failures(*before, current=(other, this, *before)) == (other, this)


def test_a_failure_of_a_type_that_has_never_run_counts() -> None:
    assert (
        len(find_new_failures(numbered_run(2), current=(numbered_run(1, "Failed", "Rare"), numbered_run(2))))
        == 1
    )


def test_acknowledged_failures_are_not_alerted_and_different_ones_are() -> None:
    acknowledged, other, good = numbered_run(2, "Failed"), numbered_run(1, "Failed"), numbered_run(3)
    old, new = make_snapshot(good), make_snapshot(acknowledged, good)
    assert new_failures(Changes.between(old, new), new, lambda one: one == acknowledged) == ()
    after = make_snapshot(other, acknowledged, good)
    assert new_failures(Changes.between(new, after), after, lambda one: one == acknowledged) == (other,)
    assert new_failures(Changes.between(new, after), after) == ()


# --- when -----------------------------------------------------------------------


class AlertRecorder:
    """An alert policy with a manual clock; `told` holds all alerts with their times."""

    def __init__(self) -> None:
        self.now = 0.0
        self.policy = AlertPolicy(lambda: self.now)
        self.batches: list[tuple[float, tuple[Alert, ...]]] = []
        self.history: list[tuple[str, float]] = []
        self._runs = iter(range(1000, 0, -1))

    def batch_count(self) -> int:
        return len(self.batches)

    def happen(self, event: str, delay: float = 0.0) -> None:
        """So many seconds later this happens, and what is due is told."""
        self.now += delay
        at = NOON + timedelta(seconds=self.now)
        if event.isdigit():
            failed = [
                numbered_run(next(self._runs), "Failed", f"Type{number}") for number in range(int(event))
            ]
            self.policy.on_failures(failed, at, SERVER)
            self.history += [("failed", self.now)] * len(failed)
        elif event == "back":
            self.policy.on_recovered(at)
            self.history.append(("back", self.now))
        elif event in {"lost", "stopped"}:
            self.policy.on_lost(at, SERVER, OUTAGE_MESSAGE, is_stopped=event == "stopped")
            self.history.append((event, self.now))
        self.send_due()

    def send_due(self) -> None:
        if alerts := self.policy.take_due():
            self.batches.append((self.now, alerts))

    @property
    def alerts(self) -> list[Alert]:
        return [alert for _, alerts in self.batches for alert in alerts]

    def seconds_of(self, alert: Alert) -> float:
        return (alert.at - NOON).total_seconds()


@pytest.mark.parametrize("first", ["1", "2", "5"])
@pytest.mark.parametrize("second", ["1", "2", "5"])
def test_failures_within_ten_minutes_are_alerted_together_afterwards(first: str, second: str) -> None:
    bell = AlertRecorder()
    bell.happen(first)
    bell.happen(second, 60)
    bell.happen(second, 60)
    assert [len(alerts) for _, alerts in bell.batches] == [int(first)]
    assert bell.policy.seconds_left == ALERT_SPACING - 120
    bell.happen("0", bell.policy.seconds_left)
    assert [(at, len(alerts)) for at, alerts in bell.batches] == [
        (0, int(first)),
        (ALERT_SPACING, 2 * int(second)),
    ]
    assert not bell.policy.has_pending


def test_a_more_severe_alert_is_sent_at_once_with_the_queue() -> None:
    bell = AlertRecorder()
    bell.happen("1")
    bell.happen("1", 60)
    bell.happen("lost", 60)
    bell.happen("1", 60)
    bell.happen("stopped", 60)
    assert [(at, [alert.severity.name for alert in alerts]) for at, alerts in bell.batches] == [
        (0, ["FAILURE"]),
        (120, ["FAILURE", "LOST"]),
        (240, ["FAILURE", "STOPPED"]),
    ]


def test_what_is_as_bad_or_less_bad_waits() -> None:
    bell = AlertRecorder()
    bell.happen("lost")
    bell.happen("back", 60)
    bell.happen("lost", 60)
    bell.happen("1", 60)
    assert bell.batch_count() == 1
    bell.happen("0", ALERT_SPACING - 180)
    assert [alert.severity.name for alert in bell.batches[1][1]] == ["RECOVERED", "LOST", "FAILURE"]


def test_an_outage_that_ends_in_the_queue_is_alerted_with_its_end() -> None:
    bell = AlertRecorder()
    bell.happen("stopped")
    bell.happen("back", 10)
    bell.happen("lost", 10)
    bell.happen("back", 10)
    bell.happen("0", ALERT_SPACING)
    again = bell.batches[1][1][-1]
    assert (again.severity, bell.seconds_of(again)) == (Severity.LOST, 20)
    assert again.until == NOON + timedelta(seconds=30)


def test_each_outage_is_alerted_once() -> None:
    bell = AlertRecorder()
    for number in range(3):
        for _ in range(5):
            bell.happen("lost", ALERT_SPACING / 4)
        assert bell.batch_count() == number + 1
        bell.happen("back", 2 * ALERT_SPACING)
    assert bell.batch_count() == 3, "that it is back long after needs no telling"


def test_an_outage_of_another_server_is_another_outage() -> None:
    bell = AlertRecorder()
    bell.happen("lost")
    bell.now = ALERT_SPACING
    bell.policy.on_lost(NOON, "em02.example.net", OUTAGE_MESSAGE)
    bell.send_due()
    assert [alert.server for alert in bell.alerts] == [SERVER, "em02.example.net"]


def test_a_clock_of_another_list_that_shows_less_holds_nothing_back_for_longer() -> None:
    bell = AlertRecorder()
    bell.happen("1", 40_000)
    bell.now = 10.0
    bell.happen("1")
    assert bell.policy.seconds_left == ALERT_SPACING


def test_queued_failures_that_are_acknowledged_are_not_alerted() -> None:
    bell = AlertRecorder()
    bell.happen("1")
    bell.happen("2", 60)
    bell.now = ALERT_SPACING
    (alert,) = bell.policy.take_due(lambda session: session.type == "Type0")
    assert alert.run
    assert alert.run.type == "Type1"
    assert not bell.policy.has_pending


def test_what_was_acknowledged_before_the_time_opens_no_new_ten_minutes() -> None:
    bell = AlertRecorder()
    bell.happen("1")
    bell.happen("1", 60)
    bell.now = ALERT_SPACING
    assert bell.policy.take_due(lambda _: True) == ()
    bell.happen("1")
    assert bell.batch_count() == 2


# --- nothing is lost ------------------------------------------------------------

EVENTS = ("0", "1", "2", "5", "lost", "back", "stopped")


def assert_everything_is_alerted(bell: AlertRecorder) -> None:
    """Check that each failure, each outage and each recent recovery was alerted once."""
    happened = [what for what, _ in bell.history]
    assert sum(alert.run is not None for alert in bell.alerts) == happened.count("failed")
    assert len({alert.run.uid for alert in bell.alerts if alert.run}) == happened.count("failed")
    goes_on, severity, outages, ends = False, 0, [], []
    for what, at in bell.history:
        if what in {"lost", "stopped"}:
            rank = Severity.LOST if what == "lost" else Severity.STOPPED
            if not goes_on or rank > severity:
                outages.append((rank, at))
            goes_on, severity = True, max(rank, severity if goes_on else 0)
        elif what == "back" and goes_on:
            goes_on = False
            ends.append(at)
    alerted_outages = [
        (one.severity, bell.seconds_of(one)) for one in bell.alerts if one.severity >= Severity.LOST
    ]
    assert sorted(alerted_outages) == sorted(outages)
    alerted_ends = {(one.until - NOON).total_seconds() for one in bell.alerts if one.until}
    assert alerted_ends == set(ends)


def assert_alerts_are_spaced(bell: AlertRecorder) -> None:
    """Two within ten minutes only if the second is worse, and nothing waits longer than that."""
    for (at, alerts), (after, more) in zip(bell.batches, bell.batches[1:], strict=False):
        worst, worse = (max(one.severity for one in some) for some in (alerts, more))
        assert after - at >= ALERT_SPACING or worse > worst
    for at, alerts in bell.batches:
        for alert in alerts:
            assert at - bell.seconds_of(alert) <= ALERT_SPACING or alert.severity is Severity.RECOVERED


def replay_events(plan: Sequence[tuple[str, float]]) -> AlertRecorder:
    bell = AlertRecorder()
    for what, after in plan:
        if bell.policy.has_pending and bell.policy.seconds_left <= after:
            left = bell.policy.seconds_left
            bell.happen("0", left)
            bell.happen(what, after - left)
        else:
            bell.happen(what, after)
    bell.happen("0", bell.policy.seconds_left)
    bell.happen("0", bell.policy.seconds_left)
    return bell


@pytest.mark.parametrize("first", EVENTS)
def test_everything_within_ten_minutes_is_alerted_in_any_order(first: str) -> None:
    """Each order of four of these events, a minute apart, after each that began the ten minutes."""
    for others in product(EVENTS, repeat=3):
        bell = replay_events([(first, 0.0), *((what, 60.0) for what in others)])
        assert not bell.policy.has_pending
        assert_everything_is_alerted(bell)
        assert_alerts_are_spaced(bell)


@pytest.mark.parametrize("order", [*permutations(("1", "2", "5", "lost", "back"))], ids="-".join)
def test_every_order_of_failures_and_an_outage_is_alerted(order: tuple[str, ...]) -> None:
    bell = replay_events([(what, 100.0) for what in order])
    assert_everything_is_alerted(bell)
    assert_alerts_are_spaced(bell)
    assert bell.batch_count() <= 3, "at once, at once because it is worse, and the rest when the time is over"


@pytest.mark.parametrize("seed", range(20))
def test_a_day_of_random_events_is_alerted(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    bell = replay_events([(chance.choice(EVENTS), float(chance.randrange(500))) for _ in range(300)])
    failed = [what for what, _ in bell.history].count("failed")
    assert sum(alert.run is not None for alert in bell.alerts) == failed
    assert_alerts_are_spaced(bell)
