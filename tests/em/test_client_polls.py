"""Successive lists: unchanged ones are not parsed again, and their statistics are recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from connected_client import connected_client
from scripted_server import (
    GOOD_REPLIES,
    ReceivedRequest,
    ScriptedReply,
    list_xml,
    make_reply,
    route_of,
    session_xml,
)

from emtui.em import xml_codec
from emtui.em.client import Client, ResponseStats
from emtui.em.errors import (
    SessionGoneError,
    SessionNotFoundError,
    TruncatedResponseError,
    UnexpectedStatusError,
)
from emtui.em.model import uid_from_guid

ROWS = [session_xml(f"{number:08x}-2222-4333-8444-555555555555") for number in range(20)]
FULL_LIST = list_xml(ROWS)
NO_SESSION = (
    b'<Error xmlns="http://www.veeam.com/ent/v1.0" Message="There is no such resource" StatusCode="404"/>'
)
ONLY_UID = uid_from_guid("11111111-2222-4333-8444-555555555555")


class ListServer:
    """Responds to a list request with `reply`."""

    def __init__(self) -> None:
        self.reply = make_reply("200 OK", FULL_LIST)
        self.missing_routes: set[str] = set()

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        if route_of(request) in self.missing_routes:
            return make_reply("404 Not Found", NO_SESSION, "Content-Type: application/xml\r\n")
        return self.reply if route_of(request) == "list" else GOOD_REPLIES[route_of(request)]


async def next_stats(client: Client) -> ResponseStats:
    """Return the statistics of the next list."""
    await client.sessions()
    assert client.response_stats
    return client.response_stats


async def test_the_same_bytes_are_the_same_list_without_parsing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected_client(tmp_path, ListServer()) as client:
        first = await client.sessions()
        fed: list[bytes] = []
        monkeypatch.setattr(xml_codec.ListReader, "feed", lambda _, piece: fed.append(piece))
        assert await client.sessions() is first
        assert fed == []


async def test_other_bytes_with_the_same_content_are_the_same_list(tmp_path: Path) -> None:
    list_server = ListServer()
    async with connected_client(tmp_path, list_server) as client:
        first = await client.sessions()
        list_server.reply = make_reply("200 OK", list_xml(reversed(ROWS)))
        assert await client.sessions() is first


async def test_a_changed_list_is_a_new_object_and_an_incomplete_one_is_an_error(tmp_path: Path) -> None:
    list_server = ListServer()
    async with connected_client(tmp_path, list_server) as client:
        first = await client.sessions()
        list_server.reply = make_reply("200 OK", list_xml(ROWS[1:]))
        second = await client.sessions()
        assert len(second.sessions) == len(first.sessions) - 1
        assert {id(session) for session in second.sessions} < {id(session) for session in first.sessions}
        list_server.reply = make_reply("200 OK", FULL_LIST[:-40])
        with pytest.raises(TruncatedResponseError):
            await client.sessions()
        list_server.reply = make_reply("200 OK", list_xml(ROWS[1:]))
        assert await client.sessions() is second


async def test_a_run_of_an_earlier_list_is_reported_as_gone(tmp_path: Path) -> None:
    list_server = ListServer()
    listed, never_listed = (uid_from_guid(f"{number:08x}-2222-4333-8444-555555555555") for number in (3, 99))
    async with connected_client(tmp_path, list_server) as client:
        await client.sessions()
        list_server.reply = make_reply("200 OK", list_xml(ROWS[10:]))
        await client.sessions()
        list_server.missing_routes = {"session", "events"}
        with pytest.raises(
            SessionGoneError, match=r"no longer lists session 00000003-.* or is temporarily missing"
        ):
            await client.session(listed)
        with pytest.raises(SessionGoneError, match="no longer has the events of session 00000003-"):
            await client.events(listed)
        with pytest.raises(SessionNotFoundError, match=r"has no session 00000063-.*: the ID is wrong"):
            await client.session(never_listed)


async def test_the_receipt_has_size_time_and_the_servers_clock(tmp_path: Path) -> None:
    lists = ListServer()
    async with connected_client(tmp_path, lists) as client:
        first = await next_stats(client)
        assert (first.size, first.skew) == (len(FULL_LIST), None)
        assert first.seconds > 0
        ahead = datetime.now(UTC) + timedelta(hours=1)
        date = f"Content-Type: application/xml\r\nDate: {ahead:%a, %d %b %Y %H:%M:%S} GMT\r\n"
        lists.reply = make_reply("200 OK", FULL_LIST, date)
        skew = (await next_stats(client)).skew
        assert skew
        assert abs(skew - timedelta(hours=1)) < timedelta(seconds=30)
        lists.reply = make_reply("200 OK", FULL_LIST, "Date: the day before yesterday\r\n")
        assert (await next_stats(client)).skew is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("99999999999", 3600),
        ("-5", None),
        ("soon", None),
        ("٣", None),
        ("Fri, 20 Nov 2026 18:02:00 GMT", 120),
        ("Fri, 20 Nov 2026 17:00:00 GMT", 0),
        ("Fri, 20 Nov 9999 17:00:00 GMT", 3600),
    ],
)
async def test_retry_after_is_understood_in_both_forms(
    tmp_path: Path, header: str, seconds: float | None
) -> None:
    lists = ListServer()
    lists.reply = make_reply(
        "503 Service Unavailable", b"", f"Date: Fri, 20 Nov 2026 18:00:00 GMT\r\nRetry-After: {header}\r\n"
    )
    async with connected_client(tmp_path, lists) as client:
        with pytest.raises(UnexpectedStatusError) as caught:
            await client.sessions()
        assert caught.value.retry_after == (None if seconds is None else pytest.approx(seconds, abs=2))


async def test_the_times_of_logons_are_recorded(tmp_path: Path) -> None:
    async with connected_client(tmp_path, ListServer()) as client:
        assert len(client.logon_times) == 1


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        ("", 0),
        ("Date: half past nine\r\n", 0),
        ("Date: Thu, 01 Jan 1970 00:00:07 GMT\r\n", 0),
        ("Date: Mon, 01 Jan 0001 00:00:00 GMT\r\n", 0),
        ("Date: Fri, 31 Dec 9999 23:59:59 GMT\r\n", 0),
        ("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", 600),
        ("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", -1500),
        ("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", 3 * 86_400),
        ("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", 2),
    ],
)
async def test_now_is_the_servers_clock_by_its_last_response(tmp_path: Path, date: str, ahead: int) -> None:
    lists = ListServer()
    shown = datetime.now(UTC) + timedelta(seconds=ahead)
    lists.reply = make_reply("200 OK", FULL_LIST, "Content-Type: application/xml\r\n" + date.format(shown))
    async with connected_client(tmp_path, lists) as client:
        assert client.skew is None, "the response to the logon has no Date"
        await client.sessions()
        apart = client.now() - datetime.now(UTC) - timedelta(seconds=ahead if abs(ahead) >= 3 else 0)
        assert abs(apart) < (timedelta(seconds=30) if abs(ahead) >= 3 else timedelta(milliseconds=100))
        session = await client.session(ONLY_UID)
        assert session.ended
        assert client.skew is None, "the response for a session has none, either"


@pytest.mark.parametrize("status", ["502 Bad Gateway", "200 OK"])
async def test_an_error_does_not_set_the_clock(tmp_path: Path, status: str) -> None:
    """By its status line, and by its document."""
    lists = ListServer()
    ahead = datetime.now(UTC) + timedelta(hours=1)
    date = f"Date: {ahead:%a, %d %b %Y %H:%M:%S} GMT\r\n"
    async with connected_client(tmp_path, lists) as client:
        lists.reply = make_reply("200 OK", FULL_LIST, date)
        await client.sessions()
        skew = client.skew
        assert skew
        error = b'<Error Message="It is closed" StatusCode="502"/>'
        lists.reply = make_reply(status, error, "Date: Mon, 23 Nov 2020 02:00:00 GMT\r\n")
        with pytest.raises(UnexpectedStatusError):
            await client.sessions()
        assert client.skew == skew
