"""What the pictures of time say, against the runs of the demo counted one by one on the clock of a zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from session_factory import DAY, HOUR, MINUTE, SECOND

from emtui.demo.world import SimulatedWorld
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Outcome, Session
from emtui.local.knowledge_base import Knowledge
from emtui.monitor.assessment import Assessment, assess
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.type_histories import DAY_COUNT, TypeHistory, type_histories
from emtui.triage.run_lanes import CellKind
from emtui.triage.runs_by_type import start_time
from emtui.triage.time_axis import day_of
from emtui.triage.timeline_cursor import start_cursor
from emtui.triage.type_lanes import type_timeline
from emtui.tui.formatting.last_24h import Last24Hours
from emtui.tui.screens.overview.type_card import build_card

BERLIN, KOLKATA, LORD_HOWE = map(ZoneInfo, ("Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe"))
NIGHTS = [
    (BERLIN, datetime(2026, 11, 23, 2, 14, 30, tzinfo=UTC)),
    (BERLIN, datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    (BERLIN, datetime(2026, 3, 29, 9, 5, tzinfo=UTC)),
    (KOLKATA, datetime(2026, 11, 23, 18, 40, tzinfo=UTC)),
    (LORD_HOWE, datetime(2026, 4, 4, 16, tzinfo=UTC)),
]
"""A zone and the present: usual days, both nights of clock changes, and half an hour of it."""
CARD_SIZES = [(80, 12), (200, 40)]


class Counted:
    """The demo at some time: all runs, and what is made of them."""

    def __init__(self, zone: tzinfo, now: datetime) -> None:
        self.zone, self.now, self.clock = zone, now, TimeContext(now, zone)
        self.runs = sorted(SimulatedWorld(1, now, 1000).sessions(now), key=start_time, reverse=True)
        self.snapshot = Snapshot(tuple(self.runs), now)
        self.assessment: Assessment = assess(self.snapshot, Knowledge(), zone, zone)

    def rows(self) -> Iterable[tuple[TypeHistory, list[Session]]]:
        """The types that ran, each with its runs."""
        for row in type_histories(self.assessment, self.zone):
            if row.status:
                yield row, [run for run in self.runs if run.type == row.name]

    def local(self, run: Session) -> datetime:
        """When a run started, on the clock of the zone."""
        return start_time(run).astimezone(self.zone)

    def end_of(self, run: Session) -> datetime:
        """Until when a run is drawn."""
        return self.now if run.is_running else max(run.ended or start_time(run), start_time(run))

    def moments(self, run: Session, *, every: timedelta) -> Iterable[datetime]:
        """Moments from start to end, on the clock of the zone, none further apart than this."""
        moment, last = start_time(run), max(self.end_of(run) - timedelta(microseconds=1), start_time(run))
        while moment < last:
            yield moment.astimezone(self.zone)
            moment += every
        yield last.astimezone(self.zone)


@pytest.fixture(params=NIGHTS, ids=lambda night: f"{night[0]} {night[1]:%d %b %H:%M}")
def counted(request: pytest.FixtureRequest) -> Counted:
    return Counted(*request.param)


def _without_zeros(counts: Mapping[Outcome, int]) -> dict[Outcome, int]:
    return {outcome: count for outcome, count in counts.items() if count}


def _tally(runs: Iterable[Session]) -> dict[Outcome, int]:
    return dict(Counter(run.outcome for run in runs))


def test_the_strip(counted: Counted) -> None:
    for cell_count in (24, 48, 96):
        day = Last24Hours.from_snapshot(counted.snapshot, counted.clock, cell_count=cell_count)
        assert len(day.cells) == cell_count
        assert {cell.end - cell.start for cell in day.cells} == {DAY / cell_count}
        assert day.cells[-1].start <= counted.now < day.cells[-1].end
        for cell in day.cells:
            runs = [run for run in counted.runs if cell.start <= start_time(run) < cell.end]
            assert _without_zeros(cell.outcome_counts) == _tally(runs)
        shown = [run for run in counted.runs if run.is_running or start_time(run) >= day.cells[0].start]
        assert day.total == len(shown)
        assert _without_zeros(day.outcome_counts) == _tally(shown)


def test_30_days_and_half_hours(counted: Counted) -> None:
    today = counted.now.astimezone(counted.zone).date()
    for row, runs in counted.rows():
        for number, day in enumerate(reversed(row.days)):
            date = today - number * DAY
            assert _without_zeros(day.outcome_counts) == _tally(
                run for run in runs if counted.local(run).date() == date
            )
        assert number == DAY_COUNT - 1
        assert row.half_hours[-1].start <= counted.now < row.half_hours[-1].end
        for cell in row.half_hours:
            assert cell.end - cell.start == HOUR / 2
            assert cell.total == sum(1 for run in runs if cell.start <= start_time(run) < cell.end)


@pytest.mark.parametrize("size", CARD_SIZES)
def test_the_card_of_days_and_hours(counted: Counted, size: tuple[int, int]) -> None:
    for row, runs in counted.rows():
        card = build_card(row, counted.clock, *size)
        assert card.days
        for day in card.days:
            of_day = [run for run in runs if counted.local(run).date() == day.date]
            assert day.total == len(of_day)
            assert day.failed == _tally(of_day).get(Outcome.FAILED, 0)
            hours = Counter(counted.local(run).hour for run in of_day)
            parts = card.cells_per_hour
            assert [sum(cell.total for cell in day.cells[hour * parts :][:parts]) for hour in range(24)] == [
                hours[hour] for hour in range(24)
            ]


@pytest.mark.parametrize("zoom", [-1, 0, 1, 2])
def test_the_lanes(counted: Counted, zoom: int) -> None:
    parts = counted.assessment
    timeline = type_timeline(parts.sessions, parts.type_statuses, parts.attention)
    cursor = start_cursor(timeline, 90, counted.zone)
    for _ in range(abs(zoom)):
        cursor = cursor.zoomed(1 if zoom > 0 else -1) or cursor
    window = cursor.window
    assert window.until - window.step <= counted.now < window.until
    for lane in timeline.lanes:
        runs, missed = [run for run in counted.runs if run.type == lane.key], timeline.missed_starts(lane.key)
        for number, cell in enumerate(timeline.cells_of(lane, window)):
            start = window.since + number * window.step
            end = start + window.step
            touching = [
                run
                for run in runs
                if start_time(run) < end and (counted.end_of(run) > start or start_time(run) >= start)
            ]
            is_due = any(start <= due < end for due in missed)
            assert (cell.kind is CellKind.FAILED) is (Outcome.FAILED in _tally(touching))
            assert (cell.kind is CellKind.EMPTY) is (not touching and not is_due)


def test_the_days_below_the_lanes(counted: Counted) -> None:
    parts, step = counted.assessment, HOUR / 2
    timeline = type_timeline(parts.sessions, parts.type_statuses, parts.attention)
    for days_before in range(2):
        date = (counted.now.astimezone(counted.zone) - days_before * DAY).date()
        for lane in timeline.lanes:
            drawn = timeline.cells_of(lane, day_of(counted.now, days_before, step, counted.zone))
            moments = [
                moment
                for run in lane.runs
                if counted.end_of(run) > counted.now - 3 * DAY
                for moment in counted.moments(run, every=5 * MINUTE)
            ]
            moments += [due.astimezone(counted.zone) for due in timeline.missed_starts(lane.key)]
            expected = {
                (moment.hour * HOUR + moment.minute * MINUTE + moment.second * SECOND) // step
                for moment in moments
                if moment.date() == date
            }
            assert {
                number for number, cell in enumerate(drawn) if cell.kind is not CellKind.EMPTY
            } == expected
