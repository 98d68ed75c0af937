"""Navigation: the run of each finding, and the next finding."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from session_factory import NOON

from emtui.demo.world import SimulatedWorld
from emtui.em.model import Outcome, Session, uid_from_guid
from emtui.triage.finding_navigation import find_run, next_finding
from emtui.triage.findings import (
    CanceledFinding,
    FailingFinding,
    Finding,
    RecurringFailureFinding,
    StuckRunFinding,
    WarningFinding,
)
from emtui.triage.prioritization import prioritize_findings, prioritize_sessions
from emtui.triage.type_status import TypeStatuses, compute_type_statuses

TYPE_STATUSES = compute_type_statuses(SimulatedWorld(1, NOON).sessions(NOON), NOON)
FINDINGS = prioritize_findings(TYPE_STATUSES).findings
OUTCOMES = {
    RecurringFailureFinding: Outcome.FAILED,
    WarningFinding: Outcome.WARNING,
    CanceledFinding: Outcome.CANCELED,
    StuckRunFinding: Outcome.RUNNING,
}


def test_each_finding_leads_to_a_run_that_shows_it() -> None:
    for finding in FINDINGS:
        run = find_run(finding, TYPE_STATUSES)
        assert run
        assert run.type == finding.type
        assert run.outcome is OUTCOMES.get(type(finding), run.outcome)


def test_a_type_that_fails_leads_to_its_newest_failure_though_a_run_has_begun_since() -> None:
    def run(number: int, state: str) -> Session:
        began = NOON - timedelta(minutes=15 * number)
        ended = None if state == "InProgress" else began + timedelta(minutes=1)
        uid = uid_from_guid(f"{number:08x}-0000-4000-8000-000000000000")
        return Session(uid, None, "CollectJob", began, ended, state)

    good = [run(number, "CompletedSuccessfully") for number in range(3, 40)]
    runs = [run(1, "InProgress"), run(2, "Failed"), *good]
    now = NOON - timedelta(minutes=14)
    (failing,) = prioritize_sessions(runs, now).findings
    assert isinstance(failing, FailingFinding)
    assert find_run(failing, compute_type_statuses(runs, now)) == runs[1]


def test_without_any_run_a_finding_leads_nowhere() -> None:
    assert find_run(FINDINGS[-1], TypeStatuses(NOON, (), ())) is None


def test_one_walks_through_all_of_them_and_round() -> None:
    seen: list[Finding] = []
    last: Finding | None = None
    for _ in FINDINGS:
        last = next_finding(FINDINGS, last)
        assert last
        seen.append(last)
    assert tuple(seen) == FINDINGS
    assert next_finding(FINDINGS, last) == FINDINGS[0]


def test_two_findings_of_the_same_kind_and_type_can_both_be_reached() -> None:
    hanging = next(finding for finding in FINDINGS if isinstance(finding, StuckRunFinding))
    run, day = hanging.overrun.session, timedelta(days=1)
    earlier = replace(run, started=hanging.since - day)
    older = StuckRunFinding(
        hanging.type, replace(hanging.overrun, session=earlier, duration=hanging.overrun.duration + day)
    )
    both = (hanging, older, FINDINGS[-1])
    assert [next_finding(both, None), next_finding(both, hanging), next_finding(both, older)] == list(both)


@pytest.mark.parametrize("last", [None, FINDINGS[0]])
def test_without_findings_there_is_no_next(last: Finding | None) -> None:
    assert next_finding((), last) is None
