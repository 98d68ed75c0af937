"""The shift summary as data: the same findings and incidents, each with its text. Pure.

The keys are a public interface, as those of `json_records`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from emtui import text_format
from emtui.handover.blocks import Redact
from emtui.handover.json_records import JsonRecord, iso_or_none
from emtui.handover.render_text import render_content
from emtui.handover.shift_summary import (
    OUTCOME_ORDER,
    ShiftReport,
    acknowledgement_of_incident,
    format_finding_line,
    format_incident_line,
    is_unreadable,
    message_of_finding,
    newest_run_of_incident,
    select_contents,
    shift_title,
)
from emtui.triage.acknowledgement_matching import Acknowledgement
from emtui.triage.finding_kinds import finding_kind
from emtui.triage.finding_navigation import find_run
from emtui.triage.findings import Finding
from emtui.triage.incidents import Incident


def shift_record(shift: ShiftReport, redact: Redact) -> Mapping[str, object]:
    """The summary as one object; all text is redacted."""
    origin, contents = shift.origin, select_contents(shift)
    counts = Counter(run.outcome for run in shift.active_runs if run.is_complete)
    return {
        "server": redact(origin.authority),
        "title": render_content(shift_title(shift), redact),
        "since": text_format.format_iso(shift.since),
        "until": text_format.format_iso(origin.now),
        "as_of": text_format.format_iso(origin.as_of),
        "attention": [_finding_record(one, shift, redact) for one in contents.current],
        "acknowledged": [_finding_record(one, shift, redact) for one in contents.acknowledged],
        "other": [_incident_record(one, shift, redact) for one in contents.others],
        "recovered": [_incident_record(one, shift, redact) for one in contents.recovered],
        "outcomes": {str(outcome): counts[outcome] for outcome in OUTCOME_ORDER},
        "listed_count": len(shift.sessions),
        "unreadable_count": sum(map(is_unreadable, shift.sessions)),
    }


def _finding_record(finding: Finding, shift: ShiftReport, redact: Redact) -> JsonRecord:
    acknowledgement = shift.acknowledgements.for_finding(finding)
    run = find_run(finding, shift.type_statuses)
    return {
        "kind": finding_kind(finding),
        "urgency": finding.urgency.name.lower(),
        "type": _redact_optional(finding.type, redact),
        "id": run.id if run else None,
        "since": text_format.format_iso(finding.since),
        "message": _redact_optional(message_of_finding(finding), redact),
        "note": _note(acknowledgement, redact),
        "text": render_content(format_finding_line(finding, shift), redact),
        "rests_on": finding.sample_size,
    }


def _incident_record(incident: Incident, shift: ShiftReport, redact: Redact) -> JsonRecord:
    acknowledgement = acknowledgement_of_incident(incident, shift) if incident.is_ongoing else None
    run = newest_run_of_incident(incident, shift)
    return {
        "type": _redact_optional(incident.type, redact),
        "id": run.id if run else None,
        "outcome": str(incident.outcome),
        "count": incident.count,
        "first": text_format.format_iso(incident.first),
        "last": text_format.format_iso(incident.last),
        "good_since": iso_or_none(incident.recovered_at),
        "message": _redact_optional(incident.message, redact),
        "note": _note(acknowledgement, redact),
        "text": render_content(format_incident_line(incident, shift), redact),
        "rests_on": incident.sample_size,
    }


def _note(acknowledgement: Acknowledgement | None, redact: Redact) -> str | None:
    return redact(acknowledgement.note) if acknowledgement else None


def _redact_optional(text: str | None, redact: Redact) -> str | None:
    return redact(text) if text else None
