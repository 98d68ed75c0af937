"""A server that sends every faulty response of the table, in random order, for a thousand requests."""

from __future__ import annotations

import asyncio
import random
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connected_client import connect_client
from response_cases import CASES, LATER_ROUTES, ResponseCase
from scripted_server import (
    GUID,
    ReceivedRequest,
    ScriptedReply,
    ServerIdentity,
    make_identity,
    make_reply,
    reply_well,
    route_of,
    scripted_server,
)

from emtui.em.client import Client, Timeouts
from emtui.em.errors import AccessDeniedError, EmError
from emtui.em.model import uid_from_guid
from emtui.monitor.list_poller import ListResponse, Poller

REQUESTS = 1_000
SLOW = {
    "gzip: decompresses to more rows than the limit",
    "gzip: decompresses to more bytes than the limit",
    "no response, always",
    "not HTTP, always",
}
"""Slow cases: a quarter of a million rows, 17 MiB, and two that wait a second for a TLS alert."""
PLAYED_CASES = [name for name, case in CASES.items() if case.reply.then != "hang"]
"""All cases except those that time out."""
AGAIN, COOKIE = "expired again", "expired again: and a cookie"
"""A client names a cookie in errors once it has seen it."""
LONGEST = 60.0
"""Maximum seconds of one request on a busy computer."""
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EXPIRED_REPLY = make_reply("401 Unauthorized", b"", "")


@dataclass
class FaultyServer:
    """Server side: normal responses, except for the current case."""

    case: ResponseCase | None = None
    played: int = 0

    def select_case(self, case: ResponseCase | None) -> None:
        self.case, self.played = case, 0

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        route, case = route_of(request), self.case
        if case is None:
            return reply_well(request)
        if route == case.route and not (case.once and self.played):
            self.played += 1
            return case.reply
        if case.route == "logon" and route == "list" and not self.played:
            return EXPIRED_REPLY  # so that the first logon succeeds
        return reply_well(request)


@dataclass
class FastTime:
    """A clock that never waits: the next request is always due."""

    passed: float = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    async def wait(self, _: asyncio.Event, seconds: float | None) -> None:
        self.passed += seconds or 0.0
        await asyncio.sleep(0)


def case_order() -> list[str]:
    """Every case at least once, slow ones only once; the same order in each run."""
    chance = random.Random(18)  # noqa: S311
    names = PLAYED_CASES + chance.choices(
        [name for name in PLAYED_CASES if name not in SLOW], k=REQUESTS - len(PLAYED_CASES)
    )
    chance.shuffle(names)
    return names


async def connect(port: int, identity: ServerIdentity, prefix: str = "") -> Client:
    return await connect_client(port, identity, Timeouts(connect=30, read=30, logoff=5), prefix)


async def poll_and_check(client: Client, poller: Poller, at: str) -> None:
    """Send one request of the kind that the case is about; the list is requested by `Poller`."""
    if at == "session":
        await client.session(uid_from_guid(GUID))
    elif at == "events":
        await client.events(uid_from_guid(GUID))
    else:
        missed = poller.health.failures_in_a_row
        async with aclosing(poller.snapshots()) as polls:
            await anext(polls)
        if poller.health.failures_in_a_row > missed:
            raise EmError(poller.health.problem)


async def test_a_thousand_faulty_responses_lose_no_data_and_report_correctly(tmp_path: Path) -> None:
    identity, faulty_server = make_identity(tmp_path), FaultyServer()
    logons = met = 0
    cookie = False
    async with scripted_server(faulty_server, identity.tls_context()) as server:
        client = await connect(server.port, identity)
        logons += 1

        async def listed() -> ListResponse:
            return ListResponse.from_listing(await client.sessions(), client.response_stats)

        poller = Poller(listed, clock=FastTime())
        await poll_and_check(client, poller, "list")
        assert poller.snapshot is not None
        shown = poller.snapshot.sessions
        for name in case_order():
            case, message = CASES[name], ""
            expected = LATER_ROUTES.get(name, case.sentence)
            cookie |= name == COOKIE
            if cookie and name.startswith(AGAIN):
                expected = CASES[COOKIE].sentence
            faulty_server.select_case(case)
            try:
                async with asyncio.timeout(LONGEST):
                    if case.route == "root":
                        await connect(server.port, identity, case.prefix)
                    else:
                        await poll_and_check(client, poller, case.route)
            except EmError as problem:
                message = str(problem).replace(server.authority, "SERVER")
                refused = case.route == "logon" and isinstance(problem, AccessDeniedError)
                if refused:  # after a new logon, polling continues with the same list
                    faulty_server.select_case(None)
                    await client.close()
                    client = await connect(server.port, identity)
                    logons, cookie = logons + 1, False
                    await poll_and_check(client, poller, "list")
            assert message == expected, name
            met += bool(faulty_server.played or case.route == "logon")
            logons += case.demands + (case.route == "logon")
            assert server.count("POST") == logons, name
            assert poller.snapshot.sessions == shown, name
        assert met == REQUESTS
        faulty_server.select_case(None)
        await poll_and_check(client, poller, "list")
        assert poller.health.problem == ""
        await client.close()
