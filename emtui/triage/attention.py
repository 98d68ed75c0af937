"""What deserves a look, worst first: which type fails, hangs, is late or changes, since when, on what ground.

A finding holds values, never words. One type is in it once for what it does now: a type that fails
and is late as well fails, and says how many runs were due. When nothing at all runs, that
is the one finding, and no type is called late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from emtui.em.model import Outcome, Session
from emtui.triage.incidents import Incident, incidents_of
from emtui.triage.rhythm import DAY, WEEK, Outage
from emtui.triage.runs import started
from emtui.triage.standing import Standing, Standings, standings


class Grade(IntEnum):
    """How soon somebody should look: it is broken now, it changes or will break, it is worth knowing."""

    NOW = 0
    SOON = 1
    NOTE = 2


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing at all has run since: `missed` runs of `types` types were due."""

    since: datetime
    missed: int
    types: tuple[str, ...]
    rests_on: int
    grade: Grade = Grade.NOW
    type: None = None


@dataclass(frozen=True, slots=True)
class Failing:
    """The newest `count` runs of a type failed; `due` more were due and have not begun.

    `since` is the start of the first failure; `after` good runs came before it. `whole` is
    false if the list does not go back far enough to say since when.
    """

    type: str
    since: datetime
    count: int
    last: datetime
    last_good: datetime | None
    after: int
    whole: bool
    due: int
    message: str | None
    rests_on: int
    grade: Grade = Grade.NOW


@dataclass(frozen=True, slots=True)
class Hanging:
    """A run goes on for `ratio` times the usual, and longer than any good run did."""

    type: str
    since: datetime
    took: timedelta
    ratio: float
    usual: timedelta
    longest: timedelta
    session: Session
    rests_on: int
    grade: Grade = Grade.NOW


@dataclass(frozen=True, slots=True)
class Late:
    """A type that runs `every` so often last began at `last`; `due` runs since `since` have not begun."""

    type: str
    since: datetime
    last: datetime
    every: timedelta
    due: int
    rests_on: int
    grade: Grade = Grade.NOW


@dataclass(frozen=True, slots=True)
class Slowing:
    """The newest `count` runs of a type all took unusually long, the last one `ratio` times the usual."""

    type: str
    since: datetime
    count: int
    took: timedelta
    ratio: float
    usual: timedelta
    rests_on: int
    grade: Grade = Grade.SOON


@dataclass(frozen=True, slots=True)
class Recurring:
    """The same failure on several days of the last week, each time followed by good runs."""

    type: str
    since: datetime
    incident: Incident
    rests_on: int
    grade: Grade = Grade.SOON


@dataclass(frozen=True, slots=True)
class Warned:
    """The newest `count` runs of a type ended with a warning."""

    type: str
    since: datetime
    count: int
    last: datetime
    last_good: datetime | None
    whole: bool
    message: str | None
    rests_on: int
    grade: Grade = Grade.SOON


@dataclass(frozen=True, slots=True)
class Canceled:
    """Somebody canceled the newest run of a type, less than a day ago."""

    type: str
    since: datetime
    message: str | None
    rests_on: int
    grade: Grade = Grade.NOTE


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing at all ran for a while, less than a day ago."""

    since: datetime
    until: datetime
    missed: int
    types: tuple[str, ...]
    rests_on: int
    grade: Grade = Grade.NOTE
    type: None = None


Finding = Silence | Failing | Hanging | Late | Slowing | Recurring | Warned | Canceled | Paused
_WORST_FIRST = (Silence, Failing, Hanging, Late, Slowing, Recurring, Warned, Canceled, Paused)


@dataclass(frozen=True, slots=True)
class Calm:
    """What "nothing needs you" rests on: how many types are on time, of how many, and who has no rhythm."""

    on_time: int
    types: int
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attention:
    """The findings, worst first, and how many types are on time."""

    findings: tuple[Finding, ...]
    calm: Calm


def attention(sessions: Iterable[Session], now: datetime) -> Attention:
    """What deserves a look in a list that was read when the server's clock showed `now`."""
    return judged(standings(sessions, now))


