"""Pauses compared with past successful runs, backup servers, and error keywords."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import DAY, HOUR, MINUTE, NOON, SECOND, make_log, make_run

from emtui.demo.scenario import BROKEN_SERVER, SERVERS
from emtui.demo.world import SimulatedWorld
from emtui.em.model import Event, Outcome, Session
from emtui.triage.backup_server_stats import ServerOutcome, find_server_results
from emtui.triage.concurrent_runs import find_concurrent_runs
from emtui.triage.error_keywords import find_error_keyword, has_failure_keyword
from emtui.triage.runs_by_type import runs_of_type
from emtui.triage.step_timing import (
    Step,
    StepHistory,
    find_step_history,
    find_steps,
    find_stuck_wait,
    find_usual_steps,
    find_worst_wait,
)

SUCCESSFUL_LOG = make_log(
    (0, "Starting data collection job..."),
    (0, "Preparing to collect data from bs01.example.net"),
    (0, "Retrieving data from bs01.example.net..."),
    (16, "Data collection from bs01.example.net completed successfully."),
    (16, "Preparing to collect data from bs02.example.net"),
    (16, "Retrieving data from bs02.example.net..."),
    (30, "Data collection from bs02.example.net completed successfully."),
    (30, "Data collection job finished."),
)
FAILED_LOG = make_log(
    (0, "Starting data collection job..."),
    (0, "Preparing to collect data from bs01.example.net"),
    (0, "Retrieving data from bs01.example.net..."),
    (21, "Data collection from bs01.example.net completed successfully."),
    (21, "Preparing to collect data from bs02.example.net"),
    (21, "Retrieving data from bs02.example.net..."),
    (251, "Data collection from bs02.example.net failed: the remote host closed the connection"),
    (252, "Data collection job finished."),
)
PAST_LOGS = [SUCCESSFUL_LOG] * 5


def past_logs(world: SimulatedWorld, kind: str, count: int = 5) -> list[tuple[Event, ...]]:
    good = [one for one in runs_of_type(world.sessions(NOON), kind) if one.outcome is Outcome.SUCCESS]
    return [world.log(one.uid, NOON).events for one in good[:count]]


def newest_log(world: SimulatedWorld, kind: str, outcome: Outcome) -> Session:
    return next(one for one in runs_of_type(world.sessions(NOON), kind) if one.outcome is outcome)


def test_a_step_begins_with_its_event_and_lasts_until_the_next() -> None:
    found = find_steps(FAILED_LOG)
    assert [step.duration for step in found] == [
        None if seconds is None else seconds * SECOND for seconds in (0, 0, 21, 0, 0, 230, 1, None)
    ]
    assert not any(step.is_open for step in found)


def test_the_worst_pause_lost_most_time_and_has_its_sample_size() -> None:
    shown = find_step_history(PAST_LOGS).select_waits(find_steps(FAILED_LOG))
    assert [wait.step.message.split()[-1] for wait in shown] == ["bs01.example.net...", "bs02.example.net..."]
    wait = find_worst_wait(shown)
    assert wait is not None
    assert wait.usual is not None
    assert wait.step.message == "Retrieving data from bs02.example.net..."
    assert (wait.usual.usual, wait.usual.longest, wait.usual.sample_size) == (14 * SECOND, 14 * SECOND, 5)
    assert wait.is_unusual
    assert [one.is_unusual for one in shown] == [False, True]


def test_two_past_runs_give_no_usual_step_duration() -> None:
    assert find_usual_steps(PAST_LOGS[:2]) == {}
    (one, other) = StepHistory().select_waits(find_steps(FAILED_LOG))
    assert one.usual is other.usual is None
    assert not other.is_unusual
    assert find_worst_wait(()) is None


def test_a_step_is_new_if_none_of_enough_past_runs_has_it() -> None:
    failed_step = find_steps(FAILED_LOG)[6]
    assert find_step_history(PAST_LOGS).assess(failed_step).log_count_without == 5
    assert find_step_history(PAST_LOGS[:2]).assess(failed_step).log_count_without == 0
    assert find_step_history([*PAST_LOGS[:2], []]).assess(failed_step).log_count_without == 0, "an empty log"
    last_of_success = Step(9, PAST_LOGS[0][-1].message or "", NOON, SECOND)
    wait = find_step_history(PAST_LOGS).assess(last_of_success)
    assert (wait.usual, wait.log_count_without) == (None, 0), "the last event has no duration, but is known"


def test_a_run_is_stuck_only_beyond_the_longest_duration_of_that_step() -> None:
    going_on, usual = FAILED_LOG[:6], find_usual_steps(PAST_LOGS)
    began = NOON + 21 * SECOND
    assert find_stuck_wait(going_on, began + 20 * SECOND, usual) is None
    assert find_stuck_wait(going_on, began + 40 * SECOND, usual) is None
    found = find_stuck_wait(going_on, began + 50 * SECOND, usual)
    assert found is not None
    assert found.step.duration == 50 * SECOND
    assert find_stuck_wait(going_on, began + 2 * HOUR, {}) is None
    assert find_stuck_wait((), NOON, usual) is None


def test_the_maintenance_of_the_demo_is_stuck_waiting_for_a_lock() -> None:
    world = SimulatedWorld(1, NOON)
    hung = newest_log(world, "DatabaseMaintenance", Outcome.RUNNING)
    found = find_stuck_wait(
        world.log(hung.uid, NOON).events, NOON, find_usual_steps(past_logs(world, hung.type or ""))
    )
    assert found is not None
    assert found.usual is not None
    assert found.step.message == "Waiting for a lock on table Sessions"
    assert found.step.duration is not None
    assert found.step.duration > 2 * HOUR > 100 * found.usual.longest
    assert found.usual.sample_size == 5


def test_the_crawl_of_the_demo_that_runs_is_not_silent() -> None:
    world = SimulatedWorld(1, NOON)
    crawl = newest_log(world, "CatalogCrawlJob", Outcome.RUNNING)
    usual = find_usual_steps(past_logs(world, "CatalogCrawlJob"))
    assert find_stuck_wait(world.log(crawl.uid, NOON).events, NOON, usual) is None


@given(st.lists(st.floats(-1e6, 1e6), max_size=20))
def test_no_step_is_ever_negative(times: list[float]) -> None:
    found = find_steps(make_log(*((at, "x") for at in times)), NOON)
    assert len(found) == len(times)
    assert all(step.duration is None or step.duration >= timedelta() for step in found)


def test_an_event_without_a_time_has_no_duration() -> None:
    events = [Event(1, NOON, "a"), Event(2, None, None), Event(3, NOON, "c")]
    assert [step.duration for step in find_steps(events)] == [None, None, None]
    assert find_usual_steps([events] * 5) == {}


def test_each_backup_server_has_its_time_its_usual_time_and_how_it_went() -> None:
    one, other = find_server_results(FAILED_LOG, PAST_LOGS)
    assert (one.host, one.duration, one.outcome) == ("bs01.example.net", 21 * SECOND, ServerOutcome.OK)
    assert (other.host, other.duration, other.outcome) == (
        "bs02.example.net",
        230 * SECOND,
        ServerOutcome.FAILED,
    )
    assert other.message == FAILED_LOG[6].message
    assert other.usual is not None
    assert (other.usual.usual, other.usual.sample_size) == (14 * SECOND, 5)


def test_a_server_that_was_not_reached_is_named() -> None:
    cut = FAILED_LOG[:4]
    one, other = find_server_results(cut, PAST_LOGS)
    assert one.outcome is ServerOutcome.OK
    assert (other.host, other.duration, other.outcome) == (
        "bs02.example.net",
        None,
        ServerOutcome.NOT_REACHED,
    )
    assert find_server_results(cut, PAST_LOGS, now=NOON + 51 * SECOND)[1].outcome is ServerOutcome.NOT_YET


def test_the_current_server_of_a_running_job_is_running() -> None:
    rows = find_server_results(FAILED_LOG[:6], PAST_LOGS, now=NOON + 51 * SECOND)
    assert (rows[1].outcome, rows[1].duration) == (ServerOutcome.RUNNING, 30 * SECOND)
    (_, unknown) = find_server_results(FAILED_LOG[:6], PAST_LOGS)
    assert (unknown.outcome, unknown.duration) == (ServerOutcome.UNKNOWN, None)


def test_a_log_that_names_no_server_has_no_table() -> None:
    assert find_server_results(make_log((0, "Database maintenance started")), PAST_LOGS) == ()
    assert find_server_results(()) == ()


def test_a_name_that_begins_like_another_is_another_server() -> None:
    rows = find_server_results(
        make_log(
            (0, "Retrieving data from bs1..."),
            (1, "Retrieving data from bs10..."),
            (2, "Data collection from bs10 failed"),
            (3, "Data collection from bs1 completed successfully."),
        )
    )
    assert [(row.host, row.outcome) for row in rows] == [
        ("bs1", ServerOutcome.OK),
        ("bs10", ServerOutcome.FAILED),
    ]


def test_the_demos_broken_server_is_named_and_the_others_are_well() -> None:
    world = SimulatedWorld(1, NOON)
    failed = newest_log(world, "CollectJob", Outcome.FAILED)
    rows = find_server_results(world.log(failed.uid, NOON).events, past_logs(world, "CollectJob", 20))
    assert tuple(row.host for row in rows) == SERVERS
    assert [row.outcome for row in rows] == [ServerOutcome.OK, ServerOutcome.FAILED, ServerOutcome.OK]
    broken = rows[1]
    assert broken.host == BROKEN_SERVER
    assert broken.message == failed.message
    assert broken.usual is not None
    assert broken.duration is not None
    assert broken.duration > broken.usual.longest
    assert broken.usual.sample_size == 20


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ("Data collection from bs02 failed: the remote host closed the connection", "failed"),
        ("Cannot connect to backup server bs02.example.net", "Cannot"),
        ("The operation timed out", "timed out"),
        ("bs02 closed the connection, second attempt in 10 seconds", "closed the connection"),
        ("Finished with 2 errors", "errors"),
        ("The license key was not updated", "was not"),
        ("Finished with 10 errors", "errors"),
        ("Finished with no errors", None),
        ("0 failed, 12 ok", None),
        ("Errors: 0, warnings: 0", None),
        ("Data collection from bs01.example.net completed successfully.", None),
        ("Looking for failover plans", None),
        ("", None),
        (None, None),
    ],
)
def test_words_that_suggest_trouble(message: str | None, word: str | None) -> None:
    assert find_error_keyword(message) == word


def test_a_skipped_file_is_trouble_but_not_a_failure() -> None:
    assert find_error_keyword("vm-1: skipped, no right to read")
    assert not has_failure_keyword("vm-1: skipped, no right to read")


def test_failed_and_other_runs_within_ten_minutes_are_found() -> None:
    failed = make_run(NOON, outcome=Outcome.FAILED, duration=4 * MINUTE)
    near = make_run(NOON + 13 * MINUTE, "VcPluginJob", outcome=Outcome.FAILED)
    far = make_run(NOON + 15 * MINUTE, "VcPluginJob", outcome=Outcome.FAILED)
    crawl = make_run(NOON - 4 * HOUR, "CatalogCrawlJob", duration=4 * HOUR - 9 * MINUTE)
    over = make_run(NOON - 4 * HOUR, "LogExport", duration=MINUTE)
    hung = make_run(NOON - DAY, "DatabaseMaintenance", outcome=Outcome.RUNNING)
    found = find_concurrent_runs([failed, near, far, crawl, over, hung], failed, NOON + HOUR)
    assert found.unsuccessful == (near,)
    assert found.others == (hung, crawl)
    assert find_concurrent_runs([failed, near], Session(failed.uid), NOON).unsuccessful == ()
