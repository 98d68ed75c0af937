"""Rows written in the plainest way, as servers do, read without the parser.

A row is plain if it is all of: `<Sessions>` without a prefix, the known attributes and
elements in the documents' order, each at most once, a whole UID, values in double quotes, and in the
texts no markup and no references but the five that XML names. By its looks it is
well-formed wherever a row may stand at all. Anything else is the parser's, which has the
first and the last word on a document: this module is asked only between two rows.
Source: em_rest/systemsessions. Texts are bytes that were mended (`em.repair`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from emtui.em.rows import CANONICAL_UID, Item

LONGEST = 32 * 1024
"""Bytes of an unfinished row that are waited for."""

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
"""The beginning of a row that is not empty."""
_BLANKS = bytes(0x0A if code == 0x0A else 0x20 for code in range(256))
_LATER_BYTES = bytes(range(0x80, 0xC0))
"""Of a character: the parser counts characters."""


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


def read(text: bytes, start: int, take: Callable[[Item], None]) -> int:
    """Take the rows that stand one after another from `start` on; the index after the last."""
    while found := _ROW.match(text, start):
        start = found.end()
        name, uid, kind, began, ended, state, word, message, canceled = found.groups(b"")
        texts = {
            "SessionType": _read_word(kind),
            "CreationTimeUTC": began.decode(),
            "EndTimeUTC": ended.decode(),
            "State": _read_word(state),
            "Result/Result": _read_word(word),
            "Result/Message": _read(message) if message else "",
            "Result/IsCanceled": _read_word(canceled),
        }  # an absent text means what an empty one means
        take(Item("Sessions", {"Name": _read(name), "UID": uid.decode()}, texts))
    return start


def after_root(text: bytes) -> int:
    """Where a list's first row may stand: behind the root's tag, if that is all there and plain; else 0.

    Plain it is only with the prefix that `xsi:nil` needs, as servers declare it.
    """
    root = _ROOT.match(text)
    return root.end() if root and _NIL.match(root.group(1)) else 0


def odd_row(text: bytes, start: int) -> int | None:
    """Where a row ends that is not plain; `None` while that is not to be seen, -1 if it is not certain.

    Certain it is without comments, CDATA and instructions: then the first `</Sessions>` is an end
    tag, unless the parser finds that something else is wrong.
    """
    end = text.find(_END, start)
    if end < 0:
        rest = text[start : start + LONGEST].lstrip(b" \n\r\t")
        waits = len(text) - start < LONGEST and rest[: len(_BEGIN)] == _BEGIN[: len(rest)]
        return None if waits else -1
    end += len(_END)
    row = text[start:end]
    return end if _ODD.match(row) and b"<!" not in row and b"<?" not in row else -1


def blanked(text: bytes) -> bytes:
    """As many lines and columns with nothing in them."""
    return text.translate(_BLANKS, _LATER_BYTES)


def _read(value: bytes) -> str:
    text = value.decode()
    if "&" not in text:
        return text
    for name, character in (("lt", "<"), ("gt", ">"), ("quot", '"'), ("apos", "'"), ("amp", "&")):
        text = text.replace(f"&{name};", character)
    return text


_read_word = lru_cache(maxsize=256)(_read)
"""The same few words in thousands of rows."""
