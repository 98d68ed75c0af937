"""The loop, on a clock on which a weekend passes in a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest
from looks import Weekend, look, run

from emtui.em.errors import BadSetting, EmError, LogonRefused, ServerTrouble, Unreachable
from emtui.em.model import Listing
from emtui.monitor.backoff import PollSchedule
from emtui.monitor.feed_health import Freshness, RequestCost
from emtui.monitor.poller import ListResponse, Poller
from emtui.monitor.snapshot import Snapshot

LISTING = Listing((run(1), run(2)))
AWAY = Unreachable("em01.example.net does not answer.")


class Server:
    """Responds with its plan, then always with the same list; counts requests."""

    def __init__(self, *plan: Listing | EmError, took: float = 0.1) -> None:
        self.plan = list(plan)
        self.took = took
        self.asked: list[float] = []
        self.at_once = self.most_at_once = 0
        self.clock = Weekend()
        self.skew: timedelta | None = None

    async def __call__(self) -> ListResponse:
        self.asked.append(self.clock.passed)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            self.clock.passed += self.took
        finally:
            self.at_once -= 1
        answer = self.plan.pop(0) if self.plan else LISTING
        if isinstance(answer, EmError):
            raise answer
        return ListResponse(answer, RequestCost(1000, self.took), self.skew)

    def follow(self, pace: PollSchedule | None = None) -> Poller:
        return Poller(self, pace or PollSchedule(), self.clock, jitter=lambda: 0.5)


async def nobody() -> None:
    """No user action between two polls."""


async def after(
    follow: Poller, looks: int, between: Callable[[], Awaitable[None]] = nobody
) -> list[Snapshot]:
    """The snapshots of so many polls; none may be missing."""
    seen: list[Snapshot] = []
    async with aclosing(follow.snapshots()) as found:
        async for snapshot in found:
            assert snapshot
            seen.append(snapshot)
            if len(seen) == looks:
                break
            await between()
    return seen


async def test_it_polls_every_minute_and_every_three_after_ten_without_a_key() -> None:
    server = Server(took=0.0)
    await after(server.follow(), 14)
    assert server.asked == [*range(0, 601, 60), 780, 960, 1140]


async def test_a_key_after_an_absence_polls_at_once_and_at_the_normal_interval() -> None:
    server = Server(took=0.0)
    follow = server.follow()
    keys = iter([*[False] * 12, True])

    async def person() -> None:
        if next(keys, False) and follow.record_activity():
            follow.refresh()

    await after(follow, 16, person)
    assert server.asked[-4:] == [960, 960, 1020, 1080]


async def test_a_weekend_stays_below_two_thousand_requests() -> None:
    server = Server()
    async with aclosing(server.follow().snapshots()) as looks:
        async for _ in looks:
            if server.clock.passed > 62 * 3600:  # Friday 18:00 to Monday 8:00
                break
    assert 1000 < len(server.asked) < 2000


async def test_a_slow_server_is_left_in_peace_for_twenty_times_as_long() -> None:
    server = Server(took=30.0)
    await after(server.follow(), 3)
    assert server.asked == [0, 630, 1260]


async def test_the_same_list_gives_the_very_same_sessions() -> None:
    server = Server()
    first, second = await after(server.follow(), 2)
    assert second.sessions is first.sessions
    assert second.as_of > first.as_of


async def test_what_may_pass_leaves_the_last_list_with_its_time_and_is_tried_for_ever() -> None:
    server = Server(LISTING, *[AWAY] * 500)
    follow = server.follow()
    seen = await after(follow, 400)
    assert len({id(snapshot) for snapshot in seen}) == 1
    assert follow.health.freshness is Freshness.LOST
    assert follow.health.problem == str(AWAY)
    pauses = [later - earlier for earlier, later in zip(server.asked[1:], server.asked[2:], strict=False)]
    assert pauses[:4] == pytest.approx([54.1, 108.1, 216.1, 270.1])
    assert max(pauses) <= 300.1


async def test_when_it_is_back_so_is_the_pace() -> None:
    server = Server(LISTING, AWAY, AWAY, AWAY, took=0)
    follow = server.follow()
    await after(follow, 6)
    assert follow.health.freshness is Freshness.FRESH
    assert server.asked[-1] - server.asked[-2] == 60


async def test_retry_after_is_honoured() -> None:
    server = Server(LISTING, ServerTrouble("busy", 503, 700.0), took=0)
    await after(server.follow(), 3)
    assert server.asked == [0, 60, 760]


@pytest.mark.parametrize("problem", [LogonRefused("no", "ops"), BadSetting("no such certificate")])
async def test_permanent_errors_are_raised_and_count_as_lost(problem: EmError) -> None:
    server = Server(LISTING, problem)
    follow = server.follow()
    with pytest.raises(type(problem)):
        await after(follow, 3)
    assert follow.health.lost_since
    assert len(server.asked) == 2


async def test_while_paused_it_requests_only_on_demand() -> None:
    server = Server(took=0)
    follow = server.follow()
    seen, came = 0, asyncio.Event()

    async def consume() -> None:
        nonlocal seen
        async with aclosing(follow.snapshots()) as looks:
            async for _ in looks:
                seen += 1
                came.set()

    async def until(count: int) -> None:
        async with asyncio.timeout(10):
            while seen < count:
                came.clear()
                await came.wait()

    follow.paused = True
    task = asyncio.create_task(consume())
    for expected in (1, 2, 3):
        await until(expected)
        for _ in range(50):
            await asyncio.sleep(0)
        assert seen == expected
        follow.refresh()
    follow.paused = False
    await until(6)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_repeated_refreshes_send_one_request_at_a_time() -> None:
    server = Server(took=0)
    follow = server.follow()

    async def impatient() -> None:
        while True:
            follow.refresh()
            await asyncio.sleep(0)

    person = asyncio.create_task(impatient())
    await after(follow, 200)
    person.cancel()
    assert server.most_at_once == 1


async def test_a_canceled_request_is_no_failure_and_polling_continues() -> None:
    held, asking = asyncio.Event(), asyncio.Event()
    server = Server(took=0)

    async def ask() -> ListResponse:
        if len(server.asked) == 1:
            server.asked.append(server.clock.passed)
            asking.set()
            await held.wait()
        return await server()

    follow = Poller(ask, PollSchedule(), server.clock)
    task = asyncio.create_task(after(follow, 3))
    await asyncio.wait_for(asking.wait(), 10)
    assert follow.stop()
    first, second, third = await task
    assert second is first
    assert third.as_of > first.as_of
    assert follow.health.failures == 0


async def test_a_differing_server_clock_is_used() -> None:
    server = Server()
    server.skew = timedelta(minutes=9)
    (seen,) = await after(server.follow(), 1)
    assert seen.server_time - seen.as_of == timedelta(minutes=9)
    server = Server()
    server.skew = timedelta(seconds=-1)
    (seen,) = await after(server.follow(), 1)
    assert seen.skew == timedelta()


async def test_completed_references_stay_complete() -> None:
    names = Listing(tuple(replace(session, complete=False, type=None) for session in LISTING.sessions))
    server = Server(names, Listing((replace(run(0), complete=False), *names.sessions)))
    follow = server.follow()
    async with aclosing(follow.snapshots()) as looks:
        async for seen in looks:
            if len(server.asked) == 2:
                break
            assert seen
            follow.snapshot = seen.learn({session.uid: session for session in LISTING.sessions})
    assert seen
    assert [session.complete for session in seen.sessions] == [False, True, True]


def test_snapshots_are_dated_by_the_wall_clock() -> None:
    assert look(run(1)).as_of == Weekend().now()
