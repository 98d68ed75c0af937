"""A list of rows of one line each, with a cursor and a window onto the rows.

Drawn by Textual's line API: a moved cursor repaints two lines, not the widget.
Rows are counted from 0; `top` is the row on the first line of the window, below the heading.
"""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Click, Key, MouseScrollDown, MouseScrollUp, Resize
from textual.geometry import Offset, Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from emtui import text_format
from emtui.tui.commands import CommandScope, bindings_for
from emtui.tui.theme import CURSOR_STYLE, FAINT, PLAIN

StyledSpans: TypeAlias = list[tuple[str, Style]]
WHEEL_ROWS = 3
"""Rows that one step of the mouse wheel scrolls."""


def render_strip(spans: StyledSpans, width: int, overlay: Style | None = None) -> Strip:
    """One line of exactly `width` cells, as `text_format` counts them; `over` is laid over all of it."""
    segments, room = [], width
    for text, style in spans:
        shown = text_format.clip(text_format.strip_ambiguous(text_format.join_lines(text)), room)
        segments.append(Segment(shown, style + overlay if overlay else style))
        room -= text_format.cell_width(shown)
    if room:
        segments.append(Segment(" " * room, overlay))
    return Strip(segments, width)


class VirtualList(Widget, can_focus=True):
    """A list of `count` rows, which a subclass draws one by one in `render_row`."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.NAVIGATION)
    HEADING_LINES: ClassVar[int] = 0

    class CursorMoved(Message):
        """The cursor is on another row, or the rows have changed beneath it."""

        def __init__(self, sender: VirtualList) -> None:
            super().__init__()
            self.sender = sender

        @property
        def control(self) -> VirtualList:
            """The list that this is about."""
            return self.sender

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.count = 0
        self.cursor = 0
        self.top = 0
        self.empty_lines: tuple[str, ...] = ()
        """The lines that are shown while there are no rows."""

    # --- for subclasses ---------------------------------------------------------

    def render_row(self, row: int, width: int) -> StyledSpans:
        """The row at this place; what is wider than `width` cells is cut off."""
        return [(str(row), PLAIN)][:width]

    def render_heading(self, width: int) -> Strip:
        """The line above the rows, if there is one."""
        return Strip.blank(width)

    @property
    def cursor_style(self) -> Style | None:
        """The style that is laid over the row under the cursor."""
        return CURSOR_STYLE

    @property
    def stale_style(self) -> Style | None:
        """The style that is laid over every other row."""
        return None

    def apply_pending(self) -> None:
        """Carry out what was postponed, before something is done to a row; a subclass knows what."""

    # --- drawing ----------------------------------------------------------------

    @property
    def window_height(self) -> int:
        """How many rows can be seen at once."""
        return max(self.size.height - self.HEADING_LINES, 1)

    def caret(self) -> Offset:
        """Where on the screen the terminal's cursor belongs: at the beginning of the selected row."""
        return self.content_region.offset + Offset(0, self.cursor_line)

    @property
    def cursor_line(self) -> int:
        """The line of this widget on which the row under the cursor is."""
        return max(min(self.cursor - self.top + self.HEADING_LINES, self.size.height - 1), 0)

    def render_line(self, y: int) -> Strip:
        """One line of the window."""
        width = self.size.width
        if y < self.HEADING_LINES:
            return self.render_heading(width)
        row = self.top + y - self.HEADING_LINES
        if self.count == 0:
            return self._render_empty(y - self.HEADING_LINES - 1, width)
        if row >= self.count:
            return Strip.blank(width)
        return self.render_row_strip(row, width)

    def render_row_strip(self, row: int, width: int) -> Strip:
        """The line of this row, as it is painted."""
        style = self.cursor_style if row == self.cursor else self.stale_style
        return render_strip(self.render_row(row, width), width, style)

    def _render_empty(self, index: int, width: int) -> Strip:
        text = self.empty_lines[index] if 0 <= index < len(self.empty_lines) else ""
        return render_strip([("  " + text, FAINT)], width)

    def refresh_row(self, row: int) -> None:
        """Draw this row again, if it can be seen."""
        self.refresh(Region(0, row - self.top + self.HEADING_LINES, self.size.width, 1))

    # --- moving -----------------------------------------------------------------

    def move_to(self, cursor: int, *, top: int | None = None) -> None:
        """Put the cursor on this row, or the nearest there is, and the window around it."""
        old_cursor, old_top = self.cursor, self.top
        self.cursor = max(min(cursor, self.count - 1), 0)
        self.top = self._clamp_top(self.top if top is None else top)
        if self.top != old_top:
            self.refresh(self.size.region)
        elif self.cursor != old_cursor:
            self.refresh_row(old_cursor)
            self.refresh_row(self.cursor)
        if self.cursor != old_cursor:
            self.post_message(self.CursorMoved(self))

    def replace_rows(self, count: int, cursor: int, top: int) -> None:
        """There are `count` other rows: draw them, with this cursor and window."""
        self.count = count
        self.cursor = max(min(cursor, self.count - 1), 0)
        self.top = self._clamp_top(top)
        self.refresh()
        self.post_message(self.CursorMoved(self))

    def _clamp_top(self, top: int) -> int:
        """The nearest window to `top` that holds the cursor and leaves no lines empty in vain."""
        top = min(top, max(self.count - self.window_height, 0))
        return max(min(top, self.cursor), self.cursor - self.window_height + 1, 0)

    def _move_by(self, rows: int) -> None:
        self.apply_pending()
        self.move_to(self.cursor + rows)

    def _scroll_by(self, rows: int) -> None:
        self.apply_pending()
        self.move_to(self.cursor + rows, top=max(self.top + rows, 0))

    def action_down(self) -> None:
        """One row down."""
        self._move_by(1)

    def action_up(self) -> None:
        """One row up."""
        self._move_by(-1)

    def action_page_down(self) -> None:
        """A page down: the last line becomes the first but one."""
        self._scroll_by(max(self.window_height - 1, 1))

    def action_page_up(self) -> None:
        """A page up."""
        self._scroll_by(-max(self.window_height - 1, 1))

    def action_half_down(self) -> None:
        """Half a page down."""
        self._scroll_by(max(self.window_height // 2, 1))

    def action_half_up(self) -> None:
        """Half a page up."""
        self._scroll_by(-max(self.window_height // 2, 1))

    def action_top(self) -> None:
        """To the first row."""
        self.move_to(0)

    def action_bottom(self) -> None:
        """To the last row."""
        self.apply_pending()
        self.move_to(self.count - 1)

    # --- mouse and size ---------------------------------------------------------

    def on_resize(self, _: Resize) -> None:
        """Keep the cursor in the window, and the window on the rows there are."""
        self.top = self._clamp_top(self.top)
        self.refresh()

    def focus_on_click(self) -> bool:
        """Not while somebody types in the prompt: Enter, or a second click, ends that."""
        return not self.screen.query("Prompt.-open")

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Some rows down."""
        event.stop()
        self._scroll_by(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Some rows up."""
        event.stop()
        self._scroll_by(-WHEEL_ROWS)

    def on_click(self, event: Click) -> None:
        """The cursor goes there; where it is already, this is Enter."""
        row = self.top + event.y - self.HEADING_LINES
        if event.y < self.HEADING_LINES or row >= self.count:
            return
        if row == self.cursor:
            self.app.post_message(Key("enter", "\r"))
        else:
            self.move_to(row)
