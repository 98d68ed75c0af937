"""What a client says is written down in order, and nothing that goes wrong with that stops anything."""

from __future__ import annotations

import io
import os
from datetime import datetime, timedelta

import pytest
from looks import NOON
from rogue import GUID, PASSWORD, USER, Asked, Reply, good, playing, reply, rogue, route_of

from emtui.em.client import Client
from emtui.em.errors import EmError
from emtui.em.model import uid_of
from emtui.em.proxy import Proxies
from emtui.em.secret import Secret
from emtui.em.server_address import Trust, parse_server
from emtui.monitor.recording import recording_format
from emtui.monitor.recording.reader import read
from emtui.monitor.recording.recorder import Recorder
from emtui.monitor.recording.recording_format import Failure, Look, Read, Record, Unread, Writer


def now() -> datetime:
    return NOON


class FullDisk(io.BytesIO):
    """Takes so many writes, then none."""

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
    return await Client.connect(server, USER, Secret(PASSWORD), trust=Trust(), proxies=Proxies())


def kinds(file: io.BytesIO) -> list[type[Record]]:
    return [type(record) for record in read(io.BytesIO(file.getvalue()), "night.rec")]


async def test_all_responses_are_recorded_in_order() -> None:
    file = io.BytesIO()
    recorder = Recorder(Writer(file, NOON), now)
    async with rogue() as played:
        client = recorder.listen(await connected(played.authority))
        uid = uid_of(GUID)
        await client.sessions()
        await client.session(uid)
        await client.events(uid)
        played.answer = playing("events-404")
        with pytest.raises(EmError):
            await client.events(uid)
        played.answer = playing("server-error")
        with pytest.raises(EmError):
            await client.sessions()
        await client.close()
    assert recorder.close() == ""
    assert kinds(file) == [Look, recording_format.Asked, Read, Unread, Failure]
    failure = list(read(io.BytesIO(file.getvalue()), "night.rec"))[-1]
    assert isinstance(failure, Failure)
    assert failure.why.startswith("the-server/api/systemSessions?format=Entity answered 500 Object")
    assert str(played.port) not in failure.why


async def test_a_full_disk_is_reported_once_and_stops_nothing() -> None:
    told: list[str] = []
    recorder = Recorder(Writer(FullDisk(2), NOON), now)
    recorder.tell = told.append
    async with rogue() as played:
        client = recorder.listen(await connected(played.authority))
        for _ in range(4):
            assert len((await client.sessions()).sessions) == 1
            await recorder.settle()
        await client.close()
    assert told == ["Recording stopped: cannot write the file: No space left on device."]
    assert recorder.close() == told[0]


async def test_a_recording_too_large_to_be_read_is_not_written() -> None:
    told: list[str] = []
    recorder = Recorder(Writer(io.BytesIO(), NOON, most=1000), now)
    recorder.tell = told.append
    for minute in range(9):
        recorder.note(Failure(NOON + timedelta(minutes=minute), "away"))
    await recorder.settle()
    assert len(told) == 1
    assert "maximum size is reached" in told[0]


async def test_another_server_ends_the_recording() -> None:
    file = io.BytesIO()
    recorder = Recorder(Writer(file, NOON), now)
    async with rogue() as one, rogue() as other:
        first, second = await connected(one.authority), await connected(other.authority)
        client = recorder.listen(first)
        await client.sessions()
        await recorder.settle()
        assert recorder.listen(second) is second
        await client.sessions()
        await client.close()
        await second.close()
    assert recorder.close() == "Recording stopped: a recording covers only one server."
    assert kinds(file) == [Look]


async def test_runs_that_a_list_only_names_are_noted_once() -> None:
    reference = f'<Ref UID="urn:veeam:SystemSession:{GUID}" Name="Job" Type="SystemSessionReference"/>'
    references = f'<EntityReferences xmlns="http://www.veeam.com/ent/v1.0">{reference}</EntityReferences>'

    def answer(asked: Asked) -> Reply:
        return reply("200 OK", references.encode()) if route_of(asked) == "list" else good(asked)

    file = io.BytesIO()
    recorder = Recorder(Writer(file, NOON), now)
    async with rogue(answer) as played:
        client = recorder.listen(await connected(played.authority))
        for _ in range(3):
            listing = await client.sessions()
            assert not listing.sessions[0].complete
            assert [session.complete async for session in client.complete(listing.sessions)] == [True]
        await client.close()
    recorder.close()
    assert kinds(file) == [Look, recording_format.Asked, Look, Look]


async def test_thousands_at_once_are_written_in_their_order() -> None:
    file = io.BytesIO()
    recorder = Recorder(Writer(file, NOON), now)
    written = [Failure(NOON, f"away {number}") for number in range(5000)]
    for failure in written:
        recorder.note(failure)
    await recorder.settle()
    assert recorder.close() == ""
    assert list(read(io.BytesIO(file.getvalue()), "night.rec")) == written
