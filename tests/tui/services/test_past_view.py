"""The list at an earlier time: shown until it is ended, while the feed goes on polling."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from list_feed_driver import RUNS, FakeListServer, FeedDriver, running_feed
from snapshot_factory import numbered_run

from emtui.display_text.display_clock import DisplayClock
from emtui.monitor.list_feed import ListState
from emtui.tui.services.past_view import PAST_SHOWN, PastView

THEN = RUNS[2].started or datetime.max.replace(tzinfo=UTC)
"""The start of the middle run: three of the five had started."""


class View:
    """A past view of a feed, and the states that it shows."""

    def __init__(self, driver: FeedDriver) -> None:
        self.driver = driver
        self.clock = DisplayClock(driver.clock.now, UTC, None, lambda _: None)
        self.view = PastView(cast("Any", self), self.clock, lambda: self.driver.feed, self._on_changed)
        self.change_count = 0
        self.tasks: list[asyncio.Task[None]] = []
        self.messages: list[str] = []

    def start_worker(self, work: Coroutine[Any, Any, None], *_: object, **__: object) -> asyncio.Task[None]:
        self.tasks.append(asyncio.create_task(work))
        return self.tasks[-1]

    def say(self, text: str) -> None:
        self.messages.append(text)

    def _on_changed(self) -> None:
        self.change_count += 1

    async def show(self, moment: datetime) -> ListState:
        self.view.show(moment)
        return await self.settle()

    async def settle(self) -> ListState:
        for task in self.tasks:
            await task
        return self.view.apply(self.driver.feed.state)


async def test_the_list_is_shown_as_it_stood_then() -> None:
    async with running_feed(FakeListServer()) as driver:
        await driver.settle()
        view = View(driver)
        assert view.view.apply(driver.now) is driver.now
        state = await view.show(THEN)
        assert state.snapshot
        assert [run.uid for run in state.snapshot.sessions] == [run.uid for run in RUNS[2:]]
        assert state.assessment
        assert state.assessment.snapshot is state.snapshot
        assert state.past_time == view.clock.server_now == THEN
        assert not state.unseen


async def test_polling_goes_on_and_new_runs_are_not_shown() -> None:
    async with running_feed(FakeListServer()) as driver:
        await driver.settle()
        view = View(driver)
        before = await view.show(THEN)
        driver.server.sessions_now = (numbered_run(99, "Failed"), *RUNS)
        newest = await driver.poll()
        view.view.update()
        after = await view.settle()
        assert view.messages == [PAST_SHOWN], "said once, not with each poll"
        assert newest.snapshot
        assert len(newest.snapshot.sessions) == len(RUNS) + 1
        assert before.snapshot
        assert after.snapshot
        assert after.snapshot.sessions == before.snapshot.sessions
        assert after.health.response_count == before.health.response_count + 1


async def test_a_run_that_ends_meanwhile_is_still_running_in_the_earlier_list() -> None:
    running = numbered_run(99, "InProgress")
    server = FakeListServer(sessions_now=(running, *RUNS))
    async with running_feed(server) as driver:
        await driver.settle()
        view = View(driver)
        moment = (running.started or THEN) + timedelta(seconds=10)
        assert (await view.show(moment)).snapshot
        server.sessions_now = (numbered_run(99, "Failed"), *RUNS)
        await driver.poll()
        view.view.update()
        state = await view.settle()
        assert state.snapshot
        assert state.snapshot.sessions[0].is_running


async def test_the_newest_list_is_shown_again_at_the_end() -> None:
    async with running_feed(FakeListServer()) as driver:
        await driver.settle()
        view = View(driver)
        await view.show(THEN)
        changes = view.change_count
        assert view.view.end()
        assert view.change_count == changes + 1
        assert view.view.apply(driver.feed.state) is driver.feed.state
        assert view.clock.past_time is None
        assert not view.view.end()


async def test_an_update_without_a_new_assessment_does_nothing() -> None:
    async with running_feed(FakeListServer()) as driver:
        await driver.settle()
        view = View(driver)
        await view.show(THEN)
        tasks = len(view.tasks)
        view.view.update()
        assert len(view.tasks) == tasks


async def test_what_is_still_assessed_is_not_shown_after_the_end() -> None:
    async with running_feed(FakeListServer()) as driver:
        await driver.settle()
        view = View(driver)
        await view.show(THEN)
        driver.server.sessions_now = (numbered_run(99, "Failed"), *RUNS)
        await driver.poll()
        view.view.update()
        assert view.view.end()
        state = await view.settle()
        assert state is driver.feed.state, "not the earlier list, by itself, after the newest was asked for"
        assert view.clock.past_time is None
        view.view.show(THEN)
        view.view.end()
        assert (await view.settle()).past_time is None, "nor one that was never shown"


async def test_a_list_of_another_server_is_not_shown_at_the_time_of_the_former() -> None:
    async with running_feed(FakeListServer()) as driver, running_feed(FakeListServer()) as other:
        await driver.settle()
        await other.settle()
        view = View(driver)
        view.view.show(THEN)
        view.driver = other
        assert (await view.settle()) is other.feed.state
        assert view.clock.past_time is None


async def test_a_later_choice_of_time_holds_although_a_new_list_arrives() -> None:
    async with running_feed(FakeListServer()) as driver:
        await driver.settle()
        view = View(driver)
        await view.show(THEN)
        driver.server.sessions_now = (numbered_run(99, "Failed"), *RUNS)
        await driver.poll()
        other = RUNS[3].started
        assert other
        view.view.show(other)
        view.view.update()
        assert (await view.settle()).past_time == other
