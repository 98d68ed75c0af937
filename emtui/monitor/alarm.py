"""When to ring: for a new failure and for each outage, once each, and seldom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from emtui.em.model import Outcome, Session
from emtui.monitor.health import Sight

if TYPE_CHECKING:
    from emtui.monitor.changes import Changes
    from emtui.monitor.health import Health
    from emtui.monitor.snapshot import Snapshot

APART = 600.0
"""Seconds between two alarms, whatever happens."""


@dataclass(slots=True)
class Alarm:
    """Remembers what was rung for; `clock` counts seconds and never jumps."""

    clock: Callable[[], float] = monotonic
    _rang_at: float | None = None
    _rang_for: tuple[Health, int] | None = None

    def failure(
        self, changes: Changes, snapshot: Snapshot | None, known: Callable[[Session], bool] = lambda _: False
    ) -> Session | None:
        """The failure to ring for: the newest whose type's run before it had not failed.

        None that is `known` already; the one before it then does not count as a failure.
        """
        fresh = [run for run in (*changes.added, *changes.changed) if _failed(run) and not known(run)]
        found = next((run for run in fresh if snapshot and not _repeats(run, snapshot, known)), None)
        return found if found and self._may_ring() else None

    def outage(self, health: Health) -> bool:
        """Whether to ring because the server cannot be reached: once for each outage.

        Outages are told apart by their number, so nothing has to be reset when one is over. One that
        begins within ten minutes of an alarm rings after them, if it still goes on.
        """
        if health.sight is not Sight.BLIND:
            return False
        if self._rang_for and self._rang_for[0] is health and self._rang_for[1] == health.outages:
            return False
        if not self._may_ring():
            return False
        self._rang_for = health, health.outages
        return True

    def _may_ring(self) -> bool:
        now = self.clock()
        if self._rang_at is not None and now - self._rang_at < APART:
            return False
        self._rang_at = now
        return True


def _failed(run: Session) -> bool:
    return run.complete and run.outcome is Outcome.FAILED


def _repeats(run: Session, snapshot: Snapshot, known: Callable[[Session], bool]) -> bool:
    """Whether the run of the same type before it failed, too, and nobody knew of that."""
    before = snapshot.run_before(run)
    return before is not None and _failed(before) and not known(before)
