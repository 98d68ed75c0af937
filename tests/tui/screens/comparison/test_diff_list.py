"""How the lines of a difference are drawn, folded and kept hold of."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import MINUTE, NOON, SECOND, log, run, texts
from tui_driver import ComparisonDriver, comparison

from emtui import text_format
from emtui.ascii import plain
from emtui.em.model import Event, Outcome
from emtui.triage.diff_hunks import Stretch
from emtui.triage.diff_text import Difference, difference
from emtui.tui.formatting.session_columns import WIDE
from emtui.tui.screens.comparison.diff_columns import (
    heading,
    row_pieces,
    run_columns,
    stretch_pieces,
    whole_text,
)
from emtui.tui.theme import PLAIN

BAD = run(NOON, outcome=Outcome.FAILED)
RUNNING = run(NOON, outcome=Outcome.RUNNING)
GOOD = run(NOON - 30 * MINUTE)
HOSTS = [f"host{number}" for number in range(60)]


def found(here: tuple[Event, ...], there: tuple[Event, ...], *, runs: bool = False) -> Difference:
    return difference(
        RUNNING if runs else BAD, tuple(here), GOOD, tuple(there), NOON + 999 * SECOND, last_good=True
    )


STEPS = found(
    log((0, "Start"), (1, "Reading bs02"), (231, "bs02 did not answer"), (240, "End")),
    log((0, "Start"), (1, "Reading bs02"), (15, "bs02 was read"), (20, "End")),
)


def drawn(of: Difference, width: int) -> list[str]:
    rows = of.comparison.rows
    return ["".join(text for text, _ in row_pieces(of, row, width)).rstrip() for row in rows]


def test_a_line_has_a_sign_its_time_here_and_then_and_how_many_times_where_it_took_much_longer() -> None:
    assert drawn(STEPS, 80) == [
        "    1.0s    1.0s       Start",
        "   3m50s     14s   16  Reading bs02",
        "-           5.0s       bs02 was read",
        "+   9.0s               bs02 did not answer",
        "                       End",
    ]


@pytest.mark.parametrize("width", [58, 80, WIDE, 200])
def test_titles_stand_over_their_columns_and_the_signs_are_explained(width: int) -> None:
    title = heading(STEPS, width)
    assert len(title) == width - 1
    assert title.endswith("+ new  - missing  ~ moved")
    line = drawn(STEPS, width)[1]
    assert line.index("3m50s") + 5 == title.index("Here") + 4
    assert line.index("14s") + 3 == title.index("Then") + 4
    assert line.index("16") + 2 == title.index("×") + 1
    assert line.index("Reading") == title.index("Event")
    assert ("Offset" in title) == (width >= WIDE)


def test_where_there_is_no_room_for_it_nothing_is_explained() -> None:
    assert heading(STEPS, 50) == text_format.fit("    Here    Then    ×  Event", 49)
    assert heading(None, 80) == text_format.fit("    Here    Then    ×  Event", 79)


@given(st.text(min_size=0, max_size=300), st.integers(40, 200))
def test_no_text_of_a_server_makes_a_line_wider_than_the_screen(text: str, width: int) -> None:
    for line in drawn(found(texts(text, "a"), texts("a")), width):  # type: ignore[arg-type]
        assert text_format.cells(line) <= width - 1
        assert "\n" not in line


def test_each_colour_stands_beside_a_sign_and_equal_lines_have_none() -> None:
    for row in STEPS.comparison.rows:
        (sign, style), *_ = row_pieces(STEPS, row, 80)
        assert (style == PLAIN) == (sign[0] == " ")


def test_what_is_drawn_is_told_apart_in_ascii_too() -> None:
    moved = found(texts("a", "b", "c", "d"), texts("b", "c", "d", "a"))  # type: ignore[arg-type]
    many = stretch_pieces(Stretch(0, 120, STEPS.comparison.rows[0].kind), 80)[0][0]
    signs = {line[0] for line in (*drawn(STEPS, 80), *drawn(moved, 80), many)}
    assert signs == {" ", "+", "-", "~", "="}
    assert all(plain(sign) == sign for sign in signs)
    assert many.endswith("120 equal lines")


def test_a_whole_line_has_what_the_other_run_said_in_its_place_where_that_differs() -> None:
    near = found(log((0, "Collected bs01: 44 jobs")), log((0, "Collected bs01: 43 jobs")))
    row = near.comparison.rows[0]
    assert whole_text(near, row, UTC) == (
        "Collected bs01: 44 jobs\n\nThen, Mon 23 Nov 12:00:00 +00:00:\nCollected bs01: 43 jobs"
    )
    assert whole_text(STEPS, STEPS.comparison.rows[0], UTC) == "Start"
    assert whole_text(STEPS, STEPS.comparison.rows[2], UTC) == "bs02 was read"


@pytest.mark.parametrize("width", [58, 80, 120])
def test_a_run_to_choose_has_outcome_start_length_and_id_and_its_message_where_that_can_be_read(
    width: int,
) -> None:
    titles = [column.title for column in run_columns(width)]
    assert titles == ["Outcome", "Started", "Took", "ID", *(["Message"] if width > 58 else [])]
    assert sum(column.width + column.apart for column in run_columns(width)) <= width


# --- in the widget ----------------------------------------------------------------------


def stage(of: Difference, height: int = 12) -> AbstractAsyncContextManager[ComparisonDriver]:
    return comparison(of, (80, height))


MIDDLE = found(texts(*HOSTS[:30], "new", *HOSTS[30:]), texts(*HOSTS))  # type: ignore[arg-type]


async def test_it_opens_on_the_first_divergence_with_equal_lines_folded() -> None:
    async with stage(MIDDLE) as lines:
        assert lines.row_count() == 9
        assert lines.cursor_row().startswith("›+")
        assert lines.window_lines()[0].endswith("27 equal lines")
        assert lines.window_lines()[8].endswith("27 equal lines")


async def test_unfolded_and_folded_again_the_cursor_stays_on_its_line_of_the_screen() -> None:
    async with stage(MIDDLE) as lines:
        before, line = lines.cursor_row(), lines.cursor_line()
        lines.group(groups=False)
        assert (lines.row_count(), lines.cursor_row(), lines.cursor_line()) == (61, before, line)
        lines.group(groups=True)
        assert (lines.row_count(), lines.cursor_row()) == (9, before)


async def test_a_folded_line_that_is_unfolded_leaves_the_cursor_on_its_first_one() -> None:
    async with stage(MIDDLE) as lines:
        lines.move_to(8)
        assert lines.is_group()
        lines.group(groups=False)
        assert lines.cursor_row().endswith("host33")


async def test_the_first_of_folded_lines_is_found_from_there_and_seen() -> None:
    async with stage(MIDDLE) as lines:
        lines.move_to(8)
        assert lines.is_group()
        lines.search("host3")
        assert lines.cursor_row().endswith("host33")
        assert lines.match_here() == "5 of 11"
        lines.go_to_match(1)
        assert lines.cursor_row().endswith("host34")
        lines.go_to_match(-1)
        assert lines.cursor_row().endswith("host33")


async def test_equal_logs_stand_there_whole_from_the_top() -> None:
    async with stage(found(texts(*HOSTS), texts(*HOSTS))) as lines:  # type: ignore[arg-type]
        assert (lines.row_count(), lines.cursor()) == (60, 0)


async def test_a_run_that_differs_in_nothing_so_far_opens_where_it_is_now() -> None:
    so_far = found(texts(*HOSTS[:9], "Waiting"), texts(*HOSTS[:9], "Waiting"), runs=True)  # type: ignore[arg-type]
    quick = difference(RUNNING, so_far.events[:5], GOOD, so_far.events, NOON + 5 * SECOND, last_good=True)
    async with stage(quick) as lines:
        assert lines.cursor_row().endswith("host4")
        assert lines.window_lines()[lines.cursor_line() + 1].startswith(" .")


@pytest.mark.parametrize("place", [3, 5, 12])
async def test_as_a_log_grows_the_cursor_stays_on_its_line(place: int) -> None:
    there = texts(*HOSTS[:20])
    before = found(texts(*HOSTS[:4], "new", *HOSTS[4:8]), there, runs=True)  # type: ignore[arg-type]
    after = found(texts(*HOSTS[:4], "new", *HOSTS[4:12], "bad", *HOSTS[12:14]), there, runs=True)  # type: ignore[arg-type]
    async with stage(before, height=30) as lines:
        lines.group(groups=False)
        lines.move_to(place)
        await lines.pause()
        text = lines.cursor_row().split()[-1]
        lines.show(after)
        await lines.pause()
        assert lines.cursor_row().split()[-1] == text


async def test_another_run_to_compare_with_begins_at_its_own_first_divergence() -> None:
    other = run(NOON - timedelta(hours=5))
    another = difference(BAD, MIDDLE.events, other, MIDDLE.events[1:], NOON, last_good=False)
    async with stage(MIDDLE) as lines:
        lines.show(another)
        assert lines.cursor_row().endswith("host0")
        lines.show(None)
        assert (lines.row_count(), lines.line_count()) == (0, 0)


def test_what_is_sought_is_underlined_in_the_colour_of_its_line() -> None:
    new = next(row for row in STEPS.comparison.rows if "not answer" in (STEPS.event(row).message or ""))
    pieces = row_pieces(STEPS, new, 80, "ANSWER")
    style = next(style for text, style in pieces if text == "answer")
    assert style.underline
    assert style.color == row_pieces(STEPS, new, 80)[-1][1].color
