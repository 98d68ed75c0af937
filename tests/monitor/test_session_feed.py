"""One opened session: what is requested of it and when, and what is published of the answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast

import pytest
from looks import NOON, look, run

from emtui.em.errors import EmError, Gone, LogonRefused, NotFound, ServerTrouble, Unreachable
from emtui.em.model import Event, Log, Session, Uid
from emtui.em.session_source import Source
from emtui.local.knowledge_base import Knowledge
from emtui.monitor.assessment import Assessment, assess
from emtui.monitor.explainer import ExplainedRun, Explainer
from emtui.monitor.history_cache import HistoryCache
from emtui.monitor.session_feed import RunVanishedError, SessionFeed, SessionState

AWAY = Unreachable("em01.example.net does not answer.")
ENDED = run(1)
RUNNING = run(1, "InProgress")
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
        while not event.is_set() and self.passed < due:  # noqa: ASYNC110 - a test moves it, no event
            await asyncio.sleep(0)
        self.is_waiting = False


@dataclass
class FakeServer:
    """A server with one session: it fails while it has an `error`, and answers once the gate is open.

    Logs of other sessions come once there is a `history`.
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
        await self._come("session")
        if self.session_error:
            raise self.session_error
        return self.session_now

    async def events(self, uid: Uid) -> Log:
        if uid != self.session_now.uid:
            await self.history.wait()
            if self.bug:
                raise self.bug
            return Log(EVENTS[:2])
        await self._come("events")
        return Log(self.events_now)

    async def _come(self, what: str) -> None:
        self.requests.append(what)
        self.is_waiting = True
        await self.gate.wait()
        self.is_waiting = False
        if self.error:
            raise self.error


class CountingExplainer(Explainer):
    """The real one, which says what it was called for."""

    def __init__(self, source: Source) -> None:
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
class Opened:
    """A session that is opened, with all that it was seen as."""

    feed: SessionFeed
    server: FakeServer
    explainer: CountingExplainer
    time: FakeTime
    seen: list[SessionState]
    is_viewed: bool = True

    @property
    def state(self) -> SessionState:
        return self.seen[-1]

    async def until(self, holds: Callable[[SessionState], object]) -> SessionState:
        async with asyncio.timeout(5):
            while not (self.seen and holds(self.state)):  # noqa: ASYNC110 - anything may be waited for
                await asyncio.sleep(0.001)
        return self.state

    async def pass_time(self, seconds: float) -> None:
        await self.rest()
        self.time.passed += seconds
        await self.rest()

    async def rest(self) -> None:
        """Until the polling waits for its time, or for the server; threads take a moment."""
        await asyncio.sleep(0.01)
        await self.until(lambda _: self.time.is_waiting or self.server.is_waiting)

    @property
    def polls(self) -> int:
        return self.server.requests.count("events")


@asynccontextmanager
async def opened(
    session: Session = ENDED,
    *,
    listed: bool = True,
    server: FakeServer | None = None,
    answers: bool = True,
    speed: float = 1.0,
) -> AsyncIterator[Opened]:
    server = server or FakeServer(session)
    if answers:
        server.gate.set()
    time, source = FakeTime(), cast("Source", server)
    explainer = CountingExplainer(source)
    feed = SessionFeed(source, session, explainer, now=time.now, clock=time, speed=speed)
    if listed:
        feed.on_assessment(assessment())
    it = Opened(feed, server, explainer, time, [])
    listening = asyncio.create_task(feed.watch(it.seen.append, lambda: it.is_viewed))
    await it.until(lambda _: True)
    yield it
    listening.cancel()
    await asyncio.wait([listening])


def assessment(*sessions: Session) -> Assessment:
    return assess(look(*(sessions or (ENDED, *(run(number) for number in range(2, 9))))), Knowledge())


# --- the first answers ------------------------------------------------------------------


async def test_the_session_is_published_at_once_then_its_log_with_what_the_list_says() -> None:
    async with opened(answers=False) as it:
        assert it.seen == [SessionState(ENDED, is_requesting=True)]
        it.server.gate.set()
        await it.until(lambda state: state.log)
        first = next(state for state in it.seen if state.log)
        assert first.explanation, "log and explanation come together"
        assert not first.is_requesting
        assert first.as_of == NOON
        assert first.server_time == NOON + SKEW
        assert it.seen[0].explanation is None


