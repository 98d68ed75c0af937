"""The last 24 hours on one line: a strip of cells, and the outcome counts of all runs.

    04h│▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄○▄►▄▲×█│now          ■ 2  ▲ 1  ► 1  · 90 of 94 runs in 24h

Pure: a snapshot, the time and a zone in, styled text out. Cells are parts of the hours of the shown zone,
and last as long also when clocks change; a run counts in the cell in which it started. A cell is blank if
nothing ran, and × if a run was due and did not start. Unknown is not zero: a cell is `?` if the last
response does not cover it or misses runs of it, or if a run of it has no details.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import takewhile
from typing import TYPE_CHECKING

from rich.style import Style

from emtui import text_format
from emtui.display_text.cell_text import OUTCOME_WORDS
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Outcome, Session
from emtui.monitor.snapshot import Snapshot
from emtui.triage.run_cells import OUTCOMES_WORST_FIRST, RunCell, count_cells, even_edges
from emtui.tui.formatting.cell_spans import HOLE, cell_span, merge_spans
from emtui.tui.formatting.outcome_style import OUTCOME_GLYPHS, OUTCOME_STYLES
from emtui.tui.formatting.session_columns import MEDIUM_CELLS, WIDE_CELLS
from emtui.tui.theme import ACCENT_STYLE, BOLD, CURSOR_MARK, CURSOR_TINT, DIVIDER, PLAIN
from emtui.tui.widgets.status_line import spans_width
from emtui.tui.widgets.virtual_list import StyledSpans

if TYPE_CHECKING:
    from emtui.triage.acknowledgement_matching import Acknowledgements

DAY = timedelta(days=1)
HOUR_COUNT = 24
"""Number of cells on a line of 80 columns, twice as many from 120, four times as many from 160."""
VERY_WIDE_CELLS = 160
GRACE = timedelta(minutes=5)
"""How long after the last response its time still counts as covered: polls are about a minute apart."""
GAP_CELLS = 2


@dataclass(frozen=True, slots=True)
class Last24Hours:
    """The last 24 hours, and the runs that started in them or are still running."""

    cells: tuple[RunCell, ...]
    """Oldest first; the last one contains the present."""
    outcome_counts: Counter[Outcome]
    total: int
    """All runs, including those without details."""
    acknowledged: Counter[Outcome]
    """Acknowledged runs by outcome."""
    has_unlisted: bool = False
    """Whether some runs of these hours are no longer listed."""

    @classmethod
    def from_snapshot(
        cls,
        snapshot: Snapshot,
        clock: TimeContext,
        acknowledgements: Acknowledgements | None = None,
        missed: Iterable[datetime] = (),
        cell_count: int = HOUR_COUNT,
    ) -> Last24Hours:
        """Count the runs of a snapshot; `clock` is the server's time now, which may be much later.

        `missed` are the times at which a run was due and did not start.
        """
        edges = day_cell_edges(clock, cell_count)
        runs = list(_sessions_since(snapshot.sessions, edges[0]))
        known_until = snapshot.server_time + GRACE
        cells = count_cells(runs, edges, missed, None, None if known_until >= clock.now else known_until)
        outcome_counts = Counter(run.outcome for run in runs if run.is_complete)
        earlier_running = snapshot.outcome_counts[Outcome.RUNNING] - outcome_counts[Outcome.RUNNING]
        outcome_counts[Outcome.RUNNING] += earlier_running
        unlisted = list(_sessions_since(snapshot.unlisted.runs, edges[0]))
        acknowledged = Counter(
            run.outcome
            for run in runs
            if acknowledgements and run.is_complete and acknowledgements.for_run(run)
        )
        return cls(
            tuple(_complete_cells(cells, count_cells(unlisted, edges), earlier_running)),
            outcome_counts,
            len(runs) + earlier_running,
            acknowledged,
            bool(unlisted),
        )


def cell_count_for(width: int) -> int:
    """The number of cells on a line of this width."""
    return HOUR_COUNT * (4 if width >= VERY_WIDE_CELLS else 2 if width >= WIDE_CELLS else 1)


def day_cell_edges(clock: TimeContext, cell_count: int) -> tuple[datetime, ...]:
    """The edges of as many cells, in UTC; the last one contains the present, and ends on its clock's mark."""
    length = DAY / cell_count
    local = clock.now.astimezone(clock.zone)
    elapsed = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond) % length
    return even_edges(clock.now.astimezone(UTC) - elapsed + length, length, cell_count)


