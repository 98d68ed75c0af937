"""A client that is logged on to a server that a test plays, and bytes on their way through a proxy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from rogue import PASSWORD, USER, Asked, Identity, Reply, identity, rogue

from emtui.em.client import Client, Timeouts
from emtui.em.proxy import Proxies
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust


@asynccontextmanager
async def asking(folder: Path, answers: Callable[[Asked], Reply]) -> AsyncIterator[Client]:
    """Logged on to a server that answers so; its certificate lies in the folder."""
    known = identity(folder)
    async with (
        rogue(answers, known.context()) as server,
        await logged_on(server.port, known, Timeouts()) as client,
    ):
        yield client


async def logged_on(port: int, known: Identity, timeouts: Timeouts, prefix: str = "") -> Client:
    """Logged on to what listens at this port, with no proxy between."""
    return await Client.connect(
        Server("127.0.0.1", port, prefix=prefix),
        USER,
        Secret(PASSWORD),
        trust=Trust(pin=known.sha256),
        proxies=Proxies(),
        timeouts=timeouts,
    )


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hand on all that comes, until it ends."""
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
    except OSError:
        return
    finally:
        writer.close()
