"""Sentences about an assessment: alerts, their evidence, and acknowledgements."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import tzinfo

from emtui import text_format
from emtui.monitor.assessment import Assessment
from emtui.triage.acknowledgement_matching import Acknowledgement
from emtui.triage.acknowledgement_text import format_acknowledgement
from emtui.triage.finding_text import FindingFormatter, format_evidence, format_on_time_counts
from emtui.triage.findings import Finding
from emtui.tui.theme import BOLD
from emtui.tui.widgets.virtual_list import StyledSpans

NOTE_WIDTH = 60
"""Maximum width of a note that is followed by its alert."""


def formatter_for(assessment: Assessment, zone: tzinfo) -> FindingFormatter:
    """Return the formatter for findings, with times relative to the list, in this zone."""
    return FindingFormatter(assessment.type_statuses.now, zone)


def finding_sentences(assessment: Assessment, zone: tzinfo) -> tuple[str, ...]:
    """Format one sentence per finding, in their order."""
    return tuple(map(formatter_for(assessment, zone).format_finding, assessment.findings))


def finding_text(assessment: Assessment, finding: Finding, zone: tzinfo) -> str:
    """Format a finding with its evidence, after the note if it is acknowledged."""
    text = f"{formatter_for(assessment, zone).format_finding(finding)} ({format_evidence(finding)})"
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


@dataclass(frozen=True, slots=True)
class AttentionSummary:
    """New alerts, the text if there are none, and the counts at the right."""

    sentences: tuple[str, ...]
    calm_text: str
    counts: str


def attention_summary(assessment: Assessment, zone: tzinfo) -> AttentionSummary:
    """Format the lines above the session list."""
    total, acknowledged = len(assessment.findings), assessment.acknowledged_count
    parts = [f"a: next of {text_format.format_counted(total, 'alert')}"] if total > 1 else []
    acknowledged_count = [f"{text_format.format_count(acknowledged)} acknowledged"] if acknowledged else []
    calm_basis = assessment.attention.on_time_counts
    calm_sentence = (
        f"Nothing {'new ' if acknowledged else ''}needs attention:"
        f" {', '.join([*acknowledged_count, format_on_time_counts(calm_basis)])}"
    )
    shown = finding_sentences(assessment, zone)[: total - acknowledged]
    return AttentionSummary(
        shown, calm_sentence if calm_basis.type_count else "", ", ".join(parts + acknowledged_count)
    )


def title_line(title: str, base: str, width: int) -> tuple[StyledSpans, StyledSpans]:
    """Format a title, and `base` at the right, shortened to its first part if space is short."""
    room = width - text_format.cell_width(title) - 2
    shown = base if text_format.cell_width(base) <= room else base.partition(",")[0]
    return [(title, BOLD)], [(shown, BOLD)]
