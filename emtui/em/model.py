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

LONG_AGO = datetime.min.replace(tzinfo=UTC)
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


RUNNING_WORDS = (
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
    **{word.casefold(): Outcome.RUNNING for word in RUNNING_WORDS},
}
_ENDS = (Outcome.FAILED, Outcome.WARNING, Outcome.SUCCESS)
"""Outcomes of an ended run, worst first."""

STATE_WORDS = (
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
    *RUNNING_WORDS[1:],
)
"""The documented words of State and Result, of all session families; those of system sessions first."""


def find_guid(text: str) -> str | None:
    """The first GUID in `text`, in lower case, or `None`."""
    found = _GUID.search(text)
    return found.group().lower() if found else None


def uid_of(guid: str) -> Uid:
    """The UID of the system session with this GUID."""
    return Uid(SYSTEM_URN + guid.lower())


@dataclass(frozen=True, slots=True)
class Result:
    """The `Result` element: the server's word, its message, and whether the run was canceled."""

    word: str | None = None
    message: str | None = None
    canceled: bool = False


NO_RESULT = Result()


@dataclass(frozen=True, slots=True)
class Session:
    """One run in the server's list.

    `odd` describes the fields that could not be read; the others are valid.
    `complete` is false for a reference, of which only UID and name are known.
    """

    uid: Uid
    name: str | None = None
    type: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    state: str | None = None
    result: Result = NO_RESULT
    odd: str | None = None
    complete: bool = True

    @property
    def id(self) -> str:
        """The GUID in lower case; the full UID if it contains none."""
        found = _GUID.match(self.uid, len(SYSTEM_URN)) or _GUID.search(self.uid)
        return found.group().lower() if found else self.uid

    @property
    def message(self) -> str | None:
        """The message of the result."""
        return self.result.message

    @property
    def outcome(self) -> Outcome:
        """Running by State, unless there is an end and a final Result; else canceled; else the worse of both.

        If State is missing or inconclusive, such as `Stopped`, Result decides, which may also be running.
        Words are compared without case, in both documented spellings.
        """
        return _outcome_of(self.state, self.result.word, self.result.canceled, self.ended is not None)

    @property
    def contradiction(self) -> str:
        """How State, Result and end time contradict each other, as text; empty if they do not."""
        by_state, by_result = _meaning(self.state), _meaning(self.result.word)
        state, result = f"State says {self.state}", f"Result says {self.result.word}"
        if self.ended is not None and (by_state or by_result) is Outcome.RUNNING:
            said = state if by_state else result
            return f"{said}, but {'there is an end' if self.running else 'the run has ended'}"
        if by_state is None or by_result is None or by_state is by_result:
            return ""
        return f"{state}, {result}"

    @property
    def outcome_text(self) -> str:
        """The outcome, with any contradiction: `failed (State says Working, …)`."""
        return f"{self.outcome} ({self.contradiction})" if self.contradiction else str(self.outcome)

    @property
    def running(self) -> bool:
        """Whether it is still running, according to the server."""
        return self.outcome is Outcome.RUNNING

    @property
    def has_failed(self) -> bool:
        """Whether it is known to have failed; never true for a reference."""
        return self.complete and self.outcome is Outcome.FAILED

    @property
    def has_warning(self) -> bool:
        """Whether it is known to have ended with a warning; never true for a reference."""
        return self.complete and self.outcome is Outcome.WARNING

    def took(self, now: datetime) -> timedelta | None:
        """Elapsed time, up to `now` if it is still running; `None` without a start or an end.

        Never negative: the server's clock may be ahead of ours.
        """
        end = now if self.running else self.ended
        if self.started is None or end is None:
            return None
        return max(end - self.started, timedelta())


@lru_cache(maxsize=256)
def _outcome_of(state: str | None, result: str | None, canceled: bool, has_end: bool) -> Outcome:
    """Cached: thousands of sessions share a few words."""
    by_state, by_result = _meaning(state), _meaning(result)
    if (by_state or by_result) is Outcome.RUNNING and not (has_end and by_result in _ENDS):
        return Outcome.RUNNING
    if canceled:
        return Outcome.CANCELED
    return next((outcome for outcome in _ENDS if outcome in {by_state, by_result}), Outcome.UNKNOWN)


def _meaning(word: str | None) -> Outcome | None:
    """The outcome that one of the server's words means; `None` if the word is unknown."""
    return _OUTCOMES.get((word or "").strip().casefold())


@dataclass(frozen=True, slots=True)
class Event:
    """One log line of a session. The server gives no severity (em_rest/get_systemsessions_id_events)."""

    order: int | None
    time: datetime | None
    message: str | None
    odd: str | None = None


def state_words(sessions: Iterable[Session]) -> tuple[str, ...]:
    """The words in State and Result of these sessions, without duplicates, in order."""
    words: dict[str | None, None] = {}
    for session in sessions:
        words[session.state] = words[session.result.word] = None
    return tuple(word for word in words if word)


def type_names(sessions: Iterable[Session]) -> tuple[str, ...]:
    """The types of these sessions, without duplicates, in order."""
    return tuple(dict.fromkeys(session.type for session in sessions if session.type))


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of sessions as parsed.

    `replaced` counts characters that XML does not allow, replaced by U+FFFD.
    """

    sessions: tuple[Session, ...]
    replaced: int = 0

    @property
    def odd(self) -> int:
        """The number of rows with unreadable fields."""
        return sum(1 for session in self.sessions if session.odd)


@dataclass(frozen=True, slots=True)
class Log:
    """The events of one session, in Order."""

    events: tuple[Event, ...]
    replaced: int = 0

    @property
    def odd(self) -> int:
        """The number of events with unreadable fields."""
        return sum(1 for event in self.events if event.odd)
