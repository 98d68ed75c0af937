"""Metrics of one poll, by the assessment that `check` and the screens show. Pure.

All metrics are gauges: the server lists 30 days at most, so that a number of sessions can go down. Times are
Unix timestamps in seconds, those of sessions by the server's clock. Every metric has the label `server`.
The names are a public interface: they stay.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from emtui import __version__, text_format
from emtui.em.model import Outcome, Session
from emtui.monitor.assessment import Assessment
from emtui.triage.finding_kinds import KINDS_OF_ALL_TYPES, KINDS_OF_ONE_TYPE, finding_kind
from emtui.triage.findings import FailingFinding, OverdueFinding
from emtui.triage.runs_by_type import start_time
from emtui.triage.type_status import TypeStatus

MAX_TYPES = 100
"""Maximum number of types with metrics of their own; the server documents 12."""
_MAX_LABEL_LENGTH = 100
"""Maximum number of characters of a type in a label."""
_ENDED_OUTCOMES = tuple(outcome for outcome in Outcome if outcome is not Outcome.RUNNING)


class MetricSpec(NamedTuple):
    """One metric: its name, its help text without quotes or backslashes, and its labels after `server`."""

    name: str
    help: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gauge:
    """One metric with its samples: label values in the order of `labels`, and a number."""

    name: str
    help: str
    labels: tuple[str, ...]
    samples: tuple[tuple[tuple[str, ...], float], ...]


@dataclass(frozen=True, slots=True)
class ReceivedList:
    """A list that was received: its assessment and the costs and circumstances of the request."""

    assessment: Assessment
    duration_s: float
    size: int
    certificate_expiry: datetime | None


@dataclass(frozen=True, slots=True)
class PollResult:
    """The result of one poll at `time`, by the local clock.

    `exit_code` is that of emtui. `list_received` is when the last list was received, in this poll or an
    earlier one; `received_list` is that of this poll, `None` if it failed.
    """

    server: str
    time: datetime
    exit_code: int = 0
    list_received: datetime | None = None
    received_list: ReceivedList | None = None


_TYPE = ("type",)
METRICS = (
    MetricSpec("emtui_up", "1 if the session list was received, 0 if not; emtui_exit_code says why."),
    MetricSpec("emtui_exit_code", "Exit code of this poll: 0, or as listed in emtui --help."),
    MetricSpec("emtui_build_info", "Version of emtui; always 1.", ("version",)),
    MetricSpec("emtui_poll_timestamp_seconds", "Time of this poll, successful or not."),
    MetricSpec(
        "emtui_list_received_timestamp_seconds",
        "Time at which the last session list was received; kept after a failed poll.",
    ),
    MetricSpec("emtui_list_request_duration_seconds", "Time that the server took to send the session list."),
    MetricSpec("emtui_list_response_bytes", "Size of the session list as received."),
    MetricSpec("emtui_list_sessions", "Sessions in the list, by outcome.", ("outcome",)),
    MetricSpec(
        "emtui_list_incomplete_sessions", "Sessions in the list of which the server sent only the name."
    ),
    MetricSpec("emtui_list_oldest_start_timestamp_seconds", "Start of the oldest session in the list."),
    MetricSpec("emtui_unlisted_sessions", "Sessions of earlier lists that are missing from this one."),
    MetricSpec(
        "emtui_clock_skew_seconds", "How far the clock of the server is ahead of the clock of this computer."
    ),
    MetricSpec("emtui_certificate_expiry_timestamp_seconds", "End of validity of the server certificate."),
    MetricSpec("emtui_alerts", "Alerts, by kind and acknowledgement.", ("kind", "acknowledged")),
    MetricSpec("emtui_types", "Session types in the list."),
    MetricSpec("emtui_types_on_schedule", "Session types that run on schedule."),
    MetricSpec("emtui_types_omitted", f"Session types without metrics, beyond {MAX_TYPES}."),
    MetricSpec(
        "emtui_type_alert",
        "1 if there is an alert of this kind about the type, else 0.",
        ("type", "kind", "acknowledged"),
    ),
    MetricSpec("emtui_type_sessions", "Sessions of the type in the list, by outcome.", ("type", "outcome")),
    MetricSpec(
        "emtui_type_last_outcome",
        "1 for the outcome of the newest session that ended, 0 for the others.",
        ("type", "outcome"),
    ),
    MetricSpec(
        "emtui_type_last_success_timestamp_seconds",
        "End of the last successful session; 0 if the list has none.",
        _TYPE,
    ),
    MetricSpec("emtui_type_last_start_timestamp_seconds", "Start of the newest session.", _TYPE),
    MetricSpec("emtui_type_last_duration_seconds", "Duration of the newest session that ended.", _TYPE),
    MetricSpec(
        "emtui_type_usual_duration_seconds",
        "Median duration of the last 400 successful sessions; missing if there are fewer than 5.",
        _TYPE,
    ),
    MetricSpec("emtui_type_running_sessions", "Sessions that are running.", _TYPE),
    MetricSpec(
        "emtui_type_running_since_timestamp_seconds",
        "Start of the oldest running session; missing if none is running.",
        _TYPE,
    ),
    MetricSpec(
        "emtui_type_stuck_sessions",
        "Running sessions that take longer than any earlier successful session.",
        _TYPE,
    ),
    MetricSpec("emtui_type_consecutive_failures", "Failed sessions since the last other outcome.", _TYPE),
    MetricSpec(
        "emtui_type_overdue_starts", "Starts that are due since the newest session and did not happen.", _TYPE
    ),
    MetricSpec(
        "emtui_type_missed_starts",
        "Starts that were due in the last 25 hours and did not happen.",
        _TYPE,
    ),
    MetricSpec(
        "emtui_type_next_start_timestamp_seconds",
        "Time at which the next session is due, in the past if overdue; missing without a schedule.",
        _TYPE,
    ),
    MetricSpec(
        "emtui_type_interval_seconds", "Interval of the detected schedule; missing without a schedule.", _TYPE
    ),
)
"""All metrics, in the order of the output."""

_Sample = tuple[str, tuple[str, ...], float]
"""The name of a metric, the values of its labels after `server`, and a number."""


def collect_gauges(poll: PollResult) -> list[Gauge]:
    """The metrics of this poll that have samples."""
    samples = defaultdict[str, list[tuple[tuple[str, ...], float]]](list)
    for name, values, number in _samples(poll):
        samples[name].append(((poll.server, *values), float(number)))
    return [
        Gauge(spec.name, spec.help, ("server", *spec.labels), tuple(samples[spec.name]))
        for spec in METRICS
        if spec.name in samples
    ]


def _samples(poll: PollResult) -> Iterator[_Sample]:
    yield "emtui_up", (), poll.received_list is not None
    yield "emtui_exit_code", (), poll.exit_code
    yield "emtui_build_info", (__version__,), 1
    yield "emtui_poll_timestamp_seconds", (), poll.time.timestamp()
    if poll.list_received:
        yield "emtui_list_received_timestamp_seconds", (), poll.list_received.timestamp()
    if poll.received_list:
        yield from _list_samples(poll.received_list)
        yield from _assessment_samples(poll.received_list.assessment)


def _list_samples(received: ReceivedList) -> Iterator[_Sample]:
    snapshot = received.assessment.snapshot
    yield "emtui_list_request_duration_seconds", (), received.duration_s
    yield "emtui_list_response_bytes", (), received.size
    for outcome in Outcome:
        yield "emtui_list_sessions", (outcome,), snapshot.outcome_counts[outcome]
    yield "emtui_list_incomplete_sessions", (), len(snapshot.references)
    oldest = min((session.started for session in snapshot.sessions if session.started), default=None)
    if oldest:
        yield "emtui_list_oldest_start_timestamp_seconds", (), oldest.timestamp()
    yield "emtui_unlisted_sessions", (), len(snapshot.unlisted.runs)
    yield "emtui_clock_skew_seconds", (), round(snapshot.skew.total_seconds(), 3)
    if received.certificate_expiry:
        yield "emtui_certificate_expiry_timestamp_seconds", (), received.certificate_expiry.timestamp()


def _assessment_samples(assessment: Assessment) -> Iterator[_Sample]:
    counts = Counter(_alert_keys(assessment))
    total_counts = Counter((kind, is_acknowledged) for _, kind, is_acknowledged in _alert_keys(assessment))
    for kind in (*KINDS_OF_ALL_TYPES.values(), *KINDS_OF_ONE_TYPE.values()):
        for is_acknowledged in (False, True):
            yield "emtui_alerts", (kind, _flag(is_acknowledged)), total_counts[kind, is_acknowledged]
    statuses = _shown_statuses(assessment)
    on_time_counts = assessment.attention.on_time_counts
    yield "emtui_types", (), on_time_counts.type_count
    yield "emtui_types_on_schedule", (), on_time_counts.on_time
    yield "emtui_types_omitted", (), on_time_counts.type_count - len(statuses)
    labels = type_labels(status.type for status in statuses)
    for status in statuses:
        label = labels[status.type]
        for kind in KINDS_OF_ONE_TYPE.values():
            for is_acknowledged in (False, True):
                is_alert = counts[status.type, kind, is_acknowledged] > 0
                yield "emtui_type_alert", (label, kind, _flag(is_acknowledged)), is_alert
        for name, values, number in _type_samples(status, assessment):
            yield name, (label, *values), number


def _alert_keys(assessment: Assessment) -> Iterator[tuple[str | None, str, bool]]:
    """Type, kind and acknowledgement of each finding."""
    for finding in assessment.findings:
        is_acknowledged = assessment.is_acknowledged(finding)
        yield finding.type, finding_kind(finding), is_acknowledged


def _flag(is_set: bool) -> str:
    return "true" if is_set else "false"


def _shown_statuses(assessment: Assessment) -> list[TypeStatus]:
    """The types with metrics, by name; if there are too many, those with alerts first."""
    alert_types = {finding.type for finding in assessment.findings}
    by_name = sorted(assessment.type_statuses.statuses, key=lambda status: status.type)
    chosen = sorted(by_name, key=lambda status: status.type not in alert_types)[:MAX_TYPES]
    return sorted(chosen, key=lambda status: status.type)


def _type_samples(status: TypeStatus, assessment: Assessment) -> Iterator[_Sample]:
    unlisted_uids = {run.uid for run in assessment.snapshot.unlisted.runs}
    outcomes = Counter(run.outcome for run in status.runs if run.uid not in unlisted_uids)
    for outcome in Outcome:
        yield "emtui_type_sessions", (outcome,), outcomes[outcome]
    newest_ended = next((run for run in status.runs if not run.is_running), None)
    if newest_ended:
        for outcome in _ENDED_OUTCOMES:
            yield "emtui_type_last_outcome", (outcome,), newest_ended.outcome is outcome
    success = status.last_success
    success_timestamp = (success.ended or start_time(success)).timestamp() if success else 0.0
    yield "emtui_type_last_success_timestamp_seconds", (), success_timestamp
    yield "emtui_type_last_start_timestamp_seconds", (), start_time(status.newest_run).timestamp()
    duration = newest_ended.duration(assessment.type_statuses.now) if newest_ended else None
    yield from _seconds("emtui_type_last_duration_seconds", duration)
    yield from _seconds(
        "emtui_type_usual_duration_seconds", status.baseline.usual if status.baseline else None
    )
    yield from _running_samples(status.runs)
    yield "emtui_type_stuck_sessions", (), len(status.overruns)
    streak = status.streak
    is_failing = streak is not None and streak.outcome is Outcome.FAILED
    yield "emtui_type_consecutive_failures", (), streak.count if streak and is_failing else 0
    yield from _schedule_samples(status, assessment)


def _running_samples(runs: Iterable[Session]) -> Iterator[_Sample]:
    running = [run for run in runs if run.is_running]
    yield "emtui_type_running_sessions", (), len(running)
    if running:
        since = min(map(start_time, running))
        yield "emtui_type_running_since_timestamp_seconds", (), since.timestamp()


def _schedule_samples(status: TypeStatus, assessment: Assessment) -> Iterator[_Sample]:
    overdue_count = sum(
        finding.overdue_count
        for finding in assessment.findings
        if finding.type == status.type and isinstance(finding, (OverdueFinding, FailingFinding))
    )
    yield "emtui_type_overdue_starts", (), overdue_count
    yield "emtui_type_missed_starts", (), len(assessment.missed_starts.get(status.type, ()))
    if status.due and status.due.next_start:
        yield "emtui_type_next_start_timestamp_seconds", (), status.due.next_start.timestamp()
    yield from _seconds("emtui_type_interval_seconds", status.schedule.interval if status.schedule else None)


def _seconds(name: str, span: timedelta | None) -> Iterator[_Sample]:
    if span is not None:
        yield name, (), span.total_seconds()


def type_labels(types: Iterable[str]) -> Mapping[str, str]:
    """The label of each type: one line of limited length, different for different types."""
    labels: dict[str, str] = {}
    for name in types:
        label = text_format.join_lines(name)
        if len(label) > _MAX_LABEL_LENGTH or label in labels.values():
            digest = sha256(name.encode()).hexdigest()[:8]
            label = f"{label[: _MAX_LABEL_LENGTH - len(digest) - 1]}~{digest}"
        labels[name] = label
    return labels
