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

from emtui.em.model import SESSION_TYPES, STATE_WORDS
from emtui.em.text_sanitizer import brief
from emtui.em.xml_prolog import Prolog, Unreadable

_GUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r""), "empty"),
    (re.compile(r"\s+"), "blanks"),
    (re.compile(_GUID), "guid"),
    (re.compile(r"(?:true|false)", re.IGNORECASE), "bool"),
    (re.compile(r"-?\d+"), "integer"),
    (re.compile(r"-?\d+\.\d+"), "number"),
)
_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?")
_URN = re.compile(rf"urn:veeam:(\w+):{_GUID}", re.IGNORECASE)
_URL = re.compile(r"(https?)://[^/\s]+(/[^?#\s]*)(\?[^#\s]*)?")
_TYPES = (
    *("EnterpriseManager", "LogonSession", "LogonSessionList", "SystemSession", "SystemSessionReference"),
    *("SystemSessions", "SystemSessionEvents", "BackupJobSession", "BackupJobSessionReferenceList"),
    *("BackupJobSessionList", "SystemSessionList", "SystemSessionReferenceList", "BackupJobSessionReference"),
)
_RELS = ("Up", "Down", "Create", "Delete", "Alternate", "Related", "Self")
_PATHS = ("api", "systemSessions", "logonSessions", "sessionMngr", "events", "backupSessions")
_VERSIONS = ("v1_5", "v1_6", "v1_7", "latest", "format", "Entity", "v")
KNOWN = frozenset((*SESSION_TYPES, *STATE_WORDS, *_TYPES, *_RELS, *_PATHS, *_VERSIONS))
"""Words of the vendor documentation (em_rest/systemsessions_id and related pages)."""
_SIZES = (10, 100, 1_000, 10_000, 100_000)
_MOST_FORMS = 12
_NAME = re.compile(r"[A-Za-z_]{1,40}")
_DEEPEST, _MOST_PLACES = 32, 1_000


def form(text: str) -> str:
    """Describe the format of a text."""
    if text in KNOWN:
        return text
    for pattern, told in _FORMS:
        if pattern.fullmatch(text):
            return told
    if time := _TIME.fullmatch(text):
        return _time(time)
    if urn := _URN.fullmatch(text):
        return f"urn:veeam:{_word(urn[1])}:guid"
    if url := _URL.fullmatch(text):
        return _url(url)
    return f"text of up to {next((size for size in _SIZES if len(text) <= size), 'any')} characters"


def _time(time: re.Match[str]) -> str:
    blank, decimals, zone = time.groups()
    where = {None: "no zone", "Z": "Z"}.get(zone, "an offset")
    return f"time with {where}, {len(decimals or '')} decimals{', a blank' if blank == ' ' else ''}"


def _url(url: re.Match[str]) -> str:
    scheme, path, query = url.groups()
    steps = "/".join(_step(step) for step in path.split("/"))
    asked = "?…" if query else ""
    return f"{scheme}://HOST{steps}{asked}"


def _step(step: str) -> str:
    return "guid" if re.fullmatch(_GUID, step) else _word(step) if step else ""


def _word(word: str) -> str:
    return word if word in KNOWN else f"({len(word)} characters)"


def plain_name(name: str) -> str:
    """Return the name of an element or attribute if it consists of letters only."""
    return name if _NAME.fullmatch(name) else f"({len(name)} characters)"


@dataclass
class Place:
    """One element path of the document: count, attributes, text formats."""

    count: int = 0
    attributes: dict[str, Counter[str]] = field(default_factory=dict)
    texts: Counter[str] = field(default_factory=Counter)
    leaf: bool = True


def shape_of(body: bytes) -> dict[str, Place]:
    """Return the paths of a sanitized document in order of appearance; raises `Unreadable`."""
    prolog = Prolog()
    if prolog.feed(body) is None:
        prolog.close()
    places: dict[str, Place] = {}
    path: list[str] = []
    texts: list[list[str]] = []
    parser = expat.ParserCreate("utf-8")

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if path:
            places["/".join(path)].leaf = False
        path.append(plain_name(name.rpartition(":")[2]))
        if len(path) > _DEEPEST or len(places) > _MOST_PLACES:
            raise Unreadable("it has too many distinct paths", too_large=True)
        texts.append([])
        place = places.setdefault("/".join(path), Place())
        place.count += 1
        for key, value in attributes.items():
            if not key.startswith("xmlns"):
                place.attributes.setdefault(plain_name(key), Counter())[form(value)] += 1

    def end(_: str) -> None:
        text = "".join(texts.pop())
        place = places["/".join(path)]
        if place.leaf:
            place.texts[form(text)] += 1
        path.pop()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: texts[-1].append(text) if texts else None
    try:
        parser.Parse(prolog.head, True)
    except expat.ExpatError as problem:
        raise Unreadable(f"not well-formed: {expat.ErrorString(problem.code)}") from None
    return places


def lines(places: Mapping[str, Place]) -> Iterable[str]:
    """Format the structure, one line per path."""
    for path, place in places.items():
        depth = path.count("/")
        named = "".join(f" @{key}({_forms(forms)})" for key, forms in place.attributes.items())
        texts = f" = {_forms(place.texts)}" if place.leaf and place.texts else ""
        yield f"{'  ' * depth}{path.rpartition('/')[2]} ×{_many(place.count)}{named}{texts}"


def _forms(forms: Counter[str]) -> str:
    told = [brief(one, 80) for one, _ in forms.most_common(_MOST_FORMS)]
    return " | ".join(told) + (" | …" if len(forms) > _MOST_FORMS else "")


def _many(count: int) -> str:
    """Return an approximate count; an exact one could identify the server."""
    return str(count) if count < 3 else next((f"<{size}" for size in _SIZES if count < size), "many")
