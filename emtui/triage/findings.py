"""The kinds of findings: what may need attention, since when, how urgently, and on what evidence.

A finding has values, not text (see `finding_text`). `type` is its session type, `None` for all types; `since`
is when it began; `sample_size` counts the runs or intervals it is based on. `is_unlisted`: its run is no
longer listed, so that it is based on earlier lists only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import ClassVar

from emtui.triage.baseline import Slowdown
from emtui.triage.daily_failures import DailyFailures
from emtui.triage.incidents import Incident
from emtui.triage.runs_by_type import start_time
from emtui.triage.schedule_detection import IdlePeriod
from emtui.triage.streaks import Streak
from emtui.triage.type_status import Overrun


class Urgency(IntEnum):
    """Broken now, changing or about to break, or merely informative."""

    NOW = 0
    SOON = 1
    NOTE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _FindingBase:
    is_unlisted: bool = False


@dataclass(frozen=True, slots=True)
class UnlistedRunsFinding:
    """The list lacks `run_count` runs that were listed before, `failed_count` of them failures."""

    run_count: int
    failed_count: int
    since: datetime
    sample_size: int
    type: ClassVar[None] = None
    is_unlisted: ClassVar = False
    urgency: ClassVar = Urgency.NOW


@dataclass(frozen=True, slots=True)
class _IdleFinding(_FindingBase):
    """A time in which nothing ran, or nothing started while an older run continued (`is_run_active`)."""

    idle_period: IdlePeriod
    is_run_active: bool = field(default=False, kw_only=True)
    type: ClassVar[None] = None

    @property
    def since(self) -> datetime:
        """The last start or end of a run before it."""
        return self.idle_period.since

    @property
    def sample_size(self) -> int:
        """The number of intervals that the schedules of the due types are based on."""
        return self.idle_period.sample_size


class CurrentIdleFinding(_IdleFinding):
    """Nothing has run since then."""

    __slots__ = ()
    urgency = Urgency.NOW


@dataclass(frozen=True, slots=True)
class PastIdleFinding(_IdleFinding):
    """Nothing ran for some time, which ended less than a day ago."""

    until: datetime
    urgency: ClassVar = Urgency.NOTE


@dataclass(frozen=True, slots=True)
class _StreakFinding(_FindingBase):
    """The newest runs of a type all had the same outcome; `message` is that of the newest."""

    type: str
    streak: Streak
    message: str | None

    @property
    def since(self) -> datetime:
        """The start of the first of them in the list."""
        return self.streak.since

    @property
    def sample_size(self) -> int:
        """The number of runs that were evaluated."""
        return self.streak.sample_size


@dataclass(frozen=True, slots=True)
class FailingFinding(_StreakFinding):
    """The newest runs of a type failed; `overdue_count` more are due, or at least as many (`is_minimum`).

    `daily_failures` has these and earlier ones, if they come at the same time of day.
    """

    overdue_count: int
    is_minimum: bool = False
    daily_failures: DailyFailures | None = None
    urgency: ClassVar = Urgency.NOW


class WarningFinding(_StreakFinding):
    """The newest runs of a type ended with a warning."""

    __slots__ = ()
    urgency = Urgency.SOON


@dataclass(frozen=True, slots=True)
class StuckRunFinding(_FindingBase):
    """A run has been running unusually long, and longer than any successful run."""

    type: str
    overrun: Overrun
    urgency: ClassVar = Urgency.NOW

    @property
    def since(self) -> datetime:
        """Its start."""
        return start_time(self.overrun.session)

    @property
    def sample_size(self) -> int:
        """The number of successful runs it is compared with."""
        return self.overrun.baseline.sample_size


@dataclass(frozen=True, slots=True)
class OverdueFinding(_FindingBase):
    """A type with this `interval` last started at `last_start`; runs due from `since` on have not started.

    There are `overdue_count` of them, or at least as many (`is_minimum`).
    """

    type: str
    since: datetime
    last_start: datetime
    interval: timedelta
    overdue_count: int
    sample_size: int
    is_minimum: bool = False
    urgency: ClassVar = Urgency.NOW


@dataclass(frozen=True, slots=True)
class SlowdownFinding(_FindingBase):
    """The newest runs of a type all took unusually long."""

    type: str
    slowdown: Slowdown
    urgency: ClassVar = Urgency.SOON

    @property
    def since(self) -> datetime:
        """The start of the first of them."""
        return self.slowdown.since

    @property
    def sample_size(self) -> int:
        """The number of successful runs they are compared with."""
        return self.slowdown.sample_size


@dataclass(frozen=True, slots=True)
class RecurringFailureFinding(_FindingBase):
    """The same failure on several days of the last week, followed by a successful run each time.

    `daily_failures` are set if they come at the same time of day; then their messages may differ.
    """

    type: str
    incident: Incident
    daily_failures: DailyFailures | None = None
    urgency: ClassVar = Urgency.SOON

    @property
    def since(self) -> datetime:
        """The start of the first run with this failure."""
        return self.incident.first

    @property
    def sample_size(self) -> int:
        """The number of runs that were evaluated."""
        return self.incident.sample_size


@dataclass(frozen=True, slots=True)
class CanceledFinding(_FindingBase):
    """The newest run of a type was canceled, less than a day ago."""

    type: str
    since: datetime
    message: str | None
    sample_size: int
    urgency: ClassVar = Urgency.NOTE


RunFinding = (
    CurrentIdleFinding
    | FailingFinding
    | StuckRunFinding
    | OverdueFinding
    | SlowdownFinding
    | RecurringFailureFinding
    | WarningFinding
    | CanceledFinding
    | PastIdleFinding
)
"""Findings about runs, or about their absence when due."""
Finding = UnlistedRunsFinding | RunFinding
WORST_FIRST = (
    UnlistedRunsFinding,
    CurrentIdleFinding,
    FailingFinding,
    StuckRunFinding,
    OverdueFinding,
    SlowdownFinding,
    RecurringFailureFinding,
    WarningFinding,
    CanceledFinding,
    PastIdleFinding,
)
"""The order of findings with the same urgency."""
