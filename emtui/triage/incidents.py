"""The same failure again is one incident: since when, how often, on how many days, is it over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice

from emtui.em.model import Outcome, Session, Uid
from emtui.triage.message_fingerprint import fingerprint
from emtui.triage.runs_by_type import GOOD, Runs, started

TROUBLE = frozenset({Outcome.FAILED, Outcome.WARNING})
MOST = 1000
"""How many of a type's newest troubled runs are told apart."""


@dataclass(frozen=True, slots=True)
class Incident:
    """The runs of a type that ended in the same way with the same words.

    `message` is the newest. `recovered` is the start of the first run after the last that was not of it
    and did its work, `None` while it still happens. `uids` and `starts` are newest first.
    """

    fingerprint: str
    type: str
    outcome: Outcome
    message: str | None
    uids: tuple[Uid, ...]
    starts: tuple[datetime, ...]
    recovered: datetime | None
    rests_on: int

    @property
    def count(self) -> int:
        """How many runs it had."""
        return len(self.uids)

    @property
    def first(self) -> datetime:
        """The start of its first run."""
        return self.starts[-1]

    @property
    def last(self) -> datetime:
        """The start of its newest run."""
        return self.starts[0]

    def days(self, zone: tzinfo) -> int:
        """On how many days of this zone its runs began."""
        return len({start.astimezone(zone).date() for start in self.starts})

    @property
    def goes_on(self) -> bool:
        """Whether no run has done its work since."""
        return self.recovered is None


def incidents(types: Mapping[str, Runs]) -> list[Incident]:
    """All incidents of the list, the newest first."""
    found = [incident for runs in types.values() for incident in incidents_of(runs)]
    return sorted(found, key=lambda incident: incident.last, reverse=True)


def incident_of(runs: Runs, session: Session) -> Incident | None:
    """The incident that this run belongs to, if it is one."""
    if session.outcome not in TROUBLE:
        return None
    return next((incident for incident in incidents_of(runs) if session.uid in incident.uids), None)


def incidents_of(runs: Runs, outcomes: frozenset[Outcome] = TROUBLE) -> list[Incident]:
    """The incidents of one type."""
    groups: dict[str, list[int]] = {}
    troubled = (place for place, run in enumerate(runs) if run.outcome in outcomes)
    for place in islice(troubled, MOST):
        groups.setdefault(fingerprint(runs[place]), []).append(place)
    return [_incident(print_, runs, places) for print_, places in groups.items()]


def _incident(print_: str, runs: Runs, places: list[int]) -> Incident:
    newest = runs[places[0]]
    return Incident(
        print_,
        newest.type or "",
        newest.outcome,
        newest.message,
        tuple(runs[place].uid for place in places),
        tuple(started(runs[place]) for place in places),
        next((started(run) for run in reversed(runs[: places[0]]) if _well(run, newest)), None),
        len(runs),
    )


def _well(run: Session, trouble: Session) -> bool:
    """A warned run shows that failures are over, but not that warnings are."""
    return run.outcome in (GOOD if trouble.outcome is Outcome.FAILED else {Outcome.SUCCESS})
