"""What a collection run says of each backup server: how long it took, how long usually, how it went.

Read from its events, which name the servers: "Retrieving data from bs01.example.net..." begins one,
"Data collection from bs01.example.net completed successfully." ends it. Servers that past runs
had and this one did not get to are named as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from emtui.em.model import Event
from emtui.triage.baseline import UNUSUAL, spans_of
from emtui.triage.error_keywords import dire
from emtui.triage.step_timing import ENOUGH, SHOWN, UsualStep

_HOST = r"(?P<host>[^\s,;:'\"]+?)"
_BEGINS = re.compile(
    rf"(?:Preparing\ to\ collect|Retrieving|Collecting)\b.*?\bfrom\s+{_HOST}\s*\.*\Z", re.IGNORECASE
)
_ENDS_WELL = re.compile(
    rf"(?:Data\ collection\ from\s+{_HOST}\s+(?:has\ )?completed\b|Collected\s+(?P<other>[^\s,;:'\"]+?):)",
    re.IGNORECASE,
)


class Went(StrEnum):
    """How it went with a server."""

    OK = "ok"
    FAILED = "failed"
    RUNNING = "running"
    NOT_REACHED = "not reached"
    NOT_YET = "not yet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ServerRow:
    """One backup server of a run; `message` is what was said when it failed."""

    host: str
    took: timedelta | None
    went: Went
    usual: UsualStep | None = None
    message: str | None = None

    @property
    def unusual(self) -> bool:
        """Whether it took longer than ever, and clearly more than usual."""
        took, usual = self.took, self.usual
        if took is None or usual is None:
            return False
        return took > usual.longest and took >= usual.usual * UNUSUAL and took - usual.usual >= SHOWN

    @property
    def ratio(self) -> float:
        """How many times the usual it took; 1 where that is not known."""
        usual = self.usual.usual if self.usual else timedelta()
        return self.took / usual if self.took is not None and usual else 1.0


_TROUBLE = (Went.FAILED, Went.NOT_REACHED, Went.UNKNOWN)
_REST = (Went.RUNNING, Went.OK, Went.NOT_YET)


def worst_first(rows: Iterable[ServerRow]) -> tuple[ServerRow, ...]:
    """What needs a person most comes first.

    What failed, what was not reached, what has no end in the log; then what takes unusually long, and
    what took unusually long; then the rest: what goes on, what is done, what is still to come. Of those that
    are alike, first the one that took the most times its usual; else they stay in the order of the run.
    """
    return tuple(sorted(rows, key=lambda row: (_rank(row), -row.ratio)))


def _rank(row: ServerRow) -> int:
    if row.went in _TROUBLE:
        return _TROUBLE.index(row.went)
    return len(_TROUBLE) + _REST.index(row.went) + (0 if row.unusual else len(_REST))


@dataclass(slots=True)
class _Visit:
    host: str
    began: datetime | None
    ended: datetime | None = None
    went: Went = Went.UNKNOWN
    message: str | None = None


def servers(
    events: Sequence[Event], past: Iterable[Sequence[Event]] = (), now: datetime | None = None
) -> tuple[ServerRow, ...]:
    """The servers in the order of the run, then those not reached, or not yet.

    `now` is given while it runs.
    """
    visits = _visits(events, now)
    known: dict[str, list[timedelta]] = {}
    for log in past:
        for visit in _visits(log, None).values():
            if visit.went is Went.OK and (took := _took(visit)) is not None:
                known.setdefault(visit.host, []).append(took)
    rows = [_row(visit, known.get(visit.host, [])) for visit in visits.values()]
    if not rows:
        return ()  # a log that names no server is not a collection
    left = (host for host in known if host not in visits)
    went = Went.NOT_REACHED if now is None else Went.NOT_YET
    return (*rows, *(ServerRow(host, None, went, _usual(known[host])) for host in left))


def _row(visit: _Visit, lengths: Sequence[timedelta]) -> ServerRow:
    return ServerRow(visit.host, _took(visit), visit.went, _usual(lengths), visit.message)


def _took(visit: _Visit) -> timedelta | None:
    return max(visit.ended - visit.began, timedelta()) if visit.began and visit.ended else None


def _usual(lengths: Sequence[timedelta]) -> UsualStep | None:
    spans = spans_of(lengths) if len(lengths) >= ENOUGH else None
    return UsualStep(spans.median, spans.longest, len(lengths)) if spans else None


def _visits(events: Sequence[Event], now: datetime | None) -> dict[str, _Visit]:
    visits: dict[str, _Visit] = {}
    for event in events:
        message = (event.message or "").strip()
        begins, ends = _BEGINS.match(message), _ENDS_WELL.match(message)
        if begins:
            host = begins["host"]
            visits.setdefault(host, _Visit(host, event.time))
        elif ends:
            host = ends["host"] or ends["other"]
            if host in visits:
                _end(visits[host], event, Went.OK)
        elif dire(message):
            for visit in _named(message, visits):
                _end(visit, event, Went.FAILED)
    if now is not None:
        _go_on(visits, now)
    return visits


def _named(message: str, visits: dict[str, _Visit]) -> list[_Visit]:
    """The visits that a line is about; one that has ended well stays so."""
    open_ones = [visit for visit in visits.values() if visit.went is not Went.OK]
    return [visit for visit in open_ones if names(message, visit.host)]


def names(message: str, host: str) -> bool:
    """Whether a line names this host, and not only one whose name begins or ends alike."""
    return bool(re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w-]|\.\w)", message, re.IGNORECASE))


def _end(visit: _Visit, event: Event, went: Went) -> None:
    visit.ended, visit.went = event.time, went
    visit.message = None if went is Went.OK else event.message


def _go_on(visits: dict[str, _Visit], now: datetime) -> None:
    """What has not ended while the run goes on is what it is at; the newest may still try again."""
    newest = next(reversed(visits.values()), None)
    for visit in visits.values():
        if visit.went is Went.UNKNOWN or (visit is newest and visit.went is Went.FAILED):
            visit.ended, visit.went = now, Went.RUNNING
