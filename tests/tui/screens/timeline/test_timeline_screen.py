"""The timeline as a user sees and drives it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from session_factory import HOUR, MINUTE, NOON, make_run, make_series
from tui_driver import NIGHT_TIME, TuiDriver, demo_app, demo_start, replay_app

from emtui.demo.world import SimulatedWorld
from emtui.em.model import Listing, Outcome, Session
from emtui.monitor.recording.recording_format import RecordedList
from emtui.triage.runs_by_type import start_time

SIZES = [(58, 16), (80, 23), (120, 40), (200, 50)]


_NIGHT_RUNS = sorted(SimulatedWorld(1, NIGHT_TIME, 3000).sessions(NIGHT_TIME), key=start_time, reverse=True)
NIGHT = [RecordedList(NIGHT_TIME, Listing(tuple(_NIGHT_RUNS)))]
"""The list of the demo, with the failed CollectJob of 02:10 first."""


def listed(*runs: Session) -> list[RecordedList]:
    return [RecordedList(NOON, Listing(runs))]


def shown(ui: TuiDriver) -> str:
    return "\n".join(ui.lines())


async def rest(ui: TuiDriver) -> None:
    """Wait until the pane has followed the cursor."""
    await ui.pause(0.3)


async def test_it_opens_at_the_selected_run_and_says_what_ran_at_the_same_time() -> None:
    async with replay_app(NIGHT, size=(200, 50)) as ui:
        await ui.press("C")
        assert ui.screens() == ["session_list", "timeline"]
        assert ui.session() == ui.selected()
        assert ui.cursor_row().startswith("▌■ CollectJob")
        assert ui.heading().split()[-2:] == ["02:10↓", "now"]
        lines = ui.lines()
        title = next(line for line in lines if line.startswith("─ CollectJob  ■ failed"))
        assert title.startswith("─ CollectJob  ■ failed  Mon 23 Nov 02:10:25  took 2m02s ─")
        (facts,) = [line for line in lines if "ran at the same time" in line]
        assert facts.endswith("CatalogCrawlJob since 22:40, DatabaseMaintenance since 00:02")
        await ui.press("j")
        await rest(ui)
        (facts,) = [line for line in ui.lines() if "ran at the same time" in line]
        assert facts.startswith(" usually 3m02s, longest 3m23s; 43× usual   ran at the same time: ")
        assert "CollectJob 9 times (1 failed)" in facts
        assert "LicAutoUpdate at 00:31" in facts


async def test_the_days_of_a_failure_stand_below_each_other() -> None:
    async with replay_app(NIGHT, size=(200, 50)) as ui:
        await ui.press("C")
        days = [line for line in ui.lines() if line.endswith("failed") and "of" in line and "Nov" in line]
        assert len(days) == 6
        assert {line.index("█") for line in days} == {days[0].index("█")}
        assert any("24 days, 2,304 runs, all successful" in line for line in ui.lines())


async def test_the_states_stand_beside_the_lanes_if_there_is_room() -> None:
    async with replay_app(NIGHT, size=(120, 40)) as ui:
        await ui.press("C")
        ends = [row.rpartition("│")[2].strip() for row in ui.rows()]
        assert ends[:3] == ["failed, 6th day", "stuck, 43× usual", "overdue 1d20h"]
        assert "next 03:15" in ends
        await ui.resize(80, 23)
        assert all(row.endswith("│") for row in ui.rows() if "│" in row)
        await ui.press("j", "j")
        await rest(ui)
        assert any(
            line.startswith("─ CatalogReplicationJob") and "overdue 1d20h" in line for line in ui.lines()
        )


async def test_run_by_run_scroll_zoom_and_back() -> None:
    async with replay_app(NIGHT, size=(120, 40)) as ui:
        await ui.press("C", "[", "[", "]")
        run = ui.session()
        assert run
        assert run.started
        assert NIGHT_TIME - run.started < timedelta(minutes=30)
        await ui.press("h")
        assert "24 h  Sat 21 Nov 20:" in ui.title()
        assert ui.session() != run
        await ui.press("0")
        assert ui.title() == "Timeline  24 h"
        for key, length in (
            ("-", "7 days"),
            ("_", "30 days"),
            ("-", "30 days"),
            ("+", "7 days"),
            ("=", "24 h"),
            ("+", "6 h"),
        ):
            await ui.press({"-": "minus", "_": "underscore", "+": "plus", "=": "equals_sign"}[key])
            assert re.fullmatch(rf"Timeline  {length}(  .*)?", ui.title())
        await ui.press("plus")
        assert ui.footer().startswith("6 hours is the shortest time.")


async def test_failures_of_any_lane_one_after_another_and_around() -> None:
    runs = [
        *make_series("a", HOUR, NOON, 100),
        make_run(NOON - 50 * HOUR - MINUTE, "b", outcome=Outcome.FAILED),
        make_run(NOON - 5 * HOUR - MINUTE, "c", outcome=Outcome.FAILED),
        make_run(NOON - 7 * HOUR - MINUTE, "a", outcome=Outcome.WARNING),
    ]
    async with replay_app(listed(*runs)) as ui:
        await ui.press("C", "e")
        assert ui.session() == runs[-2]
        await ui.press("e")
        assert ui.session() == runs[-3]
        await rest(ui)
        assert "Sat 21 Nov 09:59" in shown(ui)
        await ui.press("e")
        assert ui.session() == runs[-2]
        assert "Continued from" in ui.footer()
        await ui.press("E")
        assert ui.session() == runs[-3]
        await ui.press("w")
        assert ui.session() == runs[-1]
        await ui.press("w")
        assert ui.footer().startswith("No other run with a warning.")
        await ui.press("enter")
        assert ui.screens()[-1] == "session_detail"


@pytest.mark.parametrize("keys", [("B", "C"), ("4", "C"), ("enter", "C")])
async def test_it_opens_from_each_page_directly_above_the_list(keys: Iterable[str]) -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await ui.press_each("e", *keys)
        assert ui.screens() == ["session_list", "timeline"]
        run = ui.session()
        assert run
        assert run.type
        assert run.type in ui.cursor_row()
        await ui.press("q")
        assert ui.screens() == ["session_list"]


async def test_a_newer_list_keeps_run_and_window_and_moves_on_with_now() -> None:
    elapsed = [timedelta()]
    async with demo_app(now=lambda: NIGHT_TIME + elapsed[0], size=(120, 40)) as ui:
        await ui.wait_assessed()
        await ui.press("e", "C", "[")
        run, heading = ui.session(), ui.heading()
        await ui.press("0")
        assert ui.heading() != heading
        run, heading = ui.session(), ui.heading()
        elapsed[0] = timedelta(hours=1)
        await ui.press_each("r")
        assert ui.session() == run
        assert ui.heading() != heading, "an hour later"
        assert ui.heading().split()[-1] == "now"
        await ui.press("h")
        heading = ui.heading()
        elapsed[0] = timedelta(hours=4)
        await ui.press_each("r")
        assert ui.heading() == heading


@pytest.mark.parametrize("size", SIZES)
async def test_it_works_without_runs_times_and_types(size: tuple[int, int]) -> None:
    ended = make_run(NOON - HOUR, "DatabaseMaintenance")
    without_start = Session(ended.uid, None, "LogExport", None, None, "Failed")
    untyped = Session(type(ended.uid)("x"), "name", None, NOON - MINUTE, None, "Odd")
    for runs in (
        (),
        (without_start,),
        (ended,),
        (untyped, make_run(NOON - 9 * HOUR, outcome=Outcome.RUNNING)),
    ):
        async with replay_app(listed(*runs), size=size) as ui:
            await ui.press("C")
            for key in (
                "j",
                "k",
                "left_square_bracket",
                "right_square_bracket",
                "h",
                "l",
                "minus",
                "plus",
                "0",
            ):
                await ui.press(key)
            for key in ("e", "w", "y", "m", "escape"):
                await ui.press(key)
            assert ui.runs_without_fault()
            assert all(len(line) <= size[0] for line in ui.lines())


async def test_runs_without_a_start_are_counted_in_the_title() -> None:
    ended = make_run(NOON - HOUR)
    without_start = Session(type(ended.uid)("x"), None, "LogExport", None, None, "Failed")
    async with replay_app(listed(ended, without_start)) as ui:
        await ui.press("C")
        assert ui.title_note() == "1 run without a valid start not shown"


async def test_300_lanes_scroll() -> None:
    runs = [make_run(NOON - number * MINUTE, f"type {number:03}") for number in range(300)]
    async with replay_app(listed(*runs)) as ui:
        await ui.press("C", "G")
        assert ui.position() == "312 of 312 types"
        await ui.press("g")
        assert ui.position() == "1 of 312 types"
        assert ui.count_drawn_rows()() == 0


async def test_a_step_draws_the_lanes_that_changed_only() -> None:
    async with replay_app(NIGHT, size=(120, 40)) as ui:
        await ui.press("C")
        drawn = ui.count_drawn_rows()
        steps, moves = [], []
        for key in ("j", "k", "j"):  # a late frame may add to one of them
            await ui.press("[")
            steps.append(drawn())
            await ui.press(key)
            moves.append(drawn())
        assert sorted(steps)[1] <= 2
        assert sorted(moves)[1] <= 4


async def test_the_axis_is_that_of_the_shown_zone() -> None:
    async with replay_app(NIGHT, zone=ZoneInfo("Asia/Kathmandu"), size=(120, 40)) as ui:
        await ui.press("C")
        assert "07:55↓" in ui.heading()
        await ui.press("t")
        assert "07:55↓" not in ui.heading()
        assert "02:10↓" in ui.heading()


async def test_its_text_has_all_runs_of_the_window_with_full_times() -> None:
    async with replay_app(NIGHT, size=(80, 23)) as ui:
        await ui.press("C")
        text = ui.plain_text()
        assert "2026-11-22 02:30:00 +00:00 – 2026-11-23 02:14:30 +00:00" in text
        assert (
            "\nDatabaseMaintenance  stuck, 43× usual\n  running  DatabaseMaintenance  2026-11-23 00:02:48"
            in text
        )
        assert "\n  missed  due 2026-11-22 05:" in text
        assert "no run in this time" in text


async def test_it_is_the_first_page_with_the_option() -> None:
    async with demo_app(start=demo_start(view="timeline")) as ui:
        await ui.wait_at("timeline")
        await ui.press("Y")
        assert ui.footer()


async def test_a_run_that_starts_in_years_does_not_move_the_timeline_there() -> None:
    later = make_run(NOON + timedelta(days=9000), "LogExport")
    async with replay_app(listed(later, *make_series("CollectJob", 15 * MINUTE))) as ui:
        await ui.press("C")
        await rest(ui)
        assert "1 run without a valid start not shown" in shown(ui)
        (lane,) = [line for line in ui.lines() if "CollectJob" in line and "▄▄▄▄▄▄▄▄" in line]
        assert lane


async def test_the_list_is_never_shown_as_of_a_time_to_come() -> None:
    soon = make_run(NOON + 5 * HOUR, "LogExport")
    async with replay_app(listed(soon, *make_series("CollectJob", 15 * MINUTE))) as ui:
        await ui.press("C")
        assert ui.session() == soon
        await ui.press("A")
        await ui.wait_for(lambda: "AS OF" in ui.top())
        assert "AS OF Mon 23 Nov 12:00:00" in ui.top()
