"""The card of a type: each run in exactly one cell, days that fit the pane, and the selected cell."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from emtui import text_format
from emtui.demo.world import SimulatedWorld
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Listing
from emtui.local.knowledge_base import KnowledgeBase
from emtui.monitor.assessment import assess
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.type_histories import TypeHistory, type_histories
from emtui.tui.screens.overview.type_card import MAX_DAYS, beside_runs, build_card, card_lines
from emtui.tui.theme import ACCENT_STYLE, CURSOR_TINT

NIGHT = datetime(2026, 11, 23, 2, 14, 30, tzinfo=UTC)
CLOCK = TimeContext(NIGHT, UTC)
ASSESSMENT = assess(
    Snapshot.from_listing(Listing(tuple(SimulatedWorld(1, NIGHT).sessions(NIGHT))), NIGHT),
    KnowledgeBase(None).load(),
)
ROWS = type_histories(ASSESSMENT, UTC)
COLLECT = next(row for row in ROWS if row.name == "CollectJob")


def text_lines(row: TypeHistory, width: int, height: int) -> list[str]:
    card = build_card(row, CLOCK, width, height)
    return ["".join(text for text, _ in line) for line in card_lines(card, CLOCK, width, height)]


def lines_with_runs(row: TypeHistory, width: int, height: int) -> list[str]:
    lines = card_lines(build_card(row, CLOCK, width, height), CLOCK, width, height)
    runs = row.status.runs if row.status else ()
    shown = beside_runs(lines, runs, ASSESSMENT.type_statuses.baselines, CLOCK, width, height)
    return ["".join(text for text, _ in line) for line in shown]


def test_a_failure_that_comes_daily_at_the_same_hour_is_one_column() -> None:
    lines = text_lines(COLLECT, 120, 20)
    failed = [line for line in lines if "█" in line and line.startswith("  ") and "/" in line]
    assert len(failed) == 6
    assert len({line.index("█") for line in failed}) == 1
    assert failed[0].split() == ["Wed", "18", "▄▄▄▄▄▄█" + "▄" * 65, "1/96", "1m21s"]


def test_the_counts_of_a_day_are_those_of_its_runs() -> None:
    assert COLLECT.status
    for day in build_card(COLLECT, CLOCK, 120, 20).days:
        runs = [run for run in COLLECT.status.runs if run.started and run.started.date() == day.date]
        assert day.total == len(runs)
        assert day.failed == sum(run.has_failed for run in runs)


@pytest.mark.parametrize("height", range(1, 45))
@pytest.mark.parametrize("width", [58, 80, 120, 200])
def test_a_card_fits_its_pane(width: int, height: int) -> None:
    lines = text_lines(COLLECT, width, height)
    assert len(lines) <= height
    assert all(text_format.cell_width(line) <= width for line in lines)


def test_a_low_pane_shows_the_days_with_something_bad_and_today() -> None:
    lines = text_lines(COLLECT, 80, 4)
    assert [line.split()[:2] for line in lines[1:]] == [["Sat", "21"], ["Sun", "22"], ["Mon", "23"]]
    assert len(build_card(COLLECT, CLOCK, 80, 9).days) == 8


def test_a_high_pane_shows_two_weeks_or_all_of_the_history() -> None:
    assert len(build_card(COLLECT, CLOCK, 120, 25).days) == MAX_DAYS
    assert len(build_card(COLLECT, CLOCK, 120, 45).days) == 30


def test_the_selected_cell_is_set_off_in_its_day() -> None:
    card = build_card(COLLECT, CLOCK, 120, 20)
    cell = card.days[-1].cells[6]
    lines = card_lines(card, CLOCK, 120, 20, cell)
    marked = [line for line in lines if any(style == ACCENT_STYLE + CURSOR_TINT for _, style in line)]
    assert len(marked) == 1
    assert marked[0][0][0].startswith("  Mon 23")


def test_on_a_wide_screen_the_last_runs_are_beside_the_card() -> None:
    assert COLLECT.status
    lines = lines_with_runs(COLLECT, 200, 30)
    assert len(lines) == 30
    assert lines[0].split("│")[1].split() == ["Last", "runs", "Started", "Took", "Ratio", "Message"]
    newest = COLLECT.status.newest_run
    assert lines[1].split("│")[1].split()[:6] == ["■", "failed", "Mon", "23", "02:10:25", "2m02s"]
    assert newest.has_failed
    assert len({line.index("│") for line in lines}) == 1
    assert all(text_format.cell_width(line) <= 200 for line in lines)


def test_without_room_for_the_last_runs_there_is_only_the_card() -> None:
    assert lines_with_runs(COLLECT, 160, 30) == text_lines(COLLECT, 160, 30)
    assert lines_with_runs(TypeHistory("VcPluginJob"), 200, 30) == text_lines(
        TypeHistory("VcPluginJob"), 200, 30
    )


def test_a_type_without_runs_has_only_the_legend() -> None:
    lines = text_lines(TypeHistory("VcPluginJob"), 120, 10)
    assert not any("failed/ran" in line for line in lines)
