"""An opened run at work: its waits, its wrapped lines, and the XML that the server sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from seats import Seat, seated

from emtui import words
from emtui.em.errors import NotFound
from emtui.em.model import Outcome, Uid
from emtui.em.source import Source
from emtui.tui.log_words import wait_text
from emtui.tui.screens.detail import DetailScreen
from emtui.tui.screens.raw import MOST, RawPage
from emtui.tui.screens.text_viewer import TextScreen
from emtui.tui.widgets.paragraph import Paragraph


async def opened(seat: Seat, outcome: Outcome, kind: str = "") -> DetailScreen:
    """Open the newest run that went like this."""
    await seat.press("slash", *f"state:{outcome}{f' type:{kind}' if kind else ''}", "enter", "enter")
    await seat.until(lambda: isinstance(seat.page, DetailScreen) and seat.page.explanation is not None)
    assert isinstance(seat.page, DetailScreen)
    return seat.page


async def test_the_waits_of_a_run_stand_in_its_log_as_text_too() -> None:
    async with seated() as seat:
        page = await opened(seat, Outcome.FAILED, "collectjob")
        await seat.until(lambda: page.worst is not None)
        waits = [line for line in page.plain_text()().splitlines() if " longest of 5 good runs " in line]
        assert len(waits) == sum(wait.usual is not None for wait in page.waits) > 0
        await seat.press("s")
        slowest = page.query_one("#tail", Paragraph).render_line(0).text
        assert page.worst
        assert slowest.startswith(f"{words.duration(page.worst.step.lasted or timedelta())} in “")
        await seat.press("enter")
        assert isinstance(seat.page, TextScreen)
        assert "wait after event" in seat.line("title")
        assert seat.page.text == wait_text(page.worst)


async def test_the_next_run_is_wrapped_as_this_one_is() -> None:
    async with seated() as seat:
        first = await opened(seat, Outcome.FAILED)
        await seat.press("z", "left_square_bracket")
        await seat.until(lambda: isinstance(seat.page, DetailScreen) and seat.page is not first)
        assert isinstance(seat.page, DetailScreen)
        assert seat.page.events.wraps


@dataclass
class Telling:
    """A server as far as the page with the XML knows one: it says nothing until it is told what."""

    answer: asyncio.Future[str]
    server: str = "em01.example.net"

    async def session_xml(self, _: Uid) -> str:
        return await asyncio.shield(self.answer)

    async def events_xml(self, _: Uid) -> str:
        return "<Events>" + "x" * MOST + "</Events>"


async def test_asking_for_the_xml_is_stopped_by_esc_and_leaves_the_facts_where_they_were() -> None:
    async with seated() as seat:
        session = seat.listing.sessions.rows[0]
        asked = Telling(asyncio.get_running_loop().create_future())
        page = RawPage(DetailScreen(cast("Source", asked), session))
        await seat.app.push_screen(page)
        facts = page.text
        await seat.press("r")
        assert seat.line("foot") == "i asks the server for the XML of this run."
        await seat.press("i", "i")
        assert seat.line("foot") == "asking em01.example.net for the XML  Esc stops"
        await seat.press("escape")
        assert seat.line("foot") == "Stopped. i asks again."
        assert page.text == facts
        await seat.press("i")
        asked.answer.set_result("<a><b>1</b></a>")
        await seat.until(lambda: page.shows_xml)
        assert page.text.startswith("<a>\n<b>1</b>\n</a>\n\n<Events>xxx")
        assert page.text.endswith(f"emtui events {session.id} -o xml prints them all.")
        assert "100,000 of 100,017 characters" in page.text
        await seat.press("i", "i", "r")
        await seat.until(lambda: not page.busy)
        assert seat.line("title").endswith(", as XML")
        assert seat.line("top").endswith("as of 02:14:30 +00:00")


async def test_xml_that_cannot_be_had_is_one_sentence_above_the_facts() -> None:
    async with seated() as seat:
        asked = Telling(asyncio.get_running_loop().create_future())
        asked.answer.set_exception(NotFound("A recording has none."))
        page = RawPage(DetailScreen(cast("Source", asked), seat.listing.sessions.rows[0]))
        await seat.app.push_screen(page)
        facts = page.text
        await seat.press("i")
        await seat.until(lambda: page.trouble == "A recording has none.")
        assert page.text == facts
        await seat.press("escape", "escape")
        assert seat.page is seat.listing
