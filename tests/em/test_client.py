"""The client: lists, single sessions, events, their order, retries and cancellation."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Callable

import httpx
import pytest
from scripted_server import (
    GOOD_REPLIES,
    GUID,
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedEmServer,
    ScriptedReply,
    list_xml,
    make_reply,
    play_script,
    reply_well,
    route_of,
    scripted_server,
    session_xml,
)

from emtui.em.client import MAX_CONCURRENT_REQUESTS, Client, DownloadProgress, Timeouts
from emtui.em.errors import ConnectionFailedError
from emtui.em.model import Session, Uid, uid_from_guid
from emtui.em.proxy import ProxySettings
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust

SESSION_COUNT = 3000


DEFAULT_TIMEOUTS = Timeouts()


async def connect(server: ScriptedEmServer, timeouts: Timeouts = DEFAULT_TIMEOUTS) -> Client:
    address = Server("127.0.0.1", server.port, scheme="http")
    return await Client.connect(
        address, USER, Secret(PASSWORD), trust=Trust(), proxies=ProxySettings(), timeouts=timeouts
    )


def answer_route_with(route: str, response: ScriptedReply) -> Callable[[ReceivedRequest], ScriptedReply]:
    return lambda api_request: response if route_of(api_request) == route else reply_well(api_request)


def guid(number: int) -> str:
    return f"{number:08x}-2222-4333-8444-555555555555"


def reference(number: int) -> Session:
    return Session(uid=uid_from_guid(guid(number)), name=f"run {number}", is_complete=False)


def answer_by_id(api_request: ReceivedRequest) -> ScriptedReply:
    """Return the requested session."""
    if route_of(api_request) != "session":
        return reply_well(api_request)
    wanted = api_request.path.rpartition("/")[2].partition("?")[0]
    return make_reply("200 OK", session_xml(wanted, "SystemSession").encode())


async def test_a_list_a_session_and_its_events_are_read() -> None:
    async with scripted_server() as server, await connect(server) as client:
        (listed,) = (await client.sessions()).sessions
        assert listed.uid == uid_from_guid(GUID)
        assert (await client.session(listed.uid)).type == "CollectJob"
        (event,) = (await client.events(listed.uid)).events
        assert event.message == "Starting data collection job..."
        assert "<SessionType>CollectJob" in await client.session_xml(listed.uid)
        assert "data collection" in await client.events_xml(listed.uid)
    assert [api_request.path for api_request in server.requests[2:5]] == [
        "/api/systemSessions?format=Entity",
        f"/api/systemSessions/{GUID}?format=Entity",
        f"/api/systemSessions/{GUID}/events",
    ]


async def test_the_api_versions_are_those_in_the_root() -> None:
    versions = "".join(f'<SupportedVersion Name="{name}"/>' for name in ("v1_5", "v1_7"))
    root = f"<EnterpriseManager><SupportedVersions>{versions}</SupportedVersions></EnterpriseManager>"
    names = make_reply("200 OK", root.encode())
    async with (
        scripted_server(
            lambda api_request: names if route_of(api_request) == "root" else reply_well(api_request)
        ) as server,
        await connect(server) as client,
    ):
        assert client.api_versions == "v1_5, v1_7"


async def test_a_path_before_api_is_kept() -> None:
    async with scripted_server() as server:
        address = Server("127.0.0.1", server.port, scheme="http", prefix="/veeam")
        client = await Client.connect(address, USER, Secret(PASSWORD), trust=Trust(), proxies=ProxySettings())
        await client.close()
    assert {api_request.path.split("/")[1] for api_request in server.requests} == {"veeam"}


async def test_an_unusual_id_stays_one_path_segment() -> None:
    async with scripted_server() as server, await connect(server) as client:
        await client.session(Uid("../logonSessions?x#y"))
    assert server.requests[2].path == "/api/systemSessions/..%2FlogonSessions%3Fx%23y?format=Entity"


async def test_the_final_progress_report_has_all_bytes_and_rows() -> None:
    body = list_xml(session_xml(guid(number)) for number in range(SESSION_COUNT))
    reports: list[DownloadProgress] = []
    async with (
        scripted_server(answer_route_with("list", make_reply("200 OK", body))) as server,
        await connect(server) as client,
    ):
        listing = await client.sessions(reports.append)
    assert len(listing.sessions) == SESSION_COUNT
    assert (reports[-1].received, reports[-1].expected, reports[-1].row_count) == (
        len(body),
        len(body),
        SESSION_COUNT,
    )
    assert len(reports) < 50


async def test_a_list_in_any_order_comes_newest_first() -> None:
    early = session_xml(guid(1)).replace("2026-11-23T02:00:00.5Z", "2026-11-22T02:00:00.5Z")
    body = list_xml([early, session_xml(guid(3)), session_xml(guid(2))])
    async with (
        scripted_server(answer_route_with("list", make_reply("200 OK", body))) as server,
        await connect(server) as client,
    ):
        listed = [session.uid for session in (await client.sessions()).sessions]
    assert listed == [uid_from_guid(guid(2)), uid_from_guid(guid(3)), uid_from_guid(guid(1))]


async def test_references_are_completed_in_their_order_eight_at_a_time() -> None:
    open_now, most = 0, 0

    class CountingTransport(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal open_now, most
            open_now += 1
            most = max(most, open_now)
            await asyncio.sleep(0)
            api_request = ReceivedRequest(request.method, request.url.raw_path.decode(), {})
            response = answer_by_id(api_request)
            open_now -= 1
            head, _, _ = response.head.partition(b"\r\n\r\n")
            status = int(head.split(b" ", 2)[1])
            lines = [line.split(b": ", 1) for line in head.split(b"\r\n")[1:]]
            headers = [(name, value) for name, value in lines]
            return httpx.Response(status, headers=headers, stream=httpx.ByteStream(b"".join(response.chunks)))

    client = await Client.connect(
        Server("em01.example.net"),
        USER,
        Secret(PASSWORD),
        trust=Trust(),
        proxies=ProxySettings(),
        transport=CountingTransport(),
    )
    wanted = [reference(number) for number in range(40)]
    completed = [session async for session in client.complete_references(wanted)]
    await client.close()
    assert [session.uid for session in completed] == [session.uid for session in wanted]
    assert all(session.is_complete for session in completed)
    assert 1 < most <= MAX_CONCURRENT_REQUESTS


async def test_an_ended_session_is_never_fetched_twice() -> None:
    async with scripted_server(answer_by_id) as server, await connect(server) as client:
        wanted = [reference(number) for number in range(5)]
        for _ in range(3):
            assert len([session async for session in client.complete_references(wanted)]) == 5
        assert sum(1 for api_request in server.requests if route_of(api_request) == "session") == 5


async def test_a_row_that_cannot_be_fetched_is_returned_unchanged_with_the_reason() -> None:
    def respond(api_request: ReceivedRequest) -> ScriptedReply:
        if guid(1) in api_request.path:
            return make_reply("404 Not Found")
        if guid(2) in api_request.path:
            return make_reply("200 OK", b"<html>")
        if guid(3) in api_request.path:
            return make_reply("500 Oops")
        return answer_by_id(api_request)

    async with scripted_server(respond) as server, await connect(server) as client:
        got = [
            session async for session in client.complete_references(reference(number) for number in range(5))
        ]
    assert [session.is_complete for session in got] == [True, False, False, False, True]
    assert [bool(session.parse_problem) for session in got] == [False, True, True, True, False]
    assert got[1].name == "run 1"
    assert (got[3].parse_problem or "").startswith("the server answered 500 Internal Server Error: ")


async def test_a_failure_of_all_rows_is_raised_and_leaves_no_tasks() -> None:
    def respond(api_request: ReceivedRequest) -> ScriptedReply:
        return ScriptedReply(b"", then="close") if guid(3) in api_request.path else answer_by_id(api_request)

    async with scripted_server(respond) as server, await connect(server) as client:
        with pytest.raises(ConnectionFailedError):
            async for _ in client.complete_references(reference(number) for number in range(30)):
                pass
        assert (
            sum(1 for api_request in server.requests if route_of(api_request) == "session")
            <= 3 + MAX_CONCURRENT_REQUESTS
        )


@pytest.mark.parametrize("name", ["mute", "slow"])
async def test_a_canceled_request_leaves_no_tasks_and_the_client_still_works(name: str) -> None:
    async with scripted_server() as server, await connect(server) as client:
        server.reply_to = play_script(name)
        task = asyncio.create_task(client.sessions())
        await server.wait_for_request("list")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        server.reply_to = reply_well
        assert (await client.sessions()).sessions
    gc.collect()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_reused_connection_closed_by_the_server_is_retried() -> None:
    def close_reused(api_request: ReceivedRequest) -> ScriptedReply:
        """Close the connection without a response to its second request."""
        reads = [known for known in server.requests[1:] if known.method == "GET"]
        return ScriptedReply(b"", then="close") if len(reads) == 1 else reply_well(api_request)

    async with scripted_server() as server:
        client = await connect(server)
        server.reply_to = close_reused
        assert (await client.sessions()).sessions
        assert (server.connection_count, server.count("POST")) == (2, 1)
        server.reply_to = lambda _: ScriptedReply(b"", then="close")
        with pytest.raises(ConnectionFailedError):
            await client.sessions()
        assert server.connection_count == 3
        await client.close()


async def test_a_logon_is_never_retried_automatically() -> None:
    async with scripted_server(answer_route_with("logon", ScriptedReply(b"", then="close"))) as server:
        with pytest.raises(ConnectionFailedError):
            await connect(server)
        assert server.count("POST") == 1


async def test_closing_does_not_wait_for_an_unresponsive_server() -> None:
    async with scripted_server() as server:
        client = await connect(server, Timeouts(logoff=0.05))
        server.reply_to = answer_route_with("logoff", ScriptedReply(b"", then="hang"))
        await client.close()
        assert server.count("DELETE") == 1


async def test_closing_passes_a_cancellation_on() -> None:
    async with scripted_server() as server:
        client = await connect(server, Timeouts(logoff=0.2))
        server.reply_to = answer_route_with("logoff", ScriptedReply(b"", then="hang"))
        task = asyncio.create_task(client.close())
        await server.wait_for_request("logoff")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("times", [1, 3])
async def test_a_cancellation_does_not_cut_the_log_off_short(times: int) -> None:
    async with scripted_server() as server:
        client = await connect(server)
        task = asyncio.create_task(client.close())
        for _ in range(times):
            await asyncio.sleep(0)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert server.count("DELETE") == 1


async def test_a_list_that_promises_too_much_is_not_read_at_all() -> None:
    async with scripted_server(play_script("huge-promised")) as server, await connect(server) as client:
        tracemalloc.start()
        try:
            with pytest.raises(Exception, match="128 MiB"):
                await client.sessions()
            assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
        finally:
            tracemalloc.stop()


async def test_only_get_one_post_and_one_delete_are_sent() -> None:
    async with scripted_server(answer_by_id) as server:
        async with await connect(server) as client:
            await client.sessions()
            await client.events(uid_from_guid(GUID))
            async for _ in client.complete_references([reference(1)]):
                pass
        sent = [api_request.method for api_request in server.requests]
    assert (sent.count("POST"), sent.count("DELETE")) == (1, 1)
    assert set(sent) == {"GET", "POST", "DELETE"}
    assert GOOD_REPLIES.keys() == {"root", "logon", "list", "session", "events", "logoff"}
