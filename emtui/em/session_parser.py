"""Parse one element into a session or an event; unreadable fields are reported, the others kept.

An `Item` is an element as texts, independent of XML.
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

from emtui.em.chunked_sort import gently_sorted
from emtui.em.model import LONG_AGO, SYSTEM_URN, Event, Outcome, Result, Session, Uid, find_guid, uid_of
from emtui.em.text_sanitizer import brief, clean
from emtui.em.timestamps import LATEST, believable, end_of, read_time, time_in_name

ENTITIES = frozenset({"Sessions", "SystemSession", "SystemSessions"})
REFERENCES = frozenset({"Ref", "EntityRef"})
EVENTS = frozenset({"Events", "Event", "SystemSessionEvent"})
_ALIEN = frozenset({"UID", "Name"})
"""An unknown element with one of these attributes is shown as a row; any other is ignored."""

_IN_HREF = re.compile(r"/systemSessions/([0-9a-f-]{36})(?![0-9a-f-])", re.IGNORECASE)
CANONICAL_UID = SYSTEM_URN + "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_CANONICAL = re.compile(CANONICAL_UID)
_ORDER = re.compile(r"\s*([+-]?[0-9]{1,15})\s*")
_WORD = 64
"""Maximum length of a cached word."""
_OFTEN = 200
"""Maximum length of a message that is likely to be shared by many runs, and is cached."""
_UID = attrgetter("uid")
TRUTHS = {"true": True, "1": True, "false": False, "0": False, "": False}


class Item(NamedTuple):
    """An element: its attributes, and the texts of its children (`State`, nested `Result/Message`)."""

    name: str
    attributes: Mapping[str, str]
    texts: Mapping[str, str]


class Rows:
    """Collects the sessions of a list; `count` stays when they are taken out.

    Times after `last` are treated as unknown.
    """

    def __init__(self, last: datetime) -> None:
        self.found: list[Session] = []
        self.last = last
        self.count = 0

    def take(self, item: Item) -> None:
        """Add the element if it is a row."""
        row = read_row(item, self.last)
        if row is not None:
            self.add(row)

    def add(self, row: Session) -> None:
        """Add a session."""
        self.found.append(row)
        self.count += 1


def read_row(item: Item, last: datetime = LATEST) -> Session | None:
    """The session of a list's element; `None` if it is not a row.

    Times after `last` are implausible and treated as unknown.
    """
    if item.name in ENTITIES or item.name in REFERENCES:
        return read_session(item, last)
    if _ALIEN.isdisjoint(item.attributes):
        return None
    odd: list[str] = [f"it is listed as {brief(item.name, 60)}"]
    uid = _no_uid(item)
    if written := item.attributes.get("UID", "").strip():
        uid = Uid(brief(written, 200))
    return _entity(item, uid, odd, last)


def read_session(item: Item, last: datetime = LATEST) -> Session:
    """The session of an entity, or of a reference, whose name contains the start time."""
    odd: list[str] = []
    uid = _uid(item, odd)
    bare = not item.texts and item.attributes.get("Type", "").endswith("Reference")
    if not bare and item.name not in REFERENCES:
        return _entity(item, uid, odd, last)
    name = read_text(item.attributes.get("Name"))
    started = believable(time_in_name(name), last)
    return Session(uid, name, started=started, odd=_said(odd), complete=False)


def believed(session: Session, last: datetime) -> Session:
    """The same session without implausible times, such as those after `last`."""
    started = believable(session.started, last)
    ended = end_of(started, believable(session.ended, last))
    if started == session.started and ended == session.ended:
        return session
    return replace(session, started=started, ended=ended)


def _entity(item: Item, uid: Uid, odd: list[str], last: datetime) -> Session:
    texts = item.texts
    started = _time(item, "CreationTimeUTC", odd, last)
    return Session(
        uid,
        name=read_text(item.attributes.get("Name")),
        type=read_word(texts.get("SessionType")),
        started=started,
        ended=end_of(started, _time(item, "EndTimeUTC", odd, last)),
        state=read_word(texts.get("State")),
        result=result_of(
            read_word(texts.get("Result/Result") or texts.get("Result")),
            read_text(texts.get("Result/Message")),
            _canceled(texts.get("Result/IsCanceled"), odd),
        ),
        odd=_said(odd),
    )


def read_event(item: Item, last: datetime = LATEST) -> Event | None:
    """One event of a log; `None` for any other element."""
    if item.name not in EVENTS and not {"Message", "CreationTimeUTC"} & item.texts.keys():
        return None
    odd: list[str] = [] if item.name in EVENTS else [f"it is listed as {brief(item.name, 60)}"]
    time = _time(item, "CreationTimeUTC", odd, last)
    written = item.texts.get("Order", "")
    found = _ORDER.fullmatch(written)
    if found is None:
        odd.append(f"Order “{brief(written, 40)}”" if written.strip() else "no Order")
    return Event(
        int(found.group(1)) if found else None, time, read_text(item.texts.get("Message")), _said(odd)
    )


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Events sorted by Order (stable); an event without Order stays after its predecessor."""
    placed: list[tuple[float, Event]] = []
    order = float("-inf")
    for event in events:
        order = order if event.order is None else event.order
        placed.append((order, event))
    placed.sort(key=lambda place: place[0])
    return tuple(event for _, event in placed)


