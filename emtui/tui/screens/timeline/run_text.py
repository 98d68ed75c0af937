"""What the pane below the lanes says about the selected run: length, what ran others it, its message.

Pure: a cursor and an assessment in, styled lines out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.style import Style

from emtui import text_format
from emtui.display_text.assessment_text import acknowledgement_text
from emtui.display_text.session_wording import TimeContext, summary_text
from emtui.em.model import Session
from emtui.monitor.assessment import Assessment
from emtui.triage.timeline_cursor import TimelineCursor
from emtui.tui.formatting.session_text import session_header
from emtui.tui.formatting.type_state import TypeState
from emtui.tui.screens.timeline.day_card import card_lines
from emtui.tui.screens.timeline.lane_row import LaneLayout, legend_spans
from emtui.tui.theme import BOLD, ERROR_STYLE, FAINT, PLAIN, WARNING_STYLE
from emtui.tui.widgets.paragraph import wrap_and_cut
from emtui.tui.widgets.status_line import cut_spans, hint_spans, spans_width
from emtui.tui.widgets.title_rule import key_note, rule_spans
from emtui.tui.widgets.virtual_list import StyledSpans

MIN_CARD_LINES = 6
"""Lines that must be left for the card of the last days."""
MIN_LEGEND_LINES = 6
"""Lines of the pane from which the signs are explained."""
CONCURRENT_LABEL = "ran at the same time: "
ALONE_TEXT = "nothing else ran at the same time"
Concurrent = Mapping[int, Sequence[int]]
"""Positions of runs by the number of their lane."""


@dataclass(frozen=True, slots=True)
class PaneInput:
    """What the pane is made of."""

    cursor: TimelineCursor
    assessment: Assessment
    concurrent: Concurrent
    state: TypeState
    layout: LaneLayout
    clock: TimeContext


def pane_lines(shown: PaneInput, width: int, height: int) -> list[StyledSpans]:
    """Format the pane: a rule with the run, its facts, the card of its lane if there is room, the signs."""
    lane, run = shown.cursor.current_lane, shown.cursor.session
    if lane is None:
        return [rule_spans([("No runs", BOLD)], [], width)]
    title: StyledSpans = (
        session_header(run, shown.clock) if run else [(lane.label, BOLD), ("  no run here", FAINT)]
    )
    note = key_note(("Enter", "open")) if run else []
    if not shown.layout.state:
        note = [(shown.state.text, shown.state.style)] if shown.state.text else []
    has_legend = height >= MIN_LEGEND_LINES
    room = max(height - 1 - (1 if has_legend else 0), 0)
    facts = list(_fact_lines(shown, run, width, min(room, 4)))
    card_room = room - len(facts) - 2
    card = (
        card_lines(shown.cursor, lane, shown.layout, shown.clock, card_room)
        if card_room >= MIN_CARD_LINES
        else []
    )
    lines = [rule_spans(title, note, width), *facts[:room]]
    if card:
        lines += [[], *card, []]
    elif has_legend and len(facts) < room:
        lines.append([])
    if has_legend:
        lines.append(legend_spans(width))
    return lines


def _fact_lines(shown: PaneInput, run: Session | None, width: int, count: int) -> Iterator[StyledSpans]:
    """At most `count` lines about the run."""
    if run is None:
        yield from _no_run_lines(shown, width)
        return
    usual = usual_spans(shown.assessment, run, shown.clock)
    label, others = concurrent_text(shown)
    usual_cells = spans_width(usual)
    gap = "   " if usual else ""
    rest: list[str] = []
    if usual_cells + text_format.cell_width(gap + label + others) + 1 <= width:
        yield [(" ", PLAIN), *usual, (gap + label, FAINT), (others, PLAIN)]
        used = 1
    else:
        used = 0
        if usual:
            yield cut_spans([(" ", PLAIN), *usual], width)
            used = 1
        first, *rest = wrap_and_cut(label + others, max(width - 1, 1), max(min(count - used, 2), 1))
        yield [(" ", PLAIN), (label, FAINT), (first[len(label) :], PLAIN)]
        used += 1
    texts = (
        acknowledgement_text(
            shown.assessment, shown.assessment.acknowledgement_of_run(run), shown.clock.zone
        ),
        summary_text(run),
    )
    message = " · ".join(text for text in texts if text)
    rest += wrap_and_cut(message, max(width - 1, 1), max(count - used - len(rest), 1)) if message else []
    for line in rest[: max(count - used, 0)]:
        yield [(f" {line}", PLAIN)]


def _no_run_lines(shown: PaneInput, width: int) -> Iterator[StyledSpans]:
    lane, time = shown.cursor.current_lane, shown.cursor.time
    if lane is None:
        return
    if not lane.runs:
        yield [(" No run of it in the list.", FAINT)]
        return
    older = [start for start in lane.starts if start <= time][-1:]
    newer = [start for start in lane.starts if start > time][:1]
    hints = [
        (key, f"{word} {_moment_text(start, shown.clock)}")
        for key, word, starts in (("[", "the run before,", older), ("]", "the run after,", newer))
        for start in starts
    ]
    yield cut_spans([(" ", PLAIN), *hint_spans(hints)], width)


def usual_spans(assessment: Assessment, run: Session, clock: TimeContext) -> StyledSpans:
    """Format `usually 3m02s, longest 3m21s; 43× usual`; empty without a usual duration."""
    baselines, duration = assessment.type_statuses.baselines, run.duration(clock.now)
    baseline = baselines.for_run(run)
    if baseline is None:
        return []
    text = (
        f"usually {text_format.format_duration(baseline.usual)},"
        f" longest {text_format.format_duration(baseline.longest)}"
    )
    ratio = baselines.ratio_to_usual(run, duration)
    if ratio is None:
        return [(text, PLAIN)]
    style: Style = PLAIN
    if baseline.unusual_ratio(duration) is not None:
        style = ERROR_STYLE if run.is_running and baseline.overrun_ratio(duration) else WARNING_STYLE
    return [(f"{text}; ", PLAIN), (f"{text_format.format_ratio(ratio)}× usual", style)]


def concurrent_text(shown: PaneInput) -> tuple[str, str]:
    """Format `ran at the same time: `, and `CatalogCrawlJob since 22:40, CollectJob 9 times`."""
    parts = [
        _lane_text(shown, number, indexes)
        for number, indexes in sorted(
            shown.concurrent.items(), key=lambda item: shown.cursor.timeline.lanes[item[0]].starts[item[1][0]]
        )
    ]
    return (CONCURRENT_LABEL, ", ".join(parts)) if parts else (ALONE_TEXT, "")


def _lane_text(shown: PaneInput, number: int, indexes: Sequence[int]) -> str:
    lane = shown.cursor.timeline.lanes[number]
    runs = [lane.runs[index] for index in indexes]
    failed_count = sum(1 for run in runs if run.has_failed)
    if len(runs) > 1:
        times = "twice" if len(runs) == 2 else f"{text_format.format_count(len(runs))} times"
        failed = f" ({text_format.format_count(failed_count)} failed)" if failed_count else ""
        return f"{lane.label} {times}{failed}"
    start = text_format.format_minute(lane.starts[indexes[0]], shown.clock.now, shown.clock.zone)
    word = "since" if runs[0].is_running else "failed at" if failed_count else "at"
    return f"{lane.label} {word} {start}"


def _moment_text(moment: datetime, clock: TimeContext) -> str:
    return text_format.format_day_and_minute(moment, clock.now, clock.zone)
