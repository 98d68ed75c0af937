"""A list that somebody watches: what is new in it is marked, its age and what was missed are told.

New is what nobody at the keys has had before the eyes; its mark goes with the next list.
"""

from __future__ import annotations

from datetime import datetime

from rich.text import Text
from textual.content import Content
from textual.widgets import Static

from emtui.em.model import Uid
from emtui.em.source import Source
from emtui.monitor.absence_summary import AbsenceSummary
from emtui.monitor.backoff import IDLE_AFTER, PollSchedule
from emtui.monitor.changes import Changes
from emtui.monitor.feed_health import ClockStep
from emtui.monitor.poller import TimeSource
from emtui.monitor.snapshot import Snapshot
from emtui.tui.context import AppContext
from emtui.tui.formatting.session_columns import Clock
from emtui.tui.formatting.session_text import away, clock_set, standing
from emtui.tui.screens.following import Following
from emtui.tui.theme import CHANGED, NEW, PLAIN
from emtui.tui.widgets.virtual_list import Pieces


class Watching(Following):
    """A page with a list that knows what somebody has seen of it."""

    def __init__(self, ctx: AppContext, client: Source, pace: PollSchedule, clocks: TimeSource) -> None:
        super().__init__(ctx, client, pace, clocks)
        self._noticed: set[Uid] = set()
        self._left: datetime | None = None
        self._absence: AbsenceSummary | None = None
        self._away_since: datetime | None = None
        """Since when nobody was there when this computer slept, until the next answer."""
        self._step: ClockStep | None = None
        """The last time that this computer's clock was set, until somebody takes the line away."""
        self._steps_seen = self._gaps_before = 0

    def _looked(self, seen: Snapshot | None) -> None:
        """Time in which nothing was requested is time away, whoever presses a key before the next answer."""
        self._note_gap()
        self._note_step()
        super()._looked(seen)

    def _note_gap(self) -> None:
        if self.follow.health.gap and self._away_since is None and self.snapshot:
            self._away_since = self._left or self.snapshot.as_of
            self._gaps_before = self.follow.health.gaps - 1

    def _note_step(self) -> None:
        """A clock that was set is said in a line of its own, and is no time away."""
        health = self.follow.health
        if health.clock_step_count == self._steps_seen:
            return
        self._steps_seen, self._step = health.clock_step_count, health.clock_steps[-1]
        if health.gaps == self._gaps_before:
            self._away_since = None
        if self._left and self._left <= self._step.at - self._step.by:
            self._left += self._step.by
        self.show_away()

    def _show(self, seen: Snapshot, before: Snapshot | None) -> None:
        """What is new is marked by the time that it is drawn."""
        self._mark(self.follow.changes)
        self._keep_absence(seen)
        super()._show(seen, before)

    def _mark(self, changes: Changes) -> None:
        """What moved is marked until somebody at the keys has had it before the eyes."""
        if not changes and not self._noticed:
            return
        marks = {uid: mark for uid, mark in self.sessions.marks.items() if uid not in self._noticed}
        self._noticed.clear()
        marks |= {session.uid: CHANGED for session in changes.changed if session.uid not in marks}
        marks |= {session.uid: NEW for session in changes.added}
        self.sessions.marks = marks

    def handle_user_activity(self) -> None:
        """Somebody is there: what is on the screen has been seen."""
        super().handle_user_activity()
        if self.stands and self.is_current and self.sessions.marks:
            self._noticed |= self.sessions.marked_in_sight

    def touched(self) -> None:
        """A key on any screen: somebody is there."""
        if self.follow.record_activity():
            self.follow.refresh()
        self._note_gap()
        self._note_step()
        self._left = self.ctx.clock.now()

    @property
    def last_key(self) -> datetime | None:
        """When somebody was last seen to be there."""
        return self._left

    def was_left(self, since: datetime) -> None:
        """Nobody has looked since then, whoever kept the list meanwhile."""
        if self.snapshot:
            self._absence = AbsenceSummary.of(self.snapshot, self.follow.health, since)
            self.show_away()

    def as_of(self) -> datetime | None:
        """When the last complete list arrived."""
        return self.snapshot.as_of if self.snapshot else None

    def standing(self) -> Pieces:
        """How old the list is and how often it is asked for, in words where that is not as it should be."""
        clock = Clock(self.ctx.clock.now(), self.zone)
        return standing(self.follow, clock, self.size.width)

    def _keep_absence(self, seen: Snapshot) -> None:
        """While nobody is there the line that says what happened meanwhile is kept up to date."""
        since, self._away_since = self._away_since, None
        if since:
            self._absence = AbsenceSummary.of(seen, self.follow.health, since)
        elif self._left and self.follow.idle_time >= IDLE_AFTER:
            self._absence = AbsenceSummary.of(seen, self.follow.health, self._left)

    def show_away(self) -> None:
        """What happened while nobody looked; it stays until Esc."""
        line = self.query_one("#away", Static)
        clock = Clock(self.ctx.clock.now(), self.zone)
        said = away(self._absence, clock) if self._absence else []
        if self._step:
            said += [("; ", PLAIN)] * bool(said) + clock_set(self._step, clock)
        line.display = bool(said)
        if said:
            line.update(Content.from_rich_text(Text.assemble(*said)))

    def forget_absence(self) -> bool:
        """Take that line away; false if there is none."""
        gone = self._absence is not None or self._step is not None
        self._absence = self._step = None
        self.show_away()
        return gone
