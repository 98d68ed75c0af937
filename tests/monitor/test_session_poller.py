"""Polling of one session."""

from __future__ import annotations

from contextlib import aclosing

import pytest
from looks import Weekend, run

from emtui.em.errors import EmError, LogonRefused, NotFound, ServerTrouble, Unreachable
from emtui.em.model import Session
from emtui.monitor.session_poller import SessionPoller

AWAY = Unreachable("em01.example.net does not answer.")


async def test_it_polls_every_ten_seconds_and_less_often_after_failures() -> None:
    clock, asked = Weekend(), list[float]()
    plan: list[Session | EmError] = [run(1), AWAY, AWAY, ServerTrouble("busy", 503, 77.0), run(1), run(1)]

    async def ask() -> Session:
        asked.append(clock.passed)
        answer = plan.pop(0)
        if isinstance(answer, EmError):
            raise answer
        return answer

    seen = []
    async with aclosing(SessionPoller(ask, clock=clock, jitter=lambda: 0.0).results()) as answers:
        async for answer in answers:
            seen.append(answer)
            if not plan:
                break
    assert [isinstance(answer, Session) for answer in seen] == [True, False, False, False, True, True]
    assert asked == [0, 10, 20, 40, 117, 127]


@pytest.mark.parametrize("problem", [LogonRefused("no", "ops"), NotFound("gone")])
async def test_permanent_errors_are_raised(problem: EmError) -> None:
    async def ask() -> Session:
        raise problem

    with pytest.raises(type(problem)):
        async for _ in SessionPoller(ask, clock=Weekend()).results():
            pass
