"""One run as a ticket: outcome, start, pauses, comparison, and what is unknown.

Most important facts first, for readers new to the run; about forty lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emtui import text_format
from emtui.em.model import Session
from emtui.handover.blocks import (
    Block,
    FactBlock,
    ForeignText,
    InlineText,
    QuoteBlock,
    SectionBlock,
    TitleBlock,
)
from emtui.handover.caveats import list_caveats
from emtui.handover.diff_summary import summarize_diff
from emtui.handover.log_excerpt import excerpt_log
from emtui.handover.run_report import RunReport
from emtui.triage import finding_text
from emtui.triage.backup_server_stats import BackupServerResult, ServerOutcome, sort_worst_first
from emtui.triage.concurrent_runs import group_by_type_and_outcome
from emtui.triage.explanation import Explanation
from emtui.triage.finding_text import (
    LAST_SUCCESS_LABEL,
    NEXT_LABEL,
    RECURRING_LABEL,
    SINCE_LABEL,
    USUAL_LABEL,
    format_usual_wait,
    run_label,
)
from emtui.triage.step_timing import Wait

_OWN_TEXT_LABELS = frozenset({SINCE_LABEL, RECURRING_LABEL, USUAL_LABEL, LAST_SUCCESS_LABEL, NEXT_LABEL})
"""Labels whose texts contain only emtui's own words; other texts may contain the server's."""
_LONG_LABELS = {NEXT_LABEL: "Next run", USUAL_LABEL: "Usually takes"}
"""Full labels for those abbreviated on the screen."""
_MAX_MESSAGE_CELLS = 1_000
_MAX_STEP_CELLS = 100
_MAX_LISTED = 8


def build_ticket(report: RunReport) -> tuple[Block, ...]:
    """The complete ticket."""
    session = report.session
    quote = (QuoteBlock(ForeignText(session.message, _MAX_MESSAGE_CELLS)),) if session.message else ()
    command = (
        (SectionBlock("Open", (ForeignText(report.command, _MAX_MESSAGE_CELLS),)),) if report.command else ()
    )
    return (
        TitleBlock(ticket_title(report)),
        *quote,
        *(FactBlock(label, content) for label, content in _run_facts(report)),
        *excerpt_log(report),
        *summarize_diff(report),
        *list_caveats(report),
        *command,
        *(FactBlock(label, content) for label, content in _source_facts(report)),
    )


def ticket_title(report: RunReport) -> InlineText:
    """`CollectJob failed on em01.example.net`."""
    session, origin = report.session, report.origin
    prefix = f"{origin.mode_label}: " if origin.mode_label else ""
    subject = (
        (ForeignText(session.type, 60), f" {session.outcome}")
        if session.type
        else (ForeignText(_name_or_id(session), 60),)
    )
    return (prefix, *subject, " on ", ForeignText(origin.server, 200))


def _name_or_id(session: Session) -> str:
    return session.name or session.id


def _run_facts(report: RunReport) -> Iterator[tuple[str, InlineText]]:
    session, zones = report.session, report.origin.zones
    if session.started:
        yield "Started", (zones.format_in_all_zones(session.started),)
    elif session.is_complete:
        yield "Started", (text_format.UNKNOWN,)
    duration = session.duration(report.origin.now)
    if duration is None:
        if session.is_complete:
            yield "Duration", (text_format.UNKNOWN,)
    elif session.is_running:
        yield "Duration", (f"{text_format.format_duration(duration)} so far",)
    else:
        until = f" until {zones.format_time(session.ended)}" if session.ended else ""
        yield "Duration", (text_format.format_duration(duration), until)
    if report.explanation:
        yield from _explanation_facts(report, report.explanation)
    for label, text in report.annotations:
        yield label, (ForeignText(text),)
    state_words = dict.fromkeys(state for state in (session.state, session.result.value) if state)
    if state_words:
        contradictory = " (contradictory)" if session.contradiction else ""
        canceled = ", canceled" if session.result.is_canceled else ""
        yield "Server state", (ForeignText(" / ".join(state_words), 100), contradictory, canceled)


def _explanation_facts(report: RunReport, explanation: Explanation) -> Iterator[tuple[str, InlineText]]:
    for label, text in report.origin.formatter.explanation_rows(explanation):
        match label:
            case finding_text.STUCK_LABEL | finding_text.PAUSE_LABEL:
                if explanation.worst_wait:
                    yield label, _wait_text(explanation.worst_wait)
            case finding_text.SERVERS_LABEL:
                yield (
                    label,
                    tuple(_join_listed([_server_text(row) for row in sort_worst_first(explanation.servers)])),
                )
            case finding_text.NEARBY_LABEL:
                yield (
                    label,
                    tuple(
                        _join_listed(
                            [
                                _nearby_text(runs, report)
                                for runs in group_by_type_and_outcome(explanation.concurrent.unsuccessful)
                            ]
                        )
                    ),
                )
            case _:
                yield (
                    _LONG_LABELS.get(label, label),
                    (text if label in _OWN_TEXT_LABELS else ForeignText(text),),
                )


def _wait_text(wait: Wait) -> InlineText:
    duration = (
        f"{text_format.format_duration(wait.step.duration)} in " if wait.step.duration is not None else "in "
    )
    usual = format_usual_wait(wait)
    return (duration, ForeignText(wait.step.message, _MAX_STEP_CELLS), f", {usual}" if usual else "")


def _server_text(row: BackupServerResult) -> InlineText:
    """`bs02.example.net 3m50s failed`."""
    duration = row.duration if row.outcome is not ServerOutcome.NOT_REACHED else None
    return (
        ForeignText(row.host, 80),
        f" {text_format.format_duration(duration)}" if duration is not None else "",
        f" {row.outcome}",
    )


def _nearby_text(runs: Sequence[Session], report: RunReport) -> InlineText:
    """`CollectJob 2026-11-23 02:10:04 +01:00 failed`."""
    start_text = report.origin.formatter.format_start_times(runs)
    return (
        ForeignText(run_label(runs[0]), 60),
        f" {start_text}" if start_text else "",
        f" {runs[0].outcome}",
    )


def _join_listed(items: list[InlineText]) -> Iterator[str | ForeignText]:
    """Join with commas; long lists are cut."""
    for index, item in enumerate(items[:_MAX_LISTED]):
        yield from (", ", *item) if index else item
    if len(items) > _MAX_LISTED:
        yield f", and {len(items) - _MAX_LISTED} more"


def _source_facts(report: RunReport) -> Iterator[tuple[str, InlineText]]:
    yield "ID", (ForeignText(report.session.id, 100),)
    yield (
        "As of",
        (f"{report.origin.zones.format_time(report.origin.as_of)}, by emtui {report.origin.version}",),
    )
