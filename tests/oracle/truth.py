"""What is true of a list, worked out a second time and in the plainest way, from the documents alone.

Nothing of emtui is imported here, so that no mistake can be shared. It is slow: every question goes through
the whole list. Each function says which sentence it was written from; the pages are those of `emtui/docs`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from oracle.made import MESSAGE_TEMPLATES, GeneratedCase, WireRun

RUNNING_STATES = frozenset(
    ["inprogress", "starting", "working", "stopping", "stoping", "pausing", "resuming", "idle", "pending"]
)
OUTCOME_BY_WORD = {
    "success": "success",
    "completedsuccessfully": "success",
    "warning": "warning",
    "completedwarning": "warning",
    "failed": "failed",
    "error": "failed",
}
FINISHED_OUTCOMES = ("success", "warning", "failed")


@dataclass(frozen=True, slots=True)
class ExpectedRun:
    """One run of the list as it must be read. `length` runs on to now while the run does."""

    run: WireRun
    started: datetime | None
    ended: datetime | None
    outcome: str
    duration: timedelta | None

    def __str__(self) -> str:
        """As a disagreement names it."""
        return (
            f"{self.run.id[:8]} {self.run.kind} {self.outcome},"
            f" {self.started} – {self.ended}, {self.duration}"
        )


def drop_implausible(when: datetime | None, now: datetime) -> datetime | None:
    """screens.md: unknown is a time before 2000, or more than two days ahead of the server's clock."""
    if when is None or when < datetime(2000, 1, 1, tzinfo=UTC) or when > now + timedelta(days=2):
        return None
    return when


def expected_outcome(run: WireRun, has_end: bool) -> str:
    """query.md: running by State, unless there is an end and a Result; then canceled; then the worse of both.

    Where State says nothing, Result may say that it runs. What says neither success, warning nor failed makes
    nothing worse, and alone it is unknown.
    """
    state, result = (run.state or "").casefold(), (run.result or "").casefold()
    outcomes = [OUTCOME_BY_WORD[word] for word in (state, result) if word in OUTCOME_BY_WORD]
    is_running = state in RUNNING_STATES or (result in RUNNING_STATES and state not in OUTCOME_BY_WORD)
    if is_running and not (has_end and result in OUTCOME_BY_WORD):
        return "running"
    if run.canceled:
        return "canceled"
    return max(outcomes, key=FINISHED_OUTCOMES.index, default="unknown")


def expect_run(run: WireRun, now: datetime) -> ExpectedRun:
    """screens.md: an end up to a minute before its start is the start, an earlier one is unknown."""
    started, ended = drop_implausible(run.started, now), drop_implausible(run.ended, now)
    if started and ended and ended < started:
        ended = started if started - ended <= timedelta(seconds=60) else None
    outcome_name = expected_outcome(run, ended is not None)
    until = now if outcome_name == "running" else ended
    duration = max(until - started, timedelta()) if started and until else None
    return ExpectedRun(run, started, ended, outcome_name, duration)


