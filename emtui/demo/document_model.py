"""Document tree, independent of XML or JSON.

Attributes, links, fields, and repeated items with the name of their JSON array
(em_rest/representation_collections; api.md 4.1 and 4.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class MissingValue(Enum):
    """How a missing value is written."""

    ABSENT = auto()
    NIL = auto()


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A link to another resource. Type and Rel are the server's words, wrong ones included."""

    rel: str
    href: str
    type: str | None = None
    name: str | None = None

    def attribute_pairs(self) -> tuple[tuple[str, str | None], ...]:
        """Its attributes, in the order of the newer documents."""
        return (("Href", self.href), ("Name", self.name), ("Type", self.type), ("Rel", self.rel))


AttributePairs = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class DocumentElement:
    """One element. An attribute `None` is left out in XML and null in JSON."""

    tag: str
    attributes: AttributePairs = ()
    links: tuple[DocumentLink, ...] | None = None
    fields: tuple[DocumentField, ...] = ()
    items: tuple[DocumentElement, ...] = ()
    array_name: str | None = None


DocumentValue = str | int | bool | MissingValue | DocumentElement
DocumentField = tuple[str, DocumentValue]
