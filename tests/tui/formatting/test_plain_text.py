"""Plain text for export: complete, with dates and offsets, without the user name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Event, Log, Result, Session, uid_from_guid
from emtui.monitor.snapshot import Snapshot
from emtui.query import Query, SortOrder, parse
from emtui.triage.acknowledgement_matching import Acknowledgement, Acknowledgements
from emtui.triage.message_fingerprint import fingerprint
from emtui.tui.formatting.plain_text import (
    DisplayedList,
    ExportOrigin,
    event_line,
    list_text,
    row_line,
    session_text,
)

START = datetime(2026, 11, 23, 1, 10, 4, tzinfo=UTC)
TIME_CONTEXT = TimeContext(START + timedelta(hours=1), timezone(timedelta(hours=1)))
LONG_MESSAGE = (
    "Cannot connect to backup server bs02.example.net:\nthe remote host closed the connection " + "x" * 300
)
FAILED = Session(
    uid_from_guid("3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
    type="CollectJob",
    started=START,
    ended=START + timedelta(seconds=252),
    state="Failed",
    result=Result("Failed", LONG_MESSAGE),
)
RUNNING = Session(
    uid_from_guid("3f2504e0-4f89-41d3-9a0c-0305e82c3302"),
    type="SyncCheckForProductUpdatesOption",
    started=START + timedelta(minutes=1),
    state="InProgress",
)
BARE_REFERENCE = Session(
    uid_from_guid("3f2504e0-4f89-41d3-9a0c-0305e82c3303"), name="CollectJob@x", is_complete=False
)
ORIGIN = ExportOrigin("em01.example.net", "DEMO", TIME_CONTEXT.now)
LOG = Log(
    (
        Event(1, START, "Starting"),
        Event(2, None, None, parse_problem="no time"),
        Event(3, TIME_CONTEXT.now, "a\nb"),
    )
)


def test_a_row_is_one_line_with_date_offset_full_message_and_id() -> None:
    assert row_line(FAILED, TIME_CONTEXT) == (
        "failed  CollectJob  2026-11-23 02:10:04 +01:00  4m12s  "
        + LONG_MESSAGE.replace("\n", " ⏎ ")
        + "  3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    )


def test_an_unknown_duration_is_shown_and_other_unknown_values_are_left_out() -> None:
    assert (
        row_line(Session(FAILED.uid), TIME_CONTEXT)
        == "unknown  took unknown  3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    )
    assert row_line(BARE_REFERENCE, TIME_CONTEXT) == "CollectJob@x  3f2504e0-4f89-41d3-9a0c-0305e82c3303"


def test_an_event_is_one_line_with_offset_and_absolute_time() -> None:
    assert event_line(LOG.events[2], START, UTC) == "+1h00m  2026-11-23 02:10:04 +00:00  a ⏎ b"
    assert event_line(LOG.events[1], START, UTC) == "not readable: no time"


def test_a_list_has_its_source_time_query_and_counts() -> None:
    snapshot = Snapshot((RUNNING, FAILED, BARE_REFERENCE), TIME_CONTEXT.now)
    query = parse("state:failed", now=TIME_CONTEXT.now, zone=UTC)
    lines = list_text(
        ORIGIN, DisplayedList((FAILED,), snapshot, query, SortOrder("duration_s", True)), TIME_CONTEXT
    ).splitlines()
    assert lines[:5] == [
        "DEMO  em01.example.net  as of 2026-11-23 03:10:04 +01:00",
        "query: state:failed",
        "order: -duration_s",
        "1 of 3 runs  1 failed  1 running  1 without details",
        "",
    ]
    assert lines[5].split() == ["Outcome", "Type", "Started", "Took", "ID", "Message"]
    assert lines[6].startswith(
        "failed    CollectJob             2026-11-23 02:10:04 +01:00    4m12s  3f2504e0"
    )
    assert lines[6].endswith("x" * 300)
    assert lines[6].index("3f2504e0") == lines[5].index("ID")
    assert len(lines) == 7


def test_a_list_without_a_query_has_every_row_and_no_line_for_one() -> None:
    snapshot = Snapshot((RUNNING, FAILED, BARE_REFERENCE), TIME_CONTEXT.now)
    text = list_text(ORIGIN, DisplayedList(snapshot.sessions, snapshot, Query()), TIME_CONTEXT)
    assert "query" not in text
    assert "order" not in text
    assert "SyncCheckForProductUpdatesOption" in text
    assert text.splitlines()[-1] == (f"{'':<8}  {'reference':<21}  {'':<26}  {'':>7}  3f2504e0  CollectJob@x")


def test_acknowledged_runs_of_a_list_are_counted_and_marked_as_on_the_screen() -> None:
    again = replace(
        FAILED, uid=uid_from_guid("3f2504e0-4f89-41d3-9a0c-0305e82c3304"), result=Result("Failed", "No")
    )
    snapshot = Snapshot((RUNNING, FAILED, again), TIME_CONTEXT.now)
    mark = Acknowledgement(fingerprint(FAILED), "CollectJob", "INC0012345", START)
    known = Acknowledgements({mark.key: mark})
    head, *rows = list_text(
        ORIGIN, DisplayedList(snapshot.sessions, snapshot, Query(), acknowledgements=known), TIME_CONTEXT
    ).split("\n\n")
    assert head.endswith("\n3 runs  2 failed, 1 acknowledged  1 running")
    assert [row[:10] for row in rows[0].splitlines()] == [
        "  Outcome ",
        "  running ",
        "k failed  ",
        "  failed  ",
    ]


def test_a_session_has_its_full_message_and_every_event_with_both_times() -> None:
    text = session_text(ORIGIN, FAILED, LOG, TIME_CONTEXT)
    assert text.startswith(
        "DEMO  em01.example.net  as of 2026-11-23 03:10:04 +01:00\n"
        "CollectJob  failed  2026-11-23 02:10:04 +01:00  took 4m12s\n"
        "server: Failed\n"
        "3f2504e0-4f89-41d3-9a0c-0305e82c3301\n"
    )
    assert f"\n\n{LONG_MESSAGE}\n\n3 events\n" in text
    assert "\n   +0.0s  2026-11-23 02:10:04 +01:00  Starting\n" in text
    assert text.endswith(f"  +1h00m  2026-11-23 03:10:04 +01:00  a\n{'':38}b\n")


def test_events_not_loaded_yet_are_not_shown_as_none() -> None:
    assert session_text(ORIGIN, RUNNING, None, TIME_CONTEXT).endswith("Events not loaded yet.\n")
