"""Serialize documents as XML, with the variants that the documentation leaves open.

Text is escaped like a .NET server: illegal characters become references (`&#x1B;`), which strict
parsers reject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from emtui.demo.demo_options import ActiveFaults
from emtui.demo.document_model import (
    AttributePairs,
    DocumentElement,
    DocumentLink,
    DocumentValue,
    MissingValue,
)

NAMESPACE = "http://www.veeam.com/ent/v1.0"
_XSD = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_TEXT_PATTERN = re.compile(r"[&<>\"\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ATTRIBUTE_PATTERN = re.compile(r"[&<>\"\r\n\t\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_OLD_LINK_ORDER = ("Rel", "Type", "Href", "Name")
_OLD_ENTITY_ORDER = ("Type", "Href", "Name", "UID")
_COMMENT = "<!-- a comment, 1 < 2 &amp; so on --><?nothing to see?>"


def _escape_character(match: re.Match[str]) -> str:
    character = match.group()
    return _ENTITIES.get(character) or f"&#x{ord(character):X};"


def escape_text(text: str) -> str:
    """Escape text between tags."""
    return _TEXT_PATTERN.sub(_escape_character, text)


def _escape_attribute(text: str) -> str:
    return _ATTRIBUTE_PATTERN.sub(_escape_character, text)


class XmlWriter:
    """Serializes documents; applies the switches for order, prefix, comments and the like."""

    def __init__(self, faults: ActiveFaults) -> None:
        self._prefix = "ent:" if faults.is_on("prefix") else ""
        self._attribute_order = faults.value("attribute-order") or "new"
        self._comment = _COMMENT if faults.is_on("comments") else ""
        self._line_end = "\r\n" if faults.is_on("crlf") else ""
        self._has_declaration = not faults.is_on("no-declaration")
        self._byte_order_mark = "\ufeff" if faults.is_on("bom") else ""

    def serialize_element(self, element: DocumentElement) -> str:
        """Serialize one element of a document, without the namespace."""
        return "".join(self._element(element, ""))

    def serialize_document(self, element: DocumentElement, fragments: str = "") -> str:
        """Serialize a document; `fragments` follow the element's own children."""
        declaration = (
            '<?xml version="1.0" encoding="utf-8"?>' + self._line_end if self._has_declaration else ""
        )
        namespace = f'xmlns:ent="{NAMESPACE}"' if self._prefix else f'xmlns="{NAMESPACE}"'
        body = "".join(self._element(element, f" {_XSD} {namespace}", fragments))
        return self._byte_order_mark + declaration + self._comment + body

    def _element(self, element: DocumentElement, namespaces: str, fragments: str = "") -> Iterator[str]:
        attributes = self._attributes(element.attributes, _OLD_ENTITY_ORDER)
        yield f"<{self._prefix}{element.tag}{attributes}{namespaces}>{self._line_end}"
        yield self._comment
        if element.links is not None:
            yield self._links(element.links)
        for name, value in element.fields:
            yield from self._field(name, value)
        for item in element.items:
            yield from self._element(item, "")
        yield fragments
        yield f"</{self._prefix}{element.tag}>{self._line_end}"

    def _field(self, name: str, value: DocumentValue) -> Iterator[str]:
        tag = self._prefix + name
        if value is MissingValue.NIL:
            yield f'<{tag} xsi:nil="true" />'
        elif isinstance(value, DocumentElement):
            yield from self._element(value, "")
        elif value == "" and isinstance(value, str):
            yield f"<{tag} />"
        elif not isinstance(value, MissingValue):
            text = str(value).lower() if isinstance(value, bool) else escape_text(str(value))
            yield f"<{tag}>{text}</{tag}>"
        yield self._line_end

    def _links(self, links: tuple[DocumentLink, ...]) -> str:
        if not links:
            return f"<{self._prefix}Links />{self._line_end}"
        inner = "".join(
            f"<{self._prefix}Link{self._attributes(link.attribute_pairs(), _OLD_LINK_ORDER)} />"
            for link in links
        )
        return f"<{self._prefix}Links>{inner}</{self._prefix}Links>{self._line_end}"

    def _attributes(self, pairs: AttributePairs, old_order: tuple[str, ...]) -> str:
        if self._attribute_order == "old":
            pairs = tuple(
                sorted(
                    pairs,
                    key=lambda pair: old_order.index(pair[0]) if pair[0] in old_order else len(old_order),
                )
            )
        elif self._attribute_order == "sorted":
            pairs = tuple(sorted(pairs))
        elif self._attribute_order == "reversed":
            pairs = pairs[::-1]
        return "".join(f' {name}="{_escape_attribute(value)}"' for name, value in pairs if value is not None)
