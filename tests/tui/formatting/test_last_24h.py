"""The line of the last 24 hours: digits per hour, and counts with their total."""

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
from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series, runs_with_outcomes

from emtui.em.model import DISTANT_PAST, Listing, Outcome, Session
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.unlisted_runs import UnlistedRuns
from emtui.triage.acknowledgement_matching import Acknowledgements
from emtui.triage.acknowledgements import Acknowledgement, run_key
from emtui.triage.message_fingerprint import fingerprint
from emtui.tui.formatting.last_24h import HOUR_COUNT, Last24Hours, hours_text, last_24h_line, spans_width
from emtui.tui.formatting.session_columns import TimeContext
from emtui.tui.widgets.virtual_list import StyledSpans

GOOD, BAD, WARNED, RUNNING = Outcome.SUCCESS, Outcome.FAILED, Outcome.WARNING, Outcome.RUNNING
BERLIN, KATHMANDU = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")


def snapshot_of(sessions: Iterable[Session], at: datetime = NOON) -> Snapshot:
    ordered = sorted(sessions, key=lambda one: (one.started or DISTANT_PAST, one.uid), reverse=True)
    return Snapshot(tuple(ordered), at)


def hours_line(snapshot: Snapshot, now: datetime = NOON, zone: tzinfo = UTC) -> str:
    return plain_text(hours_text(Last24Hours.from_snapshot(snapshot, TimeContext(now, zone)), zone))


def plain_text(pieces: StyledSpans) -> str:
    return "".join(text for text, _ in pieces)


def failed_runs(*starts: datetime) -> list[Session]:
    return [make_run(start, outcome=BAD) for start in starts]


def test_each_hour_shows_how_many_runs_that_began_in_it_failed() -> None:
    night = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
    snapshot = snapshot_of(failed_runs(night - 2 * MINUTE, night - 17 * MINUTE, night - 26 * HOUR), night)
    assert hours_line(snapshot, night, BERLIN) == "04h ······················11 03h failed"
    assert hours_line(snapshot, night, UTC) == "03h ······················11 02h failed"


def test_ten_or_more_in_an_hour_are_a_plus() -> None:
    starts = [NOON - HOUR + number * MINUTE for number in range(10)]
    assert hours_line(snapshot_of(failed_runs(*starts))) == "13h ······················+· 12h failed"
    assert hours_line(snapshot_of(failed_runs(*starts[1:]))) == "13h ······················9· 12h failed"


def test_an_hour_not_covered_by_the_last_response_is_unknown() -> None:
    snapshot = snapshot_of(failed_runs(NOON - 3 * HOUR), NOON)
    assert hours_line(snapshot, NOON + 3 * HOUR + 30 * MINUTE) == "16h ·················1··???? 15h failed"
    assert hours_line(snapshot, NOON + 40 * HOUR) == f"05h {'?' * HOUR_COUNT} 04h failed"
    assert hours_line(snapshot, NOON + MINUTE) == "13h ····················1··· 12h failed", (
        "an answer a minute"
    )


def test_an_hour_with_a_run_without_details_is_unknown_unless_another_failed() -> None:
    named = [replace(make_run(NOON - back), is_complete=False, state=None) for back in (HOUR, 2 * HOUR)]
    snapshot = snapshot_of([*named, *failed_runs(NOON - 2 * HOUR + MINUTE)])
    assert hours_line(snapshot) == "13h ·····················1?· 12h failed"


def test_hours_follow_the_zone_even_with_offsets_of_half_hours() -> None:
    snapshot = snapshot_of(
        failed_runs(NOON - 20 * MINUTE)
    )  # 17:25; the hour began at 17:00 there, 11:15 in UTC
    assert hours_line(snapshot, NOON, KATHMANDU) == "18h ·······················1 17h failed"


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        (datetime(2026, 10, 25, 11, 30, tzinfo=UTC), "14h", "12h"),  # an hour twice
        (datetime(2026, 3, 29, 10, 30, tzinfo=UTC), "12h", "12h"),  # an hour left out
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "03h", "02h"),  # the first time it is 02:30
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "04h", "02h"),  # the second
    ],
)
def test_an_hour_lasts_60_minutes_when_clocks_change(now: datetime, first: str, last: str) -> None:
    hours_shown = hours_line(snapshot_of(failed_runs(now, now - 23 * HOUR), now), now, BERLIN)
    assert hours_shown == f"{first} 1{'·' * 22}1 {last} failed"


