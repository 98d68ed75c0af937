"""Parse the list as it arrives; sorted newest first at the end.

A single unreadable row does not affect the others. Source: em_rest/systemsessions.
"""

from __future__ import annotations

from datetime import datetime

from emtui.em.fast_row_parser import LIST_ROOTS, FastListParser
from emtui.em.model import Listing
from emtui.em.session_parser import SessionCollector, sort_newest_first
from emtui.em.timestamps import latest_plausible
from emtui.em.xml_document import DocumentParser


class ListReader:
    """Parses the list chunk by chunk, from any thread, one at a time.

    `charset` is that of the Content-Type, `clock` the server's time: a time far ahead of it is treated as
    unknown. Without `is_fast`, lxml parses all rows: the same list, but slower.
    """

    def __init__(self, charset: str = "", clock: datetime | None = None, *, is_fast: bool = True) -> None:
        self._collector = collector = SessionCollector(latest_plausible(clock))
        self._document = (
            FastListParser(collector, charset)
            if is_fast
            else DocumentParser(2, collector.add_element, *LIST_ROOTS, charset=charset)
        )

    @property
    def row_count(self) -> int:
        """The number of sessions read so far."""
        return self._collector.count

    def feed(self, chunk: bytes) -> None:
        """Parse the next bytes of the body; raises `UnreadableDocumentError`."""
        self._document.feed(chunk)

    def close(self) -> Listing:
        """All rows, newest first; raises `UnreadableDocumentError` if the document is incomplete."""
        self._document.close()
        sessions, self._collector.sessions = (
            self._collector.sessions,
            [],
        )  # the parser is freed only by the garbage collector
        return Listing(sort_newest_first(sessions), self._document.replaced_count)


def read_list(body: bytes, charset: str = "", clock: datetime | None = None) -> Listing:
    """A list of sessions or of references; raises `UnreadableDocumentError`."""
    reader = ListReader(charset, clock)
    reader.feed(body)
    return reader.close()