def _complete_cells(
    cells: Sequence[RunCell], unlisted_cells: Sequence[RunCell], earlier_running: int
) -> Iterator[RunCell]:
    """The cells, unknown where runs are no longer listed; the last one with the runs from before."""
    for index, (cell, unlisted) in enumerate(zip(cells, unlisted_cells, strict=True)):
        is_last = index == len(cells) - 1
        running_count = cell.running_count + (earlier_running if is_last else 0)
        is_known = cell.is_known and not unlisted.total
        is_changed = (running_count, is_known) != (cell.running_count, cell.is_known)
        yield replace(cell, running_count=running_count, is_known=is_known) if is_changed else cell


def _sessions_since(sessions: tuple[Session, ...], first: datetime) -> Iterator[Session]:
    """Yield the sessions started since then; `sessions` are newest first, those without a start last."""
    return takewhile(lambda session: session.started is not None and session.started >= first, sessions)


def strip_spans(day: Last24Hours, zone: tzinfo, selected: int | None = None) -> StyledSpans:
    """Format `04h│▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄○▄►▄▲×█│now`; the `selected` cell is set off."""
    cells = [
        _selected_span(span) if index == selected else span
        for index, span in enumerate(map(cell_span, day.cells))
    ]
    return [(f"{_format_first(day, zone)}{DIVIDER}", PLAIN), *merge_spans(cells), (f"{DIVIDER}now", PLAIN)]


def _selected_span(span: tuple[str, Style]) -> tuple[str, Style]:
    return (CURSOR_MARK if span == HOLE else span[0], ACCENT_STYLE + CURSOR_TINT)


def _format_first(day: Last24Hours, zone: tzinfo) -> str:
    """When the first cell starts: `04h`, or `03:30` if cells are shorter than an hour."""
    start = day.cells[0].start.astimezone(zone)
    return f"{start:%H}h" if len(day.cells) <= HOUR_COUNT else f"{start:%H:%M}"


def tally_line(
    day: Last24Hours,
    snapshot: Snapshot,
    zone: tzinfo,
    width: int,
    progress: str = "",
    selected: int | None = None,
) -> tuple[StyledSpans, StyledSpans]:
    """Format the last 24 hours; at the right the progress of a download."""
    progress_spans = _format_progress(progress)
    room = max(width - (spans_width(progress_spans) + 4 if progress_spans else 0), 0)
    left, right = last_24h_line(day, snapshot, zone, room, selected)
    gap: StyledSpans = [("  ", PLAIN)] if right and progress_spans else []
    return left, [*right, *gap, *progress_spans]


def hint_line(hint: StyledSpans, progress: str, width: int) -> tuple[StyledSpans, StyledSpans]:
    """Format a hint in place of the last 24 hours; at the right the progress if there is room for it."""
    progress_spans = _format_progress(progress)
    has_room = spans_width(hint) + GAP_CELLS + spans_width(progress_spans) <= width
    return hint, progress_spans if has_room else []


def _format_progress(progress: str) -> StyledSpans:
    """Format `loading from em01 since 02:14:30  Esc: cancel`; empty without a request."""
    return [(f"{progress}  Esc: cancel", BOLD)] if progress else []


