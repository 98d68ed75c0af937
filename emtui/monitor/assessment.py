"""Assessment of a complete list: status of each type, findings, acknowledgements.

`assess` runs once per list, for the screens, `check`, `show` and `tail`. It is pure and takes about
80 ms for 10,000 sessions: call it in a thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from functools import cached_property

from emtui.em.model import Session
from emtui.local.knowledge_base import Knowledge
from emtui.local.team_notes import Note
from emtui.monitor.changes import Changes
from emtui.monitor.snapshot import Snapshot
from emtui.triage import finding_navigation
from emtui.triage.acknowledged import NOTHING_KNOWN, Known, Mark, holding, key_for, key_of, said
from emtui.triage.acknowledgements import Fate, fate, marks_of
from emtui.triage.explanation import PAST_LOGS, good_before
from emtui.triage.findings import Finding
from emtui.triage.prioritization import Attention, judged
from emtui.triage.type_status import Standings, standings


@dataclass(frozen=True, eq=False)
class Assessment:
    """Analysis of one snapshot, with the acknowledgements that apply.

    `ended` holds the keys of expired acknowledgements, for the owner of the knowledge base to remove.
    Compared by identity; not slotted, because derived values are cached.
    """

    snapshot: Snapshot
    statuses: Standings
    attention: Attention
    acknowledged: Known = NOTHING_KNOWN
    notes: tuple[Note, ...] = ()
    ended: tuple[str, ...] = ()

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The runs of the list."""
        return self.snapshot.sessions

    # --- findings -----------------------------------------------------------------

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Findings, most severe first, acknowledged ones last."""
        found = self.attention.findings
        return tuple(sorted(found, key=lambda finding: self.mark_of(finding) is not None))

    @cached_property
    def new_findings(self) -> tuple[Finding, ...]:
        """The findings that are not acknowledged."""
        return tuple(finding for finding in self.findings if self.mark_of(finding) is None)

    @property
    def acknowledged_findings(self) -> int:
        """How many of the findings are acknowledged: the last ones."""
        return len(self.findings) - len(self.new_findings)

    def next_finding(self, last: Finding | None) -> Finding | None:
        """The finding after `last`, which may be from an earlier list; wraps around."""
        return finding_navigation.after(self.findings, last)

    def is_last_finding(self, finding: Finding | None) -> bool:
        """Whether this is the last of several findings."""
        found = self.findings
        return len(found) > 1 and finding_navigation.place_of(found, finding) == len(found) - 1

    def current_finding(self, finding: Finding) -> Finding | None:
        """The same finding in this list; `None` if it is resolved."""
        place = finding_navigation.place_of(self.findings, finding)
        return None if place is None else self.findings[place]

    def worst_on(self, kind: str) -> Finding | None:
        """The most severe finding about this type."""
        return next((finding for finding in self.findings if finding.type == kind), None)

    # --- runs ---------------------------------------------------------------------

    def run_of(self, finding: Finding) -> Session | None:
        """The run that a finding is about."""
        return finding_navigation.run_of(finding, self.statuses)

    def runs_of(self, kind: str | None) -> Sequence[Session]:
        """The runs of this type, newest first."""
        status = self.statuses.of(kind)
        return status.runs if status else ()

    def successful_before(self, session: Session, count: int = PAST_LOGS) -> list[Session]:
        """The last successful runs of the same type before this one, newest first."""
        return good_before(self.runs_of(session.type), session, count)

    # --- acknowledgements ---------------------------------------------------------

    def mark_of(self, finding: Finding) -> Mark | None:
        """The acknowledgement that applies to a finding."""
        return self.acknowledged.of_finding(finding)

    def mark_on(self, session: Session) -> Mark | None:
        """The acknowledgement that covers a run, or for an overdue type, that of its newest run."""
        if mark := self.acknowledged.of(session):
            return mark
        key = self.key_for(session) if self.acknowledged else None
        return self.acknowledged.marks.get(key) if key else None

    def key_for(self, session: Session) -> str | None:
        """Key for an acknowledgement of this run; `None` if there is nothing to acknowledge."""
        return key_for(session, self.statuses) or self._key_of_finding_on(session)

    def _key_of_finding_on(self, session: Session) -> str | None:
        for finding in self.findings:
            run = self.run_of(finding)
            if run and run.uid == session.uid:
                return key_of(finding)
        return None

    def suppresses_alert(self, run: Session, changes: Changes) -> bool:
        """Whether this run, one of the changes, is acknowledged and needs no alert."""
        return self.acknowledged.spares(run, (*changes.added, *changes.changed))


def assess(
    snapshot: Snapshot, knowledge: Knowledge, zone: tzinfo = UTC, shown: tzinfo | None = None
) -> Assessment:
    """Analyze a list.

    `zone` is the server's time zone, used to detect daily schedules. `shown` is the display time zone, if
    different, used for day boundaries.
    """
    statuses = standings(snapshot.sessions, snapshot.server_time, zone, snapshot.unlisted)
    return reassess(Assessment(snapshot, statuses, judged(statuses, shown or zone)), knowledge)


def reassess(assessment: Assessment, knowledge: Knowledge) -> Assessment:
    """The same assessment with the current acknowledgements."""
    statuses, notes = assessment.statuses, knowledge.notes
    marks = list(marks_of(knowledge.acknowledgements))
    ended = () if assessment.snapshot.references else _ended(marks, statuses)
    acknowledged = holding([*said(notes, statuses), *marks], statuses)
    return replace(assessment, acknowledged=acknowledged, notes=notes, ended=ended)


def _ended(marks: Sequence[Mark], statuses: Standings) -> tuple[str, ...]:
    return tuple(mark.of for mark in marks if fate(mark, statuses) is Fate.ENDED)


def acknowledged_in(snapshot: Snapshot, knowledge: Knowledge, zone: tzinfo) -> Known:
    """Acknowledgements that apply to a list; it is analyzed only if there are any."""
    return NOTHING_KNOWN if knowledge.is_empty else assess(snapshot, knowledge, zone).acknowledged
