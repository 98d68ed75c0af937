"""The glyphs of cells, and their legend."""

from __future__ import annotations

import pytest
from session_factory import HOUR, NOON

from emtui.ascii import to_ascii
from emtui.em.model import Outcome
from emtui.triage.run_cells import OUTCOMES_WORST_FIRST, RunCell
from emtui.tui.formatting.cell_spans import (
    OUTCOME_CELLS,
    UNKNOWN_CELL,
    cell_span,
    cells_spans,
    legend_spans,
)
from emtui.tui.theme import ERROR_STYLE, PLAIN, SUCCESS_STYLE


def cell_of(
    *outcomes: Outcome, missed_count: int = 0, is_known: bool = True, running_count: int = 0
) -> RunCell:
    counts = {outcome: outcomes.count(outcome) for outcome in outcomes}
    return RunCell(NOON, NOON + HOUR, counts, missed_count, is_known, running_count)


@pytest.mark.parametrize(
    ("cell", "glyph"),
    [
        (cell_of(), " "),
        (cell_of(Outcome.SUCCESS), "▄"),
        (cell_of(Outcome.SUCCESS, Outcome.FAILED), "█"),
        (cell_of(Outcome.SUCCESS, Outcome.WARNING), "▲"),
        (cell_of(Outcome.SUCCESS, Outcome.CANCELED), "○"),
        (cell_of(Outcome.SUCCESS, Outcome.RUNNING), "►"),
        (cell_of(Outcome.UNKNOWN), "?"),
        (cell_of(running_count=1), "►"),
        (cell_of(missed_count=1), "×"),
        (cell_of(Outcome.WARNING, missed_count=1), "×"),
        (cell_of(Outcome.FAILED, missed_count=1), "█"),
        (cell_of(is_known=False), "?"),
        (cell_of(Outcome.WARNING, missed_count=1, is_known=False), "?"),
        (cell_of(Outcome.FAILED, is_known=False), "█"),
    ],
)
def test_a_cell_shows_the_worst_it_knows(cell: RunCell, glyph: str) -> None:
    assert cell_span(cell)[0] == glyph


def test_neighbors_of_the_same_style_are_one_span() -> None:
    good, bad = cell_of(Outcome.SUCCESS), cell_of(Outcome.FAILED)
    assert cells_spans([good, good, bad, cell_of(missed_count=2), cell_of(), good]) == [
        ("▄▄", SUCCESS_STYLE),
        ("█×", ERROR_STYLE),
        (" ", PLAIN),
        ("▄", SUCCESS_STYLE),
    ]


def test_every_glyph_differs_also_in_ascii() -> None:
    glyphs = [*(OUTCOME_CELLS[outcome][0] for outcome in OUTCOMES_WORST_FIRST), "×", " "]
    assert len({*glyphs}) == len({*map(to_ascii, glyphs)}) == len(glyphs)
    assert OUTCOME_CELLS[Outcome.UNKNOWN] == UNKNOWN_CELL


def test_the_legend_has_as_many_entries_as_fit() -> None:
    def legend(width: int) -> str:
        return "".join(text for text, _ in legend_spans(width))

    assert legend(200) == (
        "▄ success  █ failed  ▲ warning  ○ canceled  ► running  × due, did not start  ? unknown"
    )
    assert legend(18) == "▄ success"
    assert legend(19) == "▄ success  █ failed"
    assert legend(5) == ""
