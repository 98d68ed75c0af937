"""Events of the list as lines: changes, lost and restored connections, incomplete lists, and a heartbeat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from emtui.em.errors import EmError
from emtui.em.model import Session
from emtui.monitor.changes import Changes
from emtui.monitor.feed_health import Freshness
from emtui.monitor.list_poller import Poller
from emtui.monitor.snapshot import Snapshot

HEARTBEAT_AFTER = 290.0
"""Seconds without a line after which a heartbeat is written, to show that emtui still runs."""


@dataclass(frozen=True, slots=True)
class TailLine:
    """One event `at` a time.

    `change` is `added`, `changed`, `gone`, `returned`, `unlisted`, `listed`, `blind` (connection lost),
    `back` (restored) or `beat` (heartbeat). `problem` is why the connection is or was lost.
    For `unlisted` and `listed`, `count` is the number of runs missing. `at` is by the local clock;
    the server's is ahead of it by `skew`.
    """

    at: datetime
    change: str
    session: Session | None = None
    problem: str | None = None
    skew: timedelta = timedelta()
    count: int | None = None

    @property
    def server_time(self) -> datetime:
        """The server's time, for the durations of running sessions."""
        return self.at + self.skew


@dataclass(slots=True)
class Tail:
    """Follows the list for the sessions that match `matches`; `complete_references` fetches what is missing.

    `on_message` receives a sentence when the local clock was set, which does not count as a lost connection.
    """

    poller: Poller
    matches: Callable[[Session], bool]
    complete_references: Callable[[Snapshot], Awaitable[Snapshot]]
    from_start: bool = False
    on_message: Callable[[str], object] = lambda _: None
    _gap_count: int = 0
    _clock_step_count: int = 0
    _last_snapshot: Snapshot | None = None
    _lost_reason: str = ""

    async def lines(self) -> AsyncGenerator[TailLine, None]:
        """Yield lines until stopped; raises `PERMANENT_ERRORS` of the poller.

        The first list is the baseline: its sessions are yielded only with `from_start`, oldest first.
        A changed session is yielded if it matches now or matched before.
        """
        async with aclosing(self._snapshots()) as snapshots:
            pending: asyncio.Future[Snapshot | None] | None = None
            try:
                while True:
                    pending = pending or asyncio.ensure_future(anext(snapshots))
                    if not (await asyncio.wait({pending}, timeout=HEARTBEAT_AFTER))[0]:
                        yield TailLine(self.poller.clock.now(), "beat", problem=self._lost_reason or None)
                        continue
                    snapshot, pending = pending.result(), None
                    for line in self._lines_for(snapshot):
                        yield line
            finally:
                if pending and pending.cancel():
                    await asyncio.wait({pending})

    async def _snapshots(self) -> AsyncGenerator[Snapshot | None, None]:
        async with aclosing(self.poller.snapshots()) as snapshots:
            async for snapshot in snapshots:
                yield await self._with_details(snapshot) if snapshot and snapshot.references else snapshot

    async def _with_details(self, snapshot: Snapshot) -> Snapshot:
        """Complete the references; those that fail stay references until the next list."""
        with suppress(EmError):
            self.poller.snapshot = snapshot = await self.complete_references(snapshot)
        return snapshot

    def _lines_for(self, snapshot: Snapshot | None) -> Iterator[TailLine]:
        health, now = self.poller.health, self.poller.clock.now()
        self._report_clock_step()
        if (reason := self._find_lost_reason()) and not self._lost_reason:
            self._lost_reason = reason
            yield TailLine(now, "blind", problem=self._lost_reason)
        self._gap_count = health.gap_count if snapshot is not self._last_snapshot else self._gap_count
        if snapshot is None or snapshot is self._last_snapshot:
            return
        if self._lost_reason:
            yield TailLine(snapshot.as_of, "back", problem=self._lost_reason)
            self._lost_reason = ""
        previous, self._last_snapshot = self._last_snapshot, snapshot
        yield from self._change_lines(previous, snapshot)

    def _find_lost_reason(self) -> str:
        """The reason for a lost connection or gap; empty while it may be a clock change."""
        health = self.poller.health
        if health.freshness is Freshness.LOST:
            return health.problem
        if health.gap_reason:
            return "" if self.poller.is_gap_uncertain and not health.failures_in_a_row else health.gap_reason
        return (
            health.lost_periods[-1].reason
            if health.gap_count > self._gap_count and health.lost_periods
            else ""
        )

    def _report_clock_step(self) -> None:
        """Report a change of the local clock, with times as in the JSON."""
        previous_count, self._clock_step_count = self._clock_step_count, self.poller.health.clock_step_count
        if previous_count < self._clock_step_count:
            step = self.poller.health.clock_steps[-1]
            direction = "forward" if step.by > timedelta() else "back"
            first, last = (f"{when:%Y-%m-%dT%H:%M:%SZ}" for when in (step.at - step.by, step.at))
            self.on_message(f"This computer's clock was set {direction}, from {first} to {last}.")

    def _change_lines(self, previous: Snapshot | None, snapshot: Snapshot) -> Iterator[TailLine]:
        if previous is None:
            for session in reversed(snapshot.sessions) if self.from_start else ():
                if self.matches(session):
                    yield TailLine(snapshot.as_of, "added", session, skew=snapshot.skew)
            return
        changes, previous_sessions = (
            Changes.between(previous, snapshot),
            {session.uid: session for session in previous.all_sessions},
        )
        yield from _unlisted_lines(previous, snapshot)
        for change, sessions in _group_by_change(changes):
            for session in reversed(sessions):
                if self.matches(session) or (
                    session.uid in previous_sessions and self.matches(previous_sessions[session.uid])
                ):
                    yield TailLine(snapshot.as_of, change, session, skew=snapshot.skew)


def _group_by_change(changes: Changes) -> Iterator[tuple[str, Sequence[Session]]]:
    """The sessions by change word; a returned session that also changed is `returned`."""
    returned_uids = {session.uid for session in changes.returned}
    yield "added", changes.added
    yield "returned", changes.returned
    yield "changed", [session for session in changes.changed if session.uid not in returned_uids]
    yield "gone", changes.removed


def _unlisted_lines(previous: Snapshot, snapshot: Snapshot) -> Iterator[TailLine]:
    """A line if the number of unlisted runs has changed."""
    count = len(snapshot.unlisted.runs)
    if count and count != len(previous.unlisted.runs):
        yield TailLine(
            snapshot.as_of, "unlisted", problem=format_unlisted(snapshot.unlisted.runs), count=count
        )
    elif previous.unlisted and not count:
        problem = f"{format_unlisted(previous.unlisted.runs)}, listed again"
        if snapshot.unlisted.has_assumed_deleted:
            problem = f"{format_unlisted(previous.unlisted.runs)}, assumed deleted"
        yield TailLine(snapshot.as_of, "listed", problem=problem, count=0)


def format_unlisted(runs: Sequence[Session]) -> str:
    """`193 runs no longer listed, 4 of them failed`."""
    failed = sum(1 for run in runs if run.has_failed)
    text = f"{len(runs):,} {'run' if len(runs) == 1 else 'runs'} no longer listed"
    return f"{text}, {failed:,} of them failed" if failed else text
