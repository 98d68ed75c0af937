"""Reads a recording strictly, with bounded memory.

The file is untrusted; every error is one sentence.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from emtui.em.model import Event, Listing, Log, Session, Uid
from emtui.em.session_parser import drop_implausible_times, sort_newest_first
from emtui.em.timestamps import drop_implausible, latest_plausible
from emtui.monitor.recording.record_codec import FieldReader, InvalidRecordError, decode_event, decode_session
from emtui.monitor.recording.recording_format import (
    GZIP_WBITS,
    MAX_LINE_BYTES,
    MAX_ROWS,
    MAX_TOTAL_BYTES,
    MIN_LINE_COST,
    REMOVED_PER_LINE,
    VERSION,
    RecordedList,
    RecordedListFailure,
    RecordedLog,
    RecordedResponse,
    RecordedSession,
    RecordedSessionFailure,
    TruncatedRecordingError,
    UnclosedRecordingError,
    UnreadableRecordingError,
)

_FLUSHED = b"\x00\x00\xff\xff"
"""End of each record in the compressed stream."""
_MAX_END_LENGTH = len(_FLUSHED) + 10
_READ_SIZE = 64 * 1024
_CHUNK_SIZE = 1024 * 1024


class ByteSource(Protocol):
    """A source of bytes, such as an opened file."""

    def read(self, size: int, /) -> bytes:
        """The next bytes; empty at the end."""
        ...


def read_recording(file: ByteSource, name: str) -> Iterator[RecordedResponse]:
    """Yield the records of a file in order; `name` is used in error messages.

    After the last complete record, raises `UnclosedRecordingError` if only the end of the file is missing,
    and `TruncatedRecordingError` if more may be missing. Raises `UnreadableRecordingError` for anything
    else.
    """
    decoder = _RecordDecoder()
    number = 0
    try:
        for number, line in enumerate(_split_lines(file, name), start=1):
            if number == 1:
                decoder.check_header(_parse_json(line))
            elif (record := decoder.decode_line(_parse_json(line))) is not None:
                yield record
    except InvalidRecordError as error:
        if number == 1:
            raise UnreadableRecordingError(
                f"{name} is not an emtui recording: line 1 contains {error}."
            ) from None
        raise UnreadableRecordingError(f"{name} is damaged: line {number} contains {error}.") from None
    except UnreadableRecordingError:
        if number == 0:
            raise UnreadableRecordingError(f"{name} is not an emtui recording.") from None
        raise
    if number == 0 or decoder.has_partial_record:
        raise UnreadableRecordingError(f"{name} is not a complete emtui recording: it ends inside a record.")


def _split_lines(file: ByteSource, name: str) -> Iterator[bytes]:
    """Yield lines, with at most one line and one chunk in memory."""
    remainder = bytearray()
    total_bytes = 0
    for chunk in _decompress(file, name):
        remainder += chunk
        *lines, remainder = remainder.split(b"\n")
        for line in lines:
            total_bytes += max(len(line), MIN_LINE_COST)
            if len(line) > MAX_LINE_BYTES or total_bytes > MAX_TOTAL_BYTES:
                raise _too_large_error(name)
            yield bytes(line)
        if len(remainder) > MAX_LINE_BYTES:
            raise _too_large_error(name)
    if remainder:
        raise UnreadableRecordingError(f"{name} is damaged: its last line is incomplete.")


def _decompress(file: ByteSource, name: str) -> Iterator[bytes]:
    decompressor = zlib.decompressobj(GZIP_WBITS)
    tail, checksum, total_bytes = b"", 0, 0
    while compressed := file.read(_READ_SIZE):
        tail = (tail + compressed)[-_MAX_END_LENGTH:]
        chunk = b"there is more"
        while (compressed or len(chunk) == _CHUNK_SIZE) and not decompressor.eof:
            try:
                chunk = decompressor.decompress(compressed, _CHUNK_SIZE)
            except zlib.error:
                raise UnreadableRecordingError(
                    f"{name} is damaged: its compressed data is invalid."
                ) from None
            compressed = decompressor.unconsumed_tail
            checksum, total_bytes = zlib.crc32(chunk, checksum), total_bytes + len(chunk)
            yield chunk
        if decompressor.eof:
            if decompressor.unused_data or file.read(1):
                raise UnreadableRecordingError(f"{name} is damaged: there is data after its end.")
            return
    if any(tail.endswith(end) for end in _complete_ends(checksum, total_bytes)):
        raise UnclosedRecordingError(f"{name} was not closed, but all its records are complete.")
    raise TruncatedRecordingError(f"{name} is truncated: its last record may be missing.")


def _complete_ends(checksum: int, total_bytes: int) -> Iterator[bytes]:
    """Possible ends of a file whose last record is complete, with the gzip trailer partly missing."""
    trailer = b"\x03\x00" + checksum.to_bytes(4, "little") + (total_bytes % 2**32).to_bytes(4, "little")
    return (_FLUSHED + trailer[:size] for size in range(len(trailer)))


def _too_large_error(name: str) -> UnreadableRecordingError:
    return UnreadableRecordingError(f"{name} is too large: no recording of emtui is this long.")


def _parse_json(line: bytes) -> object:
    def reject_constant(_: str) -> object:
        raise InvalidRecordError("an invalid number")

    try:
        value: object = json.loads(line, parse_constant=reject_constant)
    except InvalidRecordError:
        raise
    except (ValueError, RecursionError):
        raise InvalidRecordError("invalid JSON") from None
    return value


class _RecordDecoder:
    """Reconstructs records from differences."""

    def __init__(self) -> None:
        self._rows: dict[Uid, Session] = {}
        self._listing = Listing(())
        self._has_changes = False
        self._events: list[Event] = []
        self._log: tuple[Uid | None, Log] = (None, Log(()))
        self._skew = timedelta()
        self._new_uids: set[Uid] = set()

    @property
    def has_partial_record(self) -> bool:
        """Whether a record is incomplete."""
        return self._has_changes or bool(self._events)

    def check_header(self, value: object) -> None:
        """Check the first line. Raises `InvalidRecordError`."""
        fields = FieldReader(value)
        if fields.take_value("recording") != "emtui":
            raise InvalidRecordError("an unknown format")
        version = fields.integer("version", 10**6)
        if version != VERSION:
            raise InvalidRecordError(f"format version {version}; this emtui reads version {VERSION}")
        fields.record_time()
        fields.reject_unread()

    def decode_line(self, value: object) -> RecordedResponse | None:
        """Read a line; return the record that it completes, if any. Raises `InvalidRecordError`."""
        fields = FieldReader(value)
        record = self._decode_fields(fields)
        fields.reject_unread()
        return record

    def _decode_fields(self, fields: FieldReader) -> RecordedResponse | None:
        if fields.has_key("row"):
            session = decode_session(fields.take_value("row"))
            self._rows[session.uid] = session
            self._new_uids.add(session.uid)
            self._has_changes = True
            if len(self._rows) > MAX_ROWS:
                raise InvalidRecordError("too many runs")
        elif fields.has_key("gone"):
            self._remove_rows(fields.take_value("gone"))
        elif fields.has_key("event"):
            self._events.append(decode_event(fields.take_value("event")))
        elif fields.has_key("list"):
            return self._complete_list(fields)
        elif fields.has_key("failed"):
            return RecordedListFailure(
                fields.record_time(), fields.required_text("failed"), fields.flag("stopped")
            )
        elif fields.has_key("session"):
            at = fields.record_time()
            return RecordedSession(
                at,
                drop_implausible_times(
                    decode_session(fields.take_value("session")), latest_plausible(at + self._skew)
                ),
            )
        elif fields.has_key("log"):
            return self._complete_log(fields)
        else:
            return RecordedSessionFailure(
                fields.record_time(), fields.uid("unread"), fields.required_text("why")
            )
        return None

    def _remove_rows(self, removed: object) -> None:
        if not isinstance(removed, list) or len(removed) > REMOVED_PER_LINE:
            raise InvalidRecordError("an invalid list of removed runs")
        for uid in removed:
            self._rows.pop(FieldReader({"uid": uid}).uid("uid"), None)
        self._has_changes = True

    def _complete_list(self, fields: FieldReader) -> RecordedList:
        at, skew = fields.record_time(), fields.duration("skew")
        self._skew = skew or timedelta()
        latest_time = latest_plausible(at + self._skew)
        for uid in self._new_uids & self._rows.keys():
            self._rows[uid] = drop_implausible_times(self._rows[uid], latest_time)
        self._new_uids.clear()
        replaced = fields.integer("replaced", 10**12) if fields.has_key("replaced") else 0
        if self._has_changes or replaced != self._listing.replaced_count:
            self._listing = Listing(sort_newest_first(tuple(self._rows.values())), replaced)
            self._has_changes = False
        size, seconds = fields.integer("list", 10**12), fields.seconds("took")
        if size < 0 or seconds < 0 or replaced < 0:
            raise InvalidRecordError("a negative number")
        return RecordedList(at, self._listing, size, seconds, skew)

    def _complete_log(self, fields: FieldReader) -> RecordedLog:
        previous_uid, previous = self._log
        first = fields.integer("first", MAX_ROWS)
        uid = fields.uid("log")
        if not 0 <= first <= (len(previous.events) if previous_uid == uid else 0):
            raise InvalidRecordError("a log that continues an unknown log")
        replaced = fields.integer("replaced", 10**12) if fields.has_key("replaced") else 0
        at = fields.record_time()
        latest_time = latest_plausible(at + self._skew)
        new_events = (
            replace(event, time=drop_implausible(event.time, latest_time)) for event in self._events
        )
        log = Log((*previous.events[:first], *new_events), replaced)
        self._log, self._events = (uid, log), []
        return RecordedLog(at, uid, log)
