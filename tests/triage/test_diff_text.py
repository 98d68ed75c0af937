"""The difference of two runs in words: which two, how much, each line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest
from made_runs import HOUR, MINUTE, NOON, SECOND, log, run

from emtui.em.model import Event, Outcome
from emtui.triage.diff_text import (
    Difference,
    base,
    difference,
    difference_text,
    line_text,
    matching,
    said,
    spans,
    tally,
    with_whom,
)
from emtui.triage.log_diff import Kind, Row

BAD = run(NOON, outcome=Outcome.FAILED, took=252 * SECOND)
GOOD = run(NOON - 30 * MINUTE)
LOG = log(
    (0, "Starting"),
    (1, "Retrieving data from bs02..."),
    (231, "Cannot connect to bs02\nthe remote host closed it"),
    (252, "Finished with errors"),
)
LOG_THEN = log(
    (0, "Starting"),
    (1, "Retrieving data from bs02..."),
    (15, "Collected bs02"),
    (90, "Finished"),
    start=GOOD.started or NOON,
)


def found(**changes: object) -> Difference:
    return replace(difference(BAD, LOG, GOOD, LOG_THEN, NOON + HOUR, last_good=True), **changes)  # type: ignore[arg-type]


def told(found: Difference) -> str:
    return with_whom(found.here, found.there, lambda when: f"{when:%H:%M}", last_good=found.last_good)


def test_it_says_which_run_how_old_and_how_long_that_took() -> None:
    assert told(found()) == "with the last good run, 11:30, 30m00s earlier, took 1m30s"
    later = run(NOON + HOUR, outcome=Outcome.WARNING)
    assert told(found(there=later, last_good=False)) == (
        "with the run of 13:00, warning, 1h00m later, took 1m30s"
    )


def test_a_run_without_a_start_is_named_by_its_id() -> None:
    assert told(found(there=replace(GOOD, started=None), last_good=False)) == f"with run {GOOD.id}, success"


def test_a_run_that_goes_on_is_compared_so_far() -> None:
    running = run(NOON, outcome=Outcome.RUNNING)
    so_far = difference(running, LOG[:2], GOOD, LOG_THEN, NOON + HOUR, last_good=True)
    assert told(so_far).startswith("so far with the last good run, 11:30")
    assert tally(so_far.comparison) == "no line differs so far, 1 of 2 steps slower, 2 to come"
    assert told(found(there=running, last_good=False)).endswith(", running, 0.0s earlier, still running")


def test_counts_are_told_with_what_they_rest_on() -> None:
    assert tally(found().comparison) == "2 new, 2 missing, 1 of 2 steps slower"
    assert base(found()) == "4 lines, 4 then"
    same = difference(BAD, LOG, GOOD, LOG, NOON, last_good=True)
    assert tally(same.comparison) == "no line differs, none of 3 steps slower"
    nothing = difference(BAD, (), GOOD, (), NOON, last_good=True)
    assert tally(nothing.comparison) == "no line differs"
    assert base(nothing) == "0 lines, 0 then"


@pytest.mark.parametrize(
    ("lasted", "then", "shown"),
    [
        (230, 14, ("3m50s", "14s", "16")),
        (32, 19, ("32s", "19s", "1.7")),
        (19, 32, ("19s", "32s", "")),
        (60, 0, ("1m00s", "0.0s", "more")),
        (None, 6, ("", "6.0s", "")),
        (6, None, ("6.0s", "", "")),
        (10**9, 1, ("11574d01h", "1.0s", ">10k")),
    ],
)
def test_how_many_times_is_told_only_of_a_step_that_took_much_longer(
    lasted: int | None, then: int | None, shown: tuple[str, str, str]
) -> None:
    row = Row(Kind.SAME, 0, 0, *(None if span is None else span * SECOND for span in (lasted, then)))
    assert spans(row) == shown


def test_a_text_has_both_runs_their_ids_the_counts_and_every_line() -> None:
    assert difference_text(found(), UTC).splitlines() == [
        f"CollectJob  failed  2026-11-23 12:00:00 +00:00  took 4m12s  {BAD.id}",
        "with the last good run, 2026-11-23 11:30:00 +00:00, 30m00s earlier, took 1m30s, " + GOOD.id,
        "2 new, 2 missing, 1 of 2 steps slower; 4 lines, 4 then",
        "+ new  - missing  ~ moved",
        "",
        "    Here    Then    ×  Event",
        "    1.0s    1.0s       Starting",
        "   3m50s     14s   16  Retrieving data from bs02...",
        "-          1m15s       Collected bs02",
        "-                      Finished",
        "+    21s               Cannot connect to bs02",
        "                       the remote host closed it",
        "+                      Finished with errors",
    ]


def test_a_text_for_a_ticket_folds_what_is_equal_and_far_away() -> None:
    many = log(*((float(at), f"host{at}") for at in range(50)))
    text = difference_text(difference(BAD, many[:-1], GOOD, many, NOON, last_good=True), UTC, around=2)
    assert "\n=                      47 equal lines\n" in text
    assert text.count("\n") == 10
    assert text.endswith("host49\n")


def test_one_line_is_told_whole_with_its_date() -> None:
    zone = timezone(timedelta(hours=1))
    lines = [line_text(found(), row, zone) for row in found().comparison.rows]
    assert lines[1] == ("here 3m50s  then 14s  ×16  2026-11-23 13:00:01 +01:00  Retrieving data from bs02...")
    assert lines[2] == "missing  then 1m15s  2026-11-23 12:30:15 +01:00  Collected bs02"
    assert lines[4].startswith("new  here 21s  2026-11-23 13:03:51 +01:00  Cannot connect to bs02 ⏎ the")


def test_events_without_time_or_text_are_told_as_far_as_they_are_known() -> None:
    odd = (Event(1, None, None, "no time"),)
    row = difference(BAD, odd, GOOD, (), NOON, last_good=True)
    assert line_text(row, row.comparison.rows[0], UTC) == "new  not readable: no time"
    assert row.offset(row.comparison.rows[0]) is None


def test_offsets_count_from_the_start_of_the_run_that_a_line_is_of() -> None:
    offsets = [found().offset(row) for row in found().comparison.rows]
    assert offsets[:3] == [0 * SECOND, SECOND, 15 * SECOND]


def test_what_is_sought_is_found_without_case_in_the_lines_of_both() -> None:
    rows = found().comparison.rows
    words = [said(found().event(row)) for row in rows]
    for sought in ("BS02", "end", "nonesuch"):
        expected = [place for place, text in enumerate(words) if sought.casefold() in text.casefold()]
        assert list(matching(found(), sought)) == expected
    assert matching(found(), "") == ()
