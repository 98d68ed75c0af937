"""Bytes to model: lists, sessions, references, events, the root, a logon, and what an error says.

Strict: a document that is not well-formed, has a DOCTYPE or is another one is `Unreadable`;
lenient about all that the documents leave open (order, prefix, namespace, the kind of list),
and about one odd row among good ones. Only this module knows lxml. Elements are known by their
names without namespace. Source: em_rest/systemsessions, em_rest/get_systemsessions_id_events.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from emtui.em import plain, rows
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
    "versions",
]

_SLICE = 64 * 1024
"""Bytes that the parser gets at a time."""
_DEEPEST = 100
_LONGEST = 10_000_000
"""Characters in one row: libxml2's own limit holds only for trees."""
_MOST = 250_000
"""Rows of a list, events of a log: more than fit into a body of honest ones."""
_NAMESPACE = 100
"""Characters in a namespace: lxml puts them before every name of an element or attribute anew."""
_FIELD = 100
"""Characters that an element inside a row counts for, however short it is."""
_UNBROKEN = 8 * 1024 * 1024
"""Bytes without an element or a text: a tag, a comment or the like is kept whole until it ends."""
_LIMIT_CODES = frozenset({110, 114, 116})
"""libxml2: a name too long, a resource limit, a limit of the system."""
_LIMIT = re.compile("too (?:long|big|large)|XML_PARSE_HUGE|Excessive depth")
_ERROR_MOST = 64 * 1024
_MESSAGE_MOST = 300
_UTF16 = re.compile(rb"\xff\xfe|\xfe\xff|<\0|\0<")


class _Target:
    """Gathers what the parser meets into items, without a tree: those at `level`, the root's is 1.

    A tree would have to be freed row by row, and lxml's trees do not survive being
    changed by one thread and fed by another.
    """

    def __init__(self, level: int, take: Callable[[Item], None]) -> None:
        self.depth = 0
        self.attributes: Mapping[str, str] = {}
        self.ended = False
        self._item = level
        self._field = level + 1
        self._inner = level + 2
        self._take = take
        self._texts: dict[str, str] = {}
        self._name = ""
        self._parts: list[str] = []
        self._nested = False
        self._length = 0
        self.items_left = _MOST

    @property
    def progress(self) -> tuple[int, int, int]:
        """What differs when anything but blanks between rows was met."""
        return self.depth, self.items_left, self._length

    def start_ns(self, _: str, uri: str) -> None:
        """A namespace, before anything is called by it."""
        if len(uri) > _NAMESPACE:
            raise Unreadable("it holds a namespace longer than is read", too_large=True)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth = depth = self.depth + 1
        if depth > self._item:
            self._length += _FIELD
            if self._length > _LONGEST:
                raise Unreadable("it holds a row longer than is read", too_large=True)
        if depth == self._inner:
            if self._name == "Result":
                self._parts, self._nested = [], True
        elif depth == self._field:
            self._name, self._parts, self._nested = _local(tag), [], False
        elif depth == self._item:
            self.attributes, self._texts, self._length = dict(attributes), {}, 0
        elif depth > _DEEPEST:
            raise Unreadable("it is deeper than is read", too_large=True)

    def data(self, text: str) -> None:
        if self.depth > self._item:
            self._parts.append(text)
            self._length += len(text)
            if self._length > _LONGEST:
                raise Unreadable("it holds a row longer than is read", too_large=True)

    def end(self, tag: str) -> None:
        depth = self.depth
        self.depth = depth - 1
        if depth == self._inner:
            if self._nested:
                self._texts[_of_result(tag)] = "".join(self._parts)
        elif depth == self._field:
            if not self._nested and self._name != "Links":
                self._texts[self._name] = "".join(self._parts)
        elif depth == self._item:
            self.take(Item(_local(tag), self.attributes, self._texts))
        self.ended = depth == 1

    def take(self, item: Item) -> None:
        """One more item, wherever it was read."""
        self.items_left -= 1
        if self.items_left < 0:
            raise Unreadable("it holds more than is read", too_large=True)
        self._take(item)

    def close(self) -> None:
        """Nothing is left to give: every item was taken as it ended."""


