"""Findings as text: one sentence each, with times in the user's time zone.

`CollectJob failed 02:10, the 6th day at this minute; last success 01:55`. The evidence of a finding, `based
on 29 successful runs`, is a separate text (`format_evidence`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from emtui import text_format
from emtui.em.model import Outcome, Session
from emtui.triage.backup_server_stats import BackupServerResult, sort_worst_first
from emtui.triage.baseline import Baseline
from emtui.triage.concurrent_runs import group_by_type_and_outcome
from emtui.triage.daily_failures import DailyFailures
from emtui.triage.explanation import Explanation
from emtui.triage.findings import (
    CanceledFinding,
    CurrentIdleFinding,
    FailingFinding,
    Finding,
    OverdueFinding,
    PastIdleFinding,
    RecurringFailureFinding,
    RunFinding,
    SlowdownFinding,
    StuckRunFinding,
    UnlistedRunsFinding,
    WarningFinding,
)
from emtui.triage.incidents import Incident
from emtui.triage.overdue_runs import DueRuns
from emtui.triage.prioritization import OnTimeCounts
from emtui.triage.step_timing import Wait
from emtui.triage.streaks import Streak

MIN_SHOWN_SPREAD = timedelta(milliseconds=100)
"""A smaller spread is not shown."""
NO_LONGER_LISTED = "no longer listed"
SINCE_LABEL, STUCK_LABEL, PAUSE_LABEL, LAST_SUCCESS_LABEL = "Since", "Stuck", "Pause", "Last success"
USUAL_LABEL, RECURRING_LABEL, NEXT_LABEL = "Usual", "Recurring", "Next"
NEARBY_LABEL, ALSO_RAN_LABEL = "Nearby", "Also ran"
"""Labels of `FindingFormatter.explanation_rows`."""
SERVERS_LABEL = "Servers"
"""Label of the backup servers in one line; a screen may show a table instead."""


@dataclass(frozen=True, slots=True)
class FindingFormatter:
    """Formats findings and explanations as of `now`, with times in `zone`."""

    now: datetime
    zone: tzinfo

    def format_finding(self, finding: Finding) -> str:
        """One sentence, without a full stop: the type and the statement."""
        statement = self.format_statement(finding)
        return statement if finding.type is None else f"{finding.type} {statement}"

    def format_statement(self, finding: Finding) -> str:
        """The sentence without its type: what is wrong, and after a semicolon what else is known."""
        if isinstance(finding, UnlistedRunsFinding):
            return self._format_unlisted_runs(finding)
        statement = self._format_run_finding(finding)
        return f"{statement}; run {NO_LONGER_LISTED}" if finding.is_unlisted else statement

    def _format_unlisted_runs(self, finding: UnlistedRunsFinding) -> str:
        failed_text = (
            f", {text_format.format_count(finding.failed_count)} of them failed"
            if finding.failed_count
            else ""
        )
        return (
            f"{text_format.format_counted(finding.run_count, 'run')}"
            f" {NO_LONGER_LISTED}"
            f" since {self.format_time(finding.since)}{failed_text}"
        )

    def _format_run_finding(self, finding: RunFinding) -> str:
        match finding:
            case CurrentIdleFinding():
                overdue_text = _format_overdue(
                    finding.idle_period.missed_count, finding.idle_period.is_minimum
                )
                return f"{_format_no_runs(finding)} since {self.format_time(finding.since)}; {overdue_text}"
            case FailingFinding():
                return self._format_failing(finding)
            case StuckRunFinding():
                return self._format_stuck(finding)
            case OverdueFinding():
                return self._format_overdue_type(finding)
            case SlowdownFinding():
                return self._format_slowdown(finding)
            case RecurringFailureFinding():
                return self._format_recurring(finding)
            case WarningFinding():
                return f"warned {self._format_streak(finding.streak)}"
            case CanceledFinding():
                return f"was canceled (started {self.format_time(finding.since)})"
            case PastIdleFinding():
                time_range = self.format_time_range(finding.since, finding.until)
                return f"{_format_no_runs(finding)} {time_range}"

    def format_time(self, time: datetime) -> str:
        """`01:55`, `Sat 22:58`, `27 Oct 22:58`."""
        return text_format.format_minute(time, self.now, self.zone)

    def format_time_range(self, since: datetime, until: datetime) -> str:
        """`22:00–22:41`; with one day if both have the same."""
        first, last = self.format_time(since), self.format_time(until)
        day, _, clock = last.rpartition(" ")
        return f"{first}–{clock if day and first.startswith(day) else last}"

    def _format_failing(self, finding: FailingFinding) -> str:
        overdue_text = (
            f"; {_format_overdue(finding.overdue_count, finding.is_minimum)}" if finding.overdue_count else ""
        )
        if finding.daily_failures:
            last_success_text = self._format_last_success(finding.streak)
            return f"{self._format_daily(finding.daily_failures)}; {last_success_text}{overdue_text}"
        return f"failed {self._format_streak(finding.streak)}{overdue_text}"

    def _format_daily(self, daily: DailyFailures) -> str:
        """`failed 02:10, the 6th day at this minute`."""
        return f"failed {self.format_time(daily.last)}, {format_daily_pattern(daily)}"

    def _format_stuck(self, finding: StuckRunFinding) -> str:
        overrun = finding.overrun
        duration = text_format.format_duration(overrun.duration)
        usual = text_format.format_duration(overrun.baseline.usual)
        ratio = text_format.format_ratio(overrun.ratio)
        start = self.format_time(finding.since)
        return f"running for {duration}, usually {usual}, {ratio}×; started {start}"

    def _format_overdue_type(self, finding: OverdueFinding) -> str:
        at_least_text = "at least " if finding.is_minimum else ""
        missed_text = f"{text_format.format_counted(finding.overdue_count, 'run')} missed"
        interval = text_format.format_interval(finding.interval)
        last_start = self.format_time(finding.last_start)
        return f"overdue, {at_least_text}{missed_text}; last ran {last_start}, usually every {interval}"

    def _format_slowdown(self, finding: SlowdownFinding) -> str:
        slowdown = finding.slowdown
        return (
            f"slower for {text_format.format_counted(slowdown.count, 'run')}:"
            f" {text_format.format_duration(slowdown.duration)},"
            f" usually {text_format.format_duration(slowdown.usual)};"
            f" since {self.format_time(slowdown.since)}"
        )

    def _format_recurring(self, finding: RecurringFailureFinding) -> str:
        incident = finding.incident
        recovery_text = (
            f"recovered {self.format_time(incident.recovered_at)}" if incident.recovered_at else ""
        )
        if finding.daily_failures:
            daily_text = self._format_daily(finding.daily_failures)
            return f"{daily_text}; {recovery_text}" if recovery_text else daily_text
        parts = (
            f"failed on {incident.count_days(self.zone)} days since {self.format_time(incident.first)}",
            f"last {self.format_time(incident.last)}",
            recovery_text,
        )
        return ", ".join(part for part in parts if part)

    def _format_streak(self, streak: Streak) -> str:
        """`twice since 01:55, last success 01:40`."""
        last_success_text = self._format_last_success(streak)
        if streak.count == 1:
            return f"at {self.format_time(streak.since)}, {last_success_text}"
        at_least_text = "" if streak.is_complete else "at least "
        return (
            f"{_format_times(streak.count)} since {at_least_text}"
            f"{self.format_time(streak.since)},"
            f" {last_success_text}"
        )

    def _format_last_success(self, streak: Streak) -> str:
        if streak.last_successful is None:
            return "no success listed"
        return f"last success {self.format_time(streak.last_successful)}"

    def format_daily_evidence(self, daily: DailyFailures) -> str:
        """`6 of 481 runs since Wed 02:10 failed, none at another time`."""
        return _format_daily_evidence(daily, f" since {self.format_time(daily.first)}")

    def explanation_rows(self, explanation: Explanation) -> Iterator[tuple[str, str]]:
        """The facts about a run that are not fields of its own, as pairs of label and text."""
        if explanation.streak and explanation.streak.outcome is not Outcome.SUCCESS:
            yield SINCE_LABEL, self._format_streak_start(explanation.streak, explanation.incident)
        if explanation.stuck_wait:
            yield STUCK_LABEL, self.format_wait(explanation.stuck_wait)
        elif explanation.main_wait:
            yield PAUSE_LABEL, self.format_wait(explanation.main_wait)
        if explanation.servers:
            yield SERVERS_LABEL, "  ".join(map(format_server_result, sort_worst_first(explanation.servers)))
        if explanation.last_successful and explanation.last_successful.started:
            duration = explanation.last_successful.duration(self.now)
            duration_text = f", took {text_format.format_duration(duration)}" if duration is not None else ""
            yield (
                LAST_SUCCESS_LABEL,
                f"{self.format_time(explanation.last_successful.started)}{duration_text}",
            )
        if explanation.baseline:
            yield USUAL_LABEL, self.format_baseline(explanation.baseline, explanation)
        if recurring_text := self._format_recurrence(explanation):
            yield RECURRING_LABEL, recurring_text
        if explanation.due and (text := self.format_due(explanation.due)):
            yield NEXT_LABEL, text
        yield from self._concurrent_run_rows(explanation)

    def format_baseline(self, baseline: Baseline, explanation: Explanation) -> str:
        """`1m31s ±4s, based on 400 successful runs; this run 2.7×, longer than 398 of them`."""
        spread_text = (
            f" ±{text_format.format_duration(baseline.spread)}" if baseline.spread >= MIN_SHOWN_SPREAD else ""
        )
        usual_text = f"{text_format.format_duration(baseline.usual)}{spread_text}"
        ratio_text = f"{explanation.ratio:.1f}×, " if explanation.ratio else ""
        sample_text = f"{text_format.format_count(baseline.sample_size)} successful runs"
        if explanation.shorter_run_count is None:
            return f"{usual_text}, based on {sample_text}"
        if explanation.shorter_run_count == baseline.sample_size:
            return f"{usual_text}; this run {ratio_text}longer than all {sample_text}"
        shorter = (
            text_format.format_count(explanation.shorter_run_count)
            if explanation.shorter_run_count
            else "none"
        )
        return f"{usual_text}, based on {sample_text}; this run {ratio_text}longer than {shorter} of them"

    def _format_streak_start(self, streak: Streak, incident: Incident | None) -> str:
        """`3rd failure in a row, first 01:25, after 5 successes`; whether a first one is new to its type."""
        noun, before_text = _SINGULARS[streak.outcome], _format_previous_outcomes(streak)
        if streak.count > 1:
            return (
                f"{format_ordinal(streak.count)}"
                f" {noun} in a row, first"
                f" {self.format_time(streak.since)}, {before_text}"
            )
        if streak.previous_start is None:
            return f"first {noun}, {before_text}"
        again_text = ""
        if incident and _counts_again(streak, incident):
            again_text = f"; {_format_times(incident.count)} since {self.format_time(incident.first)}"
        elif incident and incident.message:
            return f"first with this message, {before_text}"
        return f"first since {self.format_time(streak.previous_start)}, {before_text}{again_text}"

    def _format_recurrence(self, explanation: Explanation) -> str:
        """`6 times since Wed 02:10, last 02:10, recovered 02:25`, as far as the streak does not say it."""
        streak, incident = explanation.streak, explanation.incident
        if incident is None or incident.count <= 1:
            return ""
        recovery_text = (
            f"recovered {self.format_time(incident.recovered_at)}"
            if incident.recovered_at
            else "not recovered yet"
        )
        last_text = f"last {self.format_time(incident.last)}"
        if streak and (_counts_again(streak, incident) or _is_same_streak(streak, incident)):
            if incident.last > streak.since and not _is_same_streak(streak, incident):
                return f"{last_text}, {recovery_text}"
            return recovery_text if incident.recovered_at else ""
        count_text = f"{incident.count} times since {self.format_time(incident.first)}"
        return f"{count_text}, {last_text}, {recovery_text}"

    def format_due(self, due: DueRuns) -> str | None:
        """`due 02:25`, or `was due 02:25; 1 run due, not started`; `None` if unknown."""
        if due.overdue_since:
            return (
                f"was due {self.format_time(due.overdue_since)};"
                f" {_format_overdue(due.overdue_count, due.is_minimum)}"
            )
        return f"due {self.format_time(due.next_start)}" if due.next_start else None

    def _concurrent_run_rows(self, explanation: Explanation) -> Iterator[tuple[str, str]]:
        """Unsuccessful runs within ten minutes; for a run with a problem also the others."""
        if explanation.concurrent.unsuccessful:
            yield (
                NEARBY_LABEL,
                ", ".join(
                    f"{self.format_runs(runs)} {runs[0].outcome}"
                    for runs in group_by_type_and_outcome(explanation.concurrent.unsuccessful)
                ),
            )
        if explanation.concurrent.others and explanation.has_problem:
            yield (
                ALSO_RAN_LABEL,
                ", ".join(map(self.format_runs, group_by_type_and_outcome(explanation.concurrent.others))),
            )

    def format_runs(self, runs: Sequence[Session]) -> str:
        """`CollectJob 02:10`, `CollectJob 3 times 01:40–02:10`: runs of one type and when they started."""
        return f"{run_label(runs[0])} {self.format_start_times(runs)}".rstrip()

    def format_start_times(self, runs: Sequence[Session]) -> str:
        """`02:10`, `3 times 01:40–02:10`: start times of runs, oldest first; empty if unknown."""
        start_times = [run.started for run in runs if run.started]
        if len(start_times) < 2:
            return self.format_time(start_times[0]) if start_times else ""
        return f"{_format_times(len(start_times))} {self.format_time_range(start_times[0], start_times[-1])}"

    def format_wait(self, wait: Wait) -> str:
        """`3m50s in “Retrieving data from bs02…”, usually 14s, at most 31s in 20 successful runs`."""
        duration = wait.step.duration
        message = text_format.truncate(text_format.join_lines(wait.step.message), 60)
        text = (
            f"{text_format.format_duration(duration)} in “{message}”"
            if duration is not None
            else f"in “{message}”"
        )
        return f"{text}, {usual_text}" if (usual_text := format_usual_wait(wait)) else text


def format_usual_wait(wait: Wait) -> str:
    """`usually 14s, at most 31s in 20 successful runs`, `not in 5 successful runs`; empty if unknown."""
    usual = wait.usual
    if usual is None:
        return (
            f"not in {text_format.format_count(wait.log_count_without)} successful runs"
            if wait.log_count_without
            else ""
        )
    longest = text_format.format_duration(usual.longest)
    longest_text = f"at most {longest} in {usual.sample_size} successful runs"
    return f"usually {text_format.format_duration(usual.usual)}, {longest_text}"


def format_server_result(row: BackupServerResult) -> str:
    """`bs02.example.net 3m50s failed`."""
    duration_text = f" {text_format.format_duration(row.duration)}" if row.duration is not None else ""
    return f"{row.host}{duration_text} {row.outcome}"


def format_on_time_counts(counts: OnTimeCounts) -> str:
    """`12 of 12 types on schedule`, and for how many types that is unknown, and why."""
    no_schedule_text = (
        f", {len(counts.without_schedule)} without a schedule" if counts.without_schedule else ""
    )
    uncertain_text = f", {len(counts.uncertain)} with too little history" if counts.uncertain else ""
    return f"{counts.on_time} of {counts.type_count} types on schedule{no_schedule_text}{uncertain_text}"


def format_evidence(finding: Finding) -> str:
    """The evidence of a finding: `based on 29 successful runs`, `based on 200 intervals`."""
    match finding:
        case (
            FailingFinding(daily_failures=DailyFailures() as daily)
            | RecurringFailureFinding(daily_failures=DailyFailures() as daily)
        ):
            return _format_daily_evidence(daily)
        case StuckRunFinding() | SlowdownFinding():
            return _format_sample(finding.sample_size)
        case OverdueFinding() | CurrentIdleFinding() | PastIdleFinding():
            return f"based on {text_format.format_counted(finding.sample_size, 'interval')}"
        case _:
            return f"based on {text_format.format_counted(finding.sample_size, 'run')}"


def run_label(run: Session) -> str:
    """The name of a run in a sentence: its type, else its name or ID."""
    return run.type or run.name or run.id


_PLURALS = {Outcome.SUCCESS: "successes", Outcome.WARNING: "warnings", Outcome.FAILED: "failures"}
_SINGULARS = {Outcome.SUCCESS: "success", Outcome.WARNING: "warning", Outcome.FAILED: "failure"}


def _counts_again(streak: Streak, incident: Incident) -> bool:
    """Whether the start of a streak says how often the incident has happened."""
    is_again = streak.count == 1 and streak.previous_start is not None
    return is_again and incident.first < streak.since


def _is_same_streak(streak: Streak, incident: Incident) -> bool:
    """Whether the incident consists of the runs of the streak up to this one."""
    return incident.count == streak.count and incident.first == streak.since


def _format_previous_outcomes(streak: Streak) -> str:
    """`after 5 successes`, `after 1 warning`."""
    if streak.outcome_before is None:
        return "no success listed before"
    nouns = _SINGULARS if streak.count_before == 1 else _PLURALS
    return f"after {text_format.format_count(streak.count_before)} {nouns[streak.outcome_before]}"


def _format_sample(count: int) -> str:
    return f"based on {text_format.format_count(count)} successful runs"


def format_daily_pattern(daily: DailyFailures) -> str:
    """`the 6th day at this minute`."""
    day_text = f"the {format_ordinal(daily.day_count)} day"
    if daily.keeps_interval:
        return f"{day_text} in a row, 24h apart"
    return f"{day_text} at this {'minute' if daily.is_same_minute else 'time'}"


def _format_daily_evidence(daily: DailyFailures, since_text: str = "") -> str:
    failed_count = text_format.format_count(len(daily.uids))
    run_count = text_format.format_counted(daily.run_count, "run")
    return f"{failed_count} of {run_count}{since_text} failed, none at another time"


def _format_no_runs(finding: CurrentIdleFinding | PastIdleFinding) -> str:
    return "no runs of any type started" if finding.is_run_active else "no runs of any type"


def _format_overdue(count: int, at_least: bool) -> str:
    if count == 1 and not at_least:
        return "1 run due, not started"
    return f"{'at least ' if at_least else ''}{text_format.format_counted(count, 'run')} due, none started"


def _format_times(count: int) -> str:
    return "twice" if count == 2 else f"{text_format.format_count(count)} times"


def format_ordinal(count: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    suffix = "th" if 10 < count % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{text_format.format_count(count)}{suffix}"
