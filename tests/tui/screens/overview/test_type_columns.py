"""The columns of the overview, and the usual duration and ratio of the session list."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from emtui import text_format
from emtui.demo.world import SimulatedWorld
from emtui.em.model import SESSION_TYPES
from emtui.triage.prioritization import prioritize_findings
from emtui.triage.type_status import TypeStatus, compute_type_statuses
from emtui.tui.formatting.session_columns import TimeContext, column_titles, render_cells, session_columns
from emtui.tui.screens.overview.type_columns import NEVER_RAN_TEXT, type_columns, type_rows

NIGHT = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
CLOCK = TimeContext(NIGHT, UTC)
STATUSES = compute_type_statuses(SimulatedWorld(1, NIGHT).sessions(NIGHT), NIGHT)
ROWS = type_rows(STATUSES, prioritize_findings(STATUSES))


def line(kind: str, width: int = 80) -> str:
    row = next(row for row in ROWS if isinstance(row, TypeStatus) and row.type == kind)
    return "".join(text for text, _ in render_cells(type_columns(width), row, CLOCK)).rstrip()


def test_types_that_need_attention_are_on_top_and_the_rest_by_name() -> None:
    names = [row if isinstance(row, str) else row.type for row in ROWS]
    assert set(names[:2]) == {"CatalogReplicationJob", "DatabaseMaintenance"}
    without_alerts = names[names.index("HistoryCollectJob") :]
    assert without_alerts == sorted(without_alerts)
    assert sorted(names) == sorted(SESSION_TYPES)


def test_a_line_shows_usual_length_interval_and_why_the_type_is_overdue() -> None:
    assert line("CatalogReplicationJob").split()[-4:] == ["6m22s", "4h", "overdue", "44h"]
    assert line("CatalogReplicationJob", 120).endswith("4h  overdue 1d20h")
    assert line("DatabaseMaintenance").split()[-5:] == ["2h11m", "3m02s", "24h", "43×", "usual"]
    assert line("HistoryCollectJob").endswith("24h  03:15")


def test_the_order_is_that_of_the_alerts() -> None:
    kinds = list(dict.fromkeys(finding.type for finding in prioritize_findings(STATUSES).findings))
    assert [row if isinstance(row, str) else row.type for row in ROWS][: len(kinds)] == kinds


@pytest.mark.parametrize("width", [58, 80, 120])
def test_the_start_has_its_weekday_as_in_the_list_at_each_width(width: int) -> None:
    (day, *_) = [text for text in line("CatalogReplicationJob", width).split() if text in {"Sat", "Mon"}]
    assert day == "Sat"
    assert "01:27" in line("CatalogReplicationJob", width)
    assert line("CatalogReplicationJob", width).endswith("overdue 1d20h" if width == 120 else "overdue 44h")
    assert " 00:31" in line("LicAutoUpdate", width)


@pytest.mark.parametrize(
    ("now", "due", "expected"),
    [
        ((10, 25, 10, 30), (10, 25, 11, 0), "12:00"),
        ((3, 28, 11, 0), (3, 29, 10, 30), "Sun 12:30"),  # less than 24 hours, but more by wall clock
        ((10, 24, 11, 0), (10, 25, 11, 30), "Sun 12:30"),  # more than 24 hours, but less by wall clock
        ((10, 24, 21, 0), (10, 25, 0, 30), "02:30A"),  # the first 02:30 of the day
        ((10, 24, 21, 0), (10, 25, 1, 30), "02:30B"),
        ((10, 23, 21, 0), (10, 25, 1, 30), "Sun 02:30B"),
    ],
)
def test_a_start_more_than_24_hours_ahead_has_its_weekday_also_across_clock_changes(
    now: tuple[int, int, int, int], due: tuple[int, int, int, int], expected: str
) -> None:
    current_time, due_time = (datetime(2026, *when, tzinfo=UTC) for when in (now, due))
    row = next(row for row in ROWS if isinstance(row, TypeStatus) and row.due and not row.overruns)
    assert row.due
    row = replace(row, due=replace(row.due, next_start=due_time, overdue_since=None))
    shown = render_cells(type_columns(80), row, TimeContext(current_time, ZoneInfo("Europe/Berlin")))
    assert shown[-1][0].strip() == expected


def test_a_type_that_never_ran_says_so_in_its_line() -> None:
    statuses = compute_type_statuses((), NIGHT)
    rows = type_rows(statuses, prioritize_findings(statuses))
    assert rows == tuple(sorted(SESSION_TYPES))
    for width, expected in ((80, "never"), (120, NEVER_RAN_TEXT)):
        texts = [text for text, _ in render_cells(type_columns(width), rows[0], CLOCK)]
        assert texts[-1].strip() == expected


@pytest.mark.parametrize(
    ("overdue_by", "expected"),
    [
        (timedelta(minutes=45), "overdue 45m"),
        (timedelta(hours=3, minutes=12), "overdue 3h"),
        (timedelta(days=4, hours=3), "overdue 99h"),
        (timedelta(days=4, hours=4), "overdue 4d"),
        (timedelta(days=29, hours=23), "overdue 29d"),
    ],
)
def test_a_long_delay_is_rounded_rather_than_cut(overdue_by: timedelta, expected: str) -> None:
    row = next(row for row in ROWS if isinstance(row, TypeStatus) and row.due and row.due.overdue_since)
    assert row.due
    row = replace(row, due=replace(row.due, overdue_since=NIGHT - overdue_by))
    assert render_cells(type_columns(58), row, CLOCK)[-1][0].strip() == expected


@pytest.mark.parametrize("width", [58, 79, 80, 119, 120, 400])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    room = width - 2
    assert text_format.cell_width(column_titles(type_columns(width))) <= room
    assert text_format.cell_width(column_titles(session_columns(width))) <= room
    for row in ROWS:
        assert (
            sum(text_format.cell_width(text) for text, _ in render_cells(type_columns(width), row, CLOCK))
            <= room
        )


def test_only_an_unusually_long_run_has_a_ratio() -> None:
    columns = session_columns(120, STATUSES.baselines)
    titles = column_titles(columns)
    assert "Usual" in titles
    end = titles.index("Ratio") + len("Ratio")
    stuck = next(row.newest_run for row in STATUSES.statuses if row.type == "DatabaseMaintenance")
    normal = next(row.runs[-1] for row in STATUSES.statuses if row.type == "SecurityScopesRebuild")
    texts = ["".join(text for text, _ in render_cells(columns, run, CLOCK)) for run in (stuck, normal)]
    assert [text[end - 6 : end].strip() for text in texts] == ["43×", ""]


def test_a_ratio_takes_at_most_four_cells_without_its_sign() -> None:
    assert [
        text_format.format_ratio(ratio) for ratio in (1.5, 2.74, 9.94, 9.96, 41.2, 9998.6, 10_001.0, 123456.0)
    ] == [
        "1.5",
        "2.7",
        "9.9",
        "10",
        "41",
        "9999",
        ">10k",
        ">10k",
    ]
    stuck = next(row for row in STATUSES.statuses if row.overruns)
    longer = replace(stuck, overruns=(replace(stuck.overruns[0], ratio=123456.0),))
    shown = "".join(text for text, _ in render_cells(type_columns(80), longer, CLOCK))
    assert shown.rstrip().endswith(">10k× usual")