class _Document:
    """One document as it comes, mended, refused or parsed."""

    def __init__(self, level: int, take: Callable[[Item], None], *roots: str) -> None:
        self.target = _Target(level, take)
        self._roots = roots
        self._unbroken = 0
        self._repair = Repair()
        self._prolog: Prolog | None = Prolog()
        self._parser = etree.XMLParser(
            target=self.target,  # type: ignore[arg-type]  # the stubs still know bytes as names
            encoding="utf-8",
            collect_ids=False,
            load_dtd=False,
            no_network=True,
            recover=False,
            resolve_entities=True,  # the five of XML: without a DOCTYPE there are no others
        )

    @property
    def replaced(self) -> int:
        """How many characters became U+FFFD so far."""
        return self._repair.replaced

    def feed(self, chunk: bytes) -> None:
        """The next bytes; raises `Unreadable` as soon as it is certain."""
        for start in range(0, len(chunk), _SLICE):
            piece = self._repair.feed(chunk[start : start + _SLICE])
            if self._prolog is not None:
                piece = self._head(self._prolog, piece)
            self._parse(piece)

    def close(self) -> None:
        """The end; raises `Unreadable` if the document is not whole."""
        if self._prolog is not None:
            self._prolog.close()
        rest = self._repair.close()
        sound = not self._parser.feed_error_log.filter_from_errors()
        try:
            self._parser.feed(rest)
            self._parser.close()
        except etree.XMLSyntaxError as problem:
            raise self._unreadable(problem, cut=sound and not self.target.ended) from None
        if self._parser.feed_error_log.filter_from_errors():
            # Such as a prefix that is not declared: then the parser overlooks what follows the root.
            raise self._not_well_formed()

    def _parse(self, piece: bytes) -> None:
        before = self.target.progress
        self._give(piece)
        self._unbroken = self._unbroken + len(piece) if self.target.progress == before else 0
        if self._unbroken > _UNBROKEN:
            raise Unreadable("it holds a tag or a comment longer than is read", too_large=True)

    def _give(self, piece: bytes) -> None:
        try:
            self._parser.feed(piece)
        except etree.XMLSyntaxError as problem:
            raise self._unreadable(problem, cut=False) from None

    def _head(self, prolog: Prolog, piece: bytes) -> bytes:
        """What the parser may see of the beginning: nothing until the root is known to be one of ours."""
        name = prolog.feed(piece)
        if name is None:
            return b""
        if name not in self._roots:
            raise Unreadable(f"its root is {name}")
        self._prolog = None
        return prolog.head

    def _unreadable(self, problem: etree.XMLSyntaxError, *, cut: bool) -> Unreadable:
        errors = self._parser.feed_error_log.filter_from_errors()
        codes = {getattr(problem, "code", 0), *(error.type for error in errors)}
        if codes & _LIMIT_CODES or _LIMIT.search(problem.msg):
            return Unreadable("it is deeper or longer than is read", too_large=True)
        if cut:
            return Unreadable("it ends in the middle", cut=True)
        return self._not_well_formed(problem.position)

    def _not_well_formed(self, position: tuple[int, int] = (1, 1)) -> Unreadable:
        errors = self._parser.feed_error_log.filter_from_errors()
        line, column = (errors[0].line, errors[0].column) if errors else position
        return Unreadable(f"it is not well-formed XML at line {line}, column {column}")


