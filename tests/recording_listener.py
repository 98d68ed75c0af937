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

ConnectionScript = Callable[["WiretapConnection"], None]


@dataclass(slots=True)
class WiretapConnection:
    """One connection; `received` has all its bytes."""

    connection: socket.socket
    received: bytearray = field(default_factory=bytearray)

    def read_piece(self) -> bytes:
        """Receive the next bytes; empty at the end."""
        piece = self.connection.recv(65536)
        self.received += piece
        return piece

    def read_to_end(self) -> None:
        """Receive until the other side closes."""
        while self.read_piece():
            pass


@dataclass(slots=True)
class RecordingListener:
    """A running listener."""

    script: ConnectionScript
    port: int = 0
    connections: list[WiretapConnection] = field(default_factory=list)

    @property
    def authority(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def received(self) -> bytes:
        """All bytes received on all connections."""
        return b"".join(bytes(line.received) for line in self.connections)


def tls_records(sent: bytes) -> list[int]:
    """The types of the TLS records that a client sent; -1 for anything else."""
    kinds: list[int] = []
    while sent:
        if len(sent) < 5 or sent[1] != 3:
            return [*kinds, -1]
        kinds.append(sent[0])
        sent = sent[5 + int.from_bytes(sent[3:5]) :]
    return kinds


@contextmanager
def recording_listener(script: ConnectionScript) -> Iterator[RecordingListener]:
    """Listen until the block ends."""
    listener = RecordingListener(script)

    class Answering(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(30)
            line = WiretapConnection(self.request)
            listener.connections.append(line)
            try:
                listener.script(line)
            except OSError:
                return  # the client has disconnected

    class Listener(socketserver.ThreadingTCPServer):
        daemon_threads = False  # every connection is closed when the block ends

    with run_server(Listener(("127.0.0.1", 0), Answering)) as listener.port:
        yield listener


def tls_1_1(line: WiretapConnection) -> None:
    """Answer a ClientHello with a ServerHello of TLS 1.1, and record what follows."""
    line.read_piece()
    hello = b"\x03\x02" + bytes(range(32)) + b"\x00" + b"\xc0\x13" + b"\x00"
    handshake = b"\x02" + len(hello).to_bytes(3) + hello
    line.connection.sendall(b"\x16\x03\x02" + len(handshake).to_bytes(2) + handshake)
    line.read_to_end()


def plain_http(line: WiretapConnection) -> None:
    """Answer anything in plain HTTP."""
    line.read_piece()
    line.connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    line.connection.shutdown(socket.SHUT_WR)
    line.read_to_end()


def keep_listening(line: WiretapConnection) -> None:
    """Send nothing, and record the first bytes."""
    line.read_piece()


def tunnel_to(port: int) -> ConnectionScript:
    """A proxy that connects every CONNECT to this local port."""

    def script(line: WiretapConnection) -> None:
        while b"\r\n\r\n" not in line.received:
            line.read_piece()
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            line.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            threading.Thread(target=_forward_back, args=(upstream, line.connection), daemon=True).start()
            while piece := line.read_piece():
                upstream.sendall(piece)

    return script


def _forward_back(upstream: socket.socket, wire: socket.socket) -> None:
    try:
        while piece := upstream.recv(65536):
            wire.sendall(piece)
    except OSError:
        return  # one side has disconnected


def refuse_connect(line: WiretapConnection) -> None:
    """A proxy that requires a logon."""
    while b"\r\n\r\n" not in line.received:
        line.read_piece()
    line.connection.sendall(
        b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\n"
        b"Content-Length: 0\r\n\r\n"
    )
    line.read_to_end()
