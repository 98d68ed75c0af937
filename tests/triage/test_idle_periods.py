"""Idle periods: one finding if nothing ran, an overdue type if only that type did not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from session_factory import DAY, HOUR, MINUTE, NOON, SECOND, exclude_started_between, make_run, make_series

from emtui.em.model import Outcome, Session
from emtui.triage.finding_text import FindingFormatter
from emtui.triage.findings import CurrentIdleFinding, OverdueFinding, PastIdleFinding
from emtui.triage.idle_periods import find_idle_periods
from emtui.triage.prioritization import prioritize_sessions
from emtui.triage.runs_by_type import group_by_type
from emtui.triage.schedule_detection import IdlePeriod, detect_schedule

QUARTER = 15 * MINUTE
TOOK = 90 * SECOND


def three_types(until: datetime = NOON) -> list[Session]:
    return [
        *make_series("CollectJob", QUARTER, until, 2_700),
        *make_series("CatalogReplicationJob", HOUR, until - 5 * MINUTE, 670),
        *make_series("LicAutoUpdate", DAY, until - 10 * MINUTE, 28),
    ]


def idle_periods_in(sessions: Iterable[Session], now: datetime) -> tuple[IdlePeriod, ...]:
    types = group_by_type(sessions)
    return find_idle_periods(
        types, {kind: one for kind, runs in types.items() if (one := detect_schedule(runs))}, now
    )


def test_a_night_without_a_pause_has_none() -> None:
    assert idle_periods_in(three_types(), NOON + 10 * MINUTE) == ()
    assert idle_periods_in([], NOON) == ()


def test_a_patch_night_is_one_pause_from_the_last_end_to_the_next_start() -> None:
    since = NOON - 10 * HOUR
    (pause,) = idle_periods_in(exclude_started_between(three_types(), since, since + 41 * MINUTE), NOON)
    assert pause.since == since - 5 * MINUTE + TOOK
    assert pause.until == since + 45 * MINUTE
    assert (pause.missed_count, pause.types) == (3, ("CollectJob",))
    assert pause.sample_size == 200


def test_a_stopped_service_is_one_finding_and_not_one_for_each_type() -> None:
    now = NOON + 2 * HOUR
    seen = prioritize_sessions(three_types(), now)
    (silence,) = seen.findings
    assert isinstance(silence, CurrentIdleFinding)
    assert silence.since == NOON + TOOK
    assert silence.idle_period.types == ("CatalogReplicationJob", "CollectJob")
    assert silence.idle_period.missed_count == 8 + 2
    assert (seen.on_time_counts.on_time, seen.on_time_counts.type_count) == (1, 3)


def test_a_running_session_changes_the_sentence_of_an_ongoing_idle_period() -> None:
    now = NOON + 2 * HOUR
    running = make_run(NOON - MINUTE, "LogExport", outcome=Outcome.RUNNING)
    for sessions, runs in (
        (three_types(), "no runs of any type"),
        ([running, *three_types()], "no runs of any type started"),
    ):
        (silence,) = (
            one for one in prioritize_sessions(sessions, now).findings if isinstance(one, CurrentIdleFinding)
        )
        assert FindingFormatter(now, UTC).format_finding(silence).startswith(f"{runs} since 12:01; ")


def test_a_run_throughout_a_past_idle_period_changes_its_sentence() -> None:
    since = NOON - 10 * HOUR
    paused = exclude_started_between(three_types(), since, since + 41 * MINUTE)
    long, short = (make_run(since - 6 * MINUTE, "LogExport", duration=took) for took in (3 * HOUR, MINUTE))
    for session, runs in ((short, "no runs of any type"), (long, "no runs of any type started")):
        (pause,) = (
            one
            for one in prioritize_sessions([session, *paused], NOON).findings
            if isinstance(one, PastIdleFinding)
        )
        assert FindingFormatter(NOON, UTC).format_finding(pause) == f"{runs} 01:56–02:45"


def test_when_only_the_most_frequent_type_was_due_only_that_type_is_overdue() -> None:
    seen = prioritize_sessions(three_types(), NOON + 50 * MINUTE)
    (late,) = seen.findings
    assert isinstance(late, OverdueFinding)
    assert (late.type, late.overdue_count, late.since) == ("CollectJob", 3, NOON + QUARTER)


def test_a_type_that_does_not_resume_after_the_idle_period_is_overdue() -> None:
    since = NOON - 5 * HOUR
    sessions = [
        *exclude_started_between(make_series("CollectJob", QUARTER, NOON, 2_700), since, NOON + DAY),
        *exclude_started_between(
            make_series("CatalogReplicationJob", HOUR, NOON, 670), since, since + 61 * MINUTE
        ),
        *make_series("LicAutoUpdate", DAY, NOON - 10 * MINUTE, 28),
    ]
    kinds = {type(finding): finding for finding in prioritize_sessions(sessions, NOON + MINUTE).findings}
    late = kinds[OverdueFinding]
    assert late.type == "CollectJob"
    assert CurrentIdleFinding not in kinds


def test_a_run_that_ends_in_the_middle_shows_that_the_service_lived() -> None:
    since = NOON - 10 * HOUR
    sessions = exclude_started_between(three_types(), since, since + 29 * MINUTE)
    assert idle_periods_in(sessions, NOON)
    crawl = make_run(since - 3 * HOUR, "CatalogCrawlJob", duration=3 * HOUR + 14 * MINUTE)
    assert idle_periods_in([*sessions, crawl], NOON) == ()


def test_a_stuck_run_does_not_hide_an_idle_period() -> None:
    hung = make_run(NOON - 5 * HOUR, "DatabaseMaintenance", outcome=Outcome.RUNNING)
    (silence,) = prioritize_sessions([*three_types(), hung], NOON + 2 * HOUR).findings
    assert isinstance(silence, CurrentIdleFinding)


def test_an_idle_period_is_reported_for_a_day() -> None:
    since = NOON - 10 * HOUR
    sessions = exclude_started_between(three_types(NOON + 2 * DAY), since, since + 41 * MINUTE)
    until = [one for one in sessions if one.started and one.started <= NOON]
    (pause,) = prioritize_sessions(until, NOON).findings
    assert isinstance(pause, PastIdleFinding)
    later = NOON + 15 * HOUR
    assert (
        prioritize_sessions([one for one in sessions if one.started and one.started <= later], later).findings
        == ()
    )


def test_a_night_in_which_nothing_ever_runs_is_no_idle_period() -> None:
    hours = [NOON - number * QUARTER for number in range(28 * 96)]
    office = [hour for hour in hours if 6 <= hour.hour < 20]
    sessions = [make_run(hour, kind) for hour in office for kind in ("CollectJob", "CatalogCrawlJob")]
    assert idle_periods_in(sessions, NOON) == ()


def test_two_types_without_a_schedule_have_no_idle_period() -> None:
    days = (0, 1, 4, 5, 9, 16, 17, 22)
    sessions = [make_run(NOON - day * day * HOUR, kind) for day in days for kind in ("A", "B")]
    assert idle_periods_in(sessions, NOON + 9 * DAY) == ()
