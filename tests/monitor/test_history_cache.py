"""The cache of past logs: each is requested once, and their number is limited."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import cast

from emtui.em.errors import SessionNotFoundError
from emtui.em.model import Event, Log, Session, Uid, uid_from_guid
from emtui.em.session_source import SessionSource
from emtui.monitor.history_cache import MAX_LOGS, HistoryCache

RUNS = [Session(uid_from_guid(f"{number:08x}-0000-4000-8000-000000000000")) for number in range(MAX_LOGS + 1)]


@dataclass
class LogSource:
    """A server that counts requests per log; some logs are missing."""

    missing_uids: set[Uid] = field(default_factory=set)
    request_counts: Counter[Uid] = field(default_factory=Counter)

    async def events(self, uid: Uid) -> Log:
        self.request_counts[uid] += 1
        if uid in self.missing_uids:
            raise SessionNotFoundError("There is no such session.")
        return Log((Event(1, None, uid),))


async def test_each_log_is_requested_once() -> None:
    log_source, past = LogSource(), HistoryCache()
    source = cast("SessionSource", log_source)
    first = await past.logs(source, RUNS[:5])
    assert [log[0].message for log in first] == [run.uid for run in RUNS[:5]]
    assert await past.logs(source, RUNS[2:6]) == [*first[2:], (Event(1, None, RUNS[5].uid),)]
    assert set(log_source.request_counts.values()) == {1}


async def test_a_failed_log_is_left_out_and_requested_next_time() -> None:
    log_source, past = LogSource({RUNS[1].uid}), HistoryCache()
    source = cast("SessionSource", log_source)
    assert len(await past.logs(source, RUNS[:3])) == 2
    log_source.missing_uids.clear()
    assert len(await past.logs(source, RUNS[:3])) == 3
    assert log_source.request_counts[RUNS[0].uid] == 1


async def test_only_the_most_recent_logs_are_cached() -> None:
    log_source, past = LogSource(), HistoryCache()
    source = cast("SessionSource", log_source)
    await past.logs(source, RUNS)
    await past.logs(source, RUNS[1:])
    assert set(log_source.request_counts.values()) == {1}
    await past.logs(source, RUNS[:1])
    assert log_source.request_counts[RUNS[0].uid] == 2


def test_a_log_that_was_loaded_elsewhere_is_found_unless_the_run_is_running() -> None:
    past, events = HistoryCache(), (Event(1, None, "done"),)
    ended, running = (
        Session(run.uid, state=state) for run, state in zip(RUNS, ("Success", "InProgress"), strict=False)
    )
    assert running.is_running
    past.add(ended, events)
    past.add(running, events)
    assert past.find_log(ended) == events
    assert past.find_log(running) is None
