"""One line of the screen with a left and a right part.

If both do not fit, the left part is cut. The footer has more lines if a message needs them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from rich.style import Style
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from emtui import text_format
from emtui.tui.theme import ACCENT_STYLE, BOLD, PLAIN
from emtui.tui.widgets.paragraph import wrap_and_cut
from emtui.tui.widgets.virtual_list import StyledSpans, render_strip

Hint: TypeAlias = tuple[str, str]
"""The label of a key, and what it does."""
HINT_SPACING = 2
"""Blanks between two hints."""
MAX_FOOTER_LINES = 3
"""Maximum lines of a message."""


class StatusLine(Widget):
    """Shows two parts, and repaints only when they change."""

    DEFAULT_CSS = "StatusLine { height: 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._left: StyledSpans = []
        self._right: StyledSpans = []

    def show(self, left: StyledSpans, right: StyledSpans | None = None) -> None:
        """Show these parts."""
        if (left, right or []) != (self._left, self._right):
            self._left, self._right = left, right or []
            self.refresh()

    def render_line(self, _: int) -> Strip:
        """Draw the line, cut to the width."""
        return self._render_parts(self._left)

    def _render_parts(self, left: StyledSpans) -> Strip:
        width, right = self.size.width, spans_width(self._right)
        left = cut_spans(left, max(width - right - (2 if right else 0), 0))
        blanks = " " * (width - right - spans_width(left))
        return render_strip([*left, (blanks, PLAIN), *self._right], width)


class FooterLine(StatusLine):
    """The footer of a screen: its keys, or a message; at the right the position of the cursor.

    A message takes up to three lines. Several messages leave room for the position, unless they need
    all lines.
    """

    _sentence = ""
    _position = ""
    _has_several_sentences = False
    _line_count = 1
    _hints: list[Hint] = []  # noqa: RUF012 - replaced, never changed

    class HintClicked(Message):
        """The hint of a key was clicked."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def show_hints(self, hints: list[Hint], position: str) -> None:
        """Show as many of these keys and labels as fit on one line."""
        self._set_sentence("", position)
        if hints != self._hints:
            self._hints = hints
            self.refresh()
        self.show([], [(position, PLAIN)] if position else [])

    @property
    def _fitting_hints(self) -> list[Hint]:
        """The hints that are shown: the width is known only when the line is drawn."""
        position_cells = text_format.cell_width(self._position) + HINT_SPACING if self._position else 0
        return fit_hints(self._hints, self.size.width - position_cells)

    def on_click(self, event: Click) -> None:
        """Report which hint was clicked."""
        start = 0
        for hint in () if self._sentence else self._fitting_hints:
            end = start + _hint_cells(hint) - HINT_SPACING
            if start <= event.x < end:
                self.post_message(self.HintClicked(hint[0]))
            start = end + HINT_SPACING

    def say(self, sentence: str, position: str, *, has_several_sentences: bool = False) -> None:
        """Show this message, in full if it fits in three lines; it may consist of several messages."""
        self._has_several_sentences = has_several_sentences
        self._set_sentence(sentence, position)
        self.show([(sentence, BOLD)], [(position, PLAIN)] if position else [])

    def _set_sentence(self, sentence: str, position: str) -> None:
        self._sentence, self._position = sentence, position
        line_count = self._needed_lines(self.size.width)
        if line_count != self._line_count:
            self._line_count = line_count
            self.refresh(layout=True)

    def _lines(self, width: int) -> list[str]:
        if not self._sentence:
            return []
        room = width - (text_format.cell_width(self._position) + 2 if self._position else 0)
        if text_format.cell_width(self._sentence) <= room:
            return [self._sentence]
        lines, lines_beside_position = (
            wrap_and_cut(self._sentence, width, MAX_FOOTER_LINES),
            wrap_and_cut(self._sentence, room, MAX_FOOTER_LINES),
        )
        is_hidden = self._has_several_sentences and bool(lines) and text_format.cell_width(lines[-1]) > room
        return (
            lines_beside_position
            if is_hidden and " ".join(lines_beside_position) == " ".join(lines)
            else lines
        )

    def _needed_lines(self, width: int) -> int:
        return max(len(self._lines(width)), 1)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Return the number of lines of the message."""
        return self._needed_lines(width)

    def render_line(self, y: int) -> Strip:
        """Draw one line; the last one has the position, if there is room for it."""
        width = self.size.width
        lines = self._lines(width)
        if not lines:
            return self._render_parts(hint_spans(self._fitting_hints))
        if y >= len(lines):
            return Strip.blank(width)
        room = width - text_format.cell_width(lines[y])
        position = (
            self._position
            if y == len(lines) - 1 and text_format.cell_width(self._position) + 2 <= room
            else ""
        )
        blanks = " " * (room - text_format.cell_width(position))
        return render_strip([(lines[y], BOLD), (blanks, PLAIN), (position, PLAIN)], width)


def fit_hints(hints: list[Hint], room: int) -> list[Hint]:
    """The hints that fit in `room` cells: always the last two, then the others in their order.

    One that does not fit gives way to shorter ones after it.
    """
    shown, last_hints = [], hints[-2:]
    room += HINT_SPACING - sum(map(_hint_cells, last_hints))
    for hint in hints[:-2]:
        if _hint_cells(hint) <= room:
            room -= _hint_cells(hint)
            shown.append(hint)
    return [*shown, *last_hints]


def hint_spans(hints: Sequence[Hint], label_style: Style = PLAIN) -> StyledSpans:
    """Format hints, in the footer or at the end of a rule: keys in the accent color."""
    spans: StyledSpans = []
    for key, label in hints:
        spans += [(f"{key} ", ACCENT_STYLE), (label, label_style), (" " * HINT_SPACING, PLAIN)]
    return spans[:-1]


def _hint_cells(hint: Hint) -> int:
    return text_format.cell_width(" ".join(hint)) + HINT_SPACING


def spans_width(spans: StyledSpans) -> int:
    """The cells of these spans."""
    return sum(text_format.cell_width(text) for text, _ in spans)


def cut_spans(spans: StyledSpans, width: int) -> StyledSpans:
    """Cut spans to `width` cells, with `…` where text was cut."""
    shown_spans: StyledSpans = []
    for text, style in spans:
        shown = text_format.truncate(text, width)
        shown_spans.append((shown, style))
        width -= text_format.cell_width(shown)
        if shown != text:
            break
    return shown_spans
