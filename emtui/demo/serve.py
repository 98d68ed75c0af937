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
from emtui.demo.asgi_app import PASSWORD, PATH_PREFIX, USER, DemoServerSettings, create_app
from emtui.demo.demo_options import DemoOptions
from emtui.demo.server_certificate import CertificateFiles
from emtui.demo.simulated_clock import SimulatedClock
from emtui.demo.world import SimulatedWorld

HOST = "127.0.0.1"
DEFAULT_PORT = 9398
PORT_IN_USE = 2
"""Exit code if the port is in use."""
_SHUTDOWN_TIMEOUT_S = 1
"""Seconds for open responses to end."""
_LOG_NOTHING = logging.CRITICAL + 1


class _DemoServer(uvicorn.Server):
    """Reports when it listens, and shuts down cleanly on a signal."""

    def __init__(self, config: uvicorn.Config, on_listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_listening = on_listening
        self.exit_code = 0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then call `on_listening`."""
        await super().startup(sockets)
        if self.started:
            self._on_listening()

    def request_shutdown(self, number: int = 0, _frame: FrameType | None = None) -> None:
        """Request a shutdown."""
        self.exit_code = 128 + number if number == signal.SIGHUP else 0
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Shut down on signals; unlike the base class, do not raise them again."""
        signals = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as it is under nohup
            signals.append(signal.SIGHUP)
        previous_handlers = {number: signal.signal(number, self.request_shutdown) for number in signals}
        try:
            yield
        finally:
            for number, handler in previous_handlers.items():
                signal.signal(number, handler)


def serve(options: DemoOptions, port: int = DEFAULT_PORT, *, with_parent: bool = False) -> int:
    """Serve until a signal, or until stdin ends if `with_parent`. Return the exit code."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with listener, TemporaryDirectory(prefix="emtui-demo-") as folder:
        try:
            listener.bind((HOST, port))
        except OSError as error:
            reason = error.strerror or str(error)
            if sys.stderr is not None:
                message = (
                    f"Cannot listen on port {port} ({reason}): use another --port, or 0 for any free port.\n"
                )
                sys.stderr.write(message)
            return PORT_IN_USE
        return _run(options, listener, Path(folder), with_parent=with_parent)


def _run(options: DemoOptions, listener: socket.socket, folder: Path, *, with_parent: bool) -> int:
    # Aborted handshakes are not worth logging, and the parent may not read stderr.
    logging.getLogger("asyncio").setLevel(_LOG_NOTHING)
    start = options.clock or datetime.now(UTC)
    clock = SimulatedClock(start, options.speed, started_at=options.clock_start)
    world = SimulatedWorld(options.seed, start, options.sessions)
    certificate = _make_certificate(options, folder)
    certificate_change = _CertificateChange(folder) if options.faults.is_on("changed-certificate") else None
    settings = DemoServerSettings(world, clock, options.faults, on_logon=certificate_change or (lambda: None))
    config = uvicorn.Config(
        create_app(settings),
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=_LOG_NOTHING,
        access_log=False,
        server_header=False,
        date_header=False,  # set by the application, by the simulated clock
        timeout_graceful_shutdown=_SHUTDOWN_TIMEOUT_S,
        ssl_certfile=certificate.certificate if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
    )
    config.load()
    if certificate_change is not None:
        certificate_change.context = config.ssl
    server = _DemoServer(config, lambda: _announce(listener, certificate, options))
    if with_parent:
        threading.Thread(target=_watch_stdin, args=(server.request_shutdown,), daemon=True).start()
    server.run([listener])
    return server.exit_code


def _make_certificate(options: DemoOptions, folder: Path) -> CertificateFiles | None:
    plays = options.faults
    if plays.is_on("http"):
        return None
    expired = plays.is_on("expired-certificate")
    return server_certificate.create_certificate(
        folder, "em01", expired=expired, other_name=plays.is_on("other-name")
    )


class _CertificateChange:
    """Replaces the listener's certificate once, at the first logon."""

    def __init__(self, folder: Path) -> None:
        self._other = server_certificate.create_certificate(folder, "changed")
        self.context: ssl.SSLContext | None = None

    def __call__(self) -> None:
        if self.context is not None:
            self.context.load_cert_chain(self._other.certificate, self._other.key)
            self.context = None


def _announce(listener: socket.socket, certificate: CertificateFiles | None, options: DemoOptions) -> None:
    scheme = "https" if certificate else "http"
    prefix = PATH_PREFIX if options.faults.is_on("under-path") else ""
    announcement = {
        "url": f"{scheme}://{HOST}:{listener.getsockname()[1]}{prefix}",
        "user": USER,
        "password": PASSWORD,
        "sha256": certificate.sha256 if certificate else None,
        "ca": str(certificate.certificate) if certificate else None,
    }
    sys.stdout.write(json.dumps(announcement) + "\n")
    sys.stdout.flush()


def _watch_stdin(request_shutdown: Callable[[], None]) -> None:
    """Shut down when the parent closes stdin."""
    while os.read(0, 4096):
        pass
    request_shutdown()
