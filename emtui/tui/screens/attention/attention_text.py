"""The alerts as plain text to copy or export.

Pure. Nothing is cut, and every time has its date and offset.
"""

from __future__ import annotations

from collections.abc import Sequence

from emtui import text_format
from emtui.triage.acknowledgement_matching import Acknowledgements
from emtui.triage.acknowledgement_text import format_acknowledgement
from emtui.triage.finding_text import FindingFormatter, format_evidence
from emtui.triage.findings import Finding
from emtui.tui.formatting.plain_text import ExportOrigin


def finding_line(finding: Finding, acknowledgements: Acknowledgements, formatter: FindingFormatter) -> str:
    """The alert, its evidence, and its note if it is acknowledged."""
    acknowledgement, note = acknowledgements.for_finding(finding), ""
    if acknowledgement:
        text = text_format.join_lines(format_acknowledgement(acknowledgement, acknowledgements, formatter))
        note = f"; acknowledged: {text}"
    return f"{formatter.format_finding(finding)} ({format_evidence(finding)}){note}"


def attention_text(
    origin: ExportOrigin,
    findings: Sequence[Finding],
    counts_text: str,
    acknowledgements: Acknowledgements,
    formatter: FindingFormatter,
) -> str:
    """The origin of the list, `counts_text`, and a line for each finding."""
    lines = [finding_line(finding, acknowledgements, formatter) for finding in findings]
    return "\n".join(
        [origin.format_line(formatter.zone), counts_text, "", *(lines or ["Nothing needs attention."]), ""]
    )
