"""Bytes to model: lists, sessions, references, events, the root, a logon, and what an error says.

Strict: a document that is not well-formed, has a DOCTYPE or is another one is `Unreadable`;
lenient about all that the documents leave open (order, prefix, namespace, the kind of list),
and about one odd row among good ones. Only this module knows lxml. Elements are known by their
names without namespace. Source: em_rest/systemsessions, em_rest/get_systemsessions_id_events.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from emtui.em import rows
from emtui.em.model import Listing, Log, Session
from emtui.em.prolog import Prolog, Unreadable
from emtui.em.repair import Repair, readable
from emtui.em.rows import Item
from emtui.em.secret import Secret
from emtui.em.text import brief, clean

__all__ = [
    "ListReader",
    "LogonBody",
    "Unreadable",
    "clean",
    "read_error",
    "read_list",
    "read_log",
    "read_logon",
    "read_root",
    "read_session",
    "readable_xml",
]

_SLICE = 64 * 1024
"""Bytes that the parser gets at a time: what is built of them is freed before the next."""
_ERROR_MOST = 64 * 1024
_LIMIT_CODES = frozenset({110, 114, 116})
"""libxml2: a name too long, a resource limit, a limit of the system."""
_LIMIT = re.compile("too (?:long|big|large)|XML_PARSE_HUGE|Excessive depth")
_MESSAGE_MOST = 300
_UTF16 = re.compile(rb"\xff\xfe|\xfe\xff|<\0|\0<")


class Document:
    """One document as it comes, mended, refused or parsed; `root` is there once its start tag is."""

    def __init__(self, *roots: str) -> None:
        self.root: etree._Element | None = None
        self._roots = roots
        self._repair = Repair()
        self._prolog: Prolog | None = Prolog()
        self._ended = False
        self._parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=tuple(f"{{*}}{name}" for name in roots),
            encoding="utf-8",
            collect_ids=False,
            load_dtd=False,
            no_network=True,
            recover=False,
            remove_comments=True,
            remove_pis=True,
            resolve_entities=False,
        )

    @property
    def replaced(self) -> int:
        """How many characters became U+FFFD so far."""
        return self._repair.replaced

    def feed(self, piece: bytes) -> None:
        """The next bytes; raises `Unreadable` as soon as it is certain."""
        piece = self._repair.feed(piece)
        if self._prolog is None:
            self._parse(piece)
            return
        name = self._prolog.feed(piece)
        if name is None:
            return
        if name not in self._roots:
            raise Unreadable(f"its root is {name}")
        head, self._prolog = self._prolog.head, None
        self._parse(head)

    def close(self) -> etree._Element:
        """The root, with all that nobody removed; raises `Unreadable` if it is not whole."""
        if self._prolog is not None:
            self._prolog.close()
        sound = not self._parser.feed_error_log.filter_from_errors()
        try:
            self._parser.feed(self._repair.close())
            root = self._parser.close()
        except etree.XMLSyntaxError as problem:
            self._note_events()
            raise self._unreadable(problem, cut=sound and not self._ended) from None
        return root

    def _parse(self, piece: bytes) -> None:
        try:
            self._parser.feed(piece)
        except etree.XMLSyntaxError as problem:
            raise self._unreadable(problem, cut=False) from None
        finally:
            self._note_events()

    def _note_events(self) -> None:
        for event, element in self._parser.read_events():
            if self.root is None and not isinstance(element, tuple):
                self.root = element
            elif event == "end" and element is self.root:
                self._ended = True

    def _unreadable(self, problem: etree.XMLSyntaxError, *, cut: bool) -> Unreadable:
        errors = self._parser.feed_error_log.filter_from_errors()
        codes = {getattr(problem, "code", 0), *(error.type for error in errors)}
        if codes & _LIMIT_CODES or _LIMIT.search(problem.msg):
            return Unreadable("it is deeper or longer than is read", too_large=True)
        if cut:
            return Unreadable("it ends in the middle", cut=True)
        line, column = (errors[0].line, errors[0].column) if errors else problem.position
        return Unreadable(f"it is not well-formed XML at line {line}, column {column}")


class ListReader:
    """The list while it arrives: `rows` so far; what was read is freed at once."""

    def __init__(self) -> None:
        self._document = Document("SystemSessions", "EntityReferences")
        self._rows: list[Session] = []

    @property
    def rows(self) -> int:
        """How many sessions were read so far."""
        return len(self._rows)

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the body, cut anywhere; raises `Unreadable`."""
        for start in range(0, len(chunk), _SLICE):
            self._document.feed(chunk[start : start + _SLICE])
            if self._document.root is not None:
                self._take(self._document.root, len(self._document.root) - 1)

    def close(self) -> Listing:
        """All rows, newest first; raises `Unreadable` if the document is not whole."""
        root = self._document.close()
        self._take(root, len(root))
        return Listing(rows.newest_first(self._rows), self._document.replaced)

    def _take(self, root: etree._Element, count: int) -> None:
        """Read and free the root's first children: its last one may still be growing."""
        for _ in range(count):
            row = rows.read_row(_item(root[0]))
            if row is not None:
                self._rows.append(row)
            del root[0]


