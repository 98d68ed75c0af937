"""The world: reproducible, with incidents."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest

from emtui.demo.scenario import BROKEN_SERVER
from emtui.demo.schedule import RETENTION
from emtui.demo.world import SimulatedSessionNotFoundError, SimulatedWorld
from emtui.em.model import DISTANT_PAST, SESSION_TYPES, Outcome, Session, uid_from_guid

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MORNING = NOON.replace(hour=2, minute=12)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def newest_first(world: SimulatedWorld, now: datetime, kind: str | None = None) -> list[Session]:
    listed = (session for session in world.sessions(now) if kind in {None, session.type})
    return sorted(listed, key=lambda session: session.started or DISTANT_PAST, reverse=True)


def seconds(session: Session) -> float:
    assert session.started is not None
    assert session.ended is not None
    return (session.ended - session.started).total_seconds()


def test_the_window_holds_about_three_thousand_sessions_of_all_twelve_types() -> None:
    sessions = SimulatedWorld(1, NOON).sessions(NOON)
    assert 2_900 < len(sessions) < 3_600
    assert {session.type for session in sessions} == set(SESSION_TYPES)
    assert len({session.uid for session in sessions}) == len(sessions)


def test_no_session_is_older_than_thirty_days_or_from_the_future() -> None:
    starts = [session.started for session in SimulatedWorld(1, NOON).sessions(NOON)]
    assert all(start is not None and NOON - RETENTION < start <= NOON for start in starts)


def test_the_list_is_not_sorted_by_time() -> None:
    starts = [session.started or DISTANT_PAST for session in SimulatedWorld(1, NOON).sessions(NOON)]
    assert 0.4 < sum(1 for one, next_one in pairwise(starts) if one < next_one) / len(starts) < 0.6


def test_the_same_seed_and_clock_give_the_same_world_after_any_requests() -> None:
    fresh, used = SimulatedWorld(1, NOON), SimulatedWorld(1, NOON)
    used.sessions(NOON - DAY)
    used.sessions(NOON + DAY)
    assert fresh.sessions(NOON) == used.sessions(NOON)


def test_another_seed_is_another_world() -> None:
    assert set(SimulatedWorld(1, NOON).sessions(NOON)).isdisjoint(SimulatedWorld(2, NOON).sessions(NOON))


def test_a_session_that_ended_never_changes_again() -> None:
    world = SimulatedWorld(1, NOON)
    ended = {session.uid: session for session in world.sessions(NOON) if not session.is_running}
    later = {session.uid: session for session in world.sessions(NOON + 5 * HOUR)}
    kept = ended.keys() & later.keys()
    assert len(kept) > 3_000
    assert all(ended[uid] == later[uid] for uid in kept)


def test_polling_without_changes_gives_the_same_objects() -> None:
    world = SimulatedWorld(1, NOON)
    first, again = world.sessions(NOON), world.sessions(NOON)
    assert all(one is other for one, other in zip(first, again, strict=True) if not one.is_running)


def test_new_sessions_appear_and_the_oldest_disappear_over_time() -> None:
    world = SimulatedWorld(1, NOON)
    before = {session.uid for session in world.sessions(NOON)}
    after = {session.uid for session in world.sessions(NOON + HOUR)}
    assert after - before
    assert before - after
    gone = next(iter(before - after))
    with pytest.raises(SimulatedSessionNotFoundError):
        world.session(gone, NOON + HOUR)


def test_a_session_is_found_by_a_world_that_never_listed_any() -> None:
    listed = SimulatedWorld(1, NOON).sessions(NOON)[7]
    assert SimulatedWorld(1, NOON).session(listed.uid, NOON) == listed
    with pytest.raises(SimulatedSessionNotFoundError):
        SimulatedWorld(1, NOON).log(uid_from_guid("0f0e0d0c-0b0a-4908-8706-050403020100"), NOON)


def test_collection_runs_every_quarter_of_an_hour_and_never_on_a_round_minute() -> None:
    starts = [session.started for session in newest_first(SimulatedWorld(1, NOON), NOON, "CollectJob")]
    known = [start for start in starts if start is not None]
    gaps = [one - other for one, other in pairwise(known)]
    assert all(timedelta(minutes=14) < gap < timedelta(minutes=16) for gap in gaps)
    assert len([start for start in known if start.second]) > 0.9 * len(known)


@pytest.mark.parametrize("anchor", [NOON, MORNING, NOON.replace(hour=2, minute=5), NOON.replace(hour=23)])
def test_one_server_of_three_cannot_be_reached_at_the_same_time_of_every_night(anchor: datetime) -> None:
    world = SimulatedWorld(1, anchor)
    now = anchor + timedelta(minutes=10)
    failed = [
        session for session in newest_first(world, now, "CollectJob") if session.outcome is Outcome.FAILED
    ]
    starts = [session.started for session in failed if session.started is not None]
    assert len(failed) in {5, 6, 7}
    assert all(time(2, 10) <= start.time() < time(2, 11) for start in starts)
    assert now - starts[0] < DAY + timedelta(minutes=10)
    assert all(one.date() - other.date() == DAY for one, other in pairwise(starts))
    assert all(BROKEN_SERVER in (session.message or "") for session in failed)


def test_the_events_of_a_failed_collection_include_the_cause() -> None:
    world = SimulatedWorld(1, NOON)
    failed = next(one for one in newest_first(world, NOON, "CollectJob") if one.outcome is Outcome.FAILED)
    messages = [event.message or "" for event in world.log(failed.uid, NOON).events]
    assert failed.message in messages
    assert sum("Collected bs0" in message for message in messages) == 2


def test_database_maintenance_hangs_for_more_than_two_hours_without_an_event() -> None:
    world = SimulatedWorld(1, NOON)
    hung, *before = newest_first(world, NOON, "DatabaseMaintenance")
    took = hung.duration(NOON)
    last = world.log(hung.uid, NOON).events[-1].time
    assert hung.is_running
    assert took is not None
    assert took > 2 * HOUR
    assert last is not None
    assert NOON - last > 2 * HOUR
    assert all(seconds(session) < 240 for session in before)
    assert newest_first(world, NOON + 2 * DAY, "DatabaseMaintenance")[0].uid == hung.uid


def test_catalog_replication_stopped_two_days_ago() -> None:
    newest = newest_first(SimulatedWorld(1, NOON), NOON, "CatalogReplicationJob")[0].started
    assert newest is not None
    assert 2 * DAY < NOON - newest < 2.5 * DAY


def test_catalog_consolidation_has_been_getting_slower_for_a_week() -> None:
    newest, *_ = runs = newest_first(SimulatedWorld(1, NOON), NOON, "CatalogConsolidation")
    week = [seconds(session) for session in runs[:7]]
    assert week == sorted(week, reverse=True)
    assert seconds(newest) > 2.5 * max(seconds(session) for session in runs[8:])


def test_the_license_update_warns_and_a_user_canceled_a_log_export() -> None:
    world = SimulatedWorld(1, NOON)
    assert newest_first(world, NOON, "LicAutoUpdate")[0].outcome is Outcome.WARNING
    assert newest_first(world, NOON, "LogExport")[0].outcome is Outcome.CANCELED


@pytest.mark.parametrize("hours", range(0, 48, 5))
def test_there_is_always_a_running_session_whose_log_grows(hours: int) -> None:
    world = SimulatedWorld(1, NOON)
    now, later = NOON + hours * HOUR, NOON + hours * HOUR + timedelta(minutes=5)
    running = [session.uid for session in world.sessions(now) if session.is_running]
    grown = [uid for uid in running if len(world.log(uid, later).events) > len(world.log(uid, now).events)]
    assert grown


def test_seed_zero_has_no_incidents() -> None:
    world = SimulatedWorld(0, NOON)
    outcomes = Counter(session.outcome for session in world.sessions(NOON))
    assert set(outcomes) <= {Outcome.SUCCESS, Outcome.RUNNING}
    assert all((session.duration(NOON) or DAY) < 5 * HOUR for session in world.sessions(NOON))
    assert newest_first(world, NOON, "CatalogReplicationJob")[0].started is not None
    assert newest_first(world, NOON, "DatabaseMaintenance")[0].outcome is Outcome.SUCCESS


def test_events_are_in_order_from_the_start_to_just_before_the_end() -> None:
    world = SimulatedWorld(1, NOON)
    for kind in SESSION_TYPES:
        session = next(one for one in newest_first(world, NOON, kind) if one.ended)
        events = world.log(session.uid, NOON).events
        times = [event.time for event in events if event.time is not None]
        assert [event.order for event in events] == list(range(1, len(events) + 1))
        assert times == sorted(times)
        assert times[0] == session.started
        assert session.ended is not None
        assert timedelta() < session.ended - times[-1] < timedelta(milliseconds=4)


def test_a_successful_collection_over_three_servers_writes_thirteen_lines_some_at_the_same_time() -> None:
    world = SimulatedWorld(1, NOON)
    good = next(one for one in newest_first(world, NOON, "CollectJob") if one.outcome is Outcome.SUCCESS)
    times = [event.time for event in world.log(good.uid, NOON).events]
    assert len(times) == 3 + 3 * 3 + 1
    assert len(set(times)) < len(times)


def test_events_have_other_alphabets_and_long_lines() -> None:
    world = SimulatedWorld(1, NOON)
    crawl = next(one for one in newest_first(world, NOON, "CatalogCrawlJob") if one.ended)
    messages = [event.message or "" for event in world.log(crawl.uid, NOON).events]
    assert any("東京" in message for message in messages)
    assert max(map(len, messages)) > 1_000


@pytest.mark.parametrize("count", [1_000, 10_000, 30_000])
def test_the_world_has_the_requested_number_of_sessions(count: int) -> None:
    assert len(SimulatedWorld(1, NOON, count).sessions(NOON)) == pytest.approx(count, rel=0.02)


def test_a_world_with_cleared_caches_gives_the_same_values() -> None:
    world = SimulatedWorld(1, NOON, 1_000)
    before = world.sessions(NOON)
    for month in range(1, 8):
        world.sessions(NOON + month * RETENTION)
    assert world.sessions(NOON) == before
