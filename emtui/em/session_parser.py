"""One element of an answer to one session or event: what cannot be read is said, the rest stands.

An `Item` is the element as texts, taken out of the parser's tree; nothing here knows XML.
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
"""What an element of another kind must have to be shown as a row; anything else is decoration."""

_IN_HREF = re.compile(r"/systemSessions/([0-9a-f-]{36})(?![0-9a-f-])", re.IGNORECASE)
CANONICAL_UID = SYSTEM_URN + "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_CANONICAL = re.compile(CANONICAL_UID)
_ORDER = re.compile(r"\s*([+-]?[0-9]{1,15})\s*")
_WORD = 64
"""Characters up to which a text may be one of the server's words."""
_OFTEN = 200
"""Characters up to which a message may be that of many runs."""
_UID = attrgetter("uid")
TRUTHS = {"true": True, "1": True, "false": False, "0": False, "": False}


class Item(NamedTuple):
    """An element: its attributes, and its children's texts (`State`; inside another, `Result/Message`)."""

    name: str
    attributes: Mapping[str, str]
    texts: Mapping[str, str]


class Rows:
    """The rows of a list so far; `count` of them, also when they were given away.

    No time of a row is after `last`.
    """

    def __init__(self, last: datetime) -> None:
        self.found: list[Session] = []
        self.last = last
        self.count = 0

    def take(self, item: Item) -> None:
        """What is a row is one more."""
        row = read_row(item, self.last)
        if row is not None:
            self.add(row)

    def add(self, row: Session) -> None:
        """One more row."""
        self.found.append(row)
        self.count += 1


def read_row(item: Item, last: datetime = LATEST) -> Session | None:
    """The session that a list's element is; `None` for one that is no row at all.

    No time of it is after `last`: such a one cannot be true.
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
    """An entity, or a bare reference, whose name tells the start."""
    odd: list[str] = []
    uid = _uid(item, odd)
    bare = not item.texts and item.attributes.get("Type", "").endswith("Reference")
    if not bare and item.name not in REFERENCES:
        return _entity(item, uid, odd, last)
    name = read_text(item.attributes.get("Name"))
    started = believable(time_in_name(name), last)
    return Session(uid, name, started=started, odd=_said(odd), complete=False)


def believed(session: Session, last: datetime) -> Session:
    """The same session; of its times only those that can be true until `last`."""
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
    """One line of a log; `None` for an element that is none, and looks like none."""
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
    """By Order; equal ones as they came, and one without Order behind the one it came after."""
    placed: list[tuple[float, Event]] = []
    order = float("-inf")
    for event in events:
        order = order if event.order is None else event.order
        placed.append((order, event))
    placed.sort(key=lambda place: place[0])
    return tuple(event for _, event in placed)


def newest_first(rows: Sequence[Session]) -> tuple[Session, ...]:
    """By start, ties by UID, those without a start last; every UID once."""
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
    """One row for each UID: of several copies the one that has ended last, else the last in the answer."""
    if len({session.uid for session in rows}) == len(rows):
        return rows
    kept: dict[Uid, Session] = {}
    for session in rows:
        before = kept.get(session.uid)
        if before is None or _finality(session) >= _finality(before):
            kept[session.uid] = session
    return kept.values()


def _finality(session: Session) -> tuple[bool, bool, datetime]:
    """How final what a copy says is: a run with an outcome has ended, though its end may be unknown."""
    outcome, ended = session.outcome, session.ended
    has_ended = outcome is not Outcome.RUNNING and (ended is not None or outcome is not Outcome.UNKNOWN)
    return session.complete, has_ended, ended or LONG_AGO


def _uid(item: Item, odd: list[str]) -> Uid:
    """The UID in its one spelling: from the UID, else from the Href, else made up from what stays."""
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
    """A UID for a row that has none, the same at every poll: from its name, type and start."""
    stays = (
        item.attributes.get("Name"),
        item.texts.get("SessionType"),
        item.texts.get("CreationTimeUTC"),
    )
    digest = hashlib.blake2b(repr(stays).encode(), digest_size=8)
    return Uid(f"{SYSTEM_URN}none-{digest.hexdigest()}")


def _time(item: Item, name: str, odd: list[str], last: datetime) -> datetime | None:
    """What cannot be true is unknown, and not odd: a running run has such an end."""
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
    """A text as it is, cleaned; nothing but blanks is none."""
    return clean(text) if text and not text.isspace() else None


def read_word(text: str | None) -> str | None:
    """One of the server's words: the same few in thousands of rows, so each is kept once."""
    if not text:
        return None
    return _known_word(text) if len(text) <= _WORD else clean(text.strip()) or None


@lru_cache(maxsize=256)
def _known_word(text: str) -> str | None:
    return clean(text.strip()) or None


def result_of(word: str | None, message: str | None, canceled: bool) -> Result:
    """Most runs come to one of a few results: each of those is kept once."""
    if message and len(message) > _OFTEN:
        return Result(word, message, canceled)
    return _known_result(word, message, canceled)


_known_result = lru_cache(maxsize=512)(Result)


def _said(odd: list[str]) -> str | None:
    return ", ".join(odd) or None
