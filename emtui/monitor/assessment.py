"""Assessment of a complete list: status of each type, findings, acknowledgements.

`assess` runs once per list, for the screens, `check`, `show` and `tail`. It is pure and takes about
80 ms for 10,000 sessions: call it in a thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property

from emtui.em.model import Session
from emtui.local.knowledge_base import Knowledge
from emtui.local.team_notes import TeamNote
from emtui.monitor.changes import Changes
from emtui.monitor.snapshot import Snapshot
from emtui.triage import finding_navigation
from emtui.triage.acknowledgement_matching import (
    NONE_ACKNOWLEDGED,
    Acknowledgement,
    Acknowledgements,
    acknowledgement_key,
    acknowledgements_from_notes,
    find_active_acknowledgements,
    finding_key,
)
from emtui.triage.acknowledgements import (
    AcknowledgementStatus,
    acknowledgement_status,
    parse_acknowledgements,
)
from emtui.triage.explanation import MAX_PAST_LOGS, find_successful_before
from emtui.triage.findings import Finding
from emtui.triage.missed_starts import find_missed_starts_by_type
from emtui.triage.prioritization import PrioritizedFindings, prioritize_findings
from emtui.triage.type_status import TypeStatuses, compute_type_statuses

MISSED_STARTS_PERIOD = timedelta(hours=25)
"""A little more than the day that is shown: its first hour may have begun before."""


@dataclass(frozen=True, eq=False)
class Assessment:
    """Analysis of one snapshot, with the acknowledgements that apply.

    `expired_keys` holds the keys of expired acknowledgements, for the owner of the knowledge base to remove.
    Compared by identity; not slotted, because derived values are cached.
    """

    snapshot: Snapshot
    type_statuses: TypeStatuses
    attention: PrioritizedFindings
    acknowledgements: Acknowledgements = NONE_ACKNOWLEDGED
    notes: tuple[TeamNote, ...] = ()
    expired_keys: tuple[str, ...] = ()

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The runs of the list."""
        return self.snapshot.sessions

    # --- findings -----------------------------------------------------------------

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Findings, most severe first, acknowledged ones last."""
        findings = self.attention.findings
        return tuple(sorted(findings, key=self.is_acknowledged))

    @cached_property
    def new_findings(self) -> tuple[Finding, ...]:
        """The findings that are not acknowledged."""
        return tuple(finding for finding in self.findings if not self.is_acknowledged(finding))

    @property
    def acknowledged_count(self) -> int:
        """How many of the findings are acknowledged: the last ones."""
        return len(self.findings) - len(self.new_findings)

    def next_finding(self, current: Finding | None) -> Finding | None:
        """The finding after `current`, which may be from an earlier list; wraps around."""
        return finding_navigation.next_finding(self.findings, current)

    def is_last_finding(self, finding: Finding | None) -> bool:
        """Whether this is the last of several findings."""
        findings = self.findings
        return (
            len(findings) > 1
            and finding_navigation.find_finding_index(findings, finding) == len(findings) - 1
        )

    def current_finding(self, finding: Finding) -> Finding | None:
        """The same finding in this list; `None` if it is resolved."""
        index = finding_navigation.find_finding_index(self.findings, finding)
        return None if index is None else self.findings[index]

    def worst_finding(self, kind: str) -> Finding | None:
        """The most severe finding about this type."""
        return next((finding for finding in self.findings if finding.type == kind), None)

    @cached_property
    def missed_starts(self) -> Mapping[str, tuple[datetime, ...]]:
        """The times of the last 25 hours at which a run was due and none started, by type."""
        return find_missed_starts_by_type(self.type_statuses, self.type_statuses.now - MISSED_STARTS_PERIOD)

    # --- runs ---------------------------------------------------------------------

    def run_of_finding(self, finding: Finding) -> Session | None:
        """The run that a finding is about."""
        return finding_navigation.find_run(finding, self.type_statuses)

    def runs_of_type(self, kind: str | None) -> Sequence[Session]:
        """The runs of this type, newest first."""
        status = self.type_statuses.for_type(kind)
        return status.runs if status else ()

    def successful_before(self, session: Session, count: int = MAX_PAST_LOGS) -> list[Session]:
        """The last successful runs of the same type before this one, newest first."""
        return find_successful_before(self.runs_of_type(session.type), session, count)

    def last_successful(self, session: Session) -> Session | None:
        """The last successful run before this one, if the list has one."""
        return next(iter(self.successful_before(session, 1)), None)

    # --- acknowledgements ---------------------------------------------------------

    def acknowledgement_of_finding(self, finding: Finding) -> Acknowledgement | None:
        """The acknowledgement that applies to a finding."""
        return self.acknowledgements.for_finding(finding)

    def is_acknowledged(self, finding: Finding | None) -> bool:
        """Whether an acknowledgement applies to a finding; false without a finding."""
        return finding is not None and self.acknowledgement_of_finding(finding) is not None

    def acknowledgement_of_run(self, session: Session) -> Acknowledgement | None:
        """The acknowledgement that covers a run, or for an overdue type, that of its newest run."""
        if acknowledgement := self.acknowledgements.for_run(session):
            return acknowledgement
        key = self.acknowledgement_key(session) if self.acknowledgements else None
        return self.acknowledgements.by_key.get(key) if key else None

    def acknowledgement_key(self, session: Session) -> str | None:
        """Key for an acknowledgement of this run; `None` if there is nothing to acknowledge."""
        return acknowledgement_key(session, self.type_statuses) or self._key_of_finding(session)

    def _key_of_finding(self, session: Session) -> str | None:
        for finding in self.findings:
            run = self.run_of_finding(finding)
            if run and run.uid == session.uid:
                return finding_key(finding)
        return None

    def suppresses_alert(self, run: Session, changes: Changes) -> bool:
        """Whether this run, one of the changes, is acknowledged and needs no alert."""
        return self.acknowledgements.is_acknowledged(run, (*changes.added, *changes.changed))


def assess(
    snapshot: Snapshot, knowledge: Knowledge, server_zone: tzinfo = UTC, display_zone: tzinfo | None = None
) -> Assessment:
    """Analyze a list.

    `server_zone` is the server's time zone, used to detect daily schedules. `display_zone` is the display
    time zone, if different, used for day boundaries.
    """
    type_statuses = compute_type_statuses(
        snapshot.sessions, snapshot.server_time, server_zone, snapshot.unlisted
    )
    return reassess(
        Assessment(snapshot, type_statuses, prioritize_findings(type_statuses, display_zone or server_zone)),
        knowledge,
    )


def reassess(assessment: Assessment, knowledge: Knowledge) -> Assessment:
    """The same assessment with the current acknowledgements."""
    type_statuses, notes = assessment.type_statuses, knowledge.notes
    saved_acknowledgements = list(parse_acknowledgements(knowledge.acknowledgements))
    expired_keys = (
        () if assessment.snapshot.references else _expired_keys(saved_acknowledgements, type_statuses)
    )
    acknowledgements = find_active_acknowledgements(
        [*acknowledgements_from_notes(notes, type_statuses), *saved_acknowledgements], type_statuses
    )
    return replace(assessment, acknowledgements=acknowledgements, notes=notes, expired_keys=expired_keys)


def _expired_keys(
    acknowledgements: Sequence[Acknowledgement], type_statuses: TypeStatuses
) -> tuple[str, ...]:
    return tuple(
        acknowledgement.key
        for acknowledgement in acknowledgements
        if acknowledgement_status(acknowledgement, type_statuses) is AcknowledgementStatus.ENDED
    )


def find_acknowledgements(snapshot: Snapshot, knowledge: Knowledge, zone: tzinfo) -> Acknowledgements:
    """Acknowledgements that apply to a list; it is analyzed only if there are any."""
    return NONE_ACKNOWLEDGED if knowledge.is_empty else assess(snapshot, knowledge, zone).acknowledgements
