"""How well the server is known, as a page: pure, from what the loop has noted to text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from emtui import text_format
from emtui.em.session_source import Source
from emtui.monitor.feed_health import LARGE_SKEW, FeedHealth, UnlistedPeriod
from emtui.monitor.list_feed import ListState
from emtui.monitor.snapshot import Snapshot
from emtui.tui.formatting.session_columns import Clock

_COLLECTS = "CollectJob"
_HOUR = 3600.0


def health(state: ListState, client: Source | None, clock: Clock, second_try: datetime | None = None) -> str:
    """One fact a line, and the blind periods below; a refused logon may be sent once more then."""
    lines = [f"{label:<16}{text}" for label, text in _facts(state, client, clock) if text]
    if second_try:
        lines.append(f"{'Second logon':<16}once, at {text_format.moment(second_try, clock.zone)}")
    lines += ["", "Blind periods", *(_periods(state.health, clock) or ["  none since emtui was started"])]
    if back := [step for step in reversed(state.health.clock_steps) if step.by < timedelta()]:
        lines += ["", "This computer's clock was set back"]
        lines += [
            f"  by {text_format.duration(-step.by)}: {_span(step.at - step.by, step.at, 'to', clock)}"
            for step in back
        ]
    if lacked := [_lacked(period, clock) for period in reversed(state.health.unlisted_periods)]:
        lines += ["", "Runs no longer listed", *lacked]
    return "\n".join(lines)


def _periods(noted: FeedHealth, clock: Clock) -> list[str]:
    """The newest first; the times that never were, as the clock was set forward, among them."""
    told = [(period.since, period.until, period.why) for period in noted.lost_periods]
    for step in noted.clock_steps:
        if step.by > timedelta():
            why = f"This computer's clock was set forward by {text_format.duration(step.by)}."
            told.append((step.at - step.by, step.at, why))
    told.sort(key=lambda one: one[0], reverse=True)
    return [f"  {_span(since, until, '–', clock)}: {why}" for since, until, why in told]


def _span(since: datetime, until: datetime | None, to: str, clock: Clock) -> str:
    end = text_format.moment(until, clock.zone) if until else "now"
    return f"{text_format.moment(since, clock.zone)} {to} {end}"


def _lacked(period: UnlistedPeriod, clock: Clock) -> str:
    """`  Sun … 18:12:00 – Sun … 18:20:00: 193 runs, listed again`."""
    how = ", listed again" if period.returned else ", not listed again: taken as deleted"
    runs = f"{text_format.counted(period.count, 'run')}{how if period.until else ''}"
    return f"  {_span(period.since, period.until, '–', clock)}: {runs}"


def _facts(state: ListState, client: Source | None, clock: Clock) -> Iterator[tuple[str, str]]:
    seen, noted = state.snapshot, state.health
    yield "List", _list(state, clock)
    if noted.problem:
        yield "Last problem", noted.problem
    if seen:
        yield (
            "Not readable",
            f"{text_format.count(seen.odd)} of {text_format.counted(len(seen.sessions), 'row')}",
        )
        yield "Replaced", f"{text_format.counted(seen.replaced, 'character')} that XML does not allow"
        yield "Last collected", _collected(seen, clock)
        yield "Clocks", _clocks(noted.skew)
    yield "Requests", _cost(state)
    yield (
        "So far",
        (
            f"{text_format.counted(noted.responses, 'list')}"
            f" of {text_format.size(noted.bytes_received)} in all,"
            f" {text_format.counted(noted.failures, 'request')} without one"
        ),
    )
    if client and client.logged_on:
        yield "Logged on", ", ".join(text_format.moment(when, clock.zone) for when in client.logged_on)
    certificate = client.certificate if client else None
    if certificate:
        until = text_format.dated(certificate.valid_until, clock.zone)
        yield "Certificate", f"valid until {until}, SHA-256 {certificate.sha256[:16]}…"


def _list(state: ListState, clock: Clock) -> str:
    noted = state.health
    if state.snapshot is None:
        return "none yet"
    as_of = text_format.moment(state.snapshot.as_of, clock.zone)
    if noted.lost_since:
        since = text_format.moment(noted.lost_since, clock.zone)
        return f"BLIND since {since}: {noted.failures_in_a_row} requests in a row"
    lacking = len(state.snapshot.unlisted.runs)
    what = f"{text_format.counted(lacking, 'run')} no longer listed," if lacking else "complete"
    return f"{'STALE, ' if state.is_stale else ''}{what} as of {as_of}"


def _collected(seen: Snapshot, clock: Clock) -> str:
    """The newest data collection: what Enterprise Manager itself knows is as old as that."""
    newest = next((run for run in seen.sessions if run.type == _COLLECTS and run.complete), None)
    if newest is None or newest.started is None:
        return "no data collection is listed"
    return f"{text_format.moment(newest.started, clock.zone)}, {newest.outcome}"


def _clocks(skew: timedelta | None) -> str:
    if skew is None:
        return "the server does not say what time it is"
    seconds = round(skew.total_seconds())
    if abs(skew) < LARGE_SKEW:
        return "the server's agrees with this computer's"
    way = "ahead of" if seconds > 0 else "behind"
    span = text_format.duration(abs(skew))
    return f"the server's is {span} {way} this computer's: one of them is wrong; durations go by the server's"


def _cost(state: ListState) -> str:
    """What following the list costs the server at this pace."""
    if state.interval is None:
        return "none: this is a recording"
    cost, every = state.health.last_cost, state.interval
    an_hour = _HOUR / every
    pace = f"every {text_format.pause(every)}: {an_hour:.0f} an hour"
    if state.is_paused:
        return "paused: none"
    if cost is None:
        return pace
    return f"{pace}, {text_format.size(round(cost.size * an_hour))}; the last took {cost.seconds:.1f} s"
