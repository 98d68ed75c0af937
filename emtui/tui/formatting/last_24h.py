"""The last 24 hours on one line: failed runs by the hour, and what became of all runs, with their base.

    04h ·····················11· 03h failed       2 failed  1 warned  1 running  90 ok of 94 runs in 24h

Pure: a look at the list, the time and a zone in, pieces of text out. An hour is one of the shown
zone, and an hour long also where the clock is turned; a run counts where it began. What is not
known is no zero: an hour that the last answer does not reach, of which it lacks runs, or in which a
run is known by its name only, is `?`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import takewhile
from typing import TYPE_CHECKING

from rich.style import Style

from emtui import text_format
from emtui.em.model import Outcome, Session
from emtui.monitor.snapshot import Snapshot
from emtui.tui.formatting.outcome_style import OUTCOME_STYLES
from emtui.tui.formatting.session_columns import MEDIUM, Clock
from emtui.tui.formatting.session_text import WORST_FIRST
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.virtual_list import Pieces

if TYPE_CHECKING:
    from emtui.triage.acknowledged import Known

HOUR = timedelta(hours=1)
HOURS = 24
GRACE = timedelta(minutes=5)
"""How long after the last answer it still counts as known what has begun: answers come every minute or so."""
NONE, MANY, NOT_KNOWN = "·", "+", "?"
APART = 2
_WORDS = {Outcome.WARNING: "warned", Outcome.SUCCESS: "ok"}
_BEST_LAST = (*WORST_FIRST, Outcome.SUCCESS)


@dataclass(frozen=True, slots=True)
class Day:
    """The hours up to the one of `now`, and the runs that began in them, or still go on."""

    first: datetime
    """When the oldest hour began, in UTC."""
    failed: tuple[int | None, ...]
    """By the hour, the oldest first; nothing where that is not known."""
    came_to: Counter[Outcome]
    total: int
    """All runs, also those that are known by name only."""
    known: Counter[Outcome]
    """How many of them somebody has marked as known."""
    lacking: bool = False
    """Whether runs of these hours are no longer listed."""

    @classmethod
    def of(cls, snapshot: Snapshot, clock: Clock, known: Known | None = None) -> Day:
        """As far as the last answer says; `clock` is the server's time now, which may be much later."""
        first = _began(clock) - (HOURS - 1) * HOUR
        runs = list(_since(snapshot.sessions, first))
        came_to = Counter(run.outcome for run in runs if run.complete)
        longer = snapshot.tally[Outcome.RUNNING] - came_to[Outcome.RUNNING]
        came_to[Outcome.RUNNING] += longer
        failed = Counter(_hour_of(run, first) for run in runs if run.has_failed)
        unsure = {_hour_of(run, first) for run in runs if not run.complete}
        lacking = {_hour_of(run, first) for run in _since(snapshot.unlisted.runs, first)}
        unsure |= lacking
        reaches = snapshot.server_time + GRACE
        marked = Counter(run.outcome for run in runs if known and run.complete and known.of(run))
        digits = (
            failed[hour]
            if failed[hour] or (hour not in unsure and reaches >= min(first + (hour + 1) * HOUR, clock.now))
            else None
            for hour in range(HOURS)
        )
        return cls(first, tuple(digits), came_to, len(runs) + longer, marked, bool(lacking))


def _began(clock: Clock) -> datetime:
    """When this hour began on the wall."""
    return clock.now.astimezone(clock.zone).replace(minute=0, second=0, microsecond=0).astimezone(UTC)


def _since(sessions: tuple[Session, ...], first: datetime) -> Iterator[Session]:
    """Those that began since then; they are newest first, those without a start last."""
    return takewhile(lambda session: session.started is not None and session.started >= first, sessions)


def _hour_of(run: Session, first: datetime) -> int:
    return (run.started - first) // HOUR if run.started else -1


def by_hour(day: Day, zone: tzinfo) -> Pieces:
    """`04h ·····················11· 03h failed`; `+` for ten and more, `?` where it is not known."""
    pieces: Pieces = [(f"{_hour(day.first, zone)} ", PLAIN)]
    for number in day.failed:
        pieces.append(_digit(number))
    return [*pieces, (f" {_hour(day.first + (HOURS - 1) * HOUR, zone)} failed", PLAIN)]


def _hour(began: datetime, zone: tzinfo) -> str:
    return f"{began.astimezone(zone):%H}h"


def _digit(number: int | None) -> tuple[str, Style]:
    if not number:
        return (NOT_KNOWN, BOLD) if number is None else (NONE, FAINT)
    return str(number) if number < 10 else MANY, OUTCOME_STYLES[Outcome.FAILED]


