"""The simulated server, called in process: logon, tokens, roles, methods, documents."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from emtui.demo.asgi_app import DemoServerSettings, create_app
from emtui.demo.demo_options import parse_faults
from emtui.demo.world import SimulatedWorld
from emtui.em.model import DISTANT_PAST, Outcome

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WORLD = SimulatedWorld(1, NOON)
BASE = "https://em01.example.net:9398"
JSON = {"Accept": "text/plain, application/json"}
TOKEN = "X-RestSvcSessionId"
CREDENTIALS = ("EXAMPLE\\ops", "demo")
LIST = "/api/systemSessions?format=Entity"


class ManualClock:
    """A clock advanced by the test."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def demo_client(*switches: str, monotonic: Callable[[], float] | None = None) -> httpx.AsyncClient:
    settings = DemoServerSettings(
        WORLD, lambda: NOON, parse_faults(switches), monotonic=monotonic or ManualClock()
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(settings)), base_url=BASE)


async def log_on(
    client: httpx.AsyncClient, credentials: tuple[str, str] = CREDENTIALS, *, json: bool = False
) -> httpx.Response:
    """Log on and send the token with later requests; cookies are discarded."""
    response = await client.post("/api/sessionMngr/?v=latest", auth=credentials, headers=JSON if json else {})
    client.cookies.clear()
    if response.status_code == 201:
        client.headers[TOKEN] = response.headers[TOKEN]
    return response


@pytest.mark.parametrize("switch", ["", "500", "500-empty", "html", "redirect", "slow=0", "no-length", "vbr"])
async def test_every_answer_has_the_date_of_the_demos_clock(switch: str) -> None:
    async with demo_client(*([switch] if switch else [])) as client:
        responses = [
            await client.get("/api/"),
            await client.get("/nowhere"),
            await client.get(LIST),
            await client.put(LIST),
            await client.post("/api/sessionMngr/", auth=("EXAMPLE\\ops", "wrong")),
            await log_on(client),
            await client.get(LIST),
            await client.get("/api/systemSessions/none"),
        ]
    dates = [response.headers.get_list("Date") for response in responses]
    assert dates == [["Mon, 23 Nov 2026 12:00:00 GMT"]] * len(responses)


async def test_the_root_needs_no_logon_and_lists_three_versions() -> None:
    async with demo_client() as client:
        for path in ("/api", "/api/", "/API/"):
            response = await client.get(path)
            assert response.status_code == 200
            assert response.headers["Content-Type"] == "application/xml"
            assert response.text.count("<SupportedVersion ") == 3
        document = (await client.get("/api/", headers=JSON)).json()
        assert document["Href"] is None
        assert [one["Name"] for one in document["SupportedVersions"]["SupportedVersions"]] == [
            "v1_5",
            "v1_6",
            "v1_7",
        ]


@pytest.mark.parametrize(
    "path", ["/api/sessionMngr/?v=latest", "/api/sessionMngr", "/api/sessionMngr/?v=v1_7"]
)
@pytest.mark.parametrize("user", ["EXAMPLE\\ops", "ops@example.net", "ops", "example\\OPS"])
async def test_a_logon_gives_token_cookie_and_location(path: str, user: str) -> None:
    async with demo_client() as client:
        response = await client.post(path, auth=(user, "demo"), headers=JSON)
        document = response.json()
        token = base64.b64encode(document["SessionId"].encode()).decode()
        assert response.status_code == 201
        assert response.headers[TOKEN] == token
        assert response.headers["Set-Cookie"] == f"{TOKEN}={token}; Path=/api;"
        assert response.headers["Location"] == f"{BASE}/api/logonSessions/{document['SessionId']}"
        assert response.headers["Server"] == "Microsoft-HTTPAPI/2.0"
        assert document["UserName"] == "EXAMPLE\\ops"


