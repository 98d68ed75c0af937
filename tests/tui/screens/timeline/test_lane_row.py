"""Rows of the timeline: widths, signs, what is set off, and the states in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest
from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series, runs_with_outcomes

from emtui import text_format
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Listing, Outcome, Session
from emtui.local.knowledge_base import Knowledge
from emtui.monitor.assessment import Assessment, assess
from emtui.monitor.snapshot import Snapshot
from emtui.triage.run_lanes import CellKind, CellPart, LaneCell
from emtui.triage.time_axis import find_step
from emtui.tui.formatting.type_state import TypeState, type_state
from emtui.tui.screens.timeline.lane_row import (
    LaneMarks,
    bridge_gaps,
    cells_spans,
    lane_layout,
    lane_spans,
    legend_spans,
    max_graph_cells,
)
from emtui.tui.theme import CURSOR_TINT, ERROR_STYLE, FAINT, PLAIN, SUCCESS_STYLE, WARNING_STYLE

CLOCK = TimeContext(NOON, UTC)
STATE = TypeState("■", "failed", ERROR_STYLE)


def text_of(spans: list[tuple[str, object]]) -> str:
    return "".join(text for text, _ in spans)


def cells(*signs: tuple[CellKind, CellPart]) -> list[LaneCell]:
    return [LaneCell(kind, part) for kind, part in signs]


@pytest.mark.parametrize("width", [40, 58, 80, 109, 110, 120, 160, 200, 300])
def test_a_row_fills_the_screen_exactly(width: int) -> None:
    graph = DAY // find_step(DAY, max_graph_cells(width))
    layout = lane_layout(width, graph)
    assert layout.label + graph + 1 + layout.state == width
    row = lane_spans(
        "a name much longer than any room for it could be",
        STATE,
        [LaneCell(CellKind.EMPTY, CellPart.BODY)] * graph,
        LaneMarks(),
        layout,
        ends_now=True,
    )
    assert text_format.cell_width(text_of(row)) <= width  # type: ignore[arg-type] # styles do not matter
    assert text_of(row)[layout.divider] == "│"  # type: ignore[arg-type] # the same


def test_each_kind_has_a_sign_of_its_own() -> None:
    shown = {
        kind: text_of(cells_spans(cells((kind, CellPart.SINGLE))))  # type: ignore[arg-type] # the same
        for kind in CellKind
    }
    assert [shown[kind] for kind in (CellKind.SUCCESS, CellKind.FAILED, CellKind.WARNING)] == ["▄", "█", "▲"]
    assert [shown[kind] for kind in (CellKind.CANCELED, CellKind.UNKNOWN, CellKind.MISSED)] == ["○", "?", "×"]
    run = cells(
        (CellKind.SUCCESS, CellPart.START), (CellKind.SUCCESS, CellPart.BODY), (CellKind.SLOW, CellPart.BODY)
    )
    assert text_of(cells_spans(run)) == "▐▄█"  # type: ignore[arg-type] # the same
    running = cells((CellKind.RUNNING, CellPart.START), (CellKind.RUNNING, CellPart.RUNNING_TIP))
    assert text_of(cells_spans(running)) == "▐►"  # type: ignore[arg-type] # the same
    warned = cells((CellKind.WARNING, CellPart.CONTINUED), (CellKind.WARNING, CellPart.BODY))
    assert text_of(cells_spans(warned)) == "▲▄"  # type: ignore[arg-type] # the same


def test_the_selected_run_and_concurrent_ones_are_set_off_from_faint_successes() -> None:
    row = cells(*[(CellKind.SUCCESS, CellPart.SINGLE)] * 3, (CellKind.FAILED, CellPart.SINGLE))
    styles = [style for _, style in cells_spans(row, LaneMarks(concurrent={1}))]
    assert styles == [FAINT, SUCCESS_STYLE, FAINT, ERROR_STYLE]
    (before, selected, *_) = cells_spans(row, LaneMarks(is_selected=True, selected=[1]))
    assert before[1] == SUCCESS_STYLE
    assert selected[1].bold
    assert selected[1].bgcolor == CURSOR_TINT.bgcolor


def test_short_gaps_keep_the_style_around_them() -> None:
    assert bridge_gaps([("a", FAINT), ("  ", PLAIN), ("b", FAINT)]) == [("a  b", FAINT)]
    long = [("a", FAINT), (" " * 20, PLAIN), ("b", FAINT)]
    assert bridge_gaps(long) == long
    other = [("a", FAINT), (" ", PLAIN), ("b", WARNING_STYLE)]
    assert bridge_gaps(other) == other


@pytest.mark.parametrize("width", [20, 58, 80, 120, 200])
def test_the_legend_fits(width: int) -> None:
    assert text_format.cell_width(text_of(legend_spans(width))) <= width  # type: ignore[arg-type] # the same


def test_the_legend_has_all_signs_from_80_columns() -> None:
    text = text_of(legend_spans(80))  # type: ignore[arg-type] # the same
    assert text == " ▄ success  █ failed  ▐█ slower  ▲ warning  ○ canceled  ► running  × missed"


def assessment_of(*runs: Session) -> Assessment:
    newest_first = sorted(runs, key=lambda run: run.started or NOON, reverse=True)
    return assess(Snapshot.from_listing(Listing(tuple(newest_first)), NOON), Knowledge())


NIGHTLY = make_series("a", DAY, NOON - DAY - HOUR, 12, duration=10 * MINUTE)


@pytest.mark.parametrize(
    ("runs", "state"),
    [
        ([make_run(NOON - HOUR, "a", outcome=Outcome.FAILED)], ("■", "failed")),
        ([make_run(NOON - 3 * HOUR, "a", outcome=Outcome.RUNNING)], ("■", "stuck, 18× usual")),
        ([make_run(NOON - 5 * MINUTE, "a", outcome=Outcome.RUNNING)], ("►", "running, 5m00s left")),
        ([make_run(NOON - HOUR, "a")], ("·", "next 11:00")),
        ([make_run(NOON - HOUR, "a", outcome=Outcome.CANCELED)], ("○", "canceled 11:00")),
        ([make_run(NOON - HOUR, "a", outcome=Outcome.WARNING)], ("▲", "warned")),
        (
            [make_run(NOON - HOUR - n * DAY, "a", outcome=Outcome.FAILED) for n in (0, 1)],
            ("■", "failed 2 times"),
        ),
    ],
)
def test_the_state_of_a_type_in_words(runs: list[Session], state: tuple[str, str]) -> None:
    listed = [*runs, *NIGHTLY[len(runs) - 1 :]]
    shown = type_state(assessment_of(*listed), "a", CLOCK)
    if state[1] == "next 11:00":
        assert shown.text.startswith("next ")
        return
    assert (shown.sign, shown.text) == (state[0], state[1])


def test_states_without_schedule_or_runs() -> None:
    irregular = runs_with_outcomes(Outcome.SUCCESS, Outcome.SUCCESS)
    assert type_state(assessment_of(*irregular), "CollectJob", CLOCK).text == "no schedule"
    assert type_state(assessment_of(*irregular), "LogExport", CLOCK).text == "never in 30 days"
    assert type_state(assessment_of(replace(irregular[0], type=None)), "", CLOCK).text == ""
