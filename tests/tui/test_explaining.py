"""What is said of an opened run while the server answers late, or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import cast

from seats import Seat, seated

from emtui.em.errors import NotFound
from emtui.em.model import Log, Outcome, Session, Uid
from emtui.em.source import Source
from emtui.tui.screens.detail import DetailScreen
from emtui.tui.widgets.key_value_list import KeyValueList


@dataclass
class Halting:
    """A server that answers for one run, or says that it has gone; of others only once it is told to."""

    real: Source
    uid: Uid
    gone: bool = False
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    server: str = "em01.example.net"

    async def session(self, uid: Uid) -> Session:
        return await self.real.session(uid)

    async def events(self, uid: Uid) -> Log:
        if uid != self.uid:
            await self.goes_on.wait()
        elif self.gone:
            raise NotFound("It has gone.")
        return await self.real.events(uid)


async def opened(seat: Seat, *, gone: bool = False) -> tuple[DetailScreen, Halting]:
    """The page of the newest collection that failed, and the server that it asks."""
    rows = seat.listing.sessions.rows
    failed = next(run for run in rows if run.outcome is Outcome.FAILED and run.type == "CollectJob")
    server = Halting(seat.listing.client, failed.uid, gone)
    page = DetailScreen(cast("Source", server), failed)
    await seat.app.push_screen(page)
    return page, server


def said(page: DetailScreen) -> str:
    pairs = page.query_one(KeyValueList)
    return "\n".join(pairs.render_line(y).text for y in range(pairs.size.height))


async def test_an_answer_that_fails_does_not_end_what_past_logs_are_asked_for() -> None:
    async with seated() as seat:
        page, server = await opened(seat)
        await seat.until(lambda: page.explanation is not None and page.worst is None)
        server.gone = True
        await seat.press("r")
        await seat.until(lambda: bool(page.trouble))
        server.goes_on.set()
        await seat.until(lambda: page.worst is not None)


async def test_a_log_that_comes_at_last_is_explained_before_past_logs_are() -> None:
    async with seated() as seat:
        page, server = await opened(seat, gone=True)
        await seat.until(lambda: page.explanation is not None)
        assert page.explanation
        assert not page.explanation.servers
        server.gone = False
        await seat.press("r")
        await seat.until(lambda: page.log_read is not None)
        assert page.explanation.servers


async def test_what_is_marked_as_known_says_so_though_the_trouble_was_taken_away() -> None:
    async with seated() as seat:
        page, _ = await opened(seat, gone=True)
        await seat.until(lambda: page.explanation is not None)
        await seat.press("escape")
        assert not page.trouble
        await seat.press("m", *"INC1", "enter")
        await seat.until(lambda: "INC1" in said(page))