async def test_the_directory_links_to_system_sessions_twice_with_the_wrong_types() -> None:
    async with demo_client() as client:
        links = (await log_on(client, json=True)).json()["Links"]
        found = [(link["Href"], link["Type"]) for link in links if "systemSessions" in link["Href"]]
        assert found == [
            (f"{BASE}/api/systemSessions", "BackupJobSessionReferenceList"),
            (f"{BASE}/api/systemSessions?format=Entity", "BackupJobSessionList"),
        ]
        assert links[0]["Type"] == "EnterpriseManager"
        assert links[-1]["Rel"] == "Delete"


@pytest.mark.parametrize("header", ["", "Basic", "Basic ???", "Bearer b3BzOmRlbW8=", "Basic b3BzOndyb25n"])
async def test_wrong_or_missing_credentials_are_rejected_with_a_challenge(header: str) -> None:
    async with demo_client() as client:
        response = await client.post("/api/sessionMngr/", headers={"Authorization": header} if header else {})
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Basic Realm=RestSvc"
        assert 'Message="The user name or password is incorrect"' in response.text


async def test_an_error_in_json_has_all_keys_in_the_order_of_the_alphabet() -> None:
    async with demo_client() as client:
        document = (await client.get(LIST, headers=JSON)).json()
        keys = ["FirstChanceExceptionMessage", "Message", "StackTrace", "Status", "StatusCode"]
        assert list(document) == keys
        assert document["StatusCode"] == 401
        assert document["Status"] is None


async def test_the_cookie_takes_precedence_over_the_header() -> None:
    async with demo_client() as client:
        await log_on(client)
        stale = {"Cookie": f"{TOKEN}=c3RhbGU="}
        assert (await client.get(LIST)).status_code == 200
        assert (await client.get(LIST, headers=stale)).status_code == 401
        own = {"Cookie": f"{TOKEN}={client.headers[TOKEN]}", TOKEN: "c3RhbGU="}
        assert (await client.get(LIST, headers=own)).status_code == 200


async def test_a_logon_ends_after_fifteen_minutes_without_a_request() -> None:
    watch = ManualClock()
    async with demo_client(monotonic=watch) as client:
        await log_on(client)
        for _ in range(3):
            watch.seconds += 899
            assert (await client.get(LIST)).status_code == 200
        watch.seconds += 900
        assert (await client.get(LIST)).status_code == 401


async def test_logons_are_listed_own_one_first_read_and_ended() -> None:
    async with demo_client() as client:
        await log_on(client)
        own = (await log_on(client, json=True)).json()["SessionId"]
        listed = (await client.get("/api/logonSessions", headers=JSON)).json()["LogonSessions"]
        assert len(listed) == 2
        assert listed[0]["SessionId"] == own
        one = await client.get(f"/api/logonSessions/{own}", headers=JSON)
        assert one.json()["UserName"] == "EXAMPLE\\ops"
        ended = await client.delete(f"/api/logonSessions/{own}")
        assert (ended.status_code, ended.content) == (204, b"")
        assert (await client.get(LIST)).status_code == 401


async def test_a_portal_user_may_log_on_but_not_see_system_sessions() -> None:
    async with demo_client() as client:
        assert (await log_on(client, ("EXAMPLE\\viewer", "demo"))).status_code == 201
        response = await client.get(LIST)
        assert response.status_code == 403
        assert "Access denied" in response.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/api/systemSessions", 405),
        ("HEAD", "/api/systemSessions", 405),
        ("POST", "/api/", 405),
        ("GET", "/api/sessionMngr/", 405),
        ("GET", "/api/nonsense", 404),
        ("GET", "/", 404),
        ("GET", "/apis", 404),
        ("GET", "/api/systemSessions/0f0e0d0c-0b0a-4908-8706-050403020100", 404),
        ("GET", "/api/systemSessions/nonsense/events", 404),
        ("GET", "/api/logonSessions/nonsense", 404),
        ("GET", "/api/backupServers", 501),
        ("GET", "/api/backupSessions/0f0e0d0c-0b0a-4908-8706-050403020100", 501),
        ("GET", "/api/reports/summary", 501),
        ("GET", "/api/query?type=SystemSession", 400),
    ],
)
async def test_unsupported_requests_have_the_right_error_status(method: str, path: str, status: int) -> None:
    async with demo_client() as client:
        await log_on(client)
        response = await client.request(method, path)
        assert response.status_code == status
        assert method == "HEAD" or f'StatusCode="{status}"' in response.text


