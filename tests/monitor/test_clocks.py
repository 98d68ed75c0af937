"""Sleep, suspension and clock changes are distinguished by the local clocks and the server's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest
from snapshot_factory import NOON, numbered_run

from emtui.em.errors import EmError, ServerUnreachableError
from emtui.em.model import Listing
from emtui.monitor import list_poller as poller_module
from emtui.monitor.clock_steps import ClockDeviation, ClockReading, GapCause, was_clock_set
from emtui.monitor.feed_health import Freshness, LostPeriod, RequestCost
from emtui.monitor.list_poller import ListResponse, Poller
from emtui.monitor.poll_schedule import PollSchedule
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.tail import Tail, TailLine

HOUR = 3600.0
EIGHT_HOURS = 8 * HOUR
MIN_GAP = 180.0
UNREACHABLE = ServerUnreachableError("em01.example.net does not answer.")


# --- two readings ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("wall", "monotonic", "boot", "cause", "step"),
    [
        (1.0, 1.0, 1.0, None, 0.0),
        (1.6, 1.0, 1.0, None, 0.0),
        (EIGHT_HOURS, 1.0, EIGHT_HOURS, GapCause.SLEPT, 0.0),
        (MIN_GAP - 1, 1.0, MIN_GAP - 1, None, 0.0),
        (MIN_GAP + 3, 1.0, MIN_GAP + 3, GapCause.SLEPT, 0.0),
        (EIGHT_HOURS, EIGHT_HOURS, EIGHT_HOURS, GapCause.STOPPED, 0.0),
        (EIGHT_HOURS, 1.0, 1.0, GapCause.UNCERTAIN, 0.0),
        (EIGHT_HOURS, 1.0, None, GapCause.UNCERTAIN, 0.0),
        (EIGHT_HOURS, EIGHT_HOURS, None, GapCause.STOPPED, 0.0),
        (1 - HOUR, 1.0, 1.0, None, -HOUR),
        (1 - HOUR, 1.0, None, None, -HOUR),
        (-19.0, 1.0, 1.0, None, 0.0),
        (121.0, 1.0, 1.0, None, 120.0),
        (EIGHT_HOURS - HOUR, 1.0, EIGHT_HOURS, GapCause.SLEPT, -HOUR),
    ],
)
def test_the_deviation_between_two_readings(
    wall: float, monotonic: float, boot: float | None, cause: GapCause | None, step: float
) -> None:
    before = ClockReading(1e9, 500.0, None if boot is None else 9000.0)
    after = ClockReading(1e9 + wall, 500.0 + monotonic, None if boot is None else 9000.0 + boot)
    lapse = ClockDeviation.between(before, after, 1.0)
    assert lapse.gap_cause(MIN_GAP) is cause
    assert lapse.clock_step(MIN_GAP) == pytest.approx(step, abs=0.01)


def test_a_clock_change_alters_the_skew_and_sleep_does_not() -> None:
    assert was_clock_set(EIGHT_HOURS, 0.0, -EIGHT_HOURS)
    assert was_clock_set(EIGHT_HOURS, 40.0, 41.0 - EIGHT_HOURS)
    assert not was_clock_set(EIGHT_HOURS, 0.0, 1.0)
    assert not was_clock_set(EIGHT_HOURS, None, -EIGHT_HOURS)
    assert not was_clock_set(EIGHT_HOURS, 0.0, None)
    assert not was_clock_set(EIGHT_HOURS, 0.0, EIGHT_HOURS)


def test_this_computers_own_clocks_can_be_read() -> None:
    first, second = ClockReading.now(), ClockReading.now()
    assert ClockDeviation.between(first, second, 1.0).gap_cause(30.0) is None
    assert second.monotonic >= first.monotonic


# --- polling ----------------------------------------------------------------------


@dataclass
class SimulatedComputer:
    """The clocks of a computer that sleeps on demand, and a server that may have a `problem`."""

    passed: float = 0.0
    sleep_seconds: float = 0.0
    clock_set_by: float = 0.0
    server_ahead: float | None = None
    problem: EmError | None = None
    is_hanging: bool = False
    request_count: int = 0
    waits: list[float | None] = field(default_factory=list)

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed + self.sleep_seconds + self.clock_set_by)

    def monotonic(self) -> float:
        return self.passed

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        self.waits.append(seconds)
        await event.wait()

    def read_clocks(self) -> ClockReading:
        return ClockReading(self.sleep_seconds + self.clock_set_by, 0.0, self.sleep_seconds)

    async def respond(self) -> ListResponse:
        self.request_count += 1
        if self.is_hanging:
            await asyncio.Event().wait()
        if self.problem:
            raise self.problem
        skew = None if self.server_ahead is None else timedelta(seconds=self.server_ahead - self.clock_set_by)
        return ListResponse(Listing((numbered_run(1),)), RequestCost(1000, 0.1), skew)


@pytest.fixture(autouse=True)
def _check_clocks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poller_module, "CLOCK_CHECK_INTERVAL", 0.01)


def make_poller(computer: SimulatedComputer) -> Poller:
    return Poller(computer.respond, PollSchedule(), computer, lambda: 0.0, read_clocks=computer.read_clocks)


def has_failures(poller: Poller, failures: int) -> bool:
    return poller.health.failure_count >= failures


async def poll_until(snapshots: AsyncGenerator[Snapshot | None, None], condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        async for _ in snapshots:
            if condition():
                return


async def test_sleep_is_stale_before_the_next_request_and_a_period_without_data_after_it() -> None:
    computer = SimulatedComputer()
    poller = make_poller(computer)
    async with aclosing(poller.snapshots()) as snapshots:
        await poll_until(snapshots, lambda: poller.health.response_count == 1)
        computer.sleep_seconds = EIGHT_HOURS
        await poll_until(snapshots, lambda: poller.health.freshness is Freshness.STALE)
        assert computer.request_count == 1
        assert poller.idle_time == EIGHT_HOURS
        await poll_until(snapshots, lambda: poller.health.response_count == 2)
        assert poller.health.freshness is Freshness.FRESH
        assert list(poller.health.lost_periods) == [
            LostPeriod(NOON, computer.now(), "This computer was suspended.")
        ]


async def test_sleep_cancels_a_running_request_and_its_late_response_is_ignored() -> None:
    computer = SimulatedComputer()
    poller = make_poller(computer)
    async with aclosing(poller.snapshots()) as snapshots:
        await poll_until(snapshots, lambda: poller.health.response_count == 1)
        computer.is_hanging = True
        poller.refresh()
        getting = asyncio.create_task(
            poll_until(snapshots, lambda: poller.health.freshness is Freshness.STALE)
        )
        await asyncio.sleep(0.02)
        assert computer.request_count == 2
        computer.sleep_seconds, computer.is_hanging = EIGHT_HOURS, False
        await getting
        await poll_until(snapshots, lambda: poller.health.response_count == 2)
        assert computer.request_count == 3


async def test_a_response_from_before_sleep_does_not_count_as_current() -> None:
    computer = SimulatedComputer()

    async def sleeps_while_it_comes() -> ListResponse:
        response = await computer.respond()
        if computer.request_count == 2:
            computer.sleep_seconds = EIGHT_HOURS
        return response

    poller = Poller(
        sleeps_while_it_comes, PollSchedule(), computer, lambda: 0.0, read_clocks=computer.read_clocks
    )
    async with aclosing(poller.snapshots()) as snapshots:
        await poll_until(snapshots, lambda: poller.health.response_count == 1)
        poller.refresh()
        await poll_until(snapshots, lambda: poller.health.freshness is Freshness.STALE)
        assert poller.snapshot
        assert poller.snapshot.as_of == NOON
        await poll_until(snapshots, lambda: poller.health.response_count == 2)
        assert computer.request_count == 3


async def test_the_first_failure_after_sleep_is_retried_soon_and_is_no_outage() -> None:
    computer = SimulatedComputer()
    poller = make_poller(computer)
    async with aclosing(poller.snapshots()) as snapshots:
        await poll_until(snapshots, lambda: poller.health.response_count == 1)
        computer.sleep_seconds, computer.problem = EIGHT_HOURS, UNREACHABLE
        await poll_until(snapshots, lambda: poller.health.failure_count == 1)
        for failures, pause in ((2, 10.0), (3, 120.0)):
            assert poller.health.freshness is Freshness.STALE
            again = asyncio.create_task(poll_until(snapshots, partial(has_failures, poller, failures)))
            await asyncio.sleep(0.03)
            assert computer.waits[-1] == pause
            poller.refresh()
            await again
        assert poller.health.lost_since == NOON
        assert poller.health.lost_periods[-1].reason == f"This computer was suspended. {UNREACHABLE}"
        computer.problem = None
        poller.refresh()
        await poll_until(snapshots, lambda: poller.health.response_count == 2)
        assert [period.until for period in poller.health.lost_periods] == [computer.now()]


async def test_sleep_in_an_outage_is_part_of_it() -> None:
    computer = SimulatedComputer()
    poller = make_poller(computer)
    async with aclosing(poller.snapshots()) as snapshots:
        await poll_until(snapshots, lambda: poller.health.response_count == 1)
        computer.problem = UNREACHABLE
        for failures in range(1, 4):
            poller.refresh()
            await poll_until(snapshots, partial(has_failures, poller, failures))
        computer.sleep_seconds = EIGHT_HOURS
        await poll_until(snapshots, lambda: poller.health.failure_count == 4)
        assert (poller.health.outage_count, len(poller.health.lost_periods)) == (1, 1)
        computer.problem = None
        poller.refresh()
        await poll_until(snapshots, lambda: poller.health.response_count == 2)
        (period,) = poller.health.lost_periods
        assert (period.since, period.until) == (NOON, computer.now())


async def test_a_short_sleep_is_no_gap_but_a_due_request_is_sent() -> None:
    computer = SimulatedComputer()
    poller = make_poller(computer)
    async with aclosing(poller.snapshots()) as snapshots:
        await poll_until(snapshots, lambda: poller.health.response_count == 1)
        computer.sleep_seconds = 100.0
        await poll_until(snapshots, lambda: poller.health.response_count == 2)
        assert (poller.health.gap_count, list(poller.health.lost_periods)) == (0, [])


@pytest.mark.parametrize("ahead", [0.0, None])
async def test_a_wall_clock_that_advances_alone_is_checked_against_the_servers(ahead: float | None) -> None:
    computer = SimulatedComputer(server_ahead=ahead)
    poller = make_poller(computer)
    async with aclosing(poller.snapshots()) as snapshots:
        await poll_until(snapshots, lambda: poller.health.response_count == 1)
        computer.clock_set_by = EIGHT_HOURS
        await poll_until(snapshots, lambda: poller.health.freshness is Freshness.STALE)
        await poll_until(snapshots, lambda: poller.health.response_count == 2)
        if ahead is None:
            assert [period.reason for period in poller.health.lost_periods] == [GapCause.UNCERTAIN.value]
            assert not poller.health.clock_steps
            assert poller.idle_time == EIGHT_HOURS
        else:
            assert (list(poller.health.lost_periods), poller.health.gap_count, poller.idle_time) == (
                [],
                0,
                0.0,
            )
            assert [step.by for step in poller.health.clock_steps] == [timedelta(hours=8)]


async def test_a_clock_that_is_set_back_is_a_step_and_the_list_is_requested_once_more() -> None:
    computer = SimulatedComputer()
    poller = make_poller(computer)
    async with aclosing(poller.snapshots()) as snapshots:
        await poll_until(snapshots, lambda: poller.health.response_count == 1)
        computer.clock_set_by = -HOUR
        await poll_until(snapshots, lambda: poller.health.response_count == 2)
        assert poller.health.gap_count == 0
        assert [step.by for step in poller.health.clock_steps] == [timedelta(hours=-1)]
        assert poller.snapshot
        assert poller.snapshot.as_of == NOON - timedelta(hours=1)


async def test_a_stopped_poller_detects_no_sleep() -> None:
    computer = SimulatedComputer()
    poller = make_poller(computer)
    async with aclosing(poller.snapshots()) as snapshots:
        await poll_until(snapshots, lambda: poller.health.response_count == 1)
    await asyncio.sleep(0)
    computer.sleep_seconds = EIGHT_HOURS
    poller.record_activity()
    assert poller.health.gap_count == 0


# --- tail ---------------------------------------------------------------------------


async def collect_lines(
    computer: SimulatedComputer, count: int, action: Callable[[], None]
) -> tuple[list[TailLine], list[str]]:
    """The first `count` lines of a tail; `action` is called after the first list."""
    poller, messages = make_poller(computer), list[str]()

    async def keep_references(seen: Snapshot) -> Snapshot:
        return seen

    tail = Tail(poller, lambda _: True, keep_references, from_start=True, on_message=messages.append)
    lines: list[TailLine] = []
    async with asyncio.timeout(5), aclosing(tail.lines()) as found:
        async for line in found:
            lines.append(line)
            if len(lines) == 1:
                action()
            if len(lines) == count:
                break
    return lines, messages


async def test_tail_reports_sleep_as_lost_and_recovered() -> None:
    computer = SimulatedComputer()
    lines, _ = await collect_lines(computer, 3, lambda: setattr(computer, "sleep_seconds", EIGHT_HOURS))
    assert [(line.change, line.problem) for line in lines[1:]] == [
        ("blind", "This computer was suspended."),
        ("back", "This computer was suspended."),
    ]
    assert {line.at for line in lines[1:]} == {computer.now()}


async def test_tail_reports_a_clock_change_as_a_message_and_not_as_sleep() -> None:
    computer = SimulatedComputer(server_ahead=0.0)

    async def later() -> None:
        await asyncio.sleep(0.2)
        assert computer.request_count == 2
        computer.sleep_seconds = EIGHT_HOURS

    def begin() -> None:
        computer.clock_set_by = EIGHT_HOURS
        tasks.append(asyncio.create_task(later()))

    tasks: list[asyncio.Task[None]] = []
    lines, messages = await collect_lines(computer, 2, begin)
    assert lines[1].at == computer.now(), "the sleep after it"
    assert messages == [
        "This computer's clock was set forward, from 2026-11-23T12:00:00Z to 2026-11-23T20:00:00Z."
    ]
    _, messages = await collect_lines(computer := SimulatedComputer(), 1, lambda: None)
    assert messages == []


async def test_tail_reports_a_wall_clock_that_advanced_alone_while_the_server_is_unreachable() -> None:
    computer = SimulatedComputer()
    lines, messages = await collect_lines(computer, 3, lambda: setattr(computer, "clock_set_by", EIGHT_HOURS))
    assert [line.change for line in lines[1:]] == ["blind", "back"]
    assert messages == []
