"""Random terminal input: real sequences, mutated ones, and noise.

Reproducible by seed. It contains no keys that quit emtui, start another program or log on.
"""

from __future__ import annotations

import random

WHOLE = [
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
_SIGNS = b"\x1b\x1b\x1b[[];:<>?$0123456789-~\x00\x07\x80\xc3\xff\xf0ABCDFIMOPuRntmc\\"
_MEANT = b"\x03\x1a\rqQLvyYHwrp!:aT"
"""Keys that quit, start another program, log on or send a request."""
_HARMLESS = bytes.maketrans(_MEANT, b"x" * len(_MEANT))
PIECE = 60


def odd(seed: int, least: int) -> bytes:
    """At least `least` random bytes."""
    chance = random.Random(seed)  # noqa: S311 - not used for security
    made = bytearray()
    while len(made) < least:
        made += _one(chance)
    return bytes(made)


def pieces(seed: int, sent: bytes) -> list[bytes]:
    """Split the bytes at random positions."""
    chance = random.Random(seed)  # noqa: S311 - as above
    parts, at = [], 0
    while at < len(sent):
        size = chance.choice((1, 2, 3, 5, 8, 20, PIECE))
        parts.append(sent[at : at + size])
        at += size
    return parts


def _one(chance: random.Random) -> bytes:
    if chance.random() < 0.2:
        return bytes(chance.choices(_SIGNS, k=chance.randrange(1, 12)))
    made = bytearray(chance.choice(WHOLE))
    for _ in range(chance.choice((0, 0, 1, 1, 2, 4))):
        at = chance.randrange(len(made) + 1)
        match chance.randrange(4):
            case 0:
                made[at : at + 1] = b""
            case 1:
                made[at:at] = bytes(chance.choices(_SIGNS, k=1))
            case 2:
                made[at : at + 1] = bytes([chance.randrange(256)]).translate(_HARMLESS)
            case _:
                made[at:] = made[at : at + 4] * chance.choice((0, 2, 9))
    return bytes(made)
