"""Acknowledgements of failures and findings: key, note, and when they end.

Failed, warned and canceled runs are acknowledged by fingerprint, which includes later runs with the same
message; other findings by their kind and type. Without an end time, an acknowledgement is active until its
subject recovers or changes: an overdue type starts, a stuck run ends. For a failure that had already
recovered when it was acknowledged, it is active until that failure happens again.

Times are from the server's clock, as of the displayed list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import islice

from emtui.em.model import Outcome, Session
from emtui.triage.findings import (
    CanceledFinding,
    CurrentIdleFinding,
    FailingFinding,
    Finding,
    OverdueFinding,
    PastIdleFinding,
    RecurringFailureFinding,
    SlowdownFinding,
    StuckRunFinding,
    UnlistedRunsFinding,
    WarningFinding,
)
from emtui.triage.incidents import MAX_PROBLEM_RUNS
from emtui.triage.message_fingerprint import compute_fingerprint, fingerprint
from emtui.triage.runs_by_type import SUCCESSFUL_OUTCOMES, TypeRuns, start_time
from emtui.triage.type_status import TypeStatuses

FINGERPRINTED_OUTCOMES = frozenset({Outcome.FAILED, Outcome.WARNING, Outcome.CANCELED})
"""The outcomes of runs that are recognized again by their fingerprint."""
MAX_UNUSED_AGE = timedelta(days=35)
"""Age at which an acknowledgement without an end is dropped if no listed run has its key."""
SILENCE_KEY, PAUSED_KEY, UNLISTED_KEY = "silence", "paused", "unlisted"


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One acknowledgement: `key` is a fingerprint or another key, `type` its session type, `None` for all.

    `until` is its end time, `None` to end when its subject recovers or changes. `source` is the notes file
    that it comes from, empty for one made by the user, who alone can remove it.
    """

    key: str
    type: str | None
    note: str
    created: datetime
    until: datetime | None = None
    source: str = ""

    @property
    def to_strings(self) -> dict[str, str]:
        """The fields except `key`, as strings for storage."""
        parts = {"note": self.note, "made": self.created.isoformat()}
        if self.type is not None:
            parts["type"] = self.type
        if self.until is not None:
            parts["until"] = self.until.isoformat()
        return parts


def parse_acknowledgements(saved: Mapping[str, Mapping[str, str]]) -> Iterator[Acknowledgement]:
    """Parse stored acknowledgements; invalid ones are skipped."""
    for key, parts in saved.items():
        until = parts.get("until")
        try:
            created = datetime.fromisoformat(parts["made"]).astimezone(UTC)
            end = datetime.fromisoformat(until).astimezone(UTC) if until else None
        except (KeyError, ValueError, OverflowError):
            continue
        yield Acknowledgement(key, parts.get("type"), parts.get("note", ""), created, end)


def stuck_key(session_type: str) -> str:
    """The key of a stuck run of this type."""
    return f"hanging {session_type}"


def overdue_key(session_type: str) -> str:
    """The key of an overdue type."""
    return f"late {session_type}"


def slowdown_key(session_type: str) -> str:
    """The key of a type whose runs became slower."""
    return f"slowing {session_type}"


def run_key(session: Session) -> str:
    """The key of a single unusually long run."""
    return f"run {session.uid}"


_KEYS_FOR_ALL_TYPES: dict[type[Finding], str] = {
    CurrentIdleFinding: SILENCE_KEY,
    PastIdleFinding: PAUSED_KEY,
    UnlistedRunsFinding: UNLISTED_KEY,
}


def finding_key(finding: Finding) -> str:
    """The key to acknowledge this finding by."""
    match finding:
        case FailingFinding():
            return compute_fingerprint(finding.type, Outcome.FAILED, finding.message)
        case WarningFinding():
            return compute_fingerprint(finding.type, Outcome.WARNING, finding.message)
        case CanceledFinding():
            return compute_fingerprint(finding.type, Outcome.CANCELED, finding.message)
        case RecurringFailureFinding():
            return finding.incident.fingerprint
        case StuckRunFinding():
            return stuck_key(finding.type)
        case OverdueFinding():
            return overdue_key(finding.type)
        case SlowdownFinding():
            return slowdown_key(finding.type)
        case _:
            return _KEYS_FOR_ALL_TYPES[type(finding)]


