"""Text in ASCII, as wide as it was."""

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
    ("text", "shown"), [("■ ▲ ► ○ · ›", "X ! > o . >"), ("×2 ±3 – “a” ⏎…", 'x2 ~3 - "a" |~')]
)
def test_what_emtui_draws_has_a_picture_of_its_own(text: str, shown: str) -> None:
    assert to_ascii(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("für", "fur"), ("e\u0301te", "ete"), ("Файл", "????"), ("日本", "????"), ("Ａ", "??")],
)
def test_letters_lose_their_marks_and_what_is_unknown_is_seen(text: str, shown: str) -> None:
    assert to_ascii(text) == shown


def test_every_substitute_takes_one_cell() -> None:
    assert all(
        text_format.cell_width(char) == 1 == len(instead) for char, instead in ASCII_EQUIVALENTS.items()
    )


def test_an_encoding_may_use_it_for_what_it_has_no_bytes_for() -> None:
    assert "für 3 × …".encode("ascii", ERROR_HANDLER_NAME) == b"fur 3 x ~"
    assert "für 3 …".encode("latin-1", ERROR_HANDLER_NAME) == b"f\xfcr 3 ~"
