"""Responses are recorded in order, and a failed recording does not stop the monitoring."""

from __future__ import annotations

import io
import os
from datetime import datetime, timedelta

import pytest
from scripted_server import (
    GUID,
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedReply,
    make_reply,
    play_script,
    reply_well,
    route_of,
    scripted_server,
)
from snapshot_factory import NOON

from emtui.em.client import Client
from emtui.em.errors import EmError
from emtui.em.model import uid_from_guid
from emtui.em.proxy import ProxySettings
from emtui.em.secret import Secret
from emtui.em.server_address import Trust, parse_server
from emtui.monitor.recording import recording_format
from emtui.monitor.recording.reader import read_recording
from emtui.monitor.recording.recorder import Recorder
from emtui.monitor.recording.recording_format import (
    RecordedList,
    RecordedListFailure,
    RecordedLog,
    RecordedResponse,
    RecordedSessionFailure,
    RecordingWriter,
)


def now() -> datetime:
    return NOON


class FullDisk(io.BytesIO):
    """Accepts a number of writes, then fails."""

    def __init__(self, writes: int) -> None:
        super().__init__()
        self.left = writes

    def write(self, data: object) -> int:
        if self.left == 0:
            raise OSError(28, os.strerror(28))
        self.left -= 1
        return super().write(data)  # type: ignore[arg-type]


async def connected(authority: str) -> Client:
    server = parse_server(f"http://{authority}", allow_http=True)
    return await Client.connect(server, USER, Secret(PASSWORD), trust=Trust(), proxies=ProxySettings())


def record_kinds(file: io.BytesIO) -> list[type[RecordedResponse]]:
    return [type(record) for record in read_recording(io.BytesIO(file.getvalue()), "night.rec")]


async def test_all_responses_are_recorded_in_order() -> None:
    file = io.BytesIO()
    recorder = Recorder(RecordingWriter(file, NOON), now)
    async with scripted_server() as played:
        client = recorder.wrap_client(await connected(played.authority))
        uid = uid_from_guid(GUID)
        await client.sessions()
        await client.session(uid)
        await client.events(uid)
        played.reply_to = play_script("events-404")
        with pytest.raises(EmError):
            await client.events(uid)
        played.reply_to = play_script("server-error")
        with pytest.raises(EmError):
            await client.sessions()
        await client.close()
    assert recorder.close() == ""
    assert record_kinds(file) == [
        RecordedList,
        recording_format.RecordedSession,
        RecordedLog,
        RecordedSessionFailure,
        RecordedListFailure,
    ]
    failure = list(read_recording(io.BytesIO(file.getvalue()), "night.rec"))[-1]
    assert isinstance(failure, RecordedListFailure)
    assert failure.reason.startswith("the-server/api/systemSessions?format=Entity answered 500 Object")
    assert str(played.port) not in failure.reason


async def test_a_full_disk_is_reported_once_and_polling_continues() -> None:
    problems: list[str] = []
    recorder = Recorder(RecordingWriter(FullDisk(2), NOON), now)
    recorder.on_problem = problems.append
    async with scripted_server() as played:
        client = recorder.wrap_client(await connected(played.authority))
        for _ in range(4):
            assert len((await client.sessions()).sessions) == 1
            await recorder.wait_written()
        await client.close()
    assert problems == ["Recording stopped: cannot write the file: No space left on device."]
    assert recorder.close() == problems[0]


async def test_a_recording_too_large_to_be_read_is_not_written() -> None:
    problems: list[str] = []
    recorder = Recorder(RecordingWriter(io.BytesIO(), NOON, max_bytes=1000), now)
    recorder.on_problem = problems.append
    for minute in range(9):
        recorder.add_record(RecordedListFailure(NOON + timedelta(minutes=minute), "away"))
    await recorder.wait_written()
    assert len(problems) == 1
    assert "maximum size is reached" in problems[0]


async def test_another_server_ends_the_recording() -> None:
    file = io.BytesIO()
    recorder = Recorder(RecordingWriter(file, NOON), now)
    async with scripted_server() as one, scripted_server() as other:
        first, second = await connected(one.authority), await connected(other.authority)
        client = recorder.wrap_client(first)
        await client.sessions()
        await recorder.wait_written()
        assert recorder.wrap_client(second) is second
        await client.sessions()
        await client.close()
        await second.close()
    assert recorder.close() == "Recording stopped: a recording covers only one server."
    assert record_kinds(file) == [RecordedList]


async def test_references_are_completed_and_recorded_once() -> None:
    reference = f'<Ref UID="urn:veeam:SystemSession:{GUID}" Name="Job" Type="SystemSessionReference"/>'
    references = f'<EntityReferences xmlns="http://www.veeam.com/ent/v1.0">{reference}</EntityReferences>'

    def respond(request: ReceivedRequest) -> ScriptedReply:
        return (
            make_reply("200 OK", references.encode()) if route_of(request) == "list" else reply_well(request)
        )

    file = io.BytesIO()
    recorder = Recorder(RecordingWriter(file, NOON), now)
    async with scripted_server(respond) as played:
        client = recorder.wrap_client(await connected(played.authority))
        for _ in range(3):
            listing = await client.sessions()
            assert not listing.sessions[0].is_complete
            assert [
                session.is_complete async for session in client.complete_references(listing.sessions)
            ] == [True]
        await client.close()
    recorder.close()
    assert record_kinds(file) == [RecordedList, recording_format.RecordedSession, RecordedList, RecordedList]


async def test_thousands_at_once_are_written_in_their_order() -> None:
    file = io.BytesIO()
    recorder = Recorder(RecordingWriter(file, NOON), now)
    written = [RecordedListFailure(NOON, f"away {number}") for number in range(5000)]
    for failure in written:
        recorder.add_record(failure)
    await recorder.wait_written()
    assert recorder.close() == ""
    assert list(read_recording(io.BytesIO(file.getvalue()), "night.rec")) == written
