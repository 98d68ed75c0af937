"""Bodies made to cost memory: bounded by what is read, and one sentence, for the command as people run it.

Each is sent to an emtui of its own, whose greatest memory is compared with that of one that
has read a harmless list.
"""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise, repeat
from pathlib import Path

import pytest
from pty_terminal import a_home
from rogue import GOOD, PASSWORD, USER, Asked, Identity, Reply, good, reply, rogue_beside, route_of
from shell import Shell

MIB = 1024 * 1024
ROOM = 256 * MIB
"""What a hostile list may cost more than a harmless one, whatever it would unfold to."""
OPEN = b"<SystemSessions>"
MORE = "more data than is accepted"


def forever(piece: bytes, first: bytes = OPEN) -> Callable[[], Reply]:
    """A list that goes on with the same piece until the client leaves."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
    often = piece * max(1, 65536 // len(piece))

    def chunks() -> Iterator[bytes]:
        yield b"%x\r\n%b\r\n" % (len(first), first)
        yield from repeat(b"%x\r\n%b\r\n" % (len(often), often))

    return lambda: Reply(head, chunks(), "close")


def once(
    body: Callable[[], bytes], headers: str = "Content-Type: application/xml\r\n"
) -> Callable[[], Reply]:
    """A list of these bytes, created on demand: some take megabytes and a second."""
    return lambda: reply("200 OK", body(), headers)


def compressed(wbits: int, first: bytes, piece: bytes, total: int) -> bytes:
    """A list with the same piece until it has so many bytes, packed as gzip (31) or zlib (15)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    often = piece * (MIB // len(piece))
    packed = [packer.compress(first), *(packer.compress(often) for _ in range(total // len(often)))]
    return b"".join([*packed, packer.flush()])


def gzipped_links() -> bytes:
    """64 MB of empty elements in 64 KB."""
    return compressed(31, OPEN, b"<Links/>", 64_000_000)


def laughs() -> bytes:
    """Ten entities, each ten times the one before: ten billion characters."""
    names = "abcdefghij"
    more = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names))
    return f'<!DOCTYPE SystemSessions [<!ENTITY a "ha">{more}]><SystemSessions>&j;</SystemSessions>'.encode()


def external(what: str) -> bytes:
    """Text that stands in another place."""
    return f'<!DOCTYPE x [<!ENTITY e SYSTEM "{what}">]><SystemSessions>&e;</SystemSessions>'.encode()


def attributes(count: int) -> bytes:
    """One session with so many attributes."""
    return OPEN + b"<Sessions " + b" ".join(b'a%d="x"' % number for number in range(count)) + b"/>"


def namespaced(rest: bytes) -> bytes:
    """A list with a namespace of four megabytes, which is part of every name that has its prefix."""
    return b'<SystemSessions xmlns:x="' + b"u" * 4_000_000 + b'"><Sessions' + rest


@dataclass(frozen=True)
class Hostile:
    """An answer, and what the sentence about it must hold."""

    answer: Callable[[], Reply]
    says: str


BODIES = {
    "entities": Hostile(once(laughs), "it has a DOCTYPE"),
    "external-file": Hostile(once(lambda: external("file:///etc/passwd")), "it has a DOCTYPE"),
    "external-address": Hostile(once(lambda: external("https://em99.example.net/x")), "it has a DOCTYPE"),
    "entities-in-utf-16": Hostile(once(lambda: laughs().decode().encode("utf-16")), "it has a DOCTYPE"),
    "external-dtd": Hostile(once(lambda: b'<!DOCTYPE x SYSTEM "https://em99.example.net/x"><x/>'), "DOCTYPE"),
    "doctype-without-end": Hostile(forever(b'<!ENTITY a "ha">', b"<!DOCTYPE x ["), "DOCTYPE"),
    "depth": Hostile(forever(b"<a>"), MORE),
    "attributes": Hostile(once(lambda: attributes(1_000_000)), MORE),
    "attributes-without-end": Hostile(forever(b' a="x"', OPEN + b"<Sessions"), MORE),
    "attribute-without-end": Hostile(forever(b"x", OPEN + b'<Sessions Name="'), MORE),
    "namespace-of-attributes": Hostile(
        once(lambda: namespaced(b"".join(b' x:a%d=""' % number for number in range(300)) + b"/>")), MORE
    ),
    "namespace-of-elements": Hostile(
        once(lambda: namespaced(b">" + b"".join(b"<x:a%d/>" % number for number in range(300)))), MORE
    ),
    "name-without-end": Hostile(forever(b"x", OPEN + b"<"), MORE),
    "text-without-end": Hostile(forever(b"x", OPEN + b"<Sessions><State>"), MORE),
    "comment-without-end": Hostile(forever(b"x", OPEN + b"<!--"), MORE),
    "instruction-without-end": Hostile(forever(b"x", OPEN + b"<?x "), MORE),
    "cdata-without-end": Hostile(forever(b"x", OPEN + b"<Sessions><State><![CDATA["), MORE),
    "links-without-end": Hostile(forever(b"<Links/>"), MORE),
    "blanks-without-end": Hostile(forever(b" \n"), MORE),
    "invalid-utf-8-without-end": Hostile(forever(b"\xff\xfe\xc3", OPEN + b"<Sessions><State>"), MORE),
    "utf-16-without-end": Hostile(forever(b" \0", "<SystemSessions>".encode("utf-16")), MORE),
    "zeros": Hostile(forever(b"\0", b"\0"), "UTF-8"),
    "gzip": Hostile(
        once(
            gzipped_links,
            "Content-Type: application/xml\r\nContent-Encoding: gzip\r\n",
        ),
        MORE,
    ),
    "gzip-in-gzip": Hostile(
        once(
            lambda: gzip.compress(compressed(31, OPEN + b"<Sessions>", b" ", 300_000_000)),
            "Content-Type: application/xml\r\nContent-Encoding: gzip, gzip\r\n",
        ),
        MORE,
    ),
    "deflate": Hostile(
        once(
            lambda: compressed(15, OPEN, b" ", 300_000_000),
            "Content-Type: application/xml\r\nContent-Encoding: deflate\r\n",
        ),
        MORE,
    ),
    "gzip-unsaid": Hostile(once(gzipped_links), "without a Content-Encoding"),
    "header": Hostile(once(bytes, f"X-Long: {'x' * MIB}\r\n"), "more than 100 KiB of headers"),
    "headers": Hostile(once(bytes, "X-Many: x\r\n" * 100_000), "more than 100 KiB of headers"),
    "attributes-to-the-end": Hostile(once(lambda: attributes(600_000)), "before it was complete"),
    "fields-without-end": Hostile(forever(b"<a/>", OPEN + b"<Sessions>"), MORE),
    "rows-without-end": Hostile(forever(b"<Sessions/>"), MORE),
    "length": Hostile(lambda: Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n"), "MiB"),
    "chunk": Hostile(
        lambda: Reply(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 5000 + b"\r\n"),
        "malformed chunks",
    ),
}


@dataclass(frozen=True)
class Run:
    """How one emtui ended: exit code, what it said, and the most memory it had, in bytes."""

    code: int
    said: str
    peak: int


Ask = Callable[[Callable[[], Reply]], Run]


def run(shell: Shell, *argv: str) -> Run:
    """One command, its memory looked at until it ends: `ru_maxrss` would begin with that of pytest."""
    with subprocess.Popen(
        [sys.executable, "-m", "emtui", *shell.before, *argv],
        env=shell.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stderr
        peak = 0
        while child.poll() is None:
            peak = max(peak, most_memory(child.pid))
            time.sleep(0.005)
        return Run(child.returncode, child.stderr.read(), peak)


def most_memory(pid: int) -> int:
    """The most that a process ever had, in bytes; 0 when it has just ended."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


@pytest.fixture
def ask(shell: Shell, known: Identity) -> Ask:
    """Let emtui ask a server that answers with this as its list."""
    return lambda answer: asked(shell, known, answer)


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory, known: Identity) -> Run:
    """What a list of one run costs."""
    home = tmp_path_factory.mktemp("home")
    done = asked(Shell(home, a_home(home)), known, lambda: GOOD["list"])
    assert done.code == 0, done.said
    return done


def asked(shell: Shell, known: Identity, answer: Callable[[], Reply]) -> Run:
    """Ask once, a server of its own."""
    with rogue_beside(listing(answer), known.context()) as server:
        shell.environ |= {
            "EMTUI_SERVER": server.authority,
            "EMTUI_USER": USER,
            "EMTUI_PASSWORD": PASSWORD,
        }
        return run(shell, "--pin", known.sha256, "sessions", "-o", "json")


def listing(answer: Callable[[], Reply]) -> Callable[[Asked], Reply]:
    """A server that is good but for its list."""
    return lambda asked: answer() if route_of(asked) == "list" else good(asked)


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_costs_little_memory_and_one_sentence(
    name: str, ask: Ask, harmless: Run, record_property: Callable[[str, object], None]
) -> None:
    hostile = ask(BODIES[name].answer)
    assert hostile.code not in {0, 1}, hostile.said
    assert BODIES[name].says in hostile.said
    assert hostile.said.count("\n") == 1
    assert hostile.peak - harmless.peak < ROOM
    record_property("said", f"{(hostile.peak - harmless.peak) / MIB:5.1f} MiB  {hostile.said.strip()[:70]}")
