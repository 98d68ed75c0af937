"""Parse one element into a session or an event; unreadable fields are reported, the others kept.

A `ParsedElement` is an element as texts, independent of XML.
Source: em_rest/systemsessions_id, em_rest/get_systemsessions_id_events.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from emtui.em.chunked_sort import sort_in_chunks
from emtui.em.model import (
    DISTANT_PAST,
    SYSTEM_URN,
    Event,
    Outcome,
    Result,
    Session,
    Uid,
    find_guid,
    uid_from_guid,
)
from emtui.em.text_sanitizer import clean, shorten
from emtui.em.timestamps import LATEST, drop_implausible, parse_name_time, parse_time, plausible_end

ENTITY_TAGS = frozenset({"Sessions", "SystemSession", "SystemSessions"})
REFERENCE_TAGS = frozenset({"Ref", "EntityRef"})
EVENT_TAGS = frozenset({"Events", "Event", "SystemSessionEvent"})
_ROW_ATTRIBUTES = frozenset({"UID", "Name"})
"""An unknown element with one of these attributes is shown as a row; any other is ignored."""

_IN_HREF = re.compile(r"/systemSessions/([0-9a-f-]{36})(?![0-9a-f-])", re.IGNORECASE)
CANONICAL_UID = SYSTEM_URN + "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_CANONICAL = re.compile(CANONICAL_UID)
_ORDER = re.compile(r"\s*([+-]?[0-9]{1,15})\s*")
_MAX_CACHED_WORD = 64
"""Maximum length of a cached word."""
_MAX_CACHED_MESSAGE = 200
"""Maximum length of a message that is likely to be shared by many runs, and is cached."""
_UID = attrgetter("uid")
BOOLEANS = {"true": True, "1": True, "false": False, "0": False, "": False}


class ParsedElement(NamedTuple):
    """An element: its attributes, and the texts of its children (`State`, nested `Result/Message`)."""

    name: str
    attributes: Mapping[str, str]
    texts: Mapping[str, str]


class SessionCollector:
    """Collects the sessions of a list; `count` includes those taken out.

    Times after `latest_time` are treated as unknown.
    """

    def __init__(self, latest_time: datetime) -> None:
        self.sessions: list[Session] = []
        self.latest_time = latest_time
        self.count = 0

    def add_element(self, element: ParsedElement) -> None:
        """Add the element if it is a row."""
        row = read_row(element, self.latest_time)
        if row is not None:
            self.add_session(row)

    def add_session(self, session: Session) -> None:
        """Add a session."""
        self.sessions.append(session)
        self.count += 1


def read_row(element: ParsedElement, latest_time: datetime = LATEST) -> Session | None:
    """The session of a list's element; `None` if it is not a row.

    Times after `latest_time` are implausible and treated as unknown.
    """
    if element.name in ENTITY_TAGS or element.name in REFERENCE_TAGS:
        return read_session(element, latest_time)
    if _ROW_ATTRIBUTES.isdisjoint(element.attributes):
        return None
    problems: list[str] = [f"it is listed as {shorten(element.name, 60)}"]
    uid = _derive_uid(element)
    if uid_text := element.attributes.get("UID", "").strip():
        uid = Uid(shorten(uid_text, 200))
    return _build_entity(element, uid, problems, latest_time)


def read_session(element: ParsedElement, latest_time: datetime = LATEST) -> Session:
    """The session of an entity, or of a reference, whose name contains the start time."""
    problems: list[str] = []
    uid = _parse_uid(element, problems)
    is_reference = not element.texts and element.attributes.get("Type", "").endswith("Reference")
    if not is_reference and element.name not in REFERENCE_TAGS:
        return _build_entity(element, uid, problems, latest_time)
    name = read_text(element.attributes.get("Name"))
    started = drop_implausible(parse_name_time(name), latest_time)
    return Session(uid, name, started=started, parse_problem=_join_problems(problems), is_complete=False)


def drop_implausible_times(session: Session, latest_time: datetime) -> Session:
    """The same session without implausible times, such as those after `latest_time`."""
    started = drop_implausible(session.started, latest_time)
    ended = plausible_end(started, drop_implausible(session.ended, latest_time))
    if started == session.started and ended == session.ended:
        return session
    return replace(session, started=started, ended=ended)


def _build_entity(element: ParsedElement, uid: Uid, problems: list[str], latest_time: datetime) -> Session:
    texts = element.texts
    started = _parse_time(element, "CreationTimeUTC", problems, latest_time)
    return Session(
        uid,
        name=read_text(element.attributes.get("Name")),
        type=read_word(texts.get("SessionType")),
        started=started,
        ended=plausible_end(started, _parse_time(element, "EndTimeUTC", problems, latest_time)),
        state=read_word(texts.get("State")),
        result=make_result(
            read_word(texts.get("Result/Result") or texts.get("Result")),
            read_text(texts.get("Result/Message")),
            _parse_canceled(texts.get("Result/IsCanceled"), problems),
        ),
        parse_problem=_join_problems(problems),
    )


def read_event(element: ParsedElement, latest_time: datetime = LATEST) -> Event | None:
    """One event of a log; `None` for any other element."""
    if element.name not in EVENT_TAGS and not {"Message", "CreationTimeUTC"} & element.texts.keys():
        return None
    problems: list[str] = (
        [] if element.name in EVENT_TAGS else [f"it is listed as {shorten(element.name, 60)}"]
    )
    time = _parse_time(element, "CreationTimeUTC", problems, latest_time)
    order_text = element.texts.get("Order", "")
    match = _ORDER.fullmatch(order_text)
    if match is None:
        problems.append(f"Order “{shorten(order_text, 40)}”" if order_text.strip() else "no Order")
    return Event(
        int(match.group(1)) if match else None,
        time,
        read_text(element.texts.get("Message")),
        _join_problems(problems),
    )


def sort_events(events: Iterable[Event]) -> tuple[Event, ...]:
    """Events sorted by Order (stable); an event without Order stays after its predecessor."""
    keyed: list[tuple[float, Event]] = []
    order = float("-inf")
    for event in events:
        order = order if event.order is None else event.order
        keyed.append((order, event))
    keyed.sort(key=lambda place: place[0])
    return tuple(event for _, event in keyed)


def sort_newest_first(rows: Sequence[Session]) -> tuple[Session, ...]:
    """Sessions sorted by start, then by UID, those without a start last; without duplicates."""
    ordered: list[Session] = []
    same_start: list[Session] = []
    for session in sort_in_chunks(_deduplicate(rows), _start_key, reverse=True):
        if same_start and session.started != same_start[0].started:
            ordered += sorted(same_start, key=_UID)
            same_start.clear()
        same_start.append(session)
    return (*ordered, *sorted(same_start, key=_UID))


def _start_key(session: Session) -> datetime:
    return session.started or DISTANT_PAST


def _deduplicate(rows: Sequence[Session]) -> Iterable[Session]:
    """One row per UID: of several copies the one that ended last, else the last in the document."""
    if len({session.uid for session in rows}) == len(rows):
        return rows
    unique: dict[Uid, Session] = {}
    for session in rows:
        previous = unique.get(session.uid)
        if previous is None or _copy_rank(session) >= _copy_rank(previous):
            unique[session.uid] = session
    return unique.values()


def _copy_rank(session: Session) -> tuple[bool, bool, datetime]:
    """Sort key of copies of a session: a run with an outcome has ended, even if its end is unknown."""
    outcome, ended = session.outcome, session.ended
    has_ended = outcome is not Outcome.RUNNING and (ended is not None or outcome is not Outcome.UNKNOWN)
    return session.is_complete, has_ended, ended or DISTANT_PAST


def _parse_uid(element: ParsedElement, problems: list[str]) -> Uid:
    """The canonical UID: from the UID, else from the Href, else derived from constant fields."""
    uid_text = element.attributes.get("UID", "").strip()
    if _CANONICAL.fullmatch(uid_text):
        return Uid(uid_text)
    guid = find_guid(uid_text)
    if guid is None or uid_text.casefold() not in {guid, SYSTEM_URN.casefold() + guid, f"{{{guid}}}"}:
        problems.append(f"UID “{shorten(uid_text, 80)}”" if uid_text else "no UID")
    if guid is None and (match := _IN_HREF.search(element.attributes.get("Href", ""))):
        guid = find_guid(match.group(1))
    return uid_from_guid(guid) if guid else _derive_uid(element)


def _derive_uid(element: ParsedElement) -> Uid:
    """A UID for a row without one, the same at every poll: derived from its name, type and start."""
    constant_fields = (
        element.attributes.get("Name"),
        element.texts.get("SessionType"),
        element.texts.get("CreationTimeUTC"),
    )
    digest = hashlib.blake2b(repr(constant_fields).encode(), digest_size=8)
    return Uid(f"{SYSTEM_URN}none-{digest.hexdigest()}")


def _parse_time(
    element: ParsedElement, name: str, problems: list[str], latest_time: datetime
) -> datetime | None:
    """A time; an implausible one is `None` without a problem, since running sessions have such an end."""
    text = element.texts.get(name)
    try:
        return drop_implausible(parse_time(text), latest_time) if text else None
    except ValueError:
        problems.append(f"{name} “{shorten(text or '', 40)}”")
        return None


def _parse_canceled(text: str | None, problems: list[str]) -> bool:
    value = False if text is None else BOOLEANS.get(text.strip().casefold())
    if value is None:
        problems.append(f"IsCanceled “{shorten(text or '', 40)}”")
    return bool(value)


def read_text(text: str | None) -> str | None:
    """The cleaned text; `None` if it is blank."""
    return clean(text) if text and not text.isspace() else None


def read_word(text: str | None) -> str | None:
    """One of the server's words, cached, since thousands of rows share a few."""
    if not text:
        return None
    return _cached_word(text) if len(text) <= _MAX_CACHED_WORD else clean(text.strip()) or None


@lru_cache(maxsize=256)
def _cached_word(text: str) -> str | None:
    return clean(text.strip()) or None


def make_result(value: str | None, message: str | None, is_canceled: bool) -> Result:
    """A result, cached, since most runs share a few."""
    if message and len(message) > _MAX_CACHED_MESSAGE:
        return Result(value, message, is_canceled)
    return _cached_result(value, message, is_canceled)


_cached_result = lru_cache(maxsize=512)(Result)


def _join_problems(problems: list[str]) -> str | None:
    return ", ".join(problems) or None
