"""The run that a finding is about, and the next finding after one."""

from __future__ import annotations

from collections.abc import Sequence

from emtui.em.model import Outcome, Session
from emtui.triage.findings import (
    CanceledFinding,
    FailingFinding,
    Finding,
    RecurringFailureFinding,
    StuckRunFinding,
    UnlistedRunsFinding,
    WarningFinding,
)
from emtui.triage.runs_by_type import start_time
from emtui.triage.type_status import TypeStatuses


def find_run(finding: Finding, type_statuses: TypeStatuses) -> Session | None:
    """The run to open for a finding: the stuck one, the newest matching failure, else the newest of its type.

    For a finding about all types it is the newest run of all; `None` for runs that are no longer listed.
    """
    if isinstance(finding, StuckRunFinding):
        return finding.overrun.session
    if isinstance(finding, UnlistedRunsFinding):
        return None
    rows = [row for row in type_statuses.statuses if finding.type in {None, row.type}]
    runs = sorted((run for row in rows for run in row.runs[:1]), key=start_time, reverse=True)
    if rows and finding.type is not None:
        runs = [run for run in rows[0].runs if _matches_finding(finding, run)]
    return next(iter(runs), None)


def _matches_finding(finding: Finding, run: Session) -> bool:
    match finding:
        case FailingFinding():
            return run.outcome is Outcome.FAILED
        case RecurringFailureFinding():
            return run.uid == finding.incident.uids[0]
        case WarningFinding():
            return run.outcome is Outcome.WARNING
        case CanceledFinding():
            return run.outcome is Outcome.CANCELED
        case _:
            return True


def next_finding(findings: Sequence[Finding], current: Finding | None) -> Finding | None:
    """The finding after this one, which may be from an earlier list; the first after the last."""
    index = find_finding_index(findings, current)
    next_index = 0 if index is None else index + 1
    return findings[next_index % len(findings)] if findings else None


def find_finding_index(findings: Sequence[Finding], finding: Finding | None) -> int | None:
    """The index of this finding, which may be from an earlier list; `None` if it is gone."""
    keys = [_finding_identity(other) for other in findings]
    return keys.index(_finding_identity(finding)) if finding and _finding_identity(finding) in keys else None


def _finding_identity(finding: Finding) -> tuple[object, ...]:
    """The parts of a finding that are the same in the next list: kind, type, and start."""
    stuck_run_uid = finding.overrun.session.uid if isinstance(finding, StuckRunFinding) else None
    fingerprint = finding.incident.fingerprint if isinstance(finding, RecurringFailureFinding) else None
    return type(finding), finding.type, finding.since, stuck_run_uid, fingerprint
