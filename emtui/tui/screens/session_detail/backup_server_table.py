"""Widget: table of the backup servers of a run, above its events."""

from __future__ import annotations

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from emtui.triage.backup_server_stats import BackupServerResult
from emtui.triage.finding_text import SERVERS_LABEL
from emtui.tui.screens.session_detail.backup_server_rows import server_rows
from emtui.tui.screens.session_detail.fact_list import LABEL_CELLS
from emtui.tui.theme import FAINT
from emtui.tui.widgets.virtual_list import StyledSpans, render_strip


class ServerTable(Widget):
    """At most `max_rows` rows next to the label of the servers; none without servers."""

    DEFAULT_CSS = "ServerTable { height: auto; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._servers: tuple[BackupServerResult, ...] = ()
        self._max_rows = 0

    def show(self, servers: tuple[BackupServerResult, ...], max_rows: int) -> None:
        """Show these servers."""
        if (servers, max_rows) != (self._servers, self._max_rows):
            self._servers, self._max_rows = servers, max_rows
            self.refresh(layout=True)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Number of rows."""
        return len(self._rows(width))

    def render_line(self, y: int) -> Strip:
        """One row; the first one has the label."""
        width = self.size.width
        rows = self._rows(width)
        label = SERVERS_LABEL if y == 0 and rows else ""
        return render_strip(
            [(f"  {label:<{LABEL_CELLS}}", FAINT), *(rows[y] if y < len(rows) else [])], width
        )

    def _rows(self, width: int) -> tuple[StyledSpans, ...]:
        return (
            server_rows(self._servers, max(width - LABEL_CELLS - 2, 1), self._max_rows)
            if self._max_rows
            else ()
        )
