"""What is shown of a log: events, the waits between them, and long messages on rows of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui import text_format
from emtui.em.model import Event
from emtui.triage.step_timing import Step, UsualStep, Wait, steps, waits
from emtui.tui.formatting.log_model import (
    MOST_ROWS,
    EventLine,
    WaitLine,
    broken,
    log_lines,
    moved_left,
    one_row_each,
    wrapped_rows,
)
from emtui.tui.formatting.log_text import line_text, wait_text, waited
from emtui.tui.formatting.search_matches import highlighted
from emtui.tui.screens.session_detail.event_row import wait_pieces, why_worst
from emtui.tui.theme import PLAIN

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def log(*parts: tuple[float, str]) -> tuple[Event, ...]:
    """Events so many seconds after noon."""
    return tuple(
        Event(number, NOON + timedelta(seconds=at), text) for number, (at, text) in enumerate(parts, 1)
    )


EVENTS = log((0, "Starting"), (1, "Retrieving data from bs01"), (22, "Collected bs01"), (23, "Done"))
WAITS = waits(steps(EVENTS), {})


def waiting(seconds: float, usual: UsualStep | None = None, *, still: bool = False) -> Wait:
    return Wait(Step(3, "Retrieving data from bs02", NOON, timedelta(seconds=seconds), open=still), usual)


USUAL = UsualStep(timedelta(seconds=14), timedelta(seconds=31), 20)


def test_a_wait_stands_between_the_two_events_around_it() -> None:
    lines = log_lines(EVENTS, WAITS)
    assert [(type(line), line.place) for line in lines] == [
        (EventLine, 0),
        (EventLine, 1),
        (WaitLine, 1),
        (EventLine, 2),
        (EventLine, 3),
    ]
    assert line_text(lines[2]) == "21s in “Retrieving data from bs01”"


def test_a_wait_is_shown_with_the_event_that_it_follows_or_not_at_all() -> None:
    assert [line.place for line in log_lines(EVENTS, WAITS, "retrieving")] == [1, 1]
    assert [line.place for line in log_lines(EVENTS, WAITS, "bs01")] == [1, 1, 2]
    assert [line.place for line in log_lines(EVENTS, WAITS, "starting")] == [0]


def test_letters_are_found_and_underlined_however_they_are_composed() -> None:
    events = log((0, "Cafe\u0301 cannot be reached"), (1, "Straße"))
    assert [line.place for line in log_lines(events, (), "CAFÉ")] == [0]
    assert [line.place for line in log_lines(events, (), "strasse")] == [1]
    assert log_lines(events, (), "cafe ") == ()
    assert [
        text for text, style in highlighted("Cafe\u0301 an der Straße", "é", PLAIN) if style != PLAIN
    ] == ["e\u0301"]
    assert [text for text, style in highlighted("eine Straße, STRASSE", "strasse") if style != PLAIN] == [
        "Straße",
        "STRASSE",
    ]


def test_a_run_that_goes_on_waits_behind_its_last_event() -> None:
    found = waits(steps(EVENTS, NOON + timedelta(seconds=83)), {})
    last = log_lines(EVENTS, found)[-1]
    assert isinstance(last, WaitLine)
    assert line_text(last) == "1m00s so far in “Done”"


def test_waits_of_a_longer_log_than_has_come_are_left_out() -> None:
    assert log_lines(EVENTS[:1], WAITS) == log_lines(EVENTS[:1])


def test_a_wait_says_what_is_usual_and_on_how_many_runs_that_rests() -> None:
    assert wait_text(waiting(230, USUAL)) == (
        "3m50s in “Retrieving data from bs02”, usually 14s, longest of 20 good runs 31s"
    )
    assert waited(waiting(230, USUAL)) == "3m50s  usually 14s, longest of 20 good runs 31s"
    assert waited(waiting(230, USUAL, still=True)) == (
        "3m50s  so far, usually 14s, longest of 20 good runs 31s"
    )
    assert waited(waiting(230)) == "3m50s"


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
    wait = waiting(230, USUAL)
    assert "".join(text for text, _ in wait_pieces(wait, "slowest", room)) == drawn


def test_only_the_worst_one_is_marked_and_says_whether_it_goes_on() -> None:
    still = waiting(230, USUAL, still=True)
    assert why_worst(still, still, (still,)) == "silent"
    assert why_worst(still, None, (still,)) == ""
    assert "<-" not in "".join(text for text, _ in wait_pieces(still, "", 70))
    never = replace(waiting(11), never_in=5)
    assert why_worst(never, never, (never,)) == "waited"
    told = "".join(text for text, _ in wait_pieces(never, "waited", 70))
    assert told == "   11s  in none of 5 good runs   <- waited"


def test_only_the_one_where_most_time_was_lost_is_called_the_slowest() -> None:
    long = waiting(230, USUAL)
    failed = replace(waiting(60, USUAL), step=replace(long.step, place=7, lasted=timedelta(seconds=60)))
    assert why_worst(long, long, (long, failed)) == "slowest"
    assert why_worst(failed, failed, (long, failed)) == "waited", "it was a server's that failed"


@given(st.text("ab 語\n\ẗ", max_size=120), st.integers(8, 30))
def test_no_part_is_wider_than_the_room_and_nothing_is_lost(text: str, width: int) -> None:
    parts = broken(text, width)
    assert all(text_format.cells(part) <= width for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_lines_of_a_message_stay_lines_and_words_stay_whole() -> None:
    assert broken("one two three four\n\nfive", 10) == ("one two", "three four", "", "five")
    assert broken("abcdefghijklmnop", 10) == ("abcdefghij", "klmnop")


def test_a_message_of_a_thousand_rows_is_cut_and_says_so() -> None:
    parts = broken("word " * 20_000, 20)
    assert len(parts) == MOST_ROWS
    assert parts[-1] == "word word word word…"
    assert broken("\n" * (MOST_ROWS - 1), 20) == ("",) * MOST_ROWS


@given(
    st.lists(st.text("ab cd\n", max_size=60), min_size=1, max_size=12),
    st.sets(st.integers(0, 11)),
    st.data(),
)
def test_every_row_is_a_part_of_a_line_and_is_found_again(
    texts: list[str], slow: set[int], data: st.DataObject
) -> None:
    events = log(*((number, text) for number, text in enumerate(texts)))
    found = [Wait(Step(place, "", None, timedelta(minutes=1)), None) for place in sorted(slow)]
    lines = log_lines(events, found)
    for rows in (one_row_each(lines), wrapped_rows(lines, 8)):
        row = data.draw(st.integers(0, rows.end - 1))
        assert rows.row_of(rows.spot(row)) == row
        assert rows.lines[rows.number(row)] is rows.line(row)
        assert rows.starts[rows.number(row)] + rows.part(row) == row


def test_what_is_not_shown_any_more_leads_to_the_next_line_or_the_last() -> None:
    rows = one_row_each(log_lines(EVENTS, WAITS, "bs01"))
    assert rows.row_of((0, False, 0)) == 0
    assert rows.row_of((1, True, 0)) == 1
    assert rows.row_of((3, False, 0)) == 2
    assert one_row_each(()).row_of((1, True, 0)) == 0


def test_a_message_moved_left_says_that_it_began_before() -> None:
    assert moved_left("abcdef", 0) == "abcdef"
    assert moved_left("abcdef", 2) == "‹def"
    assert moved_left("語語cd", 2) == "‹cd"
    assert moved_left("ab", 9) == "‹"
