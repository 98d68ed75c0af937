"""Rules of `check`: level, sentence and performance data for given lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import DAY, HOUR, MINUTE, NOON, SECOND, make_run, make_series, runs_with_outcomes

from emtui import text_format
from emtui.cli.check import format_status_line
from emtui.cli.check_rules import (
    CheckLevel,
    CheckThresholds,
    MonitoringVerdict,
    Threshold,
    collect_verdicts,
    performance_data,
)
from emtui.em.model import Outcome, Session
from emtui.local.knowledge_base import Knowledge
from emtui.monitor.assessment import assess
from emtui.monitor.snapshot import Snapshot
from emtui.triage.finding_text import FindingFormatter
from emtui.triage.type_status import TypeStatuses, compute_type_statuses

FORMATTER = FindingFormatter(NOON, ZoneInfo("UTC"))
QUARTER = 15 * MINUTE
LAST_RUN_TIME = NOON - MINUTE
ALL_THRESHOLDS = CheckThresholds(includes_stuck=True, includes_overdue=True)
ONLY_OUTCOMES = CheckThresholds(includes_stuck=False, includes_overdue=False)


def is_any_type(_type_name: str | None) -> bool:
    return True


def check_verdicts(
    sessions: Sequence[Session], thresholds: CheckThresholds = ALL_THRESHOLDS
) -> list[MonitoringVerdict]:
    return collect_verdicts(
        assess(Snapshot(tuple(sessions), NOON), Knowledge()), is_any_type, thresholds, FORMATTER
    )


def successful_runs(type_name: str = "CollectJob", count: int = 2_000) -> list[Session]:
    return make_series(type_name, QUARTER, LAST_RUN_TIME, count)


def test_without_problems_all_types_are_on_schedule() -> None:
    (verdict,) = check_verdicts([*successful_runs(), *successful_runs("CatalogCrawlJob")])
    assert verdict == MonitoringVerdict(CheckLevel.OK, "2 of 2 types on schedule")


def test_the_newest_result_decides_and_the_worst_comes_first() -> None:
    sessions = [
        *runs_with_outcomes(Outcome.WARNING, Outcome.SUCCESS, type_name="LicAutoUpdate", until=LAST_RUN_TIME),
        *runs_with_outcomes(Outcome.FAILED, Outcome.SUCCESS, until=LAST_RUN_TIME),
    ]
    found = check_verdicts(sessions)
    assert [verdict.level for verdict in found] == [CheckLevel.CRITICAL, CheckLevel.WARNING]
    assert found[0].sentence == "CollectJob failed at 11:59, last success 11:44"
    (recovered,) = check_verdicts(runs_with_outcomes(Outcome.SUCCESS, Outcome.FAILED, until=LAST_RUN_TIME))
    assert recovered.level is CheckLevel.OK


def test_without_time_conditions_times_are_not_reported() -> None:
    (verdict,) = check_verdicts(make_series("CollectJob", QUARTER, NOON - HOUR, 2_000), ONLY_OUTCOMES)
    assert verdict == MonitoringVerdict(CheckLevel.OK, "1 type not failing")


def test_stuck_and_overdue_runs_count_only_if_their_conditions_are_on() -> None:
    late = make_series("CollectJob", QUARTER, NOON - HOUR, 2_000)
    hung = [
        make_run(NOON - HOUR, outcome=Outcome.RUNNING),
        *make_series("CollectJob", QUARTER, NOON - 75 * MINUTE, 90),
    ]
    for sessions, limits in ((late, CheckThresholds(False, True)), (hung, CheckThresholds(True, False))):
        assert check_verdicts(sessions, limits)[0].level is CheckLevel.CRITICAL
        assert check_verdicts(sessions, ONLY_OUTCOMES)[0].level is CheckLevel.OK


@pytest.mark.parametrize(
    ("hours", "level"),
    [(19, CheckLevel.OK), (21, CheckLevel.WARNING), (26, CheckLevel.WARNING), (27, CheckLevel.CRITICAL)],
)
def test_an_age_has_two_limits(hours: int, level: CheckLevel) -> None:
    limits = CheckThresholds(False, False, max_age=Threshold(20 * HOUR, 26 * HOUR))
    sessions = [make_run(NOON - hours * HOUR - MINUTE, duration=MINUTE)]
    (verdict,) = check_verdicts(sessions, limits)
    assert verdict.level is level
    if level:
        assert verdict.sentence == (
            f"last successful run of CollectJob ended {FORMATTER.format_time(NOON - hours * HOUR)}, "
            f"{text_format.format_duration(hours * HOUR)} ago"
        )


def test_an_age_without_a_known_end_counts_from_the_start() -> None:
    session = replace(make_run(NOON - 3 * HOUR), ended=None)
    assert session.outcome is Outcome.SUCCESS
    (verdict,) = check_verdicts([session], CheckThresholds(False, False, max_age=Threshold(None, HOUR)))
    assert verdict.sentence == "last successful run of CollectJob began 09:00, 3h00m ago"


def test_a_type_without_a_successful_run_is_too_old() -> None:
    sessions = runs_with_outcomes(Outcome.CANCELED, Outcome.CANCELED, until=LAST_RUN_TIME)
    (verdict,) = check_verdicts(sessions, CheckThresholds(False, False, max_age=Threshold(None, DAY)))
    assert verdict == MonitoringVerdict(CheckLevel.CRITICAL, "CollectJob has no successful run in the list")


def test_the_ratio_is_the_highest_of_running_runs_and_the_newest_that_ended() -> None:
    limits = CheckThresholds(False, False, max_ratio=Threshold(2.0, 5.0))
    usual = make_series("CollectJob", HOUR, NOON - 2 * HOUR, 50)
    ended = make_run(NOON - HOUR, duration=4 * MINUTE)
    running = make_run(NOON - 30 * MINUTE, outcome=Outcome.RUNNING)
    (slow,) = check_verdicts([ended, *usual], limits)
    assert slow == MonitoringVerdict(
        CheckLevel.WARNING, "CollectJob took 4m00s, 2.7 times the usual duration"
    )
    (slower,) = check_verdicts([running, ended, *usual], limits)
    assert slower == MonitoringVerdict(
        CheckLevel.CRITICAL, "CollectJob running for 30m00s since 11:30, 20.0 times the usual duration"
    )
    (unknown,) = check_verdicts([ended, *usual[:4]], limits)
    assert unknown.level is CheckLevel.UNKNOWN


def test_a_canceled_newest_run_is_ignored() -> None:
    long = make_run(LAST_RUN_TIME, duration=9 * HOUR, outcome=Outcome.CANCELED)
    slow = CheckThresholds(False, False, max_ratio=Threshold(None, 2.0))
    well = [long, *make_series("CollectJob", QUARTER, LAST_RUN_TIME - QUARTER, 50)]
    assert [verdict.level for verdict in check_verdicts(well, slow)] == [CheckLevel.OK]
    bad = runs_with_outcomes(
        Outcome.CANCELED, Outcome.CANCELED, Outcome.FAILED, Outcome.SUCCESS, until=LAST_RUN_TIME
    )
    (verdict,) = check_verdicts(bad, ONLY_OUTCOMES)
    assert verdict == MonitoringVerdict(CheckLevel.CRITICAL, "CollectJob failed at 11:29, last success 11:14")


def irregular_runs(type_name: str, count: int, outcome: Outcome = Outcome.SUCCESS) -> list[Session]:
    """Runs without a schedule: each is twice as far back as the one after it."""
    return [
        make_run(LAST_RUN_TIME - 2**number * MINUTE, type_name, outcome=outcome) for number in range(count)
    ]


RATIO = CheckThresholds(False, False, max_ratio=Threshold(None, 2.0))
STUCK, OVERDUE = CheckThresholds(True, False), CheckThresholds(False, True)


@pytest.mark.parametrize(
    ("count", "limits", "level", "sentence"),
    [
        (3, ALL_THRESHOLDS, CheckLevel.OK, "1 type not failing; no schedule known for LogExport"),
        (9, ALL_THRESHOLDS, CheckLevel.OK, "1 type not failing; no schedule known for LogExport"),
        (9, OVERDUE, CheckLevel.UNKNOWN, "no schedule known for LogExport"),
        (4, STUCK, CheckLevel.UNKNOWN, "no usual duration known for LogExport"),
        (5, STUCK, CheckLevel.OK, "1 type not failing"),
        (5, RATIO, CheckLevel.UNKNOWN, "no usual duration known for LogExport"),
        (6, RATIO, CheckLevel.OK, "1 type not failing"),
        (
            3,
            CheckThresholds(False, True, max_age=Threshold(None, DAY), max_ratio=Threshold(None, 2.0)),
            CheckLevel.OK,
            "1 type not failing; no schedule known for LogExport; no usual duration known for LogExport",
        ),
    ],
)
def test_what_cannot_be_checked_is_reported(
    count: int, limits: CheckThresholds, level: CheckLevel, sentence: str
) -> None:
    assert check_verdicts(irregular_runs("LogExport", count), limits) == [MonitoringVerdict(level, sentence)]


@pytest.mark.parametrize("limits", [RATIO, STUCK])
@pytest.mark.parametrize("outcome", [Outcome.SUCCESS, Outcome.RUNNING])
def test_with_a_usual_length_of_zero_a_long_run_cannot_be_checked(
    limits: CheckThresholds, outcome: Outcome
) -> None:
    usual = make_series("LogExport", HOUR, NOON - 2 * HOUR, 50, duration=timedelta())
    long = make_run(NOON - 100 * SECOND, "LogExport", duration=100 * SECOND, outcome=outcome)
    short = make_run(NOON - 100 * SECOND, "LogExport", duration=SECOND)
    fine = MonitoringVerdict(CheckLevel.OK, "1 type not failing")
    unknown = MonitoringVerdict(CheckLevel.UNKNOWN, "no usual duration known for LogExport")
    looked_at = limits is RATIO or outcome is Outcome.RUNNING
    assert check_verdicts([long, *usual], limits) == [unknown if looked_at else fine]
    assert check_verdicts([short, *usual], limits) == [fine]


def test_a_type_with_too_little_history_is_not_on_schedule() -> None:
    young = make_series("CollectJob", HOUR, NOON - 5 * DAY, 14)
    sentence = "not enough history to check whether CollectJob is overdue"
    assert check_verdicts(young, OVERDUE) == [MonitoringVerdict(CheckLevel.UNKNOWN, sentence)]
    assert check_verdicts(young) == [MonitoringVerdict(CheckLevel.OK, f"1 type not failing; {sentence}")]
    both = [*make_series("CollectJob", HOUR, NOON - 5 * HOUR, 14), *successful_runs("LogExport")]
    assert check_verdicts(both) == [
        MonitoringVerdict(CheckLevel.OK, "1 of 2 types on schedule, 1 with too little history")
    ]
    assert check_verdicts(both, OVERDUE) == [
        MonitoringVerdict(CheckLevel.OK, f"2 types not failing; {sentence}")
    ]
    assert "on_time=1;;;0;2" in map(
        str, performance_data(compute_type_statuses(both, NOON), is_any_type, ALL_THRESHOLDS)
    )
    assert check_verdicts(make_series("CollectJob", HOUR, LAST_RUN_TIME, 14)) == [
        MonitoringVerdict(CheckLevel.OK, "1 of 1 types on schedule")
    ]


def test_some_types_that_cannot_be_checked_are_named() -> None:
    sessions = [*successful_runs(), *irregular_runs("LogExport", 3), *irregular_runs("LicenseRevoke", 2)]
    (verdict,) = check_verdicts(sessions, OVERDUE)
    assert verdict == MonitoringVerdict(
        CheckLevel.OK, "3 types not failing; no schedule known for LogExport and LicenseRevoke"
    )
    (verdict,) = check_verdicts(sessions, ALL_THRESHOLDS)
    assert verdict == MonitoringVerdict(CheckLevel.OK, "1 of 3 types on schedule, 2 without a schedule")
    many = [one for number in range(9) for one in irregular_runs(f"Type{number}", 2)]
    (verdict,) = check_verdicts([*successful_runs(), *many], STUCK)
    assert (
        verdict.sentence == "10 types not failing; no usual duration known for Type0, Type1, Type2 and 6 more"
    )


def test_a_running_run_without_a_usual_length_is_reported_by_default() -> None:
    running = make_run(LAST_RUN_TIME, "LogExport", outcome=Outcome.RUNNING)
    (verdict,) = check_verdicts([*successful_runs(), running], ALL_THRESHOLDS)
    assert verdict.level is CheckLevel.OK
    assert (
        verdict.sentence
        == "1 of 2 types on schedule, 1 without a schedule; no usual duration known for LogExport"
    )


def test_a_failure_is_critical_even_if_nothing_else_can_be_checked() -> None:
    failed = irregular_runs("LogExport", 3, Outcome.FAILED)
    assert [verdict.level for verdict in check_verdicts(failed, OVERDUE)] == [CheckLevel.CRITICAL]


def test_the_last_success_is_the_one_that_ended_last() -> None:
    long = make_run(LAST_RUN_TIME - 9 * HOUR, duration=8 * HOUR)
    short = make_run(LAST_RUN_TIME - 8 * HOUR, duration=MINUTE)
    (verdict,) = check_verdicts(
        [short, long], CheckThresholds(False, False, max_age=Threshold(None, 2 * HOUR))
    )
    assert verdict.level is CheckLevel.OK


def test_performance_data_has_safe_labels_and_limits_in_seconds() -> None:
    sessions = [make_run(NOON - HOUR, "Odd'=| type", duration=10 * MINUTE)]
    limits = CheckThresholds(False, False, max_age=Threshold(20 * HOUR, 26 * HOUR))
    found = [str(one) for one in performance_data(compute_type_statuses(sessions, NOON), is_any_type, limits)]
    assert found == [
        "types=1;;;0",
        "on_time=0;;;0;1",
        "failing=0;;0;0",
        "Odd____type_age=3000s;72000;93600;0",
        "Odd____type_took=600.0s;;;0",
    ]


@given(st.text(max_size=80), st.sampled_from(CheckLevel))
def test_whatever_a_server_says_it_is_one_line_with_one_bar_at_most(text: str, level: CheckLevel) -> None:
    empty = TypeStatuses(NOON, (), ())
    status_line = format_status_line(
        level, [text], tuple(performance_data(empty, is_any_type, ALL_THRESHOLDS))
    )
    assert status_line.endswith("\n")
    assert status_line.count("\n") == 1
    assert status_line.count("|") == 1
    assert status_line.startswith(f"EMTUI {level.name} - ")


def test_a_limit_without_a_warning_is_critical_only() -> None:
    limit: Threshold[timedelta] = Threshold(None, HOUR)
    assert limit.level_of(HOUR) is CheckLevel.OK
    assert limit.level_of(HOUR + MINUTE) is CheckLevel.CRITICAL
