"""Number of alerts in thirty days: one for each cause. The list is polled every two hours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series
from uneventful_months import MIDDLE_START, SEEDS, listed_at, sixty_days, with_clock_change, with_patch_nights

from emtui.demo.world import SimulatedWorld
from emtui.em.model import Outcome, Session
from emtui.monitor.changes import Changes
from emtui.monitor.notification_policy import AlertPolicy, new_failures
from emtui.monitor.snapshot import Snapshot

POLL_INTERVAL = 2 * HOUR


def collect_alerts(
    sessions: Sequence[Session], begin: datetime, until: datetime
) -> list[tuple[datetime, Session]]:
    """Return the times of alerts, and their runs."""
    now = begin
    policy = AlertPolicy(lambda: (now - begin).total_seconds())  # noqa: PLW0108 - `now` changes
    alerts: list[tuple[datetime, Session]] = []
    newest_first = sorted(sessions, key=lambda one: one.started or NOON, reverse=True)
    before = Snapshot(tuple(listed_at(newest_first, now)), now)
    while (now := now + POLL_INTERVAL) <= until:
        after = Snapshot(tuple(listed_at(newest_first, now)), now)
        policy.on_failures(new_failures(Changes.between(before, after), after), now, "em01.example.net")
        alerts += [(now, alert.run) for alert in policy.take_due() if alert.run]
        before = after
    return alerts


@pytest.mark.parametrize(("seed", "by"), [*zip(SEEDS, (timedelta(), HOUR, -HOUR), strict=True)])
def test_no_alert_in_thirty_quiet_days_with_two_patch_nights_and_clock_changes(
    seed: int, by: timedelta, record_property: Callable[[str, object], None]
) -> None:
    alerts_sent = collect_alerts(
        with_patch_nights(with_clock_change(sixty_days(seed), by)), MIDDLE_START, NOON
    )
    record_property("alerts_sent", f"{len(alerts_sent)} times in 30 days, seed {seed}, clocks moved by {by}")
    assert alerts_sent == []


def test_the_demo_incidents_alert_once_per_failed_night_and_for_the_plug_in() -> None:
    ended = [one for one in SimulatedWorld(1, NOON).sessions(NOON) if one.outcome is not Outcome.RUNNING]
    alerts_sent = collect_alerts(ended, NOON - 8 * DAY, NOON)
    failed = {one.uid for one in ended if one.outcome is Outcome.FAILED and NOON - one.started < 8 * DAY}  # type: ignore[operator]
    assert {one.uid for _, one in alerts_sent} <= failed
    nights = [when.date() for when, one in alerts_sent if one.type == "CollectJob"]
    assert len(nights) == len(set(nights)) == 6
    assert all(when - (one.ended or NOON) <= POLL_INTERVAL for when, one in alerts_sent)


def test_a_type_that_fails_all_night_is_alerted_once() -> None:
    good = make_series("CollectJob", 15 * MINUTE, NOON - 8 * HOUR)
    bad = [make_run(NOON - number * 15 * MINUTE, outcome=Outcome.FAILED) for number in range(32)]
    assert len(collect_alerts([*bad, *good], NOON - 9 * HOUR, NOON)) == 1
