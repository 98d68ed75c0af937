"""A comparison folded for the eye: nothing is lost, nothing different is hidden, all of it is reached."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from made_runs import NOON, log, texts

from emtui.triage.diff_hunks import (
    AROUND,
    WORTH,
    Line,
    Stretch,
    beside,
    first_of,
    folded,
    line_of,
    next_difference,
    next_slower,
    unfolded,
)
from emtui.triage.log_diff import ALIKE, Comparison, Kind, compare

logs = st.lists(st.sampled_from("abcdefgh") | st.just("x"), max_size=60)


def of(here: str, there: str) -> Comparison:
    return compare(texts(*here), texts(*there))


def rows_in(lines: tuple[Line, ...]) -> list[int]:
    """The rows that the lines stand for, in their order."""
    rows: list[int] = []
    for line in lines:
        rows += [line] if isinstance(line, int) else range(line.first, line.after)
    return rows


def test_equal_lines_far_from_a_difference_are_one_line() -> None:
    found = of("a" * 40 + "x" + "b" * 40, "a" * 40 + "b" * 40)
    assert folded(found) == (
        Stretch(0, 37, Kind.SAME),
        37,
        38,
        39,
        40,
        41,
        42,
        43,
        Stretch(44, 81, Kind.SAME),
    )


def test_a_few_are_not_worth_it() -> None:
    found = of("a" * (AROUND + WORTH - 1) + "x", "a" * (AROUND + WORTH - 1))
    assert folded(found) == unfolded(found)
    assert len(folded(of("a" * (AROUND + WORTH) + "x", "a" * (AROUND + WORTH)))) == 1 + AROUND + 1


def test_two_equal_logs_stand_there_whole() -> None:
    found = of("a" * 60, "a" * 60)
    assert folded(found) == unfolded(found) == tuple(range(60))


def test_what_is_still_to_come_is_folded_apart_from_what_was_alike() -> None:
    lines = [f"host{number}" for number in range(60)]
    found = compare(texts("new", *lines[:30]), texts(*lines), until=NOON)
    kinds = [line.kind for line in folded(found) if isinstance(line, Stretch)]
    assert kinds == [Kind.SAME, Kind.AHEAD]


@given(logs, logs, st.booleans())
def test_every_row_stands_in_one_line_in_order_and_nothing_different_is_hidden(
    here: list[str], there: list[str], runs: bool
) -> None:
    found = compare(texts(*here), texts(*there), until=NOON if runs else None)
    lines = folded(found)
    assert rows_in(lines) == list(range(len(found.rows)))
    for line in lines:
        if isinstance(line, Stretch):
            hidden = found.rows[line.first : line.after]
            assert line.count >= WORTH
            assert all(row.kind is line.kind and row.kind in ALIKE and not row.slower for row in hidden)
    for row in range(len(found.rows)):
        line = lines[line_of(lines, row)]
        assert first_of(line) <= row < (line + 1 if isinstance(line, int) else line.after)


@given(logs, logs)
def test_going_from_difference_to_difference_meets_each_once_and_the_same_ones_on_the_way_back(
    here: list[str], there: list[str]
) -> None:
    rows = compare(texts(*here), texts(*there)).rows
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
        at for at, row in enumerate(rows) if row.kind not in ALIKE and (at == 0 or rows[at - 1].kind in ALIKE)
    ]
    assert down == begins


def test_slower_steps_are_gone_to_one_by_one() -> None:
    now = log((0, "a"), (20, "b"), (21, "c"), (80, "d"))
    then = log((0, "a"), (2, "b"), (3, "c"), (4, "d"))
    rows = compare(now, then).rows
    assert next_slower(rows, -1, 1) == 0
    assert next_slower(rows, 0, 1) == 2
    assert next_slower(rows, 2, 1) is None
    assert next_slower(rows, 2, -1) == 0


places = st.lists(st.integers(0, 50), min_size=1, unique=True).map(sorted)


@given(places, st.integers(0, 50))
def test_going_from_place_to_place_meets_each_once_round_the_end_and_back(
    found: list[int], here: int
) -> None:
    walked = [here]
    for _ in found:
        walked.append(beside(found, walked[-1], 1))
    assert sorted(walked[1:]) == found
    assert beside(found, beside(found, walked[-1], 1), -1) == walked[-1]
