"""Queries with absolute times, which mean the same moment whenever and wherever they are read. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from emtui import text_format
from emtui.query.session_query import Query, Term


def pinned(query: Query) -> Query:
    """The same query with every time in UTC, including relative ones such as `since:24h`."""
    return _with(query, lambda _: True)


def wall_pinned(query: Query) -> Query:
    """The same query with local clock times in UTC, since they mean another moment in another zone.

    Relative times such as `since:24h` are kept as typed.
    """
    return _with(query, lambda term: not _is_span(term))


def _with(query: Query, wanted: Callable[[Term], bool]) -> Query:
    if not any(term.at and wanted(term) for term in query.terms):
        return query
    return Query(tuple(_pinned(term, term.at) if term.at and wanted(term) else term for term in query.terms))


def _pinned(term: Term, at: datetime) -> Term:
    turned = "-" if term.text.startswith("-") else ""
    return replace(term, text=f"{turned}{term.key}:{_stamp(at)}")


def _stamp(at: datetime) -> str:
    """`2026-11-23T01:10Z`, without seconds or fractions that are zero."""
    told = at.astimezone(UTC).replace(tzinfo=None)
    unit = "microseconds" if told.microsecond else "seconds" if told.second else "minutes"
    return f"{told.isoformat(timespec=unit)}Z"


def _is_span(term: Term) -> bool:
    try:
        text_format.parse_span(term.text.partition(":")[2].strip('"'))
    except ValueError:
        return False
    return True
