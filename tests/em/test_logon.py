"""The shared logon: what is sent, when it is renewed, and when it is not."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass, field

import pytest
from scripted_server import (
    GOOD_REPLIES,
    GUID,
    LOGON_ID,
    PASSWORD,
    SCRIPTS,
    TOKEN,
    ReceivedRequest,
    ScriptedEmServer,
    ScriptedReply,
    make_reply,
    reply_well,
    route_of,
    scripted_server,
)

from emtui.em.client import Client
from emtui.em.errors import InvalidSettingError, LogonRefusedError
from emtui.em.model import uid_from_guid
from emtui.em.proxy import ProxySettings
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust
from emtui.em.status_errors import user_name_hint

USERS = ("EXAMPLE\\ops", "ops@example.net", "ops", ".\\ops", "EXAMPLE\\опс")


async def connect(server: ScriptedEmServer, user: str = "EXAMPLE\\ops") -> Client:
    address = Server("127.0.0.1", server.port, scheme="http")
    return await Client.connect(address, user, Secret(PASSWORD), trust=Trust(), proxies=ProxySettings())


@dataclass
class ExpiringLogonServer:
    """Issues tokens; only the newest is valid, until `is_expired`."""

    logons: int = 0
    is_expired: bool = False
    refuses_logon: bool = False
    waiting_count: int = 0
    tokens: list[str] = field(default_factory=list)

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        route = route_of(request)
        if route == "root":
            return GOOD_REPLIES["root"]
        if route == "logon":
            return self._logon()
        self.tokens.append(request.headers["x-restsvcsessionid"])
        if self.is_expired or request.headers["x-restsvcsessionid"] != f"token-{self.logons}":
            return make_reply("401 Unauthorized")
        return GOOD_REPLIES[route]

    def _logon(self) -> ScriptedReply:
        if self.refuses_logon:
            self.logons += 1
            return SCRIPTS["logon-401"].reply
        self.logons += 1
        self.is_expired = False
        return make_reply("201 Created", headers=f"X-RestSvcSessionId: token-{self.logons}\r\n")


@pytest.mark.parametrize("user", USERS)
async def test_only_the_user_as_typed_is_sent(user: str) -> None:
    async with scripted_server() as server, await connect(server, user):
        request = server.requests[1]
    assert (request.method, request.path) == ("POST", "/api/sessionMngr/?v=latest")
    assert request.headers.pop("authorization") == "Basic " + base64.b64encode(
        f"{user}:{PASSWORD}".encode()
    ).decode("ascii")
    assert request.headers == {
        "host": server.authority,
        "accept": "application/xml",
        "accept-encoding": "identity",
        "user-agent": "emtui",
        "content-length": "0",
    }


async def test_later_requests_carry_the_token_alone_and_no_cookie() -> None:
    async with scripted_server() as server, await connect(server) as client:
        await client.sessions()
        await client.events(uid_from_guid(GUID))
    for request in server.requests[2:]:
        assert request.headers["x-restsvcsessionid"] == TOKEN
        assert not {"cookie", "authorization"} & request.headers.keys()


async def test_closing_deletes_our_own_logon_once() -> None:
    async with scripted_server() as server:
        client = await connect(server)
        await client.close()
        await client.close()
        assert [request.path for request in server.requests if request.method == "DELETE"] == [
            f"/api/logonSessions/{LOGON_ID}"
        ]


@pytest.mark.parametrize("path", ["logonSessions", "logonsessions"])
async def test_the_logon_id_is_taken_from_the_location_if_the_body_has_none(path: str) -> None:
    head = f"X-RestSvcSessionId: t\r\nLocation: http://em99.example.net:9399/api/{path}/{LOGON_ID}\r\n"

    def respond(request: ReceivedRequest) -> ScriptedReply:
        return make_reply("201 Created", headers=head) if request.method == "POST" else reply_well(request)

    async with scripted_server(respond) as server:
        await (await connect(server)).close()
        assert server.requests[-1].path == f"/api/logonSessions/{LOGON_ID}"


async def test_without_the_header_the_token_is_derived_from_the_session_id() -> None:
    body = GOOD_REPLIES["logon"].head.partition(b"\r\n\r\n")[2] + b"".join(GOOD_REPLIES["logon"].chunks)

    def respond(request: ReceivedRequest) -> ScriptedReply:
        return make_reply("201 Created", body) if request.method == "POST" else reply_well(request)

    async with scripted_server(respond) as server, await connect(server) as client:
        await client.sessions()
        assert server.requests[-1].headers["x-restsvcsessionid"] == TOKEN


async def test_a_canceled_logon_is_ended_if_it_still_succeeds() -> None:
    async with scripted_server() as server:
        task = asyncio.create_task(connect(server))
        await server.wait_for_request("logon")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [request.method for request in server.requests] == ["GET", "POST", "DELETE"]


async def test_ten_requests_with_an_expired_logon_renew_it_once() -> None:
    response = ExpiringLogonServer()
    async with scripted_server(response) as server, await connect(server) as client:
        response.is_expired = True
        await asyncio.gather(*(client.session(uid_from_guid(GUID)) for _ in range(10)))
        assert server.count("POST") == 2
        assert set(response.tokens) == {"token-1", "token-2"}


async def test_a_refused_renewal_is_not_repeated() -> None:
    response = ExpiringLogonServer()
    async with scripted_server(response) as server, await connect(server) as client:
        response.is_expired = response.refuses_logon = True
        results = await asyncio.gather(
            *(client.session(uid_from_guid(GUID)) for _ in range(10)), return_exceptions=True
        )
        before = len(server.requests)
        with pytest.raises(LogonRefusedError, match="refused the logon") as caught:
            await client.sessions()
        assert all(isinstance(result, LogonRefusedError) for result in results)
        assert caught.value.user == "EXAMPLE\\ops"
        assert (server.count("POST"), len(server.requests)) == (2, before)


async def test_a_name_with_a_colon_is_refused_before_anything_is_sent() -> None:
    async with scripted_server() as server:
        with pytest.raises(InvalidSettingError, match="colon"):
            await connect(server, "ops:x")
        assert server.connection_count == 0


@pytest.mark.parametrize(
    ("user", "slip"),
    [
        ("EXAMPLE\backup", "control character"),
        ("EXAMPLE\\\\ops", "two backslashes"),
        ("EXAMPLE/ops", "slash"),
        ("ops", "no domain"),
        (" EXAMPLE\\ops", "a space"),
        ("ops@example.net", "password"),
    ],
)
def test_the_likely_mistake_in_a_user_name_is_named(user: str, slip: str) -> None:
    assert slip in user_name_hint(user)
