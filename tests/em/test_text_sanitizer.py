"""Joiners and variation selectors: kept where scripts need them, made visible elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emtui.em import xml_codec
from emtui.em.text_sanitizer import clean, guard_output

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
KEPT = (
    "می\u200cخواهم",  # Persian
    "کار\u200cهای پشتیبان",
    "VM\u200cها",  # a Latin word with a Persian ending
    "۵۰\u200cمین",
    "क्\u200dष",  # Hindi
    "क्\u200cष",
    "ශ්\u200dරී",  # Sinhala
    "ന്\u200d ",  # Malayalam, at the end of a word
    "র\u200d্য",  # Bengali
    "👨\u200d👩\u200d👧",
    "❤\ufe0f\u200d🔥",
    "👩🏽\u200d💻",
    "🏳\ufe0f\u200d🌈",
    "🙂\u200d↔\ufe0f",
    "⚠\ufe0f ☁\ufe0f ⌚\ufe0e ©\ufe0f ‼\ufe0f ℹ\ufe0f",
    "1\ufe0f\u20e3 #\ufe0f\u20e3",
    "葛\U000e0100城 神\ufe00",
    "ᠠ\u180bᠨ",
    ENGLAND,
)


@pytest.mark.parametrize("text", KEPT)
def test_joiners_that_scripts_need_are_kept(text: str) -> None:
    assert clean(text) == text
    assert guard_output(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pay\u200dpal", "pay⟨U+200D⟩pal"),
        ("pay\u200cpal", "pay⟨U+200C⟩pal"),
        ("\u200cمی", "⟨U+200C⟩می"),
        ("می\u200c", "می⟨U+200C⟩"),
        ("می\u200c\u200cخواهم", "می⟨U+200C⟩⟨U+200C⟩خواهم"),
        ("VM\u200dها", "VM⟨U+200D⟩ها"),
        ("🙂\u200dx", "🙂⟨U+200D⟩x"),
        ("x\u200d🙂", "x⟨U+200D⟩🙂"),
        ("x\ufe0f\u200d🙂", "x⟨U+FE0F⟩⟨U+200D⟩🙂"),
        ("em\ufe0f01", "em⟨U+FE0F⟩01"),
        ("em0\ufe0f1", "em0⟨U+FE0F⟩1"),
        ("⚠\ufe0f\ufe0f", "⚠\ufe0f⟨U+FE0F⟩"),
        ("🙂\U000e0101\U000e0102", "🙂⟨U+E0101⟩⟨U+E0102⟩"),
        ("a\u180b", "a⟨U+180B⟩"),
        ("🏴\U000e0061\U000e007f", "🏴⟨U+E0061⟩⟨U+E007F⟩"),
        ("\u200d", "⟨U+200D⟩"),
        ("\ufe0f", "⟨U+FE0F⟩"),
        ("备\u200d份", "备⟨U+200D⟩份"),
    ],
)
def test_deceptive_characters_are_made_visible(text: str, shown: str) -> None:
    assert clean(text) == shown


pieces = st.sampled_from(
    [*"aم्क🙂⚠👩🏽葛1ᠠ ", "\u200c", "\u200d", "\ufe0f", "\ufe0e", "\u180b", "\U000e0100", "\u202e"]
)


@given(st.lists(pieces | st.characters()).map("".join))
@example("ᠠ\u180b\u200cᠠ")
@example(ENGLAND[:-1] + "\u200d")
def test_cleaning_twice_is_the_same_as_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_readable_xml_shows_joiners_by_the_same_rule() -> None:
    text = xml_codec.readable_xml("<a b='⚠\ufe0fx\ufe0f'>می\u200cخواهم pay\u200cpal 👩\u200d👧</a>".encode())
    assert text == "<a b='⚠\ufe0fx&#xFE0F;'>می\u200cخواهم pay&#x200C;pal 👩\u200d👧</a>"
