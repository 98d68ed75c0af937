"""Wrapping of texts to a width, and the initial profile."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emtui import text_format
from emtui.em.server_address import Server
from emtui.local.profiles import Profile
from emtui.tui.screens.login.profile_list import ProfileList
from emtui.tui.widgets.text_view import wrap_text

SERVER = Server("em01.example.net")


def test_wrapped_lines_are_indented_below_the_label() -> None:
    assert wrap_text("List       complete as of Mon 23 Nov 02:12:04 +00:00", 40) == [
        "List       complete as of Mon 23 Nov",
        "           02:12:04 +00:00",
    ]


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
