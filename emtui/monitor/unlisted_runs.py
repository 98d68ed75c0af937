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

from emtui.em.model import DISTANT_PAST, Session, Uid

DAY = timedelta(days=1)
DAILY_PURGE_RETENTION = timedelta(days=7)
"""A server that keeps this much may purge the runs of a day at once."""
ACCEPT_SHORTER_AFTER = DAY
"""Time after which a list that reaches back less far is accepted as complete."""
ASSUME_DELETED_AFTER = timedelta(days=7)
"""Time after which an unlisted run is assumed deleted."""
LIST_WINDOW = timedelta(days=35)
"""Servers list runs that started in the last 30 days."""
MAX_OUTLIERS, OUTLIER_FACTOR = 3, 1.5
"""Up to this many runs older than that, by this factor, are outliers of a wrong clock."""


@dataclass(frozen=True, slots=True)
class UnlistedRuns:
    """Runs that the latest list lacks: `runs` as last seen, newest first, missing `since`.

    `max_listed_age` is the greatest age at which runs were listed, `None` before a list had any.
    `arrival_count` is the number of new runs since then. Runs in `dropped_uids` were listed once and are no
    longer expected; `has_assumed_deleted`: some of them were not purged by age but assumed deleted.
    """

    runs: tuple[Session, ...] = ()
    since: datetime | None = None
    max_listed_age: timedelta | None = None
    arrival_count: int = 0
    dropped_uids: frozenset[Uid] = frozenset()
    has_assumed_deleted: bool = False

    def __bool__(self) -> bool:
        return bool(self.runs)

    def after_list(
        self, previous: Sequence[Session], listed: Sequence[Session], now: datetime
    ) -> UnlistedRuns:
        """The state after another list, newest first, received at `now` by the server's clock."""
        uids = {run.uid for run in listed}
        newly_missing = [run for run in previous if run.uid not in uids]
        missing = [run for run in self.runs if run.uid not in uids]
        max_listed_age = max(filter(None, (self.max_listed_age, _listed_age(listed, now))), default=None)
        if not (newly_missing or missing):
            return UnlistedRuns(max_listed_age=max_listed_age, dropped_uids=self.dropped_uids)
        known_count = (
            len(previous) - len(newly_missing) + len(self.runs) - len(missing) + len(uids & self.dropped_uids)
        )
        new_count = len(uids) - known_count
        arrival_count = self.arrival_count + new_count
        dropped_uids = self.dropped_uids
        if len(listed) >= len(missing) and _are_purged(newly_missing, listed, max_listed_age, now, new_count):
            dropped_uids |= {run.uid for run in newly_missing}
        else:
            missing += newly_missing
        if _are_purged(missing, listed, max_listed_age, now, arrival_count):
            dropped_uids |= {run.uid for run in missing}
            return UnlistedRuns(max_listed_age=max_listed_age, dropped_uids=dropped_uids)
        since = self.since or now
        if listed and now - since >= (
            ACCEPT_SHORTER_AFTER if _are_older(missing, listed, now) else ASSUME_DELETED_AFTER
        ):
            dropped_uids |= {run.uid for run in missing}
            return UnlistedRuns(
                max_listed_age=_listed_age(listed, now), dropped_uids=dropped_uids, has_assumed_deleted=True
            )
        missing.sort(key=lambda run: run.started or DISTANT_PAST, reverse=True)
        return UnlistedRuns(tuple(missing), since, max_listed_age, arrival_count, dropped_uids)

    def with_details(self, details: Mapping[Uid, Session]) -> UnlistedRuns:
        """The same runs with details merged."""
        runs = tuple(details.get(run.uid, run) for run in self.runs)
        return replace(self, runs=runs) if runs != self.runs else self


NONE_UNLISTED = UnlistedRuns()


def _are_purged(
    runs: Sequence[Session],
    listed: Sequence[Session],
    max_listed_age: timedelta | None,
    now: datetime,
    new_count: int,
) -> bool:
    """Whether all of these runs were purged as the oldest.

    They are as old as the oldest ever listed, or no more than the new ones that replaced them. A run
    without a start is treated like the others.
    """
    if max_listed_age is None or not listed:
        return not runs
    if _are_at_least_age(runs, max_listed_age, now):
        return True
    is_daily_purge = max_listed_age >= DAILY_PURGE_RETENTION and _are_at_least_age(
        runs, max_listed_age - DAY, now
    )
    return (is_daily_purge or len(runs) <= new_count) and _are_older(runs, listed, now)


def _are_older(runs: Sequence[Session], listed: Sequence[Session], now: datetime) -> bool:
    """Whether these started before all listed runs."""
    oldest_start = _oldest_start(listed, now)
    return oldest_start is not None and all(
        run.started is not None and run.started < oldest_start for run in runs
    )


def _are_at_least_age(runs: Sequence[Session], age: timedelta, now: datetime) -> bool:
    return all(run.started is None or now - run.started >= age for run in runs)


def _oldest_start(listed: Sequence[Session], now: datetime) -> datetime | None:
    """The start of the oldest run of a list (newest first), without outliers."""
    starts = (run.started for run in reversed(listed) if run.started is not None)
    oldest = list(islice(starts, MAX_OUTLIERS + 1))
    for older, newer in pairwise(oldest):
        if now - older <= max(LIST_WINDOW, OUTLIER_FACTOR * (now - newer)):
            return older
    return oldest[-1] if oldest else None


def _listed_age(listed: Sequence[Session], now: datetime) -> timedelta | None:
    oldest_start = _oldest_start(listed, now)
    return None if oldest_start is None else max(now - oldest_start, timedelta())
