"""What happens in the list, line by line, on a clock on which hours pass at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace

import pytest
from looks import NOON, Weekend, run

from emtui.em.errors import EmError, LogonRefused, Unreachable
from emtui.em.model import Listing, Session
from emtui.monitor import tail as tailing
from emtui.monitor.backoff import PollSchedule
from emtui.monitor.feed_health import RequestCost
from emtui.monitor.poller import ListResponse, Poller
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.tail import Line, Tail

AWAY = Unreachable("em01.example.net does not answer.")


class Server:
    """Responds with its plan, then with nothing new until stopped."""

    def __init__(self, *plan: Listing | EmError) -> None:
        self.plan = list(plan)
        self.clock = Weekend()

    async def __call__(self) -> ListResponse:
        await asyncio.sleep(0)
        if not self.plan:
            await asyncio.Event().wait()
        answer = self.plan.pop(0)
        if isinstance(answer, EmError):
            raise answer
        return ListResponse(answer, RequestCost(1, 0.0))


async def nothing_more(seen: Snapshot) -> Snapshot:
    return seen


async def told(
    server: Server,
    count: int,
    *,
    wanted: Callable[[Session], bool] = lambda _: True,
    from_start: bool = False,
) -> list[Line]:
    """The first so many lines."""
    tail = Tail(Poller(server, PollSchedule(), server.clock, lambda: 0.5), wanted, nothing_more, from_start)
    lines: list[Line] = []
    async with aclosing(tail.lines()) as found:
        async for line in found:
            lines.append(line)
            if len(lines) == count:
                break
    return lines


def of(*sessions: Session) -> Listing:
    return Listing(sessions)


async def test_it_begins_with_what_changes_from_now_on() -> None:
    server = Server(of(run(2, "InProgress"), run(3)), of(run(1), run(2), run(3)), of(run(1), run(2)))
    assert [(line.change, line.session) for line in await told(server, 3)] == [
        ("added", run(1)), ("changed", run(2)), ("gone", run(3)),
    ]  # fmt: skip


async def test_or_with_all_that_is_listed_oldest_first() -> None:
    lines = await told(Server(of(run(1), run(2), run(3))), 3, from_start=True)
    assert [(line.change, line.session) for line in lines] == [
        ("added", run(3)), ("added", run(2)), ("added", run(1)),
    ]  # fmt: skip
    assert {line.at for line in lines} == {NOON}


async def test_a_session_is_reported_if_it_matches_or_matched() -> None:
    server = Server(
        of(run(2, "InProgress"), run(3, "InProgress")),
        of(run(1), run(2), run(3, "Failed")),
        of(run(1), run(2), run(3)),
        of(),
    )
    lines = await told(server, 2, wanted=lambda session: session.state == "Failed")
    assert [(line.change, line.session) for line in lines] == [
        ("changed", run(3, "Failed")),
        ("changed", run(3)),
    ]


async def test_blind_and_back_are_reported_once_with_the_problem() -> None:
    server = Server(of(run(2)), AWAY, AWAY, AWAY, AWAY, AWAY, of(run(1), run(2)))
    assert [(line.change, line.problem) for line in await told(server, 3)] == [
        ("blind", str(AWAY)), ("back", str(AWAY)), ("added", None),
    ]  # fmt: skip


async def test_two_failed_polls_are_not_reported() -> None:
    server = Server(of(run(2)), AWAY, AWAY, of(run(1), run(2)))
    assert [line.change for line in await told(server, 1)] == ["added"]


async def test_a_beat_shows_that_it_still_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tailing, "BEAT", 0.02)
    lines = await told(Server(of(run(2)), AWAY, AWAY, AWAY), 3)
    assert [line.change for line in lines] == ["blind", "beat", "beat"]
    assert lines[1].problem == str(AWAY)
    assert [(line.change, line.problem) for line in await told(Server(of(run(2))), 2)] == [("beat", None)] * 2


async def test_a_refused_logon_ends_it() -> None:
    with pytest.raises(LogonRefused):
        await told(Server(of(run(2)), LogonRefused("no", "ops")), 1)


async def test_references_are_completed_before_they_are_matched() -> None:
    bare = replace(run(1), complete=False, type=None, state=None)
    server = Server(of(run(2)), of(bare, run(2)))

    async def whole(seen: Snapshot) -> Snapshot:
        return seen.learn({run(1).uid: run(1, "Failed")})

    tail = Tail(
        Poller(server, PollSchedule(), server.clock), lambda session: session.state == "Failed", whole
    )
    async with aclosing(tail.lines()) as lines:
        async for line in lines:
            assert (line.change, line.session) == ("added", run(1, "Failed"))
            break
