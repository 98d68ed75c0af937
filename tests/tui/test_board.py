"""What stands on a line of the board, and in the columns of what is usual."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from emtui import words
from emtui.demo.world import World
from emtui.em.model import SESSION_TYPES
from emtui.triage.attention import judged
from emtui.triage.standing import Standing, standings
from emtui.tui.board import NEVER, board_columns, rows_of
from emtui.tui.columns import Clock, cells_of, ratio_text, session_columns, titles_of

NIGHT = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
CLOCK = Clock(NIGHT, UTC)
STANDING = standings(World(1, NIGHT).sessions(NIGHT), NIGHT)
ROWS = rows_of(STANDING, judged(STANDING))


def line(kind: str, width: int = 80) -> str:
    row = next(row for row in ROWS if isinstance(row, Standing) and row.type == kind)
    return "".join(text for text, _ in cells_of(board_columns(width), row, CLOCK)).rstrip()


def test_what_needs_somebody_stands_on_top_and_the_rest_by_name() -> None:
    names = [row if isinstance(row, str) else row.type for row in ROWS]
    assert set(names[:2]) == {"CatalogReplicationJob", "DatabaseMaintenance"}
    quiet = names[names.index("HistoryCollectJob") :]
    assert quiet == sorted(quiet)
    assert sorted(names) == sorted(SESSION_TYPES)


def test_a_line_says_what_is_usual_how_often_and_why_it_is_late() -> None:
    assert line("CatalogReplicationJob").split()[-4:] == ["6m22s", "4h", "late", "1d20h"]
    assert line("DatabaseMaintenance").split()[-5:] == ["2h11m", "3m02s", "24h", "×43", "usual"]
    assert line("HistoryCollectJob").endswith("24h  03:15")


def test_a_type_that_never_ran_says_so_in_its_line() -> None:
    none = standings((), NIGHT)
    rows = rows_of(none, judged(none))
    assert rows == tuple(sorted(SESSION_TYPES))
    assert [text for text, _ in cells_of(board_columns(80), rows[0], CLOCK)][-1].startswith(NEVER[:10])


@pytest.mark.parametrize("width", [58, 79, 80, 119, 120, 400])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    room = width - 2
    assert words.cells(titles_of(board_columns(width))) <= room
    assert words.cells(titles_of(session_columns(width))) <= room
    for row in ROWS:
        assert sum(words.cells(text) for text, _ in cells_of(board_columns(width), row, CLOCK)) <= room


def test_only_an_unusually_long_run_says_how_many_times_the_usual_it_took() -> None:
    columns = session_columns(120, STANDING.baselines)
    titles = titles_of(columns)
    assert "Usual" in titles
    place = titles.index("×")
    hanging = next(row.newest for row in STANDING.types if row.type == "DatabaseMaintenance")
    fine = next(row.runs[-1] for row in STANDING.types if row.type == "SecurityScopesRebuild")
    texts = ["".join(text for text, _ in cells_of(columns, run, CLOCK)) for run in (hanging, fine)]
    assert [text[place - 3 : place + 1].strip() for text in texts] == ["43", ""]


def test_a_ratio_takes_at_most_four_cells() -> None:
    assert [ratio_text(ratio) for ratio in (1.5, 2.74, 9.94, 9.96, 41.2, 123456.0)] == [
        "1.5",
        "2.7",
        "9.9",
        "10",
        "41",
        "9999",
    ]
