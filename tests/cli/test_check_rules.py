"""What a check makes of a list: which level, which sentence, which figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import DAY, HOUR, MINUTE, NOON, SECOND, outcomes, run, series

from emtui import text_format
from emtui.cli.check import line
from emtui.cli.check_rules import Level, Limit, Limits, Verdict, figures, verdicts
from emtui.em.model import Outcome, Session
from emtui.local.knowledge_base import Knowledge
from emtui.monitor.assessment import assess
from emtui.monitor.snapshot import Snapshot
from emtui.triage.finding_text import Teller
from emtui.triage.type_status import Standings, standings

TELL = Teller(NOON, ZoneInfo("UTC"))
QUARTER = 15 * MINUTE
LAST = NOON - MINUTE
ALL = Limits(stuck=True, overdue=True)
ONLY_OUTCOMES = Limits(stuck=False, overdue=False)


def anything(_kind: str | None) -> bool:
    return True


def judged(sessions: Sequence[Session], limits: Limits = ALL) -> list[Verdict]:
    return verdicts(assess(Snapshot(tuple(sessions), NOON), Knowledge()), anything, limits, TELL)


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
    assert verdict == Verdict(Level.OK, "1 type not failing")


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
        assert verdict.sentence == (
            f"last successful run of CollectJob ended {TELL.at(NOON - hours * HOUR)}, "
            f"{text_format.duration(hours * HOUR)} ago"
        )


def test_an_age_without_a_known_end_is_told_from_the_start() -> None:
    session = replace(run(NOON - 3 * HOUR), ended=None)
    assert session.outcome is Outcome.SUCCESS
    (verdict,) = judged([session], Limits(False, False, age=Limit(None, HOUR)))
    assert verdict.sentence == "last successful run of CollectJob began 09:00, 3h00m ago"


def test_a_type_that_never_was_good_is_too_old() -> None:
    sessions = outcomes(Outcome.CANCELED, Outcome.CANCELED, until=LAST)
    (verdict,) = judged(sessions, Limits(False, False, age=Limit(None, DAY)))
    assert verdict == Verdict(Level.CRITICAL, "CollectJob has no successful run in the list")


def test_a_ratio_is_that_of_the_slowest_of_what_runs_and_of_the_newest_that_ended() -> None:
    limits = Limits(False, False, ratio=Limit(2.0, 5.0))
    usual = series("CollectJob", HOUR, NOON - 2 * HOUR, 50)
    ended = run(NOON - HOUR, took=4 * MINUTE)
    running = run(NOON - 30 * MINUTE, outcome=Outcome.RUNNING)
    (slow,) = judged([ended, *usual], limits)
    assert slow == Verdict(Level.WARNING, "CollectJob took 4m00s, 2.7 times the usual")
    (slower,) = judged([running, ended, *usual], limits)
    assert slower == Verdict(
        Level.CRITICAL, "CollectJob has run for 30m00s since 11:30, 20.0 times the usual"
    )
    (unknown,) = judged([ended, *usual[:4]], limits)
    assert unknown.level is Level.UNKNOWN


def test_a_canceled_newest_run_is_passed_over() -> None:
    long = run(LAST, took=9 * HOUR, outcome=Outcome.CANCELED)
    slow = Limits(False, False, ratio=Limit(None, 2.0))
    well = [long, *series("CollectJob", QUARTER, LAST - QUARTER, 50)]
    assert [verdict.level for verdict in judged(well, slow)] == [Level.OK]
    bad = outcomes(Outcome.CANCELED, Outcome.CANCELED, Outcome.FAILED, Outcome.SUCCESS, until=LAST)
    (verdict,) = judged(bad, ONLY_OUTCOMES)
    assert verdict == Verdict(Level.CRITICAL, "CollectJob failed at 11:29, last good 11:14")


def irregular(kind: str, count: int, outcome: Outcome = Outcome.SUCCESS) -> list[Session]:
    """Runs without any rhythm: each lies twice as far back as the one after it."""
    return [run(LAST - 2**number * MINUTE, kind, outcome=outcome) for number in range(count)]


RATIO = Limits(False, False, ratio=Limit(None, 2.0))
STUCK, OVERDUE = Limits(True, False), Limits(False, True)


@pytest.mark.parametrize(
    ("count", "limits", "level", "sentence"),
    [
        (3, ALL, Level.OK, "1 type not failing; no schedule known for LogExport"),
        (9, ALL, Level.OK, "1 type not failing; no schedule known for LogExport"),
        (9, OVERDUE, Level.UNKNOWN, "no schedule known for LogExport"),
        (4, STUCK, Level.UNKNOWN, "no usual length known for LogExport"),
        (5, STUCK, Level.OK, "1 type not failing"),
        (5, RATIO, Level.UNKNOWN, "no usual length known for LogExport"),
        (6, RATIO, Level.OK, "1 type not failing"),
        (
            3,
            Limits(False, True, age=Limit(None, DAY), ratio=Limit(None, 2.0)),
            Level.OK,
            "1 type not failing; no schedule known for LogExport; no usual length known for LogExport",
        ),
    ],
)
def test_what_cannot_be_judged_is_said(count: int, limits: Limits, level: Level, sentence: str) -> None:
    assert judged(irregular("LogExport", count), limits) == [Verdict(level, sentence)]


@pytest.mark.parametrize("limits", [RATIO, STUCK])
@pytest.mark.parametrize("outcome", [Outcome.SUCCESS, Outcome.RUNNING])
def test_a_usual_length_of_zero_tells_nothing_of_a_long_run(limits: Limits, outcome: Outcome) -> None:
    usual = series("LogExport", HOUR, NOON - 2 * HOUR, 50, took=timedelta())
    long = run(NOON - 100 * SECOND, "LogExport", took=100 * SECOND, outcome=outcome)
    short = run(NOON - 100 * SECOND, "LogExport", took=SECOND)
    fine = Verdict(Level.OK, "1 type not failing")
    unknown = Verdict(Level.UNKNOWN, "no usual length known for LogExport")
    looked_at = limits is RATIO or outcome is Outcome.RUNNING
    assert judged([long, *usual], limits) == [unknown if looked_at else fine]
    assert judged([short, *usual], limits) == [fine]


def test_a_type_of_which_the_list_does_not_tell_whether_it_is_due_is_not_on_time() -> None:
    young = series("CollectJob", HOUR, NOON - 5 * DAY, 14)
    sentence = "not enough history to check whether CollectJob is overdue"
    assert judged(young, OVERDUE) == [Verdict(Level.UNKNOWN, sentence)]
    assert judged(young) == [Verdict(Level.OK, f"1 type not failing; {sentence}")]
    both = [*series("CollectJob", HOUR, NOON - 5 * HOUR, 14), *good("LogExport")]
    assert judged(both) == [Verdict(Level.OK, "1 of 2 types on time, 1 with too little history")]
    assert judged(both, OVERDUE) == [Verdict(Level.OK, f"2 types not failing; {sentence}")]
    assert "on_time=1;;;0;2" in map(str, figures(standings(both, NOON), anything, ALL))
    assert judged(series("CollectJob", HOUR, LAST, 14)) == [Verdict(Level.OK, "1 of 1 types on time")]


def test_some_types_that_cannot_be_judged_are_named() -> None:
    sessions = [*good(), *irregular("LogExport", 3), *irregular("LicenseRevoke", 2)]
    (verdict,) = judged(sessions, OVERDUE)
    assert verdict == Verdict(
        Level.OK, "3 types not failing; no schedule known for LogExport and LicenseRevoke"
    )
    (verdict,) = judged(sessions, ALL)
    assert verdict == Verdict(Level.OK, "1 of 3 types on time, 2 without a rhythm")
    many = [one for number in range(9) for one in irregular(f"Type{number}", 2)]
    (verdict,) = judged([*good(), *many], STUCK)
    assert (
        verdict.sentence == "10 types not failing; no usual length known for Type0, Type1, Type2 and 6 more"
    )


def test_a_run_that_goes_on_and_of_which_nothing_is_usual_is_said_without_being_asked() -> None:
    running = run(LAST, "LogExport", outcome=Outcome.RUNNING)
    (verdict,) = judged([*good(), running], ALL)
    assert verdict.level is Level.OK
    assert verdict.sentence == "1 of 2 types on time, 1 without a rhythm; no usual length known for LogExport"


def test_what_fails_is_critical_though_nothing_else_can_be_judged() -> None:
    failed = irregular("LogExport", 3, Outcome.FAILED)
    assert [verdict.level for verdict in judged(failed, OVERDUE)] == [Level.CRITICAL]


def test_the_last_success_is_the_one_that_ended_last() -> None:
    long = run(LAST - 9 * HOUR, took=8 * HOUR)
    short = run(LAST - 8 * HOUR, took=MINUTE)
    (verdict,) = judged([short, long], Limits(False, False, age=Limit(None, 2 * HOUR)))
    assert verdict.level is Level.OK


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
