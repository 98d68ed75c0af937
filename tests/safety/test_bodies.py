"""Hostile bodies that would use much memory: bounded, and one sentence, for the installed command.

Each is sent to a new emtui process, whose peak memory is compared with that of one that has read a
harmless list.
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
from command_runner import CommandRunner
from pty_terminal import isolated_environment
from scripted_server import (
    GOOD_REPLIES,
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedReply,
    ServerIdentity,
    make_reply,
    reply_well,
    route_of,
    scripted_server_in_thread,
)

MIB = 1024 * 1024
MAX_EXTRA_MEMORY = 256 * MIB
"""Maximum additional memory of a hostile list, regardless of its decompressed size."""
OPENING_TAG = b"<SystemSessions>"
TOO_LONG_MESSAGE = "more data than is accepted"


def endless_body(piece: bytes, first: bytes = OPENING_TAG) -> Callable[[], ScriptedReply]:
    """A list that repeats the same part until the client disconnects."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
    often = piece * max(1, 65536 // len(piece))

    def chunks() -> Iterator[bytes]:
        yield b"%x\r\n%b\r\n" % (len(first), first)
        yield from repeat(b"%x\r\n%b\r\n" % (len(often), often))

    return lambda: ScriptedReply(head, chunks(), "close")


def finite_body(
    body: Callable[[], bytes], headers: str = "Content-Type: application/xml\r\n"
) -> Callable[[], ScriptedReply]:
    """A list of these bytes, created on demand: some take megabytes and a second."""
    return lambda: make_reply("200 OK", body(), headers)


def compressed(wbits: int, first: bytes, piece: bytes, total: int) -> bytes:
    """A list of so many repeated bytes, compressed as gzip (31) or zlib (15)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    often = piece * (MIB // len(piece))
    packed = [packer.compress(first), *(packer.compress(often) for _ in range(total // len(often)))]
    return b"".join([*packed, packer.flush()])


def compressed_empty_elements() -> bytes:
    """64 MB of empty elements in 64 KB."""
    return compressed(31, OPENING_TAG, b"<Links/>", 64_000_000)


def entity_expansion() -> bytes:
    """Ten entities, each ten times the one before: ten billion characters."""
    names = "abcdefghij"
    more = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names))
    return f'<!DOCTYPE SystemSessions [<!ENTITY a "ha">{more}]><SystemSessions>&j;</SystemSessions>'.encode()


def external_entity(what: str) -> bytes:
    """An external entity."""
    return f'<!DOCTYPE x [<!ENTITY e SYSTEM "{what}">]><SystemSessions>&e;</SystemSessions>'.encode()


def many_attributes(count: int) -> bytes:
    """One session with so many attributes."""
    return OPENING_TAG + b"<Sessions " + b" ".join(b'a%d="x"' % number for number in range(count)) + b"/>"


def with_undeclared_prefix(rest: bytes) -> bytes:
    """A list with a namespace of four megabytes, which is part of every prefixed name."""
    return b'<SystemSessions xmlns:x="' + b"u" * 4_000_000 + b'"><Sessions' + rest


@dataclass(frozen=True)
class HostileBody:
    """A response, and what the sentence about it must contain."""

    response: Callable[[], ScriptedReply]
    message: str


BODIES = {
    "entities": HostileBody(finite_body(entity_expansion), "it has a DOCTYPE"),
    "external-file": HostileBody(
        finite_body(lambda: external_entity("file:///etc/passwd")), "it has a DOCTYPE"
    ),
    "external-address": HostileBody(
        finite_body(lambda: external_entity("https://em99.example.net/x")), "it has a DOCTYPE"
    ),
    "entities-in-utf-16": HostileBody(
        finite_body(lambda: entity_expansion().decode().encode("utf-16")), "it has a DOCTYPE"
    ),
    "external-dtd": HostileBody(
        finite_body(lambda: b'<!DOCTYPE x SYSTEM "https://em99.example.net/x"><x/>'), "DOCTYPE"
    ),
    "doctype-without-end": HostileBody(endless_body(b'<!ENTITY a "ha">', b"<!DOCTYPE x ["), "DOCTYPE"),
    "depth": HostileBody(endless_body(b"<a>"), TOO_LONG_MESSAGE),
    "attributes": HostileBody(finite_body(lambda: many_attributes(1_000_000)), TOO_LONG_MESSAGE),
    "attributes-without-end": HostileBody(
        endless_body(b' a="x"', OPENING_TAG + b"<Sessions"), TOO_LONG_MESSAGE
    ),
    "attribute-without-end": HostileBody(
        endless_body(b"x", OPENING_TAG + b'<Sessions Name="'), TOO_LONG_MESSAGE
    ),
    "namespace-of-attributes": HostileBody(
        finite_body(
            lambda: with_undeclared_prefix(b"".join(b' x:a%d=""' % number for number in range(300)) + b"/>")
        ),
        TOO_LONG_MESSAGE,
    ),
    "namespace-of-elements": HostileBody(
        finite_body(
            lambda: with_undeclared_prefix(b">" + b"".join(b"<x:a%d/>" % number for number in range(300)))
        ),
        TOO_LONG_MESSAGE,
    ),
    "name-without-end": HostileBody(endless_body(b"x", OPENING_TAG + b"<"), TOO_LONG_MESSAGE),
    "text-without-end": HostileBody(endless_body(b"x", OPENING_TAG + b"<Sessions><State>"), TOO_LONG_MESSAGE),
    "comment-without-end": HostileBody(endless_body(b"x", OPENING_TAG + b"<!--"), TOO_LONG_MESSAGE),
    "instruction-without-end": HostileBody(endless_body(b"x", OPENING_TAG + b"<?x "), TOO_LONG_MESSAGE),
    "cdata-without-end": HostileBody(
        endless_body(b"x", OPENING_TAG + b"<Sessions><State><![CDATA["), TOO_LONG_MESSAGE
    ),
    "links-without-end": HostileBody(endless_body(b"<Links/>"), TOO_LONG_MESSAGE),
    "blanks-without-end": HostileBody(endless_body(b" \n"), TOO_LONG_MESSAGE),
    "invalid-utf-8-without-end": HostileBody(
        endless_body(b"\xff\xfe\xc3", OPENING_TAG + b"<Sessions><State>"), TOO_LONG_MESSAGE
    ),
    "utf-16-without-end": HostileBody(
        endless_body(b" \0", "<SystemSessions>".encode("utf-16")), TOO_LONG_MESSAGE
    ),
    "zeros": HostileBody(endless_body(b"\0", b"\0"), "UTF-8"),
    "gzip": HostileBody(
        finite_body(
            compressed_empty_elements,
            "Content-Type: application/xml\r\nContent-Encoding: gzip\r\n",
        ),
        TOO_LONG_MESSAGE,
    ),
    "gzip-in-gzip": HostileBody(
        finite_body(
            lambda: gzip.compress(compressed(31, OPENING_TAG + b"<Sessions>", b" ", 300_000_000)),
            "Content-Type: application/xml\r\nContent-Encoding: gzip, gzip\r\n",
        ),
        TOO_LONG_MESSAGE,
    ),
    "deflate": HostileBody(
        finite_body(
            lambda: compressed(15, OPENING_TAG, b" ", 300_000_000),
            "Content-Type: application/xml\r\nContent-Encoding: deflate\r\n",
        ),
        TOO_LONG_MESSAGE,
    ),
    "gzip-unsaid": HostileBody(finite_body(compressed_empty_elements), "without a Content-Encoding"),
    "header": HostileBody(finite_body(bytes, f"X-Long: {'x' * MIB}\r\n"), "more than 100 KiB of headers"),
    "headers": HostileBody(finite_body(bytes, "X-Many: x\r\n" * 100_000), "more than 100 KiB of headers"),
    "attributes-to-the-end": HostileBody(
        finite_body(lambda: many_attributes(600_000)), "before it was complete"
    ),
    "fields-without-end": HostileBody(endless_body(b"<a/>", OPENING_TAG + b"<Sessions>"), TOO_LONG_MESSAGE),
    "rows-without-end": HostileBody(endless_body(b"<Sessions/>"), TOO_LONG_MESSAGE),
    "length": HostileBody(
        lambda: ScriptedReply(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n"), "MiB"
    ),
    "chunk": HostileBody(
        lambda: ScriptedReply(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 5000 + b"\r\n"
        ),
        "malformed chunks",
    ),
}


@dataclass(frozen=True)
class CommandResult:
    """Exit code, output and peak memory in bytes of one emtui."""

    code: int
    error_output: str
    peak: int


ListClient = Callable[[Callable[[], ScriptedReply]], CommandResult]


def run_command(shell: CommandRunner, *argv: str) -> CommandResult:
    """Run a command and sample its memory until it ends: `ru_maxrss` would include that of pytest."""
    with subprocess.Popen(
        [sys.executable, "-m", "emtui", *shell.leading_arguments, *argv],
        env=shell.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stderr
        peak = 0
        while child.poll() is None:
            peak = max(peak, peak_memory(child.pid))
            time.sleep(0.005)
        return CommandResult(child.returncode, child.stderr.read(), peak)


def peak_memory(pid: int) -> int:
    """Peak memory of a process in bytes; 0 when it has just ended."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


@pytest.fixture
def list_client(shell: CommandRunner, trusted_identity: ServerIdentity) -> ListClient:
    """Run emtui against a server that responds with this list."""
    return lambda response: request_list(shell, trusted_identity, response)


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory, trusted_identity: ServerIdentity) -> CommandResult:
    """Memory with a list of one run."""
    home = tmp_path_factory.mktemp("home")
    done = request_list(
        CommandRunner(home, isolated_environment(home)), trusted_identity, lambda: GOOD_REPLIES["list"]
    )
    assert done.code == 0, done.error_output
    return done


