"""A wrapped text to scroll, without a cursor."""

from __future__ import annotations

from rich.style import Style
from textual.events import Resize
from textual.strip import Strip

from emtui import text_format
from emtui.tui.theme import PLAIN
from emtui.tui.widgets.styled_lines import StyledText, plain_lines, wrap_lines
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList


class TextView(VirtualList):
    """A wrapped text to scroll, without a visible cursor."""

    def __init__(self, text: str) -> None:
        super().__init__(id="text")
        self._text = plain_lines(text)
        self.filter_text = ""
        """Only lines that contain this are shown; see `set_filter`."""
        self._lines: list[StyledSpans] = []
        self._formatted_width = 0

    def show_text(self, text: str) -> None:
        """Show another text, from its beginning; the same text keeps its position."""
        self.show_styled(plain_lines(text))

    def show_styled(self, text: StyledText) -> None:
        """Show another text, from its beginning; the same text keeps its position."""
        if text != self._text:
            self._text = text
            self._format_again()

    def set_filter(self, text: str) -> None:
        """Show only lines that contain this text; all lines if it is empty."""
        self.filter_text = text
        self.empty_lines = (f"No line contains “{text}”.",) if text else ()
        self._format_again()

    def _format_again(self) -> None:
        """Show what `format_lines` returns now, from its beginning."""
        self._format()
        self.replace_rows(len(self._lines), 0, 0)

    def _format(self) -> None:
        self._formatted_width = self.size.width
        self._lines = self.format_lines(self._formatted_width)

    def format_lines(self, width: int) -> list[StyledSpans]:
        """Format all lines for this width in cells."""
        wanted = text_format.fold_text(self.filter_text)
        found = tuple(line for line in self._text if wanted in text_format.fold_text(line.text))
        return [[(" ", PLAIN), *spans] for spans in wrap_lines(found, max(width - 2, 1))]

    @property
    def cursor_style(self) -> Style | None:
        """No style: no row is selected."""
        return None

    def render_line(self, y: int) -> Strip:
        """Draw one line; the first frame comes before the first resize event, and must not be blank."""
        if not self._formatted_width:
            self._format_again()
        return super().render_line(y)

    def on_resize(self, _: Resize) -> None:
        """Wrap the text again, and stay at about the same part of it."""
        fraction = self.top / max(self.count, 1)
        self._format()
        top = round(fraction * len(self._lines))
        self.replace_rows(len(self._lines), top, top)

    @property
    def position(self) -> str:
        """Format `1–16 of 40 lines`; empty if all lines are visible."""
        if self.count <= self.window_height:
            return ""
        return f"{self.top + 1}–{min(self.top + self.window_height, self.count)} of {self.count} lines"

    def render_row(self, row: int, _width: int) -> StyledSpans:
        """Return one line."""
        return self._lines[row]

    def move_to(self, cursor: int, *, top: int | None = None) -> None:
        """Scroll the window to this line."""
        new_top = cursor if top is None else top
        self.top = self.cursor = max(min(new_top, self.count - self.window_height), 0)
        self.refresh()
        self.post_message(self.CursorMoved(self))
