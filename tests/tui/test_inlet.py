"""What the terminal sends, told apart, however a line tears it up or heaps it up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.tui.inlet import (
    HOLD,
    TORN,
    UNENDING,
    Alt,
    Dropped,
    Escape,
    EscapeOrAlt,
    Ground,
    Heard,
    Inlet,
    Keys,
    Lump,
    Pasted,
    Shown,
)
from emtui.tui.key_reader import KeyReader

GUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
DOWN = "\x1b[B"


def heard(*arrivals: tuple[float, str]) -> list[Heard]:
    """All that is heard of texts that arrive at these times."""
    inlet, told = Inlet(), list[Heard]()
    for at, text in arrivals:
        told += inlet.overdue(at)
        told += inlet.take(text, at)
    return told + inlet.overdue(arrivals[-1][0] + 2 * UNENDING)


def test_the_key_esc_is_heard_once_nothing_else_can_belong_to_it() -> None:
    inlet = Inlet()
    assert inlet.take("\x1b", 1.0) == []
    assert inlet.overdue(1.0 + HOLD / 2) == []
    wait = inlet.wait(1.0)
    assert wait == pytest.approx(HOLD)
    assert inlet.overdue(1.0 + HOLD) == [Escape()]
    assert inlet.wait(1.0 + HOLD) is None


def test_an_arrow_that_comes_in_two_pieces_is_an_arrow() -> None:
    assert heard((0, "\x1b"), (0.2, "[B")) == [Keys(DOWN)]
    assert heard((0, "\x1b"), (0.2, "OB")) == [Keys("\x1bOB")]
    assert heard((0, "\x1b["), (0.9, "B")) == [Keys(DOWN)]


def test_an_answer_between_the_pieces_of_an_arrow_parts_them_no_further() -> None:
    assert heard((0, "\x1b"), (0.1, "\x1b[0n"), (0.2, "[B")) == [Shown(), Keys(DOWN)]
    assert heard((0, "\x1b"), (0.1, "\x1b[?62;4c\x1b[0n[B")) == [Shown(), Keys(DOWN)]
    assert heard((0, "\x1b"), (0.1, "\x1b[0n")) == [Shown(), Escape()]
    assert heard((0, "\x1b"), (0.1, "\x1b[?2026;2$y")) == [Escape(), Keys("\x1b[?2026;2$y")]


def test_the_rest_of_an_arrow_that_comes_too_late_is_still_no_two_keys() -> None:
    assert heard((0, "\x1b"), (HOLD + 0.2, "[B")) == [Escape(), Keys(DOWN)]
    assert heard((0, "\x1b"), (HOLD + TORN + 0.2, "[B")) == [Escape(), Keys("[B")]


def test_the_rest_of_an_answer_that_comes_too_late_is_typed_nowhere() -> None:
    late = HOLD + 0.2
    assert heard((0, "\x1b"), (late, "[0n")) == [Escape(), Shown()]
    assert heard((0, "\x1b"), (late, "[?62;22c")) == [Escape()]
    assert heard((0, "\x1b"), (late, "]11;rgb:1e1e/1e1e/1e1e\x07")) == [Escape(), Ground(False)]


@pytest.mark.parametrize("letter", ["b", "f", "d", "q", "Q", "?", ":", "é", "[", "O", "]", "P"])
def test_alt_and_a_letter_come_in_one_piece(letter: str) -> None:
    assert heard((0, f"\x1b{letter}")) == [Alt(letter)]
    assert heard((0, f"j\x1b{letter}")) == [Keys("j"), Alt(letter)]
    assert heard((0, f"\x1b{letter}\x1b{letter}")) == [Alt(letter), Alt(letter)]


@pytest.mark.parametrize("letter", ["b", "q", "?", "[", "O", "]"])
def test_esc_and_then_a_letter_by_hand_are_two_keys(letter: str) -> None:
    assert heard((0, "\x1b"), (0.05, letter)) == [Escape(), Keys(letter)]
    assert heard((0, "\x1b"), (HOLD + 0.05, letter)) == [Escape(), Keys(letter)]


def test_esc_and_a_key_that_is_no_letter_in_one_piece_are_decided_by_whether_a_field_is_open() -> None:
    assert heard((0, "\x1b\r")) == [EscapeOrAlt("\r")]
    assert heard((0, "\x1b" + DOWN)) == [EscapeOrAlt(DOWN)]
    assert heard((0, "\x1b\x1bOB")) == [EscapeOrAlt("\x1bOB")]
    assert heard((0, "\x1b\x1b")) == [Escape(), Escape()]
    assert heard((0, "\x1b\x03")) == [Escape(), Keys("\x03")]
    assert heard((0, "\x1b\x1b[0n")) == [Escape(), Shown()]


def test_esc_and_a_text_in_one_piece_are_both_meant() -> None:
    assert heard((0, "\x1bquarantine bs02?\r:leave it\r")) == [
        Escape(),
        Lump("quarantine bs02?\r:leave it\r"),
    ]
    assert heard((0, "\x1bdisk full\r:leave it\r")) == [Escape(), Lump("disk full\r:leave it\r")]
    assert heard((0, f"\x1b{GUID}")) == [Escape(), Lump(GUID)]
    assert heard((0, "\x1b/state:failed\r")) == [Escape(), Keys("/state:failed\r")]
    assert heard((0, "\x1bhello there")) == [Escape(), Lump("hello there")]


def test_alt_and_a_letter_of_a_field_is_followed_by_what_is_typed_there() -> None:
    assert heard((0, "\x1bbx")) == [Alt("b"), Keys("x")]
    assert heard((0, "\x1bbhello there")) == [Alt("b"), Lump("hello there")]


def test_a_word_is_still_deleted_with_alt_and_backspace() -> None:
    assert heard((0, "\x1b\x7f")) == [Keys("\x1b\x7f")]


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
def test_an_answer_that_comes_late_is_typed_nowhere_however_it_is_torn(answer: str) -> None:
    for cut in range(len(answer) + 1):
        assert heard((0, "a" + answer[:cut]), (0.05, answer[cut:] + "b")) == [Keys("a"), Keys("b")]


@pytest.mark.parametrize(("color", "light"), [("ffff/ffff/ffff", True), ("1e1e/1e1e/1e1e", False)])
@pytest.mark.parametrize("end", ["\x07", "\x1b\\"])
def test_a_background_that_is_told_late_is_heard_and_typed_nowhere(color: str, light: bool, end: str) -> None:
    answer = f"\x1b]11;rgb:{color}{end}"
    for cut in range(len(answer) + 1):
        told = heard((0, "a" + answer[:cut]), (0.05, answer[cut:] + "b"))
        assert told == [Keys("a"), Ground(light), Keys("b")]
    assert heard((0, "\x1b"), (0.1, answer)) == [Ground(light), Escape()]


def test_that_a_frame_was_shown_is_heard_and_typed_nowhere() -> None:
    assert heard((0, "j\x1b[0n\x1b[0nj")) == [Keys("j"), Shown(), Shown(), Keys("j")]
    assert heard((0, "\x1b[0"), (3.0, "n")) == [Shown()]


def test_what_the_framework_reads_itself_is_handed_on() -> None:
    for sequence in (
        "\x1b[?2026;2$y",
        "\x1b[I",
        "\x1b[48;24;80;0;0t",
        "\x1b[<0;5;5M",
        "\x1b[97;;97u",
        "\x1b[[A",
    ):
        assert heard((0, sequence)) == [Keys(sequence)]


def test_what_never_comes_whole_is_dropped_and_not_typed() -> None:
    assert heard((0, "\x1b[106;1")) == [Dropped("\x1b[106;1")]
    assert heard((0, "\x1b[106;1\rj")) == [Dropped("\x1b[106;1"), Keys("\rj")]
    assert heard((0, "\x1b[106;1\x1b[B")) == [Dropped("\x1b[106;1"), Keys(DOWN)]
    assert heard((0, "\x1b]11;rgb:1e\x1b[B")) == [Dropped("\x1b]11;rgb:1e"), Keys(DOWN)]
    assert heard((0, "\x1b]11;rgb:1e\r")) == [Dropped("\x1b]11;rgb:1e"), Keys("\r")]
    assert heard((0, "\x1b[<1;-5;3M")) == [Keys("\x1b[<1;-5;3M")]


def test_a_sequence_that_was_begun_is_given_up_for_a_key_that_ends_none() -> None:
    assert heard((0, "\x1b[106;1"), (1.0, "j")) == [Dropped("\x1b[106;1"), Keys("j")]
    assert heard((0, "\x1b[106;1"), (1.0, ";106u")) == [Keys("\x1b[106;1;106u")]
    assert heard((0, "\x1b[M"), (0.5, "j")) == [Dropped("\x1b[M"), Keys("j")]


def test_an_answer_that_has_no_end_is_held_no_longer_because_keys_come() -> None:
    arrivals = [(0.0, "\x1b]11;rgb:"), *((1.0 + number, "a") for number in range(8))]
    told = heard(*arrivals)
    assert told[0] == Dropped("\x1b]11;rgb:aaaa")
    assert told[1:] == 4 * [Keys("a")]


def test_a_paste_is_one_piece_whatever_stands_in_it() -> None:
    text = f"q\r:q!\r{GUID}\x1b[B"
    whole = f"\x1b[200~{text}\x1b[201~"
    for cut in range(len(whole) + 1):
        assert heard((0, whole[:cut]), (0.05, whole[cut:] + "j")) == [Pasted(text), Keys("j")]


def test_a_paste_that_never_ends_is_a_paste_in_the_end() -> None:
    assert heard((0, "\x1b[200~abc"), (1.0, "def")) == [Pasted("abcdef")]
    assert heard((0, "\x1b[200~abc"), (2 * UNENDING, "j")) == [Pasted("abc"), Keys("j")]


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
def test_text_that_no_hand_brings_at_once_is_a_lump(text: str) -> None:
    assert heard((0, text)) == [Lump(text)]


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
def test_keys_that_pile_up_on_a_slow_line_are_keys(text: str) -> None:
    assert heard((0, text)) == [Keys(text)]


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
def test_where_a_line_cuts_makes_no_difference(sent: list[str], data: st.DataObject) -> None:
    whole = "".join(sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    parts = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    torn = heard(*((0.01 * number, part) for number, part in enumerate(parts)))
    assert _joined(torn) == _joined(heard((0, whole)))


@given(st.text(max_size=60), st.floats(0, 2))
def test_nothing_that_comes_is_held_for_ever(text: str, later: float) -> None:
    inlet = Inlet()
    inlet.take(text, 0.0)
    inlet.take(text[::-1], later)
    inlet.overdue(later + 2 * UNENDING)
    assert inlet.wait(later + 2 * UNENDING) is None


def _joined(told: list[Heard]) -> list[Heard | str]:
    """Plain text in one piece: in how many it came means nothing."""
    joined: list[Heard | str] = []
    for one in told:
        text = one.text if isinstance(one, Keys | Lump) and "\x1b" not in one.text else None
        if text is None:
            joined.append(one)
        elif joined and isinstance(joined[-1], str):
            joined[-1] += text
        else:
            joined.append(text)
    return joined


@pytest.mark.parametrize("numbers", ["9" * 9, "9" * 40, "1;1:3", "999999999;1", ";;;;;;;;;1"])
def test_a_sequence_with_o_is_one_sequence_however_long_its_numbers_are(numbers: str) -> None:
    sequence = f"\x1bO{numbers}P"
    assert heard((0, sequence)) == [Keys(sequence)]
    assert heard(*((0.001 * place, character) for place, character in enumerate(sequence))) == [
        Keys(sequence)
    ]
    assert KeyReader().read(Keys(sequence)) is None


def test_numbers_after_o_that_never_end_are_dropped() -> None:
    begun = f"\x1bO{'9' * 500}"
    assert heard((0, begun)) == [Dropped(begun)]
    assert heard((0, begun + DOWN)) == [Dropped(begun), Keys(DOWN)]
    assert heard((0, "\x1bO"), (0.2, ":")) == [Alt("O"), Keys(":")]
