"""Serialize documents as JSON: PascalCase with all nulls, or camelCase as version 13 (api.md 4.2).

Attributes and elements become properties: fields first, then Name, UID, Links, Href and Type;
`Links` is an array; repeated elements become one array.
"""

from __future__ import annotations

import json
import re
from typing import Any

from emtui.demo.demo_options import Plays, Version
from emtui.demo.document_model import Link, Thing, Unset, Value

_LEADING = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]+$|[A-Z]")
_ENTITY = ("Name", "UID", "Links", "Href", "Type")
_REFERENCE = ("Links", "UID", "Name", "Href", "Type")


def camel(name: str) -> str:
    """Convert to .NET camel case: lower the leading capitals, except the last before a small letter."""
    return _LEADING.sub(lambda run: run.group().lower(), name, count=1)


class JsonWriter:
    """Serializes documents in one version's casing."""

    def __init__(self, plays: Plays) -> None:
        self._camel = plays.version is Version.V13
        self._mark = "\ufeff" if plays.on("bom") else ""

    def fragment(self, thing: Thing) -> str:
        """Serialize one object of an array."""
        return _dumped(self._object(thing))

    def document(self, thing: Thing, fragments: str | None = None) -> str:
        """Serialize a document; `fragments` become the array named by the thing."""
        if fragments is None or thing.array is None:
            return self._mark + self.fragment(thing)
        return f'{self._mark}{{"{self.cased(thing.array)}":[{fragments}]}}'

    def cased(self, name: str) -> str:
        """Return a property's name in this version's casing."""
        return camel(name) if self._camel else name

    def _object(self, thing: Thing) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in thing.fields:
            if value is not Unset.ABSENT:
                found[name] = self._value(value)
        if thing.array is not None:
            found[thing.array] = [self._object(item) for item in thing.items]
        named = dict(thing.attributes)
        order = _REFERENCE if thing.element in {"Ref", "EntityRef"} else _ENTITY
        for name in order:
            if name == "Links" and thing.links is not None:
                found["Links"] = [self._link(link) for link in thing.links]
            elif name in named:
                found[name] = named[name]
        return {self.cased(name): value for name, value in found.items()}

    def _value(self, value: Value) -> object:
        if isinstance(value, Thing):
            return self._object(value)
        return None if isinstance(value, Unset) else value

    def _link(self, link: Link) -> dict[str, str | None]:
        found = {"Rel": link.rel, "Href": link.href, "Name": link.name, "Type": link.type}
        return {self.cased(name): value for name, value in found.items()}


def _dumped(found: object) -> str:
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))
