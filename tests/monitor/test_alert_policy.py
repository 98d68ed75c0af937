"""When alerts are sent: all of them, at most once in ten minutes unless more severe."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations, product

import pytest
from looks import NOON, look, run

from emtui.em.model import Session
from emtui.monitor.alert_policy import ALERT_SPACING, Alert, AlertPolicy, Severity, new_failures
from emtui.monitor.changes import Changes

WHERE = "em01.example.net"
WHY = "em01.example.net does not answer."


def sees(*before: Session, then: tuple[Session, ...]) -> tuple[Session, ...]:
    old, new = look(*before), look(*then)
    return new_failures(Changes.between(old, new), new)


def test_a_new_failure_counts_and_so_does_one_that_was_running() -> None:
    assert sees(run(2), then=(run(1, "Failed"), run(2))) == (run(1, "Failed"),)
    assert sees(run(1, "InProgress"), run(2), then=(run(1, "Failed"), run(2))) == (run(1, "Failed"),)


def test_warnings_and_successes_do_not() -> None:
    assert sees(run(3), then=(run(1, "Warning"), run(2), run(3))) == ()


def test_a_failure_like_the_one_before_it_does_not() -> None:
    assert sees(run(2, "Failed"), then=(run(1, "Failed"), run(2, "Failed"))) == ()


def test_two_types_that_fail_in_the_same_list_both_count() -> None:
    other, this = run(1, "Failed", "CatalogReplicationJob"), run(2, "Failed")
    before = run(3, kind="CatalogReplicationJob"), run(4)
    assert sees(*before, then=(other, this, *before)) == (other, this)


def test_a_failure_of_a_type_that_has_never_run_counts() -> None:
    assert len(sees(run(2), then=(run(1, "Failed", "Rare"), run(2)))) == 1


def test_acknowledged_failures_are_not_alerted_and_different_ones_are() -> None:
    known, other, good = run(2, "Failed"), run(1, "Failed"), run(3)
    old, new = look(good), look(known, good)
    assert new_failures(Changes.between(old, new), new, lambda one: one == known) == ()
    after = look(other, known, good)
    assert new_failures(Changes.between(new, after), after, lambda one: one == known) == (other,)
    assert new_failures(Changes.between(new, after), after) == ()


# --- when -----------------------------------------------------------------------


class Bell:
    """An alert policy with a manual clock; `told` holds all alerts with their times."""

    def __init__(self) -> None:
        self.now = 0.0
        self.alarm = AlertPolicy(lambda: self.now)
        self.told: list[tuple[float, tuple[Alert, ...]]] = []
        self.happened: list[tuple[str, float]] = []
        self._runs = iter(range(1000, 0, -1))

    def rings(self) -> int:
        return len(self.told)

    def does(self, what: str, after: float = 0.0) -> None:
        """So many seconds later this happens, and what is due is told."""
        self.now += after
        at = NOON + timedelta(seconds=self.now)
        if what.isdigit():
            failed = [run(next(self._runs), "Failed", f"Type{number}") for number in range(int(what))]
            self.alarm.on_failures(failed, at, WHERE)
            self.happened += [("failed", self.now)] * len(failed)
        elif what == "back":
            self.alarm.on_recovered(at)
            self.happened.append(("back", self.now))
        elif what in {"lost", "stopped"}:
            self.alarm.on_lost(at, WHERE, WHY, stopped=what == "stopped")
            self.happened.append((what, self.now))
        self.tell()

    def tell(self) -> None:
        if alerts := self.alarm.due():
            self.told.append((self.now, alerts))

    @property
    def alerts(self) -> list[Alert]:
        return [alert for _, alerts in self.told for alert in alerts]

    def seconds(self, alert: Alert) -> float:
        return (alert.at - NOON).total_seconds()


@pytest.mark.parametrize("first", ["1", "2", "5"])
@pytest.mark.parametrize("second", ["1", "2", "5"])
def test_failures_within_ten_minutes_are_alerted_together_afterwards(first: str, second: str) -> None:
    bell = Bell()
    bell.does(first)
    bell.does(second, 60)
    bell.does(second, 60)
    assert [len(alerts) for _, alerts in bell.told] == [int(first)]
    assert bell.alarm.seconds_left == ALERT_SPACING - 120
    bell.does("0", bell.alarm.seconds_left)
    assert [(at, len(alerts)) for at, alerts in bell.told] == [
        (0, int(first)),
        (ALERT_SPACING, 2 * int(second)),
    ]
    assert not bell.alarm.has_pending


def test_a_more_severe_alert_is_sent_at_once_with_the_queue() -> None:
    bell = Bell()
    bell.does("1")
    bell.does("1", 60)
    bell.does("lost", 60)
    bell.does("1", 60)
    bell.does("stopped", 60)
    assert [(at, [alert.severity.name for alert in alerts]) for at, alerts in bell.told] == [
        (0, ["FAILURE"]),
        (120, ["FAILURE", "LOST"]),
        (240, ["FAILURE", "STOPPED"]),
    ]


def test_what_is_as_bad_or_less_bad_waits() -> None:
    bell = Bell()
    bell.does("lost")
    bell.does("back", 60)
    bell.does("lost", 60)
    bell.does("1", 60)
    assert bell.rings() == 1
    bell.does("0", ALERT_SPACING - 180)
    assert [alert.severity.name for alert in bell.told[1][1]] == ["RECOVERED", "LOST", "FAILURE"]


def test_an_outage_that_ends_in_the_queue_is_alerted_with_its_end() -> None:
    bell = Bell()
    bell.does("stopped")
    bell.does("back", 10)
    bell.does("lost", 10)
    bell.does("back", 10)
    bell.does("0", ALERT_SPACING)
    again = bell.told[1][1][-1]
    assert (again.severity, bell.seconds(again)) == (Severity.LOST, 20)
    assert again.until == NOON + timedelta(seconds=30)


def test_each_outage_is_alerted_once() -> None:
    bell = Bell()
    for number in range(3):
        for _ in range(5):
            bell.does("lost", ALERT_SPACING / 4)
        assert bell.rings() == number + 1
        bell.does("back", 2 * ALERT_SPACING)
    assert bell.rings() == 3, "that it is back long after needs no telling"


def test_an_outage_of_another_server_is_another_outage() -> None:
    bell = Bell()
    bell.does("lost")
    bell.now = ALERT_SPACING
    bell.alarm.on_lost(NOON, "em02.example.net", WHY)
    bell.tell()
    assert [alert.server for alert in bell.alerts] == [WHERE, "em02.example.net"]


def test_a_clock_of_another_list_that_shows_less_holds_nothing_back_for_longer() -> None:
    bell = Bell()
    bell.does("1", 40_000)
    bell.now = 10.0
    bell.does("1")
    assert bell.alarm.seconds_left == ALERT_SPACING


def test_queued_failures_that_are_acknowledged_are_not_alerted() -> None:
    bell = Bell()
    bell.does("1")
    bell.does("2", 60)
    bell.now = ALERT_SPACING
    (told,) = bell.alarm.due(lambda session: session.type == "Type0")
    assert told.run
    assert told.run.type == "Type1"
    assert not bell.alarm.has_pending


def test_what_was_acknowledged_before_the_time_opens_no_new_ten_minutes() -> None:
    bell = Bell()
    bell.does("1")
    bell.does("1", 60)
    bell.now = ALERT_SPACING
    assert bell.alarm.due(lambda _: True) == ()
    bell.does("1")
    assert bell.rings() == 2


# --- nothing is lost ------------------------------------------------------------

EVENTS = ("0", "1", "2", "5", "lost", "back", "stopped")


def assert_all_is_told(bell: Bell) -> None:
    """Check that each failure, each outage and each recent recovery was alerted once."""
    happened = [what for what, _ in bell.happened]
    assert sum(alert.run is not None for alert in bell.alerts) == happened.count("failed")
    assert len({alert.run.uid for alert in bell.alerts if alert.run}) == happened.count("failed")
    goes_on, severity, outages, ends = False, 0, [], []
    for what, at in bell.happened:
        if what in {"lost", "stopped"}:
            rank = Severity.LOST if what == "lost" else Severity.STOPPED
            if not goes_on or rank > severity:
                outages.append((rank, at))
            goes_on, severity = True, max(rank, severity if goes_on else 0)
        elif what == "back" and goes_on:
            goes_on = False
            ends.append(at)
    told = [(one.severity, bell.seconds(one)) for one in bell.alerts if one.severity >= Severity.LOST]
    assert sorted(told) == sorted(outages)
    told_ends = {(one.until - NOON).total_seconds() for one in bell.alerts if one.until}
    assert told_ends == set(ends)


def assert_seldom(bell: Bell) -> None:
    """Two within ten minutes only if the second is worse, and nothing waits longer than that."""
    for (at, alerts), (after, more) in zip(bell.told, bell.told[1:], strict=False):
        worst, worse = (max(one.severity for one in some) for some in (alerts, more))
        assert after - at >= ALERT_SPACING or worse > worst
    for at, alerts in bell.told:
        for alert in alerts:
            assert at - bell.seconds(alert) <= ALERT_SPACING or alert.severity is Severity.RECOVERED


def play(plan: Sequence[tuple[str, float]]) -> Bell:
    bell = Bell()
    for what, after in plan:
        if bell.alarm.has_pending and bell.alarm.seconds_left <= after:
            left = bell.alarm.seconds_left
            bell.does("0", left)
            bell.does(what, after - left)
        else:
            bell.does(what, after)
    bell.does("0", bell.alarm.seconds_left)
    bell.does("0", bell.alarm.seconds_left)
    return bell


@pytest.mark.parametrize("first", EVENTS)
def test_everything_within_ten_minutes_is_alerted_in_any_order(first: str) -> None:
    """Each order of four of these events, a minute apart, after each that began the ten minutes."""
    for others in product(EVENTS, repeat=3):
        bell = play([(first, 0.0), *((what, 60.0) for what in others)])
        assert not bell.alarm.has_pending
        assert_all_is_told(bell)
        assert_seldom(bell)


@pytest.mark.parametrize("order", [*permutations(("1", "2", "5", "lost", "back"))], ids="-".join)
def test_every_order_of_failures_and_an_outage_is_alerted(order: tuple[str, ...]) -> None:
    bell = play([(what, 100.0) for what in order])
    assert_all_is_told(bell)
    assert_seldom(bell)
    assert bell.rings() <= 3, "at once, at once because it is worse, and the rest when the time is over"


@pytest.mark.parametrize("seed", range(20))
def test_a_day_of_random_events_is_alerted(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    bell = play([(chance.choice(EVENTS), float(chance.randrange(500))) for _ in range(300)])
    failed = [what for what, _ in bell.happened].count("failed")
    assert sum(alert.run is not None for alert in bell.alerts) == failed
    assert_seldom(bell)
