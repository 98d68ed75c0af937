"""The overview in use: days and hours are selected with keys, and list exactly their runs."""

from __future__ import annotations

from session_factory import HOUR, MINUTE, NOON, make_series
from tui_driver import TuiDriver, demo_app, replay_app

from emtui.em.model import Listing, Session
from emtui.monitor.recording.recording_format import RecordedList

COLLECT_JOB = "CollectJob"


async def _open_types(app: TuiDriver) -> None:
    await app.wait_assessed()
    await app.press("B")
    await app.wait_at("overview")
    while COLLECT_JOB not in app.cursor_row():
        await app.press("down")
    await app.pause(0.3)


def _listed(app: TuiDriver) -> set[str]:
    return {run.uid for run in app.sessions()}


def _runs_of(app: TuiDriver, kind: str) -> list[Session]:
    return [run for run in app.all_sessions() if run.type == kind]


async def test_enter_lists_exactly_the_runs_of_the_selected_day() -> None:
    async with demo_app(size=(120, 40)) as app:
        await _open_types(app)
        await app.press_each("left", "left")
        day = next(run.started.date() for run in app.all_sessions() if run.started)
        yesterday = [
            run for run in _runs_of(app, COLLECT_JOB) if run.started and (day - run.started.date()).days == 1
        ]
        count = len(yesterday)
        assert any(f"of {count} runs. Enter: list them." in line for line in app.lines())
        await app.press("enter")
        await app.wait_at("session_list")
        await app.wait_idle()
        assert _listed(app) == {run.uid for run in yesterday}
        assert count > 10


async def test_l_lists_exactly_the_runs_of_the_selected_cell() -> None:
    async with demo_app(size=(120, 40)) as app:
        await _open_types(app)
        await app.press("comma")
        while not any("of 1 run. Enter" in line for line in app.lines()):
            await app.press("comma")
        await app.press("l")
        await app.wait_at("session_list")
        await app.wait_idle()
        (run,) = app.sessions()
        assert run.type == COLLECT_JOB


async def test_esc_unselects_the_day_before_it_goes_back() -> None:
    async with demo_app(size=(80, 23)) as app:
        await _open_types(app)
        await app.press("left")
        assert any("Enter: list them." in line for line in app.lines())
        await app.press("escape")
        assert not any("Enter: list them." in line for line in app.lines())
        assert app.screen_name() == "overview"
        await app.press("escape")
        assert app.screen_name() == "session_list"


async def test_without_a_selected_cell_l_lists_all_runs_of_the_type() -> None:
    async with demo_app(size=(80, 23)) as app:
        await _open_types(app)
        runs = {run.uid for run in _runs_of(app, COLLECT_JOB)}
        await app.press("l")
        await app.wait_at("session_list")
        await app.wait_idle()
        assert _listed(app) == runs


async def test_the_card_follows_once_the_cursor_rests() -> None:
    async with demo_app(size=(120, 40)) as app:
        await _open_types(app)
        assert any(line.startswith("─ CollectJob") for line in app.lines())
        await app.press("home")
        await app.pause(0.4)
        assert "DatabaseMaintenance" in app.cursor_row()
        assert any(line.startswith("─ DatabaseMaintenance") for line in app.lines())
        assert any("0/1" in line for line in app.lines())


async def test_a_new_list_counts_the_selected_day_again() -> None:
    series = make_series("CollectJob", 15 * MINUTE)
    lists = (series[1:], series)
    records = [
        RecordedList(NOON + number * MINUTE, Listing(tuple(runs))) for number, runs in enumerate(lists)
    ]
    async with replay_app(records) as app:
        await app.press("B", "left")
        assert any("48 ok of 48 runs. Enter: list them." in line for line in app.lines())
        await app.poll_once()
        await app.wait_for(lambda: any("49 ok of 49 runs. Enter" in line for line in app.lines()))


async def test_only_a_cell_with_runs_offers_to_list_them() -> None:
    async with replay_app(
        [RecordedList(NOON, Listing(tuple(make_series("CollectJob", 4 * HOUR, count=4))))]
    ) as app:
        await app.press("B", "comma")
        assert any("of 1 run. Enter: list them." in line for line in app.lines())
        await app.press("comma")
        assert any("no run started." in line for line in app.lines())
        assert not any("Enter: list them." in line for line in app.lines())
