"""Each incident of the demo is found with its start, and no other finding."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from session_factory import DAY, HOUR, MINUTE, NOON

from emtui.demo.scenario import BROKEN_SERVER
from emtui.demo.world import SimulatedWorld
from emtui.em.model import Outcome
from emtui.triage.findings import (
    CanceledFinding,
    FailingFinding,
    OverdueFinding,
    RecurringFailureFinding,
    SlowdownFinding,
    StuckRunFinding,
    WarningFinding,
)
from emtui.triage.prioritization import PrioritizedFindings, prioritize_sessions

MORNING = NOON.replace(hour=3, minute=12)
ANCHORS = [NOON, MORNING, NOON.replace(hour=23, minute=50)]


def findings_at(anchor: datetime, seed: int = 1) -> PrioritizedFindings:
    return prioritize_sessions(SimulatedWorld(seed, anchor).sessions(anchor), anchor)


@pytest.mark.parametrize("anchor", ANCHORS)
@pytest.mark.parametrize("seed", [1, 2, 7])
def test_each_planted_fault_is_found_once_worst_first_and_nothing_else(anchor: datetime, seed: int) -> None:
    kinds = [(type(finding), finding.type) for finding in findings_at(anchor, seed).findings]
    warned = [kind for kind in kinds if kind == (WarningFinding, "CollectJob")]  # a slow server, now and then
    assert [kind for kind in kinds if kind not in warned] == [
        (StuckRunFinding, "DatabaseMaintenance"),
        (OverdueFinding, "CatalogReplicationJob"),
        (SlowdownFinding, "CatalogConsolidation"),
        (RecurringFailureFinding, "CollectJob"),
        (WarningFinding, "LicAutoUpdate"),
        (CanceledFinding, "LogExport"),
    ]


def test_the_stuck_run_is_reported_with_its_duration_and_the_usual_one() -> None:
    (hanging,) = [
        finding for finding in findings_at(MORNING).findings if isinstance(finding, StuckRunFinding)
    ]
    overrun = hanging.overrun
    assert overrun.session.is_running
    assert overrun.duration - timedelta(hours=2, minutes=12) < MINUTE
    baseline = overrun.baseline
    assert timedelta(seconds=160) < baseline.usual < timedelta(seconds=205) < 2 * baseline.longest
    assert overrun.ratio > 40
    assert hanging.sample_size == 29


def test_the_stopped_replication_is_overdue_since_its_first_missed_run() -> None:
    (late,) = [finding for finding in findings_at(MORNING).findings if isinstance(finding, OverdueFinding)]
    assert late.interval == 4 * HOUR
    assert late.since == late.last_start + 4 * HOUR
    assert abs(late.last_start - datetime.fromisoformat("2026-11-21T01:25Z")) < 10 * MINUTE
    assert late.overdue_count == (MORNING - late.last_start) // (4 * HOUR) == 12
    assert late.sample_size > 150


def test_the_consolidation_is_slower_since_the_first_slow_night() -> None:
    (slow,) = [finding for finding in findings_at(MORNING).findings if isinstance(finding, SlowdownFinding)]
    newest = slow.since + (slow.slowdown.count - 1) * DAY
    assert 6 <= slow.slowdown.count <= 8
    assert abs(newest - (MORNING - DAY).replace(hour=4, minute=31)) < 3 * MINUTE
    assert slow.slowdown.duration > 3 * slow.slowdown.usual
    assert timedelta(seconds=780) < slow.slowdown.usual < timedelta(seconds=900)


def test_the_nightly_failure_is_one_incident_with_its_nights_and_its_recovery() -> None:
    (again,) = [
        finding for finding in findings_at(NOON).findings if isinstance(finding, RecurringFailureFinding)
    ]
    incident = again.incident
    assert incident.outcome is Outcome.FAILED
    assert incident.count == incident.count_days(UTC) == 6
    assert incident.message is not None
    assert BROKEN_SERVER in incident.message
    assert (incident.first.hour, incident.first.minute) == (2, 10)
    assert incident.last - incident.first - 5 * DAY < MINUTE
    assert incident.recovered_at is not None
    assert timedelta() < incident.recovered_at - incident.last < 17 * MINUTE


def test_while_the_newest_collection_failed_the_type_fails_since_then_and_succeeded_before() -> None:
    at = NOON.replace(hour=2, minute=20)
    (failing,) = [
        finding
        for finding in prioritize_sessions(SimulatedWorld(1, NOON).sessions(at), at).findings
        if isinstance(finding, FailingFinding)
    ]
    assert (failing.type, failing.streak.count, failing.overdue_count) == ("CollectJob", 1, 0)
    assert failing.streak.last_successful is not None
    assert 14 * MINUTE < failing.since - failing.streak.last_successful < 16 * MINUTE
    assert failing.streak.count_before > 90
    assert failing.streak.is_complete


def test_the_licence_warns_since_three_nights_and_the_export_was_canceled() -> None:
    findings = findings_at(MORNING).findings
    (warned,) = [one for one in findings if isinstance(one, WarningFinding) and one.type == "LicAutoUpdate"]
    (canceled,) = [one for one in findings if isinstance(one, CanceledFinding)]
    assert warned.streak.count == 3
    assert abs(MORNING - warned.since - 2 * DAY) < DAY
    assert abs(canceled.since - (MORNING - timedelta(hours=5, minutes=40))) < 3 * MINUTE


def test_the_base_counts_the_types_that_are_not_on_time() -> None:
    calm = findings_at(MORNING).on_time_counts
    assert (calm.on_time, calm.type_count, calm.without_schedule) == (9, 12, ("LicenseRevoke",))
