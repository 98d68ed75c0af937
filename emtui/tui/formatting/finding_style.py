"""Sign and style of alerts, the same wherever one is shown: how bad it is, by color and by glyph."""

from __future__ import annotations

from typing import NamedTuple

from rich.style import Style

from emtui.display_text.signs import finding_sign
from emtui.em.model import Outcome
from emtui.triage.findings import (
    CanceledFinding,
    Finding,
    PastIdleFinding,
    SlowdownFinding,
    WarningFinding,
)
from emtui.tui.formatting.outcome_style import OUTCOME_STYLES
from emtui.tui.theme import FAINT


class FindingStyle(NamedTuple):
    """The sign of an alert, and the style of the sign and of what the alert is about."""

    sign: str
    style: Style


_BROKEN = OUTCOME_STYLES[Outcome.FAILED]
_STYLES: dict[type[Finding], Style] = {
    SlowdownFinding: OUTCOME_STYLES[Outcome.WARNING],
    WarningFinding: OUTCOME_STYLES[Outcome.WARNING],
    CanceledFinding: OUTCOME_STYLES[Outcome.CANCELED],
    PastIdleFinding: FAINT,
}


def finding_style(finding: Finding, *, is_acknowledged: bool = False) -> FindingStyle:
    """Red `■` for failed, stuck, overdue; yellow `▲` for warned, slower; magenta `○` for canceled.

    A faint `k` for whatever is acknowledged, a faint `×` for a time without runs that is over.
    """
    style = FAINT if is_acknowledged else _STYLES.get(type(finding), _BROKEN)
    return FindingStyle(finding_sign(finding, is_acknowledged=is_acknowledged), style)
