"""Bars of steps: where in the run a step lay, how long it took, and what is usual."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui import text_format
from emtui.em.model import Event
from emtui.triage.step_timing import Step, StepHistory, UsualStepDuration, Wait, step_at
from emtui.tui.formatting.step_bars import (
    Bar,
    Track,
    lay_out_bar,
    run_length,
    step_style,
    track_heading,
    track_spans,
)
from emtui.tui.theme import ERROR_STYLE, FAINT, PLAIN, RUNNING_STYLE, WARNING_STYLE

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TRACK = Track(timedelta(seconds=100), 20)
"""A cell is five seconds."""


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def step(took: float | None, usual: float | None = None, *, new_in: int = 0, is_open: bool = False) -> Wait:
    duration = None if took is None else seconds(took)
    usual_duration = None if usual is None else UsualStepDuration(seconds(usual), seconds(usual), 5)
    return Wait(Step(0, "Step", NOON, duration, is_open=is_open), usual_duration, new_in)


def drawn(offset: float | None, wait: Wait, track: Track = TRACK, *, is_error: bool = False) -> str:
    start = None if offset is None else seconds(offset)
    return "".join(text for text, _ in track_spans(track, start, wait, is_error=is_error))


@pytest.mark.parametrize(
    ("offset", "wait", "expected"),
    [
        (0, step(10), "▄▄                  "),
        (10, step(20), "  ▄▄▄▄              "),
        (10, step(20, 10), "  ▄▄██              "),
        (10, step(10, 20), "  ▄▄··              "),
        (10, step(10, 10), "  ▄▄                "),
        (90, step(10, 60), "                  ▄▄"),
        (10, step(12, 10), "  ▄▄                "),
        (10, step(3, 1), "  ▄                 "),
        (10, step(10, new_in=5), "  ██                "),
        (10, step(0), "  │                 "),
        (100, step(None), "                   │"),
        (None, step(10), "                    "),
        (-30, step(20), "▄                   "),
        (-30, step(40), "▄▄                  "),
        (300, step(40), "                   ▄"),
        (90, step(40), "                  ▄▄"),
        (60, step(40, 10, is_open=True), "            ▄▄█████►"),
        (95, step(5, is_open=True), "                   ►"),
        (100, step(0, is_open=True), "                   ►"),
    ],
)
def test_a_bar_shows_where_a_step_lay_and_how_long_it_took(
    offset: float | None, wait: Wait, expected: str
) -> None:
    assert drawn(offset, wait) == expected


def test_steps_that_follow_each_other_neither_overlap_nor_leave_a_gap() -> None:
    starts = [0, 3, 22, 51, 51, 99, 100]
    bars = [
        lay_out_bar(TRACK, seconds(start), seconds(end - start), None)
        for start, end in pairwise(starts)
        if end - start >= 5
    ]
    assert bars == [Bar(0, 4), Bar(4, 6), Bar(10, 9)]


def test_a_full_block_stands_for_a_whole_cell_unless_the_step_is_known_to_be_unusual() -> None:
    assert lay_out_bar(TRACK, seconds(0), seconds(14.9), seconds(10)) == Bar(0, 2, 0)
    assert lay_out_bar(TRACK, seconds(0), seconds(14.9), seconds(10), is_unusual=True) == Bar(0, 1, 1)
    assert lay_out_bar(TRACK, seconds(0), seconds(15), seconds(10)) == Bar(0, 2, 1)
    assert lay_out_bar(TRACK, seconds(0), seconds(10), seconds(0)) == Bar(0, 0, 2), "none is usual"


@pytest.mark.parametrize("total", [0, 1e-6, 100])
def test_a_run_of_no_length_and_a_single_event_are_an_instant(total: float) -> None:
    track = Track(seconds(total), 20)
    assert drawn(0, step(None), track) == "│".ljust(20)
    assert drawn(0, step(0), track) == "│".ljust(20)
    assert drawn(0, step(0), Track(seconds(total), 0)) == ""


def test_colors_repeat_what_the_blocks_say() -> None:
    def styles(wait: Wait, *, is_error: bool = False) -> dict[str, object]:
        spans = track_spans(TRACK, seconds(10), wait, is_error=is_error)
        return {text[0]: style for text, style in spans if text.strip()}

    assert styles(step(20, 12)) == {"▄": FAINT, "█": WARNING_STYLE}, "unusual: eight seconds more"
    assert styles(step(80, 75)) == {"▄": FAINT, "█": FAINT}, "longer, but not unusually long"
    assert styles(step(20, 10), is_error=True) == {"▄": ERROR_STYLE, "█": ERROR_STYLE}
    assert styles(step(90, 10, is_open=True)) == {"▄": FAINT, "█": ERROR_STYLE, "►": RUNNING_STYLE}
    assert step_style(step(3, new_in=5), is_error=False) == PLAIN, "new, but short"
    assert step_style(step(9, new_in=5), is_error=False) == WARNING_STYLE


@given(
    st.floats(-1e7, 1e7),
    st.one_of(st.none(), st.floats(0, 1e7)),
    st.one_of(st.none(), st.floats(0, 1e7)),
    st.floats(0, 1e7),
    st.integers(1, 200),
    st.booleans(),
)
def test_every_step_fills_exactly_its_track(
    offset: float, took: float | None, usual: float | None, total: float, cells: int, is_open: bool
) -> None:
    text = drawn(offset, step(took, usual, is_open=is_open), Track(seconds(total), cells))
    assert text_format.cell_width(text) == cells
    assert text.strip(), "each event with a time is seen"


@pytest.mark.parametrize(
    ("total", "cells", "heading"),
    [
        (122, 18, "0            2m02s"),
        (122, 30, "0             1m         2m02s"),
        (124, 66, "0         20s        40s       1m         1m20s      1m40s   2m04s"),
        (7860, 30, "0            1h          2h11m"),
        (5, 18, "0             5.0s"),
        (0, 18, "0                 "),
        (400 * 86_400, 40, "0         100d      200d         400d00h"),
        (122, 4, "0   "),
        (122, 0, ""),
    ],
)
def test_the_heading_has_round_times_where_there_is_room_and_the_total(
    total: float, cells: int, heading: str
) -> None:
    assert track_heading(Track(seconds(total), cells)) == heading


@given(st.floats(0, 1e9), st.integers(0, 200))
def test_the_heading_is_as_wide_as_the_track(total: float, cells: int) -> None:
    assert len(track_heading(Track(seconds(total), cells))) == cells


def events_at(*offsets: float | None) -> list[Event]:
    return [
        Event(number, None if offset is None else NOON + seconds(offset), "x")
        for number, offset in enumerate(offsets, 1)
    ]


def test_a_run_lasts_until_its_last_known_moment() -> None:
    assert run_length(events_at(0, 5), NOON, None) == seconds(5)
    assert run_length(events_at(0, 9, 5), NOON, NOON + seconds(7)) == seconds(9), "an event after the end"
    assert run_length(events_at(0), NOON, None, NOON + seconds(60)) == seconds(60), "still running"
    assert run_length(events_at(0), NOON, NOON + seconds(8)) == seconds(8)
    assert run_length(events_at(None), NOON, None) == timedelta()
    assert run_length(events_at(3), None, None) == timedelta()
    assert run_length([], NOON, None) == timedelta()


def test_events_out_of_order_have_no_duration_and_stay_where_they_are() -> None:
    events = events_at(0, 50, 20, 100)
    track = Track(run_length(events, NOON, None), 20)
    lines = [
        drawn(
            ((events[index].time or NOON) - NOON).total_seconds(),
            StepHistory().assess(step_at(events, index)),
            track,
        )
        for index in range(4)
    ]
    assert lines == [
        "▄▄▄▄▄▄▄▄▄▄          ",
        "          │         ",
        "    ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄",
        "                   │",
    ]


def test_ten_thousand_steps_are_measured_at_once_and_drawn_one_by_one() -> None:
    events = events_at(*range(10_000))
    history = StepHistory({"x": UsualStepDuration(seconds(1), seconds(1), 5)}, frozenset({"x"}), 5)
    started = time.perf_counter()
    track = Track(run_length(events, NOON, None), 66)
    for index in range(5000, 5050):
        drawn(index, history.assess(step_at(events, index)), track)
    assert time.perf_counter() - started < 0.25
