"""`/query?type=SystemSession`, if simulated: pages of entities, newest first.

Undocumented for this type (api.md 5.4); the structure is that of other types (4.4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emtui.demo.document_model import DocumentElement, DocumentField, DocumentLink, MissingValue
from emtui.demo.documents import DocumentSerializer
from emtui.em.model import DISTANT_PAST, Session

_DEFAULT_PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class QueryPage:
    """Page number, from 1, and rows per page."""

    number: int
    size: int


def parse_page(parameters: Mapping[str, str]) -> QueryPage:
    """Read `page` and `pageSize`; invalid numbers are ignored."""
    return QueryPage(
        _parse_number(parameters.get("page"), 1),
        _parse_number(parameters.get("pageSize"), _DEFAULT_PAGE_SIZE),
    )


def _parse_number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and int(text) > 0 else default


def build_query_result(
    documents: DocumentSerializer, sessions: Sequence[Session], page: QueryPage
) -> DocumentElement:
    """Return a `QueryResult` with one page."""
    newest_first = sorted(sessions, key=lambda session: session.started or DISTANT_PAST, reverse=True)
    rows = newest_first[(page.number - 1) * page.size : page.number * page.size]
    items = tuple(documents.entity_element("SystemSession", session) for session in rows)
    session_list = DocumentElement("SystemSessions", items=items, array_name="SystemSessions")
    fields: tuple[DocumentField, ...] = (
        ("Refs", MissingValue.NIL),
        ("Entities", DocumentElement("Entities", fields=(("SystemSessions", session_list),))),
        ("PagingInfo", _build_paging(documents.base, page, -(-len(newest_first) // page.size))),
    )
    return DocumentElement("QueryResult", fields=fields)


def _build_paging(base: str, page: QueryPage, page_count: int) -> DocumentElement:
    numbers = {"First": 1, "Previous": page.number - 1, "Next": page.number + 1, "Last": page_count}
    links = tuple(
        DocumentLink(
            rel, f"{base}/query?type=SystemSession&format=Entities&pageSize={page.size}&page={number}"
        )
        for rel, number in numbers.items()
        if 1 <= number <= page_count
    )
    fields: tuple[DocumentField, ...] = (
        ("PageNum", page.number),
        ("PageSize", page.size),
        ("PagesCount", page_count),
    )
    return DocumentElement("PagingInfo", links=links, fields=fields)
