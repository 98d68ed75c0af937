"""What stands on a line of the overview, and in the columns of what is usual."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
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
    quiet = names[names.index("HistoryCollectJob") :]
    assert quiet == sorted(quiet)
    assert sorted(names) == sorted(SESSION_TYPES)


def test_a_line_says_what_is_usual_how_often_and_why_it_is_late() -> None:
    assert line("CatalogReplicationJob").split()[-4:] == ["6m22s", "4h", "late", "1d20h"]
    assert line("DatabaseMaintenance").split()[-5:] == ["2h11m", "3m02s", "24h", "×43", "usual"]
    assert line("HistoryCollectJob").endswith("24h  03:15")


def test_the_order_is_that_of_the_alerts() -> None:
    kinds = list(dict.fromkeys(finding.type for finding in prioritize_findings(STATUSES).findings))
    assert [row if isinstance(row, str) else row.type for row in ROWS][: len(kinds)] == kinds


@pytest.mark.parametrize("width", [58, 80, 120])
def test_the_start_has_its_weekday_as_in_the_list_at_each_width(width: int) -> None:
    (day, *_) = [text for text in line("CatalogReplicationJob", width).split() if text in {"Sat", "Mon"}]
    assert day == "Sat"
    assert "01:27" in line("CatalogReplicationJob", width)
    assert line("CatalogReplicationJob", width).endswith("late 1d20h")
    assert " 00:31" in line("LicAutoUpdate", width)


@pytest.mark.parametrize(
    ("now", "due", "expected"),
    [
        ((10, 25, 10, 30), (10, 25, 11, 0), "12:00"),
        ((3, 28, 11, 0), (3, 29, 10, 30), "Sun 12:30"),  # less than a day ahead, but the wall says more
        ((10, 24, 11, 0), (10, 25, 11, 30), "Sun 12:30"),  # more than a day ahead, though the wall says less
        ((10, 24, 21, 0), (10, 25, 0, 30), "02:30A"),  # the first time it is half past two
        ((10, 24, 21, 0), (10, 25, 1, 30), "02:30B"),
        ((10, 23, 21, 0), (10, 25, 1, 30), "Sun 02:30B"),
    ],
)
def test_what_is_not_within_24_hours_has_its_weekday_where_clocks_are_changed_too(
    now: tuple[int, int, int, int], due: tuple[int, int, int, int], expected: str
) -> None:
    current_time, due_time = (datetime(2026, *when, tzinfo=UTC) for when in (now, due))
    row = next(row for row in ROWS if isinstance(row, TypeStatus) and row.due and not row.overruns)
    assert row.due
    row = replace(row, due=replace(row.due, next_start=due_time, overdue_since=None))
    shown = render_cells(type_columns(80), row, TimeContext(current_time, ZoneInfo("Europe/Berlin")))
    assert shown[-1][0].strip() == expected


def test_a_type_that_never_ran_says_so_in_its_line() -> None:
    none = compute_type_statuses((), NIGHT)
    rows = type_rows(none, prioritize_findings(none))
    assert rows == tuple(sorted(SESSION_TYPES))
    assert [text for text, _ in render_cells(type_columns(80), rows[0], CLOCK)][-1].startswith(
        NEVER_RAN_TEXT[:10]
    )


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


def test_only_an_unusually_long_run_says_how_many_times_the_usual_it_took() -> None:
    columns = session_columns(120, STATUSES.baselines)
    titles = column_titles(columns)
    assert "Usual" in titles
    place = titles.index("×")
    hanging = next(row.newest_run for row in STATUSES.statuses if row.type == "DatabaseMaintenance")
    fine = next(row.runs[-1] for row in STATUSES.statuses if row.type == "SecurityScopesRebuild")
    texts = ["".join(text for text, _ in render_cells(columns, run, CLOCK)) for run in (hanging, fine)]
    assert [text[place - 3 : place + 1].strip() for text in texts] == ["43", ""]


def test_a_ratio_takes_at_most_four_cells() -> None:
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
    hung = next(row for row in STATUSES.statuses if row.overruns)
    longer = replace(hung, overruns=(replace(hung.overruns[0], ratio=123456.0),))
    shown = "".join(text for text, _ in render_cells(type_columns(80), longer, CLOCK))
    assert shown.rstrip().endswith("×>10k usual")
