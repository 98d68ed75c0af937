"""The lines above the session list: the alerts in parts, or that nothing needs attention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from emtui.display_text.assessment_text import calm_text, formatter_for
from emtui.monitor.assessment import Assessment
from emtui.triage.findings import Finding
from emtui.tui.formatting.alert_lines import MAX_ALERTS, AlertCounts, AlertText, alert_lines
from emtui.tui.formatting.finding_style import finding_style
from emtui.tui.theme import FAINT
from emtui.tui.widgets.virtual_list import StyledSpans


@dataclass(frozen=True, slots=True)
class AttentionSummary:
    """The alerts that are not acknowledged, the text if there are none, and the counts."""

    alerts: tuple[AlertText, ...]
    calm_text: str
    counts: AlertCounts

    def lines(self, width: int, line_count: int) -> list[StyledSpans]:
        """Format the alerts, or the text if there are none, in so many lines."""
        if not self.alerts:
            return [[(self.calm_text, FAINT)]]
        return alert_lines(self.alerts, self.counts, width, line_count)


def alert_text(assessment: Assessment, finding: Finding, zone: tzinfo) -> AlertText:
    """Format one alert in parts, with the sign and style of its severity."""
    is_acknowledged = assessment.is_acknowledged(finding)
    sign, style = finding_style(finding, is_acknowledged=is_acknowledged)
    statement = formatter_for(assessment, zone).format_statement(finding)
    return AlertText(sign, style, finding.type or "", statement)


def attention_summary(assessment: Assessment, zone: tzinfo) -> AttentionSummary:
    """Format the lines above the session list."""
    findings = assessment.new_findings
    return AttentionSummary(
        tuple(alert_text(assessment, finding, zone) for finding in findings[:MAX_ALERTS]),
        calm_text(assessment),
        AlertCounts(len(findings), assessment.acknowledged_count),
    )
