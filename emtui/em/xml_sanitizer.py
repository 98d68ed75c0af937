"""Sanitize bytes for a strict parser, chunk by chunk, replacing only what XML forbids.

The output is UTF-8 (`em.charset`). Illegal characters, references to them (`&#x1B;`, which .NET writes)
and undecodable bytes become U+FFFD and are counted. Text in CDATA is kept as written: `&#27;` is five
characters there. Chunks may end anywhere; incomplete markup is held back for the next.
"""

from __future__ import annotations

import re

from emtui.em.charset import Transcoder
from emtui.em.text_sanitizer import INVISIBLE, REPLACEMENT, SELECTORS, in_place

_FFFD = REPLACEMENT.encode()
_C0 = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0D})
_ILLEGAL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")

_REFERENCE = re.compile(
    rb"&#(?!x[2-9][0-9A-Fa-f];|x[9AaDd];|[4-9][0-9];|3[2-9];|9;|10;|13;)(x[0-9A-Fa-f]{1,40}|[0-9]{1,40});"
)
"""Any numeric reference except common legal ones: `&#39;`, `&#x2F;`, `&#xD;`."""
_OPENING = re.compile(rb"<(!\[CDATA\[|!--|\?)")
_CLOSING = {b"![CDATA[": b"]]>", b"!--": b"-->", b"?": b"?>"}
_UNSURE = re.compile(
    rb"<(?:!(?:-|\[(?:C(?:D(?:A(?:T(?:A)?)?)?)?)?)?)?|&(?:#(?:x[0-9A-Fa-f]{0,40}|[0-9]{0,40}))?"
)
"""The beginning of markup or of a reference at the end of a chunk."""
_LONGEST_UNSURE = 43


class Repair:
    """Sanitizes one document as it arrives; `charset` is that of its Content-Type, if any.

    Raises `Unreadable` for an unknown encoding.
    """

    def __init__(self, charset: str = "") -> None:
        self._replaced = 0
        self._transcoder = Transcoder(charset)
        self._kept = b""
        self._until: bytes | None = None  # ends the current CDATA, comment or instruction

    @property
    def replaced(self) -> int:
        """The number of characters replaced by U+FFFD."""
        return self._replaced + self._transcoder.replaced

    def feed(self, piece: bytes) -> bytes:
        """Sanitize the next bytes; incomplete markup is held back."""
        return self._references(self._characters(self._transcoder.feed(piece)), final=False)

    def close(self) -> bytes:
        """The remaining bytes."""
        rest = self._characters(self._transcoder.feed(b"", final=True))
        return self._references(rest, final=True)

    def _characters(self, piece: bytes) -> bytes:
        if len(piece.translate(None, _C0)) == len(piece) and b"\xef" not in piece:
            return piece
        mended, count = _ILLEGAL.subn(_FFFD, piece)
        self._replaced += count
        return mended

    def _references(self, piece: bytes, *, final: bool) -> bytes:
        piece, self._kept = self._kept + piece, b""
        if self._until is None and not (b"#" in piece or b"!" in piece or b"<?" in piece):
            return piece if final else self._keep_unsure(piece)
        mended = bytearray()
        start = 0
        while start < len(piece):
            if self._until is None:
                start = self._markup(piece, start, mended, final=final)
            else:
                start = self._verbatim(piece, start, mended, final=final)
        return bytes(mended)

    def _markup(self, piece: bytes, start: int, mended: bytearray, *, final: bool) -> int:
        """Sanitize up to the next CDATA, comment or instruction; returns the index after it."""
        opening = _OPENING.search(piece, start)
        if opening:
            part, end = piece[start : opening.start()], opening.end()
            self._until = _CLOSING[opening.group(1)]
        else:
            part, end = piece[start:], len(piece)
            part = part if final else self._keep_unsure(part)
        mended += _REFERENCE.sub(self._legal, part)
        mended += opening.group() if opening else b""
        return end

    def _verbatim(self, piece: bytes, start: int, mended: bytearray, *, final: bool) -> int:
        """Copy up to the end of a CDATA, comment or instruction; returns the index after it."""
        until = self._until or b""
        end = piece.find(until, start)
        if end >= 0:
            self._until, end = None, end + len(until)
        else:
            end = len(piece)
            self._kept = b"" if final else piece[max(start, end - len(until) + 1) :]
        mended += piece[start : end - len(self._kept)]
        return end

    def _keep_unsure(self, part: bytes) -> bytes:
        tail = max(len(part) - _LONGEST_UNSURE, 0)
        start = max(part.rfind(b"<", tail), part.rfind(b"&", tail))
        if start < 0 or not _UNSURE.fullmatch(part, start):
            return part
        self._kept = part[start:]
        return part[:start]

    def _legal(self, found: re.Match[bytes]) -> bytes:
        digits = found.group(1)
        code = int(digits[1:], 16) if digits.startswith(b"x") else int(digits)
        if code in {0x09, 0x0A, 0x0D} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE:
            return found.group()
        if 0x10000 <= code <= 0x10FFFF:
            return found.group()
        self._replaced += 1
        return _FFFD


def sanitize(body: bytes, charset: str = "") -> bytes:
    """A complete document, sanitized; raises `Unreadable`."""
    repair = Repair(charset)
    return repair.feed(body) + repair.close()


_LINE_END = re.compile("\r\n?")
_TAG = re.compile("""</?[^!?<>"'/](?:"[^"]*+"|'[^']*+'|[^<>"']++)*+>""")
_IN_TAG = re.compile(f"""("[^"]*"|'[^']*')|[{INVISIBLE}{SELECTORS}]""")
_INVISIBLE = re.compile(f"[{INVISIBLE}{SELECTORS}]")


def readable(body: bytes, charset: str = "") -> str:
    """A document as text that is safe for a terminal and equivalent.

    Without BOM and leading blanks, with normalized line ends; invisible and bidirectional characters are
    written as references (as `_` in tags outside of values, where references are not allowed).
    """
    text = sanitize(body, charset).decode().lstrip("\ufeff \t\r\n")
    text = _LINE_END.sub("\n", text)
    if _INVISIBLE.search(text):
        text = _TAG.sub(lambda tag: _IN_TAG.sub(lambda part: part[1] or "_", tag.group()), text)
    return _INVISIBLE.sub(_reference, text)


def _reference(found: re.Match[str]) -> str:
    if in_place(found.string, found.start()):
        return found.group()
    return f"&#x{ord(found.group()):X};"
