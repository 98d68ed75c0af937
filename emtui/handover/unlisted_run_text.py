"""Text for a run that was last seen running and is no longer listed."""

from __future__ import annotations

from datetime import datetime, tzinfo

from emtui import text_format
from emtui.em.model import Session


def format_last_seen(
    session: Session, server: object, last_seen: datetime, now: datetime, zone: tzinfo
) -> str:
    """A sentence with the time it was last seen; empty for an ended run."""
    if not session.is_running:
        return ""
    seen_text = (
        f"{text_format.format_day_and_second(last_seen, now, zone)}"
        f" {text_format.format_zone_offset(last_seen, zone)}"
    )
    run_name = f"{session.type or 'session'} {session.id}"
    return f"{server} no longer lists {run_name}: last seen running at {seen_text}, outcome unknown."
