"""Sanitize bytes for a strict parser, chunk by chunk, replacing only what XML forbids.

The output is UTF-8 (`em.charset`). Illegal characters, references to them (`&#x1B;`, which .NET writes)
and undecodable bytes become U+FFFD and are counted. Text in CDATA is kept as written: `&#27;` is five
characters there. Chunks may end anywhere; incomplete markup is held back for the next.
"""

from __future__ import annotations

import re

from emtui.em.charset import Transcoder
from emtui.em.text_sanitizer import INVISIBLE, REPLACEMENT, SELECTORS, is_valid_joiner

_FFFD = REPLACEMENT.encode()
_C0 = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0D})
_ILLEGAL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")

_REFERENCE = re.compile(
    rb"&#(?!x[2-9][0-9A-Fa-f];|x[9AaDd];|[4-9][0-9];|3[2-9];|9;|10;|13;)(x[0-9A-Fa-f]{1,40}|[0-9]{1,40});"
)
"""Any numeric reference except common legal ones: `&#39;`, `&#x2F;`, `&#xD;`."""
_OPENING = re.compile(rb"<(!\[CDATA\[|!--|\?)")
_CLOSING = {b"![CDATA[": b"]]>", b"!--": b"-->", b"?": b"?>"}
_PARTIAL_MARKUP = re.compile(
    rb"<(?:!(?:-|\[(?:C(?:D(?:A(?:T(?:A)?)?)?)?)?)?)?|&(?:#(?:x[0-9A-Fa-f]{0,40}|[0-9]{0,40}))?"
)
"""The beginning of markup or of a reference at the end of a chunk."""
_MAX_PARTIAL_LENGTH = 43


class XmlSanitizer:
    """Sanitizes one document as it arrives; `charset` is that of its Content-Type, if any.

    Raises `UnreadableDocumentError` for an unknown encoding.
    """

    def __init__(self, charset: str = "") -> None:
        self._replaced_count = 0
        self._transcoder = Transcoder(charset)
        self._pending = b""
        self._closing: bytes | None = None  # ends the current CDATA, comment or instruction

    @property
    def replaced_count(self) -> int:
        """The number of characters replaced by U+FFFD."""
        return self._replaced_count + self._transcoder.replaced_count

    def feed(self, piece: bytes) -> bytes:
        """Sanitize the next bytes; incomplete markup is held back."""
        return self._replace_references(self._replace_characters(self._transcoder.feed(piece)), final=False)

    def close(self) -> bytes:
        """The remaining bytes."""
        rest = self._replace_characters(self._transcoder.feed(b"", final=True))
        return self._replace_references(rest, final=True)

    def _replace_characters(self, piece: bytes) -> bytes:
        if len(piece.translate(None, _C0)) == len(piece) and b"\xef" not in piece:
            return piece
        output, count = _ILLEGAL.subn(_FFFD, piece)
        self._replaced_count += count
        return output

    def _replace_references(self, piece: bytes, *, final: bool) -> bytes:
        piece, self._pending = self._pending + piece, b""
        if self._closing is None and not (b"#" in piece or b"!" in piece or b"<?" in piece):
            return piece if final else self._hold_back_partial(piece)
        output = bytearray()
        start = 0
        while start < len(piece):
            if self._closing is None:
                start = self._sanitize_markup(piece, start, output, final=final)
            else:
                start = self._copy_verbatim(piece, start, output, final=final)
        return bytes(output)

    def _sanitize_markup(self, piece: bytes, start: int, output: bytearray, *, final: bool) -> int:
        """Sanitize up to the next CDATA, comment or instruction; returns the index after it."""
        opening = _OPENING.search(piece, start)
        if opening:
            part, end = piece[start : opening.start()], opening.end()
            self._closing = _CLOSING[opening.group(1)]
        else:
            part, end = piece[start:], len(piece)
            part = part if final else self._hold_back_partial(part)
        output += _REFERENCE.sub(self._replace_illegal, part)
        output += opening.group() if opening else b""
        return end

    def _copy_verbatim(self, piece: bytes, start: int, output: bytearray, *, final: bool) -> int:
        """Copy up to the end of a CDATA, comment or instruction; returns the index after it."""
        closing = self._closing or b""
        end = piece.find(closing, start)
        if end >= 0:
            self._closing, end = None, end + len(closing)
        else:
            end = len(piece)
            self._pending = b"" if final else piece[max(start, end - len(closing) + 1) :]
        output += piece[start : end - len(self._pending)]
        return end

    def _hold_back_partial(self, part: bytes) -> bytes:
        tail = max(len(part) - _MAX_PARTIAL_LENGTH, 0)
        start = max(part.rfind(b"<", tail), part.rfind(b"&", tail))
        if start < 0 or not _PARTIAL_MARKUP.fullmatch(part, start):
            return part
        self._pending = part[start:]
        return part[:start]

    def _replace_illegal(self, match: re.Match[bytes]) -> bytes:
        digits = match.group(1)
        code = int(digits[1:], 16) if digits.startswith(b"x") else int(digits)
        if code in {0x09, 0x0A, 0x0D} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE:
            return match.group()
        if 0x10000 <= code <= 0x10FFFF:
            return match.group()
        self._replaced_count += 1
        return _FFFD


def sanitize(body: bytes, charset: str = "") -> bytes:
    """A complete document, sanitized; raises `UnreadableDocumentError`."""
    sanitizer = XmlSanitizer(charset)
    return sanitizer.feed(body) + sanitizer.close()


_LINE_END = re.compile("\r\n?")
_TAG = re.compile("""</?[^!?<>"'/](?:"[^"]*+"|'[^']*+'|[^<>"']++)*+>""")
_IN_TAG = re.compile(f"""("[^"]*"|'[^']*')|[{INVISIBLE}{SELECTORS}]""")
_INVISIBLE = re.compile(f"[{INVISIBLE}{SELECTORS}]")


def make_readable(body: bytes, charset: str = "") -> str:
    """A document as text that is safe for a terminal and equivalent.

    Without BOM and leading blanks, with normalized line ends; invisible and bidirectional characters are
    written as references (as `_` in tags outside of values, where references are not allowed).
    """
    text = sanitize(body, charset).decode().lstrip("\ufeff \t\r\n")
    text = _LINE_END.sub("\n", text)
    if _INVISIBLE.search(text):
        text = _TAG.sub(lambda tag: _IN_TAG.sub(lambda part: part[1] or "_", tag.group()), text)
    return _INVISIBLE.sub(_escape_invisible, text)


def _escape_invisible(match: re.Match[str]) -> str:
    if is_valid_joiner(match.string, match.start()):
        return match.group()
    return f"&#x{ord(match.group()):X};"
