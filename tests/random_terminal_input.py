"""Random terminal input: real sequences, mutated ones, and noise.

Reproducible by seed. It contains no keys that quit emtui, start another program or log on.
"""

from __future__ import annotations

import random

SEQUENCES = [
    b"\x1b[A",
    b"\x1b[1;1:1B",
    b"\x1b[1;1:2B",
    b"\x1b[1;1:3B",
    b"\x1b[1;3C",
    b"\x1b[1;5D",
    b"\x1b[5C",
    b"\x1b[3;5~",
    b"\x1b[3$",
    b"\x1b[15;2~",
    b"\x1b[200~",
    b"\x1b[200~one\ntwo\x1b[201~",
    b"\x1b[201~",
    b"\x1b[106u",
    b"\x1b[106;1:2u",
    b"\x1b[106;1:3u",
    b"\x1b[106:74;2;74u",
    b"\x1b[106:74:99;2:1;74u",
    b"\x1b[106;129u",
    b"\x1b[106;65u",
    b"\x1b[97;3u",
    b"\x1b[0;;26085:26412u",
    b"\x1b[57417;129u",
    b"\x1b[57441;2u",
    b"\x1b[57999;1u",
    b"\x1b[27;5;106~",
    b"\x1b[:u",
    b"\x1b[;u",
    b"\x1b[;;u",
    b"\x1b[u",
    b"\x1b[99999999;1u",
    b"\x1b[1114112;1u",
    b"\x1b[55296;1;55296u",
    b"\x1b[106;99999999999999999999u",
    b"\x1b[106;1;" + b"9" * 60 + b"u",
    b"\x1b[" + b"1;" * 40 + b"B",
    b"\x1b[106;1;" + b"106:" * 30 + b"106u",
    b"\x1bOB",
    b"\x1bO5C",
    b"\x1bO1;3D",
    b"\x1bOj",
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[<0;5;5M",
    b"\x1b[<0;0;0m",
    b"\x1b[<64;99999;99999M",
    b"\x1b[<-1;-5;3M",
    b"\x1b[<;;M",
    b"\x1b[M\x20\x21\x22",
    b"\x1b[32;5;5M",
    b"\x1b[24;80R",
    b"\x1b[99999999999;0R",
    b"\x1b[48;24;80;0;0t",
    b"\x1b[48;0;0;0;0t",
    b"\x1b[48;99999;99999;9;9t",
    b"\x1b[48;1:2:3;x;;t",
    b"\x1b[?2026;2$y",
    b"\x1b[?2048;9$y",
    b"\x1b[?62;4c",
    b"\x1b[0n",
    b"\x1b]11;rgb:1e1e/1e1e/1e1e\x07",
    b"\x1b]11;rgb:1e1e/",
    b"\x1b]52;c;Zm8=",
    b"\x1bP>|tmux 3.4\x1b\\",
    b"\x1bP1+r",
    b"\x1b_Gi=1;OK",
    b"\x1bb",
    b"\x1bd",
    b"\x1bx",
    b"\x1b\x1b[D",
    b"\x1b[[A",
    b"\xff\xfe\xc3\x28",
    b"\xe2\x82",
    b"\x00",
    b"\xed\xa0\x80",
]
"""Complete sequences, and some that no terminal should send."""
_SEQUENCE_BYTES = b"\x1b\x1b\x1b[[];:<>?$0123456789-~\x00\x07\x80\xc3\xff\xf0ABCDFIMOPuRntmc\\"
_EXCLUDED_KEYS = b"\x03\x1a\rqQLvyYHwrp!:aT"
"""Keys that quit, start another program, log on or send a request."""
_WITHOUT_EXCLUDED_KEYS = bytes.maketrans(_EXCLUDED_KEYS, b"x" * len(_EXCLUDED_KEYS))
MAX_CHUNK = 60


def random_input(seed: int, min_length: int) -> bytes:
    """At least `min_length` random bytes."""
    generator = random.Random(seed)  # noqa: S311 - not used for security
    result = bytearray()
    while len(result) < min_length:
        result += _random_sequence(generator)
    return bytes(result)


def split_randomly(seed: int, sent: bytes) -> list[bytes]:
    """Split the bytes at random positions."""
    generator = random.Random(seed)  # noqa: S311 - as above
    chunks, position = [], 0
    while position < len(sent):
        size = generator.choice((1, 2, 3, 5, 8, 20, MAX_CHUNK))
        chunks.append(sent[position : position + size])
        position += size
    return chunks


def _random_sequence(generator: random.Random) -> bytes:
    if generator.random() < 0.2:
        return bytes(generator.choices(_SEQUENCE_BYTES, k=generator.randrange(1, 12)))
    sequence = bytearray(generator.choice(SEQUENCES))
    for _ in range(generator.choice((0, 0, 1, 1, 2, 4))):
        position = generator.randrange(len(sequence) + 1)
        match generator.randrange(4):
            case 0:
                sequence[position : position + 1] = b""
            case 1:
                sequence[position:position] = bytes(generator.choices(_SEQUENCE_BYTES, k=1))
            case 2:
                sequence[position : position + 1] = bytes([generator.randrange(256)]).translate(
                    _WITHOUT_EXCLUDED_KEYS
                )
            case _:
                sequence[position:] = sequence[position : position + 4] * generator.choice((0, 2, 9))
    return bytes(sequence)
