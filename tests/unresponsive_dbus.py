"""A D-Bus that authenticates clients and then never responds, like a hung keyring."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def unresponsive_bus(folder: Path) -> Iterator[str]:
    """Yield its address; it stops when the block ends."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "dbus"))
    listener.listen()
    connections: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            connections.append(caller)
            while b"AUTH EXTERNAL" not in (received := caller.recv(4096)) and received:
                pass
            caller.send(b"OK " + b"0" * 32 + b"\r\n")

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"unix:path={folder / 'dbus'}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for caller in connections:
            caller.close()
