"""The rows and columns of the overview: what each type says at each width, and its pictures of time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from rich.style import Style

from emtui import text_format
from emtui.demo.world import SimulatedWorld
from emtui.display_text.session_wording import TimeContext
from emtui.display_text.type_state_text import NEVER_RAN_TEXT
from emtui.em.model import SESSION_TYPES, Listing, Outcome, Session, uid_from_guid
from emtui.local.knowledge_base import KnowledgeBase
from emtui.monitor.assessment import Assessment, assess
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.type_histories import TypeHistory, type_histories
from emtui.tui.formatting.session_columns import column_titles, render_cells
from emtui.tui.formatting.type_state import TypeState, styled_state, type_state
from emtui.tui.screens.overview.type_columns import set_off, type_columns
from emtui.tui.theme import ERROR_STYLE, PLAIN, WARNING_STYLE

NIGHT = datetime(2026, 11, 23, 2, 14, 30, tzinfo=UTC)
CLOCK = TimeContext(NIGHT, UTC)
BERLIN = ZoneInfo("Europe/Berlin")
WIDTHS = (58, 79, 80, 119, 120, 131, 132, 199, 200, 400)


def assessment_of(*sessions: Session, now: datetime = NIGHT) -> Assessment:
    return assess(Snapshot.from_listing(Listing(sessions), now), KnowledgeBase(None).load())


DEMO = assessment_of(*SimulatedWorld(1, NIGHT).sessions(NIGHT))
ROWS = type_histories(DEMO, UTC)


def row_of(name: str) -> TypeHistory:
    return next(row for row in ROWS if row.name == name)


def texts(row: TypeHistory, width: int = 200, clock: TimeContext = CLOCK) -> dict[str, str]:
    """The cells of a row by the title of their column."""
    columns = type_columns(width)
    rendered = iter("".join(text for text, _ in render_cells((column,), row, clock)) for column in columns)
    return {column.title.strip(): text for column, text in zip(columns, rendered, strict=True)}


def state_of(row: TypeHistory) -> TypeState:
    return styled_state(row.status, row.finding, CLOCK, is_acknowledged=row.is_acknowledged)


def sign_of(name: str) -> tuple[str, Style]:
    state = state_of(row_of(name))
    return state.sign, state.style


def state(name: str) -> str:
    return state_of(row_of(name)).text


def test_types_that_need_attention_are_on_top_and_the_rest_by_name() -> None:
    names = [row.name for row in ROWS]
    alerted = list(dict.fromkeys(finding.type for finding in DEMO.findings if finding.type))
    assert names[: len(alerted)] == alerted
    assert names[len(alerted) :] == sorted(names[len(alerted) :])
    assert sorted(names) == sorted(SESSION_TYPES)


def test_the_state_says_in_words_what_is_wrong_or_what_is_next() -> None:
    assert state("DatabaseMaintenance") == "stuck, 43× usual"
    assert state("CatalogReplicationJob") == "overdue 1d20h"
    assert state("CatalogConsolidation") == "slower, 3.4× usual"
    assert state("LicAutoUpdate") == "warned 3 times"
    assert state("LogExport") == "canceled 20:34"
    assert state("CatalogCrawlJob").startswith("running, ")
    assert state("HistoryCollectJob") == "next 03:15"
    assert state("LicenseRevoke") == "no schedule"


def test_the_sign_and_its_color_say_how_bad_it_is() -> None:
    assert sign_of("DatabaseMaintenance") == ("■", ERROR_STYLE)
    assert sign_of("CatalogReplicationJob") == ("■", ERROR_STYLE)
    assert sign_of("CatalogConsolidation") == ("▲", WARNING_STYLE)
    assert state_of(row_of("LogExport")).sign == "○"
    assert state_of(row_of("CatalogCrawlJob")).sign == "►"
    assert sign_of("HistoryCollectJob") == ("·", PLAIN)


def test_every_state_fits_its_column() -> None:
    for row in ROWS:
        assert text_format.cell_width(state_of(row).text) <= 21


def test_the_days_of_a_type_add_up_to_the_runs_that_the_list_counts() -> None:
    for row in ROWS:
        if row.status is None:
            continue
        first = row.days[0].start
        counted = Counter(run.outcome for run in row.status.runs if run.started and run.started >= first)
        assert sum((Counter(cell.outcome_counts) for cell in row.days), Counter[Outcome]()) == counted
        first = row.half_hours[0].start
        counted = Counter(run.outcome for run in row.status.runs if run.started and run.started >= first)
        assert sum((Counter(cell.outcome_counts) for cell in row.half_hours), Counter[Outcome]()) == counted


def test_the_history_ends_today_and_the_half_hours_now() -> None:
    row = row_of("CollectJob")
    assert row.days[-1].start == datetime(2026, 11, 23, tzinfo=UTC)
    assert row.half_hours[-1].start <= NIGHT < row.half_hours[-1].end
    assert row.half_hours[-1].end == datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
    assert (len(row.days), len(row.half_hours)) == (30, 48)


def test_the_days_are_those_of_the_shown_zone_across_a_clock_change() -> None:
    now = datetime(2026, 10, 26, 12, tzinfo=UTC)
    late = Session(
        uid_from_guid("00000001-0000-4000-8000-000000000000"),
        type="CollectJob",
        started=datetime(2026, 10, 25, 22, 30, tzinfo=UTC),
        ended=datetime(2026, 10, 25, 22, 31, tzinfo=UTC),
        state="Failed",
    )
    days = {
        zone: [bool(cell.total) for cell in type_histories(assessment_of(late, now=now), zone)[0].days][-2:]
        for zone in (UTC, BERLIN)
    }
    assert days == {UTC: [True, False], BERLIN: [True, False]}
    later = replace(late, started=datetime(2026, 10, 25, 23, 30, tzinfo=UTC), ended=None)
    row = type_histories(assessment_of(later, now=now), BERLIN)[0]
    assert [bool(cell.total) for cell in row.days][-2:] == [False, True]
    assert row.days[-2].end - row.days[-2].start == timedelta(hours=25)


def test_runs_that_were_due_and_did_not_start_are_in_the_history() -> None:
    row = row_of("CatalogReplicationJob")
    assert row.status
    assert row.status.due
    assert sum(cell.missed_count for cell in row.days) == row.status.due.overdue_count
    assert texts(row)["30 days" + "today".rjust(23)].endswith("×××")


def test_a_failed_day_is_a_full_block_and_a_good_one_a_half() -> None:
    history = texts(row_of("CollectJob"), 80)["30 days" + "today".rjust(23)]
    assert history == "▄" * 24 + "█" * 6


def test_the_trend_shows_since_when_a_type_is_slower() -> None:
    assert texts(row_of("CatalogConsolidation"))["Took, last 26"].endswith("░░▓▓█████")
    assert texts(row_of("CatalogConsolidation"), 120)["Took, last 12"].strip() == "░░░░░▓▓█████"


def test_a_row_has_its_durations_and_interval_where_there_is_room() -> None:
    wide = texts(row_of("CatalogReplicationJob"))
    assert [wide[title].strip() for title in ("Took", "Usual", "Every", "Started")] == [
        "6m12s",
        "6m22s",
        "4h",
        "Sat 01:27",
    ]
    assert [*texts(row_of("CatalogReplicationJob"), 58)] == ["Type", "State", "Started"]


def test_the_name_of_a_type_is_whole_where_there_is_room() -> None:
    name = "SyncCheckForProductUpdatesOption"
    assert name in texts(row_of(name))["Type"]
    assert name not in texts(row_of(name), 120)["Type"]


def test_a_type_that_never_ran_says_so() -> None:
    rows = type_histories(assessment_of(), UTC)
    assert [row.name for row in rows] == sorted(SESSION_TYPES)
    assert state_of(rows[0]).text == NEVER_RAN_TEXT
    for width in WIDTHS:
        assert NEVER_RAN_TEXT in "".join(texts(rows[0], width).values())


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
    status = row_of("HistoryCollectJob").status
    assert status
    assert status.due
    changed = replace(status, due=replace(status.due, next_start=due_time))
    statuses = replace(DEMO.type_statuses, statuses=(changed,))
    shown = type_state(replace(DEMO, type_statuses=statuses), changed.type, TimeContext(current_time, BERLIN))
    assert shown.text == f"next {expected}"


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    columns = type_columns(width)
    assert text_format.cell_width(column_titles(columns)) <= width - 2
    for row in ROWS:
        cells = render_cells(columns, row, CLOCK)
        assert sum(text_format.cell_width(text) for text, _ in cells) <= width - 2


def test_the_selected_day_is_set_off_even_if_nothing_ran() -> None:
    row = row_of("LogExport")
    hole = next(index for index, cell in enumerate(row.days) if not cell.total)
    cells = render_cells(type_columns(80, hole), row, CLOCK)
    assert ("│", set_off((" ", PLAIN))[1]) in cells
