"""What Tab gives next while a query is typed. Pure: texts and places of the cursor in, the same out."""

from __future__ import annotations

from emtui import text_format
from emtui.query import Completion, CompletionCandidates, complete
from emtui.tui.theme import CURSOR_STYLE, FAINT, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans


class CompletionCycle:
    """Tab, and Tab again: one word after the other in the place of what was typed."""

    def __init__(self) -> None:
        self._completion = Completion(0, 0)
        self._text = ""
        self._index: int | None = None
        self._last_result: tuple[str, int] | None = None

    def choices(self, text: str, cursor: int, offers: CompletionCandidates) -> tuple[tuple[str, ...], int]:
        """The words that Tab goes through from here, and which of them comes next."""
        if (
            self._last_result == (text, cursor)
            and self._index is not None
            and len(self._completion.suggestions) > 1
        ):
            return self._completion.suggestions, (self._index + 1) % len(self._completion.suggestions)
        return complete(text, cursor, offers).suggestions, 0

    def step(self, text: str, cursor: int, offers: CompletionCandidates, step: int) -> tuple[str, int] | None:
        """The text after Tab, or after shift+Tab with -1, and the cursor in it; nothing if nothing fits."""
        if (
            self._last_result == (text, cursor)
            and self._index is not None
            and len(self._completion.suggestions) > 1
        ):
            self._index += step
        else:
            self._completion, self._text = complete(text, cursor, offers), text
            self._index = 0 if step > 0 else -1
        if not self._completion.suggestions:
            return None
        self._index %= len(self._completion.suggestions)
        self._last_result = self._completion.apply(self._text, self._index)
        return self._last_result

    def reset(self) -> None:
        """Another key was pressed: Tab begins anew from what stands there."""
        self._last_result = None


def completion_spans(words: tuple[str, ...], next_index: int, room: int) -> StyledSpans:
    """`Tab ›state:  since:`: what Tab gives next is marked, and stands within so many cells."""
    if not words:
        return []
    spans: StyledSpans = [("Tab ", FAINT)]
    first_index = _first_visible(words, next_index, room - len("Tab "))
    for index, word in enumerate(words[first_index:], first_index):
        mark = "›" if index == next_index else " "
        spans += [(mark, PLAIN), (word, CURSOR_STYLE if index == next_index else PLAIN), (" ", PLAIN)]
    return spans


def _first_visible(words: tuple[str, ...], next_index: int, room: int) -> int:
    """The first word of the row that the marked one stands in."""
    first, used_cells = 0, 0
    for index, word in enumerate(words[: next_index + 1]):
        used_cells += text_format.cell_width(word) + 2
        if used_cells > room and index > first:
            first, used_cells = index, text_format.cell_width(word) + 2
    return first
