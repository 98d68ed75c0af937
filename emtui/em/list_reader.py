"""The list while it arrives, newest first at the end.

Lenient about one odd row among good ones. Source: em_rest/systemsessions.
"""

from __future__ import annotations

from datetime import datetime

from emtui.em.fast_row_parser import LIST_ROOTS, FastListDocument
from emtui.em.model import Listing
from emtui.em.session_parser import Rows, newest_first
from emtui.em.timestamps import latest
from emtui.em.xml_document import Document


class ListReader:
    """The list while it arrives, piece by piece, from any thread, one at a time.

    `charset` is what its Content-Type names, `clock` is what the server's showed: a time far ahead of
    it is unknown. Without `fast` all of it is lxml's: the same list, only later.
    """

    def __init__(self, charset: str = "", clock: datetime | None = None, *, fast: bool = True) -> None:
        self._rows = rows = Rows(latest(clock))
        self._document = (
            FastListDocument(rows, charset) if fast else Document(2, rows.take, *LIST_ROOTS, charset=charset)
        )

    @property
    def rows(self) -> int:
        """How many sessions were read so far."""
        return self._rows.count

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the body, cut anywhere; raises `Unreadable`."""
        self._document.feed(chunk)

    def close(self) -> Listing:
        """All rows, newest first; raises `Unreadable` if the document is not whole."""
        self._document.close()
        found, self._rows.found = self._rows.found, []  # a parser is only freed with the garbage
        return Listing(newest_first(found), self._document.replaced)


def read_list(body: bytes, charset: str = "", clock: datetime | None = None) -> Listing:
    """A list of sessions or of references; raises `Unreadable`."""
    reader = ListReader(charset, clock)
    reader.feed(body)
    return reader.close()
