"""Asking for an opened run: at once, when told to, and again and again while it runs.

A failed answer leaves on the screen what was there.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from random import random
from time import monotonic

from textual import work
from textual.message import Message
from textual.reactive import var

from emtui.em.errors import EmError, Gone, NotFound, ServerTrouble
from emtui.em.model import Log, Session
from emtui.em.source import Source
from emtui.handover.gone import last_seen_running
from emtui.monitor.backoff import MIN_INTERVAL, PollSchedule
from emtui.monitor.feed_health import STALE_AFTER
from emtui.triage.explained import Explanation
from emtui.triage.steps import Wait
from emtui.tui.context import AppContext
from emtui.tui.screens.explaining import Explaining

PACE = PollSchedule(interval=MIN_INTERVAL)
"""What runs is asked for more often than the list, while somebody looks at it."""

SOONEST = 0.5
"""Seconds between two looks, however fast the time of a recording goes."""


class KeepingUp(Explaining):
    """A page about one run that is asked for while it stands here."""

    asking: var[bool] = var(False)
    gone: var[str] = var("")
    """Why the server has nothing more of this run, once it has said so; the next answer may say otherwise."""

    class Learned(Message):
        """The server said more of this session than the list did."""

        def __init__(self, session: Session) -> None:
            super().__init__()
            self.session = session

    def __init__(self, ctx: AppContext, client: Source, session: Session) -> None:
        super().__init__(ctx, client, session)
        self._missed = 0
        self._resumed = asyncio.Event()

    def resumed(self) -> None:
        """Ask for what runs at once: this computer slept, or emtui was stopped."""
        self._resumed.set()

    def show_session(self) -> None:
        """Draw what is known of the run now."""

    def action_ask(self) -> None:
        """Ask for the session and its events now, never twice at once."""
        if self.asking:
            self.say("Already asking; Esc stops it.")
        else:
            self._ask(again=self._as_of is not None or bool(self.gone))

    @work(exclusive=True, group="ask", description="ask for a session and its events")
    async def _ask(self, *, again: bool) -> None:
        self.asking = True
        try:
            await self._look(again=again)
        except EmError as error:
            self._complain(error)
            self.explain_by_list()
        finally:
            self.asking = False

    def _complain(self, error: EmError) -> None:
        """What was asked for could not be had; a run that is gone is not asked for again by itself."""
        self.gone = str(error) if isinstance(error, Gone) else ""
        self.trouble = str(error)

    @work(exclusive=True, group="follow", description="follow a running session")
    async def _keep_up(self) -> None:
        """What runs is asked for again and again while it is looked at; nothing is said of the asking."""
        pause = PACE.interval
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(max(pause / self.ctx.speed, SOONEST)):
                    await self._resumed.wait()
            self._resumed.clear()
            if (
                self.asking
                or self.gone
                or not self.session.running
                or not self.looked_at
                or self.ctx.list_status().paused
            ):
                continue
            began = monotonic()
            try:
                await self._look(again=True)
            except EmError as error:
                self._missed += 1
                if self._missed >= STALE_AFTER or isinstance(error, Gone):
                    self._complain(error)
                after = error.retry_after if isinstance(error, ServerTrouble) else None
                pause = PACE.after_failure(self._missed, after, random())  # noqa: S311 - no secret
            else:
                pause = PACE.after_success(monotonic() - began, 0)

    @property
    def looked_at(self) -> bool:
        """Whether somebody sees it, or its difference with another run."""
        return self.is_current or self.ctx.navigator.is_below_comparison(self)

    async def _look(self, *, again: bool) -> None:
        """The session if it may have changed, and its events, as the server says them now."""
        session = self.session
        if again or session.running or not session.complete:
            asked = await self._asked(session)
            session = asked if asked.complete or not session.complete else session
        log = await self.client.events(session.uid)
        self.arrived()
        found = await self.thoughts_at_once(session, log)
        waits = found.waits if found else await self.waits_of(session, log)
        self.trouble, self.gone, self._missed = "", "", 0
        self._learn(session, log, waits, found)

    async def _asked(self, session: Session) -> Session:
        """As the server says it is now; one that was seen running and is gone is told with when that was."""
        try:
            return await self.client.session(session.uid)
        except NotFound as problem:
            listing, now = self.ctx.navigator.list_screen, self.ctx.clock.server_now
            listed = listing.snapshot.server_time if listing and listing.snapshot else now
            seen, zone = self._server_time or listed, self.zone
            told = last_seen_running(session, self.client.server, seen, now, zone)
            raise Gone(told) if told else problem from None

    def _learn(self, session: Session, log: Log, waits: tuple[Wait, ...], found: Explanation | None) -> None:
        if not self.stands:
            return  # the person has gone elsewhere meanwhile
        if session != self.session:
            before, self.session = self.session, session
            self.post_message(self.Learned(session))
            if before.running and not session.running:
                self.say(f"It has ended: {session.outcome}.")
        self.explanation = found or self.explanation
        if log != self.log_read:
            self.log_read = log
        self.waits = waits
        self.show_top()
        self.show_explanation()
        self.show_session()
        self.explain()

    @property
    def busy(self) -> bool:
        """Whether the session is being asked for."""
        return self.asking

    def action_stop(self) -> bool:
        """Stop asking; false if nothing was being asked."""
        if not self.asking:
            return False
        self.workers.cancel_group(self, "ask")
        self.say("Stopped. r asks again.")
        return True
