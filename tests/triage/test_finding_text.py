"""The text of findings and explanations."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from session_factory import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    SECOND,
    exclude_started_between,
    make_log,
    make_run,
    make_series,
    runs_with_outcomes,
)

from emtui.em.model import Event, Outcome, Session
from emtui.triage import finding_text
from emtui.triage.baseline import Baseline, Slowdown
from emtui.triage.daily_failures import DailyFailures
from emtui.triage.explanation import explain, find_successful_before
from emtui.triage.findings import (
    CanceledFinding,
    CurrentIdleFinding,
    FailingFinding,
    Finding,
    OverdueFinding,
    PastIdleFinding,
    RecurringFailureFinding,
    SlowdownFinding,
    StuckRunFinding,
    WarningFinding,
)
from emtui.triage.incidents import find_type_incidents
from emtui.triage.prioritization import prioritize_sessions
from emtui.triage.runs_by_type import runs_of_type
from emtui.triage.schedule_detection import IdlePeriod
from emtui.triage.streaks import Streak
from emtui.triage.type_status import Overrun, compute_type_statuses

BERLIN = ZoneInfo("Europe/Berlin")
NOW = NOON.replace(hour=2, minute=12)
FORMATTER = finding_text.FindingFormatter(NOW, BERLIN)
BAD, OK = Outcome.FAILED, Outcome.SUCCESS


def time_of_day(text: str) -> timedelta:
    hours, minutes = map(int, text.split(":"))
    return NOW.replace(hour=hours, minute=minutes) - NOW


def local_time_ago(text: str, days: int = 0) -> timedelta:
    """How long before now a local time of that day was."""
    return time_of_day(text) - HOUR - days * DAY


def make_streak(of: Outcome, since: timedelta, count: int, good: timedelta | None, evidence: int) -> Streak:
    """So many in a row since then, after the last good one; without one the list begins with them."""
    last_good = None if good is None else NOW + good
    return Streak(
        of,
        count,
        NOW + since,
        last_good,
        None,
        OK if last_good else None,
        int(good is not None),
        evidence,
    )


def past_idle_finding(since: datetime, until: datetime) -> PastIdleFinding:
    return PastIdleFinding(IdlePeriod(since, until, 3, ("A",), 200), until)


def daily_failures(clock: str, days: int, deviation: timedelta = timedelta()) -> DailyFailures:
    """Failures at this time on so many days."""
    starts = tuple(NOW + local_time_ago(clock, day) for day in range(days))
    uids = tuple(make_run(start).uid for start in starts)
    return DailyFailures(days, uids, starts, 96 * days, deviation)


FINDINGS: tuple[tuple[Finding, str], ...] = (
    (
        FailingFinding(
            "CollectJob", make_streak(BAD, local_time_ago("01:55"), 2, local_time_ago("01:40"), 9), None, 4
        ),
        "CollectJob failed twice since 01:55, last success 01:40; 4 runs due, none started",
    ),
    (
        FailingFinding(
            "CollectJob", make_streak(BAD, local_time_ago("03:10"), 1, local_time_ago("02:55"), 9), None, 1
        ),
        "CollectJob failed at 03:10, last success 02:55; 1 run due, not started",
    ),
    (
        FailingFinding(
            "CollectJob",
            make_streak(BAD, local_time_ago("03:10"), 1, local_time_ago("02:55"), 9),
            None,
            0,
            daily_failures=daily_failures("03:10", 6),
        ),
        "CollectJob failed 03:10, the 6th day at this minute; last success 02:55",
    ),
    (
        FailingFinding(
            "CollectJob",
            make_streak(BAD, local_time_ago("03:10"), 1, local_time_ago("02:55"), 9),
            None,
            2,
            daily_failures=daily_failures("03:10", 22, deviation=2 * MINUTE),
        ),
        "CollectJob failed 03:10, the 22nd day at this time; last success 02:55; 2 runs due, none started",
    ),
    (
        OverdueFinding(
            "CatalogReplicationJob", NOW, NOW + local_time_ago("22:58", 2), 4 * HOUR, 1, 5, is_minimum=True
        ),
        "CatalogReplicationJob overdue, at least 1 run missed; last ran Sat 22:58, usually every 4h",
    ),
    (
        FailingFinding("CollectJob", make_streak(BAD, local_time_ago("01:55", 1), 7, None, 7), None, 0),
        "CollectJob failed 7 times since at least Sun 01:55, no success listed",
    ),
    (
        OverdueFinding("CatalogReplicationJob", NOW, NOW + local_time_ago("22:58", 2), 4 * HOUR, 6, 167),
        "CatalogReplicationJob overdue, 6 runs missed; last ran Sat 22:58, usually every 4h",
    ),
    (
        StuckRunFinding(
            "DatabaseMaintenance",
            Overrun(
                make_run(NOW + local_time_ago("01:00")),
                132 * MINUTE,
                41,
                Baseline(193 * SECOND, 205 * SECOND, 29),
            ),
        ),
        "DatabaseMaintenance running for 2h12m, usually 3m13s, 41×; started 01:00",
    ),
    (
        SlowdownFinding(
            "CatalogConsolidation",
            Slowdown(NOW + local_time_ago("05:31", 7), 7, 2950 * SECOND, 841 * SECOND, 23),
        ),
        "CatalogConsolidation slower for 7 runs: 49m10s, usually 14m01s; since 16 Nov 05:31",
    ),
    (
        WarningFinding(
            "LicAutoUpdate",
            make_streak(Outcome.WARNING, local_time_ago("01:31", 2), 3, local_time_ago("01:30", 3), 30),
            None,
        ),
        "LicAutoUpdate warned 3 times since Sat 01:31, last success Fri 01:30",
    ),
    (
        CanceledFinding("LogExport", NOW + local_time_ago("22:32", 0) - DAY, None, 10),
        "LogExport was canceled (started 22:32)",
    ),
    (
        CurrentIdleFinding(IdlePeriod(NOW + local_time_ago("01:55"), None, 9, ("A", "B"), 400)),
        "no runs of any type since 01:55; 9 runs due, none started",
    ),
    (
        CurrentIdleFinding(
            IdlePeriod(NOW + local_time_ago("01:55"), None, 9, ("A", "B"), 400), is_run_active=True
        ),
        "no runs of any type started since 01:55; 9 runs due, none started",
    ),
    (
        past_idle_finding(NOW + local_time_ago("22:00") - DAY, NOW + local_time_ago("22:41") - DAY),
        "no runs of any type 22:00–22:41",
    ),
    (
        past_idle_finding(NOW + local_time_ago("22:00", 2), NOW + local_time_ago("22:41", 2)),
        "no runs of any type Sat 22:00–22:41",
    ),
)


@pytest.mark.parametrize(("finding", "sentence"), FINDINGS, ids=lambda one: type(one).__name__)
def test_a_finding_is_one_sentence(finding: Finding, sentence: str) -> None:
    assert FORMATTER.format_finding(finding) == sentence


def test_a_failure_that_comes_back_names_its_days() -> None:
    runs = make_series("CollectJob", HOUR, NOW, 24 * 6)
    for day in range(3):
        runs[24 * day + 2] = make_run(
            NOW - day * DAY - 2 * HOUR, outcome=BAD, message="bs02 closed after 3 s"
        )
    (incident,) = find_type_incidents(runs)
    assert FORMATTER.format_finding(RecurringFailureFinding("CollectJob", incident)) == (
        "CollectJob failed on 3 days since Sat 01:12, last 01:12, recovered 02:12"
    )


def test_the_evidence_says_how_many_runs() -> None:
    grounds = {type(finding).__name__: finding_text.format_evidence(finding) for finding, _ in FINDINGS}
    assert grounds["StuckRunFinding"] == "based on 29 successful runs"
    assert grounds["OverdueFinding"] == "based on 167 intervals"
    assert grounds["WarningFinding"] == "based on 30 runs"
    (alone,) = prioritize_sessions([make_run(NOW - HOUR, outcome=BAD)], NOW).findings
    assert finding_text.format_evidence(alone) == "based on 1 run"


def test_one_run_is_one_run() -> None:
    alone = make_streak(BAD, timedelta(0), 1, None, 1)
    assert finding_text.format_evidence(FailingFinding("LogExport", alone, None, 0)) == "based on 1 run"


def test_on_time_counts_show_their_base() -> None:
    sessions = [one for kind in "AB" for one in make_series(kind, 15 * MINUTE, NOW, 2_000)]
    assert (
        finding_text.format_on_time_counts(prioritize_sessions(sessions, NOW + MINUTE).on_time_counts)
        == "2 of 2 types on schedule"
    )
    rare = make_run(NOW - 9 * DAY, "LicenseRevoke")
    assert finding_text.format_on_time_counts(
        prioritize_sessions([*sessions, rare], NOW + MINUTE).on_time_counts
    ) == ("2 of 3 types on schedule, 1 without a schedule")


def test_an_idle_period_of_a_month_is_shown_with_its_end() -> None:
    runs = [
        *make_series("CollectJob", MINUTE, NOW, 30_000, duration=SECOND),
        *exclude_started_between(make_series("Other", HOUR, NOW + 9 * DAY, 900), NOW + DAY, NOW),
    ]
    (late,) = [one for one in prioritize_sessions(runs, NOW + 9 * DAY).findings if one.type == "CollectJob"]
    assert isinstance(late, OverdueFinding)
    failing = FailingFinding(
        "CollectJob", make_streak(BAD, NOW - NOW, 1, None, 9), None, late.overdue_count, late.is_minimum
    )
    assert FORMATTER.format_finding(failing).endswith("at least 5,000 runs due, none started")


def explanation_rows_of(
    sessions: list[Session], session: Session, events: tuple[Event, ...], past: int
) -> dict[str, str]:
    good = make_log(
        (0, "Start"), (0, "Retrieving data from bs02..."), (14, "Collected bs02: 3 jobs"), (15, "End")
    )
    found = explain(compute_type_statuses(sessions, NOW), sessions, session, events, [good] * past)
    return dict(FORMATTER.explanation_rows(found))


def test_a_failed_run_is_explained_in_a_few_lines() -> None:
    sessions = runs_with_outcomes(BAD, BAD, *[OK] * 40, until=NOW - 2 * MINUTE)
    other = make_run(NOW - 5 * MINUTE, "VcPluginJob", outcome=BAD)
    bad = make_log((0, "Start"), (0, "Retrieving data from bs02..."), (230, "bs02 failed"), (231, "End"))
    good = make_run(NOW - 4 * MINUTE, "LogExport")
    lines = explanation_rows_of([*sessions, other, good], sessions[0], bad, 5)
    assert lines == {
        "Since": "2nd failure in a row, first 02:55, after 40 successes",
        "Pause": "3m50s in “Retrieving data from bs02...”, usually 14s, at most 14s in 5 successful runs",
        "Usual": "1m30s, based on 40 successful runs; this run longer than none of them",
        "Last success": "02:40, took 1m30s",
        "Next": "due 03:25",
        "Servers": "bs02 3m50s failed",
        "Nearby": "VcPluginJob 03:07 failed",
        "Also ran": "LogExport 03:08",
    }


def test_nearby_runs_have_start_times_and_are_grouped_by_type() -> None:
    begun = NOW - 2 * HOUR
    long = make_run(begun, "VcPluginJob", duration=2 * HOUR, outcome=BAD)
    others = [
        *[make_run(begun + number * 15 * MINUTE, outcome=BAD) for number in (0, 1, 2)],
        make_run(begun + 45 * MINUTE),
        make_run(begun + 60 * MINUTE, outcome=Outcome.RUNNING),
        make_run(begun - 6 * DAY, "LogExport", duration=6 * DAY),
        replace(make_run(begun + 50 * MINUTE, outcome=BAD), type=None, name="Nameless"),
    ]
    lines = explanation_rows_of([long, *others], long, (), 0)
    assert lines["Nearby"] == "CollectJob 3 times 01:12–01:42 failed, Nameless 02:02 failed"
    assert lines["Also ran"] == "LogExport 17 Nov 01:12, CollectJob twice 01:57–02:12"


def test_a_failure_that_recurs_after_successes_is_not_called_the_first() -> None:
    sessions = runs_with_outcomes(BAD, OK, OK, BAD, OK, until=NOW - 2 * MINUTE)
    assert explanation_rows_of(sessions, sessions[0], (), 0)["Since"] == (
        "first since 02:25, after 2 successes; twice since 02:25"
    )
    assert explanation_rows_of(sessions, sessions[3], (), 0)["Since"] == "first failure, after 1 success"


def test_the_recurrence_says_only_what_the_start_of_the_streak_does_not() -> None:
    again = runs_with_outcomes(BAD, OK, BAD, OK, until=NOW - 2 * MINUTE)
    assert "Recurring" not in explanation_rows_of(again, again[0], (), 0), "Since has the count"
    recovered = runs_with_outcomes(OK, BAD, OK, BAD, OK, until=NOW - 2 * MINUTE)
    assert explanation_rows_of(recovered, recovered[1], (), 0)["Recurring"] == "recovered 03:10"
    oldest = explanation_rows_of(recovered, recovered[3], (), 0)
    assert oldest["Recurring"] == "2 times since 02:25, last 02:55, recovered 03:10"
    three = runs_with_outcomes(BAD, OK, BAD, OK, BAD, OK, until=NOW - 2 * MINUTE)
    assert explanation_rows_of(three, three[2], (), 0)["Recurring"] == "last 03:10, not recovered yet"
    mixed = runs_with_outcomes(BAD, BAD, OK, BAD, OK, until=NOW - 2 * MINUTE)
    assert explanation_rows_of(mixed, mixed[0], (), 0)["Recurring"].startswith("3 times since")


LETTERS = {
    "s": (OK, None),
    "w": (Outcome.WARNING, "slow"),
    "f": (BAD, "disk full on x"),
    "g": (BAD, "no route to y"),
    "c": (Outcome.CANCELED, "Canceled by z"),
    "r": (Outcome.RUNNING, None),
    "u": (Outcome.UNKNOWN, None),
}


@pytest.mark.parametrize(
    ("runs", "since"),
    [
        ("sssssf", "first failure, after 5 successes"),
        ("ssssswwwf", "first failure, after 3 warnings"),
        ("sssssfwf", "first since 02:40, after 1 warning; twice since 02:40"),
        ("wf", "first failure, after 1 warning"),
        ("f", "first failure, no success listed before"),
        ("cf", "first failure, no success listed before"),
        ("sscruscf", "first failure, after 3 successes"),
        ("swcwruf", "first failure, after 2 warnings"),
        ("sfsg", "first with this message, after 1 success"),
        ("sgfsg", "first since 02:40, after 1 success; twice since 02:25"),
        ("sfcsf", "first since 02:25, after 1 success; twice since 02:25"),
        ("ssff", "2nd failure in a row, first 02:55, after 2 successes"),
        ("sfwfcg", "2nd failure in a row, first 02:40, after 1 warning"),
        ("ssfw", "first warning, after 1 failure"),
        ("swfsw", "first since 02:25, after 1 success; twice since 02:25"),
        ("ffww", "2nd warning in a row, first 02:55, after 2 failures"),
    ],
)
def test_previous_runs_are_counted_up_to_the_first_with_another_outcome(runs: str, since: str) -> None:
    until = NOW - 2 * MINUTE
    sessions = [
        make_run(until - place * 15 * MINUTE, outcome=LETTERS[letter][0], message=LETTERS[letter][1])
        for place, letter in enumerate(reversed(runs))
    ]
    assert explanation_rows_of(sessions, sessions[0], (), 0)["Since"] == since


def test_a_failure_without_a_message_is_not_called_a_new_message() -> None:
    until = NOW - 2 * MINUTE
    bad = [make_run(until - hours * HOUR, outcome=BAD, message=text) for hours, text in ((0, None), (2, "x"))]
    sessions = [bad[0], make_run(until - HOUR), bad[1]]
    assert explanation_rows_of(sessions, bad[0], (), 0)["Since"] == "first since 01:10, after 1 success"


def test_a_new_step_of_the_failed_server_precedes_a_longer_pause_elsewhere() -> None:
    sessions = runs_with_outcomes(BAD, *[OK] * 40, until=NOW - 2 * MINUTE)
    bad = make_log(
        (0, "Retrieving data from bs02..."),
        (12, "bs02 closed the connection, second attempt in 10 seconds"),
        (23, "Cannot connect to bs02"),
        (24, "Retrieving data from bs03..."),
        (90, "Collected bs03: 3 jobs"),
    )
    assert explanation_rows_of(sessions, sessions[0], bad, 5)["Pause"] == (
        "11s in “bs02 closed the connection, second attempt in 10 seconds”, not in 5 successful runs"
    )
    assert explanation_rows_of(sessions, sessions[0], bad, 0)["Pause"].startswith(
        "1m06s in “Retrieving data from bs03"
    )


def test_a_stuck_run_says_in_which_step() -> None:
    sessions = [
        make_run(NOW - 2 * HOUR, outcome=Outcome.RUNNING),
        *make_series("CollectJob", DAY, NOW - DAY, 20),
    ]
    stuck = make_log((0, "Start"), (0, "Retrieving data from bs02..."), start=NOW - 2 * HOUR)
    lines = explanation_rows_of(sessions, sessions[0], stuck, 5)
    assert (
        lines["Stuck"]
        == "2h00m in “Retrieving data from bs02...”, usually 14s, at most 14s in 5 successful runs"
    )
    assert lines["Usual"] == "1m30s; this run 80.0×, longer than all 20 successful runs"
    assert lines["Servers"] == "bs02 2h00m running"
    assert "Pause" not in lines


def test_a_run_without_history_has_no_explanation() -> None:
    session = make_run(NOW - HOUR)
    assert explanation_rows_of([session], session, (), 0) == {}
    unknown = Session(session.uid)
    assert explanation_rows_of([], unknown, (), 0) == {}


def test_the_logs_requested_are_those_of_the_successful_runs_before() -> None:
    runs = runs_of_type(runs_with_outcomes(OK, BAD, OK, Outcome.WARNING, OK, OK, until=NOW), "CollectJob")
    assert find_successful_before(runs, runs[1], 2) == [runs[2], runs[4]]


def test_a_run_is_ranked_among_the_successful_runs_before_it_with_their_spread() -> None:
    lengths = (80 * SECOND, 100 * SECOND)
    past = [make_run(NOW - (at + 1) * HOUR, duration=lengths[at % 2]) for at in range(20)]
    newest = make_run(NOW - 3 * MINUTE, duration=90 * SECOND)
    lines = explanation_rows_of([newest, *past], newest, make_log((0, "Start"), (90, "End")), 5)
    assert lines["Usual"] == "1m30s ±10s, based on 20 successful runs; this run longer than 10 of them"
