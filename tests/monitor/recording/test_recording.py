"""A recording is read back unchanged; anything else is one sentence."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapshot_factory import NOON, numbered_run

from emtui.em.model import Event, Listing, Log, Result, Session, Uid
from emtui.em.secret import Secret
from emtui.em.server_address import Server, parse_server
from emtui.em.session_parser import drop_implausible_times, sort_events, sort_newest_first
from emtui.em.text_sanitizer import clean
from emtui.monitor.recording.reader import read_recording
from emtui.monitor.recording.record_codec import MAX_TEXT_LENGTH
from emtui.monitor.recording.recording_format import (
    MAX_LINE_BYTES,
    RecordedList,
    RecordedListFailure,
    RecordedLog,
    RecordedResponse,
    RecordedSession,
    RecordedSessionFailure,
    RecordingWriter,
    TruncatedRecordingError,
    UnclosedRecordingError,
    UnreadableRecordingError,
)
from emtui.monitor.recording.redaction import SECRETS_ONLY, RecordingRedactor

KEYS = ("row", "gone", "event", "list", "failed", "session", "log", "unread", "at", "uid", "why", "took")
MIB = 1024 * 1024
HEAD = '{"recording":"emtui","version":1,"at":"2026-11-23T12:00:00+00:00"}'
AT = '"at":"2026-11-23T12:00:00+00:00"'


def write_recording(
    records: Sequence[RecordedResponse], *, is_closed: bool = True, redactor: RecordingRedactor = SECRETS_ONLY
) -> bytes:
    """Write a file with these records."""
    file = io.BytesIO()
    writer = RecordingWriter(file, NOON)
    for record in records:
        writer.write(record, redactor)
    if is_closed:
        writer.close()
    return file.getvalue()


def read_back(data: bytes) -> list[RecordedResponse]:
    return list(read_recording(io.BytesIO(data), "night.rec"))


def compress_lines(*lines: str) -> bytes:
    return gzip.compress("".join(line + "\n" for line in lines).encode())


def read_until_error(data: bytes) -> tuple[list[RecordedResponse], str]:
    """Return the records before the error, and the error."""
    records: list[RecordedResponse] = []
    try:
        records.extend(read_recording(io.BytesIO(data), "night.rec"))
    except UnreadableRecordingError as problem:
        return records, str(problem)
    return records, ""


texts = st.none() | st.text(max_size=20).map(clean).filter(bool)
PAST = datetime(2025, 12, 1, tzinfo=UTC)
moments = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2025, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 - combined with a zone
uids = st.sampled_from([numbered_run(number).uid for number in range(6)])
uids |= st.text("ab#1", min_size=1, max_size=9).map(Uid)
sessions = st.builds(
    Session,
    uids,
    name=texts,
    type=texts,
    started=moments,
    ended=moments,
    state=texts,
    result=st.builds(Result, texts, texts, is_canceled=st.booleans()),
    parse_problem=texts,
    is_complete=st.booleans(),
).map(lambda session: drop_implausible_times(session, PAST))
listings = st.builds(
    Listing,
    st.lists(sessions, max_size=6, unique_by=lambda session: session.uid).map(sort_newest_first),
    st.integers(0, 9),
)
events = st.builds(Event, st.none() | st.integers(-9, 9), moments, texts, texts)
logs = st.builds(Log, st.lists(events, max_size=5).map(sort_events), st.integers(0, 9))
sentences = st.text(min_size=1, max_size=20).map(clean)
times = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - combined with a zone
sizes = st.integers(0, 10**9)
spans = st.none() | st.integers(-(10**9), 10**9).map(lambda ms: timedelta(milliseconds=ms))
records = (
    st.builds(
        RecordedList,
        times,
        listings,
        st.integers(0, 10**9),
        st.integers(0, 10**9).map(lambda n: n / 1000),
        spans,
    )
    | st.builds(RecordedListFailure, times, sentences, st.booleans())
    | st.builds(RecordedSession, times, sessions)
    | st.builds(RecordedLog, times, uids, logs)
    | st.builds(RecordedSessionFailure, times, uids, sentences)
)


@given(st.lists(records, max_size=8))
def test_a_recording_is_read_back_unchanged(written: list[RecordedResponse]) -> None:
    assert read_back(write_recording(written)) == written


@pytest.mark.parametrize(
    ("skew", "started", "known"),
    [
        ("", "2026-11-25T12:00:00", True),
        ("", "2026-11-25T12:00:00.000001", False),
        (',"skew":864000.0', "2026-12-05T12:00:00", True),
        (',"skew":864000.0', "2026-12-05T12:00:01", False),
        (',"skew":-864000.0', "2026-11-16T12:00:00", False),
        ("", "1999-12-31T23:59:59", False),
    ],
)
def test_an_impossible_recorded_time_is_unknown_by_the_recorded_clock(
    skew: str, started: str, known: bool
) -> None:
    when = f"{started}+00:00"
    row = f'{{"uid":"a","started":"{when}","ended":"2026-11-01T00:00:00+00:00","state":"Failed"}}'
    file = compress_lines(
        HEAD,
        f'{{"row":{row}}}',
        f'{{{AT},"list":1,"took":0{skew}}}',
        f'{{{AT},"session":{row}}}',
        f'{{"event":{{"order":1,"time":"{when}"}}}}',
        f'{{{AT},"log":"a","first":0}}',
    )
    poll, request, log = read_back(file)
    assert isinstance(poll, RecordedList)
    assert isinstance(request, RecordedSession)
    assert isinstance(log, RecordedLog)
    for session in (poll.listing.sessions[0], request.session):
        assert session.started == (datetime.fromisoformat(when) if known else None)
        assert session.ended == (None if known else datetime(2026, 11, 1, tzinfo=UTC))
    assert (log.log.events[0].time is not None) == known


@given(st.lists(records, min_size=1, max_size=5), st.data())
def test_all_complete_records_of_a_truncated_file_are_read(
    written: list[RecordedResponse], data: st.DataObject
) -> None:
    recording = write_recording(written)
    length = data.draw(st.integers(1, len(recording) - 1))
    found, message = read_until_error(recording[:length])
    assert found == written[: len(found)]
    assert message.startswith("night.rec ")
    if found:
        assert message in {
            "night.rec is truncated: its last record may be missing.",
            "night.rec was not closed, but all its records are complete.",
        }


@given(st.lists(records, max_size=3), st.data())
def test_a_damaged_file_is_one_sentence(written: list[RecordedResponse], data: st.DataObject) -> None:
    recording = bytearray(write_recording(written))
    index = data.draw(st.integers(0, len(recording) - 1))
    recording[index] ^= data.draw(st.integers(1, 255))
    _, message = read_until_error(bytes(recording))
    assert message.count("\n") == 0


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_not_a_recording(garbage: bytes) -> None:
    assert read_until_error(garbage)[1] == "night.rec is not an emtui recording."
    assert read_until_error(gzip.compress(garbage))[1].startswith("night.rec is not a")


@settings(max_examples=300)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(KEYS),
                inner,
                max_size=5,
            )
        ),
        max_leaves=8,
    )
)
def test_json_that_is_not_a_record_is_one_sentence(value: object) -> None:
    found, message = read_until_error(compress_lines(HEAD, json.dumps(value)))
    assert len(found) <= 1
    assert found or message


def test_after_each_record_the_file_is_complete() -> None:
    written: list[RecordedResponse] = [
        RecordedList(NOON, Listing((numbered_run(1), numbered_run(2)))),
        RecordedListFailure(NOON + timedelta(minutes=1), "It is gone."),
    ]
    found, message = read_until_error(write_recording(written, is_closed=False))
    assert found == written
    assert "all its records are complete" in message


def test_an_unchanged_list_is_the_same_object_and_takes_a_few_bytes() -> None:
    listing = Listing(tuple(numbered_run(number) for number in range(100)))
    polls = [RecordedList(NOON + timedelta(minutes=number), listing, 100_000, 0.25) for number in range(1000)]
    data = write_recording(polls)
    first, *others = read_back(data)
    assert isinstance(first, RecordedList)
    assert all(isinstance(other, RecordedList) and other.listing is first.listing for other in others)
    assert len(data) < len(write_recording(polls[:1])) + 60 * len(others)


def test_only_differences_are_written() -> None:
    before = Listing(sort_newest_first([numbered_run(1, "InProgress"), numbered_run(2), numbered_run(3)]))
    after = Listing(sort_newest_first([numbered_run(0), numbered_run(1), numbered_run(2)]))
    lines = (
        gzip.decompress(write_recording([RecordedList(NOON, before), RecordedList(NOON, after)]))
        .decode()
        .splitlines()
    )
    kinds = [next(iter(json.loads(line))) for line in lines]
    assert kinds == ["recording", "row", "row", "row", "at", "row", "row", "gone", "at"]


def test_a_log_that_grows_is_written_once() -> None:
    lines = tuple(Event(number, NOON, f"line {number}") for number in range(50))
    data = write_recording(
        [RecordedLog(NOON, numbered_run(1).uid, Log(lines[:number])) for number in range(1, 51)]
    )
    assert gzip.decompress(data).count(b"line 7") == 1


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["{}"], "is not an emtui recording: line 1 contains an object without recording"),
        ([HEAD.replace(":1,", ":2,")], "format version 2; this emtui reads version 1"),
        ([HEAD, "nonsense"], "is damaged: line 2 contains invalid JSON"),
        ([HEAD, "[" * 100_000], "invalid JSON"),
        ([HEAD, "[]"], "no JSON object"),
        ([HEAD, '{"row":{"uid":"a","evil":1}}'], "the unknown key 'evil'"),
        ([HEAD, '{"row":{"name":"a"}}'], "an object without uid"),
        ([HEAD, '{"row":{"uid":""}}'], "an invalid uid"),
        ([HEAD, '{"row":{"uid":"a","started":"yesterday"}}'], "an invalid UTC time in started"),
        (
            [HEAD, '{"row":{"uid":"a","started":"2026-01-01T00:00:00+09:00"}}'],
            "an invalid UTC time in started",
        ),
        (
            [HEAD, f'{{"row":{{"uid":"a","name":"{"x" * (MAX_TEXT_LENGTH + 1)}"}}}}'],
            "an invalid or too long text in name",
        ),
        ([HEAD, f'{{{AT},"list":NaN,"took":0}}'], "an invalid number"),
        ([HEAD, f'{{{AT},"list":1,"took":1e300}}'], "an invalid duration in took"),
        ([HEAD, f'{{{AT},"list":{"9" * 9999},"took":0}}'], "invalid JSON"),
        ([HEAD, '{"at":"9999-12-31T23:59:59+00:00","failed":"x"}'], "an impossible time"),
        ([HEAD, f'{{{AT},"log":"a","first":3}}'], "a log that continues an unknown log"),
        ([HEAD, '{"event":{"order":1}}'], "it ends inside a record"),
        ([HEAD, "x" * (MAX_LINE_BYTES + 1)], "is too large"),
    ],
)
def test_an_invalid_recording_is_reported_in_one_sentence(lines: list[str], expected: str) -> None:
    found, message = read_until_error(compress_lines(*lines))
    assert found == []
    assert expected in message
    assert message.endswith(".")


def test_the_longest_rows_that_are_written_can_be_read() -> None:
    text = "\U0001f4a5" * (2 * MAX_TEXT_LENGTH)
    row = Session(Uid("a"), text, text, None, None, text, Result(text, text), text)
    (found,) = read_back(write_recording([RecordedList(NOON, Listing((row,)))]))
    assert isinstance(found, RecordedList)
    assert found.listing.sessions[0].name == text[:MAX_TEXT_LENGTH]


READ_SCRIPT = """
import re, sys
from emtui.monitor.recording.recording_format import UnreadableRecordingError
from emtui.monitor.recording.reader import read_recording
try:
    print(len(list(read_recording(sys.stdin.buffer, "night.rec"))))
