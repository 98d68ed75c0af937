"""Parse an XML document as it arrives, after sanitizing it.

Strict: raises `UnreadableDocumentError` if the document is not well-formed, has a DOCTYPE or another root.
The only module that uses lxml.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from emtui.em.parser_target import ParserTarget
from emtui.em.session_parser import ParsedElement
from emtui.em.xml_prolog import Prolog, UnreadableDocumentError
from emtui.em.xml_sanitizer import XmlSanitizer

_SLICE_BYTES = 64 * 1024
"""Bytes passed to the parser at a time."""
_MAX_UNBROKEN_BYTES = 8 * 1024 * 1024
"""Maximum bytes without an element or text: the parser buffers a tag or a comment until its end."""
_LIMIT_CODES = frozenset({110, 114, 116})
"""libxml2 errors: name too long, resource limit, system limit."""
_LIMIT_MESSAGE = re.compile("too (?:long|big|large)|XML_PARSE_HUGE|Excessive depth")


class DocumentParser:
    """Parses one document as it arrives; `charset` is that of its Content-Type."""

    def __init__(
        self, level: int, on_element: Callable[[ParsedElement], None], *roots: str, charset: str = ""
    ) -> None:
        self.target = ParserTarget(level, on_element)
        self._roots = roots
        self._unbroken_bytes = 0
        self._sanitizer = XmlSanitizer(charset)
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
    def replaced_count(self) -> int:
        """The number of characters replaced by U+FFFD so far."""
        return self._sanitizer.replaced_count

    @property
    def has_begun(self) -> bool:
        """Whether the root has been read and is one of the expected ones."""
        return self._prolog is None

    def feed(self, chunk: bytes) -> None:
        """Parse the next bytes; raises `UnreadableDocumentError` as early as possible."""
        for start in range(0, len(chunk), _SLICE_BYTES):
            piece = self._sanitizer.feed(chunk[start : start + _SLICE_BYTES])
            if self._prolog is not None:
                piece = self._feed_prolog(self._prolog, piece)
            self._parse(piece)

    def close(self) -> None:
        """Finish; raises `UnreadableDocumentError` if the document is incomplete."""
        rest = self._sanitizer.close()
        if self._prolog is not None:
            rest = self._feed_prolog(self._prolog, rest)
        if self._prolog is not None:
            self._prolog.close()
        is_well_formed = not self._parser.feed_error_log.filter_from_errors()
        try:
            self._parser.feed(rest)
            self._parser.close()
        except etree.XMLSyntaxError as problem:
            raise self._unreadable_error(
                problem, is_truncated=is_well_formed and not self.target.has_ended
            ) from None
        if self._parser.feed_error_log.filter_from_errors():
            # such as an undeclared prefix: the parser then ignores what follows the root
            raise self._not_well_formed_error()

    def _parse(self, piece: bytes) -> None:
        before = self.target.progress
        self._feed_parser(piece)
        self._unbroken_bytes = self._unbroken_bytes + len(piece) if self.target.progress == before else 0
        if self._unbroken_bytes > _MAX_UNBROKEN_BYTES:
            raise UnreadableDocumentError("it has a tag or a comment that is too long", is_too_large=True)

    def _feed_parser(self, piece: bytes) -> None:
        try:
            self._parser.feed(piece)
        except etree.XMLSyntaxError as problem:
            raise self._unreadable_error(problem, is_truncated=False) from None

    def _feed_prolog(self, prolog: Prolog, piece: bytes) -> bytes:
        """The bytes for the parser: none until the root is known to be an expected one."""
        name = prolog.feed(piece)
        if name is None:
            return b""
        if name not in self._roots:
            raise UnreadableDocumentError(f"its root is {name}")
        self._prolog = None
        return prolog.head

    def _unreadable_error(
        self, problem: etree.XMLSyntaxError, *, is_truncated: bool
    ) -> UnreadableDocumentError:
        errors = self._parser.feed_error_log.filter_from_errors()
        codes = {getattr(problem, "code", 0), *(error.type for error in errors)}
        if codes & _LIMIT_CODES or _LIMIT_MESSAGE.search(problem.msg):
            return UnreadableDocumentError("it is nested too deeply or too long", is_too_large=True)
        if is_truncated:
            return UnreadableDocumentError("it is incomplete", is_truncated=True)
        return self._not_well_formed_error(problem.position)

    def _not_well_formed_error(self, position: tuple[int, int] = (1, 1)) -> UnreadableDocumentError:
        errors = self._parser.feed_error_log.filter_from_errors()
        line, column = (errors[0].line, errors[0].column) if errors else position
        return UnreadableDocumentError(f"it is not well-formed XML at line {line}, column {column}")


def parse_document(
    body: bytes, level: int, *roots: str, charset: str = ""
) -> tuple[list[ParsedElement], int]:
    """The items at `level` below one of these roots, and the number of characters replaced by U+FFFD.

    The root's level is 1. Raises `UnreadableDocumentError`.
    """
    elements: list[ParsedElement] = []
    parser = DocumentParser(level, elements.append, *roots, charset=charset)
    parser.feed(body)
    parser.close()
    return elements, parser.replaced_count
