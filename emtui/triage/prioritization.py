"""What deserves a look, worst first: which type fails, hangs, is late or changes.

One type is in it once for what it does now: a type that fails and is late as well fails, and says
how many runs were due. When nothing at all runs, that is the one finding, and no type is called late.
That a list lacks runs comes first, since all the rest depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo

from emtui.em.model import Outcome, Session
from emtui.triage.finding_navigation import run_of
from emtui.triage.findings import (
    WORST_FIRST,
    Canceled,
    Failing,
    Finding,
    Hanging,
    Late,
    NoLongerListed,
    OfRuns,
    Paused,
    Recurring,
    Silence,
    Slowing,
    Warned,
)
from emtui.triage.incidents import Incident, incidents_of
from emtui.triage.runs_by_type import GOOD, started
from emtui.triage.schedule_detection import DAY, WEEK, Due
from emtui.triage.type_status import Standing, Standings, standings

RECURS = 3
"""On how many days of the week a failure must have come back, with successful or warned runs between."""


@dataclass(frozen=True, slots=True)
class Calm:
    """What "nothing needs you" rests on: how many types are on time, of how many.

    Of those in `unknown` no rhythm is known, of those in `unsure` too little history to tell.
    """

    on_time: int
    types: int
    unknown: tuple[str, ...]
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attention:
    """The findings, worst first, and how many types are on time."""

    findings: tuple[Finding, ...]
    calm: Calm


def attention(sessions: Iterable[Session], now: datetime, zone: tzinfo = UTC) -> Attention:
    """What deserves a look in a list that was read when the server's clock showed `now`.

    `zone` is the one that times are shown in: a day is one of this zone.
    """
    return judged(standings(sessions, now, zone), zone)


def judged(standing: Standings, zone: tzinfo = UTC) -> Attention:
    """The same, from standings that are there already."""
    found: list[Finding] = [*_of_all(standing)]
    for row in standing.types:
        found += _of_type(row, standing, zone)
    if standing.unlisted and standing.unlisted.since:
        found = [*_marked(found, standing), no_longer_listed(standing, standing.unlisted.runs)]
    found.sort(key=lambda finding: finding.since, reverse=True)
    found.sort(key=lambda finding: (finding.grade, WORST_FIRST.index(type(finding))))
    return Attention(tuple(found), calm(standing))


def calm(standing: Standings) -> Calm:
    """How many types are on time."""
    on_time = sum(1 for row in standing.types if row.on_time)
    unknown = tuple(row.type for row in standing.types if row.on_time is None and row.rhythm is None)
    unsure = tuple(row.type for row in standing.types if row.on_time is None and row.rhythm is not None)
    return Calm(on_time, len(standing.types), unknown, unsure)


def _marked(found: Iterable[Finding], standing: Standings) -> Iterator[Finding]:
    """The findings, those marked that are about a run which is no longer listed."""
    uids = {run.uid for run in standing.unlisted.runs} if standing.unlisted else set()
    for finding in found:
        run = run_of(finding, standing)
        lost = run is not None and run.uid in uids
        yield replace(finding, unlisted=True) if lost and isinstance(finding, OfRuns) else finding


def no_longer_listed(standing: Standings, runs: Sequence[Session]) -> NoLongerListed:
    """That these runs are not listed any more."""
    failed = sum(1 for run in runs if run.has_failed)
    since = standing.unlisted.since if standing.unlisted else None
    every = sum(len(row.runs) for row in standing.types)
    return NoLongerListed(len(runs), failed, since or standing.now, max(every, len(runs)))


def _of_all(standing: Standings) -> Iterator[Finding]:
    for outage in standing.outages:
        if outage.until is None:
            yield Silence(outage, running=_ran_on(standing, outage.since, standing.now))
        elif standing.now - outage.until < DAY:
            running = _ran_on(standing, outage.since, outage.until)
            yield Paused(outage, outage.until, running=running)


def _ran_on(standing: Standings, since: datetime, until: datetime) -> bool:
    """Whether a run went on all that time."""
    return any(
        started(run) <= since and (run.running or (run.ended is not None and run.ended >= until))
        for row in standing.types
        for run in row.runs
    )


def _of_type(row: Standing, standing: Standings, zone: tzinfo) -> Iterator[Finding]:
    late = _late_by_itself(row, standing)
    failing = _failing(row, late)
    if failing:
        yield failing
    yield from (Hanging(row.type, overrun) for overrun in row.overruns)
    if not failing and late:
        yield from _late(row, late)
    if row.slower:
        yield Slowing(row.type, row.slower)
    if not failing:
        yield from _recurring(row, standing.now, zone)
    yield from _warned(row)
    yield from _canceled(row, standing.now)


def _late_by_itself(row: Standing, standing: Standings) -> Due | None:
    """What is due, if the type is late; not while nothing at all runs, unless it was late before that."""
    due, silence = row.due, standing.silence
    if due is None or due.since is None or row.rhythm is None:
        return None
    if silence is None or row.type not in silence.types:
        return due
    return due if due.since < silence.since and standing.now - due.since > row.rhythm.grace else None


def _failing(row: Standing, late: Due | None) -> Failing | None:
    if row.streak is None or row.streak.outcome is not Outcome.FAILED:
        return None
    due = late or Due(None)
    return Failing(row.type, row.streak, _last_message(row, Outcome.FAILED), due.count, due.at_least)


def _warned(row: Standing) -> Iterator[Warned]:
    if row.streak and row.streak.outcome is Outcome.WARNING:
        yield Warned(row.type, row.streak, _last_message(row, Outcome.WARNING))


def _last_message(row: Standing, outcome: Outcome) -> str | None:
    return next((run.message for run in row.runs if run.outcome is outcome), None)


def _late(row: Standing, due: Due) -> Iterator[Late]:
    rhythm = row.rhythm
    if rhythm and due.since:
        last = started(row.newest)
        yield Late(row.type, due.since, last, rhythm.every, due.count, rhythm.rests_on, due.at_least)


def _canceled(row: Standing, now: datetime) -> Iterator[Canceled]:
    newest = row.newest
    if newest.outcome is Outcome.CANCELED and now - started(newest) < DAY:
        yield Canceled(row.type, started(newest), newest.message, len(row.runs))


def _recurring(row: Standing, now: datetime, zone: tzinfo) -> Iterator[Recurring]:
    lately = [run for run in row.runs if now - started(run) < WEEK]
    if not any(run.outcome is Outcome.FAILED for run in lately):
        return
    for incident in incidents_of(row.runs, frozenset({Outcome.FAILED})):
        if _came_back(lately, incident, zone) >= RECURS and now - incident.last < 2 * DAY:
            yield Recurring(row.type, incident)


def _came_back(lately: Sequence[Session], incident: Incident, zone: tzinfo) -> int:
    """On how many days it failed so, with a run between one and the next that did its work."""
    uids, days, well = frozenset(incident.uids), 0, True
    last: date | None = None
    for run in reversed(lately):
        if run.outcome in GOOD:
            well = True
        elif well and run.uid in uids and (day := started(run).astimezone(zone).date()) != last:
            last, well, days = day, False, days + 1
    return days
