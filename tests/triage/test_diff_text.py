"""The text of a comparison: both runs, the counts, and each line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest
from session_factory import HOUR, MINUTE, NOON, SECOND, make_log, make_run

from emtui.em.model import Event, Outcome
from emtui.triage.diff_text import (
    RunDifference,
    compare_runs,
    find_matching_rows,
    format_compared_run,
    format_counts,
    format_difference,
    format_durations,
    format_event,
    format_line,
    format_line_counts,
)
from emtui.triage.log_diff import DiffKind, DiffRow

FAILED_RUN = make_run(NOON, outcome=Outcome.FAILED, duration=252 * SECOND)
SUCCESSFUL_RUN = make_run(NOON - 30 * MINUTE)
LOG = make_log(
    (0, "Starting"),
    (1, "Retrieving data from bs02..."),
    (231, "Cannot connect to bs02\nthe remote host closed it"),
    (252, "Finished with errors"),
)
OTHER_LOG = make_log(
    (0, "Starting"),
    (1, "Retrieving data from bs02..."),
    (15, "Collected bs02"),
    (90, "Finished"),
    start=SUCCESSFUL_RUN.started or NOON,
)


def make_difference(**changes: object) -> RunDifference:
    return replace(
        compare_runs(FAILED_RUN, LOG, SUCCESSFUL_RUN, OTHER_LOG, NOON + HOUR, is_last_successful=True),
        **changes,  # type: ignore[arg-type]
    )


def describe_comparison(run_difference: RunDifference) -> str:
    return format_compared_run(
        run_difference.current,
        run_difference.other,
        lambda time: f"{time:%H:%M}",
        is_last_successful=run_difference.is_last_successful,
    )


def test_the_other_run_is_described_with_its_age_and_duration() -> None:
    assert (
        describe_comparison(make_difference()) == "with the last success, 11:30, 30m00s earlier, took 1m30s"
    )
    later = make_run(NOON + HOUR, outcome=Outcome.WARNING)
    assert describe_comparison(make_difference(other=later, is_last_successful=False)) == (
        "with the run of 13:00, warning, 1h00m later, took 1m30s"
    )


def test_a_run_without_a_start_is_named_by_its_id() -> None:
    assert (
        describe_comparison(
            make_difference(other=replace(SUCCESSFUL_RUN, started=None), is_last_successful=False)
        )
        == f"with run {SUCCESSFUL_RUN.id}, success"
    )


def test_a_running_session_is_compared_so_far() -> None:
    running = make_run(NOON, outcome=Outcome.RUNNING)
    so_far = compare_runs(running, LOG[:2], SUCCESSFUL_RUN, OTHER_LOG, NOON + HOUR, is_last_successful=True)
    assert describe_comparison(so_far).startswith("so far with the last success, 11:30")
    assert format_counts(so_far.comparison) == "no differences so far, 1 of 2 steps slower, 2 pending"
    assert describe_comparison(make_difference(other=running, is_last_successful=False)).endswith(
        ", running, 0.0s earlier, still running"
    )


def test_counts_are_shown_with_the_numbers_of_lines() -> None:
    assert format_counts(make_difference().comparison) == "2 new, 2 missing, 1 of 2 steps slower"
    assert format_line_counts(make_difference()) == "4 lines, other run: 4"
    same = compare_runs(FAILED_RUN, LOG, SUCCESSFUL_RUN, LOG, NOON, is_last_successful=True)
    assert format_counts(same.comparison) == "no differences, none of 3 steps slower"
    nothing = compare_runs(FAILED_RUN, (), SUCCESSFUL_RUN, (), NOON, is_last_successful=True)
    assert format_counts(nothing.comparison) == "no differences"
    assert format_line_counts(nothing) == "0 lines, other run: 0"


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
def test_the_ratio_is_shown_only_for_a_step_that_took_much_longer(
    lasted: int | None, then: int | None, shown: tuple[str, str, str]
) -> None:
    row = DiffRow(DiffKind.SAME, 0, 0, *(None if span is None else span * SECOND for span in (lasted, then)))
    assert format_durations(row) == shown


def test_a_text_has_both_runs_their_ids_the_counts_and_every_line() -> None:
    assert format_difference(make_difference(), UTC).splitlines() == [
        f"CollectJob  failed  2026-11-23 12:00:00 +00:00  took 4m12s  {FAILED_RUN.id}",
        "with the last success, 2026-11-23 11:30:00 +00:00, 30m00s earlier, took 1m30s, " + SUCCESSFUL_RUN.id,
        "2 new, 2 missing, 1 of 2 steps slower; 4 lines, other run: 4",
        "+ new  - missing  ~ moved",
        "",
        "    This   Other Ratio  Event",
        "    1.0s    1.0s        Starting",
        "   3m50s     14s    16  Retrieving data from bs02...",
        "-          1m15s        Collected bs02",
        "-                       Finished",
        "+    21s                Cannot connect to bs02",
        "                        the remote host closed it",
        "+                       Finished with errors",
    ]


def test_a_text_for_a_ticket_collapses_distant_equal_lines() -> None:
    many = make_log(*((float(at), f"host{at}") for at in range(50)))
    text = format_difference(
        compare_runs(FAILED_RUN, many[:-1], SUCCESSFUL_RUN, many, NOON, is_last_successful=True),
        UTC,
        context_lines=2,
    )
    assert "\n=                       47 equal lines\n" in text
    assert text.count("\n") == 10
    assert text.endswith("host49\n")


def test_one_line_is_formatted_completely_with_its_date() -> None:
    zone = timezone(timedelta(hours=1))
    lines = [format_line(make_difference(), row, zone) for row in make_difference().comparison.rows]
    assert lines[1] == (
        "this run 3m50s  other run 14s  16×  2026-11-23 13:00:01 +01:00  Retrieving data from bs02..."
    )
    assert lines[2] == "missing  other run 1m15s  2026-11-23 12:30:15 +01:00  Collected bs02"
    assert lines[4].startswith("new  this run 21s  2026-11-23 13:03:51 +01:00  Cannot connect to bs02 ⏎ the")


def test_events_without_time_or_text_are_formatted_as_far_as_possible() -> None:
    events = (Event(1, None, None, "no time"),)
    row = compare_runs(FAILED_RUN, events, SUCCESSFUL_RUN, (), NOON, is_last_successful=True)
    assert format_line(row, row.comparison.rows[0], UTC) == "new  unreadable: no time"
    assert row.offset(row.comparison.rows[0]) is None


def test_offsets_count_from_the_start_of_the_run_that_a_line_is_of() -> None:
    offsets = [make_difference().offset(row) for row in make_difference().comparison.rows]
    assert offsets[:3] == [0 * SECOND, SECOND, 15 * SECOND]


def test_search_finds_text_in_both_logs_ignoring_case() -> None:
    rows = make_difference().comparison.rows
    words = [format_event(make_difference().event(row)) for row in rows]
    for search_text in ("BS02", "end", "nonesuch"):
        expected = [place for place, text in enumerate(words) if search_text.casefold() in text.casefold()]
        assert list(find_matching_rows(make_difference(), search_text)) == expected
    assert find_matching_rows(make_difference(), "") == ()
