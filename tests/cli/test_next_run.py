"""Due runs in `show` and `check`: after a clock change, and while nothing at all runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from command_runner import CommandRunner
from session_factory import DAY, HOUR, MINUTE, make_run, make_series
from session_list_server import listing_shell

from emtui.em.model import Session, uid_from_guid

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def with_numbered_ids(sessions: Iterable[Session]) -> list[Session]:
    return [
        replace(session, uid=uid_from_guid(f"{index:08x}-2222-4333-8444-555555555555"))
        for index, session in enumerate(sessions)
    ]


def nightly_runs(last: datetime, minute: timedelta) -> list[Session]:
    """A run at this time in Berlin on each of twenty nights."""
    locals_ = [(last - number * DAY).replace(tzinfo=BERLIN, hour=2) + minute for number in range(20)]
    return [make_run(local.astimezone(UTC), "DatabaseMaintenance") for local in locals_]


@pytest.mark.parametrize(
    ("now", "due", "text"),
    [
        ("2026-10-24T08:00", "2026-10-25T00:10:00.000000Z", "02:10A"),
        ("2026-10-25T08:00", "2026-10-26T01:10:00.000000Z", "02:10"),
        ("2026-10-26T08:00", "2026-10-27T01:10:00.000000Z", "02:10"),
        ("2026-03-28T08:00", "2026-03-29T01:10:00.000000Z", "03:10"),
        ("2026-03-29T08:00", "2026-03-30T00:10:00.000000Z", "02:10"),
        ("2026-03-30T08:00", "2026-03-31T00:10:00.000000Z", "02:10"),
    ],
)
def test_the_next_nightly_run_is_shown_at_its_time_of_day_around_a_clock_change(
    shell: CommandRunner, tmp_path: Path, now: str, due: str, text: str
) -> None:
    clock = datetime.fromisoformat(now).replace(tzinfo=UTC)
    sessions = with_numbered_ids(nightly_runs(clock, 10 * MINUTE))
    shell.environ["TZ"] = "Europe/Berlin"
    with listing_shell(shell, sessions, tmp_path, clock) as runner:
        found = runner.run_json("show", sessions[0].id, "-o", "json")["findings"]
        (following,) = [finding for finding in found if finding["kind"] == "next"]
        assert (following["due"], following["late_since"], following["count"]) == (due, None, 0)
        assert following["text"] == f"due {text}"
        assert f"Next          due {text}\n" in runner("show", sessions[0].id).stdout
        assert runner("check", "--overdue").stdout.startswith("EMTUI OK - 1 type not failing")


@pytest.mark.parametrize("hours", [26, 48])
def test_while_nothing_runs_each_type_shows_how_many_of_its_runs_were_due(
    shell: CommandRunner, tmp_path: Path, hours: int
) -> None:
    collected = make_series("CollectJob", 15 * MINUTE, NOON, 400)
    copied = make_series("CatalogReplicationJob", HOUR, NOON - 5 * MINUTE, 300)
    sessions = with_numbered_ids([*collected, *copied])
    with listing_shell(shell, sessions, tmp_path, NOON + hours * HOUR) as runner:
        counts = []
        for one in (sessions[0], sessions[400]):
            found = runner.run_json("show", one.id, "-o", "json")["findings"]
            (following,) = [finding for finding in found if finding["kind"] == "next"]
            assert following["text"].endswith(f"; {following['count']} runs due, none started")
            assert following["late_since"] == following["due"]
            counts.append(following["count"])
        assert counts == [4 * hours, hours]
        assert f"; {sum(counts)} runs due, none started |" in runner("check").stdout
