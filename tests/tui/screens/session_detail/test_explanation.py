"""The explanation of an opened run while the server responds late or not at all."""

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
    """Responds at once for one run, or that it is gone; for others only after `is_released`."""

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
    """Open the newest failed collection run; return the source of its log."""
    rows = ui.sessions()
    failed = next(run for run in rows if run.outcome is Outcome.FAILED and run.type == "CollectJob")
    server = PausedEventsSource(ui.source(), failed.uid, is_gone)
    await ui.open_from(cast("SessionSource", server), failed)
    return server


async def test_a_failed_refresh_does_not_stop_loading_past_logs() -> None:
    async with demo_app() as ui:
        server = await open_failed_run(ui)
        await ui.wait_for(lambda: ui.is_explained() and ui.slowest_wait() is None)
        server.is_gone = True
        await ui.press("r")
        await ui.wait_for(lambda: bool(ui.error_text()))
        server.is_released.set()
        await ui.wait_for(lambda: ui.slowest_wait() is not None)


async def test_a_log_received_late_is_explained_before_past_logs_are_loaded() -> None:
    async with demo_app() as ui:
        server = await open_failed_run(ui, is_gone=True)
        await ui.wait_for(ui.is_explained)
        assert not ui.explains_servers()
        server.is_gone = False
        await ui.press("r")
        await ui.wait_for(lambda: ui.log() is not None)
        assert ui.explains_servers()


async def test_an_acknowledgement_is_shown_after_the_error_was_dismissed() -> None:
    async with demo_app() as ui:
        await open_failed_run(ui, is_gone=True)
        await ui.wait_for(ui.is_explained)
        await ui.press("escape")
        assert not ui.error_text()
        await ui.press("m", *"INC1", "enter")
        await ui.wait_for(lambda: "INC1" in ui.facts())
