"""Walking through the findings: which run each is about, and which comes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from made_runs import NOON

from emtui.demo.world import World
from emtui.em.model import Outcome, Session, uid_of
from emtui.triage.finding_navigation import after, run_of
from emtui.triage.findings import Canceled, Failing, Finding, Hanging, Recurring, Warned
from emtui.triage.prioritization import attention, judged
from emtui.triage.type_status import Standings, standings

BOARD = standings(World(1, NOON).sessions(NOON), NOON)
FINDINGS = judged(BOARD).findings
OUTCOMES = {
    Recurring: Outcome.FAILED,
    Warned: Outcome.WARNING,
    Canceled: Outcome.CANCELED,
    Hanging: Outcome.RUNNING,
}


def test_each_finding_leads_to_a_run_that_shows_what_it_says() -> None:
    for finding in FINDINGS:
        run = run_of(finding, BOARD)
        assert run
        assert run.type == finding.type
        assert run.outcome is OUTCOMES.get(type(finding), run.outcome)


def test_a_type_that_fails_leads_to_its_newest_failure_though_a_run_has_begun_since() -> None:
    def run(number: int, state: str) -> Session:
        began = NOON - timedelta(minutes=15 * number)
        ended = None if state == "InProgress" else began + timedelta(minutes=1)
        uid = uid_of(f"{number:08x}-0000-4000-8000-000000000000")
        return Session(uid, None, "CollectJob", began, ended, state)

    good = [run(number, "CompletedSuccessfully") for number in range(3, 40)]
    runs = [run(1, "InProgress"), run(2, "Failed"), *good]
    now = NOON - timedelta(minutes=14)
    (failing,) = attention(runs, now).findings
    assert isinstance(failing, Failing)
    assert run_of(failing, standings(runs, now)) == runs[1]


def test_without_any_run_a_finding_leads_nowhere() -> None:
    assert run_of(FINDINGS[-1], Standings(NOON, (), ())) is None


def test_one_walks_through_all_of_them_and_round() -> None:
    seen: list[Finding] = []
    last: Finding | None = None
    for _ in FINDINGS:
        last = after(FINDINGS, last)
        assert last
        seen.append(last)
    assert tuple(seen) == FINDINGS
    assert after(FINDINGS, last) == FINDINGS[0]


def test_two_findings_of_the_same_kind_and_type_hold_nobody() -> None:
    hanging = next(finding for finding in FINDINGS if isinstance(finding, Hanging))
    run, day = hanging.overrun.session, timedelta(days=1)
    earlier = replace(run, started=hanging.since - day)
    older = Hanging(hanging.type, replace(hanging.overrun, session=earlier, took=hanging.overrun.took + day))
    both = (hanging, older, FINDINGS[-1])
    assert [after(both, None), after(both, hanging), after(both, older)] == list(both)


@pytest.mark.parametrize("last", [None, FINDINGS[0]])
def test_where_nothing_needs_anybody_there_is_no_next(last: Finding | None) -> None:
    assert after((), last) is None
