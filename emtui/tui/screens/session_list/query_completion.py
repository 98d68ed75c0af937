"""Tab completion in the query bar. Pure functions of text and cursor position."""

from __future__ import annotations

from emtui import text_format
from emtui.query import Completion, CompletionCandidates, complete
from emtui.tui.theme import ACCENT_STYLE, BOLD, CURSOR_MARK, CURSOR_TINT, FAINT, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans


class CompletionCycle:
    """Steps through the completions of a word with repeated Tab."""

    def __init__(self) -> None:
        self._completion = Completion(0, 0)
        self._text = ""
        self._index: int | None = None
        self._last_result: tuple[str, int] | None = None

    def choices(self, text: str, cursor: int, offers: CompletionCandidates) -> tuple[tuple[str, ...], int]:
        """The completions at the cursor, and the index of the next one."""
        if (
            self._last_result == (text, cursor)
            and self._index is not None
            and len(self._completion.suggestions) > 1
        ):
            return self._completion.suggestions, (self._index + 1) % len(self._completion.suggestions)
        return complete(text, cursor, offers).suggestions, 0

    def step(self, text: str, cursor: int, offers: CompletionCandidates, step: int) -> tuple[str, int] | None:
        """Text and cursor position after Tab (shift+Tab with a `step` of -1); None without a completion."""
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
        """Start again from the typed text on the next Tab."""
        self._last_result = None


def completion_spans(words: tuple[str, ...], next_index: int, room: int) -> StyledSpans:
    """`Tab ▌state:  since:`: the completions, the next one marked and within `room` cells."""
    if not words:
        return []
    spans: StyledSpans = [("Tab ", FAINT)]
    first_index = _first_visible(words, next_index, room - len("Tab "))
    for index, word in enumerate(words[first_index:], first_index):
        mark, style = (CURSOR_MARK, BOLD + CURSOR_TINT) if index == next_index else (" ", PLAIN)
        spans += [(mark, ACCENT_STYLE), (word, style), (" ", PLAIN)]
    return spans


def _first_visible(words: tuple[str, ...], next_index: int, room: int) -> int:
    """Index of the first word of the row that contains the marked word."""
    first, used_cells = 0, 0
    for index, word in enumerate(words[: next_index + 1]):
        used_cells += text_format.cell_width(word) + 2
        if used_cells > room and index > first:
            first, used_cells = index, text_format.cell_width(word) + 2
    return first
