"""Summary of the last hours for the next shift: what needs attention, is acknowledged, has recovered.

Findings are those of the screens, one line each. A recurring failure that is resolved again is listed as
a finding and as recovered. The summary is based on the list alone; repeated failures are one line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from emtui import text_format
from emtui.em.model import Outcome, Session
from emtui.handover.blocks import Block, ForeignText, InlineText, ListItemBlock, SectionBlock, TitleBlock
from emtui.handover.run_report import ReportOrigin
from emtui.triage.acknowledgement_matching import (
    NONE_ACKNOWLEDGED,
    Acknowledgement,
    Acknowledgements,
    finding_key,
)
from emtui.triage.acknowledgement_text import format_acknowledgement
from emtui.triage.finding_text import format_evidence
from emtui.triage.findings import (
    CanceledFinding,
    FailingFinding,
    Finding,
    RecurringFailureFinding,
    WarningFinding,
)
from emtui.triage.incidents import Incident, find_incidents
from emtui.triage.type_status import TypeStatuses

DEFAULT_PERIOD = timedelta(hours=12)
"""The period that a summary covers unless another is given."""
_MAX_ITEMS = 20
"""Maximum items of a section."""
_MAX_MESSAGE_CELLS = 160
OUTCOME_ORDER = (
    Outcome.FAILED,
    Outcome.WARNING,
    Outcome.CANCELED,
    Outcome.UNKNOWN,
    Outcome.RUNNING,
    Outcome.SUCCESS,
)
"""Outcomes in the order of their counts."""

DataGap = tuple[datetime, datetime | None, str]
"""Start, end and reason of a period without data."""


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """Input of a summary of the last `period`.

    `data_gaps` holds the periods without data since emtui started.
    """

    origin: ReportOrigin
    sessions: tuple[Session, ...]
    type_statuses: TypeStatuses
    findings: tuple[Finding, ...]
    data_gaps: tuple[DataGap, ...] = ()
    acknowledgements: Acknowledgements = NONE_ACKNOWLEDGED
    period: timedelta = DEFAULT_PERIOD

    @property
    def since(self) -> datetime:
        """Start of the covered period, by the server's clock."""
        return self.origin.now - self.period

    @property
    def active_runs(self) -> list[Session]:
        """Runs active in this period; ended runs without times do not count."""
        since = self.since
        return [one for one in self.sessions if one.is_running or (one.ended or one.started or since) > since]


@dataclass(frozen=True, slots=True)
class ShiftContents:
    """What a summary lists: findings, and incidents that are not among them.

    `current` findings need attention, `acknowledged` ones do not. `others` are incidents that are not over,
    `recovered` those that are.
    """

    current: tuple[Finding, ...]
    acknowledged: tuple[Finding, ...]
    others: tuple[Incident, ...]
    recovered: tuple[Incident, ...]


def select_contents(shift: ShiftReport) -> ShiftContents:
    """Select what the summary lists."""
    acknowledged = [finding for finding in shift.findings if shift.acknowledgements.for_finding(finding)]
    reported_keys = {finding_key(finding) for finding in shift.findings}
    all_incidents = find_incidents({row.type: row.runs for row in shift.type_statuses.statuses})
    return ShiftContents(
        tuple(finding for finding in shift.findings if finding not in acknowledged),
        tuple(acknowledged),
        tuple(one for one in all_incidents if one.is_ongoing and one.fingerprint not in reported_keys),
        tuple(
            one
            for one in all_incidents
            if not one.is_ongoing and (_is_in_period(one, shift) or one.fingerprint in reported_keys)
        ),
    )


def summarize_shift(shift: ShiftReport) -> tuple[Block, ...]:
    """The complete summary."""
    contents = select_contents(shift)
    return (
        TitleBlock(shift_title(shift)),
        *_section("Needs attention", [format_finding_line(one, shift) for one in contents.current]),
        *(
            _section("Acknowledged", [format_finding_line(one, shift) for one in contents.acknowledged])
            if contents.acknowledged
            else ()
        ),
        *(
            _section("Other messages", [format_incident_line(one, shift) for one in contents.others])
            if contents.others
            else ()
        ),
        *_section("Recovered", [format_incident_line(one, shift) for one in contents.recovered]),
        *_data_gap_section(shift),
        *_basis_section(shift),
    )


def _is_in_period(incident: Incident, shift: ShiftReport) -> bool:
    """Whether a resolved incident occurred or recovered in this period."""
    return incident.last >= shift.since or (incident.recovered_at or shift.type_statuses.now) > shift.since


def shift_title(shift: ShiftReport) -> InlineText:
    """`Last 12 hours of em01.example.net`, and the period."""
    origin = shift.origin
    prefix = f"{origin.mode_label}: " if origin.mode_label else ""
    period = f"{origin.zones.format_time(shift.since)} – {origin.zones.format_time(origin.now)}"
    return (
        prefix,
        f"Last {_format_period(shift.period)} of ",
        ForeignText(origin.server, 200),
        f", {period}",
    )


def _format_period(period: timedelta) -> str:
    """`12 hours`, `7 days`; a period of other units as `9h12m`."""
    for unit, noun in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour")):
        count, rest = divmod(period, unit)
        if not rest and count > 1:
            return text_format.format_counted(count, noun)
    return text_format.format_duration(period)


def newest_run_of_incident(incident: Incident, shift: ShiftReport) -> Session | None:
    """Its newest run."""
    type_status = shift.type_statuses.for_type(incident.type)
    runs = type_status.runs if type_status else ()
    return next((run for run in runs if run.uid == incident.uids[0]), None)


