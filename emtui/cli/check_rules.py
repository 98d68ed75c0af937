"""What `emtui check` makes of an assessment: levels, one sentence for each, and figures.

Pure: assessment and limits in. A type fails with its newest run that ended, canceled ones passed over;
whether it hangs, is late, old or slow is judged as far as that was asked for, and as far as the list
tells what is usual: what cannot be judged is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Generic, TypeVar

from emtui import text_format
from emtui.em.model import Outcome, Session
from emtui.monitor.assessment import Assessment
from emtui.triage.baseline import NOTICED, Baselines
from emtui.triage.finding_text import Teller, calm
from emtui.triage.findings import Failing, Finding, Hanging, Late, NoLongerListed, Silence, Warned
from emtui.triage.prioritization import calm as calm_of
from emtui.triage.prioritization import no_longer_listed
from emtui.triage.runs_by_type import started
from emtui.triage.streaks import DECIDED
from emtui.triage.type_status import Standing, Standings

T = TypeVar("T", float, timedelta)
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")
_LABEL = 60
"""Characters of a type in the label of its figures."""
_MOST_NAMED = 3
"""So many types are named that cannot be judged."""
_MOST_TYPES = 40
"""Monitoring systems cut what is longer than some kilobytes; documented are twelve types."""


class Level(IntEnum):
    """The exit code of a check, and how bad it is."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Limit(Generic[T]):
    """From which value on something is a warning, and from which critical."""

    warning: T | None
    critical: T

    def level(self, value: T) -> Level:
        """How bad this value is."""
        if value > self.critical:
            return Level.CRITICAL
        return Level.WARNING if self.warning is not None and value > self.warning else Level.OK


@dataclass(frozen=True, slots=True)
class Limits:
    """What is asked for: whether runs that hang and runs that are late count, how old, how slow."""

    stuck: bool
    overdue: bool
    age: Limit[timedelta] | None = None
    ratio: Limit[float] | None = None

    @property
    def on_time(self) -> bool:
        """Whether types are judged as a whole, as they are where nothing is asked for."""
        return self.stuck and self.overdue


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that is wrong, or that all is well."""

    level: Level
    sentence: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The performance data: label and value, as plugins write it."""

    label: str
    value: str

    def __str__(self) -> str:
        return f"{self.label}={self.value}"


def verdicts(
    assessment: Assessment, chosen: Callable[[str | None], bool], limits: Limits, tell: Teller
) -> list[Verdict]:
    """What is wrong with the chosen types and not acknowledged, worst first.

    Or one that says that they are well and what cannot be judged, unknown if that is all that was asked for.
    """
    standing = assessment.statuses
    rows = [row for row in standing.types if chosen(row.type)]
    found = [
        verdict
        for finding, verdict in _found(assessment, chosen, limits, tell)
        if not assessment.mark_of(finding)
    ]
    for row in rows:
        found += _limited(row, standing.baselines, limits, tell)
    found.sort(key=lambda verdict: verdict.level, reverse=True)
    return found or [_well(standing, rows, limits)]


def ignored(
    assessment: Assessment, chosen: Callable[[str | None], bool], limits: Limits, tell: Teller
) -> int:
    """How much would be wrong if it were not acknowledged."""
    found = _found(assessment, chosen, limits, tell) if assessment.acknowledged else ()
    return sum(1 for finding, _ in found if assessment.mark_of(finding))


def _well(standing: Standings, rows: list[Standing], limits: Limits) -> Verdict:
    """Types are on time only as far as somebody asked."""
    no_rhythm = [row.type for row in rows if row.rhythm is None] if limits.overdue else []
    unsure = [row.type for row in rows if row.due and row.due.unsure] if limits.overdue else []
    no_usual = [row.type for row in rows if _has_no_usual(row, standing, limits)]
    judged_on_time = len(rows) - len(no_rhythm) - len(unsure)
    told = limits.on_time and judged_on_time > 0  # the sentence says how many are not
    unknown = []
    if no_rhythm and not told:
        unknown.append(f"no rhythm known for {_listed(no_rhythm)}")
    if unsure and not told:
        unknown.append(f"too little history to tell whether {_listed(unsure)} {_are(unsure)} due")
    if no_usual:
        unknown.append(f"no usual length known for {_listed(no_usual)}")
    could = (
        limits.age,
        limits.overdue and judged_on_time > 0,
        _judges_lengths(rows, no_usual, limits),
    )
    if unknown and not any(could) and not limits.on_time:
        return Verdict(Level.UNKNOWN, "; ".join(unknown))
    well = f"{_not_failing(rows)} not failing"
    if told:
        well = calm(calm_of(_only(standing, rows)))
    return Verdict(Level.OK, "; ".join((well, *unknown)))


def _not_failing(rows: list[Standing]) -> str:
    """`12 types`, `11 of 12 types`."""
    failing = sum(1 for row in rows if row.streak and row.streak.outcome is Outcome.FAILED)
    types = text_format.counted(len(rows), "type")
    return f"{len(rows) - failing} of {types}" if failing else types


def _judges_lengths(rows: list[Standing], no_usual: list[str], limits: Limits) -> bool:
    return (limits.stuck or limits.ratio is not None) and len(no_usual) < len(rows)


