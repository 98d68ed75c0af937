"""The list service: what continues when another list replaces the current one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC
from typing import Any, cast

from list_feed_driver import FakeListServer

from emtui.display_text.display_clock import DisplayClock
from emtui.em.session_source import SessionSource
from emtui.local.knowledge_base import KnowledgeBase
from emtui.monitor.list_feed import ListFeed
from emtui.tui.services.list_service import ListService


class FakeAppHost:
    """A host that runs workers as tasks and ignores messages."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []

    def start_worker(self, work: Coroutine[object, object, None], *_: object, **__: object) -> object:
        self.tasks.append(asyncio.create_task(cast("Coroutine[Any, Any, None]", work)))
        return self.tasks[-1]


class FakeNavigator:
    """A navigator that shows nothing."""

    def show_list(self, feed: ListFeed) -> None:
        self.feed = feed

    async def close_all(self) -> None:
        del self.feed


async def test_the_list_of_another_server_continues_pending_alerts() -> None:
    made: list[tuple[ListFeed, ListFeed | None]] = []

    def make_feed(source: SessionSource, before: ListFeed | None) -> ListFeed:
        policy = before.alert_policy if before else None
        made.append((ListFeed(source, lambda: KnowledgeBase(None), alert_policy=policy), before))
        return made[-1][0]

    host, clock = FakeAppHost(), DisplayClock(FakeListServer().clock.now, UTC, None, lambda _: None)
    lists = ListService(
        cast("Any", host), clock, cast("Any", None), cast("Any", FakeNavigator()), make_feed, print
    )
    lists.show_list(cast("SessionSource", FakeListServer()))
    await lists.close_all()
    assert lists.feed is None
    lists.show_list(cast("SessionSource", FakeListServer()))
    (first, before), (second, last) = made
    assert before is None
    assert last is first
    assert second.alert_policy is first.alert_policy
    for task in host.tasks:
        task.cancel()
    await asyncio.gather(*host.tasks, return_exceptions=True)