except UnreadableRecordingError as problem:
    status = open("/proc/self/status").read()
    print(problem, int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) // 1024)
"""


@pytest.mark.parametrize(
    "bomb",
    [
        b" " * (256 * MIB),
        b'{"event":{}}\n' * 1_000_000,
        b'{"row":{"uid":"a"}}\n' * 1_000_000,
        b"[" * (9 * MIB),
    ],
    ids=["blanks", "events", "rows", "brackets"],
)
def test_a_decompression_bomb_uses_little_memory_and_is_one_sentence(bomb: bytes) -> None:
    data = gzip.compress((HEAD + "\n").encode() + bomb)
    done = subprocess.run([sys.executable, "-c", READ_SCRIPT], input=data, capture_output=True, check=True)
    *message, mebibytes = done.stdout.decode().split()
    assert " ".join(message).startswith("night.rec is too large")
    assert int(mebibytes) < 256


def test_text_of_a_recording_is_cleaned_like_that_of_a_server() -> None:
    row = json.dumps({"row": {"uid": "\x1b]0;", "name": "a\x1b[2Jb", "message": "\u202ex\r\ny\x9b"}})
    (poll,) = read_back(compress_lines(HEAD, row, f'{{{AT},"list":1,"took":0}}'))
    assert isinstance(poll, RecordedList)
    (session,) = poll.listing.sessions
    assert (session.uid, session.name, session.message) == ("␛]0;", "a␛[2Jb", "⟨U+202E⟩x\ny⟨U+009B⟩")


def test_no_secret_no_user_and_no_name_of_the_server_is_written() -> None:
    token = Secret("NDRjZmJk-token")
    hiding = RecordingRedactor.for_logon(Server("em01.example.net", 9399), "EXAMPLE\\ops")
    message = f"em01.example.net:9399 refused EXAMPLE\\ops (ops), {token.reveal()}."
    row = Session(Uid(f"a-{token.reveal()}"), "ops on EM01.example.net", result=Result(message=message))
    data = write_recording(
        [
            RecordedList(NOON, Listing((row,))),
            RecordedListFailure(NOON, message),
            RecordedSessionFailure(NOON, row.uid, message),
            RecordedSession(NOON, row),
            RecordedLog(NOON, row.uid, Log((Event(1, NOON, message),))),
        ],
        redactor=hiding,
    )
    text = gzip.decompress(data).decode().casefold()
    assert token.reveal().casefold() not in text
    assert "em01.example" not in text
    assert "example\\" not in text.replace("\\\\", "\\")
    assert "the-server refused the-user (the-user), ***." in text
    assert "ops on the-server" in text, "a bare name may be a word of the server's"


@pytest.mark.parametrize("typed", ["münchen.example.net", "fe80::1%eth0"])
def test_no_spelling_of_the_servers_name_is_written(typed: str) -> None:
    server = parse_server(typed)
    hiding = RecordingRedactor.for_logon(server, "ops")
    texts = (server.url, server.request_url, server.key, server.authority, server.name, server.host)
    redacted = hiding.redact_sentence("; ".join(f"to {text}/api/ it is" for text in texts))
    assert "the-server" in redacted
    assert not [word for word in ("nchen", "xn--", "fe80") if word in redacted]


def test_a_name_inside_a_longer_one_is_not_redacted() -> None:
    hiding = RecordingRedactor.for_logon(Server("em1.example.net"), "o@example.net")
    assert hiding.redact_text("dem1.example.net em1.example.net.au em1.example.net.") == (
        "dem1.example.net em1.example.net.au the-server."
    )


NIGHT_RECORDS = (
    RecordedList(NOON, Listing((numbered_run(1), numbered_run(2)))),
    RecordedLog(NOON, numbered_run(1).uid, Log((Event(1, NOON, "Starting"),))),
)


@pytest.mark.parametrize("missing", range(1, 11))
def test_a_file_that_was_not_closed_is_complete_without_its_last_bytes(missing: int) -> None:
    recording = write_recording(NIGHT_RECORDS)
    with pytest.raises(UnclosedRecordingError, match="all its records are complete"):
        read_back(recording[:-missing])


@pytest.mark.parametrize("missing", [11, 12, 14, 15, 40])
def test_a_file_whose_last_record_is_cut_is_truncated(missing: int) -> None:
    with pytest.raises(TruncatedRecordingError) as caught:
        read_back(write_recording(NIGHT_RECORDS)[:-missing])
    assert not isinstance(caught.value, UnclosedRecordingError)


def test_a_file_with_a_wrong_trailer_is_incomplete() -> None:
    with pytest.raises(TruncatedRecordingError) as caught:
        read_back(write_recording(NIGHT_RECORDS, is_closed=False) + b"\x03\x00\x00")
    assert not isinstance(caught.value, UnclosedRecordingError)
