"""Runs missing from the list although the server cannot have purged them yet.

A server purges its oldest runs, by age or number, and lists all others. A list that lacks other runs is
incomplete, for example after a restart, a restore or a database problem. The missing runs are kept as
last seen. Ages are by the server's clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice, pairwise

from emtui.em.model import LONG_AGO, Session, Uid

DAY = timedelta(days=1)
PURGED = timedelta(days=7)
"""A server that keeps this much may purge the runs of a day at once."""
SHORTER_FOR = DAY
"""Time after which a list that reaches back less far is accepted as complete."""
GIVEN_UP = timedelta(days=7)
"""Time after which an unlisted run is assumed deleted."""
WINDOW = timedelta(days=35)
"""Servers list runs that started in the last 30 days."""
STRAYS, TOO_OLD = 3, 1.5
"""Up to this many runs older than that, by this factor, are outliers of a wrong clock."""


@dataclass(frozen=True, slots=True)
class UnlistedRuns:
    """Runs that the latest list lacks: `runs` as last seen, newest first, missing `since`.

    `reach` is the greatest age at which runs were listed, `None` before a list had any. `arrived` counts new
    runs since then. `departed` runs were listed once and are no longer expected; `given_up`: some of them
    were not purged by age but assumed deleted.
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
        """The state after another list, newest first, received at `now` by the server's clock."""
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
        """The same runs with details merged."""
        rows = tuple(known.get(run.uid, run) for run in self.runs)
        return replace(self, runs=rows) if rows != self.runs else self


NONE_UNLISTED = UnlistedRuns()


def _dropped(
    runs: Sequence[Session], listed: Sequence[Session], reach: timedelta | None, now: datetime, came: int
) -> bool:
    """Whether all of these runs were purged as the oldest.

    They are as old as the oldest ever listed, or no more than the new ones that replaced them. A run
    without a start is treated like the others.
    """
    if reach is None or not listed:
        return not runs
    if _are_so_old(runs, reach, now):
        return True
    purged = reach >= PURGED and _are_so_old(runs, reach - DAY, now)
    return (purged or len(runs) <= came) and _are_older(runs, listed, now)


def _are_older(runs: Sequence[Session], listed: Sequence[Session], now: datetime) -> bool:
    """Whether these started before all listed runs."""
    edge = _edge(listed, now)
    return edge is not None and all(run.started is not None and run.started < edge for run in runs)


def _are_so_old(runs: Sequence[Session], age: timedelta, now: datetime) -> bool:
    return all(run.started is None or now - run.started >= age for run in runs)


def _edge(listed: Sequence[Session], now: datetime) -> datetime | None:
    """The start of the oldest run of a list (newest first), without outliers."""
    known = (run.started for run in reversed(listed) if run.started is not None)
    oldest = list(islice(known, STRAYS + 1))
    for older, newer in pairwise(oldest):
        if now - older <= max(WINDOW, TOO_OLD * (now - newer)):
            return older
    return oldest[-1] if oldest else None


def _reach(listed: Sequence[Session], now: datetime) -> timedelta | None:
    edge = _edge(listed, now)
    return None if edge is None else max(now - edge, timedelta())
