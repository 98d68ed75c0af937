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
from emtui.triage.baseline import MIN_EXCESS, Baselines
from emtui.triage.finding_text import FindingFormatter, format_on_time_counts
from emtui.triage.findings import (
    CurrentIdleFinding,
    FailingFinding,
    Finding,
    OverdueFinding,
    StuckRunFinding,
    UnlistedRunsFinding,
    WarningFinding,
)
from emtui.triage.prioritization import count_on_time, make_unlisted_finding
from emtui.triage.runs_by_type import start_time
from emtui.triage.streaks import DECISIVE_OUTCOMES
from emtui.triage.type_status import TypeStatus, TypeStatuses

T = TypeVar("T", float, timedelta)
_UNSAFE_LABEL_CHARS = re.compile(r"[^A-Za-z0-9_.-]")
_MAX_LABEL_LENGTH = 60
"""Maximum number of characters of a type in a performance data label."""
_MAX_NAMED_TYPES = 3
"""Maximum number of types listed that cannot be checked."""
_MAX_PERFDATA_TYPES = 40
"""Maximum number of types with performance data: monitoring systems cut output after some kilobytes."""


class CheckLevel(IntEnum):
    """Exit code and severity of a check."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Threshold(Generic[T]):
    """Values above which the level is a warning, and above which it is critical."""

    warning: T | None
    critical: T

    def level_of(self, value: T) -> CheckLevel:
        """The level of this value."""
        if value > self.critical:
            return CheckLevel.CRITICAL
        return CheckLevel.WARNING if self.warning is not None and value > self.warning else CheckLevel.OK


@dataclass(frozen=True, slots=True)
class CheckThresholds:
    """The conditions to check: stuck runs, overdue runs, maximum age, maximum ratio."""

    includes_stuck: bool
    includes_overdue: bool
    max_age: Threshold[timedelta] | None = None
    max_ratio: Threshold[float] | None = None

    @property
    def includes_both(self) -> bool:
        """Whether types are checked as a whole: the default, without any condition."""
        return self.includes_stuck and self.includes_overdue


@dataclass(frozen=True, slots=True)
class MonitoringVerdict:
    """A problem, or the statement that there is none."""

    level: CheckLevel
    sentence: str


@dataclass(frozen=True, slots=True)
class PerfDatum:
    """One item of performance data: label and value, as plugins write them."""

    label: str
    value: str

    def __str__(self) -> str:
        return f"{self.label}={self.value}"


def collect_verdicts(
    assessment: Assessment,
    is_selected: Callable[[str | None], bool],
    thresholds: CheckThresholds,
    formatter: FindingFormatter,
) -> list[MonitoringVerdict]:
    """Problems of the chosen types that are not acknowledged, worst first.

    Without any, one verdict that says so and what cannot be checked; UNKNOWN if nothing can be.
    """
    type_statuses = assessment.type_statuses
    rows = [row for row in type_statuses.statuses if is_selected(row.type)]
    results = [
        verdict
        for finding, verdict in _finding_verdicts(assessment, is_selected, thresholds, formatter)
        if not assessment.is_acknowledged(finding)
    ]
    for row in rows:
        results += _threshold_verdicts(row, type_statuses.baselines, thresholds, formatter)
    results.sort(key=lambda verdict: verdict.level, reverse=True)
    return results or [_ok_verdict(type_statuses, rows, thresholds)]


def count_acknowledged_problems(
    assessment: Assessment,
    is_selected: Callable[[str | None], bool],
    thresholds: CheckThresholds,
    formatter: FindingFormatter,
) -> int:
    """Number of problems that are acknowledged."""
    results = (
        _finding_verdicts(assessment, is_selected, thresholds, formatter)
        if assessment.acknowledgements
        else ()
    )
    return sum(1 for finding, _ in results if assessment.is_acknowledged(finding))


def _ok_verdict(
    type_statuses: TypeStatuses, rows: list[TypeStatus], thresholds: CheckThresholds
) -> MonitoringVerdict:
    """The verdict without problems; `on time` only if schedules were checked."""
    without_rhythm = [row.type for row in rows if row.schedule is None] if thresholds.includes_overdue else []
    uncertain = (
        [row.type for row in rows if row.due and row.due.is_uncertain] if thresholds.includes_overdue else []
    )
    without_baseline = [row.type for row in rows if _lacks_baseline(row, type_statuses, thresholds)]
    assessed_count = len(rows) - len(without_rhythm) - len(uncertain)
    can_report_on_time = (
        thresholds.includes_both and assessed_count > 0
    )  # the sentence then has these numbers
    unknown = []
    if without_rhythm and not can_report_on_time:
        unknown.append(f"no schedule known for {_join_names(without_rhythm)}")
    if uncertain and not can_report_on_time:
        unknown.append(
            f"not enough history to check whether {_join_names(uncertain)} {_is_or_are(uncertain)} overdue"
        )
    if without_baseline:
        unknown.append(f"no usual duration known for {_join_names(without_baseline)}")
    assessable = (
        thresholds.max_age,
        thresholds.includes_overdue and assessed_count > 0,
        _can_assess_lengths(rows, without_baseline, thresholds),
    )
    if unknown and not any(assessable) and not thresholds.includes_both:
        return MonitoringVerdict(CheckLevel.UNKNOWN, "; ".join(unknown))
    ok_text = f"{_format_not_failing(rows)} not failing"
    if can_report_on_time:
        ok_text = format_on_time_counts(count_on_time(_restrict_to(type_statuses, rows)))
    return MonitoringVerdict(CheckLevel.OK, "; ".join((ok_text, *unknown)))


def _format_not_failing(rows: list[TypeStatus]) -> str:
    """`12 types`, `11 of 12 types`."""
    failing = sum(1 for row in rows if row.streak and row.streak.outcome is Outcome.FAILED)
    types = text_format.format_counted(len(rows), "type")
    return f"{len(rows) - failing} of {types}" if failing else types


def _can_assess_lengths(
    rows: list[TypeStatus], without_baseline: list[str], thresholds: CheckThresholds
) -> bool:
    return (thresholds.includes_stuck or thresholds.max_ratio is not None) and len(without_baseline) < len(
        rows
    )


def _lacks_baseline(row: TypeStatus, type_statuses: TypeStatuses, thresholds: CheckThresholds) -> bool:
    """Whether durations of a type should be checked, but have no baseline.

    If types are checked as a whole, only running sessions count.
    """
    assessed_runs = _runs_to_assess(row)
    if thresholds.max_ratio and not (
        assessed_runs and all(_can_assess(run, type_statuses) for run in assessed_runs)
    ):
        return True
    if not thresholds.includes_stuck:
        return False
    running = [run for run in row.runs if run.is_running]
    if running or thresholds.includes_both:
        return not all(_can_assess(run, type_statuses) for run in running)
    return type_statuses.baselines.for_next_run(row.type) is None


def _can_assess(run: Session, type_statuses: TypeStatuses) -> bool:
    """Whether the baseline can rate a run; a baseline of zero can only rate very short runs."""
    baseline, duration = type_statuses.baselines.for_run(run), run.duration(type_statuses.now)
    return baseline is not None and (
        baseline.usual > timedelta() or duration is None or duration < MIN_EXCESS
    )


def _join_names(types: list[str]) -> str:
    """`A, B and C`, `A, B, C and 2 more`."""
    shown = types[:_MAX_NAMED_TYPES]
    more = [f"{len(types) - len(shown)} more"] if len(types) > len(shown) else []
    *first, last = [*shown, *more]
    return f"{', '.join(first)} and {last}" if first else last


def _is_or_are(types: list[str]) -> str:
    return "is" if len(types) == 1 else "are"


def _restrict_to(type_statuses: TypeStatuses, rows: list[TypeStatus]) -> TypeStatuses:
    return TypeStatuses(type_statuses.now, tuple(rows), type_statuses.idle_periods)


def _finding_verdicts(
    assessment: Assessment,
    is_selected: Callable[[str | None], bool],
    thresholds: CheckThresholds,
    formatter: FindingFormatter,
) -> Iterator[tuple[Finding, MonitoringVerdict]]:
    type_statuses = assessment.type_statuses
    for finding in assessment.attention.findings:
        is_in_scope = isinstance(finding, CurrentIdleFinding) or is_selected(finding.type)
        match finding:
            case FailingFinding() if is_in_scope:
                yield finding, MonitoringVerdict(CheckLevel.CRITICAL, formatter.format_finding(finding))
            case StuckRunFinding() if is_in_scope and thresholds.includes_stuck:
                yield finding, MonitoringVerdict(CheckLevel.CRITICAL, formatter.format_finding(finding))
            case OverdueFinding() | CurrentIdleFinding() if is_in_scope and thresholds.includes_overdue:
                yield finding, MonitoringVerdict(CheckLevel.CRITICAL, formatter.format_finding(finding))
            case WarningFinding() if is_in_scope:
                yield finding, MonitoringVerdict(CheckLevel.WARNING, formatter.format_finding(finding))
            case UnlistedRunsFinding() if type_statuses.unlisted:
                if missing_runs := [run for run in type_statuses.unlisted.runs if is_selected(run.type)]:
                    text = formatter.format_finding(make_unlisted_finding(type_statuses, missing_runs))
                    yield finding, MonitoringVerdict(CheckLevel.WARNING, text)


def _threshold_verdicts(
    row: TypeStatus, baselines: Baselines, thresholds: CheckThresholds, formatter: FindingFormatter
) -> Iterator[MonitoringVerdict]:
    if thresholds.max_age:
        success = row.last_success
        if success is None:
            yield MonitoringVerdict(CheckLevel.CRITICAL, f"{row.type} has no successful run in the list")
        elif level := thresholds.max_age.level_of(formatter.now - _end_or_start(success)):
            when, age = (
                formatter.format_time(_end_or_start(success)),
                text_format.format_duration(formatter.now - _end_or_start(success)),
            )
            end_verb = "ended" if success.ended else "began"
            yield MonitoringVerdict(level, f"last successful run of {row.type} {end_verb} {when}, {age} ago")
    if thresholds.max_ratio and (slowest := _find_slowest_run(row, baselines, formatter.now)):
        run, duration, ratio = slowest
        if level := thresholds.max_ratio.level_of(ratio):
            duration_text = f"took {text_format.format_duration(duration)}"
            if run.is_running:
                duration_text = (
                    f"running for {text_format.format_duration(duration)}"
                    f" since {formatter.format_time(start_time(run))}"
                )
            yield MonitoringVerdict(
                level, f"{row.type} {duration_text}, {ratio:.1f} times the usual duration"
            )


def _end_or_start(run: Session) -> datetime:
    return run.ended or start_time(run)


def _find_slowest_run(
    row: TypeStatus, baselines: Baselines, now: datetime
) -> tuple[Session, timedelta, float] | None:
    """The slowest of the running sessions and the newest that ended, its duration and its ratio.

    Canceled runs are ignored. A run is only slow from half a minute above the usual duration.
    """
    candidates = []
    for run in _runs_to_assess(row):
        duration, baseline = run.duration(now), baselines.for_run(run)
        if duration is not None and baseline and baseline.usual and duration - baseline.usual >= MIN_EXCESS:
            candidates.append((run, duration, duration / baseline.usual))
    return max(candidates, key=lambda found: found[2], default=None)


def _runs_to_assess(row: TypeStatus) -> list[Session]:
    """The running sessions, and the newest that ended."""
    newest_ended = next((run for run in row.runs if run.outcome in DECISIVE_OUTCOMES), None)
    return [run for run in row.runs if run.is_running or run is newest_ended]


def performance_data(
    type_statuses: TypeStatuses, is_selected: Callable[[str | None], bool], thresholds: CheckThresholds
) -> Iterator[PerfDatum]:
    """Numbers of types, of those on time and failing; of each type, age and last duration."""
    rows = [row for row in type_statuses.statuses if is_selected(row.type)]
    failing = sum(1 for row in rows if row.streak and row.streak.outcome is Outcome.FAILED)
    yield PerfDatum("types", f"{len(rows)};;;0")
    yield PerfDatum("on_time", f"{count_on_time(_restrict_to(type_statuses, rows)).on_time};;;0;{len(rows)}")
    yield PerfDatum("failing", f"{failing};;0;0")
    for row in rows[:_MAX_PERFDATA_TYPES]:
        name = _UNSAFE_LABEL_CHARS.sub("_", row.type[:_MAX_LABEL_LENGTH])
        success, duration = row.last_success, row.newest_run.duration(type_statuses.now)
        if success is not None:
            age = max(type_statuses.now - _end_or_start(success), timedelta()).total_seconds()
            yield PerfDatum(f"{name}_age", f"{age:.0f}s;{_format_threshold(thresholds.max_age)};0")
        if duration is not None:
            yield PerfDatum(f"{name}_took", f"{duration.total_seconds():.1f}s;;;0")


def _format_threshold(threshold: Threshold[timedelta] | None) -> str:
    if threshold is None:
        return ";"
    warning = "" if threshold.warning is None else f"{threshold.warning.total_seconds():.0f}"
    return f"{warning};{threshold.critical.total_seconds():.0f}"
