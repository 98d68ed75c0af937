"""The sentences, as the person on call reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from made_runs import DAY, HOUR, MINUTE, NOON, SECOND, log, outcomes, run, series, without

from emtui.em.model import Event, Outcome, Session
from emtui.triage import finding_text
from emtui.triage.baseline import Baseline, Slower
from emtui.triage.explanation import explain, good_before
from emtui.triage.findings import (
    Canceled,
    Failing,
    Finding,
    Hanging,
    Late,
    Paused,
    Recurring,
    Silence,
    Slowing,
    Warned,
)
from emtui.triage.incidents import incidents_of
from emtui.triage.prioritization import attention
from emtui.triage.runs_by_type import of_type
from emtui.triage.schedule_detection import Outage
from emtui.triage.streaks import Streak
from emtui.triage.type_status import Overrun, standings

BERLIN = ZoneInfo("Europe/Berlin")
NOW = NOON.replace(hour=2, minute=12)
TELL = finding_text.Teller(NOW, BERLIN)
BAD, OK = Outcome.FAILED, Outcome.SUCCESS


def clock(text: str) -> timedelta:
    hours, minutes = map(int, text.split(":"))
    return NOW.replace(hour=hours, minute=minutes) - NOW


def local(text: str, days: int = 0) -> timedelta:
    """How long before now a local time of that day was."""
    return clock(text) - HOUR - days * DAY


def row(of: Outcome, since: timedelta, count: int, good: timedelta | None, rests_on: int) -> Streak:
    """So many in a row since then, after the last good one; without one the list begins with them."""
    last_good = None if good is None else NOW + good
    return Streak(
        of,
        count,
        NOW + since,
        last_good,
        None,
        OK if last_good else None,
        int(good is not None),
        rests_on,
    )


def paused(since: datetime, until: datetime) -> Paused:
    return Paused(Outage(since, until, 3, ("A",), 200), until)


FINDINGS: tuple[tuple[Finding, str], ...] = (
    (
        Failing("CollectJob", row(BAD, local("01:55"), 2, local("01:40"), 9), None, 4),
        "CollectJob failed twice since 01:55, last good 01:40; 4 runs due, none began",
    ),
    (
        Failing("CollectJob", row(BAD, local("03:10"), 1, local("02:55"), 9), None, 1),
        "CollectJob failed at 03:10, last good 02:55; 1 run due, has not begun",
    ),
    (
        Failing("CollectJob", row(BAD, local("01:55", 1), 7, None, 7), None, 0),
        "CollectJob failed 7 times since at least Sun 01:55, no good run listed",
    ),
    (
        Late("CatalogReplicationJob", NOW, NOW + local("22:58", 2), 4 * HOUR, 6, 167),
        "CatalogReplicationJob last ran Sat 22:58, usually every 4h",
    ),
    (
        Hanging(
            "DatabaseMaintenance",
            Overrun(run(NOW + local("01:00")), 132 * MINUTE, 41, Baseline(193 * SECOND, 205 * SECOND, 29)),
        ),
        "DatabaseMaintenance has run for 2h12m since 01:00, usually 3m13s",
    ),
    (
        Slowing(
            "CatalogConsolidation",
            Slower(NOW + local("05:31", 7), 7, 2950 * SECOND, 841 * SECOND, 23),
        ),
        "CatalogConsolidation slower since 16 Nov 05:31: 49m10s, usually 14m01s, 7 runs in a row",
    ),
    (
        Warned("LicAutoUpdate", row(Outcome.WARNING, local("01:31", 2), 3, local("01:30", 3), 30), None),
        "LicAutoUpdate warned 3 times since Sat 01:31, last good Fri 01:30",
    ),
    (
        Canceled("LogExport", NOW + local("22:32", 0) - DAY, None, 10),
        "LogExport was canceled, begun 22:32",
    ),
    (
        Silence(Outage(NOW + local("01:55"), None, 9, ("A", "B"), 400)),
        "no runs since 01:55, all types; 9 runs due, none began",
    ),
    (
        Silence(Outage(NOW + local("01:55"), None, 9, ("A", "B"), 400), running=True),
        "no runs begun since 01:55, all types; 9 runs due, none began",
    ),
    (
        paused(NOW + local("22:00") - DAY, NOW + local("22:41") - DAY),
        "no runs 22:00–22:41, all types",
    ),
    (
        paused(NOW + local("22:00", 2), NOW + local("22:41", 2)),
        "no runs Sat 22:00–22:41, all types",
    ),
)


@pytest.mark.parametrize(("finding", "sentence"), FINDINGS, ids=lambda one: type(one).__name__)
def test_a_finding_is_one_sentence(finding: Finding, sentence: str) -> None:
    assert TELL.finding(finding) == sentence


def test_a_failure_that_comes_back_names_its_days() -> None:
    runs = series("CollectJob", HOUR, NOW, 24 * 6)
    for day in range(3):
        runs[24 * day + 2] = run(NOW - day * DAY - 2 * HOUR, outcome=BAD, message="bs02 closed after 3 s")
    (incident,) = incidents_of(runs)
    assert TELL.finding(Recurring("CollectJob", incident)) == (
        "CollectJob failed on 3 days since Sat 01:12, last 01:12, good since 02:12"
    )


def test_the_ground_says_how_many_runs() -> None:
    grounds = {type(finding).__name__: finding_text.ground(finding) for finding, _ in FINDINGS}
    assert grounds["Hanging"] == "on 29 good runs"
    assert grounds["Late"] == "on 167 intervals"
    assert grounds["Warned"] == "on 30 runs"
    (alone,) = attention([run(NOW - HOUR, outcome=BAD)], NOW).findings
    assert finding_text.ground(alone) == "on 1 run"


def test_one_run_is_one_run() -> None:
    alone = row(BAD, timedelta(0), 1, None, 1)
    assert finding_text.ground(Failing("LogExport", alone, None, 0)) == "on 1 run"


def test_calm_has_its_base() -> None:
    sessions = [one for kind in "AB" for one in series(kind, 15 * MINUTE, NOW, 2_000)]
    assert finding_text.calm(attention(sessions, NOW + MINUTE).calm) == "2 of 2 types on time"
    rare = run(NOW - 9 * DAY, "LicenseRevoke")
    assert finding_text.calm(attention([*sessions, rare], NOW + MINUTE).calm) == (
        "2 of 3 types on time, 1 without a rhythm"
    )


def test_a_silence_of_a_month_is_told_with_its_end() -> None:
    runs = [
        *series("CollectJob", MINUTE, NOW, 30_000, took=SECOND),
        *without(series("Other", HOUR, NOW + 9 * DAY, 900), NOW + DAY, NOW),
    ]
    (late,) = [one for one in attention(runs, NOW + 9 * DAY).findings if one.type == "CollectJob"]
    assert isinstance(late, Late)
    failing = Failing("CollectJob", row(BAD, NOW - NOW, 1, None, 9), None, late.due, late.at_least)
    assert TELL.finding(failing).endswith("at least 5,000 runs due, none began")


def explained(
    sessions: list[Session], session: Session, events: tuple[Event, ...], past: int
) -> dict[str, str]:
    good = log((0, "Start"), (0, "Retrieving data from bs02..."), (14, "Collected bs02: 3 jobs"), (15, "End"))
    found = explain(standings(sessions, NOW), sessions, session, events, [good] * past)
    return dict(TELL.explained(found))


def test_a_failed_run_is_explained_in_a_few_lines() -> None:
    sessions = outcomes(BAD, BAD, *[OK] * 40, until=NOW - 2 * MINUTE)
    other = run(NOW - 5 * MINUTE, "VcPluginJob", outcome=BAD)
    bad = log((0, "Start"), (0, "Retrieving data from bs02..."), (230, "bs02 failed"), (231, "End"))
    good = run(NOW - 4 * MINUTE, "LogExport")
    lines = explained([*sessions, other, good], sessions[0], bad, 5)
    assert lines == {
        "Since": "2nd failure in a row, first 02:55, after 40 successes",
        "Waited": "3m50s in “Retrieving data from bs02...”, usually 14s, longest of 5 good runs 14s",
        "Usual": "1m30s on 40 successful runs; this one longer than none of them",
        "Same": "2 times since 02:55, last 03:10, still happening",
        "Last good": "02:40, took 1m30s",
        "Next": "due 03:25",
        "Servers": "bs02 3m50s failed",
        "Nearby": "VcPluginJob 03:07 failed",
        "Also ran": "LogExport 03:08",
    }


def test_runs_nearby_say_when_they_began_and_several_of_a_type_are_one() -> None:
    begun = NOW - 2 * HOUR
    long = run(begun, "VcPluginJob", took=2 * HOUR, outcome=BAD)
    others = [
        *[run(begun + number * 15 * MINUTE, outcome=BAD) for number in (0, 1, 2)],
        run(begun + 45 * MINUTE),
        run(begun + 60 * MINUTE, outcome=Outcome.RUNNING),
        run(begun - 6 * DAY, "LogExport", took=6 * DAY),
        replace(run(begun + 50 * MINUTE, outcome=BAD), type=None, name="Nameless"),
    ]
    lines = explained([long, *others], long, (), 0)
    assert lines["Nearby"] == "CollectJob 3 times 01:12–01:42 failed, Nameless 02:02 failed"
    assert lines["Also ran"] == "LogExport 17 Nov 01:12, CollectJob twice 01:57–02:12"


def test_a_failure_that_comes_back_after_successes_is_not_told_as_the_first() -> None:
    sessions = outcomes(BAD, OK, OK, BAD, OK, until=NOW - 2 * MINUTE)
    assert explained(sessions, sessions[0], (), 0)["Since"] == (
        "first since 02:25, after 2 successes; twice since 02:25"
    )
    assert explained(sessions, sessions[3], (), 0)["Since"] == "first failure, after 1 success"


LETTERS = {
    "s": (OK, None),
    "w": (Outcome.WARNING, "slow"),
    "f": (BAD, "disk full on x"),
    "g": (BAD, "no route to y"),
    "c": (Outcome.CANCELED, "Canceled by z"),
    "r": (Outcome.RUNNING, None),
    "u": (Outcome.UNKNOWN, None),
}


@pytest.mark.parametrize(
    ("runs", "since"),
    [
        ("sssssf", "first failure, after 5 successes"),
        ("ssssswwwf", "first failure, after 3 warnings"),
        ("sssssfwf", "first since 02:40, after 1 warning; twice since 02:40"),
        ("wf", "first failure, after 1 warning"),
        ("f", "first failure, no success listed before"),
        ("cf", "first failure, no success listed before"),
        ("sscruscf", "first failure, after 3 successes"),
        ("swcwruf", "first failure, after 2 warnings"),
        ("sfsg", "first with this message, after 1 success"),
        ("sgfsg", "first since 02:40, after 1 success; twice since 02:25"),
        ("sfcsf", "first since 02:25, after 1 success; twice since 02:25"),
        ("ssff", "2nd failure in a row, first 02:55, after 2 successes"),
        ("sfwfcg", "2nd failure in a row, first 02:40, after 1 warning"),
        ("ssfw", "first warning, after 1 failure"),
        ("swfsw", "first since 02:25, after 1 success; twice since 02:25"),
        ("ffww", "2nd warning in a row, first 02:55, after 2 failures"),
    ],
)
def test_what_came_before_is_counted_up_to_the_first_run_with_another_outcome(runs: str, since: str) -> None:
    until = NOW - 2 * MINUTE
    sessions = [
        run(until - place * 15 * MINUTE, outcome=LETTERS[letter][0], message=LETTERS[letter][1])
        for place, letter in enumerate(reversed(runs))
    ]
    assert explained(sessions, sessions[0], (), 0)["Since"] == since


def test_a_failure_without_a_message_has_no_message_that_could_be_new() -> None:
    until = NOW - 2 * MINUTE
    bad = [run(until - hours * HOUR, outcome=BAD, message=text) for hours, text in ((0, None), (2, "x"))]
    sessions = [bad[0], run(until - HOUR), bad[1]]
    assert explained(sessions, bad[0], (), 0)["Since"] == "first since 01:10, after 1 success"


def test_what_was_new_with_the_server_that_failed_explains_more_than_a_longer_wait_elsewhere() -> None:
    sessions = outcomes(BAD, *[OK] * 40, until=NOW - 2 * MINUTE)
    bad = log(
        (0, "Retrieving data from bs02..."),
        (12, "bs02 closed the connection, second attempt in 10 seconds"),
        (23, "Cannot connect to bs02"),
        (24, "Retrieving data from bs03..."),
        (90, "Collected bs03: 3 jobs"),
    )
    assert explained(sessions, sessions[0], bad, 5)["Waited"] == (
        "11s in “bs02 closed the connection, second attempt in 10 seconds”, in none of 5 good runs"
    )
    assert explained(sessions, sessions[0], bad, 0)["Waited"].startswith(
        "1m06s in “Retrieving data from bs03"
    )


def test_a_run_that_hangs_says_where_it_is_silent() -> None:
    sessions = [run(NOW - 2 * HOUR, outcome=Outcome.RUNNING), *series("CollectJob", DAY, NOW - DAY, 20)]
    stuck = log((0, "Start"), (0, "Retrieving data from bs02..."), start=NOW - 2 * HOUR)
    lines = explained(sessions, sessions[0], stuck, 5)
    assert (
        lines["Silent"] == "2h00m in “Retrieving data from bs02...”, usually 14s, longest of 5 good runs 14s"
    )
    assert lines["Usual"] == "1m30s; this one ×80.0, longer than the longest of 20 successful runs"
    assert lines["Servers"] == "bs02 2h00m running"
    assert "Waited" not in lines


def test_what_nothing_is_known_of_is_explained_by_nothing() -> None:
    session = run(NOW - HOUR)
    assert explained([session], session, (), 0) == {}
    unknown = Session(session.uid)
    assert explained([], unknown, (), 0) == {}


def test_the_good_runs_before_are_those_whose_logs_are_asked_for() -> None:
    runs = of_type(outcomes(OK, BAD, OK, Outcome.WARNING, OK, OK, until=NOW), "CollectJob")
    assert good_before(runs, runs[1], 2) == [runs[2], runs[4]]


def test_a_run_stands_among_the_good_runs_before_it_with_their_spread() -> None:
    lengths = (80 * SECOND, 100 * SECOND)
    past = [run(NOW - (at + 1) * HOUR, took=lengths[at % 2]) for at in range(20)]
    newest = run(NOW - 3 * MINUTE, took=90 * SECOND)
    lines = explained([newest, *past], newest, log((0, "Start"), (90, "End")), 5)
    assert lines["Usual"] == "1m30s ±10s on 20 successful runs; this one longer than 10 of them"
