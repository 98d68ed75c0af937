"""Sign and style of alerts, the same wherever one is shown: how bad it is, by color and by glyph."""

from __future__ import annotations

from typing import NamedTuple

from rich.style import Style

from emtui.em.model import Outcome
from emtui.triage.findings import (
    CanceledFinding,
    Finding,
    PastIdleFinding,
    SlowdownFinding,
    WarningFinding,
)
from emtui.tui.formatting.outcome_style import ACKNOWLEDGED_GLYPH, OUTCOME_GLYPHS, OUTCOME_STYLES
from emtui.tui.theme import FAINT, MISSED_MARK


class FindingStyle(NamedTuple):
    """The sign of an alert, and the style of the sign and of what the alert is about."""

    sign: str
    style: Style


def _outcome_style(outcome: Outcome) -> FindingStyle:
    return FindingStyle(OUTCOME_GLYPHS[outcome], OUTCOME_STYLES[outcome])


_BROKEN = _outcome_style(Outcome.FAILED)
_STYLES: dict[type[Finding], FindingStyle] = {
    SlowdownFinding: _outcome_style(Outcome.WARNING),
    WarningFinding: _outcome_style(Outcome.WARNING),
    CanceledFinding: _outcome_style(Outcome.CANCELED),
    PastIdleFinding: FindingStyle(MISSED_MARK, FAINT),
}
ACKNOWLEDGED_STYLE = FindingStyle(ACKNOWLEDGED_GLYPH, FAINT)


def finding_style(finding: Finding, *, is_acknowledged: bool = False) -> FindingStyle:
    """Red `■` for failed, stuck, overdue; yellow `▲` for warned, slower; magenta `○` for canceled.

    A faint `k` for whatever is acknowledged, a faint `×` for a time without runs that is over.
    """
    return ACKNOWLEDGED_STYLE if is_acknowledged else _STYLES.get(type(finding), _BROKEN)
