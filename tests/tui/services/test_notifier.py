"""Alerts count days of the displayed zone; when a run is due does not depend on that zone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from session_factory import DAY, HOUR, NOON, make_run, make_series
from tui_driver import TuiDriver, replay_app

from emtui.em.model import Listing, Outcome, Session
from emtui.monitor.recording.recording_format import RecordedList

BERLIN = ZoneInfo("Europe/Berlin")


def app_with_list(sessions: Sequence[Session], now: datetime) -> AbstractAsyncContextManager[TuiDriver]:
    """A user in Berlin at this list."""
    return replay_app([RecordedList(now, Listing(tuple(sessions)))], zone=BERLIN)


def alert_lines(ui: TuiDriver) -> str:
    return "\n".join(" ".join(line.split()) for line in ui.alerts())


async def test_recurring_failures_count_days_of_the_displayed_zone() -> None:
    """At 12:30, 12:30 and 23:30 UTC: three days in Berlin, two in UTC."""
    starts = [NOON - timedelta(hours=ago) for ago in (47.5, 23.5, 12.5)]
    failed = [make_run(start, outcome=Outcome.FAILED, message="bs02 closed") for start in starts]
    good = make_series("CollectJob", HOUR, NOON, 240)
    sessions = sorted([*good, *failed], key=lambda one: one.started or NOON, reverse=True)
    async with app_with_list(sessions, NOON) as ui:
        assert "CollectJob failed on 3 days since Sat 13:30, last 00:30" in alert_lines(ui)
        await ui.press("t")
        await ui.wait_for(lambda: "Nothing needs attention" in alert_lines(ui))
        await ui.press("4")
        await ui.press("t")
        assert "+01:00" in ui.top()
        await ui.wait_for(lambda: "CollectJob failed on 3 days" in alert_lines(ui))


async def test_a_nightly_run_is_due_at_its_local_time_even_if_utc_is_shown() -> None:
    change = datetime(2026, 10, 25, 8, tzinfo=UTC)
    nights = [(change - number * DAY).replace(tzinfo=BERLIN, hour=4, minute=10) for number in range(1, 20)]
    sessions = [make_run(night.astimezone(UTC), "DatabaseMaintenance") for night in nights]
    async with app_with_list(sessions, datetime(2026, 10, 24, 9, tzinfo=UTC)) as ui:
        assert ui.next_due("DatabaseMaintenance") == datetime(2026, 10, 25, 3, 10, tzinfo=UTC)
        await ui.press("t")
        await ui.wait_idle()
        assert "+00:00" in ui.top()
        assert ui.next_due("DatabaseMaintenance") == datetime(2026, 10, 25, 3, 10, tzinfo=UTC)
