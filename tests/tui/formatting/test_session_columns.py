"""The columns of the session list: widths, and the ratio to the usual duration."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from emtui import text_format
from emtui.demo.world import SimulatedWorld
from emtui.display_text.session_wording import TimeContext
from emtui.triage.type_status import compute_type_statuses
from emtui.tui.formatting.duration_bar import USUAL_TITLE
from emtui.tui.formatting.session_columns import column_titles, render_cells, session_columns

NIGHT = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
CLOCK = TimeContext(NIGHT, UTC)
STATUSES = compute_type_statuses(SimulatedWorld(1, NIGHT).sessions(NIGHT), NIGHT)


@pytest.mark.parametrize("width", [58, 79, 80, 119, 120, 400])
def test_no_heading_is_wider_than_the_list(width: int) -> None:
    assert text_format.cell_width(column_titles(session_columns(width))) <= width - 2


def test_only_an_unusually_long_run_has_a_ratio() -> None:
    columns = session_columns(120, STATUSES.baselines)
    titles = column_titles(columns)
    assert USUAL_TITLE in titles
    end = titles.index("Ratio") + len("Ratio")
    stuck = next(row.newest_run for row in STATUSES.statuses if row.type == "DatabaseMaintenance")
    normal = next(row.runs[-1] for row in STATUSES.statuses if row.type == "SecurityScopesRebuild")
    texts = ["".join(text for text, _ in render_cells(columns, run, CLOCK)) for run in (stuck, normal)]
    assert [text[end - 6 : end].strip() for text in texts] == ["43×", ""]


def test_a_ratio_takes_at_most_four_cells_without_its_sign() -> None:
    ratios = (1.5, 2.74, 9.94, 9.96, 41.2, 9998.6, 10_001.0, 123456.0)
    expected = ["1.5", "2.7", "9.9", "10", "41", "9999", ">10k", ">10k"]
    assert [text_format.format_ratio(ratio) for ratio in ratios] == expected
