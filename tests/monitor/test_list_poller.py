"""The polling loop, with a clock that does not wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest
from snapshot_factory import InstantClock, make_snapshot, numbered_run

from emtui.em.errors import (
    EmError,
    InvalidSettingError,
    LogonRefusedError,
    ServerUnreachableError,
    UnexpectedStatusError,
)
from emtui.em.model import Listing
from emtui.monitor.feed_health import Freshness, RequestCost
from emtui.monitor.list_poller import ListResponse, Poller
from emtui.monitor.poll_schedule import PollSchedule
from emtui.monitor.snapshot import Snapshot

LISTING = Listing((numbered_run(1), numbered_run(2)))
UNREACHABLE = ServerUnreachableError("em01.example.net does not answer.")


class PlannedServer:
    """Responds with its plan, then always with the same list; counts requests."""

    def __init__(self, *plan: Listing | EmError, took: float = 0.1) -> None:
        self.plan = list(plan)
        self.response_time = took
        self.requested_at: list[float] = []
        self.concurrent = self.max_concurrent = 0
        self.clock = InstantClock()
        self.skew: timedelta | None = None

    async def __call__(self) -> ListResponse:
        self.requested_at.append(self.clock.elapsed_s)
        self.concurrent += 1
        self.max_concurrent = max(self.max_concurrent, self.concurrent)
        try:
            await asyncio.sleep(0)
            self.clock.elapsed_s += self.response_time
        finally:
            self.concurrent -= 1
        response = self.plan.pop(0) if self.plan else LISTING
        if isinstance(response, EmError):
            raise response
        return ListResponse(response, RequestCost(1000, self.response_time), self.skew)

    def make_poller(self, schedule: PollSchedule | None = None) -> Poller:
        return Poller(self, schedule or PollSchedule(), self.clock, jitter=lambda: 0.5)


async def no_user_action() -> None:
    """No user action between two polls."""


async def take_snapshots(
    poller: Poller, count: int, between_polls: Callable[[], Awaitable[None]] = no_user_action
) -> list[Snapshot]:
    """Return the snapshots of so many polls; none may be missing."""
    seen: list[Snapshot] = []
    async with aclosing(poller.snapshots()) as found:
        async for snapshot in found:
            assert snapshot
            seen.append(snapshot)
            if len(seen) == count:
                break
            await between_polls()
    return seen


async def test_it_polls_every_minute_and_every_three_minutes_while_idle() -> None:
    server = PlannedServer(took=0.0)
    await take_snapshots(server.make_poller(), 14)
    assert server.requested_at == [*range(0, 601, 60), 780, 960, 1140]


async def test_a_key_after_an_absence_polls_at_once_and_at_the_normal_interval() -> None:
    server = PlannedServer(took=0.0)
    poller = server.make_poller()
    keys = iter([*[False] * 12, True])

    async def person() -> None:
        if next(keys, False) and poller.record_activity():
            poller.refresh()

    await take_snapshots(poller, 16, person)
    assert server.requested_at[-4:] == [960, 960, 1020, 1080]


async def test_a_weekend_stays_below_two_thousand_requests() -> None:
    server = PlannedServer()
    async with aclosing(server.make_poller().snapshots()) as polls:
        async for _ in polls:
            if server.clock.elapsed_s > 62 * 3600:  # Friday 18:00 to Monday 8:00
                break
    assert 1000 < len(server.requested_at) < 2000


async def test_the_pause_is_at_least_twenty_response_times() -> None:
    server = PlannedServer(took=30.0)
    await take_snapshots(server.make_poller(), 3)
    assert server.requested_at == [0, 630, 1260]


async def test_the_same_list_returns_the_same_session_objects() -> None:
    server = PlannedServer()
    first, second = await take_snapshots(server.make_poller(), 2)
    assert second.sessions is first.sessions
    assert second.as_of > first.as_of


async def test_transient_errors_keep_the_last_list_and_are_retried_indefinitely() -> None:
    server = PlannedServer(LISTING, *[UNREACHABLE] * 500)
    poller = server.make_poller()
    seen = await take_snapshots(poller, 400)
    assert len({id(snapshot) for snapshot in seen}) == 1
    assert poller.health.freshness is Freshness.LOST
    assert poller.health.problem == str(UNREACHABLE)
    pauses = [
        later - earlier
        for earlier, later in zip(server.requested_at[1:], server.requested_at[2:], strict=False)
    ]
    assert pauses[:4] == pytest.approx([54.1, 108.1, 216.1, 270.1])
    assert max(pauses) <= 300.1


async def test_the_normal_interval_resumes_when_the_server_recovers() -> None:
    server = PlannedServer(LISTING, UNREACHABLE, UNREACHABLE, UNREACHABLE, took=0)
    poller = server.make_poller()
    await take_snapshots(poller, 6)
    assert poller.health.freshness is Freshness.FRESH
    assert server.requested_at[-1] - server.requested_at[-2] == 60


async def test_retry_after_is_respected() -> None:
    server = PlannedServer(LISTING, UnexpectedStatusError("busy", 503, 700.0), took=0)
    await take_snapshots(server.make_poller(), 3)
    assert server.requested_at == [0, 60, 760]


@pytest.mark.parametrize(
    "problem", [LogonRefusedError("no", "ops"), InvalidSettingError("no such certificate")]
)
async def test_permanent_errors_are_raised_and_count_as_lost(problem: EmError) -> None:
    server = PlannedServer(LISTING, problem)
    poller = server.make_poller()
    with pytest.raises(type(problem)):
        await take_snapshots(poller, 3)
    assert poller.health.lost_since
    assert len(server.requested_at) == 2


async def test_while_paused_it_requests_only_on_demand() -> None:
    server = PlannedServer(took=0)
    poller = server.make_poller()
    seen, came = 0, asyncio.Event()

    async def consume() -> None:
        nonlocal seen
        async with aclosing(poller.snapshots()) as polls:
            async for _ in polls:
                seen += 1
                came.set()

    async def until(count: int) -> None:
        async with asyncio.timeout(10):
            while seen < count:
                came.clear()
                await came.wait()

    poller.is_paused = True
    task = asyncio.create_task(consume())
    for expected in (1, 2, 3):
        await until(expected)
        for _ in range(50):
            await asyncio.sleep(0)
        assert seen == expected
        poller.refresh()
    poller.is_paused = False
    await until(6)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_repeated_refreshes_send_one_request_at_a_time() -> None:
    server = PlannedServer(took=0)
    poller = server.make_poller()

    async def impatient() -> None:
        while True:
            poller.refresh()
            await asyncio.sleep(0)

    person = asyncio.create_task(impatient())
    await take_snapshots(poller, 200)
    person.cancel()
    assert server.max_concurrent == 1


async def test_a_canceled_request_is_no_failure_and_polling_continues() -> None:
    held, asking = asyncio.Event(), asyncio.Event()
    server = PlannedServer(took=0)

    async def ask() -> ListResponse:
        if len(server.requested_at) == 1:
            server.requested_at.append(server.clock.elapsed_s)
            asking.set()
            await held.wait()
        return await server()

    poller = Poller(ask, PollSchedule(), server.clock)
    task = asyncio.create_task(take_snapshots(poller, 3))
    await asyncio.wait_for(asking.wait(), 10)
    assert poller.stop()
    first, second, third = await task
    assert second is first
    assert third.as_of > first.as_of
    assert poller.health.failure_count == 0


async def test_the_servers_clock_is_used() -> None:
    server = PlannedServer()
    server.skew = timedelta(minutes=9)
    (seen,) = await take_snapshots(server.make_poller(), 1)
    assert seen.server_time - seen.as_of == timedelta(minutes=9)
    server = PlannedServer()
    server.skew = timedelta(seconds=-1)
    (seen,) = await take_snapshots(server.make_poller(), 1)
    assert seen.skew == timedelta()


async def test_completed_references_stay_complete() -> None:
    names = Listing(tuple(replace(session, is_complete=False, type=None) for session in LISTING.sessions))
    server = PlannedServer(names, Listing((replace(numbered_run(0), is_complete=False), *names.sessions)))
    poller = server.make_poller()
    async with aclosing(poller.snapshots()) as polls:
        async for seen in polls:
            if len(server.requested_at) == 2:
                break
            assert seen
            poller.snapshot = seen.with_details({session.uid: session for session in LISTING.sessions})
    assert seen
    assert [session.is_complete for session in seen.sessions] == [False, True, True]


def test_snapshots_are_dated_by_the_wall_clock() -> None:
    assert make_snapshot(numbered_run(1)).as_of == InstantClock().now()
