"""A parsed query: terms, all of which must match a session.

`Query.with_context` evaluates the same query in another context (`query_context`). `parser` makes queries
from text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from emtui.em.model import Session
from emtui.query.query_context import QueryContext, SessionPredicate

TIME_KEYS = frozenset({"since", "before", "until"})
"""Keys whose value is a time."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its text as typed, its key (empty for a word), and its test.

    `needle` is the text that it searches for, if a longer one can only match fewer sessions.
    `dependencies` are what else the result depends on: a time, or the values of the `required_context`;
    then `rebuild` makes the same term for another context.
    """

    text: str
    key: str
    test: SessionPredicate
    needle: str = ""
    dependencies: tuple[object, ...] = ()
    rebuild: Callable[[QueryContext], Term] | None = None
    required_context: tuple[str, ...] = ()

    @property
    def moment(self) -> datetime | None:
        """The time that is its value, if it is one."""
        first = self.dependencies[0] if self.key in TIME_KEYS else None
        return first if isinstance(first, datetime) else None

    def narrows(self, other: Term) -> bool:
        """Whether every session that matches this term also matches the other."""
        if self.key != other.key:
            return False
        if self.text == other.text:
            return self.dependencies == other.dependencies
        return bool(other.needle and other.needle in self.needle)

    def with_context(self, context: QueryContext) -> Term:
        """The same term in this context; itself if no part that it depends on differs."""
        rebuilt = self.rebuild(context) if self.rebuild else self
        return self if rebuilt.dependencies == self.dependencies else rebuilt


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query."""

    terms: tuple[Term, ...] = ()

    @property
    def text(self) -> str:
        """The query as text; equal texts are equal queries."""
        return " ".join(term.text for term in self.terms)

    @property
    def is_empty(self) -> bool:
        """Whether it has no terms and matches everything."""
        return not self.terms

    @property
    def keys(self) -> frozenset[str]:
        """The keys of its terms."""
        return frozenset(term.key for term in self.terms if term.key)

    def with_keys(self, keys: frozenset[str]) -> Query:
        """A query of the terms with these keys only."""
        return Query(tuple(term for term in self.terms if term.key in keys))

    @property
    def depends_on(self) -> frozenset[str]:
        """The parts of the context that its terms depend on."""
        return frozenset(part for term in self.terms for part in term.required_context)

    def with_context(self, context: QueryContext) -> Query:
        """The same query in this context; itself if no part that it depends on differs."""
        terms = tuple(term.with_context(context) for term in self.terms)
        changed = any(new is not old for new, old in zip(terms, self.terms, strict=True))
        return Query(terms) if changed else self

    def narrows(self, other: Query) -> bool:
        """Whether every session that matches this query also matches the other."""
        return all(any(mine.narrows(term) for mine in self.terms) for term in other.terms)

    def matches(self, session: Session) -> bool:
        """Whether every term matches the session."""
        return all(term.test(session) for term in self.terms)