zones = st.sampled_from(
    [UTC, BERLIN, KATHMANDU, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/St_Johns")]
)


@given(
    zone=zones,
    now=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001 # the zone follows
    back=st.lists(st.integers(0, 23 * 60 - 1), max_size=9, unique=True),
)
def test_every_failure_of_the_last_23_hours_is_counted_in_one_of_24(
    zone: tzinfo, now: datetime, back: list[int]
) -> None:
    now_utc = now.replace(tzinfo=UTC)
    day = Last24Hours.from_snapshot(
        snapshot_of(failed_runs(*(now_utc - number * MINUTE for number in back)), now_utc),
        TimeContext(now_utc, zone),
    )
    assert len(day.failed_by_hour) == HOUR_COUNT
    assert sum(number or 0 for number in day.failed_by_hour) == len(back)
    assert day.first_hour <= now_utc - 23 * HOUR < day.first_hour + HOUR
    assert spans_width(hours_text(day, zone)) == 39


NIGHT = [
    *runs_with_outcomes(WARNED, BAD, RUNNING, BAD, *[GOOD] * 80),
    make_run(NOON - 30 * HOUR, outcome=RUNNING),
    *make_series("LogExport", HOUR, NOON - 25 * HOUR, count=50),
]


def last_24h_text(width: int, snapshot: Snapshot | None = None) -> str:
    left, right = last_24h_line(snapshot or snapshot_of(NIGHT), TimeContext(NOON, UTC), width)
    assert spans_width(left) + spans_width(right) + 2 * bool(right) <= width
    return f"{plain_text(left)} | {plain_text(right)}" if right else plain_text(left)


def test_the_counts_cover_the_same_hours_and_running_sessions_and_have_a_total() -> None:
    assert last_24h_text(120) == (
        "13h ······················2· 12h failed | 2 failed  1 warned  2 running  80 ok of 85 runs in 24h"
    )


def test_narrow_lines_drop_words_first_and_hours_last() -> None:
    assert last_24h_text(88).endswith("| 2 failed  1 warned  2 running  80 ok of 85 runs")
    assert last_24h_text(84).endswith("| 2 failed  1 warned  2 running of 85 runs")
    assert last_24h_text(80).endswith("12h failed | 2 failed  1 warned  … of 85 runs")
    worse = snapshot_of([*NIGHT, make_run(NOON - MINUTE, outcome=Outcome.CANCELED)])
    assert last_24h_text(80, worse).endswith("12h failed | 2 failed  1 warned  … of 86 runs")
    assert last_24h_text(58) == "2 failed  1 warned  2 running  80 ok of 85 runs in 24h"
    assert last_24h_text(39) == "2 failed  1 warned  … of 85 runs"
    assert last_24h_text(24) == "2 failed  … of 85 runs"
    assert last_24h_text(14) == "85 runs in 24h"


def test_counts_of_incomplete_rows_are_shortened_before_any_word_is_cut() -> None:
    named = [replace(make_run(NOON - back * MINUTE), is_complete=False, state=None) for back in range(26)]
    older = [
        replace(make_run(NOON - DAY - back * HOUR), is_complete=False, state=None) for back in range(1, 962)
    ]
    for width, counts in (
        (58, "26 runs in 24h  987 runs without details"),
        (40, "26 runs in 24h  987 runs without details"),
        (39, "26 runs in 24h  987 no details"),
        (29, "987 no details"),
        (14, "987 no details"),
        (13, ""),
    ):
        assert last_24h_text(width, snapshot_of([*named, *older])) == counts


def test_unreadable_rows_are_always_counted() -> None:
    snapshot = replace(snapshot_of(NIGHT), replaced_count=1_204)
    assert (
        last_24h_text(80, snapshot)
        == "2 failed  1 warned  2 running  80 ok of 85 runs  1,204 characters replaced"
    )
    assert "1,204 characters replaced" in last_24h_text(120, snapshot)


def test_acknowledged_runs_are_counted_within_their_outcome() -> None:
    snapshot = snapshot_of(NIGHT)
    bad = next(one for one in snapshot.sessions if one.outcome is BAD)
    known = Acknowledgements(
        {fingerprint(bad): Acknowledgement(fingerprint(bad), bad.type, "INC0012345", NOON)}
    )
    right_text = plain_text(last_24h_line(snapshot, TimeContext(NOON, UTC), 120, known)[1])
    assert right_text == "2 failed, 2 acknowledged  1 warned  2 running  80 ok of 85 runs in 24h"


@cache
def night_with_acknowledged(runs_per_outcome: int) -> tuple[Snapshot, Acknowledgements]:
    """A night with this many runs of each bad outcome, all of them acknowledged."""
    bad = [BAD, WARNED, Outcome.UNKNOWN, Outcome.CANCELED]
    row = [outcome for outcome in bad for _ in range(runs_per_outcome)]
    snapshot = snapshot_of([*runs_with_outcomes(*row, interval=timedelta(seconds=5), until=NOON), *NIGHT])
    marks = {
        run_key(one): Acknowledgement(run_key(one), one.type, "", NOON)
        for one in snapshot.sessions
        if one.outcome in bad
    }
    return snapshot, Acknowledgements(marks)


@pytest.mark.parametrize("width", range(58, 200))
@pytest.mark.parametrize("often", [1, 12, 1_234])
def test_the_hours_stay_whatever_is_acknowledged(width: int, often: int) -> None:
    snapshot, everything = night_with_acknowledged(often)
    before, after = (
        last_24h_line(snapshot, TimeContext(NOON, UTC), width, known) for known in (None, everything)
    )
    assert bool(before[1]) == bool(after[1]) == (width >= 80)
    assert spans_width(after[0]) + spans_width(after[1]) + 2 * bool(after[1]) <= width
    assert re.search(r"\d runs", plain_text(after[-1] or after[0])), "a count says of what"


def test_a_day_without_runs_says_so() -> None:
    old = snapshot_of(make_series("LogExport", HOUR, NOON - 25 * HOUR, count=50))
    assert last_24h_text(80, old) == f"13h {'·' * 24} 12h failed | no runs in 24h"


def test_a_day_with_unlisted_runs_does_not_say_that_there_were_none() -> None:
    before = snapshot_of([make_run(NOON - HOUR)])
    gone = before.with_listing(Listing(()), NOON)
    assert last_24h_text(80, gone) == f"13h {'·' * 22}?· 12h failed | no runs listed in 24h"
    assert last_24h_text(58, gone) == "no runs listed in 24h"


def test_a_day_with_only_unlisted_runs_does_not_say_that_there_were_none() -> None:
    lacks = UnlistedRuns((make_run(NOON - HOUR),), NOON)
    assert last_24h_text(80, replace(snapshot_of([]), unlisted=lacks)).endswith("| no runs listed in 24h")
    older = UnlistedRuns((make_run(NOON - 25 * HOUR),), NOON)
    assert last_24h_text(80, replace(snapshot_of([]), unlisted=older)).endswith("| no runs in 24h")
