"""A failed collection run after successful ones, and the report on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone, tzinfo

from session_factory import HOUR, MINUTE, NOON, SECOND, make_log, runs_with_outcomes

from emtui.em.model import Event, Log, Outcome, Result, Session, uid_from_guid
from emtui.handover.absolute_time_text import ReportZones
from emtui.handover.run_report import ReportOrigin, RunReport
from emtui.triage.diff_text import compare_runs
from emtui.triage.explanation import explain, find_successful_before
from emtui.triage.type_status import compute_type_statuses

STARTED_TEXT = re.compile(r"\d\d:\d\d(?::\d\d)?")
STARTED_TEXT_WITH_DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d")
"""Any time, and a time with date and UTC offset."""
CET = timezone(timedelta(hours=1))
MESSAGE = "Cannot connect to backup server bs02.example.net: the remote host closed the connection"
GUID = "5f1c9d2a-1b2c-4d3e-8f4a-5b6c7d8e9f00"
SUCCESSFUL_OUTCOME = (
    (0.0, "Starting data collection job..."),
    (0.1, "Retrieving data from bs01.example.net..."),
    (20.0, "Data collection from bs01.example.net completed successfully."),
    (20.1, "Retrieving data from bs02.example.net..."),
    (34.0, "Data collection from bs02.example.net completed successfully."),
    (34.2, "Data collection job finished."),
)
FAILED_OUTCOME = (
    *SUCCESSFUL_OUTCOME[:4],
    (250.0, f"Data collection from bs02.example.net failed: {MESSAGE}"),
    (251.0, "Data collection job finished."),
)


def report_origin(
    now: datetime = NOON + 5 * MINUTE, server: tzinfo | None = None, **more: object
) -> ReportOrigin:
    """The origin of a report whose sender is at UTC+1; `more` replaces fields."""
    plain = ReportOrigin(
        "em01.example.net", "em01.example.net:9398", "", "0.1.0", now, timedelta(), ReportZones(CET, server)
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # fields by name


def failed_run(**more: object) -> Session:
    """The failed run, started at noon; `more` replaces fields."""
    row = Session(
        uid_from_guid(GUID),
        "Collect Job @2026-11-23 12:00:00",
        "CollectJob",
        NOON,
        NOON + 251 * SECOND,
        "Failed",
        Result("Failed", MESSAGE),
    )
    return replace(row, **more)  # type: ignore[arg-type]  # fields by name


def earlier_runs(count: int = 30) -> list[Session]:
    """The successful runs before it, newest first."""
    return runs_with_outcomes(*[Outcome.SUCCESS] * count, until=NOON - 15 * MINUTE)


def run_report(
    session: Session | None = None,
    events: Sequence[Event] | None = None,
    earlier: Sequence[Session] | None = None,
    logs: int = 5,
    **options: object,
) -> RunReport:
    """The report on a run, as the screens build it; `logs` is the number of baseline logs."""
    session = session or failed_run()
    read = make_log(*FAILED_OUTCOME) if events is None else tuple(events)
    runs = [session, *(earlier_runs() if earlier is None else earlier)]
    type_statuses = compute_type_statuses(runs, NOON + 5 * MINUTE)
    row = type_statuses.for_type(session.type)
    successful = find_successful_before(row.runs, session) if row else []
    logs_read = [make_log(*SUCCESSFUL_OUTCOME, start=run.started or NOON) for run in successful][:logs]
    explanation = explain(type_statuses, runs, session, read, logs_read)
    now = NOON + 5 * MINUTE
    difference = (
        compare_runs(session, read, successful[0], logs_read[0], now, is_last_successful=True)
        if logs_read
        else None
    )
    report = RunReport(
        report_origin(),
        session,
        Log(tuple(read)),
        "",
        explanation,
        difference,
        len(logs_read),
        "emtui open --server em01.example.net x",
    )
    return replace(report, **options)  # type: ignore[arg-type]  # fields by name


def hours_before_noon(number: int) -> datetime:
    """The time `number` hours before noon."""
    return NOON - number * HOUR
