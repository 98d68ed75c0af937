"""A failure that came back on three days of the week, with successful runs between, in the shown zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series

from emtui.em.model import Outcome, Session
from emtui.triage.finding_text import FindingFormatter
from emtui.triage.findings import RecurringFailureFinding
from emtui.triage.prioritization import prioritize_sessions

OK, BAD, WARNED = Outcome.SUCCESS, Outcome.FAILED, Outcome.WARNING


def hourly_runs(*failed: float, ends: Outcome = OK, between: Outcome = OK) -> list[Session]:
    """Ten days of hourly runs up to now; those of so many hours ago failed, all with the same message."""
    return [
        make_run(NOON - hours * HOUR, outcome=BAD, message=f"bs02 closed after {hours} s")
        if hours in failed
        else make_run(NOON - hours * HOUR, outcome=ends if hours == 0 else between)
        for hours in range(240)
    ]


def recurring_findings(sessions: list[Session], zone: str = "UTC") -> list[RecurringFailureFinding]:
    found = prioritize_sessions(sessions, NOON + MINUTE, ZoneInfo(zone)).findings
    return [finding for finding in found if isinstance(finding, RecurringFailureFinding)]


@pytest.mark.parametrize("between", [OK, WARNED], ids=str)
def test_a_failure_of_three_nights_with_runs_between_that_did_their_work_came_back(between: Outcome) -> None:
    (again,) = recurring_findings(hourly_runs(10, 34, 58, between=between))
    assert again.incident.count_days(UTC) == again.incident.count == 3


@pytest.mark.parametrize("between", [BAD, Outcome.CANCELED, Outcome.UNKNOWN], ids=str)
def test_a_type_that_failed_for_three_days_on_end_did_not_come_back(between: Outcome) -> None:
    failed = hourly_runs(10, 34, 58)
    sessions = [
        make_run(one.started or NOON, outcome=between, message="bs02 closed after 3 s")
        if 10 < place < 58 and one.outcome is OK
        else one
        for place, one in enumerate(failed)
    ]
    assert recurring_findings(failed)
    assert recurring_findings(sessions) == []


def test_several_failures_of_one_night_came_back_once() -> None:
    assert recurring_findings(hourly_runs(9, 10, 11, 33, 34, 35)) == []
    (again,) = recurring_findings(hourly_runs(9, 10, 11, 33, 34, 35, 58))
    assert (again.incident.count, again.incident.count_days(UTC)) == (7, 3)


def test_a_streak_past_midnight_counts_for_the_second_day_if_the_first_had_failed_before() -> None:
    evening = (11, 12, 13, 14)  # from 22:00 to 01:00
    assert recurring_findings(hourly_runs(*evening, 58)) == []
    assert len(recurring_findings(hourly_runs(*evening, 34, 58))) == 1
    assert len(recurring_findings(hourly_runs(*evening, 58, 82))) == 1


def test_a_failure_more_than_a_week_ago_does_not_count_to_whether_but_to_how_often() -> None:
    assert recurring_findings(hourly_runs(10, 34, 200)) == []
    (again,) = recurring_findings(hourly_runs(10, 34, 58, 200))
    assert again.incident.count_days(UTC) == 4


EVENING, NIGHT = (37.5, 23.5, 11.5), (47.5, 23.5, 12.5)
"""Hours before noon: 22:30, 12:30 and 00:30 two days later; 12:30, 12:30 and 23:30 a day later."""


@pytest.mark.parametrize(
    ("hours", "zone", "days"),
    [
        (EVENING, "UTC", 3),
        (EVENING, "Europe/Berlin", 3),
        (EVENING, "America/New_York", 0),
        (EVENING, "Pacific/Kiritimati", 0),
        (NIGHT, "UTC", 0),
        (NIGHT, "Europe/Berlin", 3),
        (NIGHT, "America/New_York", 0),
    ],
)
def test_days_are_counted_in_the_zone_that_is_shown(hours: tuple[float, ...], zone: str, days: int) -> None:
    failed = [make_run(NOON - timedelta(hours=ago), outcome=BAD, message="bs02 closed") for ago in hours]
    good = make_series("CollectJob", HOUR, NOON, 240)
    sessions = sorted([*good, *failed], key=lambda one: one.started or NOON, reverse=True)
    found = recurring_findings(sessions, zone)
    assert [finding.incident.count_days(ZoneInfo(zone)) for finding in found] == ([days] if days else [])
    for finding in found:
        text = FindingFormatter(NOON + MINUTE, ZoneInfo(zone)).format_finding(finding)
        assert text.startswith(f"CollectJob failed on {days} days since ")


@pytest.mark.parametrize("change", [datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 3, 29, tzinfo=UTC)])
def test_each_night_is_a_day_of_its_own_where_clocks_are_turned(change: datetime) -> None:
    zone = ZoneInfo("Europe/Berlin")
    nights = [(change + day * DAY).replace(tzinfo=zone, hour=0, minute=30) for day in (-1, 0, 1)]
    failed = [make_run(night.astimezone(UTC), outcome=BAD, message="bs02 closed") for night in nights]
    good = make_series("CollectJob", HOUR, change + DAY + 8 * HOUR, 240)
    sessions = sorted([*good, *failed], key=lambda one: one.started or NOON, reverse=True)
    seen = prioritize_sessions(sessions, change + DAY + 8 * HOUR + MINUTE, zone).findings
    (again,) = (finding for finding in seen if isinstance(finding, RecurringFailureFinding))
    assert again.incident.count_days(zone) == 3
