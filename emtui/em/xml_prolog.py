"""Read a document up to the name of its root, to reject it before it is parsed.

A document with a DOCTYPE, HTML, JSON and text that is not UTF-8 never reach the parser.
"""

from __future__ import annotations

import re

from emtui.em.text_sanitizer import REPLACEMENT, shorten

_FFFD = REPLACEMENT.encode()
_LEADING_BLANKS = re.compile(rb"(?:\xef\xbb\xbf|\s)+")
_MISC = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_ROOT = re.compile(rb"<(?:[^\s<>/:!?]+:)?([^\s<>/:!?]+)[\s/>]")
_HALF_MARKUP = re.compile(rb"<(?:\?.*|!(?:-(?:-.*)?)?|[^\s<>/!?]*)", re.DOTALL)
_DOCTYPE = b"<!DOCTYPE"
_DOCTYPE_LOOKAHEAD = 8
"""Bytes after it that are needed to recognize HTML."""
_MAX_PROLOG_BYTES = 64 * 1024


class UnreadableDocumentError(Exception):
    """The response is not the requested document.

    `reason` is a fragment for a sentence. `is_truncated`: it is incomplete; `is_too_large`: it exceeds a
    limit on depth, length or number.
    """

    def __init__(self, reason: str, *, is_truncated: bool = False, is_too_large: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_truncated = is_truncated
        self.is_too_large = is_too_large


class Prolog:
    """Collects sanitized bytes up to the root's name in `head`, without BOM and leading blanks."""

    def __init__(self) -> None:
        self.head = b""
        self._blanks = 0

    def feed(self, piece: bytes) -> str | None:
        """The root's local name, or `None` if more bytes are needed; raises `UnreadableDocumentError`."""
        self.head += piece
        if blanks := _LEADING_BLANKS.match(self.head):
            self.head = self.head[blanks.end() :]
            self._blanks += blanks.end()
        if self.head.startswith((_FFFD, b"<" + _FFFD)):
            raise UnreadableDocumentError("it is not UTF-8 text")
        start = _MISC.match(self.head)
        rest = self.head[start.end() if start else 0 :]
        if root := _ROOT.match(rest):
            return _checked_root_name(root.group(1))
        self._check(rest)
        return None

    def close(self) -> None:
        """Raise `UnreadableDocumentError`: the document ended before its root began."""
        raise UnreadableDocumentError(
            "it has no root element" if self.head else "it is empty", is_truncated=True
        )

    def _check(self, rest: bytes) -> None:
        """Raise `UnreadableDocumentError` unless `rest` may still be the beginning of markup."""
        is_doctype = rest[: len(_DOCTYPE)].upper() == _DOCTYPE[: len(rest)]
        if is_doctype and len(rest) >= len(_DOCTYPE) + _DOCTYPE_LOOKAHEAD:
            html_match = re.match(rb"\s+html\b", rest[len(_DOCTYPE) :], re.IGNORECASE)
            raise UnreadableDocumentError("it is an HTML page" if html_match else "it has a DOCTYPE")
        if rest[:1] in {b"{", b"["}:
            raise UnreadableDocumentError("it is JSON")
        if rest and not is_doctype and not _HALF_MARKUP.fullmatch(rest):
            raise UnreadableDocumentError("it is not XML")
        if len(self.head) + self._blanks > _MAX_PROLOG_BYTES:
            raise UnreadableDocumentError(
                f"there are more than {_MAX_PROLOG_BYTES // 1024} KiB before its first element",
                is_too_large=True,
            )


def _checked_root_name(name: bytes) -> str:
    root = shorten(name.decode("utf-8", "replace"), 60)
    if root.casefold() == "html":
        raise UnreadableDocumentError("it is an HTML page")
    return root
