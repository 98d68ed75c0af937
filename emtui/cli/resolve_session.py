"""Resolve a session reference: exact IDs are requested, prefixes and `latest` searched in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from emtui.cli import stdio
from emtui.cli.list_context import is_complete
from emtui.cli.sessions import print_parse_problems
from emtui.em.model import Session
from emtui.em.server_address import Server, parse_host
from emtui.local.recent_sessions import save_recent_sessions
from emtui.query import DEFAULT_SORT_ORDER, ExactSessionRef, LatestSessionRef, SessionRef, find_session
from emtui.query.type_aliases import type_test

if TYPE_CHECKING:
    from emtui.em.client import Client


async def resolve_session(client: Client, target: SessionRef) -> Session:
    """The complete session; references that are not exact are searched in the list first."""
    if isinstance(target, ExactSessionRef):
        session = await client.session(target.uid)
        save_recent_sessions(client.server, [session])
        return session if session.is_complete else await _look_up_reference(client, session)
    session = await find_in_list(client, target)
    return session if session.is_complete else await client.session(session.uid)


async def _look_up_reference(client: Client, reference: Session) -> Session:
    """The session from the list, for servers that return only a reference to it."""
    listed = (await client.sessions()).sessions
    return next((session for session in listed if session.uid == reference.uid), reference)


async def find_in_list(client: Client, target: SessionRef) -> Session:
    """The session of the list that matches a prefix or `latest`."""
    listing = await client.sessions()
    print_parse_problems(listing)
    save_recent_sessions(client.server, listing.sessions)
    if (
        not isinstance(target, LatestSessionRef)
        or target.session_type is None
        or is_complete(listing.sessions)
    ):
        return find_session(target, listing.sessions)
    newest_first, completed, matches_type = (
        DEFAULT_SORT_ORDER.sort(listing.sessions, client.now()),
        [],
        type_test(target.session_type),
    )
    async for session in client.complete_references(newest_first):
        completed.append(session)
        if session.started and matches_type(session.type):
            return session
    return find_session(target, completed)


def print_host_mismatch(target: SessionRef, server: Server) -> None:
    """Report if a URL names another server than the configured one."""
    if not isinstance(target, ExactSessionRef) or target.url is None:
        return
    url_host = urlsplit(target.url).hostname
    host, _ = parse_host(url_host or "") or (url_host, "")
    if host != server.host.casefold():
        stdio.print_message(f"The URL names {url_host}. Only its session ID is used, on {server}.")
