"""Runs in words: their durations and messages, the server's own words, all details, and counts of a list.

Pure: sessions, times and a zone in, text out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, tzinfo

from emtui import text_format
from emtui.em.model import Outcome, Session
from emtui.monitor.snapshot import Snapshot

WORST_FIRST = (
    Outcome.FAILED,
    Outcome.WARNING,
    Outcome.UNKNOWN,
    Outcome.CANCELED,
    Outcome.RUNNING,
)


@dataclass(frozen=True, slots=True)
class TimeContext:
    """The current time, and the zone to format times in."""

    now: datetime
    zone: tzinfo


def duration_text(session: Session, clock: TimeContext) -> str:
    """How long a run took, or has been running."""
    span = session.duration(clock.now)
    return text_format.format_duration(span) if span is not None else unknown_time_text(session)


def unknown_time_text(session: Session) -> str:
    """Text for a missing time; empty for a reference without details."""
    return text_format.UNKNOWN if session.is_complete else ""


def summary_text(session: Session) -> str:
    """The parse problem of a session, if any, and its message; the name of a reference without details."""
    message = session.message or ("" if session.is_complete else session.name or "")
    parse_problem = f"not readable: {session.parse_problem}" if session.parse_problem else ""
    return " · ".join(part for part in (parse_problem, message) if part)


def tally_text(snapshot: Snapshot, acknowledged: Counter[Outcome] | None = None) -> str:
    """Format `3,426 runs  7 failed, 2 acknowledged … 3,411 success`: worst first, successes last.

    `acknowledged` counts acknowledged runs by outcome.
    """
    acknowledged_counts = acknowledged or Counter()

    def outcome_text(outcome: Outcome) -> str:
        acknowledged_suffix = (
            f", {text_format.format_count(acknowledged_counts[outcome])} acknowledged"
            if acknowledged_counts[outcome]
            else ""
        )
        return f"{outcome}{acknowledged_suffix}"

    counts = (
        *((snapshot.outcome_counts[outcome], outcome_text(outcome)) for outcome in WORST_FIRST),
        (len(snapshot.references), "without details"),
        (snapshot.unreadable_count, "not fully readable"),
        (snapshot.replaced_count, "characters replaced"),
        (snapshot.outcome_counts[Outcome.SUCCESS], outcome_text(Outcome.SUCCESS)),
    )
    parts = [f"{text_format.format_count(number)} {label}" for number, label in counts if number]
    return "  ".join([text_format.format_counted(len(snapshot.sessions), "run"), *parts])


def as_of_text(when: datetime, clock: TimeContext) -> str:
    """Format `03:12:04 +01:00`; with the day if that is a day or more away."""
    full_text = text_format.format_date_time_with_offset(when, clock.zone)
    *_, time, offset = full_text.split()
    return f"{time} {offset}" if abs(clock.now - when) < text_format.DAY else full_text


def past_time_text(moment: datetime, zone: tzinfo) -> str:
    """Format `AS OF Sun 22 Nov 03:10:27 +01:00`: the list is shown as it stood then."""
    return f"AS OF {text_format.format_date_time_with_offset(moment, zone)}"


def start_text(when: datetime, clock: TimeContext) -> str:
    """Format `Sun 25 Oct 02:30:00`; with its offset if that differs from the current one."""
    start_offset, current_offset = (
        text_format.format_zone_offset(moment, clock.zone) for moment in (when, clock.now)
    )
    return (
        text_format.format_date_time(when, clock.zone)
        if start_offset == current_offset
        else text_format.format_date_time_with_offset(when, clock.zone)
    )


def server_state_text(session: Session) -> str:
    """Format State and Result in the server's words; only one if they are equal."""
    words = dict.fromkeys(word for word in (session.state, session.result.value) if word)
    contradictory = " (contradictory)" if session.contradiction else ""
    return " / ".join(words) + contradictory + (", canceled" if session.result.is_canceled else "")


def differing_server_state_text(session: Session) -> str:
    """The server's words for the state, if they say more than the outcome."""
    text = server_state_text(session)
    return "" if text.casefold() == str(session.outcome).casefold() else text


def facts_text(session: Session, clock: TimeContext) -> str:
    """Format all details of a session, one per line, with the full message."""
    return "\n".join(f"{label:<12}  {text}" for label, text in session_facts(session, clock))


def session_facts(session: Session, clock: TimeContext) -> list[tuple[str, str]]:
    """All details of a session as labels and texts."""
    facts = (
        ("Message", session.message),
        ("Not readable", session.parse_problem),
        ("Outcome", session.outcome_text if session.is_complete else None),
        ("State", session.state),
        ("Result", session.result.value),
        ("Canceled", "yes" if session.result.is_canceled else None),
        ("Type", session.type),
        (
            "Started",
            text_format.format_date_time_with_offset(session.started, clock.zone)
            if session.started
            else unknown_time_text(session),
        ),
        ("Ended", _ended_text(session, clock)),
        ("Took", duration_text(session, clock)),
        ("Name", session.name),
        ("UID", session.uid),
    )
    return [(label, text) for label, text in facts if text]


def _ended_text(session: Session, clock: TimeContext) -> str:
    if session.ended:
        return text_format.format_date_time_with_offset(session.ended, clock.zone)
    return "" if session.is_running else unknown_time_text(session)
