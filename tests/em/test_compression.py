"""Bodies with a Content-Encoding, with any chunks, and with limited memory for any decompressed size."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest
from response_cases import bare_deflate

from emtui.em.compression import (
    SLICE,
    BodyDecoder,
    CorruptDataError,
    IncompleteDataError,
    UnknownContentEncodingError,
)

TEXT = b"<SystemSessions>" + bytes(range(32, 127)) * 400 + b"</SystemSessions>"
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": bare_deflate,
    "gzip, deflate": lambda body: zlib.compress(gzip.compress(body)),
    "utf-8, gzip": gzip.compress,
    "none": bytes,
    '"utf-8"': bytes,
    "windows-1252": bytes,
}


def decoded(name: str, body: bytes, step: int) -> bytes:
    decoder = BodyDecoder(name)
    pieces = (body[start : start + step] for start in range(0, len(body), step))
    full = b"".join(part for piece in pieces for part in decoder.feed(piece))
    decoder.close()
    return full


@pytest.mark.parametrize("step", [1, 2, 777, 10_000_000])
@pytest.mark.parametrize("name", PACKED)
def test_a_body_is_decoded_with_any_chunks(name: str, step: int) -> None:
    assert decoded(name, PACKED[name](TEXT), step) == TEXT


@pytest.mark.parametrize("name", ["gzip", "deflate", "Deflate", "gzip, deflate"])
def test_a_body_that_ends_too_early_is_cut_off(name: str) -> None:
    packed = PACKED[name](TEXT)
    for end in (1, 2, 5, len(packed) // 2, len(packed) - 5):
        with pytest.raises(IncompleteDataError):
            decoded(name, packed[:end], 100)


def test_an_empty_body_is_complete() -> None:
    assert decoded("gzip", b"", 1) == b""


def test_a_wrong_checksum_is_corrupt_data() -> None:
    with pytest.raises(CorruptDataError):
        decoded("gzip", gzip.compress(TEXT)[:-8] + bytes(8), 100)


def test_data_after_the_last_member_is_ignored() -> None:
    assert decoded("gzip", gzip.compress(TEXT) + bytes(100), 50) == TEXT
    assert decoded("gzip", gzip.compress(TEXT) + b"\x1f", 50) == TEXT


@pytest.mark.parametrize("name", ["gzip", "deflate", "Deflate"])
def test_at_most_one_slice_is_decompressed_at_once(name: str) -> None:
    bomb = PACKED[name](bytes(20_000_000))
    parts = [len(part) for part in BodyDecoder(name).feed(bomb)]
    assert max(parts) <= SLICE
    assert sum(parts) == 20_000_000


@pytest.mark.parametrize("name", ["br", "zstd", "compress", "gzip, br", "aes128gcm", "x" * 500, "gzip," * 4])
def test_another_compression_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(UnknownContentEncodingError) as caught:
        BodyDecoder(name)
    assert 0 < len(caught.value.name) <= 40
