"""Sessions in words: the counts of a list, the head of a session, all that the server said of it.

Pure: sessions, times and a zone in, text out.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from emtui import text_format
from emtui.em.model import Outcome, Session
from emtui.monitor.absence_summary import AbsenceSummary
from emtui.monitor.feed_health import ClockStep
from emtui.monitor.list_feed import ListState
from emtui.monitor.snapshot import Snapshot
from emtui.tui.formatting.outcome_style import GLYPHS, OUTCOME_STYLES
from emtui.tui.formatting.session_columns import MEDIUM, Clock, took_text, unknown
from emtui.tui.theme import ALARM, BOLD, PLAIN
from emtui.tui.widgets.virtual_list import Pieces

WORST_FIRST = (
    Outcome.FAILED,
    Outcome.WARNING,
    Outcome.UNKNOWN,
    Outcome.CANCELED,
    Outcome.RUNNING,
)


def tally(snapshot: Snapshot, known: Counter[Outcome] | None = None) -> str:
    """`3,426 runs  7 failed, 2 known … 3,411 success`: worst first, what is well last.

    `known` is how many of each outcome somebody knows of.
    """
    marked = known or Counter()

    def told(outcome: Outcome) -> str:
        many = f", {text_format.count(marked[outcome])} known" if marked[outcome] else ""
        return f"{outcome}{many}"

    counts = (
        *((snapshot.tally[outcome], told(outcome)) for outcome in WORST_FIRST),
        (len(snapshot.references), "known by name only"),
        (snapshot.odd, "not readable whole"),
        (snapshot.replaced, "characters replaced"),
        (snapshot.tally[Outcome.SUCCESS], told(Outcome.SUCCESS)),
    )
    parts = [f"{text_format.count(number)} {what}" for number, what in counts if number]
    return "  ".join([text_format.counted(len(snapshot.sessions), "run"), *parts])


def as_of_text(when: datetime, clock: Clock) -> str:
    """`as of 03:12:04 +01:00`; with its day as soon as it is a day old."""
    whole = text_format.moment(when, clock.zone)
    *_, time, offset = whole.split()
    return f"as of {f'{time} {offset}' if abs(clock.now - when) < text_format.DAY else whole}"


def list_age(state: ListState, clock: Clock, width: int) -> Pieces:
    """How old the list is, in words once that is too old; and how often it is requested."""
    pieces: Pieces = [("PAUSED  ", BOLD)] if state.is_paused else []
    if since := state.health.lost_since:
        when, offset = (
            text_format.day_and_clock(since, clock.now, clock.zone),
            text_format.zone_offset(since, clock.zone),
        )
        return [*pieces, (f"BLIND since {when} {offset}", ALARM)]
    if state.snapshot is None:
        return [*pieces, (text_format.zone_offset(clock.now, clock.zone), PLAIN)]
    if state.is_stale:
        pieces.append(("STALE  ", ALARM))
    pieces.append((as_of_text(state.snapshot.as_of, clock), PLAIN))
    if width >= MEDIUM and not state.is_paused and state.interval is not None:
        pieces.append((f"  every {text_format.pause(state.interval)}", PLAIN))
    return pieces


def absence_text(state: ListState, clock: Clock) -> Pieces:
    """What happened while nobody looked, and how this computer's clock was set; nothing of nothing."""
    text = away(state.absence, clock) if state.absence else []
    if state.clock_step:
        text += [("; ", PLAIN)] * bool(text) + clock_set(state.clock_step, clock)
    return text


def away(absence: AbsenceSummary, clock: Clock) -> Pieces:
    """`Fri 18:02 – Mon 08:30: 3 failed (u steps), 112 ok of 115 runs; blind Sat 22:04 – Mon 08:31`."""

    def span(since: datetime, until: datetime) -> str:
        first, last = (text_format.day_clock(when, clock.now, clock.zone) for when in (since, until))
        return f"{first} – {last}"

    pieces: Pieces = [(f"{span(absence.since, absence.until)}:", BOLD)]
    ended = absence.ended
    counts = [(ended[outcome], outcome) for outcome in (*WORST_FIRST, Outcome.SUCCESS) if ended[outcome]]
    for place, (number, outcome) in enumerate(counts):
        steps = " (u steps)" if outcome is Outcome.FAILED else ""
        word = "ok" if outcome is Outcome.SUCCESS else f"{outcome}{steps}"
        pieces.append(
            (f"{', ' if place else ' '}{text_format.count(number)} {word}", OUTCOME_STYLES[outcome])
        )
    if counts:
        pieces.append((f" of {text_format.counted(sum(number for number, _ in counts), 'run')}", PLAIN))
    else:
        pieces.append((" nothing ended", PLAIN))
    for period in absence.outages:
        until = period.until or absence.until
        filled = ", filled from the server's list" if period.until else ""
        pieces.append((f"; blind {span(period.since, until)}{filled}", BOLD))
    for lack in absence.unlisted:
        runs = text_format.counted(lack.count, "run")
        pieces.append((f"; {runs} not listed {span(lack.since, lack.until or absence.until)}", BOLD))
    return pieces


def clock_set(step: ClockStep, clock: Clock) -> Pieces:
    """Format `This computer's clock was set forward by 8h00m, from Fri 18:02 to Sat 02:02.`."""
    first, last = (
        text_format.day_clock(when, clock.now, clock.zone) for when in (step.at - step.by, step.at)
    )
    span = text_format.duration(abs(step.by))
    way = "forward" if step.by > timedelta() else "back"
    return [(f"This computer's clock was set {way} by {span}, from {first} to {last}.", BOLD)]


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
        pieces.append(("  " + _with_offset(session.started, clock), PLAIN))
    pieces.append((f"  {'for' if session.running else 'took'} {took_text(session, clock)}", PLAIN))
    return pieces


def _with_offset(when: datetime, clock: Clock) -> str:
    """`Sun 25 Oct 02:30:00`; with its offset where the first line has another: clocks were changed."""
    then, now = (text_format.zone_offset(moment, clock.zone) for moment in (when, clock.now))
    return text_format.day_and_time(when, clock.zone) if then == now else text_format.moment(when, clock.zone)


def server_words(session: Session) -> str:
    """State and Result as the server put them; one word where both say the same."""
    said = dict.fromkeys(word for word in (session.state, session.result.word) if word)
    contradictory = " (contradictory)" if session.contradiction else ""
    return " / ".join(said) + contradictory + (", canceled" if session.result.canceled else "")


def _ended(session: Session, clock: Clock) -> str:
    if session.ended:
        return text_format.moment(session.ended, clock.zone)
    return "" if session.running else unknown(session)


def facts(session: Session, clock: Clock) -> str:
    """Everything that is known of a session, one fact a line, and its message whole."""
    lines = (
        ("Message", session.message),
        ("Not readable", session.odd),
        ("Outcome", session.outcome_text if session.complete else None),
        ("State", session.state),
        ("Result", session.result.word),
        ("Canceled", "yes" if session.result.canceled else None),
        ("Type", session.type),
        ("Started", text_format.moment(session.started, clock.zone) if session.started else unknown(session)),
        ("Ended", _ended(session, clock)),
        ("Took", took_text(session, clock)),
        ("Name", session.name),
        ("UID", session.uid),
    )
    return "\n".join(f"{label:<12}  {text}" for label, text in lines if text)
