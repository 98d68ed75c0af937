"""A client that is logged on to a server that a test plays, and bytes on their way through a proxy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from rogue import PASSWORD, USER, Asked, Reply, identity, rogue

from emtui.em.address import Server, Trust
from emtui.em.client import Client
from emtui.em.proxy import Proxies
from emtui.em.secret import Secret


@asynccontextmanager
async def asking(folder: Path, answers: Callable[[Asked], Reply]) -> AsyncIterator[Client]:
    """Logged on to a server that answers so; its certificate lies in the folder."""
    known = identity(folder)
    async with (
        rogue(answers, known.context()) as server,
        await Client.connect(
            Server("127.0.0.1", server.port),
            USER,
            Secret(PASSWORD),
            trust=Trust(pin=known.sha256),
            proxies=Proxies(),
        ) as client,
    ):
        yield client


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hand on all that comes, until it ends."""
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
    except OSError:
        return
    finally:
        writer.close()
