"""Each thing has one text and one number on all screens, and each count has a unit."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from session_factory import HOUR, MINUTE, NOON, make_run, make_series
from tui_driver import NIGHT_TIME, TuiDriver, demo_app, demo_start, replay_app

from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Listing, Outcome
from emtui.monitor.recording.recording_format import RecordedList
from emtui.tui.screens.session_list.row_format import row_detail

SIZES = [(58, 16), (80, 24), (120, 40)]
COUNT_PATTERN = re.compile(r"(?:^| )([\d,]+) of ([\d,]+) (runs?|types?|alerts?|events?|lines?)$")
BARE_COUNT_PATTERN = re.compile(r"(?<![\d:])\d[\d,]*/\d|(?:^| )of [\d,]+(?: in|$|  )| of \d+(?=,)")


class ManualClock:
    """A clock that the server and this computer share; a test moves it."""

    def __init__(self) -> None:
        self.elapsed = timedelta()

    def __call__(self) -> datetime:
        return NIGHT_TIME + self.elapsed


def alert_texts(ui: TuiDriver) -> list[str]:
    """The alerts above the list."""
    return [" ".join(line[2:].split(" a next")[0].split()) for line in ui.alerts()]


async def poll_later(ui: TuiDriver, clock: ManualClock, delay: timedelta) -> None:
    """Refresh the list after this time."""
    clock.elapsed += delay
    await ui.press_each("r")


async def test_the_detail_line_matches_the_selected_row_after_each_move_query_and_poll() -> None:
    clock = ManualClock()
    async with demo_app(now=clock) as ui:
        await ui.wait_assessed()
        for keys in (
            ("j",) * 12,
            ("G",),
            ("ctrl+u",),
            ("g",),
            ("1",),
            ("j",),
            ("0",),
            ("B", "q"),
            ("o",),
            ("O",),
            ("k",),
        ):
            for key in keys:
                await ui.press(key)
                await ui.wait_for(lambda: not ui.is_polling())
                if ui.screen_name() == "session_list":
                    assert ui.detail() == expected_row_text(ui), keys
        await ui.press("g")
        for _ in range(3):
            await poll_later(ui, clock, timedelta(hours=1, minutes=37))
            assert ui.detail() == expected_row_text(ui)


def expected_row_text(ui: TuiDriver) -> str:
    row, snapshot = ui.row_value(), ui.snapshot()
    assert row
    assert snapshot
    return row_detail(row, TimeContext(snapshot.server_time, UTC))


async def test_an_alert_has_the_same_text_above_and_below_the_list_over_time_and_in_each_zone() -> None:
    clock = ManualClock()
    start = demo_start(clock, zone=ZoneInfo("Asia/Kathmandu"))
    async with demo_app(now=clock, start=start) as ui:
        await ui.wait_assessed()
        await ui.press("F", "a")
        first = alert_texts(ui)[0]
        assert first.startswith("DatabaseMaintenance running for 2h11m")
        assert ui.detail().startswith(f"{first} (based on ")
        await poll_later(ui, clock, timedelta(minutes=7))
        assert alert_texts(ui)[0] != first
        assert ui.detail().startswith(f"{alert_texts(ui)[0]} (based on ")
        before = ui.detail()
        await ui.press("t")
        await ui.wait_idle()
        assert ui.detail() != before
        assert ui.detail().startswith(f"{alert_texts(ui)[0]} (based on ")


RESTED = 0.25
"""Seconds after which what belongs to the selected row is shown."""


async def test_the_overview_shows_the_alert_and_newest_message_of_the_selected_type() -> None:
    clock = ManualClock()
    async with demo_app(now=clock) as ui:
        await ui.wait_assessed()
        await ui.press("B")
        for place, (kind, message) in enumerate(ui.overview_rows()):
            assert ui.cursor() == place
            await ui.pause(RESTED)
            if found := ui.alert_on(kind):
                shown = found.removeprefix(f"{kind} ")
                assert shown != found, "the type itself is in the rule above"
                assert ui.detail().startswith(shown[:70])
            elif message is not None:
                assert ui.detail() == message
            await ui.press("j")
        await ui.press("g", "j", "j", "j")
        kind, _ = ui.overview_rows()[ui.cursor()]
        for _ in range(4):
            await poll_later(ui, clock, timedelta(hours=3))
            assert ui.overview_rows()[ui.cursor()][0] == kind, "the cursor stays on its type"


async def test_the_message_below_the_overview_belongs_to_the_run_of_the_alert() -> None:
    canceled = make_run(NOON - HOUR, "LogExport", outcome=Outcome.CANCELED, message="Canceled by ops")
    failed = make_run(NOON - 2 * HOUR, "LogExport", outcome=Outcome.FAILED, message="no space")
    hangs = make_run(NOON - 3 * HOUR, "DatabaseMaintenance", outcome=Outcome.RUNNING)
    after_it = make_run(NOON - 2 * HOUR, "DatabaseMaintenance", message="done")
    good = [
        *make_series("LogExport", HOUR, NOON - 3 * HOUR),
        *make_series("DatabaseMaintenance", HOUR, NOON - 4 * HOUR),
        make_run(NOON - MINUTE, message="all went well"),
        *make_series("CollectJob", HOUR, NOON - HOUR - MINUTE),
    ]
    async with replay_app([RecordedList(NOON, Listing((canceled, failed, hangs, after_it, *good)))]) as ui:
        await ui.press("B")
        detail_by_type = {}
        for kind, _ in ui.overview_rows():
            await ui.pause(RESTED)
            detail_by_type[kind] = ui.detail()
            await ui.press("j")
        assert detail_by_type["LogExport"].startswith("failed at 10:00")
        assert detail_by_type["LogExport"].endswith(" · no space")
        assert detail_by_type["DatabaseMaintenance"].startswith("running for 3h")
        assert "done" not in detail_by_type["DatabaseMaintenance"]
        assert detail_by_type["CollectJob"] == "all went well"


async def test_overview_and_alerts_list_the_same_types_in_the_same_order_with_the_same_counts() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await ui.press("B")
        types = [kind for kind, _ in ui.overview_rows()]
        base = ui.title_note()
        assert re.fullmatch(r"9 of 12 types on schedule, .+", base)
        await ui.press("q", "4")
        assert ui.title() == "Alerts  6"
        assert ui.title_note() == base
        kinds = list(dict.fromkeys(ui.alert_types()))
        assert types[: len(kinds)] == kinds


async def test_m_on_the_overview_acknowledges_the_alert_of_the_type_and_undoes_it() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await ui.press("B", "m", *"INC0012345", "enter")
        await ui.wait_for(lambda: ui.acknowledged_alerts() == 1)
        await ui.wait_for(lambda: ui.detail().startswith("acknowledged: INC0012345"))
        await ui.press("m")
        await ui.wait_for(lambda: ui.acknowledged_alerts() == 0)


@pytest.mark.parametrize("size", SIZES)
async def test_each_count_has_a_unit_on_every_screen(size: tuple[int, int]) -> None:
    async with demo_app(size=size) as ui:
        await ui.wait_assessed()
        for keys, thing in (
            ((), "runs"),
            (("1",), "runs"),
            (("0", "a", "m", *"INC0012345", "enter"), "runs"),
            (("B",), "types"),
            (("q", "4"), "alerts"),
            (("q", "g", "e", "enter"), "events"),
            (("d",), "lines"),
            (("D",), "runs"),
            (("q", "q", "H"), ""),
            (("q", "exclamation_mark"), ""),
        ):
            for key in keys:
                await ui.press(key)
                await ui.wait_for(lambda: not ui.is_requesting() and not ui.is_polling())
            if thing:
                await ui.wait_for(lambda: ui.position() != "" or ui.title_note() != "")
            assert [line for line in ui.status_lines() if BARE_COUNT_PATTERN.search(line)] == [], keys
            if thing:
                found = COUNT_PATTERN.search(ui.position() or ui.title_note())
                assert found, ui.footer()
                assert found[3].rstrip("s") == thing.rstrip("s")
                assert int(found[1].replace(",", "")) <= int(found[2].replace(",", ""))


async def test_query_and_pause_counts_have_a_total() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await ui.press("slash", *"collectjob", "enter")
        assert re.search(r" \d+ of 987 runs$", ui.query_line())
        await ui.press("0", "e", "enter")
        await ui.wait_for(lambda: not ui.is_requesting())
        await ui.press("s")
        assert re.match(r"Pause \d of \d: ", ui.footer())


async def test_details_opened_from_the_alerts_name_their_tab_and_where_the_keys_are() -> None:
    async with demo_app() as ui:
        await ui.press("4", "i")
        await ui.wait_for(lambda: ui.screen_name() == "raw_view")
        assert "  [Alerts " in ui.top()
        assert ui.footer().rstrip().endswith("? keys")
