"""`SessionFeed`: what is requested and when, and what is published."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast

import pytest
from snapshot_factory import NOON, make_snapshot, numbered_run

from emtui.em.errors import (
    EmError,
    LogonRefusedError,
    ServerUnreachableError,
    SessionGoneError,
    SessionNotFoundError,
    UnexpectedStatusError,
)
from emtui.em.model import Event, Log, Session, Uid
from emtui.em.session_source import SessionSource
from emtui.local.knowledge_base import Knowledge
from emtui.monitor.assessment import Assessment, assess
from emtui.monitor.explainer import ExplainedRun, Explainer
from emtui.monitor.history_cache import HistoryCache
from emtui.monitor.session_feed import RunVanishedError, SessionFeed, SessionState

UNREACHABLE = ServerUnreachableError("em01.example.net does not answer.")
ENDED = numbered_run(1)
RUNNING = numbered_run(1, "InProgress")
STEPS = ("Connecting", "Collecting", "Saving", "Finished")
EVENTS = tuple(Event(order, NOON + timedelta(seconds=30 * order), STEPS[order]) for order in range(4))
SKEW = timedelta(minutes=2)


@dataclass
class FakeTime:
    """A clock that a test advances."""

    passed: float = 0.0
    is_waiting: bool = False

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        self.is_waiting, due = True, self.passed + (seconds or 0.0)
        while not event.is_set() and self.passed < due:  # noqa: ASYNC110 - the test advances it without an event
            await asyncio.sleep(0)
        self.is_waiting = False


@dataclass
class FakeServer:
    """A server with one session: it fails while it has an `error`, and responds once the gate is open.

    Logs of other sessions wait for `history`.
    """

    session_now: Session
    events_now: tuple[Event, ...] = EVENTS
    error: EmError | None = None
    session_error: EmError | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    requests: list[str] = field(default_factory=list)
    skew: timedelta | None = SKEW
    history: asyncio.Event = field(default_factory=asyncio.Event)
    bug: Exception | None = None
    is_waiting: bool = False

    async def session(self, _: Uid) -> Session:
        await self._receive_request("session")
        if self.session_error:
            raise self.session_error
        return self.session_now

    async def events(self, uid: Uid) -> Log:
        if uid != self.session_now.uid:
            await self.history.wait()
            if self.bug:
                raise self.bug
            return Log(EVENTS[:2])
        await self._receive_request("events")
        return Log(self.events_now)

    async def _receive_request(self, what: str) -> None:
        self.requests.append(what)
        self.is_waiting = True
        await self.gate.wait()
        self.is_waiting = False
        if self.error:
            raise self.error


class CountingExplainer(Explainer):
    """The real explainer, which records its calls."""

    def __init__(self, source: SessionSource) -> None:
        super().__init__(source, HistoryCache())
        self.calls: list[str] = []

    async def explain_from_list(
        self, assessment: Assessment, session: Session, events: Sequence[Event], now: datetime | None = None
    ) -> ExplainedRun:
        self.calls.append("list")
        return await super().explain_from_list(assessment, session, events, now)

    async def explain(
        self, assessment: Assessment, session: Session, events: Sequence[Event], now: datetime | None = None
    ) -> ExplainedRun:
        self.calls.append("history")
        return await super().explain(assessment, session, events, now)


@dataclass
class OpenedFeed:
    """An opened session with all its published states."""

    feed: SessionFeed
    server: FakeServer
    explainer: CountingExplainer
    time: FakeTime
    states: list[SessionState]
    is_viewed: bool = True

    @property
    def state(self) -> SessionState:
        return self.states[-1]

    async def wait_until(self, condition: Callable[[SessionState], object]) -> SessionState:
        async with asyncio.timeout(5):
            while not (self.states and condition(self.state)):  # noqa: ASYNC110 - the condition has no event
                await asyncio.sleep(0.001)
        return self.state

    async def pass_time(self, seconds: float) -> None:
        await self.wait_idle()
        self.time.passed += seconds
        await self.wait_idle()

    async def wait_idle(self) -> None:
        """Wait until polling waits for its time or for the server; threads take a moment."""
        await asyncio.sleep(0.01)
        await self.wait_until(lambda _: self.time.is_waiting or self.server.is_waiting)

    @property
    def poll_count(self) -> int:
        return self.server.requests.count("events")


@asynccontextmanager
async def open_feed(
    session: Session = ENDED,
    *,
    listed: bool = True,
    server: FakeServer | None = None,
    is_answering: bool = True,
    speed: float = 1.0,
) -> AsyncIterator[OpenedFeed]:
    server = server or FakeServer(session)
    if is_answering:
        server.gate.set()
    time, source = FakeTime(), cast("SessionSource", server)
    explainer = CountingExplainer(source)
    feed = SessionFeed(source, session, explainer, now=time.now, clock=time, speed=speed)
    if listed:
        feed.on_assessment(make_assessment())
    opened_feed = OpenedFeed(feed, server, explainer, time, [])
    listening = asyncio.create_task(feed.watch(opened_feed.states.append, lambda: opened_feed.is_viewed))
    await opened_feed.wait_until(lambda _: True)
    yield opened_feed
    listening.cancel()
    await asyncio.wait([listening])


def make_assessment(*sessions: Session) -> Assessment:
    return assess(
        make_snapshot(*(sessions or (ENDED, *(numbered_run(number) for number in range(2, 9))))), Knowledge()
    )


# --- the first responses ----------------------------------------------------------------


async def test_the_session_is_published_at_once_then_its_log_with_the_explanation_by_the_list() -> None:
    async with open_feed(is_answering=False) as it:
        assert it.states == [SessionState(ENDED, is_requesting=True)]
        it.server.gate.set()
        await it.wait_until(lambda state: state.log)
        first = next(state for state in it.states if state.log)
        assert first.explanation, "log and explanation come together"
        assert not first.is_requesting
        assert first.as_of == NOON
        assert first.server_time == NOON + SKEW
        assert it.states[0].explanation is None


async def test_past_logs_add_the_longest_pause() -> None:
    async with open_feed() as it:
        await it.wait_until(lambda state: state.log)
        await it.wait_idle()
        assert it.state.worst is None
        it.server.history.set()
        state = await it.wait_until(lambda state: state.worst)
        assert state.explanation
        assert state.worst is state.explanation.worst_wait
        assert state.waits == state.explanation.waits
        assert it.explainer.calls == ["list", "history"]


async def test_a_session_that_has_ended_is_not_requested_again_but_its_log_is() -> None:
    async with open_feed() as it:
        await it.wait_until(lambda state: state.log)
        assert it.server.requests == ["events"]
        it.feed.refresh()
        await it.wait_until(lambda _: it.poll_count == 2)
        assert it.server.requests == ["events", "session", "events"], "a refresh requests it again"


async def test_a_reference_is_completed() -> None:
    reference = Session(ENDED.uid, is_complete=False)
    async with open_feed(reference, server=FakeServer(ENDED)) as it:
        state = await it.wait_until(lambda state: state.log)
        assert state.session == ENDED


async def test_without_a_list_only_pauses_are_explained() -> None:
    async with open_feed(listed=False) as it:
        state = await it.wait_until(lambda state: state.log)
        assert state.explanation is None
        assert len(state.waits) == 3
        it.feed.on_assessment(make_assessment())
        await it.wait_until(lambda state: state.explanation)
        assert it.explainer.calls == ["list", "history"]


async def test_two_listeners_get_the_same_states_from_one_request() -> None:
    async with open_feed() as it:
        other: list[SessionState] = []
        listening = asyncio.create_task(it.feed.watch(other.append))
        await it.wait_until(lambda state: state.log)
        await it.wait_idle()
        assert other[-1] is it.state
        assert it.poll_count == 1
        listening.cancel()
        await it.wait_idle()
        it.feed.refresh()
        await it.wait_until(lambda _: it.poll_count == 2)


async def test_unread_changes_are_coalesced() -> None:
    async with open_feed() as it:
        await it.wait_until(lambda state: state.log)
        await it.wait_idle()
        count = len(it.states)
        it.feed.refresh()
        it.feed.stop()
        it.server.gate.clear()
        it.feed.refresh()
        await it.wait_idle()
        assert len(it.states) == count + 1


async def test_without_listeners_nothing_is_requested() -> None:
    async with open_feed(RUNNING) as it:
        await it.wait_until(lambda state: state.log)
    it.time.passed += 60
    await it.wait_idle()
    assert it.poll_count == 1


# --- polling ------------------------------------------------------------------------------


async def test_a_running_session_is_polled_every_ten_seconds_while_it_is_viewed() -> None:
    async with open_feed(RUNNING) as it:
        await it.wait_until(lambda state: state.log)
        await it.pass_time(9)
        assert it.poll_count == 1
        await it.pass_time(1)
        assert it.poll_count == 2
        it.is_viewed = False
        await it.pass_time(60)
        assert it.poll_count == 2
        another = asyncio.create_task(it.feed.watch(lambda _: None, lambda: True))
        await it.pass_time(10)
        assert it.poll_count == 3
        another.cancel()
        await it.pass_time(60)
        assert it.poll_count == 3


async def test_while_paused_it_is_requested_on_demand_only() -> None:
    async with open_feed(RUNNING) as it:
        await it.wait_until(lambda state: state.log)
        it.feed.set_paused(True)
        it.feed.wake()
        await it.pass_time(60)
        assert it.poll_count == 1
        it.feed.refresh()
        await it.wait_until(lambda _: it.poll_count == 2)
        it.feed.set_paused(False)
        await it.pass_time(10)
        assert it.poll_count == 3


async def test_after_sleep_it_is_polled_at_once() -> None:
    async with open_feed(RUNNING) as it:
        await it.wait_until(lambda state: state.log)
        it.feed.wake()
        await it.wait_until(lambda _: it.poll_count == 2)


async def test_a_faster_recording_is_polled_more_often_up_to_a_limit() -> None:
    async with open_feed(RUNNING, speed=10.0) as it:
        await it.wait_until(lambda state: state.log)
        await it.pass_time(1)
        assert it.poll_count == 2
    async with open_feed(RUNNING, speed=1000.0) as it:
        await it.wait_until(lambda state: state.log)
        await it.pass_time(0.4)
        assert it.poll_count == 1
        await it.pass_time(0.1)
        assert it.poll_count == 2


async def test_its_end_is_published_and_ends_the_polling() -> None:
    async with open_feed(RUNNING) as it:
        await it.wait_until(lambda state: state.log)
        assert not it.state.has_ended_while_open
        it.server.session_now = ENDED
        await it.pass_time(10)
        await it.wait_until(lambda state: state.has_ended_while_open)
        assert it.state.session == ENDED
        await it.pass_time(60)
        assert it.poll_count == 2


async def test_a_poll_that_changes_only_its_time_is_not_published() -> None:
    async with open_feed(RUNNING) as it:
        log = (await it.wait_until(lambda state: state.log)).log
        session = it.state.session
        await it.pass_time(10)
        await it.wait_until(lambda state: state.as_of and state.as_of > NOON)
        assert it.state.log is log
        assert it.state.session is session
        assert not any(state.is_requesting for state in it.states[1:])


async def test_retry_after_is_waited_for() -> None:
    async with open_feed(RUNNING) as it:
        await it.wait_until(lambda state: state.log)
        it.server.error = UnexpectedStatusError("busy", 503, 77.0)
        await it.pass_time(10)
        requests = len(it.server.requests)
        await it.pass_time(76)
        assert len(it.server.requests) == requests
        await it.pass_time(1)
        assert len(it.server.requests) == requests + 1


# --- failures -------------------------------------------------------------------------------


async def test_a_failed_request_keeps_the_last_state() -> None:
    async with open_feed() as it:
        await it.wait_until(lambda state: state.log)
        await it.wait_idle()
        before = it.state
        it.server.error = UNREACHABLE
        it.feed.refresh()
        after = await it.wait_until(lambda state: state.problem)
        assert after == replace(before, problem=UNREACHABLE)
        it.server.error = None
        it.feed.refresh()
        await it.wait_until(lambda state: state.problem is None and not state.is_requesting)


async def test_the_second_consecutive_failure_of_automatic_polls_is_shown() -> None:
    async with open_feed(RUNNING) as it:
        await it.wait_until(lambda state: state.log)
        it.server.error = UNREACHABLE
        await it.pass_time(10)
        assert it.state.problem is None
        it.server.error = None
        await it.pass_time(10)
        it.server.error = UNREACHABLE
        await it.pass_time(10)
        assert it.state.problem is None, "not in a row"
        await it.pass_time(20)
        await it.wait_until(lambda state: state.problem is UNREACHABLE)


async def test_a_refused_logon_is_shown_and_does_not_end_the_feed() -> None:
    async with open_feed() as it:
        await it.wait_until(lambda state: state.log)
        it.server.error = LogonRefusedError("no", "ops")
        it.feed.refresh()
        await it.wait_until(lambda state: state.problem)
        it.server.error = None
        it.feed.refresh()
        await it.wait_until(lambda state: state.problem is None and not state.is_requesting)


async def test_a_running_session_that_vanishes_is_gone_at_once_and_no_longer_polled() -> None:
    async with open_feed(RUNNING) as it:
        await it.wait_until(lambda state: state.log)
        it.server.session_error = SessionNotFoundError("It is not listed.")
        await it.pass_time(10)
        state = await it.wait_until(lambda state: state.is_gone)
        assert isinstance(state.problem, RunVanishedError)
        assert state.problem.last_seen == NOON + SKEW
        count = len(it.server.requests)
        await it.pass_time(60)
        assert len(it.server.requests) == count
        assert it.feed.dismiss_problem()
        assert (await it.wait_until(lambda state: state.problem is None)).is_gone
        assert not it.feed.dismiss_problem()
        it.server.session_error = None
        it.feed.refresh()
        await it.wait_until(lambda state: not state.is_gone)


async def test_the_pause_of_a_running_session_grows_with_each_poll() -> None:
    async with open_feed(RUNNING) as it:
        await it.wait_until(lambda state: state.explanation)
        for polled_at in (NOON + timedelta(hours=1), NOON + timedelta(hours=2)):
            await it.pass_time(3600)
            state = await it.wait_until(lambda state, at=polled_at: state.as_of == at)  # type: ignore[misc]
            (lasted,) = [wait.step.duration for wait in state.waits if wait.step.is_open]
            assert lasted == polled_at + SKEW - (NOON + timedelta(seconds=90))


async def test_a_run_that_was_never_read_was_last_seen_in_the_list() -> None:
    server = FakeServer(RUNNING, session_error=SessionNotFoundError("It is not listed."))
    async with open_feed(RUNNING, server=server) as it:
        state = await it.wait_until(lambda state: state.problem)
        assert isinstance(state.problem, RunVanishedError)
        assert state.problem.last_seen == NOON


async def test_an_ended_run_that_is_not_listed_is_reported_as_the_server_does() -> None:
    problem = SessionGoneError("The server no longer has the events of it.")
    async with open_feed(server=FakeServer(ENDED, error=problem)) as it:
        state = await it.wait_until(lambda state: state.problem)
        assert state.problem is problem
        assert state.is_gone
        assert state.log is None


async def test_without_its_log_a_run_is_explained_by_each_list() -> None:
    async with open_feed(server=FakeServer(ENDED, error=UNREACHABLE)) as it:
        await it.wait_until(lambda state: state.explanation)
        assert it.explainer.calls == ["list"]
        it.feed.dismiss_problem()
        it.feed.on_assessment(make_assessment())
        await it.wait_idle()
        assert it.explainer.calls == ["list", "list"]


async def test_a_late_log_is_explained_before_past_logs_are_requested() -> None:
    async with open_feed(server=FakeServer(ENDED, error=UNREACHABLE)) as it:
        await it.wait_until(lambda state: state.explanation)
        it.server.error = None
        it.feed.refresh()
        await it.wait_until(lambda state: state.log)
        first = next(state for state in it.states if state.log)
        assert first.waits
        await it.wait_idle()
        assert it.explainer.calls == ["list", "list", "history"]


async def test_a_failed_request_does_not_end_the_explanation() -> None:
    async with open_feed() as it:
        await it.wait_until(lambda state: state.log)
        it.server.error = UNREACHABLE
        it.feed.refresh()
        await it.wait_until(lambda state: state.problem)
        it.server.history.set()
        await it.wait_until(lambda state: state.worst)


async def test_an_explanation_of_an_earlier_response_is_dropped() -> None:
    async with open_feed(RUNNING) as it:
        await it.wait_until(lambda state: state.log)
        await it.wait_idle()
        it.server.session_now = ENDED
        it.feed.refresh()
        await it.wait_until(lambda state: state.session == ENDED)
        await it.wait_idle()
        it.server.history.set()
        state = await it.wait_until(lambda state: state.worst)
        assert state.explanation
        assert state.explanation.stuck_wait is None, "it has ended"
        assert it.explainer.calls == ["list", "history", "history"]


async def test_an_unexpected_error_of_a_session_is_raised_where_its_states_are_awaited() -> None:
    server = FakeServer(ENDED, bug=RuntimeError("a bug"))
    server.gate.set()
    server.history.set()
    source = cast("SessionSource", server)
    feed = SessionFeed(source, ENDED, CountingExplainer(source), now=lambda: NOON)
    feed.on_assessment(make_assessment())
    with pytest.raises(RuntimeError, match="a bug"):
        await asyncio.wait_for(feed.watch(lambda _: None), 5)


# --- stopping -------------------------------------------------------------------------------


async def test_a_canceled_request_keeps_the_last_state() -> None:
    async with open_feed(is_answering=False) as it:
        assert not it.feed.refresh(), "a request of the user is running already"
        assert it.feed.stop()
        await it.wait_until(lambda state: not state.is_requesting)
        assert not it.feed.stop()
        it.server.gate.set()
        await it.wait_idle()
        assert it.state == SessionState(ENDED)
        assert it.feed.refresh()
        await it.wait_until(lambda state: state.log)


async def test_a_request_that_has_not_started_is_canceled_too() -> None:
    async with open_feed() as it:
        await it.wait_until(lambda state: state.log)
        it.feed.refresh()
        it.feed.stop()
        await it.wait_idle()
        assert it.poll_count == 1


async def test_a_running_poll_becomes_the_request_of_the_user() -> None:
    async with open_feed(RUNNING) as it:
        await it.wait_until(lambda state: state.log)
        it.server.gate.clear()
        await it.pass_time(10)
        requests = len(it.server.requests)
        assert not it.state.is_requesting
        assert it.feed.refresh()
        it.server.error = UNREACHABLE
        it.server.gate.set()
        await it.wait_until(lambda state: state.problem is UNREACHABLE)
        assert len(it.server.requests) == requests
