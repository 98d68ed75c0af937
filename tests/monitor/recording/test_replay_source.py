"""A recording as a source: lists at their recorded times, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from snapshot_factory import NOON, numbered_run

from emtui.em.errors import EmError, SessionNotFoundError
from emtui.em.model import Event, Listing, Log, Session
from emtui.monitor.feed_health import Freshness, RequestCost
from emtui.monitor.list_poller import ListResponse, Poller
from emtui.monitor.recording.recording_format import (
    RecordedList,
    RecordedListFailure,
    RecordedLog,
    RecordedResponse,
    RecordedSession,
    RecordedSessionFailure,
    TruncatedRecordingError,
    UnclosedRecordingError,
    UnreadableRecordingError,
)
from emtui.monitor.recording.replay_source import ReplaySource
from emtui.monitor.snapshot import Snapshot

MINUTE = timedelta(minutes=1)
FIRST = Listing((numbered_run(1), numbered_run(2)))
SECOND = Listing((numbered_run(0, "InProgress"), numbered_run(1), numbered_run(2)))
LOG = Log((Event(1, NOON, "Starting"),))


@dataclass
class ManualStopwatch:
    """A stopwatch that is set by hand."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


def poll_replay(replay: ReplaySource) -> Poller:
    async def ask() -> ListResponse:
        listing = await replay.sessions()
        assert replay.response_stats
        return ListResponse(
            listing,
            RequestCost(replay.response_stats.size, replay.response_stats.seconds),
            replay.response_stats.skew,
        )

    return Poller(ask, replay.schedule, replay)


async def collect_polls(
    replay: ReplaySource, max_polls: int = 100
) -> list[tuple[Snapshot | None, Freshness, str]]:
    """Snapshot, freshness and problem of each poll until the end."""
    poller, seen = poll_replay(replay), []
    async with aclosing(poller.snapshots()) as polls:
        async for snapshot in polls:
            seen.append((snapshot, poller.health.freshness, poller.health.problem))
            if replay.end_message or len(seen) == max_polls:
                break
    return seen


def make_replay(
    *records: RecordedResponse, speed: float = 60_000.0, stopwatch: ManualStopwatch | None = None
) -> ReplaySource:
    return ReplaySource("night.rec", iter(records), speed, *([stopwatch] if stopwatch else []))


async def test_lists_are_replayed_with_their_recorded_times() -> None:
    replay = make_replay(
        RecordedList(NOON, FIRST, 2000, 0.5, timedelta(seconds=9)),
        RecordedList(NOON + MINUTE, FIRST),
        RecordedList(NOON + 2 * MINUTE, SECOND),
    )
    seen = [snapshot for snapshot, _, _ in await collect_polls(replay)]
    assert [snapshot and snapshot.as_of for snapshot in seen] == [NOON, NOON + MINUTE, NOON + 2 * MINUTE]
    assert [snapshot and snapshot.sessions for snapshot in seen] == [
        FIRST.sessions,
        FIRST.sessions,
        SECOND.sessions,
    ]
    assert seen[0]
    assert seen[0].skew == timedelta(seconds=9)
    assert replay.end_message == "The recording ends here."
    assert replay.now() == NOON + 2 * MINUTE


async def test_an_outage_is_replayed_as_stale_lost_and_recovered() -> None:
    away = [RecordedListFailure(NOON + number * MINUTE, f"away {number}") for number in (1, 2, 3)]
    seen = await collect_polls(
        make_replay(RecordedList(NOON, FIRST), *away, RecordedList(NOON + 9 * MINUTE, SECOND))
    )
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
    refused = RecordedListFailure(NOON + MINUTE, "refused", has_stopped=True)
    seen = await collect_polls(
        make_replay(RecordedList(NOON, FIRST), refused, RecordedList(NOON + 2 * MINUTE, SECOND))
    )
    assert [sight for _, sight, _ in seen][-2:] == [Freshness.LOST, Freshness.FRESH]


async def test_time_passes_at_the_given_speed_and_never_beyond_the_next_list() -> None:
    watch = ManualStopwatch()
    replay = make_replay(
        RecordedList(NOON, FIRST), RecordedList(NOON + MINUTE, SECOND), speed=10.0, stopwatch=watch
    )
    await replay.sessions()
    watch.seconds = 100.0
    assert replay.now() == NOON, "the clock stops while a list is processed"
    event = asyncio.Event()
    event.set()
    await replay.wait(event, 60.0)
    watch.seconds = 102.0
    assert replay.now() == NOON + timedelta(seconds=20)
    watch.seconds = 1000.0
    assert replay.now() == NOON + MINUTE
    await replay.sessions()
    assert replay.now() == NOON + MINUTE


async def test_a_refresh_shows_the_next_list_at_once() -> None:
    replay = make_replay(
        RecordedList(NOON, FIRST),
        RecordedList(NOON + MINUTE, SECOND),
        RecordedList(NOON + 2 * MINUTE, FIRST),
        speed=1.0,
    )
    poller = poll_replay(replay)
    async with asyncio.timeout(60), aclosing(poller.snapshots()) as polls:
        await anext(polls)
        poller.refresh()
        snapshot = await anext(polls)
    assert snapshot
    assert snapshot.sessions == SECOND.sessions
    assert snapshot.as_of == NOON + MINUTE


