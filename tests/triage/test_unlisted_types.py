"""Runs that are not listed any more: they are counted, and what is found about them says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from made_runs import MINUTE, NOON, outcomes

from emtui.em.model import Outcome, Session
from emtui.triage.findings import Finding, NoLongerListed
from emtui.triage.prioritization import judged
from emtui.triage.type_status import standings

OK, BAD = Outcome.SUCCESS, Outcome.FAILED
RUNS = outcomes(BAD, *[OK] * 9)


@dataclass(frozen=True)
class Lacking:
    """What the latest list lacks."""

    runs: Sequence[Session]
    since: datetime | None = NOON - 5 * MINUTE


def found(unlisted: Lacking | None) -> tuple[Finding, ...]:
    listed = [run for run in RUNS if unlisted is None or run not in unlisted.runs]
    return judged(standings(listed, NOON + MINUTE, unlisted=unlisted)).findings


def test_runs_that_are_not_listed_are_counted_with_their_failures() -> None:
    (lacking,) = [one for one in found(Lacking(RUNS[:3])) if isinstance(one, NoLongerListed)]
    assert lacking == NoLongerListed(3, 1, NOON - 5 * MINUTE, len(RUNS))


def test_what_is_found_about_a_run_says_whether_it_is_still_listed() -> None:
    for runs, is_unlisted in ((RUNS[:1], True), (RUNS[1:2], False)):
        about_failure = [one for one in found(Lacking(runs)) if not isinstance(one, NoLongerListed)]
        assert [one.unlisted for one in about_failure] == [is_unlisted]


def test_nothing_is_said_of_a_list_that_lacks_nothing() -> None:
    listed = found(None)
    assert listed
    assert found(Lacking((), since=None)) == listed
    assert not any(isinstance(one, NoLongerListed) or one.unlisted for one in listed)
