"""Sessions and events as a pure function of seed, anchor and clock.

Owns the values of all sessions and events; `documents` serializes them. The anchor is the moment
the demo starts. Values of an ended run never change. Times are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from emtui.demo import log_messages, scenario
from emtui.demo.scenario import PlannedOutcome, PlannedOutcomeKind
from emtui.demo.schedule import DEFAULT_COUNT, RETENTION, DemoSchedule, build_schedules
from emtui.demo.seeded_random import SeededRandom
from emtui.em.model import Event, Log, Result, Session, Uid, uid_from_guid

_STATE_WORDS = {
    PlannedOutcomeKind.NORMAL: "CompletedSuccessfully",
    PlannedOutcomeKind.WARNED: "CompletedWarning",
    PlannedOutcomeKind.FAILED: "Failed",
    PlannedOutcomeKind.CANCELED: "Failed",
}
_MAX_CACHED = 4
"""Cached runs per run of the window before the cache is cleared."""


class SimulatedSessionNotFoundError(LookupError):
    """The session does not exist or has left the window."""


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One planned run, independent of the current time. `ended` is `None` for a run that hangs."""

    uid: Uid
    schedule: DemoSchedule
    slot: int
    started: datetime
    duration: timedelta
    ended: datetime | None
    outcome: PlannedOutcome

    def session_at(self, now: datetime) -> Session:
        """Return the session as the server reports it at this time."""
        name = f"{self.schedule.name} @{format_server_time(self.started, ' ')}"
        if self.ended is None or self.ended > now:
            return Session(
                self.uid, name, self.schedule.type, self.started, None, "InProgress", Result("None")
            )
        state = _STATE_WORDS[self.outcome.kind]
        result = Result(state, self.outcome.message, self.outcome.kind is PlannedOutcomeKind.CANCELED)
        return Session(self.uid, name, self.schedule.type, self.started, self.ended, state, result)


def format_server_time(time: datetime, separator: str = "T") -> str:
    """Format a time like the server: up to six decimals, without trailing zeros."""
    return time.replace(tzinfo=None).isoformat(separator, "microseconds").rstrip("0").rstrip(".")


class SimulatedWorld:
    """Thirty days of system sessions; `count` is their approximate number."""

    def __init__(self, seed: int, anchor: datetime, count: int = DEFAULT_COUNT) -> None:
        self.seed = seed
        self.anchor = anchor
        self._schedules = build_schedules(anchor, count)
        self._runs: dict[tuple[str, int], PlannedRun | None] = {}
        self._by_uid: dict[Uid, PlannedRun] = {}
        self._ended_sessions: dict[Uid, Session] = {}

    def sessions(self, now: datetime) -> tuple[Session, ...]:
        """Return the sessions of the window, in arbitrary order (the server's lists are unsorted)."""
        reported = [self._session_at(run, now) for run in self._runs_in_window(now)]
        if len(self._runs) > _MAX_CACHED * len(reported) + _MAX_CACHED:
            self._clear_caches()
        return tuple(sorted(reported, key=lambda session: session.uid))

    def session(self, uid: Uid, now: datetime) -> Session:
        """Return one session. Raises `SimulatedSessionNotFoundError`, also if it has left the window."""
        return self._session_at(self._find(uid, now), now)

    def log(self, uid: Uid, now: datetime) -> Log:
        """Return the events of a session up to this time. Raises `SimulatedSessionNotFoundError`."""
        run = self._find(uid, now)
        random = SeededRandom(self.seed, "log", run.uid)
        last_position = run.duration - timedelta(microseconds=random.integer(1500, 3000, 11))
        lines = log_messages.build_log(run.schedule.type, run.outcome, random)
        written = ((run.started + last_position * share, text) for share, text in lines)
        past_lines = [(when, text) for when, text in written if when <= now]
        return Log(tuple(Event(order, when, text) for order, (when, text) in enumerate(past_lines, 1)))

    def _clear_caches(self) -> None:
        """Clear the caches, which would grow indefinitely with a fast clock."""
        self._runs.clear()
        self._by_uid.clear()
        self._ended_sessions.clear()

    def _find(self, uid: Uid, now: datetime) -> PlannedRun:
        if uid not in self._by_uid:
            for _ in self._runs_in_window(now):
                pass
        run = self._by_uid.get(uid)
        if run is None or not now - RETENTION < run.started <= now:
            raise SimulatedSessionNotFoundError(uid)
        return run

    def _session_at(self, run: PlannedRun, now: datetime) -> Session:
        cached = self._ended_sessions.get(run.uid)
        if cached is not None and cached.ended is not None and cached.ended <= now:
            return cached
        session = run.session_at(now)
        if session.ended is not None:
            self._ended_sessions[run.uid] = session
        return session

    def _runs_in_window(self, now: datetime) -> Iterator[PlannedRun]:
        for schedule in self._schedules:
            for slot in range(schedule.slot_at(now - RETENTION) - 1, schedule.slot_at(now) + 1):
                run = self._run_in_slot(schedule, slot)
                if run is not None and now - RETENTION < run.started <= now:
                    yield run

    def _run_in_slot(self, schedule: DemoSchedule, slot: int) -> PlannedRun | None:
        key = (schedule.type, slot)
        if key not in self._runs:
            run = self._runs[key] = self._plan_run(schedule, slot)
            if run is not None:
                self._by_uid[run.uid] = run
        return self._runs[key]

    def _plan_run(self, schedule: DemoSchedule, slot: int) -> PlannedRun | None:
        outcome = scenario.plan_outcome(self.seed, self.anchor, schedule, slot)
        if outcome.kind is PlannedOutcomeKind.MISSING:
            return None
        random = SeededRandom(self.seed, schedule.type, slot)
        started = schedule.due_time(slot) + schedule.max_delay * random.fraction(0)
        duration = timedelta(seconds=random.between(*schedule.duration_range, 1) * outcome.duration_factor)
        ended = None if outcome.kind is PlannedOutcomeKind.HUNG else started + duration
        return PlannedRun(uid_from_guid(random.guid()), schedule, slot, started, duration, ended, outcome)
