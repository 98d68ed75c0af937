"""A run compared with another one, beside the event loop, and again as its log grows.

The run and its log are those of the page beneath, which goes on asking for them. The other run is
the last good one before it, unless somebody has chosen. What is overtaken is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.reactive import var

from emtui import words
from emtui.em.errors import EmError
from emtui.em.model import Event, Log, Session
from emtui.em.threads import beside
from emtui.monitor.backoff import MIN_INTERVAL
from emtui.triage.differing import Difference, difference
from emtui.tui.context import AppContext
from emtui.tui.screens.base import BaseScreen

if TYPE_CHECKING:
    from emtui.tui.screens.detail import DetailScreen


@dataclass(slots=True)
class _Effort:
    """One comparison under way, until nobody wants it any more."""

    over: bool = False

    def goes_on(self) -> bool:
        """Whether somebody still waits for it."""
        return not self.over


class Comparing(BaseScreen):
    """A page about the difference of two runs."""

    found: var[Difference | None] = var(None)
    doing: var[str] = var("")

    def __init__(self, ctx: AppContext, detail: DetailScreen, other: Session | None = None) -> None:
        super().__init__(ctx)
        self.detail = detail
        self.there = other
        self._effort: _Effort | None = None

    @property
    def last_good(self) -> Session | None:
        """The last good run before this one, if the list has one."""
        listing = self.ctx.navigator.list_screen
        if listing is None or listing.assessment is None:
            return None
        return next(iter(listing.assessment.successful_before(self.detail.session, 1)), None)

    @property
    def is_last_good(self) -> bool:
        """Whether the other run is that."""
        good = self.last_good
        return good is not None and self.there is not None and good.uid == self.there.uid

    def on_mount(self) -> None:
        """Compare as soon as both logs are there, and whenever this run's log has grown."""
        for what in ("log_read", "session"):
            self.watch(self.detail, what, self.begin, init=False)
        self.watch(self.detail, "trouble", self._mirror_trouble)
        self.watch(self.detail, "asking", self.show_state)
        self.set_interval(MIN_INTERVAL, self._wait_on)
        self.begin()

    def _mirror_trouble(self, trouble: str) -> None:
        self.trouble = trouble

    def show_state(self) -> None:
        """Draw how far it has come."""

    def judged(self) -> None:
        """The list may know the last good run now."""
        if self.there is None:
            self.begin()

    def begin(self) -> None:
        """Compare what is known now."""
        self.there = self.there or self.last_good
        log = self.detail.log_read
        if self.there and log:
            self._compare(self.there, log)
        self.show_state()

    def compare_with(self, other: Session) -> None:
        """Another run from now on."""
        self.there, self.found, self.trouble = other, None, self.detail.trouble
        self.begin()

    def _wait_on(self) -> None:
        """The step that a run is still in lasts longer with each look, though nothing comes."""
        if self.found and self.found.here.running and not self.doing and self.found.now != self.now():
            self.begin()

    def now(self) -> datetime:
        """The server's clock when it last said something of this run."""
        return self.detail.server_time

    @work(exclusive=True, group="compare", description="compare two runs")
    async def _compare(self, there: Session, log: Log) -> None:
        effort = self._effort = _Effort()
        try:
            there, then = await self._read(there)
            self.doing = f"comparing {words.count(len(log.events))} lines with {words.count(len(then))}"
            here, now, good = self.detail.session, self.now(), self.is_last_good
            whole = partial(difference, here, log.events, there, then, now, last_good=good)
            found = await beside(partial(whole, go_on=effort.goes_on))
        except EmError as problem:
            if effort is self._effort and self.stands:
                self.trouble = str(problem)
        else:
            if effort is self._effort and self.stands:
                self.there, self.found = there, found
        finally:
            effort.over = True
            if effort is self._effort:
                self.doing = ""

    async def _read(self, there: Session) -> tuple[Session, tuple[Event, ...]]:
        """The other run and its log; one that goes on, or is not in the list, is asked for, too."""
        client = self.detail.client
        self.doing = f"asking {client.server} for the log of the other run"
        if there.running or not there.complete:
            there = await client.session(there.uid)
        return there, await self.ctx.history.log(client, there)

    @property
    def busy(self) -> bool:
        """Whether something is being asked for or compared."""
        return bool(self.doing)

    def action_stop(self) -> bool:
        """Stop asking and comparing; false if nothing of that was going on."""
        if self.doing:
            self.workers.cancel_group(self, "compare")
        elif not self.detail.action_stop():
            return False
        self.say("Stopped. r asks again.")
        return True

    def action_undo(self) -> None:
        """Stop asking, else take the trouble away, else go back."""
        if not self.action_stop():
            super().action_undo()

    def action_ask(self) -> None:
        """Ask for this run again, and for the other one where that could not be had."""
        if self.doing or self.detail.asking:
            self.say("Already asking; Esc stops it.")
            return
        self.detail.action_ask()
        if self.found is None:
            self.begin()
