"""When alerts are sent: all of them, at most once in ten minutes unless more severe."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations, product

import pytest
from snapshot_factory import NOON, make_snapshot, numbered_run

from emtui.em.model import Session
from emtui.monitor.changes import Changes
from emtui.monitor.notification_policy import ALERT_SPACING, Alert, AlertPolicy, Severity, new_failures

SERVER = "em01.example.net"
OUTAGE_MESSAGE = "em01.example.net does not answer."


def find_new_failures(*previous: Session, current: tuple[Session, ...]) -> tuple[Session, ...]:
    old, new = make_snapshot(*previous), make_snapshot(*current)
    return new_failures(Changes.between(old, new), new)


def test_new_failures_and_running_ones_that_fail_are_alerted() -> None:
    assert find_new_failures(numbered_run(2), current=(numbered_run(1, "Failed"), numbered_run(2))) == (
        numbered_run(1, "Failed"),
    )
    assert find_new_failures(
        numbered_run(1, "InProgress"), numbered_run(2), current=(numbered_run(1, "Failed"), numbered_run(2))
    ) == (numbered_run(1, "Failed"),)


def test_warnings_and_successes_are_not_alerted() -> None:
    assert (
        find_new_failures(
            numbered_run(3), current=(numbered_run(1, "Warning"), numbered_run(2), numbered_run(3))
        )
        == ()
    )


def test_a_failure_after_a_failure_is_not_alerted() -> None:
    assert (
        find_new_failures(
            numbered_run(2, "Failed"), current=(numbered_run(1, "Failed"), numbered_run(2, "Failed"))
        )
        == ()
    )


def test_two_types_that_fail_in_the_same_list_are_both_alerted() -> None:
    other, this = numbered_run(1, "Failed", "CatalogReplicationJob"), numbered_run(2, "Failed")
    before = numbered_run(3, type_name="CatalogReplicationJob"), numbered_run(4)
    assert find_new_failures(*before, current=(other, this, *before)) == (other, this)


def test_a_failure_of_a_new_type_is_alerted() -> None:
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


# --- timing ---------------------------------------------------------------------


class AlertRecorder:
    """An alert policy with a manual clock; `alerts` holds all alerts, with their times."""

    def __init__(self) -> None:
        self.now = 0.0
        self.policy = AlertPolicy(lambda: self.now)
        self.batches: list[tuple[float, tuple[Alert, ...]]] = []
        self.history: list[tuple[str, float]] = []
        self._runs = iter(range(1000, 0, -1))

    def batch_count(self) -> int:
        return len(self.batches)

    def happen(self, event: str, delay: float = 0.0) -> None:
        """Advance the clock by so many seconds, queue this, and send what is due."""
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
    recorder = AlertRecorder()
    recorder.happen(first)
    recorder.happen(second, 60)
    recorder.happen(second, 60)
    assert [len(alerts) for _, alerts in recorder.batches] == [int(first)]
    assert recorder.policy.seconds_left == ALERT_SPACING - 120
    recorder.happen("0", recorder.policy.seconds_left)
    assert [(at, len(alerts)) for at, alerts in recorder.batches] == [
        (0, int(first)),
        (ALERT_SPACING, 2 * int(second)),
    ]
    assert not recorder.policy.has_pending


def test_a_more_severe_alert_is_sent_at_once_with_the_queue() -> None:
    recorder = AlertRecorder()
    recorder.happen("1")
    recorder.happen("1", 60)
    recorder.happen("lost", 60)
    recorder.happen("1", 60)
    recorder.happen("stopped", 60)
    assert [(at, [alert.severity.name for alert in alerts]) for at, alerts in recorder.batches] == [
        (0, ["FAILURE"]),
        (120, ["FAILURE", "LOST"]),
        (240, ["FAILURE", "STOPPED"]),
    ]


def test_an_alert_that_is_not_more_severe_is_queued() -> None:
    recorder = AlertRecorder()
    recorder.happen("lost")
    recorder.happen("back", 60)
    recorder.happen("lost", 60)
    recorder.happen("1", 60)
    assert recorder.batch_count() == 1
    recorder.happen("0", ALERT_SPACING - 180)
    assert [alert.severity.name for alert in recorder.batches[1][1]] == ["RECOVERED", "LOST", "FAILURE"]


def test_an_outage_that_ends_in_the_queue_is_alerted_with_its_end() -> None:
    recorder = AlertRecorder()
    recorder.happen("stopped")
    recorder.happen("back", 10)
    recorder.happen("lost", 10)
    recorder.happen("back", 10)
    recorder.happen("0", ALERT_SPACING)
    again = recorder.batches[1][1][-1]
    assert (again.severity, recorder.seconds_of(again)) == (Severity.LOST, 20)
    assert again.until == NOON + timedelta(seconds=30)


def test_each_outage_is_alerted_once() -> None:
    recorder = AlertRecorder()
    for number in range(3):
        for _ in range(5):
            recorder.happen("lost", ALERT_SPACING / 4)
        assert recorder.batch_count() == number + 1
        recorder.happen("back", 2 * ALERT_SPACING)
    assert recorder.batch_count() == 3, "a late recovery is not alerted"


def test_an_outage_of_another_server_is_another_outage() -> None:
    recorder = AlertRecorder()
    recorder.happen("lost")
    recorder.now = ALERT_SPACING
    recorder.policy.on_lost(NOON, "em02.example.net", OUTAGE_MESSAGE)
    recorder.send_due()
    assert [alert.server for alert in recorder.alerts] == [SERVER, "em02.example.net"]


def test_a_clock_of_another_feed_does_not_delay_alerts() -> None:
    recorder = AlertRecorder()
    recorder.happen("1", 40_000)
    recorder.now = 10.0
    recorder.happen("1")
    assert recorder.policy.seconds_left == ALERT_SPACING


def test_queued_failures_that_are_acknowledged_are_not_alerted() -> None:
    recorder = AlertRecorder()
    recorder.happen("1")
    recorder.happen("2", 60)
    recorder.now = ALERT_SPACING
    (alert,) = recorder.policy.take_due(lambda session: session.type == "Type0")
    assert alert.run
    assert alert.run.type == "Type1"
    assert not recorder.policy.has_pending


def test_acknowledged_alerts_do_not_start_another_ten_minutes() -> None:
    recorder = AlertRecorder()
    recorder.happen("1")
    recorder.happen("1", 60)
    recorder.now = ALERT_SPACING
    assert recorder.policy.take_due(lambda _: True) == ()
    recorder.happen("1")
    assert recorder.batch_count() == 2


# --- no alert is lost -----------------------------------------------------------

EVENTS = ("0", "1", "2", "5", "lost", "back", "stopped")


def assert_everything_is_alerted(recorder: AlertRecorder) -> None:
    """Check that each failure, each outage and each recent recovery was alerted once."""
    happened = [what for what, _ in recorder.history]
    assert sum(alert.run is not None for alert in recorder.alerts) == happened.count("failed")
    assert len({alert.run.uid for alert in recorder.alerts if alert.run}) == happened.count("failed")
    goes_on, severity, outages, ends = False, 0, [], []
    for what, at in recorder.history:
        if what in {"lost", "stopped"}:
            rank = Severity.LOST if what == "lost" else Severity.STOPPED
            if not goes_on or rank > severity:
                outages.append((rank, at))
            goes_on, severity = True, max(rank, severity if goes_on else 0)
        elif what == "back" and goes_on:
            goes_on = False
            ends.append(at)
    alerted_outages = [
        (one.severity, recorder.seconds_of(one)) for one in recorder.alerts if one.severity >= Severity.LOST
    ]
    assert sorted(alerted_outages) == sorted(outages)
    alerted_ends = {(one.until - NOON).total_seconds() for one in recorder.alerts if one.until}
    assert alerted_ends == set(ends)


def assert_alerts_are_spaced(recorder: AlertRecorder) -> None:
    """Check that batches are ten minutes apart unless the second is more severe; no alert waits longer."""
    for (at, alerts), (after, more) in zip(recorder.batches, recorder.batches[1:], strict=False):
        worst, worse = (max(one.severity for one in some) for some in (alerts, more))
        assert after - at >= ALERT_SPACING or worse > worst
    for at, alerts in recorder.batches:
        for alert in alerts:
            assert at - recorder.seconds_of(alert) <= ALERT_SPACING or alert.severity is Severity.RECOVERED


def replay_events(plan: Sequence[tuple[str, float]]) -> AlertRecorder:
    recorder = AlertRecorder()
    for what, after in plan:
        if recorder.policy.has_pending and recorder.policy.seconds_left <= after:
            left = recorder.policy.seconds_left
            recorder.happen("0", left)
            recorder.happen(what, after - left)
        else:
            recorder.happen(what, after)
    recorder.happen("0", recorder.policy.seconds_left)
    recorder.happen("0", recorder.policy.seconds_left)
    return recorder


@pytest.mark.parametrize("first", EVENTS)
def test_everything_within_ten_minutes_is_alerted_in_any_order(first: str) -> None:
    """Every order of four events, a minute apart, after each possible first event."""
    for others in product(EVENTS, repeat=3):
        recorder = replay_events([(first, 0.0), *((what, 60.0) for what in others)])
        assert not recorder.policy.has_pending
        assert_everything_is_alerted(recorder)
        assert_alerts_are_spaced(recorder)


@pytest.mark.parametrize("order", [*permutations(("1", "2", "5", "lost", "back"))], ids="-".join)
def test_every_order_of_failures_and_an_outage_is_alerted(order: tuple[str, ...]) -> None:
    recorder = replay_events([(what, 100.0) for what in order])
    assert_everything_is_alerted(recorder)
    assert_alerts_are_spaced(recorder)
    assert recorder.batch_count() <= 3, "at once, at once if more severe, the rest after ten minutes"


@pytest.mark.parametrize("seed", range(20))
def test_a_day_of_random_events_is_alerted(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    recorder = replay_events([(chance.choice(EVENTS), float(chance.randrange(500))) for _ in range(300)])
    failed = [what for what, _ in recorder.history].count("failed")
    assert sum(alert.run is not None for alert in recorder.alerts) == failed
    assert_alerts_are_spaced(recorder)
