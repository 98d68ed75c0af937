"""Document tree, independent of XML or JSON.

Attributes, links, fields, and repeated items with the name of their JSON array
(em_rest/representation_collections; api.md 4.1 and 4.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Unset(Enum):
    """How a missing value is written."""

    ABSENT = auto()
    NIL = auto()


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another resource. Type and Rel are the server's words, wrong ones included."""

    rel: str
    href: str
    type: str | None = None
    name: str | None = None

    def pairs(self) -> tuple[tuple[str, str | None], ...]:
        """Its attributes, in the order of the newer documents."""
        return (("Href", self.href), ("Name", self.name), ("Type", self.type), ("Rel", self.rel))


Attributes = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """One element. An attribute `None` is left out in XML and null in JSON."""

    element: str
    attributes: Attributes = ()
    links: tuple[Link, ...] | None = None
    fields: tuple[Field, ...] = ()
    items: tuple[Thing, ...] = ()
    array: str | None = None


Value = str | int | bool | Unset | Thing
Field = tuple[str, Value]
