"""Encodes and decodes sessions and events as the JSON of a recording.

Decoding is strict: unknown keys, values of the wrong type and texts longer than `MAX_TEXT_LENGTH` raise
`InvalidRecordError`. The file is untrusted, so texts are sanitized like those from the server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from emtui.em.model import Event, Result, Session, Uid
from emtui.em.text_sanitizer import clean, shorten

Json = dict[str, object]
RedactField = Callable[[str], str]
"""Redacts what a file must not contain."""

MAX_TEXT_LENGTH = 250_000
"""Maximum characters of a text: longer ones are cut when written and rejected when read."""
_MAX_UID_LENGTH = 300
_TEN_YEARS_S = 10 * 366 * 86_400
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Accepted range of times: sums with durations must stay valid."""


class InvalidRecordError(ValueError):
    """Invalid content of a recording; the message is a noun phrase."""


def encode_session(session: Session, redact: RedactField) -> Json:
    """A session as JSON, without empty fields."""
    result = session.result
    return _without_empty(
        {
            "uid": encode_uid(session.uid, redact),
            "name": _redact_text(session.name, redact),
            "type": _redact_text(session.type, redact),
            "started": _format_time(session.started),
            "ended": _format_time(session.ended),
            "state": _redact_text(session.state, redact),
            "result": _redact_text(result.value, redact),
            "message": _redact_text(result.message, redact),
            "canceled": result.is_canceled or None,
            "odd": _redact_text(session.parse_problem, redact),
            "bare": (not session.is_complete) or None,
        }
    )


def encode_event(event: Event, redact: RedactField) -> Json:
    """An event as JSON, without empty fields."""
    return _without_empty(
        {
            "order": event.order,
            "time": _format_time(event.time),
            "message": _redact_text(event.message, redact),
            "odd": _redact_text(event.parse_problem, redact),
        }
    )


def encode_uid(uid: Uid, redact: RedactField) -> str:
    """A session's UID as written to the file."""
    return redact(uid)[:_MAX_UID_LENGTH]


def decode_session(value: object) -> Session:
    """Decode a session. Raises `InvalidRecordError`."""
    fields = FieldReader(value)
    session = Session(
        fields.uid("uid"),
        name=fields.text("name"),
        type=fields.text("type"),
        started=fields.time("started"),
        ended=fields.time("ended"),
        state=fields.text("state"),
        result=Result(fields.text("result"), fields.text("message"), is_canceled=fields.flag("canceled")),
        parse_problem=fields.text("odd"),
        is_complete=not fields.flag("bare"),
    )
    fields.reject_unread()
    return session


def decode_event(value: object) -> Event:
    """Decode an event. Raises `InvalidRecordError`."""
    fields = FieldReader(value)
    order = fields.integer("order", 10**15) if fields.has_key("order") else None
    event = Event(order, fields.time("time"), fields.text("message"), fields.text("odd"))
    fields.reject_unread()
    return event


class FieldReader:
    """A JSON object whose keys are each read once; unread keys are an error.

    Methods raise `InvalidRecordError`.
    """

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise InvalidRecordError("no JSON object")
        self._unread: Json = dict(value)

    def has_key(self, key: str) -> bool:
        """Whether this key is present and unread."""
        return key in self._unread

    def take_value(self, key: str) -> object:
        """The required value of any type."""
        if key not in self._unread:
            raise InvalidRecordError(f"an object without {key}")
        return self._unread.pop(key)

    def reject_unread(self) -> None:
        """Check that no key is left."""
        if self._unread:
            raise InvalidRecordError(f"the unknown key {shorten(next(iter(self._unread)), 40)!r}")

    def text(self, key: str) -> str | None:
        """An optional text, sanitized."""
        if key not in self._unread:
            return None
        text = self._unread.pop(key)
        if not isinstance(text, str) or len(text) > MAX_TEXT_LENGTH:
            raise InvalidRecordError(f"an invalid or too long text in {key}")
        return clean(text)

    def required_text(self, key: str) -> str:
        """A required text, not empty."""
        text = self.text(key)
        if not text:
            raise InvalidRecordError(f"an object without {key}")
        return text

    def uid(self, key: str) -> Uid:
        """A session's UID."""
        uid = self.take_value(key)
        if not isinstance(uid, str) or not 0 < len(uid) <= _MAX_UID_LENGTH:
            raise InvalidRecordError(f"an invalid {key}")
        return Uid(clean(uid))

    def time(self, key: str) -> datetime | None:
        """An optional time in UTC."""
        return _parse_time(key, self._unread.pop(key)) if key in self._unread else None

    def record_time(self) -> datetime:
        """The required time of a record, within the accepted range."""
        at = _parse_time("at", self.take_value("at"))
        if not _EARLIEST <= at <= _LATEST:
            raise InvalidRecordError("an impossible time")
        return at

    def flag(self, key: str) -> bool:
        """True if present; false is never written."""
        if key not in self._unread:
            return False
        if self._unread.pop(key) is not True:
            raise InvalidRecordError(f"an invalid {key}")
        return True

    def integer(self, key: str, limit: int) -> int:
        """A required integer with an absolute value of at most `limit`."""
        number = self.take_value(key)
        if not isinstance(number, int) or isinstance(number, bool) or abs(number) > limit:
            raise InvalidRecordError(f"an invalid or too large number in {key}")
        return number

    def seconds(self, key: str) -> float:
        """A required number of seconds; ten years at most, either way."""
        number = self.take_value(key)
        if not isinstance(number, int | float) or isinstance(number, bool) or not abs(number) < _TEN_YEARS_S:
            raise InvalidRecordError(f"an invalid duration in {key}")
        return float(number)

    def duration(self, key: str) -> timedelta | None:
        """An optional duration."""
        return timedelta(seconds=self.seconds(key)) if key in self._unread else None


def _parse_time(key: str, value: object) -> datetime:
    try:
        when = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        when = None
    if when is None or when.utcoffset() != timedelta():
        raise InvalidRecordError(f"an invalid UTC time in {key}")
    return when.replace(tzinfo=UTC)


def _without_empty(fields: Mapping[str, object]) -> Json:
    return {key: value for key, value in fields.items() if value is not None}


def _redact_text(text: str | None, redact: RedactField) -> str | None:
    return None if text is None else redact(text)[:MAX_TEXT_LENGTH]


def _format_time(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
