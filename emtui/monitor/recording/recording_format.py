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
Times are aware and in UTC. `reader.read_recording` reads it.
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
    MAX_TEXT_LENGTH,
    Json,
    encode_event,
    encode_session,
    encode_uid,
)
from emtui.monitor.recording.redaction import SECRETS_ONLY, RecordingRedactor

VERSION = 1
MAX_LINE_BYTES = 8 * 1024 * 1024
"""Maximum bytes of a line: seven texts of maximum length with four bytes per character."""
MAX_TOTAL_BYTES = 128 * 1024 * 1024
"""Maximum bytes of all lines; each counts as at least `MIN_LINE_COST`, about its size in memory."""
MIN_LINE_COST = 400
MAX_ROWS = 250_000
REMOVED_PER_LINE = 1_000
GZIP_WBITS = 31
"""`wbits` of zlib for the gzip format, without file name and time."""


@dataclass(frozen=True, slots=True)
class RecordedList:
    """A received list; `size` in bytes, and how many `seconds` it took."""

    at: datetime
    listing: Listing
    size: int = 0
    seconds: float = 0.0
    skew: timedelta | None = None


@dataclass(frozen=True, slots=True)
class RecordedListFailure:
    """A failed list request; `has_stopped` if polling stopped until the user acted."""

    at: datetime
    reason: str
    has_stopped: bool = False


@dataclass(frozen=True, slots=True)
class RecordedSession:
    """A session that was requested alone."""

    at: datetime
    session: Session


@dataclass(frozen=True, slots=True)
class RecordedLog:
    """The log of a session."""

    at: datetime
    uid: Uid
    log: Log


@dataclass(frozen=True, slots=True)
class RecordedSessionFailure:
    """A failed request for a session or its log."""

    at: datetime
    uid: Uid
    reason: str


RecordedResponse: TypeAlias = (
    RecordedList | RecordedListFailure | RecordedSession | RecordedLog | RecordedSessionFailure
)


class UnreadableRecordingError(Exception):
    """The recording cannot be read, or not to its end; the message is one sentence.

    `end_message` is shown at the end of a replay.
    """

    end_message = "The recording cannot be read any further; all complete records were shown."


class TruncatedRecordingError(UnreadableRecordingError):
    """The end is missing; all records before it are complete."""

    end_message = "The recording is truncated here; all complete records were shown."


class UnclosedRecordingError(TruncatedRecordingError):
    """Only the end of the file is missing; all records are complete."""

    end_message = "The recording ends here: its file was not closed, but all its records are complete."


class RecordingFullError(Exception):
    """The maximum size of a recording is reached."""


class ByteSink(Protocol):
    """Writes all given bytes or raises `OSError`."""

    def write(self, data: bytes, /) -> object:
        """Write them."""
        ...


class RecordingWriter:
    """Writes and flushes records as differences from earlier ones. Blocks."""

    def __init__(self, sink: ByteSink, at: datetime, *, max_bytes: int = MAX_TOTAL_BYTES) -> None:
        self._sink = sink
        self._max_bytes = max_bytes
        self._compressor = zlib.compressobj(wbits=GZIP_WBITS)
        self._total_bytes = 0
        self._listing = Listing(())
        self._rows: dict[Uid, Session] = {}
        self._log: tuple[Uid | None, Log] = (None, Log(()))
        self._send([{"recording": "emtui", "version": VERSION, "at": at.isoformat()}])

    def write(self, record: RecordedResponse, redactor: RecordingRedactor = SECRETS_ONLY) -> None:
        """Write and flush a record. Raises `OSError` and `RecordingFullError`."""
        self._send(self._encode_record(record, redactor))

    def close(self) -> None:
        """Write the end of the file."""
        self._sink.write(self._compressor.flush())

    def _send(self, lines: Iterable[Json]) -> None:
        compressed = bytearray()
        for line in lines:
            encoded = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
            self._total_bytes += max(len(encoded), MIN_LINE_COST)
            if self._total_bytes > self._max_bytes:
                raise RecordingFullError("Recording stopped: the maximum size is reached.")
            compressed += self._compressor.compress(encoded + b"\n")
        self._sink.write(bytes(compressed) + self._compressor.flush(zlib.Z_SYNC_FLUSH))

    def _encode_record(self, record: RecordedResponse, redactor: RecordingRedactor) -> Iterator[Json]:
        at = record.at.isoformat()
        match record:
            case RecordedList():
                yield from self._encode_changes(record.listing, redactor)
                skew: Json = {} if record.skew is None else {"skew": record.skew.total_seconds()}
                replaced: Json = (
                    {"replaced": record.listing.replaced_count} if record.listing.replaced_count else {}
                )
                yield {"at": at, "list": record.size, "took": round(record.seconds, 6), **skew, **replaced}
            case RecordedListFailure():
                stopped: Json = {"stopped": True} if record.has_stopped else {}
                yield {"at": at, "failed": _redacted_sentence(record.reason, redactor), **stopped}
            case RecordedSession():
                yield {"at": at, "session": encode_session(record.session, redactor.redact_text)}
            case RecordedLog():
                yield from self._encode_log(record, redactor)
            case RecordedSessionFailure():
                uid = encode_uid(record.uid, redactor.redact_text)
                yield {"at": at, "unread": uid, "why": _redacted_sentence(record.reason, redactor)}

    def _encode_changes(self, listing: Listing, redactor: RecordingRedactor) -> Iterator[Json]:
        """New and changed rows, and the UIDs of removed ones."""
        if listing is self._listing:
            return
        previous_rows, self._rows = self._rows, {session.uid: session for session in listing.sessions}
        self._listing = listing
        for uid, session in self._rows.items():
            if previous_rows.get(uid) != session:
                yield {"row": encode_session(session, redactor.redact_text)}
        removed = [encode_uid(uid, redactor.redact_text) for uid in previous_rows if uid not in self._rows]
        for start in range(0, len(removed), REMOVED_PER_LINE):
            yield {"gone": removed[start : start + REMOVED_PER_LINE]}

    def _encode_log(self, record: RecordedLog, redactor: RecordingRedactor) -> Iterator[Json]:
        """The new events of a log; all events if the previous log was of another session."""
        previous_uid, previous = self._log
        first = 0
        if previous_uid == record.uid:
            pairs = zip(previous.events, record.log.events, strict=False)
            first = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        self._log = (record.uid, record.log)
        for event in record.log.events[first:]:
            yield {"event": encode_event(event, redactor.redact_text)}
        replaced: Json = {"replaced": record.log.replaced_count} if record.log.replaced_count else {}
        uid_text = encode_uid(record.uid, redactor.redact_text)
        yield {"at": record.at.isoformat(), "log": uid_text, "first": first, **replaced}


def _redacted_sentence(reason: str, redactor: RecordingRedactor) -> str:
    return redactor.redact_sentence(reason)[:MAX_TEXT_LENGTH] or "no reason given"
