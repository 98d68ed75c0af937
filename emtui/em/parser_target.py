"""What the parser meets, gathered into items without a tree, and how much of it is read at most.

Elements are known by their names without namespace. What is longer, deeper or more than an honest
server sends is `Unreadable` before it is kept. Lengths are in characters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from emtui.em.session_parser import Item
from emtui.em.xml_prolog import Unreadable

_DEEPEST = 100
_LONGEST = 10_000_000
"""Characters in one row: libxml2's own limit holds only for trees."""
_MOST = 250_000
"""Rows of a list, events of a log: more than fit into a body of honest ones."""
_NAMESPACE = 100
"""Characters in a namespace: lxml puts them before every name of an element or attribute anew."""
_FIELD = 100
"""Characters that an element inside a row counts for, however short it is."""


class Target:
    """Gathers what the parser meets into items, without a tree: those at `level`, the root's is 1.

    A tree would have to be freed row by row, and lxml's trees do not survive being
    changed by one thread and fed by another.
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
        """What differs when anything but blanks between rows was met."""
        return self.depth, self.items_left, self._length

    def start_ns(self, _: str, uri: str) -> None:
        """A namespace, before anything is called by it."""
        if len(uri) > _NAMESPACE:
            raise Unreadable("it holds a namespace longer than is read", too_large=True)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins: an item, a text of one, or something deeper that is only counted."""
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
        """A piece of text; between items there is none that counts."""
        if self.depth > self._item:
            self._parts.append(text)
            self._length += len(text)
            if self._length > _LONGEST:
                raise Unreadable("it holds a row longer than is read", too_large=True)

    def end(self, tag: str) -> None:
        """An element ends: a text is whole, or an item is."""
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
        """One more item."""
        self.count_item()
        self._take(item)

    def count_item(self) -> None:
        """Count one more item, wherever it was read."""
        self.items_left -= 1
        if self.items_left < 0:
            raise Unreadable("it holds more than is read", too_large=True)

    def close(self) -> None:
        """Nothing is left to give: every item was taken as it ended."""


@lru_cache(maxsize=256)
def _of_result(tag: str) -> str:
    return f"Result/{_local(tag)}"


@lru_cache(maxsize=256)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
