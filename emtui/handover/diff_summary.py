"""Short comparison with the last successful run; `triage.diff_text` has the full one."""

from __future__ import annotations

from emtui.handover.blocks import Block, ForeignText, InlineText, LinesBlock, SectionBlock
from emtui.handover.run_report import RunReport
from emtui.triage.diff_text import (
    DIFF_SIGNS,
    RunDifference,
    format_compared_run,
    format_counts,
    format_durations,
    format_event,
)
from emtui.triage.log_diff import UNCHANGED_KINDS, DiffRow

MAX_LINES = 10
"""Maximum lines in a ticket."""
_MAX_TEXT_CELLS = 140
_SLOWER_SIGN = "*"
_SIGN_LEGEND = "+ new, - missing, ~ moved, * slower"


def summarize_diff(report: RunReport) -> tuple[Block, ...]:
    """The compared run, the counts, and the first lines that differ."""
    difference = report.difference
    if difference is None:
        return ()
    compared_runs = format_compared_run(
        difference.current,
        difference.other,
        report.origin.zones.format_time,
        is_last_successful=difference.is_last_successful,
    )
    differing = [
        row for row in difference.comparison.rows if row.kind not in UNCHANGED_KINDS or row.is_slower
    ]
    summary = f"{compared_runs}: {format_counts(difference.comparison)}"
    if not differing:
        return (SectionBlock("Comparison", (summary,)),)
    cut_note = f"; first {MAX_LINES} shown" if len(differing) > MAX_LINES else ""
    rows = tuple(_diff_line(difference, row) for row in differing[:MAX_LINES])
    return SectionBlock("Comparison", (f"{summary}{cut_note} ({_SIGN_LEGEND})",)), LinesBlock(rows)


def _diff_line(difference: RunDifference, row: DiffRow) -> InlineText:
    """Sign and text of a line, with both durations of its step if it was slower."""
    sign = _SLOWER_SIGN if row.kind in UNCHANGED_KINDS else DIFF_SIGNS[row.kind]
    duration, earlier_duration, _ = format_durations(row)
    slower = f"  ({duration}, previously {earlier_duration})" if row.is_slower else ""
    return (f"{sign} ", ForeignText(format_event(difference.event(row)), _MAX_TEXT_CELLS), slower)
