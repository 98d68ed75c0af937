"""Schedules and usual durations of the session types.

A schedule is an endless series of numbered slots with at most one run each. Times are UTC.
Rates follow the user guide's defaults: collection every 15 minutes, catalog replication at most
every 4 hours, the rest daily or rarer (api.md, fidelity list 18).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

WINDOW = timedelta(days=30)
"""How far back the server lists sessions."""

USUAL_COUNT = 3000
"""Default number of sessions in the window, approximately."""

MAINTENANCE_AGE = timedelta(hours=2, minutes=12)
EXPORT_AGE = timedelta(hours=5, minutes=40)

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Slots of one type: interval `every`, offset `phase`, random delay up to `late`.

    `seconds` is the usual duration of a run, minimum and maximum.
    """

    type: str
    name: str
    every: timedelta
    phase: timedelta
    late: timedelta
    seconds: tuple[float, float]

    def slot_at(self, when: datetime) -> int:
        """Return the newest slot due at this time."""
        return (when - _EPOCH - self.phase) // self.every

    def due(self, slot: int) -> datetime:
        """Return when the slot is due; its run starts up to `late` after that."""
        return _EPOCH + self.phase + self.every * slot


def _at(hours: int, minutes: int) -> timedelta:
    return timedelta(hours=hours, minutes=minutes)


def _phase(when: datetime, every: timedelta) -> timedelta:
    return (when - _EPOCH) % every


def _sparse(anchor: datetime) -> tuple[Schedule, ...]:
    minute = timedelta(minutes=1)
    export = 3 * _DAY
    return (
        Schedule(
            "CatalogReplicationJob", "Catalog Replication Job", _at(4, 0), _at(1, 25), 9 * minute, (250, 520)
        ),
        Schedule("CatalogCrawlJob", "Catalog Crawl Job", _at(4, 0), _at(2, 40), minute / 2, (14_500, 14_900)),
        Schedule("CatalogConsolidation", "Catalog Consolidation", _DAY, _at(4, 30), 2 * minute, (780, 900)),
        Schedule("HistoryCollectJob", "History Collect Job", _DAY, _at(3, 15), 2 * minute, (1100, 1400)),
        Schedule("SecurityScopesRebuild", "Security Scopes Rebuild", _DAY, _at(22, 0), minute, (45, 80)),
        Schedule(
            "DatabaseMaintenance",
            "Database Maintenance",
            _DAY,
            _phase(anchor - MAINTENANCE_AGE, _DAY),
            minute / 2,
            (160, 205),
        ),
        Schedule("LicAutoUpdate", "License Auto Update", _DAY, _at(0, 30), 2 * minute, (3, 8)),
        Schedule(
            "SyncCheckForProductUpdatesOption",
            "Sync Check For Product Updates Option",
            _DAY,
            _at(5, 5),
            minute,
            (0.4, 2.5),
        ),
        Schedule("VcPluginJob", "vCenter Plugin Job", 5 * _DAY, _at(11, 45), 20 * minute, (20, 50)),
        Schedule("LicenseRevoke", "License Revoke", 12 * _DAY, _at(14, 20), 50 * minute, (1, 3)),
        Schedule(
            "LogExport", "Log Export", export, _phase(anchor - EXPORT_AGE, export), 2 * minute, (240, 700)
        ),
    )


def schedules(anchor: datetime, count: int = USUAL_COUNT) -> tuple[Schedule, ...]:
    """Return the schedules of all twelve types. `count` changes the interval of data collection."""
    sparse = _sparse(anchor)
    every = timedelta(minutes=15)
    seconds = (62.0, 98.0)
    if count != USUAL_COUNT:
        others = sum(WINDOW / schedule.every for schedule in sparse)
        every = WINDOW / max(count - others, 1)
        shrink = min(1.0, every / timedelta(minutes=5))
        seconds = (seconds[0] * shrink, seconds[1] * shrink)
    late = min(timedelta(seconds=50), every / 4)
    return (Schedule("CollectJob", "Collect Job", every, _at(2, 10) % every, late, seconds), *sparse)
