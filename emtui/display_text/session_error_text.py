"""Messages for a session or events that could not be loaded."""

from __future__ import annotations

from datetime import datetime, tzinfo

from emtui.handover.unlisted_run_text import format_last_seen
from emtui.monitor.session_feed import RunVanishedError, SessionState


def session_problem_text(state: SessionState, server: object, now: datetime, zone: tzinfo) -> str:
    """Return why the last request failed; empty if it succeeded. `now` is the server's clock."""
    problem = state.problem
    if isinstance(problem, RunVanishedError):
        return format_last_seen(state.session, server, problem.last_seen, now, zone)
    return str(problem) if problem else ""


def missing_events_text(state: SessionState, refresh_hint: str) -> str:
    """Return why there are no events, if they were not loaded."""
    if state.is_gone:
        return f"The server no longer has the events. {refresh_hint}."
    return f"Events not loaded. {refresh_hint}."
