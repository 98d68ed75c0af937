"""Terminal input is split into tokens, however a connection splits or merges it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.tui.terminal.input_filter import (
    ESC_HOLD_S,
    SPLIT_KEY_S,
    UNFINISHED_S,
    Ack,
    AltKey,
    BackgroundReply,
    BracketedPaste,
    EscapeKey,
    EscapeOrAltKey,
    InputFilter,
    KeySequence,
    Token,
    UnmarkedPaste,
    UnreadableSequence,
)
from emtui.tui.terminal.key_reader import KeyReader

GUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
DOWN = "\x1b[B"


def tokens_for(*arrivals: tuple[float, str]) -> list[Token]:
    """All tokens of texts that arrive at these times."""
    input_filter, tokens = InputFilter(), list[Token]()
    for at, text in arrivals:
        tokens += input_filter.flush_overdue(at)
        tokens += input_filter.feed(text, at)
    return tokens + input_filter.flush_overdue(arrivals[-1][0] + 2 * UNFINISHED_S)


def test_esc_is_reported_once_nothing_else_can_belong_to_it() -> None:
    input_filter = InputFilter()
    assert input_filter.feed("\x1b", 1.0) == []
    assert input_filter.flush_overdue(1.0 + ESC_HOLD_S / 2) == []
    wait = input_filter.time_left(1.0)
    assert wait == pytest.approx(ESC_HOLD_S)
    assert input_filter.flush_overdue(1.0 + ESC_HOLD_S) == [EscapeKey()]
    assert input_filter.time_left(1.0 + ESC_HOLD_S) is None


def test_an_arrow_key_split_in_two_is_an_arrow_key() -> None:
    assert tokens_for((0, "\x1b"), (0.2, "[B")) == [KeySequence(DOWN)]
    assert tokens_for((0, "\x1b"), (0.2, "OB")) == [KeySequence("\x1bOB")]
    assert tokens_for((0, "\x1b["), (0.9, "B")) == [KeySequence(DOWN)]


def test_a_reply_between_the_parts_of_an_arrow_key_does_not_break_it() -> None:
    assert tokens_for((0, "\x1b"), (0.1, "\x1b[0n"), (0.2, "[B")) == [Ack(), KeySequence(DOWN)]
    assert tokens_for((0, "\x1b"), (0.1, "\x1b[?62;4c\x1b[0n[B")) == [Ack(), KeySequence(DOWN)]
    assert tokens_for((0, "\x1b"), (0.1, "\x1b[0n")) == [Ack(), EscapeKey()]
    assert tokens_for((0, "\x1b"), (0.1, "\x1b[?2026;2$y")) == [EscapeKey(), KeySequence("\x1b[?2026;2$y")]


def test_the_late_rest_of_an_arrow_key_is_not_typed() -> None:
    assert tokens_for((0, "\x1b"), (ESC_HOLD_S + 0.2, "[B")) == [EscapeKey(), KeySequence(DOWN)]
    assert tokens_for((0, "\x1b"), (ESC_HOLD_S + SPLIT_KEY_S + 0.2, "[B")) == [EscapeKey(), KeySequence("[B")]


def test_the_late_rest_of_a_reply_is_not_typed() -> None:
    late = ESC_HOLD_S + 0.2
    assert tokens_for((0, "\x1b"), (late, "[0n")) == [EscapeKey(), Ack()]
    assert tokens_for((0, "\x1b"), (late, "[?62;22c")) == [EscapeKey()]
    assert tokens_for((0, "\x1b"), (late, "]11;rgb:1e1e/1e1e/1e1e\x07")) == [
        EscapeKey(),
        BackgroundReply(False),
    ]


@pytest.mark.parametrize("letter", ["b", "f", "d", "q", "Q", "?", ":", "é", "[", "O", "]", "P"])
def test_alt_and_a_letter_in_one_read_are_one_key(letter: str) -> None:
    assert tokens_for((0, f"\x1b{letter}")) == [AltKey(letter)]
    assert tokens_for((0, f"j\x1b{letter}")) == [KeySequence("j"), AltKey(letter)]
    assert tokens_for((0, f"\x1b{letter}\x1b{letter}")) == [AltKey(letter), AltKey(letter)]


@pytest.mark.parametrize("letter", ["b", "q", "?", "[", "O", "]"])
def test_esc_and_later_a_letter_are_two_keys(letter: str) -> None:
    assert tokens_for((0, "\x1b"), (0.05, letter)) == [EscapeKey(), KeySequence(letter)]
    assert tokens_for((0, "\x1b"), (ESC_HOLD_S + 0.05, letter)) == [EscapeKey(), KeySequence(letter)]


def test_esc_and_a_non_letter_key_in_one_read_depend_on_the_focus() -> None:
    assert tokens_for((0, "\x1b\r")) == [EscapeOrAltKey("\r")]
    assert tokens_for((0, "\x1b" + DOWN)) == [EscapeOrAltKey(DOWN)]
    assert tokens_for((0, "\x1b\x1bOB")) == [EscapeOrAltKey("\x1bOB")]
    assert tokens_for((0, "\x1b\x1b")) == [EscapeKey(), EscapeKey()]
    assert tokens_for((0, "\x1b\x03")) == [EscapeKey(), KeySequence("\x03")]
    assert tokens_for((0, "\x1b\x1b[0n")) == [EscapeKey(), Ack()]


def test_esc_and_text_in_one_read_are_both_reported() -> None:
    assert tokens_for((0, "\x1bquarantine bs02?\r:leave it\r")) == [
        EscapeKey(),
        UnmarkedPaste("quarantine bs02?\r:leave it\r"),
    ]
    assert tokens_for((0, "\x1bdisk full\r:leave it\r")) == [
        EscapeKey(),
        UnmarkedPaste("disk full\r:leave it\r"),
    ]
    assert tokens_for((0, f"\x1b{GUID}")) == [EscapeKey(), UnmarkedPaste(GUID)]
    assert tokens_for((0, "\x1b/state:failed\r")) == [EscapeKey(), KeySequence("/state:failed\r")]
    assert tokens_for((0, "\x1bhello there")) == [EscapeKey(), UnmarkedPaste("hello there")]


def test_alt_and_a_letter_may_be_followed_by_typed_text() -> None:
    assert tokens_for((0, "\x1bbx")) == [AltKey("b"), KeySequence("x")]
    assert tokens_for((0, "\x1bbhello there")) == [AltKey("b"), UnmarkedPaste("hello there")]


def test_a_word_is_still_deleted_with_alt_and_backspace() -> None:
    assert tokens_for((0, "\x1b\x7f")) == [KeySequence("\x1b\x7f")]


@pytest.mark.parametrize(
    "answer",
    [
        "\x1b]10;rgb:1e1e/1e1e/1e1e\x07",
        "\x1b]10;rgb:1e1e/1e1e/1e1e\x1b\\",
        "\x1b[?62;1;4c",
        "\x1b[>41;330;0c",
        "\x1b[?1u",
        "\x1b[?997;1n",
        "\x1bP>|tmux 3.4\x1b\\",
        "\x1bP1+r524742=38\x1b\\",
    ],
)
def test_a_late_reply_is_not_typed_however_it_is_split(answer: str) -> None:
    for cut in range(len(answer) + 1):
        assert tokens_for((0, "a" + answer[:cut]), (0.05, answer[cut:] + "b")) == [
            KeySequence("a"),
            KeySequence("b"),
        ]


@pytest.mark.parametrize(("color", "light"), [("ffff/ffff/ffff", True), ("1e1e/1e1e/1e1e", False)])
@pytest.mark.parametrize("end", ["\x07", "\x1b\\"])
def test_a_late_background_reply_is_recognized_and_not_typed(color: str, light: bool, end: str) -> None:
    answer = f"\x1b]11;rgb:{color}{end}"
    for cut in range(len(answer) + 1):
        tokens = tokens_for((0, "a" + answer[:cut]), (0.05, answer[cut:] + "b"))
        assert tokens == [KeySequence("a"), BackgroundReply(light), KeySequence("b")]
    assert tokens_for((0, "\x1b"), (0.1, answer)) == [BackgroundReply(light), EscapeKey()]


def test_an_ack_is_reported_and_not_typed() -> None:
    assert tokens_for((0, "j\x1b[0n\x1b[0nj")) == [KeySequence("j"), Ack(), Ack(), KeySequence("j")]
    assert tokens_for((0, "\x1b[0"), (3.0, "n")) == [Ack()]


def test_sequences_that_textual_reads_are_passed_on() -> None:
    for sequence in (
        "\x1b[?2026;2$y",
        "\x1b[I",
        "\x1b[48;24;80;0;0t",
        "\x1b[<0;5;5M",
        "\x1b[97;;97u",
        "\x1b[[A",
    ):
        assert tokens_for((0, sequence)) == [KeySequence(sequence)]


def test_an_incomplete_sequence_is_dropped_and_not_typed() -> None:
    assert tokens_for((0, "\x1b[106;1")) == [UnreadableSequence("\x1b[106;1")]
    assert tokens_for((0, "\x1b[106;1\rj")) == [UnreadableSequence("\x1b[106;1"), KeySequence("\rj")]
    assert tokens_for((0, "\x1b[106;1\x1b[B")) == [UnreadableSequence("\x1b[106;1"), KeySequence(DOWN)]
    assert tokens_for((0, "\x1b]11;rgb:1e\x1b[B")) == [
        UnreadableSequence("\x1b]11;rgb:1e"),
        KeySequence(DOWN),
    ]
    assert tokens_for((0, "\x1b]11;rgb:1e\r")) == [UnreadableSequence("\x1b]11;rgb:1e"), KeySequence("\r")]
    assert tokens_for((0, "\x1b[<1;-5;3M")) == [KeySequence("\x1b[<1;-5;3M")]


def test_an_unfinished_sequence_is_dropped_at_a_key_that_cannot_continue_it() -> None:
    assert tokens_for((0, "\x1b[106;1"), (1.0, "j")) == [UnreadableSequence("\x1b[106;1"), KeySequence("j")]
    assert tokens_for((0, "\x1b[106;1"), (1.0, ";106u")) == [KeySequence("\x1b[106;1;106u")]
    assert tokens_for((0, "\x1b[M"), (0.5, "j")) == [UnreadableSequence("\x1b[M"), KeySequence("j")]


def test_keys_do_not_extend_the_wait_for_an_unfinished_reply() -> None:
    arrivals = [(0.0, "\x1b]11;rgb:"), *((1.0 + number, "a") for number in range(8))]
    tokens = tokens_for(*arrivals)
    assert tokens[0] == UnreadableSequence("\x1b]11;rgb:aaaa")
    assert tokens[1:] == 4 * [KeySequence("a")]


def test_a_paste_is_one_token_whatever_it_contains() -> None:
    text = f"q\r:q!\r{GUID}\x1b[B"
    sequence = f"\x1b[200~{text}\x1b[201~"
    for cut in range(len(sequence) + 1):
        assert tokens_for((0, sequence[:cut]), (0.05, sequence[cut:] + "j")) == [
            BracketedPaste(text),
            KeySequence("j"),
        ]


def test_a_paste_without_an_end_marker_ends_after_a_timeout() -> None:
    assert tokens_for((0, "\x1b[200~abc"), (1.0, "def")) == [BracketedPaste("abcdef")]
    assert tokens_for((0, "\x1b[200~abc"), (2 * UNFINISHED_S, "j")) == [
        BracketedPaste("abc"),
        KeySequence("j"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"quit now\r:q!\r{GUID}\r",
        GUID,
        f"{GUID}\n",
        "CollectJob failed",
        "two\rlonger lines\r",
        ":q!\rQ\rquit it",
    ],
)
def test_text_too_long_to_be_typed_at_once_is_an_unmarked_paste(text: str) -> None:
    assert tokens_for((0, text)) == [UnmarkedPaste(text)]


@pytest.mark.parametrize(
    "text",
    [
        "j",
        "jjjjjjjjjjjjjjj",
        "eee\rq",
        "gg\r",
        "/state:failed type:CollectJob\r\r/cannot connect\r",
        ":quit\r",
        "\x03\x03",
    ],
)
def test_keys_that_pile_up_on_a_slow_connection_are_keys(text: str) -> None:
    assert tokens_for((0, text)) == [KeySequence(text)]


pieces = st.sampled_from(
    [
        DOWN,
        "\x1bOA",
        "\x1b[5~",
        "\x1b[1;5C",
        "\x1b[0n",
        "j",
        "\r",
        "\x03",
        "\x1b]11;rgb:0/0/0\x07",
        "ä",
        "\x1b[200~p\x1b[201~",
    ]
)


@given(st.lists(pieces, max_size=8), st.data())
def test_the_result_does_not_depend_on_where_input_is_split(sent: list[str], data: st.DataObject) -> None:
    sent_text = "".join(sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent_text)), max_size=6)))
    parts = [sent_text[start:end] for start, end in zip([0, *cuts], [*cuts, len(sent_text)], strict=True)]
    torn = tokens_for(*((0.01 * number, part) for number, part in enumerate(parts)))
    assert _join_text(torn) == _join_text(tokens_for((0, sent_text)))


@given(st.text(max_size=60), st.floats(0, 2))
def test_no_input_is_held_indefinitely(text: str, later: float) -> None:
    input_filter = InputFilter()
    input_filter.feed(text, 0.0)
    input_filter.feed(text[::-1], later)
    input_filter.flush_overdue(later + 2 * UNFINISHED_S)
    assert input_filter.time_left(later + 2 * UNFINISHED_S) is None


def _join_text(tokens: list[Token]) -> list[Token | str]:
    """Join adjacent plain text: in how many pieces it arrives does not matter."""
    joined: list[Token | str] = []
    for token in tokens:
        text = (
            token.text
            if isinstance(token, KeySequence | UnmarkedPaste) and "\x1b" not in token.text
            else None
        )
        if text is None:
            joined.append(token)
        elif joined and isinstance(joined[-1], str):
            joined[-1] += text
        else:
            joined.append(text)
    return joined


@pytest.mark.parametrize("numbers", ["9" * 9, "9" * 40, "1;1:3", "999999999;1", ";;;;;;;;;1"])
def test_a_sequence_with_o_is_one_sequence_however_long_its_numbers_are(numbers: str) -> None:
    sequence = f"\x1bO{numbers}P"
    assert tokens_for((0, sequence)) == [KeySequence(sequence)]
    assert tokens_for(*((0.001 * place, character) for place, character in enumerate(sequence))) == [
        KeySequence(sequence)
    ]
    assert KeyReader().read(KeySequence(sequence)) is None


def test_endless_numbers_after_o_are_dropped() -> None:
    begun = f"\x1bO{'9' * 500}"
    assert tokens_for((0, begun)) == [UnreadableSequence(begun)]
    assert tokens_for((0, begun + DOWN)) == [UnreadableSequence(begun), KeySequence(DOWN)]
    assert tokens_for((0, "\x1bO"), (0.2, ":")) == [AltKey("O"), KeySequence(":")]
