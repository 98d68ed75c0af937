"""A run that was seen while it went on, and that the server no longer lists."""

from __future__ import annotations

from datetime import datetime, tzinfo

from emtui import words
from emtui.em.errors import Gone, NotFound
from emtui.em.model import Session


def told_as_gone(
    problem: NotFound, session: Session, where: object, seen: datetime, now: datetime, zone: tzinfo
) -> NotFound:
    """The same problem, with when this run was last seen running; what had ended needs no more words."""
    if not session.running:
        return problem
    at = words.day_and_clock(seen, now, zone)
    run = f"{session.type or 'session'} {session.id}"
    return Gone(
        f"{where} no longer lists {run}: it was running at {at} {words.zone_offset(seen, zone)},"
        " and how it ended is not known."
    )
