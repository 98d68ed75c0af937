"""The list while it arrives: plain rows read apart, all else by the parser, newest first at the end.

Lenient about one odd row among good ones. Source: em_rest/systemsessions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from emtui.em import plain, rows
from emtui.em.document import Document
from emtui.em.model import Listing, Session
from emtui.em.prolog import Prolog
from emtui.em.rows import Item
from emtui.em.times import latest


class ListReader:
    """The list while it arrives, piece by piece, from any thread, one at a time.

    `clock` is what the server's showed: a time far ahead of it is unknown.
    """

    def __init__(self, clock: datetime | None = None) -> None:
        self._rows = _Rows(latest(clock))
        self._document = _ListDocument(self._rows.take)

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
        return Listing(rows.newest_first(found), self._document.replaced)


def read_list(body: bytes, clock: datetime | None = None) -> Listing:
    """A list of sessions or of references; raises `Unreadable`."""
    reader = ListReader(clock)
    reader.feed(body)
    return reader.close()


class _Rows:
    """The rows of a list so far; `count` of them, also when they were given away."""

    def __init__(self, last: datetime) -> None:
        self.found: list[Session] = []
        self._last = last
        self.count = 0

    def take(self, item: Item) -> None:
        """What is a row is one more."""
        row = rows.read_row(item, self._last)
        if row is not None:
            self.found.append(row)
            self.count += 1


class _ListDocument(Document):
    """A list: its plain rows are read apart, and the parser finds blanks in their place.

    So it still sees all that stands around them, and tells true lines and columns.
    """

    def __init__(self, take: Callable[[Item], None]) -> None:
        super().__init__(2, take, "SystemSessions", "EntityReferences")
        self._plain = False  # whether what comes is certain to stand between two rows
        self._kept = b""

    def close(self) -> None:
        """The end, and what was kept until it came."""
        self._plain = False
        if self._kept:
            self._parse(b"")
        super().close()

    def _parse(self, piece: bytes) -> None:
        text, start = self._kept + piece, 0
        self._kept = b""
        while self._plain:
            end = plain.read(text, start, self.target.take)
            if end > start:
                self._give(plain.blanked(text[start:end]))
                self._unbroken = 0
            after = plain.odd_row(text, end)
            if after is None:
                self._kept = text[end:]
                return
            if after > 0:
                self._one_row(text[end:after])
            else:
                self._plain = False
            start = max(end, after)
        super()._parse(text[start:])

    def _head(self, prolog: Prolog, piece: bytes) -> bytes:
        head = super()._head(prolog, piece)
        start = plain.after_root(head)
        super()._parse(head[:start])
        self._plain = start > 0 and self.target.depth == 1
        return head[start:]

    def _one_row(self, text: bytes) -> None:
        """Have the parser read what should be one row; where it is not, the rest is the parser's, too."""
        before = self.target.items_left
        super()._parse(text)
        self._plain = self.target.depth == 1 and self.target.items_left == before - 1
