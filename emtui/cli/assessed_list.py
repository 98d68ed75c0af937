"""The session list with its assessment, for the commands that explain, compare and report runs."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from emtui import text_format
from emtui.cli import stdio
from emtui.cli.list_context import print_problems
from emtui.cli.sessions import print_parse_problems
from emtui.em.background_thread import run_in_thread
from emtui.em.model import Session, Uid
from emtui.local.knowledge_base import KnowledgeBase
from emtui.local.recent_sessions import save_recent_sessions
from emtui.monitor.assessment import Assessment, assess
from emtui.monitor.snapshot import Snapshot
from emtui.query import ExactSessionRef, NoMatchingSessionError, SessionRef, find_session

if TYPE_CHECKING:
    from emtui.em.client import Client


async def read_assessed_list(client: Client, zone: tzinfo) -> Assessment:
    """Request the list and assess it, as the session browser does; `zone` is that of the server.

    Sessions of which the server sends only the names are requested one by one.
    """
    listing = await client.sessions()
    as_of = datetime.now(UTC)
    print_parse_problems(listing)
    save_recent_sessions(client.server, listing.sessions)
    snapshot = Snapshot.from_listing(listing, as_of, client.now() - as_of)
    if snapshot.references:
        snapshot = await _complete_references(client, snapshot)
    knowledge_base = KnowledgeBase(client.server.ascii_authority)
    assessment = await run_in_thread(lambda: assess(snapshot, knowledge_base.load(), zone))
    print_problems(knowledge_base)
    return assessment


async def _complete_references(client: Client, snapshot: Snapshot) -> Snapshot:
    count = len(snapshot.references)
    stdio.print_message(
        f"The server sent only the names of {text_format.format_counted(count, 'session')}:"
        " requesting each of them."
    )
    details: dict[Uid, Session] = {
        session.uid: session async for session in client.complete_references(snapshot.references)
    }
    return snapshot.with_details(details)


async def find_run(client: Client, target: SessionRef, assessment: Assessment) -> Session:
    """The session as listed; one that is not listed is requested if its whole ID is given.

    Raises `EmError`, `NoMatchingSessionError` and `AmbiguousSessionError`.
    """
    try:
        return find_session(target, assessment.sessions)
    except NoMatchingSessionError:
        if not isinstance(target, ExactSessionRef):
            raise
    session = await client.session(target.uid)
    stdio.print_message(
        f"Session {session.id} is not in the list; it is compared with the runs that are listed."
    )
    return session
