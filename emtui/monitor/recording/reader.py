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
from emtui.em.session_parser import believed, newest_first
from emtui.em.timestamps import believable, latest
from emtui.monitor.recording.record_codec import Fields, Unfit, read_event, read_session
from emtui.monitor.recording.recording_format import (
    GONE_AT_ONCE,
    GZIP,
    LEAST,
    LONGEST_LINE,
    MOST,
    MOST_ROWS,
    VERSION,
    Asked,
    BadRecording,
    CutOff,
    Failure,
    Look,
    NotClosed,
    Read,
    Record,
    Unread,
)

_FLUSHED = b"\x00\x00\xff\xff"
"""End of each record in the compressed stream."""
_LONGEST_END = len(_FLUSHED) + 10
_SLICE = 64 * 1024
_PIECE = 1024 * 1024


class Bytes(Protocol):
    """A source of bytes, such as an opened file."""

    def read(self, most: int, /) -> bytes:
        """The next bytes; empty at the end."""
        ...


def read(file: Bytes, name: str) -> Iterator[Record]:
    """Yield the records of a file in order; `name` is used in error messages.

    After the last complete record, raises `NotClosed` if only the end of the file is missing, and `CutOff` if
    more may be missing. Raises `BadRecording` for anything else.
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
            raise BadRecording(f"{name} is not an emtui recording: line 1 contains {odd}.") from None
        raise BadRecording(f"{name} is damaged: line {number} contains {odd}.") from None
    except BadRecording:
        if number == 0:
            raise BadRecording(f"{name} is not an emtui recording.") from None
        raise
    if number == 0 or reader.unfinished:
        raise BadRecording(f"{name} is not a complete emtui recording: it ends inside a record.")


def _lines(file: Bytes, name: str) -> Iterator[bytes]:
    """Yield lines, with at most one line and one chunk in memory."""
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
        raise BadRecording(f"{name} is damaged: its last line is incomplete.")


def _unzipped(file: Bytes, name: str) -> Iterator[bytes]:
    unzip = zlib.decompressobj(GZIP)
    last, checked, total = b"", 0, 0
    while packed := file.read(_SLICE):
        last = (last + packed)[-_LONGEST_END:]
        piece = b"there is more"
        while (packed or len(piece) == _PIECE) and not unzip.eof:
            try:
                piece = unzip.decompress(packed, _PIECE)
            except zlib.error:
                raise BadRecording(f"{name} is damaged: its compressed data is invalid.") from None
            packed = unzip.unconsumed_tail
            checked, total = zlib.crc32(piece, checked), total + len(piece)
            yield piece
        if unzip.eof:
            if unzip.unused_data or file.read(1):
                raise BadRecording(f"{name} is damaged: there is data after its end.")
            return
    if any(last.endswith(end) for end in _ends(checked, total)):
        raise NotClosed(f"{name} was not closed, but all its records are complete.")
    raise CutOff(f"{name} is truncated: its last record may be missing.")


def _ends(checked: int, total: int) -> Iterator[bytes]:
    """Possible ends of a file whose last record is complete, with the gzip trailer partly missing."""
    closing = b"\x03\x00" + checked.to_bytes(4, "little") + (total % 2**32).to_bytes(4, "little")
    return (_FLUSHED + closing[:size] for size in range(len(closing)))


def _too_large(name: str) -> BadRecording:
    return BadRecording(f"{name} is too large: no recording of emtui is this long.")


def _json(line: bytes) -> object:
    def never(_: str) -> object:
        raise Unfit("an invalid number")

    try:
        told: object = json.loads(line, parse_constant=never)
    except Unfit:
        raise
    except (ValueError, RecursionError):
        raise Unfit("invalid JSON") from None
    return told


class _Reader:
    """Reconstructs records from differences."""

    def __init__(self) -> None:
        self._rows: dict[Uid, Session] = {}
        self._listing = Listing(())
        self._differs = False
        self._events: list[Event] = []
        self._log: tuple[Uid | None, Log] = (None, Log(()))
        self._skew = timedelta()
        self._fresh: set[Uid] = set()

    @property
    def unfinished(self) -> bool:
        """Whether a record is incomplete."""
        return self._differs or bool(self._events)

    def head(self, told: object) -> None:
        """Check the first line. Raises `Unfit`."""
        fields = Fields(told)
        if fields.take("recording") != "emtui":
            raise Unfit("another format")
        version = fields.whole("version", 10**6)
        if version != VERSION:
            raise Unfit(f"format version {version}; this emtui reads version {VERSION}")
        fields.at()
        fields.end()

    def take(self, told: object) -> Record | None:
        """Read a line; return the record that it completes, if any. Raises `Unfit`."""
        fields = Fields(told)
        record = self._line(fields)
        fields.end()
        return record

    def _line(self, fields: Fields) -> Record | None:
        if fields.has("row"):
            session = read_session(fields.take("row"))
            self._rows[session.uid] = session
            self._fresh.add(session.uid)
            self._differs = True
            if len(self._rows) > MOST_ROWS:
                raise Unfit("too many runs")
        elif fields.has("gone"):
            self._forget(fields.take("gone"))
        elif fields.has("event"):
            self._events.append(read_event(fields.take("event")))
        elif fields.has("list"):
            return self._look(fields)
        elif fields.has("failed"):
            return Failure(fields.at(), fields.sentence("failed"), fields.flag("stopped"))
        elif fields.has("session"):
            at = fields.at()
            return Asked(at, believed(read_session(fields.take("session")), latest(at + self._skew)))
        elif fields.has("log"):
            return self._read(fields)
        else:
            return Unread(fields.at(), fields.uid("unread"), fields.sentence("why"))
        return None

    def _forget(self, gone: object) -> None:
        if not isinstance(gone, list) or len(gone) > GONE_AT_ONCE:
            raise Unfit("an invalid list of removed runs")
        for uid in gone:
            self._rows.pop(Fields({"uid": uid}).uid("uid"), None)
        self._differs = True

    def _look(self, fields: Fields) -> Look:
        at, skew = fields.at(), fields.span("skew")
        self._skew = skew or timedelta()
        last = latest(at + self._skew)
        for uid in self._fresh & self._rows.keys():
            self._rows[uid] = believed(self._rows[uid], last)
        self._fresh.clear()
        replaced = fields.whole("replaced", 10**12) if fields.has("replaced") else 0
        if self._differs or replaced != self._listing.replaced:
            self._listing = Listing(newest_first(tuple(self._rows.values())), replaced)
            self._differs = False
        size, took = fields.whole("list", 10**12), fields.seconds("took")
        if size < 0 or took < 0 or replaced < 0:
            raise Unfit("a negative number")
        return Look(at, self._listing, size, took, skew)

    def _read(self, fields: Fields) -> Read:
        uid, before = self._log
        first = fields.whole("first", MOST_ROWS)
        told = fields.uid("log")
        if not 0 <= first <= (len(before.events) if uid == told else 0):
            raise Unfit("a log that continues an unknown log")
        replaced = fields.whole("replaced", 10**12) if fields.has("replaced") else 0
        at = fields.at()
        last = latest(at + self._skew)
        fresh = (replace(event, time=believable(event.time, last)) for event in self._events)
        log = Log((*before.events[:first], *fresh), replaced)
        self._log, self._events = (told, log), []
        return Read(at, told, log)
