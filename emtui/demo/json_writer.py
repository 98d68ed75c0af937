"""Serialize documents as JSON: PascalCase with all nulls, or camelCase as version 13 (api.md 4.2).

Attributes and elements become properties: fields first, then Name, UID, Links, Href and Type;
`Links` is an array; repeated elements become one array.
"""

from __future__ import annotations

import json
import re
from typing import Any

from emtui.demo.demo_options import ActiveFaults, ProductVersion
from emtui.demo.document_model import DocumentElement, DocumentLink, DocumentValue, MissingValue

_LEADING_CAPITALS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]+$|[A-Z]")
_ENTITY_ORDER = ("Name", "UID", "Links", "Href", "Type")
_REFERENCE_ORDER = ("Links", "UID", "Name", "Href", "Type")


def to_camel_case(name: str) -> str:
    """Convert to .NET camel case: lower the leading capitals, except the last before a small letter."""
    return _LEADING_CAPITALS.sub(lambda match: match.group().lower(), name, count=1)


class JsonWriter:
    """Serializes documents in one version's casing."""

    def __init__(self, faults: ActiveFaults) -> None:
        self._is_camel_case = faults.version is ProductVersion.V13
        self._byte_order_mark = "\ufeff" if faults.is_on("bom") else ""

    def serialize_element(self, element: DocumentElement) -> str:
        """Serialize one object of an array."""
        return _to_compact_json(self._to_object(element))

    def serialize_document(self, element: DocumentElement, fragments: str | None = None) -> str:
        """Serialize a document; `fragments` become the array named by the element."""
        if fragments is None or element.array_name is None:
            return self._byte_order_mark + self.serialize_element(element)
        return f'{self._byte_order_mark}{{"{self.property_name(element.array_name)}":[{fragments}]}}'

    def property_name(self, name: str) -> str:
        """Return a property's name in this version's casing."""
        return to_camel_case(name) if self._is_camel_case else name

    def _to_object(self, element: DocumentElement) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        for name, value in element.fields:
            if value is not MissingValue.ABSENT:
                properties[name] = self._to_json_value(value)
        if element.array_name is not None:
            properties[element.array_name] = [self._to_object(item) for item in element.items]
        attributes = dict(element.attributes)
        order = _REFERENCE_ORDER if element.tag in {"Ref", "EntityRef"} else _ENTITY_ORDER
        for name in order:
            if name == "Links" and element.links is not None:
                properties["Links"] = [self._to_link(link) for link in element.links]
            elif name in attributes:
                properties[name] = attributes[name]
        return {self.property_name(name): value for name, value in properties.items()}

    def _to_json_value(self, value: DocumentValue) -> object:
        if isinstance(value, DocumentElement):
            return self._to_object(value)
        return None if isinstance(value, MissingValue) else value

    def _to_link(self, link: DocumentLink) -> dict[str, str | None]:
        properties = {"Rel": link.rel, "Href": link.href, "Name": link.name, "Type": link.type}
        return {self.property_name(name): value for name, value in properties.items()}


def _to_compact_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
