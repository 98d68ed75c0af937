"""Queries with absolute times, which mean the same moment whenever and wherever they are read. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from emtui import text_format
from emtui.query.session_query import Query, Term


def with_absolute_times(query: Query) -> Query:
    """The same query with every time in UTC, including relative ones such as `since:24h`."""
    return _with_utc_times(query, lambda _: True)


def with_absolute_clock_times(query: Query) -> Query:
    """The same query with local clock times in UTC, since they mean another moment in another zone.

    Relative times such as `since:24h` are kept as typed.
    """
    return _with_utc_times(query, lambda term: not _is_duration(term))


def period_query(start: datetime, end: datetime) -> str:
    """The query for the runs that started from `start` on and before `end`: `-before:… before:…`.

    `since:` also matches runs that started earlier and are still running.
    """
    return f"-before:{_format_utc(start)} before:{_format_utc(end)}"


def _with_utc_times(query: Query, should_convert: Callable[[Term], bool]) -> Query:
    if not any(term.moment and should_convert(term) for term in query.terms):
        return query
    return Query(
        tuple(
            _term_in_utc(term, term.moment) if term.moment and should_convert(term) else term
            for term in query.terms
        )
    )


def _term_in_utc(term: Term, moment: datetime) -> Term:
    negation = "-" if term.text.startswith("-") else ""
    return replace(term, text=f"{negation}{term.key}:{_format_utc(moment)}")


def _format_utc(moment: datetime) -> str:
    """`2026-11-23T01:10Z`, without seconds or fractions that are zero."""
    utc_time = moment.astimezone(UTC).replace(tzinfo=None)
    unit = "microseconds" if utc_time.microsecond else "seconds" if utc_time.second else "minutes"
    return f"{utc_time.isoformat(timespec=unit)}Z"


def _is_duration(term: Term) -> bool:
    try:
        text_format.parse_duration(term.text.partition(":")[2].strip('"'))
    except ValueError:
        return False
    return True
