"""The cache of past logs: each is requested once, and their number is limited."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import cast

from emtui.em.errors import NotFound
from emtui.em.model import Event, Log, Session, Uid, uid_of
from emtui.em.session_source import Source
from emtui.monitor.history_cache import MAX_LOGS, HistoryCache

RUNS = [Session(uid_of(f"{number:08x}-0000-4000-8000-000000000000")) for number in range(MAX_LOGS + 1)]


@dataclass
class Told:
    """A server that counts requests per log; some logs are missing."""

    missing: set[Uid] = field(default_factory=set)
    asked: Counter[Uid] = field(default_factory=Counter)

    async def events(self, uid: Uid) -> Log:
        self.asked[uid] += 1
        if uid in self.missing:
            raise NotFound("There is no such session.")
        return Log((Event(1, None, uid),))


async def test_each_log_is_requested_once() -> None:
    told, past = Told(), HistoryCache()
    source = cast("Source", told)
    first = await past.logs(source, RUNS[:5])
    assert [log[0].message for log in first] == [run.uid for run in RUNS[:5]]
    assert await past.logs(source, RUNS[2:6]) == [*first[2:], (Event(1, None, RUNS[5].uid),)]
    assert set(told.asked.values()) == {1}


async def test_a_failed_log_is_left_out_and_requested_next_time() -> None:
    told, past = Told({RUNS[1].uid}), HistoryCache()
    source = cast("Source", told)
    assert len(await past.logs(source, RUNS[:3])) == 2
    told.missing.clear()
    assert len(await past.logs(source, RUNS[:3])) == 3
    assert told.asked[RUNS[0].uid] == 1


async def test_only_the_most_recent_logs_are_cached() -> None:
    told, past = Told(), HistoryCache()
    source = cast("Source", told)
    await past.logs(source, RUNS)
    await past.logs(source, RUNS[1:])
    assert set(told.asked.values()) == {1}
    await past.logs(source, RUNS[:1])
    assert told.asked[RUNS[0].uid] == 2
