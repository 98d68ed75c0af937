"""The run that a finding is about, and which finding comes after which: how one walks through them."""

from __future__ import annotations

from collections.abc import Sequence

from emtui.em.model import Outcome, Session
from emtui.triage.findings import Canceled, Failing, Finding, Hanging, NoLongerListed, Recurring, Warned
from emtui.triage.runs_by_type import started
from emtui.triage.type_status import Standings


def run_of(finding: Finding, board: Standings) -> Session | None:
    """The run to look at: the one that hangs, the newest that failed as said; else the newest of its type.

    For what concerns all types it is the newest run there is; none where runs are no longer listed.
    """
    if isinstance(finding, Hanging):
        return finding.overrun.session
    if isinstance(finding, NoLongerListed):
        return None
    rows = [row for row in board.types if finding.type in {None, row.type}]
    runs = sorted((run for row in rows for run in row.runs[:1]), key=started, reverse=True)
    if rows and finding.type is not None:
        runs = [run for run in rows[0].runs if _as_said(finding, run)]
    return next(iter(runs), None)


def _as_said(finding: Finding, run: Session) -> bool:
    match finding:
        case Failing():
            return run.outcome is Outcome.FAILED
        case Recurring():
            return run.uid == finding.incident.uids[0]
        case Warned():
            return run.outcome is Outcome.WARNING
        case Canceled():
            return run.outcome is Outcome.CANCELED
        case _:
            return True


def after(findings: Sequence[Finding], last: Finding | None) -> Finding | None:
    """The finding after this one, which an earlier look may have had; after the last, the first."""
    here = place_of(findings, last)
    place = 0 if here is None else here + 1
    return findings[place % len(findings)] if findings else None


def place_of(findings: Sequence[Finding], finding: Finding | None) -> int | None:
    """Where this finding stands, which an earlier look may have had."""
    keys = [_key(each) for each in findings]
    return keys.index(_key(finding)) if finding and _key(finding) in keys else None


def _key(finding: Finding) -> tuple[object, ...]:
    """What stays the same from one look to the next: what is said, of which type, since when."""
    what = finding.overrun.session.uid if isinstance(finding, Hanging) else None
    incident = finding.incident.fingerprint if isinstance(finding, Recurring) else None
    return type(finding), finding.type, finding.since, what, incident
