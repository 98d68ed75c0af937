"""The signs of alerts, of cells that count runs, and of cells of a lane: how bad each is, as one character.

    ▄▄▄█▄▲ ▄×▄►

The height of a sign stands for how bad it is. The screens add a color, `emtui types` and `emtui timeline`
print the signs alone.
"""

from __future__ import annotations

from emtui.display_text.glyphs import (
    ACKNOWLEDGED_GLYPH,
    CONTINUES_MARK,
    FULL_BLOCK,
    HALF_BLOCK,
    HOLE_MARK,
    MISSED_MARK,
    OUTCOME_GLYPHS,
    RUN_START,
    UNKNOWN_MARK,
)
from emtui.em.model import Outcome
from emtui.triage.findings import (
    CanceledFinding,
    Finding,
    PastIdleFinding,
    SlowdownFinding,
    WarningFinding,
)
from emtui.triage.run_cells import RunCell
from emtui.triage.run_lanes import CellKind, CellPart, LaneCell

OUTCOME_CELL_SIGNS = {
    Outcome.SUCCESS: HALF_BLOCK,
    Outcome.FAILED: FULL_BLOCK,
    Outcome.WARNING: OUTCOME_GLYPHS[Outcome.WARNING],
    Outcome.CANCELED: OUTCOME_GLYPHS[Outcome.CANCELED],
    Outcome.RUNNING: OUTCOME_GLYPHS[Outcome.RUNNING],
    Outcome.UNKNOWN: UNKNOWN_MARK,
}
_FINDING_SIGNS: dict[type[Finding], str] = {
    SlowdownFinding: OUTCOME_GLYPHS[Outcome.WARNING],
    WarningFinding: OUTCOME_GLYPHS[Outcome.WARNING],
    CanceledFinding: OUTCOME_GLYPHS[Outcome.CANCELED],
    PastIdleFinding: MISSED_MARK,
}


def finding_sign(finding: Finding, *, is_acknowledged: bool = False) -> str:
    """The sign of an alert: `■` for failed, stuck and overdue, `▲` for warned, slower; `k` acknowledged."""
    if is_acknowledged:
        return ACKNOWLEDGED_GLYPH
    return _FINDING_SIGNS.get(type(finding), OUTCOME_GLYPHS[Outcome.FAILED])


def cell_sign(cell: RunCell) -> str:
    """The worst of a cell: a failure, else that it is unknown, else a missed start, else its outcome."""
    worst = cell.worst
    if worst is Outcome.FAILED:
        return FULL_BLOCK
    if not cell.is_known:
        return UNKNOWN_MARK
    if cell.missed_count:
        return MISSED_MARK
    return OUTCOME_CELL_SIGNS[worst] if worst else HOLE_MARK


_ALL_PARTS = dict.fromkeys(CellPart, HALF_BLOCK) | {CellPart.RUNNING_TIP: CONTINUES_MARK}
_FULL = dict.fromkeys(CellPart, FULL_BLOCK) | {CellPart.RUNNING_TIP: CONTINUES_MARK}
_LANE_SIGNS: dict[CellKind, dict[CellPart, str]] = {
    CellKind.EMPTY: dict.fromkeys(CellPart, HOLE_MARK),
    CellKind.SUCCESS: _ALL_PARTS | {CellPart.START: RUN_START},
    CellKind.RUNNING: _ALL_PARTS | {CellPart.START: RUN_START},
    CellKind.SLOW: _FULL | {CellPart.SINGLE: HALF_BLOCK},
    CellKind.MISSED: dict.fromkeys(CellPart, MISSED_MARK),
    CellKind.STUCK: _FULL,
    CellKind.FAILED: _FULL,
} | {
    kind: dict.fromkeys(CellPart, OUTCOME_GLYPHS[outcome]) | {CellPart.BODY: HALF_BLOCK}
    for kind, outcome in (
        (CellKind.WARNING, Outcome.WARNING),
        (CellKind.CANCELED, Outcome.CANCELED),
        (CellKind.UNKNOWN, Outcome.UNKNOWN),
    )
}


def lane_sign(cell: LaneCell) -> str:
    """The sign of a cell of a lane, whose worst run decides."""
    return _LANE_SIGNS[cell.kind][cell.part]


LANE_LEGEND = (
    (
        (
            LaneCell(CellKind.SUCCESS, CellPart.START),
            LaneCell(CellKind.SUCCESS, CellPart.BODY),
            LaneCell(CellKind.SUCCESS, CellPart.BODY),
        ),
        "run",
    ),
    ((LaneCell(CellKind.SUCCESS, CellPart.SINGLE),), "shorter than a cell"),
    ((LaneCell(CellKind.FAILED, CellPart.SINGLE),), "failed"),
    (
        (LaneCell(CellKind.SUCCESS, CellPart.START), LaneCell(CellKind.SLOW, CellPart.BODY)),
        "beyond usual",
    ),
    ((LaneCell(CellKind.WARNING, CellPart.SINGLE),), "warning"),
    ((LaneCell(CellKind.CANCELED, CellPart.SINGLE),), "canceled"),
    ((LaneCell(CellKind.RUNNING, CellPart.RUNNING_TIP),), "running"),
    ((LaneCell(CellKind.MISSED, CellPart.SINGLE),), "due, did not start"),
)
"""Cells of a lane and what they mean, in the order of a legend."""
_SHORTER_WORDS = {"shorter than a cell": "success", "beyond usual": "slower", "due, did not start": "missed"}
SHORTER_LANE_LEGEND = tuple((cells, _SHORTER_WORDS.get(word, word)) for cells, word in LANE_LEGEND[1:])
