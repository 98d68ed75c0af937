"""The text about the selected row below the list, where there is no preview.

Pure: a row, the assessment and times in, text out.
"""

from __future__ import annotations

from emtui import text_format
from emtui.display_text.assessment_text import acknowledgement_text
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Session
from emtui.monitor.assessment import Assessment
from emtui.triage.grouping import ListRow
from emtui.tui.formatting.session_columns import WIDE_CELLS
from emtui.tui.screens.session_list.row_format import row_detail


def row_text(row: ListRow, assessment: Assessment | None, clock: TimeContext, width: int) -> str:
    """The note of an acknowledged run and its message, or about a group.

    A list of this width that shows durations as bars has the usual duration here.
    """
    parts = [row_detail(row, clock)]
    if assessment and isinstance(row, Session):
        acknowledgement = assessment.acknowledgements.for_run(row)
        parts.insert(0, acknowledgement_text(assessment, acknowledgement, clock.zone))
    if assessment and width >= WIDE_CELLS:
        run = row if isinstance(row, Session) else row.newest
        baseline = assessment.type_statuses.baselines.for_run(run)
        parts.append(f"usually {text_format.format_duration(baseline.usual)}" if baseline else "")
    return " · ".join(part for part in parts if part)