async def test_past_logs_add_the_worst_wait_once_they_have_come() -> None:
    async with opened() as it:
        await it.until(lambda state: state.log)
        await it.rest()
        assert it.state.worst is None
        it.server.history.set()
        state = await it.until(lambda state: state.worst)
        assert state.explanation
        assert state.worst is state.explanation.worst
        assert state.waits == state.explanation.waits
        assert it.explainer.calls == ["list", "history"]


async def test_a_session_that_has_ended_is_not_requested_again_but_its_log_is() -> None:
    async with opened() as it:
        await it.until(lambda state: state.log)
        assert it.server.requests == ["events"]
        it.feed.refresh()
        await it.until(lambda _: it.polls == 2)
        assert it.server.requests == ["events", "session", "events"], "asked for by hand it may differ"


async def test_a_reference_is_completed() -> None:
    reference = Session(ENDED.uid, complete=False)
    async with opened(reference, server=FakeServer(ENDED)) as it:
        state = await it.until(lambda state: state.log)
        assert state.session == ENDED


async def test_without_a_list_only_pauses_are_explained() -> None:
    async with opened(listed=False) as it:
        state = await it.until(lambda state: state.log)
        assert state.explanation is None
        assert len(state.waits) == 3
        it.feed.on_assessment(assessment())
        await it.until(lambda state: state.explanation)
        assert it.explainer.calls == ["list", "history"]


async def test_two_who_listen_get_the_same_and_one_request_is_made() -> None:
    async with opened() as it:
        other: list[SessionState] = []
        listening = asyncio.create_task(it.feed.watch(other.append))
        await it.until(lambda state: state.log)
        await it.rest()
        assert other[-1] is it.state
        assert it.polls == 1
        listening.cancel()
        await it.rest()
        it.feed.refresh()
        await it.until(lambda _: it.polls == 2)


async def test_unread_changes_are_coalesced() -> None:
    async with opened() as it:
        await it.until(lambda state: state.log)
        await it.rest()
        count = len(it.seen)
        it.feed.refresh()
        it.feed.stop()
        it.server.gate.clear()
        it.feed.refresh()
        await it.rest()
        assert len(it.seen) == count + 1


async def test_without_listeners_nothing_is_requested() -> None:
    async with opened(RUNNING) as it:
        await it.until(lambda state: state.log)
    it.time.passed += 60
    await it.rest()
    assert it.polls == 1


# --- polling ------------------------------------------------------------------------------


async def test_what_runs_is_polled_every_ten_seconds_while_it_is_viewed() -> None:
    async with opened(RUNNING) as it:
        await it.until(lambda state: state.log)
        await it.pass_time(9)
        assert it.polls == 1
        await it.pass_time(1)
        assert it.polls == 2
        it.is_viewed = False
        await it.pass_time(60)
        assert it.polls == 2
        another = asyncio.create_task(it.feed.watch(lambda _: None, lambda: True))
        await it.pass_time(10)
        assert it.polls == 3
        another.cancel()
        await it.pass_time(60)
        assert it.polls == 3


async def test_while_paused_it_is_requested_by_hand_only() -> None:
    async with opened(RUNNING) as it:
        await it.until(lambda state: state.log)
        it.feed.set_paused(True)
        it.feed.wake()
        await it.pass_time(60)
        assert it.polls == 1
        it.feed.refresh()
        await it.until(lambda _: it.polls == 2)
        it.feed.set_paused(False)
        await it.pass_time(10)
        assert it.polls == 3


async def test_after_sleep_it_is_polled_at_once() -> None:
    async with opened(RUNNING) as it:
        await it.until(lambda state: state.log)
        it.feed.wake()
        await it.until(lambda _: it.polls == 2)


async def test_a_recording_that_goes_faster_is_polled_more_often_within_reason() -> None:
    async with opened(RUNNING, speed=10.0) as it:
        await it.until(lambda state: state.log)
        await it.pass_time(1)
        assert it.polls == 2
    async with opened(RUNNING, speed=1000.0) as it:
        await it.until(lambda state: state.log)
        await it.pass_time(0.4)
        assert it.polls == 1
        await it.pass_time(0.1)
        assert it.polls == 2


