"""A query that was read: terms, all of which must hold of a session.

What a session alone does not tell (`query_context`) may change: `Query.upon` makes the same query rest
on what is known now. How a query is written is known to `parser`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from emtui.em.model import Session
from emtui.query.query_context import Beyond, Test

MOMENTS = frozenset({"since", "before", "until"})
"""Keys whose value is a moment."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term as it would be typed again, its key (empty for a word), and what it asks.

    `needle` is the text that it looks for, if a longer one can only be found in fewer sessions.
    `basis` is what else its answer hangs on: a moment, or those `parts` of what is beyond a session
    that it rests on; then `again` makes the same term upon others.
    """

    text: str
    key: str
    test: Test
    needle: str = ""
    basis: tuple[object, ...] = ()
    again: Callable[[Beyond], Term] | None = None
    parts: tuple[str, ...] = ()

    @property
    def at(self) -> datetime | None:
        """The moment that it means, if its value is one."""
        first = self.basis[0] if self.key in MOMENTS else None
        return first if isinstance(first, datetime) else None

    def narrows(self, other: Term) -> bool:
        """Whether all that satisfy this one are sure to satisfy the other."""
        if self.key != other.key:
            return False
        if self.text == other.text:
            return self.basis == other.basis
        return bool(other.needle and other.needle in self.needle)

    def upon(self, beyond: Beyond) -> Term:
        """The same term, resting on this; itself, if nothing that it rests on differs."""
        new = self.again(beyond) if self.again else self
        return self if new.basis == self.basis else new


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was read."""

    terms: tuple[Term, ...] = ()

    @property
    def text(self) -> str:
        """The query as it would be typed again; the same text means the same query."""
        return " ".join(term.text for term in self.terms)

    @property
    def empty(self) -> bool:
        """Whether it lets everything through."""
        return not self.terms

    @property
    def keys(self) -> frozenset[str]:
        """The keys that stand in it."""
        return frozenset(term.key for term in self.terms if term.key)

    def only(self, keys: frozenset[str]) -> Query:
        """The part of it that has these keys."""
        return Query(tuple(term for term in self.terms if term.key in keys))

    @property
    def rests_on(self) -> frozenset[str]:
        """The parts of what is beyond a session that its terms rest on."""
        return frozenset(part for term in self.terms for part in term.parts)

    def upon(self, beyond: Beyond) -> Query:
        """The same query, resting on this; itself, if nothing that it rests on differs."""
        terms = tuple(term.upon(beyond) for term in self.terms)
        changed = any(new is not old for new, old in zip(terms, self.terms, strict=True))
        return Query(terms) if changed else self

    def narrows(self, other: Query) -> bool:
        """Whether it is sure to match only what the other matches."""
        return all(any(mine.narrows(term) for mine in self.terms) for term in other.terms)

    def matches(self, session: Session) -> bool:
        """Whether every term holds."""
        return all(term.test(session) for term in self.terms)
