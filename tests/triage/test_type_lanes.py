"""The timeline of the demo's list: a lane for each type, and the runs that did not start."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

from emtui.demo.world import SimulatedWorld
from emtui.em.model import SESSION_TYPES
from emtui.triage.prioritization import prioritize_findings
from emtui.triage.run_lanes import CellKind, Timeline
from emtui.triage.time_axis import DAY, HOUR, window_until
from emtui.triage.type_lanes import type_timeline
from emtui.triage.type_status import compute_type_statuses

NIGHT = datetime(2026, 11, 23, 2, 14, 30, tzinfo=UTC)
RUNS = SimulatedWorld(1, NIGHT, 3000).sessions(NIGHT)


def night_timeline() -> Timeline:
    statuses = compute_type_statuses(RUNS, NIGHT)
    return type_timeline(RUNS, statuses, prioritize_findings(statuses))


def test_each_type_has_a_lane_with_its_runs_and_those_with_alerts_come_first() -> None:
    timeline = night_timeline()
    keys = [lane.key for lane in timeline.lanes]
    assert {*keys} == {*SESSION_TYPES}
    assert {*keys[:3]} == {"CollectJob", "DatabaseMaintenance", "CatalogReplicationJob"}
    assert {lane.key: len(lane.runs) for lane in timeline.lanes} == Counter(run.type for run in RUNS)
    assert timeline.noun == "type"


def test_the_overdue_type_has_a_mark_every_four_hours() -> None:
    timeline = night_timeline()
    window = window_until(NIGHT, DAY, 144, UTC)
    number = timeline.find_lane("CatalogReplicationJob")
    assert number is not None
    cells = timeline.cells_of(timeline.lanes[number], window)
    missed = [cell for cell, shown in enumerate(cells) if shown.kind is CellKind.MISSED]
    assert len(missed) == 6
    assert {later - earlier for earlier, later in pairwise(missed)} == {4 * HOUR // window.step}


def test_the_stuck_run_is_beyond_its_usual_duration_to_the_end() -> None:
    timeline = night_timeline()
    number = timeline.find_lane("DatabaseMaintenance")
    assert number is not None
    cells = timeline.cells_of(timeline.lanes[number], window_until(NIGHT, DAY, 144, UTC))
    assert [shown.kind for shown in cells[-14:]] == [CellKind.STUCK] * 14
    assert {shown.kind for shown in cells[:-14]} == {CellKind.EMPTY}
