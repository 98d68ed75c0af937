"""How each type stands: its newest run, what is usual, how often it runs, what is due.

One row per type, in the order of the newest run; the board shows them, `prioritization` ranks them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import chain

from emtui.em.model import Session
from emtui.triage.baseline import Baseline, Baselines, Slower, baselines_of, slower
from emtui.triage.idle_periods import outages
from emtui.triage.runs_by_type import EARLIEST, LATEST, Runs, by_type, started
from emtui.triage.schedule_detection import Due, Outage, Rhythm, due, rhythm
from emtui.triage.streaks import Streak, streak
from emtui.triage.unlisted_types import Unlisted


@dataclass(frozen=True, slots=True)
class Overrun:
    """A run that goes on for unusually long, and longer than any run that its baseline rests on."""

    session: Session
    took: timedelta
    ratio: float
    baseline: Baseline


@dataclass(frozen=True, slots=True)
class Standing:
    """One type. What is not known is `None`; `runs` are newest first, `baseline` is that of the newest."""

    type: str
    runs: Runs
    baseline: Baseline | None
    rhythm: Rhythm | None
    due: Due | None
    streak: Streak | None
    slower: Slower | None
    overruns: tuple[Overrun, ...]

    @property
    def newest(self) -> Session:
        """Its newest run."""
        return self.runs[0]

    @property
    def on_time(self) -> bool | None:
        """Whether it runs when it should, and ends; unknown without a rhythm, or with too little history."""
        if self.overruns or (self.due and self.due.late):
            return False
        return None if self.rhythm is None or (self.due and self.due.unsure) else True


@dataclass(frozen=True, slots=True)
class Standings:
    """All types at one moment, the times in which nothing ran, newest first; what is usual for each run.

    `unlisted` are those of the runs that the list lacks; nothing where it lacks none.
    """

    now: datetime
    types: tuple[Standing, ...]
    outages: tuple[Outage, ...]
    baselines: Baselines = field(default_factory=Baselines)
    unlisted: Unlisted | None = None

    def of(self, kind: str | None) -> Standing | None:
        """The standing of this type, if it ever ran."""
        return next((standing for standing in self.types if standing.type == kind), None)

    @property
    def silence(self) -> Outage | None:
        """The time in which nothing at all runs, if it goes on."""
        return next((outage for outage in self.outages[:1] if outage.until is None), None)

    def later(self, now: datetime) -> Standings:
        """The same types, looked at later; an earlier moment changes nothing."""
        return replace(self, now=min(max(now, self.now), LATEST))


def standings(
    sessions: Iterable[Session], now: datetime, zone: tzinfo = UTC, unlisted: Unlisted | None = None
) -> Standings:
    """How all types of a list stand; `now` is the server's clock when it was read.

    `zone` is the server's: what runs daily keeps the time of day there. What the list lacks counts
    as it was last seen.
    """
    now = min(max(now, EARLIEST), LATEST)
    types = by_type(chain(sessions, unlisted.runs) if unlisted else sessions)
    rhythms = {kind: found for kind, runs in types.items() if (found := rhythm(runs, zone))}
    pauses = outages(types, rhythms, now)
    usual = baselines_of(types)
    rows = []
    for kind, runs in types.items():
        found = rhythms.get(kind)
        rows.append(
            Standing(
                kind,
                runs,
                usual.of(runs[0]),
                found,
                due(runs, found, now, pauses),
                streak(runs),
                slower(runs, usual),
                tuple(_overruns(runs, usual, now)),
            )
        )
    rows.sort(key=lambda row: started(row.newest), reverse=True)
    return Standings(now, tuple(rows), pauses, usual, unlisted if unlisted and unlisted.runs else None)


def _overruns(runs: Runs, usual: Baselines, now: datetime) -> Iterable[Overrun]:
    for run in runs:
        if not run.running:
            continue
        took, base = run.took(now), usual.of(run)
        if took is not None and base and (ratio := base.overrun(took)):
            yield Overrun(run, took, ratio, base)
