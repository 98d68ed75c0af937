"""The findings as plain text to hand over.

Pure. Nothing is cut, and every time has its date and offset.
"""

from __future__ import annotations

from collections.abc import Sequence

from emtui import text_format
from emtui.triage.acknowledged import Acknowledgements
from emtui.triage.acknowledgement_text import format_acknowledgement
from emtui.triage.finding_text import FindingFormatter, format_evidence
from emtui.triage.findings import Finding
from emtui.tui.formatting.plain_text import ExportOrigin


def finding_line(finding: Finding, acknowledgements: Acknowledgements, formatter: FindingFormatter) -> str:
    """The sentence, its evidence, and the note, if it is acknowledged."""
    acknowledgement = acknowledgements.for_finding(finding)
    note = (
        (
            "; known:"
            f" {text_format.join_lines(format_acknowledgement(acknowledgement, acknowledgements, formatter))}"
        )
        if acknowledgement
        else ""
    )
    return f"{formatter.format_finding(finding)} ({format_evidence(finding)}){note}"


def attention_text(
    origin: ExportOrigin,
    findings: Sequence[Finding],
    on_time_text: str,
    acknowledgements: Acknowledgements,
    formatter: FindingFormatter,
) -> str:
    """All findings; before them whose list it is, and how many types are on time."""
    lines = [finding_line(finding, acknowledgements, formatter) for finding in findings] or [
        "Nothing needs you."
    ]
    return "\n".join([origin.format_line(formatter.zone), on_time_text, "", *lines, ""])