async def test_its_end_is_published_and_ends_the_polling() -> None:
    async with opened(RUNNING) as it:
        await it.until(lambda state: state.log)
        assert not it.state.ended_while_open
        it.server.session_now = ENDED
        await it.pass_time(10)
        await it.until(lambda state: state.ended_while_open)
        assert it.state.session == ENDED
        await it.pass_time(60)
        assert it.polls == 2


async def test_a_poll_that_changes_only_its_time_is_not_published() -> None:
    async with opened(RUNNING) as it:
        log = (await it.until(lambda state: state.log)).log
        session = it.state.session
        await it.pass_time(10)
        await it.until(lambda state: state.as_of and state.as_of > NOON)
        assert it.state.log is log
        assert it.state.session is session
        assert not any(state.is_requesting for state in it.seen[1:])


async def test_retry_after_is_waited_for() -> None:
    async with opened(RUNNING) as it:
        await it.until(lambda state: state.log)
        it.server.error = ServerTrouble("busy", 503, 77.0)
        await it.pass_time(10)
        requests = len(it.server.requests)
        await it.pass_time(76)
        assert len(it.server.requests) == requests
        await it.pass_time(1)
        assert len(it.server.requests) == requests + 1


# --- what fails -----------------------------------------------------------------------------


async def test_a_failed_request_keeps_the_last_state() -> None:
    async with opened() as it:
        await it.until(lambda state: state.log)
        await it.rest()
        before = it.state
        it.server.error = AWAY
        it.feed.refresh()
        after = await it.until(lambda state: state.problem)
        assert after == replace(before, problem=AWAY)
        it.server.error = None
        it.feed.refresh()
        await it.until(lambda state: state.problem is None and not state.is_requesting)


async def test_the_second_consecutive_failure_of_automatic_polls_is_shown() -> None:
    async with opened(RUNNING) as it:
        await it.until(lambda state: state.log)
        it.server.error = AWAY
        await it.pass_time(10)
        assert it.state.problem is None
        it.server.error = None
        await it.pass_time(10)
        it.server.error = AWAY
        await it.pass_time(10)
        assert it.state.problem is None, "not in a row"
        await it.pass_time(20)
        await it.until(lambda state: state.problem is AWAY)


async def test_a_refused_logon_is_shown_and_does_not_end_the_feed() -> None:
    async with opened() as it:
        it.server.error = LogonRefused("no", "ops")
        await it.until(lambda state: state.log)
        it.feed.refresh()
        await it.until(lambda state: state.problem)
        it.server.error = None
        it.feed.refresh()
        await it.until(lambda state: state.problem is None and not state.is_requesting)


async def test_a_run_that_vanishes_while_it_runs_is_gone_at_once_and_polled_no_more() -> None:
    async with opened(RUNNING) as it:
        await it.until(lambda state: state.log)
        it.server.session_error = NotFound("It is not listed.")
        await it.pass_time(10)
        state = await it.until(lambda state: state.is_gone)
        assert isinstance(state.problem, RunVanishedError)
        assert state.problem.last_seen == NOON + SKEW
        count = len(it.server.requests)
        await it.pass_time(60)
        assert len(it.server.requests) == count
        assert it.feed.dismiss_problem()
        assert (await it.until(lambda state: state.problem is None)).is_gone
        assert not it.feed.dismiss_problem()
        it.server.session_error = None
        it.feed.refresh()
        await it.until(lambda state: not state.is_gone)


async def test_the_pause_of_a_running_session_grows_with_each_poll() -> None:
    async with opened(RUNNING) as it:
        await it.until(lambda state: state.explanation)
        for polled_at in (NOON + timedelta(hours=1), NOON + timedelta(hours=2)):
            await it.pass_time(3600)
            state = await it.until(lambda state, at=polled_at: state.as_of == at)  # type: ignore[misc]
            (lasted,) = [wait.step.lasted for wait in state.waits if wait.step.open]
            assert lasted == polled_at + SKEW - (NOON + timedelta(seconds=90))