class AcknowledgementStatus(Enum):
    """Status of an acknowledgement; `RESOLVED` is active until its failure happens again."""

    ACTIVE = "active"
    RESOLVED = "resolved"
    ENDED = "ended"


def acknowledgement_status(
    acknowledgement: Acknowledgement, type_statuses: TypeStatuses
) -> AcknowledgementStatus:
    """Whether an acknowledgement is active; a list older than it cannot end it."""
    if acknowledgement.created > type_statuses.now:
        return AcknowledgementStatus.ACTIVE
    if acknowledgement.until is not None:
        return _ended_or_active(acknowledgement.until <= type_statuses.now)
    row = type_statuses.for_type(acknowledgement.type)
    if acknowledgement.key == SILENCE_KEY:
        return _ended_or_active(
            any(
                start_time(other_row.newest_run) > acknowledgement.created
                for other_row in type_statuses.statuses
            )
        )
    if acknowledgement.key == PAUSED_KEY:
        return _ended_or_active(type_statuses.now - acknowledgement.created > timedelta(days=1))
    if acknowledgement.key == UNLISTED_KEY:
        since = type_statuses.unlisted.since if type_statuses.unlisted else None
        return _ended_or_active(
            since > acknowledgement.created
            if since
            else type_statuses.now - acknowledgement.created > timedelta(days=1)
        )
    if row is None or acknowledgement.type is None:
        return _ended_or_active(type_statuses.now - acknowledgement.created > MAX_UNUSED_AGE)
    if acknowledgement.key == overdue_key(acknowledgement.type):
        return _ended_or_active(start_time(row.newest_run) > acknowledgement.created)
    if acknowledgement.key == stuck_key(acknowledgement.type):
        return _ended_or_active(
            not any(start_time(overrun.session) <= acknowledgement.created for overrun in row.overruns)
        )
    if acknowledgement.key == slowdown_key(acknowledgement.type):
        return _ended_or_active(row.slowdown is None or row.slowdown.since > acknowledgement.created)
    return _failure_status(acknowledgement, row.runs, type_statuses.now)


def _ended_or_active(has_ended: bool) -> AcknowledgementStatus:
    return AcknowledgementStatus.ENDED if has_ended else AcknowledgementStatus.ACTIVE


def _failure_status(acknowledgement: Acknowledgement, runs: TypeRuns, now: datetime) -> AcknowledgementStatus:
    """Ended by a success; if that came before the acknowledgement, by the same failure again."""
    last_before = next(
        (
            run
            for run in runs_with_fingerprint(runs, acknowledgement.key)
            if start_time(run) <= acknowledgement.created
        ),
        None,
    )
    if last_before is None:
        return _ended_or_active(
            now - acknowledgement.created > MAX_UNUSED_AGE
            and not any(run_key(run) == acknowledgement.key for run in runs)
        )
    successful_outcomes = (
        SUCCESSFUL_OUTCOMES if last_before.outcome is not Outcome.WARNING else {Outcome.SUCCESS}
    )
    success_times = [
        run.ended or start_time(run)
        for run in runs
        if run.outcome in successful_outcomes and start_time(run) > start_time(last_before)
    ]
    if any(end <= acknowledgement.created for end in success_times):
        has_recurred = any(
            start_time(run) > acknowledgement.created
            for run in runs_with_fingerprint(runs, acknowledgement.key)
        )
        return AcknowledgementStatus.ENDED if has_recurred else AcknowledgementStatus.RESOLVED
    return _ended_or_active(bool(success_times))


def runs_with_fingerprint(runs: Iterable[Session], key: str) -> Iterator[Session]:
    """The runs with this fingerprint, in their order."""
    unsuccessful_runs = (run for run in runs if run.outcome in FINGERPRINTED_OUTCOMES)
    return (run for run in islice(unsuccessful_runs, MAX_PROBLEM_RUNS) if fingerprint(run) == key)
