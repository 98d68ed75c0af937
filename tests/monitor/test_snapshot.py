"""Snapshots of the list."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from emtui.em.model import Listing, Outcome, Result, Session, uid_from_guid
from emtui.monitor.snapshot import Snapshot

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def run(number: int) -> Session:
    """The run with this number: the higher, the older."""
    return Session(
        uid_from_guid(f"{number:08x}-0000-4000-8000-000000000000"),
        type="CollectJob",
        started=NOON - timedelta(minutes=15 * number),
        ended=NOON - timedelta(minutes=15 * number - 1),
        state="CompletedSuccessfully",
    )


def make_snapshot(*sessions: Session) -> Snapshot:
    return Snapshot.from_listing(Listing(sessions), NOON)


def test_outcome_counts_include_only_complete_sessions() -> None:
    seen = make_snapshot(run(1), replace(run(2), state="Failed"), replace(run(3), is_complete=False))
    assert seen.outcome_counts == {Outcome.SUCCESS: 1, Outcome.FAILED: 1}
    assert seen.references == (seen.sessions[2],)


def test_a_completed_session_keeps_its_position() -> None:
    seen = make_snapshot(run(1), replace(run(2), is_complete=False), run(3))
    better = replace(run(2), result=Result("Warning"))
    assert seen.with_details({better.uid: better}).sessions == (seen.sessions[0], better, seen.sessions[2])


def test_merging_no_new_details_returns_the_same_snapshot() -> None:
    seen = make_snapshot(run(1), run(2))
    assert seen.with_details({seen.sessions[0].uid: seen.sessions[0]}) is seen
    assert seen.with_details({run(9).uid: run(9)}) is seen


def test_the_older_and_newer_runs_of_a_type_skip_the_other_types() -> None:
    seen = make_snapshot(run(1), replace(run(2), type="LogExport"), run(3))
    assert seen.adjacent_run(seen.sessions[0], newer=False) == seen.sessions[2]
    assert seen.adjacent_run(seen.sessions[2], newer=True) == seen.sessions[0]
    assert seen.adjacent_run(seen.sessions[0], newer=True) is None
    assert seen.adjacent_run(run(9), newer=True) is None


def test_unreadable_rows_are_counted() -> None:
    assert make_snapshot(run(1), replace(run(2), parse_problem="no start")).unreadable_count == 1