def newest_first(rows: Sequence[Session]) -> tuple[Session, ...]:
    """Sessions sorted by start, then by UID, those without a start last; without duplicates."""
    ordered: list[Session] = []
    alike: list[Session] = []
    for session in gently_sorted(_one_each(rows), _start, reverse=True):
        if alike and session.started != alike[0].started:
            ordered += sorted(alike, key=_UID)
            alike.clear()
        alike.append(session)
    return (*ordered, *sorted(alike, key=_UID))


def _start(session: Session) -> datetime:
    return session.started or LONG_AGO


def _one_each(rows: Sequence[Session]) -> Iterable[Session]:
    """One row per UID: of several copies the one that ended last, else the last in the document."""
    if len({session.uid for session in rows}) == len(rows):
        return rows
    kept: dict[Uid, Session] = {}
    for session in rows:
        before = kept.get(session.uid)
        if before is None or _finality(session) >= _finality(before):
            kept[session.uid] = session
    return kept.values()


def _finality(session: Session) -> tuple[bool, bool, datetime]:
    """Sort key of copies of a session: a run with an outcome has ended, even if its end is unknown."""
    outcome, ended = session.outcome, session.ended
    has_ended = outcome is not Outcome.RUNNING and (ended is not None or outcome is not Outcome.UNKNOWN)
    return session.complete, has_ended, ended or LONG_AGO


def _uid(item: Item, odd: list[str]) -> Uid:
    """The canonical UID: from the UID, else from the Href, else derived from constant fields."""
    written = item.attributes.get("UID", "").strip()
    if _CANONICAL.fullmatch(written):
        return Uid(written)
    guid = find_guid(written)
    if guid is None or written.casefold() not in {guid, SYSTEM_URN.casefold() + guid, f"{{{guid}}}"}:
        odd.append(f"UID “{brief(written, 80)}”" if written else "no UID")
    if guid is None and (found := _IN_HREF.search(item.attributes.get("Href", ""))):
        guid = find_guid(found.group(1))
    return uid_of(guid) if guid else _no_uid(item)


def _no_uid(item: Item) -> Uid:
    """A UID for a row without one, the same at every poll: derived from its name, type and start."""
    stays = (
        item.attributes.get("Name"),
        item.texts.get("SessionType"),
        item.texts.get("CreationTimeUTC"),
    )
    digest = hashlib.blake2b(repr(stays).encode(), digest_size=8)
    return Uid(f"{SYSTEM_URN}none-{digest.hexdigest()}")


def _time(item: Item, name: str, odd: list[str], last: datetime) -> datetime | None:
    """A time; an implausible one is `None` without a problem, since running sessions have such an end."""
    text = item.texts.get(name)
    try:
        return believable(read_time(text), last) if text else None
    except ValueError:
        odd.append(f"{name} “{brief(text or '', 40)}”")
        return None


def _canceled(text: str | None, odd: list[str]) -> bool:
    told = False if text is None else TRUTHS.get(text.strip().casefold())
    if told is None:
        odd.append(f"IsCanceled “{brief(text or '', 40)}”")
    return bool(told)


def read_text(text: str | None) -> str | None:
    """The cleaned text; `None` if it is blank."""
    return clean(text) if text and not text.isspace() else None


def read_word(text: str | None) -> str | None:
    """One of the server's words, cached, since thousands of rows share a few."""
    if not text:
        return None
    return _known_word(text) if len(text) <= _WORD else clean(text.strip()) or None


@lru_cache(maxsize=256)
def _known_word(text: str) -> str | None:
    return clean(text.strip()) or None


def result_of(word: str | None, message: str | None, canceled: bool) -> Result:
    """A result, cached, since most runs share a few."""
    if message and len(message) > _OFTEN:
        return Result(word, message, canceled)
    return _known_result(word, message, canceled)


_known_result = lru_cache(maxsize=512)(Result)


def _said(odd: list[str]) -> str | None:
    return ", ".join(odd) or None
