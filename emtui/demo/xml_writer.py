"""Serialize documents as XML, with the variants that the documentation leaves open.

Text is escaped like a .NET server: illegal characters become references (`&#x1B;`), which strict
parsers reject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from emtui.demo.demo_options import Plays
from emtui.demo.document_model import Attributes, Link, Thing, Unset, Value

NAMESPACE = "http://www.veeam.com/ent/v1.0"
_XSD = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_SPECIAL = re.compile(r"[&<>\"\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_IN_ATTRIBUTES = re.compile(r"[&<>\"\r\n\t\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_OLD_LINK = ("Rel", "Type", "Href", "Name")
_OLD_ENTITY = ("Type", "Href", "Name", "UID")
_COMMENT = "<!-- a comment, 1 < 2 &amp; so on --><?nothing to see?>"


def _reference(found: re.Match[str]) -> str:
    character = found.group()
    return _NAMED.get(character) or f"&#x{ord(character):X};"


def escaped(text: str) -> str:
    """Escape text between tags."""
    return _SPECIAL.sub(_reference, text)


def _quoted(text: str) -> str:
    return _IN_ATTRIBUTES.sub(_reference, text)


class XmlWriter:
    """Serializes documents; applies the switches for order, prefix, comments and the like."""

    def __init__(self, plays: Plays) -> None:
        self._tag = "ent:" if plays.on("prefix") else ""
        self._order = plays.value("attribute-order") or "new"
        self._comment = _COMMENT if plays.on("comments") else ""
        self._line = "\r\n" if plays.on("crlf") else ""
        self._declared = not plays.on("no-declaration")
        self._mark = "\ufeff" if plays.on("bom") else ""

    def fragment(self, thing: Thing) -> str:
        """Serialize one element of a document, without the namespace."""
        return "".join(self._element(thing, ""))

    def document(self, thing: Thing, fragments: str = "") -> str:
        """Serialize a document; `fragments` follow the thing's own children."""
        declaration = '<?xml version="1.0" encoding="utf-8"?>' + self._line if self._declared else ""
        default = f'xmlns:ent="{NAMESPACE}"' if self._tag else f'xmlns="{NAMESPACE}"'
        body = "".join(self._element(thing, f" {_XSD} {default}", fragments))
        return self._mark + declaration + self._comment + body

    def _element(self, thing: Thing, spaces: str, fragments: str = "") -> Iterator[str]:
        attributes = self._attributes(thing.attributes, _OLD_ENTITY)
        yield f"<{self._tag}{thing.element}{attributes}{spaces}>{self._line}"
        yield self._comment
        if thing.links is not None:
            yield self._links(thing.links)
        for name, value in thing.fields:
            yield from self._field(name, value)
        for item in thing.items:
            yield from self._element(item, "")
        yield fragments
        yield f"</{self._tag}{thing.element}>{self._line}"

    def _field(self, name: str, value: Value) -> Iterator[str]:
        tag = self._tag + name
        if value is Unset.NIL:
            yield f'<{tag} xsi:nil="true" />'
        elif isinstance(value, Thing):
            yield from self._element(value, "")
        elif value == "" and isinstance(value, str):
            yield f"<{tag} />"
        elif not isinstance(value, Unset):
            text = str(value).lower() if isinstance(value, bool) else escaped(str(value))
            yield f"<{tag}>{text}</{tag}>"
        yield self._line

    def _links(self, links: tuple[Link, ...]) -> str:
        if not links:
            return f"<{self._tag}Links />{self._line}"
        inner = "".join(f"<{self._tag}Link{self._attributes(link.pairs(), _OLD_LINK)} />" for link in links)
        return f"<{self._tag}Links>{inner}</{self._tag}Links>{self._line}"

    def _attributes(self, pairs: Attributes, old: tuple[str, ...]) -> str:
        if self._order == "old":
            pairs = tuple(sorted(pairs, key=lambda pair: old.index(pair[0]) if pair[0] in old else len(old)))
        elif self._order == "sorted":
            pairs = tuple(sorted(pairs))
        elif self._order == "reversed":
            pairs = pairs[::-1]
        return "".join(f' {name}="{_quoted(value)}"' for name, value in pairs if value is not None)
