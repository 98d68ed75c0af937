"""Lines of a log: events, the pauses between them, and wrapped messages."""

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
    """Events at these seconds after noon."""
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


def test_a_pause_is_between_its_two_events() -> None:
    lines = log_lines(EVENTS, WAITS)
    assert [(type(line), line.event_index) for line in lines] == [
        (EventLine, 0),
        (EventLine, 1),
        (WaitLine, 1),
        (EventLine, 2),
        (EventLine, 3),
    ]
    assert line_text(lines[2]) == "21s in “Retrieving data from bs01”"


def test_a_pause_is_shown_only_with_the_event_before_it() -> None:
    assert [line.event_index for line in log_lines(EVENTS, WAITS, "retrieving")] == [1, 1]
    assert [line.event_index for line in log_lines(EVENTS, WAITS, "bs01")] == [1, 1, 2]
    assert [line.event_index for line in log_lines(EVENTS, WAITS, "starting")] == [0]


def test_letters_are_found_and_underlined_in_any_unicode_composition() -> None:
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


def test_a_running_session_pauses_after_its_last_event() -> None:
    found = select_waits(find_steps(EVENTS, NOON + timedelta(seconds=83)), {})
    last = log_lines(EVENTS, found)[-1]
    assert isinstance(last, WaitLine)
    assert line_text(last) == "1m00s so far in “Done”"


def test_pauses_beyond_the_loaded_events_are_left_out() -> None:
    assert log_lines(EVENTS[:1], WAITS) == log_lines(EVENTS[:1])


def test_a_pause_shows_the_usual_length_and_its_number_of_runs() -> None:
    assert wait_text(wait_of(230, USUAL)) == (
        "3m50s in “Retrieving data from bs02”, usually 14s, at most 31s in 20 successful runs"
    )
    assert short_wait_text(wait_of(230, USUAL)) == "3m50s  usually 14s, at most 31s in 20 successful runs"
    assert short_wait_text(wait_of(230, USUAL, is_open=True)) == (
        "3m50s  so far, usually 14s, at most 31s in 20 successful runs"
    )
    assert short_wait_text(wait_of(230)) == "3m50s"


@pytest.mark.parametrize(
    ("room", "drawn"),
    [
        (67, " 3m50s  usually 14s, at most 31s in 20 successful runs   <- slowest"),
        (45, " 3m50s  usually 14s (20 runs)   <- slowest"),
        (33, " 3m50s  usually 14s   <- slowest"),
        (20, " 3m50s     <- slowest"),
    ],
)
def test_a_narrow_line_has_a_shorter_text_and_never_a_cut_one(room: int, drawn: str) -> None:
    wait = wait_of(230, USUAL)
    assert "".join(text for text, _ in wait_spans(wait, "slowest", room)) == drawn


def test_only_the_worst_pause_is_marked_and_shows_whether_it_is_open() -> None:
    still = wait_of(230, USUAL, is_open=True)
    assert worst_wait_reason(still, still, (still,)) == "stuck"
    assert worst_wait_reason(still, None, (still,)) == ""
    assert "<-" not in "".join(text for text, _ in wait_spans(still, "", 70))
    never = replace(wait_of(11), log_count_without=5)
    assert worst_wait_reason(never, never, (never,)) == "main pause"
    texts = "".join(text for text, _ in wait_spans(never, "main pause", 70))
    assert texts == "   11s  not in 5 successful runs   <- main pause"


def test_only_the_pause_that_lost_most_time_is_called_slowest() -> None:
    long = wait_of(230, USUAL)
    failed = replace(wait_of(60, USUAL), step=replace(long.step, index=7, duration=timedelta(seconds=60)))
    assert worst_wait_reason(long, long, (long, failed)) == "slowest"
    assert worst_wait_reason(failed, failed, (long, failed)) == "main pause", "it was a server's that failed"


@given(st.text("ab 語\n\ẗ", max_size=120), st.integers(8, 30))
def test_wrapped_parts_fit_the_width_and_lose_nothing(text: str, width: int) -> None:
    parts = wrap_message(text, width)
    assert all(text_format.cell_width(part) <= width for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_wrapping_keeps_line_breaks_and_whole_words() -> None:
    assert wrap_message("one two three four\n\nfive", 10) == ("one two", "three four", "", "five")
    assert wrap_message("abcdefghijklmnop", 10) == ("abcdefghij", "klmnop")


def test_a_message_of_a_thousand_rows_is_cut_with_an_ellipsis() -> None:
    parts = wrap_message("word " * 20_000, 20)
    assert len(parts) == MAX_ROWS_PER_MESSAGE
    assert parts[-1] == "word word word word…"
    assert wrap_message("\n" * (MAX_ROWS_PER_MESSAGE - 1), 20) == ("",) * MAX_ROWS_PER_MESSAGE


@given(
    st.lists(st.text("ab cd\n", max_size=60), min_size=1, max_size=12),
    st.sets(st.integers(0, 11)),
    st.data(),
)
def test_every_row_maps_to_a_position_and_back(texts: list[str], slow: set[int], data: st.DataObject) -> None:
    events = events_at(*((number, text) for number, text in enumerate(texts)))
    found = [Wait(Step(place, "", None, timedelta(minutes=1)), None) for place in sorted(slow)]
    lines = log_lines(events, found)
    for rows in (unwrapped_rows(lines), wrapped_rows(lines, 8)):
        row = data.draw(st.integers(0, rows.end - 1))
        assert rows.row_at(rows.position_at(row)) == row
        assert rows.lines[rows.line_index(row)] is rows.line_at(row)
        assert rows.starts[rows.line_index(row)] + rows.part_index(row) == row


def test_a_hidden_position_maps_to_the_next_line_or_the_last() -> None:
    rows = unwrapped_rows(log_lines(EVENTS, WAITS, "bs01"))
    assert rows.row_at((0, False, 0)) == 0
    assert rows.row_at((1, True, 0)) == 1
    assert rows.row_at((3, False, 0)) == 2
    assert unwrapped_rows(()).row_at((1, True, 0)) == 0


def test_a_scrolled_message_is_marked_at_its_left() -> None:
    assert scroll_left("abcdef", 0) == "abcdef"
    assert scroll_left("abcdef", 2) == "‹def"
    assert scroll_left("語語cd", 2) == "‹cd"
    assert scroll_left("ab", 9) == "‹"
