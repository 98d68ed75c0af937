"""What somebody is told of, and when: at once, or with what else comes within ten minutes of the last time.

Nothing is dropped: what comes meanwhile is gathered, and told when the time is over. What is worse than
what was told is told at once, together with what was gathered so far.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from time import monotonic
from typing import TYPE_CHECKING

from emtui.em.model import Session

if TYPE_CHECKING:
    from emtui.monitor.changes import Changes
    from emtui.monitor.snapshot import Snapshot

ALERT_SPACING = 600.0
"""Seconds between two alerts, unless the second is worse."""


class Severity(IntEnum):
    """How bad an alert is."""

    RECOVERED = 0
    """The server answers again."""
    FAILURE = 1
    """A run has failed."""
    LOST = 2
    """The server cannot be reached: whatever fails there is not known."""
    STOPPED = 3
    """Nothing is requested any more before a person has decided."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to tell of `server`, which happened at `at` by this computer's clock.

    `run` is the failed run; `why` is the sentence of an outage, and `until` when it was over, if it is.
    """

    severity: Severity
    at: datetime
    server: str
    why: str = ""
    run: Session | None = None
    until: datetime | None = None


@dataclass(slots=True)
class AlertPolicy:
    """Remembers what is yet to be told; `clock` counts seconds and never jumps."""

    clock: Callable[[], float] = monotonic
    _last_alert_at: float | None = None
    _last_severity: Severity = Severity.RECOVERED
    _pending: list[Alert] = field(default_factory=list)
    _outage: Alert | None = None
    """What was lost last and is not back, as far as it was alerted of."""

    def on_failures(self, failures: Sequence[Session], at: datetime, server: str) -> None:
        """These runs have failed."""
        self._pending += [Alert(Severity.FAILURE, at, server, run=run) for run in failures]

    def on_lost(self, at: datetime, server: str, why: str, *, stopped: bool = False) -> None:
        """The server cannot be reached since then: one alert for each outage, one more if it gets worse."""
        severity = Severity.STOPPED if stopped else Severity.LOST
        if self._outage is None or self._outage.server != server or self._outage.severity < severity:
            self._outage = Alert(severity, at, server, why)
            self._pending.append(self._outage)

    def on_recovered(self, at: datetime) -> None:
        """The server answers again; nothing to tell of by itself once everything else was told long ago."""
        outage, self._outage = self._outage, None
        if outage is None:
            return
        over = replace(outage, until=at)
        open_ones = [place for place, one in enumerate(self._pending) if self._is_ongoing(one, outage.server)]
        for place in open_ones:
            self._pending[place] = replace(self._pending[place], until=at)
        if not open_ones and self.seconds_left > 0:
            self._pending.append(replace(over, severity=Severity.RECOVERED))

    @staticmethod
    def _is_ongoing(alert: Alert, server: str) -> bool:
        return alert.severity >= Severity.LOST and alert.until is None and alert.server == server

    @property
    def has_pending(self) -> bool:
        """Whether something is yet to be told."""
        return bool(self._pending)

    @property
    def seconds_left(self) -> float:
        """Seconds until what was gathered is told; another list's clock may show less than the last one's."""
        if self._last_alert_at is None:
            return 0.0
        now = self.clock()
        self._last_alert_at = min(self._last_alert_at, now)
        return max(self._last_alert_at + ALERT_SPACING - now, 0.0)

    def due(self, known: Callable[[Session], bool] = lambda _: False) -> tuple[Alert, ...]:
        """What is to be told now, in the order in which it happened.

        Failures that somebody has come to know of meanwhile are not.
        """
        worst = max((one.severity for one in self._pending), default=Severity.RECOVERED)
        if not self._pending or (self.seconds_left > 0 and worst <= self._last_severity):
            return ()
        alerts = tuple(one for one in self._pending if one.run is None or not known(one.run))
        self._pending = []
        if alerts:
            self._last_alert_at, self._last_severity = self.clock(), worst
        return alerts


def new_failures(
    changes: Changes, snapshot: Snapshot | None, known: Callable[[Session], bool] = lambda _: False
) -> tuple[Session, ...]:
    """The failures to tell of: all whose type's run before them had not failed, newest first.

    None that is `known` already; the one before it then does not count as a failure.
    """
    fresh = [run for run in (*changes.added, *changes.changed) if run.has_failed and not known(run)]
    return tuple(run for run in fresh if snapshot and not _repeats(run, snapshot, known))


def _repeats(run: Session, snapshot: Snapshot, known: Callable[[Session], bool]) -> bool:
    """Whether the run of the same type before it failed, too, and nobody knew of that."""
    before = snapshot.run_before(run)
    return before is not None and before.has_failed and not known(before)
