"""The last 24 hours on one line: failed runs per hour, and the outcome counts of all runs.

    04h ·····················11· 03h failed       2 failed  1 warned  1 running  90 ok of 94 runs in 24h

Pure: a snapshot, the time and a zone in, styled text out. Hours are those of the shown zone, and last
60 minutes also when clocks change; a run counts in the hour in which it started. Unknown is not zero:
an hour is `?` if the last response does not cover it or misses runs of it, or if a run of it has no
details.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import takewhile
from typing import TYPE_CHECKING

from rich.style import Style

from emtui import text_format
from emtui.em.model import Outcome, Session
from emtui.monitor.snapshot import Snapshot
from emtui.tui.formatting.outcome_style import OUTCOME_STYLES
from emtui.tui.formatting.session_columns import MEDIUM_CELLS, TimeContext
from emtui.tui.formatting.session_text import WORST_FIRST
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans

if TYPE_CHECKING:
    from emtui.triage.acknowledgement_matching import Acknowledgements

HOUR = timedelta(hours=1)
HOUR_COUNT = 24
GRACE = timedelta(minutes=5)
"""How long after the last response its hour still counts as covered: polls are about a minute apart."""
NONE_SIGN, MANY_SIGN, UNKNOWN_SIGN = "·", "+", "?"
GAP_CELLS = 2
_OUTCOME_WORDS = {Outcome.WARNING: "warned", Outcome.SUCCESS: "ok"}
_WORST_TO_BEST = (*WORST_FIRST, Outcome.SUCCESS)


@dataclass(frozen=True, slots=True)
class Last24Hours:
    """The last 24 hours, and the runs that started in them or are still running."""

    first_hour: datetime
    """Start of the oldest hour, in UTC."""
    failed_by_hour: tuple[int | None, ...]
    """Failed runs per hour, oldest first; `None` if unknown."""
    outcome_counts: Counter[Outcome]
    total: int
    """All runs, including those without details."""
    acknowledged: Counter[Outcome]
    """Acknowledged runs by outcome."""
    has_unlisted: bool = False
    """Whether some runs of these hours are no longer listed."""

    @classmethod
    def from_snapshot(
        cls, snapshot: Snapshot, clock: TimeContext, acknowledgements: Acknowledgements | None = None
    ) -> Last24Hours:
        """Count the runs of a snapshot; `clock` is the server's time now, which may be much later."""
        first_hour = _start_of_hour(clock) - (HOUR_COUNT - 1) * HOUR
        runs = list(_sessions_since(snapshot.sessions, first_hour))
        outcome_counts = Counter(run.outcome for run in runs if run.is_complete)
        earlier_running = snapshot.outcome_counts[Outcome.RUNNING] - outcome_counts[Outcome.RUNNING]
        outcome_counts[Outcome.RUNNING] += earlier_running
        failed = Counter(_hour_index(run, first_hour) for run in runs if run.has_failed)
        unknown_hours = {_hour_index(run, first_hour) for run in runs if not run.is_complete}
        unlisted_hours = {
            _hour_index(run, first_hour) for run in _sessions_since(snapshot.unlisted.runs, first_hour)
        }
        unknown_hours |= unlisted_hours
        known_until = snapshot.server_time + GRACE
        acknowledged = Counter(
            run.outcome
            for run in runs
            if acknowledgements and run.is_complete and acknowledgements.for_run(run)
        )
        hour_counts = (
            failed[hour]
            if failed[hour]
            or (hour not in unknown_hours and known_until >= min(first_hour + (hour + 1) * HOUR, clock.now))
            else None
            for hour in range(HOUR_COUNT)
        )
        return cls(
            first_hour,
            tuple(hour_counts),
            outcome_counts,
            len(runs) + earlier_running,
            acknowledged,
            bool(unlisted_hours),
        )


