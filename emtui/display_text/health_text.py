"""Text of the connection statistics. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from emtui import text_format
from emtui.display_text.session_wording import TimeContext
from emtui.em.session_source import SessionSource
from emtui.monitor.feed_health import LARGE_SKEW, FeedHealth, UnlistedPeriod
from emtui.monitor.list_feed import ListState
from emtui.monitor.snapshot import Snapshot

_COLLECTION_TYPE = "CollectJob"
LABEL_CELLS = 16
"""Cells of a label, including the gap."""
_HOUR_S = 3600.0


def health_text(
    state: ListState,
    client: SessionSource | None,
    clock: TimeContext,
    second_logon_at: datetime | None = None,
) -> str:
    """Format one fact per line, followed by the periods without data.

    `second_logon_at` is when a refused logon is tried once more.
    """
    lines = [f"{label:<{LABEL_CELLS}}{text}" for label, text in _facts(state, client, clock) if text]
    if second_logon_at:
        lines.append(
            f"{'Logon retry':<{LABEL_CELLS}}once, at"
            f" {text_format.format_date_time_with_offset(second_logon_at, clock.zone)}"
        )
    lines += [
        "",
        "Periods without data",
        *(_lost_periods_text(state.health, clock) or ["  none since emtui started"]),
    ]
    if backward_steps := [step for step in reversed(state.health.clock_steps) if step.by < timedelta()]:
        lines += ["", "This computer's clock was set back"]
        lines += [
            (
                f"  by {text_format.format_duration(-step.by)}:"
                f" {_span_text(step.at - step.by, step.at, 'to', clock)}"
            )
            for step in backward_steps
        ]
    if unlisted := [
        _unlisted_period_text(period, clock) for period in reversed(state.health.unlisted_periods)
    ]:
        lines += ["", "Runs no longer listed", *unlisted]
    return "\n".join(lines)


def _lost_periods_text(feed_health: FeedHealth, clock: TimeContext) -> list[str]:
    """Format the periods, newest first, including those skipped when the clock was set forward."""
    periods = [(period.since, period.until, period.reason) for period in feed_health.lost_periods]
    for step in feed_health.clock_steps:
        if step.by > timedelta():
            why = f"This computer's clock was set forward by {text_format.format_duration(step.by)}."
            periods.append((step.at - step.by, step.at, why))
    periods.sort(key=lambda period_entry: period_entry[0], reverse=True)
    return [f"  {_span_text(since, until, '–', clock)}: {why}" for since, until, why in periods]


def _span_text(since: datetime, until: datetime | None, separator: str, clock: TimeContext) -> str:
    end = text_format.format_date_time_with_offset(until, clock.zone) if until else "now"
    return f"{text_format.format_date_time_with_offset(since, clock.zone)} {separator} {end}"


def _unlisted_period_text(period: UnlistedPeriod, clock: TimeContext) -> str:
    """Format `  Sun … 18:12:00 – Sun … 18:20:00: 193 runs, listed again`."""
    suffix = ", listed again" if period.has_returned else ", not listed again: assumed deleted"
    runs = f"{text_format.format_counted(period.count, 'run')}{suffix if period.until else ''}"
    return f"  {_span_text(period.since, period.until, '–', clock)}: {runs}"


def _facts(state: ListState, client: SessionSource | None, clock: TimeContext) -> Iterator[tuple[str, str]]:
    snapshot, feed_health = state.snapshot, state.health
    yield "List", _list_text(state, clock)
    if feed_health.problem:
        yield "Last problem", feed_health.problem
    if snapshot:
        yield (
            "Rows",
            (
                f"{text_format.format_count(snapshot.unreadable_count)} of"
                f" {text_format.format_count(len(snapshot.sessions))} not fully readable"
            ),
        )
        yield (
            "Replaced",
            f"{text_format.format_counted(snapshot.replaced_count, 'character')} not allowed in XML",
        )
        yield "Last collected", _last_collection_text(snapshot, clock)
        yield "Clocks", _skew_text(feed_health.skew)
    yield "Requests", _request_cost_text(state)
    yield (
        "So far",
        (
            f"{text_format.format_counted(feed_health.response_count, 'list')}"
            f" of {text_format.format_size(feed_health.bytes_received)} in total,"
            f" {text_format.format_counted(feed_health.failure_count, 'failed request')}"
        ),
    )
    if client and client.logon_times:
        yield (
            "Logged on",
            ", ".join(
                text_format.format_date_time_with_offset(when, clock.zone) for when in client.logon_times
            ),
        )
    certificate = client.certificate if client else None
    if certificate:
        until = text_format.format_full_date_time(certificate.valid_until, clock.zone)
        yield "Certificate", f"valid until {until}, SHA-256 {certificate.sha256[:16]}…"


def _list_text(state: ListState, clock: TimeContext) -> str:
    feed_health = state.health
    if state.snapshot is None:
        return "not loaded yet"
    as_of = text_format.format_date_time_with_offset(state.snapshot.as_of, clock.zone)
    if feed_health.lost_since:
        since = text_format.format_date_time_with_offset(feed_health.lost_since, clock.zone)
        failed_requests = text_format.format_counted(feed_health.failures_in_a_row, "failed request")
        return f"NO DATA since {since}: {failed_requests} in a row"
    unlisted_count = len(state.snapshot.unlisted.runs)
    completeness = (
        f"{text_format.format_counted(unlisted_count, 'run')} no longer listed,"
        if unlisted_count
        else "complete"
    )
    return f"{'STALE, ' if state.is_stale else ''}{completeness} as of {as_of}"


def _last_collection_text(snapshot: Snapshot, clock: TimeContext) -> str:
    """Format the newest data collection: Enterprise Manager's own data is as old as that."""
    newest = next(
        (run for run in snapshot.sessions if run.type == _COLLECTION_TYPE and run.is_complete), None
    )
    if newest is None or newest.started is None:
        return "no data collection in the list"
    return f"{text_format.format_date_time_with_offset(newest.started, clock.zone)}, {newest.outcome}"


def _skew_text(skew: timedelta | None) -> str:
    if skew is None:
        return "the server sends no time"
    seconds = round(skew.total_seconds())
    if abs(skew) < LARGE_SKEW:
        return "server and this computer agree"
    direction = "ahead of" if seconds > 0 else "behind"
    span = text_format.format_duration(abs(skew))
    return f"the server's is {span} {direction} this computer's; durations use the server's"


def _request_cost_text(state: ListState) -> str:
    """Format what polling costs the server at the current interval."""
    if state.interval is None:
        return "none (recording)"
    cost, interval = state.health.last_cost, state.interval
    requests_per_hour = _HOUR_S / interval
    rate_text = f"every {text_format.format_pause(interval)}: {requests_per_hour:.0f} per hour"
    if state.is_paused:
        return "none (paused)"
    if cost is None:
        return rate_text
    return (
        f"{rate_text}, {text_format.format_size(round(cost.size * requests_per_hour))};"
        f" last response took {cost.seconds:.1f} s"
    )
