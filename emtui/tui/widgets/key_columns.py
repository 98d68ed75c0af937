"""The keys of a screen in columns, to scroll and to filter."""

from __future__ import annotations

from emtui.tui.formatting.key_help import HelpSection, filter_help, help_columns
from emtui.tui.widgets.text_view import TextView
from emtui.tui.widgets.virtual_list import StyledSpans


class KeyColumns(TextView):
    """Sections of keys, in as many columns as fit."""

    def __init__(self, sections: tuple[HelpSection, ...]) -> None:
        super().__init__("")
        self._sections = sections

    def format_lines(self, width: int) -> list[StyledSpans]:
        """Lay out the sections that have the filter's text."""
        return help_columns(filter_help(self._sections, self.filter_text), width)
