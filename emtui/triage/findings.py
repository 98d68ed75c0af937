"""The kinds of finding: what may need somebody, since when, how soon, and how much it rests on.

A finding holds values, never words. `type` is the one that it concerns, `None` where it concerns all;
`since` is when it began; `rests_on` counts the runs or intervals that say so. `unlisted`: the run that it
is about is no longer listed, so that nothing but what was seen before says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import ClassVar

from emtui.triage.baseline import Slowdown
from emtui.triage.incidents import Incident
from emtui.triage.runs_by_type import start_time
from emtui.triage.schedule_detection import IdlePeriod
from emtui.triage.streaks import Streak
from emtui.triage.type_status import Overrun


class Urgency(IntEnum):
    """How soon somebody should look: it is broken now, it changes or will break, it is worth knowing."""

    NOW = 0
    SOON = 1
    NOTE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _FindingBase:
    is_unlisted: bool = False


@dataclass(frozen=True, slots=True)
class UnlistedRunsFinding:
    """The list lacks `count` runs that were listed before, `failed` of them failures."""

    run_count: int
    failed_count: int
    since: datetime
    sample_size: int
    type: ClassVar[None] = None
    is_unlisted: ClassVar = False
    urgency: ClassVar = Urgency.NOW


@dataclass(frozen=True, slots=True)
class _IdleFinding(_FindingBase):
    """A time in which nothing at all ran; or nothing began while an older run went on (`is_run_active`)."""

    idle_period: IdlePeriod
    is_run_active: bool = field(default=False, kw_only=True)
    type: ClassVar[None] = None

    @property
    def since(self) -> datetime:
        """The last sign of life before it."""
        return self.idle_period.since

    @property
    def sample_size(self) -> int:
        """Intervals of the types that were due."""
        return self.idle_period.sample_size


class CurrentIdleFinding(_IdleFinding):
    """Nothing at all has run since."""

    __slots__ = ()
    urgency = Urgency.NOW


@dataclass(frozen=True, slots=True)
class PastIdleFinding(_IdleFinding):
    """Nothing at all ran for a while, less than a day ago."""

    until: datetime
    urgency: ClassVar = Urgency.NOTE


@dataclass(frozen=True, slots=True)
class _StreakFinding(_FindingBase):
    """The newest runs of a type all ended alike; `message` is what the newest of them said."""

    type: str
    streak: Streak
    message: str | None

    @property
    def since(self) -> datetime:
        """The start of the first of them; no earlier than the list goes back."""
        return self.streak.since

    @property
    def sample_size(self) -> int:
        """Runs that were looked at."""
        return self.streak.sample_size


@dataclass(frozen=True, slots=True)
class FailingFinding(_StreakFinding):
    """The newest runs of a type failed; `due` more were due and have not begun, or `at_least` so many."""

    overdue_count: int
    is_minimum: bool = False
    urgency: ClassVar = Urgency.NOW


class WarningFinding(_StreakFinding):
    """The newest runs of a type ended with a warning."""

    __slots__ = ()
    urgency = Urgency.SOON


@dataclass(frozen=True, slots=True)
class StuckRunFinding(_FindingBase):
    """A run goes on for unusually long, and longer than any good run did."""

    type: str
    overrun: Overrun
    urgency: ClassVar = Urgency.NOW

    @property
    def since(self) -> datetime:
        """When it began."""
        return start_time(self.overrun.session)

    @property
    def sample_size(self) -> int:
        """Good runs that it is held against."""
        return self.overrun.baseline.sample_size


@dataclass(frozen=True, slots=True)
class OverdueFinding(_FindingBase):
    """A type that runs `every` so often last began at `last`; `due` runs since `since` have not begun.

    Or `at_least` so many.
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
        """Good runs that they are held against."""
        return self.slowdown.sample_size


@dataclass(frozen=True, slots=True)
class RecurringFailureFinding(_FindingBase):
    """The same failure on several days of the last week, each time followed by good runs."""

    type: str
    incident: Incident
    urgency: ClassVar = Urgency.SOON

    @property
    def since(self) -> datetime:
        """The start of the first run that failed so."""
        return self.incident.first

    @property
    def sample_size(self) -> int:
        """Runs that were looked at."""
        return self.incident.sample_size


@dataclass(frozen=True, slots=True)
class CanceledFinding(_FindingBase):
    """Somebody canceled the newest run of a type, less than a day ago."""

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
"""What runs say, or their absence at the time when they are due."""
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
"""In which order findings of one grade stand."""
