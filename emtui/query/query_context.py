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
from emtui.query.comparisons import parse_length, parse_times
from emtui.query.query_errors import BadQuery, nearest

IS = ("running", "unseen", "unusual", "stuck", "acknowledged")
"""Values of `is:`."""
_IS_ALIASES = {"known": "acknowledged"}
"""Older values of `is:`, which are accepted but neither documented nor offered."""
NOW, USUAL, UNSEEN, KNOWN, STATES, TYPES = "now", "usual", "unseen", "known", "states", "types"
"""The parts of `Beyond`, by which terms name what they depend on."""

Test = Callable[[Session], bool]
"""Whether a session satisfies one term."""

_RESTS_ON = {
    "running": (),
    "unseen": (UNSEEN,),
    "unusual": (NOW, USUAL),
    "stuck": (NOW, USUAL),
    "acknowledged": (KNOWN,),
}


class Usual(Protocol):
    """The baselines of runs."""

    def times(self, session: Session, took: timedelta | None) -> float | None:
        """The duration as a multiple of the usual one, `None` without a baseline."""

    def ratio(self, session: Session, took: timedelta | None) -> float | None:
        """The same if the duration is unusually long, else `None`."""

    def overrun(self, session: Session, now: datetime) -> float | None:
        """The same if the session runs longer than any successful run before it, else `None`."""


class Knows(Protocol):
    """The acknowledgements of a list."""

    def of(self, session: Session) -> object | None:
        """The acknowledgement of this run, if there is one."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """The context as of `now`, the server's clock at the latest list.

    `usual` are the baselines, `unseen` the UIDs of unseen runs, `known` the acknowledgements; missing ones
    match nothing. Without `now`, terms use the time at which the query was read. `unseen` is `None` outside
    the session browser. `states` are the values of State and Result in the list and `types` its types,
    `None` before the first list.
    """

    now: datetime | None = None
    usual: Usual | None = None
    unseen: Container[str] | None = None
    known: Knows | None = None
    states: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None

    def parts(self, names: Iterable[str]) -> tuple[object, ...]:
        """Some of the parts, by name."""
        return tuple(getattr(self, name) for name in names)


NOTHING = Beyond()


def rests_on(key: str, value: str) -> tuple[str, ...]:
    """The parts of `Beyond` that a term with this key and value depends on."""
    match key:
        case "took":
            return (NOW,)
        case "ratio":
            return (NOW, USUAL)
        case "is":
            parts = [part for name in _names(value) for part in _RESTS_ON.get(name, ())]
            return tuple(dict.fromkeys(parts))
        case _:
            return ()


def beyond_test(key: str, value: str, beyond: Beyond, now: datetime) -> Test:
    """The test of a `took:`, `ratio:` or `is:` term as of `now`. Raises `BadQuery`."""
    match key:
        case "took":
            return _took_test(value, now)
        case "ratio":
            return _ratio_test(value, beyond.usual, now)
        case _:
            return _is_test(value, beyond, now)


def _took_test(value: str, now: datetime) -> Test:
    """`took:`: the duration, up to `now` if the session is running; false if it is unknown."""
    try:
        fits = parse_length(value)
    except ValueError:
        raise BadQuery(
            f"took:{value} is not a duration: write >10m, <30s, >=1h, 4m12s.", f"took:{value}", "took:>10m"
        ) from None
    return lambda session: (took := session.took(now)) is not None and fits(took)


def _ratio_test(value: str, usual: Usual | None, now: datetime) -> Test:
    """`ratio:`: the duration as a multiple of the usual one; false without a baseline."""
    try:
        fits = parse_times(value)
    except ValueError:
        raise BadQuery(
            f"ratio:{value} is not a multiple of the usual length: write >2, >=1.5, <0.5.",
            f"ratio:{value}",
            "ratio:>2",
        ) from None

    def test(session: Session) -> bool:
        times = usual.times(session, session.took(now)) if usual else None
        return times is not None and fits(times)

    return test


def _is_test(value: str, beyond: Beyond, now: datetime) -> Test:
    """`is:`: any of the values; raises `BadQuery` for unknown ones, and for `unseen` without a browser."""
    names = _names(value)
    if not names:
        raise BadQuery(f"is: needs a value: {', '.join(_taken(beyond))}.", "is:")
    tests = [_one(name, beyond, now) for name in names]
    return tests[0] if len(tests) == 1 else lambda session: any(test(session) for test in tests)


def _names(value: str) -> list[str]:
    names = (part.strip().casefold() for part in value.split(","))
    return [_IS_ALIASES.get(name, name) for name in names if name]


def _one(name: str, beyond: Beyond, now: datetime) -> Test:
    unseen, known, usual = beyond.unseen, beyond.known, beyond.usual
    match name:
        case "running":
            return lambda session: session.running
        case "unseen":
            if unseen is None:
                raise BadQuery("is:unseen works only in the session browser.", name)
            return lambda session: session.uid in unseen
        case "unusual":
            return lambda s: usual is not None and usual.ratio(s, s.took(now)) is not None
        case "stuck":
            return lambda s: usual is not None and usual.overrun(s, now) is not None
        case "acknowledged":
            return lambda session: known is not None and known.of(session) is not None
        case _:
            raise BadQuery(f"Unknown value is:{name}: {_instead(name, _taken(beyond))}", name)


def _taken(beyond: Beyond) -> list[str]:
    """The values of `is:` that are valid in this context."""
    return [name for name in IS if name != "unseen" or beyond.unseen is not None]


def _instead(name: str, taken: Sequence[str]) -> str:
    """The end of a sentence about an unknown value of `is:`: what to write instead."""
    if name in set(Outcome):
        return f"write state:{name}."
    guess = nearest(name, (*taken, *_IS_ALIASES))
    if guess:
        return f"did you mean is:{_IS_ALIASES.get(guess, guess)}?"
    return f"valid values are {', '.join(taken[:-1])} and {taken[-1]}."
