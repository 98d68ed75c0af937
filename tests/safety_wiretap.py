"""A listener on 127.0.0.1 that records every byte received, and answers each connection by a script.

It does not use TLS: it records what an impostor or a proxy would see.
"""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from socket_server import run_server

HANDSHAKE, ALERT, APPLICATION = 0x16, 0x15, 0x17

Play = Callable[["Line"], None]


@dataclass(slots=True)
class Line:
    """One connection; `got` has all bytes received."""

    wire: socket.socket
    got: bytearray = field(default_factory=bytearray)

    def take(self) -> bytes:
        """Receive the next bytes; empty at the end."""
        piece = self.wire.recv(65536)
        self.got += piece
        return piece

    def rest(self) -> None:
        """Receive until the other side closes."""
        while self.take():
            pass


@dataclass(slots=True)
class Wiretap:
    """A running listener."""

    play: Play
    port: int = 0
    lines: list[Line] = field(default_factory=list)

    @property
    def authority(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def heard(self) -> bytes:
        """All bytes received on all connections."""
        return b"".join(bytes(line.got) for line in self.lines)


def records(sent: bytes) -> list[int]:
    """The types of the TLS records that a client sent; -1 for anything else."""
    kinds: list[int] = []
    while sent:
        if len(sent) < 5 or sent[1] != 3:
            return [*kinds, -1]
        kinds.append(sent[0])
        sent = sent[5 + int.from_bytes(sent[3:5]) :]
    return kinds


@contextmanager
def wiretap(play: Play) -> Iterator[Wiretap]:
    """Listen until the block ends."""
    held = Wiretap(play)

    class Answering(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(30)
            line = Line(self.request)
            held.lines.append(line)
            try:
                held.play(line)
            except OSError:
                return  # the client has disconnected

    class Listener(socketserver.ThreadingTCPServer):
        daemon_threads = False  # every connection is closed when the block ends

    with run_server(Listener(("127.0.0.1", 0), Answering)) as held.port:
        yield held


def tls_1_1(line: Line) -> None:
    """Answer a ClientHello with a ServerHello of TLS 1.1, and record what follows."""
    line.take()
    hello = b"\x03\x02" + bytes(range(32)) + b"\x00" + b"\xc0\x13" + b"\x00"
    handshake = b"\x02" + len(hello).to_bytes(3) + hello
    line.wire.sendall(b"\x16\x03\x02" + len(handshake).to_bytes(2) + handshake)
    line.rest()


def plain_http(line: Line) -> None:
    """Answer anything in plain HTTP."""
    line.take()
    line.wire.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    line.wire.shutdown(socket.SHUT_WR)
    line.rest()


def listening(line: Line) -> None:
    """Send nothing, and record the first bytes."""
    line.take()


def tunnel_to(port: int) -> Play:
    """A proxy that connects every CONNECT to this local port."""

    def play(line: Line) -> None:
        while b"\r\n\r\n" not in line.got:
            line.take()
        with socket.create_connection(("127.0.0.1", port)) as onward:
            line.wire.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            threading.Thread(target=_back, args=(onward, line.wire), daemon=True).start()
            while piece := line.take():
                onward.sendall(piece)

    return play


def _back(onward: socket.socket, wire: socket.socket) -> None:
    try:
        while piece := onward.recv(65536):
            wire.sendall(piece)
    except OSError:
        return  # one side has disconnected


def refusing(line: Line) -> None:
    """A proxy that requires a logon."""
    while b"\r\n\r\n" not in line.got:
        line.take()
    line.wire.sendall(
        b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\n"
        b"Content-Length: 0\r\n\r\n"
    )
    line.rest()
