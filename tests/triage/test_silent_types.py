"""Idle periods have one sentence, and each type its own number of missed runs."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series

from emtui.em.model import Outcome, Session
from emtui.triage.finding_text import FindingFormatter
from emtui.triage.findings import CurrentIdleFinding, FailingFinding, OverdueFinding
from emtui.triage.overdue_runs import DueRuns
from emtui.triage.prioritization import prioritize_sessions
from emtui.triage.type_status import compute_type_statuses

QUARTER = 15 * MINUTE


def three_types() -> list[Session]:
    return [
        *make_series("CollectJob", QUARTER, NOON, 2_700),
        *make_series("CatalogReplicationJob", HOUR, NOON - 5 * MINUTE, 670),
        *make_series("LicAutoUpdate", DAY, NOON - 10 * MINUTE, 28),
    ]


def due_of(sessions: list[Session], kind: str, now: timedelta) -> DueRuns:
    row = compute_type_statuses(sessions, NOON + now).for_type(kind)
    assert row is not None
    assert row.due is not None
    return row.due


@pytest.mark.parametrize("hours", [1, 2, 13, 26, 48, 7 * 24, 13 * 24])
def test_the_missed_runs_of_all_types_add_up_to_the_count_in_the_sentence(hours: int) -> None:
    now = hours * HOUR + MINUTE
    sessions = three_types()
    (silence,) = prioritize_sessions(sessions, NOON + now).findings
    assert isinstance(silence, CurrentIdleFinding)
    collected, copied, updated = (
        due_of(sessions, kind, now) for kind in ("CollectJob", "CatalogReplicationJob", "LicAutoUpdate")
    )
    assert (collected.overdue_since, collected.overdue_count) == (NOON + QUARTER, 4 * hours)
    assert (copied.overdue_since, copied.overdue_count) == (NOON + 55 * MINUTE, hours)
    assert updated.overdue_count == hours // 24
    assert updated.is_overdue == (hours > 24)
    assert (
        silence.idle_period.missed_count
        == collected.overdue_count + copied.overdue_count + updated.overdue_count
    )
    tell = FindingFormatter(NOON + now, UTC)
    since = tell.format_time(NOON + QUARTER)
    assert tell.format_due(collected) == f"was due {since}; {4 * hours:,} runs due, none started"


def test_a_type_that_is_not_due_yet_has_a_due_time() -> None:
    found = due_of(three_types(), "LicAutoUpdate", 2 * HOUR)
    assert (found.next_start, found.overdue_since, found.overdue_count) == (NOON - 10 * MINUTE + DAY, None, 0)


def test_a_type_that_fails_while_nothing_runs_is_reported_once_and_not_also_as_overdue() -> None:
    failed = [make_run(NOON, outcome=Outcome.FAILED), *three_types()[1:]]
    silence, failing = prioritize_sessions(failed, NOON + 2 * HOUR).findings
    assert isinstance(silence, CurrentIdleFinding)
    assert isinstance(failing, FailingFinding)
    assert failing.overdue_count == 0
    assert due_of(failed, "CollectJob", 2 * HOUR).overdue_count == 8


def test_a_type_that_was_overdue_before_the_idle_period_is_reported_and_counts_all() -> None:
    sessions = [
        *make_series("CollectJob", QUARTER, NOON, 2_700),
        *make_series("CatalogReplicationJob", HOUR, NOON + 3 * HOUR, 670),
        *make_series("LogExport", HOUR, NOON + 3 * HOUR, 670),
    ]
    now = 6 * HOUR + MINUTE
    silence, late = prioritize_sessions(sessions, NOON + now).findings
    assert isinstance(silence, CurrentIdleFinding)
    assert isinstance(late, OverdueFinding)
    assert (late.type, late.since, late.overdue_count) == ("CollectJob", NOON + QUARTER, 24)
    assert due_of(sessions, "LogExport", now).overdue_count == 3


def test_how_many_types_are_on_time_is_as_before() -> None:
    calm = prioritize_sessions(three_types(), NOON + 2 * HOUR).on_time_counts
    assert (calm.on_time, calm.type_count, calm.uncertain) == (1, 3, ())
