"""Runs that were listed and are not any more, although the server has not had the time to drop them.

A server drops its oldest runs: by their age, or because it keeps so many. It lists everything else,
so a list that lacks other runs is incomplete: after a restart, a restore, with trouble in its database.
What such a list lacks is kept as it was last seen. Ages are by the server's clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice, pairwise

from emtui.em.model import LONG_AGO, Session, Uid

DAY = timedelta(days=1)
PURGED = timedelta(days=7)
"""A server that keeps so much may drop the runs of a day at once."""
SHORTER_FOR = DAY
"""After so long a list that only reaches back less far is taken as all that the server keeps."""
GIVEN_UP = timedelta(days=7)
"""After so long a run that was not listed again is taken as deleted."""
WINDOW = timedelta(days=35)
"""Servers list what began in the last 30 days."""
STRAYS, TOO_OLD = 3, 1.5
"""So many runs may be older than that, and so many times as old as all others: a clock was wrong."""


@dataclass(frozen=True, slots=True)
class UnlistedRuns:
    """What the latest list lacks: `runs` as they were last seen, newest first, `since` when.

    `reach` is the greatest age at which runs were listed, `None` before a list had any. `arrived` counts runs
    that came since then for the first time. `departed` were listed once, and are not expected
    any more; `given_up` says that some became so without having aged.
    """

    runs: tuple[Session, ...] = ()
    since: datetime | None = None
    reach: timedelta | None = None
    arrived: int = 0
    departed: frozenset[Uid] = frozenset()
    given_up: bool = False

    def __bool__(self) -> bool:
        return bool(self.runs)

    def after(self, before: Sequence[Session], listed: Sequence[Session], now: datetime) -> UnlistedRuns:
        """The same after another list, newest first, that came when the server's clock showed `now`."""
        uids = {run.uid for run in listed}
        lost = [run for run in before if run.uid not in uids]
        lacking = [run for run in self.runs if run.uid not in uids]
        reach = max(filter(None, (self.reach, _reach(listed, now))), default=None)
        if not (lost or lacking):
            return UnlistedRuns(reach=reach, departed=self.departed)
        known = len(before) - len(lost) + len(self.runs) - len(lacking) + len(uids & self.departed)
        came = len(uids) - known
        arrived = self.arrived + came
        departed = self.departed
        if len(listed) >= len(lacking) and _dropped(lost, listed, reach, now, came):
            departed |= {run.uid for run in lost}
        else:
            lacking += lost
        if _dropped(lacking, listed, reach, now, arrived):
            departed |= {run.uid for run in lacking}
            return UnlistedRuns(reach=reach, departed=departed)
        since = self.since or now
        if listed and now - since >= (SHORTER_FOR if _are_older(lacking, listed, now) else GIVEN_UP):
            departed |= {run.uid for run in lacking}
            return UnlistedRuns(reach=_reach(listed, now), departed=departed, given_up=True)
        lacking.sort(key=lambda run: run.started or LONG_AGO, reverse=True)
        return UnlistedRuns(tuple(lacking), since, reach, arrived, departed)

    def learn(self, known: Mapping[Uid, Session]) -> UnlistedRuns:
        """The same runs, some of them known better."""
        rows = tuple(known.get(run.uid, run) for run in self.runs)
        return replace(self, runs=rows) if rows != self.runs else self


NONE_UNLISTED = UnlistedRuns()


def _dropped(
    runs: Sequence[Session], listed: Sequence[Session], reach: timedelta | None, now: datetime, came: int
) -> bool:
    """Whether these are the oldest runs, which the server keeps no longer: all of them, or none.

    They are as old as the oldest that were ever listed, or no more than the new ones that came in
    their place. Of a run without a start nothing is known; it goes with the others.
    """
    if reach is None or not listed:
        return not runs
    if _are_so_old(runs, reach, now):
        return True
    purged = reach >= PURGED and _are_so_old(runs, reach - DAY, now)
    return (purged or len(runs) <= came) and _are_older(runs, listed, now)


def _are_older(runs: Sequence[Session], listed: Sequence[Session], now: datetime) -> bool:
    """Whether these began before everything in the list."""
    edge = _edge(listed, now)
    return edge is not None and all(run.started is not None and run.started < edge for run in runs)


def _are_so_old(runs: Sequence[Session], age: timedelta, now: datetime) -> bool:
    return all(run.started is None or now - run.started >= age for run in runs)


def _edge(listed: Sequence[Session], now: datetime) -> datetime | None:
    """The start of the oldest run of a list, newest first, strays left out."""
    known = (run.started for run in reversed(listed) if run.started is not None)
    oldest = list(islice(known, STRAYS + 1))
    for older, newer in pairwise(oldest):
        if now - older <= max(WINDOW, TOO_OLD * (now - newer)):
            return older
    return oldest[-1] if oldest else None


def _reach(listed: Sequence[Session], now: datetime) -> timedelta | None:
    edge = _edge(listed, now)
    return None if edge is None else max(now - edge, timedelta())
