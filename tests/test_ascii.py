"""Conversion to ASCII keeps the width of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui import text_format
from emtui.ascii import ASCII_EQUIVALENTS, ERROR_HANDLER_NAME, to_ascii


@given(st.text())
def test_any_text_is_ascii_then_and_as_wide_as_before(text: str) -> None:
    shown = to_ascii(text)
    assert shown.isascii()
    if text.isprintable():
        assert len(shown) == text_format.cell_width(text)


@pytest.mark.parametrize(
    ("text", "shown"), [("▌ ■ ▲ ► ○ · ›", "> X ! * o . /"), ("×2 ±3 – “a” ⏎…", 'x2 ~3 - "a" |~')]
)
def test_characters_that_emtui_draws_have_an_equivalent(text: str, shown: str) -> None:
    assert to_ascii(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("für", "fur"), ("e\u0301te", "ete"), ("Файл", "????"), ("日本", "????"), ("Ａ", "??")],
)
def test_letters_lose_their_marks_and_unknown_characters_become_question_marks(text: str, shown: str) -> None:
    assert to_ascii(text) == shown


def test_every_substitute_takes_one_cell() -> None:
    assert all(
        text_format.cell_width(char) == 1 == len(instead) for char, instead in ASCII_EQUIVALENTS.items()
    )


def test_the_error_handler_replaces_unencodable_characters() -> None:
    assert "für 3 × …".encode("ascii", ERROR_HANDLER_NAME) == b"fur 3 x ~"
    assert "für 3 …".encode("latin-1", ERROR_HANDLER_NAME) == b"f\xfcr 3 ~"
