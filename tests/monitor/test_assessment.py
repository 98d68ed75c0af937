"""What a list says: alerts in their order, what is acknowledged of them, and when that has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from made_runs import DAY, HOUR, MINUTE, NOON, outcomes, run, series

from emtui.em.model import Outcome, Session
from emtui.local.knowledge_base import Knowledge
from emtui.local.team_notes import Note
from emtui.monitor.assessment import Assessment, acknowledged_in, assess, reassess
from emtui.monitor.changes import Changes
from emtui.monitor.snapshot import Snapshot
from emtui.triage.acknowledged import NOTHING_KNOWN, Mark, key_of
from emtui.triage.acknowledgements import late
from emtui.triage.findings import Failing, Late, Warned
from emtui.triage.message_fingerprint import fingerprint

QUARTER = 15 * MINUTE
LOST = "bs02.example.net cannot be reached"
BERLIN = ZoneInfo("Europe/Berlin")


def failing(kind: str, message: str = LOST) -> list[Session]:
    """The newest run failed, all before it were successful."""
    return [run(NOON, kind, outcome=Outcome.FAILED, message=message), *series(kind, QUARTER, NOON - QUARTER)]


SESSIONS = [
    *failing("CollectJob"),
    *failing("LogExport", "disk full"),
    *outcomes(Outcome.WARNING, *[Outcome.SUCCESS] * 20, kind="Cleanup"),
]


def snapshot(sessions: Sequence[Session] = SESSIONS, at: datetime = NOON) -> Snapshot:
    newest = sorted(sessions, key=lambda one: one.started or at, reverse=True)
    return Snapshot(tuple(newest), at)


def knowing(*marks: Mark, notes: tuple[Note, ...] = ()) -> Knowledge:
    return Knowledge({mark.of: mark.parts for mark in marks}, notes)


def mark_on_failure(kind: str = "CollectJob", message: str = LOST, made: datetime = NOON) -> Mark:
    of = fingerprint(run(NOON, kind, outcome=Outcome.FAILED, message=message))
    return Mark(of, kind, "INC0012345", made)


def kinds(assessment: Assessment) -> list[str | None]:
    return [finding.type for finding in assessment.findings]


def test_the_worst_comes_first_and_what_is_acknowledged_last() -> None:
    plain = assess(snapshot(), Knowledge())
    assert kinds(plain) == ["CollectJob", "LogExport", "Cleanup"]
    assert plain.new_findings == plain.findings
    assert plain.acknowledged_findings == 0
    known = reassess(plain, knowing(mark_on_failure()))
    assert known.statuses is plain.statuses
    assert kinds(known) == ["LogExport", "Cleanup", "CollectJob"]
    assert [finding.type for finding in known.new_findings] == ["LogExport", "Cleanup"]
    assert known.acknowledged_findings == 1
    mark = known.mark_of(known.findings[-1])
    assert mark is not None
    assert mark.note == "INC0012345"
    assert known.attention.findings == plain.findings


def test_a_note_of_the_team_acknowledges_as_well_and_is_at_hand() -> None:
    note = Note("bs02", "patched on Mondays", known=True, whose="team file")
    assessment = assess(snapshot(), knowing(notes=(note,)))
    mark = assessment.mark_on(SESSIONS[0])
    assert mark is not None
    assert mark.file == "team file"
    assert assessment.notes == (note,)


def test_one_walks_through_the_findings_and_from_the_last_to_the_first() -> None:
    assessment = assess(snapshot(), Knowledge())
    first, second, third = assessment.findings
    assert assessment.next_finding(None) is first
    assert assessment.next_finding(first) is second
    assert assessment.next_finding(third) is first
    assert [assessment.is_last_finding(one) for one in (None, first, third)] == [False, False, True]
    alone = assess(snapshot(failing("CollectJob")), Knowledge())
    assert not alone.is_last_finding(alone.findings[0])


def test_a_finding_is_found_again_in_a_later_list_until_it_is_over() -> None:
    (finding,) = assess(snapshot(failing("CollectJob")), Knowledge()).findings
    assert isinstance(finding, Failing)
    later = [run(NOON + QUARTER, outcome=Outcome.FAILED, message=LOST), *failing("CollectJob")]
    current = assess(snapshot(later, NOON + QUARTER), Knowledge()).current_finding(finding)
    assert isinstance(current, Failing)
    assert current.streak.count == 2
    healed = [run(NOON + QUARTER), *failing("CollectJob")]
    assert assess(snapshot(healed, NOON + QUARTER), Knowledge()).current_finding(finding) is None


def test_the_worst_finding_about_a_type_and_the_runs_behind_it() -> None:
    assessment = assess(snapshot(), Knowledge())
    worst = assessment.worst_on("CollectJob")
    assert isinstance(worst, Failing)
    assert assessment.run_of(worst) == SESSIONS[0]
    assert isinstance(assessment.worst_on("Cleanup"), Warned)
    assert assessment.worst_on("Other") is None
    assert assessment.runs_of("CollectJob")[0] == SESSIONS[0]
    assert assessment.runs_of(None) == ()
    good = assessment.successful_before(SESSIONS[0])
    assert [one.started for one in good] == [NOON - number * QUARTER for number in range(1, 6)]


def test_a_late_type_is_acknowledged_at_its_newest_run() -> None:
    runs = series("CollectJob", QUARTER, NOON - 2 * HOUR, 2000)
    plain = assess(snapshot(runs), Knowledge())
    (finding,) = (one for one in plain.findings if isinstance(one, Late))
    assert plain.key_for(runs[0]) == key_of(finding) == late("CollectJob")
    assert plain.key_for(runs[1]) is None
    assert plain.mark_on(runs[0]) is None
    known = reassess(plain, knowing(Mark(late("CollectJob"), "CollectJob", "CHG1", NOON)))
    mark = known.mark_on(runs[0])
    assert mark is not None
    assert mark.note == "CHG1"
    assert known.mark_on(runs[1]) is None


def test_no_alert_is_due_for_what_is_acknowledged_unless_a_success_came_between() -> None:
    assessment = assess(snapshot(), knowing(mark_on_failure()))
    again = run(NOON + 2 * QUARTER, outcome=Outcome.FAILED, message=LOST)
    other = replace(again, result=replace(again.result, message="disk full"))
    assert assessment.suppresses_alert(again, Changes(added=(again,)))
    assert not assessment.suppresses_alert(other, Changes(added=(other,)))
    well = run(NOON + QUARTER)
    assert not assessment.suppresses_alert(again, Changes(added=(again, well)))
    assert not assessment.suppresses_alert(again, Changes(added=(again,), changed=(well,)))


def test_a_complete_list_shows_which_acknowledgements_have_ended() -> None:
    healed = [run(NOON + QUARTER), *SESSIONS]
    knowledge = knowing(mark_on_failure(), mark_on_failure("LogExport", "disk full"))
    assessment = assess(snapshot(healed, NOON + HOUR), knowledge)
    assert assessment.ended == (mark_on_failure().of,)
    assert set(assessment.acknowledged.marks) == {mark_on_failure("LogExport", "disk full").of}
    named_only = [*healed, Session(SESSIONS[0].uid, started=NOON, complete=False)]
    assert assess(snapshot(named_only, NOON + HOUR), knowledge).ended == ()


@pytest.mark.parametrize(("zone", "is_late"), [(BERLIN, False), (UTC, True)])
def test_what_runs_nightly_is_due_at_its_time_of_day_in_the_servers_zone(zone: tzinfo, is_late: bool) -> None:
    back = datetime(2026, 10, 25, tzinfo=BERLIN)
    runs = [run((back - number * DAY + timedelta(hours=4)).astimezone(UTC)) for number in range(1, 20)]
    assessment = assess(snapshot(runs, datetime(2026, 10, 25, 6, tzinfo=UTC)), Knowledge(), zone)
    assert any(isinstance(finding, Late) for finding in assessment.findings) is is_late


def test_a_list_is_not_analyzed_where_nothing_is_recorded() -> None:
    assert acknowledged_in(snapshot(), Knowledge(), UTC) is NOTHING_KNOWN
    assert acknowledged_in(snapshot(), knowing(mark_on_failure()), UTC).of(SESSIONS[0]) is not None
