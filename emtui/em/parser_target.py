"""The lxml parser target: collects elements into items without a tree, within limits.

Namespaces are ignored. Documents that are longer or deeper than a real server sends raise `Unreadable`
before they are stored. Lengths are in characters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from emtui.em.session_parser import Item
from emtui.em.xml_prolog import Unreadable

_DEEPEST = 100
_LONGEST = 10_000_000
"""Maximum number of characters in a row: libxml2's own limit applies only to trees."""
_MOST = 250_000
"""Maximum number of rows of a list or events of a log: more than fit into the accepted size."""
_NAMESPACE = 100
"""Maximum number of characters in a namespace: lxml repeats it in every name."""
_FIELD = 100
"""Characters added to the length of a row for each element inside it."""


class Target:
    """Collects the elements at `level` (the root's is 1) into items, without a tree.

    A tree would have to be freed row by row, and lxml does not allow one thread to change a tree that
    another thread feeds.
    """

    def __init__(self, level: int, take: Callable[[Item], None]) -> None:
        self.depth = 0
        self.attributes: Mapping[str, str] = {}
        self.ended = False
        self._item = level
        self._field = level + 1
        self._inner = level + 2
        self._take = take
        self._texts: dict[str, str] = {}
        self._name = ""
        self._parts: list[str] = []
        self._nested = False
        self._length = 0
        self.items_left = _MOST

    @property
    def progress(self) -> tuple[int, int, int]:
        """A value that changes with any content except blanks between rows."""
        return self.depth, self.items_left, self._length

    def start_ns(self, _: str, uri: str) -> None:
        """Handle a namespace declaration."""
        if len(uri) > _NAMESPACE:
            raise Unreadable("it holds a namespace longer than is read", too_large=True)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Handle a start tag: of an item, of a field, or of a deeper element, which is only counted."""
        self.depth = depth = self.depth + 1
        if depth > self._item:
            self._length += _FIELD
            if self._length > _LONGEST:
                raise Unreadable("it holds a row longer than is read", too_large=True)
        if depth == self._inner:
            if self._name == "Result":
                self._parts, self._nested = [], True
        elif depth == self._field:
            self._name, self._parts, self._nested = _local(tag), [], False
        elif depth == self._item:
            self.attributes, self._texts, self._length = dict(attributes), {}, 0
        elif depth > _DEEPEST:
            raise Unreadable("it is deeper than is read", too_large=True)

    def data(self, text: str) -> None:
        """Handle text; text between items is ignored."""
        if self.depth > self._item:
            self._parts.append(text)
            self._length += len(text)
            if self._length > _LONGEST:
                raise Unreadable("it holds a row longer than is read", too_large=True)

    def end(self, tag: str) -> None:
        """Handle an end tag: a field or an item is complete."""
        depth = self.depth
        self.depth = depth - 1
        if depth == self._inner:
            if self._nested:
                self._texts[_of_result(tag)] = "".join(self._parts)
        elif depth == self._field:
            if not self._nested and self._name != "Links":
                self._texts[self._name] = "".join(self._parts)
        elif depth == self._item:
            self.take(Item(_local(tag), self.attributes, self._texts))
        self.ended = depth == 1

    def take(self, item: Item) -> None:
        """Add an item."""
        self.count_item()
        self._take(item)

    def count_item(self) -> None:
        """Count an item, also one that was read elsewhere; raises `Unreadable` above the limit."""
        self.items_left -= 1
        if self.items_left < 0:
            raise Unreadable("it holds more than is read", too_large=True)

    def close(self) -> None:
        """Return nothing: each item was passed on at its end."""


@lru_cache(maxsize=256)
def _of_result(tag: str) -> str:
    return f"Result/{_local(tag)}"


@lru_cache(maxsize=256)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
