"""A server with a long list, and the moment when it began to answer with it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pty_terminal import a_home
from rogue import GOOD, PASSWORD, USER, Asked, Reply, identity, rogue_beside, route_of

from emtui.demo.documents import Documents
from emtui.demo.play import Plays
from emtui.demo.world import World

NOW = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
PIECE = 256 * 1024


def listing(count: int) -> bytes:
    """A list of about so many sessions, as the demo writes it."""
    world = World(1, NOW, count)
    documents = Documents("https://em01.example.net:9398/api", Plays())
    return documents.listing(world.sessions(NOW), json=False)


@dataclass(slots=True)
class Served:
    """Where the list is served, and what emtui needs to know to go straight to it."""

    environ: dict[str, str]
    home: Path
    body: bytes
    began: list[float] = field(default_factory=list)
    """When each answer with the list began."""

    @property
    def rows(self) -> int:
        """How many sessions it lists."""
        return self.body.count(b"<Sessions ")


@contextmanager
def serving(body: bytes) -> Iterator[Served]:
    """Serve this list over TLS on this computer."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    pieces = [body[start : start + PIECE] for start in range(0, len(body), PIECE)]
    began: list[float] = []

    def answer(asked: Asked) -> Reply:
        route = route_of(asked)
        if route != "list":
            return GOOD[route]
        began.append(time.monotonic())
        return Reply(head, pieces)

    with TemporaryDirectory() as folder:
        home = Path(folder)
        own = identity(home)
        with rogue_beside(answer, own.context()) as played:
            environ = a_home(
                home,
                EMTUI_SERVER=played.authority,
                EMTUI_USER=USER,
                EMTUI_PASSWORD=PASSWORD,
                EMTUI_PIN=own.sha256,
            )
            yield Served(environ, home, body, began)
