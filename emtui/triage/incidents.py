"""Incidents: repetitions of the same failure, with first and last occurrence, count, and recovery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice

from emtui.em.model import Outcome, Session, Uid
from emtui.triage.message_fingerprint import fingerprint
from emtui.triage.runs_by_type import SUCCESSFUL_OUTCOMES, TypeRuns, start_time

PROBLEM_OUTCOMES = frozenset({Outcome.FAILED, Outcome.WARNING})
MAX_PROBLEM_RUNS = 1000
"""Maximum number of failed and warned runs of a type that are evaluated, newest first."""


@dataclass(frozen=True, slots=True)
class Incident:
    """The runs of a type with the same outcome and the same masked message.

    `message` is that of the newest run. `recovered_at` is the start of the first successful run after it,
    `None` if there is none. `uids` and `starts` are newest first.
    """

    fingerprint: str
    type: str
    outcome: Outcome
    message: str | None
    uids: tuple[Uid, ...]
    starts: tuple[datetime, ...]
    recovered_at: datetime | None
    sample_size: int

    @property
    def count(self) -> int:
        """The number of its runs."""
        return len(self.uids)

    @property
    def first(self) -> datetime:
        """The start of its first run."""
        return self.starts[-1]

    @property
    def last(self) -> datetime:
        """The start of its newest run."""
        return self.starts[0]

    def count_days(self, zone: tzinfo) -> int:
        """The number of days, in this zone, on which its runs started."""
        return len({start.astimezone(zone).date() for start in self.starts})

    @property
    def is_ongoing(self) -> bool:
        """Whether no run has succeeded since."""
        return self.recovered_at is None


def find_incidents(types: Mapping[str, TypeRuns]) -> list[Incident]:
    """All incidents of the list, newest first."""
    all_incidents = [incident for runs in types.values() for incident in find_type_incidents(runs)]
    return sorted(all_incidents, key=lambda incident: incident.last, reverse=True)


def find_incident(runs: TypeRuns, session: Session) -> Incident | None:
    """The incident that this run belongs to, if it is one."""
    if session.outcome not in PROBLEM_OUTCOMES:
        return None
    return next((incident for incident in find_type_incidents(runs) if session.uid in incident.uids), None)


def find_type_incidents(runs: TypeRuns, outcomes: frozenset[Outcome] = PROBLEM_OUTCOMES) -> list[Incident]:
    """The incidents of one type."""
    indexes_by_fingerprint: dict[str, list[int]] = {}
    problem_indexes = (index for index, run in enumerate(runs) if run.outcome in outcomes)
    for index in islice(problem_indexes, MAX_PROBLEM_RUNS):
        indexes_by_fingerprint.setdefault(fingerprint(runs[index]), []).append(index)
    return [_make_incident(key, runs, indexes) for key, indexes in indexes_by_fingerprint.items()]


def _make_incident(key: str, runs: TypeRuns, indexes: list[int]) -> Incident:
    newest = runs[indexes[0]]
    return Incident(
        key,
        newest.type or "",
        newest.outcome,
        newest.message,
        tuple(runs[index].uid for index in indexes),
        tuple(start_time(runs[index]) for index in indexes),
        next((start_time(run) for run in reversed(runs[: indexes[0]]) if _is_recovery(run, newest)), None),
        len(runs),
    )


def _is_recovery(run: Session, problem_run: Session) -> bool:
    """Whether this run ends the incident; a warned run ends failures but not warnings."""
    return run.outcome in (
        SUCCESSFUL_OUTCOMES if problem_run.outcome is Outcome.FAILED else {Outcome.SUCCESS}
    )