def judged(standing: Standings) -> Attention:
    """The same, from standings that are there already."""
    found = [*_of_all(standing)]
    for row in standing.types:
        found += _of_type(row, standing.now)
    found.sort(key=lambda finding: finding.since, reverse=True)
    found.sort(key=lambda finding: (finding.grade, _WORST_FIRST.index(type(finding))))
    return Attention(tuple(found), calm(standing))


def calm(standing: Standings) -> Calm:
    """How many types are on time."""
    silent = {kind for outage in standing.outages[:1] if outage.until is None for kind in outage.types}
    on_time = sum(1 for row in standing.types if row.on_time and row.type not in silent)
    unknown = tuple(row.type for row in standing.types if row.on_time is None)
    return Calm(on_time, len(standing.types), unknown)


def _of_all(standing: Standings) -> Iterator[Finding]:
    for outage in standing.outages:
        if outage.until is None:
            yield Silence(outage.since, outage.missed, outage.types, outage.rests_on)
        elif standing.now - outage.until < DAY:
            yield _paused(outage, outage.until)


def _paused(outage: Outage, until: datetime) -> Paused:
    return Paused(outage.since, until, outage.missed, outage.types, outage.rests_on)


def _of_type(row: Standing, now: datetime) -> Iterator[Finding]:
    failing = _failing(row)
    if failing:
        yield failing
    yield from _hanging(row)
    late = _late(row)
    if late and not failing:
        yield late
    yield from _changing(row, now, failing is not None)


def _failing(row: Standing) -> Failing | None:
    streak = row.streak
    if streak is None or streak.outcome is not Outcome.FAILED:
        return None
    due = row.due.count if row.due else 0
    message = next((run.message for run in row.runs if run.outcome is Outcome.FAILED), None)
    return Failing(
        row.type,
        streak.since,
        streak.count,
        streak.last,
        streak.last_good,
        streak.after,
        streak.whole,
        due,
        message,
        streak.rests_on,
    )


def _hanging(row: Standing) -> Iterator[Hanging]:
    for overrun in row.overruns:
        usual, run = overrun.baseline, overrun.session
        yield Hanging(
            row.type,
            started(run),
            overrun.took,
            overrun.ratio,
            usual.usual,
            usual.longest,
            run,
            usual.rests_on,
        )


def _late(row: Standing) -> Late | None:
    due, rhythm = row.due, row.rhythm
    if due is None or rhythm is None or due.since is None:
        return None
    return Late(row.type, due.since, started(row.newest), rhythm.every, due.count, rhythm.rests_on)


def _changing(row: Standing, now: datetime, failing: bool) -> Iterator[Finding]:
    if slow := row.slower:
        yield Slowing(row.type, slow.since, slow.count, slow.took, slow.ratio, slow.usual, slow.rests_on)
    if not failing:
        yield from _recurring(row, now)
    streak = row.streak
    if streak and streak.outcome is Outcome.WARNING:
        message = next((run.message for run in row.runs if run.outcome is Outcome.WARNING), None)
        yield Warned(
            row.type,
            streak.since,
            streak.count,
            streak.last,
            streak.last_good,
            streak.whole,
            message,
            streak.rests_on,
        )
    newest = row.newest
    if newest.outcome is Outcome.CANCELED and now - started(newest) < DAY:
        yield Canceled(row.type, started(newest), newest.message, len(row.runs))


RECURS = 3
"""On how many days of the week a failure must have come back."""


def _recurring(row: Standing, now: datetime) -> Iterator[Recurring]:
    lately = [run for run in row.runs if now - started(run) < WEEK]
    if not any(run.outcome is Outcome.FAILED for run in lately):
        return
    for incident in incidents_of(row.runs, frozenset({Outcome.FAILED})):
        days = {run.started.date() for run in lately if run.started and run.uid in set(incident.uids)}
        if len(days) >= RECURS and now - incident.last < 2 * DAY:
            yield Recurring(row.type, incident.first, incident, incident.rests_on)
