"""The evidence of one alert, made from the list alone: message, pattern, facts, and the runs themselves.

Pure: an assessment and an alert in, styled lines out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from rich.style import Style

from emtui import text_format
from emtui.display_text.assessment_text import formatter_for
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import DISTANT_PAST, Outcome, Session
from emtui.keys.keymap import Keymap
from emtui.keys.tui_commands import CommandScope
from emtui.monitor.assessment import Assessment
from emtui.triage.acknowledgement_text import ACKNOWLEDGED_LABEL, format_acknowledgement
from emtui.triage.baseline import Baselines
from emtui.triage.explanation import explain
from emtui.triage.finding_text import RECURRING_LABEL, FindingFormatter, format_evidence
from emtui.triage.findings import (
    CurrentIdleFinding,
    FailingFinding,
    Finding,
    OverdueFinding,
    PastIdleFinding,
    RecurringFailureFinding,
    UnlistedRunsFinding,
)
from emtui.tui.formatting.attention_summary import alert_text
from emtui.tui.formatting.run_table import run_table
from emtui.tui.screens.attention.alert_columns import ALL_TYPES, message_of
from emtui.tui.theme import BOLD, DIVIDER, FAINT, PLAIN, RULE_STYLE
from emtui.tui.widgets.paragraph import wrap_and_cut
from emtui.tui.widgets.status_line import cut_spans, spans_width
from emtui.tui.widgets.virtual_list import StyledSpans

TWO_COLUMNS_WIDTH = 160
"""Width in cells from which the runs are beside the facts."""
MAX_MESSAGE_LINES, MAX_FACT_LINES = 4, 3
MAX_PROBLEM_RUNS = 12
"""Runs that were not as usual, listed before the last runs."""
MAX_RUNS = 60
_LABEL_CELLS = 14
PATTERN_LABEL, DAYS_LABEL, EVIDENCE_LABEL, TYPES_LABEL = "Pattern", "Days", "Evidence", "Types due"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about one alert.

    `facts` are pairs of label and text. `problem_runs` are the failed, warned, canceled, stuck and unusually
    long runs, `last_runs` all of them, both newest first. `next_steps` says which keys lead on.
    """

    title: StyledSpans
    message: str
    style: Style
    facts: tuple[tuple[str, str], ...]
    problem_runs: tuple[Session, ...]
    last_runs: tuple[Session, ...]
    baselines: Baselines
    next_steps: str


def find_evidence(assessment: Assessment, finding: Finding, clock: TimeContext, keymap: Keymap) -> Evidence:
    """Collect the evidence of one alert of this assessment."""
    run, text = assessment.run_of_finding(finding), alert_text(assessment, finding, clock.zone)
    baselines, now = assessment.type_statuses.baselines, assessment.type_statuses.now
    runs = _runs_of(assessment, finding)
    problems = (one for one in runs if _is_problem(one, baselines, now))
    return Evidence(
        [(f"{text.type or ALL_TYPES}  ", BOLD), (text.statement, text.style)],
        message_of(assessment, finding),
        text.style,
        tuple(_facts(assessment, finding, run, formatter_for(assessment, clock.zone))),
        tuple(islice(problems, MAX_PROBLEM_RUNS)),
        tuple(runs[:MAX_RUNS]),
        baselines,
        _next_steps(finding, run, keymap),
    )


def _runs_of(assessment: Assessment, finding: Finding) -> Sequence[Session]:
    """The runs of the type, newest first; those no longer listed; for all types all runs."""
    if finding.type is not None:
        return assessment.runs_of_type(finding.type)
    if isinstance(finding, UnlistedRunsFinding):
        unlisted = assessment.type_statuses.unlisted
        return unlisted.runs if unlisted else ()
    return sorted(
        (run for run in assessment.sessions if run.started),
        key=lambda run: run.started or DISTANT_PAST,
        reverse=True,
    )


def _is_problem(run: Session, baselines: Baselines, now: datetime) -> bool:
    if run.outcome in (Outcome.FAILED, Outcome.WARNING, Outcome.CANCELED):
        return True
    return baselines.unusual_ratio(run, run.duration(now)) is not None


