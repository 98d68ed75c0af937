"""The lxml parser target: collects elements into items without a tree, within limits.

Namespaces are ignored. Documents that are longer or deeper than those of a real server raise
`UnreadableDocumentError` before they are stored. Lengths are in characters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from emtui.em.session_parser import ParsedElement
from emtui.em.xml_prolog import UnreadableDocumentError

_MAX_DEPTH = 100
_MAX_ROW_LENGTH = 10_000_000
"""Maximum number of characters in a row: libxml2's own limit applies only to trees."""
_MAX_ROWS = 250_000
"""Maximum number of rows of a list or events of a log: more than fit into the accepted size."""
_MAX_NAMESPACE_LENGTH = 100
"""Maximum number of characters in a namespace: lxml repeats it in every name."""
_FIELD_OVERHEAD = 100
"""Characters added to the length of a row for each element inside it."""


class ParserTarget:
    """Collects the elements at `level` (the root's is 1) into items, without a tree.

    A tree would have to be freed row by row, and lxml does not allow one thread to change a tree that
    another thread feeds.
    """

    def __init__(self, level: int, on_element: Callable[[ParsedElement], None]) -> None:
        self.depth = 0
        self.attributes: Mapping[str, str] = {}
        self.has_ended = False
        self._element_level = level
        self._field_level = level + 1
        self._inner_level = level + 2
        self._on_element = on_element
        self._texts: dict[str, str] = {}
        self._name = ""
        self._parts: list[str] = []
        self._is_nested = False
        self._length = 0
        self.elements_left = _MAX_ROWS

    @property
    def progress(self) -> tuple[int, int, int]:
        """A value that changes with any content except blanks between rows."""
        return self.depth, self.elements_left, self._length

    def start_ns(self, _: str, uri: str) -> None:
        """Handle a namespace declaration."""
        if len(uri) > _MAX_NAMESPACE_LENGTH:
            raise UnreadableDocumentError("it has a namespace that is too long", is_too_large=True)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Handle a start tag: of an item, of a field, or of a deeper element, which is only counted."""
        self.depth = depth = self.depth + 1
        if depth > self._element_level:
            self._length += _FIELD_OVERHEAD
            if self._length > _MAX_ROW_LENGTH:
                raise UnreadableDocumentError("it has a row that is too long", is_too_large=True)
        if depth == self._inner_level:
            if self._name == "Result":
                self._parts, self._is_nested = [], True
        elif depth == self._field_level:
            self._name, self._parts, self._is_nested = _local_name(tag), [], False
        elif depth == self._element_level:
            self.attributes, self._texts, self._length = dict(attributes), {}, 0
        elif depth > _MAX_DEPTH:
            raise UnreadableDocumentError("it is nested too deeply", is_too_large=True)

    def data(self, text: str) -> None:
        """Handle text; text between items is ignored."""
        if self.depth > self._element_level:
            self._parts.append(text)
            self._length += len(text)
            if self._length > _MAX_ROW_LENGTH:
                raise UnreadableDocumentError("it has a row that is too long", is_too_large=True)

    def end(self, tag: str) -> None:
        """Handle an end tag: a field or an item is complete."""
        depth = self.depth
        self.depth = depth - 1
        if depth == self._inner_level:
            if self._is_nested:
                self._texts[_result_field(tag)] = "".join(self._parts)
        elif depth == self._field_level:
            if not self._is_nested and self._name != "Links":
                self._texts[self._name] = "".join(self._parts)
        elif depth == self._element_level:
            self.add_element(ParsedElement(_local_name(tag), self.attributes, self._texts))
        self.has_ended = depth == 1

    def add_element(self, element: ParsedElement) -> None:
        """Add an item."""
        self.count_element()
        self._on_element(element)

    def count_element(self) -> None:
        """Count an item, also one of `fast_row_parser`; raises `UnreadableDocumentError` above the limit."""
        self.elements_left -= 1
        if self.elements_left < 0:
            raise UnreadableDocumentError("it has too many rows", is_too_large=True)

    def close(self) -> None:
        """Return nothing: each item was passed on at its end."""


@lru_cache(maxsize=256)
def _result_field(tag: str) -> str:
    return f"Result/{_local_name(tag)}"


@lru_cache(maxsize=256)
def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2]
