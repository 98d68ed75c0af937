"""The types of a list with all that an overview shows of them: status, worst alert, history, missed starts.

One pipeline for the overview of types and `emtui types`. Pure: an assessment and a zone in, frozen rows out.
Computed once per list, not per paint.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from emtui.em.model import Session
from emtui.monitor.assessment import Assessment
from emtui.triage.duration_trend import TrendPoint, find_duration_trend
from emtui.triage.findings import Finding
from emtui.triage.missed_starts import find_missed_starts_by_type
from emtui.triage.run_cells import RunCell, count_cells, day_edges, even_edges
from emtui.triage.type_order import types_by_urgency
from emtui.triage.type_status import TypeStatus

DAY_COUNT = 30
"""Days in the history of a type, with today: as far back as servers list runs."""
HALF_HOUR = timedelta(minutes=30)
HALF_HOUR_COUNT = 48
TREND_COUNT = 26


@dataclass(frozen=True, slots=True)
class TypeHistory:
    """One type. `status` is `None` for a documented type without runs, and the pictures are empty then.

    `days` are the last 30 days of the shown zone, `half_hours` the last 24 hours, `missed` the times at which
    a run was due and did not start, `known_since` the start of the oldest listed run of any type.
    """

    name: str
    status: TypeStatus | None = None
    finding: Finding | None = None
    is_acknowledged: bool = False
    days: tuple[RunCell, ...] = ()
    half_hours: tuple[RunCell, ...] = ()
    trend: tuple[TrendPoint, ...] = ()
    missed: tuple[datetime, ...] = ()
    known_since: datetime | None = None

    @property
    def newest_run(self) -> Session | None:
        """Its newest run."""
        return self.status.newest_run if self.status else None


def type_histories(assessment: Assessment, zone: tzinfo) -> tuple[TypeHistory, ...]:
    """Types with new alerts in the order of the alerts, then the others by name, those without runs last."""
    statuses = assessment.type_statuses
    attention = replace(assessment.attention, findings=assessment.new_findings)
    by_type = {status.type: status for status in statuses.statuses}
    days = day_edges(statuses.now, zone, DAY_COUNT)
    missed = find_missed_starts_by_type(statuses, days[0])
    half_hours = even_edges(_next_half_hour(statuses.now), HALF_HOUR, HALF_HOUR_COUNT)
    known_since = statuses.first_start

    def make_history(status: TypeStatus) -> TypeHistory:
        runs, finding = status.runs, assessment.worst_finding(status.type)
        missed_starts = missed.get(status.type, ())
        return TypeHistory(
            status.type,
            status,
            finding,
            assessment.is_acknowledged(finding),
            count_cells(runs, days, missed_starts, known_since),
            count_cells(runs, half_hours, missed_starts, known_since),
            find_duration_trend(runs, statuses.baselines, statuses.now, TREND_COUNT),
            missed_starts,
            known_since,
        )

    return tuple(
        make_history(by_type[name]) if name in by_type else TypeHistory(name)
        for name in types_by_urgency(statuses, attention)
    )


def _next_half_hour(now: datetime) -> datetime:
    """The end of the half hour that `now` is in."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + ((now - epoch) // HALF_HOUR + 1) * HALF_HOUR
