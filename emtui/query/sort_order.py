"""Sort orders of sessions: by any key of the JSON, ascending or descending.

Unknown values come last in both directions; equal values are ordered by uid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TypeVar

from emtui.chunked_work import Steps, run_to_end
from emtui.em.chunked_sort import sort_steps
from emtui.em.model import Session
from emtui.query.query_errors import InvalidQueryError, closest_match, suggest
from emtui.text_format import fold_text

SORT_FIELDS = (
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
CLI_ONLY_SORT_FIELD = "known"
"""The field that only `emtui sessions` can sort by."""
BROWSER_SORT_FIELDS = tuple(field for field in SORT_FIELDS if field != CLI_ONLY_SORT_FIELD)
"""The fields that the session browser can sort by."""

ALIASES = {"acknowledged": "known", "duration": "duration_s", "took": "duration_s"}
"""Plain names that `--sort` accepts besides the keys, in lower case."""
_PLAIN = {"known": "acknowledged"}
"""Names that error messages suggest in place of a key."""
_TEXT_FIELDS: dict[str, Callable[[Session], str | None]] = {
    "uid": lambda session: session.uid,
    "id": lambda session: session.id,
    "name": lambda session: session.name,
    "type": lambda session: session.type,
    "state": lambda session: session.state,
    "result": lambda session: session.result.value,
    "outcome": lambda session: session.outcome,
    "message": lambda session: session.message,
    "canceled": lambda session: str(session.result.is_canceled),
}
SORT_STEP_SIZE = 2_000
"""Sessions whose keys are computed in one step, about one or two milliseconds."""
SortKey = TypeVar("SortKey", str, datetime, timedelta)


def none_acknowledged(_: Session) -> bool:
    """No run is acknowledged."""
    return False


@dataclass(frozen=True, slots=True)
class SortOrder:
    """The one of `SORT_FIELDS` to sort by, and whether the largest value comes first."""

    field: str = "started"
    is_descending: bool = True

    @property
    def text(self) -> str:
        """The order as `--sort` accepts it: `-started`."""
        return f"-{self.field}" if self.is_descending else self.field

    def sort(
        self,
        sessions: Iterable[Session],
        now: datetime,
        is_acknowledged: Callable[[Session], bool] = none_acknowledged,
    ) -> tuple[Session, ...]:
        """The same sessions in this order.

        Equal values are ordered by uid and missing ones come last, in both directions. `now` ends the
        durations of running sessions. `is_acknowledged` is used by the field `known`: acknowledged runs come
        last, or first if `is_descending`.
        """
        return run_to_end(self.sort_steps(sessions, now, is_acknowledged))

    def sort_steps(
        self,
        sessions: Iterable[Session],
        now: datetime,
        is_acknowledged: Callable[[Session], bool] = none_acknowledged,
    ) -> Steps[tuple[Session, ...]]:
        """The same in short steps."""
        by_uid = yield from sort_steps(sessions, attrgetter("uid"))
        match self.field:
            case "started":
                return (yield from _sort_by_key(by_uid, lambda session: session.started, self.is_descending))
            case "ended":
                return (yield from _sort_by_key(by_uid, lambda session: session.ended, self.is_descending))
            case "duration_s":
                return (
                    yield from _sort_by_key(by_uid, lambda session: session.duration(now), self.is_descending)
                )
            case "known":
                return (
                    yield from _sort_by_key(
                        by_uid, lambda session: str(is_acknowledged(session)), self.is_descending
                    )
                )
            case field:
                get_text = _TEXT_FIELDS.get(field, _no_text)
                return (
                    yield from _sort_by_key(
                        by_uid, lambda session: _sortable_text(get_text(session)), self.is_descending
                    )
                )


def _sort_by_key(
    sessions: list[Session], key: Callable[[Session], SortKey | None], is_descending: bool
) -> Steps[tuple[Session, ...]]:
    """Sort by `key`, through positions: the garbage collector would traverse a hundred thousand pairs."""
    keys: list[SortKey | None] = []
    keyed_positions: list[int] = []
    unkeyed_positions: list[int] = []
    for start in range(0, len(sessions), SORT_STEP_SIZE):
        keys += map(key, sessions[start : start + SORT_STEP_SIZE])
        for position in range(start, len(keys)):
            (unkeyed_positions if keys[position] is None else keyed_positions).append(position)
        yield
    ordered: list[Session] = []
    sorted_positions = yield from sort_steps(keyed_positions, keys.__getitem__, reverse=is_descending)
    sorted_positions += unkeyed_positions
    for start in range(0, len(sorted_positions), SORT_STEP_SIZE):
        ordered += map(sessions.__getitem__, sorted_positions[start : start + SORT_STEP_SIZE])
        yield
    return tuple(ordered)


def _sortable_text(text: str | None) -> str | None:
    return fold_text(text) if text else None


def _no_text(_: Session) -> str | None:
    """No key: `server` and `kind` are the same for the whole list."""
    return None


DEFAULT_SORT_ORDER = SortOrder()


def parse_sort_order(text: str, fields: Sequence[str] = SORT_FIELDS) -> SortOrder:
    """Read `started`, `-started`, `duration` …; raises `InvalidQueryError` with the nearest of `fields`."""
    is_descending, field = text.startswith("-"), field_of(text)
    if field not in fields:
        raise InvalidQueryError(f"Cannot sort by {_name(text)!r}: {_instead(_name(text), fields)}", text)
    return SortOrder(field, is_descending)


def _instead(name: str, fields: Sequence[str]) -> str:
    """The end of a sentence about an unknown key: the nearest one or alias, else all."""
    aliases = [alias for alias, field in ALIASES.items() if field in fields]
    if guess := closest_match(name, (*fields, *aliases)):
        return f"did you mean {_PLAIN.get(guess, guess)}?"
    return suggest(name, [_PLAIN.get(field, field) for field in fields])


def field_of(text: str) -> str:
    """The key that a sort order names, directly or by an alias; not checked."""
    return ALIASES.get(_name(text), _name(text))


def _name(text: str) -> str:
    return text.removeprefix("-").strip().casefold()
