"""A session in words: the head of its screen, and everything the server said of it.

Pure: a session, times and a zone in, text out.
"""

from __future__ import annotations

from datetime import tzinfo

from emtui import words
from emtui.em.model import Event, Session
from emtui.tui.columns import Clock
from emtui.tui.theme import BOLD, GLYPHS, OUTCOME_STYLES, PLAIN
from emtui.tui.widgets.lines import Pieces


def head(session: Session, clock: Clock) -> Pieces:
    """Type, outcome, start and length."""
    if not session.complete:
        return [(session.name or session.id, BOLD)]
    outcome = session.outcome
    pieces: Pieces = [
        (session.type or "no type", BOLD),
        ("  ", PLAIN),
        (f"{GLYPHS[outcome]} {outcome}", OUTCOME_STYLES[outcome]),
    ]
    if session.started:
        pieces.append(("  " + words.day_and_time(session.started, clock.zone), PLAIN))
    took = session.took(clock.now)
    if took is not None:
        pieces.append((f"  {'for' if session.running else 'took'} {words.duration(took)}", PLAIN))
    return pieces


def server_words(session: Session) -> str:
    """State and Result as the server put them; one word where both say the same."""
    said = dict.fromkeys(word for word in (session.state, session.result.word) if word)
    return " / ".join(said) + (", canceled" if session.result.canceled else "")


def facts(session: Session, clock: Clock) -> str:
    """Everything that is known of a session, one fact a line, and its message whole."""
    took = session.took(clock.now)
    lines = (
        ("Message", session.message),
        ("Not readable", session.odd),
        ("Outcome", str(session.outcome) if session.complete else None),
        ("State", session.state),
        ("Result", session.result.word),
        ("Canceled", "yes" if session.result.canceled else None),
        ("Type", session.type),
        ("Started", words.moment(session.started, clock.zone) if session.started else None),
        ("Ended", words.moment(session.ended, clock.zone) if session.ended else None),
        ("Took", words.duration(took) if took is not None else None),
        ("Name", session.name),
        ("UID", session.uid),
    )
    return "\n".join(f"{label:<12}  {text}" for label, text in lines if text)


def event_title(event: Event, session: Session, zone: tzinfo) -> str:
    """Which event of which session, and when."""
    when = f", {words.moment(event.time, zone)}" if event.time else ""
    return f"{session.type or session.name or session.id}, event {event.order or ''}{when}"
