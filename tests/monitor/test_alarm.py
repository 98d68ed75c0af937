"""When the bell rings."""

from looks import NOON, look, run

from emtui.em.model import Session
from emtui.monitor.alarm import APART, Alarm
from emtui.monitor.changes import Changes
from emtui.monitor.health import BLIND_AFTER, Cost, Health


class Bell:
    """An alarm whose clock stands still until it is told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.alarm = Alarm(lambda: self.now)

    def sees(self, *before: Session, then: tuple[Session, ...]) -> Session | None:
        old, new = look(*before), look(*then)
        return self.alarm.failure(Changes.between(old, new), new)


def test_a_new_failure_rings_and_so_does_one_that_was_running() -> None:
    assert Bell().sees(run(2), then=(run(1, "Failed"), run(2))) == run(1, "Failed")
    assert Bell().sees(run(1, "InProgress"), run(2), then=(run(1, "Failed"), run(2))) == run(1, "Failed")


def test_warnings_and_successes_do_not_ring() -> None:
    assert Bell().sees(run(3), then=(run(1, "Warning"), run(2), run(3))) is None


def test_a_failure_like_the_one_before_it_does_not_ring() -> None:
    assert Bell().sees(run(2, "Failed"), then=(run(1, "Failed"), run(2, "Failed"))) is None
    other = run(1, "Failed", "CatalogReplicationJob")
    assert Bell().sees(run(2, "Failed"), run(3, kind="CatalogReplicationJob"), then=(
        other, run(2, "Failed"), run(3, kind="CatalogReplicationJob"),
    )) == other  # fmt: skip


def test_a_failure_of_a_type_that_has_never_run_rings() -> None:
    assert Bell().sees(run(2), then=(run(1, "Failed", "Rare"), run(2))) is not None


def test_it_rings_once_in_ten_minutes() -> None:
    bell = Bell()
    assert bell.sees(run(9), then=(run(8, "Failed"), run(9)))
    assert bell.sees(run(7), then=(run(6, "Failed"), run(7))) is None
    bell.now = APART
    assert bell.sees(run(5), then=(run(4, "Failed"), run(5)))


def lost(health: Health) -> Health:
    for _ in range(BLIND_AFTER):
        health.failed(NOON, "overloaded")
    return health


def test_each_outage_rings_once() -> None:
    bell, health = Bell(), Health()
    for number in range(3):
        bell.now = number * APART
        assert not bell.alarm.outage(health)
        assert bell.alarm.outage(lost(health))
        bell.now += 0.9 * APART
        assert not bell.alarm.outage(lost(health))
        health.answered(NOON, Cost(1, 0.1))


def test_the_first_outage_of_another_list_rings_too() -> None:
    bell = Bell()
    assert bell.alarm.outage(lost(Health()))
    bell.now = APART
    assert bell.alarm.outage(lost(Health()))


def test_an_outage_soon_after_an_alarm_rings_ten_minutes_after_it_unless_it_is_over() -> None:
    bell, health = Bell(), Health()
    assert bell.sees(run(9), then=(run(8, "Failed"), run(9)))
    bell.now = APART - 1
    assert not bell.alarm.outage(lost(health))
    bell.now = APART
    assert bell.alarm.outage(health)
    health.answered(NOON, Cost(1, 0.1))
    bell.now = 3 * APART
    assert not bell.alarm.outage(health)


def test_what_is_known_does_not_ring_and_what_differs_from_it_does() -> None:
    known, other, good = run(2, "Failed"), run(1, "Failed"), run(3)
    old, new = look(good), look(known, good)
    assert Bell().alarm.failure(Changes.between(old, new), new, lambda one: one == known) is None
    after = look(other, known, good)
    assert Bell().alarm.failure(Changes.between(new, after), after, lambda one: one == known) == other
    assert Bell().alarm.failure(Changes.between(new, after), after) is None
