"""What a ticket needs of a run and is not there yet: its events, and those of the last good runs.

What cannot be had is left out, with the reason; only a stop ends it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from emtui.em.errors import EmError
from emtui.em.model import Event, Session
from emtui.em.source import Source
from emtui.em.threads import beside
from emtui.handover.bundle import Received, Wire
from emtui.handover.case import Case, Origin
from emtui.local.notes import Note, notes_on
from emtui.monitor.history_cache import HistoryCache
from emtui.triage.differing import difference
from emtui.triage.explained import explain, good_before
from emtui.triage.known import Known
from emtui.triage.standing import Standings
from emtui.triage.telling_known import rows


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of the list when somebody wants to hand something over."""

    origin: Origin
    board: Standings
    sessions: tuple[Session, ...]
    known: Known
    notes: tuple[Note, ...]


async def gather(source: Source, past: HistoryCache, ground: Ground, case: Case) -> Case:
    """The same case, with all that can be had."""
    case = await _read(source, case)
    row = ground.board.of(case.session.type)
    good = good_before(row.runs, case.session) if row else []
    logs = await past.logs(source, good)
    last = await past.logs(source, good[:1])  # kept since just now: nobody is asked twice
    then = (good[0], last[0]) if last else None
    return await beside(partial(_thought, case, ground, logs, then))


async def _read(source: Source, case: Case) -> Case:
    """With its own fields and events as the server says them now, where they are missing."""
    try:
        if not case.session.complete:
            case = replace(case, session=await source.session(case.session.uid))
        if case.log is None:
            case = replace(case, log=await source.events(case.session.uid))
    except EmError as problem:
        return replace(case, why=str(problem))
    return case


def _thought(
    case: Case,
    ground: Ground,
    logs: list[tuple[Event, ...]],
    then: tuple[Session, tuple[Event, ...]] | None,
) -> Case:
    if case.session.type:
        found = explain(ground.board, ground.sessions, case.session, case.events, logs)
        case = replace(case, explanation=found, logs=len(logs))
    if then and case.log:
        there, events = then
        now = case.origin.now
        case = replace(
            case, difference=difference(case.session, case.events, there, events, now, last_good=True)
        )
    return _with_people(case, ground)


def _with_people(case: Case, ground: Ground) -> Case:
    """With what people know of it: their mark, and the notes of their team."""
    notes = notes_on(ground.notes, case.session, case.events)
    told = tuple(rows(case.session, ground.known, notes, case.origin.teller))
    return replace(case, people=told, is_known=ground.known.of(case.session) is not None)


async def received(source: Source, session: Session) -> Wire:
    """What the server wrote about it, asked for anew, or why there is nothing of that."""
    try:
        found = Received(await source.session_xml(session.uid), await source.events_xml(session.uid))
    except EmError as problem:
        return Wire(None, str(problem), source.api)
    return Wire(found, api=source.api)
