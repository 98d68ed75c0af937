"""The context that a query is evaluated in, and the tests that depend on it.

A frozen value: the baselines, the unseen runs, the acknowledgements, and the server's clock. It is
compared with the previous one, so that a list is filtered again only if a part that its query
depends on has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from emtui.em.model import Outcome, Session
from emtui.query.comparisons import parse_duration_comparison, parse_ratio_comparison
from emtui.query.query_errors import InvalidQueryError, closest_match

IS_WORDS = ("running", "unseen", "unusual", "stuck", "acknowledged")
"""Values of `is:`."""
_IS_ALIASES = {"known": "acknowledged"}
"""Older values of `is:`, which are accepted but neither documented nor offered."""
NOW, BASELINES, UNSEEN, ACKNOWLEDGED, STATES, TYPES = (
    "now",
    "baselines",
    "unseen",
    "acknowledged",
    "states",
    "types",
)
"""Fields of `QueryContext`, by which terms name what they depend on."""

SessionPredicate = Callable[[Session], bool]
"""Whether a session satisfies one term."""

_CONTEXT_OF_IS_WORD = {
    "running": (),
    "unseen": (UNSEEN,),
    "unusual": (NOW, BASELINES),
    "stuck": (NOW, BASELINES),
    "acknowledged": (ACKNOWLEDGED,),
}


class RunBaselines(Protocol):
    """The baselines of runs."""

    def ratio_to_usual(self, session: Session, duration: timedelta | None) -> float | None:
        """The duration as a multiple of the usual one, `None` without a baseline."""

    def unusual_ratio(self, session: Session, duration: timedelta | None) -> float | None:
        """The same if the duration is unusually long, else `None`."""

    def overrun_ratio(self, session: Session, now: datetime) -> float | None:
        """The same if the session runs longer than any successful run before it, else `None`."""


class RunAcknowledgements(Protocol):
    """The acknowledgements of a list."""

    def for_run(self, session: Session) -> object | None:
        """The acknowledgement of this run, if there is one."""


@dataclass(frozen=True, slots=True)
class QueryContext:
    """The context as of `now`, the server's clock at the latest list.

    Terms that need missing `baselines` or `acknowledged` match nothing. Without `now`, terms use the time at
    which the query was parsed. `unseen` has the UIDs of unseen runs; it is `None` outside the session
    browser. `states` are the values of State and Result in the list and `types` its types, `None` before the
    first list.
    """

    now: datetime | None = None
    baselines: RunBaselines | None = None
    unseen: Container[str] | None = None
    acknowledged: RunAcknowledgements | None = None
    states: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None

    def values(self, names: Iterable[str]) -> tuple[object, ...]:
        """Some of the parts, by name."""
        return tuple(getattr(self, name) for name in names)


EMPTY_CONTEXT = QueryContext()


def required_context(key: str, value: str) -> tuple[str, ...]:
    """The parts of `QueryContext` that a term with this key and value depends on."""
    match key:
        case "took":
            return (NOW,)
        case "ratio":
            return (NOW, BASELINES)
        case "is":
            parts = [part for name in _split_words(value) for part in _CONTEXT_OF_IS_WORD.get(name, ())]
            return tuple(dict.fromkeys(parts))
        case _:
            return ()


def context_test(key: str, value: str, context: QueryContext, now: datetime) -> SessionPredicate:
    """The test of a `took:`, `ratio:` or `is:` term as of `now`. Raises `InvalidQueryError`."""
    match key:
        case "took":
            return _took_test(value, now)
        case "ratio":
            return _ratio_test(value, context.baselines, now)
        case _:
            return _is_test(value, context, now)


def _took_test(value: str, now: datetime) -> SessionPredicate:
    """`took:`: the duration, up to `now` if the session is running; false if it is unknown."""
    try:
        matches_duration = parse_duration_comparison(value)
    except ValueError:
        raise InvalidQueryError(
            f"took:{value} is not a duration: write >10m, <30s, >=1h, 4m12s.", f"took:{value}", "took:>10m"
        ) from None
    return lambda session: (duration := session.duration(now)) is not None and matches_duration(duration)


def _ratio_test(value: str, baselines: RunBaselines | None, now: datetime) -> SessionPredicate:
    """`ratio:`: the duration as a multiple of the usual one; false without a baseline."""
    try:
        matches_ratio = parse_ratio_comparison(value)
    except ValueError:
        raise InvalidQueryError(
            f"ratio:{value} is not a multiple of the usual duration: write >2, >=1.5, <0.5.",
            f"ratio:{value}",
            "ratio:>2",
        ) from None

    def test(session: Session) -> bool:
        ratio = baselines.ratio_to_usual(session, session.duration(now)) if baselines else None
        return ratio is not None and matches_ratio(ratio)

    return test


def _is_test(value: str, context: QueryContext, now: datetime) -> SessionPredicate:
    """`is:`: any of the values.

    Raises `InvalidQueryError` for unknown values, and for `unseen` outside the session browser.
    """
    names = _split_words(value)
    if not names:
        raise InvalidQueryError(f"is: needs a value: {', '.join(_available_is_words(context))}.", "is:")
    tests = [_is_word_test(name, context, now) for name in names]
    return tests[0] if len(tests) == 1 else lambda session: any(test(session) for test in tests)


def _split_words(value: str) -> list[str]:
    names = (part.strip().casefold() for part in value.split(","))
    return [_IS_ALIASES.get(name, name) for name in names if name]


def _is_word_test(name: str, context: QueryContext, now: datetime) -> SessionPredicate:
    unseen, acknowledged, baselines = context.unseen, context.acknowledged, context.baselines
    match name:
        case "running":
            return lambda session: session.is_running
        case "unseen":
            if unseen is None:
                raise InvalidQueryError("is:unseen works only in the session browser.", name)
            return lambda session: session.uid in unseen
        case "unusual":
            return lambda s: baselines is not None and baselines.unusual_ratio(s, s.duration(now)) is not None
        case "stuck":
            return lambda s: baselines is not None and baselines.overrun_ratio(s, now) is not None
        case "acknowledged":
            return lambda session: acknowledged is not None and acknowledged.for_run(session) is not None
        case _:
            raise InvalidQueryError(
                f"Unknown value is:{name}: {_suggest(name, _available_is_words(context))}", name
            )


def _available_is_words(context: QueryContext) -> list[str]:
    """The values of `is:` that are valid in this context."""
    return [name for name in IS_WORDS if name != "unseen" or context.unseen is not None]


def _suggest(name: str, available: Sequence[str]) -> str:
    """The end of a sentence about an unknown value of `is:`: what to write instead."""
    if name in set(Outcome):
        return f"write state:{name}."
    suggestion = closest_match(name, (*available, *_IS_ALIASES))
    if suggestion:
        return f"did you mean is:{_IS_ALIASES.get(suggestion, suggestion)}?"
    return f"valid values are {', '.join(available[:-1])} and {available[-1]}."