class ExpectedList:
    """Everything that is true of one list when the server's clock shows `now`."""

    def __init__(self, case: GeneratedCase, now: datetime | None = None) -> None:
        self.now = now or case.now
        self.rows = [expect_run(run, self.now) for run in _deduplicate(case.runs, self.now)]
        self._by_type: dict[str, list[ExpectedRun]] = {}

    def runs_of(self, kind: str) -> list[ExpectedRun]:
        """The runs of a type whose start is known, newest first, ties by UID."""
        if kind not in self._by_type:
            rows = [row for row in self.rows if row.run.kind == kind and row.started]
            self._by_type[kind] = sorted(sorted(rows, key=lambda row: row.run.id), key=_start, reverse=True)
        return self._by_type[kind]

    @property
    def types(self) -> list[str]:
        """Every type of the list."""
        return sorted({row.run.kind for row in self.rows})

    def past_durations(self, row: ExpectedRun) -> list[timedelta]:
        """triage.md, "Formulas": the newest 400 successes of its type with a length, that began before it."""
        return [
            earlier.duration
            for earlier in self.runs_of(row.run.kind)
            if row.started
            and _start(earlier) < row.started
            and earlier.outcome == "success"
            and earlier.duration is not None
        ][:400]

    def baseline(self, row: ExpectedRun) -> timedelta | None:
        """triage.md, "Formulas": their median; under five it is not known."""
        durations = self.past_durations(row)
        return median(durations) if len(durations) >= 5 else None  # type: ignore[type-var]  # lengths can be halved

    def ratio(self, row: ExpectedRun) -> float | None:
        """How many times the usual it took."""
        baseline = self.baseline(row)
        return row.duration / baseline if baseline and row.duration is not None else None

    def is_unusual(self, row: ExpectedRun) -> bool:
        """query.md: at least 1.5 times the usual *and* 30 s more."""
        baseline = self.baseline(row)
        return (
            baseline is not None
            and row.duration is not None
            and row.duration >= baseline * 1.5
            and row.duration >= baseline + timedelta(seconds=30)
        )

    def is_stuck(self, row: ExpectedRun) -> bool:
        """query.md: goes on for unusually long, and for longer than any successful run of its type did."""
        return (
            row.outcome == "running"
            and self.is_unusual(row)
            and row.duration is not None
            and row.duration > max(self.past_durations(row))
        )

    def streak(self, row: ExpectedRun) -> list[ExpectedRun]:
        """The runs with its outcome up to it, newest first; canceled, running, unknown ones are skipped."""
        same = []
        for other in self._finished_until(row):
            if other.outcome != row.outcome:
                break
            same.append(other)
        return same

    def before_streak(self, row: ExpectedRun) -> tuple[int, str, int]:
        """How many successes stand directly before the first run of that row; and what stands before those.

        runs.md, "What came before": a warning or a failure ends the count and is named. The second and
        third are its outcome and how many of it there are in a row, "" and 0 at the end of the list.
        """
        before = self._finished_until(row)[len(self.streak(row)) :]
        successes = _count_leading(before, "success")
        rest = before[successes:]
        return (
            successes,
            rest[0].outcome if rest else "",
            _count_leading(rest, rest[0].outcome) if rest else 0,
        )

    def _finished_until(self, row: ExpectedRun) -> list[ExpectedRun]:
        rows = self.runs_of(row.run.kind)
        return [other for other in rows[rows.index(row) :] if other.outcome in FINISHED_OUTCOMES]

    def novelty(self, row: ExpectedRun) -> str:
        """runs.md, "What came before": how a run that ended badly is told to be new, or not."""
        if len(self.streak(row)) > 1:
            return "in a row"
        rows = self.runs_of(row.run.kind)
        earlier = [other for other in rows[rows.index(row) + 1 :] if other.outcome == row.outcome]
        if not earlier:
            return "first failure" if row.outcome == "failed" else "first warning"
        if message_template(row.run.message) in {message_template(other.run.message) for other in earlier}:
            return "first since"
        return "first with this message"

    def newest_finished(self, kind: str) -> ExpectedRun | None:
        """check.md: the newest run of a type that ended; a canceled one is passed over."""
        return next((row for row in self.runs_of(kind) if row.outcome in FINISHED_OUTCOMES), None)

    def success_age(self, kind: str) -> timedelta | None:
        """check.md: how long ago the last successful run ended; by its start if the end is unknown."""
        ends = [row.ended or _start(row) for row in self.runs_of(kind) if row.outcome == "success"]
        return self.now - max(ends) if ends else None


def message_template(message: str) -> str:
    """A message without what makes no other failure of it: numbers and paths; names of hosts stay."""
    return next(text for text in MESSAGE_TEMPLATES if message.startswith(text.partition("{n}")[0]))


def _deduplicate(runs: Iterable[WireRun], now: datetime) -> list[WireRun]:
    """changes.md: of copies of one run the one that has ended counts (the latest end), else the last."""
    unique: dict[str, WireRun] = {}
    for run in runs:
        other = unique.get(run.id)
        if other is None or _end(run, now) >= _end(other, now):
            unique[run.id] = run
    return list(unique.values())


def _end(run: WireRun, now: datetime) -> datetime:
    return drop_implausible(run.ended, now) or datetime.min.replace(tzinfo=UTC)


def _start(row: ExpectedRun) -> datetime:
    assert row.started is not None
    return row.started


def _count_leading(rows: Iterable[ExpectedRun], outcome_name: str) -> int:
    """How many rows at the beginning have this outcome."""
    count = 0
    for row in rows:
        if row.outcome != outcome_name:
            break
        count += 1
    return count
