"""Polling of one session."""

from __future__ import annotations

from contextlib import aclosing

import pytest
from snapshot_factory import InstantClock, numbered_run

from emtui.em.errors import (
    EmError,
    LogonRefusedError,
    ServerUnreachableError,
    SessionNotFoundError,
    UnexpectedStatusError,
)
from emtui.em.model import Session
from emtui.monitor.session_poller import SessionPoller

UNREACHABLE = ServerUnreachableError("em01.example.net does not answer.")


async def test_it_polls_every_ten_seconds_and_less_often_after_failures() -> None:
    clock, request = InstantClock(), list[float]()
    plan: list[Session | EmError] = [
        numbered_run(1),
        UNREACHABLE,
        UNREACHABLE,
        UnexpectedStatusError("busy", 503, 77.0),
        numbered_run(1),
        numbered_run(1),
    ]

    async def ask() -> Session:
        request.append(clock.elapsed_s)
        response = plan.pop(0)
        if isinstance(response, EmError):
            raise response
        return response

    seen = []
    async with aclosing(SessionPoller(ask, clock=clock, jitter=lambda: 0.0).results()) as responses:
        async for response in responses:
            seen.append(response)
            if not plan:
                break
    assert [isinstance(response, Session) for response in seen] == [True, False, False, False, True, True]
    assert request == [0, 10, 20, 40, 117, 127]


@pytest.mark.parametrize("problem", [LogonRefusedError("no", "ops"), SessionNotFoundError("gone")])
async def test_permanent_errors_are_raised(problem: EmError) -> None:
    async def ask() -> Session:
        raise problem

    with pytest.raises(type(problem)):
        async for _ in SessionPoller(ask, clock=InstantClock()).results():
            pass
