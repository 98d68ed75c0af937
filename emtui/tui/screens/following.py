"""A list that is followed: asked for again and again, and what came of the asking.

What the server said last stays on the screen when the next answer fails; what a person must decide
ends the asking.
"""

from __future__ import annotations

from contextlib import aclosing
from datetime import datetime

from textual import work
from textual.message import Message
from textual.reactive import var

from emtui import words
from emtui.em.errors import EmError, LogonRefused, Untrusted
from emtui.em.model import Session, Uid
from emtui.em.source import Progress, Source
from emtui.monitor.backoff import PollSchedule
from emtui.monitor.changes import Changes
from emtui.monitor.feed_health import Freshness
from emtui.monitor.poller import ListResponse, Poller, TimeSource
from emtui.monitor.snapshot import Snapshot
from emtui.tui.context import AppContext
from emtui.tui.screens.digits import Digits
from emtui.tui.terminal import gc_tuning

COMPLETED_AT_ONCE = 64
"""How many references are shown as entities together: fewer paints, little waiting."""
PATIENCE = 0.3
"""Seconds that an answer may take before it is said that it is waited for."""


class Following(Digits):
    """A page with a list that never gives up and never hammers."""

    progress: var[str] = var("")

    class Arrived(Message):
        """The first complete list of this logon has come."""

    class Moved(Message):
        """Something in the list is new, differs or has gone."""

        def __init__(self, changes: Changes) -> None:
            super().__init__()
            self.changes = changes

    class Sighted(Message):
        """The list is known better or worse than before."""

    class Lost(Message):
        """A request has failed, and the server cannot be reached any more, for this reason.

        `stopped`: nothing more is requested before a person has decided.
        """

        def __init__(self, why: str, at: datetime | None, *, stopped: bool = False) -> None:
            super().__init__()
            self.why = why
            self.at = at
            self.stopped = stopped

    class Looked(Message):
        """A request has come to its end, or was overdue."""

    class Resumed(Message):
        """Nothing was requested for a while: this computer slept, or emtui was stopped."""

    class Refused(Message):
        """The logon was refused just after an outage: the directory behind the server may not be back."""

    def __init__(self, ctx: AppContext, client: Source, pace: PollSchedule, clocks: TimeSource) -> None:
        super().__init__(ctx)
        self.client = client
        self.follow = Poller(self._answer, pace, clocks)
        self._by_hand = True
        self._asked_at: datetime | None = None
        self._waved_away = ""
        self._sight: Freshness | None = None
        self._gaps = 0
        self._new_names: set[Uid] = set()

    def on_mount(self) -> None:
        """Ask for the list as soon as there is somewhere to show it, and say so with the first picture."""
        self._say_asking()
        self._watch_list()

    @work(exclusive=True, group="follow", description="follow the list")
    async def _watch_list(self) -> None:
        try:
            async with aclosing(self.follow.snapshots()) as looks:
                async for seen in looks:
                    self._looked(seen)
        except EmError as problem:
            self._decide(problem)

    async def _answer(self) -> ListResponse:
        """One request; how far it has come is told to somebody who waits for it."""
        waiting = self._by_hand or self.snapshot is None
        self._asked_at = self.ctx.clock.now()
        timer = self.set_timer(PATIENCE, self._say_asking) if waiting and self.snapshot else None
        if self.snapshot is None:
            self._say_asking()
        try:
            with gc_tuning.young_generations_only(freeze=self.snapshot is None):
                listing = await self.client.sessions(self._received if waiting else None)
        finally:
            if timer:
                timer.stop()
            self.progress = ""
        return ListResponse.of(listing, self.client.receipt)

    def _say_asking(self) -> None:
        self.progress = self._asking()

    def _received(self, progress: Progress) -> None:
        whole = f" of {words.size(progress.expected)}" if progress.expected else ""
        rows = words.counted(progress.rows, "row")
        self.progress = f"{self._asking()}, {words.size(progress.received)}{whole}, {rows}"

    def _asking(self) -> str:
        """Who is asked, and since when."""
        at = self._asked_at or self.ctx.clock.now()
        return f"asking {self.client.server} since {words.clock(at, self.zone)}"

    def _looked(self, seen: Snapshot | None) -> None:
        """After each request: what came of it."""
        if not self.stands:
            return
        problem, before = self.follow.health.problem, self.snapshot
        if not problem:
            self.trouble = self._waved_away = ""
        elif self._by_hand or self.follow.health.freshness is not Freshness.FRESH or seen is None:
            self._complain(problem)
        if self.follow.health.failures_in_a_row and self.follow.health.freshness is Freshness.LOST:
            self.post_message(self.Lost(problem, self.follow.health.failed_at))
        self._tell_sight()
        self._tell_gap()
        self._by_hand = False
        self.sessions.is_stale = self.follow.health.freshness is not Freshness.FRESH
        if seen is not None and seen is not before:
            self._show(seen, before)
        self.post_message(self.Looked())
        self.show_top()

    def _tell_gap(self) -> None:
        """Say so once for each time in which nothing was requested."""
        gaps, self._gaps = self._gaps, self.follow.health.gaps
        if gaps < self._gaps:
            self.post_message(self.Resumed())

    def _tell_sight(self) -> None:
        if self.follow.health.freshness is not self._sight:
            self._sight = self.follow.health.freshness
            self.post_message(self.Sighted())

    def _show(self, seen: Snapshot, before: Snapshot | None) -> None:
        self.sessions.is_following = self.is_current
        if before is None:
            self.read_again()
        self.snapshot = seen
        if before is None:
            self.post_message(self.Arrived())
        elif self.follow.changes:
            self._new_names |= {session.uid for session in self.follow.changes.added if not session.complete}
            self.post_message(self.Moved(self.follow.changes))
        if before is None or seen.listing is not before.listing:
            self._complete(seen.references)

    def _complain(self, problem: str) -> None:
        if problem != self._waved_away:
            self.trouble = problem

    def wave_away(self) -> bool:
        """Take the trouble away until there is another; false if there is none."""
        gone, self._waved_away = bool(self.trouble), self.trouble
        self.trouble = ""
        return gone

    def _decide(self, problem: EmError) -> None:
        """Nothing is asked any more before somebody has decided."""
        at = self.follow.health.failed_at
        when = f" {words.day_and_clock(at, self.ctx.clock.now(), self.zone)}" if at else ""
        what = "LOGON REFUSED" if isinstance(problem, LogonRefused) else "STOPPED"
        self._waved_away = ""
        if isinstance(problem, LogonRefused) and self.follow.health.after_outage:
            self.post_message(self.Refused())
        self.trouble = f"{what}{when}, L log on: {decided(problem)}"
        self.sessions.is_stale = True
        self.post_message(self.Lost(str(problem), at, stopped=True))
        self._tell_sight()
        self.show_top()

    @work(exclusive=True, group="complete", description="ask for each run")
    async def _complete(self, references: tuple[Session, ...]) -> None:
        """Some servers list only names: fetch each run once, those on the screen first."""
        if not references:
            return
        on_screen = set(self.sessions.in_sight)
        first = sorted(references, key=lambda session: session not in on_screen)
        known: dict[Uid, Session] = {}
        number = 0
        try:
            async with aclosing(self.client.complete(first)) as sessions:
                async for session in sessions:
                    known[session.uid] = session
                    number += 1
                    self.progress = f"asking for each run: {words.count(number)} of {words.count(len(first))}"
                    if number % COMPLETED_AT_ONCE == 0 or number == len(first):
                        self.learn(known)
                        known = {}
        except EmError as problem:
            self._complain(str(problem))
        finally:
            self.progress = ""

    def learn(self, known: dict[Uid, Session]) -> None:
        """Some sessions are known better now; of new ones that is when their outcome is known."""
        if self.snapshot:
            self.snapshot = self.follow.snapshot = self.snapshot.learn(known)
            new = tuple(one for uid, one in known.items() if uid in self._new_names and one.complete)
            self._new_names -= {session.uid for session in new}
            if new:
                self.post_message(self.Moved(Changes(changed=new)))

    def log_on_as(self, client: Source) -> None:
        """The same list, asked for by another logon."""
        self.client = client
        self._by_hand = True
        self._watch_list()
        self.show_top()

    def action_ask(self) -> None:
        """Ask for the list now, never twice at once."""
        if self.follow.is_requesting:
            self.say("Already asking; Esc stops it.")
            self._say_asking()
            return
        self._by_hand = True
        if any(worker.group == "follow" and worker.is_running for worker in self.workers):
            self.follow.refresh()
        else:
            self._watch_list()

    @property
    def is_blind(self) -> bool:
        """Whether the list could not be had for so long that nothing is known of the server."""
        return self.follow.health.freshness is Freshness.LOST

    @property
    def is_stale(self) -> bool:
        """Whether requests for the list are overdue, but not for so long."""
        return self.follow.health.freshness is Freshness.STALE

    @property
    def busy(self) -> bool:
        """Whether the list, or a run that it only names, is being asked for."""
        return self.follow.is_requesting or self._completing

    @property
    def _completing(self) -> bool:
        return any(worker.group == "complete" and not worker.is_finished for worker in self.workers)

    def action_stop(self) -> bool:
        """Stop asking; false if nothing was being asked."""
        if not self.follow.stop() and not self._completing:
            return False
        self.workers.cancel_group(self, "complete")
        self.say("Stopped. r asks again.")
        return True


def decided(problem: EmError) -> str:
    """What a person must decide; of a certificate only why: L shows it, and its fingerprint finds no room."""
    if isinstance(problem, Untrusted):
        from emtui.tui.formatting.certificate_text import why

        return why(problem)
    return str(problem)
