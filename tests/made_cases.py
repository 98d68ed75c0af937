"""A failed collection among good ones, and all that is known of it: what the tests here hand over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone, tzinfo

from made_runs import HOUR, MINUTE, NOON, SECOND, log, outcomes

from emtui.em.model import Event, Log, Outcome, Result, Session, uid_of
from emtui.handover.absolute_time_text import Zones
from emtui.handover.run_report import Case, Origin
from emtui.triage.diff_text import difference
from emtui.triage.explanation import explain, good_before
from emtui.triage.type_status import standings

TIME = re.compile(r"\d\d:\d\d(?::\d\d)?")
DATED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d")
"""A time of any kind, and one that says its day and offset."""
CET = timezone(timedelta(hours=1))
MESSAGE = "Cannot connect to backup server bs02.example.net: the remote host closed the connection"
GUID = "5f1c9d2a-1b2c-4d3e-8f4a-5b6c7d8e9f00"
GOOD = (
    (0.0, "Starting data collection job..."),
    (0.1, "Retrieving data from bs01.example.net..."),
    (20.0, "Data collection from bs01.example.net completed successfully."),
    (20.1, "Retrieving data from bs02.example.net..."),
    (34.0, "Data collection from bs02.example.net completed successfully."),
    (34.2, "Data collection job finished."),
)
BAD = (
    *GOOD[:4],
    (250.0, f"Data collection from bs02.example.net failed: {MESSAGE}"),
    (251.0, "Data collection job finished."),
)


def origin(now: datetime = NOON + 5 * MINUTE, server: tzinfo | None = None, **more: object) -> Origin:
    """An Enterprise Manager seen from one hour east of Greenwich."""
    plain = Origin(
        "em01.example.net", "em01.example.net:9398", "", "0.1.0", now, timedelta(), Zones(CET, server)
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # fields by name


def failed(**more: object) -> Session:
    """The run, at noon."""
    row = Session(
        uid_of(GUID),
        "Collect Job @2026-11-23 12:00:00",
        "CollectJob",
        NOON,
        NOON + 251 * SECOND,
        "Failed",
        Result("Failed", MESSAGE),
    )
    return replace(row, **more)  # type: ignore[arg-type]  # fields by name


def earlier(count: int = 30) -> list[Session]:
    """The good runs before it."""
    return outcomes(*[Outcome.SUCCESS] * count, until=NOON - 15 * MINUTE)


def case(
    session: Session | None = None,
    events: Sequence[Event] | None = None,
    past: Sequence[Session] | None = None,
    logs: int = 5,
    **more: object,
) -> Case:
    """All that is known of it, as the screens put it together."""
    session = session or failed()
    read = log(*BAD) if events is None else tuple(events)
    runs = [session, *(earlier() if past is None else past)]
    board = standings(runs, NOON + 5 * MINUTE)
    row = board.of(session.type)
    good = good_before(row.runs, session) if row else []
    logs_read = [log(*GOOD, start=run.started or NOON) for run in good][:logs]
    found = explain(board, runs, session, read, logs_read)
    now = NOON + 5 * MINUTE
    then = difference(session, read, good[0], logs_read[0], now, last_good=True) if logs_read else None
    made = Case(
        origin(),
        session,
        Log(tuple(read)),
        "",
        found,
        then,
        len(logs_read),
        "emtui open --server em01.example.net x",
    )
    return replace(made, **more)  # type: ignore[arg-type]  # fields by name


def hour(number: int) -> datetime:
    """So many hours before noon."""
    return NOON - number * HOUR
