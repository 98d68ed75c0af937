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


def fields(reading: SessionReading) -> str:
    """The known fields of a session, one per line."""
    session, zone = reading.session, reading.zone
    took = session.took(reading.now)
    unknown = text_format.UNKNOWN if session.complete else None
    pairs = (
        ("Type", session.type),
        ("Outcome", session.outcome_text),
        ("Started", text_format.moment(session.started, zone) if session.started else unknown),
        (
            "Ended",
            text_format.moment(session.ended, zone)
            if session.ended
            else None
            if session.running
            else unknown,
        ),
        ("Took", text_format.duration(took) if took is not None else unknown),
        ("State", session.state),
        ("Result", session.result.word),
        ("Message", session.message),
        ("Name", session.name),
        ("Id", session.id),
        ("Server", str(reading.server)),
    )
    lines = (f"{text_format.fit(title, 8)}  {text_format.one_line(text)}" for title, text in pairs if text)
    return "".join(f"{line}\n" for line in lines)
