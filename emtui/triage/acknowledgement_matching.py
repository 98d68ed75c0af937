"""Acknowledgements applied to a list: which of its runs and findings are acknowledged.

Acknowledged runs and findings are never hidden, only dimmed, counted separately and not notified about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Protocol

from emtui.em.model import Session, Uid
from emtui.triage.acknowledgements import (
    FINGERPRINTED_OUTCOMES,
    Acknowledgement,
    AcknowledgementStatus,
    acknowledgement_status,
    finding_key,
    overdue_key,
    run_key,
    slowdown_key,
    stuck_key,
)
from emtui.triage.findings import (
    CurrentIdleFinding,
    FailingFinding,
    Finding,
    OverdueFinding,
    PastIdleFinding,
    SlowdownFinding,
    StuckRunFinding,
    UnlistedRunsFinding,
)
from emtui.triage.incidents import MAX_PROBLEM_RUNS
from emtui.triage.message_fingerprint import fingerprint
from emtui.triage.runs_by_type import MAX_PLAUSIBLE_TIME, MIN_PLAUSIBLE_TIME, SUCCESSFUL_OUTCOMES, start_time
from emtui.triage.type_status import TypeStatus, TypeStatuses

__all__ = [
    "NONE_ACKNOWLEDGED",
    "Acknowledgement",
    "Acknowledgements",
    "AcknowledgingNote",
    "acknowledgement_key",
    "acknowledgements_from_notes",
    "find_active_acknowledgements",
    "finding_key",
]


@dataclass(frozen=True, slots=True)
class Acknowledgements:
    """The active acknowledgements, by key.

    `by_run` has the acknowledged stuck or slow runs. `overdue_since` has the overdue types: acknowledging a
    failure does not acknowledge that its type became overdue later. `resolved_keys` are failures that had
    already recovered when they were acknowledged.
    """

    by_key: Mapping[str, Acknowledgement] = field(default_factory=dict)
    by_run: Mapping[Uid, Acknowledgement] = field(default_factory=dict)
    overdue_since: Mapping[str, datetime] = field(default_factory=dict)
    resolved_keys: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.by_key)

    def for_run(self, session: Session) -> Acknowledgement | None:
        """The acknowledgement of this run, if any."""
        if not self.by_key:
            return None
        if session.outcome in FINGERPRINTED_OUTCOMES and (
            acknowledgement := self.by_key.get(fingerprint(session))
        ):
            return acknowledgement
        return self.by_run.get(session.uid) or self.by_key.get(run_key(session))

    def for_finding(self, finding: Finding) -> Acknowledgement | None:
        """The acknowledgement of this finding, if any; not one made before the finding began."""
        acknowledgement = self.by_key.get(finding_key(finding)) if self.by_key else None
        if acknowledgement is None:
            return None
        if isinstance(finding, FailingFinding):
            return (
                None if finding.overdue_count and self._is_overdue_since(acknowledgement) else acknowledgement
            )
        ongoing_types = (
            UnlistedRunsFinding
            | CurrentIdleFinding
            | PastIdleFinding
            | StuckRunFinding
            | OverdueFinding
            | SlowdownFinding
        )
        is_ongoing = isinstance(finding, ongoing_types)
        has_begun_later = (
            is_ongoing and acknowledgement.until is None and finding.since > acknowledgement.created
        )
        return None if has_begun_later else acknowledgement

    def is_acknowledged(self, run: Session, new_runs: Iterable[Session]) -> bool:
        """Whether to suppress the notification about this run, one of `new_runs`.

        A success among the new runs ends an acknowledgement without an end time.
        """
        acknowledgement = self.for_run(run)
        if acknowledgement is None or acknowledgement.until is not None:
            return acknowledgement is not None
        has_succeeded = any(
            other.type == run.type and other.outcome in SUCCESSFUL_OUTCOMES for other in new_runs
        )
        return not has_succeeded and acknowledgement.key not in self.resolved_keys

    def _is_overdue_since(self, acknowledgement: Acknowledgement) -> bool:
        since = self.overdue_since.get(acknowledgement.type or "")
        return since is not None and since > acknowledgement.created


NONE_ACKNOWLEDGED = Acknowledgements()


def find_active_acknowledgements(
    acknowledgements: Iterable[Acknowledgement], type_statuses: TypeStatuses
) -> Acknowledgements:
    """The acknowledgements that are active for these types; ended ones are dropped."""
    statuses = {
        acknowledgement: acknowledgement_status(acknowledgement, type_statuses)
        for acknowledgement in sorted(acknowledgements, key=lambda acknowledgement: acknowledgement.created)
    }
    active = {
        acknowledgement.key: acknowledgement
        for acknowledgement, status in statuses.items()
        if status is not AcknowledgementStatus.ENDED
    }
    if not active:
        return NONE_ACKNOWLEDGED
    rows = [
        row
        for row in type_statuses.statuses
        if row.type in {acknowledgement.type for acknowledgement in active.values()}
    ]
    return Acknowledgements(
        active,
        {
            uid: acknowledgement
            for row in rows
            for uid, acknowledgement in _find_acknowledged_runs(row, active)
        },
        {row.type: row.due.overdue_since for row in rows if row.due and row.due.overdue_since},
        frozenset(
            acknowledgement.key
            for acknowledgement, status in statuses.items()
            if status is AcknowledgementStatus.RESOLVED
        ),
    )


def _find_acknowledged_runs(
    row: TypeStatus, active: Mapping[str, Acknowledgement]
) -> Iterator[tuple[Uid, Acknowledgement]]:
    """The stuck or slow runs of a type that are acknowledged."""
    if acknowledgement := active.get(stuck_key(row.type)):
        for overrun in row.overruns:
            if acknowledgement.until is not None or start_time(overrun.session) <= acknowledgement.created:
                yield overrun.session.uid, acknowledgement
    if (acknowledgement := active.get(slowdown_key(row.type))) and row.slowdown:
        yield from ((run.uid, acknowledgement) for run in _slow_runs(row))


def _slow_runs(row: TypeStatus) -> Iterable[Session]:
    count = row.slowdown.count if row.slowdown else 0
    return islice((run for run in row.runs if run.outcome in SUCCESSFUL_OUTCOMES and run.ended), count)


class AcknowledgingNote(Protocol):
    """A note from a notes file that may acknowledge failures."""

    @property
    def text(self) -> str:
        """The text of the note."""

    @property
    def is_acknowledgement(self) -> bool:
        """Whether the note acknowledges matching failures."""

    @property
    def until(self) -> datetime | None:
        """The end of the acknowledgement; `None` for no end."""

    @property
    def source(self) -> str:
        """The file it comes from, as shown to the user."""

    def matches(self, session_type: str | None, message: str | None) -> bool:
        """Whether the note applies to a run with this type and message."""


def acknowledgements_from_notes(
    notes: Iterable[AcknowledgingNote], type_statuses: TypeStatuses
) -> Iterator[Acknowledgement]:
    """The acknowledgements that notes make for failures of these types; overdue types are not covered."""
    notes = [note for note in notes if note.is_acknowledgement]
    for row in type_statuses.statuses if notes else ():
        unsuccessful_runs = (run for run in row.runs if run.outcome in FINGERPRINTED_OUTCOMES)
        newest_by_fingerprint = {fingerprint(run): run for run in islice(unsuccessful_runs, MAX_PROBLEM_RUNS)}
        for key, run in newest_by_fingerprint.items():
            note = next((note for note in notes if note.matches(run.type, run.message)), None)
            if note:
                yield Acknowledgement(
                    key,
                    row.type,
                    note.text,
                    MIN_PLAUSIBLE_TIME,
                    note.until or MAX_PLAUSIBLE_TIME,
                    note.source,
                )


def acknowledgement_key(session: Session, type_statuses: TypeStatuses) -> str | None:
    """The key to acknowledge this run by; `None` if there is nothing to acknowledge."""
    if session.outcome in FINGERPRINTED_OUTCOMES:
        return fingerprint(session)
    row = type_statuses.for_type(session.type)
    if row is None:
        return None
    if any(overrun.session.uid == session.uid for overrun in row.overruns):
        return stuck_key(row.type)
    if any(run.uid == session.uid for run in _slow_runs(row)):
        return slowdown_key(row.type)
    if type_statuses.baselines.unusual_ratio(session, session.duration(type_statuses.now)) is not None:
        return run_key(session)
    if row.newest_run.uid == session.uid and row.due and row.due.is_overdue:
        return overdue_key(row.type)
    return None