def _facts(
    assessment: Assessment, finding: Finding, run: Session | None, formatter: FindingFormatter
) -> Iterator[tuple[str, str]]:
    has_pattern = isinstance(finding, FailingFinding | RecurringFailureFinding) and finding.daily_failures
    if has_pattern:
        yield PATTERN_LABEL, formatter.format_daily_evidence(has_pattern)
        yield (
            DAYS_LABEL,
            ", ".join(
                text_format.format_day_and_minute(start, formatter.now, formatter.zone)
                for start in has_pattern.starts
            ),
        )
    else:
        yield EVIDENCE_LABEL, format_evidence(finding)
    if isinstance(finding, CurrentIdleFinding | PastIdleFinding):
        yield TYPES_LABEL, ", ".join(finding.idle_period.types)
    elif run:
        explanation = explain(assessment.type_statuses, assessment.sessions, run, (), ())
        yield from (
            (label, text)
            for label, text in formatter.explanation_rows(explanation)
            if label != RECURRING_LABEL or not has_pattern
        )
    acknowledgement = assessment.acknowledgement_of_finding(finding)
    if acknowledgement:
        text = format_acknowledgement(acknowledgement, assessment.acknowledgements, formatter)
        yield ACKNOWLEDGED_LABEL, text


def _next_steps(finding: Finding, run: Session | None, keymap: Keymap) -> str:
    acknowledge, types, compare, report = (
        keymap.label(name, CommandScope.ATTENTION) for name in ("acknowledge", "types", "compare", "report")
    )
    if run is None:
        return f"{acknowledge} acknowledges it, {types} shows the types."
    if isinstance(finding, OverdueFinding | CurrentIdleFinding | PastIdleFinding):
        return f"Enter opens the last run, {acknowledge} acknowledges the alert, {types} shows the types."
    return (
        f"Enter opens the run, {compare} compares it with the last success,"
        f" {acknowledge} acknowledges the alert, {report} reports it."
    )


def evidence_lines(evidence: Evidence, clock: TimeContext, width: int, height: int) -> list[StyledSpans]:
    """Lay the evidence out in a pane of this size: the last runs below, or beside the rest if it is wide."""
    if width >= TWO_COLUMNS_WIDTH:
        left_width = (width - 3) // 2
        left = [*_fact_lines(evidence, left_width), *_problem_lines(evidence, clock, left_width)]
        right = _last_run_lines(evidence, clock, width - left_width - 3)
        return [
            _beside(left[y] if y < len(left) else [], left_width, right[y] if y < len(right) else [])
            for y in range(height)
        ]
    facts, problems = _fact_lines(evidence, width), _problem_lines(evidence, clock, width)
    if len(facts) + 2 * len(problems) > height:
        problems = []
    return [*facts, *problems, *_last_run_lines(evidence, clock, width)][:height]


def _beside(left: StyledSpans, left_width: int, right: StyledSpans) -> StyledSpans:
    shown = cut_spans(left, left_width)
    used = spans_width(shown)
    return [*shown, (" " * max(left_width - used, 0), PLAIN), (f" {DIVIDER} ", RULE_STYLE), *right]


def _fact_lines(evidence: Evidence, width: int) -> list[StyledSpans]:
    """The message, the facts with their labels, and the next steps."""
    lines: list[StyledSpans] = [
        [(f" {line}", evidence.style)]
        for line in wrap_and_cut(text_format.strip_ambiguous(evidence.message), width - 1, MAX_MESSAGE_LINES)
    ]
    for label, text in evidence.facts:
        wrapped = wrap_and_cut(
            text_format.strip_ambiguous(text), max(width - 1 - _LABEL_CELLS, 1), MAX_FACT_LINES
        )
        for number, line in enumerate(wrapped):
            shown_label = "" if number else label
            lines.append([(f" {shown_label:<{_LABEL_CELLS}}", FAINT), (line, PLAIN)])
    lines += [[(f" {line}", FAINT)] for line in wrap_and_cut(evidence.next_steps, width - 1, 2)]
    return lines


def _problem_lines(evidence: Evidence, clock: TimeContext, width: int) -> list[StyledSpans]:
    """The runs that were not as usual; nothing if all runs are."""
    runs = () if evidence.problem_runs == evidence.last_runs else evidence.problem_runs
    return run_table("Not as usual", runs, evidence.baselines, clock, width)


def _last_run_lines(evidence: Evidence, clock: TimeContext, width: int) -> list[StyledSpans]:
    return run_table("Last runs", evidence.last_runs, evidence.baselines, clock, width)
