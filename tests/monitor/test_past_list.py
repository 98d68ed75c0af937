"""The list as it stood at an earlier time: only what had happened by then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from emtui.em.model import Listing, Outcome, Result, Session, uid_from_guid
from emtui.monitor.past_list import snapshot_at
from emtui.monitor.snapshot import Snapshot

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def run(number: int, started: int, ended: int | None, state: str = "Failed") -> Session:
    """A run with this number; times in minutes after noon."""
    return Session(
        uid_from_guid(f"{number:08x}-0000-4000-8000-000000000000"),
        type="CollectJob",
        started=NOON + started * MINUTE,
        ended=None if ended is None else NOON + ended * MINUTE,
        state="InProgress" if ended is None else state,
        result=Result(None if ended is None else state, None if ended is None else "cannot connect"),
    )


def snapshot(*sessions: Session, skew: timedelta = timedelta()) -> Snapshot:
    return Snapshot.from_listing(Listing(sessions), NOON + timedelta(hours=1), skew)


def test_runs_that_started_later_are_left_out() -> None:
    seen = snapshot(run(3, 30, 31), run(2, 20, 21), run(1, 10, 11))
    assert [session.uid for session in snapshot_at(seen, NOON + 20 * MINUTE).sessions] == [
        seen.sessions[1].uid,
        seen.sessions[2].uid,
    ]


def test_a_run_that_had_not_ended_is_running_without_its_result() -> None:
    seen = snapshot(run(1, 10, 30))
    then = snapshot_at(seen, NOON + 20 * MINUTE).sessions[0]
    assert then.outcome is Outcome.RUNNING
    assert then.ended is None
    assert then.message is None
    assert then.duration(NOON + 20 * MINUTE) == 10 * MINUTE


def test_a_run_that_ended_at_that_moment_has_ended() -> None:
    seen = snapshot(run(1, 10, 20))
    assert snapshot_at(seen, NOON + 20 * MINUTE).sessions == seen.sessions
    assert snapshot_at(seen, NOON + 20 * MINUTE - timedelta(seconds=1)).sessions[0].is_running


def test_a_run_without_a_start_is_left_out() -> None:
    assert snapshot_at(snapshot(replace(run(1, 10, 20), started=None)), NOON + 60 * MINUTE).sessions == ()


def test_the_time_of_the_list_is_by_the_local_clock() -> None:
    seen = snapshot(run(1, 10, 20), skew=timedelta(seconds=90))
    then = snapshot_at(seen, NOON + 20 * MINUTE)
    assert then.server_time == NOON + 20 * MINUTE
    assert then.as_of == NOON + 20 * MINUTE - timedelta(seconds=90)


def test_runs_missing_from_the_newest_list_are_shown_as_of_then_too() -> None:
    before = snapshot(run(3, 30, 31), run(2, 20, 40), run(1, 10, 11))
    seen = before.with_listing(Listing((run(3, 30, 31), run(1, 10, 11))), NOON + timedelta(hours=1))
    assert [missing.uid for missing in seen.unlisted.runs] == [run(2, 20, 40).uid]
    assert [missing.is_running for missing in snapshot_at(seen, NOON + 25 * MINUTE).unlisted.runs] == [True]
    assert snapshot_at(seen, NOON + 15 * MINUTE).unlisted.runs == ()


@given(
    st.lists(st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(0, 30))), max_size=20),
    st.integers(0, 60),
)
def test_counts_at_a_time_are_those_of_the_runs_started_by_then(
    times: list[tuple[int, int | None]], minute: int
) -> None:
    runs = [
        run(number, start, None if length is None else start + length)
        for number, (start, length) in enumerate(times)
    ]
    then = snapshot_at(snapshot(*runs), NOON + minute * MINUTE)
    started = [(start, length) for start, length in times if start <= minute]
    running = [start for start, length in started if length is None or start + length > minute]
    assert len(then.sessions) == len(started)
    assert then.outcome_counts[Outcome.RUNNING] == len(running)
