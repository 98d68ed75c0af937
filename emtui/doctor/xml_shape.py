"""Structure of an XML document: names of elements and attributes, and the format of texts, no values.

Names of computers, users and jobs are never shown: a text is described by its format (`guid`,
`time with Z, 7 decimals`, `text of up to 100`) unless it is a word documented by the vendor.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from emtui.em.model import SESSION_TYPES, STATE_VALUES
from emtui.em.text_sanitizer import shorten
from emtui.em.xml_prolog import Prolog, UnreadableDocumentError

_GUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_TEXT_FORMATS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r""), "empty"),
    (re.compile(r"\s+"), "blanks"),
    (re.compile(_GUID), "guid"),
    (re.compile(r"(?:true|false)", re.IGNORECASE), "bool"),
    (re.compile(r"-?\d+"), "integer"),
    (re.compile(r"-?\d+\.\d+"), "number"),
)
_TIME_PATTERN = re.compile(r"\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?")
_URN_PATTERN = re.compile(rf"urn:veeam:(\w+):{_GUID}", re.IGNORECASE)
_URL_PATTERN = re.compile(r"(https?)://[^/\s]+(/[^?#\s]*)(\?[^#\s]*)?")
_TYPE_WORDS = (
    *("EnterpriseManager", "LogonSession", "LogonSessionList", "SystemSession", "SystemSessionReference"),
    *("SystemSessions", "SystemSessionEvents", "BackupJobSession", "BackupJobSessionReferenceList"),
    *("BackupJobSessionList", "SystemSessionList", "SystemSessionReferenceList", "BackupJobSessionReference"),
)
_REL_WORDS = ("Up", "Down", "Create", "Delete", "Alternate", "Related", "Self")
_PATH_WORDS = ("api", "systemSessions", "logonSessions", "sessionMngr", "events", "backupSessions")
_VERSION_WORDS = ("v1_5", "v1_6", "v1_7", "latest", "format", "Entity", "v")
DOCUMENTED_WORDS = frozenset(
    (*SESSION_TYPES, *STATE_VALUES, *_TYPE_WORDS, *_REL_WORDS, *_PATH_WORDS, *_VERSION_WORDS)
)
"""Words of the vendor documentation (em_rest/systemsessions_id and related pages)."""
_SIZE_CLASSES = (10, 100, 1_000, 10_000, 100_000)
_MAX_FORMATS = 12
_NAME_PATTERN = re.compile(r"[A-Za-z_]{1,40}")
_MAX_DEPTH, _MAX_PATHS = 32, 1_000


def describe_format(text: str) -> str:
    """Describe the format of a text."""
    if text in DOCUMENTED_WORDS:
        return text
    for pattern, description in _TEXT_FORMATS:
        if pattern.fullmatch(text):
            return description
    if time := _TIME_PATTERN.fullmatch(text):
        return _describe_time(time)
    if urn := _URN_PATTERN.fullmatch(text):
        return f"urn:veeam:{_describe_word(urn[1])}:guid"
    if url := _URL_PATTERN.fullmatch(text):
        return _describe_url(url)
    return f"text of up to {next((size for size in _SIZE_CLASSES if len(text) <= size), 'any')} characters"


def _describe_time(time: re.Match[str]) -> str:
    separator, decimals, zone = time.groups()
    zone_text = {None: "no zone", "Z": "Z"}.get(zone, "an offset")
    return f"time with {zone_text}, {len(decimals or '')} decimals{', a blank' if separator == ' ' else ''}"


def _describe_url(url: re.Match[str]) -> str:
    scheme, path, query = url.groups()
    path_text = "/".join(_describe_segment(step) for step in path.split("/"))
    query_text = "?…" if query else ""
    return f"{scheme}://HOST{path_text}{query_text}"


def _describe_segment(segment: str) -> str:
    return "guid" if re.fullmatch(_GUID, segment) else _describe_word(segment) if segment else ""


def _describe_word(word: str) -> str:
    return word if word in DOCUMENTED_WORDS else f"({len(word)} characters)"


def safe_name(name: str) -> str:
    """Return the name of an element or attribute if it consists of letters only."""
    return name if _NAME_PATTERN.fullmatch(name) else f"({len(name)} characters)"


@dataclass
class ElementPath:
    """One element path of the document: count, attributes, text formats."""

    count: int = 0
    attributes: dict[str, Counter[str]] = field(default_factory=dict)
    text_formats: Counter[str] = field(default_factory=Counter)
    is_leaf: bool = True


def element_paths(body: bytes) -> dict[str, ElementPath]:
    """Return the paths of a sanitized document in order of appearance; raises `UnreadableDocumentError`."""
    prolog = Prolog()
    if prolog.feed(body) is None:
        prolog.close()
    paths: dict[str, ElementPath] = {}
    open_elements: list[str] = []
    texts: list[list[str]] = []
    parser = expat.ParserCreate("utf-8")

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if open_elements:
            paths["/".join(open_elements)].is_leaf = False
        open_elements.append(safe_name(name.rpartition(":")[2]))
        if len(open_elements) > _MAX_DEPTH or len(paths) > _MAX_PATHS:
            raise UnreadableDocumentError("it has too many distinct paths", is_too_large=True)
        texts.append([])
        element_path = paths.setdefault("/".join(open_elements), ElementPath())
        element_path.count += 1
        for key, value in attributes.items():
            if not key.startswith("xmlns"):
                element_path.attributes.setdefault(safe_name(key), Counter())[describe_format(value)] += 1

    def end(_: str) -> None:
        text = "".join(texts.pop())
        element_path = paths["/".join(open_elements)]
        if element_path.is_leaf:
            element_path.text_formats[describe_format(text)] += 1
        open_elements.pop()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: texts[-1].append(text) if texts else None
    try:
        parser.Parse(prolog.head, True)
    except expat.ExpatError as problem:
        raise UnreadableDocumentError(f"not well-formed: {expat.ErrorString(problem.code)}") from None
    return paths


def format_paths(paths: Mapping[str, ElementPath]) -> Iterable[str]:
    """Format the structure, one line per path."""
    for path, element_path in paths.items():
        depth = path.count("/")
        attributes_text = "".join(
            f" @{key}({_join_formats(forms)})" for key, forms in element_path.attributes.items()
        )
        formats_text = (
            f" = {_join_formats(element_path.text_formats)}"
            if element_path.is_leaf and element_path.text_formats
            else ""
        )
        yield (
            f"{'  ' * depth}{path.rpartition('/')[2]}"
            f" ×{_approximate_count(element_path.count)}{attributes_text}{formats_text}"
        )


def _join_formats(formats: Counter[str]) -> str:
    descriptions = [shorten(one, 80) for one, _ in formats.most_common(_MAX_FORMATS)]
    return " | ".join(descriptions) + (" | …" if len(formats) > _MAX_FORMATS else "")


def _approximate_count(count: int) -> str:
    """Return an approximate count; an exact one could identify the server."""
    return str(count) if count < 3 else next((f"<{size}" for size in _SIZE_CLASSES if count < size), "many")
