"""Schedules and usual durations of the session types.

A schedule is an endless series of numbered slots with at most one run each. Times are UTC.
Rates follow the user guide's defaults: collection every 15 minutes, catalog replication at most
every 4 hours, the rest daily or rarer (api.md, fidelity list 18).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

RETENTION = timedelta(days=30)
"""How far back the server lists sessions."""

DEFAULT_COUNT = 3000
"""Default number of sessions in the window, approximately."""

MAINTENANCE_AGE = timedelta(hours=2, minutes=12)
EXPORT_AGE = timedelta(hours=5, minutes=40)

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DemoSchedule:
    """Slots of one type: every `interval`, shifted by `offset`, with a random delay up to `max_delay`.

    `duration_range` is the usual duration of a run in seconds, minimum and maximum.
    """

    type: str
    name: str
    interval: timedelta
    offset: timedelta
    max_delay: timedelta
    duration_range: tuple[float, float]

    def slot_at(self, time: datetime) -> int:
        """Return the newest slot due at this time."""
        return (time - _EPOCH - self.offset) // self.interval

    def due_time(self, slot: int) -> datetime:
        """Return when the slot is due; its run starts up to `max_delay` after that."""
        return _EPOCH + self.offset + self.interval * slot


def _time_of_day(hours: int, minutes: int) -> timedelta:
    return timedelta(hours=hours, minutes=minutes)


def _offset_of(time: datetime, interval: timedelta) -> timedelta:
    return (time - _EPOCH) % interval


def _infrequent_schedules(anchor: datetime) -> tuple[DemoSchedule, ...]:
    minute = timedelta(minutes=1)
    export = 3 * _DAY
    return (
        DemoSchedule(
            "CatalogReplicationJob",
            "Catalog Replication Job",
            _time_of_day(4, 0),
            _time_of_day(1, 25),
            9 * minute,
            (250, 520),
        ),
        DemoSchedule(
            "CatalogCrawlJob",
            "Catalog Crawl Job",
            _time_of_day(4, 0),
            _time_of_day(2, 40),
            minute / 2,
            (14_500, 14_900),
        ),
        DemoSchedule(
            "CatalogConsolidation", "Catalog Consolidation", _DAY, _time_of_day(4, 30), 2 * minute, (780, 900)
        ),
        DemoSchedule(
            "HistoryCollectJob", "History Collect Job", _DAY, _time_of_day(3, 15), 2 * minute, (1100, 1400)
        ),
        DemoSchedule(
            "SecurityScopesRebuild", "Security Scopes Rebuild", _DAY, _time_of_day(22, 0), minute, (45, 80)
        ),
        DemoSchedule(
            "DatabaseMaintenance",
            "Database Maintenance",
            _DAY,
            _offset_of(anchor - MAINTENANCE_AGE, _DAY),
            minute / 2,
            (160, 205),
        ),
        DemoSchedule("LicAutoUpdate", "License Auto Update", _DAY, _time_of_day(0, 30), 2 * minute, (3, 8)),
        DemoSchedule(
            "SyncCheckForProductUpdatesOption",
            "Sync Check For Product Updates Option",
            _DAY,
            _time_of_day(5, 5),
            minute,
            (0.4, 2.5),
        ),
        DemoSchedule(
            "VcPluginJob", "vCenter Plugin Job", 5 * _DAY, _time_of_day(11, 45), 20 * minute, (20, 50)
        ),
        DemoSchedule("LicenseRevoke", "License Revoke", 12 * _DAY, _time_of_day(14, 20), 50 * minute, (1, 3)),
        DemoSchedule(
            "LogExport", "Log Export", export, _offset_of(anchor - EXPORT_AGE, export), 2 * minute, (240, 700)
        ),
    )


def build_schedules(anchor: datetime, count: int = DEFAULT_COUNT) -> tuple[DemoSchedule, ...]:
    """Return the schedules of all twelve types. `count` changes the interval of data collection."""
    infrequent = _infrequent_schedules(anchor)
    interval = timedelta(minutes=15)
    seconds = (62.0, 98.0)
    if count != DEFAULT_COUNT:
        others = sum(RETENTION / schedule.interval for schedule in infrequent)
        interval = RETENTION / max(count - others, 1)
        factor = min(1.0, interval / timedelta(minutes=5))
        seconds = (seconds[0] * factor, seconds[1] * factor)
    max_delay = min(timedelta(seconds=50), interval / 4)
    return (
        DemoSchedule(
            "CollectJob", "Collect Job", interval, _time_of_day(2, 10) % interval, max_delay, seconds
        ),
        *infrequent,
    )
