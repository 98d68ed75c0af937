"""Every switch: what it changes in a response, and what it leaves unchanged."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest
from starlette.responses import StreamingResponse

from emtui.demo.asgi_app import DemoServerSettings, create_app
from emtui.demo.demo_options import parse_faults
from emtui.demo.fault_catalog import FAULT_OPTIONS
from emtui.demo.fault_injection import DemoReply, SimulatedCutOffError, build_response
from emtui.demo.value_variants import HOSTILE_TEXT
from emtui.demo.world import SimulatedWorld
from emtui.em.model import DISTANT_PAST, Session

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WORLD = SimulatedWorld(1, NOON)
TOKEN = "X-RestSvcSessionId"
LIST = "/api/systemSessions?format=Entity"
NAMESPACE = "{http://www.veeam.com/ent/v1.0}"
JSON = {"Accept": "application/json"}


def demo_client(*switches: str) -> httpx.AsyncClient:
    app = create_app(DemoServerSettings(WORLD, lambda: NOON, parse_faults(switches)))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://em01.example.net:9398")


async def log_on(client: httpx.AsyncClient, path: str = "/api/sessionMngr/?v=latest") -> httpx.Response:
    response = await client.post(path, auth=("EXAMPLE\\ops", "demo"))
    client.cookies.clear()
    client.headers[TOKEN] = response.headers.get(TOKEN, "")
    return response


async def get(path: str, *switches: str, headers: dict[str, str] | None = None) -> httpx.Response:
    """Return one response of a new server, after a logon that the switch must not affect."""
    async with demo_client(*switches) as client:
        assert (await log_on(client)).status_code == 201
        return await client.get(path, headers=headers)


def parse_body(response: httpx.Response) -> ET.Element:
    return ET.fromstring(response.content)  # noqa: S314 - our own server wrote it


def list_rows(response: httpx.Response) -> list[ET.Element]:
    return list(parse_body(response).iter(f"{NAMESPACE}Sessions"))


def newest_session(kind: str) -> Session:
    listed = (session for session in WORLD.sessions(NOON) if kind in {session.type, session.outcome})
    return max(listed, key=lambda session: session.started or DISTANT_PAST)


def row_text(row: ET.Element, *path: str) -> str | None:
    return row.findtext("/".join(NAMESPACE + name for name in path))


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("401=list", 401),
        ("403=list", 403),
        ("404", 404),
        ("404-list", 404),
        ("429", 429),
        ("500", 500),
        ("500-empty", 500),
        ("501", 501),
        ("503", 503),
        ("redirect", 302),
        ("html-502", 502),
    ],
)
async def test_a_fault_has_its_status_on_the_list_and_nowhere_else(fault: str, status: int) -> None:
    async with demo_client(fault) as client:
        await log_on(client)
        response = await client.get(LIST)
        assert response.status_code == status
        assert ('StatusCode="' in response.text) == (fault not in {"500-empty", "redirect", "html-502"})
        assert (await client.get(f"/api/systemSessions/{newest_session('failed').id}")).status_code == 200


async def test_a_fault_can_be_put_on_the_logon() -> None:
    async with demo_client("500=logon") as client:
        assert (await log_on(client)).status_code == 500


@pytest.mark.parametrize(
    ("fault", "start"),
    [
        ("html", b"<!DOCTYPE html>"),
        ("empty", b""),
        ("wrong-document", b"<BackupSessions"),
        ("deep", b"<a><a><a>"),
        ("doctype", b'<?xml version="1.0" encoding="utf-8"?><!DOCTYPE a ['),
        ("bom", b"\xef\xbb\xbf<?xml"),
        ("no-declaration", b"<SystemSessions "),
        ("comments", b'<?xml version="1.0" encoding="utf-8"?><!-- '),
        ("crlf", b'<?xml version="1.0" encoding="utf-8"?>\r\n<SystemSessions '),
        ("prefix", b'<?xml version="1.0" encoding="utf-8"?><ent:SystemSessions '),
    ],
)
async def test_the_start_of_a_body_varies_with_the_switch(fault: str, start: bytes) -> None:
    body = (await get(LIST, fault)).content
    assert body.startswith(start)
    assert bool(body) == bool(start)


async def test_half_a_document_has_a_matching_length() -> None:
    complete, half = await get(LIST), await get(LIST, "half")
    assert len(half.content) == len(complete.content) // 2
    assert complete.content.startswith(half.content)


async def test_a_cut_body_announces_more_than_is_sent() -> None:
    with pytest.raises(SimulatedCutOffError):
        await get(LIST, "cut")


async def test_gzip_is_sent_without_being_accepted() -> None:
    async with demo_client("gzip") as client:
        await log_on(client)
        async with client.stream("GET", LIST, headers={"Accept-Encoding": "identity"}) as response:
            raw = b"".join([part async for part in response.aiter_raw()])
        assert response.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(raw).endswith(b"</SystemSessions>")


async def test_a_body_without_length_and_a_slow_one_are_complete() -> None:
    complete = await get(LIST)
    unmeasured = await get(LIST, "no-length")
    assert "Content-Length" not in unmeasured.headers
    for response in (unmeasured, await get(LIST, "slow=0"), await get(LIST, "slow-body=0", "slow-start=0")):
        assert response.content == complete.content


async def test_the_query_works_with_its_switch() -> None:
    response = await get("/api/query?type=SystemSession&pageSize=10&page=2", "query", headers=JSON)
    document = response.json()
    assert len(document["Entities"]["SystemSessions"]["SystemSessions"]) == 10
    assert document["PagingInfo"]["PageNum"] == 2
    assert {link["Rel"] for link in document["PagingInfo"]["Links"]} == {"First", "Previous", "Next", "Last"}


@pytest.mark.parametrize(("fault", "path"), [("references", LIST), ("plain", "/api/systemSessions")])
async def test_references_name_every_session(fault: str, path: str) -> None:
    response = await get(path, fault)
    root = parse_body(response)
    assert root.tag == f"{NAMESPACE}EntityReferences"
    assert [row.get("UID") for row in root] == [session.uid for session in WORLD.sessions(NOON)]
    assert len((await get(path, fault, headers=JSON)).json()["Refs"]) == len(root)


async def test_results_can_use_the_documented_words() -> None:
    words = {row_text(row, "Result", "Result") for row in list_rows(await get(LIST, "result-words"))}
    assert words == {"Success", "Warning", "Failed", "None"}
    mirrored = {row_text(row, "Result", "Result") for row in list_rows(await get(LIST))}
    assert mirrored == {"CompletedSuccessfully", "CompletedWarning", "Failed", "None"}


@pytest.mark.parametrize(
    ("fault", "snippet"),
    [
        ("running-result=none", "<Result><Result>None</Result>"),
        ("running-result=null", '<Result><Result xsi:nil="true" />'),
        ("running-result=absent", "<State>InProgress</State></SystemSession>"),
        ("running-end=absent", "Z</CreationTimeUTC><State>"),
        ("running-end=nil", '<EndTimeUTC xsi:nil="true" />'),
        ("running-end=empty", "<EndTimeUTC />"),
        ("running-end=1753", "<EndTimeUTC>1753-01-01T00:00:00Z</EndTimeUTC>"),
        ("running-end=0001", "<EndTimeUTC>0001-01-01T00:00:00</EndTimeUTC>"),
    ],
)
async def test_a_running_session_varies_with_the_switch(fault: str, snippet: str) -> None:
    response = await get(f"/api/systemSessions/{newest_session('running').id}?format=Entity", fault)
    assert snippet in response.text
    assert row_text(parse_body(response), "State") == "InProgress"


@pytest.mark.parametrize(
    ("fault", "start"),
    [("new", "Href="), ("old", "Type="), ("sorted", "Href="), ("reversed", "UID=")],
)
async def test_attributes_are_in_the_selected_order(fault: str, start: str) -> None:
    response = await get(LIST, f"attribute-order={fault}")
    assert f"<Sessions {start}" in response.text


@pytest.mark.parametrize(
    ("fault", "end"),
    [("0", "02:10:25Z"), ("3", "02:10:25.854Z"), ("7", "02:10:25.8549864Z"), ("no-z", "02:10:25.854986")],
)
async def test_times_have_the_selected_decimals(fault: str, end: str) -> None:
    failed = newest_session("failed")
    response = await get(f"/api/systemSessions/{failed.id}?format=Entity", f"times={fault}")
    assert f"<CreationTimeUTC>2026-11-23T{end}</CreationTimeUTC>" in response.text


async def test_times_can_have_an_offset() -> None:
    response = await get(f"/api/systemSessions/{newest_session('failed').id}?format=Entity", "times=offset")
    assert "<CreationTimeUTC>2026-11-23T03:10:25.854986+01:00</CreationTimeUTC>" in response.text


async def test_undocumented_words_are_in_some_rows_only() -> None:
    found = list_rows(await get(LIST, "odd-enums"))
    undocumented = [
        row
        for row in found
        if row_text(row, "SessionType") == "QuantumSync" or row_text(row, "State") == "Dreaming"
    ]
    assert 0 < len(undocumented) < len(found) / 2


async def test_one_row_has_an_unreadable_time_and_one_no_uid() -> None:
    found = list_rows(await get(LIST, "odd-row"))
    assert sum(row.get("UID") is None for row in found) == 1
    assert sum("half past" in (row_text(row, "CreationTimeUTC") or "") for row in found) == 1


async def test_hostile_characters_are_written_as_references_that_parsers_reject() -> None:
    response = await get(LIST, "escape")
    assert "&#x1B;[31;1m&#x1B;]0;owned&#x7;" in response.text
    assert "\u202egnp.exe" in response.text
    assert HOSTILE_TEXT in (await get(LIST, "escape", headers=JSON)).json()["Sessions"][0]["Name"]
    events = await get(f"/api/systemSessions/{newest_session('failed').id}/events", "escape", headers=JSON)
    assert HOSTILE_TEXT in events.json()["Events"][0]["Message"]


async def test_one_message_is_a_megabyte_long() -> None:
    response = await get(f"/api/systemSessions/{newest_session('failed').id}/events", "long", headers=JSON)
    assert max(len(event["Message"]) for event in response.json()["Events"]) > 1_000_000


async def test_a_huge_list_is_two_hundred_megabytes_of_the_same_rows() -> None:
    body = (await get(LIST)).content
    response = build_response(parse_faults(["huge"]), "list", DemoReply(200, body))
    assert isinstance(response, StreamingResponse)
    parts = [part async for part in response.body_iterator]
    assert 200_000_000 <= sum(map(len, parts)) < 205_000_000
    assert "Content-Length" not in response.headers
    assert parts[-1] == b"</SystemSessions>"


async def test_a_session_can_be_listed_but_not_found_when_opened() -> None:
    failed = newest_session("failed")
    async with demo_client("aged-out") as client:
        await log_on(client)
        assert failed.uid in (await client.get(LIST)).text
        assert (await client.get(f"/api/systemSessions/{failed.id}?format=Entity")).status_code == 404
        assert (await client.get(f"/api/systemSessions/{failed.id}/events")).status_code == 404


async def test_a_token_expires_after_so_many_requests() -> None:
    async with demo_client("401-after=2") as client:
        await log_on(client)
        assert [(await client.get(LIST)).status_code for _ in range(4)] == [200, 200, 401, 401]
        await log_on(client)
        assert (await client.get(LIST)).status_code == 200


async def test_every_second_request_finds_its_token_expired() -> None:
    async with demo_client("expired") as client:
        for _ in range(3):
            await log_on(client)
            assert (await client.get(LIST)).status_code == 200
            assert (await client.get(LIST)).status_code == 401


async def test_a_logon_with_no_idle_time_expires_at_once() -> None:
    assert (await get(LIST, "idle=0")).status_code == 401


async def test_without_cookies_only_the_header_is_used() -> None:
    async with demo_client("no-cookie") as client:
        response = await log_on(client)
        assert "Set-Cookie" not in response.headers
        assert (await client.get(LIST, headers={"Cookie": f"{TOKEN}=c3RhbGU="})).status_code == 200


async def test_a_strict_server_requires_the_length_of_a_post() -> None:
    async with demo_client("strict-length") as client:
        request = client.build_request("POST", "/api/sessionMngr/")
        del request.headers["Content-Length"]
        assert (await client.send(request)).status_code == 411
        assert (await log_on(client)).status_code == 201


async def test_another_users_logon_may_come_first() -> None:
    document = (await get("/api/logonSessions", "other-logons", headers=JSON)).json()
    assert [one["UserName"] for one in document["LogonSessions"]] == ["EXAMPLE\\viewer", "EXAMPLE\\ops"]


async def test_everything_can_be_under_a_path_that_hrefs_lack() -> None:
    async with demo_client("under-path") as client:
        assert (await client.get("/api/")).status_code == 404
        response = await log_on(client, "/veeam/api/sessionMngr/?v=latest")
        assert response.headers["Location"].startswith("https://em01.example.net:9398/api/logonSessions/")
        assert (await client.get(f"/veeam{LIST}")).status_code == 200


async def test_the_wrong_port_responds_like_another_service() -> None:
    async with demo_client("web-ui") as client:
        response = await client.get("/api/")
        assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    async with demo_client("vbr") as client:
        response = await client.get("/api/")
        assert (response.status_code, response.json()["errorCode"]) == (404, "NotFound")


@pytest.mark.parametrize("place", ["http9399", "localhost", "other"])
async def test_hrefs_can_name_another_host(place: str) -> None:
    response = await get(LIST, f"hrefs={place}")
    assert {"http9399": "http://em01.example.net:9399/", "localhost": "https://localhost:9398/"}.get(
        place, "https://em99.example.net:9398/"
    ) in response.text


async def test_versions_can_be_named() -> None:
    assert "Sessions" in (await get(LIST, "v12", headers=JSON)).json()
    assert "sessions" in (await get(LIST, "v13", headers=JSON)).json()


def test_every_switch_has_a_test() -> None:
    current = Path(__file__)
    source = current.read_text("utf-8") + current.with_name("test_serve.py").read_text("utf-8")
    assert [switch.name for switch in FAULT_OPTIONS if not re.search(rf'"{switch.name}["=]', source)] == []
