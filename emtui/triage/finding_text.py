"""Findings in words: one sentence each, times in the person's zone, durations as everywhere.

`CollectJob failed twice since 01:55, last good 01:40; 4 runs due, none began`. The ground on which a
sentence stands is told apart, where there is room for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from emtui import text_format
from emtui.em.model import Outcome, Session
from emtui.triage.backup_server_stats import ServerRow, worst_first
from emtui.triage.baseline import Baseline
from emtui.triage.concurrent_runs import by_kind
from emtui.triage.explanation import Explanation
from emtui.triage.findings import (
    Canceled,
    Failing,
    Finding,
    Hanging,
    Late,
    NoLongerListed,
    OfRuns,
    Paused,
    Recurring,
    Silence,
    Slowing,
    Warned,
)
from emtui.triage.incidents import Incident
from emtui.triage.prioritization import Calm
from emtui.triage.schedule_detection import Due
from emtui.triage.step_timing import Wait
from emtui.triage.streaks import Streak

NO_SPREAD = timedelta(milliseconds=100)
"""What lies closer together than this took the same, as it is written."""
NOT_LISTED = "no longer listed"
SERVERS = "Servers"
"""What is told of the backup servers in one line; a screen may show a table instead."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Now, and the zone that times are told in."""

    now: datetime
    zone: tzinfo

    def finding(self, finding: Finding) -> str:
        """One sentence, without a full stop."""
        if isinstance(finding, NoLongerListed):
            return self._no_longer_listed(finding)
        said = self._of_runs(finding)
        return f"{said}; run {NOT_LISTED}" if finding.unlisted else said

    def _no_longer_listed(self, finding: NoLongerListed) -> str:
        failed = f", {text_format.count(finding.failed)} of them failed" if finding.failed else ""
        return (
            f"{text_format.counted(finding.count, 'run')} {NOT_LISTED} since {self.at(finding.since)}{failed}"
        )

    def _of_runs(self, finding: OfRuns) -> str:
        match finding:
            case Silence():
                due = _none_began(finding.outage.missed, finding.outage.at_least)
                return f"{_no_runs(finding)} since {self.at(finding.since)}, all types; {due}"
            case Failing():
                return self._failing(finding)
            case Hanging():
                usual = text_format.duration(finding.overrun.baseline.usual)
                took = text_format.duration(finding.overrun.took)
                return f"{finding.type} has run for {took} since {self.at(finding.since)}, usually {usual}"
            case Late():
                every = text_format.interval(finding.every)
                return f"{finding.type} last ran {self.at(finding.last)}, usually every {every}"
            case Slowing():
                return self._slowing(finding)
            case Recurring():
                return self._recurring(finding)
            case Warned():
                return f"{finding.type} warned {self._row(finding.streak)}"
            case Canceled():
                return f"{finding.type} was canceled, begun {self.at(finding.since)}"
            case Paused():
                return f"{_no_runs(finding)} {self.span(finding.since, finding.until)}, all types"

    def at(self, when: datetime) -> str:
        """`01:55`, `Sat 22:58`, `27 Oct 22:58`."""
        return text_format.minute_clock(when, self.now, self.zone)

    def span(self, since: datetime, until: datetime) -> str:
        """`22:00–22:41`; the day once if both lie on it."""
        first, last = self.at(since), self.at(until)
        day, _, clock = last.rpartition(" ")
        return f"{first}–{clock if day and first.startswith(day) else last}"

    def _failing(self, finding: Failing) -> str:
        due = f"; {_none_began(finding.due, finding.at_least)}" if finding.due else ""
        return f"{finding.type} failed {self._row(finding.streak)}{due}"

    def _slowing(self, finding: Slowing) -> str:
        slower = finding.slower
        return (
            f"{finding.type} slower since {self.at(slower.since)}: {text_format.duration(slower.took)}, "
            f"usually {text_format.duration(slower.usual)}, {slower.count} runs in a row"
        )

    def _recurring(self, finding: Recurring) -> str:
        incident = finding.incident
        good = f", good since {self.at(incident.recovered)}" if incident.recovered else ""
        return (
            f"{finding.type} failed on {incident.days(self.zone)} days since {self.at(incident.first)}, "
            f"last {self.at(incident.last)}{good}"
        )

    def _row(self, streak: Streak) -> str:
        """`twice since 01:55, last good 01:40`."""
        good = f"last good {self.at(streak.last_good)}" if streak.last_good else "no good run listed"
        if streak.count == 1:
            return f"at {self.at(streak.since)}, {good}"
        least = "" if streak.whole else "at least "
        return f"{_times(streak.count)} since {least}{self.at(streak.since)}, {good}"

    def explained(self, found: Explanation) -> Iterator[tuple[str, str]]:
        """The head of a run: what is known beside its own fields, a label and a text each."""
        if found.streak and found.streak.outcome is not Outcome.SUCCESS:
            yield "Since", self._since_when(found.streak, found.incident)
        if found.silent:
            yield "Silent", self.wait(found.silent)
        elif found.waited:
            yield "Waited", self.wait(found.waited)
        if found.servers:
            yield SERVERS, "  ".join(map(server, worst_first(found.servers)))
        if found.last_good and found.last_good.started:
            took = found.last_good.took(self.now)
            length = f", took {text_format.duration(took)}" if took is not None else ""
            yield "Last good", f"{self.at(found.last_good.started)}{length}"
        if found.baseline:
            yield "Usual", self._usual(found.baseline, found)
        if found.incident and found.incident.count > 1:
            yield "Same", self._same(found)
        if found.due and (text := self.due(found.due)):
            yield "Next", text
        yield from self._near(found)

    def _usual(self, usual: Baseline, found: Explanation) -> str:
        """`1m31s ±4s on 400 successful runs; this one ×2.7, longer than 398 of them`."""
        spread = f" ±{text_format.duration(usual.spread)}" if usual.spread >= NO_SPREAD else ""
        length = f"{text_format.duration(usual.usual)}{spread}"
        ratio = f"×{found.ratio:.1f}, " if found.ratio else ""
        successful = f"{text_format.count(usual.rests_on)} successful runs"
        if found.longer_than is None:
            return f"{length} on {successful}"
        if found.longer_than == usual.rests_on:
            return f"{length}; this one {ratio}longer than the longest of {successful}"
        shorter = text_format.count(found.longer_than) if found.longer_than else "none"
        return f"{length} on {successful}; this one {ratio}longer than {shorter} of them"

    def _since_when(self, streak: Streak, same: Incident | None) -> str:
        """Which in its row it is, and what was before; whether the first of a row is new to the type."""
        word, before = _SINGULARS[streak.outcome], _before(streak)
        if streak.count > 1:
            return f"{_nth(streak.count)} {word} in a row, first {self.at(streak.since)}, {before}"
        if streak.previous is None:
            return f"first {word}, {before}"
        again = f"; {_times(same.count)} since {self.at(same.first)}" if same else ""
        if same and same.first >= streak.since:
            if same.message:
                return f"first with this message, {before}"
            again = ""
        return f"first since {self.at(streak.previous)}, {before}{again}"

    def _same(self, found: Explanation) -> str:
        incident = found.incident
        if incident is None:
            return ""
        over = f", good since {self.at(incident.recovered)}" if incident.recovered else ", still happening"
        return f"{incident.count} times since {self.at(incident.first)}, last {self.at(incident.last)}{over}"

    def due(self, due: Due) -> str | None:
        """`was due 02:25, has not begun`, or when it is due."""
        if due.since:
            return f"was due {self.at(due.since)}; {_none_began(due.count, due.at_least)}"
        return f"due {self.at(due.next)}" if due.next else None

    def _near(self, found: Explanation) -> Iterator[tuple[str, str]]:
        """What else failed within ten minutes; of a run in trouble also what else ran then."""
        if found.around.troubled:
            yield (
                "Nearby",
                ", ".join(f"{self.ran(runs)} {runs[0].outcome}" for runs in by_kind(found.around.troubled)),
            )
        if found.around.others and found.in_trouble:
            yield "Also ran", ", ".join(map(self.ran, by_kind(found.around.others)))

    def ran(self, runs: Sequence[Session]) -> str:
        """`CollectJob 02:10`, `CollectJob 3 times 01:40–02:10`: runs of one type, and when they began."""
        return f"{type_or_name(runs[0])} {self.began(runs)}".rstrip()

    def began(self, runs: Sequence[Session]) -> str:
        """`02:10`, `3 times 01:40–02:10`: when runs began, the oldest first; empty if unknown."""
        begun = [run.started for run in runs if run.started]
        if len(begun) < 2:
            return self.at(begun[0]) if begun else ""
        return f"{_times(len(begun))} {self.span(begun[0], begun[-1])}"

    def wait(self, wait: Wait) -> str:
        """`3m50s in “Retrieving data from bs02…”, usually 14s, longest of 20 good runs 31s`."""
        lasted = wait.step.lasted
        message = text_format.cut(text_format.one_line(wait.step.message), 60)
        text = f"{text_format.duration(lasted)} in “{message}”" if lasted is not None else f"in “{message}”"
        return f"{text}, {usually}" if (usually := usual_wait(wait)) else text


