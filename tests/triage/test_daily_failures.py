"""Failures at the same minute of each day: when that is claimed, when not, and what is counted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from session_factory import DAY, HOUR, MINUTE, SECOND, make_run, make_series

from emtui.em.model import Outcome, Session
from emtui.triage.daily_failures import DailyFailures, find_patterns
from emtui.triage.finding_text import FindingFormatter, format_evidence
from emtui.triage.findings import FailingFinding, RecurringFailureFinding
from emtui.triage.prioritization import prioritize_sessions
from emtui.triage.type_status import compute_type_statuses

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = datetime(2026, 11, 23, 2, 10, 25, tzinfo=BERLIN).astimezone(UTC)
"""A Monday without a clock change in the week before."""
OK, BAD = Outcome.SUCCESS, Outcome.FAILED


def quarter_hourly(failed: Iterable[datetime], until: datetime, days: int = 10) -> list[Session]:
    """Runs every 15 minutes up to `until`; those within a minute of a time in `failed` failed."""
    failed_starts = list(failed)
    return [
        make_run(run.started, outcome=BAD, message="bs02 closed")
        if run.started and any(abs(run.started - start) <= MINUTE for start in failed_starts)
        else run
        for run in make_series("CollectJob", 15 * MINUTE, until, 96 * days)
    ]


def local(day: int, hour: int, minute: int, *, month: int = 11, fold: int = 0) -> datetime:
    """A time of a clock in Berlin, 25 seconds past the minute."""
    return datetime(2026, month, day, hour, minute, 25, tzinfo=BERLIN, fold=fold).astimezone(UTC)


def find_pattern(
    sessions: list[Session], now: datetime, zone: ZoneInfo = BERLIN, type_name: str = "CollectJob"
) -> DailyFailures | None:
    status = compute_type_statuses(sessions, now, zone).for_type(type_name)
    assert status
    return status.daily_failures


def headlines(sessions: list[Session], now: datetime) -> list[str]:
    formatter = FindingFormatter(now, BERLIN)
    return [
        formatter.format_finding(one)
        for one in prioritize_sessions(sessions, now, BERLIN).findings
        if isinstance(one, FailingFinding | RecurringFailureFinding)
    ]


SIX_NIGHTS = [NIGHT - days * DAY for days in range(6)]


def test_a_run_every_quarter_of_an_hour_that_fails_at_0210_on_six_days_says_so() -> None:
    sessions, now = quarter_hourly(SIX_NIGHTS, NIGHT), NIGHT + 4 * MINUTE
    assert headlines(sessions, now) == [
        "CollectJob failed 02:10, the 6th day at this minute; last success 01:55"
    ]
    pattern = find_pattern(sessions, now)
    assert pattern
    assert pattern.day_count == 6
    assert list(pattern.starts) == SIX_NIGHTS
    assert set(pattern.uids) == {run.uid for run in sessions if run.has_failed}
    assert pattern.run_count == 5 * 96 + 1, "from the first of them to the last, both included"
    (finding,) = prioritize_sessions(sessions, now, BERLIN).findings
    assert format_evidence(finding) == "6 of 481 runs failed, none at another time"


def test_once_a_run_has_succeeded_it_says_when() -> None:
    sessions = quarter_hourly(SIX_NIGHTS, NIGHT + 2 * HOUR)
    assert headlines(sessions, NIGHT + 2 * HOUR) == [
        "CollectJob failed 02:10, the 6th day at this minute; recovered 02:25"
    ]


def test_a_pattern_does_not_depend_on_the_message() -> None:
    sessions = [
        make_run(run.started, outcome=BAD, message=f"bs{'abcdefghij'[(NIGHT - run.started).days]} closed")
        if run.has_failed and run.started
        else run
        for run in quarter_hourly(SIX_NIGHTS, NIGHT + 2 * HOUR)
    ]
    assert headlines(sessions, NIGHT + 2 * HOUR) == [
        "CollectJob failed 02:10, the 6th day at this minute; recovered 02:25"
    ]


@pytest.mark.parametrize(("days", "expected"), [((0, 1), None), ((0, 1, 2), 3), ((0, 1, 3, 4), None)])
def test_three_consecutive_days_are_a_pattern(days: tuple[int, ...], expected: int | None) -> None:
    pattern = find_pattern(quarter_hourly([NIGHT - day * DAY for day in days], NIGHT), NIGHT)
    assert (pattern.day_count if pattern else None) == expected


@pytest.mark.parametrize("other", [NIGHT - 7 * HOUR, NIGHT - 3 * DAY + 15 * MINUTE, NIGHT - 15 * MINUTE])
def test_one_failure_at_another_time_disproves_it(other: datetime) -> None:
    assert find_pattern(quarter_hourly([*SIX_NIGHTS, other], NIGHT), NIGHT) is None


def test_a_failure_before_the_first_day_does_not_disprove_it() -> None:
    pattern = find_pattern(quarter_hourly([*SIX_NIGHTS, NIGHT - 6 * DAY - HOUR], NIGHT), NIGHT)
    assert pattern
    assert pattern.day_count == 6


def test_a_type_that_only_runs_then_has_a_streak_and_no_pattern() -> None:
    sessions = [make_run(NIGHT - day * DAY, outcome=BAD if day < 6 else OK) for day in range(20)]
    assert find_pattern(sessions, NIGHT) is None
    assert headlines(sessions, NIGHT) == [
        "CollectJob failed 6 times since Wed 02:10, last success 17 Nov 02:10"
    ]


def test_a_second_attempt_in_the_same_minute_is_no_second_day() -> None:
    retries = [make_run(start + 20 * SECOND, outcome=BAD) for start in SIX_NIGHTS]
    sessions = sorted(
        [*quarter_hourly(SIX_NIGHTS, NIGHT), *retries], key=lambda run: run.started or NIGHT, reverse=True
    )
    pattern = find_pattern(sessions, NIGHT + MINUTE)
    assert pattern
    assert (pattern.day_count, len(pattern.uids)) == (6, 12)


def test_starts_that_vary_by_more_than_a_minute_are_at_this_time() -> None:
    delays = (0, 150, 40, 200, 90, 10)
    failed = [make_run(NIGHT - day * DAY + delay * SECOND, outcome=BAD) for day, delay in enumerate(delays)]
    good = [
        make_run(NIGHT - number * HOUR + (97 * number % 200) * SECOND)
        for number in range(1, 240)
        if number % 24
    ]
    sessions = sorted([*failed, *good], key=lambda run: run.started or NIGHT, reverse=True)
    assert headlines(sessions, NIGHT + MINUTE)[0].startswith(
        "CollectJob failed 02:10, the 6th day at this time; last success "
    )


def test_failures_across_midnight_are_counted_by_their_time_and_not_by_their_date() -> None:
    seconds = (10, -12, 5, -8)  # around midnight: two of them on the date before
    midnight = datetime(2026, 11, 23, tzinfo=BERLIN).astimezone(UTC)
    failed = [
        make_run(midnight - day * DAY + second * SECOND, outcome=BAD) for day, second in enumerate(seconds)
    ]
    good = [make_run(midnight - number * HOUR) for number in range(1, 240) if number % 24]
    sessions = sorted([*failed, *good], key=lambda run: run.started or NIGHT, reverse=True)
    pattern = find_pattern(sessions, midnight + HOUR)
    assert pattern
    assert pattern.day_count == 4


def test_an_old_pattern_is_history() -> None:
    assert find_pattern(quarter_hourly(SIX_NIGHTS, NIGHT + 2 * DAY - HOUR), NIGHT + 2 * DAY - HOUR)
    assert find_pattern(quarter_hourly(SIX_NIGHTS, NIGHT + 2 * DAY), NIGHT + 2 * DAY) is None


def test_a_failure_that_is_part_of_a_pattern_is_reported_with_it() -> None:
    sessions = quarter_hourly(SIX_NIGHTS, NIGHT)
    failed = next(run for run in sessions if run.has_failed)
    other = make_run(NIGHT, "LogExport", outcome=BAD)
    patterns = find_patterns([failed, other], [*sessions, other], NIGHT, BERLIN)
    assert list(patterns) == [failed.uid]
    assert patterns[failed.uid].day_count == 6


# --- the nights in which the clocks change: 29 March and 25 October 2026 ---------------------


@pytest.mark.parametrize(
    ("failed", "days"),
    [
        ([local(day, 4, 10, month=10) for day in (23, 24, 25, 26)], 4),
        ([*(local(day, 2, 10, month=10) for day in (23, 24, 25, 26)), local(25, 2, 10, month=10, fold=1)], 4),
        ([local(day, 2, 10, month=10, fold=1) for day in (23, 24, 25, 26)], 4),
        ([local(day, 4, 10, month=3) for day in (27, 28, 29, 30)], 4),
        ([local(day, 2, 10, month=3) for day in (27, 28, 30, 31)], 4),
        ([local(day, 2, 10, month=3) for day in (27, 28, 29, 30)], 4),
    ],
    ids=["autumn", "autumn-both", "autumn-second", "spring", "spring-skipped", "spring-moved"],
)
def test_the_time_of_day_is_that_of_the_wall_clock(failed: list[datetime], days: int) -> None:
    now = max(failed)
    pattern = find_pattern(quarter_hourly(failed, now), now)
    assert pattern
    assert (pattern.day_count, len(pattern.uids)) == (days, len(failed))
    assert not pattern.keeps_interval


@pytest.mark.parametrize(("month", "day"), [(10, 26), (3, 30)])
def test_failures_that_keep_24_hours_while_the_clocks_change_say_so(month: int, day: int) -> None:
    now = local(day, 12, 10, month=month)
    sessions = quarter_hourly([now - days * DAY for days in range(5)], now)
    pattern = find_pattern(sessions, now)
    assert pattern
    assert (pattern.day_count, pattern.keeps_interval) == (5, True)
    assert headlines(sessions, now)[0].startswith(
        "CollectJob failed 12:10, the 5th day in a row, 24h apart; "
    )


def test_the_zone_is_that_of_the_server() -> None:
    now = local(26, 12, 10, month=10)
    sessions = quarter_hourly([now - timedelta(days=days) for days in range(5)], now)
    pattern = find_pattern(sessions, now, ZoneInfo("UTC"))
    assert pattern
    assert not pattern.keeps_interval
