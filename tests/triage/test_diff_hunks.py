"""Collapsing equal lines of a comparison, and the position of each difference."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from session_factory import NOON, log_texts, make_log

from emtui.triage.diff_hunks import (
    CONTEXT_LINES,
    MIN_COLLAPSED_LINES,
    CollapsedLines,
    DiffLine,
    collapsed_lines,
    expanded_lines,
    find_line_index,
    first_row_index,
    next_difference,
    next_index,
    next_slower,
)
from emtui.triage.log_diff import UNCHANGED_KINDS, DiffKind, LogComparison, compare_logs

logs = st.lists(st.sampled_from("abcdefgh") | st.just("x"), max_size=60)


def compare_texts(letters: str, other_letters: str) -> LogComparison:
    return compare_logs(log_texts(*letters), log_texts(*other_letters))


def row_indexes(lines: tuple[DiffLine, ...]) -> list[int]:
    """The rows that the lines stand for, in their order."""
    rows: list[int] = []
    for line in lines:
        rows += [line] if isinstance(line, int) else range(line.first, line.end)
    return rows


def test_equal_lines_far_from_a_difference_are_one_line() -> None:
    found = compare_texts("a" * 40 + "x" + "b" * 40, "a" * 40 + "b" * 40)
    assert collapsed_lines(found) == (
        CollapsedLines(0, 37, DiffKind.SAME),
        37,
        38,
        39,
        40,
        41,
        42,
        43,
        CollapsedLines(44, 81, DiffKind.SAME),
    )


def test_a_few_are_not_worth_it() -> None:
    found = compare_texts(
        "a" * (CONTEXT_LINES + MIN_COLLAPSED_LINES - 1) + "x", "a" * (CONTEXT_LINES + MIN_COLLAPSED_LINES - 1)
    )
    assert collapsed_lines(found) == expanded_lines(found)
    assert (
        len(
            collapsed_lines(
                compare_texts(
                    "a" * (CONTEXT_LINES + MIN_COLLAPSED_LINES) + "x",
                    "a" * (CONTEXT_LINES + MIN_COLLAPSED_LINES),
                )
            )
        )
        == 1 + CONTEXT_LINES + 1
    )


def test_two_equal_logs_are_shown_completely() -> None:
    found = compare_texts("a" * 60, "a" * 60)
    assert collapsed_lines(found) == expanded_lines(found) == tuple(range(60))


def test_pending_lines_are_collapsed_apart_from_equal_ones() -> None:
    lines = [f"host{number}" for number in range(60)]
    found = compare_logs(log_texts("new", *lines[:30]), log_texts(*lines), until=NOON)
    kinds = [line.kind for line in collapsed_lines(found) if isinstance(line, CollapsedLines)]
    assert kinds == [DiffKind.SAME, DiffKind.PENDING]


@given(logs, logs, st.booleans())
def test_every_row_is_on_one_line_in_order_and_no_difference_is_collapsed(
    own_log: list[str], other_log: list[str], runs: bool
) -> None:
    found = compare_logs(log_texts(*own_log), log_texts(*other_log), until=NOON if runs else None)
    lines = collapsed_lines(found)
    assert row_indexes(lines) == list(range(len(found.rows)))
    for line in lines:
        if isinstance(line, CollapsedLines):
            hidden = found.rows[line.first : line.end]
            assert line.count >= MIN_COLLAPSED_LINES
            assert all(
                row.kind is line.kind and row.kind in UNCHANGED_KINDS and not row.is_slower for row in hidden
            )
    for row in range(len(found.rows)):
        line = lines[find_line_index(lines, row)]
        assert first_row_index(line) <= row < (line + 1 if isinstance(line, int) else line.end)


@given(logs, logs)
def test_going_from_difference_to_difference_meets_each_once_and_the_same_ones_on_the_way_back(
    own_log: list[str], other_log: list[str]
) -> None:
    rows = compare_logs(log_texts(*own_log), log_texts(*other_log)).rows
    down: list[int] = []
    place: int | None = -1
    while place is not None and (place := next_difference(rows, place, 1)) is not None:
        down.append(place)
    up: list[int] = []
    place = len(rows)
    while place is not None and (place := next_difference(rows, place, -1)) is not None:
        up.append(place)
    assert down == up[::-1]
    begins = [
        at
        for at, row in enumerate(rows)
        if row.kind not in UNCHANGED_KINDS and (at == 0 or rows[at - 1].kind in UNCHANGED_KINDS)
    ]
    assert down == begins


def test_slower_steps_are_gone_to_one_by_one() -> None:
    now = make_log((0, "a"), (20, "b"), (21, "c"), (80, "d"))
    then = make_log((0, "a"), (2, "b"), (3, "c"), (4, "d"))
    rows = compare_logs(now, then).rows
    assert next_slower(rows, -1, 1) == 0
    assert next_slower(rows, 0, 1) == 2
    assert next_slower(rows, 2, 1) is None
    assert next_slower(rows, 2, -1) == 0


index_lists = st.lists(st.integers(0, 50), min_size=1, unique=True).map(sorted)


@given(index_lists, st.integers(0, 50))
def test_going_from_place_to_place_meets_each_once_round_the_end_and_back(
    found: list[int], current: int
) -> None:
    walked = [current]
    for _ in found:
        walked.append(next_index(found, walked[-1], 1))
    assert sorted(walked[1:]) == found
    assert next_index(found, next_index(found, walked[-1], 1), -1) == walked[-1]
