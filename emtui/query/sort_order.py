"""Sort orders of sessions: by any key of the JSON, ascending or descending.

Unknown values come last in both directions; equal values are ordered by uid.
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
from emtui.query.query_errors import BadQuery, meant, nearest
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

ALIASES = {"acknowledged": "known", "duration": "duration_s", "took": "duration_s"}
"""Plain names that `--sort` accepts besides the keys, in lower case."""
_PLAIN = {"known": "acknowledged"}
"""Names that error messages suggest in place of a key."""
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
"""Sessions whose keys are computed in one step, about one or two milliseconds."""
Key = TypeVar("Key", str, datetime, timedelta)


def nobody_knows(_: Session) -> bool:
    """No run is acknowledged."""
    return False


@dataclass(frozen=True, slots=True)
class Order:
    """The one of `FIELDS` to sort by, and whether the largest value comes first."""

    field: str = "started"
    descending: bool = True

    @property
    def text(self) -> str:
        """The order as `--sort` accepts it: `-started`."""
        return f"-{self.field}" if self.descending else self.field

    def sort(
        self, sessions: Iterable[Session], now: datetime, known: Callable[[Session], bool] = nobody_knows
    ) -> tuple[Session, ...]:
        """The same sessions in this order.

        Equal values are ordered by uid and missing ones come last, in both directions. `now` ends the
        durations of running sessions. `known` says whether a run is acknowledged: such runs come last, or
        first if `descending`.
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
    """Sort by `key`, through positions: the garbage collector would traverse a hundred thousand pairs."""
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
    """No key: `server` and `kind` are the same for the whole list."""
    return None


DEFAULT_ORDER = Order()


def parse_order(text: str, fields: Sequence[str] = FIELDS) -> Order:
    """Read `started`, `-started`, `duration` …; raises `BadQuery` with the nearest of `fields`."""
    descending, field = text.startswith("-"), field_of(text)
    if field not in fields:
        raise BadQuery(f"Cannot sort by {_name(text)!r}: {_instead(_name(text), fields)}", text)
    return Order(field, descending)


def _instead(name: str, fields: Sequence[str]) -> str:
    """The end of a sentence about an unknown key: the nearest one or alias, else all."""
    aliases = [alias for alias, field in ALIASES.items() if field in fields]
    if guess := nearest(name, (*fields, *aliases)):
        return f"did you mean {_PLAIN.get(guess, guess)}?"
    return meant(name, [_PLAIN.get(field, field) for field in fields])


def field_of(text: str) -> str:
    """The key that a sort order names, directly or by an alias; not checked."""
    return ALIASES.get(_name(text), _name(text))


def _name(text: str) -> str:
    return text.removeprefix("-").strip().casefold()
