"""Sleep, suspension and clock changes are distinguished by the local clocks and the server's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest
from looks import NOON, run

from emtui.em.errors import EmError, Unreachable
from emtui.em.model import Listing
from emtui.monitor import poller
from emtui.monitor.backoff import PollSchedule
from emtui.monitor.clock_steps import ClockReading, GapCause, Lapse, was_set
from emtui.monitor.feed_health import Freshness, LostPeriod, RequestCost
from emtui.monitor.poller import ListResponse, Poller
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.tail import Line, Tail

HOUR = 3600.0
EIGHT = 8 * HOUR
LEAST = 180.0
GONE = Unreachable("em01.example.net does not answer.")


# --- two readings ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("wall", "monotonic", "boot", "cause", "step"),
    [
        (1.0, 1.0, 1.0, None, 0.0),
        (1.6, 1.0, 1.0, None, 0.0),
        (EIGHT, 1.0, EIGHT, GapCause.SLEPT, 0.0),
        (LEAST - 1, 1.0, LEAST - 1, None, 0.0),
        (LEAST + 3, 1.0, LEAST + 3, GapCause.SLEPT, 0.0),
        (EIGHT, EIGHT, EIGHT, GapCause.STOPPED, 0.0),
        (EIGHT, 1.0, 1.0, GapCause.UNCERTAIN, 0.0),
        (EIGHT, 1.0, None, GapCause.UNCERTAIN, 0.0),
        (EIGHT, EIGHT, None, GapCause.STOPPED, 0.0),
        (1 - HOUR, 1.0, 1.0, None, -HOUR),
        (1 - HOUR, 1.0, None, None, -HOUR),
        (-19.0, 1.0, 1.0, None, 0.0),
        (121.0, 1.0, 1.0, None, 120.0),
        (EIGHT - HOUR, 1.0, EIGHT, GapCause.SLEPT, -HOUR),
    ],
)
def test_what_passed_between_two_readings(
    wall: float, monotonic: float, boot: float | None, cause: GapCause | None, step: float
) -> None:
    before = ClockReading(1e9, 500.0, None if boot is None else 9000.0)
    after = ClockReading(1e9 + wall, 500.0 + monotonic, None if boot is None else 9000.0 + boot)
    lapse = Lapse.between(before, after, 1.0)
    assert lapse.cause(LEAST) is cause
    assert lapse.step(LEAST) == pytest.approx(step, abs=0.01)


def test_a_clock_that_was_set_leaves_the_servers_behind_and_sleep_does_not() -> None:
    assert was_set(EIGHT, 0.0, -EIGHT)
    assert was_set(EIGHT, 40.0, 41.0 - EIGHT)
    assert not was_set(EIGHT, 0.0, 1.0)
    assert not was_set(EIGHT, None, -EIGHT)
    assert not was_set(EIGHT, 0.0, None)
    assert not was_set(EIGHT, 0.0, EIGHT)


def test_this_computers_own_clocks_can_be_read() -> None:
    first, second = ClockReading.now(), ClockReading.now()
    assert Lapse.between(first, second, 1.0).cause(30.0) is None
    assert second.monotonic >= first.monotonic


# --- the list that is followed ----------------------------------------------------


@dataclass
class Computer:
    """The clocks of a computer that sleeps on demand, and a server that may have a `problem`."""

    passed: float = 0.0
    slept: float = 0.0
    set: float = 0.0
    ahead: float | None = None
    problem: EmError | None = None
    hangs: bool = False
    asked: int = 0
    waits: list[float | None] = field(default_factory=list)

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed + self.slept + self.set)

    def monotonic(self) -> float:
        return self.passed

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        self.waits.append(seconds)
        await event.wait()

    def read(self) -> ClockReading:
        return ClockReading(self.slept + self.set, 0.0, self.slept)

    async def answer(self) -> ListResponse:
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.problem:
            raise self.problem
        skew = None if self.ahead is None else timedelta(seconds=self.ahead - self.set)
        return ListResponse(Listing((run(1),)), RequestCost(1000, 0.1), skew)


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poller, "CLOCK_CHECK_INTERVAL", 0.01)


def followed(computer: Computer) -> Poller:
    return Poller(computer.answer, PollSchedule(), computer, lambda: 0.0, read_clocks=computer.read)


def failed_so_often(follow: Poller, failures: int) -> bool:
    return follow.health.failures >= failures


async def until(looks: AsyncGenerator[Snapshot | None, None], holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        async for _ in looks:
            if holds():
                return


async def test_sleep_is_stale_before_the_next_request_and_a_period_without_data_after_it() -> None:
    computer = Computer()
    follow = followed(computer)
    async with aclosing(follow.snapshots()) as looks:
        await until(looks, lambda: follow.health.responses == 1)
        computer.slept = EIGHT
        await until(looks, lambda: follow.health.freshness is Freshness.STALE)
        assert computer.asked == 1
        assert follow.idle_time == EIGHT
        await until(looks, lambda: follow.health.responses == 2)
        assert follow.health.freshness is Freshness.FRESH
        assert list(follow.health.lost_periods) == [LostPeriod(NOON, computer.now(), "This computer slept.")]


async def test_a_request_under_way_is_given_up_and_its_late_answer_is_not_taken() -> None:
    computer = Computer()
    follow = followed(computer)
    async with aclosing(follow.snapshots()) as looks:
        await until(looks, lambda: follow.health.responses == 1)
        computer.hangs = True
        follow.refresh()
        getting = asyncio.create_task(until(looks, lambda: follow.health.freshness is Freshness.STALE))
        await asyncio.sleep(0.02)
        assert computer.asked == 2
        computer.slept, computer.hangs = EIGHT, False
        await getting
        await until(looks, lambda: follow.health.responses == 2)
        assert computer.asked == 3


async def test_an_answer_from_before_the_sleep_is_not_taken_for_one_after_it() -> None:
    computer = Computer()

    async def sleeps_while_it_comes() -> ListResponse:
        answer = await computer.answer()
        if computer.asked == 2:
            computer.slept = EIGHT
        return answer

    follow = Poller(sleeps_while_it_comes, PollSchedule(), computer, lambda: 0.0, read_clocks=computer.read)
    async with aclosing(follow.snapshots()) as looks:
        await until(looks, lambda: follow.health.responses == 1)
        follow.refresh()
        await until(looks, lambda: follow.health.freshness is Freshness.STALE)
        assert follow.snapshot
        assert follow.snapshot.as_of == NOON
        await until(looks, lambda: follow.health.responses == 2)
        assert computer.asked == 3


async def test_the_first_failure_after_sleep_is_retried_soon_and_is_no_outage() -> None:
    computer = Computer()
    follow = followed(computer)
    async with aclosing(follow.snapshots()) as looks:
        await until(looks, lambda: follow.health.responses == 1)
        computer.slept, computer.problem = EIGHT, GONE
        await until(looks, lambda: follow.health.failures == 1)
        for failures, pause in ((2, 10.0), (3, 120.0)):
            assert follow.health.freshness is Freshness.STALE
            again = asyncio.create_task(until(looks, partial(failed_so_often, follow, failures)))
            await asyncio.sleep(0.03)
            assert computer.waits[-1] == pause
            follow.refresh()
            await again
        assert follow.health.lost_since == NOON
        assert follow.health.lost_periods[-1].why == f"This computer slept. {GONE}"
        computer.problem = None
        follow.refresh()
        await until(looks, lambda: follow.health.responses == 2)
        assert [period.until for period in follow.health.lost_periods] == [computer.now()]


async def test_sleep_in_an_outage_is_part_of_it() -> None:
    computer = Computer()
    follow = followed(computer)
    async with aclosing(follow.snapshots()) as looks:
        await until(looks, lambda: follow.health.responses == 1)
        computer.problem = GONE
        for failures in range(1, 4):
            follow.refresh()
            await until(looks, partial(failed_so_often, follow, failures))
        computer.slept = EIGHT
        await until(looks, lambda: follow.health.failures == 4)
        assert (follow.health.outages, len(follow.health.lost_periods)) == (1, 1)
        computer.problem = None
        follow.refresh()
        await until(looks, lambda: follow.health.responses == 2)
        (period,) = follow.health.lost_periods
        assert (period.since, period.until) == (NOON, computer.now())


async def test_a_nap_is_no_gap_but_a_request_that_was_due_in_it_is_made() -> None:
    computer = Computer()
    follow = followed(computer)
    async with aclosing(follow.snapshots()) as looks:
        await until(looks, lambda: follow.health.responses == 1)
        computer.slept = 100.0
        await until(looks, lambda: follow.health.responses == 2)
        assert (follow.health.gaps, list(follow.health.lost_periods)) == (0, [])


@pytest.mark.parametrize("ahead", [0.0, None])
async def test_a_wall_clock_that_advances_alone_is_checked_against_the_servers(ahead: float | None) -> None:
    computer = Computer(ahead=ahead)
    follow = followed(computer)
    async with aclosing(follow.snapshots()) as looks:
        await until(looks, lambda: follow.health.responses == 1)
        computer.set = EIGHT
        await until(looks, lambda: follow.health.freshness is Freshness.STALE)
        await until(looks, lambda: follow.health.responses == 2)
        if ahead is None:
            assert [period.why for period in follow.health.lost_periods] == [GapCause.UNCERTAIN.value]
            assert not follow.health.clock_steps
            assert follow.idle_time == EIGHT
        else:
            assert (list(follow.health.lost_periods), follow.health.gaps, follow.idle_time) == ([], 0, 0.0)
            assert [step.by for step in follow.health.clock_steps] == [timedelta(hours=8)]


async def test_a_clock_that_is_set_back_is_a_step_and_the_list_is_requested_once_more() -> None:
    computer = Computer()
    follow = followed(computer)
    async with aclosing(follow.snapshots()) as looks:
        await until(looks, lambda: follow.health.responses == 1)
        computer.set = -HOUR
        await until(looks, lambda: follow.health.responses == 2)
        assert follow.health.gaps == 0
        assert [step.by for step in follow.health.clock_steps] == [timedelta(hours=-1)]
        assert follow.snapshot
        assert follow.snapshot.as_of == NOON - timedelta(hours=1)


async def test_who_follows_nothing_any_more_notices_no_sleep() -> None:
    computer = Computer()
    follow = followed(computer)
    async with aclosing(follow.snapshots()) as looks:
        await until(looks, lambda: follow.health.responses == 1)
    await asyncio.sleep(0)
    computer.slept = EIGHT
    follow.record_activity()
    assert follow.health.gaps == 0


# --- and without a screen -----------------------------------------------------------


async def lines_of(computer: Computer, count: int, then: Callable[[], None]) -> tuple[list[Line], list[str]]:
    """The first `count` lines of a tail; `then` is called after the first list."""
    follow, narrated = followed(computer), list[str]()

    async def whole(seen: Snapshot) -> Snapshot:
        return seen

    tail = Tail(follow, lambda _: True, whole, from_start=True, narrate=narrated.append)
    lines: list[Line] = []
    async with asyncio.timeout(5), aclosing(tail.lines()) as found:
        async for line in found:
            lines.append(line)
            if len(lines) == 1:
                then()
            if len(lines) == count:
                break
    return lines, narrated


async def test_tail_reports_sleep_as_blind_and_back() -> None:
    computer = Computer()
    lines, _ = await lines_of(computer, 3, lambda: setattr(computer, "slept", EIGHT))
    assert [(line.change, line.problem) for line in lines[1:]] == [
        ("blind", "This computer slept."),
        ("back", "This computer slept."),
    ]
    assert {line.at for line in lines[1:]} == {computer.now()}


async def test_tail_reports_a_clock_change_as_a_message_and_not_as_sleep() -> None:
    computer = Computer(ahead=0.0)

    async def later() -> None:
        await asyncio.sleep(0.2)
        assert computer.asked == 2
        computer.slept = EIGHT

    def begin() -> None:
        computer.set = EIGHT
        tasks.append(asyncio.create_task(later()))

    tasks: list[asyncio.Task[None]] = []
    lines, narrated = await lines_of(computer, 2, begin)
    assert lines[1].at == computer.now(), "the sleep after it"
    assert narrated == [
        "This computer's clock was set forward, from 2026-11-23T12:00:00Z to 2026-11-23T20:00:00Z."
    ]
    _, narrated = await lines_of(computer := Computer(), 1, lambda: None)
    assert narrated == []


async def test_tail_tells_of_a_wall_clock_that_went_on_alone_once_no_server_can_say_which_it_was() -> None:
    computer = Computer()
    lines, narrated = await lines_of(computer, 3, lambda: setattr(computer, "set", EIGHT))
    assert [line.change for line in lines[1:]] == ["blind", "back"]
    assert narrated == []
