"""A list of one-line rows with a cursor, of which a window is drawn.

It uses Textual's line API: moving the cursor repaints two lines, not the widget.
Rows are counted from 0; `top` is the first row of the window, below the heading.
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
from emtui.keys.tui_commands import CommandScope
from emtui.tui.terminal.bindings import KeymapHost, bindings_for, use_keymap
from emtui.tui.theme import CURSOR_TINT, FAINT, PLAIN

StyledSpans: TypeAlias = list[tuple[str, Style]]
MAX_STYLED_BLANKS = 16
WHEEL_ROWS = 3
"""Rows that one step of the mouse wheel scrolls."""


def render_strip(
    spans: StyledSpans, width: int, overlay: Style | None = None, overlay_cells: int | None = None
) -> Strip:
    """Render spans on a line of exactly `width` cells, as `text_format` counts them, under `overlay`.

    `overlay_cells` limits it to the first cells of the line.
    """
    if overlay is not None and overlay_cells is not None and overlay_cells < width:
        strip = render_strip(spans, width)
        start, rest = strip.divide([overlay_cells, width])
        return Strip.join([start.apply_style(overlay), rest])
    segments, room = [], width
    for text, style in spans:
        shown = text_format.clip(text_format.strip_ambiguous(text_format.join_lines(text)), room)
        segments.append(Segment(shown, style + overlay if overlay else style))
        room -= text_format.cell_width(shown)
    if room:
        segments.append(Segment(" " * room, overlay))
    return Strip(segments, width)


def join_blanks(spans: StyledSpans, next_style: Style) -> StyledSpans:
    """Give short blanks the style of the text after them, long ones none; `next_style` is that after all.

    A change of style costs about as many bytes as `MAX_STYLED_BLANKS` blanks, and blanks that stay as they
    were cost none.
    """
    joined: StyledSpans = []
    blank_count = 0
    for text, style in spans:
        core = text.strip(" ")
        if not core:
            blank_count += len(text)
            continue
        blank_count += len(text) - len(text.lstrip(" "))
        joined += [(_blanks(blank_count, style)), (core, style)]
        blank_count = len(text) - len(text.rstrip(" "))
    return [*joined, _blanks(blank_count, next_style)]


def _blanks(count: int, style: Style) -> tuple[str, Style]:
    return " " * count, style if count <= MAX_STYLED_BLANKS else PLAIN


class VirtualList(Widget, can_focus=True):
    """A list of `count` rows, which a subclass formats in `render_row`."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.NAVIGATION)
    HEADING_LINES: ClassVar[int] = 0

    class CursorMoved(Message):
        """The cursor has moved, or the rows have changed."""

        def __init__(self, sender: VirtualList) -> None:
            super().__init__()
            self.sender = sender

        @property
        def control(self) -> VirtualList:
            """The list that sent this message."""
            return self.sender

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.count = 0
        self.cursor = 0
        self.top = 0
        self.empty_lines: tuple[str, ...] = ()
        """Lines shown while there are no rows."""

    def on_mount(self) -> None:
        """Bind the configured keys."""
        app: object = self.app
        if isinstance(app, KeymapHost):
            use_keymap(self, app.keymap, CommandScope.NAVIGATION)

    # --- for subclasses ---------------------------------------------------------

    def render_row(self, row: int, width: int) -> StyledSpans:
        """Format a row; spans beyond `width` cells are cut off."""
        return [(str(row), PLAIN)][:width]

    def render_heading(self, width: int) -> Strip:
        """Draw the heading, if there is one."""
        return Strip.blank(width)

    @property
    def cursor_style(self) -> Style | None:
        """Background of the row under the cursor; the colors of the row stay."""
        return CURSOR_TINT

    def cursor_cells(self, width: int) -> int:
        """How many cells of the row under the cursor have `cursor_style`; fewer cost fewer bytes."""
        return width

    @property
    def stale_style(self) -> Style | None:
        """Style of all other rows, if the list is stale."""
        return None

    def apply_pending(self) -> None:
        """Apply postponed changes before a row is used; for subclasses."""

    # --- drawing ----------------------------------------------------------------

    @property
    def window_height(self) -> int:
        """Number of visible rows."""
        return max(self.size.height - self.HEADING_LINES, 1)

    def caret(self) -> Offset:
        """Screen position of the terminal's cursor: the start of the selected row."""
        return self.content_region.offset + Offset(0, self.cursor_line)

    @property
    def cursor_line(self) -> int:
        """Line of the widget on which the selected row is."""
        return max(min(self.cursor - self.top + self.HEADING_LINES, self.size.height - 1), 0)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the window."""
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
        """Draw a row."""
        spans = self.render_row(row, width)
        if row != self.cursor:
            return render_strip(spans, width, self.stale_style)
        return render_strip(spans, width, self.cursor_style, self.cursor_cells(width))

    def _render_empty(self, index: int, width: int) -> Strip:
        text = self.empty_lines[index] if 0 <= index < len(self.empty_lines) else ""
        if not text:
            return Strip.blank(width)
        return render_strip([("  " + text, FAINT)], width)

    def refresh_row(self, row: int) -> None:
        """Redraw this row, if it is visible."""
        self.refresh(Region(0, row - self.top + self.HEADING_LINES, self.size.width, 1))

    # --- moving -----------------------------------------------------------------

    def move_to(self, cursor: int, *, top: int | None = None) -> None:
        """Move the cursor to this row, or the nearest one, and scroll if needed."""
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
        """Draw `count` new rows, with this cursor and window."""
        self.count = count
        self.cursor = max(min(cursor, self.count - 1), 0)
        self.top = self._clamp_top(top)
        self.refresh()
        self.post_message(self.CursorMoved(self))

    def _clamp_top(self, top: int) -> int:
        """Return the top row nearest to `top` that keeps the cursor visible and the window filled."""
        top = min(top, max(self.count - self.window_height, 0))
        return max(min(top, self.cursor), self.cursor - self.window_height + 1, 0)

    def _move_by(self, rows: int) -> None:
        self.apply_pending()
        self.move_to(self.cursor + rows)

    def _scroll_by(self, rows: int) -> None:
        self.apply_pending()
        self.move_to(self.cursor + rows, top=max(self.top + rows, 0))

    def action_down(self) -> None:
        """Move one row down."""
        self._move_by(1)

    def action_up(self) -> None:
        """Move one row up."""
        self._move_by(-1)

    def action_page_down(self) -> None:
        """Move a page down, with one row of overlap."""
        self._scroll_by(max(self.window_height - 1, 1))

    def action_page_up(self) -> None:
        """Move a page up."""
        self._scroll_by(-max(self.window_height - 1, 1))

    def action_half_down(self) -> None:
        """Move half a page down."""
        self._scroll_by(max(self.window_height // 2, 1))

    def action_half_up(self) -> None:
        """Move half a page up."""
        self._scroll_by(-max(self.window_height // 2, 1))

    def action_top(self) -> None:
        """Move to the first row."""
        self.move_to(0)

    def action_bottom(self) -> None:
        """Move to the last row."""
        self.apply_pending()
        self.move_to(self.count - 1)

    # --- mouse and size ---------------------------------------------------------

    def on_resize(self, _: Resize) -> None:
        """Keep the cursor visible and the window filled."""
        self.top = self._clamp_top(self.top)
        self.refresh()

    def focus_on_click(self) -> bool:
        """Take no focus while a prompt is open."""
        return not self.screen.query("Prompt.-open")

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Scroll down."""
        event.stop()
        self._scroll_by(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Scroll up."""
        event.stop()
        self._scroll_by(-WHEEL_ROWS)

    def on_click(self, event: Click) -> None:
        """Select the clicked row; a click on the selected row acts as Enter."""
        row = self.top + event.y - self.HEADING_LINES
        if event.y < self.HEADING_LINES or row >= self.count:
            return
        if row == self.cursor:
            self.app.post_message(Key("enter", "\r"))
        else:
            self.move_to(row)
