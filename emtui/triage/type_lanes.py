"""The timeline of a list with a lane for each type, those with alerts first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache

from emtui.em.model import Session
from emtui.triage.missed_starts import find_missed_starts
from emtui.triage.prioritization import PrioritizedFindings
from emtui.triage.run_lanes import LaneDescription, Timeline, build_timeline
from emtui.triage.runs_by_type import MIN_PLAUSIBLE_TIME
from emtui.triage.type_order import types_by_urgency
from emtui.triage.type_status import TypeStatuses

NO_TYPE = "no type"


def type_timeline(
    sessions: Iterable[Session], statuses: TypeStatuses, attention: PrioritizedFindings
) -> Timeline:
    """Sort the runs of a list into lanes by type; runs without one have a lane of their own."""
    description = LaneDescription(
        lambda run: run.type or "", lambda key: key or NO_TYPE, types_by_urgency(statuses, attention), "type"
    )

    @cache
    def missed_starts(key: str) -> Sequence[datetime]:
        status = statuses.for_type(key)
        if status is None:
            return ()
        return find_missed_starts(
            status.runs, status.schedule, MIN_PLAUSIBLE_TIME, statuses.now, statuses.idle_periods
        )

    return build_timeline(sessions, description, statuses.now, statuses.baselines, missed_starts)
