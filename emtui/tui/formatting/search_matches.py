"""The matches of a search: which one is current, which is next, and the messages about both.

Used for the events of a session and for the lines of a comparison. Pure: line indexes and text in and
out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style

from emtui import text_format
from emtui.triage.diff_hunks import next_index
from emtui.tui.theme import MATCH, PLAIN


@dataclass(frozen=True, slots=True)
class SearchMatches:
    """The indexes of the lines that contain a text, in rising order."""

    text: str = ""
    line_indexes: tuple[int, ...] = ()

    def position_text(self, line_index: int) -> str:
        """Format `2 of 3` for the match on this line; empty if it does not match."""
        number = bisect_right(self.line_indexes, line_index)
        if not number or self.line_indexes[number - 1] != line_index:
            return ""
        return f"{text_format.format_count(number)} of {text_format.format_count(len(self.line_indexes))}"

    def count_text(self, line_count_text: str) -> str:
        """Format `3 of 17 lines match`; `line_count_text` is `17 lines`."""
        verb = "matches" if len(self.line_indexes) == 1 else "match"
        return f"{text_format.format_count(len(self.line_indexes))} of {line_count_text} {verb}"

    def next_match(self, line_index: int, step: int) -> tuple[int | None, str]:
        """Return the next match (with a `step` of -1 the previous one), wrapping around, and a message.

        The message is empty unless there is no other match or the search wrapped around.
        """
        if not self.line_indexes:
            return None, no_match_sentence(self.text)
        found = next_index(self.line_indexes, line_index, step)
        if found == line_index:
            return found, f"No other match for “{self.text}”."
        return found, "" if (found - line_index) * step > 0 else wrapped_around_text(step)


def no_match_sentence(text: str) -> str:
    """Format the message for a search without matches."""
    return f"No match for “{text}”."


def next_row(rows: Sequence[int], cursor: int, step: int, name: str) -> tuple[int | None, str]:
    """Return the next of these rows (with a `step` of -1 the previous one), wrapping around, and a message.

    The message is empty unless there is no other row or the search wrapped around. `name` is the noun for
    such a row.
    """
    found = next_index(rows, cursor, step) if rows else cursor
    if found == cursor:
        return None, f"No other {name}." if rows else f"No {name}."
    if (found - cursor) * step > 0:
        return found, ""
    return found, f"No {name} {'below' if step > 0 else 'above'} this one. {wrapped_around_text(step)}"


def wrapped_around_text(step: int) -> str:
    """Format the message for wrapping around."""
    return "Continued from the top." if step > 0 else "Continued from the bottom."


def highlight_matches(text: str, search_text: str, style: Style = PLAIN) -> list[tuple[str, Style]]:
    """Split a text into spans, every match underlined."""
    spans = []
    end_of_last = 0
    for start, end in text_format.find_spans(text, search_text):
        spans += [(text[end_of_last:start], style), (text[start:end], style + MATCH)]
        end_of_last = end
    return [*spans, (text[end_of_last:], style)]
