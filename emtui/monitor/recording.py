"""A recording: what was seen of a server, when, as JSON lines in gzip.

    {"recording": "emtui", "version": 1, "at": …}     what it is, and when it was begun
    {"row": …} {"gone": [uid, …]}                     what differs from the list before …
    {"at": …, "list": size, "took": …}                … which this line ends
    {"at": …, "failed": sentence}                     a list that could not be had
    {"at": …, "session": …}                           a session that was asked for by itself
    {"event": …}                                      lines that the log of a session has more …
    {"at": …, "log": uid, "first": n}                 … than the first n of the one before
    {"at": …, "unread": uid, "why": sentence}         a session that could not be had

After each record the file holds all of it: whatever is killed loses the last one at most.
Reading is strict, and reads no more than is bearable in memory. Times are aware and in UTC.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Protocol, TypeAlias

from emtui.em.model import Event, Listing, Log, Session, Uid
from emtui.em.rows import newest_first
from emtui.monitor.hiding import NOTHING, Hiding
from emtui.monitor.recording_json import (
    LONGEST,
    Fields,
    Json,
    Unfit,
    event_json,
    read_event,
    read_session,
    session_json,
    written_uid,
)

VERSION = 1
LONGEST_LINE = 8 * 1024 * 1024
"""Bytes: seven texts of the longest, in four bytes each, fit."""
MOST = 128 * 1024 * 1024
"""Bytes of all lines, written or read; each counts for `LEAST` at least, as it does in memory."""
LEAST = 400
_MOST_ROWS = 250_000
_SLICE = 64 * 1024
_PIECE = 1024 * 1024
_GONE_AT_ONCE = 1_000
_GZIP = 31
"""For zlib: a head and an end as gzip has them, without name and time."""


@dataclass(frozen=True, slots=True)
class Look:
    """A list that came; bytes and seconds as in its receipt."""

    at: datetime
    listing: Listing
    size: int = 0
    took: float = 0.0
    skew: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A list that could not be had; `stopped` if somebody had to decide before the next try."""

    at: datetime
    why: str
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One session as it was when it was asked for by itself."""

    at: datetime
    session: Session


@dataclass(frozen=True, slots=True)
class Read:
    """The log of one session as it was when it was opened."""

    at: datetime
    uid: Uid
    log: Log


@dataclass(frozen=True, slots=True)
class Unread:
    """A session of which the server did not say what was asked."""

    at: datetime
    uid: Uid
    why: str


Record: TypeAlias = Look | Failure | Asked | Read | Unread


class BadRecording(Exception):
    """What cannot be shown, or not any further; one sentence."""


class CutOff(BadRecording):
    """The end is missing; everything before it was whole."""


class Full(Exception):
    """No more is written than could be read."""


class Sink(Protocol):
    """Takes bytes: all of them, or raises `OSError`."""

    def write(self, data: bytes, /) -> object:
        """Write them."""
        ...


class Bytes(Protocol):
    """Gives bytes, as an opened file does."""

    def read(self, most: int, /) -> bytes:
        """The next ones; none at the end."""
        ...


class Writer:
    """Writes records, each as soon as it is given, as differences to those before. Blocks."""

    def __init__(self, sink: Sink, at: datetime, *, most: int = MOST) -> None:
        self._sink = sink
        self._most = most
        self._zip = zlib.compressobj(wbits=_GZIP)
        self._total = 0
        self._listing = Listing(())
        self._rows: dict[Uid, Session] = {}
        self._log: tuple[Uid | None, Log] = (None, Log(()))
        self._send([{"recording": "emtui", "version": VERSION, "at": at.isoformat()}])

    def write(self, record: Record, hiding: Hiding = NOTHING) -> None:
        """Write it so that nothing of it is lost any more; raises `OSError` and `Full`."""
        self._send(self._lines(record, hiding))

    def close(self) -> None:
        """The end of the file."""
        self._sink.write(self._zip.flush())

    def _send(self, lines: Iterable[Json]) -> None:
        packed = bytearray()
        for line in lines:
            told = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
            self._total += max(len(told), LEAST)
            if self._total > self._most:
                raise Full("The recording is full: more of it could not be read again.")
            packed += self._zip.compress(told + b"\n")
        self._sink.write(bytes(packed) + self._zip.flush(zlib.Z_SYNC_FLUSH))

    def _lines(self, record: Record, hiding: Hiding) -> Iterator[Json]:
        at = record.at.isoformat()
        match record:
            case Look():
                yield from self._differences(record.listing, hiding)
                skew: Json = {} if record.skew is None else {"skew": record.skew.total_seconds()}
                replaced: Json = {"replaced": record.listing.replaced} if record.listing.replaced else {}
                yield {"at": at, "list": record.size, "took": round(record.took, 6), **skew, **replaced}
            case Failure():
                stopped: Json = {"stopped": True} if record.stopped else {}
                yield {"at": at, "failed": _sentence(record.why, hiding), **stopped}
            case Asked():
                yield {"at": at, "session": session_json(record.session, hiding.text)}
            case Read():
                yield from self._log_lines(record, hiding)
            case Unread():
                uid = written_uid(record.uid, hiding.text)
                yield {"at": at, "unread": uid, "why": _sentence(record.why, hiding)}

    def _differences(self, listing: Listing, hiding: Hiding) -> Iterator[Json]:
        """The rows that are new or differ, and the names of those that are gone."""
        if listing is self._listing:
            return
        before, self._rows = self._rows, {session.uid: session for session in listing.sessions}
        self._listing = listing
        for uid, session in self._rows.items():
            if before.get(uid) != session:
                yield {"row": session_json(session, hiding.text)}
        gone = [written_uid(uid, hiding.text) for uid in before if uid not in self._rows]
        for start in range(0, len(gone), _GONE_AT_ONCE):
            yield {"gone": gone[start : start + _GONE_AT_ONCE]}

    def _log_lines(self, record: Read, hiding: Hiding) -> Iterator[Json]:
        """What came to a log that grows; a log of another session is told whole."""
        uid, before = self._log
        first = 0
        if uid == record.uid:
            pairs = zip(before.events, record.log.events, strict=False)
            first = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        self._log = (record.uid, record.log)
        for event in record.log.events[first:]:
            yield {"event": event_json(event, hiding.text)}
        replaced: Json = {"replaced": record.log.replaced} if record.log.replaced else {}
        uid_told = written_uid(record.uid, hiding.text)
        yield {"at": record.at.isoformat(), "log": uid_told, "first": first, **replaced}


def _sentence(why: str, hiding: Hiding) -> str:
    return hiding.sentence(why)[:LONGEST] or "for no reason that was told"


def read(file: Bytes, name: str) -> Iterator[Record]:
    """The records of a file in their order, as they are wanted; `name` is for the sentences.

    Raises `CutOff` behind the last whole one if the end is missing, `BadRecording` for anything else.
    """
    reader = _Reader()
    number = 0
    try:
        for number, line in enumerate(_lines(file, name), start=1):
            if number == 1:
                reader.head(_json(line))
            elif (record := reader.take(_json(line))) is not None:
                yield record
    except Unfit as odd:
        if number == 1:
            raise BadRecording(f"{name} is not a recording of emtui: it begins with {odd}.") from None
        raise BadRecording(f"{name} is damaged: line {number} holds {odd}.") from None
    except BadRecording:
        if number == 0:
            raise BadRecording(f"{name} is not a recording of emtui.") from None
        raise
    if number == 0 or reader.unfinished:
        raise BadRecording(f"{name} is not a whole recording of emtui: it ends in the middle.")


def _lines(file: Bytes, name: str) -> Iterator[bytes]:
    """Line by line, never much more than the longest one in memory."""
    rest = bytearray()
    total = 0
    for piece in _unzipped(file, name):
        rest += piece
        *lines, rest = rest.split(b"\n")
        for line in lines:
            total += max(len(line), LEAST)
            if len(line) > LONGEST_LINE or total > MOST:
                raise _too_large(name)
            yield bytes(line)
        if len(rest) > LONGEST_LINE:
            raise _too_large(name)
    if rest:
        raise BadRecording(f"{name} is damaged: its last line does not end.")


def _unzipped(file: Bytes, name: str) -> Iterator[bytes]:
    unzip = zlib.decompressobj(_GZIP)
    while packed := file.read(_SLICE):
        piece = b"there is more"
        while (packed or len(piece) == _PIECE) and not unzip.eof:
            try:
                piece = unzip.decompress(packed, _PIECE)
            except zlib.error:
                raise BadRecording(f"{name} is damaged: it is not compressed as it was.") from None
            packed = unzip.unconsumed_tail
            yield piece
        if unzip.eof:
            if unzip.unused_data or file.read(1):
                raise BadRecording(f"{name} is damaged: something stands behind its end.")
            return
    raise CutOff(f"{name} was not ended, so its last record may be missing.")


def _too_large(name: str) -> BadRecording:
    return BadRecording(f"{name} holds more than can be shown: it is longer than emtui writes any.")


def _json(line: bytes) -> object:
    def never(_: str) -> object:
        raise Unfit("a number that is none")

    try:
        told: object = json.loads(line, parse_constant=never)
    except Unfit:
        raise
    except (ValueError, RecursionError):
        raise Unfit("something other than JSON") from None
    return told


class _Reader:
    """Puts differences together again."""

    def __init__(self) -> None:
        self._rows: dict[Uid, Session] = {}
        self._listing = Listing(())
        self._differs = False
        self._events: list[Event] = []
        self._log: tuple[Uid | None, Log] = (None, Log(()))

    @property
    def unfinished(self) -> bool:
        """Whether there are parts of a record that did not come to its end."""
        return self._differs or bool(self._events)

    def head(self, told: object) -> None:
        """The first line; raises `Unfit`."""
        fields = Fields(told)
        if fields.take("recording") != "emtui":
            raise Unfit("something else")
        version = fields.whole("version", 10**6)
        if version != VERSION:
            raise Unfit(f"version {version} of the format, and this emtui reads version {VERSION}")
        fields.at()
        fields.end()

    def take(self, told: object) -> Record | None:
        """The record that this line ends; raises `Unfit`."""
        fields = Fields(told)
        record = self._line(fields)
        fields.end()
        return record

    def _line(self, fields: Fields) -> Record | None:
        if fields.has("row"):
            session = read_session(fields.take("row"))
            self._rows[session.uid] = session
            self._differs = True
            if len(self._rows) > _MOST_ROWS:
                raise Unfit("more runs than can be shown")
        elif fields.has("gone"):
            self._forget(fields.take("gone"))
        elif fields.has("event"):
            self._events.append(read_event(fields.take("event")))
        elif fields.has("list"):
            return self._look(fields)
        elif fields.has("failed"):
            return Failure(fields.at(), fields.sentence("failed"), fields.flag("stopped"))
        elif fields.has("session"):
            return Asked(fields.at(), read_session(fields.take("session")))
        elif fields.has("log"):
            return self._read(fields)
        else:
            return Unread(fields.at(), fields.uid("unread"), fields.sentence("why"))
        return None

    def _forget(self, gone: object) -> None:
        if not isinstance(gone, list) or len(gone) > _GONE_AT_ONCE:
            raise Unfit("gone that is no list")
        for uid in gone:
            self._rows.pop(Fields({"uid": uid}).uid("uid"), None)
        self._differs = True

    def _look(self, fields: Fields) -> Look:
        replaced = fields.whole("replaced", 10**12) if fields.has("replaced") else 0
        if self._differs or replaced != self._listing.replaced:
            self._listing = Listing(newest_first(tuple(self._rows.values())), replaced)
            self._differs = False
        size, took = fields.whole("list", 10**12), fields.seconds("took")
        if size < 0 or took < 0 or replaced < 0:
            raise Unfit("a number below zero")
        return Look(fields.at(), self._listing, size, took, fields.span("skew"))

    def _read(self, fields: Fields) -> Read:
        uid, before = self._log
        first = fields.whole("first", _MOST_ROWS)
        told = fields.uid("log")
        if not 0 <= first <= (len(before.events) if uid == told else 0):
            raise Unfit("a log that goes on where none is")
        replaced = fields.whole("replaced", 10**12) if fields.has("replaced") else 0
        log = Log((*before.events[:first], *self._events), replaced)
        self._log, self._events = (told, log), []
        return Read(fields.at(), told, log)
