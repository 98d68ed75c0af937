"""References to one session: GUID, URN, URL, the first hex digits of a GUID, or the latest run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emtui.em.model import Session, Uid, find_guid, type_names, uid_from_guid
from emtui.query.query_errors import InvalidQueryError
from emtui.query.type_aliases import type_test

MIN_PREFIX_LENGTH = 4
"""Minimum number of leading hex digits of a GUID."""
MAX_CANDIDATES = 10
"""Maximum number of listed candidates if several sessions match."""

_GUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_GUID_OR_URN = re.compile(rf"(?:urn:veeam:systemsession:)?\{{?({_GUID})\}}?", re.IGNORECASE)
_URL = re.compile(rf"https?://[^/]+/.*?systemSessions/({_GUID})(?![0-9a-f-]).*", re.IGNORECASE)
_GUID_IN_TEXT = re.compile(
    rf"(?:urn:veeam:(?P<kind>\w+):|/(?P<path>\w+)/|(?<![0-9a-z-]))(?P<guid>{_GUID})(?![0-9a-z-])",
    re.IGNORECASE,
)
_SESSION_KINDS = ("systemsession", "systemsessions")
_SURROUNDING_CHARACTERS = " \t\r\n<>()[]\"'`,;.“”„‘’«»"
"""Characters around an ID that was copied from a sentence, a mail or JSON."""
_HEX = re.compile(r"[0-9a-f][0-9a-f-]*", re.IGNORECASE)
_LATEST = re.compile(r"latest(?::(.*))?", re.IGNORECASE)
LAST_SUCCESS = "last-success"
"""Reference for `--compare`: the last successful run before the other one."""
LAST_SUCCESSFUL = "good"
"""Older word for `LAST_SUCCESS`, accepted but not documented."""

_ACCEPTED_FORMS = "use a GUID, its first 4 or more hex digits, a URN, a URL, latest or latest:TYPE."


@dataclass(frozen=True, slots=True)
class ExactSessionRef:
    """One uid; `url` is the URL it was taken from, whose host is ignored."""

    uid: Uid
    url: str | None = None


@dataclass(frozen=True, slots=True)
class SessionRefPrefix:
    """The first hex digits of a GUID, in lower case without dashes."""

    digits: str


@dataclass(frozen=True, slots=True)
class LatestSessionRef:
    """The run that started last, of one type (as in `type:`) or of any."""

    session_type: str | None = None


SessionRef = ExactSessionRef | SessionRefPrefix | LatestSessionRef


class SeveralSessionsNamedError(InvalidQueryError):
    """A text that contains several session IDs."""


class NoMatchingSessionError(LookupError):
    """No session of the list matches; the message is one sentence."""


class AmbiguousSessionError(LookupError):
    """Several sessions match: `match_count` of them, the first ten in `sessions`."""

    def __init__(self, sentence: str, sessions: Sequence[Session]) -> None:
        super().__init__(sentence)
        self.match_count = len(sessions)
        self.sessions = tuple(sessions[:MAX_CANDIDATES])


def parse_session_ref(text: str) -> SessionRef:
    """Parse a reference to one session; raises `InvalidQueryError` if it is invalid."""
    text = text.strip()
    if exact := _GUID_OR_URN.fullmatch(text):
        return ExactSessionRef(uid_from_guid(exact[1]))
    if url := _URL.fullmatch(text):
        return ExactSessionRef(uid_from_guid(url[1]), url=text)
    if latest := _LATEST.fullmatch(text):
        return _parse_latest(latest[1])
    digits = text.replace("-", "").lower()
    if _HEX.fullmatch(text) and MIN_PREFIX_LENGTH <= len(digits) <= 32:
        return SessionRefPrefix(digits)
    raise InvalidQueryError(f"{text!r} is not a session ID: {_ACCEPTED_FORMS}", text)


def find_session_ref(text: str) -> SessionRef:
    """The session that a text refers to: alone, in quotes or brackets, or within a sentence.

    In a sentence, GUIDs that are marked as those of other objects, such as jobs, are ignored. Raises
    `SeveralSessionsNamedError` for several GUIDs, `InvalidQueryError` for none.
    """
    for candidate in (text, text.strip(_SURROUNDING_CHARACTERS)):
        if is_session_ref(candidate):
            return parse_session_ref(candidate)
    is_printable = "".join(text.split()).isprintable()
    matches = (
        match for match in _GUID_IN_TEXT.finditer(text) if _is_system_session(match["kind"] or match["path"])
    )
    guids = list(dict.fromkeys(match["guid"].lower() for match in matches)) if is_printable else []
    if len(guids) > 1:
        raise SeveralSessionsNamedError(
            f"The text contains {len(guids)} different session IDs: use one of them.", text
        )
    return ExactSessionRef(uid_from_guid(guids[0])) if guids else parse_session_ref(text)


def _is_system_session(named_kind: str | None) -> bool:
    return named_kind is None or named_kind.casefold() in _SESSION_KINDS


def is_wrapped_id(text: str) -> bool:
    """Whether this is one GUID, URN or URL with brackets or a comma; one in quotes is a query."""
    stripped = text.strip(_SURROUNDING_CHARACTERS)
    return (
        text != f'"{stripped}"'
        and is_session_ref(stripped)
        and isinstance(parse_session_ref(stripped), ExactSessionRef)
    )


def is_session_ref(text: str) -> bool:
    """Whether this is a valid reference to a session."""
    try:
        parse_session_ref(text)
    except InvalidQueryError:
        return False
    return True


def _parse_latest(session_type: str | None) -> LatestSessionRef:
    if session_type is not None:
        type_test(session_type)
    return LatestSessionRef(session_type)


def find_session(session_ref: SessionRef, sessions: Iterable[Session]) -> Session:
    """The session of the list that matches.

    Raises `NoMatchingSessionError`, `AmbiguousSessionError` or `InvalidQueryError`.
    """
    match session_ref:
        case ExactSessionRef(uid):
            matches = [session for session in sessions if session.uid == uid or session.id == find_guid(uid)]
            return _single_session(
                matches[:1], f"Session {find_guid(uid)} is not in the list of the last 30 days."
            )
        case SessionRefPrefix(digits):
            matches = [session for session in sessions if session.id.replace("-", "").startswith(digits)]
            sessions_by_id = {session.id: session for session in reversed(matches)}  # the first row of each
            return _single_session(
                list(sessions_by_id.values())[::-1],
                f"No session ID in the list of the last 30 days starts with {digits}.",
            )
        case LatestSessionRef(session_type):
            sessions = list(sessions)
            is_complete = all(session.is_complete for session in sessions)
            matches_type = (
                type_test(session_type, type_names(sessions) if is_complete else None)
                if session_type
                else None
            )
            newest_sessions = _newest_session(
                session for session in sessions if matches_type is None or matches_type(session.type)
            )
            type_phrase = f"of type {session_type} " if session_type else ""
            return _single_session(
                newest_sessions, f"No session {type_phrase}in the list of the last 30 days."
            )


def _newest_session(sessions: Iterable[Session]) -> list[Session]:
    started_sessions = [session for session in sessions if session.started]
    if not started_sessions:
        return []
    latest_start = max(session.started for session in started_sessions if session.started)
    return sorted(
        (s for s in started_sessions if s.started == latest_start), key=lambda session: session.uid
    )[:1]


def _single_session(matches: Sequence[Session], message_if_none: str) -> Session:
    if not matches:
        raise NoMatchingSessionError(message_if_none)
    if len(matches) > 1:
        raise AmbiguousSessionError(
            f"{len(matches)} session IDs start with these digits: add more digits.", matches
        )
    return matches[0]
