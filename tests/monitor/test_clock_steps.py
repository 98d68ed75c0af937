"""The wall clock is set forward or back while the list is polled."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snapshot_factory import NOON, InstantClock, make_snapshot, numbered_run

from emtui.em.errors import EmError, ServerUnreachableError
from emtui.em.model import Listing
from emtui.monitor.absence_summary import AbsenceSummary
from emtui.monitor.feed_health import FeedHealth, RequestCost
from emtui.monitor.list_poller import ListResponse, Poller
from emtui.monitor.poll_schedule import PollSchedule
from emtui.monitor.snapshot import Snapshot

STEPS = [timedelta(hours=1), timedelta(hours=-1), timedelta(days=400), timedelta(days=-400)]
LISTING = Listing((numbered_run(1, "InProgress"), numbered_run(2)))
UNREACHABLE = ServerUnreachableError("em01.example.net does not answer.")


@dataclass
class SteppedClock(InstantClock):
    """A clock whose wall time can be set; the monotonic time is unaffected."""

    offset: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return super().now() + self.offset


@dataclass
class SteppedServer:
    """Responds at once, with its own correct clock; it can also fail."""

    clock: SteppedClock
    requested_at: list[float] = field(default_factory=list)
    problem: EmError | None = None

    async def __call__(self) -> ListResponse:
        self.requested_at.append(self.clock.elapsed_s)
        if self.problem:
            raise self.problem
        return ListResponse(LISTING, RequestCost(1000, 0.0), -self.clock.offset)


async def snapshots_around(step: timedelta, server: SteppedServer, poller: Poller) -> list[Snapshot]:
    """Two snapshots before the clock is set, and two after."""
    seen: list[Snapshot] = []
    async with aclosing(poller.snapshots()) as snapshots:
        async for snapshot in snapshots:
            assert snapshot
            seen.append(snapshot)
            if len(seen) == 2:
                server.clock.offset = step
            if len(seen) == 4:
                break
    return seen


@pytest.mark.parametrize("step", STEPS)
async def test_a_clock_step_keeps_the_interval_and_dates_by_the_wall_clock(step: timedelta) -> None:
    server = SteppedServer(SteppedClock())
    seen = await snapshots_around(
        step, server, Poller(server, PollSchedule(), server.clock, jitter=lambda: 0.5)
    )
    assert server.requested_at == [0.0, 60.0, 120.0, 180.0]
    assert [poll.as_of - NOON for poll in seen[2:]] == [
        step + timedelta(minutes=2),
        step + timedelta(minutes=3),
    ]


@pytest.mark.parametrize("step", STEPS)
async def test_a_clock_step_does_not_change_the_length_of_running_sessions(step: timedelta) -> None:
    server = SteppedServer(SteppedClock())
    seen = await snapshots_around(
        step, server, Poller(server, PollSchedule(), server.clock, jitter=lambda: 0.5)
    )
    running = LISTING.sessions[0]
    assert [running.duration(poll.server_time) for poll in seen] == [
        timedelta(minutes=15 + minute) for minute in range(4)
    ]


@pytest.mark.parametrize("step", STEPS)
async def test_a_lost_connection_is_counted_in_polls_and_starts_no_later_than_now(step: timedelta) -> None:
    server = SteppedServer(SteppedClock())
    poller = Poller(server, PollSchedule(), server.clock, jitter=lambda: 0.5)
    async with aclosing(poller.snapshots()) as polls:
        async for _ in polls:
            server.problem, server.clock.offset = UNREACHABLE, step
            if poller.health.failures_in_a_row == 3:
                break
    since = poller.health.lost_since
    assert since is not None
    assert since <= server.clock.now()
    assert since in {NOON, server.clock.now()}


moments = st.timedeltas(timedelta(days=-2), timedelta(days=2)).map(NOON.__add__)


@given(st.lists(st.tuples(moments, st.booleans()), max_size=20), moments)
def test_no_period_ends_before_its_start_with_any_clock_step(
    responses: list[tuple[datetime, bool]], left: datetime
) -> None:
    health = FeedHealth()
    for at, well in responses:
        if well:
            health.on_response(at, RequestCost(1000, 0.1))
        else:
            health.on_failure(at, "away")
        assert health.lost_since is None or health.lost_since <= at
    assert all(period.until is None or period.since <= period.until for period in health.lost_periods)
    absence = AbsenceSummary.compute(make_snapshot(numbered_run(1)), health, left)
    assert absence.since <= absence.until
    assert all(period.until is None or period.since <= period.until for period in absence.outages)


@given(moments)
def test_no_duration_is_negative(now: datetime) -> None:
    for session in (numbered_run(1, "InProgress"), numbered_run(2)):
        took = session.duration(now)
        assert took is not None
        assert took >= timedelta()