def tally_line(
    snapshot: Snapshot, clock: Clock, width: int, known: Known | None, hint: Pieces, progress: str
) -> tuple[Pieces, Pieces]:
    """A hint, else the last 24 hours; at the right `progress`, how far an answer has come."""
    coming: Pieces = [(f"{progress}  Esc stops", BOLD)] if progress else []
    if hint:
        return hint, coming if cells(hint) + APART + cells(coming) <= width else []
    left, right = line(snapshot, clock, max(width - (cells(coming) + 4 if coming else 0), 0), known)
    return left, [*right, ("  ", PLAIN), *coming] if right and coming else right or coming


def line(snapshot: Snapshot, clock: Clock, width: int, known: Known | None = None) -> tuple[Pieces, Pieces]:
    """What stands at the left and at the right of a line this wide.

    In so many words as there is room for; no word is cut. From 80 columns on the hours give way only to
    what there is to say of how well the list is known, never to what is acknowledged.
    """
    day = Day.of(snapshot, clock, known)
    forms = (*_forms(day, snapshot), *_shortened(day, snapshot))
    if width >= MEDIUM:
        hours = by_hour(day, clock.zone)
        unmarked = tuple(_forms(replace(day, known=Counter()), snapshot))
        room = width - cells(hours) - APART
        if not _well(snapshot) or any(cells(form) <= room for form in unmarked):
            return hours, next(form for form in (*forms, *unmarked) if cells(form) <= room)
    return next(form for form in (*forms, *_hardly(day, snapshot)) if cells(form) <= width), []


def cells(pieces: Pieces) -> int:
    """How wide they are."""
    return sum(text_format.cells(text) for text, _ in pieces)


def _forms(day: Day, snapshot: Snapshot) -> Iterator[Pieces]:
    """The counts with their base, from all of them to those of what did not end well."""
    well, of = _well(snapshot), _base(day)
    told = [(outcome, day.came_to[outcome]) for outcome in _BEST_LAST if day.came_to[outcome]]
    if not told:
        yield _total(day, snapshot)
        return
    yield [*_counts(told, day.known), (f" {of} in 24h", PLAIN), *well]
    yield [*_counts(told, day.known), (f" {of}", PLAIN), *well]
    if bad := _bad(day):
        yield [*_counts(bad, day.known), (f" {of}", PLAIN), *well]


def _shortened(day: Day, snapshot: Snapshot) -> Iterator[Pieces]:
    """Not all of the counts, but the worst of them; at last only their base."""
    bad, rest = _bad(day), [(f"  … {_base(day)}", PLAIN), *_well(snapshot)]
    for number in range(len(bad) - 1, 0, -1):
        yield [*_counts(bad[:number], day.known), *rest]
    if bad:
        yield [*_counts(bad[:1], Counter()), *rest]
    yield _total(day, snapshot)


def _hardly(day: Day, snapshot: Snapshot) -> Iterator[Pieces]:
    """How well the list is known, in fewer words, or how many runs there were; at last nothing."""
    total = _number(day)
    if well := _well(snapshot, shortly=True):
        yield [*total, *well]
        yield [(well[0][0].strip(), well[0][1]), *well[1:]]
    yield total
    yield []


def _base(day: Day) -> str:
    return f"of {text_format.counted(day.total, 'run')}"


def _bad(day: Day) -> list[tuple[Outcome, int]]:
    return [(outcome, day.came_to[outcome]) for outcome in WORST_FIRST if day.came_to[outcome]]


def _total(day: Day, snapshot: Snapshot) -> Pieces:
    return [*_number(day), *_well(snapshot)]


def _number(day: Day) -> Pieces:
    nothing = "no runs listed in 24h" if day.lacking else "nothing ran in 24h"
    return [(f"{text_format.counted(day.total, 'run')} in 24h" if day.total else nothing, PLAIN)]


def _counts(told: Sequence[tuple[Outcome, int]], known: Counter[Outcome]) -> Pieces:
    """`2 failed, 1 known  1 warned`."""
    pieces: Pieces = []
    for outcome, number in told:
        what = f"{text_format.count(number)} {_WORDS.get(outcome, outcome)}"
        pieces += [("  " if pieces else "", PLAIN), (what, OUTCOME_STYLES[outcome])]
        if known[outcome]:
            pieces.append((f", {text_format.count(known[outcome])} known", PLAIN))
    return pieces


def _well(snapshot: Snapshot, *, shortly: bool = False) -> Pieces:
    """How well the whole list is known, where that is not as it should be."""
    counts = (
        (len(snapshot.references), "run", "known by name only", "by name only", PLAIN),
        (snapshot.odd, "run", "not readable whole", "not readable", BOLD),
        (snapshot.replaced, "character", "replaced", "replaced", BOLD),
    )
    return [
        (
            f"  {text_format.count(number)} {short}"
            if shortly
            else f"  {text_format.counted(number, of)} {what}",
            style,
        )
        for number, of, what, short, style in counts
        if number
    ]