class _ListDocument(_Document):
    """A list: its plain rows are read apart, and the parser finds blanks in their place.

    So it still sees all that stands around them, and tells true lines and columns.
    """

    def __init__(self, take: Callable[[Item], None]) -> None:
        super().__init__(2, take, "SystemSessions", "EntityReferences")
        self._plain = False  # whether what comes is certain to stand between two rows
        self._kept = b""

    def close(self) -> None:
        """The end, and what was kept until it came."""
        self._plain = False
        if self._kept:
            self._parse(b"")
        super().close()

    def _parse(self, piece: bytes) -> None:
        text, start = self._kept + piece, 0
        self._kept = b""
        while self._plain:
            end = plain.read(text, start, self.target.take)
            if end > start:
                self._give(plain.blanked(text[start:end]))
                self._unbroken = 0
            after = plain.odd_row(text, end)
            if after is None:
                self._kept = text[end:]
                return
            if after > 0:
                self._one_row(text[end:after])
            else:
                self._plain = False
            start = max(end, after)
        super()._parse(text[start:])

    def _head(self, prolog: Prolog, piece: bytes) -> bytes:
        head = super()._head(prolog, piece)
        start = plain.after_root(head)
        super()._parse(head[:start])
        self._plain = start > 0 and self.target.depth == 1
        return head[start:]

    def _one_row(self, text: bytes) -> None:
        """Have the parser read what should be one row; where it is not, the rest is the parser's, too."""
        before = self.target.items_left
        super()._parse(text)
        self._plain = self.target.depth == 1 and self.target.items_left == before - 1


class _Rows:
    """The rows of a list so far; `count` of them, also when they were given away."""

    def __init__(self) -> None:
        self.found: list[Session] = []
        self.count = 0

    def take(self, item: Item) -> None:
        """What is a row is one more."""
        row = rows.read_row(item)
        if row is not None:
            self.found.append(row)
            self.count += 1


class ListReader:
    """The list while it arrives, piece by piece, from any thread, one at a time."""

    def __init__(self) -> None:
        self._rows = _Rows()
        self._document = _ListDocument(self._rows.take)

    @property
    def rows(self) -> int:
        """How many sessions were read so far."""
        return self._rows.count

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the body, cut anywhere; raises `Unreadable`."""
        self._document.feed(chunk)

    def close(self) -> Listing:
        """All rows, newest first; raises `Unreadable` if the document is not whole."""
        self._document.close()
        found, self._rows.found = self._rows.found, []  # a parser is only freed with the garbage
        return Listing(rows.newest_first(found), self._document.replaced)


def read_list(body: bytes) -> Listing:
    """A list of sessions or of references; raises `Unreadable`."""
    reader = ListReader()
    reader.feed(body)
    return reader.close()


def read_session(body: bytes) -> Session:
    """One session, or the bare reference to one; raises `Unreadable`."""
    return rows.read_session(_root(body, "SystemSession", "Sessions", "EntityRef", "Ref"))


def read_log(body: bytes) -> Log:
    """The events of one session, in Order; raises `Unreadable`."""
    items: list[Item] = []
    document = _Document(2, items.append, "SystemSessionEvents", "Events")
    document.feed(body)
    document.close()
    found = (rows.read_event(item) for item in items)
    return Log(rows.in_order(event for event in found if event is not None), document.replaced)


def read_root(body: bytes) -> None:
    """Raise `Unreadable` unless this is what Enterprise Manager answers to `GET /api/`."""
    _root(body, "EnterpriseManager")


def versions(body: bytes) -> str:
    """The API versions that the root names: `v1_5, v1_6, v1_7`; raises `Unreadable`."""
    items: list[Item] = []
    document = _Document(3, items.append, "EnterpriseManager")
    document.feed(body)
    document.close()
    names = (item.attributes.get("Name", "") for item in items if item.name == "SupportedVersion")
    return brief(", ".join(name for name in names if name), 100)


@dataclass(frozen=True, slots=True)
class LogonBody:
    """What a logon's answer tells: `session_id` is as good as the token, so it is a secret."""

    user_name: str | None
    session_id: Secret | None
    href: str | None


def read_logon(body: bytes) -> LogonBody:
    """The `LogonSession` that answers a logon; raises `Unreadable`."""
    item = _root(body, "LogonSession")
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
    document = _Document(1, lambda _: None, "Error")
    with suppress(Unreadable):  # a long stack trace may be cut off: the message stands before it
        document.feed(body)
    return document.target.attributes.get("Message", "")


def _root(body: bytes, *names: str) -> Item:
    """The root of a document that has one of these."""
    items: list[Item] = []
    document = _Document(1, items.append, *names)
    document.feed(body)
    document.close()
    return items[0]


@lru_cache(maxsize=256)
def _of_result(tag: str) -> str:
    return f"Result/{_local(tag)}"


@lru_cache(maxsize=256)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
