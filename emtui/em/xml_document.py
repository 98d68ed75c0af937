"""Parse an XML document as it arrives, after sanitizing it.

Strict: raises `Unreadable` if the document is not well-formed, has a DOCTYPE or another root.
The only module that uses lxml.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from emtui.em.parser_target import Target
from emtui.em.session_parser import Item
from emtui.em.xml_prolog import Prolog, Unreadable
from emtui.em.xml_sanitizer import Repair

_SLICE = 64 * 1024
"""Bytes passed to the parser at a time."""
_UNBROKEN = 8 * 1024 * 1024
"""Maximum bytes without an element or text: the parser buffers a tag or a comment until its end."""
_LIMIT_CODES = frozenset({110, 114, 116})
"""libxml2 errors: name too long, resource limit, system limit."""
_LIMIT = re.compile("too (?:long|big|large)|XML_PARSE_HUGE|Excessive depth")


class Document:
    """Parses one document as it arrives; `charset` is that of its Content-Type."""

    def __init__(self, level: int, take: Callable[[Item], None], *roots: str, charset: str = "") -> None:
        self.target = Target(level, take)
        self._roots = roots
        self._unbroken = 0
        self._repair = Repair(charset)
        self._prolog: Prolog | None = Prolog()
        self._parser = etree.XMLParser(
            target=self.target,  # type: ignore[arg-type]  # the stubs still know bytes as names
            encoding="utf-8",
            collect_ids=False,
            load_dtd=False,
            no_network=True,
            recover=False,
            resolve_entities=True,  # the five predefined ones: without a DOCTYPE there are no others
        )

    @property
    def replaced(self) -> int:
        """The number of characters replaced by U+FFFD so far."""
        return self._repair.replaced

    @property
    def has_begun(self) -> bool:
        """Whether the root has been read and is one of the expected ones."""
        return self._prolog is None

    def feed(self, chunk: bytes) -> None:
        """Parse the next bytes; raises `Unreadable` as early as possible."""
        for start in range(0, len(chunk), _SLICE):
            piece = self._repair.feed(chunk[start : start + _SLICE])
            if self._prolog is not None:
                piece = self._head(self._prolog, piece)
            self._parse(piece)

    def close(self) -> None:
        """Finish; raises `Unreadable` if the document is incomplete."""
        rest = self._repair.close()
        if self._prolog is not None:
            rest = self._head(self._prolog, rest)
        if self._prolog is not None:
            self._prolog.close()
        sound = not self._parser.feed_error_log.filter_from_errors()
        try:
            self._parser.feed(rest)
            self._parser.close()
        except etree.XMLSyntaxError as problem:
            raise self._unreadable(problem, cut=sound and not self.target.ended) from None
        if self._parser.feed_error_log.filter_from_errors():
            # such as an undeclared prefix: the parser then ignores what follows the root
            raise self._not_well_formed()

    def _parse(self, piece: bytes) -> None:
        before = self.target.progress
        self._give(piece)
        self._unbroken = self._unbroken + len(piece) if self.target.progress == before else 0
        if self._unbroken > _UNBROKEN:
            raise Unreadable("it holds a tag or a comment longer than is read", too_large=True)

    def _give(self, piece: bytes) -> None:
        try:
            self._parser.feed(piece)
        except etree.XMLSyntaxError as problem:
            raise self._unreadable(problem, cut=False) from None

    def _head(self, prolog: Prolog, piece: bytes) -> bytes:
        """The bytes for the parser: none until the root is known to be an expected one."""
        name = prolog.feed(piece)
        if name is None:
            return b""
        if name not in self._roots:
            raise Unreadable(f"its root is {name}")
        self._prolog = None
        return prolog.head

    def _unreadable(self, problem: etree.XMLSyntaxError, *, cut: bool) -> Unreadable:
        errors = self._parser.feed_error_log.filter_from_errors()
        codes = {getattr(problem, "code", 0), *(error.type for error in errors)}
        if codes & _LIMIT_CODES or _LIMIT.search(problem.msg):
            return Unreadable("it is deeper or longer than is read", too_large=True)
        if cut:
            return Unreadable("it ends in the middle", cut=True)
        return self._not_well_formed(problem.position)

    def _not_well_formed(self, position: tuple[int, int] = (1, 1)) -> Unreadable:
        errors = self._parser.feed_error_log.filter_from_errors()
        line, column = (errors[0].line, errors[0].column) if errors else position
        return Unreadable(f"it is not well-formed XML at line {line}, column {column}")


def read_whole(body: bytes, level: int, *roots: str, charset: str = "") -> tuple[list[Item], int]:
    """The items at `level` below one of these roots, and the number of characters replaced by U+FFFD.

    The root's level is 1. Raises `Unreadable`.
    """
    items: list[Item] = []
    document = Document(level, items.append, *roots, charset=charset)
    document.feed(body)
    document.close()
    return items, document.replaced
