"""What is different from the last good run: in few lines for a ticket, whole for a bundle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emtui import words
from emtui.em.model import Event
from emtui.handover.case import Case, Then
from emtui.handover.document import Block, Part, Rows, Said, Told
from emtui.triage.compare import Comparison, Kind, Row

SHOWN = 10
"""Lines of a ticket."""
_MOST = 140
_SIGNS = {Kind.MOVED: "~", Kind.NEW: "+", Kind.MISSING: "-"}
_MEANING = "+ new, - missing, ~ moved, ! much slower"


def against(case: Case) -> tuple[Block, ...]:
    """The heading with the counts, and the first lines that differ."""
    then = case.then
    if then is None:
        return ()
    differing = [row for row in then.comparison.rows if row.kind in _SIGNS or row.slower]
    began = f" of {case.origin.zones.at(then.session.started)}" if then.session.started else ""
    title = f"Against the last good run{began}"
    if not differing:
        return (Part(title, ("no line differs, and no step was much slower.",)),)
    rows = tuple(_line(row, case.events, then.events, _MOST) for row in differing[:SHOWN])
    more = f"; the first {SHOWN} are shown" if len(differing) > SHOWN else ""
    return Part(title, (f"{_counts(then.comparison)}{more} ({_MEANING})",)), Rows(rows)


def comparison(case: Case, then: Then) -> tuple[Block, ...]:
    """Every line of both logs."""
    rows = tuple(_line(row, case.events, then.events, None) for row in then.comparison.rows)
    at = case.origin.zones.at
    here, there = (at(one.started) if one.started else "" for one in (case.session, then.session))
    return (
        Part(f"{here} against the last good run {there}", (Said(then.session.id),)),
        Part(_counts(then.comparison) or "no line differs", (_MEANING,)),
        Rows(rows),
    )


def _counts(comparison: Comparison) -> str:
    """`3 new, 1 missing, 1 step much slower; the first of them: line 4`; nothing where nothing differs."""
    found = comparison.counts
    kinds = (Kind.NEW, Kind.MISSING, Kind.MOVED)
    counts = [f"{words.count(found[kind])} {kind}" for kind in kinds if found[kind]]
    slow = sum(1 for row in comparison.rows if row.slower)
    if slow:
        counts.append(f"{words.count(slow)} {'step' if slow == 1 else 'steps'} much slower")
    first = comparison.first
    return ", ".join(counts) + ("" if first is None else f"; the first of them: line {first + 1}")


def _line(row: Row, here: Sequence[Event], there: Sequence[Event], most: int | None) -> Told:
    event = here[row.here] if row.here is not None else there[row.there or 0]
    sign = _SIGNS.get(row.kind, "!" if row.slower else " ")
    message = event.message or ""
    return (f"{sign} ", Said(message, most or len(message) * 4 + 1), "".join(_spans(row)))


def _spans(row: Row) -> Iterator[str]:
    """How long its step took here and then, where that is unusual."""
    if row.slower and row.lasted is not None and row.lasted_then is not None:
        yield f"  ({words.duration(row.lasted)}, then {words.duration(row.lasted_then)})"
