"""Detect the encoding of a document and transcode it to UTF-8, chunk by chunk.

By XML 1.0 (appendix F) and RFC 7303: the first bytes take precedence over the `charset` of the
Content-Type, which takes precedence over the XML declaration; the default is UTF-8. A declaration that
cannot be true is ignored: .NET writes `encoding="utf-16"` into documents that it sends as UTF-8.
"""

from __future__ import annotations

import codecs
import re

from emtui.em.text_sanitizer import REPLACEMENT, shorten
from emtui.em.xml_prolog import UnreadableDocumentError

UTF8 = "utf-8"
_ALLOWED = re.compile(
    "utf-8|utf-16(?:-[bl]e)?|utf-32(?:-[bl]e)?|ascii|iso8859-[0-9]{1,2}|cp125[0-8]|cp(?:437|85[0-8]|86[0-9]|874)"
    "|koi8-[rut]|mac-[a-z]+|tis-620|cp9(?:32|36|49|50)|gb2312|gbk|gb18030|big5(?:hkscs)?|shift_jis|euc_(?:jp|kr)"
)
"""Python names of the accepted encodings: stateless text encodings only."""
_ALIASES = {
    "unicode": "utf-16", "ucs-2": "utf-16", "iso-10646-ucs-2": "utf-16", "iso-10646-ucs-4": "utf-32",
    "utf8mb4": UTF8, "ansi_x3.4-1968": "ascii", "ansi_x3.4-1986": "ascii", "x-sjis": "cp932",
}  # fmt: skip
"""Names that Python does not have, or maps to another encoding."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._:-]{0,39}")
_CHARSET = re.compile(r"""(?:^|;)\s*charset\s*=\s*["']?([^"';]*)""", re.IGNORECASE)
_DECLARATION = re.compile(
    rb"""(?:\xef\xbb\xbf)?\s*<\?xml\s[^>]*?\bencoding\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')[^>]*\?>"""
)
_DECLARED_ENCODING = re.compile(r"""\A(\ufeff?\s*<\?xml\s[^>]*?\bencoding\s*=\s*)(?:"[^"<>]*"|'[^'<>]*')""")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE_START = re.compile(
    rb"(?P<a>[<{\t\n\r ]\0\0\0)|(?P<b>\0\0\0[<{\t\n\r ])|(?P<c>[<{\t\n\r ]\0)|(?P<d>\0[<{\t\n\r ])"
)
_WIDE_NAMES = {"a": "utf-32-le", "b": "utf-32-be", "c": "utf-16-le", "d": "utf-16-be"}
_GZIP = b"\x1f\x8b"
_MAX_DECLARATION_BYTES = 1024
"""Maximum length of an XML declaration in bytes."""


def parse_charset(content_type: str) -> str:
    """The `charset` of a Content-Type as written, or an empty text."""
    match = _CHARSET.search(content_type)
    return match.group(1).strip() if match else ""


def lookup_encoding(name: str) -> str | None:
    """The Python name of an encoding; `None` if it is unknown or not accepted."""
    if not _NAME.fullmatch(name):
        return None
    try:
        codec_name = codecs.lookup(_ALIASES.get(name.lower(), name)).name
    except LookupError:
        return None
    return codec_name if _ALLOWED.fullmatch(codec_name) else None


class Transcoder:
    """Transcodes one document to UTF-8; `replaced_count` counts the undecodable characters, now U+FFFD.

    `charset` is that of the Content-Type. Raises `UnreadableDocumentError`.
    """

    def __init__(self, charset: str = "") -> None:
        self.replaced_count = 0
        self._charset = charset
        self._head: bytes | None = b""
        self._is_plain = True
        self._decoder = codecs.getincrementaldecoder(UTF8)("replace")
        self._ignoring_decoder = codecs.getincrementaldecoder(UTF8)("ignore")

    def feed(self, piece: bytes, *, final: bool = False) -> bytes:
        """Transcode the next bytes and return what is decoded so far; all of the rest with `final`."""
        if self._head is None:
            return (
                self._transcode_utf8(piece, final=final)
                if self._is_plain
                else self._transcode_other(piece, final=final).encode()
            )
        self._head += piece
        encoding = self._detect_encoding(self._head, final=final)
        if encoding is None:
            return b""
        head, self._head = self._head, None
        self._is_plain = encoding in {UTF8, "ascii"}
        if self._is_plain:
            return _declare_utf8(self._transcode_utf8(head, final=final))
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ignoring_decoder = codecs.getincrementaldecoder(encoding)("ignore")
        return _DECLARED_ENCODING.sub(
            r'\1"utf-8"', self._transcode_other(head, final=final), count=1
        ).encode()

    def _transcode_utf8(self, piece: bytes, *, final: bool) -> bytes:
        pending = self._decoder.getstate()[0]
        if piece.isascii() and not pending:
            return piece
        text = self._decoder.decode(piece, final)
        full_bytes = pending + piece
        if REPLACEMENT not in text:
            return full_bytes[: len(full_bytes) - len(self._decoder.getstate()[0])]
        self.replaced_count += text.count(REPLACEMENT) - full_bytes.count(REPLACEMENT.encode())
        return text.encode()

    def _transcode_other(self, piece: bytes, *, final: bool) -> str:
        text, valid_text = self._decoder.decode(piece, final), self._ignoring_decoder.decode(piece, final)
        self.replaced_count += text.count(REPLACEMENT) - valid_text.count(REPLACEMENT)
        return text

    def _detect_encoding(self, head: bytes, *, final: bool) -> str | None:
        """The encoding, or `None` if more bytes are needed."""
        if len(head) < 4 and not final:
            return None
        if head.startswith(_GZIP):
            raise UnreadableDocumentError("it is gzip data without a Content-Encoding")
        detected = next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), None)
        wide_match = _WIDE_START.match(head)
        if detected is None and wide_match is not None:
            detected = _WIDE_NAMES[wide_match.lastgroup or "c"]
        if not final and len(head) < _MAX_DECLARATION_BYTES and _is_unfinished(head.replace(b"\0", b"")):
            return None  # the declaration must be complete to be read or replaced
        if detected is not None:
            return detected
        return self._declared_encoding(head)

    def _declared_encoding(self, head: bytes) -> str:
        """The encoding in the Content-Type or the declaration, if it can be true for these bytes."""
        match = _DECLARATION.match(head)
        declared = (match.group(1) or match.group(2) or b"").decode("ascii", "replace") if match else ""
        unknown_name = ""
        for name in filter(None, (self._charset, declared)):
            encoding = lookup_encoding(name)
            if encoding is None:
                unknown_name = unknown_name or name
            elif not encoding.startswith(("utf-16", "utf-32")):
                return encoding
        if unknown_name:
            raise UnreadableDocumentError(f"its encoding {shorten(unknown_name, 40)} is unknown")
        return UTF8


def _is_unfinished(head: bytes) -> bool:
    """Whether this may be the beginning of an incomplete declaration."""
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        head = head.removeprefix(mark)
    head = head.lstrip(b" \t\r\n")
    return b"<?xml".startswith(head[:5]) and b"?>" not in head


def _declare_utf8(head: bytes) -> bytes:
    """The beginning of a document with its declaration changed to UTF-8."""
    match = _DECLARATION.match(head)
    if match is None or (match.group(1) or match.group(2) or b"").lower() in {b"utf-8", b"us-ascii"}:
        return head
    return _DECLARED_ENCODING.sub(r'\1"utf-8"', head.decode(), count=1).encode()
