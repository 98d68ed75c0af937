"""What is true of a list, worked out a second time and in the plainest way, from the documents alone.

Nothing of emtui is imported here, so that no mistake can be shared. It is slow: every question goes through
the whole list. Each function says which sentence it was written from; the pages are those of `emtui/docs`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from oracle.made import STEMS, Made, Run

RUNNING = frozenset(
    ["inprogress", "starting", "working", "stopping", "stoping", "pausing", "resuming", "idle", "pending"]
)
SEVERITY = {
    "success": "success",
    "completedsuccessfully": "success",
    "warning": "warning",
    "completedwarning": "warning",
    "failed": "failed",
    "error": "failed",
}
DECIDED = ("success", "warning", "failed")


@dataclass(frozen=True, slots=True)
class Row:
    """One run of the list as it must be read. `length` runs on to now while the run does."""

    run: Run
    started: datetime | None
    ended: datetime | None
    outcome: str
    length: timedelta | None

    def __str__(self) -> str:
        """As a disagreement names it."""
        return (
            f"{self.run.id[:8]} {self.run.kind} {self.outcome}, {self.started} – {self.ended}, {self.length}"
        )


def believable(when: datetime | None, now: datetime) -> datetime | None:
    """monitor.md: unknown is a time before 2000, or more than two days ahead of the server's clock."""
    if when is None or when < datetime(2000, 1, 1, tzinfo=UTC) or when > now + timedelta(days=2):
        return None
    return when


def outcome(run: Run, has_end: bool) -> str:
    """query.md: running by State, unless there is an end and a Result; then canceled; then the worse of both.

    Where State says nothing, Result may say that it runs. What says neither success, warning nor failed makes
    nothing worse, and alone it is unknown.
    """
    state, result = (run.state or "").casefold(), (run.result or "").casefold()
    said = [SEVERITY[word] for word in (state, result) if word in SEVERITY]
    runs = state in RUNNING or (result in RUNNING and state not in SEVERITY)
    if runs and not (has_end and result in SEVERITY):
        return "running"
    if run.canceled:
        return "canceled"
    return max(said, key=DECIDED.index, default="unknown")


def read(run: Run, now: datetime) -> Row:
    """monitor.md: an end up to a minute before its start counts as the start, an earlier one is unknown."""
    started, ended = believable(run.started, now), believable(run.ended, now)
    if started and ended and ended < started:
        ended = started if started - ended <= timedelta(seconds=60) else None
    what = outcome(run, ended is not None)
    until = now if what == "running" else ended
    length = max(until - started, timedelta()) if started and until else None
    return Row(run, started, ended, what, length)


class Truth:
    """Everything that is true of one list when the server's clock shows `now`."""

    def __init__(self, made: Made, now: datetime | None = None) -> None:
        self.now = now or made.now
        self.rows = [read(run, self.now) for run in _without_copies(made.runs, self.now)]
        self._of: dict[str, list[Row]] = {}

    def of(self, kind: str) -> list[Row]:
        """The runs of a type whose start is known, newest first, ties by UID."""
        if kind not in self._of:
            rows = [row for row in self.rows if row.run.kind == kind and row.started]
            self._of[kind] = sorted(sorted(rows, key=lambda row: row.run.id), key=_start, reverse=True)
        return self._of[kind]

    @property
    def kinds(self) -> list[str]:
        """Every type of the list."""
        return sorted({row.run.kind for row in self.rows})

    def past(self, row: Row) -> list[timedelta]:
        """triage.md, "Usual": the newest 400 successes of its type, of known length, that began before it."""
        return [
            other.length
            for other in self.of(row.run.kind)
            if row.started
            and _start(other) < row.started
            and other.outcome == "success"
            and other.length is not None
        ][:400]

    def usual(self, row: Row) -> timedelta | None:
        """triage.md, "Usual": their median; under five it is not known."""
        past = self.past(row)
        return median(past) if len(past) >= 5 else None  # type: ignore[type-var]  # lengths can be halved

    def ratio(self, row: Row) -> float | None:
        """How many times the usual it took."""
        usual = self.usual(row)
        return row.length / usual if usual and row.length is not None else None

    def is_unusual(self, row: Row) -> bool:
        """query.md: at least 1.5 times the usual *and* 30 s more."""
        usual = self.usual(row)
        return (
            usual is not None
            and row.length is not None
            and row.length >= usual * 1.5
            and row.length >= usual + timedelta(seconds=30)
        )

    def is_stuck(self, row: Row) -> bool:
        """query.md: goes on for unusually long, and for longer than any successful run of its type did."""
        return row.outcome == "running" and self.is_unusual(row) and row.length > max(self.past(row))  # type: ignore[operator]  # it is unusual, so it has a length

    def row_of(self, row: Row) -> list[Row]:
        """The runs with its outcome up to it, newest first; canceled, running, unknown ones are skipped."""
        same = []
        for other in self._decided_until(row):
            if other.outcome != row.outcome:
                break
            same.append(other)
        return same

    def after(self, row: Row) -> tuple[int, str, int]:
        """How many successes stand directly before the first run of that row; and what stands before those.

        triage.md, "After N": a warning or a failure ends the count and is named. The second and third are its
        outcome and how many of it there are in a row, "" and 0 at the end of the list.
        """
        before = self._decided_until(row)[len(self.row_of(row)) :]
        successes = _leading(before, "success")
        rest = before[successes:]
        return successes, rest[0].outcome if rest else "", _leading(rest, rest[0].outcome) if rest else 0

    def _decided_until(self, row: Row) -> list[Row]:
        rows = self.of(row.run.kind)
        return [other for other in rows[rows.index(row) :] if other.outcome in DECIDED]

    def first(self, row: Row) -> str:
        """triage.md, "What came before": how a run that ended badly is told to be new, or not."""
        if len(self.row_of(row)) > 1:
            return "in a row"
        rows = self.of(row.run.kind)
        earlier = [other for other in rows[rows.index(row) + 1 :] if other.outcome == row.outcome]
        if not earlier:
            return "first failure" if row.outcome == "failed" else "first warning"
        if stem(row.run.message) in {stem(other.run.message) for other in earlier}:
            return "first since"
        return "first with this message"

    def newest_decided(self, kind: str) -> Row | None:
        """check.md: the newest run of a type that ended; a canceled one is passed over."""
        return next((row for row in self.of(kind) if row.outcome in DECIDED), None)

    def age(self, kind: str) -> timedelta | None:
        """check.md: how long ago the last successful run ended; by its start if the end is unknown."""
        ends = [row.ended or _start(row) for row in self.of(kind) if row.outcome == "success"]
        return self.now - max(ends) if ends else None


def stem(message: str) -> str:
    """A message without what makes no other failure of it: numbers and paths; names of hosts stay."""
    return next(text for text in STEMS if message.startswith(text.partition("{n}")[0]))


def _without_copies(runs: Iterable[Run], now: datetime) -> list[Run]:
    """changes.md: of copies of one run the one that has ended counts (the latest end), else the last."""
    kept: dict[str, Run] = {}
    for run in runs:
        other = kept.get(run.id)
        if other is None or _end(run, now) >= _end(other, now):
            kept[run.id] = run
    return list(kept.values())


def _end(run: Run, now: datetime) -> datetime:
    return believable(run.ended, now) or datetime.min.replace(tzinfo=UTC)


def _start(row: Row) -> datetime:
    assert row.started is not None
    return row.started


def _leading(rows: Iterable[Row], what: str) -> int:
    """How many rows at the beginning have this outcome."""
    count = 0
    for row in rows:
        if row.outcome != what:
            break
        count += 1
    return count
