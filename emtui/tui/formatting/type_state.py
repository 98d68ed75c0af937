"""The state of a type in a few words, with the style of its alert or of its newest run.

Pure: an assessment, times and a zone in, styled text out. The same in the overview and the timeline.
"""

from __future__ import annotations

from typing import NamedTuple

from rich.style import Style

from emtui.display_text.session_wording import TimeContext
from emtui.display_text.type_state_text import NO_STATE_TEXT, type_state_text
from emtui.monitor.assessment import Assessment
from emtui.triage.findings import Finding
from emtui.triage.type_status import TypeStatus
from emtui.tui.formatting.finding_style import finding_style
from emtui.tui.formatting.outcome_style import OUTCOME_STYLES
from emtui.tui.theme import FAINT


class TypeState(NamedTuple):
    """The sign of a type, its state in at most 21 cells, and the style of both."""

    sign: str
    text: str
    style: Style


NO_STATE = TypeState(NO_STATE_TEXT.sign, NO_STATE_TEXT.text, FAINT)


def type_state(assessment: Assessment, kind: str, clock: TimeContext) -> TypeState:
    """The state of this type; empty for runs without a type."""
    if not kind:
        return NO_STATE
    finding = assessment.worst_finding(kind)
    is_acknowledged = assessment.is_acknowledged(finding)
    status = assessment.type_statuses.for_type(kind)
    return styled_state(status, finding, clock, is_acknowledged=is_acknowledged)


def styled_state(
    status: TypeStatus | None, finding: Finding | None, clock: TimeContext, *, is_acknowledged: bool
) -> TypeState:
    """The state of a type with this worst alert; without a status it has no runs."""
    state = type_state_text(status, finding, clock.now, clock.zone, is_acknowledged=is_acknowledged)
    if status is None:
        style = FAINT
    elif finding and state.is_alert:
        style = finding_style(finding, is_acknowledged=is_acknowledged).style
    else:
        style = OUTCOME_STYLES[status.newest_run.outcome]
    return TypeState(state.sign, state.text, style)
