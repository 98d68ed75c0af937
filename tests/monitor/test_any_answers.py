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
from emtui.monitor.poller import ListResponse, Poller

REQUESTS = 1_000
SLOW = {
    "gzip: unfolds to more rows than are read",
    "gzip: unfolds to more than is read",
    "nothing at all, never",
    "not HTTP, never",
}
"""A quarter of a million rows, 17 MiB, and two after which TLS is listened to for a second."""
PLAYED_CASES = [name for name, case in CASES.items() if case.reply.then != "hang"]
"""All but those that only time tells."""
AGAIN, COOKIE = "expired again", "expired again: and a cookie"
"""A client that has seen the cookie once names it from then on."""
LONGEST = 60.0
"""Seconds that one request may take on a computer with much else to do."""
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EXPIRED_REPLY = make_reply("401 Unauthorized", b"", "")


@dataclass
class FaultyServer:
    """Server side: normal responses, except for the current case."""

    case: ResponseCase | None = None
    played: int = 0

    def play(self, case: ResponseCase | None) -> None:
        self.case, self.played = case, 0

    def __call__(self, asked: ReceivedRequest) -> ScriptedReply:
        route, case = route_of(asked), self.case
        if case is None:
            return reply_well(asked)
        if route == case.route and not (case.once and self.played):
            self.played += 1
            return case.reply
        if case.route == "logon" and route == "list" and not self.played:
            return EXPIRED_REPLY  # so that there is a logon at all
        return reply_well(asked)


@dataclass
class FastTime:
    """A clock without waiting: the next request is always due."""

    passed: float = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    async def wait(self, _: asyncio.Event, seconds: float | None) -> None:
        self.passed += seconds or 0.0
        await asyncio.sleep(0)


def case_order() -> list[str]:
    """Each case at least once, the slow ones no more than that; the same at each run."""
    chance = random.Random(18)  # noqa: S311
    names = PLAYED_CASES + chance.choices(
        [name for name in PLAYED_CASES if name not in SLOW], k=REQUESTS - len(PLAYED_CASES)
    )
    chance.shuffle(names)
    return names


async def connect(port: int, known: ServerIdentity, prefix: str = "") -> Client:
    return await connect_client(port, known, Timeouts(connect=30, read=30, logoff=5), prefix)


async def poll_and_check(client: Client, follow: Poller, at: str) -> None:
    """One request of the kind that the case is about; the list's by the loop that the screens use."""
    if at == "session":
        await client.session(uid_from_guid(GUID))
    elif at == "events":
        await client.events(uid_from_guid(GUID))
    else:
        missed = follow.health.failures_in_a_row
        async with aclosing(follow.snapshots()) as looks:
            await anext(looks)
        if follow.health.failures_in_a_row > missed:
            raise EmError(follow.health.problem)


async def test_a_thousand_faulty_responses_lose_no_data_and_report_correctly(tmp_path: Path) -> None:
    known, moody = make_identity(tmp_path), FaultyServer()
    logons = met = 0
    cookie = False
    async with scripted_server(moody, known.tls_context()) as server:
        client = await connect(server.port, known)
        logons += 1

        async def listed() -> ListResponse:
            return ListResponse.from_listing(await client.sessions(), client.response_stats)

        follow = Poller(listed, clock=FastTime())
        await poll_and_check(client, follow, "list")
        assert follow.snapshot is not None
        shown = follow.snapshot.sessions
        for name in case_order():
            case, message = CASES[name], ""
            expected = LATER_ROUTES.get(name, case.sentence)
            cookie |= name == COOKIE
            if cookie and name.startswith(AGAIN):
                expected = CASES[COOKIE].sentence
            moody.play(case)
            try:
                async with asyncio.timeout(LONGEST):
                    if case.route == "root":
                        await connect(server.port, known, case.prefix)
                    else:
                        await poll_and_check(client, follow, case.route)
            except EmError as problem:
                message = str(problem).replace(server.authority, "SERVER")
                refused = case.route == "logon" and isinstance(problem, AccessDeniedError)
                if refused:  # a person must log on anew, and then the list goes on where it was
                    moody.play(None)
                    await client.close()
                    client = await connect(server.port, known)
                    logons, cookie = logons + 1, False
                    await poll_and_check(client, follow, "list")
            assert message == expected, name
            met += bool(moody.played or case.route == "logon")
            logons += case.demands + (case.route == "logon")
            assert server.count("POST") == logons, name
            assert follow.snapshot.sessions == shown, name
        assert met == REQUESTS
        moody.play(None)
        await poll_and_check(client, follow, "list")
        assert follow.health.problem == ""
        await client.close()