def acknowledgement_of_incident(incident: Incident, shift: ShiftReport) -> Acknowledgement | None:
    """The acknowledgement that applies to its newest run."""
    newest = newest_run_of_incident(incident, shift)
    return shift.acknowledgements.for_run(newest) if newest else None


def format_finding_line(finding: Finding, shift: ShiftReport) -> InlineText:
    """The finding with its type as foreign text, then the message and the acknowledgement."""
    text = f"{shift.origin.formatter.format_finding(finding)} ({format_evidence(finding)})"
    suffix = (*_message(finding), *_acknowledgement_text(shift.acknowledgements.for_finding(finding), shift))
    type_name = finding.type
    if type_name is None:
        return (text, *suffix)
    return (
        (ForeignText(type_name, 60), text.removeprefix(type_name), *suffix)
        if text.startswith(type_name)
        else (ForeignText(text), *suffix)
    )


def message_of_finding(finding: Finding) -> str | None:
    """The server's message about its newest run, if it is about runs that ended."""
    match finding:
        case FailingFinding() | WarningFinding() | CanceledFinding():
            return finding.message
        case RecurringFailureFinding():
            return finding.incident.message
        case _:
            return None


def _message(finding: Finding) -> InlineText:
    message = message_of_finding(finding)
    return (": ", ForeignText(message, _MAX_MESSAGE_CELLS)) if message else ()


def _acknowledgement_text(acknowledgement: Acknowledgement | None, shift: ShiftReport) -> InlineText:
    return (
        (
            "; acknowledged: ",
            ForeignText(
                format_acknowledgement(acknowledgement, shift.acknowledgements, shift.origin.formatter),
                _MAX_MESSAGE_CELLS,
            ),
        )
        if acknowledgement
        else ()
    )


def _section(title: str, items: Sequence[InlineText]) -> Iterator[Block]:
    yield SectionBlock(title, (str(len(items) or "none"),))
    yield from map(ListItemBlock, items[:_MAX_ITEMS])
    if len(items) > _MAX_ITEMS:
        yield ListItemBlock((f"and {len(items) - _MAX_ITEMS} more",))


def format_incident_line(incident: Incident, shift: ShiftReport) -> InlineText:
    """How often its runs failed and when, the message, and the acknowledgement if it is not over."""
    format_time = shift.origin.zones.format_time
    verb = "ended with a warning" if incident.outcome is Outcome.WARNING else "failed"
    when = f"at {format_time(incident.last)}"
    if incident.count > 1:
        when = (
            f"{text_format.format_count(incident.count)} times since"
            f" {format_time(incident.first)}, last {format_time(incident.last)}"
        )
    recovery = f", recovered {format_time(incident.recovered_at)}" if incident.recovered_at else ""
    message: InlineText = (
        (": ", ForeignText(incident.message, _MAX_MESSAGE_CELLS)) if incident.message else ()
    )
    note = (
        _acknowledgement_text(acknowledgement_of_incident(incident, shift), shift)
        if incident.is_ongoing
        else ()
    )
    return (ForeignText(incident.type, 60), f" {verb} {when}{recovery}", *message, *note)


def _data_gap_section(shift: ShiftReport) -> Iterator[Block]:
    if not shift.data_gaps:
        return
    yield SectionBlock(
        "No data",
        (
            (
                "emtui received no list in these periods."
                " Runs in them appear only if a later list contained them."
            ),
        ),
    )
    format_time = shift.origin.zones.format_time
    for since, until, reason in shift.data_gaps[-_MAX_ITEMS:]:
        yield ListItemBlock(
            (
                f"{format_time(since)} – {format_time(until) if until else 'now'}: ",
                ForeignText(reason, _MAX_MESSAGE_CELLS),
            )
        )


def is_unreadable(run: Session) -> bool:
    """Whether a row of the list is not fully readable."""
    return bool(run.parse_problem) or not run.is_complete


def _basis_section(shift: ShiftReport) -> Iterator[Block]:
    origin, active_runs = shift.origin, shift.active_runs
    outcome_counts = Counter(one.outcome for one in active_runs if one.is_complete)
    counts = ", ".join(
        f"{text_format.format_count(outcome_counts[kind])} {kind}"
        for kind in OUTCOME_ORDER
        if outcome_counts[kind]
    )
    yield SectionBlock("Based on")
    basis = (
        f"{text_format.format_counted(len(shift.sessions), 'run')} listed"
        f" as of {origin.zones.format_time(origin.as_of)}"
    )
    yield ListItemBlock(
        (
            (
                f"{basis}; {text_format.format_count(len(active_runs))} ran"
                f" in this period{': ' if counts else ''}{counts}"
            ),
        )
    )
    unreadable_count = sum(map(is_unreadable, shift.sessions))
    if unreadable_count:
        row_word = "row" if unreadable_count == 1 else "rows"
        yield ListItemBlock(
            (
                (
                    f"{text_format.format_count(unreadable_count)} {row_word} not fully"
                    " readable; may be missing above"
                ),
            )
        )
    if origin.lost_since:
        yield ListItemBlock(
            (f"no response from the server since {origin.zones.format_time(origin.lost_since)}",)
        )
    if not shift.data_gaps:
        yield ListItemBlock(("no gaps in the data since emtui started",))
    yield ListItemBlock((f"emtui {origin.version}; run times are by the server's clock",))
