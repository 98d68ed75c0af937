"""The number of missed runs, compared with a count from the schedule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series

from emtui.em.model import Outcome, Session
from emtui.triage.findings import CurrentIdleFinding, FailingFinding, OverdueFinding
from emtui.triage.prioritization import prioritize_sessions

QUARTER = 15 * MINUTE
BERLIN = ZoneInfo("Europe/Berlin")
EVERY = st.sampled_from([5 * MINUTE, QUARTER, 30 * MINUTE, HOUR, 4 * HOUR, DAY])


def missed_counts(sessions: list[Session], now: datetime, kind: str | None = None) -> tuple[int, bool]:
    """How many runs are told to be due of this type, or of all, and whether it may be more."""
    for finding in prioritize_sessions(sessions, now).findings:
        if isinstance(finding, CurrentIdleFinding) and kind is None:
            return finding.idle_period.missed_count, finding.idle_period.is_minimum
        if isinstance(finding, FailingFinding | OverdueFinding) and finding.type == kind:
            return finding.overdue_count, finding.is_minimum
    raise AssertionError(kind)


def as_failed(runs: list[Session]) -> list[Session]:
    """The same, the newest of them failed."""
    begun = runs[0].started
    assert begun is not None
    return [make_run(begun, runs[0].type or "", outcome=Outcome.FAILED), *runs[1:]]


@pytest.mark.parametrize("hours", [3, 13, 26, 48, 100, 7 * 24, 13 * 24, 29 * 24])
@pytest.mark.parametrize("off", [timedelta(), 7 * MINUTE])
def test_a_time_without_any_run_counts_all_that_were_due(hours: int, off: timedelta) -> None:
    now = NOON + hours * HOUR + off
    sessions = [
        *make_series("CollectJob", QUARTER, NOON, 400),
        *make_series("CatalogReplicationJob", HOUR, NOON, 300),
    ]
    assert missed_counts(sessions, now) == (4 * hours + hours, False)


@pytest.mark.parametrize("hours", [3, 26, 48, 7 * 24, 13 * 24, 29 * 24])
@pytest.mark.parametrize("fails", [False, True])
def test_a_type_alone_counts_all_of_its_own(hours: int, fails: bool) -> None:
    now = NOON + hours * HOUR + 7 * MINUTE
    silent = make_series("CollectJob", QUARTER, NOON, 400)
    lives = make_series("CatalogReplicationJob", HOUR, now - MINUTE, 1_000)
    sessions = [*(as_failed(silent) if fails else silent), *lives]
    assert missed_counts(sessions, now, "CollectJob") == (4 * hours, False)


@given(EVERY, st.integers(3 * 60, 27 * 24 * 60), st.booleans())
def test_missed_runs_of_a_steady_type_are_counted_exactly(
    every: timedelta, minutes: int, windowed: bool
) -> None:
    now = NOON + minutes * MINUTE
    lives = make_series("LogExport", 10 * MINUTE, now - MINUTE, 28 * 144)
    silent = as_failed(make_series("CollectJob", every, NOON, 28 * DAY // every))
    seen = [
        one for one in (*silent, *lives) if one.started and (not windowed or one.started > now - 30 * DAY)
    ]
    due = (now - NOON) // every
    found = [one for one in prioritize_sessions(seen, now).findings if isinstance(one, FailingFinding)]
    for failed in found:
        if failed.overdue_count == 0 and not failed.is_minimum:
            continue  # it has no rhythm any more, or is not late yet
        assert failed.overdue_count == due or (failed.is_minimum and failed.overdue_count < due)
        assert windowed or not failed.is_minimum or due > 5_000
    assert windowed or found


def weekdays(when: datetime) -> bool:
    return when.weekday() < 5


def office_hours(when: datetime) -> bool:
    return when.weekday() < 5 and 6 <= when.hour < 20


@pytest.mark.parametrize("runs_then", [weekdays, office_hours])
@pytest.mark.parametrize("days", [0.7, 1.2, 2, 3.5, 6, 9, 15])
def test_missed_runs_exclude_regular_breaks_or_are_a_minimum(
    runs_then: Callable[[datetime], bool], days: float
) -> None:
    last = NOON + 2 * DAY  # a Wednesday
    now = last + days * DAY + 7 * MINUTE
    slots = [last - number * QUARTER for number in range(28 * 96)]
    silent = as_failed([make_run(slot) for slot in slots if runs_then(slot)])
    lives = make_series("LogExport", 10 * MINUTE, now - MINUTE, 40 * 144)
    due = [last + number * QUARTER for number in range(1, (now - last) // QUARTER + 1)]
    truth = sum(map(runs_then, due))
    count, at_least = missed_counts([*silent, *lives], now, "CollectJob")
    assert count == truth or (at_least and 0.8 * truth <= count < truth)


@pytest.mark.parametrize("change", [NOON.replace(month=10, day=25), NOON.replace(month=3, day=29)])
@pytest.mark.parametrize("nights", [2, 3, 5, 9, 15])
def test_missed_runs_at_a_local_time_are_counted_across_a_clock_change(change: datetime, nights: int) -> None:
    """The newest run is of two days before it."""
    local = [change - (number + 2) * DAY for number in range(-nights, 28)]
    starts = [night.replace(hour=4, minute=10, tzinfo=BERLIN).astimezone(UTC) for night in local]
    now = starts[0] + 12 * HOUR
    silent = as_failed([make_run(start) for start in starts[nights:]])
    lives = make_series("LogExport", 10 * MINUTE, now - MINUTE, 50 * 144)
    assert missed_counts([*silent, *lives], now, "CollectJob") == (nights, False)


def test_an_earlier_outage_is_not_mistaken_for_a_regular_break() -> None:
    now = NOON + 26 * HOUR + 7 * MINUTE
    patch = NOON - 6 * DAY
    sessions = [
        *make_series("CollectJob", QUARTER, NOON, 2_600),
        *make_series("CatalogReplicationJob", HOUR, NOON, 650),
    ]
    seen = [one for one in sessions if one.started and not patch <= one.started < patch + 2 * HOUR]
    assert missed_counts(seen, now) == (104 + 26, False)
