"""Names of keys: what people write, what Textual calls them, and what is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.keys import _character_to_key

from emtui.keys.key_names import InvalidKeyError, is_special_key, parse_key
from emtui.keys.keymap import key_label, types_text
from emtui.keys.tui_commands import COMMANDS
from emtui.tui.terminal.input_filter import KeySequence
from emtui.tui.terminal.key_reader import KeyReader

SEQUENCES = {
    "up": "A",
    "down": "B",
    "right": "C",
    "left": "D",
    "end": "F",
    "home": "H",
    "insert": "2~",
    "delete": "3~",
    "pageup": "5~",
    "pagedown": "6~",
    **{f"f{number}": "PQRS"[number - 1] for number in range(1, 5)},
    **{
        f"f{number}": f"{code}~"
        for number, code in zip(range(5, 13), (15, 17, 18, 19, 20, 21, 23, 24), strict=True)
    },
}
"""How xterm ends the report of a key."""
MODIFIER_BITS = {"shift": 1, "alt": 2, "ctrl": 4}


def read_key(text: str) -> list[str]:
    """The keys that emtui reads from these bytes of a terminal."""
    found = KeyReader().read(KeySequence(text)) or ()
    return [event.key for event in found if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("written", "key", "label"),
    [
        ("n", "n", "n"),
        ("G", "G", "G"),
        ("shift+g", "G", "G"),
        ("S-g", "G", "G"),
        ("/", "slash", "/"),
        ("slash", "slash", "/"),
        ("?", "question_mark", "?"),
        ("+", "plus", "+"),
        ("-", "minus", "-"),
        ("#", "number_sign", "#"),
        ("ä", "ä", "ä"),
        ("й", "й", "й"),
        ("space", "space", "Space"),
        (" ", "space", "Space"),
        ("Enter", "enter", "Enter"),
        ("esc", "escape", "Esc"),
        ("F5", "f5", "F5"),
        ("ctrl+r", "ctrl+r", "ctrl+r"),
        ("Ctrl+R", "ctrl+r", "ctrl+r"),
        ("C-r", "ctrl+r", "ctrl+r"),
        ("^r", "ctrl+r", "ctrl+r"),
        ("shift+tab", "shift+tab", "shift+Tab"),
        ("PgDn", "pagedown", "PgDn"),
        ("page_up", "pageup", "PgUp"),
        ("del", "delete", "Del"),
        ("ctrl+shift+f12", "ctrl+shift+f12", "ctrl+shift+F12"),
        ("shift+ctrl+F12", "ctrl+shift+f12", "ctrl+shift+F12"),
        ("C-M-up", "alt+ctrl+up", "ctrl+alt+Up"),
    ],
)
def test_a_key_is_read_as_people_write_it_and_shown_in_one_way(written: str, key: str, label: str) -> None:
    assert parse_key(written) == key
    assert key_label(key) == label
    assert parse_key(label) == key


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "is not a key"),
        ("foo", "is not a key"),
        ("f13", "is not a key"),
        ("ctrl+", "is not a key"),
        ("nn", "is not a key"),
        ("\x1b", "is not a key"),
        ("shift+1", "Write the character that it types, such as ! for shift"),
        ("ctrl+i", "reports it as Tab"),
        ("ctrl+m", "reports it as Enter"),
        ("C-h", "reports it as Backspace"),
        ("ctrl+[", "reports it as Esc"),
        ("alt+x", "many terminals send Esc and then x"),
        ("M-x", "many terminals send Esc and then x"),
        ("ctrl+enter", "many terminals do not report it"),
        ("ctrl+shift+a", "many terminals do not report it"),
        ("ctrl+1", "many terminals do not report it"),
        ("shift+space", "many terminals do not report it"),
    ],
)
def test_a_key_that_terminals_do_not_report_is_refused_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(InvalidKeyError, match=reason.replace("+", r"\+")):
        parse_key(written)


@given(st.characters(codec="utf-8", categories=("L", "N", "P", "S")))
def test_a_character_has_the_name_that_textual_gives_it(character: str) -> None:
    assert parse_key(character) == _character_to_key(character)


@given(st.characters(min_codepoint=33, max_codepoint=126))
def test_every_character_of_the_keyboard_arrives_as_the_key_that_it_names(character: str) -> None:
    key = parse_key(character)
    assert read_key(character) == [key]
    assert key_label(key) == character
    assert types_text(key)
    assert not is_special_key(key)


@pytest.mark.parametrize(
    "held", [(), ("shift",), ("alt",), ("ctrl",), ("ctrl", "shift"), ("alt", "ctrl", "shift")]
)
@pytest.mark.parametrize("name", SEQUENCES)
def test_every_special_key_arrives_with_every_modifier(name: str, held: tuple[str, ...]) -> None:
    if name == "f3":
        assert read_key("\x1bOR") == ["f3"]
        return
    key = parse_key("+".join([*held, name]))
    end = SEQUENCES[name]
    number = 1 + sum(MODIFIER_BITS[one] for one in held)
    head, tail = (end[:-1], "~") if end.endswith("~") else ("1", end)
    assert read_key(f"\x1b[{head};{number}{tail}") == [key]
    assert not types_text(key)


@pytest.mark.parametrize("letter", list("abcdefgjklnopqrstuvwxyz"))
def test_every_letter_with_ctrl_that_is_accepted_arrives(letter: str) -> None:
    assert read_key(chr(ord(letter) - 96)) == [parse_key(f"ctrl+{letter}")]


def test_every_label_of_a_default_key_leads_back_to_the_key() -> None:
    for key in {key for command in COMMANDS for key in command.keys}:
        assert parse_key(key_label(key)) == key
