"""How often alerts are sent in thirty days: once for each reason, and never without one.

Somebody looks every two hours, as the list stands then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from made_runs import DAY, HOUR, MINUTE, NOON, run, series
from quiet_months import BEGIN, SEEDS, clocks_changed, listed, months, patched

from emtui.demo.world import World
from emtui.em.model import Outcome, Session
from emtui.monitor.alert_policy import AlertPolicy, new_failures
from emtui.monitor.changes import Changes
from emtui.monitor.snapshot import Snapshot

EVERY = 2 * HOUR


def rings(sessions: Sequence[Session], begin: datetime, until: datetime) -> list[tuple[datetime, Session]]:
    """When it rang, and for which run."""
    now = begin
    alarm = AlertPolicy(lambda: (now - begin).total_seconds())  # noqa: PLW0108 - of the `now` there is when it asks
    rang: list[tuple[datetime, Session]] = []
    newest_first = sorted(sessions, key=lambda one: one.started or NOON, reverse=True)
    before = Snapshot(tuple(listed(newest_first, now)), now)
    while (now := now + EVERY) <= until:
        after = Snapshot(tuple(listed(newest_first, now)), now)
        alarm.on_failures(new_failures(Changes.between(before, after), after), now, "em01.example.net")
        rang += [(now, alert.run) for alert in alarm.due() if alert.run]
        before = after
    return rang


@pytest.mark.parametrize(("seed", "by"), [*zip(SEEDS, (timedelta(), HOUR, -HOUR), strict=True)])
def test_no_alert_in_thirty_quiet_days_with_two_patch_nights_and_clock_changes(
    seed: int, by: timedelta, record_property: Callable[[str, object], None]
) -> None:
    rang = rings(patched(clocks_changed(months(seed), by)), BEGIN, NOON)
    record_property("rang", f"{len(rang)} times in 30 days, seed {seed}, clocks moved by {by}")
    assert rang == []


def test_the_demo_incidents_alert_once_per_failed_night_and_for_the_plug_in() -> None:
    ended = [one for one in World(1, NOON).sessions(NOON) if one.outcome is not Outcome.RUNNING]
    rang = rings(ended, NOON - 8 * DAY, NOON)
    failed = {one.uid for one in ended if one.outcome is Outcome.FAILED and NOON - one.started < 8 * DAY}  # type: ignore[operator]
    assert {one.uid for _, one in rang} <= failed
    nights = [when.date() for when, one in rang if one.type == "CollectJob"]
    assert len(nights) == len(set(nights)) == 6
    assert all(when - (one.ended or NOON) <= EVERY for when, one in rang)


def test_a_type_that_fails_all_night_is_alerted_once() -> None:
    good = series("CollectJob", 15 * MINUTE, NOON - 8 * HOUR)
    bad = [run(NOON - number * 15 * MINUTE, outcome=Outcome.FAILED) for number in range(32)]
    assert len(rings([*bad, *good], NOON - 9 * HOUR, NOON)) == 1
