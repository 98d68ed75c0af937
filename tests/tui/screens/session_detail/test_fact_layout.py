"""Which facts the header of a session shows if there is no room for all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.tui.screens.session_detail.fact_layout import PRIORITY_LABELS, allocate_lines

LABELS_IN_ORDER = (
    "Acknowledged",
    "Note",
    "Note",
    "Since",
    "Stuck",
    "Servers",
    "Last success",
    "Usual",
    "Recurring",
    "Next",
)
"""All labels in reading order."""


def shown_labels(room: int, *omitted: str, needed_lines: int = 1) -> list[str]:
    labels = [label for label in LABELS_IN_ORDER if label not in omitted]
    lines = allocate_lines(labels, [needed_lines] * len(labels), room)
    return [label for label, count in zip(labels, lines, strict=True) for _ in range(count)]


def test_the_smallest_screen_always_shows_the_backup_servers() -> None:
    assert shown_labels(3) == ["Acknowledged", "Note", "Servers"]
    assert shown_labels(3, "Note") == ["Acknowledged", "Stuck", "Servers"]
    assert shown_labels(3, "Acknowledged") == ["Note", "Stuck", "Servers"]
    assert shown_labels(3, "Acknowledged", "Note") == ["Since", "Stuck", "Servers"]
    assert shown_labels(3, "Acknowledged", "Note", "Servers", "Stuck") == ["Since", "Last success", "Usual"]


def test_every_important_fact_gets_one_line_before_any_gets_two() -> None:
    assert shown_labels(4, "Servers", needed_lines=2) == ["Acknowledged", "Note", "Since", "Stuck"]
    assert shown_labels(6, "Servers", needed_lines=2) == [
        "Acknowledged",
        "Acknowledged",
        "Note",
        "Since",
        "Stuck",
        "Last success",
    ]
    assert shown_labels(4, "Acknowledged", "Note", "Servers", needed_lines=2) == [
        "Since",
        "Stuck",
        "Stuck",
        "Last success",
    ]


def test_since_when_and_the_last_success_come_next() -> None:
    failed = ("Acknowledged", "Note", "Stuck")
    assert shown_labels(4, *failed) == ["Since", "Servers", "Last success", "Usual"]
    assert shown_labels(3, *failed) == ["Since", "Servers", "Last success"]
    assert shown_labels(2, *failed) == ["Since", "Servers"]


def test_with_enough_room_every_fact_gets_the_lines_it_needs_in_order() -> None:
    assert shown_labels(99) == list(LABELS_IN_ORDER)
    assert allocate_lines(["Since", "Stuck", "Usual"], [1, 2, 1], 4) == [1, 2, 1]


@pytest.mark.parametrize("room", range(8))
def test_a_second_note_comes_after_the_important_facts(room: int) -> None:
    assert shown_labels(room).count("Note") == (2 if room >= 7 else min(max(room - 2, 0), 1))


facts = st.lists(
    st.tuples(st.sampled_from([*PRIORITY_LABELS, "Last success", "Usual", "Note"]), st.integers(0, 3))
)


@given(facts, st.integers(0, 12))
def test_the_available_lines_are_allocated_exactly(pairs: list[tuple[str, int]], room: int) -> None:
    needed = [count for _, count in pairs]
    lines = allocate_lines([label for label, _ in pairs], needed, room)
    assert all(0 <= count <= most for count, most in zip(lines, needed, strict=True))
    assert sum(lines) == min(sum(needed), room)