def request_list(
    shell: CommandRunner, server_identity: ServerIdentity, response: Callable[[], ScriptedReply]
) -> CommandResult:
    """Request the list once from a new server."""
    with scripted_server_in_thread(with_list(response), server_identity.tls_context()) as server:
        shell.environ |= {
            "EMTUI_SERVER": server.authority,
            "EMTUI_USER": USER,
            "EMTUI_PASSWORD": PASSWORD,
        }
        return run_command(shell, "--pin", server_identity.sha256, "sessions", "-o", "json")


def with_list(response: Callable[[], ScriptedReply]) -> Callable[[ReceivedRequest], ScriptedReply]:
    """A server that responds normally except for its list."""
    return lambda request: response() if route_of(request) == "list" else reply_well(request)


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_uses_little_memory_and_is_one_sentence(
    name: str,
    list_client: ListClient,
    harmless: CommandResult,
    record_property: Callable[[str, object], None],
) -> None:
    hostile = list_client(BODIES[name].response)
    assert hostile.code not in {0, 1}, hostile.error_output
    assert BODIES[name].message in hostile.error_output
    assert hostile.error_output.count("\n") == 1
    assert hostile.peak - harmless.peak < MAX_EXTRA_MEMORY
    record_property(
        "said", f"{(hostile.peak - harmless.peak) / MIB:5.1f} MiB  {hostile.error_output.strip()[:70]}"
    )
