"""The matches of a search: the next one, and the messages about it."""

from __future__ import annotations

import pytest

from emtui.tui.formatting.search_matches import SearchMatches, highlight_matches
from emtui.tui.theme import MATCH, PLAIN

MATCHES = SearchMatches("bs02", (3, 8, 20))


@pytest.mark.parametrize(
    ("place", "step", "found", "remark"),
    [
        (0, 1, 3, ""),
        (3, 1, 8, ""),
        (20, 1, 3, "Continued from the top."),
        (20, -1, 8, ""),
        (3, -1, 20, "Continued from the bottom."),
        (5, -1, 3, ""),
    ],
)
def test_searching_wraps_around_with_a_message(place: int, step: int, found: int, remark: str) -> None:
    assert MATCHES.next_match(place, step) == (found, remark)


@pytest.mark.parametrize("step", [1, -1])
def test_a_missing_other_match_is_reported(step: int) -> None:
    assert SearchMatches("bs02", (3,)).next_match(3, step) == (3, "No other match for “bs02”.")
    assert SearchMatches("bs02").next_match(3, step) == (None, "No match for “bs02”.")


def test_a_match_has_a_number_and_other_lines_have_none() -> None:
    assert [MATCHES.position_text(place) for place in (-1, 3, 4, 20, 21)] == ["", "1 of 3", "", "3 of 3", ""]
    assert MATCHES.count_text("17 lines") == "3 of 17 lines match"
    assert SearchMatches("x", (1,)).count_text("2 shown") == "1 of 2 shown matches"


def test_every_match_is_underlined_in_the_style_of_its_text() -> None:
    pieces = [piece for piece in highlight_matches("bs02, BS02", "bs02", PLAIN) if piece[0]]
    assert pieces == [("bs02", PLAIN + MATCH), (", ", PLAIN), ("BS02", PLAIN + MATCH)]