async def test_a_session_is_a_reference_unless_the_entity_is_requested() -> None:
    session = WORLD.sessions(NOON)[0]
    async with demo_client() as client:
        await log_on(client)
        plain = await client.get(f"/api/systemSessions/{session.id}", headers=JSON)
        assert plain.json()["Type"] == "SystemSessionReference"
        assert list(plain.json()) == ["Links", "UID", "Name", "Href", "Type"]
        for query in ("?format=Entity", "?FORMAT=entity"):
            entity = await client.get(f"/api/systemSessions/{session.id.upper()}{query}", headers=JSON)
            assert entity.json()["UID"] == session.uid
            assert entity.json()["State"] == session.state


async def test_the_list_is_of_entities_plain_and_as_entity() -> None:
    async with demo_client() as client:
        await log_on(client)
        plain = await client.get("/api/systemSessions", headers=JSON)
        assert plain.json() == (await client.get(LIST, headers=JSON)).json()
        assert [row["UID"] for row in plain.json()["Sessions"]] == [one.uid for one in WORLD.sessions(NOON)]


async def test_events_come_in_the_documented_shape() -> None:
    failed = max(
        (one for one in WORLD.sessions(NOON) if one.outcome is Outcome.FAILED),
        key=lambda one: one.started or DISTANT_PAST,
    )
    async with demo_client() as client:
        await log_on(client)
        document = (await client.get(f"/api/systemSessions/{failed.id}/events", headers=JSON)).json()
        assert list(document) == ["Events", "Links", "Href", "Type"]
        assert list(document["Events"][0]) == ["CreationTimeUTC", "Message", "Order"]
        assert [event["Order"] for event in document["Events"]] == list(range(1, len(document["Events"]) + 1))
        assert not any(event["CreationTimeUTC"].endswith("Z") for event in document["Events"])


async def test_version_13_writes_the_same_values_under_camel_case_names() -> None:
    def lowered(found: object) -> object:
        if isinstance(found, dict):
            return {str(key).casefold(): lowered(value) for key, value in found.items()}
        return (
            [lowered(one) for one in found]
            if isinstance(found, Sequence) and not isinstance(found, str)
            else found
        )

    async with demo_client() as twelve, demo_client("v13") as thirteen:
        await log_on(twelve)
        await log_on(thirteen)
        pascal = (await twelve.get(LIST, headers=JSON)).json()
        response = await thirteen.get(LIST, headers=JSON)
        camel = response.json()
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"
        assert "Server" not in response.headers
        assert lowered(pascal) == lowered(camel)
        assert {"sessionType", "creationTimeUTC", "uid", "links"} <= set(camel["sessions"][0])


async def test_hrefs_use_the_configured_address() -> None:
    async with demo_client() as client:
        response = await client.get("/api/", headers={"Host": "10.0.0.5:9398"})
        assert "https://10.0.0.5:9398/api/logonSessions" in response.text
    async with demo_client("hrefs=http9399") as client:
        assert "http://em01.example.net:9399/api/logonSessions" in (await client.get("/api/")).text
    settings = DemoServerSettings(WORLD, lambda: NOON, public_url="https://em05.example.net/")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=create_app(settings)), base_url=BASE
    ) as client:
        assert "https://em05.example.net/api/logonSessions" in (await client.get("/api/")).text


async def test_a_list_grows_as_the_clock_moves() -> None:
    now = NOON
    settings = DemoServerSettings(WORLD, lambda: now)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=create_app(settings)), base_url=BASE
    ) as client:
        await log_on(client)
        before = (await client.get(LIST, headers=JSON)).json()["Sessions"]
        now += timedelta(minutes=30)
        after = (await client.get(LIST, headers=JSON)).json()["Sessions"]
        assert {row["UID"] for row in after} - {row["UID"] for row in before}
