"""The findings as plain text to hand over.

Pure. Nothing is cut, and every time has its date and offset.
"""

from __future__ import annotations

from collections.abc import Sequence

from emtui import text_format
from emtui.triage.acknowledged import Known
from emtui.triage.acknowledgement_text import noted
from emtui.triage.finding_text import Teller, ground
from emtui.triage.findings import Finding
from emtui.tui.formatting.plain_text import Origin


def finding_line(finding: Finding, known: Known, formatter: Teller) -> str:
    """The sentence, its evidence, and the note, if it is acknowledged."""
    mark = known.of_finding(finding)
    note = f"; known: {text_format.one_line(noted(mark, known, formatter))}" if mark else ""
    return f"{formatter.finding(finding)} ({ground(finding)}){note}"


def attention_text(
    origin: Origin, findings: Sequence[Finding], base: str, known: Known, formatter: Teller
) -> str:
    """All findings; before them whose list it is, and how many types are on time."""
    lines = [finding_line(finding, known, formatter) for finding in findings] or ["Nothing needs you."]
    return "\n".join([origin.line(formatter.zone), base, "", *lines, ""])
