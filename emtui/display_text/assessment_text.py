"""Sentences about an assessment: alerts, their evidence, and acknowledgements."""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo

from emtui import text_format
from emtui.monitor.assessment import Assessment
from emtui.triage.acknowledgement_matching import Acknowledgement
from emtui.triage.acknowledgement_text import format_acknowledgement
from emtui.triage.finding_text import FindingFormatter, format_evidence, format_on_time_counts
from emtui.triage.findings import Finding

NOTE_WIDTH = 60
"""Maximum width of a note that is followed by its alert."""


def formatter_for(assessment: Assessment, zone: tzinfo) -> FindingFormatter:
    """Return the formatter for findings, with times relative to the list, in this zone."""
    return FindingFormatter(assessment.type_statuses.now, zone)


def finding_text(assessment: Assessment, finding: Finding, zone: tzinfo) -> str:
    """Format a finding with its evidence, after the note if it is acknowledged."""
    return _with_evidence(assessment, finding, zone, formatter_for(assessment, zone).format_finding(finding))


def statement_text(assessment: Assessment, finding: Finding, zone: tzinfo) -> str:
    """Format a finding with its evidence as `finding_text`, but without its type."""
    return _with_evidence(
        assessment, finding, zone, formatter_for(assessment, zone).format_statement(finding)
    )


def _with_evidence(assessment: Assessment, finding: Finding, zone: tzinfo, statement: str) -> str:
    text = f"{statement} ({format_evidence(finding)})"
    acknowledgement = acknowledgement_text(assessment, assessment.acknowledgement_of_finding(finding), zone)
    return " · ".join(part for part in (acknowledgement, text) if part)


def acknowledgement_text(
    assessment: Assessment, acknowledgement: Acknowledgement | None, zone: tzinfo
) -> str:
    """Format `acknowledged: INC0012345, until it succeeds`, a long note shortened; empty for `None`."""
    if acknowledgement is None:
        return ""
    shortened = replace(acknowledgement, note=text_format.truncate(acknowledgement.note, NOTE_WIDTH))
    return (
        "acknowledged:"
        f" {format_acknowledgement(shortened, assessment.acknowledgements, formatter_for(assessment, zone))}"
    )


def calm_text(assessment: Assessment) -> str:
    """Format `Nothing needs attention: 12 of 12 types on time`; empty if there is no type to tell of."""
    acknowledged = assessment.acknowledged_count
    acknowledged_count = [f"{text_format.format_count(acknowledged)} acknowledged"] if acknowledged else []
    calm_basis = assessment.attention.on_time_counts
    if not calm_basis.type_count:
        return ""
    return (
        f"Nothing {'new ' if acknowledged else ''}needs attention:"
        f" {', '.join([*acknowledged_count, format_on_time_counts(calm_basis)])}"
    )
