"""Somebody at the list of the demo, whose server plays what it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx
from emtui.tui.screens.page import Page
from textual.pilot import Pilot

from emtui.demo.app import PASSWORD, USER, Settings, create_app
from emtui.demo.play import parse_plays
from emtui.demo.world import World
from emtui.em.address import Server, Trust
from emtui.em.client import Client
from emtui.em.proxy import Proxies
from emtui.em.secret import Secret
from emtui.local.connection import Connection
from emtui.local.remembered_logon import Remember
from emtui.tui.app import EmtuiApp
from emtui.tui.options import LaunchOptions
from emtui.tui.screens.login.screen import LoginScreen
from emtui.tui.screens.lookup import LookupScreen
from emtui.tui.widgets.status_line import StatusLine

NIGHT = datetime(2026, 11, 23, 2, 14, 30, tzinfo=UTC)
SERVER = Server("em01.example.net")
WORLD = World(1, NIGHT, 1000)


@dataclass(frozen=True)
class Seat:
    """A person at the list of the demo."""

    app: EmtuiApp
    pilot: Pilot[int]

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(600):
            if holds():
                return
            await self.pilot.pause(0.02)
        raise AssertionError("it never came to that:\n" + "\n".join(self.lines()))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    @property
    def page(self) -> Page:
        return self.app.page

    @property
    def listing(self) -> LookupScreen:
        screen = self.app.lookup_screen
        assert screen is not None
        return screen

    def line(self, name: str) -> str:
        """One line of the screen that is shown."""
        return self.page.query_one(f"#{name}", StatusLine).render_line(0).text.rstrip()

    def lines(self) -> list[str]:
        """All lines of the list itself, as painted."""
        return [strip.text.rstrip() for strip in self.listing.sessions.render_lines(self.page.size.region)]


@asynccontextmanager
async def seated(
    *plays: str,
    start: LaunchOptions | None = None,
    wait: bool = True,
    now: Callable[[], datetime] = lambda: NIGHT,
    size: tuple[int, int] = (80, 23),
) -> AsyncIterator[Seat]:
    """Somebody who has just logged on to the demo, which plays what is told, at that time."""
    demo = create_app(Settings(WORLD, now, parse_plays(list(plays))))
    client = await Client.connect(
        SERVER,
        USER,
        Secret(PASSWORD),
        trust=Trust(),
        proxies=Proxies(),
        transport=httpx.ASGITransport(demo),
        now=lambda: NIGHT,
    )
    connection = Connection(server=SERVER, user=USER, password=Secret(PASSWORD))
    start = start or LaunchOptions(connection, remember=False, at_once=False, now=now, zone=UTC)
    app = EmtuiApp(start)
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        await pilot.pause()
        app.post_message(LoginScreen.LoggedOn(client, connection, Remember.NO))
        seat = Seat(app, pilot)
        await seat.until(lambda: app.lookup_screen is not None and seat.listing.stands)
        if wait:
            await seat.until(lambda: bool(seat.listing.sessions.rows) and not seat.listing.progress)
        yield seat
    await client.close()


def ticking() -> Callable[[], datetime]:
    """A clock of which every reading is a second later."""
    seconds = count()
    return lambda: NIGHT + timedelta(seconds=next(seconds))


def a_view(**changes: str) -> LaunchOptions:
    """A start in a view of one's choice."""
    connection = Connection(server=SERVER, user=USER, password=Secret(PASSWORD))
    return LaunchOptions(
        connection,
        remember=False,
        at_once=False,
        now=ticking(),
        zone=UTC,
        query=changes.get("query", ""),
        order=changes.get("order"),
        target=changes.get("target"),
    )
