"""Rows of one line each, a cursor, and a window onto them.

Drawn by Textual's line API: a moved cursor repaints two lines, not the widget.
Positions are indexes from 0; `top` is the row on the first line of the window,
below the heading.
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

from emtui import words
from emtui.tui.commands import Place, bindings
from emtui.tui.theme import FAINT, HERE, PLAIN

Pieces: TypeAlias = list[tuple[str, Style]]
WHEEL_ROWS = 3
"""Rows that a step of the mouse wheel moves."""


def strip_of(pieces: Pieces, width: int, over: Style | None = None) -> Strip:
    """One line of exactly `width` cells, as `words` counts them; `over` is laid over all of it."""
    segments, room = [], width
    for text, style in pieces:
        shown = words.clipped(words.for_terminal(words.one_line(text)), room)
        segments.append(Segment(shown, style + over if over else style))
        room -= words.cells(shown)
    if room:
        segments.append(Segment(" " * room, over))
    return Strip(segments, width)


class Lines(Widget, can_focus=True):
    """A list of `count` rows, which a subclass draws one by one in `row`."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.MOVING)
    HEADING: ClassVar[int] = 0

    class Moved(Message):
        """The cursor stands on another row, or the rows have changed beneath it."""

        def __init__(self, lines: Lines) -> None:
            super().__init__()
            self.lines = lines

        @property
        def control(self) -> Lines:
            """The list that this is about."""
            return self.lines

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.count = 0
        self.cursor = 0
        self.top = 0
        self.empty: tuple[str, ...] = ()

    def row(self, place: int, width: int) -> Pieces:
        """The row at this place; what is wider than `width` cells is cut off."""
        return [(str(place), PLAIN)][:width]

    def heading(self, width: int) -> Strip:
        """The line above the rows, if there is one."""
        return Strip.blank(width)

    @property
    def bar(self) -> Style | None:
        """What is laid over the row under the cursor."""
        return HERE

    @property
    def veil(self) -> Style | None:
        """What is laid over every other row."""
        return None

    @property
    def window(self) -> int:
        """How many rows can be seen at once."""
        return max(self.size.height - self.HEADING, 1)

    def caret(self) -> Offset:
        """Where on the screen the terminal's cursor belongs: at the beginning of the selected row."""
        line = max(min(self.cursor - self.top + self.HEADING, self.size.height - 1), 0)
        return self.content_region.offset + Offset(0, line)

    def render_line(self, y: int) -> Strip:
        """One line of the window."""
        width = self.size.width
        if y < self.HEADING:
            return self.heading(width)
        place = self.top + y - self.HEADING
        if self.count == 0:
            return self._empty_line(y - self.HEADING - 1, width)
        if place >= self.count:
            return Strip.blank(width)
        here = place == self.cursor
        return strip_of(self.row(place, width), width, self.bar if here else self.veil)

    def _empty_line(self, number: int, width: int) -> Strip:
        text = self.empty[number] if 0 <= number < len(self.empty) else ""
        return strip_of([("  " + text, FAINT)], width)

    def go(self, cursor: int, *, top: int | None = None) -> None:
        """Put the cursor on this row, or the nearest there is, and the window around it."""
        old, old_top = self.cursor, self.top
        self.cursor = max(min(cursor, self.count - 1), 0)
        self.top = self._window_for(self.top if top is None else top)
        if self.top != old_top:
            self.refresh()
        elif self.cursor != old:
            self._repaint(old)
            self._repaint(self.cursor)
        if self.cursor != old:
            self.post_message(self.Moved(self))

    def renew(self, count: int, cursor: int, top: int) -> None:
        """There are `count` other rows: draw them, with the cursor and the window as told."""
        self.count = count
        self.cursor = max(min(cursor, self.count - 1), 0)
        self.top = self._window_for(top)
        self.refresh()
        self.post_message(self.Moved(self))

    def _window_for(self, top: int) -> int:
        """The nearest window to `top` that holds the cursor and leaves no lines empty in vain."""
        top = min(top, max(self.count - self.window, 0))
        return max(min(top, self.cursor), self.cursor - self.window + 1, 0)

    def _repaint(self, place: int) -> None:
        self.refresh(Region(0, place - self.top + self.HEADING, self.size.width, 1))

    def on_resize(self, _: Resize) -> None:
        """Keep the cursor in the window, and the window on the rows there are."""
        self.top = self._window_for(self.top)
        self.refresh()

    def focus_on_click(self) -> bool:
        """Not while somebody types in the prompt: Enter, or a second click, ends that."""
        return not any(prompt.display for prompt in self.screen.query("Prompt"))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Some rows down."""
        event.stop()
        self._turn(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Some rows up."""
        event.stop()
        self._turn(-WHEEL_ROWS)

    def on_click(self, event: Click) -> None:
        """The cursor goes there; where it stands already, this is Enter."""
        place = self.top + event.y - self.HEADING
        if event.y < self.HEADING or place >= self.count:
            return
        if place == self.cursor:
            self.app.post_message(Key("enter", "\r"))
        else:
            self.go(place)

    def action_down(self) -> None:
        """One row down."""
        self._move(1)

    def action_up(self) -> None:
        """One row up."""
        self._move(-1)

    def action_page_down(self) -> None:
        """A page down: the last line becomes the first but one."""
        self._turn(max(self.window - 1, 1))

    def action_page_up(self) -> None:
        """A page up."""
        self._turn(-max(self.window - 1, 1))

    def action_half_down(self) -> None:
        """Half a page down."""
        self._turn(max(self.window // 2, 1))

    def action_half_up(self) -> None:
        """Half a page up."""
        self._turn(-max(self.window // 2, 1))

    def settle(self) -> None:
        """Carry out what was put off, before something is done to a row; a subclass knows what."""

    def _move(self, by: int) -> None:
        self.settle()
        self.go(self.cursor + by)

    def _turn(self, by: int) -> None:
        self.settle()
        self.go(self.cursor + by, top=max(self.top + by, 0))

    def action_top(self) -> None:
        """To the first row."""
        self.go(0)

    def action_bottom(self) -> None:
        """To the last row."""
        self.settle()
        self.go(self.count - 1)
