"""`ListFeed`: what it publishes and when, with a fake server and a fake clock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from list_feed_driver import ABSENT_FROM, RUNS, SERVER, FakeListServer, FeedDriver, name_of, running_feed
from snapshot_factory import NOON, numbered_run

from emtui.em.errors import LogonRefusedError, UnexpectedStatusError
from emtui.em.model import Listing, Outcome, Session
from emtui.em.session_source import DownloadProgress, SessionSource
from emtui.local.knowledge_base import Knowledge, KnowledgeBase
from emtui.monitor.feed_health import Freshness
from emtui.monitor.list_feed import (
    COMPLETION_BATCH,
    CompletionProgress,
    ListFeed,
    ListState,
    RequestProgress,
)
from emtui.monitor.notification_policy import ALERT_SPACING, Severity
from emtui.monitor.recording.recording_format import RecordedList, RecordedResponse
from emtui.monitor.recording.replay_source import ReplaySource
from emtui.monitor.unseen_marks import UnseenMark
from emtui.triage.acknowledgement_matching import Acknowledgement, acknowledgement_key
from emtui.triage.findings import RecurringFailureFinding

NEW, CHANGED = UnseenMark.NEW, UnseenMark.CHANGED
BUSY = UnexpectedStatusError("em01.example.net is overloaded.", 503, None)
REFUSED = LogonRefusedError("The logon was refused.", "ops")
EIGHT_HOURS = 8 * 3600.0


def unseen_marks(state: ListState) -> dict[int, UnseenMark]:
    """Unseen marks by run number."""
    return {int(uid.rpartition(":")[2][:8], 16): mark for uid, mark in state.unseen.items()}


def alerted_runs(watch: FeedDriver) -> list[int]:
    """Numbers of the failed runs that were alerted."""
    return [int(alert.run.id[:8], 16) for alert in watch.alerts if alert.run]


def severities(watch: FeedDriver) -> list[Severity]:
    return [alert.severity for alert in watch.alerts]


def make_acknowledgement(watch: FeedDriver, session: Session) -> Acknowledgement:
    """Return an acknowledgement of this run."""
    assessment = watch.now.assessment
    assert assessment
    key = acknowledgement_key(session, assessment.type_statuses)
    assert key
    return Acknowledgement(key, session.type, "INC1", assessment.type_statuses.now)


class SlowKnowledgeBase(KnowledgeBase):
    """Loading waits for the test; `reads` counts."""

    def __init__(self) -> None:
        super().__init__(None)
        self.is_open = Event()
        self.is_open.set()
        self.read_count = 0

    def load(self) -> Knowledge:
        knowledge = super().load()
        self.read_count += 1
        assert self.is_open.wait(10)
        return knowledge


class SlowFailure(Session):
    """A failed run whose evaluation blocks until the test continues."""

    __slots__ = ()
    is_open = Event()
    read_count = 0

    @classmethod
    def make(cls, number: int) -> SlowFailure:
        cls.is_open.clear()
        cls.read_count = 0
        base = numbered_run(number, "Failed")
        return cls(base.uid, type=base.type, started=base.started, ended=base.ended, state=base.state)

    @property
    def outcome(self) -> Outcome:
        """Read first by the poller, to count outcomes."""
        type(self).read_count += 1
        assert self.read_count == 1 or self.is_open.wait(10)
        return Session.outcome.fget(self)  # type: ignore[attr-defined, no-any-return]  # its getter


async def start_evaluating(watch: FeedDriver) -> None:
    """Start evaluating a list with one more failure, run 99; it blocks until the failure is released."""
    before = watch.now.snapshot
    watch.add_sessions(SlowFailure.make(99))
    watch.feed.poller.refresh()
    await watch.wait_until(lambda: SlowFailure.read_count == 2)
    assert watch.feed.poller.snapshot is not before
    assert watch.feed.state.snapshot is before


# --- states -------------------------------------------------------------------------


async def test_the_first_states_are_empty_then_the_list_then_its_assessment() -> None:
    async with running_feed() as watch:
        first, *_ = watch.states
        assert first.snapshot is None
        assert first.progress == RequestProgress(NOON)
        assert first.freshness is Freshness.FRESH
        assert first.interval == 60
        arrived = next(state for state in watch.states if state.snapshot)
        assert arrived.snapshot
        assert arrived.snapshot.sessions == RUNS
        assert arrived.snapshot.as_of == NOON
        assert arrived.progress is None
        assert not arrived.unseen
        assert watch.now.assessment
        assert watch.now.assessment.snapshot is watch.now.snapshot
        assert watch.now.interval == 60


async def test_the_list_is_requested_every_minute() -> None:
    async with running_feed() as watch:
        for request in (2, 3):
            watch.clock.passed += 59.9
            await watch.tick()
            assert watch.server.requests == request - 1
            watch.clock.passed += 0.1
            await watch.wait_for_state(lambda state, request=request: state.health.response_count == request)  # type: ignore[misc]
            await watch.settle()


async def test_states_are_coalesced_and_a_slow_listener_blocks_nothing() -> None:
    async with running_feed() as watch:
        watch.is_slow = True
        watch.feed.set_paused(True)
        await watch.tick()
        count = len(watch.states)
        for number in (99, 98, 97):
            watch.add_sessions(numbered_run(number, "Failed", type_name=f"type {number}"))
            watch.clock.passed += 1200
            watch.feed.refresh()
            await watch.wait_until(lambda number=number: numbered_run(number).uid in watch.feed.state.unseen)  # type: ignore[misc]
        assert len(watch.states) == count
        assert alerted_runs(watch) == []
        watch.is_slow = False
        state = await watch.settle()
        assert unseen_marks(state) == {99: NEW, 98: NEW, 97: NEW}
        assert alerted_runs(watch) == [99, 98, 97], "each alert is published once, even if states are skipped"
        assert not state.alerts


async def test_a_published_state_does_not_change() -> None:
    async with running_feed() as watch:
        before = watch.now
        health, responses = before.health, before.health.response_count
        await watch.fail(3)
        assert (health.response_count, health.failure_count, len(health.lost_periods)) == (responses, 0, 0)
        assert before.freshness is Freshness.FRESH
        assert watch.now.freshness is Freshness.LOST


async def test_without_a_listener_all_requests_end() -> None:
    async with running_feed() as watch:
        watch.server.is_open = False
        watch.feed.refresh()
        await watch.wait_for_state(lambda state: state.is_requesting)
    assert watch.server.at_once == 0
    assert {task for task in asyncio.all_tasks() if task is not asyncio.current_task()} == set()
    requests = watch.server.requests
    watch.feed.refresh()
    watch.feed.replace_source(cast("SessionSource", watch.server))
    await watch.tick()
    assert watch.server.requests == requests, "there is no listener"


async def test_an_unexpected_error_is_raised_where_the_states_are_awaited() -> None:
    server = FakeListServer()
    async with running_feed(server) as watch:
        server.bug = ZeroDivisionError()
        async with asyncio.timeout(10):
            watch.feed.refresh()
            assert watch.listening
            with pytest.raises(ZeroDivisionError):
                await watch.listening


async def test_a_list_is_read_in_the_context_that_was_given() -> None:
    reads: list[bool] = []

    @contextmanager
    def reading(is_first: bool) -> Iterator[None]:
        reads.append(is_first)
        yield

    async with running_feed(reading=reading) as watch:
        await watch.poll()
        assert reads == [True, False]


# --- marks ----------------------------------------------------------------------------


async def test_new_and_changed_runs_are_marked_until_the_list_after_they_were_viewed() -> None:
    async with running_feed(FakeListServer((numbered_run(100, "InProgress"), *RUNS[1:]))) as watch:
        watch.add_sessions(numbered_run(99), numbered_run(100))
        state = await watch.poll()
        assert (state.changes.added, state.changes.changed) == ((numbered_run(99),), (numbered_run(100),))
        assert unseen_marks(state) == {99: NEW, 100: CHANGED}
        state = await watch.poll()
        assert (unseen_marks(state), bool(state.changes)) == ({99: NEW, 100: CHANGED}, False), (
            "they were not viewed"
        )
        watch.feed.mark_viewed([numbered_run(99).uid, numbered_run(101).uid])
        assert unseen_marks(watch.now) == {99: NEW, 100: CHANGED}, "a key press does not copy the marks"
        assert unseen_marks(await watch.poll()) == {100: CHANGED}


async def test_a_run_that_differs_again_after_it_was_viewed_is_marked_again() -> None:
    async with running_feed() as watch:
        watch.add_sessions(numbered_run(99, "InProgress"))
        await watch.poll()
        watch.feed.mark_viewed([numbered_run(99).uid])
        watch.add_sessions(numbered_run(99))
        assert unseen_marks(await watch.poll()) == {99: CHANGED}
        assert unseen_marks(await watch.poll()) == {99: CHANGED}, "that has not been viewed"


async def test_a_new_run_that_differs_before_it_was_viewed_stays_new() -> None:
    async with running_feed() as watch:
        watch.add_sessions(numbered_run(99, "InProgress"))
        await watch.poll()
        watch.add_sessions(numbered_run(99))
        assert unseen_marks(await watch.poll()) == {99: NEW}


# --- progress -------------------------------------------------------------------------


async def test_the_first_list_has_progress_with_bytes_and_rows() -> None:
    server = FakeListServer(is_open=False, progress=(DownloadProgress(1000, 4000, 10),))
    async with running_feed(server, is_read=False) as watch:
        state = await watch.wait_for_state(lambda state: state.progress and state.is_requesting)
        assert state.progress == RequestProgress(NOON, DownloadProgress(1000, 4000, 10))
        server.is_open = True
        assert (await watch.settle()).progress is None


async def test_without_a_list_every_request_has_progress() -> None:
    async with running_feed(
        FakeListServer(error=ABSENT_FROM, progress=(DownloadProgress(1000, None, 10),)), is_read=False
    ) as watch:
        await watch.wait_for_state(lambda state: state.health.failure_count)
        await watch.tick()
        watch.server.is_open = False
        watch.feed.poller.refresh()
        state = await watch.wait_for_state(lambda state: state.is_requesting)
        assert isinstance(state.progress, RequestProgress)
        assert state.progress.received == DownloadProgress(1000, None, 10)


async def test_an_automatic_poll_has_no_progress() -> None:
    async with running_feed(show_wait_after_s=0.0) as watch:
        count = len(watch.states)
        watch.server.progress = (DownloadProgress(1000, None, 10),)
        watch.server.is_open = False
        watch.clock.passed += 60
        await watch.wait_for_state(lambda state: state.is_requesting)
        await asyncio.sleep(0.01)
        watch.server.is_open = True
        await watch.settle()
        assert {state.progress for state in watch.states[count:]} == {None}


async def test_a_refresh_has_progress_once_it_takes_a_while() -> None:
    async with running_feed(show_wait_after_s=0.0) as watch:
        watch.server.is_open = False
        watch.clock.passed += 5
        assert watch.feed.refresh()
        state = await watch.wait_for_state(lambda state: state.progress)
        assert state.progress == RequestProgress(NOON + timedelta(seconds=5))
        watch.server.is_open = True
        assert (await watch.settle()).progress is None


async def test_a_fast_refresh_has_no_progress() -> None:
    async with running_feed(show_wait_after_s=0.01) as watch:
        count = len(watch.states)
        watch.feed.refresh()
        await watch.wait_for_state(lambda state: state.health.response_count == 2)
        await asyncio.sleep(0.02)
        assert {state.progress for state in watch.states[count:]} == {None}


async def test_a_refresh_during_a_request_shows_it_and_sends_no_second_one() -> None:
    async with running_feed() as watch:
        watch.server.is_open = False
        watch.clock.passed += 60
        await watch.wait_for_state(lambda state: state.is_requesting)
        watch.clock.passed += 2
        assert not watch.feed.refresh()
        state = await watch.wait_for_state(lambda state: state.progress)
        assert state.progress == RequestProgress(NOON + timedelta(seconds=60))
        watch.server.is_open = True
        await watch.settle()
        assert (watch.server.requests, watch.server.most_at_once) == (2, 1)


async def test_a_request_can_be_canceled_and_the_next_is_sent_as_scheduled() -> None:
    async with running_feed() as watch:
        assert not watch.feed.stop()
        watch.server.is_open = False
        watch.feed.refresh()
        await watch.wait_for_state(lambda state: state.is_requesting)
        assert watch.feed.stop()
        state = await watch.wait_for_state(lambda state: not state.is_requesting)
        assert (state.problem, state.health.failure_count) == ("", 0)
        watch.server.is_open = True
        await watch.poll()
        assert watch.server.requests == 3


# --- problems -------------------------------------------------------------------------


async def test_one_failed_poll_is_no_problem_to_show_and_two_are() -> None:
    async with running_feed() as watch:
        state = await watch.fail()
        assert (state.problem, state.freshness) == ("", Freshness.FRESH)
        state = await watch.fail()
        assert (state.problem, state.freshness) == (str(ABSENT_FROM), Freshness.STALE)
        state = await watch.fail()
        assert (state.problem, state.freshness) == (str(ABSENT_FROM), Freshness.LOST)
        assert state.snapshot
        assert state.snapshot.as_of == NOON
        state = await watch.poll()
        assert (state.problem, state.freshness) == ("", Freshness.FRESH)


async def test_the_first_failure_of_a_refresh_is_shown() -> None:
    async with running_feed() as watch:
        watch.server.error = ABSENT_FROM
        watch.feed.refresh()
        state = await watch.wait_for_state(lambda state: state.health.failure_count)
        assert state.problem == str(ABSENT_FROM)


async def test_without_a_list_the_first_failure_is_shown() -> None:
    async with running_feed(FakeListServer(error=ABSENT_FROM), is_read=False) as watch:
        state = await watch.wait_for_state(lambda state: state.health.failure_count)
        assert (state.problem, state.snapshot, state.progress) == (str(ABSENT_FROM), None, None)
        state = await watch.fail()
        assert state.problem == str(ABSENT_FROM)


async def test_without_a_list_every_failure_is_shown() -> None:
    async with running_feed(FakeListServer(error=ABSENT_FROM, is_open=False), is_read=False) as watch:
        await watch.wait_for_state(lambda state: state.is_requesting)
        watch.feed.stop()
        state = await watch.tick()
        assert (state.progress, state.problem) == (None, "")
        watch.server.is_open = True
        watch.feed.poller.refresh()
        state = await watch.wait_for_state(lambda state: state.health.failure_count)
        assert state.problem == str(ABSENT_FROM)


async def test_a_dismissed_problem_is_shown_again_only_if_it_differs() -> None:
    async with running_feed() as watch:
        assert not watch.feed.dismiss_problem()
        await watch.fail(2)
        assert watch.feed.dismiss_problem()
        assert not watch.feed.dismiss_problem()
        assert (await watch.fail()).problem == ""
        assert (await watch.fail(error=BUSY)).problem == str(BUSY)
        assert (await watch.fail()).problem == str(ABSENT_FROM)


async def test_a_dismissed_problem_is_shown_again_after_a_success() -> None:
    async with running_feed() as watch:
        await watch.fail(2)
        watch.feed.dismiss_problem()
        await watch.poll()
        assert (await watch.fail(2)).problem == str(ABSENT_FROM)


async def test_a_dismissed_problem_is_shown_again_after_a_stop() -> None:
    async with running_feed() as watch:
        await watch.fail(2)
        watch.feed.dismiss_problem()
        await watch.fail(error=REFUSED)
        watch.server.error = ABSENT_FROM
        watch.feed.refresh()
        state = await watch.wait_for_state(lambda state: state.health.failure_count == 4)
        assert (state.problem, state.polling_stop) == (str(ABSENT_FROM), None)


# --- stopped --------------------------------------------------------------------------


async def test_a_permanent_error_ends_the_polling() -> None:
    async with running_feed() as watch:
        state = await watch.fail(error=REFUSED)
        assert state.polling_stop
        assert (state.polling_stop.error, state.polling_stop.at) == (REFUSED, NOON + timedelta(seconds=60))
        assert not state.polling_stop.is_after_outage
        assert (state.problem, state.freshness, state.refusal_count) == (str(REFUSED), Freshness.LOST, 0)
        assert severities(watch) == [Severity.STOPPED]
        assert watch.alerts[0].reason == str(REFUSED)
        requests = watch.server.requests
        watch.clock.passed += 3600
        await watch.tick()
        assert watch.server.requests == requests


async def test_a_refusal_just_after_an_outage_is_counted() -> None:
    async with running_feed() as watch:
        await watch.fail()
        state = await watch.fail(error=REFUSED)
        assert state.refusal_count == 1
        assert state.polling_stop
        assert state.polling_stop.is_after_outage


async def test_after_a_stop_a_refresh_requests_again_and_success_resumes_polling() -> None:
    async with running_feed() as watch:
        await watch.fail(error=REFUSED)
        watch.feed.dismiss_problem()
        assert (await watch.tick()).problem == ""
        watch.server.error = REFUSED
        assert watch.feed.refresh()
        await watch.wait_for_state(lambda state: state.health.failure_count == 2)
        assert watch.now.problem == str(REFUSED), "the same again is shown again"
        watch.server.error = None
        watch.feed.refresh()
        state = await watch.wait_for_state(lambda state: state.freshness is Freshness.FRESH)
        assert (state.polling_stop, state.problem) == (None, "")
        await watch.poll()


async def test_another_logon_requests_the_same_list_at_once() -> None:
    async with running_feed() as watch:
        await watch.fail(error=REFUSED)
        other = FakeListServer(clock=watch.clock, sessions_now=(numbered_run(99), *RUNS))
        watch.feed.replace_source(cast("SessionSource", other))
        state = await watch.wait_for_state(lambda state: state.freshness is Freshness.FRESH)
        assert (other.requests, state.polling_stop, unseen_marks(state)) == (1, None, {99: NEW})
        await watch.settle()
        watch.clock.passed += 60
        await watch.wait_for_state(lambda state: state.health.response_count == 3)
        assert other.requests == 2


async def test_another_logon_ends_the_request_of_the_one_before() -> None:
    async with running_feed() as watch:
        watch.server.is_open = False
        watch.clock.passed += 60
        await watch.wait_for_state(lambda state: state.is_requesting)
        other = FakeListServer(clock=watch.clock, error=ABSENT_FROM)
        watch.feed.replace_source(cast("SessionSource", other))
        state = await watch.wait_for_state(lambda state: state.health.failure_count)
        assert state.problem == str(ABSENT_FROM), "the user waits for it"
        assert (watch.server.at_once, other.requests) == (0, 1)
        assert not state.is_requesting


async def test_a_list_that_has_just_arrived_is_not_lost_by_another_logon() -> None:
    async with running_feed() as watch:
        await start_evaluating(watch)
        watch.feed.replace_source(cast("SessionSource", watch.server))
        await watch.tick()
        SlowFailure.is_open.set()
        state = await watch.wait_for_state(lambda state: state.health.response_count == 3)
        assert unseen_marks(state) == {99: NEW}
        assert alerted_runs(watch) == [99]


# --- pause ----------------------------------------------------------------------------


async def test_while_paused_the_list_is_requested_on_demand_only() -> None:
    async with running_feed() as watch:
        watch.feed.set_paused(True)
        assert (await watch.wait_for_state(lambda state: state.is_paused)).snapshot
        watch.clock.passed += 3600
        await watch.tick()
        assert watch.server.requests == 1
        watch.feed.refresh()
        state = await watch.wait_for_state(lambda state: state.health.response_count == 2)
        assert state.is_paused
        watch.feed.set_paused(False)
        state = await watch.wait_for_state(lambda state: state.health.response_count == 3)
        assert not state.is_paused


# --- sleep and clocks -----------------------------------------------------------------


async def test_after_sleep_the_list_is_stale_at_once_and_the_sleep_counts_as_absence() -> None:
    async with running_feed() as watch:
        await watch.poll()
        watch.server.is_open = False
        await watch.sleep(EIGHT_HOURS)
        state = await watch.wait_for_state(lambda state: state.freshness is Freshness.STALE)
        assert (state.resume_count, state.absence) == (1, None)
        watch.feed.on_user_activity()
        watch.add_sessions(replace(numbered_run(99, "Failed"), ended=watch.clock.now()))
        watch.server.is_open = True
        state = await watch.wait_for_state(lambda state: state.absence)
        assert (state.resume_count, state.freshness) == (1, Freshness.FRESH)
        assert state.absence
        assert (state.absence.since, state.absence.until) == (NOON, watch.clock.now())
        assert state.absence.outcome_counts.total() == 1
        (period,) = state.absence.outages
        assert (period.since, period.until) == (NOON + timedelta(seconds=60), watch.clock.now())
        await watch.settle()
        assert watch.feed.dismiss_absence()
        assert not watch.feed.dismiss_absence()
        assert (await watch.wait_for_state(lambda state: state.absence is None)).freshness is Freshness.FRESH


async def test_one_sleep_is_counted_once_though_the_first_request_after_it_fails() -> None:
    async with running_feed() as watch:
        watch.server.error = ABSENT_FROM
        await watch.sleep(EIGHT_HOURS)
        await watch.wait_for_state(lambda state: state.health.failure_count == 1)
        await watch.tick()
        state = await watch.fail()
        assert (state.resume_count, state.health.failure_count) == (1, 2)


async def test_without_a_key_before_it_the_absence_begins_with_the_last_list() -> None:
    async with running_feed(is_read=False) as watch:
        await watch.settle()
        watch.clock.passed += 30
        await watch.sleep(EIGHT_HOURS)
        state = await watch.wait_for_state(lambda state: state.absence)
        assert state.absence
        assert state.absence.since == NOON


async def test_a_key_press_before_the_clocks_were_read_does_not_end_the_absence() -> None:
    async with running_feed() as watch:
        await watch.poll()
        watch.clock.slept += 300
        watch.server.is_open = False
        watch.feed.on_user_activity()
        assert watch.feed.state.freshness is Freshness.STALE
        assert watch.feed.last_activity == watch.clock.now()
        watch.server.is_open = True
        state = await watch.wait_for_state(lambda state: state.absence)
        assert state.absence
        assert state.absence.since == NOON


async def test_each_sleep_is_counted_and_so_is_one_while_paused_in_which_nothing_is_requested() -> None:
    async with running_feed() as watch:
        await watch.sleep(EIGHT_HOURS)
        await watch.wait_for_state(lambda state: state.health.response_count == 2)
        watch.feed.set_paused(True)
        await watch.sleep(EIGHT_HOURS)
        state = await watch.wait_for_state(lambda state: state.resume_count == 2)
        assert state.freshness is Freshness.STALE
        assert watch.server.requests == 2


async def test_a_clock_that_is_set_back_is_published_and_is_no_absence() -> None:
    async with running_feed() as watch:
        await watch.poll()
        await watch.set_clock(-3600)
        state = await watch.wait_for_state(lambda state: state.clock_step)
        assert state.clock_step
        assert state.clock_step.by == timedelta(hours=-1)
        await watch.wait_for_state(lambda state: state.health.response_count == 3)
        assert (watch.now.absence, watch.now.resume_count, watch.now.freshness) == (None, 0, Freshness.FRESH)
        assert watch.feed.dismiss_absence()
        assert (await watch.poll()).clock_step is None


async def test_a_clock_set_forward_that_looked_like_sleep_is_no_absence() -> None:
    async with running_feed(FakeListServer(skew=timedelta())) as watch:
        clock = watch.clock
        await watch.poll()
        clock.step += EIGHT_HOURS
        watch.server.skew = -timedelta(seconds=EIGHT_HOURS)
        clock_without_boot = clock.read_all()
        watch.feed.poller.read_clocks = lambda: replace(clock_without_boot, boot=None)
        watch.feed.poller.check_clocks()
        state = await watch.wait_for_state(lambda state: state.clock_step)
        await watch.wait_for_state(lambda state: state.health.response_count == 3)
        assert state.clock_step
        assert state.clock_step.by == timedelta(hours=8)
        assert (watch.now.absence, watch.now.health.gap_count) == (None, 0)
        last = watch.feed.last_activity
        assert last == NOON + timedelta(hours=8), "the time since the last key press is unchanged"


async def test_a_key_press_after_idle_time_requests_the_list_at_once() -> None:
    async with running_feed() as watch:
        await watch.poll(700)
        assert watch.now.interval == 180
        watch.feed.on_user_activity()
        assert (watch.feed.state.interval, watch.feed.idle_time) == (60, 0)
        await watch.wait_for_state(lambda state: state.health.response_count == 3)


# --- absence --------------------------------------------------------------------------


async def test_after_ten_minutes_without_a_key_press_each_list_has_an_absence_summary() -> None:
    async with running_feed() as watch:
        assert (await watch.poll(599)).absence is None
        watch.add_sessions(replace(numbered_run(99, "Failed"), ended=NOON + timedelta(minutes=9)))
        state = await watch.poll(1)
        assert state.absence
        assert (state.absence.since, state.absence.until) == (NOON, NOON + timedelta(minutes=10))
        assert state.absence.outcome_counts.total() == 1
        watch.add_sessions(replace(numbered_run(98), ended=NOON + timedelta(minutes=19)))
        state = await watch.poll(600)
        assert state.absence
        assert state.absence.outcome_counts.total() == 2
        watch.feed.on_user_activity()
        state = await watch.poll()
        assert state.absence, "it stays until it is dismissed"
        assert state.absence.until == NOON + timedelta(minutes=20)


async def test_the_time_since_the_last_start_can_be_summarized() -> None:
    async with running_feed(
        FakeListServer((replace(numbered_run(100), ended=NOON - timedelta(minutes=5)), *RUNS[1:]))
    ) as watch:
        watch.feed.show_absence_since(NOON - timedelta(hours=1))
        state = await watch.wait_for_state(lambda state: state.absence)
        assert state.absence
        assert (state.absence.since, state.absence.outcome_counts.total()) == (NOON - timedelta(hours=1), 1)


# --- references -----------------------------------------------------------------------


def references(numbers: Sequence[int], *, are_open: bool = True) -> FakeListServer:
    """A server that lists these runs as references."""
    runs = [numbered_run(number) for number in numbers]
    return FakeListServer(
        tuple(map(name_of, runs)), details={one.id: one for one in runs}, are_details_open=are_open
    )


async def test_references_are_requested_visible_first_and_merged_together() -> None:
    numbers = range(100, 100 + COMPLETION_BATCH + 10)
    server = references(numbers, are_open=False)
    async with running_feed(server, is_read=False) as watch:
        watch.feed.set_visible([numbered_run(120).uid, numbered_run(110).uid])
        state = await watch.wait_for_state(lambda state: state.is_completing)
        assert state.is_busy
        server.are_details_open = True
        await watch.wait_for_state(lambda state: state.snapshot and len(state.snapshot.references) == 10)
        watch.feed.merge_details([numbered_run(110, "Failed")])
        await watch.settle()
        assert watch.now.snapshot
        assert watch.now.snapshot.find(numbered_run(110).uid) == numbered_run(110, "Failed"), (
            "no reference is requested twice"
        )
        assert server.requested[:3] == [numbered_run(number).id for number in (110, 120, 100)]
        assert len(server.requested) == len(numbers)
        assert watch.now.snapshot
        assert not watch.now.snapshot.references
        assert watch.now.progress is None
        left = [len(state.snapshot.references) for state in watch.states if state.snapshot]
        assert sorted(set(left), reverse=True) == [len(numbers), 10, 0]


async def test_the_number_of_requested_references_is_published() -> None:
    server = references(range(100, 103))
    server.details[numbered_run(101).id] = ABSENT_FROM
    async with running_feed(server, is_read=False) as watch:
        state = await watch.wait_for_state(lambda state: isinstance(state.progress, CompletionProgress))
        assert state.progress == CompletionProgress(1, 3)
        state = await watch.settle()
        assert (state.problem, state.progress) == (str(ABSENT_FROM), None)
        assert (await watch.poll()).problem == ""


async def test_references_are_requested_once_and_can_be_canceled() -> None:
    server = references(range(100, 103), are_open=False)
    async with running_feed(server, is_read=False) as watch:
        await watch.wait_for_state(lambda state: state.is_completing)
        assert watch.feed.stop()
        state = await watch.wait_for_state(lambda state: not state.is_completing)
        assert state.progress is None
        server.are_details_open = True
        await watch.poll()
        assert server.requested == [], "the same list: not again"
        watch.add_sessions(numbered_run(99))
        await watch.poll()
        assert server.requested == [numbered_run(number).id for number in (100, 101, 102)]


async def test_a_list_without_references_ends_the_requests_for_the_one_before() -> None:
    server = references(range(100, 103), are_open=False)
    async with running_feed(server, is_read=False) as watch:
        await watch.wait_for_state(lambda state: state.is_completing)
        server.sessions_now = RUNS
        watch.feed.refresh()
        state = await watch.wait_for_state(lambda state: state.health.response_count == 2)
        state = await watch.settle()
        assert (state.is_completing, server.requested) == (False, [])


async def test_a_new_reference_is_alerted_once_its_outcome_is_known() -> None:
    async with running_feed() as watch:
        watch.server.are_details_open = False
        watch.server.details[numbered_run(99).id] = numbered_run(99, "Failed")
        watch.add_sessions(name_of(numbered_run(99)))
        watch.clock.passed += 60
        await watch.wait_for_state(lambda state: state.is_completing)
        assert alerted_runs(watch) == []
        watch.server.are_details_open = True
        await watch.settle()
        assert alerted_runs(watch) == [99]
        assert unseen_marks(watch.now) == {99: NEW}
        watch.feed.merge_details([numbered_run(99, "Failed")])
        await watch.poll(1200)
        assert alerted_runs(watch) == [99]


async def test_a_first_list_of_references_is_not_alerted() -> None:
    server = references((100, 101))
    server.details[numbered_run(100).id] = numbered_run(100, "Failed")
    async with running_feed(server) as watch:
        assert watch.now.snapshot
        assert not watch.now.snapshot.references
        assert alerted_runs(watch) == []


# --- details from an opened run -------------------------------------------------------


async def test_details_of_an_opened_run_are_in_the_list_and_no_change_later() -> None:
    async with running_feed(FakeListServer((numbered_run(100, "InProgress"), *RUNS[1:]))) as watch:
        watch.feed.merge_details([numbered_run(100, "Failed")])
        state = await watch.settle()
        assert state.snapshot
        assert state.snapshot.sessions[0] == numbered_run(100, "Failed")
        assert state.assessment
        assert [finding.type for finding in state.assessment.findings] == ["CollectJob"]
        watch.add_sessions(numbered_run(100, "Failed"))
        state = await watch.poll()
        assert (unseen_marks(state), alerted_runs(watch)) == ({}, [])


async def test_details_without_changes_are_not_assessed() -> None:
    base = SlowKnowledgeBase()
    async with running_feed(knowledge_base=base) as watch:
        before, reads = watch.now.snapshot, base.read_count
        watch.feed.merge_details([numbered_run(100)])
        await watch.settle()
        assert watch.now.snapshot is before
        assert base.read_count == reads


async def test_details_merged_while_a_list_is_evaluated_stay() -> None:
    async with running_feed(FakeListServer((numbered_run(100, "InProgress"), *RUNS[1:]))) as watch:
        before = watch.now.snapshot
        await start_evaluating(watch)
        watch.feed.merge_details([numbered_run(100)])
        assert watch.feed.state.snapshot is before, "the list is published together with its unseen marks"
        SlowFailure.is_open.set()
        state = await watch.wait_for_state(lambda state: state.health.response_count == 2)
        assert unseen_marks(state) == {99: NEW}
        assert state.snapshot
        assert state.snapshot.sessions[1] == numbered_run(100)


async def test_before_the_first_list_details_are_ignored() -> None:
    async with running_feed(FakeListServer(is_open=False), is_read=False) as watch:
        watch.feed.merge_details([numbered_run(100)])
        assert watch.feed.state.snapshot is None


# --- alerts ---------------------------------------------------------------------------


async def test_a_new_failure_is_alerted_once_and_never_one_of_the_first_list() -> None:
    async with running_feed(FakeListServer((numbered_run(100, "Failed", "Other"), *RUNS[1:]))) as watch:
        assert watch.alerts == []
        watch.add_sessions(numbered_run(99, "Failed"))
        await watch.poll()
        assert alerted_runs(watch) == [99]
        assert (watch.alerts[0].server, watch.alerts[0].at) == (SERVER, watch.clock.now())
        watch.add_sessions(numbered_run(98, "Failed"))
        await watch.poll(1200)
        assert alerted_runs(watch) == [99], "the preceding run had failed, too"


async def test_each_outage_is_alerted_once_and_its_end_if_soon() -> None:
    async with running_feed() as watch:
        for outage in (1, 2):
            await watch.fail(5)
            assert severities(watch).count(Severity.LOST) == outage
            await watch.poll(0)
            await watch.poll(1200)
        assert severities(watch) == [Severity.LOST, Severity.RECOVERED] * 2
        assert {alert.reason for alert in watch.alerts} == {str(ABSENT_FROM)}


async def test_alerts_within_ten_minutes_are_sent_together_afterwards() -> None:
    async with running_feed() as watch:
        for number in (99, 98, 97):
            watch.add_sessions(numbered_run(number, "Failed", type_name=f"type {number}"))
            await watch.poll()
        assert alerted_runs(watch) == [99]
        requests = watch.server.requests
        watch.feed.set_paused(True)
        watch.clock.passed += ALERT_SPACING - 120.1
        await watch.tick()
        assert alerted_runs(watch) == [99]
        watch.clock.passed += 0.1
        state = await watch.wait_for_state(lambda state: len(state.alerts) == 2)
        assert [alert.run for alert in state.alerts] == [
            numbered_run(98, "Failed", type_name="type 98"),
            numbered_run(97, "Failed", type_name="type 97"),
        ]
        assert watch.server.requests == requests


async def test_a_more_severe_alert_is_sent_at_once_with_the_queue() -> None:
    async with running_feed() as watch:
        for number in (99, 98):
            watch.add_sessions(numbered_run(number, "Failed", type_name=f"type {number}"))
            await watch.poll()
        await watch.fail(3)
        assert severities(watch) == [Severity.FAILURE, Severity.FAILURE, Severity.LOST]


async def test_queued_alerts_are_sent_after_sleep_despite_the_monotonic_clock() -> None:
    async with running_feed() as watch:
        for number in (99, 98):
            watch.add_sessions(numbered_run(number, "Failed", type_name=f"type {number}"))
            await watch.poll()
        await watch.sleep(EIGHT_HOURS)
        await watch.wait_for_state(lambda _: alerted_runs(watch) == [99, 98])


async def test_a_failure_acknowledged_meanwhile_is_not_alerted() -> None:
    async with running_feed() as watch:
        watch.add_sessions(numbered_run(99, "Failed", type_name="One"))
        await watch.poll()
        watch.add_sessions(numbered_run(98, "Failed", type_name="Two"))
        await watch.poll()
        await watch.feed.acknowledge(make_acknowledgement(watch, numbered_run(98, "Failed", type_name="Two")))
        watch.add_sessions(numbered_run(97, "Failed", type_name="Three"))
        await watch.poll(1200)
        assert alerted_runs(watch) == [99, 97]


async def test_a_failure_like_an_acknowledged_one_is_not_alerted() -> None:
    async with running_feed(FakeListServer((numbered_run(100, "Failed"), *RUNS[1:]))) as watch:
        await watch.feed.acknowledge(make_acknowledgement(watch, numbered_run(100, "Failed")))
        watch.add_sessions(numbered_run(99, "Failed"))
        await watch.poll()
        assert alerted_runs(watch) == []
        watch.add_sessions(numbered_run(98))
        await watch.poll()
        watch.add_sessions(numbered_run(97, "Failed"))
        await watch.poll()
        assert alerted_runs(watch) == [97], "a success in between ended the acknowledgement"


async def test_a_failure_acknowledged_until_a_time_is_not_alerted_despite_a_success() -> None:
    async with running_feed(FakeListServer((numbered_run(100, "Failed"), *RUNS[1:]))) as watch:
        mark = make_acknowledgement(watch, numbered_run(100, "Failed"))
        await watch.feed.acknowledge(replace(mark, until=NOON + timedelta(days=1)))
        watch.add_sessions(numbered_run(99))
        await watch.poll()
        watch.add_sessions(numbered_run(98, "Failed"))
        await watch.poll()
        assert alerted_runs(watch) == []


async def test_a_failure_in_the_list_that_ends_its_acknowledgement_is_alerted() -> None:
    async with running_feed(FakeListServer((numbered_run(100, "Failed"), *RUNS[1:]))) as watch:
        await watch.feed.acknowledge(make_acknowledgement(watch, numbered_run(100, "Failed")))
        watch.add_sessions(numbered_run(98, "Failed"), numbered_run(99))
        await watch.poll()
        assert alerted_runs(watch) == [98]


async def test_the_feed_of_another_server_keeps_to_the_time_of_the_last_alert() -> None:
    async with running_feed() as watch:
        watch.add_sessions(numbered_run(99, "Failed"))
        await watch.poll()
        policy = watch.feed.alert_policy
    async with running_feed(alert_policy=policy) as watch:
        watch.add_sessions(numbered_run(99, "Failed"))
        await watch.poll()
        assert alerted_runs(watch) == []
        await watch.poll(ALERT_SPACING)
        assert alerted_runs(watch) == [99]


# --- assessment and acknowledgements --------------------------------------------------


async def test_an_acknowledgement_applies_at_once_and_can_be_removed() -> None:
    async with running_feed(FakeListServer((numbered_run(100, "Failed"), *RUNS[1:]))) as watch:
        mark = make_acknowledgement(watch, numbered_run(100, "Failed"))
        assert await watch.feed.acknowledge(mark) == ""
        state = await watch.wait_for_state(
            lambda state: state.assessment and state.assessment.acknowledgements
        )
        assert state.assessment
        assert state.assessment.acknowledgement_of_run(numbered_run(100, "Failed")) == mark
        assert state.assessment.new_findings == ()
        assert await watch.feed.unacknowledge(mark) == ""
        state = await watch.wait_for_state(
            lambda state: state.assessment and not state.assessment.acknowledgements
        )
        assert state.assessment
        assert len(state.assessment.new_findings) == 1


async def test_an_acknowledgement_during_an_assessment_applies_too() -> None:
    base = SlowKnowledgeBase()
    async with running_feed(
        FakeListServer((numbered_run(100, "Failed"), *RUNS[1:])), knowledge_base=base
    ) as watch:
        mark, before, reads = (
            make_acknowledgement(watch, numbered_run(100, "Failed")),
            watch.now.assessment,
            base.read_count,
        )
        base.is_open.clear()
        watch.add_sessions(numbered_run(99, "Failed"))
        watch.clock.passed += 60
        await watch.wait_for_state(lambda state: state.health.response_count == 2)
        await watch.wait_until(lambda: base.read_count > reads)
        acknowledging = asyncio.create_task(watch.feed.acknowledge(mark))
        await asyncio.sleep(0)
        base.is_open.set()
        await acknowledging
        state = await watch.settle()
        assert state.assessment is not before
        assert state.assessment
        assert state.assessment.acknowledgement_of_run(numbered_run(99, "Failed")) == mark


async def test_an_assessment_that_a_later_list_has_overtaken_is_dropped() -> None:
    base = SlowKnowledgeBase()
    async with running_feed(knowledge_base=base) as watch:
        before, reads = watch.now.assessment, base.read_count
        base.is_open.clear()
        for number in (99, 98, 97):
            watch.add_sessions(numbered_run(number))
            watch.clock.passed += 60
            await watch.wait_for_state(lambda state, number=number: numbered_run(number).uid in state.unseen)  # type: ignore[misc]
            await watch.tick()
        assert watch.now.assessment is before
        count = len(watch.states)
        base.is_open.set()
        await watch.settle()
        later = {state.assessment for state in watch.states[count:]} - {before}
        assert len(later) == 1
        assert base.read_count == reads + 2, "one after the other, regardless of the number of lists"


async def test_another_zone_is_assessed_again() -> None:
    async with running_feed(FakeListServer((numbered_run(100, "Failed"), *RUNS[1:]))) as watch:
        before = watch.now.assessment
        watch.feed.set_zone(ZoneInfo("Asia/Tokyo"))
        state = await watch.wait_for_state(lambda state: state.assessment is not before)
        assert state.assessment
        assert state.assessment.snapshot is state.snapshot


async def test_days_are_those_of_the_display_zone_from_the_first_list_on() -> None:
    failed_at = {142, 146, 242}  # 00:30, 23:30 and 23:30: three days in UTC, two in Tokyo
    runs = tuple(
        numbered_run(number, "Failed" if number in failed_at else "Success") for number in range(300)
    )

    def recurs(state: ListState) -> bool:
        assert state.assessment
        return any(
            isinstance(finding, RecurringFailureFinding) for finding in state.assessment.attention.findings
        )

    async with running_feed(FakeListServer(runs)) as watch:
        assert recurs(watch.now)
        watch.feed.set_zone(ZoneInfo("Asia/Tokyo"))
        await watch.wait_for_state(lambda state: not recurs(state))
    async with running_feed(FakeListServer(runs), shown_zone=ZoneInfo("Asia/Tokyo")) as watch:
        assert not recurs(watch.now)


async def test_another_zone_while_the_list_is_assessed_is_assessed_after_that() -> None:
    base = SlowKnowledgeBase()
    async with running_feed(knowledge_base=base) as watch:
        reads = base.read_count
        base.is_open.clear()
        watch.feed.set_zone(ZoneInfo("Asia/Tokyo"))
        await watch.wait_until(lambda: base.read_count == reads + 1)
        watch.feed.set_zone(ZoneInfo("Europe/Berlin"))
        base.is_open.set()
        await watch.wait_until(lambda: base.read_count == reads + 2)


async def test_a_failed_save_is_reported_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state_home = tmp_path / "state"
    state_home.write_text("a file in place of the folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(state_home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    server = FakeListServer((numbered_run(100, "Failed"), *RUNS[1:]))
    async with running_feed(server, knowledge_base=KnowledgeBase(SERVER)) as watch:
        assert await watch.feed.acknowledge(make_acknowledgement(watch, numbered_run(100, "Failed"))) == ""
        await watch.poll()
        (notice,) = (notice for state in watch.states for notice in state.notices)
        assert notice.startswith("Acknowledgements are kept only until emtui quits: ")


# --- recordings -----------------------------------------------------------------------


def recorded_list(minute: int, *sessions: Session) -> RecordedList:
    return RecordedList(NOON + timedelta(minutes=minute), Listing(sessions), 1000, 0.1, None)


async def test_a_recording_is_shown_by_its_own_clock_and_speed_and_ends() -> None:
    records: list[RecordedResponse] = [
        recorded_list(0, *RUNS),
        recorded_list(7, numbered_run(99, "Failed"), *RUNS),
    ]
    replay = ReplaySource("night.rec", iter(records), 60_000.0)
    ended: list[str] = []
    replay.on_end = lambda: ended.append(replay.end_message)
    feed = ListFeed(
        cast("SessionSource", replay), lambda: KnowledgeBase(None), schedule=replay.schedule, clock=replay
    )
    watch = FeedDriver(feed, FakeListServer(), FakeListServer().clock)
    feed.poller.read_clocks = watch.clock.read_all
    listening = asyncio.create_task(watch.listen())
    state = await watch.wait_for_state(lambda state: state.snapshot and len(state.snapshot.sessions) == 6)
    assert state.interval is None
    assert state.snapshot
    assert state.snapshot.as_of == NOON + timedelta(minutes=7)
    assert unseen_marks(state) == {99: NEW}
    assert alerted_runs(watch) == [99]
    assert ended == ["The recording ends here."]
    await watch.sleep(EIGHT_HOURS)
    assert (await watch.settle()).health.gap_count == 0, "sleep skips nothing in a recording"
    responses = watch.now.health.response_count
    assert feed.refresh(), "there is no response after the end"
    await asyncio.sleep(0.02)
    state = await watch.settle()
    assert (state.health.response_count, state.progress, state.problem) == (responses, None, "")
    listening.cancel()
    await asyncio.wait({listening})
