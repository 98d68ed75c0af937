"""The difference of two runs, and that in words: which two, how much, each line with its times.

What the screens, a text to hand over and a ticket say of it. Every time has its date and offset
in what is read elsewhere; nothing is cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from emtui import text_format
from emtui.em.model import Event, Session
from emtui.triage.diff_hunks import Line, Stretch, folded, unfolded
from emtui.triage.log_alignment import GoOn
from emtui.triage.log_diff import ALIKE, Comparison, Kind, Row, compare

SIGNS = {Kind.SAME: " ", Kind.NEW: "+", Kind.MISSING: "-", Kind.MOVED: "~", Kind.AHEAD: "."}
STRETCH = "="
"""Before equal lines that are folded into one."""
BARELY = timedelta(milliseconds=100)
"""How many times so little, nobody wants to know."""
TIMES = 23
"""Cells before the text of a line: the sign, the time here, the time then, how many times."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two runs, the logs of both, and what is different; `last_good` if the other one is that.

    `now` is the server's clock when this run's log came: a run that goes on is compared up to then.
    """

    here: Session
    there: Session
    events: tuple[Event, ...]
    events_then: tuple[Event, ...]
    now: datetime
    last_good: bool
    comparison: Comparison

    def event(self, row: Row) -> Event:
        """The event of a row: this run's own, where it has one."""
        return self.events[row.here] if row.here is not None else self._then(row)

    def event_then(self, row: Row) -> Event | None:
        """The other run's event of a row, where both have one."""
        return self._then(row) if row.here is not None and row.there is not None else None

    def _then(self, row: Row) -> Event:
        return self.events_then[row.there or 0]

    def offset(self, row: Row) -> timedelta | None:
        """How long after the start of its run the event of a row came."""
        event = self.event(row)
        began = (self.there if row.here is None else self.here).started
        return event.time - began if event.time and began else None


def difference(
    here: Session,
    events: tuple[Event, ...],
    there: Session,
    events_then: tuple[Event, ...],
    now: datetime,
    *,
    last_good: bool,
    go_on: GoOn = lambda: True,
) -> Difference:
    """Compare a run with another. Raises `Stopped` if `go_on` says no."""
    found = compare(events, events_then, go_on, now if here.running else None)
    return Difference(here, there, events, events_then, now, last_good, found)


def with_whom(here: Session, there: Session, when: Callable[[datetime], str], *, last_good: bool) -> str:
    """`with the last good run, Mon 23 Nov 01:40:01, 30m04s earlier, took 1m31s`."""
    started, outcome = there.started, there.outcome
    which = f"the last good run{f', {when(started)}' if started else ''}"
    if not last_good:
        which = f"the run of {when(started)}, {outcome}" if started else f"run {there.id}, {outcome}"
    parts = [("so far " if here.running else "") + f"with {which}"]
    if started and here.started:
        apart = here.started - started
        parts.append(f"{text_format.duration(abs(apart))} {'earlier' if apart >= timedelta() else 'later'}")
    if there.running:
        parts.append("still running")
    elif started and there.ended:
        parts.append(f"took {text_format.duration(max(there.ended - started, timedelta()))}")
    return ", ".join(parts)


def tally(comparison: Comparison) -> str:
    """`2 new, 1 missing, 1 moved, 4 of 9 steps slower`; that no line differs, where that is so."""
    counts = comparison.counts
    kinds = (Kind.NEW, Kind.MISSING, Kind.MOVED)
    parts = [f"{text_format.count(counts[kind])} {kind}" for kind in kinds if counts[kind]]
    parts = parts or ["no line differs" + (" so far" if counts[Kind.AHEAD] else "")]
    if comparison.timed:
        slower = text_format.count(comparison.slower) if comparison.slower else "none"
        parts.append(f"{slower} of {text_format.counted(comparison.timed, 'step')} slower")
    if counts[Kind.AHEAD]:
        parts.append(f"{text_format.count(counts[Kind.AHEAD])} to come")
    return ", ".join(parts)


