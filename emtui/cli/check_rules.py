"""Rules of `emtui check`: turn an assessment into levels, one sentence each, and performance data.

Pure. A type fails if its newest run that ended failed, ignoring canceled ones. Stuck, overdue, old and
slow runs are checked as far as that was requested and as far as there are baselines; what cannot be
checked is reported.
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
"""Maximum number of characters of a type in a performance data label."""
_MOST_NAMED = 3
"""Maximum number of types listed that cannot be checked."""
_MOST_TYPES = 40
"""Maximum number of types with performance data: monitoring systems cut output after some kilobytes."""


class Level(IntEnum):
    """Exit code and severity of a check."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Limit(Generic[T]):
    """Values above which the level is a warning, and above which it is critical."""

    warning: T | None
    critical: T

    def level(self, value: T) -> Level:
        """The level of this value."""
        if value > self.critical:
            return Level.CRITICAL
        return Level.WARNING if self.warning is not None and value > self.warning else Level.OK


@dataclass(frozen=True, slots=True)
class Limits:
    """The conditions to check: stuck runs, overdue runs, maximum age, maximum ratio."""

    stuck: bool
    overdue: bool
    age: Limit[timedelta] | None = None
    ratio: Limit[float] | None = None

    @property
    def on_time(self) -> bool:
        """Whether types are checked as a whole: the default, without any condition."""
        return self.stuck and self.overdue


@dataclass(frozen=True, slots=True)
class Verdict:
    """A problem, or the statement that there is none."""

    level: Level
    sentence: str


@dataclass(frozen=True, slots=True)
class Figures:
    """One item of performance data: label and value, as plugins write them."""

    label: str
    value: str

    def __str__(self) -> str:
        return f"{self.label}={self.value}"


def verdicts(
    assessment: Assessment, chosen: Callable[[str | None], bool], limits: Limits, tell: Teller
) -> list[Verdict]:
    """Problems of the chosen types that are not acknowledged, worst first.

    Without any, one verdict that says so and what cannot be checked; UNKNOWN if nothing can be.
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
    """Number of problems that are acknowledged."""
    found = _found(assessment, chosen, limits, tell) if assessment.acknowledged else ()
    return sum(1 for finding, _ in found if assessment.mark_of(finding))


def _well(standing: Standings, rows: list[Standing], limits: Limits) -> Verdict:
    """The verdict without problems; `on time` only if schedules were checked."""
    no_rhythm = [row.type for row in rows if row.rhythm is None] if limits.overdue else []
    unsure = [row.type for row in rows if row.due and row.due.unsure] if limits.overdue else []
    no_usual = [row.type for row in rows if _has_no_usual(row, standing, limits)]
    judged_on_time = len(rows) - len(no_rhythm) - len(unsure)
    told = limits.on_time and judged_on_time > 0  # the sentence then has these numbers
    unknown = []
    if no_rhythm and not told:
        unknown.append(f"no schedule known for {_listed(no_rhythm)}")
    if unsure and not told:
        unknown.append(f"not enough history to check whether {_listed(unsure)} {_are(unsure)} overdue")
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
    """Whether durations of a type should be checked, but have no baseline.

    If types are checked as a whole, only running sessions count.
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
    """Whether the baseline can rate a run; a baseline of zero can only rate very short runs."""
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
            yield Verdict(Level.CRITICAL, f"{row.type} has no successful run in the list")
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
    """The successful run that ended last; the start replaces an unknown end."""
    return max((run for run in row.runs if run.outcome is Outcome.SUCCESS), key=_over, default=None)


def _over(run: Session) -> datetime:
    return run.ended or started(run)


def _slow(row: Standing, usual: Baselines, now: datetime) -> tuple[Session, timedelta, float] | None:
    """The slowest of the running sessions and the newest that ended, its duration and its ratio.

    Canceled runs are ignored. A run is only slow from half a minute above the usual.
    """
    slow = []
    for run in _looked_at(row):
        took, base = run.took(now), usual.of(run)
        if took is not None and base and base.usual and took - base.usual >= NOTICED:
            slow.append((run, took, took / base.usual))
    return max(slow, key=lambda found: found[2], default=None)


def _looked_at(row: Standing) -> list[Session]:
    """The running sessions, and the newest that ended."""
    ended = next((run for run in row.runs if run.outcome in DECIDED), None)
    return [run for run in row.runs if run.running or run is ended]


def figures(standing: Standings, chosen: Callable[[str | None], bool], limits: Limits) -> Iterator[Figures]:
    """Numbers of types, of those on time and failing; of each type, age and last duration."""
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
