"""Text about sessions: the counts of a list, the header of a session, all details of it.

Pure: sessions, times and a zone in, text out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from emtui import text_format
from emtui.display_text.session_wording import WORST_FIRST, TimeContext, as_of_text, duration_text, start_text
from emtui.em.model import Outcome, Session
from emtui.keys.keymap import Keymap
from emtui.monitor.absence_summary import AbsenceSummary
from emtui.monitor.feed_health import ClockStep
from emtui.monitor.list_feed import ListState
from emtui.tui.formatting.outcome_style import OUTCOME_GLYPHS, OUTCOME_STYLES
from emtui.tui.theme import ALERT_STYLE, BOLD, FAINT, PLAIN
from emtui.tui.widgets.top_bar import DataAge
from emtui.tui.widgets.virtual_list import StyledSpans

BREADCRUMB: StyledSpans = [("Runs › ", FAINT)]
"""Before the header of a session in a title."""


def list_age(state: ListState, clock: TimeContext) -> DataAge:
    """Format the age of the list: NO DATA, STALE or its time, and the poll interval."""
    warnings: StyledSpans = [("PAUSED  ", BOLD)] if state.is_paused else []
    if since := state.health.lost_since:
        when, offset = (
            text_format.format_day_and_second(since, clock.now, clock.zone),
            text_format.format_zone_offset(since, clock.zone),
        )
        return DataAge([*warnings, (f"NO DATA since {when} {offset}", ALERT_STYLE)])
    if state.snapshot is None:
        return DataAge(warnings, text_format.format_zone_offset(clock.now, clock.zone))
    if state.is_stale:
        warnings.append(("STALE  ", ALERT_STYLE))
    is_polling = not state.is_paused and state.interval is not None
    interval = f"every {text_format.format_pause(state.interval)}" if is_polling and state.interval else ""
    return DataAge(warnings, as_of_text(state.snapshot.as_of, clock), is_data_time=True, interval=interval)


def absence_spans(state: ListState, clock: TimeContext, keymap: Keymap) -> StyledSpans:
    """Format what happened during an absence, and a change of this computer's clock; empty if neither."""
    spans = absence_summary_spans(state.absence, clock, keymap) if state.absence else []
    if state.clock_step:
        spans += [("; ", PLAIN)] * bool(spans) + clock_step_spans(state.clock_step, clock)
    return spans


def absence_summary_spans(absence: AbsenceSummary, clock: TimeContext, keymap: Keymap) -> StyledSpans:
    """Format `Fri 18:02 – Mon 08:30: 3 failed (u: next), 112 ok of 115 runs; no data Sat 22:04 – …`."""

    def span_text(since: datetime, until: datetime) -> str:
        first, last = (
            text_format.format_day_and_minute(when, clock.now, clock.zone) for when in (since, until)
        )
        return f"{first} – {last}"

    spans: StyledSpans = [(f"{span_text(absence.since, absence.until)}:", BOLD)]
    ended = absence.outcome_counts
    counts = [(ended[outcome], outcome) for outcome in (*WORST_FIRST, Outcome.SUCCESS) if ended[outcome]]
    for position, (number, outcome) in enumerate(counts):
        steps = f" ({keymap.hint('next_unseen', 'next')})" if outcome is Outcome.FAILED else ""
        word = "ok" if outcome is Outcome.SUCCESS else f"{outcome}{steps}"
        spans.append(
            (f"{', ' if position else ' '}{text_format.format_count(number)} {word}", OUTCOME_STYLES[outcome])
        )
    if counts:
        spans.append((f" of {text_format.format_counted(sum(number for number, _ in counts), 'run')}", PLAIN))
    else:
        spans.append((" no run ended", PLAIN))
    for period in absence.outages:
        until = period.until or absence.until
        filled_suffix = ", history restored from server" if period.until else ""
        spans.append((f"; no data {span_text(period.since, until)}{filled_suffix}", BOLD))
    for unlisted in absence.unlisted:
        runs = text_format.format_counted(unlisted.count, "run")
        spans.append(
            (f"; {runs} not listed {span_text(unlisted.since, unlisted.until or absence.until)}", BOLD)
        )
    return spans


def clock_step_spans(step: ClockStep, clock: TimeContext) -> StyledSpans:
    """Format `This computer's clock was set forward by 8h00m, from Fri 18:02 to Sat 02:02.`."""
    first, last = (
        text_format.format_day_and_minute(when, clock.now, clock.zone)
        for when in (step.at - step.by, step.at)
    )
    span = text_format.format_duration(abs(step.by))
    direction = "forward" if step.by > timedelta() else "back"
    return [(f"This computer's clock was set {direction} by {span}, from {first} to {last}.", BOLD)]


def session_header(session: Session, clock: TimeContext) -> StyledSpans:
    """Format type, outcome, start and duration."""
    if not session.is_complete:
        return [(session.name or session.id, BOLD)]
    outcome = session.outcome
    spans: StyledSpans = [
        (session.type or "no type", BOLD),
        ("  ", PLAIN),
        (f"{OUTCOME_GLYPHS[outcome]} {outcome}", OUTCOME_STYLES[outcome]),
    ]
    if session.started:
        spans.append(("  " + start_text(session.started, clock), PLAIN))
    spans.append((f"  {'for' if session.is_running else 'took'} {duration_text(session, clock)}", PLAIN))
    return spans
