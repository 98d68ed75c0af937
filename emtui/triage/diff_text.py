"""Comparison of two runs, and its text: the runs, the counts, and each line with its durations.

Used by screens, text exports and tickets. In exports every time has its date and offset, and nothing is
cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from emtui import text_format
from emtui.em.model import Event, Session
from emtui.triage.diff_hunks import CollapsedLines, DiffLine, collapsed_lines, expanded_lines
from emtui.triage.log_alignment import ShouldContinue
from emtui.triage.log_diff import UNCHANGED_KINDS, DiffKind, DiffRow, LogComparison, compare_logs

NO_RATIO = "more"
"""In place of a ratio to a very short duration."""
DIFF_SIGNS = {
    DiffKind.SAME: " ",
    DiffKind.NEW: "+",
    DiffKind.MISSING: "-",
    DiffKind.MOVED: "~",
    DiffKind.PENDING: ".",
}
COLLAPSED_SIGN = "="
"""Sign of collapsed equal lines."""
CURRENT_HEADING, OTHER_HEADING, RATIO_HEADING = "This", "Other", "Ratio"
"""Headings of the duration in this run, in the other run, and of their ratio."""
MIN_DURATION_FOR_RATIO = timedelta(milliseconds=100)
"""Shorter durations give no ratio."""
RATIO_CELLS = len(RATIO_HEADING)
TEXT_INDENT = 19 + RATIO_CELLS
"""Cells before the text of a line: the sign, both durations and their ratio."""


@dataclass(frozen=True, slots=True)
class RunDifference:
    """Two runs, their logs and the comparison.

    `is_last_successful`: the other run is the last success before this one. `now` is the server's clock when
    the log of this run was received: a running session is compared up to then.
    """

    current: Session
    other: Session
    events: tuple[Event, ...]
    other_events: tuple[Event, ...]
    now: datetime
    is_last_successful: bool
    comparison: LogComparison

    def event(self, row: DiffRow) -> Event:
        """The event of a row, of this run if it has one."""
        return self.events[row.index] if row.index is not None else self._event_of_other(row)

    def other_event(self, row: DiffRow) -> Event | None:
        """The event of the other run, if both runs have one in this row."""
        return self._event_of_other(row) if row.index is not None and row.other_index is not None else None

    def events_of(self, row: DiffRow) -> tuple[Event | None, Event | None]:
        """The events of a row in this run and in the other one; `None` if it is missing there."""
        return (
            self.events[row.index] if row.index is not None else None,
            self.other_events[row.other_index] if row.other_index is not None else None,
        )

    def offsets_of(self, row: DiffRow) -> tuple[timedelta | None, timedelta | None]:
        """The times from the start of each run to its event of a row."""
        event, other_event = self.events_of(row)
        return _time_since(self.current.started, event), _time_since(self.other.started, other_event)

    def _event_of_other(self, row: DiffRow) -> Event:
        return self.other_events[row.other_index or 0]

    def offset(self, row: DiffRow) -> timedelta | None:
        """The time from the start of its run to the event of a row."""
        offset, other_offset = self.offsets_of(row)
        return other_offset if row.index is None else offset


def _time_since(start: datetime | None, event: Event | None) -> timedelta | None:
    return event.time - start if event and event.time and start else None


def compare_runs(
    current: Session,
    events: tuple[Event, ...],
    other: Session,
    other_events: tuple[Event, ...],
    now: datetime,
    *,
    is_last_successful: bool,
    should_continue: ShouldContinue = lambda: True,
) -> RunDifference:
    """Compare a run with another; raises `ComparisonStoppedError` once `should_continue` returns false."""
    comparison = compare_logs(events, other_events, should_continue, now if current.is_running else None)
    return RunDifference(current, other, events, other_events, now, is_last_successful, comparison)


def format_compared_run(
    current: Session, other: Session, format_time: Callable[[datetime], str], *, is_last_successful: bool
) -> str:
    """`with the last success, Mon 23 Nov 01:40:01, 30m04s earlier, took 1m31s`."""
    started, outcome = other.started, other.outcome
    other_text = f"the last success{f', {format_time(started)}' if started else ''}"
    if not is_last_successful:
        other_text = (
            f"the run of {format_time(started)}, {outcome}" if started else f"run {other.id}, {outcome}"
        )
    parts = [("so far " if current.is_running else "") + f"with {other_text}"]
    if started and current.started:
        difference_in_start = current.started - started
        parts.append(
            f"{text_format.format_duration(abs(difference_in_start))}"
            f" {'earlier' if difference_in_start >= timedelta() else 'later'}"
        )
    if other.is_running:
        parts.append("still running")
    elif started and other.ended:
        parts.append(f"took {text_format.format_duration(max(other.ended - started, timedelta()))}")
    return ", ".join(parts)


def format_counts(comparison: LogComparison) -> str:
    """`2 new, 1 missing, 1 moved, 4 of 9 steps slower`, `no differences, none of 9 steps slower`."""
    counts = comparison.counts
    changed_kinds = (DiffKind.NEW, DiffKind.MISSING, DiffKind.MOVED)
    parts = [f"{text_format.format_count(counts[kind])} {kind}" for kind in changed_kinds if counts[kind]]
    parts = parts or ["no differences" + (" so far" if counts[DiffKind.PENDING] else "")]
    if comparison.timed_step_count:
        slower_text = (
            text_format.format_count(comparison.slower_step_count) if comparison.slower_step_count else "none"
        )
        parts.append(
            f"{slower_text} of {text_format.format_counted(comparison.timed_step_count, 'step')} slower"
        )
    if counts[DiffKind.PENDING]:
        parts.append(f"{text_format.format_count(counts[DiffKind.PENDING])} pending")
    return ", ".join(parts)


def format_line_counts(run_difference: RunDifference) -> str:
    """The length of both logs: `17 lines, other run: 15`."""
    count = len(run_difference.events)
    return (
        f"{text_format.format_counted(count, 'line')},"
        f" other run: {text_format.format_count(len(run_difference.other_events))}"
    )


def format_legend(run_difference: RunDifference) -> str:
    """The meaning of the signs before the lines."""
    return "+ new  - missing  ~ moved" + ("  . pending" if run_difference.current.is_running else "")


def format_durations(row: DiffRow) -> tuple[str, str, str]:
    """The duration of a step in this run, in the other run, and the ratio if it was much slower."""
    current, other = (
        text_format.format_duration(duration) if duration is not None else ""
        for duration in (row.duration, row.other_duration)
    )
    return current, other, _format_ratio(row) if row.is_slower else ""


def _format_ratio(row: DiffRow) -> str:
    if row.duration is None or row.other_duration is None or row.other_duration < MIN_DURATION_FOR_RATIO:
        return NO_RATIO
    return text_format.format_ratio(row.duration / row.other_duration)


def format_event(event: Event) -> str:
    """The text of an event, after its parse error if it has one."""
    problem_text = f"unreadable: {event.parse_problem}" if event.parse_problem else ""
    return " · ".join(part for part in (problem_text, event.message) if part)


def find_matching_rows(run_difference: RunDifference, search_text: str) -> tuple[int, ...]:
    """Indexes of the rows whose text contains `search_text`, ignoring case; none if it is empty."""
    folded_text, rows = text_format.fold_text(search_text), run_difference.comparison.rows
    if not folded_text:
        return ()
    return tuple(
        index
        for index, row in enumerate(rows)
        if folded_text in text_format.fold_text(format_event(run_difference.event(row)))
    )


def format_collapsed_lines(collapsed: CollapsedLines) -> str:
    """`120 equal lines`."""
    noun_phrase = "equal lines" if collapsed.kind is DiffKind.SAME else "pending lines"
    return f"{text_format.format_count(collapsed.count)} {noun_phrase}"


def format_line(run_difference: RunDifference, row: DiffRow, zone: tzinfo) -> str:
    """One line for copying: its kind, durations, time and full text."""
    current, other, ratio = format_durations(row)
    event = run_difference.event(row)
    parts = (
        str(row.kind) if row.kind not in UNCHANGED_KINDS else "",
        current and f"this run {current}",
        other and f"other run {other}",
        f"{ratio}×" if ratio and ratio != NO_RATIO else ratio,
        text_format.format_full_date_time(event.time, zone) if event.time else "",
        text_format.join_lines(format_event(event)),
    )
    return "  ".join(part for part in parts if part)


def format_difference(
    run_difference: RunDifference, zone: tzinfo, *, context_lines: int | None = None
) -> str:
    """Both runs, the counts and the lines, ending with a newline; contains neither server nor user.

    With `context_lines`, equal lines farther from a difference are collapsed.
    """
    lines: Sequence[DiffLine] = (
        expanded_lines(run_difference.comparison)
        if context_lines is None
        else collapsed_lines(run_difference.comparison, context_lines)
    )
    return "\n".join([*_header_lines(run_difference, zone), "", *_table_lines(run_difference, lines), ""])


def _header_lines(run_difference: RunDifference, zone: tzinfo) -> Iterator[str]:
    def when(time: datetime) -> str:
        return text_format.format_full_date_time(time, zone)

    current = run_difference.current
    yield format_run(current, run_difference.now, zone)
    other, is_last_successful = run_difference.other, run_difference.is_last_successful
    other_text = format_compared_run(current, other, when, is_last_successful=is_last_successful)
    yield f"{other_text}, {other.id}"
    yield f"{format_counts(run_difference.comparison)}; {format_line_counts(run_difference)}"
    yield format_legend(run_difference)


def format_run(run: Session, now: datetime, zone: tzinfo) -> str:
    """`CollectJob  failed  2026-11-23 02:10:04 +01:00  took 4m11s  5f1c9d2a-…`, by the server's clock."""
    duration = run.duration(now)
    parts = (
        run.type or run.name or "",
        str(run.outcome),
        text_format.format_full_date_time(run.started, zone) if run.started else "",
        f"{'for' if run.is_running else 'took'} {text_format.format_duration(duration)}"
        if duration is not None
        else "",
        run.id,
    )
    return "  ".join(part for part in parts if part)


def _table_lines(run_difference: RunDifference, lines: Sequence[DiffLine]) -> Iterator[str]:
    yield _format_cells(" ", CURRENT_HEADING, OTHER_HEADING, RATIO_HEADING, "Event")
    for line in lines:
        if isinstance(line, CollapsedLines):
            yield _format_cells(COLLAPSED_SIGN, "", "", "", format_collapsed_lines(line))
        else:
            row = run_difference.comparison.rows[line]
            yield _format_cells(
                DIFF_SIGNS[row.kind], *format_durations(row), format_event(run_difference.event(row))
            )


def _format_cells(sign: str, current: str, other: str, ratio: str, text: str) -> str:
    indented = text.replace("\n", "\n" + " " * TEXT_INDENT)
    return f"{sign} {current:>6}  {other:>6} {ratio:>{RATIO_CELLS}}  {indented}".rstrip()
