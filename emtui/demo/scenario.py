"""Incidents of the demo, relative to the anchor, the moment the demo starts.

Every night at 02:10 one of three backup servers is unreachable; database maintenance hangs;
catalog replication stopped two days ago; catalog consolidation has been getting slower for a
week; the license update warns; a user canceled a log export. Seed 0 has no incidents.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from emtui.demo.schedule import DemoSchedule
from emtui.demo.seeded_random import SeededRandom

NO_INCIDENTS_SEED = 0
SERVERS = ("bs01.example.net", "bs02.example.net", "bs03.example.net")
BROKEN_SERVER = SERVERS[1]
FAILING_PERIOD = timedelta(days=6)
REPLICATION_STOPPED_AGE = timedelta(days=2)
NIGHTLY_FAILURE_TIME = timedelta(hours=2, minutes=10)
"""After midnight UTC."""


class PlannedOutcomeKind(Enum):
    """Kind of outcome of a run."""

    NORMAL = auto()
    WARNED = auto()
    FAILED = auto()
    HUNG = auto()
    CANCELED = auto()
    MISSING = auto()


@dataclass(frozen=True, slots=True)
class PlannedOutcome:
    """Outcome of a run, its length as a multiple of the usual duration, and its result message."""

    kind: PlannedOutcomeKind = PlannedOutcomeKind.NORMAL
    duration_factor: float = 1.0
    message: str | None = None


NORMAL_OUTCOME = PlannedOutcome()
_MISSING_RUN = PlannedOutcome(PlannedOutcomeKind.MISSING)
_SERVER_UNREACHABLE = PlannedOutcome(
    PlannedOutcomeKind.FAILED,
    1.6,
    f"Cannot connect to backup server {BROKEN_SERVER}: the remote host closed the connection",
)
_LICENSE_WARNING = PlannedOutcome(
    PlannedOutcomeKind.WARNED, 1.0, "The license key was not updated: the support contract ends in 9 days"
)
_PLUGIN_FAILURE = PlannedOutcome(
    PlannedOutcomeKind.FAILED,
    2.0,
    "vCenter vc01.example.net refused the plug-in: the session is not authenticated",
)
_SKIPPED_ACCOUNTS = PlannedOutcome(
    PlannedOutcomeKind.WARNED, 1.4, "2 of 318 accounts were skipped: EXAMPLE\\müller, EXAMPLE\\zoë"
)
_SLOW_SERVER = PlannedOutcome(
    PlannedOutcomeKind.WARNED, 1.3, f"{SERVERS[2]} answered slowly: 3 jobs will be collected next time"
)
_EXPORT_CANCELED = PlannedOutcome(PlannedOutcomeKind.CANCELED, 0.5, "Canceled by EXAMPLE\\ops")


def plan_outcome(seed: int, anchor: datetime, schedule: DemoSchedule, slot: int) -> PlannedOutcome:
    """Return the outcome of the run in this slot. Slots are counted back from the anchor."""
    if seed == NO_INCIDENTS_SEED:
        return NORMAL_OUTCOME
    slots_back = schedule.slot_at(anchor) - slot
    match schedule.type:
        case "CollectJob":
            return _plan_collection_outcome(seed, anchor, schedule, slot)
        case "DatabaseMaintenance":
            return (
                PlannedOutcome(PlannedOutcomeKind.HUNG)
                if slots_back == 0
                else NORMAL_OUTCOME
                if slots_back > 0
                else _MISSING_RUN
            )
        case "CatalogReplicationJob":
            return (
                _MISSING_RUN if schedule.due_time(slot) > anchor - REPLICATION_STOPPED_AGE else NORMAL_OUTCOME
            )
        case "CatalogConsolidation":
            return PlannedOutcome(duration_factor=1 + 0.3 * min(max(8 - slots_back, 0), 9))
        case "LogExport":
            return _EXPORT_CANCELED if slots_back == 0 else NORMAL_OUTCOME
        case "LicAutoUpdate":
            return _LICENSE_WARNING if slots_back < 3 else NORMAL_OUTCOME
        case "SecurityScopesRebuild":
            return _SKIPPED_ACCOUNTS if slots_back == 9 else NORMAL_OUTCOME
        case "VcPluginJob":
            return _PLUGIN_FAILURE if slots_back == 1 else NORMAL_OUTCOME
    return NORMAL_OUTCOME


def _plan_collection_outcome(
    seed: int, anchor: datetime, schedule: DemoSchedule, slot: int
) -> PlannedOutcome:
    due = schedule.due_time(slot)
    midnight = due.replace(hour=0, minute=0, second=0, microsecond=0)
    is_first_of_night = timedelta() <= due - midnight - NIGHTLY_FAILURE_TIME < schedule.interval
    if is_first_of_night and due > anchor - FAILING_PERIOD:
        return _SERVER_UNREACHABLE
    is_slow = SeededRandom(seed, "slow server", slot).fraction(0) < 0.001
    return _SLOW_SERVER if is_slow else NORMAL_OUTCOME
