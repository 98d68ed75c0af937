"""Read simple rows of a list with a regular expression instead of the XML parser.

A row is simple if all of this is true: `<Sessions>` without a prefix, the known attributes and elements
in the documented order, each at most once, a complete UID, values in double quotes, and texts without
markup or references other than the five predefined ones. Such a row is always well-formed. Anything
else is left to the parser, which also reads all of the document around the rows.

It exists for speed: a list of 10,000 takes 1.8 times as long as lxml's own parse of the same bytes, and 3.7
times as long with lxml's events alone, which is time taken from the event loop for each new list.
Source: em_rest/systemsessions. The input is sanitized (`em.xml_sanitizer`).
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from emtui.em.model import Result, Session, Uid
from emtui.em.session_parser import CANONICAL_UID, TRUTHS, Item, Rows, read_text, read_word, result_of
from emtui.em.timestamps import believable, end_of, read_time
from emtui.em.xml_document import Document
from emtui.em.xml_prolog import Prolog

LIST_ROOTS = ("SystemSessions", "EntityReferences")
_LONGEST = 32 * 1024
"""Maximum length in bytes of an incomplete row."""

_BLANK, _GAP = rb"[ \n\r\t]*+", rb"[ \n\r\t]++"
_REFERENCE = rb"&(?:amp|lt|gt|quot|apos);"
_VALUE = rb'[^<&"\n\r\t]*+(?:' + _REFERENCE + rb'[^<&"\n\r\t]*+)*+'
_TEXT = rb"([^<>&\r]*+(?:" + _REFERENCE + rb"[^<>&\r]*+)*+)"
_TIME = rb"([^<>&\r]*+)"
_BEGIN, _END = b"<Sessions", b"</Sessions>"
_TAG_END = _BLANK + b">"

_ANY = _GAP + rb'[A-Za-z_][\w.:-]*+="[^<"]*+"'
_ROOT = re.compile(
    rb"(?:[ \n\r\t]++|<\?.*?\?>|<!--.*?-->)*+<SystemSessions((?:" + _ANY + b")*+)" + _TAG_END, re.DOTALL
)
_NIL = re.compile(b"(?:" + _ANY + b")*?" + _GAP + b'xmlns:xsi="')
_ODD = re.compile(_BLANK + _BEGIN + b"(?:" + _ANY + b")*+" + _TAG_END)
"""The beginning of any row that is not empty."""
_TEXTS = (
    *("SessionType", "CreationTimeUTC", "EndTimeUTC", "State"),
    *("Result/Result", "Result/Message", "Result/IsCanceled"),
)
"""The groups of the row pattern after name and UID."""
_OFTEN = 200
"""Maximum length in bytes of a message that is likely to be shared by many runs, and is cached."""
_BLANKS = bytes(0x0A if code == 0x0A else 0x20 for code in range(256))
_LATER_BYTES = bytes(range(0x80, 0xC0))
"""Continuation bytes of UTF-8: the parser counts characters."""


def _leaf(name: bytes, text: bytes) -> bytes:
    return b"<" + name + rb'(?: xsi:nil="true")?+(?:' + _BLANK + b"/>|>" + text + b"</" + name + b">)"


def _maybe(pattern: bytes) -> bytes:
    return b"(?:" + pattern + _BLANK + b")?+"


def _attributes(value: bytes, *names: bytes) -> bytes:
    return b"".join(b"(?:" + _GAP + name + b'="' + value + b'")?+' for name in names)


def _row() -> re.Pattern[bytes]:
    link = b"<Link" + _attributes(_VALUE, b"Href", b"Name", b"Type", b"Rel") + _BLANK + b"/>" + _BLANK
    times = b"".join(_maybe(_leaf(name, _TIME)) for name in (b"CreationTimeUTC", b"EndTimeUTC"))
    result = b"".join(_maybe(_leaf(name, _TEXT)) for name in (b"Result", b"Message", b"IsCanceled"))
    return re.compile(
        _BLANK
        + _BEGIN
        + _attributes(_VALUE, b"Href", b"Type")
        + _attributes(b"(" + _VALUE + b")", b"Name")
        + _GAP
        + b'UID="('
        + CANONICAL_UID.encode()
        + b')"'
        + _TAG_END
        + _BLANK
        + _maybe(b"<Links>" + _BLANK + b"(?:" + link + b")*+</Links>")
        + b"<SessionType>"
        + _TEXT
        + b"</SessionType>"
        + _BLANK
        + times
        + _maybe(_leaf(b"State", _TEXT))
        + _maybe(b"<Result>" + _BLANK + result + b"</Result>")
        + _END
    )


_ROW = _row()


class FastListDocument(Document):
    """Parses a list: simple rows are read here, and replaced by blanks for the parser.

    The parser still checks everything around them, and reports correct lines and columns.
    """

    def __init__(self, rows: Rows, charset: str) -> None:
        super().__init__(2, rows.take, *LIST_ROOTS, charset=charset)
        self._rows = rows
        self._plain = False  # whether the next bytes are certain to be between two rows
        self._kept = b""

    def close(self) -> None:
        """Finish, with the bytes held back."""
        self._plain = False
        if self._kept:
            self._parse(b"")
        super().close()

    def _parse(self, piece: bytes) -> None:
        text, start = self._kept + piece, 0
        self._kept = b""
        while self._plain:
            end = self._take_rows(text, start)
            if end > start:
                self._give(_blanked(text[start:end]))
                self._unbroken = 0
            after = _odd_row(text, end)
            if after is None:
                self._kept = text[end:]
                return
            if after > 0:
                self._one_row(text[end:after])
            else:
                self._plain = False
            start = max(end, after)
        super()._parse(text[start:])

    def _take_rows(self, text: bytes, start: int) -> int:
        """Read consecutive simple rows from `start` on; returns the index after the last."""
        while found := _ROW.match(text, start):
            start = found.end()
            values = found.groups(b"")
            session = _session_of(values, self._rows.last)
            if session is None:
                self.target.take(_item_of(values))
            else:
                self.target.count_item()
                self._rows.add(session)
        return start

    def _head(self, prolog: Prolog, piece: bytes) -> bytes:
        head = super()._head(prolog, piece)
        start = _after_root(head)
        super()._parse(head[:start])
        self._plain = start > 0 and self.target.depth == 1
        return head[start:]

    def _one_row(self, text: bytes) -> None:
        """Have the parser read what should be one row; if it is not, the parser reads the rest as well."""
        before = self.target.items_left
        super()._parse(text)
        self._plain = self.target.depth == 1 and self.target.items_left == before - 1


def _after_root(text: bytes) -> int:
    """The index after the root's start tag, if it is complete and simple; else 0.

    A simple root declares the prefix `xsi` for `xsi:nil`, as servers do.
    """
    root = _ROOT.match(text)
    return root.end() if root and _NIL.match(root.group(1)) else 0


def _odd_row(text: bytes, start: int) -> int | None:
    """The end of a row that is not simple; `None` if more bytes are needed, -1 if it is not certain.

    It is certain without comments, CDATA and processing instructions: then the first `</Sessions>` is an
    end tag, unless the parser finds an error.
    """
    end = text.find(_END, start)
    if end < 0:
        rest = text[start : start + _LONGEST].lstrip(b" \n\r\t")
        waits = len(text) - start < _LONGEST and rest[: len(_BEGIN)] == _BEGIN[: len(rest)]
        return None if waits else -1
    end += len(_END)
    row = text[start:end]
    return end if _ODD.match(row) and b"<!" not in row and b"<?" not in row else -1


def _blanked(text: bytes) -> bytes:
    """Blanks with the same number of lines and columns."""
    return text.translate(_BLANKS, _LATER_BYTES)


def _session_of(values: tuple[bytes, ...], last: datetime) -> Session | None:
    """The session of a simple row; `None` if a value is unreadable, which `session_parser` describes.

    An absent text means the same as an empty one.
    """
    name, uid, kind, began, ended, state, word, message, canceled = values
    try:
        started = _time(began, last)
        return Session(
            Uid(uid.decode()),
            read_text(_unescaped(name)),
            _word(kind),
            started,
            end_of(started, _time(ended, last)),
            _word(state),
            _result(word, message, canceled)
            if len(message) <= _OFTEN
            else _new_result(word, message, canceled),
        )
    except (ValueError, KeyError):
        return None


def _item_of(values: tuple[bytes, ...]) -> Item:
    """The row as the parser would return it."""
    name, uid, *texts = map(_unescaped, values)
    return Item("Sessions", {"Name": name, "UID": uid}, dict(zip(_TEXTS, texts, strict=True)))


def _time(value: bytes, last: datetime) -> datetime | None:
    return believable(read_time(value.decode()), last) if value else None


def _unescaped(value: bytes) -> str:
    text = value.decode()
    if "&" not in text:
        return text
    for name, character in (("lt", "<"), ("gt", ">"), ("quot", '"'), ("apos", "'"), ("amp", "&")):
        text = text.replace(f"&{name};", character)
    return text


@lru_cache(maxsize=256)
def _word(value: bytes) -> str | None:
    """Cached: thousands of rows share a few words."""
    return read_word(_unescaped(value))


def _new_result(word: bytes, message: bytes, canceled: bytes) -> Result:
    is_canceled = TRUTHS[_unescaped(canceled).strip().casefold()]
    return result_of(_word(word), read_text(_unescaped(message)), is_canceled)


_result = lru_cache(maxsize=512)(_new_result)
"""Cached: most runs share a few results."""