async def test_at_the_end_time_stops_and_a_refresh_changes_nothing() -> None:
    end_messages: list[str] = []
    replay = make_replay(RecordedList(NOON, FIRST), RecordedListFailure(NOON + MINUTE, "away"))
    replay.on_end = lambda: end_messages.append(replay.end_message)
    poller = poll_replay(replay)
    async with asyncio.timeout(60), aclosing(poller.snapshots()) as polls:
        await anext(polls)
        await anext(polls)
        for _ in range(3):
            poller.refresh()
            await anext(polls)
    assert poller.health.failures_in_a_row == 1
    assert end_messages == ["The recording ends here."] * 4
    assert replay.now() == NOON + MINUTE
    assert replay.speed_text == "ended"


async def test_a_canceled_request_loses_no_list() -> None:
    replay = make_replay(RecordedList(NOON, FIRST), RecordedList(NOON + MINUTE, SECOND))
    request = asyncio.ensure_future(replay.sessions())
    await asyncio.sleep(0)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert await replay.sessions() is FIRST
    assert await replay.sessions() is SECOND


async def test_a_session_is_replayed_as_it_was_when_opened() -> None:
    running = numbered_run(0, "InProgress")
    watch = ManualStopwatch()
    replay = make_replay(
        RecordedList(NOON, SECOND),
        RecordedSession(NOON + timedelta(seconds=20), replace(running, name="more")),
        RecordedLog(NOON + timedelta(seconds=20), running.uid, LOG),
        RecordedSessionFailure(NOON + timedelta(seconds=30), numbered_run(1).uid, "500 Oops."),
        RecordedList(NOON + MINUTE, FIRST),
        speed=1.0,
        stopwatch=watch,
    )
    await replay.sessions()
    event = asyncio.Event()
    event.set()
    await replay.wait(event, 60.0)
    assert await replay.session(running.uid) == running
    with pytest.raises(SessionNotFoundError, match="no events of this run up to this time"):
        await replay.events(running.uid)
    watch.seconds = 25.0
    assert (await replay.session(running.uid)).name == "more"
    assert await replay.events(running.uid) == LOG
    watch.seconds = 35.0
    with pytest.raises(EmError, match="500 Oops"):
        await replay.events(numbered_run(1).uid)
    await replay.sessions()
    assert (await replay.session(running.uid)).name == "more", "an unlisted run is as last seen"
    assert await replay.events(running.uid) == LOG
    with pytest.raises(SessionNotFoundError, match="no such session"):
        await replay.session(numbered_run(9).uid)


async def test_references_are_completed_as_recorded() -> None:
    bare = [Session(numbered_run(number).uid, "Job", is_complete=False) for number in (1, 2, 3)]
    replay = make_replay(
        RecordedList(NOON, Listing(tuple(bare))),
        RecordedSession(NOON + timedelta(seconds=1), numbered_run(1)),
        RecordedSession(NOON + timedelta(seconds=2), numbered_run(2)),
        RecordedList(NOON + MINUTE, Listing(tuple(bare))),
    )
    await replay.sessions()
    assert [session async for session in replay.complete_references(bare)] == [
        numbered_run(1),
        numbered_run(2),
        bare[2],
    ]
    await replay.sessions()
    assert [session async for session in replay.complete_references(bare)] == [
        numbered_run(1),
        numbered_run(2),
        bare[2],
    ]


def truncated_recording(*records: RecordedResponse) -> Iterator[RecordedResponse]:
    yield from records
    raise TruncatedRecordingError("night.rec was not ended.")


def damaged_recording(*records: RecordedResponse) -> Iterator[RecordedResponse]:
    yield from records
    raise UnreadableRecordingError("night.rec is damaged.")


def unclosed_recording(*records: RecordedResponse) -> Iterator[RecordedResponse]:
    yield from records
    raise UnclosedRecordingError("night.rec was not closed.")


async def test_a_recording_that_was_not_closed_is_not_reported_as_truncated() -> None:
    replay = ReplaySource(
        "night.rec",
        unclosed_recording(RecordedList(NOON, FIRST), RecordedList(NOON + MINUTE, SECOND)),
        60_000.0,
    )
    assert len(await collect_polls(replay)) == 2
    assert (
        replay.end_message
        == "The recording ends here: its file was not closed, but all its records are complete."
    )


async def test_complete_records_are_shown_and_the_truncation_is_reported() -> None:
    for broken, expected in (
        (truncated_recording, "is truncated here"),
        (damaged_recording, "cannot be read any further"),
    ):
        replay = ReplaySource(
            "night.rec", broken(RecordedList(NOON, FIRST), RecordedList(NOON + MINUTE, SECOND)), 60_000.0
        )
        assert len(await collect_polls(replay)) == 2
        assert replay.end_message == f"The recording {expected}; all complete records were shown."


def test_a_recording_without_a_list_is_one_sentence() -> None:
    with pytest.raises(UnreadableRecordingError, match="contains no list"):
        make_replay()
    with pytest.raises(UnreadableRecordingError, match="damaged"):
        ReplaySource("night.rec", damaged_recording())
    with pytest.raises(UnreadableRecordingError, match=r"contains no list|not ended"):
        ReplaySource("night.rec", truncated_recording())


async def test_a_clock_that_was_set_back_is_replayed() -> None:
    replay = make_replay(
        RecordedList(NOON, FIRST), RecordedList(NOON - 60 * MINUTE, SECOND), RecordedList(NOON, FIRST)
    )
    assert len(await collect_polls(replay)) == 3
