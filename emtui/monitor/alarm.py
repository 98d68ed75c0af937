"""When to ring: for a new failure and for blindness, once each, and seldom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from emtui.em.model import Outcome, Session

if TYPE_CHECKING:
    from emtui.monitor.changes import Changes
    from emtui.monitor.snapshot import Snapshot

APART = 600.0
"""Seconds between two alarms, whatever happens."""


@dataclass(slots=True)
class Alarm:
    """Remembers what was rung for."""

    clock: Callable[[], float] = monotonic
    _rang_at: float | None = None
    _blind: bool = field(default=False)

    def failure(
        self, changes: Changes, snapshot: Snapshot | None, known: Callable[[Session], bool] = lambda _: False
    ) -> Session | None:
        """The failure to ring for: the newest whose type's run before it had not failed.

        None that is `known` already; the one before it then does not count as a failure.
        """
        fresh = [run for run in (*changes.added, *changes.changed) if _failed(run) and not known(run)]
        found = next((run for run in fresh if snapshot and not _repeats(run, snapshot, known)), None)
        return found if found and self._may_ring() else None

    def seen(self) -> None:
        """An answer has come: what goes blind after it is told again."""
        self._blind = False

    def blind(self) -> bool:
        """Whether to ring because nothing is known any more: once until something is again."""
        first, self._blind = not self._blind, True
        return first and self._may_ring()

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
    before = snapshot.run_of_type(run, newer=False)
    return before is not None and _failed(before) and not known(before)
