"""In what order sessions stand: any key of the JSON, either way round.

What is unknown stands last in both directions, and equals stand by uid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TypeVar

from emtui.chunked_work import Steps, drain
from emtui.em.chunked_sort import sort_steps
from emtui.em.model import Session
from emtui.query.query_errors import BadQuery, meant
from emtui.text_format import folded

FIELDS = (
    "server",
    "uid",
    "id",
    "kind",
    "name",
    "type",
    "started",
    "ended",
    "duration_s",
    "state",
    "result",
    "outcome",
    "message",
    "canceled",
    "known",
)
"""The keys of a session's JSON, in their order."""

_ALSO = {"took": "duration_s"}
_TEXTS: dict[str, Callable[[Session], str | None]] = {
    "uid": lambda session: session.uid,
    "id": lambda session: session.id,
    "name": lambda session: session.name,
    "type": lambda session: session.type,
    "state": lambda session: session.state,
    "result": lambda session: session.result.word,
    "outcome": lambda session: session.outcome,
    "message": lambda session: session.message,
    "canceled": lambda session: str(session.result.canceled),
}
STEP = 2_000
"""Sessions whose keys are found at a time: one or two milliseconds."""
Key = TypeVar("Key", str, datetime, timedelta)


def nobody_knows(_: Session) -> bool:
    """Nobody knows of any run."""
    return False


@dataclass(frozen=True, slots=True)
class Order:
    """By which of `FIELDS`, and whether the largest comes first."""

    field: str = "started"
    descending: bool = True

    @property
    def text(self) -> str:
        """As `--sort` takes it: `-started`."""
        return f"-{self.field}" if self.descending else self.field

    def sort(
        self, sessions: Iterable[Session], now: datetime, known: Callable[[Session], bool] = nobody_knows
    ) -> tuple[Session, ...]:
        """The same sessions in this order.

        Equals stand by uid, and what has no value last, in both directions. `now` is for how long running
        ones took, `known` for whether somebody knows of a run: those come last, or first if `descending`.
        """
        return drain(self.sort_steps(sessions, now, known))

    def sort_steps(
        self, sessions: Iterable[Session], now: datetime, known: Callable[[Session], bool] = nobody_knows
    ) -> Steps[tuple[Session, ...]]:
        """The same in short steps."""
        by_uid = yield from sort_steps(sessions, attrgetter("uid"))
        match self.field:
            case "started":
                return (yield from _sorted(by_uid, lambda session: session.started, self.descending))
            case "ended":
                return (yield from _sorted(by_uid, lambda session: session.ended, self.descending))
            case "duration_s":
                return (yield from _sorted(by_uid, lambda session: session.took(now), self.descending))
            case "known":
                return (yield from _sorted(by_uid, lambda session: str(known(session)), self.descending))
            case field:
                text = _TEXTS.get(field, _alike)
                return (yield from _sorted(by_uid, lambda one: _as_compared(text(one)), self.descending))


def _sorted(
    sessions: list[Session], key: Callable[[Session], Key | None], descending: bool
) -> Steps[tuple[Session, ...]]:
    """In this order; by places, as a hundred thousand pairs would be looked through for garbage."""
    keys: list[Key | None] = []
    known: list[int] = []
    unknown: list[int] = []
    for start in range(0, len(sessions), STEP):
        keys += map(key, sessions[start : start + STEP])
        for place in range(start, len(keys)):
            (unknown if keys[place] is None else known).append(place)
        yield
    ordered: list[Session] = []
    places = yield from sort_steps(known, keys.__getitem__, reverse=descending)
    places += unknown
    for start in range(0, len(places), STEP):
        ordered += map(sessions.__getitem__, places[start : start + STEP])
        yield
    return tuple(ordered)


def _as_compared(text: str | None) -> str | None:
    return folded(text) if text else None


def _alike(_: Session) -> str | None:
    """`server` and `kind` are the same for the whole list."""
    return None


DEFAULT_ORDER = Order()


def parse_order(text: str, fields: Sequence[str] = FIELDS) -> Order:
    """Read `started`, `-started`, `took` …, one of these fields; raises `BadQuery` with the nearest."""
    descending = text.startswith("-")
    name = text.removeprefix("-").strip().casefold()
    field = _ALSO.get(name, name)
    if field not in fields:
        raise BadQuery(f"Sessions cannot be sorted by {name!r}: {meant(name, fields)}", text)
    return Order(field, descending)
