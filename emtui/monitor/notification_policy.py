"""Decides which alerts are sent, and when: at once, or at most one batch in ten minutes.

No alert is dropped: those within ten minutes of the last batch are queued. An alert more severe than the
last batch is sent at once, together with the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from time import monotonic
from typing import TYPE_CHECKING

from emtui.em.model import Session, Uid

if TYPE_CHECKING:
    from emtui.monitor.changes import Changes
    from emtui.monitor.snapshot import Snapshot
    from emtui.triage.daily_failures import DailyFailures

ALERT_SPACING = 600.0
"""Seconds between two batches of alerts, unless the second is more severe."""


class Severity(IntEnum):
    """Severity of an alert."""

    RECOVERED = 0
    """The server responds again."""
    FAILURE = 1
    """A run has failed."""
    LOST = 2
    """The connection is lost, so failures cannot be detected."""
    STOPPED = 3
    """Polling stopped until the user acts."""


@dataclass(frozen=True, slots=True)
class Alert:
    """An event on `server` to notify of, at `at` by the local clock.

    `run` is the failed run, `daily_failures` the pattern that it is part of; `reason` the sentence that
    describes an outage, and `until` its end, if it is over.
    """

    severity: Severity
    at: datetime
    server: str
    reason: str = ""
    run: Session | None = None
    until: datetime | None = None
    daily_failures: DailyFailures | None = None


@dataclass(slots=True)
class AlertPolicy:
    """Queue of pending alerts; `clock` returns monotonic seconds."""

    clock: Callable[[], float] = monotonic
    _last_alert_at: float | None = None
    _last_severity: Severity = Severity.RECOVERED
    _pending: list[Alert] = field(default_factory=list)
    _outage: Alert | None = None
    """The current outage, if an alert was queued for it."""

    def on_failures(
        self,
        failures: Sequence[Session],
        at: datetime,
        server: str,
        patterns: Mapping[Uid, DailyFailures] | None = None,
    ) -> None:
        """Queue alerts for failed runs, with the `patterns` of some of them."""
        found = patterns or {}
        self._pending += [
            Alert(Severity.FAILURE, at, server, run=run, daily_failures=found.get(run.uid))
            for run in failures
        ]

    def on_lost(self, at: datetime, server: str, reason: str, *, is_stopped: bool = False) -> None:
        """Queue an alert for a lost connection: one per outage, and another if polling stops."""
        severity = Severity.STOPPED if is_stopped else Severity.LOST
        if self._outage is None or self._outage.server != server or self._outage.severity < severity:
            self._outage = Alert(severity, at, server, reason)
            self._pending.append(self._outage)

    def on_recovered(self, at: datetime) -> None:
        """End the outage; recovery alone is alerted only within ten minutes of the last alert."""
        outage, self._outage = self._outage, None
        if outage is None:
            return
        ended = replace(outage, until=at)
        ongoing = [
            index for index, alert in enumerate(self._pending) if self._is_ongoing(alert, outage.server)
        ]
        for index in ongoing:
            self._pending[index] = replace(self._pending[index], until=at)
        if not ongoing and self.seconds_left > 0:
            self._pending.append(replace(ended, severity=Severity.RECOVERED))

    @staticmethod
    def _is_ongoing(alert: Alert, server: str) -> bool:
        return alert.severity >= Severity.LOST and alert.until is None and alert.server == server

    @property
    def has_pending(self) -> bool:
        """Whether alerts are queued."""
        return bool(self._pending)

    @property
    def seconds_left(self) -> float:
        """Seconds until the queue may be sent; the clock of a new feed may be behind the last one's."""
        if self._last_alert_at is None:
            return 0.0
        now = self.clock()
        self._last_alert_at = min(self._last_alert_at, now)
        return max(self._last_alert_at + ALERT_SPACING - now, 0.0)

    def take_due(self, is_acknowledged: Callable[[Session], bool] = lambda _: False) -> tuple[Alert, ...]:
        """Take the alerts due now, in order of occurrence.

        Failures acknowledged in the meantime are left out.
        """
        max_severity = max((alert.severity for alert in self._pending), default=Severity.RECOVERED)
        if not self._pending or (self.seconds_left > 0 and max_severity <= self._last_severity):
            return ()
        alerts = tuple(
            alert for alert in self._pending if alert.run is None or not is_acknowledged(alert.run)
        )
        self._pending = []
        if alerts:
            self._last_alert_at, self._last_severity = self.clock(), max_severity
        return alerts


def new_failures(
    changes: Changes, snapshot: Snapshot | None, is_acknowledged: Callable[[Session], bool] = lambda _: False
) -> tuple[Session, ...]:
    """Failures to alert of, newest first: those whose preceding run of the same type had not failed.

    Acknowledged runs are left out, and do not count as a preceding failure.
    """
    failed_runs = [
        run for run in (*changes.added, *changes.changed) if run.has_failed and not is_acknowledged(run)
    ]
    return tuple(run for run in failed_runs if snapshot and not _is_repeated(run, snapshot, is_acknowledged))


def _is_repeated(run: Session, snapshot: Snapshot, is_acknowledged: Callable[[Session], bool]) -> bool:
    """Whether the preceding run of the same type also failed and is not acknowledged."""
    previous = snapshot.previous_run(run)
    return previous is not None and previous.has_failed and not is_acknowledged(previous)
