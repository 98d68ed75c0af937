"""The model of Enterprise Manager's data: sessions, their results, their events.

All times are aware and in UTC; values that are absent, empty or nil are `None`. The server's words are
kept (control characters removed by `em.text_sanitizer`); `Outcome` is derived from them.
Source: em_rest/systemsessions, em_rest/get_systemsessions_id_events.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NewType

Uid = NewType("Uid", str)
"""The server's identifier of a session: `urn:veeam:SystemSession:<guid>`, GUID in lower case."""

DISTANT_PAST = datetime.min.replace(tzinfo=UTC)
"""The sort position of a session without a start time: the oldest."""

SYSTEM_URN = "urn:veeam:SystemSession:"
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)

SESSION_TYPES = (
    "CatalogConsolidation",
    "CatalogCrawlJob",
    "CatalogReplicationJob",
    "CollectJob",
    "SecurityScopesRebuild",
    "VcPluginJob",
    "LicAutoUpdate",
    "DatabaseMaintenance",
    "HistoryCollectJob",
    "LicenseRevoke",
    "SyncCheckForProductUpdatesOption",
    "LogExport",
)
"""The documented values of SessionType, in the documents' order (em_rest/systemsessions_id)."""


class Outcome(StrEnum):
    """The outcome of a session."""

    RUNNING = "running"
    SUCCESS = "success"
    WARNING = "warning"
    FAILED = "failed"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


RUNNING_STATES = (
    *("InProgress", "Starting", "Working", "Stopping", "Stoping", "Pausing", "Resuming", "Idle", "Pending"),
    *("Running", "WaitingTape", "WaitingRepository", "WaitingSlot", "Postprocessing"),
)
"""States of a run that has not ended, of all session families; `Stoping` is the server's spelling."""

_OUTCOMES = {
    "success": Outcome.SUCCESS,
    "completedsuccessfully": Outcome.SUCCESS,
    "warning": Outcome.WARNING,
    "completedwarning": Outcome.WARNING,
    "failed": Outcome.FAILED,
    "error": Outcome.FAILED,
    **{word.casefold(): Outcome.RUNNING for word in RUNNING_STATES},
}
_FINAL_OUTCOMES = (Outcome.FAILED, Outcome.WARNING, Outcome.SUCCESS)
"""Outcomes of an ended run, worst first."""

STATE_VALUES = (
    *(
        "InProgress",
        "CompletedSuccessfully",
        "CompletedWarning",
        "Failed",
        "Success",
        "Warning",
        "None",
        "Error",
    ),
    *("Stopped", "Completed", "Unknown"),
    *RUNNING_STATES[1:],
)
"""The documented words of State and Result, of all session families; those of system sessions first."""


def find_guid(text: str) -> str | None:
    """The first GUID in `text`, in lower case, or `None`."""
    match = _GUID.search(text)
    return match.group().lower() if match else None


def uid_from_guid(guid: str) -> Uid:
    """The UID of the system session with this GUID."""
    return Uid(SYSTEM_URN + guid.lower())


@dataclass(frozen=True, slots=True)
class Result:
    """The `Result` element: the server's word, its message, and whether the run was canceled."""

    value: str | None = None
    message: str | None = None
    is_canceled: bool = False


NO_RESULT = Result()


