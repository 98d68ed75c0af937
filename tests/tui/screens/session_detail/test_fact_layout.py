"""Which facts of an opened run stand in its head where not all of them fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.tui.screens.session_detail.fact_layout import PRIORITY_LABELS, allocate_lines

LABELS_IN_ORDER = (
    "Known",
    "Note",
    "Note",
    "Since",
    "Waited",
    "Servers",
    "Last good",
    "Usual",
    "Same",
    "Next",
)
"""In the order in which they stand."""


def shown_labels(room: int, *left_out: str, needed_lines: int = 1) -> list[str]:
    labels = [label for label in LABELS_IN_ORDER if label not in left_out]
    lines = allocate_lines(labels, [needed_lines] * len(labels), room)
    return [label for label, many in zip(labels, lines, strict=True) for _ in range(many)]


def test_on_the_smallest_screen_the_backup_server_is_among_the_three_facts_whatever_people_know() -> None:
    assert shown_labels(3) == ["Known", "Note", "Servers"]
    assert shown_labels(3, "Note") == ["Known", "Waited", "Servers"]
    assert shown_labels(3, "Known") == ["Note", "Waited", "Servers"]
    assert shown_labels(3, "Known", "Note") == ["Since", "Waited", "Servers"]
    assert shown_labels(3, "Known", "Note", "Servers", "Waited") == ["Since", "Last good", "Usual"]


def test_what_matters_has_a_line_each_before_anything_has_two() -> None:
    assert shown_labels(4, "Servers", needed_lines=2) == ["Known", "Note", "Since", "Waited"]
    assert shown_labels(5, "Servers", needed_lines=2) == ["Known", "Known", "Note", "Since", "Waited"]
    assert shown_labels(4, "Known", "Note", "Servers", needed_lines=2) == [
        "Since",
        "Since",
        "Waited",
        "Waited",
    ]


def test_with_room_for_all_each_has_what_it_takes_in_its_place() -> None:
    assert shown_labels(99) == list(LABELS_IN_ORDER)
    assert allocate_lines(["Since", "Waited", "Usual"], [1, 2, 1], 4) == [1, 2, 1]


@pytest.mark.parametrize("room", range(8))
def test_a_second_note_comes_after_what_matters(room: int) -> None:
    assert shown_labels(room).count("Note") == (2 if room >= 6 else min(max(room - 2, 0), 1))


facts = st.lists(
    st.tuples(st.sampled_from([*PRIORITY_LABELS, "Last good", "Usual", "Note"]), st.integers(0, 3))
)


@given(facts, st.integers(0, 12))
def test_no_line_is_given_twice_or_left_over(pairs: list[tuple[str, int]], room: int) -> None:
    wanted = [many for _, many in pairs]
    lines = allocate_lines([label for label, _ in pairs], wanted, room)
    assert all(0 <= many <= most for many, most in zip(lines, wanted, strict=True))
    assert sum(lines) == min(sum(wanted), room)
