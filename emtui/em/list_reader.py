"""Parse the list as it arrives; sorted newest first at the end.

A single unreadable row does not affect the others. Source: em_rest/systemsessions.
"""

from __future__ import annotations

from datetime import datetime

from emtui.em.fast_row_parser import LIST_ROOTS, FastListDocument
from emtui.em.model import Listing
from emtui.em.session_parser import Rows, newest_first
from emtui.em.timestamps import latest
from emtui.em.xml_document import Document


class ListReader:
    """Parses the list chunk by chunk, from any thread, one at a time.

    `charset` is that of the Content-Type, `clock` the server's time: a time far ahead of it is treated as
    unknown. Without `fast`, lxml parses all rows: the same list, but slower.
    """

    def __init__(self, charset: str = "", clock: datetime | None = None, *, fast: bool = True) -> None:
        self._rows = rows = Rows(latest(clock))
        self._document = (
            FastListDocument(rows, charset) if fast else Document(2, rows.take, *LIST_ROOTS, charset=charset)
        )

    @property
    def rows(self) -> int:
        """The number of sessions read so far."""
        return self._rows.count

    def feed(self, chunk: bytes) -> None:
        """Parse the next bytes of the body; raises `Unreadable`."""
        self._document.feed(chunk)

    def close(self) -> Listing:
        """All rows, newest first; raises `Unreadable` if the document is incomplete."""
        self._document.close()
        found, self._rows.found = self._rows.found, []  # the parser is freed only by the garbage collector
        return Listing(newest_first(found), self._document.replaced)


def read_list(body: bytes, charset: str = "", clock: datetime | None = None) -> Listing:
    """A list of sessions or of references; raises `Unreadable`."""
    reader = ListReader(charset, clock)
    reader.feed(body)
    return reader.close()
