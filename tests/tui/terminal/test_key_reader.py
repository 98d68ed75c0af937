"""Key reports become keys, and no input makes the reader fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.messages import InBandWindowResize, TerminalSupportsSynchronizedOutput

from emtui.tui.terminal.input_filter import (
    AltKey,
    BracketedPaste,
    EscapeKey,
    EscapeOrAltKey,
    KeySequence,
    UnmarkedPaste,
    UnreadableSequence,
)
from emtui.tui.terminal.key_reader import KeyReader, ResizeReport
from emtui.tui.terminal.paste_detection import EscapeOrAltEvent, UnmarkedPasteEvent


def read_keys(sequence: str) -> list[tuple[str, str | None]]:
    """Key and character of each key event."""
    read = KeyReader().read(KeySequence(sequence))
    assert read is not None
    return [(key.key, key.character) for key in read if isinstance(key, events.Key)]


@pytest.mark.parametrize(
    ("report", "key", "character"),
    [
        ("\x1b[1;1:1B", "down", None),
        ("\x1b[1;1:2B", "down", None),
        ("\x1b[1;129B", "down", None),
        ("\x1b[1;193:2B", "down", None),
        ("\x1b[5C", "ctrl+right", None),
        ("\x1bO5C", "ctrl+right", None),
        ("\x1bO1;3D", "alt+left", None),
        ("\x1b[1;3C", "alt+right", None),
        ("\x1b[3;3~", "alt+delete", None),
        ("\x1b[106u", "j", "j"),
        ("\x1b[106;1:2u", "j", "j"),
        ("\x1b[106:74;2;74u", "J", "J"),
        ("\x1b[106:74:99;2:1;74u", "J", "J"),
        ("\x1b[106;2u", "J", "J"),
        ("\x1b[106;65u", "J", "J"),
        ("\x1b[106;66u", "j", "j"),
        ("\x1b[106;5u", "ctrl+j", None),
        ("\x1b[99;69;99u", "ctrl+c", None),
        ("\x1b[98;3u", "alt+b", None),
        ("\x1b[98;3;98u", "alt+b", None),
        ("\x1b[98;3;8747u", "integral", "∫"),
        ("\x1b[113;7;64u", "at", "@"),
        ("\x1b[47u", "slash", "/"),
        ("\x1b[32u", "space", " "),
        ("\x1b[27;129u", "escape", None),
        ("\x1b[13;129u", "enter", "\r"),
        ("\x1b[8u", "backspace", "\x7f"),
        ("\x1b[127;3u", "alt+backspace", None),
        ("\x1b[57404;129;53u", "5", "5"),
        ("\x1b[57410u", "slash", "/"),
        ("\x1b[57420u", "down", None),
        ("\x1b[27;5;106~", "ctrl+j", None),
        ("\x1b[27;2;74~", "J", "J"),
        ("\x1b[Z", "shift+tab", None),
        ("\x1b[3^", "ctrl+delete", None),
        ("\x1bOj", "asterisk", "*"),
    ],
)
def test_a_report_is_this_key(report: str, key: str, character: str | None) -> None:
    assert read_keys(report) == [(key, character)]


@pytest.mark.parametrize(
    "report",
    [
        "\x1b[1;1:3B",
        "\x1b[106;1:3;106u",
        "\x1b[I",
        "\x1b[O",
        "\x1b[24;80R",
        "\x1b[201~",
        "\x1b[<999;1;1M",
        "\x1b[<;;M",
        "\x1b[M   ",
        "\x1b[1;7p",
    ],
)
def test_a_report_that_was_not_requested_is_ignored(report: str) -> None:
    assert not KeyReader().read(KeySequence(report))
    assert KeyReader().read(KeySequence(report)) is not None


@pytest.mark.parametrize(
    "report",
    [
        "\x1b[:u",
        "\x1b[u",
        "\x1b[;;u",
        "\x1b[;1u",
        "\x1b[99999999;1u",
        "\x1b[1114112u",
        "\x1b[55296u",
        "\x1b[57999u",
        "\x1b[106;1:4u",
        "\x1b[106;1:0u",
        "\x1b[106;99999u",
        "\x1b[106;1;1;1u",
        "\x1b[" + 30 * "1;" + "B",
        "\x1b[106B",
        "\x1b[999~",
        "\x1b[" + "9" * 5000 + "u",
        "\x1b[?q",
        "\x1b[5x",
    ],
)
def test_an_unreadable_report_is_reported_as_unreadable(report: str) -> None:
    assert KeyReader().read(KeySequence(report)) is None
    assert KeyReader().read(UnreadableSequence(report)) is None


def test_text_of_an_input_method_arrives_at_once() -> None:
    (lump,) = KeyReader().read(KeySequence("\x1b[0;;26085:26412u")) or ()
    assert isinstance(lump, UnmarkedPasteEvent)
    assert [key.character for key in lump.keys] == ["日", "本"]
    assert lump.text == "日本"


def test_escape_alt_and_paste_tokens_become_events() -> None:
    reader = KeyReader()
    (escape,) = reader.read(EscapeKey()) or ()
    assert isinstance(escape, events.Key)
    assert escape.key == "escape"
    (alt,) = reader.read(AltKey("Q")) or ()
    assert isinstance(alt, events.Key)
    assert (alt.key, alt.character) == ("alt+Q", None)
    (either,) = reader.read(EscapeOrAltKey("\x1b[D")) or ()
    assert isinstance(either, EscapeOrAltEvent)
    assert [key.key for key in either.alt_keys] == ["alt+left"]
    assert [key.key for key in either.keys] == ["escape", "left"]
    (paste,) = reader.read(BracketedPaste("a\x00b")) or ()
    assert isinstance(paste, events.Paste)
    assert paste.text == "ab"
    (lump,) = reader.read(UnmarkedPaste("two\rlines")) or ()
    assert isinstance(lump, UnmarkedPasteEvent)
    assert lump.line_count == 2


def test_sizes_and_modes_are_read_and_a_mouse_fits_its_cell_whatever_size_was_reported() -> None:
    reader = KeyReader()
    assert reader.read(KeySequence("\x1b[48;0;0;0;0t")) == (ResizeReport(),)
    assert reader.read(KeySequence("\x1b[48;99999:1;x;9t")) is None
    (click,) = reader.read(KeySequence("\x1b[<0;5;7M")) or ()
    assert isinstance(click, events.MouseDown)
    assert (click.x, click.y) == (4, 6)
    (synchronized,) = reader.read(KeySequence("\x1b[?2026;2$y")) or ()
    assert isinstance(synchronized, TerminalSupportsSynchronizedOutput)
    (in_band,) = reader.read(KeySequence("\x1b[?2048;2$y")) or ()
    assert isinstance(in_band, InBandWindowResize)


@given(st.text(st.sampled_from("0123456789:;<?$ -ABCDHMPRZIOu~mtycn["), max_size=40))
def test_no_sequence_makes_the_reading_fail_or_hides_the_next_key(rest: str) -> None:
    reader = KeyReader()
    reader.read(KeySequence(f"\x1b[{rest}"))
    assert [key.key for key in reader.read(KeySequence("j")) or () if isinstance(key, events.Key)] == ["j"]
