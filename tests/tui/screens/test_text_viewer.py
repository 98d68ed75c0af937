"""Wrapping of texts to a width, with their styles, and the initial profile."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emtui import text_format
from emtui.em.server_address import Server
from emtui.local.profiles import Profile
from emtui.tui.screens.login.profile_list import ProfileList
from emtui.tui.theme import BOLD, PLAIN, RULE_STYLE
from emtui.tui.widgets.styled_lines import StyledLine, plain_lines, wrap_lines

SERVER = Server("em01.example.net")


def wrap_text(text: str, width: int) -> list[str]:
    """The wrapped lines of a text without styles."""
    return ["".join(part for part, _ in line) for line in wrap_lines(plain_lines(text), width)]


def test_wrapped_lines_are_indented_below_the_label() -> None:
    assert wrap_text("List       complete as of Mon 23 Nov 02:12:04 +00:00", 40) == [
        "List       complete as of Mon 23 Nov",
        "           02:12:04 +00:00",
    ]


def test_wrapped_list_items_are_indented_below_their_text() -> None:
    assert wrap_text("- one two three four", 12) == ["- one two", "  three four"]
    assert wrap_text("  • one two three four", 14) == ["  • one two", "    three four"]
    assert wrap_text("-one two three four", 12) == ["-one two", "three four"]
    assert wrap_text("  one two three four", 12) == ["  one two", "  three four"]


def test_styles_stay_with_their_words_when_a_line_is_wrapped() -> None:
    line = StyledLine((("Pause  ", BOLD), ("eleven of ", PLAIN), ("one step", BOLD)), 7)
    assert wrap_lines((line,), 18) == [
        [("Pause  ", BOLD), ("eleven of", PLAIN)],
        [(" " * 7, PLAIN), ("one step", BOLD)],
    ]


def test_a_rule_fills_the_line_of_a_heading_if_there_is_room() -> None:
    heading = StyledLine((("Events", BOLD),), has_rule=True)
    assert wrap_lines((heading,), 12) == [[("Events", BOLD), (" ─────", RULE_STYLE)]]
    assert wrap_lines((heading,), 9) == [[("Events", BOLD)]]


def test_a_label_that_leaves_no_room_is_wrapped_like_text() -> None:
    assert wrap_text("A label of its own  and more", 20) == ["A label of its own", "and more"]


@given(st.text("ab 語", max_size=80), st.integers(8, 40))
def test_no_line_is_too_wide_and_no_letter_is_lost(text: str, width: int) -> None:
    lines = wrap_text(text, width)
    assert all(text_format.cell_width(line.rstrip()) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_the_cursor_starts_on_the_given_profile() -> None:
    profiles = (Profile("prod", SERVER, None), Profile("lab", SERVER, None))
    assert ProfileList(profiles, profiles[1], id="profiles").cursor == 1
    assert ProfileList(profiles, id="profiles").cursor == 0
