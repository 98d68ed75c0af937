"""State of one opened session: its log, polling and explanation.

`SessionFeed` owns that state and publishes it frozen after every change: first the session, then its log and
the explanation by the list, then the explanation by past logs. A running session is polled only while it is
viewed. A failed request keeps the last state. It does not depend on screens.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from emtui.em.background_thread import run_in_thread
from emtui.em.errors import EmError, SessionGoneError, SessionNotFoundError
from emtui.em.model import Log, Session
from emtui.em.server_clock import server_time, utc_now
from emtui.em.session_source import SessionSource
from emtui.local.team_notes import TeamNote
from emtui.monitor.assessment import Assessment
from emtui.monitor.background_task import BackgroundTask
from emtui.monitor.explainer import ExplainedRun, Explainer, find_waits
from emtui.monitor.feed_health import STALE_AFTER
from emtui.monitor.list_poller import SystemTime, TimeSource
from emtui.monitor.session_poller import SessionPoller
from emtui.triage.explanation import Explanation
from emtui.triage.step_timing import Wait


def _return_false() -> bool:
    return False


class RunVanishedError(SessionGoneError):
    """The server no longer lists a run that was last seen running when its clock showed `last_seen`."""

    def __init__(self, message: str, last_seen: datetime) -> None:
        super().__init__(message)
        self.last_seen = last_seen


@dataclass(frozen=True, slots=True)
class SessionState:
    """State of one opened session at one time; what is unknown is `None` or empty.

    `as_of` is the local time and `server_time` the server's, when the log arrived. `is_requesting`: the user
    waits for a response. `problem` is why the last request failed, until the next success or until dismissed;
    `is_gone`: the server no longer has the run. `worst` is set once past logs were read.
    """

    session: Session
    log: Log | None = None
    as_of: datetime | None = None
    server_time: datetime | None = None
    is_requesting: bool = False
    problem: EmError | None = None
    is_gone: bool = False
    has_ended_while_open: bool = False
    explanation: Explanation | None = None
    waits: tuple[Wait, ...] = ()
    worst: Wait | None = None
    notes: tuple[TeamNote, ...] = ()


@dataclass(frozen=True, slots=True)
class _SessionResponse:
    """A session and its log from the server, with the explanation by the list."""

    session: Session
    log: Log
    as_of: datetime
    server_time: datetime
    waits: tuple[Wait, ...]
    explained: ExplainedRun | None


class SessionFeed:
    """Polls one opened session and owns its state.

    `now` is the local clock. `clock` and `speed` are those of the polling.
    """

    def __init__(
        self,
        source: SessionSource,
        session: Session,
        explainer: Explainer,
        *,
        now: Callable[[], datetime] = utc_now,
        clock: TimeSource | None = None,
        speed: float = 1.0,
    ) -> None:
        self.source = source
        self.state = SessionState(session)
        self._explainer = explainer
        self._now = now
        self._poller: SessionPoller[_SessionResponse] = SessionPoller(
            self._request, clock=clock or SystemTime(), is_due=self._is_due, speed=speed, fatal=()
        )
        self._assessment: Assessment | None = None
        self._is_paused = False
        self._failure_count = 0
        self._listeners: dict[asyncio.Event, Callable[[], bool]] = {}
        self._poll_task = BackgroundTask(self._on_unexpected_error)
        self._explanation_task = BackgroundTask(self._on_unexpected_error)
        self._unexpected_error: BaseException | None = None

    @property
    def server_now(self) -> datetime:
        """The server's time when the log arrived; until then an estimate of its current time."""
        return self.state.server_time or server_time(self._now(), self.source.skew)

    @property
    def is_explaining(self) -> bool:
        """Whether the explanation is still being worked on."""
        return self._explanation_task.is_running

    async def watch(
        self, show: Callable[[SessionState], object], is_viewed: Callable[[], bool] = _return_false
    ) -> None:
        """Call `show` with the current state, then with the newest one after changes, until canceled."""
        async with aclosing(self.states(is_viewed)) as states:
            async for state in states:
                show(state)

    async def states(
        self, is_viewed: Callable[[], bool] = _return_false
    ) -> AsyncGenerator[SessionState, None]:
        """Yield the current state, then the newest one after changes; several listeners may do so.

        The first listener starts the requests, the last one to leave ends them. A running session is polled
        only while `is_viewed` of a listener is true.
        """
        changed = asyncio.Event()
        self._listeners[changed] = is_viewed
        if not self._poll_task.is_running:
            self.state = replace(self.state, is_requesting=True)
            self._poll_task.start(self._poll)
        try:
            while True:
                changed.clear()
                if self._unexpected_error:
                    raise self._unexpected_error
                yield self.state
                await changed.wait()
        finally:
            del self._listeners[changed]
            if not self._listeners:
                self._poll_task.cancel()
                self._explanation_task.cancel()

    # --- commands -----------------------------------------------------------------

    def refresh(self) -> bool:
        """Request it now; false if a request of the user is running already."""
        if self.state.is_requesting:
            return False
        self._publish(is_requesting=True)
        self._poller.request_now()
        return True

    def stop(self) -> bool:
        """Cancel the user's request; false if there is none."""
        if not self.state.is_requesting:
            return False
        self._publish(is_requesting=False)
        self._poller.cancel()
        return True

    def set_paused(self, is_paused: bool) -> None:
        """Pause or resume polling."""
        self._is_paused = is_paused

    def wake(self) -> None:
        """Poll a running session at once, after sleep or suspension."""
        self._poller.wake()

    def dismiss_problem(self) -> bool:
        """Dismiss the current problem; false if there is none."""
        if self.state.problem is None:
            return False
        self._publish(problem=None)
        return True

    def on_assessment(self, assessment: Assessment) -> None:
        """Explain again by a new assessment of the list."""
        self._assessment = assessment
        if self.state.log is not None:
            self._restart_explanation(self._explain)
        elif self.state.problem or self.state.explanation:
            self._restart_explanation(self._explain_from_list)

    # --- polling ------------------------------------------------------------------

    def _is_due(self) -> bool:
        if self._is_paused or self.state.is_gone or not self.state.session.is_running:
            return False
        return any(is_viewed() for is_viewed in self._listeners.values())

    async def _poll(self) -> None:
        async with aclosing(self._poller.results()) as results:
            async for result in results:
                if isinstance(result, EmError):
                    self._on_error(result)
                else:
                    self._on_response(result)

    async def _request(self) -> _SessionResponse:
        """Request the session, if it may have changed, and its log; explain both by the list.

        Log and explanation are published together, so that the events do not move while being read.
        """
        session = self.state.session
        if self.state.as_of or self.state.is_gone or session.is_running or not session.is_complete:
            received = await self._request_session(session)
            session = received if received.is_complete or not session.is_complete else session
        log = await self.source.events(session.uid)
        as_of = self._now()
        now = server_time(as_of, self.source.skew)
        explained, is_first = None, self.state.explanation is None or self.state.log is None
        if is_first and self._assessment and session.type:
            explained = await self._explainer.explain_from_list(self._assessment, session, log.events, now)
            waits = explained.explanation.waits
        else:
            waits = await run_in_thread(partial(find_waits, session, log.events, now, self.state.explanation))
        return _SessionResponse(session, log, as_of, now, waits, explained)

    async def _request_session(self, session: Session) -> Session:
        """Request the session. Raises `RunVanishedError` if it was last seen running and is not found."""
        try:
            return await self.source.session(session.uid)
        except SessionNotFoundError as error:
            if not session.is_running:
                raise
            list_time = self._assessment.snapshot.server_time if self._assessment else self.server_now
            raise RunVanishedError(str(error), self.state.server_time or list_time) from None

    def _on_response(self, response: _SessionResponse) -> None:
        previous, explained = self.state, response.explained
        has_ended = previous.session.is_running and not response.session.is_running
        self._failure_count = 0
        self._publish(
            session=previous.session if previous.session == response.session else response.session,
            log=previous.log if previous.log == response.log else response.log,
            as_of=response.as_of,
            server_time=response.server_time,
            is_requesting=False,
            problem=None,
            is_gone=False,
            has_ended_while_open=previous.has_ended_while_open or has_ended,
            explanation=explained.explanation if explained else previous.explanation,
            notes=explained.notes if explained else previous.notes,
            waits=response.waits,
        )
        self._restart_explanation(self._explain)

    def _on_error(self, error: EmError) -> None:
        """Errors of automatic polls are shown only if they repeat or end the polling."""
        is_gone = isinstance(error, SessionGoneError)
        if not self.state.is_requesting:
            self._failure_count += 1
            if self._failure_count < STALE_AFTER and not is_gone:
                return
        self._publish(is_requesting=False, problem=error, is_gone=is_gone)
        if self.state.log is None:
            self._restart_explanation(self._explain_from_list)

    # --- explaining ---------------------------------------------------------------

    def _restart_explanation(self, explain: Callable[[Assessment], Coroutine[None, None, None]]) -> None:
        """Start an explanation; a running one is canceled."""
        if self._assessment is None or not self.state.session.type or not self._listeners:
            return
        self._explanation_task.start(partial(explain, self._assessment))

    async def _explain(self, assessment: Assessment) -> None:
        """Explain by the list if there is no explanation yet, then by past logs."""
        session, log, now = self.state.session, self.state.log or Log(()), self.server_now
        if self.state.explanation is None:
            preliminary = await self._explainer.explain_from_list(assessment, session, log.events, now)
            self._on_explained(session, preliminary)
        explained = await self._explainer.explain(assessment, session, log.events, now)
        self._on_explained(session, explained, worst=explained.explanation.worst_wait)

    async def _explain_from_list(self, assessment: Assessment) -> None:
        """Explain by the list alone, if the log is not available."""
        session = self.state.session
        explained = await self._explainer.explain_from_list(assessment, session, (), self.server_now)
        self._on_explained(session, explained)

    def _on_explained(self, session: Session, explained: ExplainedRun, worst: Wait | None = None) -> None:
        """Publish an explanation, unless the session has changed meanwhile."""
        if session is self.state.session:
            explanation = explained.explanation
            worst = worst or self.state.worst
            self._publish(
                explanation=explanation, waits=explanation.waits, notes=explained.notes, worst=worst
            )

    # --- publishing ---------------------------------------------------------------

    def _publish(self, **changes: object) -> None:
        state = replace(self.state, **changes)  # type: ignore[arg-type]  # each by the name of its field
        if state != self.state:
            self.state = state
            self._notify()

    def _notify(self) -> None:
        for changed in self._listeners:
            changed.set()

    def _on_unexpected_error(self, error: BaseException) -> None:
        """Raise an unexpected error in `states`."""
        self._unexpected_error = error
        self._notify()
