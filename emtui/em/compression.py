"""Decode a body by its Content-Encoding, chunk by chunk.

Compression is not requested, but servers and proxies send it. Names that mean no compression (`none`,
`binary`, a charset) are ignored; gzip and deflate are decoded, one slice at a time; others are rejected.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from emtui.em import charset
from emtui.em.text_sanitizer import shorten

SLICE = 128 * 1024
"""Maximum number of bytes decoded at once."""
_IDENTITY_NAMES = frozenset({"", "identity", "none", "null", "binary", "text", "plain", "7bit", "8bit"})
_GZIP, _DEFLATE = frozenset({"gzip", "x-gzip"}), frozenset({"deflate", "x-deflate", "zlib"})
_MAX_LAYERS = 3
"""Maximum number of nested compressions."""
_GZIP_MAGIC = b"\x1f\x8b"
_MAX_NAME_LENGTH = 40


class UnknownContentEncodingError(Exception):
    """A Content-Encoding that cannot be decoded; `name` is safe to print."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = shorten(name, _MAX_NAME_LENGTH)


class CorruptDataError(Exception):
    """The compressed data is corrupt."""


class IncompleteDataError(Exception):
    """The compressed data is incomplete."""


class BodyDecoder:
    """Decodes one body; raises `UnknownContentEncodingError` for a Content-Encoding that is not supported."""

    def __init__(self, content_encoding: str) -> None:
        names = [name.strip().strip("\"'").casefold() for name in content_encoding.split(",")]
        encodings = [
            name for name in names if name not in _IDENTITY_NAMES and charset.lookup_encoding(name) is None
        ]
        unknown = next((name for name in encodings if name not in _GZIP | _DEFLATE), None)
        if unknown is not None:
            raise UnknownContentEncodingError(unknown)
        if len(encodings) > _MAX_LAYERS:
            raise UnknownContentEncodingError(", ".join(encodings))
        self._layers: list[_CompressionLayer] = [
            _GzipLayer() if name in _GZIP else _DeflateLayer() for name in reversed(encodings)
        ]

    @property
    def is_passthrough(self) -> bool:
        """Whether the body is not compressed."""
        return not self._layers

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Decode the next bytes, slice by slice; raises `CorruptDataError`."""
        try:
            yield from _decode_through(self._layers, piece)
        except zlib.error as problem:
            raise CorruptDataError(str(problem)) from None

    def close(self) -> None:
        """Finish; raises `IncompleteDataError` if the data is incomplete. An empty body is complete."""
        if any(stage.is_open for stage in self._layers):
            raise IncompleteDataError


class _CompressionLayer:
    """One layer of compression."""

    def __init__(self) -> None:
        self._pending = b""
        self._inflater: zlib._Decompress | None = None

    @property
    def is_open(self) -> bool:
        """Whether more data is expected."""
        return bool(self._pending) if self._inflater is None else not self._inflater.eof

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


class _GzipLayer(_CompressionLayer):
    """gzip: any number of members; data after the last one is ignored.

    Data that does not begin as gzip is passed through: a proxy decoded it but kept the header.
    """

    def __init__(self) -> None:
        super().__init__()
        self._is_plain = False
        self._is_finished = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        while piece and not self._is_finished:
            if self._is_plain:
                yield piece
                return
            if self._inflater is None or self._inflater.eof:
                piece = self._start_member(piece)
                continue
            yield from self._inflate(self._inflater, piece)
            piece = self._inflater.unused_data if self._inflater.eof else b""

    def _start_member(self, piece: bytes) -> bytes:
        """Start a member if the piece begins with one; returns the bytes left to inflate."""
        piece, self._pending = self._pending + piece, b""
        if piece.startswith(_GZIP_MAGIC):
            self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        elif self._inflater is not None:
            self._is_finished = len(piece) > 1 or piece != _GZIP_MAGIC[:1]
            self._pending = b"" if self._is_finished else piece
            return b""
        elif len(piece) < len(_GZIP_MAGIC) and _GZIP_MAGIC.startswith(piece):
            self._pending = piece
            return b""
        else:
            self._is_plain = True
        return piece


class _DeflateLayer(_CompressionLayer):
    """deflate: with the zlib header of the standard, or raw, as some servers send it."""

    def feed(self, piece: bytes) -> Iterator[bytes]:
        if self._inflater is None:
            self._pending += piece
            if len(self._pending) < 2:
                return
            piece, self._pending = self._pending, b""
            has_zlib_header = piece[0] & 0x0F == zlib.DEFLATED and int.from_bytes(piece[:2]) % 31 == 0
            self._inflater = zlib.decompressobj(zlib.MAX_WBITS if has_zlib_header else -zlib.MAX_WBITS)
        if not self._inflater.eof:
            yield from self._inflate(self._inflater, piece)


def _decode_through(layers: list[_CompressionLayer], piece: bytes) -> Iterator[bytes]:
    """Pass the piece through all stages, slice by slice."""
    if not layers:
        yield piece
        return
    for slice_ in layers[0].feed(piece):
        yield from _decode_through(layers[1:], slice_)
