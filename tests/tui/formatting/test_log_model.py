"""Lines of a log: events, their pauses, and wrapped messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui import text_format
from emtui.display_text.log_text import line_text, short_wait_text, slow_steps_text, wait_text
from emtui.em.model import Event
from emtui.triage.step_timing import Step, StepHistory, UsualStepDuration, Wait, find_steps
from emtui.tui.formatting.log_model import (
    MAX_ROWS_PER_MESSAGE,
    log_lines,
    scroll_left,
    unwrapped_rows,
    wrap_message,
    wrapped_rows,
)
from emtui.tui.formatting.search_matches import highlight_matches
from emtui.tui.theme import PLAIN

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def events_at(*parts: tuple[float, str]) -> tuple[Event, ...]:
    """Events at these seconds after noon."""
    return tuple(
        Event(number, NOON + timedelta(seconds=at), text) for number, (at, text) in enumerate(parts, 1)
    )


EVENTS = events_at((0, "Starting"), (1, "Retrieving data from bs01"), (22, "Collected bs01"), (23, "Done"))


def wait_of(seconds: float, usual: UsualStepDuration | None = None, *, is_open: bool = False) -> Wait:
    return Wait(
        Step(3, "Retrieving data from bs02", NOON, timedelta(seconds=seconds), is_open=is_open), usual
    )


USUAL = UsualStepDuration(timedelta(seconds=14), timedelta(seconds=31), 20)


def test_a_filter_keeps_the_indexes_of_the_events() -> None:
    assert [line.event_index for line in log_lines(EVENTS)] == [0, 1, 2, 3]
    assert [line.event_index for line in log_lines(EVENTS, "retrieving")] == [1]
    assert [line.event_index for line in log_lines(EVENTS, "bs01")] == [1, 2]
    assert [line.event_index for line in log_lines(EVENTS, "starting")] == [0]


def test_letters_are_found_and_underlined_in_any_unicode_composition() -> None:
    events = events_at((0, "Cafe\u0301 cannot be reached"), (1, "Straße"))
    assert [line.event_index for line in log_lines(events, "CAFÉ")] == [0]
    assert [line.event_index for line in log_lines(events, "strasse")] == [1]
    assert log_lines(events, "cafe ") == ()
    assert [
        text for text, style in highlight_matches("Cafe\u0301 an der Straße", "é", PLAIN) if style != PLAIN
    ] == ["e\u0301"]
    assert [
        text for text, style in highlight_matches("eine Straße, STRASSE", "strasse") if style != PLAIN
    ] == [
        "Straße",
        "STRASSE",
    ]


def test_the_text_of_an_event_has_the_pause_after_it() -> None:
    last = StepHistory().assess(find_steps(EVENTS, NOON + timedelta(seconds=83))[-1])
    assert line_text(EVENTS[-1], last) == "Done\n\n1m00s so far in “Done”"
    assert line_text(EVENTS[-1]) == "Done"
    assert line_text(Event(1, NOON, None)) == ""


def test_a_pause_shows_the_usual_length_and_its_number_of_runs() -> None:
    assert wait_text(wait_of(230, USUAL)) == (
        "3m50s in “Retrieving data from bs02”, usually 14s, at most 31s in 20 successful runs"
    )
    assert short_wait_text(wait_of(230, USUAL)) == "3m50s, usually 14s, at most 31s in 20 successful runs"
    assert short_wait_text(wait_of(230, USUAL, is_open=True)) == (
        "3m50s so far, usually 14s, at most 31s in 20 successful runs"
    )
    assert short_wait_text(wait_of(230)) == "3m50s"
    never = replace(wait_of(11), log_count_without=5)
    assert short_wait_text(never) == "11s, not in 5 successful runs"


# --- the slowest steps ------------------------------------------------------------------

NEW = replace(wait_of(11), log_count_without=5)


@pytest.mark.parametrize(
    ("waits", "worst", "text"),
    [
        ((wait_of(20, USUAL),), None, ""),
        ((wait_of(230, USUAL),), None, "Slowest: 3m50s in “Retrieving data from bs02”, usually 14s."),
        (
            (wait_of(60, USUAL), wait_of(230, USUAL), NEW, NEW),
            NEW,
            "Slowest: 3m50s in “Retrieving data from bs02”, usually 14s.  New: 2 pauses, 22s together.",
        ),
        ((NEW,), NEW, "New: 1 pause, 11s."),
        ((wait_of(60), wait_of(230)), wait_of(230), "Slowest: 3m50s in “Retrieving data from bs02”."),
        ((wait_of(230, USUAL, is_open=True),), None, ""),
    ],
)
def test_the_slowest_step_is_named_with_what_is_usual(
    waits: tuple[Wait, ...], worst: Wait | None, text: str
) -> None:
    assert slow_steps_text(waits, worst, 100) == text


def test_the_slowest_step_is_shortened_before_the_rest_of_the_sentence() -> None:
    long = replace(wait_of(230, USUAL), step=replace(wait_of(230).step, message="語" * 60))
    for width in (58, 80, 120):
        text = slow_steps_text((long, NEW), long, width)
        assert text.startswith("Slowest: 3m50s in “語")
        assert "…”, usually 14s." in text
        assert text_format.cell_width(text) <= width
    assert "New" not in slow_steps_text((long, NEW), long, 58)
    assert text_format.cell_width(slow_steps_text((long,), long, 20)) <= 20


@pytest.mark.parametrize("width", [-2, -1, 0, 1])
def test_the_slowest_step_is_left_out_without_room(width: int) -> None:
    assert slow_steps_text((), None, width) == ""
    assert text_format.cell_width(slow_steps_text((NEW,), NEW, width)) <= max(width, 0)


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
def test_every_row_maps_to_a_position_and_back(
    texts: list[str], hidden: set[int], data: st.DataObject
) -> None:
    events = events_at(*((number, text) for number, text in enumerate(texts)))
    lines = tuple(line for line in log_lines(events) if line.event_index not in hidden) or log_lines(events)
    for rows in (unwrapped_rows(lines), wrapped_rows(lines, 8)):
        row = data.draw(st.integers(0, rows.end - 1))
        assert rows.row_at(rows.position_at(row)) == row
        assert rows.lines[rows.line_index(row)] is rows.line_at(row)
        assert rows.starts[rows.line_index(row)] + rows.part_index(row) == row


def test_a_hidden_position_maps_to_the_next_line_or_the_last() -> None:
    rows = unwrapped_rows(log_lines(EVENTS, "bs01"))
    assert rows.row_at((0, 0)) == 0
    assert rows.row_at((2, 0)) == 1
    assert rows.row_at((3, 0)) == 1
    assert unwrapped_rows(()).row_at((1, 0)) == 0


def test_a_scrolled_message_is_marked_at_its_left() -> None:
    assert scroll_left("abcdef", 0) == "abcdef"
    assert scroll_left("abcdef", 2) == "‹def"
    assert scroll_left("語語cd", 2) == "‹cd"
    assert scroll_left("ab", 9) == "‹"
