"""An alert counts the days of the zone that is shown; when a run is due does not hang on that zone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from made_runs import DAY, HOUR, NOON, run, series
from tui_driver import TuiDriver, replay_app

from emtui.em.model import Listing, Outcome, Session
from emtui.monitor.recording.recording_format import Look

BERLIN = ZoneInfo("Europe/Berlin")


def looking_at(sessions: Sequence[Session], now: datetime) -> AbstractAsyncContextManager[TuiDriver]:
    """Somebody in Berlin before this list."""
    return replay_app([Look(now, Listing(tuple(sessions)))], zone=BERLIN)


def alerts(ui: TuiDriver) -> str:
    return "\n".join(ui.alerts())


async def test_the_days_of_a_failure_that_came_back_are_those_of_the_zone_that_t_chose() -> None:
    """At 12:30, 12:30 and 23:30 UTC: three days in Berlin, two in UTC."""
    starts = [NOON - timedelta(hours=ago) for ago in (47.5, 23.5, 12.5)]
    failed = [run(start, outcome=Outcome.FAILED, message="bs02 closed") for start in starts]
    good = series("CollectJob", HOUR, NOON, 240)
    sessions = sorted([*good, *failed], key=lambda one: one.started or NOON, reverse=True)
    async with looking_at(sessions, NOON) as ui:
        assert "CollectJob failed on 3 days since Sat 13:30, last 00:30" in alerts(ui)
        await ui.press("t")
        await ui.wait_for(lambda: "nothing needs you" in alerts(ui))
        await ui.press("4")
        await ui.press("t")
        assert "+01:00" in ui.top()
        await ui.wait_for(lambda: "CollectJob failed on 3 days" in alerts(ui))


async def test_a_nightly_run_is_due_at_its_time_of_day_here_also_where_utc_is_shown() -> None:
    change = datetime(2026, 10, 25, 8, tzinfo=UTC)
    nights = [(change - number * DAY).replace(tzinfo=BERLIN, hour=4, minute=10) for number in range(1, 20)]
    sessions = [run(night.astimezone(UTC), "DatabaseMaintenance") for night in nights]
    async with looking_at(sessions, datetime(2026, 10, 24, 9, tzinfo=UTC)) as ui:
        assert ui.next_due("DatabaseMaintenance") == datetime(2026, 10, 25, 3, 10, tzinfo=UTC)
        await ui.press("t")
        await ui.wait_idle()
        assert "+00:00" in ui.top()
        assert ui.next_due("DatabaseMaintenance") == datetime(2026, 10, 25, 3, 10, tzinfo=UTC)
