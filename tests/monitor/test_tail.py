"""The lines of `tail`, with a clock that does not wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace

import pytest
from snapshot_factory import NOON, InstantClock, numbered_run

from emtui.em.errors import EmError, LogonRefusedError, ServerUnreachableError
from emtui.em.model import Listing, Session
from emtui.monitor import tail as tailing
from emtui.monitor.feed_health import RequestCost
from emtui.monitor.list_poller import ListResponse, Poller
from emtui.monitor.poll_schedule import PollSchedule
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.tail import Tail, TailLine

UNREACHABLE = ServerUnreachableError("em01.example.net does not answer.")


class FinitePlanServer:
    """Responds with its plan, then with nothing new until stopped."""

    def __init__(self, *plan: Listing | EmError) -> None:
        self.plan = list(plan)
        self.clock = InstantClock()

    async def __call__(self) -> ListResponse:
        await asyncio.sleep(0)
        if not self.plan:
            await asyncio.Event().wait()
        response = self.plan.pop(0)
        if isinstance(response, EmError):
            raise response
        return ListResponse(response, RequestCost(1, 0.0))


async def keep_references(seen: Snapshot) -> Snapshot:
    return seen


async def collect_lines(
    server: FinitePlanServer,
    count: int,
    *,
    matches: Callable[[Session], bool] = lambda _: True,
    from_start: bool = False,
) -> list[TailLine]:
    """Return the first `count` lines."""
    tail = Tail(
        Poller(server, PollSchedule(), server.clock, lambda: 0.5), matches, keep_references, from_start
    )
    lines: list[TailLine] = []
    async with aclosing(tail.lines()) as found:
        async for line in found:
            lines.append(line)
            if len(lines) == count:
                break
    return lines


def numbers_by_change(*sessions: Session) -> Listing:
    return Listing(sessions)


async def test_tail_starts_with_the_next_changes() -> None:
    server = FinitePlanServer(
        numbers_by_change(numbered_run(2, "InProgress"), numbered_run(3)),
        numbers_by_change(numbered_run(1), numbered_run(2), numbered_run(3)),
        numbers_by_change(numbered_run(1), numbered_run(2)),
    )
    assert [(line.change, line.session) for line in await collect_lines(server, 3)] == [
        ("added", numbered_run(1)), ("changed", numbered_run(2)), ("gone", numbered_run(3)),
    ]  # fmt: skip


async def test_from_start_lists_all_sessions_oldest_first() -> None:
    lines = await collect_lines(
        FinitePlanServer(numbers_by_change(numbered_run(1), numbered_run(2), numbered_run(3))),
        3,
        from_start=True,
    )
    assert [(line.change, line.session) for line in lines] == [
        ("added", numbered_run(3)), ("added", numbered_run(2)), ("added", numbered_run(1)),
    ]  # fmt: skip
    assert {line.at for line in lines} == {NOON}


async def test_a_session_is_reported_if_it_matches_or_matched() -> None:
    server = FinitePlanServer(
        numbers_by_change(numbered_run(2, "InProgress"), numbered_run(3, "InProgress")),
        numbers_by_change(numbered_run(1), numbered_run(2), numbered_run(3, "Failed")),
        numbers_by_change(numbered_run(1), numbered_run(2), numbered_run(3)),
        numbers_by_change(),
    )
    lines = await collect_lines(server, 2, matches=lambda session: session.state == "Failed")
    assert [(line.change, line.session) for line in lines] == [
        ("changed", numbered_run(3, "Failed")),
        ("changed", numbered_run(3)),
    ]


async def test_loss_and_recovery_are_reported_once_with_the_problem() -> None:
    server = FinitePlanServer(
        numbers_by_change(numbered_run(2)),
        UNREACHABLE,
        UNREACHABLE,
        UNREACHABLE,
        UNREACHABLE,
        UNREACHABLE,
        numbers_by_change(numbered_run(1), numbered_run(2)),
    )
    assert [(line.change, line.problem) for line in await collect_lines(server, 3)] == [
        ("blind", str(UNREACHABLE)), ("back", str(UNREACHABLE)), ("added", None),
    ]  # fmt: skip


async def test_two_failed_polls_are_not_reported() -> None:
    server = FinitePlanServer(
        numbers_by_change(numbered_run(2)),
        UNREACHABLE,
        UNREACHABLE,
        numbers_by_change(numbered_run(1), numbered_run(2)),
    )
    assert [line.change for line in await collect_lines(server, 1)] == ["added"]


async def test_a_heartbeat_shows_that_it_still_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tailing, "HEARTBEAT_AFTER", 0.02)
    lines = await collect_lines(
        FinitePlanServer(numbers_by_change(numbered_run(2)), UNREACHABLE, UNREACHABLE, UNREACHABLE), 3
    )
    assert [line.change for line in lines] == ["blind", "beat", "beat"]
    assert lines[1].problem == str(UNREACHABLE)
    assert [
        (line.change, line.problem)
        for line in await collect_lines(FinitePlanServer(numbers_by_change(numbered_run(2))), 2)
    ] == [("beat", None)] * 2


async def test_a_refused_logon_ends_tail() -> None:
    with pytest.raises(LogonRefusedError):
        await collect_lines(
            FinitePlanServer(numbers_by_change(numbered_run(2)), LogonRefusedError("no", "ops")), 1
        )


async def test_references_are_completed_before_they_are_matched() -> None:
    bare = replace(numbered_run(1), is_complete=False, type=None, state=None)
    server = FinitePlanServer(numbers_by_change(numbered_run(2)), numbers_by_change(bare, numbered_run(2)))

    async def complete_references(seen: Snapshot) -> Snapshot:
        return seen.with_details({numbered_run(1).uid: numbered_run(1, "Failed")})

    tail = Tail(
        Poller(server, PollSchedule(), server.clock),
        lambda session: session.state == "Failed",
        complete_references,
    )
    async with aclosing(tail.lines()) as lines:
        async for line in lines:
            assert (line.change, line.session) == ("added", numbered_run(1, "Failed"))
            break
