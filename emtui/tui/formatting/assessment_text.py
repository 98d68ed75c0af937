"""What an assessment says, in sentences: alerts, their evidence, and what is acknowledged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import tzinfo

from emtui import text_format
from emtui.monitor.assessment import Assessment
from emtui.triage.acknowledged import Mark
from emtui.triage.acknowledgement_text import noted
from emtui.triage.finding_text import Teller, calm, ground
from emtui.triage.findings import Finding
from emtui.tui.theme import BOLD
from emtui.tui.widgets.virtual_list import Pieces

NOTE_WIDTH = 60
"""Cells of a note where the message that it is about is shown after it."""


def formatter_for(assessment: Assessment, zone: tzinfo) -> Teller:
    """What puts findings into words, with times as of the list, in this zone."""
    return Teller(assessment.statuses.now, zone)


def sentences(assessment: Assessment, zone: tzinfo) -> tuple[str, ...]:
    """One sentence for each finding, in their order."""
    return tuple(map(formatter_for(assessment, zone).finding, assessment.findings))


def finding_text(assessment: Assessment, finding: Finding, zone: tzinfo) -> str:
    """The sentence and its evidence; before them the note, if it is acknowledged."""
    text = f"{formatter_for(assessment, zone).finding(finding)} ({ground(finding)})"
    known = acknowledgement_text(assessment, assessment.mark_of(finding), zone)
    return " · ".join(part for part in (known, text) if part)


def acknowledgement_text(assessment: Assessment, mark: Mark | None, zone: tzinfo) -> str:
    """`known: INC0012345, until it succeeds`, a long note cut; nothing without an acknowledgement."""
    if mark is None:
        return ""
    cut = replace(mark, note=text_format.cut(mark.note, NOTE_WIDTH))
    return f"known: {noted(cut, assessment.acknowledged, formatter_for(assessment, zone))}"


@dataclass(frozen=True, slots=True)
class AttentionSummary:
    """The new alerts, what is said where there are none, and the counts at the right."""

    sentences: tuple[str, ...]
    calm: str
    counts: str


def attention_summary(assessment: Assessment, zone: tzinfo) -> AttentionSummary:
    """What the lines above the list say."""
    total, known = len(assessment.findings), assessment.acknowledged_findings
    more = [f"a: next of {text_format.counted(total, 'alert')}"] if total > 1 else []
    counted = [f"{text_format.count(known)} known"] if known else []
    alerts = [f"{text_format.counted(known, 'alert')} known"] if known else []
    base = assessment.attention.calm
    rest = f"nothing {'new ' if known else ''}needs you: {', '.join([*alerts, calm(base)])}"
    shown = sentences(assessment, zone)[: total - known]
    return AttentionSummary(shown, rest if base.types else "", ", ".join(more + counted))


def title_line(title: str, base: str, width: int) -> tuple[Pieces, Pieces]:
    """A title, and at the right what it is based on: only the first part where there is little room."""
    room = width - text_format.cells(title) - 2
    shown = base if text_format.cells(base) <= room else base.partition(",")[0]
    return [(title, BOLD)], [(shown, BOLD)]
