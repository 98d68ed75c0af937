"""What is known of a list already: which of its runs and findings a mark holds for.

Known is never hidden: it is dimmed, counted apart and silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Protocol

from emtui.em.model import Session, Uid
from emtui.triage.acknowledgements import PRINTED, Fate, Mark, fate, hanging, key_of, late, only, slowing
from emtui.triage.findings import Failing, Finding, Hanging, Late, NoLongerListed, Paused, Silence, Slowing
from emtui.triage.incidents import MOST
from emtui.triage.message_fingerprint import fingerprint
from emtui.triage.runs_by_type import EARLIEST, GOOD, LATEST, started
from emtui.triage.type_status import Standing, Standings

__all__ = ["NOTHING_KNOWN", "Known", "Mark", "Said", "holding", "key_for", "key_of", "said"]


@dataclass(frozen=True, slots=True)
class Known:
    """The marks that hold, each under what it is of.

    `runs` are those that hang or got slower, which their marks cover; `late` says since when a
    type is: a failure that was marked before that is known, but not that its type is late as well.
    `over` are the marks of failures that were over when they were marked.
    """

    marks: Mapping[str, Mark] = field(default_factory=dict)
    runs: Mapping[Uid, Mark] = field(default_factory=dict)
    late: Mapping[str, datetime] = field(default_factory=dict)
    over: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.marks)

    def of(self, session: Session) -> Mark | None:
        """The mark that holds for this run."""
        if not self.marks:
            return None
        if session.outcome in PRINTED and (mark := self.marks.get(fingerprint(session))):
            return mark
        return self.runs.get(session.uid) or self.marks.get(only(session))

    def of_finding(self, finding: Finding) -> Mark | None:
        """The mark that holds for this finding; one from before what it says does not."""
        mark = self.marks.get(key_of(finding)) if self.marks else None
        if mark is None:
            return None
        if isinstance(finding, Failing):
            return None if finding.due and self._late_since(mark) else mark
        goes_on = NoLongerListed | Silence | Paused | Hanging | Late | Slowing
        of_what_goes_on = isinstance(finding, goes_on)
        began_later = of_what_goes_on and mark.until is None and finding.since > mark.made
        return None if began_later else mark

    def spares(self, run: Session, news: Iterable[Session]) -> bool:
        """Whether nobody is to be told of this new run, which came together with the others.

        What came may have ended the mark that held so far.
        """
        mark = self.of(run)
        if mark is None or mark.until is not None:
            return mark is not None
        well = any(other.type == run.type and other.outcome in GOOD for other in news)
        return not well and mark.of not in self.over

    def _late_since(self, mark: Mark) -> bool:
        since = self.late.get(mark.type or "")
        return since is not None and since > mark.made


NOTHING_KNOWN = Known()


def holding(marks: Iterable[Mark], board: Standings) -> Known:
    """What is known as these types stand; marks that have ended are dropped."""
    fates = {mark: fate(mark, board) for mark in sorted(marks, key=lambda mark: mark.made)}
    held = {mark.of: mark for mark, its in fates.items() if its is not Fate.ENDED}
    if not held:
        return NOTHING_KNOWN
    rows = [row for row in board.types if row.type in {mark.type for mark in held.values()}]
    return Known(
        held,
        {uid: mark for row in rows for uid, mark in _covered(row, held)},
        {row.type: row.due.since for row in rows if row.due and row.due.since},
        frozenset(mark.of for mark, its in fates.items() if its is Fate.OVER),
    )


def _covered(row: Standing, held: Mapping[str, Mark]) -> Iterator[tuple[Uid, Mark]]:
    """The runs of a type that are marked by what they do, not by what they say."""
    if mark := held.get(hanging(row.type)):
        for overrun in row.overruns:
            if mark.until is not None or started(overrun.session) <= mark.made:
                yield overrun.session.uid, mark
    if (mark := held.get(slowing(row.type))) and row.slower:
        yield from ((run.uid, mark) for run in _slow_runs(row))


def _slow_runs(row: Standing) -> Iterable[Session]:
    count = row.slower.count if row.slower else 0
    return islice((run for run in row.runs if run.outcome in GOOD and run.ended), count)


class Said(Protocol):
    """A note of a file, as far as it says that something is known."""

    @property
    def text(self) -> str:
        """What is known."""

    @property
    def known(self) -> bool:
        """Whether such a failure is known at all."""

    @property
    def until(self) -> datetime | None:
        """Until when, or for ever."""

    @property
    def whose(self) -> str:
        """Which file says so, for people."""

    def fits(self, kind: str | None, message: str | None) -> bool:
        """Whether it is about such a run."""


def said(notes: Iterable[Said], board: Standings) -> Iterator[Mark]:
    """The marks that notes of a file are on these types; they say nothing of a type that is late as well."""
    notes = [note for note in notes if note.known]
    for row in board.types if notes else ():
        troubled = (run for run in row.runs if run.outcome in PRINTED)
        first = {fingerprint(run): run for run in islice(troubled, MOST)}
        for print_, run in first.items():
            note = next((note for note in notes if note.fits(run.type, run.message)), None)
            if note:
                yield Mark(print_, row.type, note.text, EARLIEST, note.until or LATEST, note.whose)


def key_for(session: Session, board: Standings) -> str | None:
    """What a mark on this run would be of; none for one that nothing is to be known of."""
    if session.outcome in PRINTED:
        return fingerprint(session)
    row = board.of(session.type)
    if row is None:
        return None
    if any(overrun.session.uid == session.uid for overrun in row.overruns):
        return hanging(row.type)
    if any(run.uid == session.uid for run in _slow_runs(row)):
        return slowing(row.type)
    if board.baselines.ratio(session, session.took(board.now)) is not None:
        return only(session)
    if row.newest.uid == session.uid and row.due and row.due.late:
        return late(row.type)
    return None
