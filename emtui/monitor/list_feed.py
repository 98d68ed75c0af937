"""State of the session list of one server, and its only owner.

`ListFeed` owns the snapshot, unseen marks, freshness, request progress and errors, the absence summary,
due alerts, and the assessment. It publishes them as a frozen `ListState` after every change. Its methods
are the commands. It does not depend on screens.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, aclosing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING

from emtui.em.background_thread import run_in_thread
from emtui.em.errors import EmError, LogonRefusedError
from emtui.em.model import Session, Uid
from emtui.em.session_source import DownloadProgress, SessionSource
from emtui.monitor.absence_summary import AbsenceSummary, AbsenceTracker
from emtui.monitor.background_task import BackgroundTask
from emtui.monitor.changes import NO_CHANGES, Changes
from emtui.monitor.feed_health import ClockStep, FeedHealth, Freshness
from emtui.monitor.list_poller import ListResponse, Poller, SystemTime, TimeSource
from emtui.monitor.notification_policy import Alert, AlertPolicy, new_failures
from emtui.monitor.poll_schedule import PollSchedule
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.unseen_marks import UnseenMark, UnseenMarks

if TYPE_CHECKING:  # start-up time, as in functions: loaded once there is a list to assess
    from emtui.local.knowledge_base import KnowledgeBase
    from emtui.monitor.assessment import Assessment
    from emtui.triage.acknowledgement_matching import Acknowledgement
    from emtui.triage.daily_failures import DailyFailures

COMPLETION_BATCH = 64
"""Number of references completed per published state."""
SHOW_WAIT_AFTER_S = 0.3
"""Seconds before the progress of a request is shown."""
_NOT_SAVED_MESSAGE = "Acknowledgements are kept only until emtui quits"


@dataclass(frozen=True, slots=True)
class RequestProgress:
    """A list request that the user waits for, sent at `since`; `received` is `None` at first."""

    since: datetime
    received: DownloadProgress | None = None


@dataclass(frozen=True, slots=True)
class CompletionProgress:
    """Number of references requested so far, of `total`."""

    count: int
    total: int


@dataclass(frozen=True, slots=True)
class PollingStop:
    """Why and when polling stopped, until the user acts; `is_after_outage`: just after a failure."""

    error: EmError
    at: datetime | None
    is_after_outage: bool


@dataclass(frozen=True, slots=True, eq=False)
class ListState:
    """State of the list at one time. Compared by identity.

    `changes` are those of the last list. `unseen` holds runs not viewed. `health` is a copy. `interval` is
    the pause between two requests in seconds; `None` for a recording. `problem` is the sentence to show until
    it is dismissed: that of `polling_stop` if that is set. `resume_count` counts how often polling resumed
    after sleep, `refusal_count` logons refused just after an outage. `alerts` are due now, and `notices` are
    sentences on the knowledge base: both are in one state only. `past_time` is the server's time at which
    the list is shown, if it is an earlier one than the newest: then `snapshot` and `assessment` are as of it.
    """

    snapshot: Snapshot | None = None
    changes: Changes = NO_CHANGES
    unseen: Mapping[Uid, UnseenMark] = field(default_factory=dict)
    health: FeedHealth = field(default_factory=FeedHealth)
    is_paused: bool = False
    is_requesting: bool = False
    is_completing: bool = False
    interval: float | None = None
    progress: RequestProgress | CompletionProgress | None = None
    problem: str = ""
    polling_stop: PollingStop | None = None
    absence: AbsenceSummary | None = None
    clock_step: ClockStep | None = None
    assessment: Assessment | None = None
    resume_count: int = 0
    refusal_count: int = 0
    alerts: tuple[Alert, ...] = ()
    notices: tuple[str, ...] = ()
    past_time: datetime | None = None

    @property
    def as_of(self) -> datetime | None:
        """When the newest list was received, by the local clock."""
        return self.snapshot.as_of if self.snapshot else None

    @property
    def freshness(self) -> Freshness:
        """Current freshness of the list."""
        return self.health.freshness

    @property
    def is_stale(self) -> bool:
        """Whether the list is outdated, but the connection not yet lost."""
        return self.health.freshness is Freshness.STALE

    @property
    def is_lost(self) -> bool:
        """Whether the connection is lost."""
        return self.health.freshness is Freshness.LOST

    @property
    def is_busy(self) -> bool:
        """Whether a request for the list or for a reference is running."""
        return self.is_requesting or self.is_completing


class ListFeed:
    """Polls the list of `source` and owns its state.

    `open_knowledge_base` is called once, in a thread. `server_zone` is the server's time zone, `display_zone`
    the display time zone, if different. `alert_policy` is that of the previous feed, which has the time of
    the last alert. `read_context` returns the context in which a list is read; its argument: whether it is
    the first list.
    """

    def __init__(
        self,
        source: SessionSource,
        open_knowledge_base: Callable[[], KnowledgeBase],
        *,
        schedule: PollSchedule | None = None,
        clock: TimeSource | None = None,
        server_zone: tzinfo = UTC,
        display_zone: tzinfo | None = None,
        alert_policy: AlertPolicy | None = None,
        read_context: Callable[[bool], AbstractContextManager[None]] = lambda _: nullcontext(),
        show_wait_after_s: float = SHOW_WAIT_AFTER_S,
    ) -> None:
        self.source = source
        self.poller = Poller(self._request, schedule or PollSchedule(), clock or SystemTime())
        self.alert_policy = alert_policy or AlertPolicy()
        self.alert_policy.clock = lambda: self.poller.elapsed
        self.state = ListState(
            interval=self.poller.schedule.interval if self.poller.schedule.is_regular else None,
            progress=RequestProgress(self.poller.clock.now()),
        )
        self._open_knowledge_base = open_knowledge_base
        self._knowledge_base: KnowledgeBase | None = None
        self._open_lock = threading.Lock()
        self._zones = (server_zone, display_zone or server_zone)
        self._read_context = read_context
        self._show_wait_after_s = show_wait_after_s
        self._unseen = UnseenMarks()
        self._absence = AbsenceTracker()
        self._is_awaited = True
        """Whether the user requested the next response."""
        self._requested_at: datetime | None = None
        self._dismissed = ""
        self._gap_count = 0
        self._unknown_outcomes: set[Uid] = set()
        """New references, whose outcome is not known yet."""
        self._visible: Collection[Uid] = frozenset()
        self._has_listener = False
        self._changed = asyncio.Event()
        self._error: BaseException | None = None
        self._poll_task = BackgroundTask(self._on_error)
        self._completion_task = BackgroundTask(self._on_error)
        self._assessment_task = BackgroundTask(self._on_error)
        self._evaluation_task = BackgroundTask(self._on_error)
        self._alert_task = BackgroundTask(self._on_error)

    async def states(self) -> AsyncGenerator[ListState, None]:
        """Yield the current state, then the newest one after changes; for a single listener.

        Requests are sent only while there is a listener.
        """
        self._has_listener = True
        self._start_polling()
        try:
            while True:
                self._changed.clear()
                if self._error:
                    raise self._error
                state, self.state = self.state, replace(self.state, alerts=(), notices=())
                yield state
                await self._changed.wait()
        finally:
            self._has_listener = False
            for task in (
                self._poll_task,
                self._evaluation_task,
                self._completion_task,
                self._assessment_task,
                self._alert_task,
            ):
                await task.close()

    @property
    def knowledge_base(self) -> KnowledgeBase:
        """The knowledge base of this server; opened on first use."""
        with self._open_lock:
            if self._knowledge_base is None:
                self._knowledge_base = self._open_knowledge_base()
            return self._knowledge_base

    @property
    def idle_time(self) -> float:
        """Seconds since the last key press."""
        return self.poller.idle_time

    @property
    def is_assessing(self) -> bool:
        """Whether the list is still being analyzed."""
        return self._assessment_task.is_running or self._evaluation_task.is_running

    @property
    def last_activity(self) -> datetime | None:
        """Time of the last key press."""
        return self._absence.last_activity

    # --- commands -----------------------------------------------------------------

    def refresh(self) -> bool:
        """Request the list now; false if a request is running already, whose progress is then shown."""
        if self.poller.is_requesting:
            self._show_wait()
            return False
        self._is_awaited = True
        if self._poll_task.is_running:
            self.poller.refresh()
        else:
            self._start_polling()
        return True

    def stop(self) -> bool:
        """Cancel running requests; false if there are none. Polling continues as scheduled."""
        is_completing = self._completion_task.cancel()
        return self.poller.stop() or is_completing

    def replace_source(self, source: SessionSource) -> None:
        """Request the same list now through another logon."""
        self.source = source
        self._is_awaited = True
        self._start_polling()

    def set_paused(self, is_paused: bool) -> None:
        """Pause polling, or resume it at once."""
        self.poller.is_paused = is_paused
        self._publish(replace(self.state, is_paused=is_paused))

    def set_zone(self, display_zone: tzinfo, server_zone: tzinfo | None = None) -> None:
        """Set the display time zone, and that of the server if given."""
        self._zones = (server_zone or self._zones[0], display_zone)
        self._start_assessing()

    def set_visible(self, uids: Collection[Uid]) -> None:
        """Set the runs on the screen; references among them are requested first."""
        self._visible = uids

    def mark_viewed(self, uids: Iterable[Uid]) -> None:
        """Mark these runs as viewed: their unseen marks are removed with the next list."""
        self._unseen.mark_viewed(uids)

    def on_user_activity(self) -> None:
        """Record a key press on any screen."""
        was_idle = self.poller.record_activity()
        if was_idle:
            self.poller.refresh()
        self._publish_clock_step()
        self._absence.last_activity = self.poller.clock.now()
        if was_idle or self.poller.health.freshness is not self.state.freshness:
            self._publish_health(self.state)

    def dismiss_problem(self) -> bool:
        """Dismiss the current problem; false if none is shown."""
        if not self.state.problem:
            return False
        self._dismissed = self.state.problem
        self._publish(replace(self.state, problem=""))
        return True

    def dismiss_absence(self) -> bool:
        """Dismiss the absence summary and the clock change; false if neither is shown."""
        if self.state.absence is None and self.state.clock_step is None:
            return False
        self._absence.clock_step = None
        self._publish(replace(self.state, absence=None, clock_step=None))
        return True

    def show_absence_since(self, since: datetime) -> None:
        """Show a summary of what happened since then."""
        if self.state.snapshot:
            self._evaluation_task.queue(partial(self._summarize_absence, self.state.snapshot, since))

    def merge_details(self, sessions: Iterable[Session]) -> None:
        """Merge details of sessions into the list; new runs that failed are alerted."""
        previous, details = self.poller.snapshot, {session.uid: session for session in sessions}
        if previous is None:
            return
        self.poller.snapshot = snapshot = previous.with_details(details)
        newly_complete = [
            run for uid, run in details.items() if uid in self._unknown_outcomes and run.is_complete
        ]
        self._unknown_outcomes -= {run.uid for run in newly_complete}
        changes = Changes(changed=tuple(newly_complete))
        failures = new_failures(changes, snapshot, self._alert_filter(changes))
        if self.state.snapshot is previous is not snapshot:
            self.state = replace(self.state, snapshot=snapshot)
            self._start_assessing()
        self._publish(self._with_alerts(self.state, failures))

    async def acknowledge(self, acknowledgement: Acknowledgement) -> str:
        """Acknowledge it. Returns the error if it could not be saved, else an empty string."""
        self.knowledge_base.acknowledge(acknowledgement.key, acknowledgement.to_strings)
        return await self._reassess()

    async def unacknowledge(self, acknowledgement: Acknowledgement) -> str:
        """Remove the acknowledgement. Returns as `acknowledge` does."""
        self.knowledge_base.unacknowledge(acknowledgement.key)
        return await self._reassess()

    # --- requests -----------------------------------------------------------------

    def _start_polling(self) -> None:
        if self._has_listener:
            self._poll_task.start(self._poll)

    async def _poll(self) -> None:
        try:
            async with aclosing(self.poller.snapshots()) as snapshots:
                async for _ in snapshots:
                    await self._evaluation_task.run(self._on_poll)
        except EmError as error:
            self._on_stopped(error)

    async def _request(self) -> ListResponse:
        """Request the list; progress is published if the user waits for it."""
        source, is_first = self.source, self.state.snapshot is None
        is_awaited = self._is_awaited or is_first
        self._requested_at = self.poller.clock.now()
        self._publish(replace(self.state, is_requesting=True))
        timer = None
        if is_first:
            self._show_wait()
        elif is_awaited:
            timer = asyncio.get_running_loop().call_later(self._show_wait_after_s, self._show_wait)
        try:
            with self._read_context(is_first):
                listing = await source.sessions(self._on_progress if is_awaited else None)
        finally:
            if timer:
                timer.cancel()
            self._publish(replace(self.state, is_requesting=False, progress=None))
        return ListResponse.from_listing(listing, source.response_stats)

    def _show_wait(self) -> None:
        since = self._requested_at or self.poller.clock.now()
        self._publish(replace(self.state, progress=RequestProgress(since)))

    def _on_progress(self, received: DownloadProgress) -> None:
        since = self._requested_at or self.poller.clock.now()
        self._publish(replace(self.state, progress=RequestProgress(since, received)))

    async def _on_poll(self) -> None:
        """Publish the result of each request, and of missed ones."""
        self._publish_clock_step()
        health, previous, snapshot = self.poller.health, self.state.snapshot, self.poller.snapshot
        previous_gap_count, self._gap_count = self._gap_count, health.gap_count
        problem, self._is_awaited = self._select_problem(), False
        failures: tuple[Session, ...] = ()
        absence, is_new = None, snapshot is not None and snapshot is not previous
        if snapshot and is_new:
            failures, absence = await self._evaluate(snapshot)
        state = replace(
            self.state,
            snapshot=self.poller.snapshot,  # may have been completed meanwhile
            changes=self.poller.changes,
            unseen=self._unseen.marks,
            problem=problem,
            polling_stop=None,
            absence=absence or self.state.absence,
            resume_count=self.state.resume_count + (health.gap_count > previous_gap_count),
        )
        if health.freshness is Freshness.LOST:
            self.alert_policy.on_lost(self._failed_at, self._server_name, health.problem)
        else:
            self.alert_policy.on_recovered(self.poller.clock.now())
        self._publish_health(self._with_alerts(state, failures))
        if is_new and state.snapshot:
            self._on_new_list(state.snapshot, previous)

    def _select_problem(self) -> str:
        """The sentence to show; a single failure is shown only if the user waited for the response."""
        health = self.poller.health
        if not health.problem:
            self._dismissed = ""
            return ""
        if self._is_awaited or health.freshness is not Freshness.FRESH or self.poller.snapshot is None:
            return self._skip_dismissed(health.problem)
        return self.state.problem

    def _skip_dismissed(self, problem: str) -> str:
        if problem == self._dismissed:
            return self.state.problem
        self._dismissed = ""
        return problem

    async def _evaluate(self, snapshot: Snapshot) -> tuple[tuple[Session, ...], AbsenceSummary | None]:
        """Mark changes; return failures to alert and the absence summary, computed in a thread."""
        changes, since = self.poller.changes, self._absence.take_absence_start(self.poller.idle_time)
        self._unseen.on_changes(changes)
        self._unknown_outcomes.update(run.uid for run in changes.added if not run.is_complete)
        if not changes and since is None:
            return (), None
        is_suppressed, health = self._alert_filter(changes), self.poller.health.copy()

        def evaluate() -> tuple[tuple[Session, ...], AbsenceSummary | None]:
            summary = AbsenceSummary.compute(snapshot, health, since) if since else None
            return new_failures(changes, snapshot, is_suppressed), summary

        return await run_in_thread(evaluate)

    def _on_new_list(self, snapshot: Snapshot, previous: Snapshot | None) -> None:
        if previous is None or snapshot.listing is not previous.listing:
            self._completion_task.cancel()
            if references := snapshot.references:
                self._completion_task.start(partial(self._complete_references, references))
        self._start_assessing()

    def _on_stopped(self, error: EmError) -> None:
        """Publish that polling stopped until the user acts."""
        health, reason = self.poller.health, str(error)
        self._dismissed = ""
        self.alert_policy.on_lost(self._failed_at, self._server_name, reason, is_stopped=True)
        state = replace(
            self.state,
            problem=reason,
            polling_stop=PollingStop(error, health.failed_at, health.is_after_outage),
            refusal_count=self.state.refusal_count
            + (isinstance(error, LogonRefusedError) and health.is_after_outage),
        )
        self._publish_health(self._with_alerts(state))

    @property
    def _failed_at(self) -> datetime:
        return self.poller.health.failed_at or self.poller.clock.now()

    # --- references ---------------------------------------------------------------

    async def _complete_references(self, references: tuple[Session, ...]) -> None:
        """Request each of them once, those on the screen first."""
        total = len(references)
        count, completed = 0, list[Session]()
        self._publish(replace(self.state, is_completing=True))
        try:
            async with aclosing(self.source.complete_references(self._visible_first(references))) as sessions:
                async for session in sessions:
                    completed.append(session)
                    count += 1
                    self._publish(replace(self.state, progress=CompletionProgress(count, total)))
                    if len(completed) == COMPLETION_BATCH or count == total:
                        self.merge_details(completed)
                        completed = []
        except EmError as error:
            self._publish(replace(self.state, problem=self._skip_dismissed(str(error))))
        finally:
            self._publish(replace(self.state, is_completing=False, progress=None))

    def _visible_first(self, references: tuple[Session, ...]) -> Iterator[Session]:
        """Yield all of them in order, preferring those on the screen at that time."""
        remaining = {session.uid: session for session in references}
        order = {uid: index for index, uid in enumerate(remaining)}
        while remaining:
            visible = [uid for uid in self._visible if uid in remaining]
            yield remaining.pop(min(visible, key=order.__getitem__) if visible else next(iter(remaining)))

    # --- clocks and absence -------------------------------------------------------

    def _publish_clock_step(self) -> None:
        snapshot = self.state.snapshot
        self._absence.update(self.poller.health, snapshot.as_of if snapshot else None)
        if self._absence.clock_step is not self.state.clock_step:
            self._publish(replace(self.state, clock_step=self._absence.clock_step))

    async def _summarize_absence(self, snapshot: Snapshot, since: datetime) -> None:
        summary = await run_in_thread(
            partial(AbsenceSummary.compute, snapshot, self.poller.health.copy(), since)
        )
        self._publish(replace(self.state, absence=summary))

    # --- alerts -------------------------------------------------------------------

    def _with_alerts(self, state: ListState, failures: Collection[Session] = ()) -> ListState:
        """The state with the alerts due now, including those for new `failures`."""
        policy, new_uids = self.alert_policy, {run.uid for run in failures}
        patterns = self._find_patterns(failures)
        policy.on_failures(tuple(failures), self.poller.clock.now(), self._server_name, patterns)
        assessment = self.state.assessment

        def is_acknowledged(run: Session) -> bool:
            """Whether a queued failure was acknowledged; new ones were checked already."""
            return (
                run.uid not in new_uids
                and assessment is not None
                and bool(assessment.acknowledgements.for_run(run))
            )

        due = policy.take_due(is_acknowledged)
        if policy.has_pending:
            self._alert_task.start(self._alert_later)
        else:
            self._alert_task.cancel()
        return replace(state, alerts=(*state.alerts, *due))

    def _find_patterns(self, failures: Collection[Session]) -> Mapping[Uid, DailyFailures]:
        """The patterns of the failures that come at the same time of day."""
        snapshot = self.poller.snapshot
        if not failures or snapshot is None:
            return {}
        from emtui.triage.daily_failures import find_patterns  # noqa: PLC0415 - start-up time

        return find_patterns(failures, snapshot.sessions, snapshot.server_time, self._zones[0])

    async def _alert_later(self) -> None:
        """Publish queued alerts when they are due, which may be postponed."""
        while (remaining := self.alert_policy.seconds_left) > 0:
            await self.poller.clock.wait(asyncio.Event(), remaining)
        self._publish(self._with_alerts(self.state))

    def _alert_filter(self, changes: Changes) -> Callable[[Session], bool]:
        """A predicate: whether a run among the changes is acknowledged and needs no alert."""
        assessment = self.state.assessment
        return lambda run: assessment is not None and assessment.suppresses_alert(run, changes)

    @property
    def _server_name(self) -> str:
        return str(self.source.server)

    # --- assessment ---------------------------------------------------------------

    def _start_assessing(self) -> None:
        """Start assessing the list; a running assessment repeats itself for a newer list."""
        if self.state.snapshot and not self._assessment_task.is_running:
            self._assessment_task.start(self._run_assessment)

    async def _run_assessment(self) -> None:
        snapshot = zones = assessment = None
        while snapshot is not self.state.snapshot or zones is not self._zones:
            snapshot, zones = self.state.snapshot, self._zones
            if snapshot is None:
                return
            assessment = await self._assess_snapshot(snapshot, zones)
        if assessment:
            self._publish_assessment(assessment)

    async def _assess_snapshot(self, snapshot: Snapshot, zones: tuple[tzinfo, tzinfo]) -> Assessment:
        """Assess the list, including acknowledgements made meanwhile."""
        revision = self._knowledge_base.revision if self._knowledge_base else 0
        assessment = await run_in_thread(partial(_assess, snapshot, lambda: self.knowledge_base, zones))
        while revision != self.knowledge_base.revision:
            revision = self.knowledge_base.revision
            assessment = await run_in_thread(partial(_reassess, assessment, self.knowledge_base))
        return assessment

    async def assess_at(self, moment: datetime) -> Assessment | None:
        """Assess the list as it stood at `moment`, by the server's clock; `None` before the first list.

        Acknowledgements that have expired by then are kept: they apply to the newest list.
        """
        snapshot = self.state.snapshot
        if snapshot is None:
            return None
        return await run_in_thread(
            partial(_assess_past, snapshot, moment, lambda: self.knowledge_base, self._zones)
        )

    async def _reassess(self) -> str:
        """Apply the current acknowledgements; return the error of saving them, if any."""
        base, previous = self.knowledge_base, None
        while (assessment := self.state.assessment) is not previous and assessment:
            revision, previous = base.revision, assessment
            updated = await run_in_thread(partial(_reassess, assessment, base))
            if self.state.assessment is previous and revision == base.revision:
                self._publish(replace(self.state, assessment=updated))
                break
        return " ".join(base.new_problems(_NOT_SAVED_MESSAGE))

    def _publish_assessment(self, assessment: Assessment) -> None:
        problems = self.knowledge_base.new_problems(_NOT_SAVED_MESSAGE)
        notices = (*self.state.notices, *problems)
        self._publish(replace(self.state, assessment=assessment, notices=notices))

    # --- publishing ---------------------------------------------------------------

    def _publish_health(self, state: ListState) -> None:
        poller = self.poller
        interval = poller.interval if poller.schedule.is_regular else None
        self._publish(replace(state, health=poller.health.copy(), interval=interval))

    def _publish(self, state: ListState) -> None:
        self.state = state
        self._changed.set()

    def _on_error(self, error: BaseException) -> None:
        """Raise an unexpected error in `states`."""
        self._error = error
        self._changed.set()


def _assess(
    snapshot: Snapshot, open_base: Callable[[], KnowledgeBase], zones: tuple[tzinfo, tzinfo]
) -> Assessment:
    """Assess the list and remove expired acknowledgements; blocks on the disk."""
    from emtui.monitor.assessment import assess  # noqa: PLC0415 - start-up time: after the first paint

    base = open_base()
    assessment = assess(snapshot, base.load(), *zones)
    base.save(assessment.expired_keys)
    return assessment


def _assess_past(
    snapshot: Snapshot,
    moment: datetime,
    open_base: Callable[[], KnowledgeBase],
    zones: tuple[tzinfo, tzinfo],
) -> Assessment:
    """Assess the list as it stood at `moment`; blocks on the disk."""
    from emtui.monitor.assessment import assess  # noqa: PLC0415 - as in _assess
    from emtui.monitor.past_list import snapshot_at  # noqa: PLC0415 - as in _assess

    return assess(snapshot_at(snapshot, moment), open_base().load(), *zones)


def _reassess(assessment: Assessment, base: KnowledgeBase) -> Assessment:
    """Assess again after an acknowledgement changed; blocks on the disk."""
    from emtui.monitor.assessment import reassess  # noqa: PLC0415 - as in _assess

    assessment = reassess(assessment, base.load())
    base.save(assessment.expired_keys)
    return assessment
