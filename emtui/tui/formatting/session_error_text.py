"""Why an opened session, or its events, could not be had: in one sentence each."""

from __future__ import annotations

from datetime import datetime, tzinfo

from emtui.handover.unlisted_run_text import format_last_seen
from emtui.monitor.session_feed import RunVanishedError, SessionState


def session_problem_text(state: SessionState, server: object, now: datetime, zone: tzinfo) -> str:
    """Why the last request failed; empty if it did not. `now` is the server's clock."""
    problem = state.problem
    if isinstance(problem, RunVanishedError):
        return format_last_seen(state.session, server, problem.last_seen, now, zone)
    return str(problem) if problem else ""


def missing_events_text(state: SessionState) -> str:
    """Why there are no events, where they have not been read."""
    if state.is_gone:
        return "The server no longer has its events; r asks again."
    return "Its events have not been read. r asks for them."
