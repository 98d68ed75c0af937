"""Findings of `emtui show` about a run: text lines and JSON records."""

from __future__ import annotations

from collections.abc import Iterator

from emtui import text_format
from emtui.em.model import Outcome, Session
from emtui.handover.json_records import JsonRecord, iso_or_none, seconds_or_none
from emtui.monitor.explainer import ExplainedRun
from emtui.triage.acknowledgement_text import format_acknowledgement, format_acknowledgement_rows
from emtui.triage.backup_server_stats import sort_worst_first
from emtui.triage.explanation import Explanation
from emtui.triage.finding_text import (
    ALSO_RAN_LABEL,
    LAST_SUCCESS_LABEL,
    NEARBY_LABEL,
    NEXT_LABEL,
    PAUSE_LABEL,
    RECURRING_LABEL,
    SERVERS_LABEL,
    SINCE_LABEL,
    STUCK_LABEL,
    USUAL_LABEL,
    FindingFormatter,
)
from emtui.triage.runs_by_type import MAX_PLAUSIBLE_TIME
from emtui.triage.step_timing import UsualStepDuration, Wait
from emtui.triage.streaks import Streak

LABEL_WIDTH = 12
"""Width of a label in cells."""
_KINDS = {
    SINCE_LABEL: "since",
    STUCK_LABEL: "silent",
    PAUSE_LABEL: "waited",
    USUAL_LABEL: "usual",
    RECURRING_LABEL: "same",
    LAST_SUCCESS_LABEL: "last_good",
    NEXT_LABEL: "next",
    SERVERS_LABEL: "servers",
    NEARBY_LABEL: "nearby",
    ALSO_RAN_LABEL: "also_ran",
}
"""Values of `kind` in JSON, which stay when a label changes."""


def format_facts(run: ExplainedRun, formatter: FindingFormatter) -> str:
    """One finding per line, like the fields of a session; acknowledgement and notes first."""
    facts = _labeled_facts(run, formatter)
    return "".join(
        f"{text_format.fit_width(label, LABEL_WIDTH)}  {text_format.join_lines(text)}\n"
        for label, text in facts
    )


def finding_records(run: ExplainedRun, formatter: FindingFormatter) -> list[JsonRecord]:
    """The same as records, each with its text."""
    texts = dict(_labeled_facts(run, formatter))
    explanation_records = [
        {"kind": _KINDS[label], "text": texts[label], **record}
        for label, record in _explanation_records(run.explanation)
        if label in texts
    ]
    return [*_note_records(run, formatter), *explanation_records]


def _labeled_facts(run: ExplainedRun, formatter: FindingFormatter) -> tuple[tuple[str, str], ...]:
    """Pairs of label and text."""
    note_rows = format_acknowledgement_rows(run.session, run.acknowledgements, run.notes, formatter)
    return (*note_rows, *formatter.explanation_rows(run.explanation))


def _note_records(run: ExplainedRun, formatter: FindingFormatter) -> Iterator[JsonRecord]:
    if acknowledgement := run.acknowledgement:
        text = format_acknowledgement(acknowledgement, run.acknowledgements, formatter)
        until = (
            acknowledgement.until
            if acknowledgement.until and acknowledgement.until < MAX_PLAUSIBLE_TIME
            else None
        )
        yield {
            "kind": "known",
            "text": text,
            "note": acknowledgement.note or None,
            "until": iso_or_none(until),
        }
    for note in run.notes:
        text = f"{note.text} ({note.source})"
        yield {"kind": "note", "text": text, "note": note.text, "link": note.link or None}


def _explanation_records(explanation: Explanation) -> Iterator[tuple[str, JsonRecord]]:
    if (streak := explanation.streak) and streak.outcome is not Outcome.SUCCESS:
        yield (
            SINCE_LABEL,
            {
                "outcome": str(streak.outcome),
                "count": streak.count,
                "first": text_format.format_iso(streak.since),
                "previous": iso_or_none(streak.previous_start),
                "after_good": _count_directly_before(streak, Outcome.SUCCESS),
                "after_warnings": _count_directly_before(streak, Outcome.WARNING),
                "after_failures": _count_directly_before(streak, Outcome.FAILED),
                "rests_on": streak.sample_size,
            },
        )
    if explanation.stuck_wait:
        yield STUCK_LABEL, _wait_record(explanation.stuck_wait)
    elif explanation.main_wait:
        yield PAUSE_LABEL, _wait_record(explanation.main_wait)
    if baseline := explanation.baseline:
        yield (
            USUAL_LABEL,
            {
                "usual_s": baseline.usual.total_seconds(),
                "spread_s": baseline.spread.total_seconds(),
                "longest_s": baseline.longest.total_seconds(),
                "ratio": round(explanation.ratio, 2) if explanation.ratio else None,
                "longer_than": explanation.shorter_run_count,
                "rests_on": baseline.sample_size,
            },
        )
    yield from _context_records(explanation)


def _count_directly_before(streak: Streak, outcome: Outcome) -> int | None:
    """Number of runs with this outcome directly before; `None` if unknown."""
    if streak.outcome_before is None:
        return None
    return streak.count_before if streak.outcome_before is outcome else 0


def _context_records(explanation: Explanation) -> Iterator[tuple[str, JsonRecord]]:
    if incident := explanation.incident:
        yield (
            RECURRING_LABEL,
            {
                "fingerprint": incident.fingerprint,
                "count": incident.count,
                "first": text_format.format_iso(incident.first),
                "last": text_format.format_iso(incident.last),
                "good_since": iso_or_none(incident.recovered_at),
                "rests_on": incident.sample_size,
            },
        )
    if explanation.last_successful:
        yield (
            LAST_SUCCESS_LABEL,
            {
                "id": explanation.last_successful.id,
                "started": iso_or_none(explanation.last_successful.started),
                "rests_on": 1,
            },
        )
    if due := explanation.due:
        yield (
            NEXT_LABEL,
            {
                "due": iso_or_none(due.next_start),
                "late_since": iso_or_none(due.overdue_since),
                "count": due.overdue_count,
                "at_least": due.is_minimum,
                "rests_on": due.sample_size,
            },
        )
    for row in sort_worst_first(explanation.servers):
        server: JsonRecord = {
            "host": row.host,
            "went": str(row.outcome),
            "took_s": seconds_or_none(row.duration),
            "message": row.message,
        }
        yield SERVERS_LABEL, server | _baseline_record(row.usual)
    for other in explanation.concurrent.unsuccessful:
        yield NEARBY_LABEL, _nearby_record(other)
    for other in explanation.concurrent.others:
        yield ALSO_RAN_LABEL, _nearby_record(other)


def _nearby_record(other: Session) -> JsonRecord:
    return {
        "id": other.id,
        "type": other.type,
        "started": iso_or_none(other.started),
        "outcome": str(other.outcome),
        "rests_on": 1,
    }


def _wait_record(wait: Wait) -> JsonRecord:
    return {
        "message": wait.step.message,
        "lasted_s": seconds_or_none(wait.step.duration),
        **_baseline_record(wait.usual),
    }


def _baseline_record(baseline: UsualStepDuration | None) -> JsonRecord:
    return {
        "usual_s": baseline.usual.total_seconds() if baseline else None,
        "longest_s": baseline.longest.total_seconds() if baseline else None,
        "rests_on": baseline.sample_size if baseline else 0,
    }
