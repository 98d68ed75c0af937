"""`/query?type=SystemSession`, if simulated: pages of entities, newest first.

Undocumented for this type (api.md 5.4); the structure is that of other types (4.4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emtui.demo.document_model import Field, Link, Thing, Unset
from emtui.demo.documents import Documents
from emtui.em.model import LONG_AGO, Session

_USUAL_SIZE = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Page number, from 1, and rows per page."""

    number: int
    size: int


def read_page(parameters: Mapping[str, str]) -> Page:
    """Read `page` and `pageSize`; invalid numbers are ignored."""
    return Page(_number(parameters.get("page"), 1), _number(parameters.get("pageSize"), _USUAL_SIZE))


def _number(text: str | None, usual: int) -> int:
    return int(text) if text and text.isdecimal() and int(text) > 0 else usual


def result(documents: Documents, sessions: Sequence[Session], page: Page) -> Thing:
    """Return a `QueryResult` with one page."""
    newest = sorted(sessions, key=lambda session: session.started or LONG_AGO, reverse=True)
    rows = newest[(page.number - 1) * page.size : page.number * page.size]
    items = tuple(documents.entity("SystemSession", session) for session in rows)
    listed = Thing("SystemSessions", items=items, array="SystemSessions")
    fields: tuple[Field, ...] = (
        ("Refs", Unset.NIL),
        ("Entities", Thing("Entities", fields=(("SystemSessions", listed),))),
        ("PagingInfo", _paging(documents.base, page, -(-len(newest) // page.size))),
    )
    return Thing("QueryResult", fields=fields)


def _paging(base: str, page: Page, count: int) -> Thing:
    numbers = {"First": 1, "Previous": page.number - 1, "Next": page.number + 1, "Last": count}
    links = tuple(
        Link(rel, f"{base}/query?type=SystemSession&format=Entities&pageSize={page.size}&page={number}")
        for rel, number in numbers.items()
        if 1 <= number <= count
    )
    fields: tuple[Field, ...] = (("PageNum", page.number), ("PageSize", page.size), ("PagesCount", count))
    return Thing("PagingInfo", links=links, fields=fields)
