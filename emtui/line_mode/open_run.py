"""One open run: its feed, what is said about it, and its events by number."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from datetime import datetime

from emtui import text_format
from emtui.display_text.log_text import count_text, line_text, line_title, wait_text
from emtui.display_text.session_error_text import missing_events_text, session_problem_text
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Event, Session
from emtui.keys.keymap import DEFAULT_KEYMAP
from emtui.line_mode.run_lines import event_line, open_run_lines
from emtui.monitor.assessment import Assessment
from emtui.monitor.session_feed import SessionFeed, SessionState
from emtui.triage.error_keywords import find_error_keyword
from emtui.triage.step_timing import Wait

NO_EVENTS = "The server has no events for this run."
NO_WAITS = "This run has no pauses of 5s or longer."


class OpenRun:
    """Follows one run until `close`; `announce` is called with the lines for what is new."""

    def __init__(self, feed: SessionFeed, announce: Callable[[Sequence[str]], None]) -> None:
        self.feed = feed
        self._announce = announce
        self._announced_count: int | None = None
        """How many events there were when the run was opened or last announced."""
        self._changed = asyncio.Event()
        self._has_started = self._has_announced_end = False
        self._error: BaseException | None = None
        self._follow_task = asyncio.create_task(self._follow())
        self.last_error = -1
        """The index of the suspected error that was said last."""

    @property
    def state(self) -> SessionState:
        """The newest state."""
        return self.feed.state

    @property
    def session(self) -> Session:
        """The run as last received."""
        return self.feed.state.session

    @property
    def events(self) -> Sequence[Event]:
        """Its events as last received."""
        return self.state.log.events if self.state.log else ()

    async def _follow(self) -> None:
        try:
            async with aclosing(self.feed.states(lambda: True)) as states:
                async for state in states:
                    self._has_started = True
                    self._changed.set()
                    self._announce_new_events(state)
        except Exception as error:
            self._error = error
            self._changed.set()
            raise

    def _announce_new_events(self, state: SessionState) -> None:
        if self._announced_count is None or state.log is None:
            return
        new_events = state.log.events[self._announced_count :]
        self._announced_count = max(len(state.log.events), self._announced_count)
        lines = [
            self._numbered(self._announced_count - len(new_events) + index, event)
            for index, event in enumerate(new_events)
        ]
        if state.has_ended_while_open and not self._has_announced_end:
            self._has_announced_end = True
            lines.append(f"Run finished: {state.session.outcome}.")
        self._announce(lines)

    async def wait_loaded(self) -> None:
        """Wait until the events are there, or the reason why not, and the explanation is complete."""
        while not self._has_started or self.state.is_requesting or self.feed.is_explaining:
            if self._error:
                raise self._error
            self._changed.clear()
            waiter = asyncio.ensure_future(self._changed.wait())
            await asyncio.wait({waiter, self._follow_task}, timeout=0.2, return_when=asyncio.FIRST_COMPLETED)
            waiter.cancel()
        self._announced_count = len(self.events)

    async def close(self) -> None:
        """Stop following it."""
        self._follow_task.cancel()
        await asyncio.wait({self._follow_task})

    # --- what is said about it ------------------------------------------------------

    def fact_lines(self, assessment: Assessment | None, clock: TimeContext) -> Iterator[str]:
        """Everything known about it, and how many events there are."""
        yield from open_run_lines(self.state, assessment, clock)
        if problem := session_problem_text(self.state, self.feed.source.server, clock.now, clock.zone):
            yield problem
        if self.state.log is None:
            yield missing_events_text(self.state, DEFAULT_KEYMAP.hint("refresh", "refresh"))
        else:
            yield f"{count_text(self.state.log)}."

    def event_lines(self, search_text: str = "") -> list[str]:
        """Its events, numbered, those that contain a text."""
        folded = text_format.fold_text(search_text)
        return [
            self._numbered(index, event)
            for index, event in enumerate(self.events)
            if not folded or folded in text_format.fold_text(event.message or "")
        ]

    def _numbered(self, index: int, event: Event) -> str:
        waits = {wait.step.index: wait for wait in self.state.waits}
        return f"{index + 1}. {event_line(event, self._origin, waits.get(index))}"

    @property
    def _origin(self) -> datetime | None:
        return self.session.started or next((event.time for event in self.events if event.time), None)

    def full_event_text(self, index: int, clock: TimeContext) -> str:
        """One event with its time and its whole message."""
        event = self.events[index]
        wait = next((wait for wait in self.state.waits if wait.step.index == index), None)
        return f"{line_title(event, self.session, clock.zone)}\n{line_text(event, wait)}"

    def next_error_line(self) -> str:
        """The next event that suggests an error, from the first again after the last."""
        found = [index for index, event in enumerate(self.events) if find_error_keyword(event.message)]
        if not found:
            return "No event suggests an error."
        index = next((index for index in found if index > self.last_error), found[0])
        self.last_error = index
        place = text_format.format_position(found.index(index) + 1, len(found), "suspected error")
        return f"{self._numbered(index, self.events[index])} ({place})"

    def slowest_lines(self) -> list[str]:
        """Its pauses, the longest first."""
        waits = sorted(self.state.waits, key=_wait_seconds, reverse=True)
        return [wait_text(wait) for wait in waits] or [NO_WAITS]


def _wait_seconds(wait: Wait) -> float:
    return wait.step.duration.total_seconds() if wait.step.duration is not None else 0.0
