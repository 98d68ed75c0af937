"""A recording as a source: lists at their recorded times, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from looks import NOON, run

from emtui.em.errors import EmError, NotFound
from emtui.em.model import Event, Listing, Log, Session
from emtui.monitor.feed_health import Freshness, RequestCost
from emtui.monitor.poller import ListResponse, Poller
from emtui.monitor.recording.recording_format import (
    Asked,
    BadRecording,
    CutOff,
    Failure,
    Look,
    NotClosed,
    Read,
    Record,
    Unread,
)
from emtui.monitor.recording.replay_source import Replay
from emtui.monitor.snapshot import Snapshot

MINUTE = timedelta(minutes=1)
FIRST = Listing((run(1), run(2)))
SECOND = Listing((run(0, "InProgress"), run(1), run(2)))
LOG = Log((Event(1, NOON, "Starting"),))


@dataclass
class Watch:
    """A stopwatch that is set by hand."""

    shows: float = 0.0

    def __call__(self) -> float:
        return self.shows


def following(replay: Replay) -> Poller:
    async def ask() -> ListResponse:
        listing = await replay.sessions()
        assert replay.receipt
        return ListResponse(
            listing, RequestCost(replay.receipt.size, replay.receipt.took), replay.receipt.skew
        )

    return Poller(ask, replay.pace, replay)


async def looked(replay: Replay, most: int = 100) -> list[tuple[Snapshot | None, Freshness, str]]:
    """Snapshot, freshness and problem of each poll until the end."""
    follow, seen = following(replay), []
    async with aclosing(follow.snapshots()) as looks:
        async for snapshot in looks:
            seen.append((snapshot, follow.health.freshness, follow.health.problem))
            if replay.ending or len(seen) == most:
                break
    return seen


def played(*records: Record, speed: float = 60_000.0, watch: Watch | None = None) -> Replay:
    return Replay("night.rec", iter(records), speed, *([watch] if watch else []))


async def test_lists_are_replayed_with_their_recorded_times() -> None:
    replay = played(
        Look(NOON, FIRST, 2000, 0.5, timedelta(seconds=9)),
        Look(NOON + MINUTE, FIRST),
        Look(NOON + 2 * MINUTE, SECOND),
    )
    seen = [snapshot for snapshot, _, _ in await looked(replay)]
    assert [snapshot and snapshot.as_of for snapshot in seen] == [NOON, NOON + MINUTE, NOON + 2 * MINUTE]
    assert [snapshot and snapshot.sessions for snapshot in seen] == [
        FIRST.sessions,
        FIRST.sessions,
        SECOND.sessions,
    ]
    assert seen[0]
    assert seen[0].skew == timedelta(seconds=9)
    assert replay.ending == "The recording ends here."
    assert replay.now() == NOON + 2 * MINUTE


async def test_an_outage_is_replayed_as_stale_lost_and_recovered() -> None:
    away = [Failure(NOON + number * MINUTE, f"away {number}") for number in (1, 2, 3)]
    seen = await looked(played(Look(NOON, FIRST), *away, Look(NOON + 9 * MINUTE, SECOND)))
    assert [sight for _, sight, _ in seen] == [
        Freshness.FRESH,
        Freshness.FRESH,
        Freshness.STALE,
        Freshness.LOST,
        Freshness.FRESH,
    ]
    assert [problem for _, _, problem in seen] == ["", "away 1", "away 2", "away 3", ""]
    assert {snapshot and snapshot.as_of for snapshot, _, _ in seen[:4]} == {NOON}


async def test_stopped_polling_is_replayed_as_lost_and_continues_by_itself() -> None:
    refused = Failure(NOON + MINUTE, "refused", stopped=True)
    seen = await looked(played(Look(NOON, FIRST), refused, Look(NOON + 2 * MINUTE, SECOND)))
    assert [sight for _, sight, _ in seen][-2:] == [Freshness.LOST, Freshness.FRESH]


async def test_time_passes_at_the_given_speed_and_never_beyond_the_next_list() -> None:
    watch = Watch()
    replay = played(Look(NOON, FIRST), Look(NOON + MINUTE, SECOND), speed=10.0, watch=watch)
    await replay.sessions()
    watch.shows = 100.0
    assert replay.now() == NOON, "time stands still while a look is taken in"
    event = asyncio.Event()
    event.set()
    await replay.wait(event, 60.0)
    watch.shows = 102.0
    assert replay.now() == NOON + timedelta(seconds=20)
    watch.shows = 1000.0
    assert replay.now() == NOON + MINUTE
    await replay.sessions()
    assert replay.now() == NOON + MINUTE


async def test_a_refresh_shows_the_next_list_at_once() -> None:
    replay = played(Look(NOON, FIRST), Look(NOON + MINUTE, SECOND), Look(NOON + 2 * MINUTE, FIRST), speed=1.0)
    follow = following(replay)
    async with asyncio.timeout(60), aclosing(follow.snapshots()) as looks:
        await anext(looks)
        follow.refresh()
        snapshot = await anext(looks)
    assert snapshot
    assert snapshot.sessions == SECOND.sessions
    assert snapshot.as_of == NOON + MINUTE


async def test_at_the_end_time_stops_and_a_refresh_changes_nothing() -> None:
    told: list[str] = []
    replay = played(Look(NOON, FIRST), Failure(NOON + MINUTE, "away"))
    replay.on_end = lambda: told.append(replay.ending)
    follow = following(replay)
    async with asyncio.timeout(60), aclosing(follow.snapshots()) as looks:
        await anext(looks)
        await anext(looks)
        for _ in range(3):
            follow.refresh()
            await anext(looks)
    assert follow.health.failures_in_a_row == 1
    assert told == ["The recording ends here."] * 4
    assert replay.now() == NOON + MINUTE
    assert replay.told == "ended"


async def test_a_canceled_request_loses_no_list() -> None:
    replay = played(Look(NOON, FIRST), Look(NOON + MINUTE, SECOND))
    asked = asyncio.ensure_future(replay.sessions())
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert await replay.sessions() is FIRST
    assert await replay.sessions() is SECOND


async def test_a_session_is_replayed_as_it_was_when_opened() -> None:
    running = run(0, "InProgress")
    watch = Watch()
    replay = played(
        Look(NOON, SECOND),
        Asked(NOON + timedelta(seconds=20), replace(running, name="more")),
        Read(NOON + timedelta(seconds=20), running.uid, LOG),
        Unread(NOON + timedelta(seconds=30), run(1).uid, "500 Oops."),
        Look(NOON + MINUTE, FIRST),
        speed=1.0,
        watch=watch,
    )
    await replay.sessions()
    event = asyncio.Event()
    event.set()
    await replay.wait(event, 60.0)
    assert await replay.session(running.uid) == running
    with pytest.raises(NotFound, match="no events of this run up to this time"):
        await replay.events(running.uid)
    watch.shows = 25.0
    assert (await replay.session(running.uid)).name == "more"
    assert await replay.events(running.uid) == LOG
    watch.shows = 35.0
    with pytest.raises(EmError, match="500 Oops"):
        await replay.events(run(1).uid)
    await replay.sessions()
    assert (await replay.session(running.uid)).name == "more", "what the list has no more was last seen so"
    assert await replay.events(running.uid) == LOG
    with pytest.raises(NotFound, match="no such session"):
        await replay.session(run(9).uid)


async def test_references_are_completed_as_recorded() -> None:
    bare = [Session(run(number).uid, "Job", complete=False) for number in (1, 2, 3)]
    replay = played(
        Look(NOON, Listing(tuple(bare))),
        Asked(NOON + timedelta(seconds=1), run(1)),
        Asked(NOON + timedelta(seconds=2), run(2)),
        Look(NOON + MINUTE, Listing(tuple(bare))),
    )
    await replay.sessions()
    assert [session async for session in replay.complete(bare)] == [run(1), run(2), bare[2]]
    await replay.sessions()
    assert [session async for session in replay.complete(bare)] == [run(1), run(2), bare[2]]


def cut(*records: Record) -> Iterator[Record]:
    yield from records
    raise CutOff("night.rec was not ended.")


def damaged(*records: Record) -> Iterator[Record]:
    yield from records
    raise BadRecording("night.rec is damaged.")


def unclosed(*records: Record) -> Iterator[Record]:
    yield from records
    raise NotClosed("night.rec was not closed.")


async def test_a_recording_that_was_not_closed_is_not_reported_as_truncated() -> None:
    replay = Replay("night.rec", unclosed(Look(NOON, FIRST), Look(NOON + MINUTE, SECOND)), 60_000.0)
    assert len(await looked(replay)) == 2
    assert (
        replay.ending == "The recording ends here: its file was not closed, but all its records are complete."
    )


async def test_complete_records_are_shown_and_the_truncation_is_reported() -> None:
    for broken, says in ((cut, "is truncated here"), (damaged, "cannot be read any further")):
        replay = Replay("night.rec", broken(Look(NOON, FIRST), Look(NOON + MINUTE, SECOND)), 60_000.0)
        assert len(await looked(replay)) == 2
        assert replay.ending == f"The recording {says}; all complete records were shown."


def test_a_recording_without_a_list_is_one_sentence() -> None:
    with pytest.raises(BadRecording, match="contains no list"):
        played()
    with pytest.raises(BadRecording, match="damaged"):
        Replay("night.rec", damaged())
    with pytest.raises(BadRecording, match=r"contains no list|not ended"):
        Replay("night.rec", cut())


async def test_a_clock_that_was_set_back_is_no_trouble() -> None:
    replay = played(Look(NOON, FIRST), Look(NOON - 60 * MINUTE, SECOND), Look(NOON, FIRST))
    assert len(await looked(replay)) == 3
