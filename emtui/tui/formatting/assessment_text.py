"""What an assessment says, in sentences: alerts, their evidence, and what is acknowledged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import tzinfo

from emtui import text_format
from emtui.monitor.assessment import Assessment
from emtui.triage.acknowledged import Acknowledgement
from emtui.triage.acknowledgement_text import format_acknowledgement
from emtui.triage.finding_text import FindingFormatter, format_evidence, format_on_time_counts
from emtui.triage.findings import Finding
from emtui.tui.theme import BOLD
from emtui.tui.widgets.virtual_list import StyledSpans

NOTE_WIDTH = 60
"""Cells of a note where the message that it is about is shown after it."""


def formatter_for(assessment: Assessment, zone: tzinfo) -> FindingFormatter:
    """What puts findings into words, with times as of the list, in this zone."""
    return FindingFormatter(assessment.type_statuses.now, zone)


def finding_sentences(assessment: Assessment, zone: tzinfo) -> tuple[str, ...]:
    """One sentence for each finding, in their order."""
    return tuple(map(formatter_for(assessment, zone).format_finding, assessment.findings))


def finding_text(assessment: Assessment, finding: Finding, zone: tzinfo) -> str:
    """The sentence and its evidence; before them the note, if it is acknowledged."""
    text = f"{formatter_for(assessment, zone).format_finding(finding)} ({format_evidence(finding)})"
    acknowledgement = acknowledgement_text(assessment, assessment.acknowledgement_of_finding(finding), zone)
    return " · ".join(part for part in (acknowledgement, text) if part)


def acknowledgement_text(
    assessment: Assessment, acknowledgement: Acknowledgement | None, zone: tzinfo
) -> str:
    """`known: INC0012345, until it succeeds`, a long note cut; nothing without an acknowledgement."""
    if acknowledgement is None:
        return ""
    shortened = replace(acknowledgement, note=text_format.truncate(acknowledgement.note, NOTE_WIDTH))
    return (
        "known:"
        f" {format_acknowledgement(shortened, assessment.acknowledgements, formatter_for(assessment, zone))}"
    )


@dataclass(frozen=True, slots=True)
class AttentionSummary:
    """The new alerts, what is said where there are none, and the counts at the right."""

    sentences: tuple[str, ...]
    calm_text: str
    counts: str


def attention_summary(assessment: Assessment, zone: tzinfo) -> AttentionSummary:
    """What the lines above the list say."""
    total, acknowledged = len(assessment.findings), assessment.acknowledged_count
    parts = [f"a: next of {text_format.format_counted(total, 'alert')}"] if total > 1 else []
    acknowledged_count = [f"{text_format.format_count(acknowledged)} known"] if acknowledged else []
    acknowledged_alerts = (
        [f"{text_format.format_counted(acknowledged, 'alert')} known"] if acknowledged else []
    )
    calm_basis = assessment.attention.on_time_counts
    calm_sentence = (
        f"nothing {'new ' if acknowledged else ''}needs you:"
        f" {', '.join([*acknowledged_alerts, format_on_time_counts(calm_basis)])}"
    )
    shown = finding_sentences(assessment, zone)[: total - acknowledged]
    return AttentionSummary(
        shown, calm_sentence if calm_basis.type_count else "", ", ".join(parts + acknowledged_count)
    )


def title_line(title: str, base: str, width: int) -> tuple[StyledSpans, StyledSpans]:
    """A title, and at the right what it is based on: only the first part where there is little room."""
    room = width - text_format.cell_width(title) - 2
    shown = base if text_format.cell_width(base) <= room else base.partition(",")[0]
    return [(title, BOLD)], [(shown, BOLD)]