def last_24h_line(
    day: Last24Hours, snapshot: Snapshot, zone: tzinfo, width: int, selected: int | None = None
) -> tuple[StyledSpans, StyledSpans]:
    """Format the left and the right part of a line of this width.

    The longest form that fits is used; no word is cut. From 80 columns on the strip is dropped only for
    counts of incomplete rows, never for counts of acknowledged runs, and not while a cell is selected.
    """
    strip, quality_spans = strip_spans(day, zone, selected), _quality_spans(snapshot)
    room = width - spans_width(strip) - GAP_CELLS
    forms = (*_full_forms(day, snapshot), *_shortened_forms(day, snapshot))
    minimal_forms = tuple(_minimal_forms(day, snapshot))
    unacknowledged_forms = tuple(_full_forms(replace(day, acknowledged=Counter()), snapshot))
    if selected is not None and room + GAP_CELLS >= 0:
        return strip, _first_fitting((*forms, *unacknowledged_forms, *minimal_forms), room) or []
    right = _first_fitting((*forms, *unacknowledged_forms), room) if width >= MEDIUM_CELLS else None
    if right and (not quality_spans or _first_fitting(unacknowledged_forms, room)):
        return strip, right
    return _first_fitting((*forms, *minimal_forms), width) or [], []


def _first_fitting(forms: Iterable[StyledSpans], width: int) -> StyledSpans | None:
    return next((form for form in forms if spans_width(form) <= width), None)


def _full_forms(day: Last24Hours, snapshot: Snapshot) -> Iterator[StyledSpans]:
    """Yield forms from all counts to only those of unsuccessful outcomes, each with the total."""
    quality_spans, base_text = _quality_spans(snapshot), _base_text(day)
    outcome_counts = _counts(day)
    if not outcome_counts:
        yield _total_spans(day, snapshot)
        return
    for has_words in (True, False):
        counts = _count_spans(outcome_counts, day.acknowledged, has_words=has_words)
        yield [*counts, (f" {base_text} in 24h", PLAIN), *quality_spans]
        yield [*counts, (f" {base_text}", PLAIN), *quality_spans]
        if bad_counts := _bad_counts(day):
            counts = _count_spans(bad_counts, day.acknowledged, has_words=has_words)
            yield [*counts, (f" {base_text}", PLAIN), *quality_spans]


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


def _counts(day: Last24Hours) -> list[tuple[Outcome, int]]:
    """The outcomes that occurred, worst first, with their number of runs."""
    counts = ((outcome, day.outcome_counts[outcome]) for outcome in OUTCOMES_WORST_FIRST)
    return [(outcome, count) for outcome, count in counts if count]


def _bad_counts(day: Last24Hours) -> list[tuple[Outcome, int]]:
    return [(outcome, count) for outcome, count in _counts(day) if outcome is not Outcome.SUCCESS]


def _total_spans(day: Last24Hours, snapshot: Snapshot) -> StyledSpans:
    return [*_run_count_spans(day), *_quality_spans(snapshot)]


def _run_count_spans(day: Last24Hours) -> StyledSpans:
    empty_text = "no runs listed in 24h" if day.has_unlisted else "no runs in 24h"
    return [(f"{text_format.format_counted(day.total, 'run')} in 24h" if day.total else empty_text, PLAIN)]


def _count_spans(
    outcome_counts: Sequence[tuple[Outcome, int]], acknowledged: Counter[Outcome], *, has_words: bool = True
) -> StyledSpans:
    """Format `■ 2 failed, 1 acknowledged  ▲ 1 warned`, or `■ 2, 1 acknowledged  ▲ 1` without words."""
    spans: StyledSpans = []
    for outcome, number in outcome_counts:
        word = f" {OUTCOME_WORDS[outcome]}" if has_words else ""
        text = f"{OUTCOME_GLYPHS[outcome]} {text_format.format_count(number)}{word}"
        spans += [("  " if spans else "", PLAIN), (text, OUTCOME_STYLES[outcome])]
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
