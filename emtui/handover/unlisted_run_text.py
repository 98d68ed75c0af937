"""Text for a run that was last seen running and is no longer listed."""

from __future__ import annotations

from datetime import datetime, tzinfo

from emtui import text_format
from emtui.em.model import Session


def last_seen_running(session: Session, where: object, seen: datetime, now: datetime, zone: tzinfo) -> str:
    """A sentence with the time it was last seen; empty for an ended run."""
    if not session.running:
        return ""
    at = f"{text_format.day_and_clock(seen, now, zone)} {text_format.zone_offset(seen, zone)}"
    run = f"{session.type or 'session'} {session.id}"
    return f"{where} no longer lists {run}: last seen running at {at}, outcome unknown."
