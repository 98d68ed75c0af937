"""One line per change: which changes are announced at each level, and how."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest
from session_factory import MINUTE, NOON, make_run

from emtui.display_text.session_wording import TimeContext
from emtui.em.errors import LogonRefusedError
from emtui.em.model import Listing, Outcome, Session
from emtui.line_mode.change_lines import ChangeLevel, change_lines
from emtui.monitor.changes import Changes
from emtui.monitor.feed_health import FeedHealth
from emtui.monitor.list_feed import ListState, PollingStop
from emtui.monitor.snapshot import Snapshot

CLOCK = TimeContext(NOON, UTC)
RUNNING = make_run(NOON - 5 * MINUTE, outcome=Outcome.RUNNING)
BEFORE = ListState(snapshot=Snapshot.from_listing(Listing((RUNNING,)), NOON))


def lines(
    state: ListState, level: ChangeLevel = ChangeLevel.PROBLEMS, before: ListState = BEFORE
) -> list[str]:
    return list(change_lines(before, state, level, CLOCK))


def with_changes(changes: Changes) -> ListState:
    return replace(BEFORE, changes=changes)


def ended(outcome: Outcome, message: str | None = None) -> Session:
    done = make_run(NOON - 5 * MINUTE, outcome=outcome, message=message)
    return replace(done, uid=RUNNING.uid)


def test_a_run_that_fails_is_announced_with_its_outcome_and_message() -> None:
    state = with_changes(Changes(changed=(ended(Outcome.FAILED, "Cannot connect"),)))
    assert lines(state) == ["Ended: failed, CollectJob, started 11:55:00, took 1m30s: Cannot connect"]


@pytest.mark.parametrize("outcome", [Outcome.SUCCESS, Outcome.RUNNING])
def test_a_run_without_a_problem_is_announced_only_if_all_changes_are(outcome: Outcome) -> None:
    state = with_changes(Changes(added=(make_run(NOON - MINUTE, "LogExport", outcome=outcome),)))
    assert lines(state) == []
    assert [line.split(",")[0] for line in lines(state, ChangeLevel.ALL)] == [f"New: {outcome}"]


def test_several_changes_are_announced_oldest_first() -> None:
    newer, older = (
        make_run(NOON - number * MINUTE, name, outcome=Outcome.FAILED)
        for number, name in ((1, "LogExport"), (2, "LicAutoUpdate"))
    )
    announced = lines(with_changes(Changes(added=(newer, older))))
    assert [line.split(", ")[1] for line in announced] == ["LicAutoUpdate", "LogExport"]


def test_the_same_changes_are_announced_once() -> None:
    state = with_changes(Changes(changed=(ended(Outcome.FAILED),)))
    assert lines(state, before=state) == []


def test_a_lost_connection_and_its_return_are_announced() -> None:
    health = FeedHealth()
    for _ in range(3):
        health.on_failure(NOON - MINUTE, "em01.example.net does not answer.")
    lost = replace(BEFORE, health=health)
    (line,) = lines(lost)
    assert line.startswith("NO DATA since Mon ")
    assert line.endswith(": em01.example.net does not answer.")
    assert lines(BEFORE, before=lost) == ["Connected again: the list is up to date."]


def test_a_refused_logon_is_announced_with_the_key_that_logs_on_again() -> None:
    stop = PollingStop(LogonRefusedError("The password is wrong.", "ops"), NOON, is_after_outage=False)
    (line,) = lines(replace(BEFORE, polling_stop=stop, problem="The password is wrong."))
    assert line == "LOGON REFUSED Mon 12:00:00 (L: log on again): The password is wrong."


def test_the_first_list_is_announced_if_it_comes_late() -> None:
    assert lines(BEFORE, before=ListState()) == ["List loaded: 1 run, 1 running."]


def test_nothing_is_announced_if_that_was_chosen() -> None:
    state = with_changes(Changes(changed=(ended(Outcome.FAILED),)))
    assert lines(state, ChangeLevel.OFF) == []
