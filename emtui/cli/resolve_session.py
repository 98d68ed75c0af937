"""Resolve a session reference: exact IDs are requested, prefixes and `latest` searched in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from emtui.cli import stdio
from emtui.cli.list_evidence import is_complete
from emtui.cli.sessions import narrate_odd
from emtui.em.model import Session
from emtui.em.server_address import Server, read_host
from emtui.query import DEFAULT_ORDER, ExactTarget, LatestTarget, Target, find
from emtui.query.type_aliases import type_test

if TYPE_CHECKING:
    from emtui.em.client import Client


async def session_of(client: Client, target: Target) -> Session:
    """The complete session; references that are not exact are searched in the list first."""
    if isinstance(target, ExactTarget):
        session = await client.session(target.uid)
        return session if session.complete else await _more_of(client, session)
    session = await listed_as(client, target)
    return session if session.complete else await client.session(session.uid)


async def _more_of(client: Client, reference: Session) -> Session:
    """The session from the list, for servers that return only a reference to it."""
    listed = (await client.sessions()).sessions
    return next((session for session in listed if session.uid == reference.uid), reference)


async def listed_as(client: Client, target: Target) -> Session:
    """The session of the list that matches a prefix or `latest`."""
    listing = await client.sessions()
    narrate_odd(listing)
    if not isinstance(target, LatestTarget) or target.type is None or is_complete(listing.sessions):
        return find(target, listing.sessions)
    newest_first, read, fits = DEFAULT_ORDER.sort(listing.sessions, client.now()), [], type_test(target.type)
    async for session in client.complete(newest_first):
        read.append(session)
        if session.started and fits(session.type):
            return session
    return find(target, read)


def narrate_host(target: Target, server: Server) -> None:
    """Report if a URL names another server than the configured one."""
    if not isinstance(target, ExactTarget) or target.url is None:
        return
    named = urlsplit(target.url).hostname
    host, _ = read_host(named or "") or (named, "")
    if host != server.host.casefold():
        stdio.narrate(f"The URL names {named}. Only its session ID is used, on {server}.")
