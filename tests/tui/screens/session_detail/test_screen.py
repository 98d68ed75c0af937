"""The session screen: pauses, wrapped lines, and the XML from the server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import cast

from textual.events import Key
from tui_driver import TuiDriver, demo_app

from emtui.display_text.log_text import short_wait_text, wait_text
from emtui.em.errors import SessionNotFoundError
from emtui.em.model import Log, Outcome, Uid
from emtui.em.session_source import SessionSource


async def open_newest(ui: TuiDriver, outcome: Outcome, kind: str = "") -> None:
    """Open the newest run with this outcome."""
    await ui.press("slash", *f"state:{outcome}{f' type:{kind}' if kind else ''}", "enter", "enter")
    await ui.wait_for(ui.is_explained)


async def test_the_pauses_of_a_run_are_in_its_text_too() -> None:
    async with demo_app() as ui:
        await open_newest(ui, Outcome.FAILED, "collectjob")
        await ui.wait_for(lambda: ui.slowest_wait() is not None)
        waits = [line for line in ui.plain_text().splitlines() if " at most " in line]
        assert len(waits) == sum(wait.usual is not None for wait in ui.waits()) > 0
        await ui.press("s")
        worst = ui.slowest_wait()
        assert worst
        assert ui.detail().endswith(f"  Took {short_wait_text(worst)}.")
        await ui.press("enter")
        assert ui.screen_name() == "text_viewer"
        assert ", event 9, " in ui.title()
        assert ui.text() == f"{worst.step.message}\n\n{wait_text(worst)}"


async def test_wrapping_is_kept_for_the_next_run() -> None:
    async with demo_app() as ui:
        await open_newest(ui, Outcome.FAILED)
        first = ui.session()
        await ui.press("z", "left_square_bracket")
        await ui.wait_for(lambda: ui.screen_name() == "session_detail" and ui.session() != first)
        await ui.press("l")
        assert ui.footer().startswith("Nothing to scroll: long lines are wrapped.")


@dataclass
class XmlOnDemandSource:
    """A source for the XML screen whose response is `answer`, set by the test."""

    answer: asyncio.Future[str]
    server: str = "em01.example.net"
    skew: None = None

    async def events(self, _: Uid) -> Log:
        return Log(())

    async def session_xml(self, _: Uid) -> str:
        return await asyncio.shield(self.answer)

    async def events_xml(self, _: Uid) -> str:
        return "<Events>" + "x" * 100_000 + "</Events>"


async def test_esc_cancels_the_request_for_the_xml_and_keeps_the_fields() -> None:
    async with demo_app() as ui:
        session = ui.sessions()[0]
        asked = XmlOnDemandSource(asyncio.get_running_loop().create_future())
        await ui.open_raw_from(cast("SessionSource", asked), session)
        facts = ui.text()
        await ui.press("r")
        assert ui.footer() == "Press i to request the XML of this run."
        await ui.press("i", "i")
        assert ui.footer() == "Loading XML from em01.example.net … (Esc: cancel)"
        await ui.press("escape")
        assert ui.footer() == "Canceled. i: try again."
        assert ui.text() == facts
        await ui.press("i")
        asked.answer.set_result("<a><b>1</b></a>")
        await ui.wait_for(lambda: ui.title().endswith(", XML"))
        assert ui.text().startswith("<a>\n<b>1</b>\n</a>\n\n<Events>xxx")
        assert ui.text().endswith(f"characters shown. Print all: emtui events {session.id} -o xml")
        assert "100,000 of 100,017 characters" in ui.text()
        await ui.press("i", "i", "r")
        await ui.wait_for(lambda: not ui.is_requesting())
        assert ui.title().endswith(", XML")
        assert ui.top().endswith("as of 02:14:30 +00:00")


async def test_missing_xml_is_one_error_above_the_fields() -> None:
    async with demo_app() as ui:
        asked = XmlOnDemandSource(asyncio.get_running_loop().create_future())
        asked.answer.set_exception(SessionNotFoundError("A recording has none."))
        await ui.open_raw_from(cast("SessionSource", asked), ui.sessions()[0])
        facts = ui.text()
        await ui.press("i")
        await ui.wait_for(lambda: ui.error_text() == "A recording has none.")
        assert ui.text() == facts
        await ui.press("escape", "escape")
        assert ui.screen_name() == "session_list"


def type_in_one_piece(ui: TuiDriver, *keys: str) -> None:
    """Send keys as over a slow link: each arrives before the previous one took effect."""
    for key in keys:
        ui.send(Key(key, key if len(key) == 1 else None))


async def test_keys_that_arrive_together_with_a_search_use_it() -> None:
    async with demo_app() as ui:
        await open_newest(ui, Outcome.FAILED, "collectjob")
        type_in_one_piece(ui, "g", "slash", *"collect", "enter", "n")
        await ui.wait_for(lambda: "/ collect  2 of 8" in ui.search())
        type_in_one_piece(ui, "escape", "escape")
        await ui.wait_for(lambda: ui.screen_name() == "session_list")
