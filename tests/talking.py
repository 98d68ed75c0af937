"""A client that is logged on to a scripted server, and a byte pump for proxies."""

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
    """A client logged on to a server with these responses; its certificate is in the folder."""
    known = identity(folder)
    async with (
        rogue(answers, known.context()) as server,
        await logged_on(server.port, known, Timeouts()) as client,
    ):
        yield client


async def logged_on(port: int, known: Identity, timeouts: Timeouts, prefix: str = "") -> Client:
    """A client logged on to the server at this port, without a proxy."""
    return await Client.connect(
        Server("127.0.0.1", port, prefix=prefix),
        USER,
        Secret(PASSWORD),
        trust=Trust(pin=known.sha256),
        proxies=Proxies(),
        timeouts=timeouts,
    )


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Forward all bytes until the end."""
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
    except OSError:
        return
    finally:
        writer.close()