def _has_no_usual(row: Standing, standing: Standings, limits: Limits) -> bool:
    """Whether runs of a type would be judged by their length, and nothing is usual.

    Where types are judged as a whole, only of runs that go on.
    """
    looked_at = _looked_at(row)
    if limits.ratio and not (looked_at and all(_can_judge(run, standing) for run in looked_at)):
        return True
    if not limits.stuck:
        return False
    running = [run for run in row.runs if run.running]
    if running or limits.on_time:
        return not all(_can_judge(run, standing) for run in running)
    return standing.baselines.after_all(row.type) is None


def _can_judge(run: Session, standing: Standings) -> bool:
    """Whether the usual length tells if a run took long; one of zero does only of a run as short as that."""
    base, took = standing.baselines.of(run), run.took(standing.now)
    return base is not None and (base.usual > timedelta() or took is None or took < NOTICED)


def _listed(types: list[str]) -> str:
    """`A, B and C`, `A, B, C and 2 more`."""
    named = types[:_MOST_NAMED]
    more = [f"{len(types) - len(named)} more"] if len(types) > len(named) else []
    *first, last = [*named, *more]
    return f"{', '.join(first)} and {last}" if first else last


def _are(types: list[str]) -> str:
    return "is" if len(types) == 1 else "are"


def _only(standing: Standings, rows: list[Standing]) -> Standings:
    return Standings(standing.now, tuple(rows), standing.outages)


def _found(
    assessment: Assessment, chosen: Callable[[str | None], bool], limits: Limits, tell: Teller
) -> Iterator[tuple[Finding, Verdict]]:
    standing = assessment.statuses
    for finding in assessment.attention.findings:
        ours = isinstance(finding, Silence) or chosen(finding.type)
        match finding:
            case Failing() if ours:
                yield finding, Verdict(Level.CRITICAL, tell.finding(finding))
            case Hanging() if ours and limits.stuck:
                yield finding, Verdict(Level.CRITICAL, tell.finding(finding))
            case Late() | Silence() if ours and limits.overdue:
                yield finding, Verdict(Level.CRITICAL, tell.finding(finding))
            case Warned() if ours:
                yield finding, Verdict(Level.WARNING, tell.finding(finding))
            case NoLongerListed() if standing.unlisted:
                if lacking := [run for run in standing.unlisted.runs if chosen(run.type)]:
                    told = tell.finding(no_longer_listed(standing, lacking))
                    yield finding, Verdict(Level.WARNING, told)


def _limited(row: Standing, usual: Baselines, limits: Limits, tell: Teller) -> Iterator[Verdict]:
    if limits.age:
        success = _last_success(row)
        if success is None:
            yield Verdict(Level.CRITICAL, f"{row.type} has no good run in the list")
        elif level := limits.age.level(tell.now - _over(success)):
            when, age = tell.at(_over(success)), text_format.duration(tell.now - _over(success))
            ended = "ended" if success.ended else "began"
            yield Verdict(level, f"last successful run of {row.type} {ended} {when}, {age} ago")
    if limits.ratio and (slow := _slow(row, usual, tell.now)):
        run, took, ratio = slow
        if level := limits.ratio.level(ratio):
            lasted = f"took {text_format.duration(took)}"
            if run.running:
                lasted = f"has run for {text_format.duration(took)} since {tell.at(started(run))}"
            yield Verdict(level, f"{row.type} {lasted}, {ratio:.1f} times the usual")


def _last_success(row: Standing) -> Session | None:
    """The successful run that ended last; one whose end is unknown counts from its start."""
    return max((run for run in row.runs if run.outcome is Outcome.SUCCESS), key=_over, default=None)


def _over(run: Session) -> datetime:
    return run.ended or started(run)


def _slow(row: Standing, usual: Baselines, now: datetime) -> tuple[Session, timedelta, float] | None:
    """The slowest of what runs and of the newest that ended: how long, and how many times the usual.

    A canceled run is passed over. Nothing that took less than half a minute more than usual is slow.
    """
    slow = []
    for run in _looked_at(row):
        took, base = run.took(now), usual.of(run)
        if took is not None and base and base.usual and took - base.usual >= NOTICED:
            slow.append((run, took, took / base.usual))
    return max(slow, key=lambda found: found[2], default=None)


def _looked_at(row: Standing) -> list[Session]:
    """What runs, and the newest that ended."""
    ended = next((run for run in row.runs if run.outcome in DECIDED), None)
    return [run for run in row.runs if run.running or run is ended]


def figures(standing: Standings, chosen: Callable[[str | None], bool], limits: Limits) -> Iterator[Figures]:
    """How many types there are, are on time, fail; and of each type its age and how long it took."""
    rows = [row for row in standing.types if chosen(row.type)]
    failing = sum(1 for row in rows if row.streak and row.streak.outcome is Outcome.FAILED)
    yield Figures("types", f"{len(rows)};;;0")
    yield Figures("on_time", f"{calm_of(_only(standing, rows)).on_time};;;0;{len(rows)}")
    yield Figures("failing", f"{failing};;0;0")
    for row in rows[:_MOST_TYPES]:
        name = _UNSAFE.sub("_", row.type[:_LABEL])
        success, took = _last_success(row), row.newest.took(standing.now)
        if success is not None:
            age = max(standing.now - _over(success), timedelta()).total_seconds()
            yield Figures(f"{name}_age", f"{age:.0f}s;{_limit(limits.age)};0")
        if took is not None:
            yield Figures(f"{name}_took", f"{took.total_seconds():.1f}s;;;0")


def _limit(limit: Limit[timedelta] | None) -> str:
    if limit is None:
        return ";"
    warning = "" if limit.warning is None else f"{limit.warning.total_seconds():.0f}"
    return f"{warning};{limit.critical.total_seconds():.0f}"
