"""When nothing at all ran, that is one finding; when only one type did not, it is that type's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from made_runs import DAY, HOUR, MINUTE, NOON, SECOND, run, series, without

from emtui.em.model import Outcome, Session
from emtui.triage.finding_text import Teller
from emtui.triage.findings import Late, Paused, Silence
from emtui.triage.idle_periods import outages
from emtui.triage.prioritization import attention
from emtui.triage.runs_by_type import by_type
from emtui.triage.schedule_detection import Outage, rhythm

QUARTER = 15 * MINUTE
TOOK = 90 * SECOND


def three_types(until: datetime = NOON) -> list[Session]:
    return [
        *series("CollectJob", QUARTER, until, 2_700),
        *series("CatalogReplicationJob", HOUR, until - 5 * MINUTE, 670),
        *series("LicAutoUpdate", DAY, until - 10 * MINUTE, 28),
    ]


def found(sessions: Iterable[Session], now: datetime) -> tuple[Outage, ...]:
    types = by_type(sessions)
    return outages(types, {kind: one for kind, runs in types.items() if (one := rhythm(runs))}, now)


def test_a_night_without_a_pause_has_none() -> None:
    assert found(three_types(), NOON + 10 * MINUTE) == ()
    assert found([], NOON) == ()


def test_a_patch_night_is_one_pause_from_the_last_end_to_the_next_start() -> None:
    since = NOON - 10 * HOUR
    (pause,) = found(without(three_types(), since, since + 41 * MINUTE), NOON)
    assert pause.since == since - 5 * MINUTE + TOOK
    assert pause.until == since + 45 * MINUTE
    assert (pause.missed, pause.types) == (3, ("CollectJob",))
    assert pause.rests_on == 200


def test_a_stopped_service_is_one_finding_and_not_one_for_each_type() -> None:
    now = NOON + 2 * HOUR
    seen = attention(three_types(), now)
    (silence,) = seen.findings
    assert isinstance(silence, Silence)
    assert silence.since == NOON + TOOK
    assert silence.outage.types == ("CatalogReplicationJob", "CollectJob")
    assert silence.outage.missed == 8 + 2
    assert (seen.calm.on_time, seen.calm.types) == (1, 3)


def test_a_run_that_goes_on_meanwhile_shows_that_something_runs() -> None:
    now = NOON + 2 * HOUR
    running = run(NOON - MINUTE, "LogExport", outcome=Outcome.RUNNING)
    for sessions, runs in ((three_types(), "no runs"), ([running, *three_types()], "no runs begun")):
        (silence,) = (one for one in attention(sessions, now).findings if isinstance(one, Silence))
        assert Teller(now, UTC).finding(silence).startswith(f"{runs} since 12:01, all types; ")


def test_a_run_that_went_on_all_through_a_pause_does_so_too() -> None:
    since = NOON - 10 * HOUR
    paused = without(three_types(), since, since + 41 * MINUTE)
    long, short = (run(since - 6 * MINUTE, "LogExport", took=took) for took in (3 * HOUR, MINUTE))
    for session, runs in ((short, "no runs"), (long, "no runs begun")):
        (pause,) = (one for one in attention([session, *paused], NOON).findings if isinstance(one, Paused))
        assert Teller(NOON, UTC).finding(pause) == f"{runs} 01:56–02:45, all types"


def test_when_only_the_most_frequent_type_was_due_it_is_late_and_nobody_else_is_concerned() -> None:
    seen = attention(three_types(), NOON + 50 * MINUTE)
    (late,) = seen.findings
    assert isinstance(late, Late)
    assert (late.type, late.due, late.since) == ("CollectJob", 3, NOON + QUARTER)


def test_a_type_that_does_not_come_back_after_the_pause_is_late() -> None:
    since = NOON - 5 * HOUR
    sessions = [
        *without(series("CollectJob", QUARTER, NOON, 2_700), since, NOON + DAY),
        *without(series("CatalogReplicationJob", HOUR, NOON, 670), since, since + 61 * MINUTE),
        *series("LicAutoUpdate", DAY, NOON - 10 * MINUTE, 28),
    ]
    kinds = {type(finding): finding for finding in attention(sessions, NOON + MINUTE).findings}
    late = kinds[Late]
    assert late.type == "CollectJob"
    assert Silence not in kinds


def test_a_run_that_ends_in_the_middle_shows_that_the_service_lived() -> None:
    since = NOON - 10 * HOUR
    sessions = without(three_types(), since, since + 29 * MINUTE)
    assert found(sessions, NOON)
    crawl = run(since - 3 * HOUR, "CatalogCrawlJob", took=3 * HOUR + 14 * MINUTE)
    assert found([*sessions, crawl], NOON) == ()


def test_a_run_that_hangs_hides_no_pause() -> None:
    hung = run(NOON - 5 * HOUR, "DatabaseMaintenance", outcome=Outcome.RUNNING)
    (silence,) = attention([*three_types(), hung], NOON + 2 * HOUR).findings
    assert isinstance(silence, Silence)


def test_a_pause_is_told_for_a_day() -> None:
    since = NOON - 10 * HOUR
    sessions = without(three_types(NOON + 2 * DAY), since, since + 41 * MINUTE)
    until = [one for one in sessions if one.started and one.started <= NOON]
    (pause,) = attention(until, NOON).findings
    assert isinstance(pause, Paused)
    later = NOON + 15 * HOUR
    assert attention([one for one in sessions if one.started and one.started <= later], later).findings == ()


def test_a_night_in_which_nothing_ever_runs_is_no_pause() -> None:
    hours = [NOON - number * QUARTER for number in range(28 * 96)]
    office = [hour for hour in hours if 6 <= hour.hour < 20]
    sessions = [run(hour, kind) for hour in office for kind in ("CollectJob", "CatalogCrawlJob")]
    assert found(sessions, NOON) == ()


def test_two_types_that_never_had_a_rhythm_have_no_pause() -> None:
    days = (0, 1, 4, 5, 9, 16, 17, 22)
    sessions = [run(NOON - day * day * HOUR, kind) for day in days for kind in ("A", "B")]
    assert found(sessions, NOON + 9 * DAY) == ()