@dataclass(frozen=True, slots=True)
class Session:
    """One run in the server's list.

    `parse_problem` describes the fields that could not be read; the others are valid.
    `is_complete` is false for a reference, of which only UID and name are known.
    """

    uid: Uid
    name: str | None = None
    type: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    state: str | None = None
    result: Result = NO_RESULT
    parse_problem: str | None = None
    is_complete: bool = True

    @property
    def id(self) -> str:
        """The GUID in lower case; the full UID if it contains none."""
        match = _GUID.match(self.uid, len(SYSTEM_URN)) or _GUID.search(self.uid)
        return match.group().lower() if match else self.uid

    @property
    def message(self) -> str | None:
        """The message of the result."""
        return self.result.message

    @property
    def outcome(self) -> Outcome:
        """Running by State, unless there is an end time and a final Result; else canceled; else the worse.

        If State is missing or inconclusive, such as `Stopped`, Result decides, which may also be running.
        Words are compared without case, in both documented spellings.
        """
        return _derive_outcome(self.state, self.result.value, self.result.is_canceled, self.ended is not None)

    @property
    def contradiction(self) -> str:
        """How State, Result and end time contradict each other, as text; empty if they do not."""
        by_state, by_result = _parse_outcome(self.state), _parse_outcome(self.result.value)
        state, result = f"State is {self.state}", f"Result is {self.result.value}"
        if self.ended is not None and (by_state or by_result) is Outcome.RUNNING:
            statement = state if by_state else result
            return f"{statement}, but {'the run has an end time' if self.is_running else 'the run has ended'}"
        if by_state is None or by_result is None or by_state is by_result:
            return ""
        return f"{state}, {result}"

    @property
    def outcome_text(self) -> str:
        """The outcome, with any contradiction: `failed (State is Working, …)`."""
        return f"{self.outcome} ({self.contradiction})" if self.contradiction else str(self.outcome)

    @property
    def is_running(self) -> bool:
        """Whether it is still running, according to the server."""
        return self.outcome is Outcome.RUNNING

    @property
    def has_failed(self) -> bool:
        """Whether it is known to have failed; never true for a reference."""
        return self.is_complete and self.outcome is Outcome.FAILED

    @property
    def has_warning(self) -> bool:
        """Whether it is known to have ended with a warning; never true for a reference."""
        return self.is_complete and self.outcome is Outcome.WARNING

    def duration(self, now: datetime) -> timedelta | None:
        """Elapsed time, up to `now` if it is still running; `None` without a start or an end.

        Never negative: the server's clock may be ahead of ours.
        """
        end = now if self.is_running else self.ended
        if self.started is None or end is None:
            return None
        return max(end - self.started, timedelta())


@lru_cache(maxsize=256)
def _derive_outcome(state: str | None, result: str | None, is_canceled: bool, has_end: bool) -> Outcome:
    """Cached: thousands of sessions share a few words."""
    by_state, by_result = _parse_outcome(state), _parse_outcome(result)
    if (by_state or by_result) is Outcome.RUNNING and not (has_end and by_result in _FINAL_OUTCOMES):
        return Outcome.RUNNING
    if is_canceled:
        return Outcome.CANCELED
    return next((outcome for outcome in _FINAL_OUTCOMES if outcome in {by_state, by_result}), Outcome.UNKNOWN)


def _parse_outcome(word: str | None) -> Outcome | None:
    """The outcome that one of the server's words means; `None` if the word is unknown."""
    return _OUTCOMES.get((word or "").strip().casefold())


@dataclass(frozen=True, slots=True)
class Event:
    """One log line of a session. The server gives no severity (em_rest/get_systemsessions_id_events)."""

    order: int | None
    time: datetime | None
    message: str | None
    parse_problem: str | None = None


def state_values(sessions: Iterable[Session]) -> tuple[str, ...]:
    """The words in State and Result of these sessions, without duplicates, in order."""
    values: dict[str | None, None] = {}
    for session in sessions:
        values[session.state] = values[session.result.value] = None
    return tuple(word for word in values if word)


def type_names(sessions: Iterable[Session]) -> tuple[str, ...]:
    """The types of these sessions, without duplicates, in order."""
    return tuple(dict.fromkeys(session.type for session in sessions if session.type))


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of sessions as parsed.

    `replaced_count` is the number of characters replaced by U+FFFD because XML does not allow them.
    """

    sessions: tuple[Session, ...]
    replaced_count: int = 0

    @property
    def unreadable_count(self) -> int:
        """The number of rows with unreadable fields."""
        return sum(1 for session in self.sessions if session.parse_problem)


@dataclass(frozen=True, slots=True)
class Log:
    """The events of one session, in Order."""

    events: tuple[Event, ...]
    replaced_count: int = 0

    @property
    def unreadable_count(self) -> int:
        """The number of events with unreadable fields."""
        return sum(1 for event in self.events if event.parse_problem)
