"""The client: lists, single sessions, events, their order, retries and cancellation."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Callable

import httpx
import pytest
from rogue import (
    GOOD,
    GUID,
    PASSWORD,
    USER,
    Asked,
    Reply,
    Rogue,
    good,
    list_xml,
    playing,
    reply,
    rogue,
    route_of,
    session_xml,
)

from emtui.em.client import AT_ONCE, Client, Progress, Timeouts
from emtui.em.errors import Broken
from emtui.em.model import Session, Uid, uid_of
from emtui.em.proxy import Proxies
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust

MANY = 3000


PATIENT = Timeouts()


async def connect(server: Rogue, timeouts: Timeouts = PATIENT) -> Client:
    where = Server("127.0.0.1", server.port, scheme="http")
    return await Client.connect(
        where, USER, Secret(PASSWORD), trust=Trust(), proxies=Proxies(), timeouts=timeouts
    )


def instead(route: str, answer: Reply) -> Callable[[Asked], Reply]:
    return lambda asked: answer if route_of(asked) == route else good(asked)


def guid(number: int) -> str:
    return f"{number:08x}-2222-4333-8444-555555555555"


def reference(number: int) -> Session:
    return Session(uid=uid_of(guid(number)), name=f"run {number}", complete=False)


def by_id(asked: Asked) -> Reply:
    """Every single session that is asked for."""
    if route_of(asked) != "session":
        return good(asked)
    wanted = asked.path.rpartition("/")[2].partition("?")[0]
    return reply("200 OK", session_xml(wanted, "SystemSession").encode())


async def test_a_list_a_session_and_its_events_are_read() -> None:
    async with rogue() as server, await connect(server) as client:
        (listed,) = (await client.sessions()).sessions
        assert listed.uid == uid_of(GUID)
        assert (await client.session(listed.uid)).type == "CollectJob"
        (event,) = (await client.events(listed.uid)).events
        assert event.message == "Starting data collection job..."
        assert "<SessionType>CollectJob" in await client.session_xml(listed.uid)
        assert "data collection" in await client.events_xml(listed.uid)
    assert [asked.path for asked in server.asked[2:5]] == [
        "/api/systemSessions?format=Entity",
        f"/api/systemSessions/{GUID}?format=Entity",
        f"/api/systemSessions/{GUID}/events",
    ]


async def test_the_versions_of_the_api_are_those_that_the_root_names() -> None:
    versions = "".join(f'<SupportedVersion Name="{name}"/>' for name in ("v1_5", "v1_7"))
    root = f"<EnterpriseManager><SupportedVersions>{versions}</SupportedVersions></EnterpriseManager>"
    names = reply("200 OK", root.encode())
    async with (
        rogue(lambda asked: names if route_of(asked) == "root" else good(asked)) as server,
        await connect(server) as client,
    ):
        assert client.api == "v1_5, v1_7"


async def test_a_path_before_api_is_kept() -> None:
    async with rogue() as server:
        where = Server("127.0.0.1", server.port, scheme="http", prefix="/veeam")
        client = await Client.connect(where, USER, Secret(PASSWORD), trust=Trust(), proxies=Proxies())
        await client.close()
    assert {asked.path.split("/")[1] for asked in server.asked} == {"veeam"}


async def test_an_unusual_id_stays_one_path_segment() -> None:
    async with rogue() as server, await connect(server) as client:
        await client.session(Uid("../logonSessions?x#y"))
    assert server.asked[2].path == "/api/systemSessions/..%2FlogonSessions%3Fx%23y?format=Entity"


async def test_the_final_progress_report_has_all_bytes_and_rows() -> None:
    body = list_xml(session_xml(guid(number)) for number in range(MANY))
    told: list[Progress] = []
    async with rogue(instead("list", reply("200 OK", body))) as server, await connect(server) as client:
        listing = await client.sessions(told.append)
    assert len(listing.sessions) == MANY
    assert (told[-1].received, told[-1].expected, told[-1].rows) == (len(body), len(body), MANY)
    assert len(told) < 50


async def test_a_list_in_any_order_comes_newest_first() -> None:
    early = session_xml(guid(1)).replace("2026-11-23T02:00:00.5Z", "2026-11-22T02:00:00.5Z")
    body = list_xml([early, session_xml(guid(3)), session_xml(guid(2))])
    async with rogue(instead("list", reply("200 OK", body))) as server, await connect(server) as client:
        listed = [session.uid for session in (await client.sessions()).sessions]
    assert listed == [uid_of(guid(2)), uid_of(guid(3)), uid_of(guid(1))]


async def test_references_are_completed_in_their_order_eight_at_a_time() -> None:
    open_now, most = 0, 0

    class Counting(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal open_now, most
            open_now += 1
            most = max(most, open_now)
            await asyncio.sleep(0)
            asked = Asked(request.method, request.url.raw_path.decode(), {})
            answer = by_id(asked)
            open_now -= 1
            head, _, _ = answer.head.partition(b"\r\n\r\n")
            status = int(head.split(b" ", 2)[1])
            lines = [line.split(b": ", 1) for line in head.split(b"\r\n")[1:]]
            headers = [(name, value) for name, value in lines]
            return httpx.Response(status, headers=headers, stream=httpx.ByteStream(b"".join(answer.chunks)))

    client = await Client.connect(
        Server("em01.example.net"),
        USER,
        Secret(PASSWORD),
        trust=Trust(),
        proxies=Proxies(),
        transport=Counting(),
    )
    wanted = [reference(number) for number in range(40)]
    completed = [session async for session in client.complete(wanted)]
    await client.close()
    assert [session.uid for session in completed] == [session.uid for session in wanted]
    assert all(session.complete for session in completed)
    assert 1 < most <= AT_ONCE


async def test_an_ended_session_is_never_fetched_twice() -> None:
    async with rogue(by_id) as server, await connect(server) as client:
        wanted = [reference(number) for number in range(5)]
        for _ in range(3):
            assert len([session async for session in client.complete(wanted)]) == 5
        assert sum(1 for asked in server.asked if route_of(asked) == "session") == 5


async def test_a_row_that_cannot_be_fetched_is_returned_unchanged_with_the_reason() -> None:
    def answer(asked: Asked) -> Reply:
        if guid(1) in asked.path:
            return reply("404 Not Found")
        if guid(2) in asked.path:
            return reply("200 OK", b"<html>")
        if guid(3) in asked.path:
            return reply("500 Oops")
        return by_id(asked)

    async with rogue(answer) as server, await connect(server) as client:
        got = [session async for session in client.complete(reference(number) for number in range(5))]
    assert [session.complete for session in got] == [True, False, False, False, True]
    assert [bool(session.odd) for session in got] == [False, True, True, True, False]
    assert got[1].name == "run 1"
    assert (got[3].odd or "").startswith("the server answered 500 Internal Server Error: ")


async def test_a_failure_of_all_rows_is_raised_and_leaves_no_tasks() -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(b"", after="close") if guid(3) in asked.path else by_id(asked)

    async with rogue(answer) as server, await connect(server) as client:
        with pytest.raises(Broken):
            async for _ in client.complete(reference(number) for number in range(30)):
                pass
        assert sum(1 for asked in server.asked if route_of(asked) == "session") <= 3 + AT_ONCE


@pytest.mark.parametrize("name", ["mute", "slow"])
async def test_a_canceled_request_leaves_no_tasks_and_the_client_still_works(name: str) -> None:
    async with rogue() as server, await connect(server) as client:
        server.answer = playing(name)
        task = asyncio.create_task(client.sessions())
        await server.until("list")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        server.answer = good
        assert (await client.sessions()).sessions
    gc.collect()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_reused_connection_closed_by_the_server_is_retried() -> None:
    def tired(asked: Asked) -> Reply:
        """Closes, unannounced, instead of answering a second read on a connection."""
        reads = [known for known in server.asked[1:] if known.method == "GET"]
        return Reply(b"", after="close") if len(reads) == 1 else good(asked)

    async with rogue() as server:
        client = await connect(server)
        server.answer = tired
        assert (await client.sessions()).sessions
        assert (server.hello, server.count("POST")) == (2, 1)
        server.answer = lambda _: Reply(b"", after="close")
        with pytest.raises(Broken):
            await client.sessions()
        assert server.hello == 3
        await client.close()


async def test_a_logon_is_never_retried_automatically() -> None:
    async with rogue(instead("logon", Reply(b"", after="close"))) as server:
        with pytest.raises(Broken):
            await connect(server)
        assert server.count("POST") == 1


async def test_closing_does_not_wait_for_an_unresponsive_server() -> None:
    async with rogue() as server:
        client = await connect(server, Timeouts(logoff=0.05))
        server.answer = instead("logoff", Reply(b"", after="hang"))
        await client.close()
        assert server.count("DELETE") == 1


async def test_closing_passes_a_cancellation_on() -> None:
    async with rogue() as server:
        client = await connect(server, Timeouts(logoff=0.2))
        server.answer = instead("logoff", Reply(b"", after="hang"))
        task = asyncio.create_task(client.close())
        await server.until("logoff")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("times", [1, 3])
async def test_a_cancellation_does_not_cut_the_log_off_short(times: int) -> None:
    async with rogue() as server:
        client = await connect(server)
        task = asyncio.create_task(client.close())
        for _ in range(times):
            await asyncio.sleep(0)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert server.count("DELETE") == 1


async def test_a_list_that_promises_too_much_is_not_read_at_all() -> None:
    async with rogue(playing("huge-promised")) as server, await connect(server) as client:
        tracemalloc.start()
        try:
            with pytest.raises(Exception, match="128 MiB"):
                await client.sessions()
            assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
        finally:
            tracemalloc.stop()


async def test_only_get_one_post_and_one_delete_are_sent() -> None:
    async with rogue(by_id) as server:
        async with await connect(server) as client:
            await client.sessions()
            await client.events(uid_of(GUID))
            async for _ in client.complete([reference(1)]):
                pass
        sent = [asked.method for asked in server.asked]
    assert (sent.count("POST"), sent.count("DELETE")) == (1, 1)
    assert set(sent) == {"GET", "POST", "DELETE"}
    assert GOOD.keys() == {"root", "logon", "list", "session", "events", "logoff"}
