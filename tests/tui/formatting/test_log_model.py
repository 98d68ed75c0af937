"""What is shown of a log: events, the waits between them, and long messages on rows of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui import text_format
from emtui.em.model import Event
from emtui.triage.step_timing import Step, UsualStepDuration, Wait, find_steps, select_waits
from emtui.tui.formatting.log_model import (
    MAX_ROWS_PER_MESSAGE,
    EventLine,
    WaitLine,
    log_lines,
    scroll_left,
    unwrapped_rows,
    wrap_message,
    wrapped_rows,
)
from emtui.tui.formatting.log_text import line_text, short_wait_text, wait_text
from emtui.tui.formatting.search_matches import highlight_matches
from emtui.tui.screens.session_detail.event_row import wait_spans, worst_wait_reason
from emtui.tui.theme import PLAIN

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def events_at(*parts: tuple[float, str]) -> tuple[Event, ...]:
    """Events so many seconds after noon."""
    return tuple(
        Event(number, NOON + timedelta(seconds=at), text) for number, (at, text) in enumerate(parts, 1)
    )


EVENTS = events_at((0, "Starting"), (1, "Retrieving data from bs01"), (22, "Collected bs01"), (23, "Done"))
WAITS = select_waits(find_steps(EVENTS), {})


def wait_of(seconds: float, usual: UsualStepDuration | None = None, *, is_open: bool = False) -> Wait:
    return Wait(
        Step(3, "Retrieving data from bs02", NOON, timedelta(seconds=seconds), is_open=is_open), usual
    )


USUAL = UsualStepDuration(timedelta(seconds=14), timedelta(seconds=31), 20)


def test_a_wait_stands_between_the_two_events_around_it() -> None:
    lines = log_lines(EVENTS, WAITS)
    assert [(type(line), line.event_index) for line in lines] == [
        (EventLine, 0),
        (EventLine, 1),
        (WaitLine, 1),
        (EventLine, 2),
        (EventLine, 3),
    ]
    assert line_text(lines[2]) == "21s in “Retrieving data from bs01”"


def test_a_wait_is_shown_with_the_event_that_it_follows_or_not_at_all() -> None:
    assert [line.event_index for line in log_lines(EVENTS, WAITS, "retrieving")] == [1, 1]
    assert [line.event_index for line in log_lines(EVENTS, WAITS, "bs01")] == [1, 1, 2]
    assert [line.event_index for line in log_lines(EVENTS, WAITS, "starting")] == [0]


def test_letters_are_found_and_underlined_however_they_are_composed() -> None:
    events = events_at((0, "Cafe\u0301 cannot be reached"), (1, "Straße"))
    assert [line.event_index for line in log_lines(events, (), "CAFÉ")] == [0]
    assert [line.event_index for line in log_lines(events, (), "strasse")] == [1]
    assert log_lines(events, (), "cafe ") == ()
    assert [
        text for text, style in highlight_matches("Cafe\u0301 an der Straße", "é", PLAIN) if style != PLAIN
    ] == ["e\u0301"]
    assert [
        text for text, style in highlight_matches("eine Straße, STRASSE", "strasse") if style != PLAIN
    ] == [
        "Straße",
        "STRASSE",
    ]


def test_a_run_that_goes_on_waits_behind_its_last_event() -> None:
    found = select_waits(find_steps(EVENTS, NOON + timedelta(seconds=83)), {})
    last = log_lines(EVENTS, found)[-1]
    assert isinstance(last, WaitLine)
    assert line_text(last) == "1m00s so far in “Done”"


def test_waits_of_a_longer_log_than_has_come_are_left_out() -> None:
    assert log_lines(EVENTS[:1], WAITS) == log_lines(EVENTS[:1])


def test_a_wait_says_what_is_usual_and_on_how_many_runs_that_rests() -> None:
    assert wait_text(wait_of(230, USUAL)) == (
        "3m50s in “Retrieving data from bs02”, usually 14s, longest of 20 good runs 31s"
    )
    assert short_wait_text(wait_of(230, USUAL)) == "3m50s  usually 14s, longest of 20 good runs 31s"
    assert short_wait_text(wait_of(230, USUAL, is_open=True)) == (
        "3m50s  so far, usually 14s, longest of 20 good runs 31s"
    )
    assert short_wait_text(wait_of(230)) == "3m50s"


@pytest.mark.parametrize(
    ("room", "drawn"),
    [
        (67, " 3m50s  usually 14s, longest of 20 good runs 31s   <- slowest"),
        (45, " 3m50s  usually 14s (20 runs)   <- slowest"),
        (33, " 3m50s  usually 14s   <- slowest"),
        (20, " 3m50s     <- slowest"),
    ],
)
def test_where_there_is_little_room_less_is_said_but_never_half_of_it(room: int, drawn: str) -> None:
    wait = wait_of(230, USUAL)
    assert "".join(text for text, _ in wait_spans(wait, "slowest", room)) == drawn


def test_only_the_worst_one_is_marked_and_says_whether_it_goes_on() -> None:
    still = wait_of(230, USUAL, is_open=True)
    assert worst_wait_reason(still, still, (still,)) == "silent"
    assert worst_wait_reason(still, None, (still,)) == ""
    assert "<-" not in "".join(text for text, _ in wait_spans(still, "", 70))
    never = replace(wait_of(11), log_count_without=5)
    assert worst_wait_reason(never, never, (never,)) == "waited"
    told = "".join(text for text, _ in wait_spans(never, "waited", 70))
    assert told == "   11s  in none of 5 good runs   <- waited"


def test_only_the_one_where_most_time_was_lost_is_called_the_slowest() -> None:
    long = wait_of(230, USUAL)
    failed = replace(wait_of(60, USUAL), step=replace(long.step, index=7, duration=timedelta(seconds=60)))
    assert worst_wait_reason(long, long, (long, failed)) == "slowest"
    assert worst_wait_reason(failed, failed, (long, failed)) == "waited", "it was a server's that failed"


@given(st.text("ab 語\n\ẗ", max_size=120), st.integers(8, 30))
def test_no_part_is_wider_than_the_room_and_nothing_is_lost(text: str, width: int) -> None:
    parts = wrap_message(text, width)
    assert all(text_format.cell_width(part) <= width for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_lines_of_a_message_stay_lines_and_words_stay_whole() -> None:
    assert wrap_message("one two three four\n\nfive", 10) == ("one two", "three four", "", "five")
    assert wrap_message("abcdefghijklmnop", 10) == ("abcdefghij", "klmnop")


def test_a_message_of_a_thousand_rows_is_cut_and_says_so() -> None:
    parts = wrap_message("word " * 20_000, 20)
    assert len(parts) == MAX_ROWS_PER_MESSAGE
    assert parts[-1] == "word word word word…"
    assert wrap_message("\n" * (MAX_ROWS_PER_MESSAGE - 1), 20) == ("",) * MAX_ROWS_PER_MESSAGE


@given(
    st.lists(st.text("ab cd\n", max_size=60), min_size=1, max_size=12),
    st.sets(st.integers(0, 11)),
    st.data(),
)
def test_every_row_is_a_part_of_a_line_and_is_found_again(
    texts: list[str], slow: set[int], data: st.DataObject
) -> None:
    events = events_at(*((number, text) for number, text in enumerate(texts)))
    found = [Wait(Step(place, "", None, timedelta(minutes=1)), None) for place in sorted(slow)]
    lines = log_lines(events, found)
    for rows in (unwrapped_rows(lines), wrapped_rows(lines, 8)):
        row = data.draw(st.integers(0, rows.end - 1))
        assert rows.row_at(rows.position_at(row)) == row
        assert rows.lines[rows.line_index(row)] is rows.line_at(row)
        assert rows.starts[rows.line_index(row)] + rows.part_index(row) == row


def test_what_is_not_shown_any_more_leads_to_the_next_line_or_the_last() -> None:
    rows = unwrapped_rows(log_lines(EVENTS, WAITS, "bs01"))
    assert rows.row_at((0, False, 0)) == 0
    assert rows.row_at((1, True, 0)) == 1
    assert rows.row_at((3, False, 0)) == 2
    assert unwrapped_rows(()).row_at((1, True, 0)) == 0


def test_a_message_moved_left_says_that_it_began_before() -> None:
    assert scroll_left("abcdef", 0) == "abcdef"
    assert scroll_left("abcdef", 2) == "‹def"
    assert scroll_left("語語cd", 2) == "‹cd"
    assert scroll_left("ab", 9) == "‹"
