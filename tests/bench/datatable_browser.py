"""For comparison: the same list in Textual's own DataTable, without a server.

    python datatable_browser.py LIST.xml NOTE

Writes the time when it begins to parse to NOTE. Enter opens a session, q closes it, c changes one row.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import ClassVar

from lxml import etree
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import DataTable, Static

COLUMNS = ("State", "SessionType", "CreationTimeUTC", "EndTimeUTC", "Message")
NAMESPACE = "{http://www.veeam.com/ent/v1.0}"


def read_rows(body: bytes) -> list[tuple[str, ...]]:
    """The rows of the list, newest first."""
    parsed = etree.fromstring(body)
    values = [
        tuple(run.findtext(f".//{NAMESPACE}{name}", default="") for name in COLUMNS)
        for run in parsed.iter(f"{NAMESPACE}Sessions")
    ]
    return sorted(values, key=lambda row: row[2], reverse=True)


class SessionScreen(Screen[None]):
    """One session."""

    BINDINGS: ClassVar[list[BindingType]] = [("q", "app.pop_screen")]

    def __init__(self, row: tuple[str, ...]) -> None:
        super().__init__()
        self._row = row

    def compose(self) -> ComposeResult:
        for name, value in zip(COLUMNS, self._row, strict=True):
            yield Static(f"{name}: {value}", markup=False)


class DataTableBrowser(App[None]):
    """A table of all sessions."""

    BINDINGS: ClassVar[list[BindingType]] = [("c", "change")]

    def compose(self) -> ComposeResult:
        yield Static(id="first")
        yield DataTable[str](cursor_type="row")

    def on_mount(self) -> None:
        Path(sys.argv[2]).write_text(str(time.monotonic()))
        self._rows = read_rows(Path(sys.argv[1]).read_bytes())
        table = self.query_one(DataTable)
        table.add_columns(*COLUMNS)
        table.add_rows(self._rows)
        table.focus()
        self.query_one("#first", Static).update(f"{len(self._rows):,} rows")

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.push_screen(SessionScreen(self._rows[event.cursor_row]))

    def action_change(self) -> None:
        self.query_one(DataTable).update_cell_at((0, 4), "changed")  # type: ignore[arg-type] # (row, column)


if __name__ == "__main__":
    DataTableBrowser().run(mouse=False)
