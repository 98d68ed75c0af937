"""The axis: hours and days of the shown zone, also in the nights of both clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from session_factory import DAY, HOUR, MINUTE, NOON

from emtui.display_text.axis_labels import hour_labels
from emtui.triage.time_axis import Window, window_until
from emtui.tui.screens.timeline.axis_text import axis_spans

BERLIN, CHATHAM = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Chatham")


def axis(window: Window, zone: ZoneInfo | None = None, **parts: object) -> str:
    return "".join(text for text, _ in axis_spans(window, zone or UTC, **parts))  # type: ignore[arg-type] # as its parameters are


def test_a_label_stands_where_its_hour_begins() -> None:
    window = window_until(NOON, DAY, 144, UTC)
    text = axis(window)
    assert text.split() == ["14", "16", "18", "20", "22", "00", "Mon", "02", "04", "06", "08", "10", "12"]
    for label, hours_ago in (("14", 22), ("00 Mon", 12), ("10", 2)):
        assert text.index(label) == window.cell_at(NOON - hours_ago * HOUR)


@pytest.mark.parametrize(
    ("span", "cells", "expected"),
    [
        (6 * HOUR, 144, "06:30 07 07:30 08 08:30 09 09:30 10 10:30 11 11:30 12"),
        (7 * DAY, 96, "Tue 17 Wed 18 Thu 19 Fri 20 Sat 21 Sun 22 Mon 23"),
        (30 * DAY, 40, "Mon 26 Mon 02 Mon 09 Mon 16"),
        (
            30 * DAY,
            144,
            (
                "Mon 26 Wed 28 Fri 30 Sun 01 Tue 03 Thu 05 Sat 07 Mon 09 Wed 11 Fri 13 Sun 15"
                " Tue 17 Thu 19 Sat 21"
            ),
        ),
    ],
)
def test_the_labels_are_as_close_as_there_is_room(span: timedelta, cells: int, expected: str) -> None:
    assert " ".join(axis(window_until(NOON, span, cells, UTC)).split()) == expected


def test_the_start_of_the_selected_run_is_pointed_out_and_covers_a_label() -> None:
    window = window_until(NOON, DAY, 144, UTC)
    start = NOON - 6 * HOUR + 11 * MINUTE
    text = axis(window, run_start=start)
    assert text[window.cell_at(start) :].startswith("↓06:11 ")
    assert " 06 " not in text
    assert axis(window, run_start=NOON + MINUTE).rstrip().endswith("12:01↓")
    assert axis(window, run_start=NOON - 3 * DAY).startswith("↓ ")


def test_now_is_named_at_the_end_unless_the_pointer_is_there() -> None:
    window = window_until(NOON, DAY, 144, UTC)
    assert axis(window, shows_now=True).endswith(" now")
    assert "now" not in axis(window, run_start=NOON, shows_now=True)


def test_the_time_before_the_list_is_unknown() -> None:
    window = window_until(NOON, DAY, 144, UTC)
    text = axis(window, known_since=NOON - 12 * HOUR)
    known_cell = window.cell_at(NOON - 12 * HOUR)
    assert text[:known_cell] == "?" * known_cell
    assert "?" not in text[known_cell:]
    assert "?" not in axis(window, known_since=NOON - 2 * DAY)


def test_each_hour_of_the_night_in_which_clocks_go_back_stands_at_its_time() -> None:
    window = Window(datetime(2026, 10, 25, 4, tzinfo=UTC), 6 * HOUR, 5 * MINUTE)
    text = axis(window, BERLIN)
    assert text.split() == ["00", "Sun", "01", "02A", "02B", "03", "04"]
    assert text.index("02A") == window.cell_at(datetime(2026, 10, 25, 0, tzinfo=UTC))
    assert text.index("02B") == window.cell_at(datetime(2026, 10, 25, 1, tzinfo=UTC))


def test_the_hour_that_clocks_skip_has_no_label() -> None:
    window = Window(datetime(2026, 3, 29, 4, tzinfo=UTC), 6 * HOUR, 5 * MINUTE)
    text = axis(window, BERLIN)
    assert text.split() == ["23", "00", "Sun", "01", "03", "04", "05"]
    assert text.index("03") == window.cell_at(datetime(2026, 3, 29, 1, tzinfo=UTC))


def test_a_zone_of_odd_minutes_has_its_full_hours() -> None:
    window = window_until(NOON, DAY, 96, CHATHAM)
    text = axis(window, CHATHAM)
    assert "00 Tue" in text
    assert window.since.astimezone(CHATHAM).minute % 15 == 0


def test_a_day_by_the_clock_has_labels_every_few_hours() -> None:
    assert list(hour_labels(HOUR)) == [(0, "00"), (12, "12")]
    assert [label for _, label in hour_labels(10 * MINUTE)][:3] == ["00", "02", "04"]
