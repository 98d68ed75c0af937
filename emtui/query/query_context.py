"""What a query may rest on that a session alone does not tell, and the tests that need it.

A frozen value, handed in by whoever knows: what is usual for each run, which runs nobody has
seen, which are known, and the server's clock. It is compared with the one before, so that a
list is only gone through again when what its query rests on has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from emtui.em.model import Outcome, Session
from emtui.query.comparisons import parse_length, parse_times
from emtui.query.query_errors import BadQuery, nearest

IS = ("running", "unseen", "unusual", "stuck", "known")
"""What may stand after `is:`."""
NOW, USUAL, UNSEEN, KNOWN, STATES, TYPES = "now", "usual", "unseen", "known", "states", "types"
"""The parts of `Beyond`, as terms name what they rest on."""

Test = Callable[[Session], bool]
"""Whether a session satisfies one term."""

_RESTS_ON = {
    "running": (),
    "unseen": (UNSEEN,),
    "unusual": (NOW, USUAL),
    "stuck": (NOW, USUAL),
    "known": (KNOWN,),
}


class Usual(Protocol):
    """What is usual for each run."""

    def times(self, session: Session, took: timedelta | None) -> float | None:
        """How many times the usual so long is, where that is known."""

    def ratio(self, session: Session, took: timedelta | None) -> float | None:
        """The same, if it is unusually long."""

    def overrun(self, session: Session, now: datetime) -> float | None:
        """The same, if it still runs and that is longer than any successful run before it took."""


class Knows(Protocol):
    """What somebody has marked as known."""

    def of(self, session: Session) -> object | None:
        """The mark of this run, if it has one."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """As of `now`, the server's clock at the last list: what is `usual` for each run, `unseen`, `known`.

    What is not known yet is empty or `None` and matches nothing. Without `now` it is the time at which the
    query was read; `unseen` is `None` where nobody looks on. `states` are the words of State and Result
    in the list and `types` its types, `None` until it is there.
    """

    now: datetime | None = None
    usual: Usual | None = None
    unseen: Container[str] | None = None
    known: Knows | None = None
    states: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None

    def parts(self, names: Iterable[str]) -> tuple[object, ...]:
        """Some of its parts, by name."""
        return tuple(getattr(self, name) for name in names)


NOTHING = Beyond()


def rests_on(key: str, value: str) -> tuple[str, ...]:
    """The parts of `Beyond` that a term of this key rests on."""
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
    """What `took:`, `ratio:` and `is:` ask, as of now. Raises `BadQuery`."""
    match key:
        case "took":
            return _took_test(value, now)
        case "ratio":
            return _ratio_test(value, beyond.usual, now)
        case _:
            return _is_test(value, beyond, now)


def _took_test(value: str, now: datetime) -> Test:
    """`took:`: how long it took, up to `now` if it still runs; nobody knows, and it does not hold."""
    try:
        fits = parse_length(value)
    except ValueError:
        raise BadQuery(
            f"took:{value} is no length of time: write >10m, <30s, >=1h, 4m12s.", f"took:{value}", "took:>10m"
        ) from None
    return lambda session: (took := session.took(now)) is not None and fits(took)


def _ratio_test(value: str, usual: Usual | None, now: datetime) -> Test:
    """`ratio:`: how many times the usual a run took; false where that is not known."""
    try:
        fits = parse_times(value)
    except ValueError:
        raise BadQuery(
            f"ratio:{value} is not how many times the usual: write >2, >=1.5, <0.5.",
            f"ratio:{value}",
            "ratio:>2",
        ) from None

    def test(session: Session) -> bool:
        times = usual.times(session, session.took(now)) if usual else None
        return times is not None and fits(times)

    return test


def _is_test(value: str, beyond: Beyond, now: datetime) -> Test:
    """`is:`: one of these; raises `BadQuery` for another word, and for `unseen` where nobody looks on."""
    names = _names(value)
    if not names:
        raise BadQuery(f"is: needs one of {', '.join(_taken(beyond))} after it.", "is:")
    tests = [_one(name, beyond, now) for name in names]
    return tests[0] if len(tests) == 1 else lambda session: any(test(session) for test in tests)


def _names(value: str) -> list[str]:
    return [name for part in value.split(",") if (name := part.strip().casefold())]


def _one(name: str, beyond: Beyond, now: datetime) -> Test:
    unseen, known, usual = beyond.unseen, beyond.known, beyond.usual
    match name:
        case "running":
            return lambda session: session.running
        case "unseen":
            if unseen is None:
                raise BadQuery("is:unseen is for the screens: here nobody has looked on.", name)
            return lambda session: session.uid in unseen
        case "unusual":
            return lambda s: usual is not None and usual.ratio(s, s.took(now)) is not None
        case "stuck":
            return lambda s: usual is not None and usual.overrun(s, now) is not None
        case "known":
            return lambda session: known is not None and known.of(session) is not None
        case _:
            raise BadQuery(f"is: takes no {name!r}: {_instead(name, _taken(beyond))}", name)


def _taken(beyond: Beyond) -> list[str]:
    """The words that `is:` takes here."""
    return [name for name in IS if name != "unseen" or beyond.unseen is not None]


def _instead(name: str, taken: Sequence[str]) -> str:
    """What to write in place of a word that is none of `is:`."""
    if name in set(Outcome):
        return f"write state:{name}."
    guess = nearest(name, taken)
    return f"did you mean {guess}?" if guess else f"{', '.join(taken[:-1])} or {taken[-1]}."
