"""File format of a recording: the responses of a server with their times, as JSON lines in gzip.

    {"recording": "emtui", "version": 1, "at": …}     header: format and start time
    {"row": …} {"gone": [uid, …]}                     changed and removed rows of a list …
    {"at": …, "list": size, "took": …}                … and the line that completes it
    {"at": …, "failed": sentence}                     a failed list request
    {"at": …, "session": …}                           a session that was requested alone
    {"event": …}                                      new events of a session's log …
    {"at": …, "log": uid, "first": n}                 … after the first n of the one before
    {"at": …, "unread": uid, "why": sentence}         a failed session request

The file is flushed after each record, so a killed process loses at most the last one.
Times are aware and in UTC. `reader.read` reads it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Protocol, TypeAlias

from emtui.em.model import Listing, Log, Session, Uid
from emtui.monitor.recording.record_codec import (
    LONGEST,
    Json,
    event_json,
    session_json,
    written_uid,
)
from emtui.monitor.recording.redaction import NOTHING, Hiding

VERSION = 1
LONGEST_LINE = 8 * 1024 * 1024
"""Maximum bytes of a line: seven texts of maximum length with four bytes per character."""
MOST = 128 * 1024 * 1024
"""Maximum bytes of all lines; each counts as at least `LEAST`, about its size in memory."""
LEAST = 400
MOST_ROWS = 250_000
GONE_AT_ONCE = 1_000
GZIP = 31
"""`wbits` of zlib for the gzip format, without file name and time."""


@dataclass(frozen=True, slots=True)
class Look:
    """A received list; `size` in bytes, `took` in seconds."""

    at: datetime
    listing: Listing
    size: int = 0
    took: float = 0.0
    skew: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed list request; `stopped` if polling stopped until the user acted."""

    at: datetime
    why: str
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A session that was requested alone."""

    at: datetime
    session: Session


@dataclass(frozen=True, slots=True)
class Read:
    """The log of a session."""

    at: datetime
    uid: Uid
    log: Log


@dataclass(frozen=True, slots=True)
class Unread:
    """A failed request for a session or its log."""

    at: datetime
    uid: Uid
    why: str


Record: TypeAlias = Look | Failure | Asked | Read | Unread


class BadRecording(Exception):
    """The recording cannot be read, or no further; one sentence. `ending` is shown at the end of a replay."""

    ending = "The recording cannot be read any further; all complete records were shown."


class CutOff(BadRecording):
    """The end is missing; all records before it are complete."""

    ending = "The recording is truncated here; all complete records were shown."


class NotClosed(CutOff):
    """Only the end of the file is missing; all records are complete."""

    ending = "The recording ends here: its file was not closed, but all its records are complete."


class Full(Exception):
    """The maximum size of a recording is reached."""


class Sink(Protocol):
    """Writes all given bytes or raises `OSError`."""

    def write(self, data: bytes, /) -> object:
        """Write them."""
        ...


class Writer:
    """Writes and flushes records as differences from earlier ones. Blocks."""

    def __init__(self, sink: Sink, at: datetime, *, most: int = MOST) -> None:
        self._sink = sink
        self._most = most
        self._zip = zlib.compressobj(wbits=GZIP)
        self._total = 0
        self._listing = Listing(())
        self._rows: dict[Uid, Session] = {}
        self._log: tuple[Uid | None, Log] = (None, Log(()))
        self._send([{"recording": "emtui", "version": VERSION, "at": at.isoformat()}])

    def write(self, record: Record, hiding: Hiding = NOTHING) -> None:
        """Write and flush a record. Raises `OSError` and `Full`."""
        self._send(self._lines(record, hiding))

    def close(self) -> None:
        """Write the end of the file."""
        self._sink.write(self._zip.flush())

    def _send(self, lines: Iterable[Json]) -> None:
        packed = bytearray()
        for line in lines:
            told = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
            self._total += max(len(told), LEAST)
            if self._total > self._most:
                raise Full("Recording stopped: the maximum size is reached.")
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
        """New and changed rows, and the UIDs of removed ones."""
        if listing is self._listing:
            return
        before, self._rows = self._rows, {session.uid: session for session in listing.sessions}
        self._listing = listing
        for uid, session in self._rows.items():
            if before.get(uid) != session:
                yield {"row": session_json(session, hiding.text)}
        gone = [written_uid(uid, hiding.text) for uid in before if uid not in self._rows]
        for start in range(0, len(gone), GONE_AT_ONCE):
            yield {"gone": gone[start : start + GONE_AT_ONCE]}

    def _log_lines(self, record: Read, hiding: Hiding) -> Iterator[Json]:
        """The new events of a log; all events if the previous log was of another session."""
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
    return hiding.sentence(why)[:LONGEST] or "no reason given"
