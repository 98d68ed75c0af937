"""Records that scripts rely on, and the output formats."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len

from emtui.cli.output import (
    OutputColumn,
    format_csv,
    format_json,
    format_json_lines,
    format_json_object,
    format_table,
)
from emtui.em.model import Event, Log, Result, Session, uid_from_guid
from emtui.em.server_address import Server
from emtui.em.text_sanitizer import guard_output
from emtui.handover.json_records import EVENT_KEYS, SESSION_KEYS, event_records, session_record
from emtui.text_format import cell_width

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SERVER = Server("em01.example.net")
GUID = "3f2a0b1c-0000-4000-8000-000000000001"


def make_session(message: str | None = "closed", state: str | None = "Failed") -> Session:
    started = NOON - timedelta(minutes=5)
    return Session(
        uid_from_guid(GUID),
        "Collect Job",
        "CollectJob",
        started,
        started + timedelta(seconds=18.42),
        state,
        Result("Failed", message),
    )


def test_a_session_has_exactly_the_promised_keys_in_their_order() -> None:
    assert session_record(make_session(), SERVER, NOON) == {
        "server": "em01.example.net:9398",
        "uid": f"urn:veeam:SystemSession:{GUID}",
        "id": GUID,
        "kind": "system",
        "name": "Collect Job",
        "type": "CollectJob",
        "started": "2026-11-23T11:55:00.000000Z",
        "ended": "2026-11-23T11:55:18.420000Z",
        "duration_s": 18.42,
        "state": "Failed",
        "result": "Failed",
        "outcome": "failed",
        "message": "closed",
        "canceled": False,
        "known": False,
    }
    assert tuple(session_record(make_session(), SERVER, NOON)) == SESSION_KEYS


def test_absent_and_empty_texts_are_null_and_a_running_one_takes_until_now() -> None:
    bare = session_record(Session(uid_from_guid(GUID), name=""), SERVER, NOON)
    assert [key for key, value in bare.items() if value is None] == [
        "name",
        "type",
        "started",
        "ended",
        "duration_s",
        "state",
        "result",
        "message",
    ]
    running = replace(make_session(state="InProgress"), ended=None)
    assert session_record(running, SERVER, NOON)["duration_s"] == 300
    assert session_record(running, SERVER, NOON - timedelta(hours=1))["duration_s"] == 0


def test_events_carry_their_offset_from_the_start_and_the_gap_before_them() -> None:
    log = Log((Event(1, NOON, "a"), Event(2, None, ""), Event(5, NOON + timedelta(seconds=1.5), "c")))
    records = event_records(log, NOON + timedelta(seconds=1))
    assert [tuple(record) for record in records] == [EVENT_KEYS] * 3
    assert [record["offset_s"] for record in records] == [-1, None, 0.5]
    assert [record["gap_s"] for record in records] == [None, None, None]
    assert records[1]["message"] is None
    assert event_records(log, None)[2]["offset_s"] == 1.5
    assert event_records(Log((log.events[0], log.events[2])), None)[1]["gap_s"] == 1.5
    assert event_records(Log(()), None) == []


def test_json_is_one_array_jsonl_one_object_a_line() -> None:
    records = [session_record(make_session("Größe\n2"), SERVER, NOON)] * 2
    assert json.loads(format_json(records)) == records
    assert format_json([]) == "[]\n"
    assert [json.loads(line) for line in format_json_lines(records).splitlines()] == records
    assert "Größe" in format_json_lines(records)
    assert json.loads(format_json_object(records[0], events=records)) == {**records[0], "events": records}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", " =", "\n\t =", "\u00a0+", "＝"])
def test_csv_defuses_formulas_in_text_and_leaves_numbers_alone(start: str) -> None:
    record = session_record(make_session(f'{start}cmd|"x"\n2'), SERVER, NOON)
    header, row = csv.reader(io.StringIO(format_csv([{**record, "duration_s": -1.5}], SESSION_KEYS)))
    assert tuple(header) == SESSION_KEYS
    cells = dict(zip(header, row, strict=True))
    assert cells["message"] == f'\'{start}cmd|"x"\n2'
    assert cells["duration_s"] == "-1.5"
    assert (cells["canceled"], cells["known"]) == ("false", "false")


def test_csv_leaves_null_empty() -> None:
    (_, row) = csv.reader(
        io.StringIO(format_csv([session_record(make_session(None), SERVER, NOON)], SESSION_KEYS))
    )
    assert row[SESSION_KEYS.index("message")] == ""


COLUMNS = (OutputColumn("Type"), OutputColumn("Took", is_right_aligned=True), OutputColumn("Message"))


def test_a_table_is_one_line_per_row_two_blanks_between_columns_never_cut_on_a_pipe() -> None:
    text = format_table(
        COLUMNS, [("CollectJob", "31s", "first\nsecond " + "x" * 300), ("日本", "4m12s", "")], None
    )
    assert text.splitlines() == [
        "Type         Took  Message",
        "CollectJob    31s  first ⏎ second " + "x" * 300,
        "日本        4m12s",
    ]


def test_a_table_is_cut_to_the_width_of_a_terminal() -> None:
    lines = format_table(COLUMNS, [("CollectJob", "31s", "Cannot connect")], 24).splitlines()
    assert lines[1] == "CollectJob  31s  Cannot…"[:24] or lines[1].endswith("…")
    assert all(len(line) <= 24 for line in lines)


def test_an_empty_table_has_its_titles() -> None:
    assert format_table(COLUMNS, [], None) == "Type  Took  Message\n"


@pytest.mark.parametrize("char", ["\x1b", "\x07", "\x7f", "\x9b", "\u202e", "\u200b", "\r"])
def test_no_terminal_control_is_shown(char: str) -> None:
    assert guard_output(f"a{char}b\n\tc") == "a\N{REPLACEMENT CHARACTER}b\n\tc"


def test_columns_of_a_table_stand_below_each_other_in_every_terminal() -> None:
    """In some, joiners and selectors change the width, as in `cell_len`; in others they do not."""
    rows = [("vs16⚠\ufe0f", "1s", "☁\ufe0f end"), ("👨\u200d👧", "2s", "می\u200cخواهم")]
    for width in (None, 60):
        lines = format_table(COLUMNS, rows, width).splitlines()
        heads = [line.partition("s  ")[0] for line in lines[1:]]
        measured = {measure(head) for head in heads for measure in (cell_len, cell_width)}
        assert len(measured) == 1, (width, heads)
    assert "☁\ufe0f end" in format_table(COLUMNS, rows, None), "the last column is as it is on a pipe"
    assert "☁ end" in format_table(COLUMNS, rows, 60)