def _start_of_hour(clock: TimeContext) -> datetime:
    """Start of the current hour in the shown zone, in UTC."""
    return clock.now.astimezone(clock.zone).replace(minute=0, second=0, microsecond=0).astimezone(UTC)


def _sessions_since(sessions: tuple[Session, ...], first: datetime) -> Iterator[Session]:
    """Yield the sessions started since then; `sessions` are newest first, those without a start last."""
    return takewhile(lambda session: session.started is not None and session.started >= first, sessions)


def _hour_index(run: Session, first: datetime) -> int:
    return (run.started - first) // HOUR if run.started else -1


def hours_text(day: Last24Hours, zone: tzinfo) -> StyledSpans:
    """Format `04h ·····················11· 03h failed`; `+` is ten or more, `?` unknown."""
    spans: StyledSpans = [(f"{_format_hour(day.first_hour, zone)} ", PLAIN)]
    for count in day.failed_by_hour:
        spans.append(_hour_digit(count))
    return [*spans, (f" {_format_hour(day.first_hour + (HOUR_COUNT - 1) * HOUR, zone)} failed", PLAIN)]


def _format_hour(start: datetime, zone: tzinfo) -> str:
    return f"{start.astimezone(zone):%H}h"


def _hour_digit(count: int | None) -> tuple[str, Style]:
    if not count:
        return (UNKNOWN_SIGN, BOLD) if count is None else (NONE_SIGN, FAINT)
    return str(count) if count < 10 else MANY_SIGN, OUTCOME_STYLES[Outcome.FAILED]


def tally_line(
    snapshot: Snapshot,
    clock: TimeContext,
    width: int,
    acknowledgements: Acknowledgements | None,
    hint: StyledSpans,
    progress: str,
) -> tuple[StyledSpans, StyledSpans]:
    """Format the hint, or else the last 24 hours; at the right the progress of a download."""
    progress_spans: StyledSpans = [(f"{progress}  Esc: cancel", BOLD)] if progress else []
    if hint:
        return hint, progress_spans if spans_width(hint) + GAP_CELLS + spans_width(
            progress_spans
        ) <= width else []
    left, right = last_24h_line(
        snapshot,
        clock,
        max(width - (spans_width(progress_spans) + 4 if progress_spans else 0), 0),
        acknowledgements,
    )
    return left, [
        *right,
        ("  ", PLAIN),
        *progress_spans,
    ] if right and progress_spans else right or progress_spans


def last_24h_line(
    snapshot: Snapshot, clock: TimeContext, width: int, acknowledgements: Acknowledgements | None = None
) -> tuple[StyledSpans, StyledSpans]:
    """Format the left and the right part of a line of this width.

    The longest form that fits is used; no word is cut. From 80 columns on the hours are dropped only for
    counts of incomplete rows, never for counts of acknowledged runs.
    """
    day = Last24Hours.from_snapshot(snapshot, clock, acknowledgements)
    forms = (*_full_forms(day, snapshot), *_shortened_forms(day, snapshot))
    if width >= MEDIUM_CELLS:
        hours = hours_text(day, clock.zone)
        unacknowledged_forms = tuple(_full_forms(replace(day, acknowledged=Counter()), snapshot))
        room = width - spans_width(hours) - GAP_CELLS
        if not _quality_spans(snapshot) or any(spans_width(form) <= room for form in unacknowledged_forms):
            return hours, next(form for form in (*forms, *unacknowledged_forms) if spans_width(form) <= room)
    return next(form for form in (*forms, *_minimal_forms(day, snapshot)) if spans_width(form) <= width), []


def spans_width(spans: StyledSpans) -> int:
    """Return the width of the spans in cells."""
    return sum(text_format.cell_width(text) for text, _ in spans)


