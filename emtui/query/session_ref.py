"""References to one session: GUID, URN, URL, the first digits of a GUID, or the latest run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emtui.em.model import Session, Uid, find_guid, type_names, uid_of
from emtui.query.query_errors import BadQuery
from emtui.query.type_aliases import type_test

FEWEST_DIGITS = 4
"""Minimum number of leading hex digits of a GUID."""
MANY = 10
"""Maximum number of listed candidates if several sessions match."""

_GUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_EXACT = re.compile(rf"(?:urn:veeam:systemsession:)?\{{?({_GUID})\}}?", re.IGNORECASE)
_URL = re.compile(rf"https?://[^/]+/.*?systemSessions/({_GUID})(?![0-9a-f-]).*", re.IGNORECASE)
_ANY = re.compile(
    rf"(?:urn:veeam:(?P<kind>\w+):|/(?P<path>\w+)/|(?<![0-9a-z-]))(?P<guid>{_GUID})(?![0-9a-z-])",
    re.IGNORECASE,
)
_OURS = ("systemsession", "systemsessions")
_AROUND = " \t\r\n<>()[]\"'`,;.“”„‘’«»"
"""Characters around an ID that was copied from a sentence, a mail or JSON."""
_HEX = re.compile(r"[0-9a-f][0-9a-f-]*", re.IGNORECASE)
_LATEST = re.compile(r"latest(?::(.*))?", re.IGNORECASE)
LAST_GOOD = "good"
"""Reference for `--compare`: the last successful run before the other one."""
LAST_SUCCESS = "last-success"
"""The plain name of `LAST_GOOD`, which is documented; both are accepted."""

_FORMS = "use a GUID, urn:veeam:SystemSession:GUID, its URL, 4 or more leading hex digits, or latest[:TYPE]."


@dataclass(frozen=True, slots=True)
class ExactTarget:
    """One uid; `url` is the URL it was taken from, whose host is ignored."""

    uid: Uid
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PrefixTarget:
    """The first hex digits of a GUID, in lower case without dashes."""

    hex: str


@dataclass(frozen=True, slots=True)
class LatestTarget:
    """The run that started last, of one type (as in `type:`) or of any."""

    type: str | None = None


Target = ExactTarget | PrefixTarget | LatestTarget


class SeveralNamed(BadQuery):
    """A text that contains several session IDs."""


class NoMatch(LookupError):
    """No session of the list matches; the message is one sentence."""


class SeveralMatch(LookupError):
    """Several sessions match: `total` of them, the first ten in `sessions`."""

    def __init__(self, sentence: str, sessions: Sequence[Session]) -> None:
        super().__init__(sentence)
        self.total = len(sessions)
        self.sessions = tuple(sessions[:MANY])


def parse_target(text: str) -> Target:
    """Parse a reference to one session; raises `BadQuery` if it is invalid."""
    text = text.strip()
    if exact := _EXACT.fullmatch(text):
        return ExactTarget(uid_of(exact[1]))
    if url := _URL.fullmatch(text):
        return ExactTarget(uid_of(url[1]), url=text)
    if latest := _LATEST.fullmatch(text):
        return _latest(latest[1])
    digits = text.replace("-", "").lower()
    if _HEX.fullmatch(text) and FEWEST_DIGITS <= len(digits) <= 32:
        return PrefixTarget(digits)
    raise BadQuery(f"{text!r} is not a session ID: {_FORMS}", text)


def target_in(text: str) -> Target:
    """The session that a text refers to: alone, in quotes or brackets, or within a sentence.

    In a sentence, GUIDs that are marked as those of other objects, such as jobs, are ignored. Raises
    `SeveralNamed` for several GUIDs, `BadQuery` for none.
    """
    for whole in (text, text.strip(_AROUND)):
        if names_session(whole):
            return parse_target(whole)
    readable = "".join(text.split()).isprintable()
    found = (match for match in _ANY.finditer(text) if _is_ours(match["kind"] or match["path"]))
    guids = list(dict.fromkeys(match["guid"].lower() for match in found)) if readable else []
    if len(guids) > 1:
        raise SeveralNamed(f"The text contains {len(guids)} different session IDs: use one of them.", text)
    return ExactTarget(uid_of(guids[0])) if guids else parse_target(text)


def _is_ours(kind: str | None) -> bool:
    return kind is None or kind.casefold() in _OURS


def is_wrapped_id(text: str) -> bool:
    """Whether this is one GUID, URN or URL with brackets or a comma; one in quotes is a query."""
    bare = text.strip(_AROUND)
    return text != f'"{bare}"' and names_session(bare) and isinstance(parse_target(bare), ExactTarget)


def names_session(text: str) -> bool:
    """Whether this is a valid reference to a session."""
    try:
        parse_target(text)
    except BadQuery:
        return False
    return True


def _latest(kind: str | None) -> LatestTarget:
    if kind is not None:
        type_test(kind)
    return LatestTarget(kind)


def find(target: Target, sessions: Iterable[Session]) -> Session:
    """The session of the list that matches; raises `NoMatch`, `SeveralMatch` or `BadQuery`."""
    match target:
        case ExactTarget(uid):
            found = [session for session in sessions if session.uid == uid or session.id == find_guid(uid)]
            return _only(found[:1], f"Session {find_guid(uid)} is not in the list of the last 30 days.")
        case PrefixTarget(digits):
            found = [session for session in sessions if session.id.replace("-", "").startswith(digits)]
            ids = {session.id: session for session in reversed(found)}  # the first row of each
            return _only(
                list(ids.values())[::-1],
                f"No session ID in the list of the last 30 days starts with {digits}.",
            )
        case LatestTarget(kind):
            sessions = list(sessions)
            whole = all(session.complete for session in sessions)
            fits = type_test(kind, type_names(sessions) if whole else None) if kind else None
            newest = _newest(session for session in sessions if fits is None or fits(session.type))
            what = f"of type {kind} " if kind else ""
            return _only(newest, f"No session {what}in the list of the last 30 days.")


def _newest(sessions: Iterable[Session]) -> list[Session]:
    started = [session for session in sessions if session.started]
    if not started:
        return []
    last = max(session.started for session in started if session.started)
    return sorted((s for s in started if s.started == last), key=lambda session: session.uid)[:1]


def _only(found: Sequence[Session], nothing: str) -> Session:
    if not found:
        raise NoMatch(nothing)
    if len(found) > 1:
        raise SeveralMatch(f"{len(found)} session IDs start with these digits: add more digits.", found)
    return found[0]
