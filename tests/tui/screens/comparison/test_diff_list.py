"""Format, grouping and cursor of the lines of a comparison."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from session_factory import MINUTE, NOON, SECOND, log_texts, make_log, make_run
from tui_driver import ComparisonDriver, comparison

from emtui import text_format
from emtui.ascii import to_ascii
from emtui.em.model import Event, Outcome, Session
from emtui.triage.diff_hunks import CollapsedLines
from emtui.triage.diff_text import RunDifference, compare_runs
from emtui.tui.formatting.session_columns import WIDE_CELLS
from emtui.tui.screens.comparison.diff_columns import full_line_text, run_columns
from emtui.tui.screens.comparison.diff_row import (
    collapsed_lines_spans,
    heading_text,
    longest_step,
    row_spans,
)
from emtui.tui.screens.comparison.duration_chart import run_chart, step_chart
from emtui.tui.theme import DIVIDER, ERROR_STYLE, PLAIN, RUNNING_STYLE, WARNING_STYLE

BAD = make_run(NOON, outcome=Outcome.FAILED)
RUNNING = make_run(NOON, outcome=Outcome.RUNNING)
GOOD = make_run(NOON - 30 * MINUTE)
HOSTS = [f"host{number}" for number in range(60)]


def compare_logs(
    events: tuple[Event, ...], other_events: tuple[Event, ...], *, is_running: bool = False
) -> RunDifference:
    return compare_runs(
        RUNNING if is_running else BAD,
        tuple(events),
        GOOD,
        tuple(other_events),
        NOON + 999 * SECOND,
        is_last_successful=True,
    )


STEPS = compare_logs(
    make_log((0, "Start"), (1, "Reading bs02"), (231, "bs02 did not answer"), (240, "End")),
    make_log((0, "Start"), (1, "Reading bs02"), (15, "bs02 was read"), (20, "End")),
)


def drawn_lines(diff: RunDifference, width: int) -> list[str]:
    longest = longest_step(diff)
    return [
        "".join(text for text, _ in row_spans(diff, row, width, longest)).rstrip()
        for row in diff.comparison.rows
    ]


def test_a_line_has_sign_both_durations_and_their_ratio_if_much_slower() -> None:
    assert drawn_lines(STEPS, 60) == [
        "    1.0s   1.0s        Start",
        "   3m50s    14s    16  Reading bs02",
        "-          5.0s        bs02 was read",
        "+   9.0s               bs02 did not answer",
        "                       End",
    ]


def test_a_bar_shows_both_durations_and_longer_lines_have_one_for_each() -> None:
    assert drawn_lines(STEPS, 80) == [
        "    1.0s ▄            1.0s        Start",
        "   3m50s ▄█████████    14s    16  Reading bs02",
        "-        ▄            5.0s        bs02 was read",
        "+   9.0s █                        bs02 did not answer",
        "                                  End",
    ]
    assert drawn_lines(STEPS, 120)[1:4] == [
        "     +1.0s   3m50s ▄█████████    14s ▄             16  Reading bs02",
        "-  +30m15s                      5.0s ▄                 bs02 was read",
        "+   +3m51s    9.0s █                                   bs02 did not answer",
    ]


def test_wide_lines_have_both_runs_side_by_side() -> None:
    lines = [line.split(DIVIDER) for line in drawn_lines(STEPS, 200)]
    assert all(len(line) == 2 for line in lines)
    left, right = (["".join(parts[side].split()) for parts in lines] for side in (0, 1))
    bar = "▄▄" + "█" * 18
    assert left == [
        "+0.0s1.0s▄Start",
        f"+1.0s3m50s{bar}16Readingbs02",
        "-",
        "++3m51s9.0s█bs02didnotanswer",
        "+4m00sEnd",
    ]
    assert right == [
        "+30m00s1.0s▄Start",
        "+30m01s14s▄Readingbs02",
        "+30m15s5.0s▄bs02wasread",
        "",
        "+30m20sEnd",
    ]


def test_a_duration_that_would_read_as_zero_is_left_out() -> None:
    quick = compare_logs(make_log((0, "a"), (0.05, "b"), (1, "c")), make_log((0, "a"), (0, "b"), (1, "c")))
    for width in (60, 80, 120, 200):
        assert "0.0s" not in drawn_lines(quick, width)[0].replace("+0.0s", "")


def test_new_and_missing_lines_have_different_colors_and_slower_steps_a_color_of_their_own() -> None:
    longest = longest_step(STEPS)

    def styles(row_number: int, text: str) -> set[Style]:
        row = STEPS.comparison.rows[row_number]
        return {style for part, style in row_spans(STEPS, row, 80, longest) if text in part}

    assert styles(2, "was read") == {RUNNING_STYLE}
    assert styles(3, "not answer") == {WARNING_STYLE}
    assert styles(1, "3m50s") == styles(1, "16") == {ERROR_STYLE}, "more than twice the other"
    assert styles(1, "Reading") == {PLAIN}
    slower = compare_logs(make_log((0, "a"), (16, "b")), make_log((0, "a"), (10, "b")))
    (row, _) = slower.comparison.rows
    spans = row_spans(slower, row, 80, longest_step(slower))
    assert [style for part, style in spans if "16s" in part] == [WARNING_STYLE]


@pytest.mark.parametrize("width", [58, 80, WIDE_CELLS, 200])
def test_titles_are_aligned_with_their_columns_and_signs_have_a_legend(width: int) -> None:
    title = heading_text(STEPS, width, longest_step(STEPS))
    assert len(title) == width - 1
    assert title.endswith("+ new  - missing  ~ moved")
    line = drawn_lines(STEPS, width)[1]
    assert line.index("3m50s") + 5 == title.index("This") + 4
    assert line.index("14s") + 3 == title.index("Other") + 5
    assert line.index("16") + 2 == title.index("Ratio") + 5
    assert line.index("Reading") == title.index("Event")
    assert line.rindex("Reading") == title.rindex("Event")
    assert ("Offset" in title) == (width >= WIDE_CELLS)
    assert ("3m50s" in title) == (width >= 72), "the scale of the bars"


def test_without_room_there_is_no_legend() -> None:
    titles = "    This  Other Ratio  Event"
    assert heading_text(STEPS, 49, longest_step(STEPS)) == text_format.fit_width(titles, 48)
    assert heading_text(None, 60, timedelta()) == text_format.fit_width(titles, 59)


@given(st.text(min_size=0, max_size=300), st.integers(40, 200))
def test_no_text_makes_a_line_wider_than_the_screen(text: str, width: int) -> None:
    for line in drawn_lines(compare_logs(log_texts(text, "a"), log_texts("a")), width):  # type: ignore[arg-type]
        assert text_format.cell_width(line) <= width - 1
        assert "\n" not in line


def test_every_colored_line_has_a_sign_and_equal_lines_have_neither() -> None:
    for row in STEPS.comparison.rows:
        (sign, style), *_ = row_spans(STEPS, row, 80, longest_step(STEPS))
        assert (style == PLAIN) == (sign[0] == " ")


def test_signs_are_distinct_in_ascii_too() -> None:
    moved = compare_logs(log_texts("a", "b", "c", "d"), log_texts("b", "c", "d", "a"))  # type: ignore[arg-type]
    many = collapsed_lines_spans(CollapsedLines(0, 120, STEPS.comparison.rows[0].kind), 80)[0][0]
    signs = {line[0] for line in (*drawn_lines(STEPS, 80), *drawn_lines(moved, 80), many)}
    assert signs == {" ", "+", "-", "~", "="}
    assert all(to_ascii(sign) == sign for sign in signs)
    assert many.endswith("120 equal lines")


def test_an_opened_line_has_the_text_of_the_other_run_if_it_differs() -> None:
    near = compare_logs(make_log((0, "Collected bs01: 44 jobs")), make_log((0, "Collected bs01: 43 jobs")))
    row = near.comparison.rows[0]
    assert full_line_text(near, row, UTC) == (
        "Collected bs01: 44 jobs\n\nOther run, Mon 23 Nov 12:00:00 +00:00:\nCollected bs01: 43 jobs"
    )
    assert full_line_text(STEPS, STEPS.comparison.rows[0], UTC) == "Start"
    assert full_line_text(STEPS, STEPS.comparison.rows[2], UTC) == "bs02 was read"


@pytest.mark.parametrize("width", [58, 80, 120])
def test_the_run_picker_has_outcome_start_duration_id_and_the_message_if_there_is_room(
    width: int,
) -> None:
    titles = [column.title for column in run_columns(width)]
    assert titles == ["Outcome", "Started", "Took", "ID", *(["Message"] if width > 58 else [])]
    assert sum(column.width + column.gap for column in run_columns(width)) <= width


# --- charts -----------------------------------------------------------------------------


def drawn_chart(diff: RunDifference, width: int, max_lines: int) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in step_chart(diff, width, max_lines)]


def test_the_chart_has_the_steps_whose_durations_differ_most_with_a_bar_for_each_run() -> None:
    title, heading, *lines = drawn_chart(STEPS, 80, 12)
    assert title.startswith("─ Largest differences of steps ─")
    assert heading.split() == ["Change", "Step", "Run", "Took", "0", "2m", "3m50s"]
    assert [line.split() for line in lines] == [
        ["+3m36s", "Reading", "bs02", "This", "3m50s", "▄▄" + "█" * 25],
        ["Other", "14s", "▄"],
        ["+9.0s", "bs02", "did", "not", "answer", "This", "9.0s", "█"],
        ["Other", "no", "such", "step"],
        ["-5.0s", "bs02", "was", "read", "This", "no", "such", "step"],
        ["Other", "5.0s", "▄"],
    ]


def test_the_chart_has_as_many_steps_as_fit_and_none_without_differences() -> None:
    assert [len(drawn_chart(STEPS, 120, lines)) for lines in (0, 3, 4, 5, 6, 7, 8, 40)] == [
        *(0, 0, 4, 4, 6, 6, 8, 8)
    ]
    assert drawn_chart(compare_logs(STEPS.events, STEPS.events), 120, 40) == []
    unknown = make_log((0, "a"), (5, "b"))
    without_times = tuple(Event(event.order, None, event.message) for event in unknown)
    assert drawn_chart(compare_logs(unknown, without_times), 120, 40) == [], "no duration is no difference"


def test_a_bar_for_each_run_shows_how_much_longer_one_took() -> None:
    slow = make_run(NOON, duration=120 * SECOND, outcome=Outcome.FAILED)
    quick = make_run(NOON - 30 * MINUTE, duration=60 * SECOND)
    diff = compare_runs(slow, (), quick, (), NOON + 999 * SECOND, is_last_successful=True)
    this, other = (
        ["".join(text for text, _ in line).split() for line in run_chart(diff, 59)] if diff else [[], []]
    )
    assert this == ["This", "2m00s", "▄" * 21 + "█" * 21]
    assert other == ["Other", "1m00s", "▄" * 21]
    unknown = compare_runs(Session(slow.uid), (), quick, (), NOON + 999 * SECOND, is_last_successful=True)
    assert run_chart(unknown, 59) == []


@given(st.integers(58, 250), st.integers(0, 40))
def test_no_line_of_a_chart_is_wider_than_the_screen(width: int, max_lines: int) -> None:
    lines = drawn_chart(STEPS, width, max_lines)
    assert len(lines) <= max_lines
    assert all(text_format.cell_width(line) <= width for line in lines)


# --- in the widget ----------------------------------------------------------------------


def diff_list_app(diff: RunDifference, height: int = 12) -> AbstractAsyncContextManager[ComparisonDriver]:
    return comparison(diff, (80, height))


MIDDLE = compare_logs(log_texts(*HOSTS[:30], "new", *HOSTS[30:]), log_texts(*HOSTS))  # type: ignore[arg-type]


async def test_it_opens_on_the_first_difference_with_equal_lines_grouped() -> None:
    async with diff_list_app(MIDDLE) as lines:
        assert lines.row_count() == 9
        assert lines.cursor_row().startswith("▌+")
        assert lines.window_lines()[0].endswith("27 equal lines")
        assert lines.window_lines()[8].endswith("27 equal lines")


async def test_expanding_and_grouping_keep_the_cursor_on_its_screen_line() -> None:
    async with diff_list_app(MIDDLE) as lines:
        before, line = lines.cursor_row(), lines.cursor_line()
        lines.group(groups=False)
        assert (lines.row_count(), lines.cursor_row(), lines.cursor_line()) == (61, before, line)
        lines.group(groups=True)
        assert (lines.row_count(), lines.cursor_row()) == (9, before)


async def test_expanding_a_group_puts_the_cursor_on_its_first_line() -> None:
    async with diff_list_app(MIDDLE) as lines:
        lines.move_to(8)
        assert lines.is_group()
        lines.group(groups=False)
        assert lines.cursor_row().endswith("host33")


async def test_a_search_from_a_group_finds_its_lines_and_expands_it() -> None:
    async with diff_list_app(MIDDLE) as lines:
        lines.move_to(8)
        assert lines.is_group()
        lines.search("host3")
        assert lines.cursor_row().endswith("host33")
        assert lines.current_match() == "5 of 11"
        lines.go_to_match(1)
        assert lines.cursor_row().endswith("host34")
        lines.go_to_match(-1)
        assert lines.cursor_row().endswith("host33")


async def test_equal_logs_are_shown_completely_from_the_top() -> None:
    async with diff_list_app(compare_logs(log_texts(*HOSTS), log_texts(*HOSTS))) as lines:  # type: ignore[arg-type]
        assert (lines.row_count(), lines.cursor()) == (60, 0)


async def test_a_running_run_without_differences_opens_at_its_current_step() -> None:
    so_far = compare_logs(log_texts(*HOSTS[:9], "Waiting"), log_texts(*HOSTS[:9], "Waiting"), is_running=True)  # type: ignore[arg-type]
    quick = compare_runs(
        RUNNING, so_far.events[:5], GOOD, so_far.events, NOON + 5 * SECOND, is_last_successful=True
    )
    async with diff_list_app(quick) as lines:
        assert lines.cursor_row().endswith("host4")
        assert lines.window_lines()[lines.cursor_line() + 1].startswith(" .")


@pytest.mark.parametrize("cursor", [3, 5, 12])
async def test_as_a_log_grows_the_cursor_stays_on_its_line(cursor: int) -> None:
    other_events = log_texts(*HOSTS[:20])
    before = compare_logs(log_texts(*HOSTS[:4], "new", *HOSTS[4:8]), other_events, is_running=True)  # type: ignore[arg-type]
    after = compare_logs(
        log_texts(*HOSTS[:4], "new", *HOSTS[4:12], "bad", *HOSTS[12:14]),  # type: ignore[arg-type]
        other_events,  # type: ignore[arg-type]
        is_running=True,
    )
    async with diff_list_app(before, height=30) as lines:
        lines.group(groups=False)
        lines.move_to(cursor)
        await lines.pause()
        text = lines.cursor_row().split()[-1]
        lines.show(after)
        await lines.pause()
        assert lines.cursor_row().split()[-1] == text


async def test_another_comparison_starts_at_its_own_first_difference() -> None:
    other = make_run(NOON - timedelta(hours=5))
    another = compare_runs(BAD, MIDDLE.events, other, MIDDLE.events[1:], NOON, is_last_successful=False)
    async with diff_list_app(MIDDLE) as lines:
        lines.show(another)
        assert lines.cursor_row().endswith("host0")
        lines.show(None)
        assert (lines.row_count(), lines.line_count()) == (0, 0)


def test_the_search_text_is_underlined_in_the_color_of_its_line() -> None:
    new = next(row for row in STEPS.comparison.rows if "not answer" in (STEPS.event(row).message or ""))
    pieces = row_spans(STEPS, new, 80, longest_step(STEPS), "ANSWER")
    style = next(style for text, style in pieces if text == "answer")
    assert style.underline
    assert style.color == WARNING_STYLE.color
