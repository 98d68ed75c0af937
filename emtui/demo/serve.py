"""HTTPS listener on loopback: prints its address as one JSON line and serves until stopped.

SIGINT and SIGTERM end it with 0, SIGHUP with 129, even with open connections. Its certificate is
in a private temporary folder.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import uvicorn

from emtui.demo import server_certificate
from emtui.demo.asgi_app import PASSWORD, UNDER, USER, Settings, create_app
from emtui.demo.demo_options import DemoOptions
from emtui.demo.server_certificate import Made
from emtui.demo.simulated_clock import Clock
from emtui.demo.world import World

HOST = "127.0.0.1"
USUAL_PORT = 9398
BUSY = 2
"""Exit code if the port is in use."""
_PATIENCE = 1
"""Seconds for open responses to end."""
_MUTE = logging.CRITICAL + 1


class _Server(uvicorn.Server):
    """Reports when it listens, and shuts down cleanly on a signal."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening
        self.code = 0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then call `listening`."""
        await super().startup(sockets)
        if self.started:
            self._listening()

    def leave(self, number: int = 0, _frame: FrameType | None = None) -> None:
        """Request a shutdown."""
        self.code = 128 + number if number == signal.SIGHUP else 0
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Shut down on signals; unlike the base class, do not raise them again."""
        ends = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as it is under nohup
            ends.append(signal.SIGHUP)
        before = {number: signal.signal(number, self.leave) for number in ends}
        try:
            yield
        finally:
            for number, previous in before.items():
                signal.signal(number, previous)


def serve(options: DemoOptions, port: int = USUAL_PORT, *, with_parent: bool = False) -> int:
    """Serve until a signal, or until stdin ends if `with_parent`. Return the exit code."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with listener, TemporaryDirectory(prefix="emtui-demo-") as folder:
        try:
            listener.bind((HOST, port))
        except OSError as error:
            reason = error.strerror or str(error)
            if sys.stderr is not None:
                told = (
                    f"Cannot listen on port {port} ({reason}): use another --port, or 0 for any free port.\n"
                )
                sys.stderr.write(told)
            return BUSY
        return _run(options, listener, Path(folder), with_parent=with_parent)


def _run(options: DemoOptions, listener: socket.socket, folder: Path, *, with_parent: bool) -> int:
    # Aborted handshakes are not worth logging, and the parent may not read stderr.
    logging.getLogger("asyncio").setLevel(_MUTE)
    start = options.clock or datetime.now(UTC)
    clock = Clock(start, options.speed, since=options.since)
    world = World(options.seed, start, options.sessions)
    made = _certificate(options, folder)
    swap = _Swap(folder) if options.plays.on("changed-certificate") else None
    settings = Settings(world, clock, options.plays, on_logon=swap or (lambda: None))
    config = uvicorn.Config(
        create_app(settings),
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=_MUTE,
        access_log=False,
        server_header=False,
        date_header=False,  # set by the application, by the simulated clock
        timeout_graceful_shutdown=_PATIENCE,
        ssl_certfile=made.certificate if made else None,
        ssl_keyfile=made.key if made else None,
    )
    config.load()
    if swap is not None:
        swap.context = config.ssl
    server = _Server(config, lambda: _announce(listener, made, options))
    if with_parent:
        threading.Thread(target=_watch_stdin, args=(server.leave,), daemon=True).start()
    server.run([listener])
    return server.code


def _certificate(options: DemoOptions, folder: Path) -> Made | None:
    plays = options.plays
    if plays.on("http"):
        return None
    expired = plays.on("expired-certificate")
    return server_certificate.make(folder, "em01", expired=expired, other_name=plays.on("other-name"))


class _Swap:
    """Replaces the listener's certificate once, at the first logon."""

    def __init__(self, folder: Path) -> None:
        self._other = server_certificate.make(folder, "changed")
        self.context: ssl.SSLContext | None = None

    def __call__(self) -> None:
        if self.context is not None:
            self.context.load_cert_chain(self._other.certificate, self._other.key)
            self.context = None


def _announce(listener: socket.socket, made: Made | None, options: DemoOptions) -> None:
    scheme = "https" if made else "http"
    prefix = UNDER if options.plays.on("under-path") else ""
    line = {
        "url": f"{scheme}://{HOST}:{listener.getsockname()[1]}{prefix}",
        "user": USER,
        "password": PASSWORD,
        "sha256": made.sha256 if made else None,
        "ca": str(made.certificate) if made else None,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _watch_stdin(leave: Callable[[], None]) -> None:
    """Shut down when the parent closes stdin."""
    while os.read(0, 4096):
        pass
    leave()
