"""Sessions and events as a pure function of seed, anchor and clock.

Owns the values of all sessions and events; `documents` serializes them. The anchor is the moment
the demo starts. Values of an ended run never change. Times are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from emtui.demo import log_messages, scenario
from emtui.demo.scenario import Fate, Plot
from emtui.demo.schedule import USUAL_COUNT, WINDOW, Schedule, schedules
from emtui.demo.seeded_random import Chance
from emtui.em.model import Event, Log, Result, Session, Uid, uid_of

_STATES = {
    Plot.FINE: "CompletedSuccessfully",
    Plot.WARNED: "CompletedWarning",
    Plot.FAILED: "Failed",
    Plot.CANCELED: "Failed",
}
_MOST_KEPT = 4
"""Cached runs per run of the window before the cache is cleared."""


class NoSession(LookupError):
    """The session does not exist or has left the window."""


@dataclass(frozen=True, slots=True)
class Run:
    """One planned run, independent of the current time. `ends` is `None` for a run that hangs."""

    uid: Uid
    schedule: Schedule
    slot: int
    started: datetime
    span: timedelta
    ends: datetime | None
    fate: Fate

    def seen(self, now: datetime) -> Session:
        """Return the session as the server reports it at this time."""
        name = f"{self.schedule.name} @{trimmed(self.started, ' ')}"
        if self.ends is None or self.ends > now:
            return Session(
                self.uid, name, self.schedule.type, self.started, None, "InProgress", Result("None")
            )
        state = _STATES[self.fate.plot]
        result = Result(state, self.fate.message, self.fate.plot is Plot.CANCELED)
        return Session(self.uid, name, self.schedule.type, self.started, self.ends, state, result)


def trimmed(when: datetime, between: str = "T") -> str:
    """Format a time like the server: up to six decimals, without trailing zeros."""
    return when.replace(tzinfo=None).isoformat(between, "microseconds").rstrip("0").rstrip(".")


class World:
    """Thirty days of system sessions; `count` is their approximate number."""

    def __init__(self, seed: int, anchor: datetime, count: int = USUAL_COUNT) -> None:
        self.seed = seed
        self.anchor = anchor
        self._schedules = schedules(anchor, count)
        self._runs: dict[tuple[str, int], Run | None] = {}
        self._by_uid: dict[Uid, Run] = {}
        self._ended: dict[Uid, Session] = {}

    def sessions(self, now: datetime) -> tuple[Session, ...]:
        """Return the sessions of the window, in arbitrary order (the server's lists are unsorted)."""
        seen = [self._seen(run, now) for run in self._window(now)]
        if len(self._runs) > _MOST_KEPT * len(seen) + _MOST_KEPT:
            self._forget()
        return tuple(sorted(seen, key=lambda session: session.uid))

    def session(self, uid: Uid, now: datetime) -> Session:
        """Return one session. Raises `NoSession`, also if it has left the window."""
        return self._seen(self._find(uid, now), now)

    def log(self, uid: Uid, now: datetime) -> Log:
        """Return the events of a session up to this time. Raises `NoSession`."""
        run = self._find(uid, now)
        chance = Chance(self.seed, "log", run.uid)
        last = run.span - timedelta(microseconds=chance.whole(1500, 3000, 11))
        script = log_messages.lines(run.schedule.type, run.fate, chance)
        written = ((run.started + last * share, text) for share, text in script)
        happened = [(when, text) for when, text in written if when <= now]
        return Log(tuple(Event(order, when, text) for order, (when, text) in enumerate(happened, 1)))

    def _forget(self) -> None:
        """Clear the caches, which would grow indefinitely with a fast clock."""
        self._runs.clear()
        self._by_uid.clear()
        self._ended.clear()

    def _find(self, uid: Uid, now: datetime) -> Run:
        if uid not in self._by_uid:
            for _ in self._window(now):
                pass
        run = self._by_uid.get(uid)
        if run is None or not now - WINDOW < run.started <= now:
            raise NoSession(uid)
        return run

    def _seen(self, run: Run, now: datetime) -> Session:
        known = self._ended.get(run.uid)
        if known is not None and known.ended is not None and known.ended <= now:
            return known
        session = run.seen(now)
        if session.ended is not None:
            self._ended[run.uid] = session
        return session

    def _window(self, now: datetime) -> Iterator[Run]:
        for schedule in self._schedules:
            for slot in range(schedule.slot_at(now - WINDOW) - 1, schedule.slot_at(now) + 1):
                run = self._run(schedule, slot)
                if run is not None and now - WINDOW < run.started <= now:
                    yield run

    def _run(self, schedule: Schedule, slot: int) -> Run | None:
        key = (schedule.type, slot)
        if key not in self._runs:
            run = self._runs[key] = self._plan(schedule, slot)
            if run is not None:
                self._by_uid[run.uid] = run
        return self._runs[key]

    def _plan(self, schedule: Schedule, slot: int) -> Run | None:
        fate = scenario.fate(self.seed, self.anchor, schedule, slot)
        if fate.plot is Plot.MISSING:
            return None
        chance = Chance(self.seed, schedule.type, slot)
        started = schedule.due(slot) + schedule.late * chance.of_one(0)
        span = timedelta(seconds=chance.between(*schedule.seconds, 1) * fate.slower)
        ends = None if fate.plot is Plot.HUNG else started + span
        return Run(uid_of(chance.guid()), schedule, slot, started, span, ends, fate)
