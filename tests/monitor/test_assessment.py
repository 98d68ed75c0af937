"""Findings in their order, acknowledgements, and when these expire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series, runs_with_outcomes

from emtui.em.model import Outcome, Session
from emtui.local.knowledge_base import Knowledge
from emtui.local.team_notes import TeamNote
from emtui.monitor.assessment import Assessment, assess, find_acknowledgements, reassess
from emtui.monitor.changes import Changes
from emtui.monitor.snapshot import Snapshot
from emtui.triage.acknowledgement_matching import NONE_ACKNOWLEDGED, Acknowledgement, finding_key
from emtui.triage.acknowledgements import overdue_key
from emtui.triage.findings import FailingFinding, OverdueFinding, WarningFinding
from emtui.triage.message_fingerprint import fingerprint

QUARTER = 15 * MINUTE
UNREACHABLE_MESSAGE = "bs02.example.net cannot be reached"
BERLIN = ZoneInfo("Europe/Berlin")


def failing_type(kind: str, message: str = UNREACHABLE_MESSAGE) -> list[Session]:
    """A type whose newest run failed after only successful ones."""
    return [
        make_run(NOON, kind, outcome=Outcome.FAILED, message=message),
        *make_series(kind, QUARTER, NOON - QUARTER),
    ]


SESSIONS = [
    *failing_type("CollectJob"),
    *failing_type("LogExport", "disk full"),
    *runs_with_outcomes(Outcome.WARNING, *[Outcome.SUCCESS] * 20, type_name="Cleanup"),
]


def snapshot(sessions: Sequence[Session] = SESSIONS, at: datetime = NOON) -> Snapshot:
    newest = sorted(sessions, key=lambda one: one.started or at, reverse=True)
    return Snapshot(tuple(newest), at)


def make_knowledge(*acknowledgements: Acknowledgement, notes: tuple[TeamNote, ...] = ()) -> Knowledge:
    return Knowledge({mark.key: mark.to_strings for mark in acknowledgements}, notes)


def acknowledge_failure(
    kind: str = "CollectJob", message: str = UNREACHABLE_MESSAGE, made: datetime = NOON
) -> Acknowledgement:
    of = fingerprint(make_run(NOON, kind, outcome=Outcome.FAILED, message=message))
    return Acknowledgement(of, kind, "INC0012345", made)


def finding_types(assessment: Assessment) -> list[str | None]:
    return [finding.type for finding in assessment.findings]


def test_the_most_severe_comes_first_and_acknowledged_ones_last() -> None:
    plain = assess(snapshot(), Knowledge())
    assert finding_types(plain) == ["CollectJob", "LogExport", "Cleanup"]
    assert plain.new_findings == plain.findings
    assert plain.acknowledged_count == 0
    known = reassess(plain, make_knowledge(acknowledge_failure()))
    assert known.type_statuses is plain.type_statuses
    assert finding_types(known) == ["LogExport", "Cleanup", "CollectJob"]
    assert [finding.type for finding in known.new_findings] == ["LogExport", "Cleanup"]
    assert known.acknowledged_count == 1
    mark = known.acknowledgement_of_finding(known.findings[-1])
    assert mark is not None
    assert mark.note == "INC0012345"
    assert known.attention.findings == plain.findings


def test_a_team_note_can_acknowledge_a_failure() -> None:
    note = TeamNote("bs02", "patched on Mondays", is_acknowledgement=True, source="team file")
    assessment = assess(snapshot(), make_knowledge(notes=(note,)))
    mark = assessment.acknowledgement_of_run(SESSIONS[0])
    assert mark is not None
    assert mark.source == "team file"
    assert assessment.notes == (note,)


def test_the_next_finding_after_the_last_is_the_first() -> None:
    assessment = assess(snapshot(), Knowledge())
    first, second, third = assessment.findings
    assert assessment.next_finding(None) is first
    assert assessment.next_finding(first) is second
    assert assessment.next_finding(third) is first
    assert [assessment.is_last_finding(one) for one in (None, first, third)] == [False, False, True]
    alone = assess(snapshot(failing_type("CollectJob")), Knowledge())
    assert not alone.is_last_finding(alone.findings[0])


def test_a_finding_is_found_again_in_a_later_list_until_it_is_resolved() -> None:
    (finding,) = assess(snapshot(failing_type("CollectJob")), Knowledge()).findings
    assert isinstance(finding, FailingFinding)
    later = [
        make_run(NOON + QUARTER, outcome=Outcome.FAILED, message=UNREACHABLE_MESSAGE),
        *failing_type("CollectJob"),
    ]
    current = assess(snapshot(later, NOON + QUARTER), Knowledge()).current_finding(finding)
    assert isinstance(current, FailingFinding)
    assert current.streak.count == 2
    healed = [make_run(NOON + QUARTER), *failing_type("CollectJob")]
    assert assess(snapshot(healed, NOON + QUARTER), Knowledge()).current_finding(finding) is None


def test_the_worst_finding_about_a_type_and_the_runs_behind_it() -> None:
    assessment = assess(snapshot(), Knowledge())
    worst = assessment.worst_finding("CollectJob")
    assert isinstance(worst, FailingFinding)
    assert assessment.run_of_finding(worst) == SESSIONS[0]
    assert isinstance(assessment.worst_finding("Cleanup"), WarningFinding)
    assert assessment.worst_finding("Other") is None
    assert assessment.runs_of_type("CollectJob")[0] == SESSIONS[0]
    assert assessment.runs_of_type(None) == ()
    good = assessment.successful_before(SESSIONS[0])
    assert [one.started for one in good] == [NOON - number * QUARTER for number in range(1, 6)]


def test_a_late_type_is_acknowledged_at_its_newest_run() -> None:
    runs = make_series("CollectJob", QUARTER, NOON - 2 * HOUR, 2000)
    plain = assess(snapshot(runs), Knowledge())
    (finding,) = (one for one in plain.findings if isinstance(one, OverdueFinding))
    assert plain.acknowledgement_key(runs[0]) == finding_key(finding) == overdue_key("CollectJob")
    assert plain.acknowledgement_key(runs[1]) is None
    assert plain.acknowledgement_of_run(runs[0]) is None
    known = reassess(
        plain, make_knowledge(Acknowledgement(overdue_key("CollectJob"), "CollectJob", "CHG1", NOON))
    )
    mark = known.acknowledgement_of_run(runs[0])
    assert mark is not None
    assert mark.note == "CHG1"
    assert known.acknowledgement_of_run(runs[1]) is None


def test_acknowledged_failures_are_not_alerted_unless_a_success_came_between() -> None:
    assessment = assess(snapshot(), make_knowledge(acknowledge_failure()))
    again = make_run(NOON + 2 * QUARTER, outcome=Outcome.FAILED, message=UNREACHABLE_MESSAGE)
    other = replace(again, result=replace(again.result, message="disk full"))
    assert assessment.suppresses_alert(again, Changes(added=(again,)))
    assert not assessment.suppresses_alert(other, Changes(added=(other,)))
    well = make_run(NOON + QUARTER)
    assert not assessment.suppresses_alert(again, Changes(added=(again, well)))
    assert not assessment.suppresses_alert(again, Changes(added=(again,), changed=(well,)))


def test_a_complete_list_shows_which_acknowledgements_have_ended() -> None:
    healed = [make_run(NOON + QUARTER), *SESSIONS]
    knowledge = make_knowledge(acknowledge_failure(), acknowledge_failure("LogExport", "disk full"))
    assessment = assess(snapshot(healed, NOON + HOUR), knowledge)
    assert assessment.expired_keys == (acknowledge_failure().key,)
    assert set(assessment.acknowledgements.by_key) == {acknowledge_failure("LogExport", "disk full").key}
    named_only = [*healed, Session(SESSIONS[0].uid, started=NOON, is_complete=False)]
    assert assess(snapshot(named_only, NOON + HOUR), knowledge).expired_keys == ()


@pytest.mark.parametrize(("zone", "is_late"), [(BERLIN, False), (UTC, True)])
def test_a_nightly_type_is_due_at_its_time_of_day_in_the_servers_zone(zone: tzinfo, is_late: bool) -> None:
    back = datetime(2026, 10, 25, tzinfo=BERLIN)
    runs = [make_run((back - number * DAY + timedelta(hours=4)).astimezone(UTC)) for number in range(1, 20)]
    assessment = assess(snapshot(runs, datetime(2026, 10, 25, 6, tzinfo=UTC)), Knowledge(), zone)
    assert any(isinstance(finding, OverdueFinding) for finding in assessment.findings) is is_late


def test_a_list_is_not_analyzed_where_nothing_is_recorded() -> None:
    assert find_acknowledgements(snapshot(), Knowledge(), UTC) is NONE_ACKNOWLEDGED
    assert (
        find_acknowledgements(snapshot(), make_knowledge(acknowledge_failure()), UTC).for_run(SESSIONS[0])
        is not None
    )
