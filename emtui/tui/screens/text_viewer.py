"""Full-screen text, such as a long message or the help."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.widget import Widget

from emtui.tui.context import AppContext
from emtui.tui.keymap import CommandScope
from emtui.tui.screens.base import BaseScreen
from emtui.tui.theme import BOLD
from emtui.tui.widgets.status_line import StatusLine
from emtui.tui.widgets.text_view import TextView


class TextScreen(BaseScreen):
    """A title and a scrollable text."""

    SCOPE: ClassVar[CommandScope] = CommandScope.TEXT_VIEWER

    def __init__(self, ctx: AppContext, title: str, text: str) -> None:
        super().__init__(ctx)
        self._heading = title
        self.text = text

    def compose_body(self) -> Iterable[Widget]:
        """The title and the text."""
        yield StatusLine(id="title")
        yield TextView(self.text)

    def on_mount(self) -> None:
        """Show the title."""
        self.query_one("#title", StatusLine).show([(self._heading, BOLD)])

    def on_virtual_list_cursor_moved(self) -> None:
        """Update the position in the footer."""
        self.show_footer()

    def hints(self) -> list[tuple[str, str]]:
        """Footer: paging only if there is more than one page."""
        back, *more = super().hints()
        return [back, *(more if self.position() else [])]

    def action_copy(self) -> None:
        """Copy the full text."""
        self.ctx.exporter.copy(self.text)

    def plain_text(self) -> Callable[[], str]:
        """The title and the text."""
        return lambda: f"{self._heading}\n\n{self.text}\n"

    def position(self) -> str:
        """`1–16 of 40 lines`."""
        return self.query_one(TextView).position
