"""Encodes and decodes sessions and events as the JSON of a recording.

Decoding is strict: unknown keys, values of the wrong type and texts longer than `LONGEST` raise `Unfit`.
The file is untrusted, so texts are sanitized like those from the server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from emtui.em.model import Event, Result, Session, Uid
from emtui.em.text_sanitizer import brief, clean

Json = dict[str, object]
Hide = Callable[[str], str]
"""Redacts what a file must not contain."""

LONGEST = 250_000
"""Maximum characters of a text: longer ones are cut when written and rejected when read."""
_UID_LONGEST = 300
_TEN_YEARS = 10 * 366 * 86_400
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Accepted range of times: sums with durations must stay valid."""


class Unfit(ValueError):
    """Invalid content of a recording; the message is a noun phrase."""


def session_json(session: Session, hide: Hide) -> Json:
    """A session as JSON, without empty fields."""
    result = session.result
    return _kept(
        {
            "uid": written_uid(session.uid, hide),
            "name": _text(session.name, hide),
            "type": _text(session.type, hide),
            "started": _iso(session.started),
            "ended": _iso(session.ended),
            "state": _text(session.state, hide),
            "result": _text(result.word, hide),
            "message": _text(result.message, hide),
            "canceled": result.canceled or None,
            "odd": _text(session.odd, hide),
            "bare": (not session.complete) or None,
        }
    )


def event_json(event: Event, hide: Hide) -> Json:
    """An event as JSON, without empty fields."""
    return _kept(
        {
            "order": event.order,
            "time": _iso(event.time),
            "message": _text(event.message, hide),
            "odd": _text(event.odd, hide),
        }
    )


def written_uid(uid: Uid, hide: Hide) -> str:
    """A session's UID as written to the file."""
    return hide(uid)[:_UID_LONGEST]


def read_session(told: object) -> Session:
    """Decode a session. Raises `Unfit`."""
    fields = Fields(told)
    session = Session(
        fields.uid("uid"),
        name=fields.text("name"),
        type=fields.text("type"),
        started=fields.time("started"),
        ended=fields.time("ended"),
        state=fields.text("state"),
        result=Result(fields.text("result"), fields.text("message"), canceled=fields.flag("canceled")),
        odd=fields.text("odd"),
        complete=not fields.flag("bare"),
    )
    fields.end()
    return session


def read_event(told: object) -> Event:
    """Decode an event. Raises `Unfit`."""
    fields = Fields(told)
    order = fields.whole("order", 10**15) if fields.has("order") else None
    event = Event(order, fields.time("time"), fields.text("message"), fields.text("odd"))
    fields.end()
    return event


class Fields:
    """A JSON object whose keys are each read once; unread keys are an error. Methods raise `Unfit`."""

    def __init__(self, told: object) -> None:
        if not isinstance(told, dict):
            raise Unfit("no JSON object")
        self._left: Json = dict(told)

    def has(self, key: str) -> bool:
        """Whether this key is present and unread."""
        return key in self._left

    def take(self, key: str) -> object:
        """The required value of any type."""
        if key not in self._left:
            raise Unfit(f"an object without {key}")
        return self._left.pop(key)

    def end(self) -> None:
        """Check that no key is left."""
        if self._left:
            raise Unfit(f"the unknown key {brief(next(iter(self._left)), 40)!r}")

    def text(self, key: str) -> str | None:
        """An optional text, sanitized."""
        if key not in self._left:
            return None
        text = self._left.pop(key)
        if not isinstance(text, str) or len(text) > LONGEST:
            raise Unfit(f"an invalid or too long text in {key}")
        return clean(text)

    def sentence(self, key: str) -> str:
        """A required text, not empty."""
        text = self.text(key)
        if not text:
            raise Unfit(f"an object without {key}")
        return text

    def uid(self, key: str) -> Uid:
        """A session's UID."""
        uid = self.take(key)
        if not isinstance(uid, str) or not 0 < len(uid) <= _UID_LONGEST:
            raise Unfit(f"an invalid {key}")
        return Uid(clean(uid))

    def time(self, key: str) -> datetime | None:
        """An optional time in UTC."""
        return _moment(key, self._left.pop(key)) if key in self._left else None

    def at(self) -> datetime:
        """The required time of a record, within the accepted range."""
        at = _moment("at", self.take("at"))
        if not _EARLIEST <= at <= _LATEST:
            raise Unfit("an impossible time")
        return at

    def flag(self, key: str) -> bool:
        """True if present; false is never written."""
        if key not in self._left:
            return False
        if self._left.pop(key) is not True:
            raise Unfit(f"an invalid {key}")
        return True

    def whole(self, key: str, most: int) -> int:
        """A required integer with an absolute value of at most `most`."""
        number = self.take(key)
        if not isinstance(number, int) or isinstance(number, bool) or abs(number) > most:
            raise Unfit(f"an invalid or too large number in {key}")
        return number

    def seconds(self, key: str) -> float:
        """A required number of seconds; ten years at most, either way."""
        number = self.take(key)
        if not isinstance(number, int | float) or isinstance(number, bool) or not abs(number) < _TEN_YEARS:
            raise Unfit(f"an invalid duration in {key}")
        return float(number)

    def span(self, key: str) -> timedelta | None:
        """An optional duration."""
        return timedelta(seconds=self.seconds(key)) if key in self._left else None


def _moment(key: str, told: object) -> datetime:
    try:
        when = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        when = None
    if when is None or when.utcoffset() != timedelta():
        raise Unfit(f"an invalid UTC time in {key}")
    return when.replace(tzinfo=UTC)


def _kept(fields: Mapping[str, object]) -> Json:
    return {key: value for key, value in fields.items() if value is not None}


def _text(text: str | None, hide: Hide) -> str | None:
    return None if text is None else hide(text)[:LONGEST]


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
