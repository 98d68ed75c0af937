"""Findings of `emtui show` about a run: text lines and JSON records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from emtui import text_format
from emtui.em.model import Outcome, Session
from emtui.handover.json_schema import Record
from emtui.monitor.explainer import ExplainedRun
from emtui.triage.acknowledgement_text import noted, rows
from emtui.triage.backup_server_stats import worst_first
from emtui.triage.explanation import Explanation
from emtui.triage.finding_text import Teller
from emtui.triage.runs_by_type import LATEST
from emtui.triage.step_timing import UsualStep, Wait
from emtui.triage.streaks import Streak


def fact_lines(run: ExplainedRun, formatter: Teller) -> str:
    """One finding per line, like the fields of a session; acknowledgement and notes first."""
    facts = _facts(run, formatter)
    return "".join(f"{text_format.fit(label, 9)} {text_format.one_line(text)}\n" for label, text in facts)


def finding_records(run: ExplainedRun, formatter: Teller) -> list[Record]:
    """The same as records, each with its text."""
    texts = dict(_facts(run, formatter))
    found = [
        {"kind": label.casefold().replace(" ", "_"), "text": texts[label], **record}
        for label, record in _records(run.explanation)
        if label in texts
    ]
    return [*_from_people(run, formatter), *found]


def _facts(run: ExplainedRun, formatter: Teller) -> tuple[tuple[str, str], ...]:
    """Pairs of label and text."""
    people = rows(run.session, run.acknowledged, run.notes, formatter)
    return (*people, *formatter.explained(run.explanation))


def _from_people(run: ExplainedRun, formatter: Teller) -> Iterator[Record]:
    if mark := run.mark:
        text = noted(mark, run.acknowledged, formatter)
        until = mark.until if mark.until and mark.until < LATEST else None
        yield {"kind": "known", "text": text, "note": mark.note or None, "until": _iso(until)}
    for note in run.notes:
        text = f"{note.text} ({note.whose})"
        yield {"kind": "note", "text": text, "note": note.text, "link": note.link or None}


def _records(found: Explanation) -> Iterator[tuple[str, Record]]:
    if (streak := found.streak) and streak.outcome is not Outcome.SUCCESS:
        yield (
            "Since",
            {
                "outcome": str(streak.outcome),
                "count": streak.count,
                "first": text_format.iso(streak.since),
                "previous": _iso(streak.previous),
                "after_good": _after(streak, Outcome.SUCCESS),
                "after_warnings": _after(streak, Outcome.WARNING),
                "after_failures": _after(streak, Outcome.FAILED),
                "rests_on": streak.rests_on,
            },
        )
    if found.silent:
        yield "Silent", _wait(found.silent)
    elif found.waited:
        yield "Waited", _wait(found.waited)
    if usual := found.baseline:
        yield (
            "Usual",
            {
                "usual_s": usual.usual.total_seconds(),
                "spread_s": usual.spread.total_seconds(),
                "longest_s": usual.longest.total_seconds(),
                "ratio": round(found.ratio, 2) if found.ratio else None,
                "longer_than": found.longer_than,
                "rests_on": usual.rests_on,
            },
        )
    yield from _around(found)


def _after(streak: Streak, outcome: Outcome) -> int | None:
    """Number of runs with this outcome directly before; `None` if unknown."""
    if streak.before is None:
        return None
    return streak.before_count if streak.before is outcome else 0


def _around(found: Explanation) -> Iterator[tuple[str, Record]]:
    if incident := found.incident:
        yield (
            "Same",
            {
                "fingerprint": incident.fingerprint,
                "count": incident.count,
                "first": text_format.iso(incident.first),
                "last": text_format.iso(incident.last),
                "good_since": _iso(incident.recovered),
                "rests_on": incident.rests_on,
            },
        )
    if found.last_good:
        yield "Last good", {"id": found.last_good.id, "started": _iso(found.last_good.started), "rests_on": 1}
    if due := found.due:
        yield (
            "Next",
            {
                "due": _iso(due.next),
                "late_since": _iso(due.since),
                "count": due.count,
                "at_least": due.at_least,
                "rests_on": due.rests_on,
            },
        )
    for row in worst_first(found.servers):
        server: Record = {
            "host": row.host,
            "went": str(row.went),
            "took_s": _seconds(row.took),
            "message": row.message,
        }
        yield "Servers", server | _usual(row.usual)
    for other in found.around.troubled:
        yield "Nearby", _near(other)
    for other in found.around.others:
        yield "Also ran", _near(other)


def _near(other: Session) -> Record:
    return {
        "id": other.id,
        "type": other.type,
        "started": _iso(other.started),
        "outcome": str(other.outcome),
        "rests_on": 1,
    }


def _wait(wait: Wait) -> Record:
    return {"message": wait.step.message, "lasted_s": _seconds(wait.step.lasted), **_usual(wait.usual)}


def _usual(usual: UsualStep | None) -> Record:
    return {
        "usual_s": usual.usual.total_seconds() if usual else None,
        "longest_s": usual.longest.total_seconds() if usual else None,
        "rests_on": usual.rests_on if usual else 0,
    }


def _iso(when: datetime | None) -> str | None:
    return text_format.iso(when) if when else None


def _seconds(span: timedelta | None) -> float | None:
    return span.total_seconds() if span is not None else None
