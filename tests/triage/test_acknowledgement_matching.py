"""Acknowledgements: what they cover and when they end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series, runs_with_outcomes

from emtui.demo.world import SimulatedWorld
from emtui.em.model import Outcome, Session
from emtui.triage.acknowledgement_matching import (
    NONE_ACKNOWLEDGED,
    Acknowledgement,
    Acknowledgements,
    acknowledgement_key,
    acknowledgements_from_notes,
    find_active_acknowledgements,
    finding_key,
)
from emtui.triage.acknowledgement_text import format_acknowledgement, format_acknowledgement_rows
from emtui.triage.acknowledgements import parse_acknowledgements
from emtui.triage.finding_navigation import find_run
from emtui.triage.finding_text import FindingFormatter
from emtui.triage.findings import FailingFinding, Finding
from emtui.triage.message_fingerprint import fingerprint
from emtui.triage.prioritization import prioritize_findings
from emtui.triage.type_status import compute_type_statuses

EVERY = 15 * MINUTE
WEEKS = 2000
"""Runs that go back for long enough to say what is due at an hour of the week."""
OK, BAD, WARNED, RUNNING = Outcome.SUCCESS, Outcome.FAILED, Outcome.WARNING, Outcome.RUNNING
JUST_AFTER = NOON + 5 * MINUTE
UNREACHABLE = "Cannot connect to bs02.example.net after 10 s"


def failed_run(started: datetime, message: str = UNREACHABLE) -> Session:
    return make_run(started, outcome=BAD, message=message)


def acknowledge_at(
    acknowledgement: Acknowledgement, runs: Sequence[Session], now: datetime
) -> Acknowledgements:
    return find_active_acknowledgements([acknowledgement], compute_type_statuses(runs, now))


def only_finding(runs: Sequence[Session], now: datetime) -> Finding:
    (finding,) = prioritize_findings(compute_type_statuses(runs, now)).findings
    return finding


def acknowledge(
    session: Session, made: datetime = JUST_AFTER, until: datetime | None = None
) -> Acknowledgement:
    return Acknowledgement(fingerprint(session), session.type, "INC0012345", made, until)


def test_an_acknowledgement_covers_the_same_failure_with_other_numbers_and_no_other() -> None:
    first = failed_run(NOON)
    again = failed_run(NOON + EVERY, "Cannot connect to bs02.example.net after 12 s")
    other = failed_run(NOON + 2 * EVERY, "Cannot connect to bs01.example.net after 10 s")
    now = NOON + 2 * EVERY + 5 * MINUTE
    held = acknowledge_at(
        acknowledge(first), [other, again, first, *make_series("CollectJob", EVERY, NOON - EVERY)], now
    )
    assert held.for_run(first) == held.for_run(again) == acknowledge(first)
    assert held.for_run(other) is None


def test_it_ends_as_soon_as_a_run_has_done_its_work() -> None:
    row = [failed_run(NOON), *make_series("CollectJob", EVERY, NOON - EVERY)]
    assert acknowledge_at(acknowledge(row[0]), [failed_run(NOON + EVERY), *row], NOON + EVERY + 5 * MINUTE)
    for outcome in (OK, WARNED):
        good = make_run(NOON + EVERY, outcome=outcome)
        assert (
            acknowledge_at(acknowledge(row[0]), [good, *row], NOON + EVERY + 5 * MINUTE) == NONE_ACKNOWLEDGED
        )


def test_warnings_stay_acknowledged_until_a_run_succeeds() -> None:
    row = runs_with_outcomes(WARNED, OK, OK)
    again = make_run(NOON + EVERY, outcome=WARNED)
    assert acknowledge_at(acknowledge(row[0]), [again, *row], NOON + EVERY + 5 * MINUTE).for_run(again)
    good = make_run(NOON + EVERY)
    assert not acknowledge_at(acknowledge(row[0]), [good, *row], NOON + EVERY + 5 * MINUTE)


def test_a_failure_acknowledged_after_recovery_stays_acknowledged_until_it_recurs() -> None:
    row = [make_run(NOON), failed_run(NOON - EVERY), *make_series("CollectJob", EVERY, NOON - 2 * EVERY)]
    mark = acknowledge(row[1])
    later = [make_run(NOON + EVERY), *row]
    assert acknowledge_at(mark, later, NOON + EVERY + 5 * MINUTE).for_run(row[1]) == mark
    back = [failed_run(NOON + 2 * EVERY), *later]
    assert acknowledge_at(mark, back, NOON + 2 * EVERY + 5 * MINUTE) == NONE_ACKNOWLEDGED


def test_an_acknowledgement_with_an_expiry_holds_across_successes_until_then() -> None:
    row = [make_run(NOON + EVERY), failed_run(NOON), *make_series("CollectJob", EVERY, NOON - EVERY)]
    mark = acknowledge(row[1], until=NOON + 2 * HOUR)
    assert acknowledge_at(mark, row, NOON + HOUR).for_run(row[1]) == mark
    assert acknowledge_at(mark, row, NOON + 2 * HOUR) == NONE_ACKNOWLEDGED


def test_an_acknowledged_failure_does_not_acknowledge_that_its_type_is_overdue() -> None:
    row = [failed_run(NOON), *make_series("CollectJob", EVERY, NOON - EVERY, WEEKS)]
    mark, now = acknowledge(row[0]), NOON + 2 * HOUR
    finding = only_finding(row, now)
    assert isinstance(finding, FailingFinding)
    assert finding.overdue_count
    held = acknowledge_at(mark, row, now)
    assert held.for_run(row[0]) == mark
    assert held.for_finding(finding) is None
    again = replace(mark, created=now)
    assert acknowledge_at(again, row, now).for_finding(finding) == again


def test_an_overdue_type_stays_acknowledged_until_it_starts() -> None:
    row = make_series("CollectJob", EVERY, NOON, WEEKS)
    now = NOON + 2 * HOUR
    finding = only_finding(row, now)
    mark = Acknowledgement(finding_key(finding), "CollectJob", "", now)
    assert acknowledge_at(mark, row, now + HOUR).for_finding(only_finding(row, now + HOUR)) == mark
    begun = make_run(now + 5 * MINUTE, outcome=RUNNING)
    assert acknowledge_at(mark, [begun, *row], now + 6 * MINUTE) == NONE_ACKNOWLEDGED


def test_a_stuck_run_stays_acknowledged_until_it_ends_and_the_next_is_not() -> None:
    row = make_series("CollectJob", EVERY, NOON - HOUR)
    hangs = make_run(NOON - HOUR + EVERY, outcome=RUNNING)
    mark = Acknowledgement(finding_key(only_finding([hangs, *row], NOON)), "CollectJob", "", NOON)
    held = acknowledge_at(mark, [hangs, *row], NOON + HOUR)
    assert held.for_run(hangs) == mark
    assert held.for_finding(only_finding([hangs, *row], NOON + HOUR)) == mark
    ended = replace(hangs, ended=NOON + HOUR, state="CompletedSuccessfully")
    second = make_run(NOON + HOUR, outcome=RUNNING)
    assert acknowledge_at(mark, [second, ended, *row], NOON + 3 * HOUR) == NONE_ACKNOWLEDGED
    both = acknowledge_at(mark, [second, hangs, *row], NOON + 3 * HOUR)
    assert (both.for_run(hangs), both.for_run(second)) == (mark, None)


def test_an_idle_period_stays_acknowledged_until_anything_runs() -> None:
    row = make_series("CollectJob", EVERY, NOON, WEEKS) + make_series("LicAutoUpdate", EVERY, NOON, WEEKS)
    now = NOON + 3 * HOUR
    finding = only_finding(row, now)
    mark = Acknowledgement(finding_key(finding), None, "patch night", now)
    assert acknowledge_at(mark, row, now + HOUR).for_finding(only_finding(row, now + HOUR)) == mark
    assert (
        acknowledge_at(mark, [make_run(now + MINUTE, "LicAutoUpdate"), *row], now + HOUR) == NONE_ACKNOWLEDGED
    )


def test_a_slowdown_stays_acknowledged_until_a_run_takes_no_longer_than_usual() -> None:
    slow = make_series("CollectJob", EVERY, NOON, 4, duration=10 * MINUTE)
    row = slow + make_series("CollectJob", EVERY, NOON - 4 * EVERY)
    now = NOON + 11 * MINUTE
    mark = Acknowledgement(finding_key(only_finding(row, now)), "CollectJob", "", now)
    held = acknowledge_at(mark, row, now)
    assert all(held.for_run(each) == mark for each in slow)
    assert held.for_run(row[4]) is None
    assert (
        acknowledge_at(mark, [make_run(NOON + EVERY), *row], NOON + EVERY + 5 * MINUTE) == NONE_ACKNOWLEDGED
    )


def test_without_a_list_to_decide_an_acknowledgement_stays_active() -> None:
    mark = acknowledge(failed_run(NOON))
    assert find_active_acknowledgements([mark], compute_type_statuses((), NOON + DAY)).by_key == {
        mark.key: mark
    }
    others = make_series("CollectJob", EVERY, NOON + DAY)
    assert find_active_acknowledgements([mark], compute_type_statuses(others, NOON + DAY)).by_key == {
        mark.key: mark
    }


def test_an_acknowledgement_that_matches_nothing_any_more_expires() -> None:
    mark = acknowledge(failed_run(NOON))
    later = NOON + 40 * DAY
    assert (
        find_active_acknowledgements(
            [mark], compute_type_statuses(make_series("CollectJob", EVERY, later), later)
        )
        == NONE_ACKNOWLEDGED
    )


def test_a_successful_run_of_usual_length_cannot_be_acknowledged() -> None:
    row = make_series("CollectJob", EVERY)
    statuses = compute_type_statuses(row, JUST_AFTER)
    assert acknowledgement_key(row[0], statuses) is None
    long = make_run(NOON, duration=20 * MINUTE)
    now = NOON + 21 * MINUTE
    statuses = compute_type_statuses([long, *row[1:]], now)
    key = acknowledgement_key(long, statuses)
    assert key
    assert find_active_acknowledgements([Acknowledgement(key, "CollectJob", "", now)], statuses).for_run(long)


def test_every_finding_of_the_demo_can_be_acknowledged_and_its_run_has_the_same_key() -> None:
    statuses = compute_type_statuses(SimulatedWorld(1, NOON).sessions(NOON), NOON)
    findings = prioritize_findings(statuses).findings
    for finding in findings:
        mark = Acknowledgement(finding_key(finding), finding.type, "", NOON)
        held = find_active_acknowledgements([mark], statuses)
        assert held.for_finding(finding) == mark
        assert sum(1 for each in findings if held.for_finding(each)) == 1
        shown = find_run(finding, statuses)
        assert shown
        assert acknowledgement_key(shown, statuses) == finding_key(finding)


@given(
    st.lists(st.sampled_from([OK, BAD, WARNED, RUNNING, Outcome.CANCELED]), max_size=12), st.integers(0, 12)
)
def test_an_acknowledgement_covers_only_its_own_key(row: list[Outcome], marked: int) -> None:
    runs = runs_with_outcomes(*row) + make_series("CollectJob", EVERY, NOON - len(row) * EVERY)
    mark = acknowledge(runs[marked], made=NOON)
    held = acknowledge_at(mark, runs, JUST_AFTER)
    assert all(fingerprint(each) == mark.key for each in runs if held.for_run(each))
    later = acknowledge_at(mark, [make_run(NOON + timedelta(days=1)), *runs], NOON + 2 * DAY)
    over = marked > 0 and any(each in {OK, WARNED} for each in row[:marked])
    assert over or not later or runs[marked].outcome not in {BAD, Outcome.CANCELED}


def test_a_new_acknowledged_run_does_not_alert_unless_a_run_with_it_ended_the_acknowledgement() -> None:
    row = [failed_run(NOON), *make_series("CollectJob", EVERY, NOON - EVERY)]
    held = acknowledge_at(acknowledge(row[0]), row, JUST_AFTER)
    again = failed_run(NOON + 2 * EVERY)
    assert held.is_acknowledged(again, [again])
    assert not held.is_acknowledged(again, [again, make_run(NOON + EVERY)])
    assert not held.is_acknowledged(failed_run(NOON + EVERY, "another"), [])
    over = acknowledge_at(acknowledge(row[0], NOON + HOUR), [make_run(NOON + EVERY), *row], NOON + HOUR)
    assert over.for_run(row[0])
    assert not over.is_acknowledged(again, [again])
    for_long = acknowledge_at(acknowledge(row[0], until=NOON + DAY), row, JUST_AFTER)
    assert for_long.is_acknowledged(again, [again, make_run(NOON + EVERY)])


def test_acknowledgements_are_saved_as_strings_and_invalid_ones_are_skipped() -> None:
    marks = [acknowledge(failed_run(NOON)), Acknowledgement("silence", None, "", NOON, NOON + DAY)]
    kept = {mark.key: mark.to_strings for mark in marks}
    assert list(parse_acknowledgements(kept)) == marks
    assert (
        list(
            parse_acknowledgements(
                {"1": {}, "2": {"made": "soon"}, "3": {"made": NOON.isoformat(), "until": "x"}}
            )
        )
        == []
    )


class AcknowledgingNoteStub(NamedTuple):
    text: str = "INC0012345"
    link: str = ""
    is_acknowledgement: bool = True
    until: datetime | None = None
    source: str = "team file"

    def matches(self, session_type: str | None, message: str | None) -> bool:
        return session_type == "CollectJob" and "bs02" in (message or "")


def test_an_acknowledgement_from_a_notes_file_lasts_across_successes_until_its_expiry() -> None:
    row = [
        failed_run(NOON),
        make_run(NOON - EVERY),
        failed_run(NOON - 2 * EVERY, "lost bs01"),
        *make_series("CollectJob", EVERY),
    ]
    statuses = compute_type_statuses(row, JUST_AFTER)
    held = find_active_acknowledgements(
        acknowledgements_from_notes(
            [AcknowledgingNoteStub(is_acknowledgement=False), AcknowledgingNoteStub()], statuses
        ),
        statuses,
    )
    mark = held.for_run(row[0])
    assert mark
    assert (mark.note, mark.source) == ("INC0012345", "team file")
    assert held.for_run(row[2]) is None
    assert (
        find_active_acknowledgements(
            acknowledgements_from_notes([AcknowledgingNoteStub(until=NOON)], statuses), statuses
        )
        == NONE_ACKNOWLEDGED
    )
    mine = acknowledge(row[0])
    assert (
        find_active_acknowledgements(
            [*acknowledgements_from_notes([AcknowledgingNoteStub()], statuses), mine], statuses
        ).for_run(row[0])
        == mine
    )


def test_an_acknowledgement_is_formatted_with_its_expiry() -> None:
    tell = FindingFormatter(JUST_AFTER, UTC)
    row = [failed_run(NOON), *make_series("CollectJob", EVERY, NOON - EVERY)]

    def words(mark: Acknowledgement, runs: Sequence[Session] = row) -> str:
        held = acknowledge_at(mark, runs, NOON + HOUR)
        assert held
        return format_acknowledgement(mark, held, tell)

    assert words(acknowledge(row[0])) == "INC0012345, until it succeeds"
    assert words(replace(acknowledge(row[0]), note="")) == "until it succeeds"
    assert words(acknowledge(row[0], until=NOON + 2 * DAY)) == "INC0012345, until Wed 12:00"
    over = acknowledge(row[0], made=NOON + HOUR)
    assert words(over, [make_run(NOON + EVERY), *row]) == "INC0012345, until it happens again"
    long = replace(acknowledge(row[0]), note="a long note that says what somebody has found out")
    assert words(long) == f"until it succeeds: {long.note}"
    statuses = compute_type_statuses(row, JUST_AFTER)
    (team,) = acknowledgements_from_notes([AcknowledgingNoteStub()], statuses)
    assert (
        format_acknowledgement(team, find_active_acknowledgements([team], statuses), tell)
        == "INC0012345 (team file)"
    )


def test_acknowledgement_and_notes_of_a_run_are_formatted_as_rows() -> None:
    tell = FindingFormatter(JUST_AFTER, UTC)
    row = [failed_run(NOON), *make_series("CollectJob", EVERY, NOON - EVERY)]
    note, long = (
        AcknowledgingNoteStub(link="https://wiki.example.net"),
        AcknowledgingNoteStub("x" * 80, "https://wiki.example.net"),
    )
    statuses = compute_type_statuses(row, JUST_AFTER)
    held = find_active_acknowledgements([acknowledge(row[0])], statuses)
    assert list(format_acknowledgement_rows(row[0], held, [note, long], tell)) == [
        ("Acknowledged", "INC0012345, until it succeeds"),
        ("Note", "INC0012345 https://wiki.example.net (team file)"),
        ("Note", f"{long.text} (team file)"),
        ("Link", "https://wiki.example.net"),
    ]
    by_file = find_active_acknowledgements(
        acknowledgements_from_notes([AcknowledgingNoteStub(until=NOON + DAY)], statuses), statuses
    )
    assert list(format_acknowledgement_rows(row[0], by_file, [], tell)) == [
        ("Acknowledged", "in the team file, until 12:00")
    ]
    own = find_active_acknowledgements(
        acknowledgements_from_notes([AcknowledgingNoteStub(until=NOON + DAY, source="your file")], statuses),
        statuses,
    )
    assert list(format_acknowledgement_rows(row[0], own, [], tell)) == [
        ("Acknowledged", "in your file, until 12:00")
    ]
    assert list(format_acknowledgement_rows(row[1], held, [], tell)) == []
