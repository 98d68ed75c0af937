"""Read a list with the fast row parser and with lxml only, and compare the results.

Each document is read as it is, with `xmlns:xsi` declared on its root as servers do, and without: the fast
parser is used only if it is declared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from emtui.em.list_reader import ListReader
from emtui.em.model import Listing
from emtui.em.xml_prolog import UnreadableDocumentError

XSI = b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
ROOT = b"<SystemSessions"
Outcome = Listing | tuple[str, bool, bool]


def read_list(body: bytes, charset: str = "", clock: datetime | None = None) -> Listing:
    """The list; raises `Unreadable`, and fails if the parsers differ."""
    for document in document_variants(body):
        fast, slow = (
            parse_outcome(lambda: ListReader(charset, clock, is_fast=True), document),
            parse_outcome(lambda: ListReader(charset, clock, is_fast=False), document),
        )
        assert fast == slow, document[:2000]
    reader = ListReader(charset, clock)
    reader.feed(body)
    return reader.close()


def document_variants(body: bytes) -> Iterable[bytes]:
    """The document as it is, with the prefix of `xsi:nil` declared, and without."""
    bare = body.replace(XSI, b"")
    return dict.fromkeys((body, bare, bare.replace(ROOT, ROOT + XSI, 1)))


def parse_outcome(reader: Callable[[], ListReader], document: bytes) -> Outcome:
    """The list, or the reason why it is unreadable."""
    try:
        reading = reader()
        reading.feed(document)
        return reading.close()
    except UnreadableDocumentError as problem:
        return problem.reason, problem.is_truncated, problem.is_too_large
