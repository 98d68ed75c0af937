"""A server that sends every faulty response of the table, in random order, for a thousand requests."""

from __future__ import annotations

import asyncio
import random
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from answers_table import CASES, LATER, Case
from rogue import GUID, Asked, Identity, Reply, good, identity, reply, rogue, route_of
from talking import logged_on

from emtui.em.client import Client, Timeouts
from emtui.em.errors import Denied, EmError
from emtui.em.model import uid_of
from emtui.monitor.poller import ListResponse, Poller

REQUESTS = 1_000
SLOW = {
    "gzip: unfolds to more rows than are read",
    "gzip: unfolds to more than is read",
    "nothing at all, never",
    "not HTTP, never",
}
"""A quarter of a million rows, 17 MiB, and two after which TLS is listened to for a second."""
PLAYED = [name for name, case in CASES.items() if case.reply.after != "hang"]
"""All but those that only time tells."""
AGAIN, COOKIE = "expired again", "expired again: and a cookie"
"""A client that has seen the cookie once names it from then on."""
LONGEST = 60.0
"""Seconds that one request may take on a computer with much else to do."""
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EXPIRED = reply("401 Unauthorized", b"", "")


@dataclass
class Moody:
    """Server side: normal responses, except for the current case."""

    case: Case | None = None
    played: int = 0

    def play(self, case: Case | None) -> None:
        self.case, self.played = case, 0

    def __call__(self, asked: Asked) -> Reply:
        route, case = route_of(asked), self.case
        if case is None:
            return good(asked)
        if route == case.at and not (case.once and self.played):
            self.played += 1
            return case.reply
        if case.at == "logon" and route == "list" and not self.played:
            return EXPIRED  # so that there is a logon at all
        return good(asked)


@dataclass
class Impatient:
    """A clock without waiting: the next request is always due."""

    passed: float = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    async def wait(self, _: asyncio.Event, seconds: float | None) -> None:
        self.passed += seconds or 0.0
        await asyncio.sleep(0)


def order() -> list[str]:
    """Each case at least once, the slow ones no more than that; the same at each run."""
    chance = random.Random(18)  # noqa: S311
    names = PLAYED + chance.choices([name for name in PLAYED if name not in SLOW], k=REQUESTS - len(PLAYED))
    chance.shuffle(names)
    return names


async def connect(port: int, known: Identity, prefix: str = "") -> Client:
    return await logged_on(port, known, Timeouts(connect=30, read=30, logoff=5), prefix)


async def ask(client: Client, follow: Poller, at: str) -> None:
    """One request of the kind that the case is about; the list's by the loop that the screens use."""
    if at == "session":
        await client.session(uid_of(GUID))
    elif at == "events":
        await client.events(uid_of(GUID))
    else:
        missed = follow.health.failures_in_a_row
        async with aclosing(follow.snapshots()) as looks:
            await anext(looks)
        if follow.health.failures_in_a_row > missed:
            raise EmError(follow.health.problem)


async def test_a_thousand_faulty_responses_lose_no_data_and_report_correctly(tmp_path: Path) -> None:
    known, moody = identity(tmp_path), Moody()
    logons = met = 0
    cookie = False
    async with rogue(moody, known.context()) as server:
        client = await connect(server.port, known)
        logons += 1

        async def listed() -> ListResponse:
            return ListResponse.of(await client.sessions(), client.receipt)

        follow = Poller(listed, clock=Impatient())
        await ask(client, follow, "list")
        assert follow.snapshot is not None
        shown = follow.snapshot.sessions
        for name in order():
            case, said = CASES[name], ""
            told = LATER.get(name, case.sentence)
            cookie |= name == COOKIE
            if cookie and name.startswith(AGAIN):
                told = CASES[COOKIE].sentence
            moody.play(case)
            try:
                async with asyncio.timeout(LONGEST):
                    if case.at == "root":
                        await connect(server.port, known, case.prefix)
                    else:
                        await ask(client, follow, case.at)
            except EmError as problem:
                said = str(problem).replace(server.authority, "SERVER")
                refused = case.at == "logon" and isinstance(problem, Denied)
                if refused:  # a person must log on anew, and then the list goes on where it was
                    moody.play(None)
                    await client.close()
                    client = await connect(server.port, known)
                    logons, cookie = logons + 1, False
                    await ask(client, follow, "list")
            assert said == told, name
            met += bool(moody.played or case.at == "logon")
            logons += case.demands + (case.at == "logon")
            assert server.count("POST") == logons, name
            assert follow.snapshot.sessions == shown, name
        assert met == REQUESTS
        moody.play(None)
        await ask(client, follow, "list")
        assert follow.health.problem == ""
        await client.close()