def usual_wait(wait: Wait) -> str:
    """`usually 14s, longest of 20 good runs 31s`, `in none of 5 good runs`; empty if nothing is known."""
    usual = wait.usual
    if usual is None:
        return f"in none of {text_format.count(wait.never_in)} good runs" if wait.never_in else ""
    longest = f"longest of {usual.rests_on} good runs {text_format.duration(usual.longest)}"
    return f"usually {text_format.duration(usual.usual)}, {longest}"


def server(row: ServerRow) -> str:
    """`bs02.example.net 3m50s failed`."""
    took = f" {text_format.duration(row.took)}" if row.took is not None else ""
    return f"{row.host}{took} {row.went}"


def calm(calm: Calm) -> str:
    """`12 of 12 types on time`; and of how many that cannot be told, and why."""
    without = f", {len(calm.unknown)} without a rhythm" if calm.unknown else ""
    unsure = f", {len(calm.unsure)} with too little history" if calm.unsure else ""
    return f"{calm.on_time} of {calm.types} types on time{without}{unsure}"


def ground(finding: Finding) -> str:
    """What a finding rests on: `on 29 good runs`, `on 200 intervals`."""
    match finding:
        case Hanging() | Slowing():
            return _on(finding.rests_on)
        case Late() | Silence() | Paused():
            return f"on {text_format.counted(finding.rests_on, 'interval')}"
        case _:
            return f"on {text_format.counted(finding.rests_on, 'run')}"


def type_or_name(run: Session) -> str:
    """What a run is called in a sentence."""
    return run.type or run.name or run.id


_PLURALS = {Outcome.SUCCESS: "successes", Outcome.WARNING: "warnings", Outcome.FAILED: "failures"}
_SINGULARS = {Outcome.SUCCESS: "success", Outcome.WARNING: "warning", Outcome.FAILED: "failure"}


def _before(streak: Streak) -> str:
    """`after 5 successes`, `after 1 warning`."""
    if streak.before is None:
        return "no success listed before"
    nouns = _SINGULARS if streak.before_count == 1 else _PLURALS
    return f"after {text_format.count(streak.before_count)} {nouns[streak.before]}"


def _on(count: int) -> str:
    return f"on {text_format.count(count)} good runs"


def _no_runs(finding: Silence | Paused) -> str:
    return "no runs begun" if finding.running else "no runs"


def _none_began(due: int, at_least: bool) -> str:
    if due == 1 and not at_least:
        return "1 run due, has not begun"
    return f"{'at least ' if at_least else ''}{text_format.counted(due, 'run')} due, none began"


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{text_format.count(count)} times"


def _nth(count: int) -> str:
    ending = "th" if 10 < count % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{text_format.count(count)}{ending}"