def base(found: Difference) -> str:
    """`17 lines, 15 then`: what the counts rest on."""
    count = len(found.events)
    return f"{text_format.counted(count, 'line')}, {text_format.count(len(found.events_then))} then"


def legend(found: Difference) -> str:
    """What the signs before the lines mean."""
    return "+ new  - missing  ~ moved" + ("  . to come" if found.here.running else "")


def spans(row: Row) -> tuple[str, str, str]:
    """How long its step took here, how long then, and how many times that, where it took much longer."""
    here, then = (
        text_format.duration(span) if span is not None else "" for span in (row.lasted, row.lasted_then)
    )
    return here, then, _times(row) if row.slower else ""


def _times(row: Row) -> str:
    if row.lasted is None or row.lasted_then is None or row.lasted_then < BARELY:
        return "more"
    return text_format.ratio(row.lasted / row.lasted_then)


def said(event: Event) -> str:
    """The text of an event, after what of it could not be read."""
    odd = f"not readable: {event.odd}" if event.odd else ""
    return " · ".join(part for part in (odd, event.message) if part)


def matching(found: Difference, sought: str) -> tuple[int, ...]:
    """The rows whose text holds what is sought, without case; none if that is nothing."""
    wanted, rows = text_format.folded(sought), found.comparison.rows
    if not wanted:
        return ()
    return tuple(
        place for place, row in enumerate(rows) if wanted in text_format.folded(said(found.event(row)))
    )


def stretch_said(stretch: Stretch) -> str:
    """`120 equal lines`."""
    lines = "equal lines" if stretch.kind is Kind.SAME else "lines to come"
    return f"{text_format.count(stretch.count)} {lines}"


def line_text(found: Difference, row: Row, zone: tzinfo) -> str:
    """One line, whole, to be read elsewhere: what became of it, its times, when, and its text."""
    here, then, times = spans(row)
    event = found.event(row)
    parts = (
        str(row.kind) if row.kind not in ALIKE else "",
        here and f"here {here}",
        then and f"then {then}",
        times and f"×{times}",
        text_format.dated(event.time, zone) if event.time else "",
        text_format.one_line(said(event)),
    )
    return "  ".join(part for part in parts if part)


def difference_text(found: Difference, zone: tzinfo, *, around: int | None = None) -> str:
    """Both runs, the counts and the lines; with `around` equal lines farther from a difference are folded.

    Ends with a line end. Names neither server nor user.
    """
    lines: Sequence[Line] = unfolded(found.comparison) if around is None else folded(found.comparison, around)
    return "\n".join([*_head(found, zone), "", *_table(found, lines), ""])


def _head(found: Difference, zone: tzinfo) -> Iterator[str]:
    def when(moment: datetime) -> str:
        return text_format.dated(moment, zone)

    here, took = found.here, found.here.took(found.now)
    parts = (
        here.type or here.name or "",
        str(here.outcome),
        when(here.started) if here.started else "",
        f"{'for' if here.running else 'took'} {text_format.duration(took)}" if took is not None else "",
        here.id,
    )
    yield "  ".join(part for part in parts if part)
    yield f"{with_whom(here, found.there, when, last_good=found.last_good)}, {found.there.id}"
    yield f"{tally(found.comparison)}; {base(found)}"
    yield legend(found)


def _table(found: Difference, lines: Sequence[Line]) -> Iterator[str]:
    yield _cells(" ", "Here", "Then", "×", "Event")
    for line in lines:
        if isinstance(line, Stretch):
            yield _cells(STRETCH, "", "", "", stretch_said(line))
        else:
            row = found.comparison.rows[line]
            yield _cells(SIGNS[row.kind], *spans(row), said(found.event(row)))


def _cells(sign: str, here: str, then: str, times: str, text: str) -> str:
    indented = text.replace("\n", "\n" + " " * TIMES)
    return f"{sign} {here:>6}  {then:>6} {times:>4}  {indented}".rstrip()
