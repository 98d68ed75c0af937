"""What is said of an opened run while the server answers late, or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import cast

from tui_driver import TuiDriver, demo_app

from emtui.em.errors import NotFound
from emtui.em.model import Log, Outcome, Session, Uid
from emtui.em.session_source import Source


@dataclass
class Halting:
    """A server that answers for one run, or says that it has gone; of others only once it is told to."""

    real: Source
    uid: Uid
    gone: bool = False
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    server: str = "em01.example.net"
    skew: None = None

    async def session(self, uid: Uid) -> Session:
        return await self.real.session(uid)

    async def events(self, uid: Uid) -> Log:
        if uid != self.uid:
            await self.goes_on.wait()
        elif self.gone:
            raise NotFound("It has gone.")
        return await self.real.events(uid)


async def opened(ui: TuiDriver, *, gone: bool = False) -> Halting:
    """Open the newest collection that failed; the server that its log comes from."""
    rows = ui.sessions()
    failed = next(run for run in rows if run.outcome is Outcome.FAILED and run.type == "CollectJob")
    server = Halting(ui.source(), failed.uid, gone)
    await ui.open_from(cast("Source", server), failed)
    return server


async def test_an_answer_that_fails_does_not_end_what_past_logs_are_asked_for() -> None:
    async with demo_app() as ui:
        server = await opened(ui)
        await ui.wait_for(lambda: ui.is_explained() and ui.slowest_wait() is None)
        server.gone = True
        await ui.press("r")
        await ui.wait_for(lambda: bool(ui.trouble()))
        server.goes_on.set()
        await ui.wait_for(lambda: ui.slowest_wait() is not None)


async def test_a_log_that_comes_at_last_is_explained_before_past_logs_are() -> None:
    async with demo_app() as ui:
        server = await opened(ui, gone=True)
        await ui.wait_for(ui.is_explained)
        assert not ui.explains_servers()
        server.gone = False
        await ui.press("r")
        await ui.wait_for(lambda: ui.log() is not None)
        assert ui.explains_servers()


async def test_what_is_marked_as_known_says_so_though_the_trouble_was_taken_away() -> None:
    async with demo_app() as ui:
        await opened(ui, gone=True)
        await ui.wait_for(ui.is_explained)
        await ui.press("escape")
        assert not ui.trouble()
        await ui.press("m", *"INC1", "enter")
        await ui.wait_for(lambda: "INC1" in ui.facts())
