"""How many runs were due and have not begun: against a count of the schedule itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import DAY, HOUR, MINUTE, NOON, run, series

from emtui.em.model import Outcome, Session
from emtui.triage.findings import Failing, Late, Silence
from emtui.triage.prioritization import attention

QUARTER = 15 * MINUTE
BERLIN = ZoneInfo("Europe/Berlin")
EVERY = st.sampled_from([5 * MINUTE, QUARTER, 30 * MINUTE, HOUR, 4 * HOUR, DAY])


def counted(sessions: list[Session], now: datetime, kind: str | None = None) -> tuple[int, bool]:
    """How many runs are told to be due of this type, or of all, and whether it may be more."""
    for finding in attention(sessions, now).findings:
        if isinstance(finding, Silence) and kind is None:
            return finding.outage.missed, finding.outage.at_least
        if isinstance(finding, Failing | Late) and finding.type == kind:
            return finding.due, finding.at_least
    raise AssertionError(kind)


def failing(runs: list[Session]) -> list[Session]:
    """The same, the newest of them failed."""
    begun = runs[0].started
    assert begun is not None
    return [run(begun, runs[0].type or "", outcome=Outcome.FAILED), *runs[1:]]


@pytest.mark.parametrize("hours", [3, 13, 26, 48, 100, 7 * 24, 13 * 24, 29 * 24])
@pytest.mark.parametrize("off", [timedelta(), 7 * MINUTE])
def test_a_time_without_any_run_counts_all_that_were_due(hours: int, off: timedelta) -> None:
    now = NOON + hours * HOUR + off
    sessions = [*series("CollectJob", QUARTER, NOON, 400), *series("CatalogReplicationJob", HOUR, NOON, 300)]
    assert counted(sessions, now) == (4 * hours + hours, False)


@pytest.mark.parametrize("hours", [3, 26, 48, 7 * 24, 13 * 24, 29 * 24])
@pytest.mark.parametrize("fails", [False, True])
def test_a_type_alone_counts_all_of_its_own(hours: int, fails: bool) -> None:
    now = NOON + hours * HOUR + 7 * MINUTE
    silent = series("CollectJob", QUARTER, NOON, 400)
    lives = series("CatalogReplicationJob", HOUR, now - MINUTE, 1_000)
    sessions = [*(failing(silent) if fails else silent), *lives]
    assert counted(sessions, now, "CollectJob") == (4 * hours, False)


@given(EVERY, st.integers(3 * 60, 27 * 24 * 60), st.booleans())
def test_what_runs_day_and_night_is_counted_as_far_as_the_list_tells(
    every: timedelta, minutes: int, windowed: bool
) -> None:
    now = NOON + minutes * MINUTE
    lives = series("LogExport", 10 * MINUTE, now - MINUTE, 28 * 144)
    silent = failing(series("CollectJob", every, NOON, 28 * DAY // every))
    seen = [
        one for one in (*silent, *lives) if one.started and (not windowed or one.started > now - 30 * DAY)
    ]
    due = (now - NOON) // every
    found = [one for one in attention(seen, now).findings if isinstance(one, Failing)]
    for failed in found:
        if failed.due == 0 and not failed.at_least:
            continue  # it has no rhythm any more, or is not late yet
        assert failed.due == due or (failed.at_least and failed.due < due)
        assert windowed or not failed.at_least or due > 5_000
    assert windowed or found


def weekdays(when: datetime) -> bool:
    return when.weekday() < 5


def office(when: datetime) -> bool:
    return when.weekday() < 5 and 6 <= when.hour < 20


@pytest.mark.parametrize("runs_then", [weekdays, office])
@pytest.mark.parametrize("days", [0.7, 1.2, 2, 3.5, 6, 9, 15])
def test_what_rests_is_counted_without_its_rests_or_as_at_least_so_many(
    runs_then: Callable[[datetime], bool], days: float
) -> None:
    last = NOON + 2 * DAY  # a Wednesday
    now = last + days * DAY + 7 * MINUTE
    slots = [last - number * QUARTER for number in range(28 * 96)]
    silent = failing([run(slot) for slot in slots if runs_then(slot)])
    lives = series("LogExport", 10 * MINUTE, now - MINUTE, 40 * 144)
    due = [last + number * QUARTER for number in range(1, (now - last) // QUARTER + 1)]
    truth = sum(map(runs_then, due))
    count, at_least = counted([*silent, *lives], now, "CollectJob")
    assert count == truth or (at_least and 0.8 * truth <= count < truth)


@pytest.mark.parametrize("change", [NOON.replace(month=10, day=25), NOON.replace(month=3, day=29)])
@pytest.mark.parametrize("nights", [2, 3, 5, 9, 15])
def test_what_runs_at_a_local_time_is_counted_over_a_change_of_the_clocks(
    change: datetime, nights: int
) -> None:
    """The newest run is of two days before it."""
    local = [change - (number + 2) * DAY for number in range(-nights, 28)]
    starts = [night.replace(hour=4, minute=10, tzinfo=BERLIN).astimezone(UTC) for night in local]
    now = starts[0] + 12 * HOUR
    silent = failing([run(start) for start in starts[nights:]])
    lives = series("LogExport", 10 * MINUTE, now - MINUTE, 50 * 144)
    assert counted([*silent, *lives], now, "CollectJob") == (nights, False)


def test_an_outage_in_the_weeks_before_is_not_taken_for_a_rest() -> None:
    now = NOON + 26 * HOUR + 7 * MINUTE
    patch = NOON - 6 * DAY
    sessions = [
        *series("CollectJob", QUARTER, NOON, 2_600),
        *series("CatalogReplicationJob", HOUR, NOON, 650),
    ]
    seen = [one for one in sessions if one.started and not patch <= one.started < patch + 2 * HOUR]
    assert counted(seen, now) == (104 + 26, False)
