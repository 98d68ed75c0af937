"""The line of the last 24 hours: digits by the hour, and counts with their base."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import DAY, HOUR, MINUTE, NOON, outcomes, run, series

from emtui.em.model import LONG_AGO, Listing, Outcome, Session
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.unlisted_runs import UnlistedRuns
from emtui.triage.acknowledged import Known
from emtui.triage.acknowledgements import Mark, only
from emtui.triage.message_fingerprint import fingerprint
from emtui.tui.formatting.last_24h import HOURS, Day, by_hour, cells, line
from emtui.tui.formatting.session_columns import Clock
from emtui.tui.widgets.virtual_list import Pieces

GOOD, BAD, WARNED, RUNNING = Outcome.SUCCESS, Outcome.FAILED, Outcome.WARNING, Outcome.RUNNING
BERLIN, KATHMANDU = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")


def look(sessions: Iterable[Session], at: datetime = NOON) -> Snapshot:
    ordered = sorted(sessions, key=lambda one: (one.started or LONG_AGO, one.uid), reverse=True)
    return Snapshot(tuple(ordered), at)


def hours(snapshot: Snapshot, now: datetime = NOON, zone: tzinfo = UTC) -> str:
    return text(by_hour(Day.of(snapshot, Clock(now, zone)), zone))


def text(pieces: Pieces) -> str:
    return "".join(text for text, _ in pieces)


def failed(*starts: datetime) -> list[Session]:
    return [run(start, outcome=BAD) for start in starts]


def test_each_hour_tells_how_many_runs_that_began_in_it_failed() -> None:
    night = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
    snapshot = look(failed(night - 2 * MINUTE, night - 17 * MINUTE, night - 26 * HOUR), night)
    assert hours(snapshot, night, BERLIN) == "04h ······················11 03h failed"
    assert hours(snapshot, night, UTC) == "03h ······················11 02h failed"


def test_ten_and_more_in_an_hour_are_a_plus() -> None:
    starts = [NOON - HOUR + number * MINUTE for number in range(10)]
    assert hours(look(failed(*starts))) == "13h ······················+· 12h failed"
    assert hours(look(failed(*starts[1:]))) == "13h ······················9· 12h failed"


def test_an_hour_that_the_last_answer_does_not_reach_is_not_known() -> None:
    snapshot = look(failed(NOON - 3 * HOUR), NOON)
    assert hours(snapshot, NOON + 3 * HOUR + 30 * MINUTE) == "16h ·················1··???? 15h failed"
    assert hours(snapshot, NOON + 40 * HOUR) == f"05h {'?' * HOURS} 04h failed"
    assert hours(snapshot, NOON + MINUTE) == "13h ····················1··· 12h failed", "an answer a minute"


def test_an_hour_with_a_run_known_by_name_only_is_not_known_unless_another_failed() -> None:
    named = [replace(run(NOON - back), complete=False, state=None) for back in (HOUR, 2 * HOUR)]
    snapshot = look([*named, *failed(NOON - 2 * HOUR + MINUTE)])
    assert hours(snapshot) == "13h ·····················1?· 12h failed"


def test_hours_are_those_of_the_wall_where_zones_are_no_whole_hours_apart() -> None:
    snapshot = look(failed(NOON - 20 * MINUTE))  # 17:25; the hour began at 17:00 there, 11:15 in UTC
    assert hours(snapshot, NOON, KATHMANDU) == "18h ·······················1 17h failed"


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        (datetime(2026, 10, 25, 11, 30, tzinfo=UTC), "14h", "12h"),  # an hour twice
        (datetime(2026, 3, 29, 10, 30, tzinfo=UTC), "12h", "12h"),  # an hour left out
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "03h", "02h"),  # the first time it is 02:30
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "04h", "02h"),  # the second
    ],
)
def test_where_the_clock_is_turned_an_hour_is_still_an_hour(now: datetime, first: str, last: str) -> None:
    told = hours(look(failed(now, now - 23 * HOUR), now), now, BERLIN)
    assert told == f"{first} 1{'·' * 22}1 {last} failed"


zones = st.sampled_from(
    [UTC, BERLIN, KATHMANDU, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/St_Johns")]
)


@given(
    zone=zones,
    now=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001 # the zone follows
    back=st.lists(st.integers(0, 23 * 60 - 1), max_size=9, unique=True),
)
def test_every_failure_of_the_last_23_hours_stands_in_one_of_24(
    zone: tzinfo, now: datetime, back: list[int]
) -> None:
    here = now.replace(tzinfo=UTC)
    day = Day.of(look(failed(*(here - number * MINUTE for number in back)), here), Clock(here, zone))
    assert len(day.failed) == HOURS
    assert sum(number or 0 for number in day.failed) == len(back)
    assert day.first <= here - 23 * HOUR < day.first + HOUR
    assert cells(by_hour(day, zone)) == 39


NIGHT = [
    *outcomes(WARNED, BAD, RUNNING, BAD, *[GOOD] * 80),
    run(NOON - 30 * HOUR, outcome=RUNNING),
    *series("LogExport", HOUR, NOON - 25 * HOUR, count=50),
]


def told(width: int, snapshot: Snapshot | None = None) -> str:
    left, right = line(snapshot or look(NIGHT), Clock(NOON, UTC), width)
    assert cells(left) + cells(right) + 2 * bool(right) <= width
    return f"{text(left)} | {text(right)}" if right else text(left)


def test_the_counts_are_of_the_same_hours_with_what_still_runs_and_have_a_base() -> None:
    assert told(120) == (
        "13h ······················2· 12h failed | 2 failed  1 warned  2 running  80 ok of 85 runs in 24h"
    )


def test_the_narrower_the_fewer_words_and_the_hours_give_way_last() -> None:
    assert told(88).endswith("| 2 failed  1 warned  2 running  80 ok of 85 runs")
    assert told(84).endswith("| 2 failed  1 warned  2 running of 85 runs")
    assert told(80).endswith("12h failed | 2 failed  1 warned  … of 85 runs")
    worse = look([*NIGHT, run(NOON - MINUTE, outcome=Outcome.CANCELED)])
    assert told(80, worse).endswith("12h failed | 2 failed  1 warned  … of 86 runs")
    assert told(58) == "2 failed  1 warned  2 running  80 ok of 85 runs in 24h"
    assert told(39) == "2 failed  1 warned  … of 85 runs"
    assert told(24) == "2 failed  … of 85 runs"
    assert told(14) == "85 runs in 24h"


def test_how_well_a_list_is_known_is_said_in_fewer_words_before_any_word_is_cut() -> None:
    named = [replace(run(NOON - back * MINUTE), complete=False, state=None) for back in range(26)]
    older = [replace(run(NOON - DAY - back * HOUR), complete=False, state=None) for back in range(1, 962)]
    for width, counts in (
        (58, "26 runs in 24h  987 runs known by name only"),
        (43, "26 runs in 24h  987 runs known by name only"),
        (42, "26 runs in 24h  987 by name only"),
        (31, "987 by name only"),
        (15, "26 runs in 24h"),
        (13, ""),
    ):
        assert told(width, look([*named, *older])) == counts


def test_what_could_not_be_read_is_said_whatever_gives_way_for_it() -> None:
    odd = replace(look(NIGHT), replaced=1_204)
    assert told(80, odd) == "2 failed  1 warned  2 running  80 ok of 85 runs  1,204 characters replaced"
    assert "1,204 characters replaced" in told(120, odd)


def test_what_is_known_is_counted_with_what_it_is_of() -> None:
    snapshot = look(NIGHT)
    bad = next(one for one in snapshot.sessions if one.outcome is BAD)
    known = Known({fingerprint(bad): Mark(fingerprint(bad), bad.type, "INC0012345", NOON)})
    told = text(line(snapshot, Clock(NOON, UTC), 120, known)[1])
    assert told == "2 failed, 2 known  1 warned  2 running  80 ok of 85 runs in 24h"


@cache
def bad_night(often: int) -> tuple[Snapshot, Known]:
    """A night with so many runs of each outcome that is not well, and all of them acknowledged."""
    bad = [BAD, WARNED, Outcome.UNKNOWN, Outcome.CANCELED]
    row = [outcome for outcome in bad for _ in range(often)]
    snapshot = look([*outcomes(*row, every=timedelta(seconds=5), until=NOON), *NIGHT])
    marks = {
        only(one): Mark(only(one), one.type, "", NOON) for one in snapshot.sessions if one.outcome in bad
    }
    return snapshot, Known(marks)


@pytest.mark.parametrize("width", range(58, 200))
@pytest.mark.parametrize("often", [1, 12, 1_234])
def test_the_hours_stand_there_whatever_is_acknowledged(width: int, often: int) -> None:
    snapshot, everything = bad_night(often)
    before, after = (line(snapshot, Clock(NOON, UTC), width, known) for known in (None, everything))
    assert bool(before[1]) == bool(after[1]) == (width >= 80)
    assert cells(after[0]) + cells(after[1]) + 2 * bool(after[1]) <= width
    assert re.search(r"\d runs", text(after[-1] or after[0])), "a count says of what"


def test_a_day_without_a_run_says_so() -> None:
    old = look(series("LogExport", HOUR, NOON - 25 * HOUR, count=50))
    assert told(80, old) == f"13h {'·' * 24} 12h failed | nothing ran in 24h"


def test_a_day_whose_runs_are_no_longer_listed_is_not_said_to_have_been_without_any() -> None:
    before = look([run(NOON - HOUR)])
    gone = before.again(Listing(()), NOON)
    assert told(80, gone) == f"13h {'·' * 22}?· 12h failed | no runs listed in 24h"
    assert told(58, gone) == "no runs listed in 24h"


def test_a_day_of_which_all_runs_are_no_longer_listed_does_not_say_that_nothing_ran() -> None:
    lacks = UnlistedRuns((run(NOON - HOUR),), NOON)
    assert told(80, replace(look([]), unlisted=lacks)).endswith("| no runs listed in 24h")
    older = UnlistedRuns((run(NOON - 25 * HOUR),), NOON)
    assert told(80, replace(look([]), unlisted=older)).endswith("| nothing ran in 24h")
