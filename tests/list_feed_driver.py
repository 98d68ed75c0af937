"""A list feed with a fake server and clocks that a test advances."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import AbstractContextManager, aclosing, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import cast

from snapshot_factory import NOON, numbered_run

from emtui.em.errors import EmError, ServerUnreachableError
from emtui.em.model import Listing, Session
from emtui.em.session_source import DownloadProgress, ResponseStats, SessionSource
from emtui.local.knowledge_base import KnowledgeBase
from emtui.monitor.clock_steps import ClockReading
from emtui.monitor.list_feed import ListFeed, ListState
from emtui.monitor.notification_policy import Alert, AlertPolicy
from emtui.monitor.poll_schedule import PollSchedule

ABSENT_FROM = ServerUnreachableError("em01.example.net does not answer.")
SERVER = "em01.example.net"
RUNS = tuple(numbered_run(number) for number in range(100, 105))
"""The initial list, newest first."""


def name_of(session: Session) -> Session:
    """The session as a reference, with its name only."""
    return Session(session.uid, name="run", is_complete=False)


@dataclass
class FakeFeedTime:
    """The clocks of a computer, in seconds: `slept` counts only on the wall and boot clocks.

    `step` is the amount by which the wall clock was set.
    """

    passed: float = 0.0
    slept: float = 0.0
    step: float = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed + self.slept + self.step)

    def monotonic(self) -> float:
        return self.passed

    def read_all(self) -> ClockReading:
        """A reading of sleep and clock steps only, as other time passed without gaps."""
        return ClockReading(NOON.timestamp() + self.slept + self.step, 0.0, self.slept)

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        due = None if seconds is None else self.passed + seconds
        while not event.is_set() and (due is None or self.passed < due):  # noqa: ASYNC110 - a test moves it
            await asyncio.sleep(0)


@dataclass
class FakeListServer:
    """A server that lists these sessions, fails while it has an `error`, and responds while it `is_open`.

    `progress` is reported before the response. `details` completes references.
    """

    sessions_now: tuple[Session, ...] = RUNS
    error: EmError | None = None
    progress: tuple[DownloadProgress, ...] = ()
    details: dict[str, Session | EmError] = field(default_factory=dict)
    clock: FakeFeedTime = field(default_factory=FakeFeedTime)
    server: str = SERVER
    is_open: bool = True
    are_details_open: bool = True
    requests: int = 0
    at_once: int = 0
    most_at_once: int = 0
    requested: list[str] = field(default_factory=list)
    response_stats: ResponseStats | None = None
    skew: timedelta | None = None
    bug: Exception | None = None
    _listing: Listing = field(default_factory=lambda: Listing(()))

    async def sessions(self, progress: Callable[[DownloadProgress], None] | None = None) -> Listing:
        self.requests += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            for step in self.progress if progress else ():
                assert progress
                progress(step)
            while not self.is_open:  # noqa: ASYNC110 - a test opens it
                await asyncio.sleep(0)
        finally:
            self.at_once -= 1
        if self.bug:
            raise self.bug
        if self.error:
            raise self.error
        self.response_stats = ResponseStats(1000, 0.0, self.skew)
        if self._listing.sessions != self.sessions_now:
            self._listing = Listing(self.sessions_now)
        return self._listing

    async def complete_references(self, references: Iterable[Session]) -> AsyncGenerator[Session, None]:
        for reference in references:
            while not self.are_details_open:  # noqa: ASYNC110 - a test opens it
                await asyncio.sleep(0)
            self.requested.append(reference.id)
            for _ in range(4):
                await asyncio.sleep(0)  # time in which what came before is published
            detail = self.details.get(reference.id, reference)
            if isinstance(detail, EmError):
                raise detail
            yield detail


async def _turns() -> None:
    """Run the event loop until all work without waiting is done."""
    for _ in range(30):
        await asyncio.sleep(0)


@dataclass
class FeedDriver:
    """A listener of a feed: `states` and `alerts` hold everything published."""

    feed: ListFeed
    server: FakeListServer
    clock: FakeFeedTime
    states: list[ListState] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    is_slow: bool = False
    listening: asyncio.Task[None] | None = None

    @property
    def now(self) -> ListState:
        return self.states[-1]

    async def listen(self) -> None:
        async with aclosing(self.feed.states()) as states:
            async for state in states:
                self.states.append(state)
                self.alerts += state.alerts
                while self.is_slow:  # noqa: ASYNC110 - a test ends it
                    await asyncio.sleep(0)

    async def wait_for_state(self, holds: Callable[[ListState], object]) -> ListState:
        """Wait for a state that fulfills this, starting with the newest."""
        await self.wait_until(lambda: self.states and holds(self.now))
        return self.now

    async def tick(self) -> ListState:
        """The state after all immediate work is done and threads have ended."""
        await _turns()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.1):
                while self.feed.is_assessing:  # noqa: ASYNC110 - a thread ends it
                    await asyncio.sleep(0.001)
        await _turns()
        return self.now

    async def settle(self) -> ListState:
        """The state after all requests ended and the newest list is assessed."""
        await self.tick()
        await self.wait_for_state(self._is_settled)
        return await self.tick()

    def _is_settled(self, now: ListState) -> bool:
        current, published = self.feed.poller.health, now.health
        all_published = (current.response_count, current.failure_count) == (
            published.response_count,
            published.failure_count,
        )
        is_assessed = (now.assessment and now.assessment.snapshot) is now.snapshot
        return all_published and is_assessed and not now.is_busy

    async def wait_until(self, holds: Callable[[], object]) -> None:
        """Run other tasks until this is true."""
        async with asyncio.timeout(10):
            while not holds():  # noqa: ASYNC110 - work in threads ends it
                await asyncio.sleep(0)

    async def poll(self, after: float = 60.0) -> ListState:
        """Advance the time, poll the list, and return the published state."""
        self.clock.passed += after
        before = self.now.health.response_count + self.now.health.failure_count
        self.feed.poller.refresh()
        await self.wait_for_state(
            lambda state: state.health.response_count + state.health.failure_count > before
        )
        return await self.settle()

    async def fail(self, times: int = 1, error: EmError = ABSENT_FROM) -> ListState:
        """Let so many polls fail."""
        self.server.error = error
        for _ in range(times):
            state = await self.poll()
        self.server.error = None
        return state

    def add_sessions(self, *sessions: Session) -> None:
        """Add or replace sessions in the server's list."""
        by_uid = {session.uid: session for session in (*self.server.sessions_now, *sessions)}
        listed = sorted(by_uid.values(), key=lambda one: one.id)
        self.server.sessions_now = tuple(listed)

    async def sleep(self, seconds: float) -> None:
        """Let this computer sleep, then read its clocks."""
        self.clock.slept += seconds
        self.feed.poller.check_clocks()

    async def set_clock(self, by: float) -> None:
        """Set its clock."""
        self.clock.step += by
        self.feed.poller.check_clocks()


