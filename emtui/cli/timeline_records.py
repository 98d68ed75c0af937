"""The JSON of `emtui timeline`: runs, missed starts and idle periods of a window, as flat objects.

Times are ISO 8601 in UTC, durations seconds. What was missed is what the session browser shows as missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from emtui import text_format
from emtui.em.model import Session
from emtui.em.server_address import Server
from emtui.handover.json_records import JsonRecord, iso_or_none, seconds_or_none
from emtui.monitor.assessment import Assessment
from emtui.triage.run_lanes import Lane, Timeline
from emtui.triage.schedule_detection import IdlePeriod
from emtui.triage.time_axis import INSTANT

RUN, MISSED, IDLE = "run", "missed", "idle"
"""Values of `entry`."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A run, a time at which a run was due and did not start, or a time in which nothing ran.

    `type` is `None` for an idle period and for a run without a type; `count` is the number of runs that
    were due in an idle period.
    """

    kind: str
    since: datetime
    until: datetime | None = None
    type: str | None = None
    run: Session | None = None
    count: int | None = None


def timeline_entries(
    timeline: Timeline, assessment: Assessment, since: datetime, matches_type: Callable[[str | None], bool]
) -> list[TimelineEntry]:
    """What happened from `since` on, by time; runs of which only a part lies in it are included."""
    entries = [
        entry
        for lane in timeline.lanes
        if matches_type(lane.key or None)
        for entry in _lane_entries(timeline, lane, since)
    ]
    entries += [
        TimelineEntry(IDLE, period.since, period.until, count=period.missed_count)
        for period in assessment.type_statuses.idle_periods
        if _overlaps(period, since) and any(map(matches_type, period.types))
    ]
    return sorted(entries, key=lambda entry: (entry.since, entry.kind, entry.type or ""))


def _lane_entries(timeline: Timeline, lane: Lane, since: datetime) -> Iterator[TimelineEntry]:
    for index in lane.overlapping(since, timeline.end + INSTANT):
        run = lane.runs[index]
        yield TimelineEntry(RUN, lane.starts[index], run.ended, lane.key or None, run)
    for due in timeline.missed_starts(lane.key):
        if due >= since:
            yield TimelineEntry(MISSED, due, type=lane.key or None)


def _overlaps(period: IdlePeriod, since: datetime) -> bool:
    return period.until is None or period.until > since


TIMELINE_KEYS = (
    *("server", "entry", "type", "started", "ended", "duration_s"),
    *("outcome", "usual_s", "ratio", "id", "message", "known", "count"),
)


def timeline_record(entry: TimelineEntry, assessment: Assessment, server: Server) -> JsonRecord:
    """One entry; every entry has the same keys."""
    now, run = assessment.type_statuses.now, entry.run
    values: JsonRecord = {
        "server": server.authority,
        "entry": entry.kind,
        "type": entry.type,
        "started": text_format.format_iso(entry.since),
        "ended": iso_or_none(entry.until),
        "duration_s": seconds_or_none(entry_duration(entry, now)),
    }
    return dict.fromkeys(TIMELINE_KEYS) | values | {"count": entry.count} | _run_values(run, assessment)


def entry_duration(entry: TimelineEntry, now: datetime) -> timedelta | None:
    """How long a run or an idle period lasted, or has lasted; `None` for a missed start."""
    if entry.run:
        return entry.run.duration(now)
    return (entry.until or now) - entry.since if entry.kind == IDLE else None


def _run_values(run: Session | None, assessment: Assessment) -> JsonRecord:
    if run is None:
        return {}
    baselines = assessment.type_statuses.baselines
    baseline = baselines.for_run(run)
    ratio = baselines.ratio_to_usual(run, run.duration(assessment.type_statuses.now))
    return {
        "outcome": str(run.outcome),
        "usual_s": seconds_or_none(baseline.usual if baseline else None),
        "ratio": None if ratio is None else round(ratio, 2),
        "id": run.id,
        "message": run.message or None,
        "known": assessment.acknowledgements.for_run(run) is not None,
    }
