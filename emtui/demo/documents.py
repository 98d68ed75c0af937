"""The documents of Enterprise Manager: model -> XML or JSON bytes.

Source: em_rest/systemsessions, em_rest/systemsessions_id, em_rest/get_systemsessions_id_events;
the wrong link Types (`BackupJobSessionReference` for a system session) are the server's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone

from emtui.demo.demo_options import Plays
from emtui.demo.document_model import Field, Link, Thing, Unset, Value
from emtui.demo.json_writer import JsonWriter
from emtui.demo.value_variants import Guise
from emtui.demo.world import trimmed
from emtui.demo.xml_writer import XmlWriter
from emtui.em.model import Event, Log, Session

_NEVER: dict[str, str | Unset] = {
    "1753": "1753-01-01T00:00:00Z",
    "0001": "0001-01-01T00:00:00",
    "empty": "",
    "nil": Unset.NIL,
}
_EAST = timezone(timedelta(hours=1))
_ODD_TIME, _ODD_UID = 3, 5
"""Row numbers that `--play odd-row` makes invalid."""
_MOST_KEPT = 8
"""Cached rows per session, over all formats, before the cache is cleared."""


class Documents:
    """Serializes documents whose Hrefs begin with `base`, such as `https://em01.example.net:9398/api`.

    List rows are cached per session, so that a poll serializes only new ones.
    """

    def __init__(self, base: str, plays: Plays) -> None:
        self.base = base
        self.guise = Guise(plays)
        self._xml = XmlWriter(plays)
        self._json = JsonWriter(plays)
        self._times = plays.value("times") or ""
        self._running_end = _NEVER.get(plays.value("running-end") or "", Unset.ABSENT)
        self._running_result = plays.value("running-result")
        self._odd_row = plays.on("odd-row")
        self._kept: dict[tuple[str, bool, bool], tuple[Session, str]] = {}

    def written(self, thing: Thing, *, json: bool) -> bytes:
        """Serialize a document."""
        text = self._json.document(thing) if json else self._xml.document(thing)
        return text.encode()

    def listing(self, sessions: Sequence[Session], *, json: bool, references: bool = False) -> bytes:
        """Serialize the list, as entities or references."""
        root = (
            Thing("EntityReferences", array="Refs")
            if references
            else Thing("SystemSessions", array="Sessions")
        )
        if len(self._kept) > _MOST_KEPT * len(sessions):
            self._kept.clear()
        rows: Iterable[str] = (self._row(session, json=json, references=references) for session in sessions)
        if self._odd_row:
            rows = (self._odd(number, row, json=json) for number, row in enumerate(rows))
        if json:
            return self._json.document(root, ",".join(rows)).encode()
        return self._xml.document(root, "".join(rows)).encode()

    def session(self, session: Session, *, json: bool, references: bool = False) -> bytes:
        """Serialize one session as an entity or an `EntityRef`."""
        thing = self.reference("EntityRef", session) if references else self.entity("SystemSession", session)
        return self.written(thing, json=json)

    def log(self, session: Session, log: Log, *, json: bool) -> bytes:
        """Serialize the events of one session."""
        told = self.guise.session(session)
        href = f"{self.base}/systemSessions/{session.id}"
        items = tuple(self._event(event) for event in self.guise.log(log).events)
        up = Link("Up", f"{href}?format=Entity", "BackupJobSession", told.name)
        attributes = (("Href", f"{href}/events"), ("Type", "SystemSessionEvents"))
        thing = Thing("SystemSessionEvents", attributes, (up,), items=items, array="Events")
        return self.written(thing, json=json)

    def entity(self, element: str, session: Session) -> Thing:
        """Return an entity: element `Sessions` in the list, `SystemSession` alone."""
        told = self.guise.session(session)
        href = f"{self.base}/systemSessions/{session.id}"
        links = (
            Link("Alternate", href, "BackupJobSessionReference", told.name),
            Link("Down", f"{href}/events", "SystemSessionEvents", "Events"),
        )
        attributes = (
            ("Href", f"{href}?format=Entity"),
            ("Type", "SystemSession"),
            ("Name", told.name),
            ("UID", told.uid),
        )
        return Thing(element, attributes, links, tuple(self._fields(told)))

    def reference(self, element: str, session: Session) -> Thing:
        """Return a reference: element `Ref` in the list, `EntityRef` alone."""
        told = self.guise.session(session)
        href = f"{self.base}/systemSessions/{session.id}"
        links = (
            Link("Alternate", f"{href}?format=Entity", "BackupJobSession", told.name),
            Link("Down", f"{href}/events", "SystemSessionEvents", "Events"),
        )
        attributes = (
            ("UID", told.uid),
            ("Name", told.name),
            ("Href", href),
            ("Type", "SystemSessionReference"),
        )
        return Thing(element, attributes, links)

    def _fields(self, told: Session) -> Iterable[Field]:
        yield "SessionType", told.type or ""
        yield "CreationTimeUTC", self._time(told.started)
        yield "EndTimeUTC", self._running_end if told.ended is None else self._time(told.ended)
        yield "State", told.state or ""
        if not (told.running and self._running_result == "absent"):
            yield "Result", self._result(told)

    def _result(self, told: Session) -> Thing:
        word: Value = Unset.NIL if told.result.word is None else told.result.word
        fields: tuple[Field, ...] = (
            ("Result", word),
            ("Message", told.message or ""),
            ("IsCanceled", told.result.canceled),
        )
        return Thing("Result", fields=fields)

    def _event(self, event: Event) -> Thing:
        time = self._time(event.time)
        fields: tuple[Field, ...] = (
            ("CreationTimeUTC", time.removesuffix("Z")),
            ("Message", event.message or ""),
            ("Order", event.order or 0),
        )
        return Thing("Events", fields=fields)

    def _time(self, when: datetime | None) -> str:
        if when is None:
            return ""
        text = trimmed(when)
        if self._times == "offset":
            return trimmed(when.astimezone(_EAST)) + "+01:00"
        if self._times.isdecimal():
            text = f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%S}{_decimals(when, int(self._times))}"
        return text if self._times == "no-z" else text + "Z"

    def _row(self, session: Session, *, json: bool, references: bool) -> str:
        key = (session.uid, json, references)
        kept = self._kept.get(key)
        if kept is not None and kept[0] is session:
            return kept[1]
        thing = self.reference("Ref", session) if references else self.entity("Sessions", session)
        text = self._json.fragment(thing) if json else self._xml.fragment(thing)
        self._kept[key] = (session, text)
        return text

    def _odd(self, number: int, row: str, *, json: bool) -> str:
        name = self._json.cased("CreationTimeUTC") if json else "CreationTimeUTC"
        if number == _ODD_TIME:
            return row.replace(
                name + ('":"' if json else ">"), name + ('":"half past ' if json else ">half past "), 1
            )
        if number == _ODD_UID:
            return row.replace("urn:veeam:SystemSession:", "", 1).replace(" UID=", " Nothing=", 1)
        return row


def _decimals(when: datetime, places: int) -> str:
    digits = f"{when.microsecond:06}4"[:places]
    return f".{digits}" if digits else ""
