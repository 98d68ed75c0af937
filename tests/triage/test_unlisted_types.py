"""Runs that are no longer listed are counted, and findings about them say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from session_factory import MINUTE, NOON, runs_with_outcomes

from emtui.em.model import Outcome, Session
from emtui.triage.findings import Finding, UnlistedRunsFinding
from emtui.triage.prioritization import prioritize_findings
from emtui.triage.type_status import compute_type_statuses

OK, BAD = Outcome.SUCCESS, Outcome.FAILED
RUNS = runs_with_outcomes(BAD, *[OK] * 9)


@dataclass(frozen=True)
class UnlistedRunsStub:
    """What the latest list lacks."""

    runs: Sequence[Session]
    since: datetime | None = NOON - 5 * MINUTE


def findings_with(unlisted: UnlistedRunsStub | None) -> tuple[Finding, ...]:
    listed = [run for run in RUNS if unlisted is None or run not in unlisted.runs]
    return prioritize_findings(compute_type_statuses(listed, NOON + MINUTE, unlisted=unlisted)).findings


def test_runs_that_are_not_listed_are_counted_with_their_failures() -> None:
    (lacking,) = [
        one for one in findings_with(UnlistedRunsStub(RUNS[:3])) if isinstance(one, UnlistedRunsFinding)
    ]
    assert lacking == UnlistedRunsFinding(3, 1, NOON - 5 * MINUTE, len(RUNS))


def test_a_finding_about_an_unlisted_run_says_so() -> None:
    for runs, is_unlisted in ((RUNS[:1], True), (RUNS[1:2], False)):
        about_failure = [
            one for one in findings_with(UnlistedRunsStub(runs)) if not isinstance(one, UnlistedRunsFinding)
        ]
        assert [one.is_unlisted for one in about_failure] == [is_unlisted]


def test_a_complete_list_has_no_finding_about_missing_runs() -> None:
    listed = findings_with(None)
    assert listed
    assert findings_with(UnlistedRunsStub((), since=None)) == listed
    assert not any(isinstance(one, UnlistedRunsFinding) or one.is_unlisted for one in listed)