@asynccontextmanager
async def running_feed(
    server: FakeListServer | None = None,
    *,
    is_read: bool = True,
    knowledge_base: KnowledgeBase | None = None,
    alert_policy: AlertPolicy | None = None,
    schedule: PollSchedule | None = None,
    show_wait_after_s: float = 3600.0,
    shown_zone: tzinfo | None = None,
    reading: Callable[[bool], AbstractContextManager[None]] = lambda _: nullcontext(),
) -> AsyncIterator[FeedDriver]:
    """Run a feed with a listener; if `is_read`, wait for the first list and press a key."""
    server = server or FakeListServer()
    base = knowledge_base or KnowledgeBase(None)
    feed = ListFeed(
        cast("SessionSource", server),
        lambda: base,
        schedule=schedule,
        clock=server.clock,
        alert_policy=alert_policy,
        show_wait_after_s=show_wait_after_s,
        display_zone=shown_zone,
        read_context=reading,
    )
    feed.poller.read_clocks = server.clock.read_all
    feed.poller.jitter = lambda: 0.5
    watch = FeedDriver(feed, server, server.clock)
    watch.listening = listening = asyncio.create_task(watch.listen())
    try:
        if is_read:
            await watch.wait_for_state(lambda state: state.health.response_count + state.health.failure_count)
            await watch.settle()
            feed.on_user_activity()
        else:
            await watch.wait_for_state(lambda state: state.progress)
        yield watch
    finally:
        if not listening.done():
            listening.cancel()
        await asyncio.wait({listening})
