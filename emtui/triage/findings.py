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

from emtui.triage.baseline import Slower
from emtui.triage.incidents import Incident
from emtui.triage.runs_by_type import started
from emtui.triage.schedule_detection import Outage
from emtui.triage.streaks import Streak
from emtui.triage.type_status import Overrun


class Grade(IntEnum):
    """How soon somebody should look: it is broken now, it changes or will break, it is worth knowing."""

    NOW = 0
    SOON = 1
    NOTE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    unlisted: bool = False


@dataclass(frozen=True, slots=True)
class NoLongerListed:
    """The list lacks `count` runs that were listed before, `failed` of them failures."""

    count: int
    failed: int
    since: datetime
    rests_on: int
    type: ClassVar[None] = None
    unlisted: ClassVar = False
    grade: ClassVar = Grade.NOW


@dataclass(frozen=True, slots=True)
class _OfAll(_Found):
    """A time in which nothing at all ran, or nothing began while a run from before it went on (`running`)."""

    outage: Outage
    running: bool = field(default=False, kw_only=True)
    type: ClassVar[None] = None

    @property
    def since(self) -> datetime:
        """The last sign of life before it."""
        return self.outage.since

    @property
    def rests_on(self) -> int:
        """Intervals of the types that were due."""
        return self.outage.rests_on


class Silence(_OfAll):
    """Nothing at all has run since."""

    __slots__ = ()
    grade = Grade.NOW


@dataclass(frozen=True, slots=True)
class Paused(_OfAll):
    """Nothing at all ran for a while, less than a day ago."""

    until: datetime
    grade: ClassVar = Grade.NOTE


@dataclass(frozen=True, slots=True)
class _OfStreak(_Found):
    """The newest runs of a type all ended alike; `message` is what the newest of them said."""

    type: str
    streak: Streak
    message: str | None

    @property
    def since(self) -> datetime:
        """The start of the first of them; no earlier than the list goes back."""
        return self.streak.since

    @property
    def rests_on(self) -> int:
        """Runs that were looked at."""
        return self.streak.rests_on


@dataclass(frozen=True, slots=True)
class Failing(_OfStreak):
    """The newest runs of a type failed; `due` more were due and have not begun, or `at_least` so many."""

    due: int
    at_least: bool = False
    grade: ClassVar = Grade.NOW


class Warned(_OfStreak):
    """The newest runs of a type ended with a warning."""

    __slots__ = ()
    grade = Grade.SOON


@dataclass(frozen=True, slots=True)
class Hanging(_Found):
    """A run goes on for unusually long, and longer than any good run did."""

    type: str
    overrun: Overrun
    grade: ClassVar = Grade.NOW

    @property
    def since(self) -> datetime:
        """When it began."""
        return started(self.overrun.session)

    @property
    def rests_on(self) -> int:
        """Good runs that it is held against."""
        return self.overrun.baseline.rests_on


@dataclass(frozen=True, slots=True)
class Late(_Found):
    """A type that runs `every` so often last began at `last`; `due` runs since `since` have not begun.

    Or `at_least` so many.
    """

    type: str
    since: datetime
    last: datetime
    every: timedelta
    due: int
    rests_on: int
    at_least: bool = False
    grade: ClassVar = Grade.NOW


@dataclass(frozen=True, slots=True)
class Slowing(_Found):
    """The newest runs of a type all took unusually long."""

    type: str
    slower: Slower
    grade: ClassVar = Grade.SOON

    @property
    def since(self) -> datetime:
        """The start of the first of them."""
        return self.slower.since

    @property
    def rests_on(self) -> int:
        """Good runs that they are held against."""
        return self.slower.rests_on


@dataclass(frozen=True, slots=True)
class Recurring(_Found):
    """The same failure on several days of the last week, each time followed by good runs."""

    type: str
    incident: Incident
    grade: ClassVar = Grade.SOON

    @property
    def since(self) -> datetime:
        """The start of the first run that failed so."""
        return self.incident.first

    @property
    def rests_on(self) -> int:
        """Runs that were looked at."""
        return self.incident.rests_on


@dataclass(frozen=True, slots=True)
class Canceled(_Found):
    """Somebody canceled the newest run of a type, less than a day ago."""

    type: str
    since: datetime
    message: str | None
    rests_on: int
    grade: ClassVar = Grade.NOTE


OfRuns = Silence | Failing | Hanging | Late | Slowing | Recurring | Warned | Canceled | Paused
"""What runs say, or their absence at the time when they are due."""
Finding = NoLongerListed | OfRuns
WORST_FIRST = (NoLongerListed, Silence, Failing, Hanging, Late, Slowing, Recurring, Warned, Canceled, Paused)
"""In which order findings of one grade stand."""
