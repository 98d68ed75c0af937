"""Decode a body by its Content-Encoding, chunk by chunk.

Compression is not requested, but servers and proxies send it. Names that mean no compression (`none`,
`binary`, a charset) are ignored; gzip and deflate are decoded, one slice at a time; others are rejected.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from emtui.em import charset
from emtui.em.text_sanitizer import brief

SLICE = 128 * 1024
"""Maximum number of bytes decoded at once."""
_NONE = frozenset({"", "identity", "none", "null", "binary", "text", "plain", "7bit", "8bit"})
_GZIP, _DEFLATE = frozenset({"gzip", "x-gzip"}), frozenset({"deflate", "x-deflate", "zlib"})
_MOST = 3
"""Maximum number of nested compressions."""
_MAGIC = b"\x1f\x8b"
_SHOWN = 40


class UnknownCodingError(Exception):
    """A Content-Encoding that cannot be decoded; `name` is safe to print."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = brief(name, _SHOWN)


class DamagedError(Exception):
    """The compressed data is corrupt."""


class CutOffError(Exception):
    """The compressed data is incomplete."""


class Decoder:
    """Decodes one body; raises `UnknownCodingError` for a Content-Encoding that is not supported."""

    def __init__(self, content_encoding: str) -> None:
        names = [name.strip().strip("\"'").casefold() for name in content_encoding.split(",")]
        packed = [name for name in names if name not in _NONE and charset.known(name) is None]
        unknown = next((name for name in packed if name not in _GZIP | _DEFLATE), None)
        if unknown is not None:
            raise UnknownCodingError(unknown)
        if len(packed) > _MOST:
            raise UnknownCodingError(", ".join(packed))
        self._stages: list[_Stage] = [_Gzip() if name in _GZIP else _Deflate() for name in reversed(packed)]

    @property
    def idle(self) -> bool:
        """Whether the body is not compressed."""
        return not self._stages

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Decode the next bytes, slice by slice; raises `DamagedError`."""
        try:
            yield from _through(self._stages, piece)
        except zlib.error as problem:
            raise DamagedError(str(problem)) from None

    def close(self) -> None:
        """Finish; raises `CutOffError` if the data is incomplete. An empty body is complete."""
        if any(stage.is_open for stage in self._stages):
            raise CutOffError


class _Stage:
    """One layer of compression."""

    def __init__(self) -> None:
        self._kept = b""
        self._inflater: zlib._Decompress | None = None

    @property
    def is_open(self) -> bool:
        """Whether more data is expected."""
        return bool(self._kept) if self._inflater is None else not self._inflater.eof

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Decode the next bytes."""
        raise NotImplementedError

    def _inflate(self, inflater: zlib._Decompress, piece: bytes) -> Iterator[bytes]:
        while True:
            slice_ = inflater.decompress(piece, SLICE)
            if slice_:
                yield slice_
            piece = inflater.unconsumed_tail
            if inflater.eof or (not piece and len(slice_) < SLICE):
                return


class _Gzip(_Stage):
    """gzip: any number of members; data after the last one is ignored.

    Data that does not begin as gzip is passed through: a proxy decoded it but kept the header.
    """

    def __init__(self) -> None:
        super().__init__()
        self._is_plain = False
        self._is_over = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        while piece and not self._is_over:
            if self._is_plain:
                yield piece
                return
            if self._inflater is None or self._inflater.eof:
                piece = self._begin(piece)
                continue
            yield from self._inflate(self._inflater, piece)
            piece = self._inflater.unused_data if self._inflater.eof else b""

    def _begin(self, piece: bytes) -> bytes:
        """Start a member if the piece begins with one; returns the bytes left to inflate."""
        piece, self._kept = self._kept + piece, b""
        if piece.startswith(_MAGIC):
            self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        elif self._inflater is not None:
            self._is_over = len(piece) > 1 or piece != _MAGIC[:1]
            self._kept = b"" if self._is_over else piece
            return b""
        elif len(piece) < len(_MAGIC) and _MAGIC.startswith(piece):
            self._kept = piece
            return b""
        else:
            self._is_plain = True
        return piece


class _Deflate(_Stage):
    """deflate: with the zlib header of the standard, or raw, as some servers send it."""

    def feed(self, piece: bytes) -> Iterator[bytes]:
        if self._inflater is None:
            self._kept += piece
            if len(self._kept) < 2:
                return
            piece, self._kept = self._kept, b""
            wrapped = piece[0] & 0x0F == zlib.DEFLATED and int.from_bytes(piece[:2]) % 31 == 0
            self._inflater = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        if not self._inflater.eof:
            yield from self._inflate(self._inflater, piece)


def _through(stages: list[_Stage], piece: bytes) -> Iterator[bytes]:
    """Pass the piece through all stages, slice by slice."""
    if not stages:
        yield piece
        return
    for slice_ in stages[0].feed(piece):
        yield from _through(stages[1:], slice_)