def _full_forms(day: Last24Hours, snapshot: Snapshot) -> Iterator[StyledSpans]:
    """Yield forms from all counts to only those of unsuccessful outcomes, each with the total."""
    quality_spans, base_text = _quality_spans(snapshot), _base_text(day)
    outcome_counts = [
        (outcome, day.outcome_counts[outcome]) for outcome in _WORST_TO_BEST if day.outcome_counts[outcome]
    ]
    if not outcome_counts:
        yield _total_spans(day, snapshot)
        return
    yield [*_count_spans(outcome_counts, day.acknowledged), (f" {base_text} in 24h", PLAIN), *quality_spans]
    yield [*_count_spans(outcome_counts, day.acknowledged), (f" {base_text}", PLAIN), *quality_spans]
    if bad_counts := _bad_counts(day):
        yield [*_count_spans(bad_counts, day.acknowledged), (f" {base_text}", PLAIN), *quality_spans]


def _shortened_forms(day: Last24Hours, snapshot: Snapshot) -> Iterator[StyledSpans]:
    """Yield forms with fewer counts, worst outcomes first; the last one has only the total."""
    bad_counts, rest = _bad_counts(day), [(f"  … {_base_text(day)}", PLAIN), *_quality_spans(snapshot)]
    for number in range(len(bad_counts) - 1, 0, -1):
        yield [*_count_spans(bad_counts[:number], day.acknowledged), *rest]
    if bad_counts:
        yield [*_count_spans(bad_counts[:1], Counter()), *rest]
    yield _total_spans(day, snapshot)


def _minimal_forms(day: Last24Hours, snapshot: Snapshot) -> Iterator[StyledSpans]:
    """Yield short forms: incomplete rows, the number of runs, and finally nothing."""
    total = _run_count_spans(day)
    if quality_spans := _quality_spans(snapshot, is_short=True):
        yield [*total, *quality_spans]
        yield [(quality_spans[0][0].strip(), quality_spans[0][1]), *quality_spans[1:]]
    yield total
    yield []


def _base_text(day: Last24Hours) -> str:
    return f"of {text_format.format_counted(day.total, 'run')}"


def _bad_counts(day: Last24Hours) -> list[tuple[Outcome, int]]:
    return [(outcome, day.outcome_counts[outcome]) for outcome in WORST_FIRST if day.outcome_counts[outcome]]


def _total_spans(day: Last24Hours, snapshot: Snapshot) -> StyledSpans:
    return [*_run_count_spans(day), *_quality_spans(snapshot)]


def _run_count_spans(day: Last24Hours) -> StyledSpans:
    empty_text = "no runs listed in 24h" if day.has_unlisted else "no runs in 24h"
    return [(f"{text_format.format_counted(day.total, 'run')} in 24h" if day.total else empty_text, PLAIN)]


def _count_spans(
    outcome_counts: Sequence[tuple[Outcome, int]], acknowledged: Counter[Outcome]
) -> StyledSpans:
    """Format `2 failed, 1 acknowledged  1 warned`."""
    spans: StyledSpans = []
    for outcome, number in outcome_counts:
        what = f"{text_format.format_count(number)} {_OUTCOME_WORDS.get(outcome, outcome)}"
        spans += [("  " if spans else "", PLAIN), (what, OUTCOME_STYLES[outcome])]
        if acknowledged[outcome]:
            spans.append((f", {text_format.format_count(acknowledged[outcome])} acknowledged", PLAIN))
    return spans


def _quality_spans(snapshot: Snapshot, *, is_short: bool = False) -> StyledSpans:
    """Format how many rows of the list are incomplete or altered; empty if none are."""
    counts = (
        (len(snapshot.references), "run", "without details", "no details", PLAIN),
        (snapshot.unreadable_count, "run", "not fully readable", "not readable", BOLD),
        (snapshot.replaced_count, "character", "replaced", "replaced", BOLD),
    )
    return [
        (
            f"  {text_format.format_count(number)} {short_text}"
            if is_short
            else f"  {text_format.format_counted(number, noun)} {long_text}",
            style,
        )
        for number, noun, long_text, short_text, style in counts
        if number
    ]
