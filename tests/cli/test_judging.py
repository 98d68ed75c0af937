"""What a check makes of a list: which level, which sentence, which figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import DAY, HOUR, MINUTE, NOON, outcomes, run, series

from emtui.cli.check import line
from emtui.cli.judging import Level, Limit, Limits, Verdict, figures, verdicts
from emtui.em.model import Outcome, Session
from emtui.triage.standing import Standings, standings
from emtui.triage.telling import Teller

TELL = Teller(NOON, ZoneInfo("UTC"))
QUARTER = 15 * MINUTE
LAST = NOON - MINUTE
ALL = Limits(stuck=True, overdue=True)
ONLY_OUTCOMES = Limits(stuck=False, overdue=False)


def anything(_kind: str | None) -> bool:
    return True


def judged(sessions: Sequence[Session], limits: Limits = ALL) -> list[Verdict]:
    return verdicts(standings(sessions, NOON), anything, limits, TELL)


def good(kind: str = "CollectJob", count: int = 2_000) -> list[Session]:
    return series(kind, QUARTER, LAST, count)


def test_all_is_well_on_a_base() -> None:
    (verdict,) = judged([*good(), *good("CatalogCrawlJob")])
    assert verdict == Verdict(Level.OK, "2 of 2 types on time")


def test_the_newest_result_decides_and_the_worst_comes_first() -> None:
    sessions = [
        *outcomes(Outcome.WARNING, Outcome.SUCCESS, kind="LicAutoUpdate", until=LAST),
        *outcomes(Outcome.FAILED, Outcome.SUCCESS, until=LAST),
    ]
    found = judged(sessions)
    assert [verdict.level for verdict in found] == [Level.CRITICAL, Level.WARNING]
    assert found[0].sentence == "CollectJob failed at 11:59, last good 11:44"
    (recovered,) = judged(outcomes(Outcome.SUCCESS, Outcome.FAILED, until=LAST))
    assert recovered.level is Level.OK


def test_without_being_asked_about_time_nothing_is_said_of_it() -> None:
    (verdict,) = judged(series("CollectJob", QUARTER, NOON - HOUR, 2_000), ONLY_OUTCOMES)
    assert verdict == Verdict(Level.OK, "1 type, none fails")


def test_hanging_and_late_runs_count_only_if_they_are_asked_for() -> None:
    late = series("CollectJob", QUARTER, NOON - HOUR, 2_000)
    hung = [run(NOON - HOUR, outcome=Outcome.RUNNING), *series("CollectJob", QUARTER, NOON - 75 * MINUTE, 90)]
    for sessions, limits in ((late, Limits(False, True)), (hung, Limits(True, False))):
        assert judged(sessions, limits)[0].level is Level.CRITICAL
        assert judged(sessions, ONLY_OUTCOMES)[0].level is Level.OK


@pytest.mark.parametrize(
    ("hours", "level"), [(19, Level.OK), (21, Level.WARNING), (26, Level.WARNING), (27, Level.CRITICAL)]
)
def test_an_age_has_two_limits(hours: int, level: Level) -> None:
    limits = Limits(False, False, age=Limit(20 * HOUR, 26 * HOUR))
    sessions = [run(NOON - hours * HOUR - MINUTE, took=MINUTE)]
    (verdict,) = judged(sessions, limits)
    assert verdict.level is level
    if level:
        assert f"was last good {TELL.at(NOON - hours * HOUR)}" in verdict.sentence


def test_a_type_that_never_was_good_is_too_old() -> None:
    sessions = outcomes(Outcome.CANCELED, Outcome.CANCELED, until=LAST)
    (verdict,) = judged(sessions, Limits(False, False, age=Limit(None, DAY)))
    assert verdict == Verdict(Level.CRITICAL, "CollectJob has no good run in the list")


def test_a_ratio_is_that_of_the_slowest_of_what_runs_and_of_the_newest_that_ended() -> None:
    limits = Limits(False, False, ratio=Limit(2.0, 5.0))
    usual = series("CollectJob", HOUR, NOON - 2 * HOUR, 50)
    ended = run(NOON - HOUR, took=4 * MINUTE)
    running = run(NOON - 30 * MINUTE, outcome=Outcome.RUNNING)
    (slow,) = judged([ended, *usual], limits)
    assert slow == Verdict(Level.WARNING, "CollectJob took 4m00s, 2.7 times the usual")
    (slower,) = judged([running, ended, *usual], limits)
    assert slower.level is Level.CRITICAL
    (unknown,) = judged([ended, *usual[:4]], limits)
    assert unknown.level is Level.OK


def test_figures_have_harmless_labels_and_the_limits_in_seconds() -> None:
    sessions = [run(NOON - HOUR, "Odd'=| type", took=10 * MINUTE)]
    limits = Limits(False, False, age=Limit(20 * HOUR, 26 * HOUR))
    found = [str(one) for one in figures(standings(sessions, NOON), anything, limits)]
    assert found == [
        "types=1;;;0",
        "on_time=0;;;0;1",
        "failing=0;;0;0",
        "Odd____type_age=3000s;72000;93600;0",
        "Odd____type_took=600.0s;;;0",
    ]


@given(st.text(max_size=80), st.sampled_from(Level))
def test_whatever_a_server_says_it_is_one_line_with_one_bar_at_most(text: str, level: Level) -> None:
    empty = Standings(NOON, (), ())
    told = line(level, [text], tuple(figures(empty, anything, ALL)))
    assert told.endswith("\n")
    assert told.count("\n") == 1
    assert told.count("|") == 1
    assert told.startswith(f"EMTUI {level.name} - ")


def test_a_limit_without_a_warning_is_critical_only() -> None:
    limit: Limit[timedelta] = Limit(None, HOUR)
    assert limit.level(HOUR) is Level.OK
    assert limit.level(HOUR + MINUTE) is Level.CRITICAL
