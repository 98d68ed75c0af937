"""Incidents of the demo, relative to the anchor, the moment the demo starts.

Every night at 02:10 one of three backup servers is unreachable; database maintenance hangs;
catalog replication stopped two days ago; catalog consolidation has been getting slower for a
week; the license update warns; a user canceled a log export. Seed 0 has no incidents.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from emtui.demo.schedule import Schedule
from emtui.demo.seeded_random import Chance

BORING_SEED = 0
SERVERS = ("bs01.example.net", "bs02.example.net", "bs03.example.net")
BROKEN_SERVER = SERVERS[1]
NIGHTS = timedelta(days=6)
REPLICATION_STOPPED = timedelta(days=2)
NIGHTLY_FAILURE = timedelta(hours=2, minutes=10)
"""After midnight UTC."""


class Plot(Enum):
    """Kind of outcome of a run."""

    FINE = auto()
    WARNED = auto()
    FAILED = auto()
    HUNG = auto()
    CANCELED = auto()
    MISSING = auto()


@dataclass(frozen=True, slots=True)
class Fate:
    """Outcome of a run, its length as a multiple of the usual, and its result message."""

    plot: Plot = Plot.FINE
    slower: float = 1.0
    message: str | None = None


FINE = Fate()
_MISSING = Fate(Plot.MISSING)
_UNREACHABLE = Fate(
    Plot.FAILED,
    1.6,
    f"Cannot connect to backup server {BROKEN_SERVER}: the remote host closed the connection",
)
_LICENSE = Fate(Plot.WARNED, 1.0, "The license key was not updated: the support contract ends in 9 days")
_PLUGIN = Fate(
    Plot.FAILED, 2.0, "vCenter vc01.example.net refused the plug-in: the session is not authenticated"
)
_SCOPES = Fate(Plot.WARNED, 1.4, "2 of 318 accounts were skipped: EXAMPLE\\müller, EXAMPLE\\zoë")
_SLOW_SERVER = Fate(Plot.WARNED, 1.3, f"{SERVERS[2]} answered slowly: 3 jobs will be collected next time")
_EXPORT = Fate(Plot.CANCELED, 0.5, "Canceled by EXAMPLE\\ops")


def fate(seed: int, anchor: datetime, schedule: Schedule, slot: int) -> Fate:
    """Return the outcome of the run in this slot. `back` is 0 for the last slot before the anchor."""
    if seed == BORING_SEED:
        return FINE
    back = schedule.slot_at(anchor) - slot
    match schedule.type:
        case "CollectJob":
            return _collection(seed, anchor, schedule, slot)
        case "DatabaseMaintenance":
            return Fate(Plot.HUNG) if back == 0 else FINE if back > 0 else _MISSING
        case "CatalogReplicationJob":
            return _MISSING if schedule.due(slot) > anchor - REPLICATION_STOPPED else FINE
        case "CatalogConsolidation":
            return Fate(slower=1 + 0.3 * min(max(8 - back, 0), 9))
        case "LogExport":
            return _EXPORT if back == 0 else FINE
        case "LicAutoUpdate":
            return _LICENSE if back < 3 else FINE
        case "SecurityScopesRebuild":
            return _SCOPES if back == 9 else FINE
        case "VcPluginJob":
            return _PLUGIN if back == 1 else FINE
    return FINE


def _collection(seed: int, anchor: datetime, schedule: Schedule, slot: int) -> Fate:
    due = schedule.due(slot)
    midnight = due.replace(hour=0, minute=0, second=0, microsecond=0)
    first_after = timedelta() <= due - midnight - NIGHTLY_FAILURE < schedule.every
    if first_after and due > anchor - NIGHTS:
        return _UNREACHABLE
    unlucky = Chance(seed, "slow server", slot).of_one(0) < 0.001
    return _SLOW_SERVER if unlucky else FINE
