"""The list at an earlier time: every page says so and shows it, what is done acts on it, and Esc ends it."""

from __future__ import annotations

from datetime import datetime, timedelta

from session_factory import HOUR, NOON, make_run
from tui_driver import NIGHT_TIME, TuiDriver, demo_app, replay_app

from emtui.em.model import Listing, Session
from emtui.monitor.recording.recording_format import RecordedList

RESTED = 0.3


async def _go_back(app: TuiDriver) -> datetime:
    """Show the list as of the start of an earlier run of the first row; return that time."""
    await app.wait_assessed()
    await app.press("C")
    await app.wait_at("timeline")
    await app.press_each("left_square_bracket", "left_square_bracket")
    run = app.session()
    assert run
    assert run.started
    await app.press("A")
    await app.wait_at("session_list")
    await app.wait_for(lambda: "AS OF" in app.top())
    return run.started


def _visible(app: TuiDriver) -> list[Session]:
    return list(app.all_sessions())


async def test_the_list_is_that_of_the_earlier_time() -> None:
    async with demo_app(size=(120, 40)) as app:
        newest = _visible(app)
        then = await _go_back(app)
        assert f"AS OF {then:%a %d %b %H:%M:%S} +00:00" in app.top()
        shown = _visible(app)
        started = {run.uid for run in newest if run.started and run.started <= then}
        assert {run.uid for run in shown} == started
        for run in shown:
            assert run.ended is None or run.ended <= then


async def test_every_page_says_the_time_until_esc() -> None:
    async with demo_app(size=(120, 40)) as app:
        await _go_back(app)
        for key, page in (("B", "overview"), ("C", "timeline"), ("4", "attention")):
            await app.press(key)
            await app.wait_at(page)
            assert "AS OF" in app.top()
        await app.press("escape")
        assert "AS OF" not in app.top()
        assert app.screen_name() == "attention", "Esc ends the earlier time first"
        assert "as of 02:14:30" in app.top()


async def test_alerts_are_those_of_the_earlier_time() -> None:
    async with demo_app(size=(120, 40)) as app:
        await app.wait_assessed()
        before = app.alert_on("DatabaseMaintenance")
        await _go_back(app)
        await app.wait_for(lambda: app.alert_on("DatabaseMaintenance") != before)


async def test_an_acknowledgement_says_the_time_that_is_shown() -> None:
    async with demo_app(size=(120, 40)) as app:
        then = await _go_back(app)
        await app.press("4")
        await app.wait_at("attention")
        await app.press("m", "enter")
        await app.wait_for(lambda: "Acknowledged AS OF" in app.footer())
        assert f"{then:%H:%M:%S}" in app.footer()


async def test_a_report_says_the_time_that_is_shown() -> None:
    async with demo_app(size=(120, 40)) as app:
        await _go_back(app)
        await app.press("H")
        await app.wait_at("report")
        await app.wait_for(lambda: any("AS OF" in line for line in app.lines()[2:]))


async def test_polling_goes_on_unseen() -> None:
    times = [NIGHT_TIME]
    async with demo_app(now=lambda: times[0], size=(120, 40)) as app:
        await _go_back(app)
        shown = _visible(app)
        responses = app.health().response_count
        times[0] += timedelta(hours=3)
        app.poll()
        await app.wait_for(lambda: app.health().response_count > responses)
        await app.pause(RESTED)
        later = [run.uid for run in _visible(app)]
        assert later == [run.uid for run in shown][: len(later)], (
            "only the oldest have left the server's list"
        )
        assert "AS OF" in app.top()
        await app.press("escape")
        await app.wait_for(lambda: _visible(app)[0].uid != shown[0].uid)


async def test_what_is_wrong_with_the_newest_list_is_said_beside_the_earlier_time() -> None:
    async with demo_app(size=(58, 16)) as app:
        await _go_back(app)
        await app.press("p")
        for key, page in (("B", "overview"), ("C", "timeline"), ("4", "attention")):
            assert "PAUSED  AS OF" in app.top()
            await app.press(key)
            await app.wait_at(page)
        assert "PAUSED  AS OF" in app.top()
        await app.press("C", "A")
        await app.wait_at("session_list")
        await app.wait_for(lambda: "Polling is paused." in app.footer())


async def test_an_opened_run_is_not_said_to_be_running_since_then() -> None:
    async with replay_app([RecordedList(NOON, Listing((make_run(NOON - 3 * HOUR),)))], size=(80, 23)) as app:
        await app.press("C", "A")
        await app.wait_for(lambda: "AS OF" in app.top() and app.screen_name() == "session_list")
        assert "running" in app.cursor_row()
        await app.press("enter")
        await app.wait_at("session_detail")
        await app.wait_idle()
        assert any("CollectJob" in line and "took 1m30s" in line for line in app.lines())
        assert not any("running" in line for line in app.lines())
