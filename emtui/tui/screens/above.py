"""A page above the list that shows what is thought of it, and is kept up to date by it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from emtui import words
from emtui.tui.context import AppContext
from emtui.tui.screens.base import BaseScreen
from emtui.tui.theme import BOLD
from emtui.tui.widgets.virtual_list import Pieces

if TYPE_CHECKING:
    from emtui.monitor.assessment import Assessment


def titled(title: str, base: str, width: int) -> tuple[Pieces, Pieces]:
    """The line above the rows; where there is little room only the first part of what they rest on."""
    room = width - words.cells(title) - 2
    shown = base if words.cells(base) <= room else base.partition(",")[0]
    return [(title, BOLD)], [(shown, BOLD)]


class AboveTheList(BaseScreen):
    """A page that rests on the list beneath."""

    def __init__(self, ctx: AppContext) -> None:
        super().__init__(ctx)

    @property
    def assessment(self) -> Assessment | None:
        """What the list beneath says."""
        return self.ctx.assessment

    def show_thoughts(self) -> None:
        """Draw what the list beneath knows now."""

    def on_mount(self) -> None:
        """Show what is known."""
        self.show_thoughts()

    def judged(self) -> None:
        """Show the latest."""
        self.show_thoughts()

    def on_resize(self) -> None:
        """There is room for more, or for less."""
        self.show_thoughts()

    def as_of(self) -> datetime | None:
        """When the list was complete that this rests on."""
        snapshot = self.ctx.list_state.snapshot
        return snapshot.as_of if snapshot else None

    def watch_zone(self) -> None:
        """Other times everywhere."""
        super().watch_zone()
        self.show_thoughts()

    def action_ask(self) -> None:
        """Ask for the list now, and say here what the list beneath would say."""
        if self.ctx.list_state.is_requesting:
            self.say("Already asking for the list.")
        else:
            if feed := self.ctx.list_feed:
                feed.refresh()
            self.say("Asking for the list.")
