"""Where a run waited, against past good runs; what each backup server took; what sounds like trouble."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import DAY, HOUR, MINUTE, NOON, SECOND, log, run

from emtui.demo.scenario import BROKEN_SERVER, SERVERS
from emtui.demo.world import World
from emtui.em.model import Event, Outcome, Session
from emtui.triage.backup_server_stats import Went, servers
from emtui.triage.concurrent_runs import around
from emtui.triage.error_keywords import dire, trouble
from emtui.triage.runs_by_type import of_type
from emtui.triage.step_timing import silence, slowest, steps, usuals, waits

GOOD = log(
    (0, "Starting data collection job..."),
    (0, "Preparing to collect data from bs01.example.net"),
    (0, "Retrieving data from bs01.example.net..."),
    (16, "Data collection from bs01.example.net completed successfully."),
    (16, "Preparing to collect data from bs02.example.net"),
    (16, "Retrieving data from bs02.example.net..."),
    (30, "Data collection from bs02.example.net completed successfully."),
    (30, "Data collection job finished."),
)
BAD = log(
    (0, "Starting data collection job..."),
    (0, "Preparing to collect data from bs01.example.net"),
    (0, "Retrieving data from bs01.example.net..."),
    (21, "Data collection from bs01.example.net completed successfully."),
    (21, "Preparing to collect data from bs02.example.net"),
    (21, "Retrieving data from bs02.example.net..."),
    (251, "Data collection from bs02.example.net failed: the remote host closed the connection"),
    (252, "Data collection job finished."),
)
PAST = [GOOD] * 5


def past(world: World, kind: str, count: int = 5) -> list[tuple[Event, ...]]:
    good = [one for one in of_type(world.sessions(NOON), kind) if one.outcome is Outcome.SUCCESS]
    return [world.log(one.uid, NOON).events for one in good[:count]]


def newest(world: World, kind: str, outcome: Outcome) -> Session:
    return next(one for one in of_type(world.sessions(NOON), kind) if one.outcome is outcome)


def test_a_step_begins_with_its_event_and_lasts_until_the_next() -> None:
    found = steps(BAD)
    assert [step.lasted for step in found] == [
        None if seconds is None else seconds * SECOND for seconds in (0, 0, 21, 0, 0, 230, 1, None)
    ]
    assert not any(step.open for step in found)


def test_the_slowest_step_is_where_most_time_was_lost_and_says_on_how_many_runs_that_rests() -> None:
    shown = waits(steps(BAD), usuals(PAST))
    assert [wait.step.message.split()[-1] for wait in shown] == ["bs01.example.net...", "bs02.example.net..."]
    wait = slowest(shown)
    assert wait is not None
    assert wait.usual is not None
    assert wait.step.message == "Retrieving data from bs02.example.net..."
    assert (wait.usual.usual, wait.usual.longest, wait.usual.rests_on) == (14 * SECOND, 14 * SECOND, 5)
    assert wait.unusual
    assert [one.unusual for one in shown] == [False, True]


def test_two_past_runs_say_nothing_about_a_step() -> None:
    assert usuals(PAST[:2]) == {}
    (one, other) = waits(steps(BAD), {})
    assert one.usual is other.usual is None
    assert not other.unusual
    assert slowest(()) is None


def test_a_run_that_goes_on_is_silent_only_beyond_the_longest_wait_at_that_step() -> None:
    going_on, usual = BAD[:6], usuals(PAST)
    began = NOON + 21 * SECOND
    assert silence(going_on, began + 20 * SECOND, usual) is None
    assert silence(going_on, began + 40 * SECOND, usual) is None
    found = silence(going_on, began + 50 * SECOND, usual)
    assert found is not None
    assert found.step.lasted == 50 * SECOND
    assert silence(going_on, began + 2 * HOUR, {}) is None
    assert silence((), NOON, usual) is None


def test_the_maintenance_of_the_demo_hangs_waiting_for_a_lock() -> None:
    world = World(1, NOON)
    hung = newest(world, "DatabaseMaintenance", Outcome.RUNNING)
    found = silence(world.log(hung.uid, NOON).events, NOON, usuals(past(world, hung.type or "")))
    assert found is not None
    assert found.usual is not None
    assert found.step.message == "Waiting for a lock on table Sessions"
    assert found.step.lasted is not None
    assert found.step.lasted > 2 * HOUR > 100 * found.usual.longest
    assert found.usual.rests_on == 5


def test_the_crawl_of_the_demo_that_runs_is_not_silent() -> None:
    world = World(1, NOON)
    crawl = newest(world, "CatalogCrawlJob", Outcome.RUNNING)
    usual = usuals(past(world, "CatalogCrawlJob"))
    assert silence(world.log(crawl.uid, NOON).events, NOON, usual) is None


@given(st.lists(st.floats(-1e6, 1e6), max_size=20))
def test_no_step_is_ever_negative(times: list[float]) -> None:
    found = steps(log(*((at, "x") for at in times)), NOON)
    assert len(found) == len(times)
    assert all(step.lasted is None or step.lasted >= timedelta() for step in found)


def test_an_event_without_a_time_has_no_length() -> None:
    odd = [Event(1, NOON, "a"), Event(2, None, None), Event(3, NOON, "c")]
    assert [step.lasted for step in steps(odd)] == [None, None, None]
    assert usuals([odd] * 5) == {}


def test_each_backup_server_has_its_time_its_usual_time_and_how_it_went() -> None:
    one, other = servers(BAD, PAST)
    assert (one.host, one.took, one.went) == ("bs01.example.net", 21 * SECOND, Went.OK)
    assert (other.host, other.took, other.went) == ("bs02.example.net", 230 * SECOND, Went.FAILED)
    assert other.message == BAD[6].message
    assert other.usual is not None
    assert (other.usual.usual, other.usual.rests_on) == (14 * SECOND, 5)


def test_a_server_that_was_not_reached_is_named() -> None:
    cut = BAD[:4]
    one, other = servers(cut, PAST)
    assert one.went is Went.OK
    assert (other.host, other.took, other.went) == ("bs02.example.net", None, Went.NOT_REACHED)
    assert servers(cut, PAST, now=NOON + 51 * SECOND)[1].went is Went.NOT_YET


def test_a_server_that_a_running_job_is_at_is_said_to_run() -> None:
    rows = servers(BAD[:6], PAST, now=NOON + 51 * SECOND)
    assert (rows[1].went, rows[1].took) == (Went.RUNNING, 30 * SECOND)
    (_, unknown) = servers(BAD[:6], PAST)
    assert (unknown.went, unknown.took) == (Went.UNKNOWN, None)


def test_a_log_that_names_no_server_has_no_table() -> None:
    assert servers(log((0, "Database maintenance started")), PAST) == ()
    assert servers(()) == ()


def test_a_name_that_begins_like_another_is_another_server() -> None:
    rows = servers(
        log(
            (0, "Retrieving data from bs1..."),
            (1, "Retrieving data from bs10..."),
            (2, "Data collection from bs10 failed"),
            (3, "Data collection from bs1 completed successfully."),
        )
    )
    assert [(row.host, row.went) for row in rows] == [("bs1", Went.OK), ("bs10", Went.FAILED)]


def test_the_demos_broken_server_is_named_and_the_others_are_well() -> None:
    world = World(1, NOON)
    failed = newest(world, "CollectJob", Outcome.FAILED)
    rows = servers(world.log(failed.uid, NOON).events, past(world, "CollectJob", 20))
    assert tuple(row.host for row in rows) == SERVERS
    assert [row.went for row in rows] == [Went.OK, Went.FAILED, Went.OK]
    broken = rows[1]
    assert broken.host == BROKEN_SERVER
    assert broken.message == failed.message
    assert broken.usual is not None
    assert broken.took is not None
    assert broken.took > broken.usual.longest
    assert broken.usual.rests_on == 20


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
    assert trouble(message) == word


def test_a_skipped_file_is_trouble_but_not_a_failure() -> None:
    assert trouble("vm-1: skipped, no right to read")
    assert not dire("vm-1: skipped, no right to read")


def test_what_failed_and_what_ran_within_ten_minutes() -> None:
    failed = run(NOON, outcome=Outcome.FAILED, took=4 * MINUTE)
    near = run(NOON + 13 * MINUTE, "VcPluginJob", outcome=Outcome.FAILED)
    far = run(NOON + 15 * MINUTE, "VcPluginJob", outcome=Outcome.FAILED)
    crawl = run(NOON - 4 * HOUR, "CatalogCrawlJob", took=4 * HOUR - 9 * MINUTE)
    over = run(NOON - 4 * HOUR, "LogExport", took=MINUTE)
    hung = run(NOON - DAY, "DatabaseMaintenance", outcome=Outcome.RUNNING)
    found = around([failed, near, far, crawl, over, hung], failed, NOON + HOUR)
    assert found.troubled == (near,)
    assert found.others == (hung, crawl)
    assert around([failed, near], Session(failed.uid), NOON).troubled == ()
