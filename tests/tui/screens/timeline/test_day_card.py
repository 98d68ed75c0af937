"""The card of the last days, against runs counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series

from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Outcome, Session
from emtui.triage.run_lanes import LaneDescription, build_timeline
from emtui.triage.timeline_cursor import start_cursor
from emtui.tui.screens.timeline.day_card import card_lines
from emtui.tui.screens.timeline.lane_row import lane_layout

LAYOUT = lane_layout(120, 72)
"""Twenty minutes a cell."""


def card(*runs: Session, now: datetime = NOON, zone: tzinfo = UTC, lines: int = 15) -> list[str]:
    timeline = build_timeline(runs, LaneDescription(lambda run: run.type or ""), now)
    cursor = start_cursor(timeline, 72, zone)
    shown = card_lines(cursor, timeline.lanes[0], LAYOUT, TimeContext(now, zone), lines)
    return ["".join(text for text, _ in line).rstrip() for line in shown]


def cells(line: str) -> str:
    return line[LAYOUT.label : LAYOUT.label + 72]


def test_a_row_a_day_with_the_length_of_its_run() -> None:
    nightly = make_series("a", DAY, NOON - 9 * HOUR, 5, duration=30 * MINUTE)
    heading, *rows = card(*nightly)
    assert [row[3:13] for row in rows] == [
        "Thu 19 Nov",
        "Fri 20 Nov",
        "Sat 21 Nov",
        "Sun 22 Nov",
        "Mon 23 Nov",
    ]
    assert heading.index("03") == rows[0].index("▐") == LAYOUT.label + 9
    assert {cells(row).strip() for row in rows} == {"▐▄"}
    assert all(row.endswith("  30m00s") for row in rows)


def test_no_day_before_the_list_and_at_most_so_many_rows() -> None:
    assert len(card(make_run(NOON - 2 * DAY))) == 1 + 3
    assert len(card(*make_series("a", DAY, NOON, 40))) == 1 + 14
    assert len(card(*make_series("a", DAY, NOON, 40), lines=4)) == 4
    assert card(make_run(NOON), lines=1) == []


def test_days_without_anything_unusual_are_one_row_if_runs_are_close() -> None:
    runs = make_series("a", 15 * MINUTE, NOON, 6 * 96)
    failed = make_run(NOON - 2 * DAY - 4 * HOUR + MINUTE, "a", outcome=Outcome.FAILED)
    _, *rows = card(*runs, failed)
    assert [row[3:13] for row in rows] == ["Tue 17 Nov", "Sat 21 Nov", "Sun 22 Nov", "Mon 23 Nov"]
    assert rows[0].endswith("Tue 17 Nov – Fri 20 Nov   4 days, 335 runs, all successful")
    assert rows[1].endswith("1 of 97 failed")
    assert rows[1].count("█") == 1
    assert rows[1].index("█") == LAYOUT.label + 16
    assert rows[2].endswith("96 runs")
    assert rows[3].endswith("49 runs")


def test_runs_of_the_nights_in_which_clocks_change_stand_at_their_hour() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for day in (datetime(2026, 10, 25, 11, tzinfo=UTC), datetime(2026, 3, 29, 11, tzinfo=UTC)):
        at_seven = [
            (day.astimezone(berlin).replace(hour=7, minute=0) - number * DAY).astimezone(UTC)
            for number in range(3)
        ]
        _, *rows = card(*(make_run(when, "a") for when in at_seven), now=day, zone=berlin)
        assert len(rows) == 3
        assert {cells(row).index("▄") for row in rows} == {21}


def test_a_run_across_midnight_is_on_both_days_and_counts_on_that_of_its_start() -> None:
    _, before, after = card(make_run(NOON - 13 * HOUR, "a", duration=2 * HOUR))
    assert cells(before) == " " * 69 + "▐▄▄"
    assert before.endswith("2h00m")
    assert after[LAYOUT.label :] == "▄▄▄"


def test_a_running_run_ends_now() -> None:
    _, row = card(make_run(NOON - timedelta(hours=1), "a", outcome=Outcome.RUNNING))
    assert row[LAYOUT.label :].strip().startswith("▐▄►")
    assert row.endswith("1h00m")
