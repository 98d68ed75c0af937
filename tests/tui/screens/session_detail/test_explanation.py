"""What is said of an opened run while the server answers late, or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import cast

from tui_driver import TuiDriver, demo_app

from emtui.em.errors import SessionNotFoundError
from emtui.em.model import Log, Outcome, Session, Uid
from emtui.em.session_source import SessionSource


@dataclass
class PausedEventsSource:
    """A server that answers for one run, or says that it has gone; of others only once it is told to."""

    source: SessionSource
    uid: Uid
    is_gone: bool = False
    is_released: asyncio.Event = field(default_factory=asyncio.Event)
    server: str = "em01.example.net"
    skew: None = None

    async def session(self, uid: Uid) -> Session:
        return await self.source.session(uid)

    async def events(self, uid: Uid) -> Log:
        if uid != self.uid:
            await self.is_released.wait()
        elif self.is_gone:
            raise SessionNotFoundError("It has gone.")
        return await self.source.events(uid)


async def open_failed_run(ui: TuiDriver, *, is_gone: bool = False) -> PausedEventsSource:
    """Open the newest collection that failed; the server that its log comes from."""
    rows = ui.sessions()
    failed = next(run for run in rows if run.outcome is Outcome.FAILED and run.type == "CollectJob")
    server = PausedEventsSource(ui.source(), failed.uid, is_gone)
    await ui.open_from(cast("SessionSource", server), failed)
    return server


async def test_an_answer_that_fails_does_not_end_what_past_logs_are_asked_for() -> None:
    async with demo_app() as ui:
        server = await open_failed_run(ui)
        await ui.wait_for(lambda: ui.is_explained() and ui.slowest_wait() is None)
        server.is_gone = True
        await ui.press("r")
        await ui.wait_for(lambda: bool(ui.error_text()))
        server.is_released.set()
        await ui.wait_for(lambda: ui.slowest_wait() is not None)


async def test_a_log_that_comes_at_last_is_explained_before_past_logs_are() -> None:
    async with demo_app() as ui:
        server = await open_failed_run(ui, is_gone=True)
        await ui.wait_for(ui.is_explained)
        assert not ui.explains_servers()
        server.is_gone = False
        await ui.press("r")
        await ui.wait_for(lambda: ui.log() is not None)
        assert ui.explains_servers()


async def test_an_acknowledged_run_says_so_though_its_problem_was_dismissed() -> None:
    async with demo_app() as ui:
        await open_failed_run(ui, is_gone=True)
        await ui.wait_for(ui.is_explained)
        await ui.press("escape")
        assert not ui.error_text()
        await ui.press("m", *"INC1", "enter")
        await ui.wait_for(lambda: "INC1" in ui.facts())