async def test_a_run_that_was_never_read_was_last_seen_in_the_list() -> None:
    server = FakeServer(RUNNING, session_error=NotFound("It is not listed."))
    async with opened(RUNNING, server=server) as it:
        state = await it.until(lambda state: state.problem)
        assert isinstance(state.problem, RunVanishedError)
        assert state.problem.last_seen == NOON


async def test_an_ended_run_that_is_not_listed_is_reported_as_the_server_does() -> None:
    problem = Gone("The server no longer has a log of it.")
    async with opened(server=FakeServer(ENDED, error=problem)) as it:
        state = await it.until(lambda state: state.problem)
        assert state.problem is problem
        assert state.is_gone
        assert state.log is None


async def test_without_its_log_a_run_is_explained_by_each_list() -> None:
    async with opened(server=FakeServer(ENDED, error=AWAY)) as it:
        await it.until(lambda state: state.explanation)
        assert it.explainer.calls == ["list"]
        it.feed.dismiss_problem()
        it.feed.on_assessment(assessment())
        await it.rest()
        assert it.explainer.calls == ["list", "list"]


async def test_a_log_that_comes_at_last_is_explained_before_past_logs_are() -> None:
    async with opened(server=FakeServer(ENDED, error=AWAY)) as it:
        await it.until(lambda state: state.explanation)
        it.server.error = None
        it.feed.refresh()
        await it.until(lambda state: state.log)
        first = next(state for state in it.seen if state.log)
        assert first.waits
        await it.rest()
        assert it.explainer.calls == ["list", "list", "history"]


async def test_a_failed_answer_does_not_end_what_past_logs_are_waited_for() -> None:
    async with opened() as it:
        await it.until(lambda state: state.log)
        it.server.error = AWAY
        it.feed.refresh()
        await it.until(lambda state: state.problem)
        it.server.history.set()
        await it.until(lambda state: state.worst)


async def test_what_explains_an_earlier_answer_is_dropped() -> None:
    async with opened(RUNNING) as it:
        await it.until(lambda state: state.log)
        await it.rest()
        it.server.session_now = ENDED
        it.feed.refresh()
        await it.until(lambda state: state.session == ENDED)
        await it.rest()
        it.server.history.set()
        state = await it.until(lambda state: state.worst)
        assert state.explanation
        assert state.explanation.silent is None, "it has ended"
        assert it.explainer.calls == ["list", "history", "history"]


async def test_an_unexpected_error_of_a_session_is_raised_where_its_states_are_awaited() -> None:
    server = FakeServer(ENDED, bug=RuntimeError("a bug"))
    server.gate.set()
    server.history.set()
    source = cast("Source", server)
    feed = SessionFeed(source, ENDED, CountingExplainer(source), now=lambda: NOON)
    feed.on_assessment(assessment())
    with pytest.raises(RuntimeError, match="a bug"):
        await asyncio.wait_for(feed.watch(lambda _: None), 5)


# --- stopping -------------------------------------------------------------------------------


async def test_a_canceled_request_keeps_the_last_state() -> None:
    async with opened(answers=False) as it:
        assert not it.feed.refresh(), "somebody waits for an answer already"
        assert it.feed.stop()
        await it.until(lambda state: not state.is_requesting)
        assert not it.feed.stop()
        it.server.gate.set()
        await it.rest()
        assert it.state == SessionState(ENDED)
        assert it.feed.refresh()
        await it.until(lambda state: state.log)


async def test_a_request_that_has_not_begun_is_stopped_too() -> None:
    async with opened() as it:
        await it.until(lambda state: state.log)
        it.feed.refresh()
        it.feed.stop()
        await it.rest()
        assert it.polls == 1


async def test_a_running_poll_becomes_the_request_of_the_user() -> None:
    async with opened(RUNNING) as it:
        await it.until(lambda state: state.log)
        it.server.gate.clear()
        await it.pass_time(10)
        requests = len(it.server.requests)
        assert not it.state.is_requesting
        assert it.feed.refresh()
        it.server.error = AWAY
        it.server.gate.set()
        await it.until(lambda state: state.problem is AWAY)
        assert len(it.server.requests) == requests
