"""How many rows are worked out and drawn: those that changed, however long the list is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import ClassVar

from textual.app import App, ComposeResult

from emtui.em.model import Session, uid_of
from emtui.lookup import parse
from emtui.monitor.snapshot import Snapshot
from emtui.tui.widgets.lines import Pieces
from emtui.tui.widgets.session_list import SessionList

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WINDOW = 20
LONG = tuple(
    Session(
        uid_of(f"{number:08x}-0000-4000-8000-000000000000"),
        started=NOON - timedelta(minutes=number),
        type="A",
    )
    for number in range(5_000)
)


class Counted(SessionList):
    """Counts the rows that it draws."""

    HEADING: ClassVar[int] = 1
    drawn = 0

    def row(self, place: int, width: int) -> Pieces:
        self.drawn += 1
        return super().row(place, width)

    def since(self) -> int:
        """How many since the last time this was asked."""
        drawn, self.drawn = self.drawn, 0
        return drawn


class Stage(App[None]):
    """Nothing but the list."""

    def compose(self) -> ComposeResult:
        yield Counted()


async def test_what_is_drawn_is_what_changed() -> None:
    app = Stage()
    async with app.run_test(size=(80, WINDOW + 1)) as pilot:
        listed = app.query_one(Counted)
        listed.zone = UTC
        listed.snapshot = Snapshot(LONG, NOON)
        await pilot.pause()
        listed.since()
        listed.action_down()
        await pilot.pause()
        assert listed.since() == 2
        listed.action_page_down()
        await pilot.pause()
        assert listed.since() == WINDOW
        listed.wanted = parse("type:A", now=NOON, zone=UTC)
        await pilot.pause()
        assert listed.since() == WINDOW
