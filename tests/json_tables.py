"""The tables of `emtui/docs/json.md`, made from the JSON schemas.

    python tests/json_tables.py

writes them: each follows a line such as "Schema: `session`", in the page's own order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Node = dict[str, Any]

DOCS = Path(__file__).parents[1] / "emtui" / "docs"
PAGE = DOCS / "json.md"
SCHEMAS: dict[str, Node] = {
    file.stem: json.loads(file.read_text("utf-8")) for file in sorted((DOCS / "schemas").glob("*.json"))
}
FINDING: Node = SCHEMAS["show"]["$defs"]["finding"]
"""A finding on one session, of which several forms have a list; `show` describes it."""
SCHEMA_LINE = re.compile(r"^Schema: `([a-z-]+)`", re.MULTILINE)
_TABLE = re.compile(r"\n+(?:\|.*\n)*")
_FORMATS = {"date-time": "time", "date": "date"}


def resolve(node: Node, root: Node) -> Node:
    """The schema that a node refers to, or itself; of `null` or something else the other."""
    if "anyOf" in node:
        return resolve(next(each for each in node["anyOf"] if each.get("type") != "null"), root)
    if "$ref" in node:
        return resolve(root["$defs"][node["$ref"].removeprefix("#/$defs/")], root)
    return node


def format_table(name: str) -> str:
    """The keys of a schema with type and meaning; keys of nested objects follow as `days[].runs`."""
    rows = ["| Field | Type | Meaning |", "| --- | --- | --- |"]
    rows += [f"| {field} | {kind} | {meaning} |" for field, kind, meaning in _rows(name)]
    return "".join(f"{row}\n" for row in rows)


def _rows(name: str) -> Iterator[tuple[str, str, str]]:
    schema = SCHEMAS[name]
    properties = schema["properties"]
    for other in ("session", "event"):
        shared = SCHEMAS[other]["properties"]
        if name != other and properties.items() >= shared.items():
            yield "…", f"as [{other}](#{other})", f"All fields of `{other}`"
            properties = {key: node for key, node in properties.items() if key not in shared}
    yield from _property_rows(properties, schema["required"], schema, "")


def _property_rows(
    properties: Node, required: list[str], root: Node, prefix: str
) -> Iterator[tuple[str, str, str]]:
    for key, node in properties.items():
        kind, child = _describe_type(node, root)
        meaning = node["description"].replace("|", "\\|")
        if "enum" in node:
            meaning += f": `{'`, `'.join(str(value) for value in node['enum'] if value is not None)}`"
        if key not in required:
            meaning += " (may be absent)"
        yield f"`{prefix}{key}`", kind, meaning
        if child:
            is_list = "items" in resolve(node, root)
            child_prefix = f"{prefix}{key}{'[]' if is_list else ''}."
            yield from _property_rows(child["properties"], child["required"], root, child_prefix)


def _describe_type(node: Node, root: Node) -> tuple[str, Node | None]:
    """The type in words, and the schema of a nested object that is not described elsewhere."""
    resolved = resolve(node, root)
    is_nullable = "anyOf" in node or "null" in resolved.get("type", ())
    types = [resolved["type"]] if isinstance(resolved["type"], str) else resolved["type"]
    kind = _FORMATS.get(resolved.get("format", ""), next(each for each in types if each != "null"))
    child = resolve(resolved["items"], root) if kind == "array" else resolved if kind == "object" else None
    if child is not None and "properties" not in child:
        kind, child = f"array of {child['type']}s", None
    elif child is not None:
        other = next(
            (name for name, each in SCHEMAS.items() if each["properties"] == child["properties"]), ""
        )
        if not other and child["properties"] == FINDING["properties"] and root is not SCHEMAS["show"]:
            return f"{kind} of [findings](#show)", None
        of_what = f"[{other}](#{other})" if other else "objects"
        kind = f"array of {of_what}" if kind == "array" else f"[{other}](#{other})" if other else "object"
        child = None if other else child
    return f"{kind} or null" if is_nullable else kind, child


def with_tables(text: str) -> str:
    """The page with the tables as they should be."""
    parts = SCHEMA_LINE.split(text)
    written = [parts[0]]
    for name, rest in zip(parts[1::2], parts[2::2], strict=True):
        line_end, newline, after = rest.partition("\n")
        body = _TABLE.sub("", f"{newline}{after}", count=1).lstrip("\n")
        written.append(f"Schema: `{name}`{line_end}\n\n{format_table(name)}\n{body}".rstrip("\n") + "\n\n")
    return "".join(written).rstrip("\n") + "\n"


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8")
