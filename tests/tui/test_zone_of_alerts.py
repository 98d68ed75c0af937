"""An alert counts the days of the zone that is shown; when a run is due does not hang on that zone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from made_runs import DAY, HOUR, NOON, run, series
from seats import Seat

from emtui.em.model import Listing, Outcome, Session
from emtui.local.connection import Connection
from emtui.monitor.recording.records import Look
from emtui.monitor.recording.replay import Replay
from emtui.tui.app import EmtuiApp
from emtui.tui.options import LaunchOptions
from emtui.tui.widgets.attention_lines import AttentionLines

BERLIN = ZoneInfo("Europe/Berlin")


@asynccontextmanager
async def looking_at(sessions: Sequence[Session], now: datetime) -> AsyncIterator[Seat]:
    """Somebody in Berlin before this list."""
    replay = Replay("night.jsonl", iter([Look(now, Listing(tuple(sessions)))]))
    start = LaunchOptions(
        Connection(), mark="REPLAY", remember=False, now=replay.now, replay=replay, zone=BERLIN
    )
    app = EmtuiApp(start)
    async with app.run_test(size=(120, 30)) as pilot:
        seat = Seat(app, pilot)
        await seat.until(lambda: app.lookup_screen is not None and seat.listing.attention is not None)
        await pilot.pause()
        yield seat


def alerts(seat: Seat) -> str:
    lines = seat.listing.query_one(AttentionLines)
    return "\n".join(lines.render_line(y).text for y in range(lines.size.height))


async def test_the_days_of_a_failure_that_came_back_are_those_of_the_zone_that_t_chose() -> None:
    """At 12:30, 12:30 and 23:30 UTC: three days in Berlin, two in UTC."""
    starts = [NOON - timedelta(hours=ago) for ago in (47.5, 23.5, 12.5)]
    failed = [run(start, outcome=Outcome.FAILED, message="bs02 closed") for start in starts]
    good = series("CollectJob", HOUR, NOON, 240)
    sessions = sorted([*good, *failed], key=lambda one: one.started or NOON, reverse=True)
    async with looking_at(sessions, NOON) as seat:
        assert "CollectJob failed on 3 days since Sat 13:30, last 00:30" in alerts(seat)
        await seat.press("t")
        await seat.until(lambda: "nothing needs you" in alerts(seat))
        await seat.press("4")
        await seat.press("t")
        assert seat.app.zone == BERLIN
        await seat.until(lambda: "CollectJob failed on 3 days" in alerts(seat))


async def test_a_nightly_run_is_due_at_its_time_of_day_here_also_where_utc_is_shown() -> None:
    change = datetime(2026, 10, 25, 8, tzinfo=UTC)
    nights = [(change - number * DAY).replace(tzinfo=BERLIN, hour=4, minute=10) for number in range(1, 20)]
    sessions = [run(night.astimezone(UTC), "DatabaseMaintenance") for night in nights]
    async with looking_at(sessions, datetime(2026, 10, 24, 9, tzinfo=UTC)) as seat:

        def due() -> datetime | None:
            row = seat.listing.board and seat.listing.board.of("DatabaseMaintenance")
            return row.due.next if row and row.due else None

        assert due() == datetime(2026, 10, 25, 3, 10, tzinfo=UTC)
        await seat.press("t")
        await seat.until(lambda: not any(worker.group == "judge" for worker in seat.app.workers))
        assert seat.app.zone is UTC
        assert due() == datetime(2026, 10, 25, 3, 10, tzinfo=UTC)
