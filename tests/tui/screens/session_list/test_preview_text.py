"""The preview of a run and of a group, from the list alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from session_factory import HOUR, MINUTE, NOON, SECOND, make_run, make_series

from emtui import text_format
from emtui.display_text.assessment_text import finding_text
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Event, Outcome, Session, Uid
from emtui.local.knowledge_base import Knowledge
from emtui.monitor.assessment import Assessment, assess
from emtui.monitor.snapshot import Snapshot
from emtui.triage.grouping import RunGroup
from emtui.tui.screens.session_list.preview_text import MAX_LOG_LINES, TREND_RUNS, Preview, preview_of_row
from emtui.tui.theme import ERROR_STYLE, FAINT, SHADES
from emtui.tui.widgets.virtual_list import StyledSpans

CLOCK = TimeContext(NOON, UTC)
DAY = timedelta(days=1)
MESSAGE = "Cannot connect to backup server bs02.example.net: the remote host closed the connection"
FAILED = [
    make_run(NOON - number * DAY, duration=duration, outcome=Outcome.FAILED, message=MESSAGE)
    for number, duration in enumerate((122 * SECOND, 123 * SECOND, 134 * SECOND))
]
BESIDE = make_run(NOON - 2 * HOUR, "CatalogCrawlJob", outcome=Outcome.RUNNING)
RUNS = [
    *(run for run in make_series("CollectJob", 15 * MINUTE, count=700) if (run.started or NOON) not in
      {failed.started for failed in FAILED}),
    *FAILED,
    BESIDE,
]  # fmt: skip


def assess_runs(runs: list[Session]) -> Assessment:
    ordered = sorted(runs, key=lambda run: (run.started or NOON, run.uid), reverse=True)
    return assess(Snapshot(tuple(ordered), NOON), Knowledge())


ASSESSMENT = assess_runs(RUNS)


def texts(lines: tuple[StyledSpans, ...]) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def facts_of(preview: Preview) -> dict[str, str]:
    """The label and the text of each line beside the list."""
    lines = texts(preview.lines(72, 45, is_beside=True))
    return {line[1:14].strip(): line[14:] for line in lines if line[1:2].strip() and line[13:14] == " "}


def test_a_failed_run_shows_what_the_list_knows_about_it() -> None:
    preview = preview_of_row(FAILED[0], "", ASSESSMENT, CLOCK)
    lines = texts(preview.lines(72, 45, is_beside=True))
    assert lines[0].startswith("─ CollectJob  ■ failed  Mon 23 Nov 12:00:00  took 2m02s ───")
    assert " ".join(line.strip() for line in lines[1:5]).split("  ")[0].strip() == MESSAGE
    facts = facts_of(preview)
    assert facts["Since"].startswith("first since Sun 12:00, after 95 successes; 3 times")
    assert facts["Last success"] == "11:45, took 1m30s"
    assert facts["Usual"] == "1m30s", "122 s are not unusual"
    assert facts["Same failure"] == "Sun 12:00 2m03s  Sat 12:00 2m14s"
    assert facts["Also ran"] == "CatalogCrawlJob 10:00"
    assert facts["Log"] == "Enter loads it"


def card_of(height: int) -> list[StyledSpans]:
    lines = preview_of_row(FAILED[0], "", ASSESSMENT, CLOCK).lines(72, height, is_beside=True)
    return [line for line in lines if line and line[-1][0].strip().split("/")[0].isdigit()]


def test_the_card_has_the_last_seven_days_as_counted_by_hand() -> None:
    card = card_of(45)
    assert [line.split()[:2] + line.split()[-1:] for line in texts(tuple(card))] == [
        *(
            [day, number, "0/96"]
            for day, number in (("Tue", "17"), ("Wed", "18"), ("Thu", "19"), ("Fri", "20"))
        ),
        ["Sat", "21", "1/96"],
        ["Sun", "22", "1/96"],
        ["Mon", "23", "1/49"],
    ]
    assert all(text[14 + 12] == "█" for text in texts(tuple(card[-3:]))), "at noon"
    assert [line[-1][1] for line in card] == [*[FAINT] * 4, *[ERROR_STYLE] * 3]


def test_on_a_low_screen_the_card_has_only_the_days_with_failures_and_today() -> None:
    card = card_of(23)
    assert [line.split()[:2] for line in texts(tuple(card))] == [["Sat", "21"], ["Sun", "22"], ["Mon", "23"]]


@pytest.mark.parametrize("width", [100, 110, 120])
def test_below_the_list_the_usual_duration_is_never_cut(width: int) -> None:
    lines = texts(preview_of_row(FAILED[0], "", ASSESSMENT, CLOCK).lines(width, 9, is_beside=False))
    (took,) = (line for line in lines if line.startswith(" Took"))
    assert "  usual 1m30s  " in took
    assert 8 <= took.count(SHADES[0]) <= TREND_RUNS


def test_a_successful_run_has_no_streak_and_no_same_failure() -> None:
    run = RUNS[5]
    facts = facts_of(preview_of_row(run, "", ASSESSMENT, CLOCK))
    assert {"Since", "Same failure", "Also ran"}.isdisjoint(facts)
    assert facts["Last success"]
    assert facts["last 24"] == "shortest 1m30s, usual 1m30s, longest 1m30s"


def test_a_group_shows_its_number_span_and_median() -> None:
    group = RunGroup([run for run in RUNS[:5] if run.outcome is Outcome.SUCCESS])
    preview = preview_of_row(group, "", ASSESSMENT, CLOCK)
    lines = texts(preview.lines(72, 45, is_beside=True))
    assert lines[0].startswith(f"─ CollectJob  · {len(group.runs)} successful runs ──")
    assert "started 10:45–11:45 (Enter: expand)" in " ".join(lines)
    assert facts_of(preview)["Usual"] == "1m30s, median 1m30s"
    assert "Log" not in facts_of(preview)


def test_without_an_assessment_there_is_the_message_alone() -> None:
    preview = preview_of_row(FAILED[0], "", None, CLOCK)
    assert preview.message == MESSAGE
    assert facts_of(preview) == {}


def test_the_lines_stay_where_they_are_from_one_run_to_the_next() -> None:
    previews = [preview_of_row(run, "", ASSESSMENT, CLOCK) for run in (FAILED[0], RUNS[5], BESIDE)]
    for width, height, is_beside in ((72, 45, True), (120, 9, False)):
        rows = [
            [number for number, line in enumerate(texts(preview.lines(width, height, is_beside=is_beside)))
             if line.startswith(" Took")]
            for preview in previews[:2]
        ]  # fmt: skip
        assert rows[0] == rows[1]
        assert len(rows[0]) == 1


def test_a_loaded_log_shows_its_suspected_errors() -> None:
    messages = ["Collection started", *[f"Cannot connect to bs{number:02}" for number in range(9)], "done"]
    events = [Event(number, NOON, message) for number, message in enumerate(messages)]
    preview = preview_of_row(FAILED[0], "", ASSESSMENT, CLOCK, events)
    lines = texts(preview.lines(72, 45, is_beside=True))
    start = next(number for number, line in enumerate(lines) if line.startswith(" Log"))
    assert lines[start].endswith("Cannot connect to bs00")
    assert len(lines) - start == MAX_LOG_LINES
    assert "Cannot connect to bs00" in " ".join(texts(preview.lines(120, 9, is_beside=False)))
    quiet = preview_of_row(FAILED[0], "", ASSESSMENT, CLOCK, events[:1])
    assert facts_of(quiet)["Log"] == "no suspected errors"


def test_the_alert_that_the_user_went_to_comes_first() -> None:
    finding = next(found for found in ASSESSMENT.findings if found.type == "CollectJob")
    preview = preview_of_row(FAILED[0], finding_text(ASSESSMENT, finding, UTC), ASSESSMENT, CLOCK)
    assert texts(preview.lines(72, 45, is_beside=True))[1 + 1].startswith(" CollectJob failed")


def test_on_a_slow_connection_there_are_message_and_streak_only() -> None:
    preview = preview_of_row(FAILED[0], "", ASSESSMENT, CLOCK).shortened()
    assert set(facts_of(preview)) == {"Since"}
    assert preview.message == MESSAGE


@pytest.mark.parametrize(("width", "height", "is_beside"), [
    (60, 10, True), (72, 45, True), (100, 9, False), (159, 9, False), (20, 9, False), (60, 2, True),
])  # fmt: skip
def test_no_line_is_wider_than_the_preview(width: int, height: int, is_beside: bool) -> None:
    for row in (FAILED[0], RUNS[5], BESIDE, RunGroup(RUNS[:5])):
        lines = preview_of_row(row, "", ASSESSMENT, CLOCK).lines(width, height, is_beside=is_beside)
        assert len(lines) <= height
        if width >= 60:
            assert all(text_format.cell_width(line) <= width for line in texts(lines))


def test_a_run_without_a_start_does_not_make_the_days_before_the_list_known() -> None:
    runs = [run for run in RUNS if run.started and run.started > NOON - 30 * HOUR]
    undated = replace(make_run(NOON, "LogExport"), started=None, uid=Uid("undated"))
    marks = []
    for listed in (runs, [*runs, undated]):
        snapshot = Snapshot(
            (*sorted(runs, key=lambda run: run.started or NOON, reverse=True), *listed[len(runs) :]), NOON
        )
        preview = preview_of_row(runs[0], "", assess(snapshot, Knowledge()), CLOCK)
        marks.append("".join(texts(preview.card)))
    assert marks[0] == marks[1]
    assert "?" in marks[1]
