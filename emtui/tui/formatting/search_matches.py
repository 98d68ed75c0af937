"""The matches of a search: which one the cursor is on, which is next, and how both are told.

One model for the events of a session and for the lines of a comparison. Pure: places and texts in,
places and texts out. A place is a number in the order of the lines.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style

from emtui import text_format
from emtui.triage.diff_hunks import beside
from emtui.tui.theme import MATCH, PLAIN


@dataclass(frozen=True, slots=True)
class Matches:
    """The places of the lines that hold a text, in rising order."""

    text: str = ""
    places: tuple[int, ...] = ()

    def which(self, place: int) -> str:
        """`2 of 3`, for the match at this place; empty where none is."""
        number = bisect_right(self.places, place)
        if not number or self.places[number - 1] != place:
            return ""
        return f"{text_format.count(number)} of {text_format.count(len(self.places))}"

    def counted(self, lines: str) -> str:
        """`3 of 17 lines match`; `lines` is what is counted among, with its number."""
        verb = "matches" if len(self.places) == 1 else "match"
        return f"{text_format.count(len(self.places))} of {lines} {verb}"

    def next(self, place: int, step: int) -> tuple[int | None, str]:
        """The match after this place (with a `step` of -1 the one before), round the end.

        With what is to be said of that: nothing where it led on.
        """
        if not self.places:
            return None, no_line_holds(self.text)
        found = beside(self.places, place, step)
        if found == place:
            return found, f"No other line holds “{self.text}”."
        return found, "" if (found - place) * step > 0 else continued(step)


def no_line_holds(text: str) -> str:
    """What is said of a search in vain."""
    return f"No line holds “{text}”."


def next_row(rows: Sequence[int], cursor: int, step: int, name: str) -> tuple[int | None, str]:
    """The next of these rows after the cursor (with a `step` of -1 the one before), round the end.

    With what is to be said of that: nothing where it led on. `name` is what such a row is called.
    """
    found = beside(rows, cursor, step) if rows else cursor
    if found == cursor:
        return None, f"No other {name}." if rows else f"No {name}."
    if (found - cursor) * step > 0:
        return found, ""
    return found, f"No {name} {'below' if step > 0 else 'above'} this one. {continued(step)}"


def continued(step: int) -> str:
    """What is said of a step over the end."""
    return "Continued from the top." if step > 0 else "Continued from the bottom."


def highlighted(text: str, sought: str, style: Style = PLAIN) -> list[tuple[str, Style]]:
    """The text with every match underlined."""
    pieces = []
    done = 0
    for start, end in text_format.found_in(text, sought):
        pieces += [(text[done:start], style), (text[start:end], style + MATCH)]
        done = end
    return [*pieces, (text[done:], style)]
