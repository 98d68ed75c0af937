"""What a person knows already: a mark on a failure or a finding, with a note, and when it ends.

A failure, a warning or a canceled run is marked by its fingerprint, so that the mark covers the
same again; what has no message is marked by what it is and its type. Without a moment to end at,
a mark holds until what it is of succeeds or changes: a late type begins, a run that hangs ends.
A failure that was over already when it was marked is known until it comes again.

Times are the server's, as the list had it that was looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import islice

from emtui.em.model import Outcome, Session
from emtui.triage.findings import (
    Canceled,
    Failing,
    Finding,
    Hanging,
    Late,
    NoLongerListed,
    Paused,
    Recurring,
    Silence,
    Slowing,
    Warned,
)
from emtui.triage.incidents import MOST
from emtui.triage.message_fingerprint import fingerprint, print_of
from emtui.triage.runs_by_type import GOOD, Runs, started
from emtui.triage.type_status import Standings

PRINTED = frozenset({Outcome.FAILED, Outcome.WARNING, Outcome.CANCELED})
"""The outcomes that are known again by their fingerprint."""
KEPT = timedelta(days=35)
"""A mark without an end that nothing in the list is of any more is dropped after so long."""
SILENCE, PAUSED, UNLISTED = "silence", "paused", "unlisted"


@dataclass(frozen=True, slots=True)
class Mark:
    """Known, says a person: `of` is a fingerprint or a key, `type` the one it concerns, or all.

    `made` is when; `until` is when it ends, `None` until it changes or succeeds. `file` says where
    it stands, if it is not this person's to take away.
    """

    of: str
    type: str | None
    note: str
    made: datetime
    until: datetime | None = None
    file: str = ""

    @property
    def parts(self) -> dict[str, str]:
        """All but what it is of, as texts to be kept."""
        parts = {"note": self.note, "made": self.made.isoformat()}
        if self.type is not None:
            parts["type"] = self.type
        if self.until is not None:
            parts["until"] = self.until.isoformat()
        return parts


def marks_of(kept: Mapping[str, Mapping[str, str]]) -> Iterator[Mark]:
    """The marks that these texts are; what is none is passed over."""
    for of, parts in kept.items():
        until = parts.get("until")
        try:
            made = datetime.fromisoformat(parts["made"]).astimezone(UTC)
            ends = datetime.fromisoformat(until).astimezone(UTC) if until else None
        except (KeyError, ValueError, OverflowError):
            continue
        yield Mark(of, parts.get("type"), parts.get("note", ""), made, ends)


def hanging(kind: str) -> str:
    """The key of a run of this type that goes on for too long."""
    return f"hanging {kind}"


def late(kind: str) -> str:
    """The key of a type that is late."""
    return f"late {kind}"


def slowing(kind: str) -> str:
    """The key of a type that got slower."""
    return f"slowing {kind}"


def only(session: Session) -> str:
    """The key of one run alone: an unusually long one, which nothing says of again."""
    return f"run {session.uid}"


_OF_ALL: dict[type[Finding], str] = {Silence: SILENCE, Paused: PAUSED, NoLongerListed: UNLISTED}


def key_of(finding: Finding) -> str:
    """What a mark on this finding is of."""
    match finding:
        case Failing():
            return print_of(finding.type, Outcome.FAILED, finding.message)
        case Warned():
            return print_of(finding.type, Outcome.WARNING, finding.message)
        case Canceled():
            return print_of(finding.type, Outcome.CANCELED, finding.message)
        case Recurring():
            return finding.incident.fingerprint
        case Hanging():
            return hanging(finding.type)
        case Late():
            return late(finding.type)
        case Slowing():
            return slowing(finding.type)
        case _:
            return _OF_ALL[type(finding)]


class Fate(Enum):
    """How it is with a mark: it holds, holds until its failure comes again, or has ended."""

    HOLDS = "holds"
    OVER = "over"
    ENDED = "ended"


def fate(mark: Mark, board: Standings) -> Fate:
    """Whether a mark holds, as far as the list can tell; one from before it was made cannot."""
    if mark.made > board.now:
        return Fate.HOLDS
    if mark.until is not None:
        return _ended(mark.until <= board.now)
    row = board.of(mark.type)
    if mark.of == SILENCE:
        return _ended(any(started(each.newest) > mark.made for each in board.types))
    if mark.of == PAUSED:
        return _ended(board.now - mark.made > timedelta(days=1))
    if mark.of == UNLISTED:
        since = board.unlisted.since if board.unlisted else None
        return _ended(since > mark.made if since else board.now - mark.made > timedelta(days=1))
    if row is None or mark.type is None:
        return _ended(board.now - mark.made > KEPT)
    if mark.of == late(mark.type):
        return _ended(started(row.newest) > mark.made)
    if mark.of == hanging(mark.type):
        return _ended(not any(started(overrun.session) <= mark.made for overrun in row.overruns))
    if mark.of == slowing(mark.type):
        return _ended(row.slower is None or row.slower.since > mark.made)
    return _of_failure(mark, row.runs, board.now)


def _ended(whether: bool) -> Fate:
    return Fate.ENDED if whether else Fate.HOLDS


def _of_failure(mark: Mark, runs: Runs, now: datetime) -> Fate:
    """It ends with a success; one that had come when it was marked, with the same failure again."""
    last = next((run for run in printed(runs, mark.of) if started(run) <= mark.made), None)
    if last is None:
        return _ended(now - mark.made > KEPT and not any(only(run) == mark.of for run in runs))
    good = GOOD if last.outcome is not Outcome.WARNING else {Outcome.SUCCESS}
    ends = [run.ended or started(run) for run in runs if run.outcome in good and started(run) > started(last)]
    if any(end <= mark.made for end in ends):
        again = any(started(run) > mark.made for run in printed(runs, mark.of))
        return Fate.ENDED if again else Fate.OVER
    return _ended(bool(ends))


def printed(runs: Iterable[Session], print_: str) -> Iterator[Session]:
    """The runs with this fingerprint, in their order."""
    troubled = (run for run in runs if run.outcome in PRINTED)
    return (run for run in islice(troubled, MOST) if fingerprint(run) == print_)
