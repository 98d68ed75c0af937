"""Full-screen text, such as a long message or the help; `/` shows only lines with a text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from emtui.keys.tui_commands import CommandScope
from emtui.tui.context import AppContext
from emtui.tui.screens.base import BaseScreen
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import BOLD, PLAIN
from emtui.tui.widgets.prompt import Prompt
from emtui.tui.widgets.text_view import TextView
from emtui.tui.widgets.title_rule import TitleRule, shorten_title


class TextScreen(BaseScreen):
    """A title and a scrollable text."""

    SCOPE: ClassVar[CommandScope] = CommandScope.TEXT_VIEWER
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.TEXT_VIEWER)

    def __init__(self, ctx: AppContext, title: str, text: str, view: TextView | None = None) -> None:
        """`view` shows the text in another way, such as the help in columns."""
        super().__init__(ctx)
        self._heading = title
        self.text = text
        self._view = view or TextView(text)

    def compose_body(self) -> Iterable[Widget]:
        """The title and the text, and the line for the filter."""
        yield TitleRule(id="title")
        yield self._view
        yield Prompt(self._set_filter, self._finish_filter, self.is_low_bandwidth, id="prompt")

    def show_body(self) -> None:
        """Show the title, and the position in the text."""
        note = self._view.position
        filter_text = f"  with “{self._view.filter_text}”" if self._view.filter_text else ""
        title = shorten_title([(self._heading, BOLD), (filter_text, PLAIN)], note, self.size.width)
        self.query_one(TitleRule).show(title, [(note, PLAIN)] if note else [])

    def on_virtual_list_cursor_moved(self) -> None:
        """Update the position, and the hint about further pages."""
        self.show_body()
        self.show_footer()

    def hints(self) -> list[tuple[str, str]]:
        """Footer: paging only if there is more than one page."""
        hints, more = super().hints(), self.ctx.keymap.find("page_down", self.SCOPE).footer_label
        if self._active_prompt() or self._view.position:
            return hints
        return [hint for hint in hints if hint[1] != more]

    def action_filter(self) -> None:
        """Show only lines that contain what is typed; Esc shows all lines again."""
        self.query_one(Prompt).open(self._view.filter_text, "")
        self.show_footer()

    def _set_filter(self, text: str) -> None:
        if text != self._view.filter_text:
            self._view.set_filter(text)
            self.show_body()

    async def _finish_filter(self, text: str, *, accepted: bool) -> None:  # noqa: ARG002 - Esc clears it
        self.query_one(Prompt).close()
        self.set_focus(None)
        self._set_filter(text)
        self.show_footer()

    def action_cancel(self) -> None:
        """Escape: clear the filter, or go back."""
        if self._view.filter_text:
            self._set_filter("")
        else:
            super().action_cancel()

    def action_copy(self) -> None:
        """Copy the full text."""
        self.ctx.exporter.copy(self.text)

    def plain_text(self) -> Callable[[], str]:
        """The title and the text."""
        return lambda: f"{self._heading}\n\n{self.text}\n"
