"""Read a document up to the name of its root, to reject it before it is parsed.

A document with a DOCTYPE, HTML, JSON and text that is not UTF-8 never reach the parser.
"""

from __future__ import annotations

import re

from emtui.em.text_sanitizer import REPLACEMENT, brief

_FFFD = REPLACEMENT.encode()
_BEFORE = re.compile(rb"(?:\xef\xbb\xbf|\s)+")
_MISC = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_ROOT = re.compile(rb"<(?:[^\s<>/:!?]+:)?([^\s<>/:!?]+)[\s/>]")
_HALF_MARKUP = re.compile(rb"<(?:\?.*|!(?:-(?:-.*)?)?|[^\s<>/!?]*)", re.DOTALL)
_DOCTYPE = b"<!DOCTYPE"
_TELLING = 8
"""Bytes after it that are needed to recognize HTML."""
_MOST = 64 * 1024


class Unreadable(Exception):
    """The response is not the requested document.

    `reason` is a fragment for a sentence. `cut`: it is incomplete; `too_large`: it exceeds a limit on
    depth, length or number.
    """

    def __init__(self, reason: str, *, cut: bool = False, too_large: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cut = cut
        self.too_large = too_large


class Prolog:
    """Collects sanitized bytes up to the root's name in `head`, without BOM and leading blanks."""

    def __init__(self) -> None:
        self.head = b""
        self._blanks = 0

    def feed(self, piece: bytes) -> str | None:
        """The root's local name, or `None` if more bytes are needed; raises `Unreadable`."""
        self.head += piece
        if before := _BEFORE.match(self.head):
            self.head = self.head[before.end() :]
            self._blanks += before.end()
        if self.head.startswith((_FFFD, b"<" + _FFFD)):
            raise Unreadable("it is not UTF-8 text")
        start = _MISC.match(self.head)
        rest = self.head[start.end() if start else 0 :]
        if root := _ROOT.match(rest):
            return _root_name(root.group(1))
        self._check(rest)
        return None

    def close(self) -> None:
        """Raise `Unreadable`: the document ended before its root began."""
        raise Unreadable("it ends before it begins" if self.head else "it is empty", cut=True)

    def _check(self, rest: bytes) -> None:
        """Raise `Unreadable` unless `rest` may still be the beginning of markup."""
        doctype = rest[: len(_DOCTYPE)].upper() == _DOCTYPE[: len(rest)]
        if doctype and len(rest) >= len(_DOCTYPE) + _TELLING:
            html = re.match(rb"\s+html\b", rest[len(_DOCTYPE) :], re.IGNORECASE)
            raise Unreadable("it is an HTML page" if html else "it has a DOCTYPE")
        if rest[:1] in {b"{", b"["}:
            raise Unreadable("it is JSON")
        if rest and not doctype and not _HALF_MARKUP.fullmatch(rest):
            raise Unreadable("it is not XML")
        if len(self.head) + self._blanks > _MOST:
            raise Unreadable(f"more than {_MOST // 1024} KiB come before its first element", too_large=True)


def _root_name(name: bytes) -> str:
    root = brief(name.decode("utf-8", "replace"), 60)
    if root.casefold() == "html":
        raise Unreadable("it is an HTML page")
    return root
