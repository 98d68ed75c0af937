"""The preview of the selected row: what the list alone tells about a run or a group.

`preview_of_run` and `preview_of_group` collect the parts, `Preview.lines` lays them out beside or below the
list. Parts have fixed lines, so that nothing moves from one run to the next. Pure: nothing is requested.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from rich.style import Style

from emtui import text_format
from emtui.display_text.assessment_text import acknowledgement_text, formatter_for
from emtui.display_text.session_wording import TimeContext, summary_text
from emtui.em.model import Event, Session
from emtui.monitor.assessment import Assessment
from emtui.triage.duration_trend import TrendPoint, find_duration_trend
from emtui.triage.error_keywords import find_error_keyword
from emtui.triage.explanation import Explanation, explain
from emtui.triage.finding_text import (
    ALSO_RAN_LABEL,
    LAST_SUCCESS_LABEL,
    NEARBY_LABEL,
    NEXT_LABEL,
    SINCE_LABEL,
    USUAL_LABEL,
    FindingFormatter,
)
from emtui.triage.grouping import ListRow, RunGroup
from emtui.triage.hour_card import HOURS, DayRow, build_hour_card, notable_days
from emtui.triage.missed_starts import find_missed_starts
from emtui.triage.run_cells import day_edges
from emtui.triage.type_status import TypeStatus
from emtui.tui.formatting.cell_spans import cells_spans
from emtui.tui.formatting.outcome_style import OUTCOME_GLYPHS
from emtui.tui.formatting.session_text import session_header
from emtui.tui.formatting.trend_spans import trend_spans
from emtui.tui.screens.session_list.row_format import format_start_range
from emtui.tui.theme import BOLD, ERROR_STYLE, FAINT, PLAIN
from emtui.tui.widgets.paragraph import wrap_and_cut
from emtui.tui.widgets.status_line import cut_spans, spans_width
from emtui.tui.widgets.title_rule import rule_spans
from emtui.tui.widgets.virtual_list import StyledSpans

ALERT_LABEL, ACKNOWLEDGED_LABEL, SAME_LABEL, TOOK_LABEL = "Alert", "Acknowledged", "Same failure", "Took"
HOUR_LABEL, LOG_LABEL = "Hour", "Log"
FACT_LABELS = (LAST_SUCCESS_LABEL, USUAL_LABEL, NEXT_LABEL)
MORE_FACT_LABELS = (SAME_LABEL, NEARBY_LABEL, ALSO_RAN_LABEL, ACKNOWLEDGED_LABEL)
"""The facts before and after the trend: one line each, blank if there is nothing to say."""
LABEL_CELLS = 14
TREND_RUNS = 24
MIN_TREND_RUNS = 8
"""Runs that a trend has also where its text leaves no room."""
CARD_DAYS = 7
CARD_CELLS = LABEL_CELLS + HOURS + 11
"""Day, hours, and the numbers of failures and runs."""
MESSAGE_LINES_BESIDE, MESSAGE_LINES_BELOW = 4, 2
MAX_LOG_LINES = 5
ENTER_HINT = "Enter loads it"


@dataclass(frozen=True, slots=True)
class Preview:
    """The parts of a preview; `card` and `trend` are lines that are drawn already.

    `short_card` has only the days with something bad, and today, for a low screen.

    `log` has the lines of a loaded log that suggest an error; `None` if the log was not loaded.
    """

    title: StyledSpans
    message: str
    facts: dict[str, str]
    trend: tuple[StyledSpans, ...] = ()
    card: tuple[StyledSpans, ...] = ()
    short_card: tuple[StyledSpans, ...] = ()
    log: tuple[str, ...] | None = None
    has_log: bool = False
    """Whether there is a log to load."""

    def shortened(self) -> Preview:
        """Only the message and since when, for a slow connection."""
        since = {label: text for label, text in self.facts.items() if label in (ALERT_LABEL, SINCE_LABEL)}
        return replace(self, facts=since, trend=(), card=(), short_card=(), log=None, has_log=False)

    def lines(self, width: int, height: int, *, is_beside: bool) -> tuple[StyledSpans, ...]:
        """The lines in this many cells, the first one a rule with the title."""
        body = (
            self._column_lines(width, height - 1) if is_beside else self._two_column_lines(width, height - 1)
        )
        title = rule_spans(self.title, [], width)
        return tuple([title, *body][:height])

    def _column_lines(self, width: int, height: int) -> list[StyledSpans]:
        blank: list[StyledSpans] = [[]]
        blocks = [
            self._message_lines(width, MESSAGE_LINES_BESIDE),
            [*self._since_lines(width), *self._fact_lines(FACT_LABELS, width)],
            [*self.trend] or blank * 2,
            self._fact_lines(MORE_FACT_LABELS, width),
            [*self.card],
            self._log_lines(width),
        ]
        if sum(map(len, blocks)) > height:
            blocks[4] = [*self.short_card]
        gap = blank if sum(map(len, blocks)) + len(blocks) <= height else []
        return [line for block in blocks if block for line in (*gap, *block)]

    def _two_column_lines(self, width: int, height: int) -> list[StyledSpans]:
        room, facts = width - CARD_CELLS - 2, self.facts
        usual = f"  usual {facts[USUAL_LABEL]}" if USUAL_LABEL in facts else ""
        took = _trend_line(self.trend[0], usual, room) if self.trend else []
        last = "; ".join(facts[label] for label in (LAST_SUCCESS_LABEL, NEXT_LABEL) if label in facts)
        left = [
            *self._message_lines(room, MESSAGE_LINES_BELOW),
            *self._since_lines(room),
            label_line(
                LAST_SUCCESS_LABEL if LAST_SUCCESS_LABEL in facts else NEXT_LABEL, [(last, PLAIN)], room
            )
            if last
            else [],
            took,
            *self._fact_lines((ACKNOWLEDGED_LABEL if ACKNOWLEDGED_LABEL in facts else SAME_LABEL,), room),
            *(self._log_lines(room)[:1] if self.log else self._fact_lines((ALSO_RAN_LABEL,), room)),
        ]
        right = [*self.card, *([[]] * height)]
        return [
            _side_by_side(cut_spans(line, room), right[number], room + 2)
            for number, line in enumerate(left[:height])
        ]

    def _since_lines(self, width: int) -> list[StyledSpans]:
        """Since when, on two lines."""
        lines = wrap_and_cut(self.facts.get(SINCE_LABEL, ""), width - LABEL_CELLS, 2)
        spans = [
            label_line("" if number else SINCE_LABEL, [(line, PLAIN)], width)
            for number, line in enumerate(lines)
        ]
        return [*spans, *([[]] * (2 - len(lines)))]

    def _message_lines(self, width: int, count: int) -> list[StyledSpans]:
        alert = self.facts.get(ALERT_LABEL)
        text = f"{alert} · {self.message}" if alert and self.message else alert or self.message
        lines = wrap_and_cut(text, width - 2, count)
        return [[(f" {line}", PLAIN)] for line in (*lines, *([""] * (count - len(lines))))]

    def _fact_lines(self, labels: Sequence[str], width: int) -> list[StyledSpans]:
        return [
            label_line(label, [(self.facts[label], PLAIN)], width) if label in self.facts else []
            for label in labels
        ]

    def _log_lines(self, width: int) -> list[StyledSpans]:
        if not self.has_log:
            return []
        if self.log is None:
            return [label_line(LOG_LABEL, [(ENTER_HINT, FAINT)], width)]
        lines = self.log or ("no suspected errors",)
        return [
            label_line("" if number else LOG_LABEL, [(line, PLAIN)], width)
            for number, line in enumerate(lines[:MAX_LOG_LINES])
        ]


def preview_of_row(
    row: ListRow,
    target_text: str,
    assessment: Assessment | None,
    clock: TimeContext,
    events: Sequence[Event] | None = None,
) -> Preview:
    """The preview of a run or a group, after the text about what the cursor went to, such as an alert."""
    preview = (
        preview_of_run(row, assessment, clock, events)
        if isinstance(row, Session)
        else preview_of_group(row, assessment, clock)
    )
    return replace(preview, facts={**preview.facts, ALERT_LABEL: target_text}) if target_text else preview


def preview_of_run(
    run: Session, assessment: Assessment | None, clock: TimeContext, events: Sequence[Event] | None = None
) -> Preview:
    """The preview of a run; without an assessment only its message. `events` are its log, if loaded."""
    title, message = session_header(run, clock), summary_text(run)
    if assessment is None or not run.is_complete:
        return Preview(title, message, {})
    statuses = assessment.type_statuses
    formatter = formatter_for(assessment, clock.zone)
    explanation = explain(statuses, assessment.sessions, run, (), ())
    facts = dict(formatter.explanation_rows(explanation))
    if explanation.baseline:
        facts[USUAL_LABEL] = usual_text(explanation)
    if same := _same_failures_text(explanation, assessment, run, formatter):
        facts[SAME_LABEL] = same
    acknowledgement = assessment.acknowledgement_of_run(run)
    if text := acknowledgement_text(assessment, acknowledgement, clock.zone):
        facts[ACKNOWLEDGED_LABEL] = text.partition(": ")[2]
    log = None if events is None else tuple(_suspected_errors(events))
    return replace(
        _with_history(Preview(title, message, facts), run.type, assessment, clock.zone), log=log, has_log=True
    )


def preview_of_group(group: RunGroup, assessment: Assessment | None, clock: TimeContext) -> Preview:
    """The preview of a group: number of runs, when they started, and their median duration."""
    count = (
        f"{OUTCOME_GLYPHS[group.newest.outcome]} {text_format.format_count(len(group.runs))} successful runs"
    )
    title: StyledSpans = [(group.newest.type or "", BOLD), (f"  {count}", PLAIN)]
    message = f"started {format_start_range(group, clock)} (Enter: expand)"
    facts: dict[str, str] = {}
    median = text_format.format_duration(group.median_duration) if group.median_duration is not None else ""
    if assessment is None:
        return Preview(title, message, facts)
    statuses = assessment.type_statuses
    baseline = statuses.baselines.for_run(group.newest)
    usual = f"{text_format.format_duration(baseline.usual)}, " if baseline else ""
    facts[USUAL_LABEL] = f"{usual}median {median}"
    status = statuses.for_type(group.newest.type)
    formatter = formatter_for(assessment, clock.zone)
    is_newest = status is not None and status.newest_run.uid == group.newest.uid
    if status and status.due and is_newest and (due := formatter.format_due(status.due)):
        facts[NEXT_LABEL] = due
    return _with_history(Preview(title, message, facts), group.newest.type, assessment, clock.zone)


def _with_history(
    preview: Preview, session_type: str | None, assessment: Assessment, zone: tzinfo
) -> Preview:
    """The same preview with the trend and the hour card of its type."""
    statuses = assessment.type_statuses
    status = statuses.for_type(session_type)
    if status is None:
        return preview
    points = find_duration_trend(status.runs, statuses.baselines, statuses.now, TREND_RUNS)
    since = day_edges(statuses.now, zone, CARD_DAYS)[0]
    missed = find_missed_starts(status.runs, status.schedule, since, statuses.now, statuses.idle_periods)
    days = build_hour_card(status.runs, statuses.now, zone, CARD_DAYS, missed, statuses.first_start)
    return replace(
        preview,
        trend=tuple(trend_lines(points, status, assessment)),
        card=tuple(card_lines(days, zone)),
        short_card=tuple(card_lines(notable_days(days), zone)),
    )


def usual_text(explanation: Explanation) -> str:
    """`1m18s, this run 1.6×`; empty without a usual duration."""
    if explanation.baseline is None:
        return ""
    ratio = f", this run {text_format.format_ratio(explanation.ratio)}×" if explanation.ratio else ""
    return f"{text_format.format_duration(explanation.baseline.usual)}{ratio}"


def _same_failures_text(
    explanation: Explanation, assessment: Assessment, run: Session, formatter: FindingFormatter
) -> str:
    """`Sun 02:10 2m03s  Sat 02:10 2m14s`: earlier runs with the same failure, newest first."""
    incident = explanation.incident
    if incident is None:
        return ""
    uids = frozenset(incident.uids)
    earlier = [
        other
        for other in assessment.runs_of_type(run.type)
        if other.uid in uids and other.started and run.started and other.started < run.started
    ]
    now = assessment.type_statuses.now
    return "  ".join(_start_and_duration(other, formatter, now) for other in earlier[:MAX_LOG_LINES])


def _start_and_duration(run: Session, formatter: FindingFormatter, now: datetime) -> str:
    started = formatter.format_time(run.started) if run.started else ""
    duration = run.duration(now)
    return f"{started} {text_format.format_duration(duration)}" if duration is not None else started


def _suspected_errors(events: Iterable[Event]) -> Iterator[str]:
    """The messages of a log that suggest an error."""
    return (event.message for event in events if event.message and find_error_keyword(event.message))


def trend_lines(
    points: Sequence[TrendPoint], status: TypeStatus, assessment: Assessment
) -> Iterator[StyledSpans]:
    """The last durations as shades, oldest first, and the shortest, usual and longest of them."""
    if not points:
        return
    yield [_label_span(TOOK_LABEL), *trend_spans(points)]
    now = assessment.type_statuses.now
    durations = sorted(duration for point in points if (duration := point.run.duration(now)) is not None)
    baseline = assessment.type_statuses.baselines.for_next_run(status.type)
    parts = [f"shortest {text_format.format_duration(durations[0])}"]
    parts += [f"usual {text_format.format_duration(baseline.usual)}"] if baseline else []
    parts += [f"longest {text_format.format_duration(durations[-1])}"]
    yield [_label_span(f"last {len(points)}"), (", ".join(parts), FAINT)]


def card_lines(days: Sequence[DayRow], zone: tzinfo) -> Iterator[StyledSpans]:
    """The days with their hours, and how many of their runs failed."""
    hours = "".join(f"{hour:02}".ljust(HOURS // 4) for hour in range(0, HOURS, HOURS // 4))
    yield [_label_span(HOUR_LABEL), (f"{hours} failed/ran", FAINT)]
    for day in days:
        counts = f" {text_format.format_count(day.failed)}/{text_format.format_count(day.total)}"
        label = text_format.format_long_time(day.cells[HOURS // 2].start, zone)[: len("Mon 23")]
        yield [_label_span(label), *cells_spans(day.cells), (counts, ERROR_STYLE if day.failed else FAINT)]


def label_line(label: str, value: StyledSpans, width: int) -> StyledSpans:
    """A label and its value, cut to the width."""
    return [_label_span(label), *cut_spans(value, width - LABEL_CELLS)]


def _label_span(label: str) -> tuple[str, Style]:
    return f" {label}".ljust(LABEL_CELLS), FAINT


def _trend_line(trend: StyledSpans, text: str, width: int) -> StyledSpans:
    """A trend and a text after it, of the newest runs only if there is no room for more."""
    label, *shades = trend
    excess = spans_width(trend) + text_format.cell_width(text) - width
    dropped = min(max(excess, 0), max(spans_width(shades) - MIN_TREND_RUNS, 0))
    shown: StyledSpans = []
    for shade, style in shades:
        shown.append((shade[dropped:], style))
        dropped = max(dropped - len(shade), 0)
    return [label, *shown, (text, PLAIN)]


def _side_by_side(left: StyledSpans, right: StyledSpans, column: int) -> StyledSpans:
    """Both lines, the second one from this column on."""
    return [*left, (" " * max(column - spans_width(left), 0), PLAIN), *right]
