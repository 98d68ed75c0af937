"""One session with its log, and its fields as text for `show` and `wait`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from emtui import text_format
from emtui.em.model import Log, Session
from emtui.em.server_address import Server


@dataclass(frozen=True, slots=True)
class SessionReading:
    """One session with its log.

    `now` is the server's clock when they were read; times are shown in `zone`.
    """

    session: Session
    log: Log
    server: Server
    now: datetime
    zone: tzinfo


def format_fields(reading: SessionReading) -> str:
    """The known fields of a session, one per line."""
    session, zone = reading.session, reading.zone
    duration = session.duration(reading.now)
    placeholder = text_format.UNKNOWN if session.is_complete else None
    pairs = (
        ("Type", session.type),
        ("Outcome", session.outcome_text),
        (
            "Started",
            text_format.format_date_time_with_offset(session.started, zone)
            if session.started
            else placeholder,
        ),
        (
            "Ended",
            text_format.format_date_time_with_offset(session.ended, zone)
            if session.ended
            else None
            if session.is_running
            else placeholder,
        ),
        ("Took", text_format.format_duration(duration) if duration is not None else placeholder),
        ("State", session.state),
        ("Result", session.result.value),
        ("Message", session.message),
        ("Name", session.name),
        ("Id", session.id),
        ("Server", str(reading.server)),
    )
    lines = (
        f"{text_format.fit_width(title, 12)}  {text_format.join_lines(text)}" for title, text in pairs if text
    )
    return "".join(f"{line}\n" for line in lines)
