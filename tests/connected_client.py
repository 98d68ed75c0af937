"""A client that is logged on to a scripted server, and a byte pump for proxies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from scripted_server import (
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedReply,
    ServerIdentity,
    make_identity,
    scripted_server,
)

from emtui.em.client import Client, Timeouts
from emtui.em.proxy import ProxySettings
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust


@asynccontextmanager
async def connected_client(
    folder: Path, reply_to: Callable[[ReceivedRequest], ScriptedReply]
) -> AsyncIterator[Client]:
    """A client logged on to a server with these responses; its certificate is in the folder."""
    server_identity = make_identity(folder)
    async with (
        scripted_server(reply_to, server_identity.tls_context()) as server,
        await connect_client(server.port, server_identity, Timeouts()) as client,
    ):
        yield client


async def connect_client(
    port: int, server_identity: ServerIdentity, timeouts: Timeouts, prefix: str = ""
) -> Client:
    """A client logged on to the server at this port, without a proxy."""
    return await Client.connect(
        Server("127.0.0.1", port, prefix=prefix),
        USER,
        Secret(PASSWORD),
        trust=Trust(pin=server_identity.sha256),
        proxies=ProxySettings(),
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
