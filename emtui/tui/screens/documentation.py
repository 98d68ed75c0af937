"""Screen: the pages of the documentation, to choose one to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from emtui import text_format
from emtui.keys.tui_commands import CommandScope
from emtui.local.doc_pages import list_pages
from emtui.tui.context import AppContext
from emtui.tui.screens.base import BaseScreen
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import ACCENT_STYLE, BOLD, CURSOR_MARK, PLAIN
from emtui.tui.widgets.title_rule import TitleRule
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList

_GAP = 2


class PageList(VirtualList):
    """The pages with what each is for."""

    def __init__(self) -> None:
        super().__init__(id="pages")
        self.pages = list_pages()
        self.count = len(self.pages)
        self._title_cells = max(text_format.cell_width(page.title) for page in self.pages) + _GAP

    def render_row(self, row: int, width: int) -> StyledSpans:
        """Title, and when to read the page."""
        page = self.pages[row]
        mark = f"{CURSOR_MARK} " if row == self.cursor else "  "
        purpose = text_format.truncate(page.purpose.replace("`", ""), max(width - 2 - self._title_cells, 0))
        return [(mark, ACCENT_STYLE), (f"{page.title:<{self._title_cells}}", BOLD), (purpose, PLAIN)]

    def cursor_cells(self, width: int) -> int:
        """The mark and the title."""
        return min(width, 2 + self._title_cells)


class DocumentationScreen(BaseScreen):
    """The list of pages; Enter opens one."""

    SCOPE: ClassVar[CommandScope] = CommandScope.DOCUMENTATION
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.DOCUMENTATION)

    def __init__(self, ctx: AppContext) -> None:
        super().__init__(ctx)
        self._pages = PageList()

    def compose_body(self) -> Iterable[Widget]:
        """The title and the pages."""
        yield TitleRule(id="title")
        yield self._pages

    def show_body(self) -> None:
        """Show the title."""
        self.query_one(TitleRule).show([("Documentation", BOLD)])

    def action_open(self) -> None:
        """Open the page under the cursor."""
        self.ctx.navigator.open_documentation_page(self._pages.pages[self._pages.cursor])
