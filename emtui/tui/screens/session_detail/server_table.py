"""A small table of the backup servers of a run, above its events."""

from __future__ import annotations

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from emtui.triage.backup_server_stats import ServerRow
from emtui.triage.finding_text import SERVERS
from emtui.tui.screens.session_detail.fact_list import LABEL
from emtui.tui.screens.session_detail.server_rows import server_rows
from emtui.tui.theme import FAINT
from emtui.tui.widgets.virtual_list import Pieces, strip_of


class ServerTable(Widget):
    """So many rows at most, beside the label that they have among the facts; none without servers."""

    DEFAULT_CSS = "ServerTable { height: auto; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._servers: tuple[ServerRow, ...] = ()
        self._most = 0

    def show(self, servers: tuple[ServerRow, ...], most: int) -> None:
        """Draw these from now on."""
        if (servers, most) != (self._servers, self._most):
            self._servers, self._most = servers, most
            self.refresh(layout=True)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """As many lines as there are rows."""
        return len(self._rows(width))

    def render_line(self, y: int) -> Strip:
        """One of the rows."""
        width = self.size.width
        rows = self._rows(width)
        label = SERVERS if y == 0 and rows else ""
        return strip_of([(f"  {label:<{LABEL}}", FAINT), *(rows[y] if y < len(rows) else [])], width)

    def _rows(self, width: int) -> tuple[Pieces, ...]:
        return server_rows(self._servers, max(width - LABEL - 2, 1), self._most) if self._most else ()
