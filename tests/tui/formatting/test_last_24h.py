"""The line of the last 24 hours: a strip of cells, and counts with their total."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series, runs_with_outcomes

from emtui.display_text.session_wording import TimeContext
from emtui.em.model import DISTANT_PAST, Listing, Outcome, Session
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.unlisted_runs import UnlistedRuns
from emtui.triage.acknowledgement_matching import Acknowledgements
from emtui.triage.acknowledgements import Acknowledgement, run_key
from emtui.triage.message_fingerprint import fingerprint
from emtui.tui.formatting.last_24h import (
    HOUR_COUNT,
    Last24Hours,
    cell_count_for,
    last_24h_line,
    strip_spans,
    tally_line,
)
from emtui.tui.theme import ACCENT_STYLE, CURSOR_TINT, ERROR_STYLE
from emtui.tui.widgets.status_line import spans_width
from emtui.tui.widgets.virtual_list import StyledSpans

GOOD, BAD, WARNED, RUNNING = Outcome.SUCCESS, Outcome.FAILED, Outcome.WARNING, Outcome.RUNNING
BERLIN, KATHMANDU = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")


def snapshot_of(sessions: Iterable[Session], at: datetime = NOON) -> Snapshot:
    ordered = sorted(sessions, key=lambda one: (one.started or DISTANT_PAST, one.uid), reverse=True)
    return Snapshot(tuple(ordered), at)


def strip_line(
    snapshot: Snapshot,
    now: datetime = NOON,
    zone: tzinfo = UTC,
    *,
    cell_count: int = HOUR_COUNT,
    missed: Iterable[datetime] = (),
    selected: int | None = None,
) -> str:
    """The strip as text, with a dot in place of each blank cell."""
    day = Last24Hours.from_snapshot(snapshot, TimeContext(now, zone), None, missed, cell_count)
    return plain_text(strip_spans(day, zone, selected)).replace(" ", "·")


def plain_text(pieces: StyledSpans) -> str:
    return "".join(text for text, _ in pieces)


def failed_runs(*starts: datetime) -> list[Session]:
    return [make_run(start, outcome=BAD) for start in starts]


def test_each_cell_shows_the_worst_of_the_runs_that_began_in_it() -> None:
    night = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
    runs = [
        *failed_runs(night - 2 * MINUTE),
        make_run(night - 4 * MINUTE),
        make_run(night - 17 * MINUTE, outcome=WARNED),
        make_run(night - 3 * HOUR),
        make_run(night - 26 * HOUR),
    ]
    assert strip_line(snapshot_of(runs), night, BERLIN) == "04h│····················▄·▲█│now"
    assert strip_line(snapshot_of(runs), night, UTC) == "03h│····················▄·▲█│now"


def test_wider_lines_have_cells_of_half_and_quarter_hours() -> None:
    night = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
    snapshot = snapshot_of([*failed_runs(night - 13 * MINUTE), make_run(night - 43 * MINUTE)])
    assert [cell_count_for(width) for width in (58, 80, 119, 120, 159, 160, 200)] == [
        *(24, 24, 24, 48, 48, 96, 96)
    ]
    assert strip_line(snapshot, night, cell_count=48) == f"02:30│{'·' * 45}▄█·│now"
    assert strip_line(snapshot, night, cell_count=96) == f"02:15│{'·' * 92}▄·█·│now"


def test_a_start_that_was_due_and_missing_is_a_cross() -> None:
    snapshot = snapshot_of([make_run(NOON - 2 * HOUR), *failed_runs(NOON - HOUR)])
    missed = [NOON - back * HOUR for back in (1, 2, 3, 25)]
    assert strip_line(snapshot, missed=missed) == "13h│····················××█·│now"


def test_a_session_that_has_been_running_since_before_is_running_now() -> None:
    snapshot = snapshot_of([make_run(NOON - 30 * HOUR, outcome=RUNNING), make_run(NOON - HOUR)])
    assert strip_line(snapshot) == "13h│······················▄►│now"


def test_the_selected_cell_is_set_off_also_if_it_is_blank() -> None:
    snapshot = snapshot_of(failed_runs(NOON))
    assert strip_line(snapshot, selected=0).startswith("13h│▌·")
    day = Last24Hours.from_snapshot(snapshot, TimeContext(NOON, UTC))
    before, after = strip_spans(day, UTC), strip_spans(day, UTC, HOUR_COUNT - 1)
    assert ("█", ERROR_STYLE) in before
    assert ("█", ACCENT_STYLE + CURSOR_TINT) in after


def test_time_not_covered_by_the_last_response_is_unknown() -> None:
    snapshot = snapshot_of(failed_runs(NOON - 3 * HOUR), NOON)
    assert strip_line(snapshot, NOON + 3 * HOUR + 30 * MINUTE) == "16h│·················█··????│now"
    assert strip_line(snapshot, NOON + 40 * HOUR) == f"05h│{'?' * HOUR_COUNT}│now"
    assert strip_line(snapshot, NOON + MINUTE) == "13h│····················█···│now", "an answer a minute"


def test_an_hour_with_a_run_without_details_is_unknown_unless_another_failed() -> None:
    named = [replace(make_run(NOON - back), is_complete=False, state=None) for back in (HOUR, 2 * HOUR)]
    snapshot = snapshot_of(
        [*named, *failed_runs(NOON - 2 * HOUR + MINUTE), make_run(NOON - HOUR, outcome=WARNED)]
    )
    assert strip_line(snapshot) == "13h│·····················█?·│now"


def test_hours_follow_the_zone_even_with_offsets_of_half_hours() -> None:
    snapshot = snapshot_of(
        failed_runs(NOON - 20 * MINUTE)
    )  # 17:25; the hour began at 17:00 there, 11:15 in UTC
    assert strip_line(snapshot, NOON, KATHMANDU) == "18h│·······················█│now"


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (datetime(2026, 10, 25, 11, 30, tzinfo=UTC), "14h"),  # an hour twice
        (datetime(2026, 3, 29, 10, 30, tzinfo=UTC), "12h"),  # an hour left out
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "03h"),  # the first time it is 02:30
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "04h"),  # the second
    ],
)
def test_an_hour_lasts_60_minutes_when_clocks_change(now: datetime, first: str) -> None:
    shown = strip_line(snapshot_of(failed_runs(now, now - 23 * HOUR), now), now, BERLIN)
    assert shown == f"{first}│█{'·' * 22}█│now"


zones = st.sampled_from(
    [UTC, BERLIN, KATHMANDU, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/St_Johns")]
)


@given(
    zone=zones,
    now=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001 # the zone follows
    runs=st.lists(
        st.tuples(st.integers(0, 30 * 60), st.sampled_from(list(Outcome)), st.booleans()), max_size=20
    ),
    cell_count=st.sampled_from([24, 48, 96]),
)
def test_the_cells_add_up_to_what_the_line_counts(
    zone: tzinfo, now: datetime, runs: list[tuple[int, Outcome, bool]], cell_count: int
) -> None:
    now_utc = now.replace(tzinfo=UTC)
    sessions = [
        replace(make_run(now_utc - back * MINUTE, f"Type{number}", outcome=outcome), is_complete=is_complete)
        for number, (back, outcome, is_complete) in enumerate(runs)
    ]
    clock = TimeContext(now_utc, zone)
    day = Last24Hours.from_snapshot(snapshot_of(sessions, now_utc), clock, None, (), cell_count)
    length = timedelta(days=1) / cell_count
    assert len(day.cells) == cell_count
    assert all(cell.end - cell.start == length for cell in day.cells)
    assert day.cells[-1].start <= now_utc < day.cells[-1].end
    counts = sum((Counter(cell.outcome_counts) for cell in day.cells), Counter[Outcome]())
    started = [run for run in sessions if run.started and run.started >= day.cells[0].start]
    assert counts.total() == len(started)
    earlier_running = sum(1 for run in sessions if run not in started and run.is_complete and run.is_running)
    assert day.total == len(started) + earlier_running
    unknown = sum(1 for run in started if not run.is_complete)
    expected = day.outcome_counts + Counter({Outcome.UNKNOWN: unknown})
    expected[RUNNING] -= earlier_running
    assert counts == +expected


NIGHT = [
    *runs_with_outcomes(WARNED, BAD, RUNNING, BAD, *[GOOD] * 80),
    make_run(NOON - 30 * HOUR, outcome=RUNNING),
    *make_series("LogExport", HOUR, NOON - 25 * HOUR, count=50),
]


def line_of(
    snapshot: Snapshot,
    width: int,
    acknowledgements: Acknowledgements | None = None,
    selected: int | None = None,
) -> tuple[StyledSpans, StyledSpans]:
    clock = TimeContext(NOON, UTC)
    day = Last24Hours.from_snapshot(snapshot, clock, acknowledgements, (), cell_count_for(width))
    return last_24h_line(day, snapshot, UTC, width, selected)


def last_24h_text(width: int, snapshot: Snapshot | None = None) -> str:
    left, right = line_of(snapshot or snapshot_of(NIGHT), width)
    assert spans_width(left) + spans_width(right) + 2 * bool(right) <= width
    return f"{plain_text(left)} | {plain_text(right)}" if right else plain_text(left)


STRIP = f"13h│  {'▄' * 20}█▲│now"


def test_the_counts_cover_the_same_hours_and_running_sessions_and_have_a_total() -> None:
    left, _, right = last_24h_text(160).partition(" | ")
    assert re.fullmatch("12:15│ {12}[▄ ]{80}█►█▲│now", left)
    assert right == "■ 2 failed  ▲ 1 warned  ► 2 running of 85 runs"
    assert last_24h_text(176).endswith(" | ■ 2 failed  ▲ 1 warned  ► 2 running  · 80 ok of 85 runs in 24h")


def test_narrow_lines_drop_words_first_and_the_strip_last() -> None:
    assert last_24h_text(80) == f"{STRIP} | ■ 2 failed  ▲ 1 warned  ► 2 running of 85 runs"
    assert last_24h_text(96) == f"{STRIP} | ■ 2 failed  ▲ 1 warned  ► 2 running  · 80 ok of 85 runs in 24h"
    assert last_24h_text(95) == f"{STRIP} | ■ 2 failed  ▲ 1 warned  ► 2 running  · 80 ok of 85 runs"
    assert last_24h_text(88) == f"{STRIP} | ■ 2 failed  ▲ 1 warned  ► 2 running of 85 runs"
    assert last_24h_text(58) == "■ 2 failed  ▲ 1 warned  ► 2 running  · 80 ok of 85 runs"
    assert last_24h_text(45) == "■ 2  ▲ 1  ► 2  · 80 of 85 runs in 24h"
    assert last_24h_text(36) == "■ 2  ▲ 1  ► 2  · 80 of 85 runs"
    assert last_24h_text(28) == "■ 2  ▲ 1  ► 2 of 85 runs"
    assert last_24h_text(14) == "85 runs in 24h"
    worse = snapshot_of([*NIGHT, make_run(NOON - MINUTE, outcome=Outcome.CANCELED)])
    assert last_24h_text(80, worse).endswith("│now | ■ 2  ▲ 1  ○ 1  ► 2  · 80 of 86 runs in 24h")


def test_the_strip_stays_while_a_cell_is_selected() -> None:
    assert plain_text(line_of(snapshot_of(NIGHT), 58)[0]).startswith("■ 2")
    for width in (34, 40, 58):
        left, right = line_of(snapshot_of(NIGHT), width, selected=23)
        assert plain_text(left) == STRIP
        assert spans_width(left) + spans_width(right) + 2 * bool(right) <= width
    assert plain_text(line_of(snapshot_of(NIGHT), 58, selected=23)[1]) == "■ 2  ▲ 1  ► 2 of 85 runs"
    assert plain_text(line_of(snapshot_of(NIGHT), 20, selected=23)[0]) == "85 runs in 24h"


def test_a_download_is_reported_beside_the_counts() -> None:
    snapshot = snapshot_of(NIGHT)
    for width in (58, 80, 120, 160, 200):
        day = Last24Hours.from_snapshot(snapshot, TimeContext(NOON, UTC), None, (), cell_count_for(width))
        left, right = tally_line(day, snapshot, UTC, width, "loading from em01 since 02:14:30")
        assert plain_text(right).endswith("loading from em01 since 02:14:30  Esc: cancel")
        assert spans_width(left) + spans_width(right) + 2 <= width


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
        == "■ 2 failed  ▲ 1 warned  ► 2 running of 85 runs  1,204 characters replaced"
    )
    assert "1,204 characters replaced" in last_24h_text(120, snapshot)


def test_acknowledged_runs_are_counted_within_their_outcome() -> None:
    snapshot = snapshot_of(NIGHT)
    bad = next(one for one in snapshot.sessions if one.outcome is BAD)
    known = Acknowledgements(
        {fingerprint(bad): Acknowledgement(fingerprint(bad), bad.type, "INC0012345", NOON)}
    )
    right_text = plain_text(line_of(snapshot, 120, known)[1])
    assert right_text == "■ 2, 2 acknowledged  ▲ 1  ► 2  · 80 of 85 runs in 24h"


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
    before, after = (line_of(snapshot, width, known) for known in (None, everything))
    assert bool(before[1]) == bool(after[1]) == (width >= 80)
    assert spans_width(after[0]) + spans_width(after[1]) + 2 * bool(after[1]) <= width
    assert re.search(r"\d runs", plain_text(after[-1] or after[0])), "a count says of what"


def test_a_day_without_runs_says_so() -> None:
    old = snapshot_of(make_series("LogExport", HOUR, NOON - 25 * HOUR, count=50))
    assert last_24h_text(80, old) == f"13h│{' ' * 24}│now | no runs in 24h"


def test_a_day_with_unlisted_runs_does_not_say_that_there_were_none() -> None:
    before = snapshot_of([make_run(NOON - HOUR)])
    gone = before.with_listing(Listing(()), NOON)
    assert last_24h_text(80, gone) == f"13h│{' ' * 22}? │now | no runs listed in 24h"
    assert last_24h_text(58, gone) == "no runs listed in 24h"


def test_a_day_with_only_unlisted_runs_does_not_say_that_there_were_none() -> None:
    lacks = UnlistedRuns((make_run(NOON - HOUR),), NOON)
    assert last_24h_text(80, replace(snapshot_of([]), unlisted=lacks)).endswith("| no runs listed in 24h")
    older = UnlistedRuns((make_run(NOON - 25 * HOUR),), NOON)
    assert last_24h_text(80, replace(snapshot_of([]), unlisted=older)).endswith("| no runs in 24h")