def read_list(body: bytes) -> Listing:
    """A list of sessions or of references; raises `Unreadable`."""
    reader = ListReader()
    reader.feed(body)
    return reader.close()


def read_session(body: bytes) -> Session:
    """One session, or the bare reference to one; raises `Unreadable`."""
    root, _ = _whole(body, "SystemSession", "Sessions", "EntityRef", "Ref")
    return rows.read_session(_item(root))


def read_log(body: bytes) -> Log:
    """The events of one session, in Order; raises `Unreadable`."""
    root, replaced = _whole(body, "SystemSessionEvents", "Events")
    found = (rows.read_event(_item(element)) for element in root)
    return Log(rows.in_order(event for event in found if event is not None), replaced)


def read_root(body: bytes) -> None:
    """Raise `Unreadable` unless this is what Enterprise Manager answers to `GET /api/`."""
    _whole(body, "EnterpriseManager")


@dataclass(frozen=True, slots=True)
class LogonBody:
    """What a logon's answer tells: `session_id` is as good as the token, so it is a secret."""

    user_name: str | None
    session_id: Secret | None
    href: str | None


def read_logon(body: bytes) -> LogonBody:
    """The `LogonSession` that answers a logon; raises `Unreadable`."""
    root, _ = _whole(body, "LogonSession")
    item = _item(root)
    session_id = item.texts.get("SessionId", "").strip()
    return LogonBody(
        user_name=clean(item.texts.get("UserName", "").strip()) or None,
        session_id=Secret(session_id) if session_id else None,
        href=clean(item.attributes.get("Href", "").strip()) or None,
    )


def read_error(body: bytes, content_type: str) -> str | None:
    """The message of an `Error` body, XML or JSON, on one line; `None` for anything else. Never raises.

    Only the first 64 KiB are looked at.
    """
    if "html" in content_type.casefold():
        return None
    start = body[:_ERROR_MOST].removeprefix(b"\xef\xbb\xbf").lstrip()
    message = _json_message(start) if start.startswith(b"{") else _xml_message(start)
    return brief(message, _MESSAGE_MOST) or None


def readable_xml(body: bytes) -> str:
    """The document as text for a terminal, still the same document; raises `Unreadable` for UTF-16."""
    if _UTF16.match(body):
        raise Unreadable("it is not UTF-8 text")
    return readable(body)


def _json_message(body: bytes) -> str:
    try:
        told = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return ""
    found = {str(key).casefold(): value for key, value in told.items()} if isinstance(told, dict) else {}
    message = found.get("message")
    return message if isinstance(message, str) else ""


def _xml_message(body: bytes) -> str:
    document = Document("Error")
    with suppress(Unreadable):  # a long stack trace may be cut off: the message stands before it
        document.feed(body)
    if document.root is None:
        return ""
    return _item(document.root).attributes.get("Message", "")


def _whole(body: bytes, *roots: str) -> tuple[etree._Element, int]:
    """The root of a document that has one of these, and how many characters were replaced."""
    document = Document(*roots)
    for start in range(0, len(body), _SLICE):
        document.feed(body[start : start + _SLICE])
    return document.close(), document.replaced


def _item(element: etree._Element) -> Item:
    texts: dict[str, str] = {}
    for child in element:
        name = _local(child.tag)
        if not len(child):
            texts[name] = child.text or ""
        elif name == "Result":
            texts.update((f"{name}/{_local(inner.tag)}", _text(inner)) for inner in child)
        elif name != "Links":
            texts[name] = _text(child)
    attributes = {str(name): str(value) for name, value in element.items()}
    return Item(_local(element.tag), attributes, texts)


def _text(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext()) if len(element) else element.text or ""


@lru_cache(maxsize=256)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
